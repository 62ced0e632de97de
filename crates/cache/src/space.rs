//! The vectors of one space.

use rusqlite::{Connection, OptionalExtension, Row, Transaction, TransactionBehavior, params};

use crate::{CacheError, Entry, Key, SpaceKey, Store};

/// A handle for the vectors of one space. It can be sent to other threads and keeps the store open.
#[derive(Debug, Clone)]
pub struct Space {
    store: Store,
    key: SpaceKey,
    label: String,
    dimensions: usize,
}

impl Space {
    pub(crate) fn new(store: Store, key: SpaceKey, label: &str, dimensions: usize) -> Self {
        Self {
            store,
            key,
            label: label.to_owned(),
            dimensions,
        }
    }

    /// The key of a text in this space.
    pub fn key(&self, text: &str) -> Key {
        Key::new(&self.key, text)
    }

    /// What is stored under these keys, in their order, all seen at one moment.
    ///
    /// An entry that isn't what was once put is removed, and absent.
    ///
    /// # Errors
    /// When the file can't be read, or has the space with other dimensions.
    pub fn get(&self, keys: &[Key]) -> Result<Vec<Option<Entry>>, CacheError> {
        let mut connection = self.store.connection();
        let mut bad = Vec::new();
        let found = self.read(&mut connection, keys, &mut bad)?;
        if !bad.is_empty() {
            self.remove(&mut connection, &bad)?;
        }
        Ok(found)
    }

    /// Stores entries, all or none. What is stored under a key stays.
    ///
    /// # Errors
    /// [`CacheError::Length`] when a vector doesn't fit the space, else when the file can't be
    /// written or has the space with other dimensions.
    pub fn put(&self, entries: &[(Key, Entry)]) -> Result<(), CacheError> {
        let mut lengths = entries.iter().map(|(_, entry)| entry.vector.len());
        if let Some(found) = lengths.find(|length| *length != self.dimensions) {
            return Err(CacheError::Length {
                label: self.label.clone(),
                expected: self.dimensions,
                found,
            });
        }
        if entries.is_empty() {
            return Ok(());
        }
        let mut connection = self.store.connection();
        let transaction = self.begin(&mut connection, TransactionBehavior::Immediate)?;
        let id = match self.id(&transaction)? {
            Some(id) => id,
            None => self.of(self.register(&transaction))?,
        };
        self.of(insert(&transaction, id, entries))?;
        self.of(transaction.commit())
    }

    /// Adds to `bad` the keys whose rows are damaged.
    fn read(
        &self,
        connection: &mut Connection,
        keys: &[Key],
        bad: &mut Vec<Key>,
    ) -> Result<Vec<Option<Entry>>, CacheError> {
        let transaction = self.begin(connection, TransactionBehavior::Deferred)?;
        match self.id(&transaction)? {
            Some(id) => self.of(select(&transaction, id, self.dimensions, keys, bad)),
            None => Ok(vec![None; keys.len()]),
        }
    }

    fn remove(&self, connection: &mut Connection, keys: &[Key]) -> Result<(), CacheError> {
        let transaction = self.begin(connection, TransactionBehavior::Immediate)?;
        if let Some(id) = self.id(&transaction)? {
            for key in keys {
                let removed = transaction.execute(
                    "DELETE FROM vectors WHERE space = ? AND key = ?",
                    params![id, key.0],
                );
                self.of(removed)?;
            }
        }
        self.of(transaction.commit())
    }

    /// The space's number in the file, asked in each transaction: another process may clear the
    /// cache at any time, and numbers are given anew.
    fn id(&self, transaction: &Transaction<'_>) -> Result<Option<i64>, CacheError> {
        let known: rusqlite::Result<Option<(i64, usize)>> = transaction
            .query_row(
                "SELECT id, dimensions FROM spaces WHERE key = ?",
                [self.key.0],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .optional();
        match self.of(known)? {
            Some((_, stored)) if stored != self.dimensions => Err(CacheError::Dimensions {
                path: self.store.path().to_owned(),
                label: self.label.clone(),
                stored,
                asked: self.dimensions,
            }),
            known => Ok(known.map(|(id, _)| id)),
        }
    }

    fn register(&self, transaction: &Transaction<'_>) -> rusqlite::Result<i64> {
        transaction.execute(
            "INSERT INTO spaces (key, label, dimensions) VALUES (?, ?, ?)",
            params![self.key.0, self.label, self.dimensions],
        )?;
        Ok(transaction.last_insert_rowid())
    }

    fn begin<'c>(
        &self,
        connection: &'c mut Connection,
        behavior: TransactionBehavior,
    ) -> Result<Transaction<'c>, CacheError> {
        self.of(connection.transaction_with_behavior(behavior))
    }

    fn of<T>(&self, result: rusqlite::Result<T>) -> Result<T, CacheError> {
        result.map_err(|error| CacheError::of(self.store.path(), error))
    }
}

fn select(
    transaction: &Transaction<'_>,
    id: i64,
    dimensions: usize,
    keys: &[Key],
    bad: &mut Vec<Key>,
) -> rusqlite::Result<Vec<Option<Entry>>> {
    let mut statement = transaction.prepare_cached(
        "SELECT subwords, windows, checksum, vector FROM vectors WHERE space = ? AND key = ?",
    )?;
    let mut found = Vec::with_capacity(keys.len());
    for key in keys {
        let mut rows = statement.query(params![id, key.0])?;
        let Some(row) = rows.next()? else {
            found.push(None);
            continue;
        };
        let entry = decode(key, dimensions, row);
        if entry.is_none() {
            bad.push(*key);
        }
        found.push(entry);
    }
    Ok(found)
}

/// A value of the wrong type is damage too, not an error.
fn decode(key: &Key, dimensions: usize, row: &Row<'_>) -> Option<Entry> {
    let bytes = row.get_ref(3).ok()?.as_blob().ok()?;
    let (subwords, windows, sum) = (row.get(0).ok()?, row.get(1).ok()?, row.get(2).ok()?);
    Entry::from_row(key, dimensions, subwords, windows, bytes, sum)
}

fn insert(
    transaction: &Transaction<'_>,
    id: i64,
    entries: &[(Key, Entry)],
) -> rusqlite::Result<()> {
    let mut statement = transaction.prepare_cached(
        "INSERT OR IGNORE INTO vectors (space, key, subwords, windows, checksum, vector)
         VALUES (?, ?, ?, ?, ?, ?)",
    )?;
    for (key, entry) in entries {
        let (bytes, sum) = entry.to_row(key);
        statement.execute(params![
            id,
            key.0,
            entry.subwords,
            entry.windows,
            sum,
            bytes
        ])?;
    }
    Ok(())
}
