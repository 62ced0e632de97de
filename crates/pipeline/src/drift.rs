//! How far themes, and the contexts of terms, move from period to period.

mod tables;

use std::collections::BTreeMap;

use compare::{Shuffles, Tested, UnitSums};
use formulations::Timeline;
use lexis::{Corpus, UnitWords, WordShift};
use ndarray::{ArrayView2, Axis};
use rayon::prelude::*;
use report::{OutputFolder, ReportError};
use serde_json::{Value, json};
use themes::Codebook;

use crate::periods::Periods;
use crate::pieces::Piece;
use crate::reusing::Reusing;
use crate::settings::DriftSettings;
use crate::{Reading, grouping};

/// Sentences that each of two periods needs: of fewer, a mean says little, and words are chance.
const SENTENCES: usize = 10;
/// Articles are too few where no division of them can have a p as low.
const LEVEL: f64 = 0.05;
/// Words told of each divergence.
const WORDS: usize = 10;

/// What is measured of two sets of sentences.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Measure {
    /// 1 less the cosine of the means of their vectors.
    MeanShift,
    /// Jensen-Shannon divergence of their words.
    WordsJsd,
}

impl Measure {
    const ALL: [Self; 2] = [Self::MeanShift, Self::WordsJsd];

    const fn name(self) -> &'static str {
        match self {
            Self::MeanShift => "mean_shift",
            Self::WordsJsd => "words_jsd",
        }
    }
}

/// Sentences in reading order: piece and place there.
type Sentences = Vec<(usize, usize)>;

/// A theme or a term, and the sentences that are of it.
struct Subject<'a> {
    kind: &'static str,
    name: &'a str,
    sentences: Sentences,
}

/// Its sentences in one period, and of how many pieces they are.
#[derive(Clone, Default)]
struct Side {
    sentences: Sentences,
    articles: usize,
}

impl Side {
    fn new(sentences: Sentences) -> Self {
        let mut pieces: Vec<usize> = sentences.iter().map(|(piece, _)| *piece).collect();
        pieces.dedup();
        Self {
            sentences,
            articles: pieces.len(),
        }
    }
}

/// Two periods of one role.
#[derive(Clone, Copy)]
struct Span {
    is_studied: bool,
    from: usize,
    to: usize,
}

/// A subject between two periods.
struct Move {
    subject: usize,
    span: Span,
    from: Side,
    to: Side,
    /// Each measure's value and, where it could be tested, its test; none for too few sentences.
    found: Option<[Judged; 2]>,
    /// Why what was not tested was not.
    untested: String,
    shift: Option<WordShift>,
}

/// All that moved, or did not.
pub(crate) struct Drift<'a> {
    pieces: &'a [Piece],
    timeline: &'a Timeline,
    reusing: &'a Reusing,
    subjects: Vec<Subject<'a>>,
    moves: Vec<Move>,
    /// Benjamini and Hochberg's q of each test, by move and measure.
    q: Vec<[Option<f64>; 2]>,
}

/// What is looked at.
pub(crate) struct Material<'a> {
    pub(crate) pieces: &'a [Piece],
    pub(crate) timeline: &'a Timeline,
    /// Vectors of the sentences of all pieces, and where each piece's begin.
    pub(crate) vectors: ArrayView2<'a, f32>,
    pub(crate) offsets: &'a [usize],
    /// Knows the words.
    pub(crate) reusing: &'a Reusing,
    /// Whether also pieces that are only compared with are looked at.
    pub(crate) all_roles: bool,
}

impl<'a> Drift<'a> {
    /// Holds adjacent periods against each other, and the first against the last.
    pub(crate) fn find(
        material: &Material<'a>,
        (reading, codebook): (&Reading, &'a Codebook),
        settings: &'a DriftSettings,
        seed: u64,
    ) -> Self {
        let mut subjects = of_themes(material, reading, codebook);
        subjects.extend(settings.terms.iter().map(|term| Subject {
            kind: "term",
            name: term,
            sentences: with_term(material, term),
        }));
        let shuffles = Shuffles {
            count: settings.permutations,
            seed,
        };
        let spans = spans(material);
        let wanted: Vec<(usize, Span)> = (0..subjects.len())
            .flat_map(|subject| spans.iter().map(move |&span| (subject, span)))
            .collect();
        let of_periods: Vec<BTreeMap<(bool, usize), Sentences>> =
            subjects.iter().map(|s| by_period(material, s)).collect();
        let moves: Vec<Move> = wanted
            .into_par_iter()
            .filter_map(|(subject, span)| {
                let side = |period: usize| {
                    let own = of_periods[subject].get(&(span.is_studied, period));
                    own.cloned().map(Side::new).unwrap_or_default()
                };
                let (from, to) = (side(span.from), side(span.to));
                (from.articles + to.articles > 0)
                    .then(|| measure(material, (subject, span), (from, to), shuffles))
            })
            .collect();
        Self {
            pieces: material.pieces,
            timeline: material.timeline,
            reusing: material.reusing,
            q: corrected(&moves),
            subjects,
            moves,
        }
    }

    /// How many subjects were held against each other between periods.
    pub(crate) fn moves(&self) -> usize {
        self.moves.len()
    }

    /// Writes both tables.
    pub(crate) fn write(&self, folder: &OutputFolder) -> Result<(), ReportError> {
        tables::drift(folder, self)?;
        tables::words(folder, self)
    }

    /// Terms that no sentence has.
    pub(crate) fn missing(&self) -> impl Iterator<Item = &str> {
        let terms = self
            .subjects
            .iter()
            .filter(|subject| subject.kind == "term");
        let missing = terms.filter(|term| term.sentences.is_empty());
        missing.map(|term| term.name)
    }

    /// How many tests there are, how many of them have a q of at most 0.05, and how many could not be
    /// made.
    fn counts(&self) -> (usize, usize, usize) {
        let all = || self.q.iter().flatten();
        let tests = all().flatten().count();
        let sure = all().flatten().filter(|q| **q <= LEVEL).count();
        (tests, sure, all().count() - tests)
    }

    /// What was found, in a line; nothing where there was nothing to compare.
    pub(crate) fn told(&self, by: &str) -> Option<String> {
        let (tests, sure, not_made) = self.counts();
        if tests + not_made == 0 {
            return None;
        }
        let more = if tests == 0 && by != Periods::Decade.name() {
            format!(": longer periods than the {by} have more, see --by")
        } else {
            String::new()
        };
        Some(format!(
            "drift by {by}: {sure} of {tests} tests have a q of 0.05 or less; {not_made} not made, of too few sentences or articles{more}"
        ))
    }

    /// How it was done, for the record.
    pub(crate) fn record(&self) -> Value {
        let (tests, sure, not_made) = self.counts();
        json!({
            "least_sentences": SENTENCES,
            "level": LEVEL,
            "tests": tests,
            "q_at_level": sure,
            "not_made": not_made,
        })
    }
}

fn of_themes<'a>(
    material: &Material<'_>,
    reading: &Reading,
    codebook: &'a Codebook,
) -> Vec<Subject<'a>> {
    let mut sentences = vec![Vec::new(); codebook.themes.len()];
    for (at, (piece, &first)) in material.pieces.iter().zip(material.offsets).enumerate() {
        for sentence in 0..piece.words.len() {
            if let Some(own) = sentences.get_mut(reading.winner(first + sentence)) {
                own.push((at, sentence));
            }
        }
    }
    let themes = codebook.themes.iter().zip(sentences);
    themes
        .map(|(theme, sentences)| Subject {
            kind: "theme",
            name: &theme.id,
            sentences,
        })
        .collect()
}

fn with_term(material: &Material<'_>, term: &str) -> Sentences {
    let corpus: &Corpus = material.reusing.corpus();
    let Some(ids) = grouping::ids(corpus, term) else {
        return Vec::new();
    };
    let pieces = 0..material.pieces.len();
    let found = pieces.flat_map(|piece| corpus.occurrences(piece, &ids).collect::<Vec<_>>());
    let mut sentences: Sentences = found.map(|at| (at.document, at.sentence)).collect();
    sentences.dedup();
    sentences
}

fn by_period(material: &Material<'_>, subject: &Subject<'_>) -> BTreeMap<(bool, usize), Sentences> {
    let mut all: BTreeMap<(bool, usize), Sentences> = BTreeMap::new();
    for &(piece, sentence) in &subject.sentences {
        if let Some(period) = material.timeline.periods[piece] {
            let key = (material.pieces[piece].is_studied, period);
            all.entry(key).or_default().push((piece, sentence));
        }
    }
    all
}

/// Adjacent periods that have articles, and the first with the last.
fn spans(material: &Material<'_>) -> Vec<Span> {
    let mut all = Vec::new();
    for is_studied in [true, false] {
        if !is_studied && !material.all_roles {
            continue;
        }
        let of_pieces = material.pieces.iter().zip(&material.timeline.periods);
        let own = of_pieces.filter(|(piece, _)| piece.is_studied == is_studied);
        let mut periods: Vec<usize> = own.filter_map(|(_, period)| *period).collect();
        periods.sort_unstable();
        periods.dedup();
        let span = |from: usize, to: usize| Span {
            is_studied,
            from,
            to,
        };
        all.extend(periods.windows(2).map(|two| span(two[0], two[1])));
        if let [first, _, .., last] = periods[..] {
            all.push(span(first, last));
        }
    }
    all
}

fn measure(
    material: &Material<'_>,
    (subject, span): (usize, Span),
    (from, to): (Side, Side),
    shuffles: Shuffles,
) -> Move {
    let mut found = Move {
        subject,
        span,
        from,
        to,
        found: None,
        untested: format!("fewer than {SENTENCES} sentences in a period"),
        shift: None,
    };
    let (from, to) = (&found.from.sentences, &found.to.sentences);
    if from.len().min(to.len()) < SENTENCES {
        return found;
    }
    // The later period is the target: what it has more of is above 0.
    let sides = [(from, false), (to, true)];
    let sentences: Vec<(usize, usize, (bool, usize))> = sides
        .into_iter()
        .flat_map(|(own, is_to)| {
            let groups = &material.timeline.groups;
            own.iter()
                .map(move |&(piece, sentence)| (piece, sentence, (is_to, groups[piece])))
        })
        .collect();
    let mut units: Vec<(bool, usize)> = sentences.iter().map(|(_, _, unit)| *unit).collect();
    units.sort_unstable();
    units.dedup();
    let labels: Vec<bool> = units.iter().map(|(is_to, _)| *is_to).collect();
    let unit_of: Vec<usize> = sentences
        .iter()
        .map(|(_, _, unit)| units.partition_point(|other| other < unit))
        .collect();
    let rows: Vec<usize> = sentences
        .iter()
        .map(|&(piece, sentence, _)| material.offsets[piece] + sentence)
        .collect();
    let vectors = material.vectors.select(Axis(0), &rows);
    let means = UnitSums::new(vectors.view(), &unit_of);
    let texts = sentences.iter().zip(&unit_of);
    let words = UnitWords::new(
        units.len(),
        texts.map(|(&(piece, sentence, _), &unit)| {
            (unit, material.reusing.words_in(piece, sentence))
        }),
    );
    let (all, untested) = test(&means, &words, &labels, shuffles);
    found.found = Some(all);
    found.untested = untested;
    found.shift = words.shift(&labels);
    if let Some(shift) = &mut found.shift {
        shift.terms.truncate(WORDS);
    }
    found
}

/// A value and, where it could be tested, its test.
type Judged = (f64, Option<Tested>);

/// Each measure of a division of units, and why one that was not tested was not.
fn test(
    means: &UnitSums,
    words: &UnitWords,
    labels: &[bool],
    shuffles: Shuffles,
) -> ([Judged; 2], String) {
    let later = labels.iter().filter(|is| **is).count();
    let earlier = labels.len() - later;
    let is_enough = compare::least_p(later, earlier) <= LEVEL;
    // The p of the clearest difference where divisions are drawn.
    let is_drawn_enough = 1.0 / (shuffles.count as f64 + 1.0) <= LEVEL;
    let all = Measure::ALL.map(|measure| {
        let statistic = |labels: &[bool]| match measure {
            Measure::MeanShift => means.mean_shift(labels),
            Measure::WordsJsd => words.divergence(labels),
        };
        let value = statistic(labels);
        let tested = (is_enough && is_drawn_enough && value.is_finite())
            .then(|| compare::permutation_test(labels, shuffles, statistic));
        (value, tested.flatten())
    });
    let untested = if shuffles.count == 0 {
        "no permutations".to_owned()
    } else if !is_enough {
        format!(
            "too few articles: no division of {earlier} and {later} can have a p of {LEVEL} or less"
        )
    } else if !is_drawn_enough {
        format!("too few permutations: none can have a p of {LEVEL} or less")
    } else {
        "no value".to_owned()
    };
    (all, untested)
}

/// q of all p together.
fn corrected(moves: &[Move]) -> Vec<[Option<f64>; 2]> {
    let p = |found: &Move, measure: usize| Some(found.found?[measure].1?.p);
    let all = moves.iter().flat_map(|one| [p(one, 0), p(one, 1)]);
    let known: Vec<f64> = all.flatten().collect();
    let mut q = lexis::benjamini_hochberg(&known).into_iter();
    let moves = moves.iter();
    moves
        .map(|one| [p(one, 0), p(one, 1)].map(|p| p.and_then(|_| q.next())))
        .collect()
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;

    /// Numbers from 0 to 1, as random as a test needs (SplitMix64).
    fn random(state: &mut u64) -> f64 {
        *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = *state;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((x ^ (x >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Units whose sentences are alike, in their vectors as in their words; `moved` says of which
    /// units they lie elsewhere.
    #[expect(clippy::cast_sign_loss, reason = "no number is below 0")]
    fn units(count: usize, seed: u64, moved: &[bool]) -> (UnitSums, UnitWords) {
        let mut state = seed;
        let (mut numbers, mut unit_of, mut texts) = (Vec::new(), Vec::new(), Vec::new());
        for (unit, &moved) in moved.iter().enumerate().take(count) {
            let own: Vec<f64> = (0..4).map(|_| random(&mut state)).collect();
            let favourite = (random(&mut state) * 30.0).floor() + if moved { 20.0 } else { 0.0 };
            let sentences = 1 + (random(&mut state) * 4.0).floor() as u32;
            for _ in 0..sentences {
                let shift = if moved { 1.0 } else { 0.0 };
                numbers.extend(own.iter().enumerate().map(|(at, x)| {
                    let away = if at == 0 { shift } else { 0.0 };
                    (x + 0.5 * random(&mut state) + away) as f32
                }));
                unit_of.push(unit);
                let words = (0..8).map(|_| (favourite + random(&mut state) * 12.0) as u32);
                texts.push((unit, words.collect::<Vec<u32>>()));
            }
        }
        let vectors = Array2::from_shape_vec((unit_of.len(), 4), numbers).expect("four a sentence");
        let texts = texts.iter().map(|(unit, words)| (*unit, words.as_slice()));
        (
            UnitSums::new(vectors.view(), &unit_of),
            UnitWords::new(count, texts),
        )
    }

    /// Of 400 tests of dates that mean nothing, p ≤ α happens in a share α; four standard errors of
    /// such a share are allowed. The units' sentences are alike, so that a test of sentences would
    /// fail.
    #[test]
    fn p_is_uniform_where_dates_mean_nothing() {
        let tests = 400;
        let all: Vec<[f64; 2]> = (0..tests)
            .map(|seed| {
                let (means, words) = units(20, 1000 + seed, &[false; 20]);
                let mut state = seed;
                let mut order: Vec<(f64, usize)> =
                    (0..20).map(|unit| (random(&mut state), unit)).collect();
                order.sort_by(|a, b| a.0.total_cmp(&b.0));
                let mut labels = [false; 20];
                order[..8].iter().for_each(|(_, unit)| labels[*unit] = true);
                let shuffles = Shuffles { count: 199, seed };
                let (found, _) = test(&means, &words, &labels, shuffles);
                found.map(|(_, tested)| {
                    let tested = tested.expect("enough units");
                    assert!(!tested.is_exact && tested.divisions == 199);
                    tested.p
                })
            })
            .collect();
        for measure in 0..2 {
            for alpha in [0.05_f64, 0.1, 0.25, 0.5, 0.75, 0.9] {
                let low = all.iter().filter(|p| p[measure] <= alpha + 1e-9).count();
                let share = low as f64 / tests as f64;
                let error = (alpha * (1.0 - alpha) / tests as f64).sqrt();
                assert!((share - alpha).abs() < 4.0 * error, "{share} at {alpha}");
            }
        }
    }

    #[test]
    fn units_that_lie_elsewhere_are_told_by_both_measures() {
        let labels: Vec<bool> = (0..16).map(|unit| unit >= 8).collect();
        let (means, words) = units(16, 7, &labels);
        let shuffles = Shuffles {
            count: 999,
            seed: 1,
        };
        let (found, _) = test(&means, &words, &labels, shuffles);
        for (value, tested) in found {
            let tested = tested.expect("enough units");
            assert!(tested.p <= 0.002 && value > tested.null_mean, "{tested:?}");
        }
    }

    #[test]
    fn three_and_three_are_too_few_to_tell_and_are_not_tested() {
        let labels = [false, false, false, true, true, true];
        let (means, words) = units(6, 7, &labels);
        let shuffles = Shuffles {
            count: 999,
            seed: 1,
        };
        let (found, note) = test(&means, &words, &labels, shuffles);
        assert!(
            found
                .iter()
                .all(|(value, p)| value.is_finite() && p.is_none())
        );
        assert!(note.starts_with("too few articles: no division of 3 and 3"));
    }
}
