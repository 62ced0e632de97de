//! Measures of articles by decade, year, quarter or issue.

use std::collections::{BTreeMap, BTreeSet};

use compare::UnitMean;
use formulations::Timeline;
use ndarray::{Axis, s};
use rayon::prelude::*;
use report::tables::PeriodRow;
use report::{OutputFolder, ReportError};
use themes::{Codebook, NONE};

use crate::Readings;
use crate::comparing::Comparison;
use crate::listed::Listed;
use crate::novelty::{Class, PieceNovelty};
use crate::profiles::BY_PERIOD;
use crate::reusing::Reusing;
use crate::theming::PieceThemes;

/// Articles of one role and one period; those whose period is not known are together.
struct Slice {
    role: &'static str,
    period: Option<usize>,
    pieces: Vec<usize>,
}

/// A measure on its way to the table.
struct Figure {
    slice: usize,
    measure: &'static str,
    scorer: String,
    name: String,
    value: f64,
    interval: Option<(f64, f64)>,
    articles: usize,
    units: usize,
    n: usize,
}

/// What a measure is called, and of what it is one.
#[derive(Clone, Copy)]
struct Label<'a> {
    measure: &'static str,
    scorer: &'a str,
    name: &'a str,
}

impl Label<'_> {
    fn plain(measure: &'static str) -> Self {
        Self {
            measure,
            scorer: "",
            name: "",
        }
    }
}

/// What is averaged over the articles of a period, which says how its interval is found.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Things that count among all things.
    Share,
    /// Values between 0 and 1.
    Parts,
    /// Any values.
    Values,
}

/// All measures by period.
pub(crate) struct ByPeriod<'a> {
    pieces: &'a [Listed],
    timeline: &'a Timeline,
    slices: Vec<Slice>,
    figures: Vec<Figure>,
}

impl<'a> ByPeriod<'a> {
    /// Gathers pieces and counts them, their sentences and their words.
    pub(crate) fn new(pieces: &'a [Listed], timeline: &'a Timeline) -> Self {
        // What is not known stands last.
        let mut slices: BTreeMap<(bool, usize), Slice> = BTreeMap::new();
        for (at, piece) in pieces.iter().enumerate() {
            let period = timeline.periods[at];
            let key = (!piece.is_studied, period.unwrap_or(usize::MAX));
            let slice = slices.entry(key).or_insert_with(|| Slice {
                role: piece.role(),
                period,
                pieces: Vec::new(),
            });
            slice.pieces.push(at);
        }
        let mut all = Self {
            pieces,
            timeline,
            slices: slices.into_values().collect(),
            figures: Vec::new(),
        };
        all.count("articles", &|_| 1);
        all.count("sentences", &|piece| pieces[piece].size.sentences);
        all.count("words", &|piece| pieces[piece].size.words);
        all
    }

    fn count(&mut self, measure: &'static str, of: &dyn Fn(usize) -> usize) {
        for at in 0..self.slices.len() {
            let pieces = &self.slices[at].pieces;
            let sum: usize = pieces.iter().map(|&piece| of(piece)).sum();
            let (articles, units) = (pieces.len(), self.units(pieces));
            self.figures.push(Figure {
                slice: at,
                measure,
                scorer: String::new(),
                name: String::new(),
                value: sum as f64,
                interval: None,
                articles,
                units,
                n: articles,
            });
        }
    }

    /// Pieces, near-duplicates counted once.
    fn units(&self, pieces: &[usize]) -> usize {
        let groups = pieces.iter().map(|&piece| self.timeline.groups[piece]);
        groups.collect::<BTreeSet<usize>>().len()
    }

    /// Adds a mean over things. Of a piece it gets the sum over its things and their number; `None`
    /// for one of which the measure is not known.
    fn mean(&mut self, label: Label<'_>, kind: Kind, of: &dyn Fn(usize) -> Option<(f64, f64)>) {
        for at in 0..self.slices.len() {
            let mut units: BTreeMap<usize, (f64, f64)> = BTreeMap::new();
            let mut articles = 0;
            for &piece in &self.slices[at].pieces {
                let Some((sum, number)) = of(piece).filter(|(_, number)| *number > 0.0) else {
                    continue;
                };
                articles += 1;
                let unit = units.entry(self.timeline.groups[piece]).or_default();
                *unit = (unit.0 + sum, unit.1 + number);
            }
            let units: Vec<(f64, f64)> = units.into_values().collect();
            let found = if kind == Kind::Share {
                UnitMean::of_share(&units)
            } else {
                UnitMean::of_values(&units)
            };
            let Some(found) = found else { continue };
            let interval = found.interval.and_then(|(low, high)| match kind {
                // Units that are all the same don't say how they differ.
                Kind::Parts => (low < high).then(|| (low.clamp(0.0, 1.0), high.clamp(0.0, 1.0))),
                Kind::Share | Kind::Values => Some((low, high)),
            });
            #[expect(clippy::cast_sign_loss, reason = "a number of things")]
            self.figures.push(Figure {
                slice: at,
                measure: label.measure,
                scorer: label.scorer.to_owned(),
                name: label.name.to_owned(),
                value: found.mean,
                interval,
                articles,
                units: found.units,
                n: found.count.round() as usize,
            });
        }
    }

    /// Shares of sentences that each theme wins, over all sentences and over articles, and mean scores.
    pub(crate) fn themes(
        &mut self,
        readings: &Readings,
        all: &[Vec<PieceThemes>],
        codebook: &Codebook,
    ) {
        let pieces = self.pieces;
        let sentences = |piece: usize| pieces[piece].size.sentences as f64;
        for (reading, of_pieces) in readings.all.iter().zip(all) {
            let label = |measure, theme: usize| Label {
                measure,
                scorer: &reading.scorer,
                name: codebook.themes.get(theme).map_or(NONE, |theme| &theme.id),
            };
            let with_none = 0..=codebook.themes.len();
            for theme in with_none.clone() {
                let share = |piece: usize| of_pieces[piece].profile[theme];
                self.mean(label("theme_share", theme), Kind::Share, &|piece| {
                    Some((share(piece) * sentences(piece), sentences(piece)))
                });
            }
            for theme in with_none {
                let share = |piece: usize| of_pieces[piece].profile[theme];
                let label = label("theme_share_of_articles", theme);
                self.mean(label, Kind::Parts, &|piece| Some((share(piece), 1.0)));
            }
            let sums: Vec<Vec<f64>> = of_pieces
                .par_iter()
                .map(|of| {
                    let scores = reading.scores.slice(s![of.rows.clone(), ..]);
                    let columns = scores.axis_iter(Axis(1));
                    let sum = |column: ndarray::ArrayView1<'_, f32>| {
                        column.iter().map(|&score| f64::from(score)).sum::<f64>()
                    };
                    columns.map(sum).collect()
                })
                .collect();
            for (theme, _) in codebook.themes.iter().enumerate() {
                self.mean(label("theme_score", theme), Kind::Values, &|piece| {
                    Some((sums[piece][theme], sentences(piece)))
                });
            }
        }
    }

    /// Shares of sentences that are repeated, rephrased and new, of pieces that were held against
    /// others.
    pub(crate) fn novelty(&mut self, judged: &[PieceNovelty]) {
        let mut of_piece = vec![None; self.pieces.len()];
        for found in judged.iter().filter(|found| found.candidates > 0) {
            of_piece[found.piece] = Some(found);
        }
        for class in [Class::Verbatim, Class::Paraphrase, Class::Novel] {
            let label = Label {
                name: class.name(),
                ..Label::plain("novelty_share")
            };
            self.mean(label, Kind::Share, &|piece| {
                let found = of_piece[piece]?;
                Some((found.count(class) as f64, found.sentences.len() as f64))
            });
        }
    }

    /// Shares of words that studied pieces have from earlier ones.
    pub(crate) fn reuse(&mut self, reusing: &Reusing) {
        let pieces = self.pieces;
        let taken: Vec<Option<(f64, f64)>> = (0..pieces.len())
            .into_par_iter()
            .map(|piece| {
                let (taken, words) = reusing.taken_over(piece);
                (pieces[piece].is_studied).then_some((taken as f64, words as f64))
            })
            .collect();
        self.mean(Label::plain("reuse_share"), Kind::Share, &|piece| {
            taken[piece]
        });
    }

    /// Means over articles of how diverse their words are and how hard they are to read.
    pub(crate) fn profiles(&mut self, of_pieces: &[[Option<f64>; BY_PERIOD.len()]]) {
        for (at, measure) in BY_PERIOD.into_iter().enumerate() {
            let kind = match measure {
                "mattr" | "hd_d" => Kind::Parts,
                _ => Kind::Values,
            };
            self.mean(Label::plain(measure), kind, &|piece| {
                Some((of_pieces[piece][at]?, 1.0))
            });
        }
    }

    /// How near the pieces of a period are to each other, and to those of the period before it.
    /// `all_roles` says whether also of pieces that are only compared with.
    pub(crate) fn similarity(&mut self, comparison: &Comparison, all_roles: bool) {
        let wanted = |slice: &Slice| all_roles || slice.role == "article";
        for at in 0..self.slices.len() {
            let slice = &self.slices[at];
            if !wanted(slice) {
                continue;
            }
            let within = self.pairs(comparison, &slice.pieces, None);
            self.pair_figures(
                at,
                within,
                ["cohesion", "cohesion_percentile", "cohesion_z"],
            );
        }
        for at in 1..self.slices.len() {
            let (before, slice) = (&self.slices[at - 1], &self.slices[at]);
            if before.role != slice.role || slice.period.is_none() || !wanted(slice) {
                continue;
            }
            let across = self.pairs(comparison, &slice.pieces, Some(&before.pieces));
            self.pair_figures(
                at,
                across,
                ["continuity", "continuity_percentile", "continuity_z"],
            );
        }
    }

    /// Means over all pairs of pieces that are not near-duplicates, within one group or across two.
    fn pairs(
        &self,
        comparison: &Comparison,
        pieces: &[usize],
        others: Option<&[usize]>,
    ) -> PairMeans {
        let sums: Vec<PairMeans> = pieces
            .par_iter()
            .enumerate()
            .map(|(at, &piece)| {
                let mut own = PairMeans::default();
                for &other in others.unwrap_or(&pieces[at + 1..]) {
                    if self.timeline.groups[piece] != self.timeline.groups[other] {
                        let bodies = &comparison.bodies;
                        let cosine = compare::cosine(bodies.row(piece), bodies.row(other));
                        own.add(cosine, comparison.place(piece, other, cosine));
                    }
                }
                own
            })
            .collect();
        // One after another, so that the sum does not depend on the threads.
        sums.into_iter().fold(PairMeans::default(), PairMeans::plus)
    }

    fn pair_figures(&mut self, slice: usize, means: PairMeans, measures: [&'static str; 3]) {
        let pieces = &self.slices[slice].pieces;
        let (articles, units) = (pieces.len(), self.units(pieces));
        let all = [means.cosine, means.percentile, means.z];
        for (measure, (sum, n)) in measures.into_iter().zip(all) {
            if n > 0 {
                self.figures.push(Figure {
                    slice,
                    measure,
                    scorer: String::new(),
                    name: String::new(),
                    value: sum / n as f64,
                    interval: None,
                    articles,
                    units,
                    n,
                });
            }
        }
    }

    /// Writes the table: by role, then by period, then by measure.
    pub(crate) fn write(mut self, folder: &OutputFolder) -> Result<(), ReportError> {
        self.figures.sort_by_key(|figure| figure.slice);
        let ends: Vec<(&str, &str)> = self
            .slices
            .iter()
            .map(|slice| {
                let pieces = slice.pieces.iter();
                let dates = pieces.filter_map(|&piece| self.timeline.dates[piece].as_deref());
                let first = dates.clone().min().unwrap_or_default();
                (first, dates.max().unwrap_or_default())
            })
            .collect();
        let mut table = folder.table::<PeriodRow<'_>>()?;
        for figure in &self.figures {
            let slice = &self.slices[figure.slice];
            let (first_date, last_date) = ends[figure.slice];
            let (low, high) = figure.interval.unzip();
            table.push(&PeriodRow {
                role: slice.role,
                period: slice.period.map_or("", |at| &self.timeline.names[at]),
                order: slice.period.map(|at| at + 1),
                first_date,
                last_date,
                measure: figure.measure,
                scorer: &figure.scorer,
                name: &figure.name,
                value: figure.value.into(),
                low: low.map(Into::into),
                high: high.map(Into::into),
                articles: figure.articles,
                units: figure.units,
                n: figure.n,
            })?;
        }
        table.finish()
    }
}

/// Sums over pairs of pieces, each with how many pairs have it.
#[derive(Clone, Copy, Default)]
struct PairMeans {
    cosine: (f64, usize),
    percentile: (f64, usize),
    z: (f64, usize),
}

impl PairMeans {
    fn add(&mut self, cosine: f32, placed: Option<compare::Placed>) {
        let add = |sum: &mut (f64, usize), value: f64| *sum = (sum.0 + value, sum.1 + 1);
        add(&mut self.cosine, f64::from(cosine));
        if let Some(placed) = placed {
            add(&mut self.percentile, placed.percentile);
            if let Some(z) = placed.z {
                add(&mut self.z, z);
            }
        }
    }

    fn plus(self, other: Self) -> Self {
        let plus = |a: (f64, usize), b: (f64, usize)| (a.0 + b.0, a.1 + b.1);
        Self {
            cosine: plus(self.cosine, other.cosine),
            percentile: plus(self.percentile, other.percentile),
            z: plus(self.z, other.z),
        }
    }
}
