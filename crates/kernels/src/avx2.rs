//! Kernels for AVX2 with FMA: six rows times one panel fill the sixteen registers.

use std::arch::asm;
use std::arch::x86_64::{
    __m256, __m256i, _mm256_add_epi32, _mm256_add_ps, _mm256_and_ps, _mm256_broadcast_ss,
    _mm256_castsi256_ps, _mm256_cvtepi32_ps, _mm256_cvtps_epi32, _mm256_div_ps, _mm256_fmadd_ps,
    _mm256_load_ps, _mm256_loadu_ps, _mm256_max_ps, _mm256_min_ps, _mm256_mul_ps,
    _mm256_packs_epi32, _mm256_permute4x64_epi64, _mm256_round_ps, _mm256_set1_epi32,
    _mm256_set1_ps, _mm256_setzero_ps, _mm256_setzero_si256, _mm256_slli_epi32, _mm256_storeu_ps,
    _mm256_storeu_si256, _mm256_sub_ps,
};

use crate::lanes::Lanes;
use crate::tile::{Tile, finish};

#[derive(Clone, Copy)]
pub(crate) struct Avx2(__m256, __m256);

impl Lanes for Avx2 {
    #[inline(always)]
    unsafe fn splat(value: f32) -> Self {
        let one = unsafe { _mm256_set1_ps(value) };
        Self(one, one)
    }
    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        unsafe { Self(_mm256_loadu_ps(from), _mm256_loadu_ps(from.add(8))) }
    }
    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        unsafe {
            _mm256_storeu_ps(to, self.0);
            _mm256_storeu_ps(to.add(8), self.1);
        }
    }
    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        unsafe {
            Self(
                _mm256_add_ps(self.0, other.0),
                _mm256_add_ps(self.1, other.1),
            )
        }
    }
    #[inline(always)]
    unsafe fn sub(self, other: Self) -> Self {
        unsafe {
            Self(
                _mm256_sub_ps(self.0, other.0),
                _mm256_sub_ps(self.1, other.1),
            )
        }
    }
    #[inline(always)]
    unsafe fn mul(self, other: Self) -> Self {
        unsafe {
            Self(
                _mm256_mul_ps(self.0, other.0),
                _mm256_mul_ps(self.1, other.1),
            )
        }
    }
    #[inline(always)]
    unsafe fn div(self, other: Self) -> Self {
        unsafe {
            Self(
                _mm256_div_ps(self.0, other.0),
                _mm256_div_ps(self.1, other.1),
            )
        }
    }
    #[inline(always)]
    unsafe fn fma(self, by: Self, plus: Self) -> Self {
        unsafe {
            Self(
                _mm256_fmadd_ps(self.0, by.0, plus.0),
                _mm256_fmadd_ps(self.1, by.1, plus.1),
            )
        }
    }
    #[inline(always)]
    unsafe fn max(self, other: Self) -> Self {
        unsafe {
            Self(
                _mm256_max_ps(self.0, other.0),
                _mm256_max_ps(self.1, other.1),
            )
        }
    }
    #[inline(always)]
    unsafe fn min(self, other: Self) -> Self {
        unsafe {
            Self(
                _mm256_min_ps(self.0, other.0),
                _mm256_min_ps(self.1, other.1),
            )
        }
    }
    #[inline(always)]
    unsafe fn abs(self) -> Self {
        unsafe {
            let mask = _mm256_castsi256_ps(_mm256_set1_epi32(0x7fff_ffff));
            Self(_mm256_and_ps(self.0, mask), _mm256_and_ps(self.1, mask))
        }
    }
    #[inline(always)]
    unsafe fn round(self) -> Self {
        // 8: to nearest, ties to even, without a signal.
        unsafe { Self(_mm256_round_ps::<8>(self.0), _mm256_round_ps::<8>(self.1)) }
    }
    #[inline(always)]
    unsafe fn power_of_two(self) -> Self {
        #[inline(always)]
        unsafe fn half(power: __m256) -> __m256 {
            unsafe {
                let biased = _mm256_add_epi32(_mm256_cvtps_epi32(power), _mm256_set1_epi32(127));
                _mm256_castsi256_ps(_mm256_slli_epi32::<23>(biased))
            }
        }
        unsafe { Self(half(self.0), half(self.1)) }
    }
    #[inline(always)]
    unsafe fn store_integers(self, to: *mut i16) {
        unsafe {
            let packed = _mm256_packs_epi32(_mm256_cvtps_epi32(self.0), _mm256_cvtps_epi32(self.1));
            // Packing works within halves: quarters 0 2 1 3 put them in order.
            _mm256_storeu_si256(to.cast(), _mm256_permute4x64_epi64::<0b11_01_10_00>(packed));
        }
    }
}

/// Steps of one turn of the loop.
const UNROLLED: usize = 4;

/// A tile of floats, one panel.
#[target_feature(enable = "avx2,fma")]
pub(crate) unsafe fn floats<const M: usize>(tile: &Tile) {
    unsafe {
        let mut sums = [[_mm256_setzero_ps(); 2]; M];
        let rows: [*const f32; M] = std::array::from_fn(|row| tile.row(row).cast());
        let mut b = tile.b.cast::<f32>();
        let step = |at: usize, b: *const f32, sums: &mut [[__m256; 2]; M]| {
            let (low, high) = (_mm256_load_ps(b), _mm256_load_ps(b.add(8)));
            for (row, sum) in sums.iter_mut().enumerate() {
                let a = _mm256_broadcast_ss(&*rows[row].add(at));
                sum[0] = _mm256_fmadd_ps(a, low, sum[0]);
                sum[1] = _mm256_fmadd_ps(a, high, sum[1]);
            }
        };
        let mut at = 0;
        while at + UNROLLED <= tile.steps {
            for offset in 0..UNROLLED {
                step(at + offset, b.add(offset * 16), &mut sums);
            }
            b = b.add(UNROLLED * 16);
            at += UNROLLED;
        }
        while at < tile.steps {
            step(at, b, &mut sums);
            b = b.add(16);
            at += 1;
        }
        for (row, sum) in sums.into_iter().enumerate() {
            finish(tile, row, 0, Avx2(sum[0], sum[1]));
        }
    }
}

/// Rows of a tile of integers; the left side is read to this height.
pub(crate) const ROWS: usize = 6;

/// One pair of inputs at an offset, in the loop of [`integers`]: ymm0 to ymm11 hold the sums.
macro_rules! pair {
    ($offset:literal, $line:literal) => {
        concat!(
            "vmovdqa ymm12, [{b} + ",
            $line,
            "]\n",
            "vmovdqa ymm13, [{b} + 32 + ",
            $line,
            "]\n",
            row!("{upper}", $offset, 0, 1),
            row!("{upper} + {row}", $offset, 2, 3),
            row!("{upper} + 2 * {row}", $offset, 4, 5),
            row!("{lower}", $offset, 6, 7),
            row!("{lower} + {row}", $offset, 8, 9),
            row!("{lower} + 2 * {row}", $offset, 10, 11),
        )
    };
}

macro_rules! row {
    ($place:literal, $offset:literal, $low:literal, $high:literal) => {
        concat!(
            "vpbroadcastd ymm14, [",
            $place,
            " + ",
            $offset,
            "]\n",
            "vpmaddwd ymm15, ymm14, ymm12\n",
            "vpmaddwd ymm14, ymm14, ymm13\n",
            "vpaddd ymm",
            $low,
            ", ymm",
            $low,
            ", ymm15\n",
            "vpaddd ymm",
            $high,
            ", ymm",
            $high,
            ", ymm14\n",
        )
    };
}

/// A tile of pairs of 16-bit integers, one panel. No sum can overflow: see `Linear`.
///
/// Written out, since the compiler reorders integer sums until they no longer fit the registers.
#[target_feature(enable = "avx2,fma")]
pub(crate) unsafe fn integers(tile: &Tile) {
    let (low, high): ([__m256i; ROWS], [__m256i; ROWS]);
    unsafe {
        let zero = _mm256_setzero_si256();
        let (mut s0, mut s1, mut s2, mut s3, mut s4, mut s5) = (zero, zero, zero, zero, zero, zero);
        let (mut t0, mut t1, mut t2, mut t3, mut t4, mut t5) = (zero, zero, zero, zero, zero, zero);
        // Inputs are padded to 16 pairs: four turns of four.
        asm!(
            "2:",
            pair!(0, 0),
            pair!(4, 64),
            pair!(8, 128),
            pair!(12, 192),
            "add {upper}, 16",
            "add {lower}, 16",
            "add {b}, 256",
            "dec {turns}",
            "jnz 2b",
            upper = inout(reg) tile.a => _,
            lower = inout(reg) tile.row(3) => _,
            b = inout(reg) tile.b => _,
            turns = inout(reg) tile.steps / 4 => _,
            row = in(reg) tile.a_row,
            inout("ymm0") s0, inout("ymm1") t0,
            inout("ymm2") s1, inout("ymm3") t1,
            inout("ymm4") s2, inout("ymm5") t2,
            inout("ymm6") s3, inout("ymm7") t3,
            inout("ymm8") s4, inout("ymm9") t4,
            inout("ymm10") s5, inout("ymm11") t5,
            out("ymm12") _, out("ymm13") _, out("ymm14") _, out("ymm15") _,
            options(nostack, readonly),
        );
        low = [s0, s1, s2, s3, s4, s5];
        high = [t0, t1, t2, t3, t4, t5];
        for row in 0..tile.rows {
            let floats = Avx2(_mm256_cvtepi32_ps(low[row]), _mm256_cvtepi32_ps(high[row]));
            finish(tile, row, 0, floats);
        }
    }
}
