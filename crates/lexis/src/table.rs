//! Everything about each term, in one row.

use rayon::prelude::*;
use text::Span;

use crate::adjust::{benjamini_hochberg, benjamini_yekutieli};
use crate::corpus::{Corpus, Occurrence};
use crate::counts::{Counts, RowIter};
use crate::dispersion::{Dispersion, PartSizes, average_reduced_frequency};
use crate::keyness::{Frequencies, Prior, Yates};
use crate::permutation::{PermutationP, Permutations, Split};
use crate::positions::Positions;

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
    /// [`average_reduced_frequency`] in the target's documents, one after another.
    pub target_reduced_frequency: f64,
    /// [`average_reduced_frequency`] in the reference's documents.
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

/// A row for each of the counted terms, in their order. All of them are tested, so it is before
/// counting that terms are left out. While it works it takes four more bytes for each occurrence of the terms of a size.
///
/// # Errors
/// If a side has no sequences of one of the sizes.
///
/// # Panics
/// If counts or split are of another corpus.
pub fn keyness(
    corpus: &Corpus,
    counts: &Counts,
    split: &Split,
    options: &KeynessOptions,
) -> Result<Vec<KeynessRow>, KeynessError> {
    assert_eq!(corpus.documents(), counts.documents(), "one corpus");
    assert_eq!(corpus.documents(), split.is_target().len(), "one corpus");
    let mut rows = Vec::with_capacity(counts.len());
    for size in counts.options().sizes.clone() {
        let [target, reference] =
            [true, false].map(|is| Side::of(corpus, counts, (split, is), size));
        for (side, is_target) in [(&target, true), (&reference, false)] {
            if side.total == 0 {
                return Err(KeynessError::NoSequences { size, is_target });
            }
        }
        let positions = Positions::of(corpus, counts, size);
        let terms = counts.terms_of(size).into_par_iter();
        rows.par_extend(terms.map(|term| {
            row(
                corpus,
                counts,
                &positions,
                [&target, &reference],
                term,
                options,
            )
        }));
    }

    let p: Vec<f64> = rows.iter().map(|row| 10_f64.powf(row.log10_p)).collect();
    let corrected = benjamini_hochberg(&p)
        .into_iter()
        .zip(benjamini_yekutieli(&p));
    for (row, (bh, by)) in rows.iter_mut().zip(corrected) {
        (row.q_bh, row.q_by) = (bh, by);
    }
    if let Some(permutations) = options.permutations {
        let found = split.p_values(counts, permutations);
        let p: Vec<f64> = found.iter().map(|found| found.either).collect();
        let corrected = benjamini_hochberg(&p)
            .into_iter()
            .zip(benjamini_yekutieli(&p));
        for ((row, found), (bh, by)) in rows.iter_mut().zip(found).zip(corrected) {
            row.permutation = Some(found);
            (row.permutation_q_bh, row.permutation_q_by) = (Some(bh), Some(by));
        }
    }
    Ok(rows)
}

/// A side's documents as parts of a corpus; those of the other side have no words.
struct Side<'a> {
    is_target: bool,
    split: &'a Split,
    sizes: Vec<u64>,
    parts: PartSizes,
    total: u64,
    words: u64,
    /// Words of this side before each document.
    before: Vec<usize>,
}

impl<'a> Side<'a> {
    fn of(
        corpus: &Corpus,
        counts: &Counts,
        (split, is_target): (&'a Split, bool),
        size: usize,
    ) -> Self {
        let mut words = 0;
        let before = (0..corpus.documents())
            .map(|document| {
                let before = words;
                if split.is_target()[document] == is_target {
                    words += corpus.document(document).len();
                }
                before
            })
            .collect();
        let all = counts.sequences(size).iter().zip(split.is_target());
        let sizes: Vec<u64> = all
            .map(|(&words, &is)| if is == is_target { words } else { 0 })
            .collect();
        Self {
            is_target,
            split,
            parts: PartSizes::of(&sizes),
            total: sizes.iter().sum(),
            words: words as u64,
            before,
            sizes,
        }
    }

    fn only<'p>(
        &self,
        by_document: &[(usize, &'p [u32])],
    ) -> impl Iterator<Item = (usize, &'p [u32])> {
        let is_here =
            |&(document, _): &(usize, &[u32])| self.split.is_target()[document] == self.is_target;
        by_document.iter().copied().filter(is_here)
    }

    /// The average reduced frequency, as if the other side's documents were not between.
    fn reduced_frequency(&self, corpus: &Corpus, by_document: &[(usize, &[u32])]) -> f64 {
        let places: Vec<u64> = self
            .only(by_document)
            .flat_map(|(document, places)| {
                let shift = (corpus.document(document).start - self.before[document]) as u64;
                places.iter().map(move |&place| u64::from(place) - shift)
            })
            .collect();
        average_reduced_frequency(&places, self.words)
    }

    fn row(&self, counts: &'a Counts, term: usize) -> impl Iterator<Item = (usize, u64)> + Clone {
        let is_here =
            |&(document, _): &(usize, u64)| self.split.is_target()[document] == self.is_target;
        counts.row(term).filter(is_here)
    }
}

fn row(
    corpus: &Corpus,
    counts: &Counts,
    positions: &Positions,
    [target, reference]: [&Side<'_>; 2],
    term: usize,
    options: &KeynessOptions,
) -> KeynessRow {
    let words = counts.words(term);
    let sum = |side: &Side<'_>| side.row(counts, term).map(|(_, count)| count).sum();
    let (target_count, reference_count) = (sum(target), sum(reference));
    let found = Frequencies::new(target_count, target.total, reference_count, reference.total)
        .expect("both sides have sequences, and a term is one of them");
    let spread = |side: &Side<'_>| side.parts.spread(side.row(counts, term), &side.sizes);
    let (target_dispersion, reference_dispersion) = (spread(target), spread(reference));
    let range = |spread: Option<Dispersion>| spread.map_or(0, |spread| spread.range);
    let (target_per_million, reference_per_million) = found.per_million();
    let g2 = found.g2();
    let used = if g2 >= 0.0 { target } else { reference };
    let by_document = by_document(counts.row(term), positions.of_term(term));
    let reduced = |side: &Side<'_>| side.reduced_frequency(corpus, &by_document);
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
        g2,
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
        target_reduced_frequency: reduced(target),
        reference_reduced_frequency: reduced(reference),
        permutation: None,
        q_bh: 1.0,
        q_by: 1.0,
        permutation_q_bh: None,
        permutation_q_by: None,
        anchors: anchors(
            corpus,
            words.len(),
            used.only(&by_document),
            options.anchors,
        ),
    }
}

/// A term's places, cut by document.
fn by_document<'p>(row: RowIter<'_>, places: &'p [u32]) -> Vec<(usize, &'p [u32])> {
    let mut rest = places;
    row.map(|(document, count)| {
        let (here, later) = rest.split_at(count as usize);
        rest = later;
        (document, here)
    })
    .collect()
}

/// Up to `limit` passages: the first of each of the documents with most occurrences, then the
/// second of each, and so on.
fn anchors<'p>(
    corpus: &Corpus,
    words: usize,
    by_document: impl Iterator<Item = (usize, &'p [u32])>,
    limit: usize,
) -> Vec<Anchor> {
    let mut best: Vec<(usize, &[u32])> = Vec::with_capacity(limit + 1);
    for (document, places) in by_document {
        let rank = best.partition_point(|(_, most)| most.len() >= places.len());
        if rank < limit {
            best.insert(rank, (document, places));
            best.truncate(limit);
        }
    }
    let rounds = (0..limit).flat_map(|round| {
        let of_round = best.iter();
        of_round.filter_map(move |(document, places)| Some((*document, *places.get(round)?)))
    });
    rounds
        .take(limit)
        .map(|(document, place)| {
            let occurrence = corpus.occurrence(document, place as usize, words);
            Anchor {
                occurrence,
                span: corpus.span(occurrence),
            }
        })
        .collect()
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

    fn rows(options_of_counts: CountOptions, options: &KeynessOptions) -> Vec<KeynessRow> {
        let corpus = corpus(&TEXTS);
        let counts = Counts::of(&corpus, options_of_counts);
        let split = Split::new(vec![true, true, false, false, false], None).expect("both sides");
        keyness(&corpus, &counts, &split, options).expect("both sides have words")
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
        let found = keyness(&corpus, &counts, &split, &KeynessOptions::default());
        let error = found.expect_err("no pairs of words");
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
            let rows = keyness(&corpus, &counts, &split, &KeynessOptions::default())
                .expect("both sides have words");
            let more = keyness(&corpus, &longer, &split, &KeynessOptions::default());
            for row in rows.iter().chain(more.iter().flatten()) {
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
