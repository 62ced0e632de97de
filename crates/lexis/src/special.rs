//! Functions of probability theory, far into their tails.
//!
//! `libm` has the error and gamma functions (those of statrs are good to ten digits only), statrs the
//! beta distribution. Ours is what they lack: p values that are too small to be numbers, and the last
//! digits of a quantile.

use std::f64::consts::{LN_10, PI};

use statrs::function::beta::{beta_reg, inv_beta_reg};

/// log10 of `P(X > x)` for χ² with one degree of freedom: `erfc(√(x/2))`, and for large `x`, where
/// that is no longer a number, its asymptotic continued fraction.
pub(crate) fn log10_chi_squared_tail(x: f64) -> f64 {
    let root = (x.max(0.0) / 2.0).sqrt();
    if root < 20.0 {
        return libm::erfc(root).log10();
    }
    // erfc(z) = exp(-z²)/√π · 1/(z + (1/2)/(z + (2/2)/(z + (3/2)/(z + …)))); 20 levels are exact
    // in double precision from z = 4 on.
    let fraction = (1..=20)
        .rev()
        .fold(root, |below, k| root + f64::from(k) / 2.0 / below);
    (-root * root - fraction.ln()) / LN_10 - PI.log10() / 2.0
}

/// The odds `x/(1-x)` of the quantile `x` at which the beta distribution with parameters `a` and `b`
/// has the lower tail `p`, for `p` up to a half.
pub(crate) fn beta_quantile_odds(p: f64, a: f64, b: f64) -> f64 {
    let ln_beta = libm::lgamma(a) + libm::lgamma(b) - libm::lgamma(a + b);
    let start = inv_beta_reg(a, b, p);
    let mut log_odds = (start / (1.0 - start)).ln();
    // The start is off by up to a hundredth of a bit where one parameter is in the millions. Two steps
    // of Newton's on the logarithm of the tail leave 1e-8.
    for _ in 0..2 {
        // ln x and ln (1-x), neither of which cancels.
        let ln_x = -(-log_odds).exp().ln_1p();
        let ln_y = -log_odds.exp().ln_1p();
        let tail = beta_reg(a, b, ln_x.exp());
        let slope = (a * ln_x + b * ln_y - ln_beta).exp() / tail;
        log_odds += (p.ln() - tail.ln()) / slope;
    }
    log_odds.exp()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tail_of_chi_squared_agrees_with_scipy_beyond_the_smallest_number() {
        // scipy 1.13.1: (log(2) + norm.logsf(sqrt(x))) / log(10)
        for (x, expected) in [
            (0.0, 0.0),
            (0.5, -0.319_211_277_825_720_5),
            (3.841_458_820_694_124, -1.301_029_995_663_980_8),
            (10.0, -2.805_374_044_070_92),
            (100.0, -22.817_023_409_822_095),
            (799.0, -175.050_520_705_753_9),
            (801.0, -175.485_356_707_274_72),
            (1500.0, -327.407_256_044_166_5),
            (1e5, -21_717.322_159_443_946),
        ] {
            let found = log10_chi_squared_tail(x);
            // The exponent's rounding, relative to its size.
            let tolerance = 1e-13 * f64::abs(expected).max(1.0);
            assert!((found - expected).abs() < tolerance, "{x}: {found}");
        }
    }

    #[test]
    fn quantiles_of_beta_agree_with_scipy_for_small_and_large_counts() {
        // scipy 1.13.1: x = beta.ppf(p, a, b); x / (1 - x)
        for (p, a, b, expected) in [
            (0.025, 10.0, 6.0, 0.622_859_554_349_357_2),
            (2.5e-5, 10.0, 6.0, 0.203_525_009_376_127),
            (0.025, 1.0, 1.0, 0.025_641_025_641_025_644),
            (1e-8, 150_000.0, 900_001.0, 0.164_073_165_046_492_89),
            (1e-9, 3.0, 200_000.0, 9.089_687_593_084_31e-9),
            (0.025, 5000.0, 2.0, 896.991_116_183_763_6),
            (1e-12, 1.0, 1.0, 1.000_000_000_001e-12),
            (0.025, 5.0, 11.0, 0.134_096_864_594_583_73),
            (1e-10, 900_000.0, 150_001.0, 5.894_684_967_929_504),
        ] {
            let found = beta_quantile_odds(p, a, b);
            // The logarithm of Γ(1e6) is 1e7: seven of sixteen digits are before the point.
            assert!(
                (found / expected - 1.0).abs() < 1e-9,
                "{p} {a} {b}: {found}"
            );
        }
    }
}
