//! The words of many documents, as ids with their places.

use std::ops::Range;

use text::Span;

/// The words of many documents in reading order, as ids, cut into documents and sentences.
///
/// A word is found by its *position*, counted through all documents.
#[derive(Clone, Debug, Default)]
pub struct Tokens {
    words: Vec<u32>,
    /// Where each word starts in its document's text, and its length in bytes.
    places: Vec<(u32, u32)>,
    /// Position of the first word of each sentence.
    sentences: Vec<u32>,
    /// Index of the first sentence of each document.
    documents: Vec<u32>,
}

impl Tokens {
    /// No documents yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Starts a document; the sentences that follow are its own.
    pub fn start_document(&mut self) {
        self.documents.push(narrow(self.sentences.len()));
    }

    /// Starts a sentence of the last document; the words that follow are its own.
    ///
    /// # Panics
    /// If there is no document yet.
    pub fn start_sentence(&mut self) {
        assert!(!self.documents.is_empty(), "a sentence is in a document");
        self.sentences.push(narrow(self.words.len()));
    }

    /// Adds a word to the last sentence. `span` is where it stands in its document's text.
    ///
    /// # Panics
    /// If the last document has no sentence yet, or at 2³² words or bytes in a document.
    pub fn push(&mut self, word: u32, span: Span) {
        let is_open = self.documents.last() < Some(&narrow(self.sentences.len()));
        assert!(is_open, "a word is in a sentence of its document");
        assert!(self.words.len() < u32::MAX as usize, "fewer than 2³² words");
        self.words.push(word);
        self.places.push((narrow(span.start), narrow(span.len())));
    }

    /// Number of words.
    pub fn len(&self) -> usize {
        self.words.len()
    }

    /// Whether there are no words.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// All words in order.
    pub fn words(&self) -> &[u32] {
        &self.words
    }

    /// Number of documents.
    pub fn documents(&self) -> usize {
        self.documents.len()
    }

    /// Number of sentences of all documents.
    pub fn sentences(&self) -> usize {
        self.sentences.len()
    }

    /// The word ids of one sentence, counted through all documents.
    pub fn sentence(&self, sentence: usize) -> &[u32] {
        &self.words[self.sentence_range(sentence)]
    }

    /// Positions of the words of a sentence, counted through all documents.
    pub fn sentence_range(&self, sentence: usize) -> Range<usize> {
        bounds(&self.sentences, sentence, self.words.len())
    }

    /// Position of the first word of each sentence.
    pub(crate) fn sentence_starts(&self) -> &[u32] {
        &self.sentences
    }

    /// The sentences of a document.
    pub fn document_sentences(&self, document: usize) -> Range<usize> {
        bounds(&self.documents, document, self.sentences.len())
    }

    /// Positions of the words of a document.
    pub fn document_range(&self, document: usize) -> Range<usize> {
        let sentences = self.document_sentences(document);
        let position = |sentence: usize| {
            self.sentences
                .get(sentence)
                .map_or(self.words.len(), |&p| p as usize)
        };
        position(sentences.start)..position(sentences.end)
    }

    /// The sentence that holds a position.
    pub fn sentence_of(&self, position: usize) -> usize {
        debug_assert!(position < self.len());
        self.sentences
            .partition_point(|&first| first as usize <= position)
            - 1
    }

    /// The document that holds a sentence.
    pub fn document_of(&self, sentence: usize) -> usize {
        debug_assert!(sentence < self.sentences());
        self.documents
            .partition_point(|&first| first as usize <= sentence)
            - 1
    }

    /// Where the word at a position stands in its document's text.
    pub fn span(&self, position: usize) -> Span {
        let (start, length) = self.places[position];
        Span::new(start as usize, start as usize + length as usize)
    }
}

fn bounds(starts: &[u32], index: usize, end: usize) -> Range<usize> {
    starts[index] as usize..starts.get(index + 1).map_or(end, |&next| next as usize)
}

fn narrow(number: usize) -> u32 {
    u32::try_from(number).expect("fewer than 2³² words, and bytes in a document")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_is_found_by_document_and_sentence() {
        let mut tokens = Tokens::new();
        let shapes: [&[&[u32]]; 4] = [&[&[7, 8], &[9]], &[], &[&[]], &[&[], &[1, 2, 3]]];
        for sentences in shapes {
            tokens.start_document();
            let mut at = 0;
            for words in sentences {
                tokens.start_sentence();
                for &word in *words {
                    tokens.push(word, Span::new(at, at + 2));
                    at += 3;
                }
            }
        }
        assert_eq!((tokens.documents(), tokens.sentences()), (4, 5));
        assert_eq!(tokens.words(), [7, 8, 9, 1, 2, 3]);
        let mut sentence = 0;
        for (document, sentences) in shapes.iter().enumerate() {
            assert_eq!(tokens.document_sentences(document).len(), sentences.len());
            assert_eq!(
                tokens.words()[tokens.document_range(document)],
                sentences.concat()
            );
            for words in *sentences {
                assert_eq!(tokens.document_of(sentence), document);
                assert_eq!(tokens.sentence(sentence), *words);
                for position in tokens.sentence_range(sentence) {
                    assert_eq!(tokens.sentence_of(position), sentence);
                }
                sentence += 1;
            }
        }
        assert_eq!(tokens.span(4), Span::new(3, 5));
    }

    #[test]
    #[should_panic(expected = "a word is in a sentence of its document")]
    fn a_word_of_a_new_document_waits_for_its_sentence() {
        let mut tokens = Tokens::new();
        tokens.start_document();
        tokens.start_sentence();
        tokens.start_document();
        tokens.push(1, Span::new(0, 1));
    }
}
