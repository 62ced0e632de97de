//! Kernels for AVX-512 with VNNI, and with bf16 where there is: twelve rows times two panels.

use std::arch::asm;
use std::arch::x86_64::{
    __m512, __m512i, _mm256_storeu_si256, _mm512_abs_ps, _mm512_add_epi32, _mm512_add_ps,
    _mm512_castsi512_ps, _mm512_cvtepi32_ps, _mm512_cvtps_epi32, _mm512_cvtsepi32_epi16,
    _mm512_div_ps, _mm512_fmadd_ps, _mm512_load_ps, _mm512_load_si512, _mm512_loadu_ps,
    _mm512_max_ps, _mm512_min_ps, _mm512_mul_ps, _mm512_roundscale_ps, _mm512_set1_epi32,
    _mm512_set1_ps, _mm512_setzero_ps, _mm512_setzero_si512, _mm512_slli_epi32, _mm512_storeu_ps,
    _mm512_sub_ps,
};

use crate::lanes::Lanes;
use crate::tile::{Tile, finish};

#[derive(Clone, Copy)]
pub(crate) struct Avx512(__m512);

impl Lanes for Avx512 {
    #[inline(always)]
    unsafe fn splat(value: f32) -> Self {
        Self(unsafe { _mm512_set1_ps(value) })
    }
    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        Self(unsafe { _mm512_loadu_ps(from) })
    }
    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        unsafe { _mm512_storeu_ps(to, self.0) };
    }
    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        Self(unsafe { _mm512_add_ps(self.0, other.0) })
    }
    #[inline(always)]
    unsafe fn sub(self, other: Self) -> Self {
        Self(unsafe { _mm512_sub_ps(self.0, other.0) })
    }
    #[inline(always)]
    unsafe fn mul(self, other: Self) -> Self {
        Self(unsafe { _mm512_mul_ps(self.0, other.0) })
    }
    #[inline(always)]
    unsafe fn div(self, other: Self) -> Self {
        Self(unsafe { _mm512_div_ps(self.0, other.0) })
    }
    #[inline(always)]
    unsafe fn fma(self, by: Self, plus: Self) -> Self {
        Self(unsafe { _mm512_fmadd_ps(self.0, by.0, plus.0) })
    }
    #[inline(always)]
    unsafe fn max(self, other: Self) -> Self {
        Self(unsafe { _mm512_max_ps(self.0, other.0) })
    }
    #[inline(always)]
    unsafe fn min(self, other: Self) -> Self {
        Self(unsafe { _mm512_min_ps(self.0, other.0) })
    }
    #[inline(always)]
    unsafe fn abs(self) -> Self {
        Self(unsafe { _mm512_abs_ps(self.0) })
    }
    #[inline(always)]
    unsafe fn round(self) -> Self {
        // 8: to nearest, ties to even, without a signal.
        Self(unsafe { _mm512_roundscale_ps::<8>(self.0) })
    }
    #[inline(always)]
    unsafe fn power_of_two(self) -> Self {
        unsafe {
            let biased = _mm512_add_epi32(_mm512_cvtps_epi32(self.0), _mm512_set1_epi32(127));
            Self(_mm512_castsi512_ps(_mm512_slli_epi32::<23>(biased)))
        }
    }
    #[inline(always)]
    unsafe fn store_integers(self, to: *mut i16) {
        unsafe {
            let packed = _mm512_cvtsepi32_epi16(_mm512_cvtps_epi32(self.0));
            _mm256_storeu_si256(to.cast(), packed);
        }
    }
}

/// A tile of floats, `N` panels.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]
pub(crate) unsafe fn floats<const M: usize, const N: usize>(tile: &Tile) {
    unsafe {
        let mut sums = [[_mm512_setzero_ps(); N]; M];
        let rows: [*const f32; M] = std::array::from_fn(|row| tile.row(row).cast());
        let panels: [*const f32; N] = std::array::from_fn(|n| tile.b.add(n * tile.b_panel).cast());
        for step in 0..tile.steps {
            let b: [__m512; N] = std::array::from_fn(|n| _mm512_load_ps(panels[n].add(step * 16)));
            for (row, sum) in sums.iter_mut().enumerate() {
                let a = _mm512_set1_ps(*rows[row].add(step));
                for n in 0..N {
                    sum[n] = _mm512_fmadd_ps(a, b[n], sum[n]);
                }
            }
        }
        for (row, sum) in sums.into_iter().enumerate() {
            for (n, sum) in sum.into_iter().enumerate() {
                finish(tile, row, n, Avx512(sum));
            }
        }
    }
}

/// A tile of pairs of 16-bit integers, `N` panels. No sum can overflow: see `Linear`.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]
pub(crate) unsafe fn integers<const M: usize, const N: usize>(tile: &Tile) {
    unsafe {
        let mut sums = [[_mm512_setzero_si512(); N]; M];
        let rows: [*const i32; M] = std::array::from_fn(|row| tile.row(row).cast());
        let panels: [*const __m512i; N] =
            std::array::from_fn(|n| tile.b.add(n * tile.b_panel).cast());
        for step in 0..tile.steps {
            let b: [__m512i; N] = std::array::from_fn(|n| _mm512_load_si512(panels[n].add(step)));
            for (row, sum) in sums.iter_mut().enumerate() {
                let a = _mm512_set1_epi32(*rows[row].add(step));
                for n in 0..N {
                    sum[n] = add_pairs(sum[n], a, b[n]);
                }
            }
        }
        for (row, sum) in sums.into_iter().enumerate() {
            for (n, sum) in sum.into_iter().enumerate() {
                finish(tile, row, n, Avx512(_mm512_cvtepi32_ps(sum)));
            }
        }
    }
}

/// Whether there are instructions for brain floats too.
pub(crate) fn has_brain_floats() -> bool {
    is_x86_feature_detected!("avx512bf16")
}

/// A tile of pairs of brain floats, `N` panels.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]
pub(crate) unsafe fn brain_floats<const M: usize, const N: usize>(tile: &Tile) {
    unsafe {
        let mut sums = [[_mm512_setzero_ps(); N]; M];
        let rows: [*const f32; M] = std::array::from_fn(|row| tile.row(row).cast());
        let panels: [*const f32; N] = std::array::from_fn(|n| tile.b.add(n * tile.b_panel).cast());
        for step in 0..tile.steps {
            let b: [__m512; N] = std::array::from_fn(|n| _mm512_load_ps(panels[n].add(step * 16)));
            for (row, sum) in sums.iter_mut().enumerate() {
                let a = _mm512_castsi512_ps(_mm512_set1_epi32(*rows[row].add(step).cast::<i32>()));
                for n in 0..N {
                    sum[n] = add_brain_floats(sum[n], a, b[n]);
                }
            }
        }
        for (row, sum) in sums.into_iter().enumerate() {
            for (n, sum) in sum.into_iter().enumerate() {
                finish(tile, row, n, Avx512(sum));
            }
        }
    }
}

/// Adds products of pairs of brain floats to 32-bit sums.
///
/// Written out, so that the level needs no feature of its own: only [`has_brain_floats`] leads here.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]
fn add_brain_floats(mut sum: __m512, a: __m512, b: __m512) -> __m512 {
    // SAFETY: registers alone.
    unsafe {
        asm!(
            "vdpbf16ps {sum}, {a}, {b}",
            sum = inout(zmm_reg) sum,
            a = in(zmm_reg) a,
            b = in(zmm_reg) b,
            options(pure, nomem, nostack, preserves_flags),
        );
    }
    sum
}

/// Adds products of pairs of 16-bit integers to 32-bit sums.
///
/// Written out: the compiler makes a multiplication and an addition of the intrinsic, which is half as fast.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]
fn add_pairs(mut sum: __m512i, a: __m512i, b: __m512i) -> __m512i {
    // SAFETY: registers alone.
    unsafe {
        asm!(
            "vpdpwssd {sum}, {a}, {b}",
            sum = inout(zmm_reg) sum,
            a = in(zmm_reg) a,
            b = in(zmm_reg) b,
            options(pure, nomem, nostack, preserves_flags),
        );
    }
    sum
}
