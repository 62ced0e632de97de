//! How often terms occur, and how evenly.

use rayon::prelude::*;

use crate::dispersion::{Dispersion, PartSizes};
use crate::traces::{Sides, Traces};
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
    /// [`crate::average_reduced_frequency`] over the documents, one after another.
    pub reduced_frequency: f64,
}

/// The counted terms, in the order of the counts: by size, then by their words' ids. Rows are made as
/// they are asked for; of each term sixteen bytes are kept besides the counts.
pub struct FrequencyTable<'a> {
    corpus: &'a Corpus,
    counts: &'a Counts,
    sizes: Vec<OneSize<'a>>,
}

/// What the terms of one size have in common.
struct OneSize<'a> {
    traces: Traces,
    parts: PartSizes,
    /// Sequences of this size by document, and of all.
    by_document: &'a [u64],
    sequences: f64,
}

impl<'a> FrequencyTable<'a> {
    /// Reads the corpus once for each size of terms.
    ///
    /// # Panics
    /// If the counts are of another corpus.
    pub fn new(corpus: &'a Corpus, counts: &'a Counts) -> Self {
        assert_eq!(counts.documents(), corpus.documents(), "one corpus");
        let sides = Sides::one(corpus);
        let sizes = counts.options().sizes.clone().map(|size| {
            let by_document = counts.sequences(size);
            OneSize {
                traces: Traces::read(corpus, counts, size, &sides),
                parts: PartSizes::of(by_document),
                by_document,
                sequences: by_document.iter().sum::<u64>() as f64,
            }
        });
        Self {
            corpus,
            counts,
            sizes: sizes.collect(),
        }
    }

    /// All terms, the most frequent first, equal ones by their words.
    pub fn by_count(&self) -> Vec<usize> {
        let mut terms: Vec<usize> = (0..self.counts.len()).collect();
        let count = |term| std::cmp::Reverse(self.counts.count(term));
        terms.par_sort_unstable_by(|&a, &b| {
            count(a).cmp(&count(b)).then_with(|| {
                self.corpus
                    .compare(self.counts.words(a), self.counts.words(b))
            })
        });
        terms
    }

    /// A term's row.
    ///
    /// # Panics
    /// If there is no such term.
    pub fn row(&self, term: usize) -> FrequencyRow {
        let words = self.counts.words(term);
        let of_size = self
            .sizes
            .iter()
            .find(|size| size.traces.terms().contains(&term));
        let OneSize {
            traces,
            parts,
            by_document,
            sequences,
        } = of_size.expect("a term has one of the sizes");
        let count = self.counts.count(term);
        FrequencyRow {
            term,
            text: self.corpus.text(words),
            size: words.len(),
            count,
            per_million: count as f64 / sequences * 1e6,
            dispersion: parts
                .spread(self.counts.row(term), by_document)
                .expect("a counted term occurs"),
            reduced_frequency: traces.reduced_frequency(term)[0],
        }
    }
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
        let table = FrequencyTable::new(&corpus, &counts);
        let rows: Vec<_> = (0..counts.len()).map(|term| table.row(term)).collect();
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
    fn terms_stand_by_count_and_then_by_their_words() {
        let corpus = corpus(&["one two one two\nthree", "two three one"]);
        let options = CountOptions {
            sizes: 1..=2,
            min_count: 1,
            min_documents: 1,
        };
        let counts = Counts::of(&corpus, options);
        let table = FrequencyTable::new(&corpus, &counts);
        let rows = table.by_count().into_iter().map(|term| table.row(term));
        let texts: Vec<String> = rows.map(|row| row.text).collect();
        let expected = [
            "one",
            "two",
            "one two",
            "three",
            "three one",
            "two one",
            "two three",
        ];
        assert_eq!(texts, expected);
    }
}
