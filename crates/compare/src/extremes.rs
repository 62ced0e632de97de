//! How high do unrelated values come? The two backgrounds of novelty: that of a sentence's nearest among
//! many, and that of the best passage of two texts.

/// Fewer values tell nothing of a distribution.
const FEWEST: usize = 10;
/// The quantile up from which a distribution of greatest values is measured.
const LOWER: f64 = 0.25;
/// Of the best scores of pairs of texts these are left out at the upper end, a share or a number, whichever
/// is more: pairs that are related after all.
const RELATED: f64 = 0.05;
const RELATED_PAIRS: f64 = 3.0;
/// Shares of the cosines between which a tail is measured: far enough out for it to be exponential, and
/// not so far that the few of related texts make it.
const OUTER: f64 = 0.01;
const INNER: f64 = 0.03;
/// Fewer values have too few beyond the outer share.
const FEWEST_OF_A_TAIL: usize = 1000;
/// Rounds until the scale no longer moves; it settles in about ten.
const ROUNDS: usize = 100;

/// The distribution of the greatest of many independent values (Gumbel 1958).
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Gumbel {
    /// Its mode.
    pub location: f64,
    /// How far it spreads.
    pub scale: f64,
}

impl Gumbel {
    /// The distribution with the median of some values, each of which is a greatest one, and with their
    /// distance from the lower quartile to the quantile `upper`, above the median. None for fewer than ten
    /// values, or where they don't vary.
    pub(crate) fn of_quantiles(values: impl IntoIterator<Item = f64>, upper: f64) -> Option<Self> {
        let mut sorted: Vec<f64> = values.into_iter().collect();
        if sorted.len() < FEWEST {
            return None;
        }
        sorted.sort_by(f64::total_cmp);
        let at = |part| crate::bootstrap::quantile(&sorted, part);
        // Of the distribution with mode 0 and scale 1.
        let standard = |part: f64| -libm::log(-libm::log(part));
        let scale = (at(upper) - at(LOWER)) / (standard(upper) - standard(LOWER));
        (scale > 0.0).then(|| Self {
            location: at(0.5) - scale * standard(0.5),
            scale,
        })
    }
}

/// The upper end of the cosines of unrelated things. Of their Fisher's z, artanh of the cosine, the excesses
/// over a high value are exponential (Pickands 1975, with shape 0); of cosines themselves they cannot be, as
/// these end at 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tail {
    /// Fisher's z that one pair in a hundred passes.
    pub from: f64,
    /// How much higher the z lies that is passed e times as rarely.
    pub scale: f64,
}

impl Tail {
    /// The upper end of some cosines below 1: from where three in a hundred pass to where one does. Up to
    /// about one in a thousand may be of related things without moving it much: in two texts of fifty
    /// sentences, a translation of the other anew, one in fifty is, and the tail comes out too long rather
    /// than too short. None for fewer than 1,000 cosines, or where they don't vary.
    pub fn of(cosines: &[f64]) -> Option<Self> {
        if cosines.len() < FEWEST_OF_A_TAIL {
            return None;
        }
        let mut sorted = cosines.to_owned();
        sorted.sort_by(f64::total_cmp);
        let passed_by = |share: f64| libm::atanh(crate::bootstrap::quantile(&sorted, 1.0 - share));
        let scale = (passed_by(OUTER) - passed_by(INNER)) / libm::log(INNER / OUTER);
        (scale > 0.0).then(|| Self {
            from: passed_by(OUTER),
            scale,
        })
    }

    /// The cosine that this share of unrelated pairs passes, a hundredth or less. Of so many pairs the
    /// nearest passes it with at most so many times the probability, however they depend on each other.
    pub fn passed_by(self, share: f64) -> f64 {
        libm::tanh(self.from + self.scale * libm::log(OUTER / share))
    }

    /// The share of unrelated pairs that pass a cosine; 1 at most, and 0 from a cosine of 1 on.
    pub fn share_beyond(self, cosine: f64) -> f64 {
        let z = libm::atanh(cosine.clamp(-1.0, 1.0));
        (OUTER * libm::exp((self.from - z) / self.scale)).min(1.0)
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
    /// of their quantiles. These reach far up: pairs of texts on one matter score higher than others, so
    /// that the middle half would tell nothing of what chance gives at most. None for fewer than ten pairs,
    /// or where scores don't vary.
    pub fn of_best(best: &[(f64, usize)]) -> Option<Self> {
        let left_out = RELATED_PAIRS.max(RELATED * best.len() as f64);
        let upper = 1.0 - left_out / best.len().saturating_sub(1) as f64;
        let of = |scores: &mut dyn Iterator<Item = f64>| Gumbel::of_quantiles(scores, upper);
        let mut found = of(&mut best.iter().map(|&(score, _)| score))?;
        for _ in 0..ROUNDS {
            let scale = found.scale;
            found = of(&mut best
                .iter()
                .map(|&(score, cells)| score - scale * libm::log(cells.max(1) as f64)))?;
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

    /// SciPy 1.17.1, gumbel_r(loc=0.4, scale=0.07).ppf of 0.25, 0.5 and 0.9.
    #[test]
    fn the_distribution_is_scipys() {
        let at = [0.377_135_601_8, 0.425_655_904_4, 0.557_525_712_9];
        // Eleven values, of which the quantiles are the fourth, sixth and tenth.
        let between = |a: f64, b: f64| f64::midpoint(a, b);
        let values = [
            0.0,
            0.1,
            between(at[0], 0.37),
            2.0 * at[0] - between(at[0], 0.37),
            0.39,
            at[1],
            0.45,
            0.5,
            0.51,
            at[2],
            0.9,
        ];
        let found = Gumbel::of_quantiles(values, 0.9).expect("values");
        assert!((found.location - 0.4).abs() < 1e-9, "{found:?}");
        assert!((found.scale - 0.07).abs() < 1e-9, "{found:?}");
        assert_eq!(Gumbel::of_quantiles([1.0; 9], 0.9), None);
        assert_eq!(Gumbel::of_quantiles([1.0; 20], 0.9), None);
    }

    /// Of an exponential distribution of z of scale 0.05 from 0.3 on, one in a hundred passes 0.3 + 0.05 ln 100,
    /// one in a million 0.3 + 0.05 ln 1,000,000. From 40,000 values the scale has a standard error of some 4 %.
    #[test]
    fn a_tail_is_found_and_hardly_moved_by_one_related_value_in_a_thousand() {
        let mut random = stream(7, 0);
        let mut values: Vec<f64> = (0..40_000)
            .map(|_| libm::tanh(0.3 - 0.05 * libm::log(uniform(&mut random))))
            .collect();
        let far = libm::tanh(0.3 + 0.05 * libm::log(1e6));
        let clean = Tail::of(&values).expect("values");
        assert!(
            (clean.from - (0.3 + 0.05 * libm::log(100.0))).abs() < 0.01,
            "{clean:?}"
        );
        assert!((clean.passed_by(1e-6) - far).abs() < 0.1, "{clean:?}");
        assert!((clean.passed_by(0.01) - libm::tanh(clean.from)).abs() < 1e-12);
        for share in [0.01, 1e-4, 1e-7] {
            let there = clean.share_beyond(clean.passed_by(share));
            assert!((there / share - 1.0).abs() < 1e-9, "{there} {share}");
        }
        assert!(clean.share_beyond(1.0) <= 0.0 && clean.share_beyond(-1.0) >= 1.0);
        values.iter_mut().take(40).for_each(|value| *value = 0.94);
        let mixed = Tail::of(&values).expect("values");
        assert!(
            (mixed.passed_by(1e-6) - clean.passed_by(1e-6)).abs() < 0.06,
            "{mixed:?}"
        );
        assert_eq!(Tail::of(&values[..999]), None);
        assert_eq!(Tail::of(&[0.5; 1000]), None);
    }

    /// Three of 45 pairs are related; from all the others their scale would be found too great.
    #[test]
    fn a_few_related_pairs_are_left_out() {
        let mut random = stream(8, 0);
        let mut best: Vec<(f64, usize)> = (0..45)
            .map(|_| (3.0 - 0.5 * libm::log(-libm::log(uniform(&mut random))), 1))
            .collect();
        let clean = ChanceAlignments::of_best(&best).expect("scores");
        best.sort_by(|a, b| a.0.total_cmp(&b.0));
        best.iter_mut().rev().take(3).for_each(|pair| pair.0 = 40.0);
        let mixed = ChanceAlignments::of_best(&best).expect("scores");
        assert!(mixed.lambda > 0.9 * clean.lambda, "{clean:?} {mixed:?}");
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
