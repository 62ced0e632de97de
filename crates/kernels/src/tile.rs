//! The smallest part of a product: a few rows times one or two panels.

use crate::lanes::Lanes;
use crate::line::Line;
use crate::rows::Activation;
use crate::{Format, Level, PANEL};

/// What a kernel works on. Pointers are to the tile's first row and column.
pub(crate) struct Tile {
    /// Rows of the left side: floats, or pairs of 16-bit numbers.
    pub(crate) a: *const u8,
    /// Bytes from row to row.
    pub(crate) a_row: usize,
    /// Rows that count; kernels made for a number of rows ignore it.
    pub(crate) rows: usize,
    /// Lines of a panel to go through: one input, or a pair, each.
    pub(crate) steps: usize,
    /// The right side's first panel.
    pub(crate) b: *const Line,
    /// Lines from panel to panel.
    pub(crate) b_panel: usize,
    /// The result, and floats from row to row.
    pub(crate) c: *mut f32,
    pub(crate) c_row: usize,
    /// Whether what stands in the result is added.
    pub(crate) adds: bool,
    /// Null, or one a column.
    pub(crate) bias: *const f32,
    /// Null, or one a row, and how far apart.
    pub(crate) row_scales: *const f32,
    pub(crate) row_scales_step: usize,
    /// Null, or one a column.
    pub(crate) column_scales: *const f32,
    pub(crate) activation: Activation,
}

impl Tile {
    #[inline(always)]
    pub(crate) unsafe fn row(&self, row: usize) -> *const u8 {
        unsafe { self.a.add(row * self.a_row) }
    }
}

/// Takes the sums of a row and panel to their place.
#[inline(always)]
pub(crate) unsafe fn finish<L: Lanes>(tile: &Tile, row: usize, panel: usize, sums: L) {
    unsafe {
        let column = panel * PANEL;
        let place = tile.c.add(row * tile.c_row + column);
        let mut value = sums;
        if !tile.column_scales.is_null() {
            value = value.mul(L::load(tile.column_scales.add(column)));
        }
        if !tile.row_scales.is_null() {
            let scale = *tile.row_scales.add(row * tile.row_scales_step);
            value = value.mul(L::splat(scale));
        }
        if tile.adds {
            value = L::load(place).add(value);
        }
        if !tile.bias.is_null() {
            value = value.add(L::load(tile.bias.add(column)));
        }
        tile.activation.apply(value).store(place);
    }
}

/// A kernel: made for one number of rows and panels.
pub(crate) type Kernel = unsafe fn(&Tile);

/// The kernels of a level and format.
#[derive(Clone, Copy)]
pub(crate) struct Kernels {
    /// By panels - 1, then by rows - 1.
    by_size: &'static [&'static [Kernel]],
    /// What must happen on the thread before and after.
    pub(crate) enter: fn(),
    pub(crate) leave: fn(),
    /// Whether one kernel serves all numbers of rows, and reads the left side to its full height.
    whole: Option<usize>,
}

impl Kernels {
    /// Most rows of a tile.
    pub(crate) fn rows(&self) -> usize {
        self.whole.unwrap_or(self.by_size[0].len())
    }

    /// Most panels of a tile.
    pub(crate) fn panels(&self) -> usize {
        self.by_size.len()
    }

    pub(crate) fn of(&self, rows: usize, panels: usize) -> Kernel {
        let sizes = self.by_size[panels - 1];
        sizes[if self.whole.is_some() { 0 } else { rows - 1 }]
    }
}

const fn plain(by_size: &'static [&'static [Kernel]]) -> Kernels {
    Kernels {
        by_size,
        enter: || {},
        leave: || {},
        whole: None,
    }
}

mod portable {
    use super::{Kernel, Kernels, plain};
    use crate::portable::{floats, integers};
    pub(super) const FLOATS: Kernels =
        plain(&[&[floats::<1> as Kernel, floats::<2>, floats::<3>, floats::<4>]]);
    pub(super) const INTEGERS: Kernels = plain(&[&[
        integers::<1> as Kernel,
        integers::<2>,
        integers::<3>,
        integers::<4>,
    ]]);
}

#[cfg(target_arch = "x86_64")]
mod wide {
    use super::{Kernel, Kernels, plain};
    use crate::{amx, avx2, avx512};

    macro_rules! table {
        ($module:ident $kernel:ident $(, $panels:tt)?; 6) => {
            table!(@ $module $kernel ($($panels)?) 1 2 3 4 5 6)
        };
        ($module:ident $kernel:ident $(, $panels:tt)?; 12) => {
            table!(@ $module $kernel ($($panels)?) 1 2 3 4 5 6 7 8 9 10 11 12)
        };
        (@ $module:ident $kernel:ident () $($rows:literal)*) => {
            &[$($module::$kernel::<$rows> as Kernel),*]
        };
        (@ $module:ident $kernel:ident (1) $($rows:literal)*) => {
            &[$($module::$kernel::<$rows, 1> as Kernel),*]
        };
        (@ $module:ident $kernel:ident (2) $($rows:literal)*) => {
            &[$($module::$kernel::<$rows, 2> as Kernel),*]
        };
    }

    pub(super) const AVX2_FLOATS: Kernels = plain(&[table!(avx2 floats; 6)]);
    pub(super) const AVX2_INTEGERS: Kernels = Kernels {
        whole: Some(avx2::ROWS),
        ..plain(&[&[avx2::integers as Kernel]])
    };
    pub(super) const AVX512_FLOATS: Kernels =
        plain(&[table!(avx512 floats, 1; 12), table!(avx512 floats, 2; 12)]);
    pub(super) const AVX512_INTEGERS: Kernels = plain(&[
        table!(avx512 integers, 1; 12),
        table!(avx512 integers, 2; 12),
    ]);
    pub(super) const AVX512_BRAIN_FLOATS: Kernels = plain(&[
        table!(avx512 brain_floats, 1; 12),
        table!(avx512 brain_floats, 2; 12),
    ]);
    pub(super) const AMX_BRAIN_FLOATS: Kernels = Kernels {
        by_size: &[
            &[amx::brain_floats::<1> as Kernel],
            &[amx::brain_floats::<2> as Kernel],
        ],
        enter: amx::enter,
        leave: amx::leave,
        whole: Some(amx::ROWS),
    };
}

/// The kernels for a packed format at a level.
#[cfg(target_arch = "x86_64")]
pub(crate) fn kernels(level: Level, format: Format) -> Kernels {
    match (format, level) {
        (Format::Int16, Level::Portable) => portable::INTEGERS,
        (Format::Int16, Level::Avx2) => wide::AVX2_INTEGERS,
        (Format::Int16, _) => wide::AVX512_INTEGERS,
        (Format::Bf16, Level::Amx) => wide::AMX_BRAIN_FLOATS,
        (Format::Bf16, Level::Avx512) if level.has_brain_floats() => wide::AVX512_BRAIN_FLOATS,
        (_, Level::Portable) => portable::FLOATS,
        (_, Level::Avx2) => wide::AVX2_FLOATS,
        (_, _) => wide::AVX512_FLOATS,
    }
}

/// The kernels for a packed format.
#[cfg(not(target_arch = "x86_64"))]
pub(crate) fn kernels(_: Level, format: Format) -> Kernels {
    match format {
        Format::Int16 => portable::INTEGERS,
        _ => portable::FLOATS,
    }
}
