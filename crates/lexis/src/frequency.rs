//! How often terms occur, and how evenly.

use rayon::prelude::*;

use crate::dispersion::{Dispersion, PartSizes, average_reduced_frequency};
use crate::positions::Positions;
use crate::{Corpus, Counts};

/// How often a term occurs in a corpus, and how evenly over its documents.
#[derive(Clone, Debug, PartialEq)]
pub struct FrequencyRow {
    /// The term's number in the counts.
    pub term: usize,
    /// Its words, with spaces between them.
    pub text: String,
    /// How many words it has.
    pub size: usize,
    /// Occurrences.
    pub count: u64,
    /// Occurrences per million sequences of its length.
    pub per_million: f64,
    /// Its spread over the documents.
    pub dispersion: Dispersion,
    /// [`average_reduced_frequency`] over the documents, one after another.
    pub reduced_frequency: f64,
}

/// All counted terms, in the order of the counts: by size, then by their words' ids.
///
/// # Panics
/// If the counts are of another corpus.
pub fn frequencies(corpus: &Corpus, counts: &Counts) -> Vec<FrequencyRow> {
    assert_eq!(counts.documents(), corpus.documents(), "one corpus");
    let mut rows = Vec::with_capacity(counts.len());
    for size in counts.options().sizes.clone() {
        let positions = Positions::of(corpus, counts, size);
        let sizes = counts.sequences(size);
        let parts = PartSizes::of(sizes);
        let sequences = sizes.iter().sum::<u64>() as f64;
        rows.par_extend(counts.terms_of(size).into_par_iter().map(|term| {
            let count = counts.count(term);
            let places = positions.of_term(term).iter().copied().map(u64::from);
            FrequencyRow {
                term,
                text: corpus.text(counts.words(term)),
                size,
                count,
                per_million: count as f64 / sequences * 1e6,
                dispersion: parts
                    .spread(counts.row(term), sizes)
                    .expect("a counted term occurs"),
                reduced_frequency: average_reduced_frequency(
                    &places.collect::<Vec<_>>(),
                    corpus.words() as u64,
                ),
            }
        }));
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::CountOptions;
    use crate::corpus::tests::corpus;

    #[test]
    fn counts_rates_and_spread_belong_together() {
        let corpus = corpus(&["a b a b", "a c\nc", "c b"]);
        let counts = Counts::of(
            &corpus,
            CountOptions {
                sizes: 1..=2,
                min_count: 2,
                min_documents: 1,
            },
        );
        let rows = frequencies(&corpus, &counts);
        let texts: Vec<(&str, u64, usize)> = rows
            .iter()
            .map(|row| (row.text.as_str(), row.count, row.dispersion.range))
            .collect();
        assert_eq!(
            texts,
            [("a", 3, 2), ("b", 3, 2), ("c", 3, 2), ("a b", 2, 1)]
        );
        let near = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-9, "{found}");
        near(rows[0].per_million, 3e6 / 9.0);
        // Pairs do not cross lines: three, one and one.
        near(rows[3].per_million, 2e6 / 5.0);
        // Shares of words 4, 3 and 2 of 9, of occurrences 2, 1 and 0 of 3: half of 2/9 + 0 + 2/9.
        near(rows[0].dispersion.dp, 2.0 / 9.0);
        // "a" stands at 0, 2 and 4 of 9: distances 2, 2 and 5, each at most 3.
        near(rows[0].reduced_frequency, (2.0 + 2.0 + 3.0) / 3.0);
    }

    #[test]
    fn every_counted_term_has_a_row_in_order() {
        let corpus = corpus(&["one two one two\nthree", "two three one"]);
        let options = CountOptions {
            sizes: 1..=3,
            min_count: 1,
            min_documents: 1,
        };
        let counts = Counts::of(&corpus, options);
        let rows = frequencies(&corpus, &counts);
        assert!(rows.iter().map(|row| row.term).eq(0..counts.len()));
    }
}
