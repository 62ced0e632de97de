//! By which words two texts differ, as parts of their Jensen-Shannon divergence.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rayon::prelude::*;

use crate::permutation::below;
use crate::{Corpus, Split};

/// The divergence of two texts' words, and each word's part in it.
#[derive(Clone, Debug, PartialEq)]
pub struct WordShift {
    /// Jensen-Shannon divergence in bits, 0 for equal use of words and 1 for no word in common.
    pub jsd: f64,
    /// Words of the target.
    pub target_tokens: u64,
    /// Words of the reference.
    pub reference_tokens: u64,
    /// Each word that either uses, by the size of its part, largest first, then by its id.
    pub terms: Vec<TermShift>,
}

/// A word's part in a divergence.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TermShift {
    /// The word.
    pub term: u32,
    /// How often the target has it.
    pub target: u64,
    /// How often the reference has it.
    pub reference: u64,
    /// Its part in bits: positive if the target uses it relatively more often, negative if the
    /// reference does. Sizes add up to the divergence.
    pub contribution: f64,
}

impl WordShift {
    /// Compares the words of a target and a reference. `None` if either has no words.
    ///
    /// With p and q a word's share of the target and of the reference and m = (p + q)/2, its part is
    /// ½ p log₂(p/m) + ½ q log₂(q/m), which is never negative; here it gets the sign of p - q. The
    /// sizes are those of Shifterator's JSDivergenceShift (Gallagher et al. 2021; base 2, weights ½,
    /// α = 1) with the reference as its first system, before normalization; the sign is the side on
    /// which it draws the word.
    ///
    /// The divergence of samples is too high, the more so the more words are rare: see
    /// [`shift_null`].
    ///
    /// # Panics
    /// If the split is of another corpus.
    pub fn new(corpus: &Corpus, split: &Split) -> Option<Self> {
        assert_eq!(corpus.documents(), split.is_target().len(), "one corpus");
        let mut sides = [true, false].map(|_| vec![0; corpus.vocabulary().len()]);
        for (document, is_target) in split.is_target().iter().enumerate() {
            for &word in &corpus.ids()[corpus.document(document)] {
                sides[usize::from(!is_target)][word as usize] += 1;
            }
        }
        Self::of_counts(&sides[0], &sides[1])
    }

    /// The same from the counts of each word.
    pub(crate) fn of_counts(target: &[u64], reference: &[u64]) -> Option<Self> {
        let [target_tokens, reference_tokens] = [target, reference].map(|c| c.iter().sum::<u64>());
        if target_tokens == 0 || reference_tokens == 0 {
            return None;
        }
        let mut terms: Vec<TermShift> = (0..)
            .zip(target.iter().zip(reference))
            .filter(|&(_, (&target, &reference))| target + reference > 0)
            .map(|(term, (&target, &reference))| {
                let p = target as f64 / target_tokens as f64;
                let q = reference as f64 / reference_tokens as f64;
                let size = part(p, q);
                TermShift {
                    term,
                    target,
                    reference,
                    contribution: if p < q { -size } else { size },
                }
            })
            .collect();
        let jsd = terms.iter().map(|t| t.contribution.abs()).sum::<f64>();
        terms.sort_by(|a, b| {
            let size = |term: &TermShift| term.contribution.abs();
            size(b).total_cmp(&size(a)).then(a.term.cmp(&b.term))
        });
        Some(Self {
            jsd: jsd.min(1.0),
            target_tokens,
            reference_tokens,
            terms,
        })
    }

    /// The sum of the positive parts: how much of the divergence is in words of the target.
    pub fn target_part(&self) -> f64 {
        let positive = self.terms.iter().map(|t| t.contribution.max(0.0));
        positive.sum()
    }
}

/// A word's part in the divergence, from its shares; never negative.
pub(crate) fn part(p: f64, q: f64) -> f64 {
    // One side's share over the mean is then 2, whose logarithm is 1: rare words mostly come here.
    if p == 0.0 || q == 0.0 {
        return f64::midpoint(p, q);
    }
    let mean = f64::midpoint(p, q);
    let side = |share: f64| share * (share / mean).log2();
    f64::midpoint(side(p), side(q)).max(0.0)
}

/// What divergence to expect between two sets of documents that differ by chance only.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ShiftNull {
    /// The divergence that was found, in bits.
    pub observed: f64,
    /// Mean divergence over the permutations.
    pub mean: f64,
    /// Standard deviation over the permutations (divisor B).
    pub sd: f64,
    /// (1 + permutations with at least the observed divergence)/(B + 1).
    pub p: f64,
    /// B, the number of permutations.
    pub permutations: u32,
}

impl ShiftNull {
    /// The divergence without its bias: observed less the mean under permutation. About 0, of either
    /// sign, where the sets are alike.
    pub fn excess(&self) -> f64 {
        self.observed - self.mean
    }
}

/// Deals the labels "target" and "reference" out anew, `permutations` times, and measures the
/// divergence each time. What is dealt are the split's units, of which as many are the target's as
/// before; those without words are left out. `None` if no unit is left on one of the sides, or if
/// there are no permutations.
///
/// Each permutation has a stream of its own of the ChaCha8 generator, so that the result has the
/// same bits with any number of threads.
///
/// # Panics
/// If the split is of another corpus.
pub fn shift_null(
    corpus: &Corpus,
    split: &Split,
    permutations: u32,
    seed: u64,
) -> Option<ShiftNull> {
    assert_eq!(corpus.documents(), split.is_target().len(), "one corpus");
    let unit_of = split.unit_of();
    let mut documents: Vec<usize> = (0..unit_of.len()).collect();
    documents.sort_by_key(|&document| unit_of[document]);
    let of_units: Vec<&[usize]> = documents
        .chunk_by(|&a, &b| unit_of[a] == unit_of[b])
        .collect();
    let is_target: Vec<bool> = of_units
        .iter()
        .map(|documents| split.is_target()[documents[0]])
        .collect();
    let units: Vec<Box<[(u32, u32)]>> = of_units
        .into_par_iter()
        .map(|documents| {
            let texts = documents.iter().map(|&document| corpus.document(document));
            let mut words: Vec<u32> = texts
                .flat_map(|text| &corpus.ids()[text])
                .copied()
                .collect();
            words.sort_unstable();
            let rows = words.chunk_by(|a, b| a == b);
            rows.map(|same| (same[0], same.len() as u32)).collect()
        })
        .collect();
    let units: Vec<Counts<'_>> = units.iter().map(AsRef::as_ref).collect();
    let types = corpus.vocabulary().len();
    null_of_counts(&units, &is_target, types, permutations, seed)
}

/// Words with how often each occurs.
type Counts<'a> = &'a [(u32, u32)];

fn null_of_counts(
    units: &[Counts<'_>],
    is_target: &[bool],
    types: usize,
    permutations: u32,
    seed: u64,
) -> Option<ShiftNull> {
    let (units, labels): (Vec<Counts<'_>>, Vec<bool>) = units
        .iter()
        .zip(is_target)
        .filter(|(unit, _)| unit.iter().any(|&(_, count)| count > 0))
        .unzip();
    let targets = labels.iter().filter(|&&label| label).count();
    if targets == 0 || targets == units.len() || permutations == 0 {
        return None;
    }
    // The side with fewer units is added up; the other is what it leaves of all.
    let is_target_dealt = targets * 2 <= units.len();
    let dealt = targets.min(units.len() - targets);
    let add = |counts: &mut [u64], unit: usize| {
        for &(word, count) in units[unit] {
            counts[word as usize] += u64::from(count);
        }
    };
    let mut all = vec![0; types];
    (0..units.len()).for_each(|unit| add(&mut all, unit));
    let tokens: u64 = all.iter().sum();
    let divergence = |own: &[u64]| {
        let own_tokens: u64 = own.iter().sum();
        let (own_tokens, other_tokens) = (own_tokens as f64, (tokens - own_tokens) as f64);
        let parts = own
            .iter()
            .zip(&all)
            .map(|(&own, &all)| part(own as f64 / own_tokens, (all - own) as f64 / other_tokens));
        parts.sum::<f64>().min(1.0)
    };
    let mut own = vec![0; types];
    (0..units.len())
        .filter(|&unit| labels[unit] == is_target_dealt)
        .for_each(|unit| add(&mut own, unit));
    let observed = divergence(&own);
    let divergences: Vec<f64> = (0..permutations)
        .into_par_iter()
        .map_init(
            || vec![0; types],
            |own, permutation| {
                let mut random = ChaCha8Rng::seed_from_u64(seed);
                random.set_stream(u64::from(permutation));
                own.fill(0);
                let mut order: Vec<usize> = (0..units.len()).collect();
                for place in 0..dealt {
                    let left = (order.len() - place) as u32;
                    order.swap(place, place + below(&mut random, left) as usize);
                    add(own, order[place]);
                }
                divergence(own)
            },
        )
        .collect();
    let number = f64::from(permutations);
    let mean = divergences.iter().sum::<f64>() / number;
    let squares: f64 = divergences.iter().map(|d| (d - mean).powi(2)).sum();
    let as_high = divergences.iter().filter(|&&d| d >= observed).count();
    Some(ShiftNull {
        observed,
        mean,
        sd: (squares / number).sqrt(),
        p: (as_high + 1) as f64 / (number + 1.0),
        permutations,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::tests::corpus;

    /// Shifterator 0.3.0: JSDivergenceShift(reference, target), its normalized scores times its `diff`.
    /// Tolerance: it computes a part as a sum of terms that nearly cancel.
    #[test]
    fn parts_have_the_values_of_shifterator() {
        // peace, war, the, nation, x, y
        let target = [12, 30, 200, 7, 1, 0];
        let reference = [25, 30, 410, 40, 0, 3];
        let shift = WordShift::of_counts(&target, &reference).expect("words");
        let expected = [
            (3, -0.009_060_848_995_496_544),
            (1, 0.007_633_338_320_326_108),
            (5, -0.002_952_755_905_511_811),
            (4, 0.002),
            (2, -1.127_078_715_317_231_4e-5),
            (0, -5.455_533_895_816_53e-6),
        ];
        assert_eq!(shift.terms.len(), expected.len());
        for (found, (term, contribution)) in shift.terms.iter().zip(expected) {
            assert_eq!(found.term, term);
            let difference = (found.contribution - contribution).abs();
            assert!(difference < 1e-15, "{found:?} != {contribution}");
        }
        // Shifterator's diff, and scipy 1.17.1: jensenshannon(base=2) ** 2
        assert!((shift.jsd - 0.021_663_669_542_383_45).abs() < 1e-15);
        assert!((shift.target_part() - 0.009_633_338_320_326_108).abs() < 1e-15);
        assert_eq!((shift.target_tokens, shift.reference_tokens), (250, 508));
    }

    #[test]
    fn sides_change_only_the_sign_and_the_extremes_are_zero_and_one() {
        let (a, b) = ([3, 0, 9, 1], [1, 5, 2, 0]);
        let one = WordShift::of_counts(&a, &b).expect("words");
        let other = WordShift::of_counts(&b, &a).expect("words");
        for (one, other) in one.terms.iter().zip(&other.terms) {
            assert_eq!(one.term, other.term);
            assert_eq!(one.contribution.to_bits(), (-other.contribution).to_bits());
        }
        let same = WordShift::of_counts(&[2, 4, 0], &[1, 2, 0]).expect("words");
        assert!(same.jsd == 0.0 && same.terms.len() == 2);
        let disjoint = WordShift::of_counts(&[2, 0], &[0, 7]).expect("words");
        assert!((disjoint.jsd - 1.0).abs() < 1e-15);
        assert_eq!(WordShift::of_counts(&[0, 0], &[1, 2]), None);
    }

    #[test]
    fn a_corpus_is_counted_by_sides_and_dealt_by_units() {
        let corpus = corpus(&["a a b\nc", "b c", "a a b\nc", "d c c"]);
        let is_target = vec![true, false, false, false];
        let split = Split::new(is_target.clone(), None).expect("both sides");
        // c, a, b, d by frequency, then letters
        let expected = WordShift::of_counts(&[1, 2, 1, 0], &[4, 2, 2, 1]);
        assert_eq!(WordShift::new(&corpus, &split), expected);
        let grouped = Split::new(is_target, Some(&[0, 1, 2, 1])).expect("both sides");
        let units: [&[(u32, u32)]; 3] = [
            &[(0, 1), (1, 2), (2, 1)],
            &[(0, 3), (2, 1), (3, 1)],
            &[(0, 1), (1, 2), (2, 1)],
        ];
        let expected = null_of_counts(&units, &[true, false, false], 4, 50, 3);
        assert_eq!(shift_null(&corpus, &grouped, 50, 3), expected);
        assert!(expected.is_some());
    }

    /// Documents that use words `0..40` with frequencies of their own.
    fn documents(shifted: bool) -> (Vec<Vec<(u32, u32)>>, Vec<bool>) {
        let mut random = ChaCha8Rng::seed_from_u64(5);
        let is_target: Vec<bool> = (0..30).map(|i| i % 3 == 0).collect();
        let documents = is_target.iter().map(|&target| {
            let mut counts = vec![0; 60];
            for _ in 0..50 {
                let word = below(&mut random, 40) + if shifted && target { 10 } else { 0 };
                counts[word as usize] += 1;
            }
            (0..).zip(counts).filter(|&(_, count)| count > 0).collect()
        });
        (documents.collect(), is_target)
    }

    #[test]
    fn the_mean_under_permutation_is_the_bias_of_texts_that_are_alike() {
        let (alike, is_target) = documents(false);
        let units: Vec<&[(u32, u32)]> = alike.iter().map(Vec::as_slice).collect();
        let null = null_of_counts(&units, &is_target, 60, 999, 1).expect("two sides");
        // All words come from one urn, and still the texts differ by some thousandths.
        assert!(null.observed > 0.005 && null.mean > 0.005);
        // Within four standard deviations, where chance leaves it but once in thousands of seeds.
        assert!(null.excess().abs() < 4.0 * null.sd && null.p > 0.001);
        let (shifted, is_target) = documents(true);
        let units: Vec<&[(u32, u32)]> = shifted.iter().map(Vec::as_slice).collect();
        let null = null_of_counts(&units, &is_target, 60, 999, 1).expect("two sides");
        assert!(null.excess() > 10.0 * null.sd);
        assert!((null.p - 0.001).abs() < 1e-12, "no permutation comes near");
    }

    /// Three documents, one of them the target: each third of the permutations deals out another.
    #[test]
    fn the_null_is_the_mean_over_all_ways_to_deal() {
        let documents: [&[(u32, u32)]; 4] = [&[(0, 5), (1, 1)], &[(1, 4)], &[(0, 2), (2, 2)], &[]];
        let counts = |chosen: usize| {
            let mut sides = [vec![0; 3], vec![0; 3]];
            for (document, words) in documents.iter().enumerate() {
                for &(word, count) in *words {
                    sides[usize::from(document != chosen)][word as usize] += u64::from(count);
                }
            }
            WordShift::of_counts(&sides[0], &sides[1])
                .expect("words")
                .jsd
        };
        let exact = (counts(0) + counts(1) + counts(2)) / 3.0;
        for (labels, chosen) in [
            ([true, false, false, true], 0),
            // Two targets: the third is dealt out.
            ([true, true, false, false], 2),
        ] {
            let null = null_of_counts(&documents, &labels, 3, 20_000, 9).expect("two sides");
            assert!((null.observed - counts(chosen)).abs() < 1e-15);
            // Five standard errors of the mean.
            assert!((null.mean - exact).abs() < 5.0 * null.sd / 20_000_f64.sqrt());
            let all: Vec<f64> = (0..3).map(counts).collect();
            let p = all.iter().filter(|&&d| d >= all[chosen] - 1e-15).count() as f64 / 3.0;
            assert!((null.p - p).abs() < 0.02, "{} != {p}", null.p);
        }
        let one_side = [true, true, true, false];
        assert_eq!(null_of_counts(&documents, &one_side, 3, 10, 9), None);
        assert_eq!(
            null_of_counts(&documents, &[true, false, false, false], 3, 0, 9),
            None
        );
    }

    #[test]
    fn the_null_has_the_same_bits_with_any_number_of_threads() {
        let (documents, is_target) = documents(true);
        let units: Vec<&[(u32, u32)]> = documents.iter().map(Vec::as_slice).collect();
        let with = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
            let null = || null_of_counts(&units, &is_target, 60, 200, 7).expect("two sides");
            let null = pool.expect("threads").install(null);
            [null.observed, null.mean, null.sd, null.p].map(f64::to_bits)
        };
        assert_eq!(with(1), with(2));
        assert_eq!(with(1), with(5));
        let other = null_of_counts(&units, &is_target, 60, 200, 8).expect("two sides");
        assert_ne!(with(1)[1], other.mean.to_bits());
    }
}
