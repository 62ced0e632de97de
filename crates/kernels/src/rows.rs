//! Functions of single rows.

use crate::Level;
use crate::lanes::{self, Lanes};
use crate::portable::Portable;

/// What a linear layer's outputs go through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Activation {
    /// Nothing.
    #[default]
    Identity,
    /// `x Φ(x)`, exact: `gelu` in configurations.
    Gelu,
    /// `x Φ(x)` by the tanh form: `gelu_new`.
    GeluTanh,
    /// `max(x, 0)`.
    Relu,
    /// `x / (1 + e^-x)`.
    Silu,
    /// The hyperbolic tangent.
    Tanh,
}

impl Activation {
    #[inline(always)]
    pub(crate) unsafe fn apply<L: Lanes>(self, x: L) -> L {
        unsafe {
            match self {
                Self::Identity => x,
                Self::Gelu => lanes::gelu(x),
                Self::GeluTanh => lanes::gelu_tanh(x),
                Self::Relu => x.max(L::splat(0.0)),
                Self::Silu => lanes::silu(x),
                Self::Tanh => lanes::tanh(x),
            }
        }
    }
}

/// A function over [`Lanes`], compiled for each level and called for one.
macro_rules! by_level {
    ($(#[$meta:meta])* $vis:vis fn $name:ident($($arg:ident: $type:ty),* $(,)?) $(-> $result:ty)? => $generic:ident) => {
        $(#[$meta])*
        #[allow(clippy::too_many_arguments, reason = "rows come as a slice with their shape")]
        $vis fn $name(level: Level, $($arg: $type),*) $(-> $result)? {
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2,fma")]
            unsafe fn avx2($($arg: $type),*) $(-> $result)? {
                unsafe { $generic::<crate::avx2::Avx2>($($arg),*) }
            }
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]
            unsafe fn avx512($($arg: $type),*) $(-> $result)? {
                unsafe { $generic::<crate::avx512::Avx512>($($arg),*) }
            }
            // SAFETY: a level is only had where the processor has its instructions.
            unsafe {
                match level {
                    #[cfg(target_arch = "x86_64")]
                    Level::Avx2 => avx2($($arg),*),
                    #[cfg(target_arch = "x86_64")]
                    Level::Avx512 | Level::Amx => avx512($($arg),*),
                    _ => $generic::<Portable>($($arg),*),
                }
            }
        }
    };
}

by_level! {
    /// Layer normalization in place of rows of `columns` floats, `stride` apart; `gain` and `shift`
    /// are padded with zeros to whole panels, and so the rows become.
    pub fn layer_norm(rows: &mut [f32], stride: usize, columns: usize, gain: &[f32], shift: &[f32], epsilon: f32)
    => layer_norm_lanes
}

#[inline(always)]
unsafe fn layer_norm_lanes<L: Lanes>(
    rows: &mut [f32],
    stride: usize,
    columns: usize,
    gain: &[f32],
    shift: &[f32],
    epsilon: f32,
) {
    let width = crate::padded(columns);
    assert!(width <= stride && rows.len().is_multiple_of(stride));
    assert!(gain.len() >= width && shift.len() >= width);
    let mask = tail_mask(columns);
    for row in rows.chunks_exact_mut(stride) {
        let x = row.as_mut_ptr();
        unsafe {
            let mut sum = L::splat(0.0);
            for at in (0..width).step_by(16) {
                sum = sum.add(L::load(x.add(at)));
            }
            let mean = L::splat(sum.sum() / columns as f32);
            let mut squares = L::splat(0.0);
            for at in (0..width).step_by(16) {
                let mut off = L::load(x.add(at)).sub(mean);
                if at + 16 > columns {
                    off = off.mul(L::load(mask.as_ptr()));
                }
                squares = off.fma(off, squares);
            }
            let variance = squares.sum() / columns as f32;
            let steepness = L::splat(1.0 / (variance + epsilon).sqrt());
            for at in (0..width).step_by(16) {
                let scaled = L::load(x.add(at)).sub(mean).mul(steepness);
                let (gain, shift) = (gain.as_ptr().add(at), shift.as_ptr().add(at));
                scaled.fma(L::load(gain), L::load(shift)).store(x.add(at));
            }
        }
    }
}

/// Ones where the last sixteen of `columns` still have a column.
fn tail_mask(columns: usize) -> &'static [f32] {
    // Read from its place on, so that no row has to make one.
    const ONES_THEN_NONE: [f32; 32] = {
        let mut mask = [0.0; 32];
        let mut lane = 0;
        while lane < 16 {
            mask[lane] = 1.0;
            lane += 1;
        }
        mask
    };
    static MASK: [f32; 32] = ONES_THEN_NONE;
    let left = (columns + 15) % 16 + 1;
    &MASK[16 - left..][..16]
}

by_level! {
    /// Turns the first `columns` scores of a row into their exponentials after taking off the
    /// greatest, and gives 1 over their sum. What is behind them, up to a whole panel, becomes 0.
    pub(crate) fn softmax(row: &mut [f32], columns: usize) -> f32
    => softmax_lanes
}

#[inline(always)]
unsafe fn softmax_lanes<L: Lanes>(row: &mut [f32], columns: usize) -> f32 {
    assert!(row.len() >= crate::padded(columns) && columns > 0);
    let mask = tail_mask(columns).as_ptr();
    let last = crate::padded(columns) - 16;
    let x = row.as_mut_ptr();
    unsafe {
        // What is behind the row's end must not win.
        let lowest = L::load(mask).sub(L::splat(1.0)).mul(L::splat(f32::MAX));
        let mut greatest = L::load(x.add(last)).fma(L::load(mask), lowest);
        for at in (0..last).step_by(16) {
            greatest = greatest.max(L::load(x.add(at)));
        }
        let greatest = L::splat(greatest.greatest());
        let mut sum = L::splat(0.0);
        for at in (0..columns).step_by(16) {
            let mut value = lanes::exp(L::load(x.add(at)).sub(greatest));
            if at + 16 > columns {
                value = value.mul(L::load(mask));
            }
            value.store(x.add(at));
            sum = sum.add(value);
        }
        1.0 / sum.sum()
    }
}

by_level! {
    /// Scales a row to integers of at most `limit` and gives the scale that takes them back.
    pub(crate) fn integers(row: &[f32], limit: f32, to: &mut [i16]) -> f32 => integers_lanes
}

#[inline(always)]
unsafe fn integers_lanes<L: Lanes>(row: &[f32], limit: f32, to: &mut [i16]) -> f32 {
    assert!(to.len() >= row.len());
    let (blocks, tail) = row.as_chunks::<16>();
    let mut last = [0.0; 16];
    last[..tail.len()].copy_from_slice(tail);
    unsafe {
        let mut greatest = L::load(last.as_ptr()).abs();
        for block in blocks {
            greatest = greatest.max(L::load(block.as_ptr()).abs());
        }
        let greatest = greatest.greatest();
        if greatest == 0.0 {
            to[..row.len()].fill(0);
            return 0.0;
        }
        let scale = L::splat(limit / greatest);
        for (block, to) in blocks.iter().zip(to.chunks_exact_mut(16)) {
            L::load(block.as_ptr())
                .mul(scale)
                .store_integers(to.as_mut_ptr());
        }
        let mut rounded = [0; 16];
        L::load(last.as_ptr())
            .mul(scale)
            .store_integers(rounded.as_mut_ptr());
        to[row.len() - tail.len()..row.len()].copy_from_slice(&rounded[..tail.len()]);
        greatest / limit
    }
}

/// A brain float's bits, rounded to nearest, ties to even.
#[inline(always)]
pub(crate) fn brain_float(value: f32) -> u16 {
    let bits = value.to_bits();
    ((bits + 0x7fff + (bits >> 16 & 1)) >> 16) as u16
}

by_level! {
    /// A row as brain floats.
    pub(crate) fn brain_floats(row: &[f32], to: &mut [i16]) => brain_floats_lanes
}

#[inline(always)]
unsafe fn brain_floats_lanes<L: Lanes>(row: &[f32], to: &mut [i16]) {
    for (&value, to) in row.iter().zip(to) {
        *to = brain_float(value).cast_signed();
    }
}

by_level! {
    /// A row as floats that brain floats hold exactly.
    pub(crate) fn rounded(row: &[f32], to: &mut [f32]) => rounded_lanes
}

#[inline(always)]
unsafe fn rounded_lanes<L: Lanes>(row: &[f32], to: &mut [f32]) {
    for (&value, to) in row.iter().zip(to) {
        *to = f32::from_bits(u32::from(brain_float(value)) << 16);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(count: usize) -> Vec<f32> {
        (0..count)
            .map(|at| ((at * 7919 % 1000) as f32 - 500.0) / 90.0)
            .collect()
    }

    #[test]
    fn all_levels_give_the_same_bits() {
        for columns in [1, 12, 16, 35, 384] {
            let width = crate::padded(columns);
            let mut row = sample(width);
            row[columns..].fill(0.0);
            let gain: Vec<f32> = row.iter().map(|x| x * 0.3).collect();
            let results: Vec<_> = Level::available()
                .into_iter()
                .map(|level| {
                    let (mut normed, mut soft) = (row.clone(), row.clone());
                    layer_norm(level, &mut normed, width, columns, &gain, &gain, 1e-12);
                    let sum = softmax(level, &mut soft, columns);
                    let mut whole = vec![0; columns];
                    let scale = integers(level, &row[..columns], 5000.0, &mut whole);
                    (normed, soft, sum, whole, scale)
                })
                .collect();
            assert!(
                results.iter().all(|found| *found == results[0]),
                "{columns}"
            );
        }
    }

    #[test]
    fn layer_norm_has_the_mean_and_variance_it_should() {
        let mut row = sample(48);
        row[40..].fill(0.0);
        let ones = vec![1.0; 48];
        layer_norm(Level::best(), &mut row, 48, 40, &ones, &[0.0; 48], 0.0);
        let mean = row[..40].iter().sum::<f32>() / 40.0;
        let variance = row[..40].iter().map(|x| x * x).sum::<f32>() / 40.0;
        assert!(mean.abs() < 1e-6 && (variance - 1.0).abs() < 1e-5);
    }

    #[test]
    fn softmax_is_that_of_double_precision() {
        let row = sample(35);
        let exact: Vec<f64> = row.iter().map(|&x| f64::from(x).exp()).collect();
        let total: f64 = exact.iter().sum();
        let mut found = row.clone();
        found.resize(48, 9.0);
        let scale = softmax(Level::best(), &mut found, 35);
        for (found, exact) in found.iter().zip(&exact) {
            assert!((f64::from(found * scale) - exact / total).abs() < 1e-6);
        }
    }

    /// Φ by its Taylor series, in double precision.
    fn gelu(x: f64) -> f64 {
        let (mut term, mut sum) = (x, x);
        for n in 1..200 {
            let n = f64::from(n);
            term *= -x * x / (2.0 * n);
            sum += term / (2.0 * n + 1.0);
        }
        x * (0.5 + sum / (2.0 * std::f64::consts::PI).sqrt())
    }

    #[test]
    fn activations_and_exp_keep_to_their_error() {
        for at in -600..=600 {
            let x = at as f32 / 100.0;
            let all = unsafe { Activation::Gelu.apply(Portable::splat(x)).to_array() };
            assert!((f64::from(all[3]) - gelu(f64::from(x))).abs() < 3e-6, "{x}");
            let tanh = unsafe { Activation::GeluTanh.apply(Portable::splat(x)).to_array() };
            let inner = 0.797_884_560_8 * (f64::from(x) + 0.044_715 * f64::from(x).powi(3));
            let exact = 0.5 * f64::from(x) * (1.0 + inner.tanh());
            assert!((f64::from(tanh[0]) - exact).abs() < 3e-6, "{x}");
            let silu = unsafe { Activation::Silu.apply(Portable::splat(x)).to_array() };
            let exact = f64::from(x) / (1.0 + (-f64::from(x)).exp());
            assert!((f64::from(silu[7]) - exact).abs() < 3e-6, "{x}");
            let tanh = unsafe { Activation::Tanh.apply(Portable::splat(x)).to_array() };
            assert!(
                (f64::from(tanh[9]) - f64::from(x).tanh()).abs() < 1e-6,
                "{x}"
            );
            let power = unsafe { lanes::exp(Portable::splat(x * 14.0)).to_array()[0] };
            let exact = f64::from(x * 14.0).exp();
            assert!((f64::from(power) / exact - 1.0).abs() < 3e-7, "{x}");
        }
    }

    #[test]
    fn brain_floats_round_to_nearest_and_ties_to_even() {
        let bits = |value| brain_float(f32::from_bits(value));
        assert_eq!(bits(0x3f80_7fff), 0x3f80);
        assert_eq!(bits(0x3f80_8000), 0x3f80);
        assert_eq!(bits(0x3f81_8000), 0x3f82);
        assert_eq!(bits(0x3f80_8001), 0x3f81);
    }
}
