//! Offsets by which no theme wins for its wording alone: the corpus's mean probabilities are matched
//! to a prior.
//!
//! After Liusie, Manakul and Gales 2023. A theme whose wording lies near everything gets a high
//! probability in every unit; weights are sought with which the reweighted probabilities have, on
//! the mean of the corpus, the prior's shares. That such weights exist and are one is a property of a
//! convex function whose slope is the difference between the two.
//!
//! The corpus must really have those shares. Where its themes are spread unevenly, large ones would
//! be cut down to the prior, which costs far more than it gains; so it is refused there.

use std::ops::RangeInclusive;

use ndarray::{Array1, Array2, ArrayView2, Axis};
use rayon::prelude::*;

use super::newton::{Local, lowest};

/// Rounds of the estimate of shares.
const ROUNDS: usize = 5;
/// How much of the former shares an estimate keeps.
const DAMPING: f64 = 0.5;
/// A theme's estimated share may lie between these, as multiples of what the prior says.
const LIKE_PRIOR: RangeInclusive<f64> = 0.5..=2.0;
/// Units a theme, at least, for means that mean something.
const UNITS_A_THEME: usize = 20;
/// Units summed together; fixed, so that no result depends on the number of threads.
const BLOCK: usize = 4096;

/// Why scores stay as they are.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum NotMatched {
    /// Too few units.
    #[error(
        "scores aren't matched to even shares: {units} sentences are too few for {themes} themes; {needed} are needed"
    )]
    TooFew {
        /// Units there are.
        units: usize,
        /// Themes.
        themes: usize,
        /// Units wanted.
        needed: usize,
    },
    /// The corpus is not as the prior says.
    #[error(
        "scores aren't matched to even shares: themes are spread unevenly here (theme '{theme}' has {share:.2} times its share), and large ones would be cut down"
    )]
    Uneven {
        /// The theme furthest from its share.
        theme: String,
        /// Its estimated share, as a multiple of the prior's.
        share: f64,
    },
}

/// What to add to each theme's scores (units × themes), so that the softmax of a score by
/// `temperature` has the prior's shares on the mean of all units. `themes` are the ids; `prior` sums
/// to 1, and without one all shares are even. The offsets' mean is 0.
///
/// # Errors
/// [`NotMatched`] where it would do harm.
///
/// # Panics
/// When there isn't one id and one positive share a theme.
pub fn offsets(
    scores: ArrayView2<'_, f32>,
    temperature: f64,
    themes: &[&str],
    prior: Option<&[f64]>,
) -> Result<Vec<f32>, NotMatched> {
    let (units, count) = scores.dim();
    let prior = prior.map_or_else(|| vec![1.0 / count as f64; count], <[f64]>::to_vec);
    assert!(
        themes.len() == count && prior.len() == count,
        "an id and a share of each theme"
    );
    assert!(prior.iter().all(|&share| share > 0.0), "positive shares");
    let needed = count * UNITS_A_THEME;
    if units < needed {
        return Err(NotMatched::TooFew {
            units,
            themes: count,
            needed,
        });
    }
    let shares = estimated_shares(scores, temperature, &prior);
    let furthest = (shares.iter().zip(&prior).zip(themes))
        .map(|((share, prior), theme)| (share / prior, theme))
        .max_by(|a, b| a.0.ln().abs().total_cmp(&b.0.ln().abs()));
    if let Some((share, theme)) = furthest
        && !LIKE_PRIOR.contains(&share)
    {
        return Err(NotMatched::Uneven {
            theme: (*theme).to_owned(),
            share,
        });
    }
    let weights = log_weights(scores, temperature, &prior);
    Ok(weights
        .iter()
        .map(|weight| (temperature * weight) as f32)
        .collect())
}

/// The themes' shares as the units tell them, with the prior as the first guess.
fn estimated_shares(scores: ArrayView2<'_, f32>, temperature: f64, prior: &[f64]) -> Vec<f64> {
    let mut shares = prior.to_vec();
    for _ in 0..ROUNDS {
        let weights: Array1<f64> = shares.iter().map(|share| share.ln()).collect();
        let sums = Sums::of(scores, temperature, &weights, false);
        for (share, won) in shares.iter_mut().zip(&sums.parts) {
            *share = DAMPING * *share + (1.0 - DAMPING) * won / scores.nrows() as f64;
        }
    }
    shares
}

/// Logarithms of the weights that match the prior; their mean is 0.
fn log_weights(scores: ArrayView2<'_, f32>, temperature: f64, prior: &[f64]) -> Array1<f64> {
    let prior = Array1::from(prior.to_vec());
    let units = scores.nrows() as f64;
    let themes = prior.len() as f64;
    lowest(Array1::zeros(prior.len()), |weights| {
        let sums = Sums::of(scores, temperature, weights, true);
        let parts = &sums.parts / units;
        let mut hessian = sums.products / -units;
        hessian.diag_mut().scaled_add(1.0, &parts);
        // All weights may grow together without effect; this holds their mean at 0.
        let mean = weights.sum() / themes;
        hessian += 1.0 / (themes * themes);
        Local {
            value: sums.log_totals / units - prior.dot(weights) + 0.5 * mean * mean,
            gradient: parts - &prior + mean / themes,
            hessian,
        }
    })
}

/// Sums over units of their parts of the themes.
struct Sums {
    /// Parts, which in a unit sum to 1.
    parts: Array1<f64>,
    /// Products of two parts of a unit; empty where they aren't asked for.
    products: Array2<f64>,
    /// Logarithms of what the parts were divided by.
    log_totals: f64,
}

impl Sums {
    fn of(
        scores: ArrayView2<'_, f32>,
        temperature: f64,
        log_weights: &Array1<f64>,
        products: bool,
    ) -> Self {
        let blocks: Vec<Self> = scores
            .axis_chunks_iter(Axis(0), BLOCK)
            .into_par_iter()
            .map(|block| {
                let mut parts = block.mapv(|score| f64::from(score) / temperature);
                let mut log_totals = 0.0;
                for mut row in parts.rows_mut() {
                    row += log_weights;
                    let highest = row.fold(f64::NEG_INFINITY, |high, &x| high.max(x));
                    row.mapv_inplace(|x| (x - highest).exp());
                    let total = row.sum();
                    row /= total;
                    log_totals += highest + total.ln();
                }
                Self {
                    parts: parts.sum_axis(Axis(0)),
                    products: if products {
                        parts.t().dot(&parts)
                    } else {
                        Array2::zeros((0, 0))
                    },
                    log_totals,
                }
            })
            .collect();
        let size = if products { log_weights.len() } else { 0 };
        let none = Self {
            parts: Array1::zeros(log_weights.len()),
            products: Array2::zeros((size, size)),
            log_totals: 0.0,
        };
        blocks.into_iter().fold(none, |mut sum, block| {
            sum.parts += &block.parts;
            sum.products += &block.products;
            sum.log_totals += block.log_totals;
            sum
        })
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    const EVEN: [f64; 3] = [1.0 / 3.0; 3];

    fn probabilities() -> Array2<f64> {
        array![
            [0.8, 0.15, 0.05],
            [0.6, 0.3, 0.1],
            [0.5, 0.2, 0.3],
            [0.7, 0.1, 0.2]
        ]
    }

    /// Weights that sum to 1, for scores whose softmax by a temperature of 1 is [`probabilities`].
    fn weights(prior: &[f64]) -> Vec<f64> {
        let scores = probabilities().mapv(|p| p.ln() as f32);
        let logs = log_weights(scores.view(), 1.0, prior);
        assert!(logs.sum().abs() < 1e-9, "{logs}");
        let weights = logs.mapv(f64::exp);
        (&weights / weights.sum()).to_vec()
    }

    fn near(found: &[f64], expected: &[f64]) {
        for (found, expected) in found.iter().zip(expected) {
            // Scores are of 32 bits: logarithms near 3 are rounded by 1e-7.
            assert!((found - expected).abs() < 5e-7, "{found} {expected}");
        }
    }

    /// numpy 2.4.6: `w *= prior / mean(w * p / sum(w * p))`, 200,000 rounds.
    #[test]
    fn weights_are_those_of_the_fixed_point() {
        let even = weights(&EVEN);
        near(
            &even,
            &[0.108_731_491_605, 0.400_353_653_777, 0.490_914_854_618],
        );
        let first = Array1::from(even) * probabilities().row(0);
        near(
            &(&first / first.sum()).to_vec(),
            &[0.506_954_036_240, 0.349_992_153_335, 0.143_053_810_426],
        );
        near(
            &weights(&[0.5, 0.3, 0.2]),
            &[0.207_867_252_058, 0.447_705_429_783, 0.344_427_318_159],
        );
    }

    /// Units of three themes in these numbers, of which the last has a wording near everything.
    fn corpus(numbers: [usize; 3], bias: f32) -> Array2<f32> {
        let of: Vec<usize> = (0..3)
            .flat_map(|theme| vec![theme; numbers[theme]])
            .collect();
        Array2::from_shape_fn((of.len(), 3), |(unit, theme)| {
            let noise = ((unit * 37 + theme * 59) % 101) as f32 / 1010.0;
            let right = if of[unit] == theme { 0.1 } else { 0.0 };
            0.2 + noise + right + if theme == 2 { bias } else { 0.0 }
        })
    }

    #[test]
    fn a_theme_that_scores_high_everywhere_is_lowered_to_its_share() {
        let scores = corpus([70, 70, 70], 0.03);
        let added = offsets(scores.view(), 0.05, &["a", "b", "c"], None).expect("evenly spread");
        assert!(added[2] < added[0] && added[2] < added[1], "{added:?}");
        assert!(added.iter().sum::<f32>().abs() < 1e-6);
        let moved = &scores + &Array1::from(added);
        let sums = Sums::of(moved.view(), 0.05, &Array1::zeros(3), false);
        for part in sums.parts / 210.0 {
            // Offsets are of 32 bits: a relative 6e-8 of a score, divided by the temperature.
            assert!((part - 1.0 / 3.0).abs() < 2e-6, "{part}");
        }
    }

    #[test]
    fn it_is_refused_where_a_theme_is_rare_or_units_are_few() {
        let refused = |numbers| {
            offsets(corpus(numbers, 0.0).view(), 0.02, &["a", "b", "c"], None).expect_err("refused")
        };
        assert!(matches!(
            refused([19, 20, 20]),
            NotMatched::TooFew { needed: 60, .. }
        ));
        let told = refused([200, 190, 10]);
        assert!(
            matches!(&told, NotMatched::Uneven { theme, share } if theme == "c" && *share < 0.5),
            "{told}"
        );
    }

    #[test]
    fn a_prior_that_the_corpus_follows_is_matched() {
        let scores = corpus([300, 80, 20], 0.0);
        let prior = [0.75, 0.2, 0.05];
        let ids = ["a", "b", "c"];
        assert!(offsets(scores.view(), 0.02, &ids, None).is_err());
        assert!(offsets(scores.view(), 0.02, &ids, Some(&prior)).is_ok());
    }

    #[test]
    fn threads_change_no_bit() {
        let scores = corpus([5000, 5000, 5000], 0.02);
        let with = |threads: usize| {
            rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .expect("threads")
                .install(|| offsets(scores.view(), 0.05, &["a", "b", "c"], None))
        };
        assert_eq!(with(1), with(2));
        assert!(with(1).is_ok());
    }
}
