//! What pieces take over from each other, word for word or edited.

mod equal;
mod tables;

use std::ops::Range;
use std::sync::OnceLock;

use lexis::{Corpus, Occurrence};
use reuse::{
    Bands, Clusters, Duplicates, Grams, MinHash, Pairs, Passage, Shared, SharedOptions, Wanted,
};
use serde_json::{Value, json};
use text::Span;

use self::equal::EqualSentences;
use crate::pieces::Piece;
use crate::{PipelineError, lexical, periods};

/// How reuse is looked for.
#[derive(Clone, Debug)]
pub struct ReuseOptions {
    /// Words of the n-grams that are looked up, and by which near-duplicates are known.
    pub ngram: usize,
    /// What counts as a passage.
    pub shared: SharedOptions,
    /// Share of the longer of two places in one piece that must overlap for them to be one copy.
    pub overlap: f64,
    /// Share of the smaller piece's n-grams that must stand in the other for near-duplicates.
    pub duplicate: f64,
    /// Most copies of a passage that are told pair by pair.
    pub copies: usize,
    /// Looks only at pairs of pieces that MinHash takes for as alike as this, by Jaccard's coefficient.
    pub lsh: Option<f64>,
    /// Seed of MinHash.
    pub seed: u64,
}

impl Default for ReuseOptions {
    fn default() -> Self {
        Self {
            ngram: 5,
            shared: SharedOptions::default(),
            overlap: 0.5,
            duplicate: 0.5,
            copies: 50,
            lsh: None,
            seed: 1,
        }
    }
}

/// The best that one earlier piece has of a sentence word for word.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Verbatim {
    /// The source, among the pieces.
    pub(crate) source: usize,
    /// The source's sentence where it begins, among the source's.
    pub(crate) source_sentence: usize,
    /// From the first word of the sentence that is taken over to the last.
    pub(crate) span: Span,
    /// The same in the source's text.
    pub(crate) source_span: Span,
    /// Words of the sentence that are taken over, in order.
    pub(crate) words: usize,
    /// Share of the sentence's words that they are.
    pub(crate) share: f64,
    /// Identity of the passage that the sentence is in, as a whole.
    pub(crate) identity: f64,
}

/// What one source has of a sentence, in words counted within the pieces.
struct Taken {
    source: usize,
    words: usize,
    here: Range<usize>,
    there: Range<usize>,
    identity: f64,
}

/// What all sources have of a sentence word for word.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Copied {
    /// The source that has the most of it.
    pub(crate) best: Verbatim,
    /// How many sources have as much of it as was asked for.
    pub(crate) sources: usize,
}

/// When a piece was published; pieces without a date count as later than all others.
type When = (bool, String);

/// All that is known of reuse among pieces, which are numbered as they were given.
pub(crate) struct Reusing {
    options: ReuseOptions,
    corpus: Corpus,
    /// The first word of each sentence of each piece, counted within the piece.
    sentences: Vec<Vec<usize>>,
    /// Made when it is first asked for: who looks at passages alone needs none.
    equal: OnceLock<EqualSentences>,
    when: Vec<When>,
    shared: Shared,
    clusters: Clusters,
    duplicates: Duplicates,
    /// Which passages are written; see [`Clusters::told`].
    told: Vec<bool>,
    /// The passages that each piece has a side of.
    of_pieces: Vec<Vec<u32>>,
    /// Different n-grams in more than one piece, and those of them that were too frequent to be seeds.
    ngrams: (usize, usize),
    /// What MinHash did, where it was asked for.
    hashed: Option<Value>,
}

impl Reusing {
    /// Looks for reuse of words between pieces, at least one of each two studied.
    pub(crate) fn find(pieces: &[Piece], options: &ReuseOptions) -> Result<Self, PipelineError> {
        Ok(Self::among(pieces, lexical::words(pieces)?, options))
    }

    /// The same of pieces cut in any way: `corpus` has them in their order.
    pub(crate) fn among(pieces: &[Piece], corpus: Corpus, options: &ReuseOptions) -> Self {
        let documents: Vec<&[u32]> = (0..corpus.documents())
            .map(|piece| &corpus.ids()[corpus.document(piece)])
            .collect();
        let studied: Vec<bool> = pieces.iter().map(|piece| piece.is_studied).collect();
        let when: Vec<When> = pieces.iter().map(published).collect();
        let candidates = options.lsh.map(|jaccard| {
            let bands = Bands::for_threshold(jaccard);
            MinHash::new(&documents, options.ngram, bands, options.seed).candidates(&studied)
        });
        let wanted = candidates.as_ref().map_or(Wanted::All, Wanted::Only);
        let grams = Grams::new(&documents, &studied, options.ngram, options.shared.within);
        let shared = Shared::find(&grams, &when, &options.shared, wanted);
        let duplicates = Duplicates::find(&grams, options.duplicate, wanted);
        let ngrams = (grams.len(), grams.over(options.shared.max_documents));
        drop(grams);
        let hashed = candidates
            .zip(options.lsh)
            .map(|(pairs, jaccard)| recall(&documents, &studied, &when, options, &pairs, jaccard));
        let clusters = Clusters::new(&shared, &when, options.overlap);
        let mut of_pieces = vec![Vec::new(); pieces.len()];
        for (at, passage) in shared.passages().iter().enumerate() {
            of_pieces[passage.document].push(at as u32);
            if passage.source != passage.document {
                of_pieces[passage.source].push(at as u32);
            }
        }
        let sentences = (0..pieces.len()).map(|piece| {
            let first = corpus.document(piece).start;
            corpus
                .sentences(piece)
                .map(|words| words.start - first)
                .collect()
        });
        Self {
            sentences: sentences.collect(),
            equal: OnceLock::new(),
            told: clusters.told(&shared, &when, options.copies),
            options: options.clone(),
            corpus,
            when,
            shared,
            clusters,
            duplicates,
            of_pieces,
            ngrams,
            hashed,
        }
    }

    /// How many passages there are: pairs of places.
    pub(crate) fn passages(&self) -> usize {
        self.shared.passages().len()
    }

    /// How many clusters of copies they make.
    pub(crate) fn clusters(&self) -> usize {
        self.clusters.len()
    }

    /// How many pairs of pieces are nearly the same.
    pub(crate) fn duplicates(&self) -> usize {
        self.duplicates.pairs()
    }

    /// What an earlier piece has of a sentence word for word: the passage with the most of its words; of
    /// equal ones the more faithful, then the one published first.
    pub(crate) fn verbatim(&self, piece: usize, sentence: usize) -> Option<Verbatim> {
        let own = (&self.when[piece], piece);
        self.verbatim_among(piece, sentence, |source| (&self.when[source], source) < own)
    }

    /// The same of other sources than the earlier ones.
    fn verbatim_among(
        &self,
        piece: usize,
        sentence: usize,
        is_source: impl Fn(usize) -> bool,
    ) -> Option<Verbatim> {
        self.best_of(
            piece,
            sentence,
            self.of_passages(piece, sentence, &is_source),
        )
    }

    /// What some sources have of a sentence, in passages or as a sentence of the same words, however short;
    /// sources count that have at least this share of its words.
    pub(crate) fn copied(
        &self,
        piece: usize,
        sentence: usize,
        is_source: impl Fn(usize) -> bool,
        least: f64,
    ) -> Option<Copied> {
        let mut found = self.of_passages(piece, sentence, &is_source);
        found.extend(self.of_equal_sentences(piece, sentence, &is_source));
        let all = self.words_of(piece, sentence).len() as f64;
        let mut sources: Vec<usize> = found
            .iter()
            .filter(|copy| copy.words as f64 / all >= least)
            .map(|copy| copy.source)
            .collect();
        sources.sort_unstable();
        sources.dedup();
        let best = self.best_of(piece, sentence, found)?;
        Some(Copied {
            best,
            sources: sources.len(),
        })
    }

    /// The one with the most words; of equal ones the more faithful, then the one published first.
    fn best_of(&self, piece: usize, sentence: usize, found: Vec<Taken>) -> Option<Verbatim> {
        let rank = |source: usize| std::cmp::Reverse((&self.when[source], source));
        let best = found.into_iter().reduce(|held, other| {
            let is_better = (other.words.cmp(&held.words))
                .then(other.identity.total_cmp(&held.identity))
                .then(rank(other.source).cmp(&rank(held.source)))
                .is_gt();
            if is_better { other } else { held }
        })?;
        Some(Verbatim {
            source: best.source,
            source_sentence: self.sentence_of(best.source, best.there.start),
            span: self.span(piece, &best.here),
            source_span: self.span(best.source, &best.there),
            words: best.words,
            share: best.words as f64 / self.words_of(piece, sentence).len() as f64,
            identity: best.identity,
        })
    }

    fn of_passages(
        &self,
        piece: usize,
        sentence: usize,
        is_source: &impl Fn(usize) -> bool,
    ) -> Vec<Taken> {
        let words = self.words_of(piece, sentence);
        let mut found = Vec::new();
        for &at in &self.of_pieces[piece] {
            let passage = &self.shared.passages()[at as usize];
            let is_own = passage.document == piece;
            let source = if is_own {
                passage.source
            } else {
                passage.document
            };
            if source == piece || !is_source(source) {
                continue;
            }
            if let Some((words, here, there)) = self.within(passage, is_own, &words) {
                found.push(Taken {
                    source,
                    words,
                    here,
                    there,
                    identity: passage.identity(),
                });
            }
        }
        found
    }

    fn of_equal_sentences(
        &self,
        piece: usize,
        sentence: usize,
        is_source: &impl Fn(usize) -> bool,
    ) -> Vec<Taken> {
        let equal = self
            .equal
            .get_or_init(|| EqualSentences::new(&self.corpus, &self.sentences));
        let here = self.words_of(piece, sentence);
        equal
            .of(&self.corpus, &self.sentences, (piece, sentence))
            .filter(|&(source, _)| source != piece && is_source(source))
            .map(|(source, there)| Taken {
                source,
                words: here.len(),
                here: here.clone(),
                there: self.words_of(source, there),
                identity: 1.0,
            })
            .collect()
    }

    /// Of a passage what falls into some words of the one side: how many are the same, and from which
    /// to which they go, here and on the other side.
    fn within(
        &self,
        passage: &Passage,
        is_own: bool,
        words: &Range<usize>,
    ) -> Option<(usize, Range<usize>, Range<usize>)> {
        let mut found: Option<(usize, Range<usize>, Range<usize>)> = None;
        for run in self.shared.runs(passage) {
            let (at, other) = if is_own {
                (run.at as usize, run.source_at as usize)
            } else {
                (run.source_at as usize, run.at as usize)
            };
            let start = at.max(words.start);
            let end = (at + run.words as usize).min(words.end);
            if start < end {
                let (own, other) = (start..end, other + start - at..other + end - at);
                match &mut found {
                    None => found = Some((end - start, own, other)),
                    Some(held) => {
                        *held = (
                            held.0 + own.len(),
                            held.1.start..own.end,
                            held.2.start..other.end,
                        );
                    }
                }
            }
        }
        found
    }

    /// All pieces as words.
    pub(crate) fn corpus(&self) -> &Corpus {
        &self.corpus
    }

    /// The words of a sentence.
    pub(crate) fn words_in(&self, piece: usize, sentence: usize) -> &[u32] {
        let own = self.words_of(piece, sentence);
        &self.corpus.ids()[self.corpus.document(piece)][own]
    }

    /// How many of a piece's words stand, word for word and in order, in passages that it shares with
    /// an earlier piece, and how many words it has.
    pub(crate) fn taken_over(&self, piece: usize) -> (usize, usize) {
        let mut taken = vec![false; self.corpus.document(piece).len()];
        for &at in &self.of_pieces[piece] {
            let passage = &self.shared.passages()[at as usize];
            if passage.document == piece && passage.source != piece {
                for run in self.shared.runs(passage) {
                    taken[run.at as usize..(run.at + run.words) as usize].fill(true);
                }
            }
        }
        (taken.iter().filter(|is| **is).count(), taken.len())
    }

    /// The words of a sentence, counted within the piece.
    fn words_of(&self, piece: usize, sentence: usize) -> Range<usize> {
        let starts = &self.sentences[piece];
        let end = starts.get(sentence + 1).copied();
        starts[sentence]..end.unwrap_or(self.corpus.document(piece).len())
    }

    /// The sentence that has a word.
    fn sentence_of(&self, piece: usize, word: usize) -> usize {
        self.sentences[piece].partition_point(|&start| start <= word) - 1
    }

    /// Where some words of a piece stand in its text.
    fn span(&self, piece: usize, words: &Range<usize>) -> Span {
        let place = |word: usize| {
            let sentence = self.sentence_of(piece, word);
            self.corpus.span(Occurrence {
                document: piece,
                sentence,
                first: word - self.sentences[piece][sentence],
                words: 1,
            })
        };
        place(words.start).join(place(words.end - 1))
    }

    /// How reuse was looked for, and what was found, for the record.
    pub(crate) fn record(&self) -> Value {
        let told = self.told.iter().filter(|is| **is).count();
        let large = (0..self.clusters.len())
            .filter(|&at| self.clusters.copies_of(at).len() > self.options.copies);
        json!({
            "settings": describe(&self.options),
            "ngrams": self.ngrams.0,
            "ngrams_too_frequent": self.ngrams.1,
            "passages": self.passages(),
            "passages_written": told,
            "clusters": self.clusters.len(),
            "clusters_of_many_copies": large.count(),
            "copies": self.clusters.copies().len(),
            "near_duplicate_pairs": self.duplicates.pairs(),
            "lsh": self.hashed,
        })
    }
}

fn published(piece: &Piece) -> When {
    let date = periods::date(&piece.metadata);
    (date.is_none(), date.unwrap_or_default().to_owned())
}

fn describe(options: &ReuseOptions) -> Value {
    json!({
        "ngram": options.ngram,
        "max_docs": options.shared.max_documents,
        "max_in_one": reuse::MOST_IN_ONE,
        "min_words": options.shared.min_words,
        "min_identity": options.shared.min_identity,
        "within": options.shared.within,
        "overlap": options.overlap,
        "duplicate": options.duplicate,
        "copies": options.copies,
        "lsh": options.lsh,
        "seed": options.lsh.map(|_| options.seed),
        "alignment": {
            "match": reuse::MATCH,
            "mismatch": -reuse::MISMATCH,
            "gap_open": -reuse::GAP_OPEN,
            "gap_extend": -reuse::GAP_EXTEND,
            "x_drop": reuse::X_DROP,
        },
    })
}

/// Studied pieces on which the recall of MinHash is measured.
const SAMPLE: usize = 200;

/// What MinHash did, and what it missed of what the exact way finds for a sample of the studied pieces,
/// evenly spread: near-duplicates of the threshold, and pairs of pieces that share a passage.
fn recall(
    documents: &[&[u32]],
    studied: &[bool],
    when: &[When],
    options: &ReuseOptions,
    pairs: &Pairs,
    jaccard: f64,
) -> Value {
    let all: Vec<usize> = (0..studied.len()).filter(|&at| studied[at]).collect();
    let step = all.len().div_ceil(SAMPLE).max(1);
    let mut sample = vec![false; studied.len()];
    for &at in all.iter().step_by(step) {
        sample[at] = true;
    }
    let grams = Grams::new(documents, &sample, options.ngram, false);
    let (mut alike, mut alike_found) = (0, 0);
    reuse::each_alike(&grams, jaccard, Wanted::All, |likeness| {
        if likeness.jaccard() >= jaccard {
            alike += 1;
            alike_found += usize::from(pairs.has(likeness.document, likeness.other));
        }
    });
    let exact = Shared::find(&grams, when, &options.shared, Wanted::All);
    let mut sharing: Vec<(usize, usize)> = exact
        .passages()
        .iter()
        .map(|passage| (passage.document, passage.source))
        .filter(|(document, source)| document != source)
        .collect();
    sharing.sort_unstable();
    sharing.dedup();
    let sharing_found = sharing
        .iter()
        .filter(|pair| pairs.has(pair.0, pair.1))
        .count();
    let share = |found: usize, all: usize| (all > 0).then(|| found as f64 / all as f64);
    let bands = Bands::for_threshold(jaccard);
    json!({
        "bands": bands.bands,
        "rows": bands.rows,
        "probability_at_threshold": bands.probability(jaccard),
        "candidates": pairs.len(),
        "sampled": sample.iter().filter(|is| **is).count(),
        "near_duplicates": {
            "exact": alike,
            "found": alike_found,
            "recall": share(alike_found, alike),
        },
        "sharing_a_passage": {
            "exact": sharing.len(),
            "found": sharing_found,
            "recall": share(sharing_found, sharing.len()),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pieces::made_up;

    const ROAD: &str = "The road comes first, since without a road neither the doctor nor the teacher will come \
         to the village. A road has to be kept, and who keeps it has to be paid from the first year on.";

    /// Pieces of one paragraph, each with a date.
    fn pieces(texts: &[(&str, &str)]) -> Vec<Piece> {
        let owned = texts.iter().map(|(date, text)| (*date, (*text).to_owned()));
        made_up::pieces(&owned.collect::<Vec<_>>())
    }

    #[test]
    fn a_sentence_leads_to_the_best_earlier_piece_that_has_it() {
        let edited = ROAD.replace("neither the doctor nor", "no doctor and");
        let own = format!("We said it before. {ROAD} Nobody has listened so far.");
        let others = [
            format!("In spring: {edited} Then came summer."),
            format!("Summer has come and gone, as all know. {ROAD} Autumn is here."),
            format!("Later it was said again. {ROAD}"),
        ];
        let pieces = pieces(&[
            ("2015-05-01", &own),
            ("2013-01", &others[0]),
            ("2014", &others[1]),
            ("2016", &others[2]),
        ]);
        let reusing = Reusing::find(&pieces, &ReuseOptions::default()).expect("few words");
        assert_eq!(reusing.passages(), 3);
        let cut = |piece: usize, span: Span| pieces[piece].cut(span);
        let first = reusing.verbatim(0, 1).expect("taken over");
        assert_eq!(
            (first.source, first.source_sentence, first.words),
            (2, 1, 19)
        );
        assert!((first.share - 1.0).abs() < 1e-12 && (first.identity - 1.0).abs() < 1e-12);
        let sentence = "The road comes first, since without a road neither the doctor nor the teacher will come to the village";
        assert_eq!(cut(0, first.span), sentence);
        assert_eq!(cut(2, first.source_span), sentence);
        // Both have the second sentence whole; the passage in 2014 is the more faithful.
        assert_eq!(reusing.verbatim(0, 2).map(|found| found.source), Some(2));
        assert_eq!(
            (reusing.verbatim(0, 0), reusing.verbatim(0, 3)),
            (None, None)
        );
        let later = reusing
            .verbatim_among(0, 1, |source| source == 3)
            .expect("there");
        assert_eq!((later.source, cut(3, later.source_span)), (3, sentence));
        // Of the edited copy three words of the sentence are others.
        let spring = reusing
            .verbatim_among(0, 1, |source| source == 1)
            .expect("there");
        assert_eq!(spring.words, 16);
        assert!((spring.share - 16.0 / 19.0).abs() < 1e-12 && spring.identity < 1.0);
        assert_eq!(spring.source_sentence, 0);
    }

    #[test]
    fn who_has_no_date_takes_over() {
        let own = format!("It is known. {ROAD}");
        let other = format!("They said so. {ROAD}");
        let pieces = pieces(&[("", &own), ("2014", &other)]);
        let reusing = Reusing::find(&pieces, &ReuseOptions::default()).expect("few words");
        assert_eq!(reusing.verbatim(0, 1).map(|found| found.source), Some(1));
        assert_eq!(reusing.verbatim(1, 1), None);
    }
}
