//! The vector cache as the embedder's memory. A cache that fails is told, and done without.

use std::path::Path;

use cache::{CacheError, Entry, Key, Space, SpaceKey, Store};
use model::{Embedder, Memory, Remembered};

/// Vectors of earlier runs, until the cache fails.
pub(crate) struct Remembering {
    space: Space,
    failed: Option<CacheError>,
}

impl Remembering {
    /// Opens the cache for what a model makes; `None` where its vectors are not to be kept.
    pub(crate) fn open(path: &Path, embedder: &Embedder) -> Result<Option<Self>, CacheError> {
        let Some(key) = embedder.memory_key() else {
            return Ok(None);
        };
        let store = Store::open(path)?;
        let (card, running) = (embedder.card(), embedder.running());
        let label = format!(
            "{}, {}, {}",
            card.name,
            running.backend.name(),
            running.precision.name()
        );
        Ok(Some(Self {
            space: store.space(SpaceKey(key), &label, card.dimensions),
            failed: None,
        }))
    }

    /// Why the cache was done without, if it was.
    pub(crate) fn failure(self) -> Option<CacheError> {
        self.failed
    }

    /// What `ask` finds, unless the cache fails or has failed before.
    fn unless_failed<T>(&mut self, ask: impl FnOnce(&Space) -> Result<T, CacheError>) -> Option<T> {
        if self.failed.is_some() {
            return None;
        }
        ask(&self.space)
            .map_err(|error| self.failed = Some(error))
            .ok()
    }
}

impl Memory for Remembering {
    fn recall(&mut self, texts: &[&str]) -> Vec<Option<Remembered>> {
        let keys: Vec<Key> = texts.iter().map(|text| self.space.key(text)).collect();
        let found = self.unless_failed(|space| space.get(&keys));
        let Some(found) = found else {
            return vec![None; texts.len()];
        };
        found
            .into_iter()
            .map(|entry| {
                entry.map(|entry| Remembered {
                    vector: entry.vector,
                    subwords: entry.subwords,
                    windows: entry.windows,
                })
            })
            .collect()
    }

    fn remember(&mut self, new: Vec<(&str, Remembered)>) {
        let entries: Vec<(Key, Entry)> = new
            .into_iter()
            .map(|(text, kept)| {
                let entry = Entry {
                    vector: kept.vector,
                    subwords: kept.subwords,
                    windows: kept.windows,
                };
                (self.space.key(text), entry)
            })
            .collect();
        self.unless_failed(|space| space.put(&entries));
    }
}
