//! How high does the highest of many unrelated values come? The two backgrounds of novelty: that of a
//! sentence's nearest among many, and that of the best passage of two texts.

/// Fewer values tell nothing of a distribution.
const FEWEST: usize = 10;
/// -ln(-ln ½), and how far apart the quartiles of the standard distribution lie.
const MEDIAN: f64 = 0.366_512_920_581_664_3;
const QUARTILES: f64 = 1.572_533_583_685_519_2;
/// Rounds until the scale no longer moves; it settles in about ten.
const ROUNDS: usize = 100;

/// The distribution of the greatest of many independent values (Gumbel 1958).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gumbel {
    /// Its mode.
    pub location: f64,
    /// How far it spreads.
    pub scale: f64,
}

impl Gumbel {
    /// The distribution with the median and quartiles of some values, each of which is a greatest one.
    ///
    /// By quartiles and not by moments or likelihood: in a corpus that repeats itself some values are
    /// of related texts after all, and these lie at the upper end. None for fewer than ten values, or
    /// where they don't vary.
    pub fn of_quartiles(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut sorted: Vec<f64> = values.into_iter().collect();
        if sorted.len() < FEWEST {
            return None;
        }
        sorted.sort_by(f64::total_cmp);
        let at = |part| crate::bootstrap::quantile(&sorted, part);
        let scale = (at(0.75) - at(0.25)) / QUARTILES;
        (scale > 0.0).then(|| Self {
            location: at(0.5) - scale * MEDIAN,
            scale,
        })
    }

    /// The value that is exceeded with this probability.
    pub fn exceeded_by(self, probability: f64) -> f64 {
        self.location - self.scale * libm::log(-libm::log1p(-probability))
    }

    /// The probability that a value is exceeded.
    pub fn beyond(self, value: f64) -> f64 {
        -libm::expm1(-libm::exp((self.location - value) / self.scale))
    }
}

/// The scores of the best local alignments of unrelated texts: the number of alignments that reach a
/// score s by chance is K·m·n·exp(-λs) for texts of m and n sentences (Karlin and Altschul 1990).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChanceAlignments {
    /// λ: how fast scores get rare.
    pub lambda: f64,
    /// K: how often they are tried.
    pub k: f64,
}

impl ChanceAlignments {
    /// From the best score of each of some pairs of unrelated texts, with m·n of the pair. The best
    /// scores less ln(m·n)/λ are Gumbel distributed with scale 1/λ; λ is the one for which that holds
    /// of their quartiles. None for fewer than ten pairs, or where scores don't vary.
    pub fn of_best(best: &[(f64, usize)]) -> Option<Self> {
        let mut found = Gumbel::of_quartiles(best.iter().map(|&(score, _)| score))?;
        for _ in 0..ROUNDS {
            let reduced = best
                .iter()
                .map(|&(score, cells)| score - found.scale * libm::log(cells.max(1) as f64));
            found = Gumbel::of_quartiles(reduced)?;
        }
        Some(Self {
            lambda: 1.0 / found.scale,
            k: libm::exp(found.location / found.scale),
        })
    }

    /// How many alignments with at least this score are to be expected by chance where so many pairs
    /// of sentences are searched.
    pub fn expected(self, score: f64, cells: usize) -> f64 {
        self.k * cells as f64 * libm::exp(-self.lambda * score)
    }

    /// The score that so many alignments are expected to reach.
    pub fn score_of(self, expected: f64, cells: usize) -> f64 {
        libm::log(self.k * cells as f64 / expected) / self.lambda
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{below, stream};

    fn uniform(random: &mut rand_chacha::ChaCha8Rng) -> f64 {
        (below(random, 1 << 30) as f64 + 0.5) / f64::from(1 << 30)
    }

    /// SciPy 1.17.1, gumbel_r(loc=0.4, scale=0.07): isf(0.01) = 0.7220104459, sf(0.6) = 0.0558144918.
    #[test]
    fn the_distribution_is_scipys() {
        let gumbel = Gumbel {
            location: 0.4,
            scale: 0.07,
        };
        assert!((gumbel.exceeded_by(0.01) - 0.722_010_445_9).abs() < 1e-9);
        assert!((gumbel.beyond(0.6) - 0.055_814_491_8).abs() < 1e-9);
    }

    /// The quartiles' estimate of the scale of 4,000 values has a standard error of about 2 %, and the
    /// tenth that is related moves it by less than a quarter.
    #[test]
    fn quartiles_find_the_distribution_though_a_tenth_is_related() {
        let mut random = stream(5, 0);
        let mut values: Vec<f64> = (0..4000)
            .map(|_| 0.4 - 0.07 * libm::log(-libm::log(uniform(&mut random))))
            .collect();
        let clean = Gumbel::of_quartiles(values.clone()).expect("values");
        assert!((clean.location - 0.4).abs() < 0.006 && (clean.scale - 0.07).abs() < 0.006);
        values.iter_mut().take(400).for_each(|value| *value = 0.95);
        let mixed = Gumbel::of_quartiles(values).expect("values");
        assert!(mixed.exceeded_by(0.01) < 0.722 + 0.1, "{mixed:?}");
        assert_eq!(Gumbel::of_quartiles([1.0; 9]), None);
        assert_eq!(Gumbel::of_quartiles([1.0; 20]), None);
    }

    #[test]
    fn chance_alignments_are_found_from_texts_of_different_lengths() {
        let truth = ChanceAlignments {
            lambda: 1.4,
            k: 0.02,
        };
        let mut random = stream(6, 0);
        let best: Vec<(f64, usize)> = (0..4000)
            .map(|_| {
                let cells = (20 + below(&mut random, 100)) * (20 + below(&mut random, 100));
                let uniform = uniform(&mut random);
                (truth.score_of(-libm::log(uniform), cells), cells)
            })
            .collect();
        let found = ChanceAlignments::of_best(&best).expect("scores");
        assert!((found.lambda / 1.4 - 1.0).abs() < 0.08, "{found:?}");
        assert!((found.score_of(0.05, 36_000) - truth.score_of(0.05, 36_000)).abs() < 0.4);
        assert!((truth.expected(truth.score_of(0.05, 999), 999) - 0.05).abs() < 1e-12);
    }
}
