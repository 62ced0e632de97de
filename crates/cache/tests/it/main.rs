//! What the cache promises, whoever else uses it or breaks its file.

mod clearing;
mod damage;
mod processes;
mod refusals;
mod round_trip;

use std::path::{Path, PathBuf};

use cache::{Entry, Key, Space, SpaceKey, Store};
use tempfile::TempDir;

const DIMENSIONS: usize = 16;

/// A folder and a place for a cache in it, with signs that a URI would trip over.
fn place() -> (TempDir, PathBuf) {
    let home = tempfile::tempdir().expect("a folder");
    let path = home.path().join("new folder/100% #1? 提法.sqlite");
    (home, path)
}

fn space(store: &Store) -> Space {
    let key = SpaceKey::new(&["a model", "packed", "f32"]);
    store.space(key, "a model packed f32", DIMENSIONS)
}

/// The one right entry of a number.
fn entry(number: u32) -> Entry {
    let vector = (0..DIMENSIONS as u32).map(|i| (number * 31 + i) as f32 / 7.0);
    Entry {
        vector: vector.collect(),
        subwords: number % 256,
        windows: 1 + number % 3,
    }
}

fn key(space: &Space, number: u32) -> Key {
    space.key(&format!("sentence {number}"))
}

fn keys(space: &Space, numbers: impl IntoIterator<Item = u32>) -> Vec<Key> {
    numbers.into_iter().map(|n| key(space, n)).collect()
}

fn put(space: &Space, numbers: impl IntoIterator<Item = u32>) {
    let entries: Vec<(Key, Entry)> = numbers
        .into_iter()
        .map(|n| (key(space, n), entry(n)))
        .collect();
    space.put(&entries).expect("put");
}

/// Counts the entries of numbers below `end`; each must be the right one.
fn count_right(space: &Space, end: u32) -> usize {
    let found = space.get(&keys(space, 0..end)).expect("read");
    assert_eq!(found.len(), end as usize);
    let mut count = 0;
    for (number, found) in (0..).zip(found) {
        if let Some(found) = found {
            assert_eq!(found, entry(number), "sentence {number}");
            count += 1;
        }
    }
    count
}

fn assert_sound(path: &Path) {
    let connection = rusqlite::Connection::open(path).expect("a database");
    let said: String = connection
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .expect("a check");
    assert_eq!(said, "ok");
}
