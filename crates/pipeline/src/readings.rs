//! What each scorer says of all texts.

mod correcting;

use std::cell::RefCell;
use std::ops::Range;
use std::rc::Rc;

use model::{Embedder, NliModel};
use ndarray::{Array2, ArrayView2, Axis, s};
use serde_json::{Value, json};
use themes::{
    AdaptedScorer, CascadeScorer, Codebook, EmbeddingScorer, NliScorer, Overlap, Recall, Scale,
    Scorer, ThemeError, Units,
};

use crate::settings::{ScorerKind, ThemeSettings};
use crate::{Event, PipelineError};

/// The stage's name.
pub(crate) const STAGE: &str = "themes";

/// Texts scored between two signs of life.
const CHUNK: usize = 1024;

/// Texts that a cascade's recall is measured on, spread over all.
const RECALL_SAMPLE: usize = 200;

/// All texts as one scorer sees them.
pub struct Reading {
    /// The scorer's name in tables.
    pub scorer: String,
    /// The score under which a text is none of these.
    pub none_below: f32,
    /// Texts × themes.
    pub scores: Array2<f32>,
    /// How well a cascade's first scorer chooses for its second.
    pub recall: Option<Recall>,
    /// What the scores mean; none where they can't be set right.
    pub scale: Option<Scale>,
    /// What is added to each theme's scores, where they are set right.
    pub offsets: Option<Vec<f32>>,
    /// Its scorer among those of [`Readings`].
    by: usize,
}

impl Reading {
    /// The best theme of a text; the number of themes for none of these.
    pub fn winner(&self, text: usize) -> usize {
        themes::winner(self.scores.row(text), self.none_below)
    }

    /// The best theme of each text.
    pub fn winners(&self) -> Vec<usize> {
        (0..self.scores.nrows())
            .map(|text| self.winner(text))
            .collect()
    }

    /// The score of a theme in a text; the threshold for none of these.
    pub fn score(&self, text: usize, theme: usize) -> f32 {
        self.scores
            .get((text, theme))
            .copied()
            .unwrap_or(self.none_below)
    }
}

/// The readings of all scorers that were asked for. The first scorer's last reading leads.
pub struct Readings {
    scorers: Vec<Box<dyn Scorer>>,
    /// In the order asked for, the codebook's own prototypes before adapted ones.
    pub all: Vec<Reading>,
    leading: usize,
    embedding: Option<EmbeddingScorer>,
    nli: Option<Rc<RefCell<NliScorer>>>,
}

impl Readings {
    /// Scores all texts with each scorer.
    ///
    /// # Errors
    /// When a model fails, or a scorer can't be made of what it is given.
    pub fn new(
        settings: &ThemeSettings,
        embedder: &mut Embedder,
        texts: &Units<'_>,
        observe: &mut dyn FnMut(Event<'_>),
    ) -> Result<Self, PipelineError> {
        let mut readings = Self {
            scorers: Vec::new(),
            all: Vec::new(),
            leading: 0,
            embedding: None,
            nli: None,
        };
        for &kind in &settings.scorers {
            let first = readings.all.len();
            readings.add(kind, settings, embedder, texts, observe)?;
            if first == 0 {
                readings.leading = readings.all.len() - 1;
            }
        }
        Ok(readings)
    }

    /// The place among all of the reading that profiles and summaries are made from.
    pub fn leading(&self) -> usize {
        self.leading
    }

    /// How far the codebook's themes overlap, by embedding.
    ///
    /// # Errors
    /// When the model fails.
    pub fn overlaps(
        &mut self,
        codebook: &Codebook,
        embedder: &mut Embedder,
    ) -> Result<Vec<Overlap>, ThemeError> {
        let scorer = self.embedding(codebook, embedder)?;
        Ok(themes::overlaps(codebook, &scorer))
    }

    /// What scored, for the record: each reading, and the entailment model if one was used.
    pub fn record(&self) -> Value {
        let readings = self.all.iter().map(|reading| {
            // As the tables have it: six decimals.
            let none_below = (f64::from(reading.none_below) * 1e6).round() / 1e6;
            let recall = reading.recall.map(|recall| {
                json!({"top": recall.kept, "sentences": recall.units, "found": recall.found})
            });
            json!({
                "scorer": reading.scorer,
                "none_below": none_below,
                "recall": recall,
                "offsets": reading.offsets,
            })
        });
        let nli = self.nli.as_ref().map(|nli| describe(nli.borrow().model()));
        json!({"readings": readings.collect::<Vec<_>>(), "nli_model": nli})
    }

    /// Scores of units that are made of texts: each has its own text and vector, and `parts`, the
    /// texts that it consists of.
    ///
    /// # Errors
    /// When the model fails.
    pub fn larger(
        &mut self,
        reading: usize,
        units: &Units<'_>,
        parts: &[Range<usize>],
    ) -> Result<Array2<f32>, ThemeError> {
        let reading = &self.all[reading];
        let scorer = &mut self.scorers[reading.by];
        if !scorer.takes_larger_units() {
            return Ok(means(reading.scores.view(), parts));
        }
        let mut scores = scorer.score(units)?;
        if let (Some(scale), Some(offsets)) = (reading.scale, &reading.offsets) {
            scale.add(&mut scores, offsets);
        }
        Ok(scores)
    }

    fn add(
        &mut self,
        kind: ScorerKind,
        settings: &ThemeSettings,
        embedder: &mut Embedder,
        texts: &Units<'_>,
        observe: &mut dyn FnMut(Event<'_>),
    ) -> Result<(), PipelineError> {
        let codebook = &settings.codebook.codebook;
        let base = self.all.len();
        match kind {
            ScorerKind::Embedding => {
                let scorer = self.embedding(codebook, embedder)?;
                let adapted = settings
                    .adapt
                    .then(|| AdaptedScorer::new(codebook, scorer.clone(), texts.vectors));
                self.read(Box::new(scorer), codebook, texts, observe)?;
                match adapted {
                    Some(Ok(adapted)) => self.read(Box::new(adapted), codebook, texts, observe)?,
                    Some(Err(refusal)) => observe(Event::Note(&refusal.to_string())),
                    None => {}
                }
            }
            ScorerKind::Nli => {
                let scorer = self.nli(settings, observe)?;
                self.read(Box::new(scorer), codebook, texts, observe)?;
            }
            ScorerKind::Cascade => {
                let first = self.embedding(codebook, embedder)?;
                let second = self.nli(settings, observe)?;
                let mut scorer = CascadeScorer::new(first, second, settings.cascade_top);
                let recall = recall(&mut scorer, texts)?;
                observe(Event::Remark(&format!(
                    "cascade: recall@{} {:.3} ({} of {} sentences have their best theme by entailment among those judged)",
                    recall.kept,
                    recall.share(),
                    recall.found,
                    recall.units
                )));
                self.read(Box::new(scorer), codebook, texts, observe)?;
                self.all.last_mut().expect("just read").recall = Some(recall);
            }
            ScorerKind::Lexicon => {
                let lexicon = settings
                    .lexicon
                    .as_ref()
                    .expect("checked with the settings");
                self.read(Box::new(lexicon.scorer.clone()), codebook, texts, observe)?;
            }
        }
        Ok(self.correct(base, settings, embedder, observe)?)
    }

    fn embedding(
        &mut self,
        codebook: &Codebook,
        embedder: &mut Embedder,
    ) -> Result<EmbeddingScorer, ThemeError> {
        if let Some(scorer) = &self.embedding {
            return Ok(scorer.clone());
        }
        Ok(self
            .embedding
            .insert(EmbeddingScorer::new(codebook, embedder)?)
            .clone())
    }

    fn nli(
        &mut self,
        settings: &ThemeSettings,
        observe: &mut dyn FnMut(Event<'_>),
    ) -> Result<Rc<RefCell<NliScorer>>, PipelineError> {
        if let Some(scorer) = &self.nli {
            return Ok(Rc::clone(scorer));
        }
        let scorer = Rc::new(RefCell::new(nli(settings, observe)?));
        Ok(Rc::clone(self.nli.insert(scorer)))
    }

    /// Scores all texts, in chunks that don't depend on anything but their number.
    fn read(
        &mut self,
        mut scorer: Box<dyn Scorer>,
        codebook: &Codebook,
        texts: &Units<'_>,
        observe: &mut dyn FnMut(Event<'_>),
    ) -> Result<(), PipelineError> {
        let total = texts.texts.len();
        let mut table = Array2::zeros((total, codebook.themes.len()));
        for first in (0..total).step_by(CHUNK) {
            let chunk = first..(first + CHUNK).min(total);
            let found = scorer.score(&Units {
                texts: &texts.texts[chunk.clone()],
                vectors: texts.vectors.slice(s![chunk.clone(), ..]),
            })?;
            table.slice_mut(s![chunk.clone(), ..]).assign(&found);
            observe(Event::Advanced {
                stage: STAGE,
                done: chunk.end,
                total,
            });
        }
        self.all.push(Reading {
            scorer: scorer.name().to_owned(),
            none_below: scorer.none_below(codebook),
            scores: table,
            recall: None,
            scale: scorer.scale(),
            offsets: None,
            by: self.scorers.len(),
        });
        self.scorers.push(scorer);
        Ok(())
    }
}

fn nli(
    settings: &ThemeSettings,
    observe: &mut dyn FnMut(Event<'_>),
) -> Result<NliScorer, PipelineError> {
    let choice = settings.nli.as_ref().expect("checked with the settings");
    let model = NliModel::open(&choice.folder, &choice.settings)?;
    observe(Event::Remark(&format!(
        "entailment model: {}, {}",
        model.name(),
        model.running().backend.name()
    )));
    Ok(NliScorer::new(
        &settings.codebook.codebook,
        model,
        &choice.template,
        choice.multi_label,
    )?)
}

fn recall(scorer: &mut CascadeScorer, texts: &Units<'_>) -> Result<Recall, ThemeError> {
    let total = texts.texts.len();
    let size = total.min(RECALL_SAMPLE);
    let sample: Vec<usize> = (0..size).map(|at| at * total / size).collect();
    let own: Vec<&str> = sample.iter().map(|&at| texts.texts[at]).collect();
    scorer.recall(&Units {
        texts: &own,
        vectors: texts.vectors.select(Axis(0), &sample).view(),
    })
}

fn describe(model: &NliModel) -> Value {
    let (running, labels) = (model.running(), model.labels());
    json!({
        "name": model.name(),
        "weights_sha256": model.sha256(),
        "precision": running.precision,
        "kernels": running.kernels,
        "max_length": model.max_length(),
        "classes": labels.classes,
        "entailment": labels.entailment,
        "contradiction": labels.contradiction,
    })
}

/// Means of the scores of each unit's parts.
fn means(scores: ArrayView2<'_, f32>, parts: &[Range<usize>]) -> Array2<f32> {
    let mut all = Array2::zeros((parts.len(), scores.ncols()));
    for (mut mean, part) in all.rows_mut().into_iter().zip(parts) {
        let rows = scores.slice(s![part.clone(), ..]).mapv(f64::from);
        if let Some(of_parts) = rows.mean_axis(Axis(0)) {
            mean.assign(&of_parts.mapv(|x| x as f32));
        }
    }
    all
}
