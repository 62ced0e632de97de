//! What does a piece repeat, what does it rephrase, and what does it say for the first time?

mod search;

use compare::{
    AlignedPassage, Background, ChanceAlignments, Matched, Placed, Standard, Tail,
    best_passage_score,
};
use ndarray::{Array2, ArrayView2, s};
use rayon::prelude::*;
use serde_json::{Value, json};
use text::Span;

use search::{Scratch, Search, Wanted};

use crate::periods;
use crate::pieces::Piece;
use crate::reusing::{Copied, Reusing};
use crate::settings::ComparisonSettings;

/// Share of a sentence's words that must stand elsewhere for it to be a repetition.
const VERBATIM_SHARE: f64 = 0.5;
/// How many unrelated passages of a piece may pass for a paraphrase.
const FALSE_PASSAGES: f64 = 0.05;
/// Fewer sentences are no passage.
const PASSAGE: usize = 2;
/// From this cosine on, two sentences are copies and no background.
const COPIES: f64 = 0.95;
/// Standard deviations above unrelated pairs at which a pair speaks neither for a passage nor against
/// it. Chance pairs must speak against it, or alignments would never end.
const NEUTRAL: f32 = 1.5;
/// Sentences on each side whose pairs tell how near all are because of the topic, and how much of that is
/// taken off each.
const AROUND: usize = 3;
const TOPIC: f32 = 0.75;
/// What one pair can add at most, so that it takes several to make a passage.
const MOST: f32 = 4.0;
/// What a sentence left out costs.
const GAP: f32 = 2.0;
/// Pieces that are judged together; each lists its candidates meanwhile.
const TOGETHER: usize = 256;
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
    /// Of a sentence judged by its nearest alone: how probable one as near is by chance, and the same
    /// corrected for the number of such sentences.
    pub(crate) by_chance: Option<(f64, f64)>,
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
    /// Share of the sentences called a paraphrase one by one that may be chance.
    paraphrase_q: f64,
    /// How near unrelated sentences come, and of how many pairs this was learned.
    tail: (Option<Tail>, usize),
    chance: Option<ChanceAlignments>,
    pairs: usize,
}

impl<'a> Novelty<'a> {
    /// Learns from all pieces how near unrelated sentences and passages come to each other.
    pub(crate) fn new(
        pieces: &'a [Piece],
        vectors: ArrayView2<'a, f32>,
        offsets: &'a [usize],
        groups: &[usize],
        background: &'a Background,
        settings: &ComparisonSettings,
    ) -> Self {
        let seed = settings.seed;
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
            any_date: settings.any_date,
            paraphrase_q: settings.paraphrase_q,
            tail: (Tail::of(&unrelated), unrelated.len()),
            chance: None,
            pairs: 0,
        };
        let pairs = compare::unrelated_pairs(groups, PAIRS, seed);
        let best: Vec<(f64, usize)> = pairs
            .into_par_iter()
            .map_init(Scratch::default, |scratch, (one, other)| {
                let mut cosines = learned.cosines(one, other);
                cosines.mapv_inplace(|x| {
                    if f64::from(x) >= COPIES {
                        f32::NEG_INFINITY
                    } else {
                        x
                    }
                });
                let scores = learned.scores(one, other, cosines.view(), scratch);
                let best = best_passage_score(scores.view(), GAP);
                (f64::from(best), cosines.len())
            })
            .collect();
        learned.chance = ChanceAlignments::of_best(&best);
        learned.pairs = best.len();
        learned
    }

    /// Judges pieces.
    pub(crate) fn judge(&self, pieces: &[usize], reusing: &Reusing) -> Vec<PieceNovelty> {
        pieces
            .chunks(TOGETHER)
            .flat_map(|pieces| {
                let repeated: Vec<(Wanted, Vec<SentenceNovelty>)> = pieces
                    .par_iter()
                    .map(|&piece| self.before_search(piece, reusing))
                    .collect();
                let (wanted, sentences): (Vec<_>, Vec<_>) = repeated.into_iter().unzip();
                let found = self.search(&wanted);
                let judged = (wanted.par_iter().zip(sentences))
                    .zip(&found)
                    .map(|((wanted, sentences), found)| self.judge_one(wanted, sentences, found));
                judged.collect::<Vec<_>>()
            })
            .collect()
    }

    /// What a piece repeats, and what is to be searched for.
    fn before_search(&self, piece: usize, reusing: &Reusing) -> (Wanted, Vec<SentenceNovelty>) {
        let is_candidate = |other: usize| other != piece && self.may_be_source(other, piece);
        let candidates: Vec<usize> = (0..self.pieces.len())
            .filter(|&at| is_candidate(at))
            .collect();
        let own = self.pieces[piece].words.len();
        let sentences: Vec<SentenceNovelty> = (0..own)
            .map(|sentence| {
                let found = reusing.copied(piece, sentence, is_candidate, VERBATIM_SHARE);
                self.repeated(piece, sentence, found)
            })
            .collect();
        let cells = own * self.count_sentences(&candidates);
        let wanted = Wanted {
            piece,
            candidates,
            is_repeated: sentences
                .iter()
                .map(|s| s.class == Class::Verbatim)
                .collect(),
            passage_threshold: self
                .chance
                .filter(|_| cells > 0)
                .map(|chance| chance.score_of(FALSE_PASSAGES, cells)),
        };
        (wanted, sentences)
    }

    fn judge_one(
        &self,
        wanted: &Wanted,
        mut sentences: Vec<SentenceNovelty>,
        found: &Search,
    ) -> PieceNovelty {
        let piece = wanted.piece;
        let candidate_sentences = self.count_sentences(&wanted.candidates);
        let cells = sentences.len() * candidate_sentences;
        self.rephrased(piece, &mut sentences, &found.passages, cells);
        let similarity_threshold =
            self.singly(piece, &mut sentences, &found.nearest, candidate_sentences);
        PieceNovelty {
            piece,
            candidates: wanted.candidates.len(),
            candidate_sentences,
            sentences,
            matched: found.matched,
            similarity_threshold,
            passage_threshold: wanted.passage_threshold,
        }
    }

    fn count_sentences(&self, pieces: &[usize]) -> usize {
        pieces.iter().map(|&at| self.pieces[at].words.len()).sum()
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

    /// Marks sentences that are near one by one, and names the nearest of all that are left. Gives the
    /// cosine that it took: where none is as near, the one that a single sentence would need.
    fn singly(
        &self,
        piece: usize,
        sentences: &mut [SentenceNovelty],
        nearest: &[Option<(f32, usize, usize)>],
        candidate_sentences: usize,
    ) -> Option<f64> {
        let left: Vec<(usize, f32, (usize, usize))> = nearest
            .iter()
            .enumerate()
            .filter(|(row, _)| sentences[*row].class == Class::Novel)
            .filter_map(|(row, nearest)| {
                nearest.map(|(cosine, other, there)| (row, cosine, (other, there)))
            })
            .collect();
        for &(row, _, source) in &left {
            sentences[row] = self.beside(piece, row, source, sentences[row].share_verbatim);
        }
        let tail = self.tail.0.filter(|_| candidate_sentences > 0)?;
        let tries = candidate_sentences as f64;
        let p: Vec<f64> = left
            .iter()
            .map(|&(_, cosine, _)| (tail.share_beyond(cosine.into()) * tries).min(1.0))
            .collect();
        let q = lexis::benjamini_hochberg(&p);
        let mut called = 0_usize;
        for ((&(row, ..), &p), &q) in left.iter().zip(&p).zip(&q) {
            sentences[row].by_chance = Some((p, q));
            if q <= self.paraphrase_q {
                sentences[row].class = Class::Paraphrase;
                called += 1;
            }
        }
        let least_p = self.paraphrase_q * called.max(1) as f64 / left.len().max(1) as f64;
        Some(tail.passed_by(least_p / tries))
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
                by_chance: None,
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
            by_chance: None,
        }
    }

    /// Whether a piece can be what another one repeats: it is earlier as far as both dates are known,
    /// or one of them has none.
    fn may_be_source(&self, other: usize, piece: usize) -> bool {
        match (self.day(other), self.day(piece)) {
            (Some(theirs), Some(own)) => is_before(theirs, own),
            _ => true,
        }
    }

    /// The day of a piece as far as it is known, where days matter.
    fn day(&self, piece: usize) -> Option<&str> {
        let published = periods::date(&self.pieces[piece].metadata)?;
        let day = published.get(..10).unwrap_or(published);
        (!day.is_empty() && !self.any_date).then_some(day)
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
                "paraphrase_q": self.paraphrase_q,
                "background_pairs": self.tail.1,
                "copies_from": COPIES,
                "passed_by_one_pair_in_a_hundred": self.tail.0.map(|tail| tail.passed_by(0.01)),
                "scale_of_the_tail_in_fishers_z": self.tail.0.map(|tail| tail.scale),
                "threshold": span(&|piece| piece.similarity_threshold),
            },
            "passages": {
                "false_positives_per_article": FALSE_PASSAGES,
                "background_pairs": self.pairs,
                "least_sentences": PASSAGE,
                "neutral_z": NEUTRAL,
                "sentences_around": AROUND,
                "share_of_the_mean_around": TOPIC,
                "most_per_pair": MOST,
                "gap": GAP,
                "lambda": self.chance.map(|chance| chance.lambda),
                "k": self.chance.map(|chance| chance.k),
                "threshold": span(&|piece| piece.passage_threshold),
            },
        })
    }
}

/// Whether a day comes before another, as far as both are known.
fn is_before(day: &str, other: &str) -> bool {
    let known = day.len().min(other.len());
    day.as_bytes()[..known] < other.as_bytes()[..known]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pieces::{self, made_up};
    use crate::settings::{DriftSettings, NeighbourSearch};
    use compare::{BackgroundOptions, Item, aligned_passages};

    /// Pieces of thirty sentences, published then or on no known day.
    fn pieces(dates: &[&str]) -> Vec<Piece> {
        let text = |at: usize| {
            let sentence = |of: usize| {
                let long = "and more ".repeat((at * 7 + of * 3) % 11);
                format!("Boat {of} of village {at} took people {long}over the river.")
            };
            (0..30).map(sentence).collect::<Vec<_>>().join(" ")
        };
        let dated = dates.iter().enumerate().map(|(at, date)| (*date, text(at)));
        made_up::pieces(&dated.collect::<Vec<_>>())
    }

    fn vectors(rows: usize) -> Array2<f32> {
        let mut state = 5_u32;
        let mut all = Array2::from_shape_fn((rows, 12), |_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / 16_777_216.0 - 0.5
        });
        for mut row in all.rows_mut() {
            let length = row.dot(&row).sqrt();
            row /= length;
        }
        // Four sentences of each piece are those of the tenth before.
        for row in (300..rows).filter(|row| (3..7).contains(&(row % 30))) {
            let copied = all.row(row - 300).to_owned();
            all.row_mut(row).assign(&copied);
        }
        all
    }

    const DATES: [&str; 6] = [
        "2014-03-01",
        "2013",
        "",
        "2014-02",
        "2015-01-07",
        "2012-12-31",
    ];

    /// What is learned of sixty pieces, the first two of them near-duplicates.
    fn with_learned(check: impl Fn(&Novelty<'_>)) {
        let dates: Vec<&str> = (0..60).map(|at| DATES[at * 5 % 7 % 6]).collect();
        let pieces = pieces(&dates);
        let offsets = pieces::offsets(&pieces);
        let groups: Vec<usize> = (0..60).map(|at| if at == 1 { 0 } else { at }).collect();
        let vectors = vectors(60 * 30);
        let items: Vec<Item> = (pieces.iter().zip(&groups))
            .flat_map(|(piece, &group)| piece.words.iter().map(move |&length| (length, group)))
            .map(|(length, group)| Item { length, group })
            .collect();
        assert_eq!(items.len(), 60 * 30, "thirty sentences each");
        let background = Background::new(vectors.view(), &items, BackgroundOptions::default());
        let view = vectors.view();
        let settings = ComparisonSettings {
            center: false,
            any_date: false,
            paraphrase_q: 0.01,
            nearest_pieces: None,
            neighbour_search: NeighbourSearch::Exact,
            seed: 1,
            drift: DriftSettings {
                permutations: 0,
                terms: Vec::new(),
            },
            groups: None,
        };
        check(&Novelty::new(
            &pieces,
            view,
            &offsets,
            &groups,
            &background,
            &settings,
        ));
    }

    fn candidates(learned: &Novelty<'_>, piece: usize) -> Vec<usize> {
        (0..60)
            .filter(|&other| other != piece && learned.may_be_source(other, piece))
            .collect()
    }

    /// One candidate after the other, cell by cell.
    #[test]
    fn pieces_searched_together_find_what_each_finds_alone() {
        with_learned(|learned| {
            let wanted: Vec<Wanted> = (0..60)
                .map(|piece| Wanted {
                    piece,
                    candidates: candidates(learned, piece),
                    is_repeated: (0..30).map(|at| (at + piece) % 5 == 0).collect(),
                    passage_threshold: (piece % 4 > 0).then_some(1.0),
                })
                .collect();
            let mut passages_found = 0;
            for (wanted, found) in wanted.iter().zip(learned.search(&wanted)) {
                let mut nearest: Vec<Option<(f32, usize, usize)>> = vec![None; 30];
                let mut of_candidates = Vec::new();
                let mut passages = Vec::new();
                for &other in &wanted.candidates {
                    let cosines = learned.cosines(wanted.piece, other);
                    for ((row, column), &cosine) in cosines.indexed_iter() {
                        if nearest[row].is_none_or(|found| cosine > found.0) {
                            nearest[row] = Some((cosine, other, column));
                        }
                    }
                    let columns = cosines.columns().into_iter();
                    of_candidates.extend(columns.map(|of| of.iter().copied().fold(-1.0, f32::max)));
                    let Some(least) = wanted.passage_threshold else {
                        continue;
                    };
                    let mut z = Array2::from_shape_fn(cosines.dim(), |(row, column)| {
                        let class = |piece: usize, at: usize| {
                            learned.standard.class_of(learned.pieces[piece].words[at])
                        };
                        let (own, others) = (class(wanted.piece, row), class(other, column));
                        let mut z = [cosines[(row, column)]];
                        learned.standard.standardise(own, &[others], &mut z);
                        z[0]
                    });
                    compare::take_off_mean_around(
                        z.view_mut(),
                        TOPIC,
                        AROUND,
                        MOST,
                        &mut Vec::new(),
                    );
                    let scores = Array2::from_shape_fn(z.dim(), |at| {
                        if wanted.is_repeated[at.0] {
                            return f32::NEG_INFINITY;
                        }
                        (z[at] - NEUTRAL).min(MOST)
                    });
                    let aligned = aligned_passages(scores.view(), GAP, least as f32);
                    passages.extend(aligned.into_iter().map(|passage| (other, passage)));
                }
                passages.retain(|(_, passage)| passage.pairs.len() >= PASSAGE);
                passages.sort_by(|a, b| b.1.score.total_cmp(&a.1.score));
                passages_found += passages.len();
                let best: Vec<f32> = nearest.iter().flatten().map(|found| found.0).collect();
                assert_eq!(found.nearest, nearest);
                assert_eq!(found.matched, Matched::new(&best, &of_candidates));
                assert_eq!(found.passages, passages);
            }
            assert!(passages_found > 20, "{passages_found}");
        });
    }
}
