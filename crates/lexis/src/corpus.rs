//! Documents as words with places, in little memory: five bytes a word, one of them for its place, and
//! twelve a sentence.

use std::cmp::Ordering;
use std::ops::Range;

use rayon::prelude::*;
use text::Span;

use crate::cut::Cut;
use crate::packed;
use crate::vocabulary::Vocabulary;

/// Text that is cut at the same time; its pieces are in memory twice.
const BATCH: usize = 16 << 20;

/// A document to be read: its text, and its sentences in order. What lies outside of the sentences
/// is not counted.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// The whole text, which all spans cut.
    pub text: &'a str,
    /// Its sentences.
    pub sentences: &'a [Span],
}

/// Why documents can't be read into a corpus.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CorpusError {
    /// Places of words are 32-bit numbers.
    #[error(
        "the corpus has more than {} words at document {document}: count it in parts",
        u32::MAX
    )]
    TooManyWords {
        /// The document that is too much, counted from 0.
        document: usize,
    },
    /// Offsets in a text are 32-bit numbers.
    #[error(
        "document {document} has {bytes} bytes, more than {}: divide it",
        u32::MAX
    )]
    TooLong {
        /// The document, counted from 0.
        document: usize,
        /// Bytes of its text.
        bytes: usize,
    },
}

/// Where a term stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Occurrence {
    /// The document, counted from 0 in the order of reading.
    pub document: usize,
    /// The sentence among the document's, counted from 0.
    pub sentence: usize,
    /// Its first word among the sentence's, counted from 0.
    pub first: usize,
    /// How many words it has.
    pub words: usize,
}

/// What is known of a sentence.
#[derive(Clone, Copy, Debug)]
struct Sentence {
    /// Its first word in `Body::ids`.
    first: u32,
    /// Its first byte in its text.
    start: u32,
    /// Where the places of its words begin in `Body::places`.
    places: u32,
}

/// Words of any number of documents. Offsets are those of the document's own text.
#[derive(Default)]
struct Body {
    ids: Vec<u32>,
    places: Vec<u8>,
    sentences: Vec<Sentence>,
}

/// Documents as ids of words, sentence by sentence, with the places of all words.
pub struct Corpus {
    vocabulary: Vocabulary,
    body: Body,
    /// The first sentence of each document, and the number of all.
    documents: Vec<u32>,
}

/// Reads documents into a [`Corpus`], batch after batch, so that not all texts need be in memory.
pub struct Reader<'a> {
    cut: &'a dyn Cut,
    vocabulary: Vocabulary,
    body: Body,
    documents: Vec<u32>,
    counts: Vec<u32>,
    has_places: bool,
}

impl<'a> Reader<'a> {
    /// A reader that cuts sentences as told.
    pub fn new(cut: &'a dyn Cut) -> Self {
        Self {
            cut,
            vocabulary: Vocabulary::default(),
            body: Body::default(),
            documents: vec![0],
            counts: Vec::new(),
            has_places: true,
        }
    }

    /// The same, leaving out where words stand: the corpus can't be asked for [`Corpus::span`].
    pub fn without_places(cut: &'a dyn Cut) -> Self {
        Self {
            has_places: false,
            ..Self::new(cut)
        }
    }

    /// Reads more documents, on all threads.
    ///
    /// # Errors
    /// If a text or the corpus becomes too large; the documents before the one at fault are read.
    pub fn read(&mut self, sources: &[Source<'_>]) -> Result<(), CorpusError> {
        let mut rest = sources;
        while !rest.is_empty() {
            let mut bytes = 0;
            let fitting = rest.iter().take_while(|source| {
                let fits = bytes < BATCH;
                bytes += source.text.len();
                fits
            });
            let (now, later) = rest.split_at(fitting.count());
            let pieces: Vec<_> = now
                .par_iter()
                .map(|source| piece(self.cut, source, self.has_places))
                .collect();
            for (source, piece) in now.iter().zip(pieces) {
                self.append(source, piece)?;
            }
            rest = later;
        }
        Ok(())
    }

    fn append(
        &mut self,
        source: &Source<'_>,
        piece: Option<(Vocabulary, Body)>,
    ) -> Result<(), CorpusError> {
        let document = self.documents.len() - 1;
        let (words, body) = piece.ok_or(CorpusError::TooLong {
            document,
            bytes: source.text.len(),
        })?;
        let is_room = |now: usize, more: usize| u32::try_from(now + more).is_ok();
        if !is_room(self.body.ids.len(), body.ids.len())
            || !is_room(self.body.places.len(), body.places.len())
            || !is_room(self.body.sentences.len(), body.sentences.len())
        {
            return Err(CorpusError::TooManyWords { document });
        }
        let ids: Vec<u32> = (0..words.len() as u32)
            .map(|id| self.vocabulary.intern(words.word(id)))
            .collect();
        self.counts.resize(self.vocabulary.len(), 0);
        let (first, places) = (self.body.ids.len() as u32, self.body.places.len() as u32);
        self.body.ids.extend(body.ids.iter().map(|&id| {
            let id = ids[id as usize];
            self.counts[id as usize] += 1;
            id
        }));
        self.body.places.extend_from_slice(&body.places);
        self.body
            .sentences
            .extend(body.sentences.iter().map(|sentence| Sentence {
                first: sentence.first + first,
                start: sentence.start,
                places: sentence.places + places,
            }));
        self.documents.push(self.body.sentences.len() as u32);
        Ok(())
    }

    /// The corpus of all documents read so far. It is the same whatever the batches.
    pub fn finish(mut self) -> Corpus {
        let mut order: Vec<u32> = (0..self.vocabulary.len() as u32).collect();
        let by_frequency = |&id: &u32| std::cmp::Reverse(self.counts[id as usize]);
        order.sort_unstable_by(|a, b| {
            (by_frequency(a), self.vocabulary.word(*a))
                .cmp(&(by_frequency(b), self.vocabulary.word(*b)))
        });
        let mut vocabulary = Vocabulary::default();
        let mut renamed = vec![0; order.len()];
        for id in order {
            renamed[id as usize] = vocabulary.intern(self.vocabulary.word(id));
        }
        self.body
            .ids
            .par_iter_mut()
            .for_each(|id| *id = renamed[*id as usize]);
        Corpus {
            vocabulary,
            body: self.body,
            documents: self.documents,
        }
    }
}

/// One document with ids of its own; `None` if its text is too long.
fn piece(cut: &dyn Cut, source: &Source<'_>, has_places: bool) -> Option<(Vocabulary, Body)> {
    u32::try_from(source.text.len()).ok()?;
    let (mut words, mut body) = (Vocabulary::default(), Body::default());
    for sentence in source.sentences {
        body.sentences.push(Sentence {
            first: body.ids.len() as u32,
            start: sentence.start as u32,
            places: body.places.len() as u32,
        });
        let mut end = sentence.start;
        cut.cut(source.text, *sentence, &mut |form, span| {
            body.ids.push(words.intern(form));
            if has_places {
                let gap = (span.start - end) as u32;
                packed::put_place(&mut body.places, gap, span.len() as u32);
                end = span.end;
            }
        });
    }
    Some((words, body))
}

impl Corpus {
    /// Its different words.
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// How many documents it has.
    pub fn documents(&self) -> usize {
        self.documents.len() - 1
    }

    /// How many words it has.
    pub fn words(&self) -> usize {
        self.body.ids.len()
    }

    /// The words of all documents, one after another.
    pub fn ids(&self) -> &[u32] {
        &self.body.ids
    }

    /// The words of a document, as places in [`Self::ids`].
    ///
    /// # Panics
    /// If there is no such document.
    pub fn document(&self, document: usize) -> Range<usize> {
        self.first_word(self.documents[document] as usize)
            ..self.first_word(self.documents[document + 1] as usize)
    }

    /// The words of a document's sentences, each as places in [`Self::ids`].
    ///
    /// # Panics
    /// If there is no such document.
    pub fn sentences(&self, document: usize) -> impl ExactSizeIterator<Item = Range<usize>> + '_ {
        let sentences = self.documents[document] as usize..self.documents[document + 1] as usize;
        sentences.map(|sentence| self.sentence(sentence))
    }

    /// The words of a sentence counted through all documents.
    pub(crate) fn sentence(&self, sentence: usize) -> Range<usize> {
        self.first_word(sentence)..self.first_word(sentence + 1)
    }

    /// How many sentences all documents have.
    pub(crate) fn all_sentences(&self) -> usize {
        self.body.sentences.len()
    }

    /// The sentence that has a word, counted through all documents.
    pub(crate) fn sentence_of(&self, word: usize) -> usize {
        let starts_by = |sentence: &Sentence| sentence.first as usize <= word;
        self.body.sentences.partition_point(starts_by) - 1
    }

    fn first_word(&self, sentence: usize) -> usize {
        self.body
            .sentences
            .get(sentence)
            .map_or(self.body.ids.len(), |sentence| sentence.first as usize)
    }

    /// The document that has a word.
    pub(crate) fn document_of(&self, word: usize) -> usize {
        let starts_by = |&sentence: &u32| self.first_word(sentence as usize) <= word;
        self.documents[1..].partition_point(starts_by)
    }

    /// Where the words of each document end in [`Self::ids`].
    pub(crate) fn ends(&self) -> Vec<usize> {
        let behind = self.documents[1..].iter();
        behind
            .map(|&sentence| self.first_word(sentence as usize))
            .collect()
    }

    /// Where a sequence of words stands in a document, in reading order. It may overlap itself, and
    /// never crosses from one sentence into the next.
    ///
    /// # Panics
    /// If there is no such document.
    pub fn occurrences<'c>(
        &'c self,
        document: usize,
        term: &'c [u32],
    ) -> impl Iterator<Item = Occurrence> + 'c {
        let words = self.document(document);
        let ids = &self.body.ids[words.clone()];
        // Ids go by frequency: the greatest is the one to look for.
        let rarest = (0..term.len()).max_by_key(|&at| term[at]);
        let found = rarest.into_iter().flat_map(move |offset| {
            places(ids, term[offset])
                .filter_map(move |at| at.checked_sub(offset))
                .filter(|&at| ids[at..].starts_with(term))
        });
        found.filter_map(move |at| {
            let found = self.occurrence(document, words.start + at, term.len());
            let sentence = self.documents[document] as usize + found.sentence;
            let end = self.first_word(sentence + 1);
            (self.first_word(sentence) + found.first + term.len() <= end).then_some(found)
        })
    }

    /// The occurrence of so many words that begins at a place of the document in [`Self::ids`].
    pub(crate) fn occurrence(&self, document: usize, at: usize, words: usize) -> Occurrence {
        let first = self.documents[document] as usize;
        let of_document = &self.body.sentences[first..self.documents[document + 1] as usize];
        let sentence = of_document.partition_point(|sentence| sentence.first as usize <= at) - 1;
        Occurrence {
            document,
            sentence,
            first: at - self.first_word(first + sentence),
            words,
        }
    }

    /// Where an occurrence stands in its document's text: from its first word's first byte to behind
    /// its last word's last.
    ///
    /// # Panics
    /// If the occurrence is not of this corpus, or this was read without places.
    pub fn span(&self, occurrence: Occurrence) -> Span {
        let sentence = self.documents[occurrence.document] as usize + occurrence.sentence;
        let sentence = self.body.sentences[sentence];
        let mut at = sentence.places as usize;
        let (mut start, mut end) = (0, sentence.start as usize);
        for word in 0..occurrence.first + occurrence.words {
            let (gap, length) = packed::get_place(&self.body.places, &mut at);
            if word <= occurrence.first {
                start = end + gap as usize;
            }
            end += gap as usize + length as usize;
        }
        Span::new(start, end)
    }

    /// The order of two sequences of words by their letters, as of [`Self::text`] where no word has a
    /// character before the space.
    pub fn compare(&self, one: &[u32], other: &[u32]) -> Ordering {
        let word = |&id: &u32| self.vocabulary.word(id);
        one.iter().map(word).cmp(other.iter().map(word))
    }

    /// A sequence of words as text, with spaces between them.
    pub fn text(&self, term: &[u32]) -> String {
        let words: Vec<&str> = term.iter().map(|&id| self.vocabulary.word(id)).collect();
        words.join(" ")
    }
}

/// Where an id stands. Blocks without it are passed over many ids at a time.
fn places(ids: &[u32], wanted: u32) -> impl Iterator<Item = usize> + '_ {
    const BLOCK: usize = 64;
    let blocks = ids.chunks(BLOCK).enumerate();
    blocks
        .filter(move |(_, ids)| ids.iter().map(|&id| u32::from(id == wanted)).sum::<u32>() > 0)
        .flat_map(move |(block, ids)| {
            let found = ids.iter().enumerate().filter(move |(_, id)| **id == wanted);
            found.map(move |(at, _)| block * BLOCK + at)
        })
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::cut::Words;

    /// A corpus of documents with a sentence a line.
    pub(crate) fn corpus(texts: &[&str]) -> Corpus {
        let sentences: Vec<Vec<Span>> = texts.iter().map(|text| lines(text)).collect();
        let sources: Vec<Source<'_>> = texts
            .iter()
            .zip(&sentences)
            .map(|(text, sentences)| Source { text, sentences })
            .collect();
        let mut reader = Reader::new(&Words {
            hyphens: crate::cut::Hyphens::Part,
            stem: None,
        });
        reader.read(&sources).expect("short texts");
        reader.finish()
    }

    pub(crate) fn lines(text: &str) -> Vec<Span> {
        let mut start = 0;
        text.split_inclusive('\n')
            .map(|line| {
                start += line.len();
                Span::new(start - line.len(), start)
            })
            .collect()
    }

    #[test]
    fn ids_go_by_frequency_then_letters() {
        let corpus = corpus(&["b a\nc C", "The b c"]);
        let words: Vec<&str> = (0..4).map(|id| corpus.vocabulary().word(id)).collect();
        assert_eq!(words, ["c", "b", "a", "the"]);
        assert_eq!(corpus.ids(), [1, 2, 0, 0, 3, 1, 0]);
        assert_eq!(corpus.sentences(0).collect::<Vec<_>>(), [0..2, 2..4]);
        assert_eq!((corpus.document(1), corpus.documents()), (4..7, 2));
        assert_eq!(corpus.text(&[3, 0]), "the c");
    }

    #[test]
    fn occurrences_may_overlap_and_stay_in_their_sentence() {
        let text = "no no no\nNo, no";
        let corpus = corpus(&["", text]);
        let no = [corpus.vocabulary().id("no").expect("a word"); 2];
        let found: Vec<_> = corpus.occurrences(1, &no).collect();
        let at = |sentence, first| Occurrence {
            document: 1,
            sentence,
            first,
            words: 2,
        };
        assert_eq!(found, [at(0, 0), at(0, 1), at(1, 0)]);
        assert_eq!(corpus.span(found[1]).of(text), "no no");
        assert_eq!(corpus.span(found[2]).of(text), "No, no");
        assert_eq!(corpus.occurrences(0, &no).count(), 0);
        assert_eq!(corpus.occurrences(1, &[]).count(), 0);
    }

    #[test]
    fn batches_do_not_change_the_corpus() {
        let texts = ["one two two", "three\n\ntwo", "", "four one"];
        let whole = corpus(&texts);
        let mut reader = Reader::new(&Words {
            hyphens: crate::cut::Hyphens::Part,
            stem: None,
        });
        for text in texts {
            let sentences = lines(text);
            let source = Source {
                text,
                sentences: &sentences,
            };
            reader.read(&[source]).expect("short texts");
        }
        let parts = reader.finish();
        assert_eq!(whole.ids(), parts.ids());
        for document in 0..texts.len() {
            assert!(whole.sentences(document).eq(parts.sentences(document)));
        }
        for id in 0..whole.vocabulary().len() as u32 {
            assert_eq!(whole.vocabulary().word(id), parts.vocabulary().word(id));
        }
    }

    proptest! {
        /// Each word of any text is found again at its characters.
        #[test]
        fn every_word_leads_to_its_characters(texts in prop::collection::vec("[a-cA-C’ \\-.é中\n]{0,60}", 1..5)) {
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            let corpus = corpus(&texts);
            let mut seen = 0;
            for (document, text) in texts.iter().enumerate() {
                for (sentence, (words, line)) in corpus.sentences(document).zip(lines(text)).enumerate() {
                    let expected: Vec<Span> = text::words::words(text, line).collect();
                    let found: Vec<Span> = (0..words.len())
                        .map(|first| corpus.span(Occurrence { document, sentence, first, words: 1 }))
                        .collect();
                    prop_assert_eq!(&found, &expected);
                    seen += found.len();
                }
            }
            prop_assert_eq!(seen, corpus.words());
        }
    }
}
