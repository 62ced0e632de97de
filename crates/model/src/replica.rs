//! One replica of the model: a thread that tokenizes its chunks and runs its own encoder on them.

use std::sync::Arc;

use crossbeam_channel::{Receiver, Sender};
use ndarray::Array2;

use crate::chunk::Chunk;
use crate::finish::Finish;
use crate::subwords::{Counts, Fed, Framing};
use crate::{Batch, Encoder, Factory, ModelError, Subwords, Window, batch};

/// What all replicas share.
pub(crate) struct Shared {
    pub(crate) subwords: Subwords,
    pub(crate) framing: Framing,
    pub(crate) finish: Finish,
    pub(crate) token_budget: usize,
    pub(crate) dimensions: usize,
}

/// A chunk, and where its results go.
pub(crate) struct Job {
    pub(crate) chunk: Chunk,
    pub(crate) reply: Sender<Done>,
}

/// What became of a chunk.
pub(crate) struct Done {
    pub(crate) places: Vec<usize>,
    pub(crate) outcome: Result<Embedded, ModelError>,
}

/// A chunk's texts, embedded.
pub(crate) struct Embedded {
    /// A row a text.
    pub(crate) vectors: Array2<f32>,
    pub(crate) counts: Vec<Counts>,
}

/// A replica's life: make the encoder, say whether it pads, then work until the queue ends.
pub(crate) fn serve(
    make: Factory,
    shared: &Arc<Shared>,
    ready: &Sender<Result<bool, ModelError>>,
    queue: &Receiver<Job>,
) {
    let mut encoder = match guarded(make) {
        Ok(encoder) => encoder,
        Err(error) => {
            let _ = ready.send(Err(error));
            return;
        }
    };
    let _ = ready.send(Ok(encoder.pads()));
    for Job { chunk, reply } in queue {
        let outcome = guarded(|| embed(&chunk, shared, encoder.as_mut()));
        // Nobody listens once a run has failed; the rest of the queue is another run's.
        let _ = reply.send(Done {
            places: chunk.places,
            outcome,
        });
    }
}

fn embed(
    chunk: &Chunk,
    shared: &Shared,
    encoder: &mut dyn Encoder,
) -> Result<Embedded, ModelError> {
    let fed: Vec<Fed> = chunk
        .texts()
        .map(|text| shared.subwords.feed(text, &shared.framing))
        .collect::<Result<_, _>>()?;
    let windows: Vec<&Window> = fed.iter().flat_map(|text| &text.windows).collect();
    let pooled = encode(&windows, shared.token_budget, encoder)?;
    let tokens: Vec<Vec<usize>> = fed
        .iter()
        .map(|text| text.windows.iter().map(|w| w.ids.len()).collect())
        .collect();
    let vectors = shared
        .finish
        .apply(pooled.view(), &tokens, shared.dimensions)
        .ok_or_else(|| {
            ModelError::Inference(format!(
                "vectors of {} numbers don't become the {} that the model's card says",
                pooled.ncols(),
                shared.dimensions
            ))
        })?;
    Ok(Embedded {
        vectors,
        counts: fed.iter().map(Fed::counts).collect(),
    })
}

/// Pooled vectors of windows, in their order.
fn encode(
    windows: &[&Window],
    budget: usize,
    encoder: &mut dyn Encoder,
) -> Result<Array2<f32>, ModelError> {
    let lengths: Vec<usize> = windows.iter().map(|window| window.ids.len()).collect();
    let mut all: Option<Array2<f32>> = None;
    for members in batch::plan(&lengths, budget, encoder.pads()) {
        let mut batch = Batch::default();
        for &window in &members {
            batch.push(&windows[window].ids);
        }
        let pooled = encoder.encode(&batch)?;
        if pooled.nrows() != members.len() {
            return Err(ModelError::Inference(format!(
                "{} sequences gave {} vectors",
                members.len(),
                pooled.nrows()
            )));
        }
        let all = all.get_or_insert_with(|| Array2::zeros((windows.len(), pooled.ncols())));
        for (&window, row) in members.iter().zip(pooled.rows()) {
            all.row_mut(window).assign(&row);
        }
    }
    Ok(all.unwrap_or_default())
}

/// The libraries below panic where they should return; a chunk must come back all the same.
pub(crate) fn guarded<T>(work: impl FnOnce() -> Result<T, ModelError>) -> Result<T, ModelError> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(work))
        .unwrap_or_else(|panic| Err(ModelError::Inference(panic_text(panic.as_ref()))))
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    panic
        .downcast_ref::<String>()
        .cloned()
        .or_else(|| panic.downcast_ref::<&str>().map(|&text| text.to_owned()))
        .unwrap_or_else(|| "it panicked".into())
}
