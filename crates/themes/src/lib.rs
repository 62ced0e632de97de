//! Zero-shot themes: a codebook says what to look for, a scorer says how much of it a unit holds.
//!
//! A unit is a sentence, paragraph, section or document. Every score of every theme is kept; the
//! winner is only the first in rank, and "none of these" competes like any theme.

mod adapt;
mod aggregate;
mod agreement;
mod calibration;
mod cascade;
mod codebook;
mod dictionary;
mod ece;
mod embedding;
mod lexicon;
mod measures;
mod nli;
mod overlap;
mod profile;
mod rank;
mod scorer;
mod typical;

pub use adapt::{AdaptedScorer, NotAdapted};
pub use aggregate::{Aggregate, aggregate, aggregates};
pub use agreement::Agreement;
pub use calibration::{
    Calibrated, Calibration, CalibrationFile, CalibrationFileError, NotCalibrated, Quality, Report,
    Scale, null_input, prior_matching,
};
pub use cascade::{CascadeScorer, Recall};
pub use codebook::{Codebook, CodebookError, Theme};
pub use dictionary::LexiconError;
pub use ece::ece;
pub use embedding::EmbeddingScorer;
pub use lexicon::LexiconScorer;
pub use measures::{ClassMeasures, Confusion};
pub use nli::{NliScorer, scores as nli_scores};
pub use overlap::{Overlap, overlaps};
pub use profile::profile;
pub use rank::{NONE, Ranked, ranks, winner};
pub use scorer::{Scorer, ThemeError, Units};
pub use typical::{Examples, Won, examples};
