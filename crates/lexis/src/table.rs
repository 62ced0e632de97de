//! Everything about each term, in one row.

use rayon::prelude::*;
use text::Span;

use crate::adjust::{benjamini_hochberg, benjamini_yekutieli};
use crate::corpus::{Corpus, Occurrence};
use crate::counts::Counts;
use crate::dispersion::{Dispersion, PartSizes};
use crate::keyness::{Frequencies, Prior, Yates};
use crate::permutation::{PermutationP, Permutations, Split};
use crate::traces::{Sides, Traces};

/// Below this least expected count, a row has Fisher's exact test.
const SMALL: f64 = 5.0;

/// What a table of keyness depends on besides the counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KeynessOptions {
    /// What weighted log odds believe before; 500 words distributed as both sides together, by
    /// default.
    pub prior: Prior,
    /// The level of all LRC bounds together; 0.05 by default.
    pub alpha: f64,
    /// Simple Maths adds this to frequencies per million; 1 by default.
    pub simple_maths: f64,
    /// The permutation test, if wanted; not by default.
    pub permutations: Option<Permutations>,
    /// Passages for each term; 3 by default.
    pub anchors: usize,
}

impl Default for KeynessOptions {
    fn default() -> Self {
        Self {
            prior: Prior::Informative { total: 500.0 },
            alpha: 0.05,
            simple_maths: 1.0,
            permutations: None,
            anchors: 3,
        }
    }
}

/// Why two sides can't be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeynessError {
    /// Rates would be shares of nothing.
    #[error(
        "no sentence of the {} has {size} words or more: compare shorter terms",
        if *.is_target { "target" } else { "reference" }
    )]
    NoSequences {
        /// Words of a sequence.
        size: usize,
        /// Whether the target has none, else the reference.
        is_target: bool,
    },
}

/// A passage with the term.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// Its place by document, sentence and word.
    pub occurrence: Occurrence,
    /// Its characters in the document's text.
    pub span: Span,
}

/// All about one term. Signed values are above zero where the target uses the term more.
#[derive(Clone, Debug, PartialEq)]
pub struct KeynessRow {
    /// Index of the term in the counts.
    pub term: usize,
    /// Its words, with spaces between them.
    pub text: String,
    /// How many words it has.
    pub size: usize,
    /// Its occurrences in the target.
    pub target_count: u64,
    /// Its occurrences in the reference.
    pub reference_count: u64,
    /// Sequences of its size in the target: words, for a word.
    pub target_total: u64,
    /// Sequences of its size in the reference.
    pub reference_total: u64,
    /// [`Frequencies::per_million`] of the target.
    pub target_per_million: f64,
    /// [`Frequencies::per_million`] of the reference.
    pub reference_per_million: f64,
    /// Documents of the target that have it.
    pub target_documents: usize,
    /// Documents of the reference that have it.
    pub reference_documents: usize,
    /// [`Frequencies::g2`], signed.
    pub g2: f64,
    /// [`Frequencies::g2_short`], signed.
    pub g2_short: f64,
    /// [`Frequencies::log10_p`] of `g2`.
    pub log10_p: f64,
    /// [`Frequencies::chi_squared`] with [`Yates::WhereSmall`], signed.
    pub chi_squared: f64,
    /// [`Frequencies::fisher_log10_p`], where an expected count is below 5.
    pub fisher_log10_p: Option<f64>,
    /// [`Frequencies::log_ratio`], signed.
    pub log_ratio: f64,
    /// [`Frequencies::log_ratio_walter`], signed.
    pub log_ratio_walter: f64,
    /// [`Frequencies::percent_difference`], signed.
    pub percent_difference: f64,
    /// [`Frequencies::odds_ratio`], above 1 where the target uses the term more.
    pub odds_ratio: f64,
    /// [`Frequencies::relative_risk`], above 1 where the target uses the term more.
    pub relative_risk: f64,
    /// [`Frequencies::simple_maths`], above 1 where the target uses the term more.
    pub simple_maths: f64,
    /// [`Frequencies::lrc`] with all rows as candidates, signed.
    pub lrc: f64,
    /// [`Frequencies::log_odds_z`], signed.
    pub log_odds_z: f64,
    /// [`Frequencies::bic`].
    pub bic: f64,
    /// Its spread over the target's documents, if it is there.
    pub target_dispersion: Option<Dispersion>,
    /// Its spread over the reference's documents, if it is there.
    pub reference_dispersion: Option<Dispersion>,
    /// [`crate::average_reduced_frequency`] in the target's documents, one after another.
    pub target_reduced_frequency: f64,
    /// [`crate::average_reduced_frequency`] in the reference's documents.
    pub reference_reduced_frequency: f64,
    /// The p of shuffled documents, if asked for.
    pub permutation: Option<PermutationP>,
    /// Benjamini and Hochberg's q of `log10_p` over all rows.
    pub q_bh: f64,
    /// Benjamini and Yekutieli's q of `log10_p` over all rows.
    pub q_by: f64,
    /// Benjamini and Hochberg's q of the two-sided p of shuffled documents.
    pub permutation_q_bh: Option<f64>,
    /// Benjamini and Yekutieli's q of the two-sided p of shuffled documents.
    pub permutation_q_by: Option<f64>,
    /// Passages on the side that uses it more, from the documents with most occurrences, first
    /// occurrences first.
    pub anchors: Vec<Anchor>,
}

/// A table of keyness: a row for each of the counted terms. All of them are tested, so it is before
/// counting that terms are left out. Rows are made as they are asked for; of each term five
/// numbers are kept besides the counts, and five more where documents are shuffled.
pub struct Keyness<'a> {
    corpus: &'a Corpus,
    counts: &'a Counts,
    options: &'a KeynessOptions,
    sizes: Vec<OneSize>,
    g2: Vec<f64>,
    corrected: Corrected,
    permuted: Option<(Vec<PermutationP>, Corrected)>,
}

/// What the terms of one size have in common.
struct OneSize {
    sides: [Side; 2],
    traces: Traces,
}

/// Corrections of one p a term.
struct Corrected {
    benjamini_hochberg: Vec<f64>,
    benjamini_yekutieli: Vec<f64>,
}

impl Corrected {
    fn of(p: &[f64]) -> Self {
        Self {
            benjamini_hochberg: benjamini_hochberg(p),
            benjamini_yekutieli: benjamini_yekutieli(p),
        }
    }
}

impl<'a> Keyness<'a> {
    /// Tests all counted terms.
    ///
    /// # Errors
    /// If a side has no sequences of one of the sizes.
    ///
    /// # Panics
    /// If counts or split are of another corpus.
    pub fn new(
        corpus: &'a Corpus,
        counts: &'a Counts,
        split: &Split,
        options: &'a KeynessOptions,
    ) -> Result<Self, KeynessError> {
        assert_eq!(corpus.documents(), counts.documents(), "one corpus");
        assert_eq!(corpus.documents(), split.is_target().len(), "one corpus");
        let documents = Sides::of(corpus, split);
        let (mut g2, mut p) = (Vec::new(), Vec::new());
        let mut sizes = Vec::new();
        for size in counts.options().sizes.clone() {
            let sides = [true, false].map(|is_target| Side::of(counts, split, is_target, size));
            for (side, is_target) in sides.iter().zip([true, false]) {
                if side.total == 0 {
                    return Err(KeynessError::NoSequences { size, is_target });
                }
            }
            let traces = Traces::read(corpus, counts, size, &documents);
            let tests = counts.terms_of(size).into_par_iter();
            let tests: Vec<(f64, f64)> = tests
                .map(|term| {
                    let counted = [0, 1].map(|side| sides[side].count(counts, term));
                    let found = frequencies(&sides, counted);
                    (found.g2(), 10_f64.powf(found.log10_p()))
                })
                .collect();
            g2.extend(tests.iter().map(|test| test.0));
            p.extend(tests.iter().map(|test| test.1));
            sizes.push(OneSize { sides, traces });
        }
        let permuted = options.permutations.map(|permutations| {
            let found = split.p_values(counts, permutations);
            let p: Vec<f64> = found.iter().map(|found| found.either).collect();
            (found, Corrected::of(&p))
        });
        Ok(Self {
            corpus,
            counts,
            options,
            sizes,
            g2,
            corrected: Corrected::of(&p),
            permuted,
        })
    }

    /// How many terms there are.
    pub fn len(&self) -> usize {
        self.g2.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.g2.is_empty()
    }

    /// All terms by signed G²: what the target uses more first, the keyest of it before the others;
    /// equal ones by their words.
    pub fn by_g2(&self) -> Vec<usize> {
        let mut terms: Vec<usize> = (0..self.len()).collect();
        let words = |term| self.counts.words(term);
        terms.par_sort_unstable_by(|&a, &b| {
            let by_words = || self.corpus.compare(words(a), words(b));
            self.g2[b].total_cmp(&self.g2[a]).then_with(by_words)
        });
        terms
    }

    /// A term's row.
    ///
    /// # Panics
    /// If there is no such term.
    pub fn row(&self, term: usize) -> KeynessRow {
        let (corpus, counts, options) = (self.corpus, self.counts, self.options);
        let of_size = self
            .sizes
            .iter()
            .find(|size| size.traces.terms().contains(&term));
        let OneSize { sides, traces } = of_size.expect("a term has one of the sizes");
        let [target, reference] = sides;
        let words = counts.words(term);
        let (target_count, reference_count) =
            (target.count(counts, term), reference.count(counts, term));
        let found = frequencies(sides, [target_count, reference_count]);
        let spread = |side: &Side| side.parts.spread(side.row(counts, term), &side.sizes);
        let (target_dispersion, reference_dispersion) = (spread(target), spread(reference));
        let range = |spread: Option<Dispersion>| spread.map_or(0, |spread| spread.range);
        let (target_per_million, reference_per_million) = found.per_million();
        let [target_reduced_frequency, reference_reduced_frequency] =
            traces.reduced_frequency(term);
        let used = if self.g2[term] >= 0.0 {
            target
        } else {
            reference
        };
        let permuted = self.permuted.as_ref();
        KeynessRow {
            term,
            text: corpus.text(words),
            size: words.len(),
            target_count,
            reference_count,
            target_total: target.total,
            reference_total: reference.total,
            target_per_million,
            reference_per_million,
            target_documents: range(target_dispersion),
            reference_documents: range(reference_dispersion),
            g2: self.g2[term],
            g2_short: found.g2_short(),
            log10_p: found.log10_p(),
            chi_squared: found.chi_squared(Yates::WhereSmall),
            fisher_log10_p: (found.least_expected() < SMALL).then(|| found.fisher_log10_p()),
            log_ratio: found.log_ratio(),
            log_ratio_walter: found.log_ratio_walter(),
            percent_difference: found.percent_difference(),
            odds_ratio: found.odds_ratio(),
            relative_risk: found.relative_risk(),
            simple_maths: found.simple_maths(options.simple_maths),
            lrc: found.lrc(options.alpha, counts.len()),
            log_odds_z: found.log_odds_z(options.prior),
            bic: found.bic(),
            target_dispersion,
            reference_dispersion,
            target_reduced_frequency,
            reference_reduced_frequency,
            permutation: permuted.map(|(found, _)| found[term]),
            q_bh: self.corrected.benjamini_hochberg[term],
            q_by: self.corrected.benjamini_yekutieli[term],
            permutation_q_bh: permuted.map(|(_, q)| q.benjamini_hochberg[term]),
            permutation_q_by: permuted.map(|(_, q)| q.benjamini_yekutieli[term]),
            anchors: anchors(corpus, words, used.row(counts, term), options.anchors),
        }
    }
}

fn frequencies([target, reference]: &[Side; 2], counted: [u64; 2]) -> Frequencies {
    Frequencies::new(counted[0], target.total, counted[1], reference.total)
        .expect("both sides have sequences, and a term is one of them")
}

/// Up to `limit` passages: the first of each of the documents with most occurrences, then the
/// second of each, and so on.
fn anchors(
    corpus: &Corpus,
    words: &[u32],
    by_document: impl Iterator<Item = (usize, u64)>,
    limit: usize,
) -> Vec<Anchor> {
    let mut best: Vec<(usize, u64)> = Vec::with_capacity(limit + 1);
    for (document, count) in by_document {
        let rank = best.partition_point(|&(_, most)| most >= count);
        if rank < limit {
            best.insert(rank, (document, count));
            best.truncate(limit);
        }
    }
    let found: Vec<Vec<Occurrence>> = best
        .iter()
        .map(|&(document, _)| corpus.occurrences(document, words).take(limit).collect())
        .collect();
    let of_round = |round: usize| found.iter().filter_map(move |found| found.get(round));
    (0..limit)
        .flat_map(of_round)
        .take(limit)
        .map(|&occurrence| Anchor {
            occurrence,
            span: corpus.span(occurrence),
        })
        .collect()
}

/// A side's documents as parts of a corpus; those of the other side have no words.
struct Side {
    sizes: Vec<u64>,
    parts: PartSizes,
    total: u64,
}

impl Side {
    fn of(counts: &Counts, split: &Split, is_target: bool, size: usize) -> Self {
        let all = counts.sequences(size).iter().zip(split.is_target());
        let sizes: Vec<u64> = all
            .map(|(&words, &is)| if is == is_target { words } else { 0 })
            .collect();
        Self {
            parts: PartSizes::of(&sizes),
            total: sizes.iter().sum(),
            sizes,
        }
    }

    /// A term's counts in this side's documents: only these have words here.
    fn row<'c>(
        &self,
        counts: &'c Counts,
        term: usize,
    ) -> impl Iterator<Item = (usize, u64)> + Clone + use<'c, '_> {
        let is_here = |&(document, _): &(usize, u64)| self.sizes[document] > 0;
        counts.row(term).filter(is_here)
    }

    fn count(&self, counts: &Counts, term: usize) -> u64 {
        self.row(counts, term).map(|(_, count)| count).sum()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::corpus::tests::corpus;
    use crate::counts::CountOptions;
    use crate::permutation::Score;

    fn options(sizes: std::ops::RangeInclusive<usize>, min_count: u64) -> CountOptions {
        CountOptions {
            sizes,
            min_count,
            min_documents: 1,
        }
    }

    const TEXTS: [&str; 5] = [
        "reform and opening up\nReform goes on",
        "opening up is reform",
        "class struggle is the key link",
        "class struggle and reform",
        "struggle",
    ];

    fn all(table: &Keyness<'_>) -> Vec<KeynessRow> {
        (0..table.len()).map(|term| table.row(term)).collect()
    }

    fn rows(options_of_counts: CountOptions, options: &KeynessOptions) -> Vec<KeynessRow> {
        let corpus = corpus(&TEXTS);
        let counts = Counts::of(&corpus, options_of_counts);
        let split = Split::new(vec![true, true, false, false, false], None).expect("both sides");
        all(&Keyness::new(&corpus, &counts, &split, options).expect("both sides have words"))
    }

    #[test]
    fn a_row_has_the_counts_of_both_sides() {
        let rows = rows(options(1..=1, 1), &KeynessOptions::default());
        let reform = rows
            .iter()
            .find(|row| row.text == "reform")
            .expect("a word");
        let counted = (
            (
                reform.target_count,
                reform.target_total,
                reform.target_documents,
            ),
            (
                reform.reference_count,
                reform.reference_total,
                reform.reference_documents,
            ),
        );
        assert_eq!(counted, ((3, 11, 2), (1, 11, 1)));
        assert!(reform.g2 > 0.0 && reform.log_odds_z > 0.0 && reform.log_ratio > 0.0);
        let expected = Frequencies::new(3, 11, 1, 11).expect("both have words");
        assert!((reform.g2 - expected.g2()).abs() < 1e-12);
        assert_eq!(reform.fisher_log10_p, Some(expected.fisher_log10_p()));
        // Places 0, 4, 10 of 11 words, 11/3 apart at most: 11/3 twice, and 1 around the end.
        assert!(
            (reform.target_reduced_frequency - (22.0 / 3.0 + 1.0) / (11.0 / 3.0)).abs() < 1e-12
        );
        assert!((reform.reference_reduced_frequency - 1.0).abs() < 1e-12);
        // One of the reference's three documents has it, four of its eleven words.
        let dp = reform.reference_dispersion.expect("it is there").dp;
        assert!((dp - 7.0 / 11.0).abs() < 1e-12);
    }

    #[test]
    fn all_rows_are_tests_that_q_values_know_of() {
        let permutations = Some(Permutations {
            score: Score::G2,
            count: 99,
            seed: 2,
        });
        let options_of_table = KeynessOptions {
            permutations,
            ..KeynessOptions::default()
        };
        let rows = rows(options(1..=2, 2), &options_of_table);
        let p: Vec<f64> = rows.iter().map(|row| 10_f64.powf(row.log10_p)).collect();
        let q: Vec<f64> = rows.iter().map(|row| row.q_bh).collect();
        assert_eq!(q, benjamini_hochberg(&p));
        for row in &rows {
            let (p, q) = (
                row.permutation.expect("asked for"),
                row.permutation_q_bh.expect("too"),
            );
            assert!(p.either <= q && q <= 1.0 && row.q_bh <= row.q_by);
        }
        let sizes: Vec<usize> = rows.iter().map(|row| row.size).collect();
        assert!(sizes.is_sorted() && sizes.contains(&2));
    }

    #[test]
    fn anchors_come_from_the_side_that_uses_the_term_more() {
        let rows = rows(options(1..=2, 1), &KeynessOptions::default());
        let anchors = |text: &str| {
            let row = rows.iter().find(|row| row.text == text).expect("a term");
            let places = row.anchors.iter().map(|anchor| {
                let at = anchor.occurrence;
                (at.document, at.sentence, at.first)
            });
            places.collect::<Vec<_>>()
        };
        // Document 0 has it twice, document 1 once: first passages first.
        assert_eq!(anchors("reform"), [(0, 0, 0), (1, 0, 3), (0, 1, 0)]);
        assert_eq!(anchors("class struggle"), [(2, 0, 0), (3, 0, 0)]);
    }

    #[test]
    fn a_side_without_sequences_of_a_size_is_an_error() {
        let corpus = corpus(&["one two three", "one\ntwo"]);
        let counts = Counts::of(&corpus, options(1..=2, 1));
        let split = Split::new(vec![true, false], None).expect("both sides");
        let options = KeynessOptions::default();
        let found = Keyness::new(&corpus, &counts, &split, &options);
        let error = found.err().expect("no pairs of words");
        assert_eq!(
            error.to_string(),
            "no sentence of the reference has 2 words or more: compare shorter terms"
        );
    }

    proptest! {
        /// Every anchor's characters, cut into words again, are its term.
        #[test]
        fn anchors_lead_to_the_terms_characters(
            texts in prop::collection::vec("([a-cA-C’é]{1,2}[ ,.\n-]{1,2}){1,20}", 2..5),
        ) {
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            let corpus = corpus(&texts);
            let counts = Counts::of(&corpus, options(1..=1, 1));
            let is_target = (0..texts.len()).map(|document| document == 0).collect();
            let split = Split::new(is_target, None).expect("both sides");
            prop_assume!(corpus.document(0).end > 0 && corpus.words() > corpus.document(0).end);
            let longer = Counts::of(&corpus, options(2..=3, 1));
            let options = KeynessOptions::default();
            let mut rows = Vec::new();
            for counts in [&counts, &longer] {
                let table = Keyness::new(&corpus, counts, &split, &options);
                rows.extend(table.iter().flat_map(all));
            }
            prop_assert!(!rows.is_empty());
            for row in &rows {
                prop_assert!(!row.anchors.is_empty());
                for anchor in &row.anchors {
                    let text = texts[anchor.occurrence.document];
                    let words: Vec<String> = text::words::words(text, anchor.span)
                        .map(|word| word.of(text).to_lowercase().replace('’', "'"))
                        .collect();
                    prop_assert_eq!(words.join(" "), row.text.as_str());
                }
            }
        }
    }
}
