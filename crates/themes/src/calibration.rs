//! Scores set right for a corpus, or by a reader's labels.

mod file;
mod labels;
mod newton;
pub mod null_input;
pub mod prior_matching;
mod scale;
mod scaling;

pub use file::{Calibrated, CalibrationFile, CalibrationFileError};
pub use labels::{Calibration, NotCalibrated, Quality, Report};
pub use scale::Scale;
