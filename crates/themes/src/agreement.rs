//! How far two scorers agree beyond chance: Cohen's kappa.

use crate::Confusion;

/// Half the width of a 95 % interval, in standard errors.
const WIDTH: f64 = 1.96;

/// Agreement of two scorers about the same units.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Agreement {
    /// Units both have judged.
    pub units: usize,
    /// Share of units with the same class from both; 0 of no units.
    pub observed: f64,
    /// The share that chance alone would give scorers with these shares of classes; 0 of no units.
    pub expected: f64,
    /// Agreement beyond chance (Cohen 1960), at most 1; `None` where chance alone agrees on every
    /// unit, or there are none.
    pub kappa: Option<f64>,
    /// Standard error of kappa (Fleiss, Cohen and Everitt 1969, for a kappa that isn't 0); 0 where
    /// there is no kappa.
    pub standard_error: f64,
    /// Lower end of kappa's 95 % interval, not below -1.
    pub low: f64,
    /// Upper end of kappa's 95 % interval, not above 1.
    pub high: f64,
}

impl Agreement {
    /// Compares pairs of classes, each below `classes`, that two scorers gave to a unit. Without a
    /// kappa its interval is all of -1 to 1.
    ///
    /// # Panics
    /// When a class is not below `classes`.
    pub fn of(classes: usize, pairs: impl IntoIterator<Item = (usize, usize)>) -> Self {
        let counts = Confusion::new(classes, pairs);
        let margins: Vec<_> = (0..classes).map(|class| counts.of_class(class)).collect();
        let units: usize = margins.iter().map(|margin| margin.support).sum();
        let share = |count: usize| count as f64 / units.max(1) as f64;
        // Chance is compared in whole numbers, since a rounded sum of shares may miss 1.
        let by_chance: usize = margins.iter().map(|m| m.support * m.predicted).sum();
        let expected = by_chance as f64 / units.max(1).pow(2) as f64;
        let observed = counts.accuracy();
        let mut agreement = Self {
            units,
            observed,
            expected,
            kappa: None,
            standard_error: 0.0,
            low: -1.0,
            high: 1.0,
        };
        if by_chance == units * units {
            return agreement;
        }
        let kappa = (observed - expected) / (1.0 - expected);
        let disagreement = 1.0 - kappa;
        let mut variance = -(kappa - expected * disagreement).powi(2);
        for (given, first) in margins.iter().enumerate() {
            for (predicted, second) in margins.iter().enumerate() {
                let cell = share(counts.count(given, predicted));
                // The margins are crossed on purpose: the formula weighs a cell by the other's share.
                let crossed = share(first.predicted + second.support) * disagreement;
                variance += if given == predicted {
                    cell * (1.0 - crossed).powi(2)
                } else {
                    cell * crossed.powi(2)
                };
            }
        }
        // Rounding may take the variance of a perfect agreement below 0.
        let error = (variance.max(0.0) / units as f64).sqrt() / (1.0 - expected);
        agreement.kappa = Some(kappa);
        agreement.standard_error = error;
        agreement.low = (kappa - WIDTH * error).max(-1.0);
        agreement.high = (kappa + WIDTH * error).min(1.0);
        agreement
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: [usize; 12] = [0, 0, 0, 0, 1, 1, 1, 2, 2, 2, 2, 2];
    const SECOND: [usize; 12] = [0, 0, 1, 2, 1, 1, 3, 2, 2, 0, 2, 1];

    fn near(found: f64, expected: f64) {
        // The reference computes in 64 bits too; only the order of sums differs.
        assert!((found - expected).abs() < 1e-12, "{found} {expected}");
    }

    /// statsmodels 0.15.0: cohens_kappa, the root of var_kappa.
    #[test]
    fn kappa_and_its_error_are_those_of_statsmodels() {
        let found = Agreement::of(5, FIRST.into_iter().zip(SECOND));
        assert_eq!(found.units, 12);
        near(found.observed, 7.0 / 12.0);
        near(found.expected, 44.0 / 144.0);
        near(found.kappa.expect("they disagree"), 0.4);
        near(found.standard_error, 0.193_742_096_612_997_38);
        near(found.low, 0.4 - 1.96 * 0.193_742_096_612_997_38);
        near(found.high, 0.4 + 1.96 * 0.193_742_096_612_997_38);
    }

    #[test]
    fn it_is_the_same_whichever_scorer_comes_first() {
        let forth = Agreement::of(4, FIRST.into_iter().zip(SECOND));
        let back = Agreement::of(4, SECOND.into_iter().zip(FIRST));
        near(forth.standard_error, back.standard_error);
        assert_eq!(forth.kappa, back.kappa);
    }

    #[test]
    fn where_chance_agrees_on_everything_there_is_no_kappa() {
        assert_eq!(Agreement::of(3, []).kappa, None);
        let one = Agreement::of(3, [(1, 1); 7]);
        assert_eq!((one.observed, one.expected, one.kappa), (1.0, 1.0, None));
        assert_eq!((one.low, one.high), (-1.0, 1.0));
    }

    #[test]
    fn the_interval_stays_within_what_kappa_can_be() {
        let same = Agreement::of(2, [(0, 0), (0, 0), (1, 1)]);
        near(same.kappa.expect("two classes"), 1.0);
        near(same.standard_error, 0.0);
        // Wide: of four units three agree.
        let few = Agreement::of(2, [(0, 0), (0, 0), (1, 1), (0, 1)]);
        near(few.high, 1.0);
        assert!(few.low > -1.0 && few.low < few.kappa.expect("two classes"));
        let opposed = Agreement::of(2, [(0, 1), (1, 0), (0, 1), (1, 0)]);
        near(opposed.kappa.expect("two classes"), -1.0);
        near(opposed.low, -1.0);
    }
}
