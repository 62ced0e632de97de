//! Scores calibrated by a reader's own labels.
//!
//! A few dozen sentences that somebody has sorted by hand tell two things about a scorer: how much a
//! difference in score is worth, which is a temperature, and which themes score too high or too
//! low, which are offsets. Offsets are learned only as far as sentences kept aside bear them out:
//! they are held near 0 by a penalty, and the strongest penalty that isn't clearly worse is taken.
//! The strongest of all leaves the temperature alone, which changes probabilities but no winner.
//!
//! Nothing is drawn at random. What is reported is measured on sentences that had no part in the
//! fit, nor in the choice of its penalty.

use ndarray::{Array2, ArrayView2, Axis};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::scaling::Scaling;
use crate::{Confusion, ece};

/// Labels, at least.
const LABELS: usize = 50;
/// Parts of which each is kept aside once.
const FOLDS: usize = 5;
/// Penalties tried, the strongest first: inverse variances of shifts in log odds. The infinite one
/// leaves the temperature alone.
const PENALTIES: [f64; 5] = [f64::INFINITY, 100.0, 10.0, 1.0, 0.1];
/// Bins of the calibration error.
const BINS: usize = 15;

/// Why scores stay as they are.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum NotCalibrated {
    /// Too few labels.
    #[error("scores aren't calibrated: {labels} labels are too few; give at least {needed}")]
    TooFew {
        /// Labels there are.
        labels: usize,
        /// Labels wanted.
        needed: usize,
    },
    /// Nothing to tell apart.
    #[error("scores aren't calibrated: all labels are of the same theme; label other themes too")]
    OneTheme,
    /// Scores say nothing of the labels, or the contrary.
    #[error(
        "scores aren't calibrated: labelled themes score no higher than others; check that labels and codebook name the same themes"
    )]
    Unrelated,
}

/// How good winners and their probabilities are.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize)]
pub struct Quality {
    /// Mean F1 of the themes.
    pub macro_f1: f64,
    /// Matthews correlation coefficient.
    pub mcc: f64,
    /// Expected calibration error of 15 bins.
    pub ece: f64,
}

/// What calibration gains.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize)]
pub struct Report {
    /// Units with a label.
    pub units: usize,
    /// Parts of which each was kept aside once.
    pub folds: usize,
    /// Scores as they were, with the default temperature.
    pub before: Quality,
    /// Calibrated scores of units kept aside.
    pub after: Quality,
}

/// A temperature and offsets learned from labels.
#[derive(Clone, Debug, PartialEq)]
pub struct Calibration {
    /// The softmax of calibrated scores by this gives probabilities.
    pub temperature: f64,
    /// What to add to each theme's score, on the scale of scores. Their mean is 0 unless "none of
    /// these" has an offset too.
    pub offsets: Vec<f64>,
    /// What to add to the threshold for "none of these"; `None` where no label is that.
    pub none_offset: Option<f64>,
    /// The penalty chosen; infinite where offsets don't help, so that all are 0.
    pub penalty: f64,
    /// What it gains.
    pub report: Report,
}

impl Calibration {
    /// Learns from the scores of labelled units (units × themes) and a label each: a theme's place
    /// in the codebook, or `None` for "none of these". If no label is `None`, "none of these" isn't
    /// among the classes. `temperature` is the default one, to compare with.
    ///
    /// # Errors
    /// [`NotCalibrated`] where the labels don't allow it.
    ///
    /// # Panics
    /// When there isn't a label a unit, or one names no theme.
    pub fn fit(
        scores: ArrayView2<'_, f32>,
        none_below: f32,
        labels: &[Option<usize>],
        temperature: f64,
    ) -> Result<Self, NotCalibrated> {
        let themes = scores.ncols();
        assert_eq!(scores.nrows(), labels.len(), "a label a unit");
        let known = labels.iter().flatten().all(|&label| label < themes);
        assert!(known, "labels of themes");
        if labels.len() < LABELS {
            return Err(NotCalibrated::TooFew {
                labels: labels.len(),
                needed: LABELS,
            });
        }
        if labels.iter().all(|label| *label == labels[0]) {
            return Err(NotCalibrated::OneTheme);
        }
        let labelled = Labelled {
            scores: with_none(scores, none_below, labels.contains(&None)),
            classes: labels.iter().map(|label| label.unwrap_or(themes)).collect(),
        };
        let default = Scaling::by_temperature(temperature, labelled.scores.ncols());
        let (penalty, scaling) = learn(&labelled, &default).ok_or(NotCalibrated::Unrelated)?;
        let kept_aside = labelled
            .cross_predict(|training| Some(learn(training, &default)?.1))
            .ok_or(NotCalibrated::Unrelated)?;
        let default = vec![default; labels.len()];
        let report = Report {
            units: labels.len(),
            folds: FOLDS,
            before: labelled.quality(&default),
            after: labelled.quality(&kept_aside),
        };
        let temperature = scaling.slope.recip();
        let offsets = scaling.shifts * temperature;
        Ok(Self {
            temperature,
            none_offset: offsets.get(themes).copied(),
            offsets: offsets.iter().take(themes).copied().collect(),
            penalty,
            report,
        })
    }

    /// Whether offsets didn't help, so that only probabilities change.
    pub fn is_temperature_alone(&self) -> bool {
        self.penalty.is_infinite()
    }
}

/// Units with the class of each.
struct Labelled {
    /// Units × classes.
    scores: Array2<f64>,
    classes: Vec<usize>,
}

impl Labelled {
    fn of(&self, units: &[usize]) -> Self {
        Self {
            scores: self.scores.select(Axis(0), units),
            classes: units.iter().map(|&unit| self.classes[unit]).collect(),
        }
    }

    /// For each unit what was learned from the other folds; `None` where a fold teaches nothing.
    fn cross_predict(
        &self,
        learn: impl Fn(&Self) -> Option<Scaling> + Sync,
    ) -> Option<Vec<Scaling>> {
        let folds = folds(&self.classes);
        let learned: Option<Vec<Scaling>> = (0..FOLDS)
            .into_par_iter()
            .map(|fold| {
                let others: Vec<usize> = (0..folds.len()).filter(|&u| folds[u] != fold).collect();
                learn(&self.of(&others))
            })
            .collect();
        let learned = learned?;
        Some(folds.iter().map(|&fold| learned[fold].clone()).collect())
    }

    /// How good winners are with the scaling of each unit.
    fn quality(&self, scalings: &[Scaling]) -> Quality {
        let mut pairs = Vec::new();
        let mut confident = Vec::new();
        for ((scores, scaling), &class) in
            (self.scores.rows().into_iter().zip(scalings)).zip(&self.classes)
        {
            let (mut winner, mut highest) = (0, f64::NEG_INFINITY);
            for (class, &log) in scaling.log_probabilities(scores).iter().enumerate() {
                if log > highest {
                    (winner, highest) = (class, log);
                }
            }
            pairs.push((class, winner));
            confident.push((highest.exp(), winner == class));
        }
        let confusion = Confusion::new(self.scores.ncols(), pairs);
        Quality {
            macro_f1: confusion.macro_f1(),
            mcc: confusion.mcc(),
            ece: ece(&confident, BINS),
        }
    }

    /// Log loss of each unit with its scaling.
    fn losses(&self, scalings: &[Scaling]) -> Vec<f64> {
        let units = self.scores.rows().into_iter().zip(scalings);
        units
            .zip(&self.classes)
            .map(|((scores, scaling), &class)| -scaling.log_probabilities(scores)[class])
            .collect()
    }
}

/// Chooses a penalty by units kept aside, and with it fits to all.
fn learn(labelled: &Labelled, start: &Scaling) -> Option<(f64, Scaling)> {
    let fit = |on: &Labelled, penalty| Scaling::fit(on.scores.view(), &on.classes, penalty, start);
    let tried: Vec<(f64, Vec<f64>)> = PENALTIES
        .into_iter()
        .filter_map(|penalty| {
            let scalings = labelled.cross_predict(|training| fit(training, penalty))?;
            Some((penalty, labelled.losses(&scalings)))
        })
        .collect();
    let penalty = strongest(&tried)?;
    Some((penalty, fit(labelled, penalty)?))
}

/// The first penalty whose losses are above those of the best by no more than one standard error of
/// the difference.
fn strongest(tried: &[(f64, Vec<f64>)]) -> Option<f64> {
    let mean = |losses: &[f64]| losses.iter().sum::<f64>() / losses.len() as f64;
    let best = (tried.iter()).min_by(|a, b| mean(&a.1).total_cmp(&mean(&b.1)))?;
    let near = tried.iter().find(|(_, losses)| {
        let more: Vec<f64> = losses.iter().zip(&best.1).map(|(a, b)| a - b).collect();
        let middle = mean(&more);
        let squares: f64 = more.iter().map(|x| (x - middle).powi(2)).sum();
        middle <= (squares / (more.len() - 1) as f64 / more.len() as f64).sqrt()
    });
    near.map(|(penalty, _)| *penalty)
}

/// Which part each unit is kept aside with: the units of a class are dealt out in their order, and
/// the next class goes on where the last one ended. So each part has its share of each class, and a
/// class of few units is in fewer parts.
fn folds(classes: &[usize]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..classes.len()).collect();
    order.sort_by_key(|&unit| classes[unit]);
    let mut folds = vec![0; classes.len()];
    for (place, unit) in order.into_iter().enumerate() {
        folds[unit] = place % FOLDS;
    }
    folds
}

/// Scores in 64 bits, with the threshold as the score of "none of these" in a last column.
fn with_none(scores: ArrayView2<'_, f32>, none_below: f32, none: bool) -> Array2<f64> {
    let (units, themes) = scores.dim();
    Array2::from_shape_fn((units, themes + usize::from(none)), |at| {
        f64::from(*scores.get(at).unwrap_or(&none_below))
    })
}

#[cfg(test)]
mod tests {
    use ndarray::Array1;
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::{Rng, SeedableRng};

    use super::*;

    const NONE_BELOW: f32 = 0.3;
    const DEFAULT: f64 = 0.05;

    /// Units of three themes whose labels are drawn from the softmax, by a temperature of .025, of
    /// scores to which `truth` is added: the themes' and "none of these"'s.
    fn drawn(units: usize, truth: [f64; 4], seed: u8) -> (Array2<f32>, Vec<Option<usize>>) {
        let mut random = ChaCha8Rng::from_seed([seed; 32]);
        let mut even = || f64::from(random.next_u32()) / (f64::from(u32::MAX) + 1.0);
        let scores = Array2::from_shape_simple_fn((units, 3), || (0.2 + 0.2 * even()) as f32);
        let model = Scaling {
            slope: 40.0,
            shifts: Array1::from(truth.map(|offset| offset * 40.0).to_vec()),
        };
        let columns = with_none(scores.view(), NONE_BELOW, true);
        let labels = columns.rows().into_iter().map(|row| {
            let mut left = even();
            let logs = model.log_probabilities(row);
            let drawn = logs.iter().position(|log| {
                left -= log.exp();
                left < 0.0
            });
            drawn.filter(|&class| class < 3)
        });
        let labels = labels.collect();
        (scores, labels)
    }

    /// "None of these" is out of reach.
    const NEVER: f64 = -10.0;

    /// Calibrated scores, the threshold where it was.
    fn moved(found: &Calibration, scores: ArrayView2<'_, f32>) -> Array2<f32> {
        let none = found.none_offset.unwrap_or_default();
        let offsets: Array1<f32> = found
            .offsets
            .iter()
            .map(|offset| (offset - none) as f32)
            .collect();
        &scores + &offsets
    }

    #[test]
    fn offsets_that_labels_follow_are_found_and_help() {
        let truth = [0.06, -0.06, 0.0];
        let (scores, labels) = drawn(400, [0.06, -0.06, 0.0, NEVER], 1);
        let found = Calibration::fit(scores.view(), NONE_BELOW, &labels, DEFAULT).expect("enough");
        assert!(!found.is_temperature_alone());
        assert_eq!(found.none_offset, None);
        assert!(found.offsets.iter().sum::<f64>().abs() < 1e-9);
        // From 400 labels a shift in log odds is known to about .2, which here is .005.
        for (found, truth) in found.offsets.iter().zip(truth) {
            assert!((found - truth).abs() < 0.015, "{found} {truth}");
        }
        assert!((found.temperature - 0.025).abs() < 0.005);
        let Report { before, after, .. } = found.report;
        assert!(
            after.macro_f1 > before.macro_f1 + 0.05,
            "{:?}",
            found.report
        );
        assert!(after.mcc > before.mcc + 0.05 && after.ece < before.ece);
    }

    #[test]
    fn where_offsets_do_not_help_the_temperature_alone_is_learned() {
        for seed in [2, 3] {
            let (scores, labels) = drawn(200, [0.0, 0.0, 0.0, NEVER], seed);
            let found =
                Calibration::fit(scores.view(), NONE_BELOW, &labels, DEFAULT).expect("enough");
            assert!(found.is_temperature_alone(), "{found:?}");
            assert_eq!(found.offsets, [0.0; 3]);
            assert_eq!(moved(&found, scores.view()), scores);
            assert!((found.temperature - 0.025).abs() < 0.01);
            assert!(found.report.after.ece < found.report.before.ece);
        }
    }

    #[test]
    fn a_threshold_that_is_too_high_is_passed_more_easily() {
        let (scores, labels) = drawn(300, [0.0, 0.0, 0.0, -0.05], 5);
        let found = Calibration::fit(scores.view(), NONE_BELOW, &labels, DEFAULT).expect("enough");
        let none = found.none_offset.expect("some are none of these");
        assert!(none < -0.02, "{none}");
        let nones = |scores: &Array2<f32>| {
            let rows = scores.rows().into_iter();
            rows.filter(|row| crate::winner(row.view(), NONE_BELOW) == 3)
                .count() as f64
        };
        let given = labels.iter().filter(|label| label.is_none()).count() as f64;
        let (before, after) = (nones(&scores), nones(&moved(&found, scores.view())));
        assert!(
            (after - given).abs() < (before - given).abs(),
            "{before} {after} {given}"
        );
        assert!(found.report.after.mcc > found.report.before.mcc);
    }

    /// Kept-aside figures of labels that have nothing to do with the scores are no better than chance.
    #[test]
    fn the_report_does_not_flatter() {
        let (scores, mut labels) = drawn(400, [0.0, 0.0, 0.0, NEVER], 6);
        labels.rotate_right(1);
        let found = Calibration::fit(scores.view(), NONE_BELOW, &labels, DEFAULT);
        // The standard deviation of a correlation of 400 units about 0 is .05.
        match found {
            Ok(found) => assert!(found.report.after.mcc < 0.15, "{:?}", found.report),
            Err(refused) => assert_eq!(refused, NotCalibrated::Unrelated),
        }
    }

    #[test]
    fn labels_that_cannot_teach_are_refused() {
        let (scores, labels) = drawn(60, [0.0, 0.0, 0.0, NEVER], 7);
        let fit = |units: usize, labels: &[Option<usize>]| {
            let scores = scores.slice(ndarray::s![..units, ..]);
            Calibration::fit(scores, NONE_BELOW, &labels[..units], DEFAULT).expect_err("refused")
        };
        assert!(matches!(
            fit(49, &labels),
            NotCalibrated::TooFew { labels: 49, .. }
        ));
        assert_eq!(fit(60, &[Some(1); 60]), NotCalibrated::OneTheme);
        let lowest: Vec<Option<usize>> = (scores.rows().into_iter())
            .map(|row| (0..3).min_by(|&a, &b| row[a].total_cmp(&row[b])))
            .collect();
        assert_eq!(fit(60, &lowest), NotCalibrated::Unrelated);
    }

    #[test]
    fn each_part_has_its_share_of_each_class() {
        let classes: Vec<usize> = (0..53).map(|unit| unit * unit % 7 % 3).collect();
        let folds = folds(&classes);
        for class in 0..3 {
            let counts = [0, 1, 2, 3, 4].map(|fold| {
                let units = folds.iter().zip(&classes);
                units.filter(|&(&f, &c)| f == fold && c == class).count()
            });
            let (least, most) = (counts.iter().min(), counts.iter().max());
            assert!(most <= least.map(|least| least + 1).as_ref(), "{counts:?}");
        }
    }

    #[test]
    fn the_strongest_penalty_that_is_not_clearly_worse_is_taken() {
        let wavy = |level: f64| (0..100).map(|at| level + f64::from(at % 2)).collect();
        let flat = |level: f64| vec![level; 100];
        // Against flat losses of .45 those about .5 differ by .05 with a standard error of .05.
        let tried = [(9.0, flat(0.9)), (5.0, wavy(0.0)), (1.0, flat(0.45))];
        assert_eq!(strongest(&tried), Some(5.0));
        let tried = [(9.0, flat(0.9)), (5.0, wavy(0.01)), (1.0, flat(0.45))];
        assert_eq!(strongest(&tried), Some(1.0));
        assert_eq!(strongest(&[]), None);
    }

    #[test]
    fn threads_change_no_bit() {
        let (scores, labels) = drawn(80, [0.05, -0.05, 0.0, 0.0], 8);
        let with = |threads: usize| {
            rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .expect("threads")
                .install(|| Calibration::fit(scores.view(), NONE_BELOW, &labels, DEFAULT))
        };
        assert_eq!(with(1), with(2));
        assert!(with(1).is_ok());
    }
}
