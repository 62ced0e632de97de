//! Where words and sequences stand in a corpus.

use std::ops::Range;

use lexis::{Corpus, Postings};

/// A corpus's words with what sentence and document they belong to.
pub(super) struct Places<'a> {
    ids: &'a [u32],
    postings: Postings,
    /// The first word of each sentence, through all documents.
    sentences: Vec<u32>,
    /// Of each document: behind its last word, and its first sentence.
    documents: Vec<(u32, usize)>,
}

impl<'a> Places<'a> {
    pub(super) fn of(corpus: &'a Corpus) -> Self {
        let (mut sentences, mut documents) = (Vec::new(), Vec::new());
        for document in 0..corpus.documents() {
            documents.push((corpus.document(document).end as u32, sentences.len()));
            sentences.extend(corpus.sentences(document).map(|words| words.start as u32));
        }
        Self {
            ids: corpus.ids(),
            postings: Postings::of_corpus(corpus),
            sentences,
            documents,
        }
    }

    /// The document that has a word.
    pub(super) fn document(&self, at: u32) -> usize {
        self.documents.partition_point(|&(end, _)| end <= at)
    }

    /// The words of the sentence that has a word.
    pub(super) fn sentence(&self, at: u32) -> Range<usize> {
        let behind = self.sentences.partition_point(|&first| first <= at);
        let end = self
            .sentences
            .get(behind)
            .map_or(self.ids.len(), |&first| first as usize);
        self.sentences[behind - 1] as usize..end
    }

    /// The number of that sentence among the document's, from 0.
    pub(super) fn number(&self, at: u32, document: usize) -> usize {
        self.sentences.partition_point(|&first| first <= at) - 1 - self.documents[document].1
    }

    /// Places of the first word of a sequence within sentences, rising.
    pub(super) fn of_term(&self, words: &[u32]) -> Vec<u32> {
        self.matching(words, None).collect()
    }

    /// How many stretches within sentences have the sequence's words but for one, which may be any.
    pub(super) fn with_one_open(&self, words: &[u32], open: usize) -> usize {
        self.matching(words, Some(open)).count()
    }

    fn matching<'t>(
        &'t self,
        words: &'t [u32],
        open: Option<usize>,
    ) -> impl Iterator<Item = u32> + 't {
        let closed = (0..words.len()).filter(move |&at| Some(at) != open);
        let rarest = closed.min_by_key(|&at| self.postings.frequency(words[at]));
        rarest.into_iter().flat_map(move |rarest| {
            self.postings
                .of(words[rarest])
                .iter()
                .filter_map(move |&at| {
                    let start = (at as usize).checked_sub(rarest)?;
                    let stretch = self.ids.get(start..start + words.len())?;
                    let is_same = stretch
                        .iter()
                        .zip(words)
                        .enumerate()
                        .all(|(place, (own, wanted))| Some(place) == open || own == wanted);
                    if !is_same {
                        return None;
                    }
                    let sentence = self.sentence(at);
                    (sentence.start <= start && start + words.len() <= sentence.end)
                        .then_some(start as u32)
                })
        })
    }
}
