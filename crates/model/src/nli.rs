//! Entailment models: how far does a premise entail a hypothesis?

mod backend;
mod labels;
mod pairing;
mod workers;

use std::path::Path;

use ndarray::{Array2, ArrayView1};

use crate::files::Files;
use crate::{ModelError, PairBatch, Precision, Running, batch};
pub use labels::NliLabels;
use pairing::{Pairing, Tokenized};
use workers::Workers;

/// Batches that each replica has to do at least, for the last to end at nearly the same time.
const BATCHES_A_REPLICA: usize = 4;
/// Tokens that are worth a batch of their own: enough to fill the kernels.
const LEAST_BATCH: usize = 512;

/// How an [`NliModel`] runs.
#[derive(Clone, Debug)]
pub struct NliSettings {
    /// Replicas of the model, each on a thread and core of its own.
    pub replicas: usize,
    /// Most tokens of a batch, padding included where there is any: bounds memory.
    pub token_budget: usize,
    /// How numbers are kept; `Auto` is `F32`, since no card has measured another.
    pub precision: Precision,
}

impl Default for NliSettings {
    fn default() -> Self {
        Self {
            replicas: 1,
            token_budget: 4096,
            precision: Precision::Auto,
        }
    }
}

/// A model for natural language inference, ready to score pairs of texts.
pub struct NliModel {
    name: String,
    labels: NliLabels,
    running: Running,
    sha256: String,
    token_budget: usize,
    pairing: Pairing,
    workers: Workers,
}

impl NliModel {
    /// Loads the model in a folder as transformers saves it, and starts its replicas.
    ///
    /// # Errors
    /// [`ModelError::Layout`] where the folder is not of a classifier with classes named for
    /// entailment, and [`ModelError::Unsupported`] where its type is not run, or not so.
    pub fn open(folder: &Path, settings: &NliSettings) -> Result<Self, ModelError> {
        let mut files = Files::of_folder(folder);
        let labels = labels::read(&mut files)?;
        let network = backend::Network::read(&mut files)?;
        let pairing = Pairing::read(&mut files, network.longest, network.has_types)?;
        let name = folder.file_name().unwrap_or(folder.as_os_str());
        let name = name.to_string_lossy().into_owned();
        let loaded = backend::load(&mut files, (&name, &network), &labels, settings)?;
        Ok(Self {
            name,
            labels,
            running: loaded.running,
            sha256: loaded.sha256,
            token_budget: settings.token_budget,
            pairing,
            workers: Workers::start(loaded.factories)?,
        })
    }

    /// The name of its folder.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What its classes mean.
    pub fn labels(&self) -> &NliLabels {
        &self.labels
    }

    /// What runs.
    pub fn running(&self) -> &Running {
        &self.running
    }

    /// Most subwords of a pair, special ones included.
    pub fn max_length(&self) -> usize {
        self.pairing.max_length()
    }

    /// The SHA-256 of its weights: of the file, or where there are several of their hashes in order.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// Logits of pairs, each given as places of its premise and its hypothesis. `progress` hears
    /// how many pairs are done.
    ///
    /// A premise that is too long beside the longest of the hypotheses is cut into windows, the same
    /// for each of them. Nothing is left out.
    ///
    /// # Errors
    /// [`ModelError::Hypothesis`] for one that leaves no room for a premise, and
    /// [`ModelError::Tokenize`] or [`ModelError::Inference`].
    ///
    /// # Panics
    /// When a pair names a text that is not there.
    pub fn logits(
        &mut self,
        premises: &[&str],
        hypotheses: &[&str],
        pairs: &[(u32, u32)],
        progress: &mut dyn FnMut(usize),
    ) -> Result<PairLogits, ModelError> {
        let texts = self.pairing.tokenize(premises, hypotheses)?;
        let rows = rows(&texts, pairs);
        let mut found = PairLogits::new(&texts, pairs, &rows, self.labels.classes);
        let lengths: Vec<usize> = rows
            .iter()
            .map(|row| self.pairing.length(&texts, pairs[row.pair], row.window))
            .collect();
        let budget = self.budget(lengths.iter().sum());
        let plan = batch::plan(&lengths, budget, self.workers.pads());
        let batches = plan.into_iter().map(|members| {
            let mut batch = PairBatch::default();
            for row in members.iter().map(|&member| &rows[member]) {
                let (ids, types) = self.pairing.assemble(&texts, pairs[row.pair], row.window);
                batch.push(&ids, &types);
            }
            (members, batch)
        });
        let mut left: Vec<usize> = (0..found.len())
            .map(|pair| found.rows(pair).len())
            .collect();
        let mut done = 0;
        self.workers.run(batches, &mut |members, logits| {
            if logits.dim() != (members.len(), found.logits.ncols()) {
                return Err(ModelError::Inference(format!(
                    "{} pairs of {} classes gave logits of shape {:?}",
                    members.len(),
                    found.logits.ncols(),
                    logits.dim()
                )));
            }
            for (&member, logits) in members.iter().zip(logits.rows()) {
                found.logits.row_mut(member).assign(&logits);
                let pair = rows[member].pair;
                left[pair] -= 1;
                done += usize::from(left[pair] == 0);
            }
            progress(done);
            Ok(())
        })?;
        Ok(found)
    }

    /// Most tokens of a batch of so many. Where batches don't change a score, they are small enough
    /// to keep all replicas busy until the end.
    fn budget(&self, tokens: usize) -> usize {
        if self.workers.pads() {
            return self.token_budget;
        }
        let fair = tokens / (BATCHES_A_REPLICA * self.workers.replicas());
        fair.max(LEAST_BATCH).min(self.token_budget)
    }
}

/// A window of a pair's premise, which is what a model gets.
struct Row {
    pair: usize,
    window: usize,
}

fn rows(texts: &Tokenized, pairs: &[(u32, u32)]) -> Vec<Row> {
    let windows = |&(premise, _): &(u32, u32)| texts.windows(premise).len();
    pairs
        .iter()
        .map(windows)
        .enumerate()
        .flat_map(|(pair, windows)| (0..windows).map(move |window| Row { pair, window }))
        .collect()
}

/// Logits of pairs, a row for each window of a pair's premise.
#[derive(Clone, Debug, PartialEq)]
pub struct PairLogits {
    logits: Array2<f32>,
    subwords: Vec<u32>,
    ends: Vec<usize>,
}

impl PairLogits {
    fn new(texts: &Tokenized, pairs: &[(u32, u32)], rows: &[Row], classes: usize) -> Self {
        let subwords = |row: &Row| texts.windows(pairs[row.pair].0)[row.window].len() as u32;
        let windows = pairs
            .iter()
            .map(|&(premise, _)| texts.windows(premise).len());
        Self {
            logits: Array2::zeros((rows.len(), classes)),
            subwords: rows.iter().map(subwords).collect(),
            ends: windows
                .scan(0, |end, windows| {
                    *end += windows;
                    Some(*end)
                })
                .collect(),
        }
    }

    /// How many pairs.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Of a pair, in the order of the text: each window's logits, and how many of the premise's
    /// subwords it holds. No subword is in two windows.
    pub fn windows(&self, pair: usize) -> impl Iterator<Item = (ArrayView1<'_, f32>, u32)> {
        self.rows(pair)
            .map(|row| (self.logits.row(row), self.subwords[row]))
    }

    fn rows(&self, pair: usize) -> std::ops::Range<usize> {
        let start = pair.checked_sub(1).map_or(0, |before| self.ends[before]);
        start..self.ends[pair]
    }
}
