//! What is left of each term of a size when a corpus has been read once: how evenly it comes again, and
//! where passages with it stand. Its places themselves, four bytes an occurrence, are not kept.

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
/// No place.
const NONE: u32 = u32::MAX;

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

/// How evenly the terms of one size come, and where passages with them stand.
pub(crate) struct Traces {
    terms: Range<usize>,
    reduced: Vec<[f64; 2]>,
    passages: Vec<u32>,
    limit: usize,
}

/// What is known of a term while the corpus is read.
struct Trace {
    gaps: [Gaps; 2],
    /// The row whose passages are wanted.
    used: u8,
    best: Best,
}

impl Traces {
    /// Reads all documents. Of each term up to `limit` passages are kept, of the row that `used` names
    /// by the occurrences in both.
    pub(crate) fn read(
        corpus: &Corpus,
        counts: &Counts,
        size: usize,
        sides: &Sides,
        (limit, used): (usize, impl Fn([u64; 2]) -> u8 + Sync),
    ) -> Self {
        let terms = counts.terms_of(size);
        let mut known: HashTable<u32> = HashTable::with_capacity(terms.len());
        for term in terms.clone() {
            let rehash = |&term: &u32| hash(counts.words(term as usize));
            known.insert_unique(hash(counts.words(term)), term as u32, rehash);
        }
        let mut traces: Vec<Trace> = terms
            .clone()
            .into_par_iter()
            .map(|term| {
                let mut found = [0; 2];
                for (document, count) in counts.row(term) {
                    found[usize::from(sides.of[document])] += count;
                }
                Trace {
                    gaps: [0, 1].map(|side| Gaps::new(found[side], sides.words[side].into())),
                    used: used(found),
                    best: Best::none(limit),
                }
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
                        let side = sides.of[*document];
                        let shift =
                            corpus.document(*document).start as u32 - sides.before[*document];
                        let from = found.partition_point(|found| (found.0 as usize) < first);
                        let behind = found
                            .partition_point(|found| (found.0 as usize) < first + traces.len());
                        for of_term in found[from..behind].chunk_by(|a, b| a.0 == b.0) {
                            let trace = &mut traces[of_term[0].0 as usize - first];
                            for (_, place) in of_term {
                                trace.gaps[usize::from(side)].add((place - shift).into());
                            }
                            if side == trace.used {
                                trace.best.add(of_term, limit);
                            }
                        }
                    }
                });
        }
        Self {
            terms,
            reduced: traces
                .iter()
                .map(|trace| {
                    [0, 1].map(|side| trace.gaps[side].reduced_frequency(sides.words[side].into()))
                })
                .collect(),
            passages: traces
                .iter()
                .flat_map(|trace| trace.best.passages(limit))
                .collect(),
            limit,
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

    /// Places of a term: the first of each of the documents with most occurrences, then the second of
    /// each, and so on.
    pub(crate) fn passages(&self, term: usize) -> impl Iterator<Item = usize> {
        let at = (term - self.terms.start) * self.limit;
        let found = self.passages[at..at + self.limit].iter().copied();
        found
            .filter(|&place| place != NONE)
            .map(|place| place as usize)
    }
}

/// The documents with most occurrences of a term, and its first places there.
struct Best {
    /// Occurrences in each document, falling, then of each document the places. One block, since there
    /// are as many as terms.
    all: Box<[u32]>,
}

impl Best {
    fn none(limit: usize) -> Self {
        Self {
            all: vec![0; limit + limit * limit].into_boxed_slice(),
        }
    }

    /// A document behind all earlier ones.
    fn add(&mut self, found: &[(u32, u32)], limit: usize) {
        let (most, places) = self.all.split_at_mut(limit);
        let rank = most.partition_point(|&most| most as usize >= found.len());
        if rank == limit {
            return;
        }
        most[rank..].rotate_right(1);
        most[rank] = found.len() as u32;
        places[rank * limit..].rotate_right(limit);
        for (place, found) in places[rank * limit..][..limit].iter_mut().zip(found) {
            *place = found.1;
        }
    }

    fn passages(&self, limit: usize) -> impl Iterator<Item = u32> {
        let (most, places) = self.all.split_at(limit);
        let rounds = (0..limit).flat_map(move |round| {
            let of_round = (0..limit).filter(move |&rank| most[rank] as usize > round);
            of_round.map(move |rank| places[rank * limit + round])
        });
        rounds.chain(std::iter::repeat(NONE)).take(limit)
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

    /// Beside a scan for every term: what was read once is what all places tell.
    #[test]
    fn traces_are_those_of_all_places() {
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
            let traces = Traces::read(&corpus, &counts, size, &sides, (3, |_| 0));
            for term in counts.terms_of(size) {
                let words = counts.words(term);
                let mut places = [Vec::new(), Vec::new()];
                let mut of_target: Vec<Vec<usize>> = Vec::new();
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
                    if *is_target {
                        of_target.push(found);
                    }
                }
                let reduced = [0, 1]
                    .map(|side| average_reduced_frequency(&places[side], before[side] as u64));
                assert_eq!(traces.reduced_frequency(term), reduced);
                of_target.sort_by_key(|found| std::cmp::Reverse(found.len()));
                of_target.truncate(3);
                let rounds =
                    (0..3).flat_map(|round| of_target.iter().filter_map(move |d| d.get(round)));
                assert!(
                    traces.passages(term).eq(rounds.take(3).copied()),
                    "{words:?}"
                );
            }
        }
    }
}
