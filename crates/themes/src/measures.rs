//! How well predicted classes agree with given ones.

/// Counts of texts by the class given to them and the class predicted.
#[derive(Clone, Debug)]
pub struct Confusion {
    classes: usize,
    /// Given × predicted.
    counts: Vec<usize>,
}

/// How well one class is found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClassMeasures {
    /// Texts of the class.
    pub support: usize,
    /// Texts predicted to be of it.
    pub predicted: usize,
    /// Share of those predicted that are of it; 0 of none.
    pub precision: f64,
    /// Share of those of it that are predicted; 0 of none.
    pub recall: f64,
    /// Harmonic mean of both; 0 where both are.
    pub f1: f64,
}

impl Confusion {
    /// Counts pairs of a given and a predicted class, each below `classes`.
    ///
    /// # Panics
    /// When a class is not below `classes`.
    pub fn new(classes: usize, pairs: impl IntoIterator<Item = (usize, usize)>) -> Self {
        let mut counts = vec![0; classes * classes];
        for (given, predicted) in pairs {
            assert!(given < classes && predicted < classes, "a class of these");
            counts[given * classes + predicted] += 1;
        }
        Self { classes, counts }
    }

    /// Texts of class `given` that were predicted to be of class `predicted`.
    pub fn count(&self, given: usize, predicted: usize) -> usize {
        self.counts[given * self.classes + predicted]
    }

    /// How well one class is found.
    pub fn of_class(&self, class: usize) -> ClassMeasures {
        let (support, predicted) = (self.given(class), self.predicted(class));
        let hits = self.count(class, class) as f64;
        let share = |of: usize| hits / of.max(1) as f64;
        ClassMeasures {
            support,
            predicted,
            precision: share(predicted),
            recall: share(support),
            f1: 2.0 * share(support + predicted),
        }
    }

    /// Share of texts whose class was predicted; 0 of none.
    pub fn accuracy(&self) -> f64 {
        let hits: usize = (0..self.classes).map(|c| self.count(c, c)).sum();
        hits as f64 / self.total().max(1) as f64
    }

    /// Mean F1 of the classes that occur, given or predicted, as scikit-learn's
    /// `f1_score(average="macro")`; 0 of none.
    pub fn macro_f1(&self) -> f64 {
        let all: Vec<f64> = (0..self.classes)
            .map(|class| self.of_class(class))
            .filter(|of_class| of_class.support + of_class.predicted > 0)
            .map(|of_class| of_class.f1)
            .collect();
        all.iter().sum::<f64>() / all.len().max(1) as f64
    }

    /// Matthews correlation coefficient of several classes (Gorodkin 2004), from -1 to 1; 0 where
    /// one class is all there is.
    pub fn mcc(&self) -> f64 {
        let total = self.total() as f64;
        let hits: usize = (0..self.classes).map(|c| self.count(c, c)).sum();
        let sum = |of: &dyn Fn(usize) -> f64| (0..self.classes).map(of).sum::<f64>();
        let (given, predicted) = (|c| self.given(c) as f64, |c| self.predicted(c) as f64);
        let together = hits as f64 * total - sum(&|c| given(c) * predicted(c));
        let spread = (total.powi(2) - sum(&|c| given(c).powi(2)))
            * (total.powi(2) - sum(&|c| predicted(c).powi(2)));
        if spread > 0.0 {
            together / spread.sqrt()
        } else {
            0.0
        }
    }

    fn given(&self, class: usize) -> usize {
        (0..self.classes).map(|p| self.count(class, p)).sum()
    }

    fn predicted(&self, class: usize) -> usize {
        (0..self.classes).map(|g| self.count(g, class)).sum()
    }

    fn total(&self) -> usize {
        self.counts.iter().sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GIVEN: [usize; 12] = [0, 0, 0, 0, 1, 1, 1, 2, 2, 2, 2, 2];
    const PREDICTED: [usize; 12] = [0, 0, 1, 2, 1, 1, 3, 2, 2, 0, 2, 1];

    fn near(found: f64, expected: f64) {
        // scikit-learn computes in 64 bits too; only the order of sums differs.
        assert!((found - expected).abs() < 1e-12, "{found} {expected}");
    }

    /// scikit-learn 1.9.1: accuracy_score, f1_score(average="macro"), matthews_corrcoef,
    /// precision_recall_fscore_support(zero_division=0). Class 3 is only predicted, class 4 never.
    #[test]
    fn measures_are_those_of_scikit_learn() {
        let pairs = GIVEN.into_iter().zip(PREDICTED);
        let confusion = Confusion::new(5, pairs);
        near(confusion.accuracy(), 0.583_333_333_333_333_4);
        near(confusion.macro_f1(), 0.452_380_952_380_952_33);
        near(confusion.mcc(), 0.408_503_685_102_833_4);
        let expected = [
            (2.0 / 3.0, 0.5, 4.0 / 7.0, 4),
            (0.5, 2.0 / 3.0, 4.0 / 7.0, 3),
            (0.75, 0.6, 2.0 / 3.0, 5),
            (0.0, 0.0, 0.0, 0),
        ];
        for (class, (precision, recall, f1, support)) in expected.into_iter().enumerate() {
            let found = confusion.of_class(class);
            near(found.precision, precision);
            near(found.recall, recall);
            near(found.f1, f1);
            assert_eq!(found.support, support);
        }
    }

    #[test]
    fn nothing_and_a_single_class_are_no_division_by_zero() {
        let nothing = Confusion::new(2, []);
        assert_eq!(
            (nothing.accuracy(), nothing.macro_f1(), nothing.mcc()),
            (0.0, 0.0, 0.0)
        );
        let one = Confusion::new(2, [(0, 0), (0, 0)]);
        assert_eq!((one.accuracy(), one.macro_f1(), one.mcc()), (1.0, 1.0, 0.0));
    }
}
