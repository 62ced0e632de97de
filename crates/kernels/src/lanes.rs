//! Sixteen floats at once, and the functions of them that the encoder needs.

/// Sixteen floats. Every implementation gives the same bits.
pub(crate) trait Lanes: Copy {
    /// # Safety
    /// The processor has the implementation's instructions; so for every function here.
    unsafe fn splat(value: f32) -> Self;
    /// # Safety
    /// `from` has 16 floats.
    unsafe fn load(from: *const f32) -> Self;
    /// # Safety
    /// `to` has room for 16 floats.
    unsafe fn store(self, to: *mut f32);
    unsafe fn add(self, other: Self) -> Self;
    unsafe fn sub(self, other: Self) -> Self;
    unsafe fn mul(self, other: Self) -> Self;
    unsafe fn div(self, other: Self) -> Self;
    /// `self * by + plus`, rounded once.
    unsafe fn fma(self, by: Self, plus: Self) -> Self;
    /// The greater; no lane is NaN.
    unsafe fn max(self, other: Self) -> Self;
    /// The lesser; no lane is NaN.
    unsafe fn min(self, other: Self) -> Self;
    unsafe fn abs(self) -> Self;
    /// To the nearest integer, ties to even.
    unsafe fn round(self) -> Self;
    /// 2 to the power of integers within -126 ..= 127.
    unsafe fn power_of_two(self) -> Self;
    /// Rounds to integers, ties to even, and stores them; all are within an `i16`.
    ///
    /// # Safety
    /// `to` has room for 16 integers.
    unsafe fn store_integers(self, to: *mut i16);

    #[inline(always)]
    unsafe fn to_array(self) -> [f32; 16] {
        let mut array = [0.0; 16];
        unsafe { self.store(array.as_mut_ptr()) };
        array
    }

    /// The sum of all lanes, always in the same order.
    #[inline(always)]
    unsafe fn sum(self) -> f32 {
        fold(unsafe { self.to_array() }, |a, b| a + b)
    }

    /// The greatest lane.
    #[inline(always)]
    unsafe fn greatest(self) -> f32 {
        fold(unsafe { self.to_array() }, |a, b| if a > b { a } else { b })
    }
}

/// Halves on halves. Each step has its own array, so that it becomes one instruction.
#[inline(always)]
fn fold(lanes: [f32; 16], join: impl Fn(f32, f32) -> f32) -> f32 {
    let eight: [f32; 8] = std::array::from_fn(|lane| join(lanes[lane], lanes[lane + 8]));
    let four: [f32; 4] = std::array::from_fn(|lane| join(eight[lane], eight[lane + 4]));
    join(join(four[0], four[2]), join(four[1], four[3]))
}

/// A polynomial, lowest power first, by Estrin's scheme: its short chains keep the processor busy.
#[inline(always)]
unsafe fn polynomial<L: Lanes>(x: L, c: &[f32; 14]) -> L {
    unsafe {
        let pair = |low: usize| L::splat(c[low + 1]).fma(x, L::splat(c[low]));
        let square = x.mul(x);
        let a = pair(2).fma(square, pair(0));
        let b = pair(6).fma(square, pair(4));
        let c = pair(10).fma(square, pair(8));
        let fourth = square.mul(square);
        let low = b.fma(fourth, a);
        let high = pair(12).fma(fourth, c);
        high.fma(fourth.mul(fourth), low)
    }
}

/// e to the power of x. Relative error below 3e-7 where x is at least -87; below that it stays at
/// the value there. The polynomial is the Chebyshev fit of 2^f over -0.5 ..= 0.5.
#[inline(always)]
pub(crate) unsafe fn exp<L: Lanes>(x: L) -> L {
    // log2(e) in two parts, so that the product keeps its low bits.
    const HIGH: f32 = std::f32::consts::LOG2_E;
    const LOW: f32 = 1.925_963e-8;
    unsafe {
        let x = x.max(L::splat(-87.0)).min(L::splat(88.0));
        let whole = x.mul(L::splat(HIGH)).round();
        let part = x.fma(L::splat(HIGH), L::splat(0.0).sub(whole));
        let part = x.fma(L::splat(LOW), part);
        let mut power = L::splat(EXP2[6]);
        for at in (0..6).rev() {
            power = power.fma(part, L::splat(EXP2[at]));
        }
        power.mul(whole.power_of_two())
    }
}

const EXP2: [f32; 7] = [
    1.0e0,
    6.931_472e-1,
    2.402_265e-1,
    5.550_327e-2,
    9.618_057e-3,
    1.340_042_8e-3,
    1.546_144_5e-4,
];

/// Over `u` = x² scaled to -1 ..= 1, (Φ(x) - 1/2) / x: the Chebyshev fit for |x| up to 5.5.
const HALF_PHI: [f32; 14] = [
    1.285_52e-1,
    -6.417_236e-2,
    4.773_02e-2,
    -3.879_022_2e-2,
    3.218_985_7e-2,
    -2.609_169_5e-2,
    1.964_392_7e-2,
    -1.473_246_05e-2,
    1.229_275e-2,
    -7.590_043_4e-3,
    1.587_502_8e-3,
    -1.283_159_5e-3,
    2.929_354_8e-3,
    -1.356_621_7e-3,
];

/// `x Φ(x)`, Φ the normal distribution's. Absolute error below 3e-6 over -8 ..= 8, relative to x
/// below 4e-7.
#[inline(always)]
pub(crate) unsafe fn gelu<L: Lanes>(x: L) -> L {
    const REACH: f32 = 5.5;
    unsafe {
        let near = x.max(L::splat(-REACH)).min(L::splat(REACH));
        let u = near
            .mul(near)
            .fma(L::splat(2.0 / (REACH * REACH)), L::splat(-1.0));
        let phi = polynomial(u, &HALF_PHI).fma(near, L::splat(0.5));
        x.mul(phi)
    }
}

/// `x Φ(x)` by the tanh form.
#[inline(always)]
pub(crate) unsafe fn gelu_tanh<L: Lanes>(x: L) -> L {
    const SCALE: f32 = 0.797_884_6; // sqrt(2 / π)
    unsafe {
        let cube = x.mul(x).mul(x);
        let inner = cube.fma(L::splat(0.044_715), x).mul(L::splat(SCALE));
        // (1 + tanh u) / 2 = 1 / (1 + e^(-2u))
        let fall = exp(inner.mul(L::splat(-2.0)));
        x.div(L::splat(1.0).add(fall))
    }
}

/// `x / (1 + e^-x)`.
#[inline(always)]
pub(crate) unsafe fn silu<L: Lanes>(x: L) -> L {
    unsafe {
        let fall = exp(L::splat(0.0).sub(x));
        x.div(L::splat(1.0).add(fall))
    }
}

/// The hyperbolic tangent, with an absolute error below 1e-6.
#[inline(always)]
pub(crate) unsafe fn tanh<L: Lanes>(x: L) -> L {
    unsafe {
        // tanh u = 1 - 2 / (1 + e^2u)
        let rise = exp(x.add(x));
        L::splat(1.0).sub(L::splat(2.0).div(L::splat(1.0).add(rise)))
    }
}
