//! A model's files by name: those its card lists, each checked as it is read, or those of a folder
//! that has no card yet, each described as it is read.

use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

use crate::{Card, ModelError, WeightFile, weights};

/// The files of one model.
pub(crate) struct Files<'a> {
    from: From<'a>,
    described: Vec<WeightFile>,
}

enum From<'a> {
    Card(&'a Card),
    Folder(&'a Path),
}

impl<'a> Files<'a> {
    pub(crate) fn of_card(card: &'a Card) -> Self {
        Self {
            from: From::Card(card),
            described: Vec::new(),
        }
    }

    pub(crate) fn of_folder(dir: &'a Path) -> Self {
        Self {
            from: From::Folder(dir),
            described: Vec::new(),
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        match self.from {
            From::Card(card) => card.path_of(name),
            From::Folder(dir) => dir.join(name),
        }
    }

    /// Whether the model has a file of this name: what the card doesn't list isn't the model's.
    pub(crate) fn has(&self, name: &str) -> bool {
        match self.from {
            From::Card(card) => card.files.iter().any(|file| file.path == name),
            From::Folder(dir) => dir.join(name).is_file(),
        }
    }

    pub(crate) fn read(&mut self, name: &str) -> Result<Vec<u8>, ModelError> {
        match self.from {
            From::Card(card) => weights::read(card, name),
            From::Folder(dir) => {
                let bytes = fs_err::read(dir.join(name))?;
                self.note(name, bytes.len() as u64, weights::hash(&bytes));
                Ok(bytes)
            }
        }
    }

    /// A file of JSON, or nothing where the model has none of this name.
    pub(crate) fn json<T: DeserializeOwned>(
        &mut self,
        name: &str,
    ) -> Result<Option<T>, ModelError> {
        if !self.has(name) {
            return Ok(None);
        }
        let bytes = self.read(name)?;
        serde_json::from_slice(&bytes)
            .map(Some)
            .map_err(|e| self.unusable(name, e.to_string()))
    }

    /// Describes a file without keeping its bytes.
    pub(crate) fn describe(&mut self, name: &str) -> Result<(), ModelError> {
        let path = self.path(name);
        let bytes = fs_err::metadata(&path)?.len();
        let sha256 = weights::hash_file(&path)?;
        self.note(name, bytes, sha256);
        Ok(())
    }

    /// The hash of a file that was read or described of a folder.
    pub(crate) fn sha256(&self, name: &str) -> Option<&str> {
        let found = self.described.iter().find(|file| file.path == name);
        found.map(|file| file.sha256.as_str())
    }

    /// All that was read or described of a folder, in that order.
    pub(crate) fn described(self) -> Vec<WeightFile> {
        self.described
    }

    /// The error that says why a file can't be used.
    pub(crate) fn unusable(&self, name: &str, what: impl Into<String>) -> ModelError {
        ModelError::Layout {
            path: self.path(name),
            what: what.into(),
        }
    }

    fn note(&mut self, name: &str, bytes: u64, sha256: String) {
        if self.described.iter().all(|file| file.path != name) {
            self.described.push(WeightFile {
                path: name.to_owned(),
                bytes,
                sha256,
            });
        }
    }
}
