//! What does a piece repeat, what does it rephrase, and what does it say for the first time?

use compare::{
    AlignedPassage, Background, ChanceAlignments, Matched, Placed, Standard, Tail,
    aligned_passages, best_passage_score,
};
use ndarray::{Array2, ArrayView2, s};
use rayon::prelude::*;
use serde_json::{Value, json};
use text::Span;

use crate::pieces::Piece;
use crate::reusing::{Copied, Reusing};

/// Share of a sentence's words that must stand elsewhere for it to be a repetition.
const VERBATIM_SHARE: f64 = 0.5;
/// How often an unrelated sentence may pass for a paraphrase.
const FALSE_SENTENCES: f64 = 0.01;
/// How many unrelated passages of a piece may pass for a paraphrase.
const FALSE_PASSAGES: f64 = 0.05;
/// Fewer sentences are no passage.
const PASSAGE: usize = 2;
/// From this cosine on, two sentences are copies and no background.
const COPIES: f64 = 0.95;
/// Standard deviations above unrelated pairs at which a pair speaks neither for a passage nor against
/// it. Chance pairs must speak against it, or alignments would never end.
const NEUTRAL: f32 = 2.0;
/// What one pair can add at most, so that it takes several to make a passage.
const MOST: f32 = 4.0;
/// What a sentence left out costs.
const GAP: f32 = 2.0;
/// Background pairs of sentences, and of pieces.
const SENTENCE_PAIRS: usize = 200_000;
const PAIRS: usize = 500;

/// What a sentence is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    Verbatim,
    Paraphrase,
    Novel,
}

impl Class {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Verbatim => "verbatim",
            Self::Paraphrase => "paraphrase",
            Self::Novel => "novel",
        }
    }
}

/// What was found of one sentence.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SentenceNovelty {
    pub(crate) class: Class,
    /// Piece and sentence that it repeats or rephrases, or that is nearest.
    pub(crate) source: Option<(usize, usize)>,
    pub(crate) similarity: Option<f32>,
    pub(crate) placed: Option<Placed>,
    pub(crate) share_verbatim: Option<f64>,
    /// What is repeated, if it is: from the first such word to the last, here and in the source, and how
    /// many pieces repeat it.
    pub(crate) repeated: Option<(Span, Span, usize)>,
    /// Number of its passage within the piece, its score, and how many chance would give.
    pub(crate) passage: Option<(usize, f32, f64)>,
}

/// What was found of one piece.
pub(crate) struct PieceNovelty {
    pub(crate) piece: usize,
    /// Pieces it was held against.
    pub(crate) candidates: usize,
    pub(crate) candidate_sentences: usize,
    pub(crate) sentences: Vec<SentenceNovelty>,
    pub(crate) matched: Option<Matched>,
    pub(crate) similarity_threshold: Option<f64>,
    pub(crate) passage_threshold: Option<f64>,
}

impl PieceNovelty {
    pub(crate) fn count(&self, class: Class) -> usize {
        self.sentences.iter().filter(|s| s.class == class).count()
    }
}

/// What all pieces are judged by.
pub(crate) struct Novelty<'a> {
    pieces: &'a [Piece],
    vectors: ArrayView2<'a, f32>,
    offsets: &'a [usize],
    background: &'a Background,
    standard: Standard,
    /// Class of length of each sentence.
    classes: Vec<usize>,
    any_date: bool,
    /// How near unrelated sentences come, and of how many pairs this was learned.
    tail: (Option<Tail>, usize),
    chance: Option<ChanceAlignments>,
    pairs: usize,
}

/// What was found in the candidates of a piece.
struct Search {
    /// Of each of its sentences the nearest: cosine, piece, sentence.
    nearest: Vec<Option<(f32, usize, usize)>>,
    /// Of each of the candidates' sentences the cosine of its nearest.
    of_candidates: Vec<f32>,
    /// Aligned passages, each with the candidate's piece.
    passages: Vec<(usize, AlignedPassage)>,
}

impl<'a> Novelty<'a> {
    /// Learns from all pieces how near unrelated sentences and passages come to each other.
    pub(crate) fn new(
        pieces: &'a [Piece],
        vectors: ArrayView2<'a, f32>,
        offsets: &'a [usize],
        groups: &[usize],
        background: &'a Background,
        (any_date, seed): (bool, u64),
    ) -> Self {
        let standard = background.standard();
        let words = pieces.iter().flat_map(|piece| &piece.words);
        let classes = words.map(|&words| standard.class_of(words)).collect();
        let group_of: Vec<usize> = pieces
            .iter()
            .zip(groups)
            .flat_map(|(piece, &group)| std::iter::repeat_n(group, piece.words.len()))
            .collect();
        let unrelated = compare::unrelated_cosines(vectors, &group_of, SENTENCE_PAIRS, seed);
        let unrelated: Vec<f64> = unrelated
            .into_iter()
            .map(f64::from)
            .filter(|&cosine| cosine < COPIES)
            .collect();
        let mut learned = Self {
            pieces,
            vectors,
            offsets,
            background,
            standard,
            classes,
            any_date,
            tail: (Tail::of(&unrelated), unrelated.len()),
            chance: None,
            pairs: 0,
        };
        let pairs = compare::unrelated_pairs(groups, PAIRS, seed);
        let best: Vec<(f64, usize)> = pairs
            .into_par_iter()
            .map(|(one, other)| {
                let mut cosines = learned.cosines(one, other);
                cosines.mapv_inplace(|x| {
                    if f64::from(x) >= COPIES {
                        f32::NEG_INFINITY
                    } else {
                        x
                    }
                });
                let scores = learned.scores(one, other, &cosines);
                let best = best_passage_score(scores.view(), GAP);
                (f64::from(best), cosines.len())
            })
            .collect();
        learned.chance = ChanceAlignments::of_best(&best);
        learned.pairs = best.len();
        learned
    }

    /// Judges one piece.
    pub(crate) fn judge(&self, piece: usize, reusing: &Reusing) -> PieceNovelty {
        let is_candidate = |other: usize| other != piece && self.may_be_source(other, piece);
        let candidates: Vec<usize> = (0..self.pieces.len())
            .filter(|&at| is_candidate(at))
            .collect();
        let own = self.pieces[piece].words.len();
        let mut sentences: Vec<SentenceNovelty> = (0..own)
            .map(|sentence| {
                let found = reusing.copied(piece, sentence, is_candidate, VERBATIM_SHARE);
                self.repeated(piece, sentence, found)
            })
            .collect();
        let candidate_sentences: usize =
            candidates.iter().map(|&c| self.pieces[c].words.len()).sum();
        let cells = own * candidate_sentences;
        let is_repeated: Vec<bool> = sentences
            .iter()
            .map(|s| s.class == Class::Verbatim)
            .collect();
        let similarity_threshold = self.of_sentences(candidate_sentences);
        let passage_threshold = self
            .chance
            .filter(|_| cells > 0)
            .map(|chance| chance.score_of(FALSE_PASSAGES, cells));
        let found = self.search(piece, &candidates, &is_repeated, passage_threshold);
        self.rephrased(piece, &mut sentences, &found.passages, cells);
        let best: Vec<f32> = found
            .nearest
            .iter()
            .flatten()
            .map(|nearest| nearest.0)
            .collect();
        self.singly(piece, &mut sentences, &found.nearest, similarity_threshold);
        PieceNovelty {
            piece,
            candidates: candidates.len(),
            candidate_sentences,
            sentences,
            matched: Matched::new(&best, &found.of_candidates),
            similarity_threshold,
            passage_threshold,
        }
    }

    /// Goes through all sentences of the candidates.
    fn search(
        &self,
        piece: usize,
        candidates: &[usize],
        is_repeated: &[bool],
        least: Option<f64>,
    ) -> Search {
        let mut nearest: Vec<Option<(f32, usize, usize)>> = vec![None; is_repeated.len()];
        let mut of_candidates = Vec::new();
        let mut passages = Vec::new();
        for &other in candidates {
            let cosines = self.cosines(piece, other);
            for (nearest, row) in nearest.iter_mut().zip(cosines.rows()) {
                for (sentence, &cosine) in row.iter().enumerate() {
                    if nearest.is_none_or(|found| cosine > found.0) {
                        *nearest = Some((cosine, other, sentence));
                    }
                }
            }
            let most =
                |column: ndarray::ArrayView1<'_, f32>| column.iter().copied().fold(-1.0, f32::max);
            of_candidates.extend(cosines.columns().into_iter().map(most));
            let Some(least) = least else {
                continue;
            };
            let mut scores = self.scores(piece, other, &cosines);
            for (mut row, _) in scores
                .rows_mut()
                .into_iter()
                .zip(is_repeated)
                .filter(|(_, is)| **is)
            {
                row.fill(f32::NEG_INFINITY);
            }
            if f64::from(best_passage_score(scores.view(), GAP)) >= least {
                let found = aligned_passages(scores.view(), GAP, least as f32);
                passages.extend(found.into_iter().map(|passage| (other, passage)));
            }
        }
        passages.retain(|(_, passage)| passage.pairs.len() >= PASSAGE);
        passages.sort_by(|a, b| b.1.score.total_cmp(&a.1.score));
        Search {
            nearest,
            of_candidates,
            passages,
        }
    }

    /// Marks the sentences of rephrased passages, the surest first.
    fn rephrased(
        &self,
        piece: usize,
        sentences: &mut [SentenceNovelty],
        passages: &[(usize, AlignedPassage)],
        cells: usize,
    ) {
        for (number, (other, passage)) in passages.iter().enumerate() {
            let expected = self
                .chance
                .map_or(f64::NAN, |c| c.expected(passage.score.into(), cells));
            for &(row, column) in &passage.pairs {
                if sentences[row].class == Class::Novel {
                    let beside =
                        self.beside(piece, row, (*other, column), sentences[row].share_verbatim);
                    sentences[row] = SentenceNovelty {
                        class: Class::Paraphrase,
                        passage: Some((number + 1, passage.score, expected)),
                        ..beside
                    };
                }
            }
        }
    }

    /// Marks sentences that are near one by one, and names the nearest of all that are left.
    fn singly(
        &self,
        piece: usize,
        sentences: &mut [SentenceNovelty],
        nearest: &[Option<(f32, usize, usize)>],
        similarity_threshold: Option<f64>,
    ) {
        for (row, nearest) in nearest.iter().enumerate() {
            let Some((cosine, other, sentence)) = *nearest else {
                continue;
            };
            if sentences[row].class != Class::Novel {
                continue;
            }
            let is_near = similarity_threshold.is_some_and(|least| f64::from(cosine) >= least);
            sentences[row] = SentenceNovelty {
                class: if is_near {
                    Class::Paraphrase
                } else {
                    Class::Novel
                },
                ..self.beside(piece, row, (other, sentence), sentences[row].share_verbatim)
            };
        }
    }

    /// What is known of a sentence from its words alone.
    fn repeated(&self, piece: usize, sentence: usize, found: Option<Copied>) -> SentenceNovelty {
        let share = found.as_ref().map(|found| found.best.share);
        match found.filter(|found| found.best.share >= VERBATIM_SHARE) {
            Some(Copied { best, sources }) => SentenceNovelty {
                class: Class::Verbatim,
                repeated: Some((best.span, best.source_span, sources)),
                ..self.beside(piece, sentence, (best.source, best.source_sentence), share)
            },
            None => SentenceNovelty {
                class: Class::Novel,
                source: None,
                similarity: None,
                placed: None,
                share_verbatim: share,
                repeated: None,
                passage: None,
            },
        }
    }

    /// A sentence beside one of another piece.
    fn beside(
        &self,
        piece: usize,
        sentence: usize,
        (other, there): (usize, usize),
        share_verbatim: Option<f64>,
    ) -> SentenceNovelty {
        let row = |piece: usize, sentence: usize| self.vectors.row(self.offsets[piece] + sentence);
        let cosine = compare::cosine(row(piece, sentence), row(other, there));
        let (words, others) = (
            self.pieces[piece].words[sentence],
            self.pieces[other].words[there],
        );
        SentenceNovelty {
            class: Class::Novel,
            source: Some((other, there)),
            similarity: Some(cosine),
            placed: self.background.place(words, others, cosine),
            share_verbatim,
            repeated: None,
            passage: None,
        }
    }

    /// Whether a piece can be what another one repeats: it is earlier as far as both dates are known,
    /// or one of them has none.
    fn may_be_source(&self, other: usize, piece: usize) -> bool {
        let date = |at: usize| {
            let published = self.pieces[at].metadata.published.as_deref()?;
            let day = published.get(..10).unwrap_or(published);
            (!day.is_empty()).then_some(day)
        };
        match (date(other), date(piece)) {
            (Some(theirs), Some(own)) if !self.any_date => {
                let known = theirs.len().min(own.len());
                theirs.as_bytes()[..known] < own.as_bytes()[..known]
            }
            _ => true,
        }
    }

    /// The cosine that the nearest of so many sentences passes by chance one time in a hundred at most.
    fn of_sentences(&self, candidate_sentences: usize) -> Option<f64> {
        let tail = self.tail.0.filter(|_| candidate_sentences > 0)?;
        // The tail has no end; cosines do.
        Some(
            tail.passed_by(FALSE_SENTENCES / candidate_sentences as f64)
                .min(1.0),
        )
    }

    fn rows(&self, piece: usize) -> ArrayView2<'_, f32> {
        let first = self.offsets[piece];
        let last = first + self.pieces[piece].words.len();
        self.vectors.slice(s![first..last, ..])
    }

    fn cosines(&self, piece: usize, other: usize) -> Array2<f32> {
        let mut cosines = self.rows(piece).dot(&self.rows(other).t());
        cosines.mapv_inplace(|x| x.clamp(-1.0, 1.0));
        cosines
    }

    /// How much each pair of sentences speaks for a passage.
    fn scores(&self, piece: usize, other: usize, cosines: &Array2<f32>) -> Array2<f32> {
        let (own, others) = (self.offsets[piece], self.offsets[other]);
        Array2::from_shape_fn(cosines.dim(), |(row, column)| {
            let classes = (self.classes[own + row], self.classes[others + column]);
            let z = self
                .standard
                .z(classes.0, classes.1, cosines[(row, column)]);
            (z - NEUTRAL).min(MOST)
        })
    }

    /// The rules, for the record.
    pub(crate) fn record(&self, judged: &[PieceNovelty]) -> Value {
        let span = |of: &dyn Fn(&PieceNovelty) -> Option<f64>| {
            let all: Vec<f64> = judged.iter().filter_map(of).collect();
            let least = all.iter().copied().reduce(f64::min);
            json!([least, all.iter().copied().reduce(f64::max)])
        };
        json!({
            "any_date": self.any_date,
            "verbatim": {"least_share_of_words": VERBATIM_SHARE},
            "sentences": {
                "false_positive_rate": FALSE_SENTENCES,
                "background_pairs": self.tail.1,
                "copies_from": COPIES,
                "passed_by_one_pair_in_a_hundred": self.tail.0.map(|tail| tail.from),
                "scale_of_the_tail": self.tail.0.map(|tail| tail.scale),
                "threshold": span(&|piece| piece.similarity_threshold),
            },
            "passages": {
                "false_positives_per_article": FALSE_PASSAGES,
                "background_pairs": self.pairs,
                "least_sentences": PASSAGE,
                "neutral_z": NEUTRAL,
                "most_per_pair": MOST,
                "gap": GAP,
                "lambda": self.chance.map(|chance| chance.lambda),
                "k": self.chance.map(|chance| chance.k),
                "threshold": span(&|piece| piece.passage_threshold),
            },
        })
    }
}
