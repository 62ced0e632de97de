//! What can go wrong with the cache, and what to do then.

use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

/// An error of the vector cache.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CacheError {
    /// The system tells no folder for caches.
    #[error(
        "the system tells no home folder to keep the vector cache in; name a file with TIFA_CACHE"
    )]
    NoHome,
    /// The folder of the cache can't be made or looked into.
    #[error("can't keep the vector cache at {}; name another file with TIFA_CACHE, or mend its permissions", path.display())]
    Unusable {
        /// The cache's file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// There is something else in the cache's place.
    #[error("{} is no vector cache of tifa, so it is left as it is; name another file with TIFA_CACHE", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// Another version of tifa made the cache.
    #[error(
        "the vector cache {} has format {found}, and this tifa knows format {known}; empty it with `tifa cache clear`, or name another file with TIFA_CACHE",
        path.display()
    )]
    OtherVersion {
        /// The cache's file.
        path: PathBuf,
        /// The format that it says it has.
        found: i32,
        /// The format that this build reads and writes.
        known: i32,
    },
    /// The file is a cache, but can't be read.
    #[error(
        "the vector cache {} is damaged; empty it with `tifa cache clear`, or name another file with TIFA_CACHE",
        path.display()
    )]
    Damaged {
        /// The cache's file.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// Another process didn't let go of the cache.
    #[error("another process has kept the vector cache {} locked for a minute; try again when it is done, or name another file with TIFA_CACHE", path.display())]
    Busy {
        /// The cache's file.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// The file system can't let processes share the cache.
    #[error("processes can't share the vector cache {} (its journal is {mode:?}, not \"wal\"); name a file on a local disk with TIFA_CACHE", path.display())]
    Unshareable {
        /// The cache's file.
        path: PathBuf,
        /// The journal that SQLite has there.
        mode: String,
    },
    /// A vector isn't of the length that its space has.
    #[error(
        "vectors of {label:?} have {expected} dimensions, this one has {found}; nothing was put"
    )]
    Length {
        /// The space's label.
        label: String,
        /// Dimensions of the space.
        expected: usize,
        /// Length of the vector.
        found: usize,
    },
    /// The space is known with other dimensions: its key leaves something out.
    #[error(
        "the vector cache {} has {stored} dimensions for {label:?}, not {asked}; empty it with `tifa cache clear`, or name another file with TIFA_CACHE",
        path.display()
    )]
    Dimensions {
        /// The cache's file.
        path: PathBuf,
        /// The space's label.
        label: String,
        /// Dimensions in the cache.
        stored: usize,
        /// Dimensions of the space that was asked for.
        asked: usize,
    },
    /// SQLite failed otherwise.
    #[error("can't use the vector cache {}; name another file with TIFA_CACHE if this stays", path.display())]
    Sqlite {
        /// The cache's file.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
}

impl CacheError {
    /// Says what SQLite's error means for the cache at `path`.
    pub(crate) fn of(path: &Path, source: rusqlite::Error) -> Self {
        let path = path.to_owned();
        match source.sqlite_error_code() {
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                Self::Damaged { path, source }
            }
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                Self::Busy { path, source }
            }
            _ => Self::Sqlite { path, source },
        }
    }
}
