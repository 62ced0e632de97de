//! A group of articles against another: vectors, themes, and the most frequent words.

use compare::{
    Bootstrap, Delta, NearestInUnits, PairSums, Shuffles, Tested, TwoSample, UnitSums,
    jensen_shannon,
};
use lexis::{Corpus, CountOptions, Counts, Cut, Words};
use ndarray::{Array2, ArrayView2, Axis};
use report::tables::{DeltaRow, GroupRow};
use report::{Decimal, OutputFolder};
use serde_json::{Value, json};

use crate::comparing::Comparison;
use crate::outcome::GroupFigure;
use crate::pieces::Piece;
use crate::settings::{DriftSettings, GroupSettings};
use crate::theming::PieceThemes;
use crate::{PipelineError, lexical, sides};

/// With more sentences, documents are compared: all pairs would take hours.
const MOST_SENTENCES: usize = 20_000;

/// Units that change sides whole, and which of them are in the target.
struct Units {
    /// The unit of each piece.
    of_piece: Vec<usize>,
    is_target: Vec<bool>,
}

impl Units {
    fn new(pieces: &[Piece]) -> Result<Self, PipelineError> {
        let split = sides::split(pieces)?;
        let of_piece: Vec<usize> = split.unit_of().iter().map(|&unit| unit as usize).collect();
        let (targets, references) = split.units();
        let mut is_target = vec![false; targets + references];
        for (piece, &unit) in pieces.iter().zip(&of_piece) {
            is_target[unit] = piece.is_studied;
        }
        Ok(Self {
            of_piece,
            is_target,
        })
    }

    fn count(&self, is_target: bool) -> usize {
        self.is_target.iter().filter(|&&is| is == is_target).count()
    }
}

/// A measure of any division of units.
type Statistic<'a> = dyn Fn(&[bool]) -> f64 + Sync + 'a;

/// A measure on its way to the table.
struct Figure {
    measure: &'static str,
    value: f64,
    interval: Option<(f64, f64)>,
    tested: Option<Tested>,
    sizes: (usize, usize),
    note: String,
    term: String,
}

/// What was compared, and how.
pub(crate) struct Groups<'a> {
    pieces: &'a [Piece],
    settings: &'a GroupSettings,
    drift: &'a DriftSettings,
    seed: u64,
    units: Units,
    figures: Vec<Figure>,
    delta: Option<Delta>,
    by_documents: bool,
}

impl<'a> Groups<'a> {
    /// Compares the studied pieces with the others. `sentences` holds the vectors of all.
    pub(crate) fn new(
        pieces: &'a [Piece],
        sentences: ArrayView2<'_, f32>,
        comparison: &Comparison,
        themes: &[PieceThemes],
        (settings, drift): (&'a GroupSettings, &'a DriftSettings),
        seed: u64,
    ) -> Result<Self, PipelineError> {
        let by_documents = settings.documents || sentences.nrows() > MOST_SENTENCES;
        let mut groups = Self {
            pieces,
            settings,
            drift,
            seed,
            units: Units::new(pieces)?,
            figures: Vec::new(),
            delta: None,
            by_documents,
        };
        if by_documents {
            let unit_of = groups.units.of_piece.clone();
            groups.vectors(comparison.bodies.view(), &unit_of, "document");
        } else {
            let of_pieces = pieces.iter().zip(&groups.units.of_piece);
            let unit_of: Vec<usize> = of_pieces
                .flat_map(|(piece, &unit)| std::iter::repeat_n(unit, piece.words.len()))
                .collect();
            groups.vectors(sentences, &unit_of, "sentence");
        }
        groups.themes(themes);
        let corpus = lexical::words(pieces)?;
        groups.words(&corpus);
        for term in &drift.terms {
            groups.contexts(&corpus, sentences, term);
        }
        Ok(groups)
    }

    fn shuffles(&self) -> Shuffles {
        Shuffles {
            count: self.drift.permutations,
            seed: self.seed,
        }
    }

    /// Adds a statistic that is known for any division of units.
    fn add(
        &mut self,
        measure: &'static str,
        sizes: (usize, usize),
        note: String,
        statistic: &Statistic<'_>,
    ) {
        let tested = compare::permutation_test(&self.units.is_target, self.shuffles(), statistic);
        self.figures.push(Figure {
            measure,
            value: statistic(&self.units.is_target),
            interval: None,
            tested,
            sizes,
            note,
            term: String::new(),
        });
    }

    /// Whether a term is used in other contexts: the vectors of the sentences that have it.
    fn contexts(&mut self, corpus: &Corpus, sentences: ArrayView2<'_, f32>, term: &str) {
        let mut rows = Vec::new();
        let mut units = Vec::new();
        let mut first = 0;
        let mut sizes = (0, 0);
        let ids = ids(corpus, term);
        for (at, piece) in self.pieces.iter().enumerate() {
            let found = ids.iter().flat_map(|ids| corpus.occurrences(at, ids));
            let mut own: Vec<usize> = found.map(|found| first + found.sentence).collect();
            own.dedup();
            let size = if piece.is_studied {
                &mut sizes.0
            } else {
                &mut sizes.1
            };
            *size += own.len();
            units.extend(std::iter::repeat_n(self.units.of_piece[at], own.len()));
            rows.extend(own);
            first += piece.words.len();
        }
        // Units without the term have no part in it.
        let mut present = units.clone();
        present.sort_unstable();
        present.dedup();
        let labels: Vec<bool> = present
            .iter()
            .map(|&unit| self.units.is_target[unit])
            .collect();
        let unit_of: Vec<usize> = units
            .iter()
            .map(|unit| present.partition_point(|other| other < unit))
            .collect();
        let vectors = sentences.select(Axis(0), &rows);
        let sums = TwoSample::new(vectors.view(), &unit_of, self.seed);
        let means = UnitSums::new(vectors.view(), &unit_of);
        let note = format!("sentences with the term, in {} units", labels.len());
        let (energy, shift) = (
            |labels: &[bool]| sums.distance.energy(labels),
            |labels: &[bool]| means.mean_shift(labels),
        );
        let both: [(&'static str, &Statistic<'_>); 2] =
            [("context_energy", &energy), ("context_shift", &shift)];
        for (measure, statistic) in both {
            self.figures.push(Figure {
                measure,
                value: statistic(&labels),
                interval: None,
                tested: compare::permutation_test(&labels, self.shuffles(), statistic),
                sizes,
                note: note.clone(),
                term: term.to_owned(),
            });
        }
    }

    fn vectors(&mut self, vectors: ArrayView2<'_, f32>, unit_of: &[usize], unit: &str) {
        let sums = TwoSample::new(vectors, unit_of, self.seed);
        let of_target = unit_of
            .iter()
            .filter(|&&unit| self.units.is_target[unit])
            .count();
        let sizes = (of_target, unit_of.len() - of_target);
        let sigma = sums.sigma;
        if self.has_two_everywhere(unit_of) {
            let note =
                format!("vectors of {unit}s; RBF kernel, sigma = median distance = {sigma:.6}");
            self.add("mmd2_u", sizes, note, &|labels| {
                sums.kernel.unbiased_mmd(labels)
            });
        }
        let note = format!("vectors of {unit}s; Euclidean distance, V statistic");
        self.add("energy_distance", sizes, note, &|labels| {
            sums.distance.energy(labels)
        });
        if self.settings.rwmd {
            let nearest = NearestInUnits::new(vectors, unit_of);
            let note = format!("vectors of {unit}s, equal weights; cost 1 - cosine");
            self.add("rwmd", sizes, note, &|labels| {
                nearest.relaxed_distance(labels)
            });
        }
    }

    /// Whether both sides have two vectors or more, however units are divided.
    fn has_two_everywhere(&self, unit_of: &[usize]) -> bool {
        let mut sizes = vec![0; self.units.is_target.len()];
        for &unit in unit_of {
            sizes[unit] += 1;
        }
        sizes.sort_unstable();
        let fewest = self.units.count(true).min(self.units.count(false));
        sizes.iter().take(fewest).sum::<usize>() >= 2
    }

    fn themes(&mut self, themes: &[PieceThemes]) {
        let Some(width) = themes.first().map(|of| of.profile.len()) else {
            return;
        };
        let mut of_units = Array2::<f64>::zeros((self.units.is_target.len(), width));
        for (of, (&unit, piece)) in themes
            .iter()
            .zip(self.units.of_piece.iter().zip(self.pieces))
        {
            let sentences = piece.words.len() as f64;
            for (sum, share) in of_units.row_mut(unit).iter_mut().zip(&of.profile) {
                *sum += share * sentences;
            }
        }
        let shares = |times: &dyn Fn(usize) -> f64| {
            let mut sums = vec![0.0; width];
            for (unit, row) in of_units.rows().into_iter().enumerate() {
                let times = times(unit);
                for (sum, x) in sums.iter_mut().zip(row) {
                    *sum += times * x;
                }
            }
            let all: f64 = sums.iter().sum();
            sums.into_iter().map(|sum| sum / all).collect::<Vec<f64>>()
        };
        let of_labels = |labels: &[bool]| {
            let side = |is: bool| shares(&|unit| f64::from(u8::from(labels[unit] == is)));
            jensen_shannon(&side(true), &side(false))
        };
        let unit_of_side = |side: bool| -> Vec<usize> {
            (0..self.units.is_target.len())
                .filter(|&unit| self.units.is_target[unit] == side)
                .collect()
        };
        let (targets, references) = (unit_of_side(true), unit_of_side(false));
        let bootstrap = Bootstrap {
            replicates: self.drift.permutations,
            seed: self.seed,
        };
        let interval = bootstrap.interval((targets.len(), references.len()), |ones, others| {
            let drawn = |units: &[usize], times: &[usize]| {
                let mut of_unit = vec![0.0; self.units.is_target.len()];
                units
                    .iter()
                    .zip(times)
                    .for_each(|(&unit, &n)| of_unit[unit] = n as f64);
                shares(&|unit| of_unit[unit])
            };
            jensen_shannon(&drawn(&targets, ones), &drawn(&references, others))
        });
        let sentences = |side: bool| {
            let own = self.pieces.iter().filter(|piece| piece.is_studied == side);
            own.map(|piece| piece.words.len()).sum()
        };
        let sizes = (sentences(true), sentences(false));
        let note =
            "shares of sentences by best theme; bits; bootstrap of units, less its bias, Student's t".to_owned();
        self.add("theme_jsd", sizes, note, &of_labels);
        if let Some(figure) = self.figures.last_mut() {
            // A divergence lies between 0 and 1, and so does what it can be.
            figure.interval =
                interval.map(|(low, high)| (low.clamp(0.0, 1.0), high.clamp(0.0, 1.0)));
        }
    }

    fn words(&mut self, corpus: &Corpus) {
        let options = CountOptions {
            sizes: 1..=1,
            min_count: 1,
            min_documents: 1,
        };
        let counts = Counts::of(corpus, options);
        let mut terms: Vec<usize> = (0..counts.len()).collect();
        terms.sort_by_cached_key(|&term| {
            (
                std::cmp::Reverse(counts.count(term)),
                corpus.text(counts.words(term)),
            )
        });
        terms.truncate(self.settings.words);
        let mut frequencies = Array2::<f64>::zeros((self.pieces.len(), terms.len()));
        for (column, &term) in terms.iter().enumerate() {
            for (document, count) in counts.row(term) {
                let words = corpus.document(document).len();
                frequencies[(document, column)] = count as f64 / words as f64;
            }
        }
        let delta = Delta::new(frequencies.view());
        let pieces = self.pieces.len();
        let of_target = self.pieces.iter().filter(|piece| piece.is_studied).count();
        let sizes = (of_target, pieces - of_target);
        let unit_of = self.units.of_piece.clone();
        for (measure, of) in [
            (
                "burrows_delta",
                Delta::burrows as fn(&Delta, usize, usize) -> f64,
            ),
            ("cosine_delta", Delta::cosine),
        ] {
            let all = Array2::from_shape_fn((pieces, pieces), |(a, b)| of(&delta, a, b));
            if delta.words() == 0 || all.iter().any(|x| x.is_nan()) {
                continue;
            }
            let sums = PairSums::of_matrix(all.view(), &unit_of);
            let note = format!(
                "mean over pairs of articles across groups; {} most frequent words that vary",
                delta.words()
            );
            self.add(measure, sizes, note, &|labels| sums.across(labels));
        }
        self.delta = Some(delta);
    }

    /// Writes both tables.
    pub(crate) fn write(&self, folder: &OutputFolder) -> Result<(), PipelineError> {
        let mut table = folder.table::<GroupRow<'_>>()?;
        for figure in &self.figures {
            let (low, high) = figure.interval.unzip();
            let divisions = figure
                .tested
                .map_or("no permutations".to_owned(), |tested| {
                    let kind = if tested.is_exact { "all" } else { "drawn" };
                    format!("{} divisions, {kind}", tested.divisions)
                });
            table.push(&GroupRow {
                measure: figure.measure,
                value: (!figure.value.is_nan()).then_some(Decimal(figure.value)),
                low: low.map(Decimal),
                high: high.map(Decimal),
                p: figure.tested.map(|tested| tested.p.into()),
                null_mean: figure.tested.map(|tested| tested.null_mean.into()),
                null_sd: figure.tested.map(|tested| tested.null_sd.into()),
                n_target: figure.sizes.0,
                n_reference: figure.sizes.1,
                note: &format!("{}; {divisions}", figure.note),
                term: &figure.term,
            })?;
        }
        table.finish()?;
        let mut table = folder.table::<DeltaRow<'_>>()?;
        for (at, piece) in self
            .pieces
            .iter()
            .enumerate()
            .filter(|(_, piece)| piece.is_studied)
        {
            for (other_at, other) in self.pieces.iter().enumerate() {
                let Some(delta) = self.delta.as_ref().filter(|_| other_at != at) else {
                    continue;
                };
                let known = |x: f64| (!x.is_nan()).then_some(Decimal(x));
                table.push(&DeltaRow {
                    doc_id: piece.id(),
                    other_id: other.id(),
                    other_side: if other.is_studied {
                        "target"
                    } else {
                        "reference"
                    },
                    burrows: known(delta.burrows(at, other_at)),
                    cosine_delta: known(delta.cosine(at, other_at)),
                })?;
            }
        }
        Ok(table.finish()?)
    }

    /// What is told at the end.
    pub(crate) fn told(&self) -> Vec<GroupFigure> {
        let told = self.figures.iter().map(|figure| GroupFigure {
            measure: figure.measure,
            term: figure.term.clone(),
            value: figure.value,
            p: figure.tested.map(|tested| tested.p),
        });
        told.collect()
    }

    /// How it was done, for the record.
    pub(crate) fn record(&self) -> Value {
        json!({
            "units": {"target": self.units.count(true), "reference": self.units.count(false)},
            "vectors": if self.by_documents { "document" } else { "sentence" },
            "words": self.delta.as_ref().map(Delta::words),
            "exact": self.figures.iter().find_map(|figure| figure.tested).map(|tested| tested.is_exact),
        })
    }
}

/// A term's words as ids; none where the corpus doesn't have one of them.
pub(crate) fn ids(corpus: &Corpus, term: &str) -> Option<Vec<u32>> {
    let mut ids = Some(Vec::new());
    let span = text::Span::new(0, term.len());
    Words::default().cut(term, span, &mut |word, _| {
        let id = corpus.vocabulary().id(word);
        ids = ids.take().zip(id).map(|(mut ids, id)| {
            ids.push(id);
            ids
        });
    });
    ids.filter(|ids| !ids.is_empty())
}
