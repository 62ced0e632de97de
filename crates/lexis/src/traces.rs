//! How evenly each term of a size comes again, from reading a corpus once: the places of terms, four bytes
//! an occurrence, are not kept.

use std::ops::Range;

use hashbrown::HashTable;
use rayon::prelude::*;

use crate::corpus::Corpus;
use crate::counts::{Counts, hash};
use crate::dispersion::Gaps;
use crate::permutation::Split;

/// Documents whose terms are looked up at the same time.
const DOCUMENTS: usize = 256;
/// Shares of the terms that each thread gets.
const SHARES: usize = 4;

/// Documents in two rows, the words of each row one after another.
pub(crate) struct Sides {
    /// The row of each document.
    of: Vec<u8>,
    /// Words of its row before each document.
    before: Vec<u32>,
    /// Words of each row.
    words: [u32; 2],
}

impl Sides {
    /// All documents in the first row.
    pub(crate) fn one(corpus: &Corpus) -> Self {
        Self::new(corpus, |_| 0)
    }

    /// The target in the first row, the reference in the second.
    pub(crate) fn of(corpus: &Corpus, split: &Split) -> Self {
        Self::new(corpus, |document| u8::from(!split.is_target()[document]))
    }

    fn new(corpus: &Corpus, side: impl Fn(usize) -> u8) -> Self {
        let of: Vec<u8> = (0..corpus.documents()).map(side).collect();
        let mut words = [0; 2];
        let before = of
            .iter()
            .enumerate()
            .map(|(document, &side)| {
                let before = words[usize::from(side)];
                words[usize::from(side)] += corpus.document(document).len() as u32;
                before
            })
            .collect();
        Self { of, before, words }
    }
}

/// How evenly the terms of one size come in each row.
pub(crate) struct Traces {
    terms: Range<usize>,
    reduced: Vec<[f64; 2]>,
}

impl Traces {
    /// Reads all documents.
    pub(crate) fn read(corpus: &Corpus, counts: &Counts, size: usize, sides: &Sides) -> Self {
        let terms = counts.terms_of(size);
        let mut known: HashTable<u32> = HashTable::with_capacity(terms.len());
        for term in terms.clone() {
            let rehash = |&term: &u32| hash(counts.words(term as usize));
            known.insert_unique(hash(counts.words(term)), term as u32, rehash);
        }
        let mut traces: Vec<[Gaps; 2]> = terms
            .clone()
            .into_par_iter()
            .map(|term| {
                let mut found = [0; 2];
                for (document, count) in counts.row(term) {
                    found[usize::from(sides.of[document])] += count;
                }
                [0, 1].map(|side| Gaps::new(found[side], sides.words[side].into()))
            })
            .collect();
        let share = traces
            .len()
            .div_ceil(rayon::current_num_threads() * SHARES)
            .max(1);
        for first in (0..corpus.documents()).step_by(DOCUMENTS) {
            let documents = first..corpus.documents().min(first + DOCUMENTS);
            let found: Vec<(usize, Vec<(u32, u32)>)> = documents
                .into_par_iter()
                .map(|document| {
                    (
                        document,
                        in_document(corpus, counts, size, &known, document),
                    )
                })
                .collect();
            traces
                .par_chunks_mut(share)
                .enumerate()
                .for_each(|(at, traces)| {
                    let first = terms.start + at * share;
                    for (document, found) in &found {
                        let side = usize::from(sides.of[*document]);
                        let shift =
                            corpus.document(*document).start as u32 - sides.before[*document];
                        let from = found.partition_point(|found| (found.0 as usize) < first);
                        let behind = found
                            .partition_point(|found| (found.0 as usize) < first + traces.len());
                        for of_term in found[from..behind].chunk_by(|a, b| a.0 == b.0) {
                            let trace = &mut traces[of_term[0].0 as usize - first][side];
                            for (_, place) in of_term {
                                trace.add((place - shift).into());
                            }
                        }
                    }
                });
        }
        Self {
            terms,
            reduced: traces
                .iter()
                .map(|gaps| {
                    [0, 1].map(|side| gaps[side].reduced_frequency(sides.words[side].into()))
                })
                .collect(),
        }
    }

    /// The terms.
    pub(crate) fn terms(&self) -> Range<usize> {
        self.terms.clone()
    }

    /// The average reduced frequency of a term in each row.
    pub(crate) fn reduced_frequency(&self, term: usize) -> [f64; 2] {
        self.reduced[term - self.terms.start]
    }
}

/// The terms of a document with their places, by term and then in reading order.
fn in_document(
    corpus: &Corpus,
    counts: &Counts,
    size: usize,
    known: &HashTable<u32>,
    document: usize,
) -> Vec<(u32, u32)> {
    let mut found = Vec::new();
    for sentence in corpus.sentences(document) {
        let words = &corpus.ids()[sentence.clone()];
        for (place, words) in (sentence.start as u32..).zip(words.windows(size)) {
            let term = known.find(hash(words), |&term| counts.words(term as usize) == words);
            found.extend(term.map(|&term| (term, place)));
        }
    }
    found.sort_unstable();
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::tests::corpus;
    use crate::counts::CountOptions;
    use crate::dispersion::average_reduced_frequency;

    /// Beside a scan for every term.
    #[test]
    fn one_reading_tells_what_all_places_tell() {
        let texts = [
            "a b a b\nb a",
            "",
            "\n\na b",
            "b b b\na",
            "a b\na b b",
            "b a b a",
        ];
        let corpus = corpus(&texts);
        let options = CountOptions {
            sizes: 1..=3,
            min_count: 2,
            min_documents: 1,
        };
        let counts = Counts::of(&corpus, options);
        let is_target = vec![true, true, false, true, false, true];
        let split = Split::new(is_target.clone(), None).expect("both sides");
        let sides = Sides::of(&corpus, &split);
        for size in 1..=3 {
            let traces = Traces::read(&corpus, &counts, size, &sides);
            for term in counts.terms_of(size) {
                let words = counts.words(term);
                let mut places = [Vec::new(), Vec::new()];
                let mut before = [0; 2];
                for (document, is_target) in is_target.iter().enumerate() {
                    let all = corpus.document(document);
                    let side = usize::from(!is_target);
                    let found: Vec<usize> = corpus
                        .occurrences(document, words)
                        .map(|at| {
                            let sentence = corpus.sentences(at.document).nth(at.sentence);
                            sentence.expect("the document has it").start + at.first
                        })
                        .collect();
                    places[side].extend(
                        found
                            .iter()
                            .map(|at| (at - all.start + before[side]) as u64),
                    );
                    before[side] += all.len();
                }
                let reduced = [0, 1]
                    .map(|side| average_reduced_frequency(&places[side], before[side] as u64));
                assert_eq!(
                    traces.reduced_frequency(term).map(f64::to_bits),
                    reduced.map(f64::to_bits)
                );
            }
        }
    }
}
