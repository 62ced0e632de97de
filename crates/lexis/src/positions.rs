//! Where each counted term of a size stands.

use std::ops::Range;

use hashbrown::HashTable;
use rayon::prelude::*;

use crate::corpus::Corpus;
use crate::counts::{Counts, hash};

/// Documents whose terms are looked up at the same time.
const DOCUMENTS: usize = 256;

/// The places of the terms of one size, by term: four bytes an occurrence.
pub(crate) struct Positions {
    terms: Range<usize>,
    /// Where each term's places begin in `places`, and where the last one's end.
    starts: Vec<usize>,
    places: Vec<u32>,
}

impl Positions {
    pub(crate) fn of(corpus: &Corpus, counts: &Counts, size: usize) -> Self {
        let terms = counts.terms_of(size);
        let mut starts = Vec::with_capacity(terms.len() + 1);
        let mut all = 0;
        let mut known: HashTable<u32> = HashTable::with_capacity(terms.len());
        for term in terms.clone() {
            starts.push(all);
            all += counts.count(term) as usize;
            let rehash = |&term: &u32| hash(counts.words(term as usize));
            known.insert_unique(hash(counts.words(term)), term as u32, rehash);
        }
        let mut next = starts.clone();
        starts.push(all);
        let mut places = vec![0; all];
        for first in (0..corpus.documents()).step_by(DOCUMENTS) {
            let documents = first..corpus.documents().min(first + DOCUMENTS);
            let found: Vec<Vec<(u32, u32)>> = documents
                .into_par_iter()
                .map(|document| in_document(corpus, counts, size, &known, document))
                .collect();
            for (term, place) in found.into_iter().flatten() {
                let next = &mut next[term as usize - terms.start];
                places[*next] = place;
                *next += 1;
            }
        }
        Self {
            terms,
            starts,
            places,
        }
    }

    /// The places of a term, rising.
    pub(crate) fn of_term(&self, term: usize) -> &[u32] {
        let at = term - self.terms.start;
        &self.places[self.starts[at]..self.starts[at + 1]]
    }
}

/// The terms of a document, in reading order, each with its place.
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
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::tests::corpus;
    use crate::counts::CountOptions;

    #[test]
    fn places_are_those_that_a_scan_finds() {
        let corpus = corpus(&["a b a b\nb a", "", "\n\na b", "b b b\na"]);
        let options = CountOptions {
            sizes: 1..=3,
            min_count: 2,
            min_documents: 1,
        };
        let counts = Counts::of(&corpus, options);
        for size in 1..=3 {
            let positions = Positions::of(&corpus, &counts, size);
            for term in counts.terms_of(size) {
                let words = counts.words(term);
                let scanned: Vec<usize> = (0..corpus.documents())
                    .flat_map(|document| corpus.occurrences(document, words))
                    .map(|at| {
                        let sentence = corpus.sentences(at.document).nth(at.sentence);
                        sentence.expect("the document has it").start + at.first
                    })
                    .collect();
                let found = positions.of_term(term).iter().map(|&place| place as usize);
                assert!(found.eq(scanned));
            }
        }
    }
}
