//! Everything a run writes: one output folder, whole or not at all.

mod decimal;
mod folder;
mod spool;
mod table;
pub mod tables;
mod vectors;

pub use decimal::Decimal;
pub use folder::{LoneTable, OutputFolder};
pub use spool::{Spool, Spooled};
pub use table::{Row, Table};
pub use vectors::{MappedVectors, VectorFile, WrittenVectors};

use std::path::PathBuf;

/// An error while writing results.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReportError {
    /// The folder can't be written.
    #[error("can't write results to {}; name another folder with --out, or mend its permissions", path.display())]
    Unwritable {
        /// The output folder asked for.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// There is something else in the folder's place.
    #[error(
        "{} exists and holds no results of tifa (no run.json), so it is left as it is; name another folder with --out",
        path.display()
    )]
    Foreign {
        /// The output folder asked for.
        path: PathBuf,
    },
    /// The folder can't be replaced while somebody stands in it.
    #[error("results can't replace {}, the folder that the command is run in; name a folder below it with --out", path.display())]
    Underfoot {
        /// The output folder asked for.
        path: PathBuf,
    },
    /// A table can't be written.
    #[error("can't write {}", path.display())]
    Table {
        /// The file.
        path: PathBuf,
        /// What the library said.
        source: csv::Error,
    },
    /// Vectors can't be written.
    #[error("can't write {}", path.display())]
    Vectors {
        /// The file.
        path: PathBuf,
        /// What the library said.
        source: ndarray_npy::WriteNpyError,
    },
    /// Vectors that were written can't be read back.
    #[error("can't read back {}", path.display())]
    VectorsRead {
        /// The file.
        path: PathBuf,
        /// What the library said.
        source: ndarray_npy::ViewNpyError,
    },
    /// Writing failed; the message names the path.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}
