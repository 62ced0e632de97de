//! One replica of the model: it tokenizes its chunks and runs its own encoder on them.

use crossbeam_channel::Sender;
use ndarray::Array2;

use crate::chunk::Chunk;
use crate::finish::Finish;
use crate::pool::guarded;
use crate::subwords::{Counts, Fed, Framing};
use crate::{Batch, Encoder, ModelError, Subwords, Window, batch};

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

/// What a replica does with its encoder and a chunk.
pub(crate) fn work(encoder: &mut dyn Encoder, shared: &Shared, Job { chunk, reply }: Job) {
    let outcome = guarded(|| embed(&chunk, shared, encoder));
    // Nobody listens once a run has failed; the rest of the queue is another run's.
    let _ = reply.send(Done {
        places: chunk.places,
        outcome,
    });
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
