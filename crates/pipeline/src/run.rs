//! The run itself.

use std::time::Instant;

use model::{Embedder, Subwords};
use ndarray::ArrayView2;
use rayon::prelude::*;
use report::{OutputFolder, WrittenVectors};
use serde_json::{Value, json};
use source::Problem;
use themes::Units;

use crate::by_period::ByPeriod;
use crate::clock::Clock;
use crate::comparing::Comparison;
use crate::drift::{Drift, Material};
use crate::grouping::Groups;
use crate::ledger::SubwordCounts;
use crate::listed::Listed;
use crate::neighbours::Neighbours;
use crate::novelty::{Class, Novelty, PieceNovelty};
use crate::pieces::{self, Piece};
use crate::record::{Record, times};
use crate::reusing::Reusing;
use crate::texts::{self, Texts};
use crate::theming::{self, PieceThemes};
use crate::{
    Closest, ComparisonSettings, Event, Goal, Limit, NoveltyShares, Outcome, PipelineError,
    Readings, ReuseOptions, Settings, aggregating, agreeing, checking, embedding, mapping,
    novelty_tables, readings, repeats, sides, writing,
};

/// Does what the settings ask for and writes the output folder, whole or not at all.
///
/// # Errors
/// Only where no run is possible: inputs that don't exist, a model that can't be used, an output
/// folder that can't be written, or no article left. Articles that can't be used are left out, told
/// to `observe`, and listed in `problems.csv`.
pub fn run(
    settings: &Settings,
    observe: &mut (dyn FnMut(Event<'_>) + Send),
) -> Result<Outcome, PipelineError> {
    on_threads(settings.threads, || Run::new(settings)?.finish(observe))
}

/// Does work on so many threads.
pub(crate) fn on_threads<T: Send>(
    threads: usize,
    work: impl FnOnce() -> Result<T, PipelineError> + Send,
) -> Result<T, PipelineError> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .map_err(|e| PipelineError::Threads {
            threads,
            what: e.to_string(),
        })?;
    pool.install(work)
}

struct Run<'a> {
    settings: &'a Settings,
    folder: OutputFolder,
    clock: Clock,
    start: Instant,
    /// What scored themes, for the record.
    scored: Option<Value>,
    /// What comparisons were held against, for the record.
    compared: Option<Value>,
    /// What pieces take over from each other, for the record.
    reused: Option<Value>,
}

/// Vectors of all sentences of all pieces, and the model that made them.
struct Vectors {
    written: WrittenVectors,
    embedder: Embedder,
}

impl<'a> Run<'a> {
    /// An output folder that can't be written is known before work is done.
    fn new(settings: &'a Settings) -> Result<Self, PipelineError> {
        let folder = OutputFolder::create(&settings.out)?;
        Ok(Self {
            settings,
            folder,
            clock: Clock::default(),
            start: Instant::now(),
            scored: None,
            compared: None,
            reused: None,
        })
    }

    fn finish(mut self, observe: &mut dyn FnMut(Event<'_>)) -> Result<Outcome, PipelineError> {
        let settings = self.settings;
        let Texts {
            mut pieces,
            problems,
        } = texts::read(
            &settings.articles,
            &settings.corpus,
            &settings.read,
            &mut self.clock,
            observe,
        )?;
        if let Some(groups) = &settings.comparison.groups {
            groups.sides.mark(&mut pieces, observe)?;
            // A side without articles is known before work is done.
            sides::split(&pieces)?;
        }
        let offsets = pieces::offsets(&pieces);
        let (vectors, subwords, counts) = if self.settings.goal > Goal::Tokens {
            let embedder = self.open_model(&pieces, observe)?;
            let (vectors, counts) = self.embed(&pieces, &offsets, embedder, observe)?;
            (Some(vectors), None, Some(counts))
        } else {
            let subwords = self.open_tokenizer(observe)?;
            let counts = subwords
                .as_ref()
                .map(|subwords| count_subwords(&pieces, subwords));
            (None, subwords, counts.transpose()?)
        };
        let counts = counts.as_ref();

        let folder = &self.folder;
        self.clock.time("write texts", "documents", observe, |_| {
            writing::texts(folder, &pieces, &offsets, counts)?;
            writing::problems(folder, &problems)?;
            Ok::<_, PipelineError>(((), pieces.len()))
        })?;
        if self.settings.goal == Goal::Tokens {
            self.clock.time("write tokens", "tokens", observe, |_| {
                let count = writing::tokens(folder, &pieces, subwords.as_ref())?;
                Ok::<_, PipelineError>(((), count))
            })?;
        }
        let mut outcome = outcome(self.settings, &pieces, &problems, counts);
        if let Some(vectors) = vectors {
            self.beyond_text(&pieces, &offsets, vectors, &mut outcome, observe)?;
        }
        self.commit(&pieces, &problems, counts)?;
        Ok(outcome)
    }

    fn open_model(
        &mut self,
        pieces: &[Piece],
        observe: &mut dyn FnMut(Event<'_>),
    ) -> Result<Embedder, PipelineError> {
        let sentences = pieces.iter().map(|p| p.document.sentences.len()).sum();
        self.clock.time("load model", "models", observe, |observe| {
            Ok((embedding::open(self.settings, sentences, observe)?, 1))
        })
    }

    /// The model's tokenizer, where it is: tokens alone don't need the model itself.
    fn open_tokenizer(
        &self,
        observe: &mut dyn FnMut(Event<'_>),
    ) -> Result<Option<Subwords>, PipelineError> {
        let card = &self.settings.model.card;
        let path = card.path_of(model::TOKENIZER);
        if !path.is_file() {
            observe(Event::Note(&format!(
                "no subwords: {} is missing; fetch it with `tifa models pull {}`",
                path.display(),
                card.name
            )));
            return Ok(None);
        }
        Ok(Some(Subwords::of(card)?))
    }

    fn embed(
        &mut self,
        pieces: &[Piece],
        offsets: &[usize],
        mut embedder: Embedder,
        observe: &mut dyn FnMut(Event<'_>),
    ) -> Result<(Vectors, SubwordCounts), PipelineError> {
        let (settings, folder) = (self.settings, &self.folder);
        let (written, counts) =
            self.clock
                .time(embedding::STAGE, "sentences", observe, |observe| {
                    let done = embedding::embed(settings, folder, pieces, &mut embedder, observe)?;
                    let count = done.1.subwords.len();
                    Ok::<_, PipelineError>((done, count))
                })?;
        if let Some(fed) = counts.fed.as_ref().filter(|_| settings.strict) {
            fed.forbid_cuts(pieces, offsets, settings.model.card.max_length)?;
        }
        Ok((Vectors { written, embedder }, counts))
    }

    /// Vectors, themes and comparison, as far as the goal asks.
    fn beyond_text(
        &mut self,
        pieces: &[Piece],
        offsets: &[usize],
        vectors: Vectors,
        outcome: &mut Outcome,
        observe: &mut dyn FnMut(Event<'_>),
    ) -> Result<(), PipelineError> {
        if self.settings.goal < Goal::Themes {
            return Ok(());
        }
        let Vectors {
            written,
            mut embedder,
        } = vectors;
        let mapped = written.map()?;
        let rows = mapped.view()?;
        let chosen = &self.settings.themes;
        let codebook = &chosen.codebook.codebook;
        let (readings, themes, overlaps) =
            self.clock
                .time(readings::STAGE, "unit scores", observe, |observe| {
                    let texts = pieces::sentences(pieces);
                    let all = Units {
                        texts: &texts,
                        vectors: rows,
                    };
                    let mut readings = Readings::new(chosen, &mut embedder, &all, observe)?;
                    let overlaps = (self.settings.check)
                        .then(|| readings.overlaps(codebook, &mut embedder))
                        .transpose()?;
                    drop(embedder);
                    let themes = theming::of_pieces(pieces, rows, offsets, &mut readings)?;
                    let units = |t: &PieceThemes| -> usize {
                        t.rows.len() + t.larger.iter().map(|u| u.ids.len()).sum::<usize>()
                    };
                    let count: usize = themes.iter().flatten().map(units).sum();
                    let scored = (readings, themes, overlaps);
                    Ok::<_, PipelineError>((scored, count * codebook.themes.len()))
                })?;
        let folder = &self.folder;
        self.clock.time("write themes", "documents", observe, |_| {
            writing::themes(folder, pieces, &readings, &themes, codebook)?;
            agreeing::write(folder, pieces, &readings, codebook)?;
            Ok::<_, PipelineError>(((), pieces.len()))
        })?;
        self.clock.time("aggregate", "documents", observe, |_| {
            aggregating::write(folder, pieces, offsets, &readings, codebook)?;
            Ok::<_, PipelineError>(((), pieces.len()))
        })?;
        if let Some(overlaps) = overlaps {
            checking::overlaps(folder, codebook, &overlaps, observe)?;
            let leading = readings.leading();
            outcome.examples =
                checking::examples(folder, codebook, pieces, &readings.all, leading)?;
        }
        self.scored = Some(readings.record());
        let leading = &themes[readings.leading()];
        outcome.themes = leading_themes(pieces, leading, self.settings);
        if self.settings.goal < Goal::Comparison {
            return self.periods(pieces, &readings, &themes, observe);
        }
        self.compare(
            pieces,
            rows,
            offsets,
            (&readings, &themes),
            outcome,
            observe,
        )
    }

    /// Each article against the others, what is new in it, and group against group.
    fn compare(
        &mut self,
        pieces: &[Piece],
        rows: ArrayView2<'_, f32>,
        offsets: &[usize],
        (readings, themes): (&Readings, &[Vec<PieceThemes>]),
        outcome: &mut Outcome,
        observe: &mut dyn FnMut(Event<'_>),
    ) -> Result<(), PipelineError> {
        let (folder, settings) = (&self.folder, self.settings);
        let chosen = &settings.comparison;
        let codebook = &settings.themes.codebook.codebook;
        let centered = chosen.center.then(|| compare::centered(rows));
        let sentences = centered.as_ref().map_or(rows, |centered| centered.view());
        let neighbours = self.clock.time("neighbours", "sentences", observe, |_| {
            let how = (chosen.neighbour_search, chosen.seed);
            let found = Neighbours::find(pieces, sentences, offsets, settings.neighbours, how)?;
            let count = found.of.len();
            Ok::<_, PipelineError>((found, count))
        })?;
        match neighbours.told() {
            Some((told, true)) => observe(Event::Note(&told)),
            Some((told, false)) => observe(Event::Remark(&told)),
            None => {}
        }
        let comparison = self.clock.time("compare", "documents", observe, |_| {
            let comparison = Comparison::new(pieces, rows, sentences, offsets, neighbours, chosen);
            Ok::<_, PipelineError>((comparison, outcome.articles))
        })?;
        if let Some(told) = comparison.told_of_listed() {
            observe(Event::Note(&told));
        }
        let mut compared = comparison.record();
        self.clock
            .time("write comparison", "documents", observe, |_| {
                writing::comparison(folder, pieces, &comparison, readings, themes, codebook)?;
                Ok::<_, PipelineError>(((), outcome.articles))
            })?;
        let reusing = self.clock.time("find reuse", "passages", observe, |_| {
            let reusing = Reusing::find(pieces, &ReuseOptions::default())?;
            let count = reusing.passages();
            Ok::<_, PipelineError>((reusing, count))
        })?;
        self.clock.time("write reuse", "passages", observe, |_| {
            reusing.write(folder, pieces)?;
            Ok::<_, PipelineError>(((), reusing.passages()))
        })?;
        self.reused = Some(reusing.record());
        let novelty = self.clock.time("novelty", "sentences", observe, |_| {
            let (judged, record) = judge(pieces, sentences, offsets, &comparison, &reusing, chosen);
            let all = comparison.of_sentences.all();
            let baseline = (all.pairs() > 0).then_some(all.mean);
            novelty_tables::write(folder, pieces, &judged, baseline)?;
            let count = judged.iter().map(|found| found.sentences.len()).sum();
            Ok::<_, PipelineError>(((judged, record), count))
        })?;
        let (judged, record) = novelty;
        compared["novelty"] = record;
        outcome.novelty = shares(&judged);
        if let Some(remark) = rules(&judged, chosen.paraphrase_q) {
            observe(Event::Remark(&remark));
        }
        compared["map"] = self.clock.time("map", "documents", observe, |_| {
            let told = mapping::write(folder, pieces, &comparison)?;
            Ok::<_, PipelineError>((json!(told), pieces.len()))
        })?;
        if let Some(chosen_groups) = &chosen.groups {
            let leading = &themes[readings.leading()];
            let groups = self.clock.time("groups", "documents", observe, |_| {
                let groups = Groups::new(
                    pieces,
                    sentences,
                    &comparison,
                    leading,
                    (chosen_groups, &chosen.drift),
                    chosen.seed,
                )?;
                groups.write(folder)?;
                Ok::<_, PipelineError>((groups, pieces.len()))
            })?;
            compared["groups"] = groups.record();
            outcome.groups = groups.told();
        }
        let timeline = (settings.by).observed(pieces, comparison.groups.clone(), observe);
        let material = Material {
            pieces,
            timeline: &timeline,
            vectors: sentences,
            offsets,
            reusing: &reusing,
            all_roles: chosen.groups.is_some(),
        };
        compared["drift"] = self.over_time(
            &material,
            (readings, themes),
            (&comparison, &judged),
            observe,
        )?;
        self.compared = Some(compared);
        outcome.closest = closest(pieces, &comparison);
        outcome.repeated = Some(repeats::count(pieces));
        Ok(())
    }

    /// All measures by period, and what moves between periods.
    fn over_time<'m>(
        &mut self,
        material: &Material<'m>,
        (readings, themes): (&Readings, &[Vec<PieceThemes>]),
        (comparison, judged): (&Comparison, &[PieceNovelty]),
        observe: &mut dyn FnMut(Event<'_>),
    ) -> Result<Value, PipelineError>
    where
        'a: 'm,
    {
        let (folder, settings) = (&self.folder, self.settings);
        let codebook = &settings.themes.codebook.codebook;
        let chosen = &settings.comparison;
        self.clock.time("periods", "documents", observe, |_| {
            let listed = Listed::all(material.pieces);
            let mut table = ByPeriod::new(&listed, material.timeline);
            table.themes(readings, themes, codebook);
            table.novelty(judged);
            table.reuse(material.reusing);
            table.similarity(comparison, material.all_roles);
            table.write(folder)?;
            Ok::<_, PipelineError>(((), material.pieces.len()))
        })?;
        let drift = self.clock.time("drift", "pairs of periods", observe, |_| {
            let leading = &readings.all[readings.leading()];
            let drift = Drift::find(material, (leading, codebook), &chosen.drift, chosen.seed);
            drift.write(folder)?;
            let count = drift.moves();
            Ok::<_, PipelineError>((drift, count))
        })?;
        for term in drift.missing() {
            observe(Event::Remark(&format!("drift: no sentence has \"{term}\"")));
        }
        let is_tested = chosen.drift.permutations > 0;
        if let Some(told) = drift.told(settings.by.name()).filter(|_| is_tested) {
            observe(Event::Remark(&told));
        }
        Ok(drift.record())
    }

    /// Themes by period, where nothing is compared.
    fn periods(
        &mut self,
        pieces: &[Piece],
        readings: &Readings,
        themes: &[Vec<PieceThemes>],
        observe: &mut dyn FnMut(Event<'_>),
    ) -> Result<(), PipelineError> {
        let (folder, settings) = (&self.folder, self.settings);
        let timeline = settings
            .by
            .observed(pieces, repeats::groups(pieces), observe);
        self.clock.time("periods", "documents", observe, |_| {
            let listed = Listed::all(pieces);
            let mut table = ByPeriod::new(&listed, &timeline);
            table.themes(readings, themes, &settings.themes.codebook.codebook);
            table.write(folder)?;
            Ok::<_, PipelineError>(((), pieces.len()))
        })
    }

    fn commit(
        self,
        pieces: &[Piece],
        problems: &[Problem],
        counts: Option<&SubwordCounts>,
    ) -> Result<(), PipelineError> {
        writing::stages(&self.folder, &self.clock.stages)?;
        let fed = counts.and_then(|c| c.fed.as_ref());
        let mut times = times(self.start, self.settings.threads);
        times["sentences_from_cache"] = json!(fed.map(|fed| fed.recalled));
        let record = Record::new(
            self.settings,
            pieces,
            problems,
            counts,
            (
                self.scored.as_ref(),
                self.compared.as_ref(),
                self.reused.as_ref(),
            ),
            times,
        );
        Ok(self.folder.commit(&record)?)
    }
}

fn count_subwords(pieces: &[Piece], subwords: &Subwords) -> Result<SubwordCounts, PipelineError> {
    let of_pieces: Vec<Vec<u32>> = pieces
        .par_iter()
        .map(|piece| {
            let sentences = piece.document.sentences.iter();
            sentences
                .map(|s| Ok(subwords.tokenize(piece.cut(s.span))?.len() as u32))
                .collect()
        })
        .collect::<Result<_, model::ModelError>>()?;
    Ok(SubwordCounts {
        subwords: of_pieces.concat(),
        fed: None,
    })
}

fn outcome(
    settings: &Settings,
    pieces: &[Piece],
    problems: &[Problem],
    counts: Option<&SubwordCounts>,
) -> Outcome {
    Outcome {
        limit: counts.and_then(|c| c.fed.as_ref()).map(|fed| {
            let long = fed.windows.iter().filter(|&&count| count > 1);
            Limit {
                windowed: long.clone().count(),
                windows: long.map(|&count| count as usize).sum(),
                cut: fed.cut_sentences(),
                subwords_cut: fed.cut(0..fed.cut.len()),
            }
        }),
        ..Outcome::of_texts(pieces, problems, &settings.out)
    }
}

/// What each studied article repeats, rephrases and says anew, and by which rules.
fn judge(
    pieces: &[Piece],
    sentences: ArrayView2<'_, f32>,
    offsets: &[usize],
    comparison: &Comparison,
    reusing: &Reusing,
    settings: &ComparisonSettings,
) -> (Vec<PieceNovelty>, Value) {
    let novelty = Novelty::new(
        pieces,
        sentences,
        offsets,
        &comparison.groups,
        &comparison.of_sentences,
        settings,
    );
    let judged = novelty.judge(&comparison.studied, reusing);
    let record = novelty.record(&judged);
    (judged, record)
}

/// Sentences by class, of articles that were held against something.
fn shares(judged: &[PieceNovelty]) -> Option<NoveltyShares> {
    let held: Vec<&PieceNovelty> = judged.iter().filter(|found| found.candidates > 0).collect();
    let sum = |class| held.iter().map(|found| found.count(class)).sum();
    (!held.is_empty()).then(|| NoveltyShares {
        verbatim: sum(Class::Verbatim),
        paraphrase: sum(Class::Paraphrase),
        novel: sum(Class::Novel),
    })
}

/// From where on a sentence is called a paraphrase, or why none is.
fn rules(judged: &[PieceNovelty], paraphrase_q: f64) -> Option<String> {
    let held = || judged.iter().filter(|found| found.candidates > 0);
    held().next()?;
    let least = held()
        .filter_map(|found| found.similarity_threshold)
        .reduce(f64::min);
    let most = held()
        .filter_map(|found| found.similarity_threshold)
        .reduce(f64::max);
    let by_passage = held().any(|found| found.passage_threshold.is_some());
    let of_passages = "as part of a passage that chance gives less than once in twenty articles";
    Some(match (least.zip(most), by_passage) {
        (Some((least, most)), _) => {
            let passages = if by_passage {
                format!("or {of_passages}")
            } else {
                "rephrased passages are not looked for, as fewer than five unrelated articles don't tell what chance \
                 gives; --corpus adds articles"
                    .to_owned()
            };
            format!(
                "novelty: a sentence counts as a paraphrase from a cosine of {least:.3} to {most:.3} on, by article, \
                 so that of such sentences a share of {paraphrase_q} at most is chance; {passages}"
            )
        }
        (None, true) => format!(
            "novelty: a sentence counts as a paraphrase only {of_passages}; single ones don't, as the articles are \
             too short to tell how near sentences come by chance"
        ),
        (None, false) => {
            "novelty: the articles are too short and too few to tell how near sentences come by chance, so only what \
             is repeated word for word is told, and nothing is called a paraphrase; --corpus adds articles"
                .to_owned()
        }
    })
}

/// The three themes with the largest share of sentences over the studied articles.
fn leading_themes(
    pieces: &[Piece],
    themes: &[PieceThemes],
    settings: &Settings,
) -> Vec<(String, f64)> {
    let codebook = &settings.themes.codebook.codebook;
    let mut shares = vec![0.0; codebook.themes.len()];
    let mut sentences = 0.0;
    for (piece, themes) in pieces
        .iter()
        .zip(themes)
        .filter(|(piece, _)| piece.is_studied)
    {
        let weight = piece.document.sentences.len() as f64;
        sentences += weight;
        for (sum, share) in shares.iter_mut().zip(&themes.profile) {
            *sum += share * weight;
        }
    }
    let mut leading: Vec<(String, f64)> = codebook
        .themes
        .iter()
        .zip(shares)
        .map(|(theme, share)| (theme.name.clone(), share / sentences.max(1.0)))
        .collect();
    leading.sort_by(|a, b| b.1.total_cmp(&a.1));
    leading.truncate(3);
    leading
}

fn closest(pieces: &[Piece], comparison: &Comparison) -> Option<Closest> {
    let of = |row: usize| comparison.studied[row];
    comparison
        .documents
        .indexed_iter()
        .map(|((row, other), cosine)| ((of(row), other), cosine))
        .filter(|((a, b), _)| a != b)
        .max_by(|((a, b), x), ((c, d), y)| x.total_cmp(y).then((c, d).cmp(&(a, b))))
        .map(|((a, b), &cosine)| Closest {
            doc_id: pieces[a].id().to_owned(),
            other_id: pieces[b].id().to_owned(),
            cosine,
        })
}
