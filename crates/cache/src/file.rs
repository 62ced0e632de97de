//! The SQLite file: whose it is, how it is made and opened.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};

use crate::CacheError;

/// Marks the file as ours, in the field that SQLite keeps for that: "Tifa" in ASCII.
const APPLICATION: i32 = i32::from_be_bytes(*b"Tifa");
/// The format of the tables below.
const VERSION: i32 = 1;
/// How long a process waits for others.
const PATIENCE: Duration = Duration::from_secs(60);

/// `UNIQUE (space, key)` also serves to count a space's entries without touching vectors.
const TABLES: &str = "
    CREATE TABLE spaces (
        id INTEGER PRIMARY KEY,
        key BLOB NOT NULL UNIQUE,
        label TEXT NOT NULL,
        dimensions INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE vectors (
        space INTEGER NOT NULL REFERENCES spaces (id),
        key BLOB NOT NULL,
        subwords INTEGER NOT NULL,
        windows INTEGER NOT NULL,
        checksum INTEGER NOT NULL,
        vector BLOB NOT NULL,
        UNIQUE (space, key)
    ) STRICT;
";

/// What stands in the cache's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Absent,
    /// A database of nobody, without tables.
    Empty,
    Ours,
    OtherVersion(i32),
    Foreign,
}

impl Kind {
    /// Refuses what isn't a cache of this version.
    pub(crate) fn require_ours(self, path: &Path) -> Result<(), CacheError> {
        match self {
            Self::Absent | Self::Empty | Self::Ours => Ok(()),
            Self::OtherVersion(found) => Err(CacheError::OtherVersion {
                path: path.to_owned(),
                found,
                known: VERSION,
            }),
            Self::Foreign => Err(CacheError::Foreign {
                path: path.to_owned(),
            }),
        }
    }
}

/// The path that SQLite takes as a file's name whatever it looks like (`:memory:`, `file:…`).
pub(crate) fn absolute(path: &Path) -> Result<PathBuf, CacheError> {
    std::path::absolute(path).map_err(|source| unusable(path, source))
}

pub(crate) fn unusable(path: &Path, source: std::io::Error) -> CacheError {
    CacheError::Unusable {
        path: path.to_owned(),
        source,
    }
}

/// Looks at the file without a change to it or a lock on it.
pub(crate) fn identify(path: &Path) -> Result<Kind, CacheError> {
    match fs_err::metadata(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Kind::Absent),
        Err(error) => return Err(unusable(path, error)),
        Ok(metadata) if !metadata.is_file() => return Ok(Kind::Foreign),
        Ok(metadata) if metadata.len() == 0 => return Ok(Kind::Empty),
        Ok(_) => {}
    }
    match peek(path) {
        Ok(kind) => Ok(kind),
        Err(error) => match CacheError::of(path, error) {
            CacheError::Damaged { .. } => Ok(Kind::Foreign),
            other => Err(other),
        },
    }
}

/// Reading the header as plain bytes would be shorter, but to close a file lifts all POSIX locks
/// that this process has on it, and another store of this process may be at work.
fn peek(path: &Path) -> rusqlite::Result<Kind> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
    let connection = Connection::open_with_flags(immutable_uri(path), flags)?;
    // Without it a file shorter than its header says has no readable header. That may be damage,
    // or a checkpoint under way.
    connection.pragma_update(None, "writable_schema", true)?;
    kind(&connection)
}

fn immutable_uri(path: &Path) -> String {
    let root = if cfg!(windows) { "/" } else { "" };
    let bytes = path.as_os_str().as_encoded_bytes();
    let path: String = bytes.iter().map(|byte| escaped(*byte)).collect();
    format!("file://{root}{path}?immutable=1")
}

fn escaped(byte: u8) -> String {
    match byte {
        b'\\' if cfg!(windows) => "/".to_owned(),
        b'/' | b':' | b'.' | b'-' | b'_' => char::from(byte).into(),
        _ if byte.is_ascii_alphanumeric() => char::from(byte).into(),
        _ => format!("%{byte:02X}"),
    }
}

fn kind(connection: &Connection) -> rusqlite::Result<Kind> {
    let number = |query| connection.query_row(query, [], |row| row.get::<_, i32>(0));
    let version = number("PRAGMA user_version")?;
    match number("PRAGMA application_id")? {
        APPLICATION if version == VERSION => Ok(Kind::Ours),
        APPLICATION => Ok(Kind::OtherVersion(version)),
        0 if version == 0 && number("SELECT count(*) FROM sqlite_schema")? == 0 => Ok(Kind::Empty),
        _ => Ok(Kind::Foreign),
    }
}

/// A connection that waits for other processes, to a file that may be anything.
pub(crate) fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(PATIENCE)?;
    Ok(connection)
}

/// Makes the tables where there are none, and sets the connection up for work.
pub(crate) fn prepare(connection: &mut Connection, path: &Path) -> Result<(), CacheError> {
    let of = |error| CacheError::of(path, error);
    // Five vectors of 384 dimensions a page; SQLite's own 4 KiB would leave a quarter empty.
    connection
        .pragma_update(None, "page_size", 8192)
        .map_err(of)?;
    // Asked again, since only now is seen what a journal holds.
    if kind(connection).map_err(of)? == Kind::Empty {
        create(connection).map_err(of)?;
    }
    kind(connection).map_err(of)?.require_ours(path)?;
    let mode = enter_wal(connection).map_err(of)?;
    if mode != "wal" {
        return Err(CacheError::Unshareable {
            path: path.to_owned(),
            mode,
        });
    }
    // With WAL, NORMAL can lose the last entries when the power fails, but never the file.
    connection
        .execute_batch(
            "PRAGMA synchronous = NORMAL;
             PRAGMA cache_size = -65536;
             PRAGMA journal_size_limit = 67108864;",
        )
        .map_err(of)
}

/// In one transaction with the mark, so that a killed process leaves all of it or nothing.
fn create(connection: &mut Connection) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have been first.
    if kind(&transaction)? == Kind::Empty {
        transaction.execute_batch(TABLES)?;
        transaction.pragma_update(None, "application_id", APPLICATION)?;
        transaction.pragma_update(None, "user_version", VERSION)?;
    }
    transaction.commit()
}

/// SQLite doesn't wait by itself when processes enter WAL at the same moment.
fn enter_wal(connection: &Connection) -> rusqlite::Result<String> {
    let start = Instant::now();
    loop {
        match connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0)) {
            Err(error)
                if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
                    && start.elapsed() < PATIENCE =>
            {
                std::thread::sleep(Duration::from_millis(5));
            }
            other => return other,
        }
    }
}
