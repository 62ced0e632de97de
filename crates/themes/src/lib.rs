//! Zero-shot themes: a codebook says what to look for, a scorer says how much of it a unit holds.
//!
//! A unit is a sentence, paragraph, section or document. Every score of every theme is kept; the
//! winner is only the first in rank, and "none of these" competes like any theme.

mod adapt;
mod codebook;
mod embedding;
mod measures;
mod nli;
mod profile;
mod rank;
mod scorer;

pub use adapt::{AdaptedScorer, NotAdapted};
pub use codebook::{Codebook, CodebookError, Theme};
pub use embedding::EmbeddingScorer;
pub use measures::{ClassMeasures, Confusion};
pub use nli::{NliScorer, scores as nli_scores};
pub use profile::profile;
pub use rank::{NONE, Ranked, ranks, winner};
pub use scorer::{Scorer, ThemeError, Units};
