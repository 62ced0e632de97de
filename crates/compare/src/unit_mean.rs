//! How sure is a mean or a share of things that come in units, as sentences do in articles?

use statrs::distribution::{ContinuousCDF, StudentsT};

/// A mean of things that were drawn unit by unit, and what that says of all there could be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct UnitMean {
    /// The mean over all things.
    pub mean: f64,
    /// Its 95 % interval; `None` of one unit, which can't say how units differ.
    pub interval: Option<(f64, f64)>,
    /// Units with things in them.
    pub units: usize,
    /// Things.
    pub count: f64,
}

impl UnitMean {
    /// The mean of any values. Of each unit it takes the sum of its values and their number; `None`
    /// without things.
    ///
    /// The standard error is that of a ratio of sums over units, G/(G-1) Σ(sum - mean · number)²/N²
    /// (Cochran 1977, section 11.3), and the interval Student's with G - 1 degrees of freedom.
    pub fn of_values(units: &[(f64, f64)]) -> Option<Self> {
        let drawn = Drawn::new(units)?;
        let interval = drawn.spread.map(|(variance, t)| {
            let half = t * variance.sqrt();
            (drawn.mean - half, drawn.mean + half)
        });
        Some(drawn.with(interval))
    }

    /// A share: of each unit how many things count, and how many there are. `None` without things.
    ///
    /// The interval is Wilson's of as many independent things as would be as sure, p(1-p)/variance
    /// and at most N, with Student's t of G - 1 degrees of freedom in the place of the normal
    /// quantile (Korn and Graubard 1998 do so with another interval). Where all or none count,
    /// units don't tell how alike their things are, and things pass for independent.
    pub fn of_share(units: &[(f64, f64)]) -> Option<Self> {
        let drawn = Drawn::new(units)?;
        let interval = drawn.spread.map(|(variance, t)| {
            share_interval(drawn.mean.clamp(0.0, 1.0), variance, drawn.count, t)
        });
        Some(drawn.with(interval))
    }
}

/// What both intervals need.
struct Drawn {
    mean: f64,
    count: f64,
    units: usize,
    /// Variance of the mean and the quantile for it.
    spread: Option<(f64, f64)>,
}

impl Drawn {
    fn new(units: &[(f64, f64)]) -> Option<Self> {
        let units = || units.iter().filter(|(_, number)| *number > 0.0);
        let count: f64 = units().map(|(_, number)| number).sum();
        let number = units().count();
        if number == 0 {
            return None;
        }
        let mean = units().map(|(sum, _)| sum).sum::<f64>() / count;
        let spread = (number > 1).then(|| {
            let strays = units().map(|(sum, of)| (sum - mean * of).powi(2));
            let g = number as f64;
            let variance = g / (g - 1.0) * strays.sum::<f64>() / (count * count);
            let student = StudentsT::new(0.0, 1.0, g - 1.0).expect("a unit or more beside one");
            (variance, student.inverse_cdf(0.975))
        });
        Some(Self {
            mean,
            count,
            units: number,
            spread,
        })
    }

    fn with(&self, interval: Option<(f64, f64)>) -> UnitMean {
        UnitMean {
            mean: self.mean,
            interval,
            units: self.units,
            count: self.count,
        }
    }
}

/// The interval of a share of so many things, of which the variance is known: Wilson's of as many
/// independent things as would be as sure, share·(1 - share)/variance and at most all of them. `quantile`
/// says how far it reaches, in standard errors.
pub fn share_interval(share: f64, variance: f64, count: f64, quantile: f64) -> (f64, f64) {
    let single = share * (1.0 - share);
    let worth = if single > 0.0 && variance * count > single {
        single / variance
    } else {
        count
    };
    wilson(share, worth, quantile)
}

/// Wilson's interval (1927) of a share of `n` things, which need not be whole.
fn wilson(p: f64, n: f64, quantile: f64) -> (f64, f64) {
    let square = quantile * quantile / n;
    let middle = p + square / 2.0;
    let half = quantile * (p * (1.0 - p) / n + square / (4.0 * n)).sqrt();
    let bound = |x: f64| (x / (1.0 + square)).clamp(0.0, 1.0);
    // Exact at the ends, where the two terms cancel.
    let low = if p <= 0.0 { 0.0 } else { bound(middle - half) };
    let high = if p >= 1.0 { 1.0 } else { bound(middle + half) };
    (low, high)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{below, stream};

    const UNITS: [(f64, f64); 5] = [
        (3.0, 10.0),
        (1.0, 12.0),
        (7.0, 9.0),
        (0.0, 4.0),
        (2.0, 15.0),
    ];

    #[track_caller]
    fn check(found: Option<UnitMean>, mean: f64, low: f64, high: f64) {
        let found = found.expect("things");
        let (own_low, own_high) = found.interval.expect("several units");
        for (found, expected) in [(found.mean, mean), (own_low, low), (own_high, high)] {
            assert!((found - expected).abs() < 1e-9, "{found} != {expected}");
        }
    }

    /// statsmodels 0.15.0: OLS on a constant, cov_type="cluster", use_t=True; and of the share
    /// proportion_confint(method="wilson") of p(1-p)/bse² (z/t)² things.
    #[test]
    fn intervals_are_those_of_statsmodels() {
        check(
            UnitMean::of_values(&UNITS),
            0.26,
            -0.086_007_892_083_899_3,
            0.606_007_892_083_899_4,
        );
        check(
            UnitMean::of_share(&UNITS),
            0.26,
            0.065_222_963_793_876_54,
            0.638_892_223_959_013_6,
        );
        let values = [(0.85, 3.0), (1.4, 2.0), (0.8, 4.0), (0.9, 1.0)];
        check(
            UnitMean::of_values(&values),
            0.395,
            -0.031_614_019_710_639_71,
            0.821_614_019_710_639_5,
        );
    }

    #[test]
    fn one_unit_has_no_interval_and_none_has_no_mean() {
        let one = UnitMean::of_share(&[(3.0, 4.0), (0.0, 0.0)]).expect("things");
        assert_eq!((one.units, one.interval), (1, None));
        assert!((one.mean - 0.75).abs() < 1e-12);
        assert_eq!(UnitMean::of_values(&[(0.0, 0.0)]), None);
        assert_eq!(UnitMean::of_share(&[]), None);
    }

    #[test]
    fn the_ends_of_a_share_are_exact() {
        let none = UnitMean::of_share(&[(0.0, 40.0), (0.0, 60.0), (0.0, 30.0)]).expect("things");
        let (low, high) = none.interval.expect("several units");
        assert!(low.to_bits() == 0 && high > 0.0 && high < 0.2, "{high}");
        let all = UnitMean::of_share(&[(40.0, 40.0), (60.0, 60.0)]).expect("things");
        assert_eq!(all.interval.map(|i| i.1.to_bits()), Some(1.0_f64.to_bits()));
    }

    /// A unit's share strays about the true one by 60 % of what it could: its sentences are alike.
    fn drawn(truth: f64, units: usize, seed: u64) -> Vec<(f64, f64)> {
        let mut random = stream(seed, 0);
        let reach = 0.6 * truth.min(1.0 - truth);
        (0..units)
            .map(|_| {
                let sentences = 10 + below(&mut random, 40);
                let mut uniform = || below(&mut random, 1 << 24) as f64 / f64::from(1 << 24);
                let own = truth + (2.0 * uniform() - 1.0) * reach;
                let counted = (0..sentences).filter(|_| uniform() < own).count();
                (counted as f64, sentences as f64)
            })
            .collect()
    }

    /// Of 1,000 intervals 95 % should hold the true share; the standard error of that share of
    /// intervals is 0.69 %, and four of these are allowed below.
    #[test]
    fn most_intervals_hold_the_true_share() {
        for truth in [0.05, 0.3] {
            for units in [4, 10, 40] {
                let held = (0..1000_u64)
                    .filter(|&test| {
                        let found = UnitMean::of_share(&drawn(truth, units, 7 * test + 1));
                        let interval = found.and_then(|found| found.interval);
                        interval.is_some_and(|(low, high)| (low..=high).contains(&truth))
                    })
                    .count();
                assert!(held >= 922, "{held} of 1,000 with {units} units at {truth}");
            }
        }
    }
}
