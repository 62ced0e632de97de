//! Where each word of a corpus stands.

use crate::Postings;
use crate::corpus::Corpus;

/// The places of all words, by word: four bytes a word and one bit.
pub(crate) struct Positions<'c> {
    corpus: &'c Corpus,
    postings: Postings,
    /// Whether a place is the first of a sentence, a bit each.
    is_first: Vec<u64>,
}

impl<'c> Positions<'c> {
    pub(crate) fn of(corpus: &'c Corpus) -> Self {
        let ids = corpus.ids();
        let mut is_first = vec![0; ids.len() / 64 + 1];
        for document in 0..corpus.documents() {
            for sentence in corpus.sentences(document) {
                is_first[sentence.start / 64] |= 1 << (sentence.start % 64);
            }
        }
        Self {
            corpus,
            postings: Postings::of_corpus(corpus),
            is_first,
        }
    }

    /// The places of a sequence of words within sentences, rising.
    pub(crate) fn of_term(&self, term: &[u32]) -> impl Iterator<Item = usize> {
        // Ids go by frequency: the greatest is the rarest.
        let offset = (0..term.len()).max_by_key(|&at| term[at]).unwrap_or(0);
        let starts = term.get(offset).map_or(&[][..], |&id| self.postings.of(id));
        starts
            .iter()
            .filter_map(move |&place| (place as usize).checked_sub(offset))
            .filter(move |&at| self.corpus.ids()[at..].starts_with(term))
            .filter(move |&at| (at + 1..at + term.len()).all(|later| !self.is_first(later)))
    }

    fn is_first(&self, place: usize) -> bool {
        self.is_first[place / 64] >> (place % 64) & 1 == 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::tests::corpus;

    #[test]
    fn places_are_those_that_a_scan_finds() {
        let corpus = corpus(&["a b a b\nb a", "", "\n\na b", "b b b\na"]);
        let positions = Positions::of(&corpus);
        let id = |word: &str| corpus.vocabulary().id(word).expect("a word");
        for term in ["a", "b", "a b", "b a", "b b", "a b a", "b b b", "a a"] {
            let term: Vec<u32> = term.split(' ').map(id).collect();
            let scanned: Vec<usize> = (0..corpus.documents())
                .flat_map(|document| corpus.occurrences(document, &term))
                .map(|at| {
                    let sentence = corpus.sentences(at.document).nth(at.sentence);
                    sentence.expect("the document has it").start + at.first
                })
                .collect();
            assert_eq!(positions.of_term(&term).collect::<Vec<_>>(), scanned);
        }
        assert_eq!(positions.of_term(&[]).count(), 0);
    }
}
