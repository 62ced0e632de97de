//! Emptying the cache, whatever state it is in.

use std::path::Path;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, TransactionBehavior};

use crate::file::{self, Kind};
use crate::{CacheError, store};

/// What [`clear`] removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cleared {
    /// Entries that were there; none where the file's version is another or the file is damaged.
    pub entries: Option<u64>,
    /// Bytes given back to the system.
    pub bytes: u64,
}

/// Empties the cache at `path`, also while other processes use it, and also if it is damaged or of
/// another version. An empty cache stays.
///
/// # Errors
/// [`CacheError::Foreign`] when the file isn't a cache, else when it can't be written.
pub fn clear(path: &Path) -> Result<Cleared, CacheError> {
    let path = &file::absolute(path)?;
    let kind = file::identify(path)?;
    if kind == Kind::Absent {
        return Ok(Cleared {
            entries: Some(0),
            bytes: 0,
        });
    }
    let before = store::bytes_on_disk(path)?;
    let entries = match kind.require_ours(path) {
        Ok(()) => match empty(path) {
            Err(CacheError::Damaged { .. }) => reset(path).map(|()| None),
            counted => counted.map(Some),
        },
        Err(CacheError::OtherVersion { .. }) => reset(path).map(|()| None),
        Err(refused) => Err(refused),
    }?;
    Ok(Cleared {
        entries,
        bytes: before.saturating_sub(store::bytes_on_disk(path)?),
    })
}

/// By DELETE and VACUUM, under SQLite's locks: were the file unlinked, a process that has it open
/// could mix the old file with a new one's journal.
fn empty(path: &Path) -> Result<u64, CacheError> {
    let of = |error| CacheError::of(path, error);
    let mut connection = file::connect(path).map_err(of)?;
    file::prepare(&mut connection, path)?;
    let count = delete(&mut connection).map_err(of)?;
    shrink(&connection).map_err(of)?;
    Ok(count)
}

fn delete(connection: &mut Connection) -> rusqlite::Result<u64> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let count = transaction.query_row("SELECT count(*) FROM vectors", [], |row| row.get(0))?;
    transaction.execute_batch("DELETE FROM vectors; DELETE FROM spaces;")?;
    transaction.commit()?;
    Ok(count)
}

/// SQLite's own way to empty a file that it can't read, under the same locks.
fn reset(path: &Path) -> Result<(), CacheError> {
    let of = |error| CacheError::of(path, error);
    let mut connection = file::connect(path).map_err(of)?;
    // SQLite wants to have looked at the schema before; what it says of it doesn't matter.
    let _ = connection.prepare("SELECT count(*) FROM sqlite_schema");
    connection
        .set_db_config(DbConfig::SQLITE_DBCONFIG_RESET_DATABASE, true)
        .map_err(of)?;
    connection.execute_batch("VACUUM").map_err(of)?;
    connection
        .set_db_config(DbConfig::SQLITE_DBCONFIG_RESET_DATABASE, false)
        .map_err(of)?;
    file::prepare(&mut connection, path)?;
    shrink(&connection).map_err(of)
}

/// The file shrinks when the journal is written back. A process that reads for long may prevent
/// that now; then SQLite does it later.
fn shrink(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch("VACUUM")?;
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
}
