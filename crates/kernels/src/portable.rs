//! Kernels for any processor, and the measure of the others.

use crate::lanes::Lanes;
use crate::tile::{Tile, finish};

#[derive(Clone, Copy)]
pub(crate) struct Portable([f32; 16]);

impl Portable {
    #[inline(always)]
    fn join(self, other: Self, of: impl Fn(f32, f32) -> f32) -> Self {
        Self(std::array::from_fn(|lane| of(self.0[lane], other.0[lane])))
    }
}

impl Lanes for Portable {
    #[inline(always)]
    unsafe fn splat(value: f32) -> Self {
        Self([value; 16])
    }
    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        Self(unsafe { from.cast::<[f32; 16]>().read_unaligned() })
    }
    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        unsafe { to.cast::<[f32; 16]>().write_unaligned(self.0) };
    }
    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        self.join(other, |a, b| a + b)
    }
    #[inline(always)]
    unsafe fn sub(self, other: Self) -> Self {
        self.join(other, |a, b| a - b)
    }
    #[inline(always)]
    unsafe fn mul(self, other: Self) -> Self {
        self.join(other, |a, b| a * b)
    }
    #[inline(always)]
    unsafe fn div(self, other: Self) -> Self {
        self.join(other, |a, b| a / b)
    }
    #[inline(always)]
    unsafe fn fma(self, by: Self, plus: Self) -> Self {
        Self(std::array::from_fn(|lane| {
            self.0[lane].mul_add(by.0[lane], plus.0[lane])
        }))
    }
    #[inline(always)]
    unsafe fn max(self, other: Self) -> Self {
        self.join(other, f32::max)
    }
    #[inline(always)]
    unsafe fn min(self, other: Self) -> Self {
        self.join(other, f32::min)
    }
    #[inline(always)]
    unsafe fn abs(self) -> Self {
        Self(self.0.map(f32::abs))
    }
    #[inline(always)]
    unsafe fn round(self) -> Self {
        Self(self.0.map(f32::round_ties_even))
    }
    #[inline(always)]
    unsafe fn power_of_two(self) -> Self {
        Self(
            self.0
                .map(|power| f32::from_bits((power as i32 + 127).cast_unsigned() << 23)),
        )
    }
    #[inline(always)]
    unsafe fn store_integers(self, to: *mut i16) {
        let rounded = self.0.map(|value| value.round_ties_even() as i16);
        unsafe { to.cast::<[i16; 16]>().write_unaligned(rounded) };
    }
}

/// A tile of floats.
pub(crate) unsafe fn floats<const M: usize>(tile: &Tile) {
    unsafe {
        for row in 0..M {
            let (a, b) = (tile.row(row).cast::<f32>(), tile.b.cast::<f32>());
            let mut sum = Portable::splat(0.0);
            for step in 0..tile.steps {
                sum = Portable::splat(*a.add(step)).fma(Portable::load(b.add(step * 16)), sum);
            }
            finish(tile, row, 0, sum);
        }
    }
}

/// A tile of pairs of 16-bit integers.
pub(crate) unsafe fn integers<const M: usize>(tile: &Tile) {
    unsafe {
        for row in 0..M {
            let (a, b) = (tile.row(row).cast::<i16>(), tile.b.cast::<i16>());
            let mut sums = [0_i32; 16];
            for step in 0..tile.steps {
                for (column, sum) in sums.iter_mut().enumerate() {
                    for half in 0..2 {
                        *sum += i32::from(*a.add(step * 2 + half))
                            * i32::from(*b.add(step * 32 + column * 2 + half));
                    }
                }
            }
            finish(tile, row, 0, Portable(sums.map(|sum| sum as f32)));
        }
    }
}
