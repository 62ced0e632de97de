//! Functions of probability theory, far into their tails.
//!
//! `libm` has the error and gamma functions. The quantile of the beta distribution is our own: that of
//! statrs stops its continued fraction after 140 terms, too few for words with thousands of
//! occurrences, and takes the level as a number next to 1 where the upper tail is meant.

use std::f64::consts::{LN_10, PI};

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

/// ln Γ(x) for `x > 0`.
pub(crate) fn ln_gamma(x: f64) -> f64 {
    libm::lgamma(x)
}

/// The odds `x/(1-x)` of the quantile `x` at which the beta distribution with parameters `a` and `b`
/// has the lower tail `p`, for `p` up to a half.
pub(crate) fn beta_quantile_odds(p: f64, a: f64, b: f64) -> f64 {
    let ln_beta = ln_gamma(a) + ln_gamma(b) - ln_gamma(a + b);
    // As a function of the log odds, the logarithm of the tail is concave and rising: Newton's steps
    // land left of the root and go up to it from there.
    let mut log_odds = (a / b).ln();
    for _ in 0..100 {
        let (ln_tail, slope) = ln_beta_tail(log_odds, a, b, ln_beta);
        let step = (p.ln() - ln_tail) / slope;
        log_odds += step;
        if step.abs() < 1e-14 * log_odds.abs().max(1.0) {
            break;
        }
    }
    log_odds.exp()
}

/// The logarithm of the lower tail at some log odds, and its derivative by them.
fn ln_beta_tail(log_odds: f64, a: f64, b: f64, ln_beta: f64) -> (f64, f64) {
    // ln x and ln (1-x), neither of which cancels.
    let ln_x = -(-log_odds).exp().ln_1p();
    let ln_y = -log_odds.exp().ln_1p();
    let ln_front = a * ln_x + b * ln_y - ln_beta;
    let x = ln_x.exp();
    if x < (a + 1.0) / (a + b + 2.0) {
        let ln_tail = ln_front + continued_fraction(x, a, b).ln() - a.ln();
        (ln_tail, (ln_front - ln_tail).exp())
    } else {
        let upper = ln_front.exp() * continued_fraction(ln_y.exp(), b, a) / b;
        let ln_tail = (-upper).ln_1p();
        (ln_tail, (ln_front - ln_tail).exp())
    }
}

/// The continued fraction of the incomplete beta function (DLMF 8.17.22), by the method of Lentz.
/// It needs terms in the order of the square root of the larger parameter.
fn continued_fraction(x: f64, a: f64, b: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let away_from_zero = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut upper = 1.0;
    let mut lower = 1.0 / away_from_zero(1.0 - (a + b) * x / (a + 1.0));
    let mut value = lower;
    for step in 1..100_000 {
        let m = f64::from(step);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        lower = 1.0 / away_from_zero(1.0 + even * lower);
        upper = away_from_zero(1.0 + even / upper);
        value *= lower * upper;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        lower = 1.0 / away_from_zero(1.0 + odd * lower);
        upper = away_from_zero(1.0 + odd / upper);
        let change = lower * upper;
        value *= change;
        if (change - 1.0).abs() < 1e-16 {
            break;
        }
    }
    value
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
