//! From texts to vectors: tokenized, windowed, batched, encoded on the model's own threads, pooled.

use std::collections::HashMap;
use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, Sender, unbounded};
use ndarray::{Array2, Axis};
use rayon::prelude::*;

use crate::{Batch, Card, Factory, ModelError, Subwords, Window, batch, weights};

/// How an [`Embedder`] runs. None of it but the budget can change a result, and that only in the
/// last digits.
#[derive(Clone, Copy, Debug)]
pub struct EmbedderSettings {
    /// Replicas of the model, each on a thread and core of its own.
    pub replicas: usize,
    /// Most tokens of a batch, padding included: bounds memory.
    pub token_budget: usize,
}

impl Default for EmbedderSettings {
    fn default() -> Self {
        Self {
            replicas: 1,
            token_budget: 4096,
        }
    }
}

/// Vectors of texts, and what became of the texts on the way.
#[derive(Clone, Debug)]
pub struct Embeddings {
    /// One row a text, of length 1 where the model's card says so.
    pub vectors: Array2<f32>,
    /// Subwords of each text, special ones apart.
    pub subwords: Vec<usize>,
    /// Windows each text was embedded in; 1 unless it is longer than the model's limit.
    pub windows: Vec<usize>,
}

/// A model ready to embed.
pub struct Embedder {
    card: Card,
    subwords: Subwords,
    settings: EmbedderSettings,
    jobs: Option<Sender<Job>>,
    done: Receiver<Done>,
    replicas: Vec<JoinHandle<()>>,
}

struct Job {
    index: usize,
    batch: Batch,
}

struct Done {
    index: usize,
    vectors: Result<Array2<f32>, ModelError>,
}

impl Embedder {
    /// Checks the model's files against its card, loads them, and starts the replicas.
    ///
    /// # Errors
    /// Missing or corrupted weights, a tokenizer or model that can't be read, or a build without a
    /// backend.
    pub fn open(card: &Card, settings: EmbedderSettings) -> Result<Self, ModelError> {
        crate::backend()?;
        weights::require(card)?;
        let subwords = Subwords::read(&card.path_of(crate::TOKENIZER), card.max_length)?;
        Self::start(
            card,
            subwords,
            settings,
            factories(card, settings.replicas.max(1))?,
        )
    }

    fn start(
        card: &Card,
        subwords: Subwords,
        settings: EmbedderSettings,
        factories: Vec<Factory>,
    ) -> Result<Self, ModelError> {
        let (jobs, queue) = unbounded::<Job>();
        let (results, done) = unbounded::<Done>();
        let (ready, started) = unbounded::<Result<(), ModelError>>();
        let count = factories.len();
        let replicas = factories
            .into_iter()
            .map(|make| {
                let (queue, results, ready) = (queue.clone(), results.clone(), ready.clone());
                std::thread::Builder::new()
                    .name("model".into())
                    .spawn(move || serve(make, &ready, &queue, &results))
            })
            .collect::<Result<Vec<_>, _>>()?;
        for _ in 0..count {
            started
                .recv()
                .map_err(|_| ModelError::Inference("a model thread ended early".into()))??;
        }
        Ok(Self {
            card: card.clone(),
            subwords,
            settings,
            jobs: Some(jobs),
            done,
            replicas,
        })
    }

    /// The model's card.
    pub fn card(&self) -> &Card {
        &self.card
    }

    /// The model's tokenizer.
    pub fn subwords(&self) -> &Subwords {
        &self.subwords
    }

    /// Embeds texts. Equal texts are embedded once. `progress` hears how many distinct texts are
    /// done of how many.
    ///
    /// # Errors
    /// [`ModelError::Tokenize`] or [`ModelError::Inference`].
    pub fn embed(
        &mut self,
        texts: &[&str],
        progress: &mut dyn FnMut(usize, usize),
    ) -> Result<Embeddings, ModelError> {
        let (distinct, of_text) = distinct(texts);
        let windows: Vec<Vec<Window>> = distinct
            .par_iter()
            .map(|text| self.subwords.windows(text))
            .collect::<Result<_, _>>()?;
        let vectors = self.encode(&windows, progress)?;
        Ok(Embeddings {
            vectors: vectors.select(Axis(0), &of_text),
            subwords: of_text
                .iter()
                .map(|&at| windows[at].iter().map(|w| w.subwords).sum())
                .collect(),
            windows: of_text.iter().map(|&at| windows[at].len()).collect(),
        })
    }

    /// One vector a text from the vectors of its windows.
    fn encode(
        &mut self,
        windows: &[Vec<Window>],
        progress: &mut dyn FnMut(usize, usize),
    ) -> Result<Array2<f32>, ModelError> {
        let flat: Vec<&Window> = windows.iter().flatten().collect();
        let owner: Vec<usize> = windows
            .iter()
            .enumerate()
            .flat_map(|(text, of_text)| std::iter::repeat_n(text, of_text.len()))
            .collect();
        let pooled = self.run(&flat, progress)?;
        let mut vectors = Array2::zeros((windows.len(), self.card.dimensions));
        for ((window, &text), row) in flat.iter().zip(&owner).zip(pooled.rows()) {
            // Windows weigh by their tokens, as if the mean had run over the whole text.
            vectors
                .row_mut(text)
                .scaled_add(window.ids.len() as f32, &row);
        }
        if self.card.normalize {
            for mut row in vectors.rows_mut() {
                let length = row.dot(&row).sqrt().max(1e-12);
                row /= length;
            }
        } else {
            let mut totals = vec![0_usize; windows.len()];
            for (window, &text) in flat.iter().zip(&owner) {
                totals[text] += window.ids.len();
            }
            for (mut row, total) in vectors.rows_mut().into_iter().zip(totals) {
                row /= total as f32;
            }
        }
        Ok(vectors)
    }

    /// Pooled vectors of windows, in their order.
    fn run(
        &mut self,
        windows: &[&Window],
        progress: &mut dyn FnMut(usize, usize),
    ) -> Result<Array2<f32>, ModelError> {
        let lengths: Vec<usize> = windows.iter().map(|w| w.ids.len()).collect();
        let plan = batch::plan(&lengths, self.settings.token_budget);
        let stopped = || ModelError::Inference("the model's threads have stopped".into());
        let jobs = self.jobs.as_ref().ok_or_else(stopped)?;
        let send = |index: usize| {
            let mut batch = Batch::default();
            for &window in &plan[index] {
                batch.push(&windows[window].ids);
            }
            jobs.send(Job { index, batch }).map_err(|_| stopped())
        };
        // A few batches wait for each replica; the rest are built as those come back.
        let ahead = plan.len().min(self.replicas.len() * 3);
        (0..ahead).try_for_each(send)?;
        let mut pooled = Array2::zeros((windows.len(), self.card.dimensions));
        let mut finished = 0;
        let mut failed = None;
        for received in 0..plan.len() {
            if failed.is_some() && received >= ahead {
                break;
            }
            let done = self.done.recv().map_err(|_| stopped())?;
            match done.vectors {
                Ok(vectors) => {
                    for (&window, row) in plan[done.index].iter().zip(vectors.rows()) {
                        pooled.row_mut(window).assign(&row);
                    }
                }
                Err(error) => failed = failed.or(Some(error)),
            }
            finished += plan[done.index].len();
            progress(finished, windows.len());
            if failed.is_none() && received + ahead < plan.len() {
                send(received + ahead)?;
            }
        }
        failed.map_or(Ok(pooled), Err)
    }
}

impl Drop for Embedder {
    fn drop(&mut self) {
        // Without a sender the replicas' queue ends, and so do they.
        self.jobs = None;
        for replica in self.replicas.drain(..) {
            let _ = replica.join();
        }
    }
}

/// The distinct texts in order of first use, and for each text its place among them.
fn distinct<'a>(texts: &[&'a str]) -> (Vec<&'a str>, Vec<usize>) {
    let mut places: HashMap<&str, usize> = HashMap::with_capacity(texts.len());
    let mut distinct = Vec::new();
    let of_text = texts
        .iter()
        .map(|&text| {
            *places.entry(text).or_insert_with(|| {
                distinct.push(text);
                distinct.len() - 1
            })
        })
        .collect();
    (distinct, of_text)
}

/// A replica's life: make the encoder, say so, then work until the queue ends.
fn serve(
    make: Factory,
    ready: &Sender<Result<(), ModelError>>,
    queue: &Receiver<Job>,
    results: &Sender<Done>,
) {
    let mut encoder = match make() {
        Ok(encoder) => encoder,
        Err(error) => {
            let _ = ready.send(Err(error));
            return;
        }
    };
    let _ = ready.send(Ok(()));
    for job in queue {
        // The library below panics where it should return; a batch must come back all the same.
        let vectors =
            std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| encoder.encode(&job.batch)))
                .unwrap_or_else(|panic| Err(ModelError::Inference(panic_text(panic.as_ref()))));
        if results
            .send(Done {
                index: job.index,
                vectors,
            })
            .is_err()
        {
            return;
        }
    }
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    panic
        .downcast_ref::<String>()
        .cloned()
        .or_else(|| panic.downcast_ref::<&str>().map(|&text| text.to_owned()))
        .unwrap_or_else(|| "it panicked".into())
}

#[cfg(feature = "torch")]
fn factories(card: &Card, replicas: usize) -> Result<Vec<Factory>, ModelError> {
    crate::torch::factories(card, replicas)
}

#[cfg(not(feature = "torch"))]
fn factories(_: &Card, _: usize) -> Result<Vec<Factory>, ModelError> {
    Err(ModelError::NoBackend)
}
