//! From texts to vectors: in chunks, on the model's own threads, in bounded memory.

use std::collections::VecDeque;
use std::sync::Arc;

use crossbeam_channel::{Receiver, unbounded};
use ndarray::Array2;

use crate::chunk::{self, Chunk};
use crate::distinct::Distinct;
use crate::finish::Finish;
use crate::pool::{Pool, stopped};
use crate::replica::{self, Done, Job, Shared};
use crate::subwords::{Counts, Framing};
use crate::{
    Backend, Card, Device, Encoder, Factory, Memory, ModelError, Precision, Remembered, Running,
    Subwords, backend, memory,
};

/// How an [`Embedder`] runs.
#[derive(Clone, Debug)]
pub struct EmbedderSettings {
    /// Replicas of the model, each on a thread and core of its own.
    pub replicas: usize,
    /// Most tokens of a batch, padding included where there is any: bounds memory.
    pub token_budget: usize,
    /// What runs the model.
    pub backend: Backend,
    /// How numbers are kept.
    pub precision: Precision,
    /// Where the model runs.
    pub device: Device,
    /// Put before each text.
    pub prompt: Option<String>,
    /// Whether a text over the model's limit is embedded whole, in windows; else its end is cut off.
    pub windows: bool,
    /// Whether vectors are scaled to length 1 whatever the model's files say, so that dot products
    /// are cosines.
    pub unit_length: bool,
}

impl Default for EmbedderSettings {
    fn default() -> Self {
        Self {
            replicas: 1,
            token_budget: 4096,
            backend: Backend::Auto,
            precision: Precision::Auto,
            device: Device::Cpu,
            prompt: None,
            windows: true,
            unit_length: false,
        }
    }
}

/// What became of texts on their way to vectors.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    /// Subwords of each text, special ones and the prompt's apart.
    pub subwords: Vec<u32>,
    /// Windows each text was embedded in; 1 unless it is longer than the model's limit.
    pub windows: Vec<u32>,
    /// Subwords of each text that did not reach the model; 0 with windows.
    pub cut: Vec<u32>,
    /// Different texts.
    pub distinct: usize,
    /// Of these, how many a [`Memory`] had.
    pub recalled: usize,
}

impl Ledger {
    fn of(texts: usize, distinct: usize) -> Self {
        Self {
            subwords: vec![0; texts],
            windows: vec![0; texts],
            cut: vec![0; texts],
            distinct,
            recalled: 0,
        }
    }

    fn note(&mut self, text: usize, counts: Counts) {
        self.subwords[text] = counts.subwords;
        self.windows[text] = counts.windows;
        self.cut[text] = counts.cut;
    }
}

/// Gets a text's place among the texts, and its vector.
pub type Sink<'a, E> = dyn FnMut(usize, &[f32]) -> Result<(), E> + 'a;

/// A model ready to embed.
pub struct Embedder {
    card: Card,
    running: Running,
    shared: Arc<Shared>,
    memory_key: Option<[u8; 32]>,
    replicas: Pool<Job>,
}

/// Texts looked up or kept together.
const BLOCK: usize = 4096;

impl Embedder {
    /// Checks the model's files against its card, loads them, and starts the replicas.
    ///
    /// # Errors
    /// Missing or corrupted weights, a tokenizer or model that can't be read, settings that nothing
    /// here can run, or a build without a backend.
    pub fn open(card: &Card, settings: &EmbedderSettings) -> Result<Self, ModelError> {
        backend::choose(card, settings)?;
        let finish = Finish::new(card.layout()?, settings.unit_length);
        let subwords = Subwords::of(card)?;
        let loaded = backend::load(card, settings)?;
        Self::start(card, subwords, finish, settings, loaded)
    }

    fn start(
        card: &Card,
        subwords: Subwords,
        finish: Finish,
        settings: &EmbedderSettings,
        (running, factories): (Running, Vec<Factory>),
    ) -> Result<Self, ModelError> {
        let framing = Framing {
            prompt: settings.prompt.clone().unwrap_or_default(),
            windows: settings.windows,
        };
        // A prompt without room for a text is known before work is done.
        subwords.feed("", &framing)?;
        let shared = Arc::new(Shared {
            subwords,
            framing,
            finish,
            token_budget: settings.token_budget,
            dimensions: card.dimensions,
        });
        let own = Arc::clone(&shared);
        let work = move |encoder: &mut Box<dyn Encoder>, job| {
            replica::work(encoder.as_mut(), &own, job);
        };
        Ok(Self {
            replicas: Pool::start(factories, |encoder| encoder.pads(), work)?,
            memory_key: memory::key(card, settings, &running),
            card: card.clone(),
            running,
            shared,
        })
    }

    /// The model's card.
    pub fn card(&self) -> &Card {
        &self.card
    }

    /// What runs.
    pub fn running(&self) -> &Running {
        &self.running
    }

    /// The model and how it runs, in a line.
    pub fn describe(&self) -> String {
        let running = &self.running;
        let mut parts = vec![
            self.card.name.clone(),
            format!("{} encoder", running.backend.name()),
            running.precision.name().to_owned(),
            running.kernels.clone(),
            match self.replicas.workers() {
                1 => "1 replica".to_owned(),
                count => format!("{count} replicas"),
            },
        ];
        if running.device != Device::Cpu {
            parts.push(format!("on {}", running.device.name()));
        }
        if !self.shared.framing.prompt.is_empty() {
            parts.push(format!("prompt {:?}", self.shared.framing.prompt));
        }
        if !running.batch_invariant {
            parts.push("last digits of a vector can depend on its batch".to_owned());
        }
        parts.join(", ")
    }

    /// The model's tokenizer.
    pub fn subwords(&self) -> &Subwords {
        &self.shared.subwords
    }

    /// A name for all that a vector depends on besides its text; `None` where vectors are not to be
    /// kept between runs.
    pub fn memory_key(&self) -> Option<[u8; 32]> {
        self.memory_key
    }

    /// Embeds texts. `sink` gets the row of each text once, in no certain order; equal texts are
    /// embedded once. What `memory` has is not computed again. `progress` hears how many texts are
    /// done of how many. Besides the texts, memory holds a few chunks and some thirty bytes a text.
    ///
    /// # Errors
    /// [`ModelError::Tokenize`] or [`ModelError::Inference`], and whatever the sink says.
    pub fn embed<E: From<ModelError>>(
        &mut self,
        texts: &[&str],
        memory: Option<&mut dyn Memory>,
        sink: &mut Sink<'_, E>,
        progress: &mut dyn FnMut(usize, usize),
    ) -> Result<Ledger, E> {
        let distinct = Distinct::of(texts);
        let mut delivery = Delivery {
            texts,
            distinct: &distinct,
            ledger: Ledger::of(texts.len(), distinct.count()),
            done: 0,
            sink,
            progress,
        };
        let mut firsts = distinct.firsts();
        let mut backlog = Backlog {
            memory: memory.filter(|_| self.memory_key.is_some()),
            missing: VecDeque::new(),
            fresh: Vec::new(),
            left: distinct.count(),
        };
        let (reply, results) = unbounded();
        let mut under_way = 0;
        loop {
            while under_way < self.replicas.enough() {
                let chunk = self.next_chunk(&mut backlog, &mut firsts, &mut delivery)?;
                if chunk.is_empty() {
                    break;
                }
                let reply = reply.clone();
                self.replicas.send(Job { chunk, reply })?;
                under_way += 1;
            }
            if under_way == 0 {
                break;
            }
            take(&results, &mut backlog, &mut delivery)?;
            under_way -= 1;
        }
        backlog.keep(texts);
        Ok(delivery.ledger)
    }

    /// Embeds a few texts: one row a text.
    ///
    /// # Errors
    /// [`ModelError::Tokenize`] or [`ModelError::Inference`].
    pub fn embed_all(&mut self, texts: &[&str]) -> Result<(Array2<f32>, Ledger), ModelError> {
        let mut vectors = Array2::zeros((texts.len(), self.card.dimensions));
        let ledger = self.embed::<ModelError>(
            texts,
            None,
            &mut |row, vector| {
                vectors
                    .row_mut(row)
                    .iter_mut()
                    .zip(vector)
                    .for_each(|(to, &from)| *to = from);
                Ok(())
            },
            &mut |_, _| {},
        )?;
        Ok((vectors, ledger))
    }

    /// The next texts to compute; those that memory has are delivered on the way.
    fn next_chunk<E: From<ModelError>>(
        &self,
        backlog: &mut Backlog<'_>,
        firsts: &mut dyn Iterator<Item = usize>,
        delivery: &mut Delivery<'_, E>,
    ) -> Result<Chunk, E> {
        let most = if self.replicas.pads() {
            chunk::TEXTS_PADDED
        } else {
            // Smaller ones towards the end, so that the replicas finish together.
            (backlog.left / (4 * self.replicas.workers())).clamp(chunk::TEXTS / 8, chunk::TEXTS)
        };
        let mut chunk = Chunk::default();
        while !chunk.is_full(most) {
            if backlog.missing.is_empty() {
                let block: Vec<usize> = firsts.take(BLOCK).collect();
                if block.is_empty() {
                    break;
                }
                backlog.look_up(&block, delivery)?;
            } else if let Some(place) = backlog.missing.pop_front() {
                chunk.push(place, delivery.texts[place]);
                backlog.left -= 1;
            }
        }
        Ok(chunk)
    }
}

/// Waits for a chunk and delivers it.
fn take<E: From<ModelError>>(
    results: &Receiver<Done>,
    backlog: &mut Backlog<'_>,
    delivery: &mut Delivery<'_, E>,
) -> Result<(), E> {
    let done = results.recv().map_err(|_| stopped())?;
    let embedded = done.outcome?;
    for ((&place, row), &counts) in done
        .places
        .iter()
        .zip(embedded.vectors.rows())
        .zip(&embedded.counts)
    {
        let vector = row.to_slice().ok_or_else(stopped)?;
        delivery.deliver(place, vector, counts)?;
        if backlog.memory.is_some() {
            backlog.fresh.push((
                place,
                Remembered {
                    vector: vector.to_vec(),
                    subwords: counts.subwords,
                    windows: counts.windows,
                },
            ));
        }
    }
    if backlog.fresh.len() >= BLOCK {
        backlog.keep(delivery.texts);
    }
    Ok(())
}

/// Texts still to be embedded, and vectors still to be kept.
struct Backlog<'a> {
    memory: Option<&'a mut dyn Memory>,
    /// Looked up, and not known.
    missing: VecDeque<usize>,
    /// Computed, and not kept yet.
    fresh: Vec<(usize, Remembered)>,
    /// Texts neither sent nor recalled.
    left: usize,
}

impl Backlog<'_> {
    fn look_up<E>(&mut self, block: &[usize], delivery: &mut Delivery<'_, E>) -> Result<(), E> {
        let Some(memory) = self.memory.as_mut() else {
            self.missing.extend(block);
            return Ok(());
        };
        let texts: Vec<&str> = block.iter().map(|&place| delivery.texts[place]).collect();
        for (&place, known) in block.iter().zip(memory.recall(&texts)) {
            let Some(known) = known else {
                self.missing.push_back(place);
                continue;
            };
            let counts = Counts {
                subwords: known.subwords,
                windows: known.windows,
                cut: 0,
            };
            delivery.deliver(place, &known.vector, counts)?;
            delivery.ledger.recalled += 1;
            self.left -= 1;
        }
        Ok(())
    }

    fn keep(&mut self, texts: &[&str]) {
        if let Some(memory) = self.memory.as_mut() {
            let new: Vec<(&str, Remembered)> = self
                .fresh
                .drain(..)
                .map(|(place, kept)| (texts[place], kept))
                .collect();
            memory.remember(new);
        }
    }
}

/// Where finished vectors go.
struct Delivery<'a, E> {
    texts: &'a [&'a str],
    distinct: &'a Distinct,
    ledger: Ledger,
    done: usize,
    sink: &'a mut Sink<'a, E>,
    progress: &'a mut dyn FnMut(usize, usize),
}

impl<E> Delivery<'_, E> {
    /// Hands a vector to each of the texts that equal this one.
    fn deliver(&mut self, first: usize, vector: &[f32], counts: Counts) -> Result<(), E> {
        for text in self.distinct.equals(first) {
            (self.sink)(text, vector)?;
            self.ledger.note(text, counts);
            self.done += 1;
        }
        (self.progress)(self.done, self.texts.len());
        Ok(())
    }
}

#[cfg(test)]
mod tests;
