//! How uncertain is a figure of two groups of texts?

use rayon::prelude::*;
use statrs::distribution::{ContinuousCDF, Normal, StudentsT};

use crate::random::{below, stream};

/// A figure's interval from drawing units anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bootstrap {
    /// How many times.
    pub replicates: usize,
    /// Seed of the draws. Each replicate has a stream of its own.
    pub seed: u64,
}

impl Bootstrap {
    /// The 95 % percentile interval of a statistic of two sides, moved by twice the bootstrap's bias:
    /// units of each side are drawn anew with repetition, and the statistic gets how often each was
    /// drawn.
    ///
    /// A divergence of drawn profiles lies above that of the profiles drawn from, as this lies above
    /// the true one. Percentiles as they are hold that bias twice, and miss small divergences nearly
    /// always. Of few units, percentiles further out are taken.
    ///
    /// None where a side has fewer than two units, or nothing is drawn.
    pub fn interval(
        self,
        (targets, references): (usize, usize),
        statistic: impl Fn(&[usize], &[usize]) -> f64 + Sync,
    ) -> Option<(f64, f64)> {
        if targets < 2 || references < 2 || self.replicates == 0 {
            return None;
        }
        let observed = statistic(&vec![1; targets], &vec![1; references]);
        let mut found: Vec<f64> = (0..self.replicates)
            .into_par_iter()
            .map(|replicate| {
                let mut random = stream(self.seed, replicate as u64);
                let mut drawn = |units: usize| {
                    let mut times = vec![0; units];
                    (0..units).for_each(|_| times[below(&mut random, units)] += 1);
                    times
                };
                let (target, reference) = (drawn(targets), drawn(references));
                statistic(&target, &reference)
            })
            .collect();
        found.sort_by(f64::total_cmp);
        let bias = found.iter().sum::<f64>() / found.len() as f64 - observed;
        let end = |part| quantile(&found, part) - 2.0 * bias;
        let tail = tail(targets.min(references));
        Some((end(tail), end(1.0 - tail)))
    }
}

/// The part of the replicates that an interval leaves out on each side. 2.5 % would do if there were
/// many units; of few, percentiles spread less than the figure does. So they are taken further out,
/// as far as Student's t lies beyond the normal (the expanded percentile interval, Hesterberg 2015).
fn tail(units: usize) -> f64 {
    let units = units as f64;
    let student = StudentsT::new(0.0, 1.0, units - 1.0).expect("several units");
    let reach = student.inverse_cdf(0.975) * (units / (units - 1.0)).sqrt();
    Normal::standard().cdf(-reach)
}

/// Linear between the two nearest of sorted numbers (type 7 of Hyndman and Fan).
#[expect(clippy::cast_sign_loss, reason = "a part of a length")]
pub(crate) fn quantile(sorted: &[f64], part: f64) -> f64 {
    let place = part * (sorted.len() - 1) as f64;
    let first = place.floor() as usize;
    let (lower, upper) = (sorted[first], sorted[place.ceil() as usize]);
    lower + (upper - lower) * (place - first as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jensen_shannon;

    /// Shares of three themes over the units drawn.
    fn shares(units: &[[f64; 3]], times: &[usize]) -> [f64; 3] {
        let mut sums = [0.0; 3];
        for (unit, &times) in units.iter().zip(times) {
            for (sum, x) in sums.iter_mut().zip(unit) {
                *sum += x * times as f64;
            }
        }
        let all: f64 = sums.iter().sum();
        sums.map(|x| x / all)
    }

    /// Units whose shares of three themes stray about a mean.
    fn units(mean: [f64; 3], count: usize, seed: u64) -> Vec<[f64; 3]> {
        let mut random = stream(seed, 0);
        (0..count)
            .map(|_| {
                let turn = below(&mut random, 3);
                let stray = (below(&mut random, 1001) as f64 / 1000.0 - 0.5) * 0.2;
                let mut own = mean;
                own[turn] += stray;
                own[(turn + 1) % 3] -= stray;
                own
            })
            .collect()
    }

    /// Of 300 intervals 95 % should hold the true divergence; the standard error of that share is
    /// 1.26 %. Three of these below and four above are allowed, for a small divergence and none.
    #[test]
    fn most_intervals_hold_the_true_divergence() {
        let base = [0.4, 0.35, 0.25];
        for other in [[0.3, 0.35, 0.35], [0.37, 0.35, 0.28]] {
            let truth = jensen_shannon(&base, &other);
            let held = (0..300_u64)
                .filter(|&test| {
                    let (ones, others) =
                        (units(base, 20, 2 * test), units(other, 30, 2 * test + 1));
                    let bootstrap = Bootstrap {
                        replicates: 300,
                        seed: test,
                    };
                    let (low, high) = bootstrap
                        .interval((20, 30), |a, b| {
                            jensen_shannon(&shares(&ones, a), &shares(&others, b))
                        })
                        .expect("two sides");
                    (low..=high).contains(&truth)
                })
                .count();
            let share = held as f64 / 300.0;
            assert!(
                share >= 0.95 - 3.0 * 0.0126,
                "{share} of intervals of {truth}"
            );
        }
    }

    #[test]
    fn one_unit_has_no_interval_and_equal_units_have_no_doubt() {
        let bootstrap = Bootstrap {
            replicates: 50,
            seed: 1,
        };
        assert_eq!(bootstrap.interval((1, 5), |_, _| 1.0), None);
        let (low, high) = bootstrap.interval((3, 5), |_, _| 1.0).expect("two sides");
        assert!((low - 1.0).abs() < 1e-12 && (high - 1.0).abs() < 1e-12);
    }

    #[test]
    fn quantiles_lie_between_the_nearest() {
        let sorted = [1.0, 2.0, 4.0, 8.0];
        for (part, expected) in [(0.0, 1.0), (1.0, 8.0), (0.5, 3.0), (0.25, 1.75)] {
            assert!((quantile(&sorted, part) - expected).abs() < 1e-12);
        }
    }
}
