//! The store as a whole.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;

use crate::{CacheError, Space, SpaceKey, file};

/// An open cache. Clones share one connection; threads take turns.
#[derive(Debug, Clone)]
pub struct Store {
    path: Arc<Path>,
    connection: Arc<Mutex<Connection>>,
}

/// What a cache holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stats {
    /// Entries of all spaces.
    pub entries: u64,
    /// Bytes of the file and its journal.
    pub bytes_on_disk: u64,
    /// The spaces, in the order in which they came.
    pub spaces: Vec<SpaceStats>,
}

/// What a cache holds of one space.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpaceStats {
    /// The label it was first used with.
    pub label: String,
    /// Its entries.
    pub entries: u64,
    /// Dimensions of its vectors.
    pub dimensions: usize,
}

impl Store {
    /// Opens the cache at `path`, or makes it with its folders.
    ///
    /// # Errors
    /// When something else stands there, or a cache of another version, or a damaged one; it stays
    /// as it is.
    pub fn open(path: &Path) -> Result<Self, CacheError> {
        let path = file::absolute(path)?;
        file::identify(&path)?.require_ours(&path)?;
        if let Some(parent) = path.parent() {
            fs_err::create_dir_all(parent).map_err(|source| file::unusable(&path, source))?;
        }
        let mut connection = file::connect(&path).map_err(|e| CacheError::of(&path, e))?;
        file::prepare(&mut connection, &path)?;
        Ok(Self {
            path: path.into(),
            connection: Arc::new(Mutex::new(connection)),
        })
    }

    /// Where the cache lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A handle for the vectors of one space. `label` is for people; the first one stays.
    pub fn space(&self, key: SpaceKey, label: &str, dimensions: usize) -> Space {
        Space::new(self.clone(), key, label, dimensions)
    }

    /// Counts entries and bytes.
    ///
    /// # Errors
    /// When the file can't be read.
    pub fn stats(&self) -> Result<Stats, CacheError> {
        let spaces = read_spaces(&self.connection()).map_err(|e| CacheError::of(&self.path, e))?;
        Ok(Stats {
            entries: spaces.iter().map(|space| space.entries).sum(),
            bytes_on_disk: bytes_on_disk(&self.path)?,
            spaces,
        })
    }

    /// A thread that panicked has left no open transaction: dropping one rolls it back.
    pub(crate) fn connection(&self) -> MutexGuard<'_, Connection> {
        self.connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

fn read_spaces(connection: &Connection) -> rusqlite::Result<Vec<SpaceStats>> {
    let query = "SELECT label, dimensions,
                        (SELECT count(*) FROM vectors WHERE vectors.space = spaces.id)
                 FROM spaces ORDER BY id";
    let mut statement = connection.prepare(query)?;
    let rows = statement.query_map([], |row| {
        Ok(SpaceStats {
            label: row.get(0)?,
            dimensions: row.get(1)?,
            entries: row.get(2)?,
        })
    })?;
    rows.collect()
}

/// Bytes of the file and of the journals that SQLite keeps beside it.
pub(crate) fn bytes_on_disk(path: &Path) -> Result<u64, CacheError> {
    let mut sum = 0;
    for ending in ["", "-wal", "-shm", "-journal"] {
        let mut name = path.as_os_str().to_owned();
        name.push(ending);
        match fs_err::metadata(PathBuf::from(name)) {
            Ok(metadata) => sum += metadata.len(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(file::unusable(path, error)),
        }
    }
    Ok(sum)
}
