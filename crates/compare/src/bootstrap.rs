//! How uncertain is a figure of two groups of texts?

use rayon::prelude::*;
use statrs::distribution::{ContinuousCDF, StudentsT};

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
    /// The 95 % interval of a statistic of two sides: the one observed, less the bootstrap's bias, and
    /// Student's t times the bootstrap's standard error on both sides of it. Units of each side are drawn
    /// anew with repetition, and the statistic gets how often each was drawn.
    ///
    /// A divergence of drawn profiles lies above that of the profiles drawn from, as this lies above
    /// the true one. So percentiles of it hold that bias twice, and miss small divergences nearly
    /// always. Of n units on the smaller side, bias and variance are taken n/(n-1) times, and t has n-1
    /// degrees of freedom: drawn units vary less than units do. With two or three units on a side that
    /// is wide enough to say little.
    ///
    /// None where a side has fewer than two units, or less than two replicates are drawn.
    pub fn interval(
        self,
        (targets, references): (usize, usize),
        statistic: impl Fn(&[usize], &[usize]) -> f64 + Sync,
    ) -> Option<(f64, f64)> {
        if targets < 2 || references < 2 || self.replicates < 2 {
            return None;
        }
        let observed = statistic(&vec![1; targets], &vec![1; references]);
        let found: Vec<f64> = (0..self.replicates)
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
        let replicates = found.len() as f64;
        let mean = found.iter().sum::<f64>() / replicates;
        let squares: f64 = found.iter().map(|x| (x - mean).powi(2)).sum();
        let units = targets.min(references) as f64;
        let few = units / (units - 1.0);
        let error = (few * squares / (replicates - 1.0)).sqrt();
        let student = StudentsT::new(0.0, 1.0, units - 1.0).ok()?;
        let middle = observed - few * (mean - observed);
        let reach = student.inverse_cdf(0.975) * error;
        Some((middle - reach, middle + reach))
    }
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
