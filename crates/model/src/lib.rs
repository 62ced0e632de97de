//! Models: their cards and weights, their tokenizer, and the encoder that turns token ids into
//! vectors.
//!
//! This is the only crate that names an ML library. Callers see texts go in and vectors come out of
//! an [`Embedder`]; the model itself lives on threads of its own, behind [`Encoder`].

mod backend;
mod batch;
mod card;
mod choice;
mod chunk;
mod classifier;
mod classifiers;
mod dense;
mod distinct;
mod embedder;
mod error;
mod files;
mod finish;
mod layout;
mod memory;
mod nli;
mod packed;
mod pool;
mod pooling;
mod prompt;
mod pull;
mod replica;
mod static_table;
mod subwords;
mod tensors;
#[cfg(feature = "torch")]
mod torch;
mod weights;

pub use batch::Batch;
pub use card::{Card, Source, WeightFile, cards, find, from_folder};
pub use choice::{Backend, Device, Precision, Running};
pub use classifier::{PairBatch, SequenceClassifier};
pub use dense::{Dense, DenseActivation};
pub use embedder::{Embedder, EmbedderSettings, Ledger, Sink};
pub use error::ModelError;
pub use layout::{Activation, Architecture, Hyper, Layout};
pub use memory::{Memory, Remembered};
pub use nli::{NliLabels, NliModel, NliSettings, PairLogits};
pub use pooling::Pooling;
pub use pull::pull;
pub use subwords::{Subword, Subwords, Window};
pub use weights::{FileState, inspect, require, require_file};

use ndarray::Array2;

/// The tokenizer among a model's files.
pub const TOKENIZER: &str = "tokenizer.json";

/// Turns batches of token ids into one pooled vector a sequence.
///
/// An implementation runs on one core and lives on the thread that made it.
pub trait Encoder {
    /// Pooled vectors, not normalized: one row of [`Card::dimensions`] a sequence of the batch.
    ///
    /// # Errors
    /// [`ModelError::Inference`] when the library below fails.
    fn encode(&mut self, batch: &Batch) -> Result<Array2<f32>, ModelError>;

    /// Whether it pads a batch to its longest sequence, so that alike ones should go together.
    fn pads(&self) -> bool;
}

/// Makes one replica's encoder, on the thread that will use it.
pub(crate) type Factory = pool::Maker<Box<dyn Encoder>>;
