//! Probabilities from scores by one temperature and a shift a class.
//!
//! The model of Alexandari, Kundaje and Shrikumar 2020: the softmax of `slope · score + shift`. Its
//! fit to labels is convex, so it has one answer, whatever the start.

use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis, s};

use super::newton::{Local, lowest};

/// What turns scores into probabilities.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Scaling {
    /// One divided by the temperature.
    pub(crate) slope: f64,
    /// Of each class.
    pub(crate) shifts: Array1<f64>,
}

impl Scaling {
    /// A temperature and no shifts.
    pub(crate) fn by_temperature(temperature: f64, classes: usize) -> Self {
        Self {
            slope: 1.0 / temperature,
            shifts: Array1::zeros(classes),
        }
    }

    /// Fits to units (units × classes) and the class of each. `penalty` holds the shifts near 0: it
    /// is the inverse variance of a normal prior on each; an infinite one leaves only the
    /// temperature. `None` where the scores of the labelled classes are no higher than others'.
    pub(crate) fn fit(
        scores: ArrayView2<'_, f64>,
        classes: &[usize],
        penalty: f64,
        start: &Self,
    ) -> Option<Self> {
        let count = scores.ncols();
        let free = if penalty.is_finite() { count } else { 0 };
        let mut point = Array1::zeros(1 + free);
        point[0] = start.slope;
        let point = lowest(point, |point| {
            loss(&scores, classes, penalty, &Self::at(point, count))
        });
        let fitted = Self::at(&point, count);
        (fitted.slope > 0.0).then_some(fitted)
    }

    fn at(point: &Array1<f64>, classes: usize) -> Self {
        let shifts = point.slice(s![1..]);
        Self {
            slope: point[0],
            shifts: if shifts.is_empty() {
                Array1::zeros(classes)
            } else {
                shifts.to_owned()
            },
        }
    }

    /// Logarithms of the classes' probabilities.
    pub(crate) fn log_probabilities(&self, scores: ArrayView1<'_, f64>) -> Vec<f64> {
        let mut logs: Vec<f64> = (scores.iter().zip(&self.shifts))
            .map(|(score, shift)| self.slope * score + shift)
            .collect();
        let highest = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let total: f64 = logs.iter().map(|log| (log - highest).exp()).sum();
        let total = highest + total.ln();
        for log in &mut logs {
            *log -= total;
        }
        logs
    }
}

/// Mean log loss with its penalty; the variables are the slope and, under a finite penalty, the shifts.
fn loss(scores: &ArrayView2<'_, f64>, classes: &[usize], penalty: f64, scaling: &Scaling) -> Local {
    let units = classes.len() as f64;
    let mut value = 0.0;
    let mut slope = 0.0;
    let mut curvature = 0.0;
    // Probabilities, and these times the distance of a score from the unit's mean.
    let mut parts = Vec::with_capacity(scores.len());
    let mut moments = Vec::with_capacity(scores.len());
    for (scores, &class) in scores.rows().into_iter().zip(classes) {
        let mut logs = scaling.log_probabilities(scores);
        value -= logs[class];
        let mut mean = 0.0;
        for (log, score) in logs.iter_mut().zip(scores) {
            *log = log.exp();
            mean += *log * score;
        }
        slope += mean - scores[class];
        for (part, score) in logs.into_iter().zip(scores) {
            let moment = part * (score - mean);
            curvature += moment * (score - mean);
            parts.push(part);
            moments.push(moment);
        }
    }
    if penalty.is_infinite() {
        return Local {
            value: value / units,
            gradient: Array1::from_elem(1, slope / units),
            hessian: Array2::from_elem((1, 1), curvature / units),
        };
    }
    let table = |values| {
        Array2::from_shape_vec(scores.raw_dim(), values).expect("a value of each unit and class")
    };
    let (parts, moments) = (table(parts), table(moments));
    let count = scores.ncols();
    let mut gradient = Array1::zeros(1 + count);
    let mut hessian = Array2::zeros((1 + count, 1 + count));
    gradient[0] = slope;
    hessian[(0, 0)] = curvature;
    value += penalty / 2.0 * scaling.shifts.dot(&scaling.shifts);
    let predicted = parts.sum_axis(Axis(0));
    let mut of_shifts = gradient.slice_mut(s![1..]);
    of_shifts += &predicted;
    of_shifts.scaled_add(penalty, &scaling.shifts);
    for &class in classes {
        of_shifts[class] -= 1.0;
    }
    hessian
        .slice_mut(s![1.., 0])
        .assign(&moments.sum_axis(Axis(0)));
    let mut of_shifts = hessian.slice_mut(s![1.., 1..]);
    of_shifts.scaled_add(-1.0, &parts.t().dot(&parts));
    of_shifts
        .diag_mut()
        .zip_mut_with(&predicted, |x, predicted| *x += predicted + penalty);
    Local {
        value: value / units,
        gradient: gradient / units,
        hessian: hessian / units,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Twelve units of three classes.
    fn units() -> (Array2<f64>, Vec<usize>) {
        let scores = Array2::from_shape_fn((12, 3), |(unit, class)| {
            ((unit * 29 + class * 47) % 31) as f64 / 100.0
        });
        (scores, vec![1, 2, 2, 0, 2, 2, 2, 1, 1, 1, 0, 1])
    }

    fn fit(penalty: f64, start: f64) -> Scaling {
        let (scores, classes) = units();
        let start = Scaling::by_temperature(start, 3);
        Scaling::fit(scores.view(), &classes, penalty, &start).expect("scores tell the class")
    }

    #[test]
    fn the_fit_is_the_optimum_that_scipy_finds() {
        // scipy 1.17.1: optimize.minimize (BFGS), then optimize.root on the gradient; brentq without shifts.
        let expected = [
            (
                1.0,
                6.800_092_952,
                [-0.491_710_817, 0.377_965_929, 0.113_744_888],
            ),
            (
                0.1,
                7.042_687_698,
                [-0.659_289_320, 0.508_174_449, 0.151_114_871],
            ),
            (f64::INFINITY, 6.535_451_258, [0.0, 0.0, 0.0]),
        ];
        for (penalty, slope, shifts) in expected {
            let found = fit(penalty, 0.05);
            // Both stop where the slope is lost in rounding.
            assert!((found.slope - slope).abs() < 1e-6, "{found:?}");
            for (found, expected) in found.shifts.iter().zip(shifts) {
                assert!((found - expected).abs() < 1e-6, "{found} {expected}");
            }
        }
    }

    #[test]
    fn the_start_does_not_matter() {
        let (near, far) = (fit(1.0, 0.05), fit(1.0, 50.0));
        assert!((near.slope - far.slope).abs() < 1e-8);
        assert!((near.shifts - far.shifts).iter().all(|d| d.abs() < 1e-8));
    }

    /// The slope has no optimum here but infinity; the search still ends, with every unit right.
    #[test]
    fn units_that_are_all_right_are_no_trap() {
        let scores = Array2::from_shape_fn(
            (60, 3),
            |(unit, class)| {
                if unit % 3 == class { 0.5 } else { 0.1 }
            },
        );
        let classes: Vec<usize> = (0..60).map(|unit| unit % 3).collect();
        let start = Scaling::by_temperature(0.05, 3);
        for penalty in [f64::INFINITY, 1.0] {
            let found = Scaling::fit(scores.view(), &classes, penalty, &start).expect("right");
            assert!(found.slope.is_finite() && found.slope > 20.0, "{found:?}");
        }
    }

    #[test]
    fn scores_that_point_away_from_the_labels_have_no_fit() {
        let (scores, classes) = units();
        let opposed = scores.mapv(|score| -score);
        let start = Scaling::by_temperature(0.05, 3);
        assert_eq!(
            Scaling::fit(opposed.view(), &classes, f64::INFINITY, &start),
            None
        );
    }
}
