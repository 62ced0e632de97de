//! Why a run could not be done.

use model::ModelError;
use report::ReportError;
use source::SourceError;
use themes::ThemeError;

/// An error that ends a run. One bad article never does.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PipelineError {
    /// The inputs can't be found.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The model can't be used.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// Themes can't be scored.
    #[error(transparent)]
    Theme(#[from] ThemeError),
    /// Results can't be written.
    #[error(transparent)]
    Report(#[from] ReportError),
    /// No article is left to work on.
    #[error(
        "none of the {found} articles could be used, for the reasons told above; nothing was written"
    )]
    NothingLeft {
        /// Articles found and left out.
        found: usize,
    },
    /// Threads can't be started.
    #[error("can't start {threads} threads: {what}; ask for fewer with --threads")]
    Threads {
        /// How many were asked for.
        threads: usize,
        /// What the system said.
        what: String,
    },
}
