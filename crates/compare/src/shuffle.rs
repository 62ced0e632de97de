//! How often would chance divide the units so that two sides differ as much?

use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use crate::random::{below, stream};

/// Values that differ by less than this part of the greatest are equal, but for rounding.
const SAME: f64 = 1e-10;

/// How labels are shuffled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shuffles {
    /// How many divisions are drawn. If there are no more than that, all are gone through.
    pub count: usize,
    /// Seed of the draws. Each has a stream of its own.
    pub seed: u64,
}

/// An observed value among those of other divisions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tested {
    /// The value of the division as it is.
    pub value: f64,
    /// One-sided: share of divisions with a value as high, the one observed among them. At least
    /// 1/(count + 1). Divisions without a value count as high.
    pub p: f64,
    /// Mean of the other divisions' values, as far as they have one; of all, where all are gone through.
    pub null_mean: f64,
    /// Their standard deviation (n - 1).
    pub null_sd: f64,
    /// Divisions that were judged, besides the one observed where they were drawn.
    pub divisions: usize,
    /// Whether these are all that there are.
    pub is_exact: bool,
}

/// Tests a statistic of units divided into a target (true) and a reference: units change sides whole,
/// and the number of units on each side stays.
///
/// With all divisions gone through, p is the share of them with a value as high. With some drawn it
/// is (#{as high} + 1)/(count + 1), which is valid for any count (Phipson and Smyth 2010). None where
/// a side has no unit, or no division is asked for.
pub fn permutation_test(
    is_target: &[bool],
    shuffles: Shuffles,
    statistic: impl Fn(&[bool]) -> f64 + Sync,
) -> Option<Tested> {
    let units = is_target.len();
    let chosen = is_target.iter().filter(|is| **is).count();
    if chosen == 0 || chosen == units || shuffles.count == 0 {
        return None;
    }
    let value = statistic(is_target);
    let all = combinations(units, chosen).filter(|&all| all <= shuffles.count as u64);
    let others: Vec<f64> = if let Some(all) = all {
        (0..all)
            .into_par_iter()
            .map(|rank| statistic(&combination(units, chosen, rank)))
            .collect()
    } else {
        (0..shuffles.count)
            .into_par_iter()
            .map(|replicate| {
                let mut random = stream(shuffles.seed, replicate as u64);
                statistic(&drawn(units, chosen, &mut random))
            })
            .collect()
    };
    let greatest = others
        .iter()
        .fold(value.abs(), |most, other| most.max(other.abs()));
    let as_high = others
        .iter()
        .filter(|&&other| other.is_nan() || other >= value - SAME * greatest)
        .count();
    let count = others.len() as f64;
    let known = || others.iter().filter(|other| !other.is_nan());
    let with_value = known().count() as f64;
    let null_mean = known().sum::<f64>() / with_value;
    let squares: f64 = known().map(|other| (other - null_mean).powi(2)).sum();
    let is_exact = all.is_some();
    Some(Tested {
        value,
        p: if is_exact {
            as_high as f64 / count
        } else {
            (as_high as f64 + 1.0) / (count + 1.0)
        },
        null_mean,
        null_sd: (squares / (with_value - 1.0).max(1.0)).sqrt(),
        divisions: others.len(),
        is_exact,
    })
}

/// The least p that so many units on each side can have, however different they are, where it is the
/// same to a statistic which side is the target. Of equally many units on both, each division has its
/// mirror image.
pub fn least_p(targets: usize, references: usize) -> f64 {
    let mirrored = if targets == references { 2.0 } else { 1.0 };
    let ways = combinations(targets + references, targets);
    (mirrored / ways.unwrap_or(u64::MAX) as f64).min(1.0)
}

/// Labels with so many true ones, evenly drawn.
fn drawn(units: usize, chosen: usize, random: &mut ChaCha8Rng) -> Vec<bool> {
    let mut order: Vec<usize> = (0..units).collect();
    let mut labels = vec![false; units];
    for at in 0..chosen {
        let other = at + below(random, units - at);
        order.swap(at, other);
        labels[order[at]] = true;
    }
    labels
}

/// In how many ways `chosen` of `units` can be chosen; none where that passes 64 bits.
fn combinations(units: usize, chosen: usize) -> Option<u64> {
    let chosen = chosen.min(units - chosen);
    (0..chosen).try_fold(1_u64, |ways, at| {
        // Always whole: it is the number of ways to choose at + 1.
        Some(ways.checked_mul((units - at) as u64)? / (at as u64 + 1))
    })
}

/// The choice of this rank, in the order of labels with false before true.
fn combination(units: usize, mut chosen: usize, mut rank: u64) -> Vec<bool> {
    let mut labels = vec![false; units];
    for (at, label) in labels.iter_mut().enumerate() {
        let left = units - at - 1;
        if chosen == 0 {
            break;
        }
        let without = if chosen > left {
            0
        } else {
            combinations(left, chosen).unwrap_or(u64::MAX)
        };
        if rank >= without {
            rank -= without;
            *label = true;
            chosen -= 1;
        }
    }
    labels
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn difference(values: &[f64]) -> impl Fn(&[bool]) -> f64 + Sync + '_ {
        move |labels| {
            let mean = |side: bool| {
                let own = labels.iter().zip(values).filter(|(is, _)| **is == side);
                own.clone().map(|(_, x)| x).sum::<f64>() / own.count() as f64
            };
            mean(true) - mean(false)
        }
    }

    #[test]
    fn all_choices_are_gone_through_once() {
        for (units, chosen, ways) in [(5, 2, 10), (6, 3, 20), (4, 1, 4), (4, 3, 4)] {
            assert_eq!(combinations(units, chosen), Some(ways));
            let all: BTreeSet<Vec<bool>> = (0..ways)
                .map(|rank| combination(units, chosen, rank))
                .collect();
            assert_eq!(all.len() as u64, ways);
            let right = |labels: &Vec<bool>| labels.iter().filter(|is| **is).count() == chosen;
            assert!(all.iter().all(right));
        }
        assert_eq!(combinations(200, 100), None);
    }

    /// Fisher's test of 1, 2 against 3, 4, 5: one of ten divisions is as low, all are as high.
    #[test]
    fn few_units_give_the_exact_p() {
        let values = [1.0, 2.0, 3.0, 4.0, 5.0];
        let shuffles = Shuffles {
            count: 100,
            seed: 1,
        };
        let high = [false, false, true, true, true];
        let found = permutation_test(&high, shuffles, difference(&values)).expect("two sides");
        assert!(found.is_exact && found.divisions == 10);
        assert!((found.p - 0.1).abs() < 1e-12 && (found.value - 2.5).abs() < 1e-12);
        assert!(found.null_mean.abs() < 1e-12);
        let low = [true, true, false, false, false];
        let found = permutation_test(&low, shuffles, difference(&values)).expect("two sides");
        assert!((found.p - 1.0).abs() < 1e-12);
    }

    /// A difference of either sign: the most different division and its mirror image are as high.
    #[test]
    fn no_p_is_less_than_the_least() {
        let values = [1.0, 2.0, 3.0, 14.0, 15.0, 26.0];
        let either = |labels: &[bool]| difference(&values)(labels).abs();
        let shuffles = Shuffles {
            count: 100,
            seed: 1,
        };
        for (labels, sides) in [
            ([false, false, false, true, true, true], (3, 3)),
            ([false, false, false, false, false, true], (1, 5)),
        ] {
            let found = permutation_test(&labels, shuffles, either).expect("two sides");
            assert!(
                (found.p - least_p(sides.0, sides.1)).abs() < 1e-12,
                "{found:?}"
            );
        }
        assert!((least_p(3, 3) - 0.1).abs() < 1e-12);
        assert!((least_p(1, 1) - 1.0).abs() < 1e-12);
        assert!(least_p(200, 100) < 1e-15);
    }

    /// As of a division whose one side has nothing to measure.
    #[test]
    fn a_division_without_a_value_never_makes_p_smaller() {
        let values = [1.0, 2.0, 3.0, 4.0];
        let shuffles = Shuffles {
            count: 100,
            seed: 1,
        };
        let without_first = |labels: &[bool]| {
            if labels[0] {
                f64::NAN
            } else {
                difference(&values)(labels)
            }
        };
        let last = [false, false, false, true];
        let found = permutation_test(&last, shuffles, without_first).expect("two sides");
        assert!((found.p - 0.5).abs() < 1e-12, "{found:?}");
        assert!(found.null_mean.is_finite() && found.null_sd.is_finite());
    }

    #[test]
    fn one_side_alone_is_not_tested() {
        let shuffles = Shuffles {
            count: 100,
            seed: 1,
        };
        assert_eq!(permutation_test(&[true, true], shuffles, |_| 0.0), None);
        assert_eq!(permutation_test(&[false], shuffles, |_| 0.0), None);
        let none = Shuffles { count: 0, seed: 1 };
        assert_eq!(permutation_test(&[true, false], none, |_| 0.0), None);
    }

    /// Of 400 tests of labels that mean nothing, p ≤ α happens in a share α. The standard error of such
    /// a share is at most √(α(1-α)/400); four of these are allowed.
    #[test]
    fn p_is_uniform_where_labels_mean_nothing() {
        let tests = 400;
        let p: Vec<f64> = (0..tests)
            .map(|test| {
                let mut random = stream(99, test);
                let values: Vec<f64> = (0..24)
                    .map(|_| below(&mut random, 1 << 20) as f64)
                    .collect();
                let labels = drawn(24, 10, &mut random);
                let shuffles = Shuffles {
                    count: 199,
                    seed: test,
                };
                permutation_test(&labels, shuffles, difference(&values))
                    .expect("two sides")
                    .p
            })
            .collect();
        for alpha in [0.05_f64, 0.1, 0.25, 0.5, 0.75, 0.9] {
            let share = p.iter().filter(|&&p| p <= alpha + 1e-9).count() as f64 / tests as f64;
            let error = (alpha * (1.0 - alpha) / tests as f64).sqrt();
            assert!(
                (share - alpha).abs() < 4.0 * error,
                "{share} of p at {alpha}"
            );
        }
    }
}
