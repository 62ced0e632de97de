//! Vectors that need not be computed again.

use sha2::{Digest, Sha256};

use crate::{Backend, Card, EmbedderSettings, Precision, Running};

/// Keeps vectors between runs. It never fails: one that can't answer knows nothing.
pub trait Memory {
    /// What is known of each text.
    fn recall(&mut self, texts: &[&str]) -> Vec<Option<Remembered>>;

    /// Keeps what was computed.
    fn remember(&mut self, new: Vec<(&str, Remembered)>);
}

/// What is kept of a text.
#[derive(Clone, Debug, PartialEq)]
pub struct Remembered {
    /// Its vector.
    pub vector: Vec<f32>,
    /// Its subwords, special ones and the prompt's apart.
    pub subwords: u32,
    /// Windows it was embedded in.
    pub windows: u32,
}

/// Raised when the same model and settings begin to give other vectors.
const FORMAT: u32 = 1;

/// A name for all that a vector depends on besides its text. `None` where vectors must not be kept:
/// where they depend on their neighbours too, where computing them is faster than looking them up,
/// and where the ends of long texts are cut off, since what is kept says nothing of that.
pub(crate) fn key(card: &Card, settings: &EmbedderSettings, running: &Running) -> Option<[u8; 32]> {
    if !running.batch_invariant || running.backend == Backend::Static || !settings.windows {
        return None;
    }
    // Sums of 16-bit products differ between kinds of processors; all else is the same everywhere.
    let kernels = (running.precision == Precision::Bf16).then_some(&running.kernels);
    let all = serde_json::json!({
        "format": FORMAT,
        "files": card.files,
        "backend": running.backend,
        "precision": running.precision,
        "device": running.device,
        "kernels": kernels,
        "max_length": card.max_length,
        "lower_case": card.lower_case,
        "pooling": card.pooling,
        "normalize": card.normalize || settings.unit_length,
        "prompt": settings.prompt,
    });
    Some(Sha256::digest(all.to_string()).into())
}
