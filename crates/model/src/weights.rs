//! Whether a model's files are there and are what the card says.

use std::io::Read;
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::{Card, ModelError, WeightFile};

/// What was found of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileState {
    /// There, with the card's size and hash.
    Good,
    /// Not there.
    Missing,
    /// There, and different: how.
    Corrupted(String),
}

/// Reads and hashes each file of a model, in the card's order.
///
/// # Errors
/// [`ModelError::Io`] when a file is there and can't be read.
pub fn inspect(card: &Card) -> Result<Vec<(&WeightFile, FileState)>, ModelError> {
    card.files
        .iter()
        .map(|file| Ok((file, state(&card.path_of(&file.path), file)?)))
        .collect()
}

/// Makes sure that every file of a model is there and unharmed.
///
/// # Errors
/// [`ModelError::MissingWeights`] or [`ModelError::Corrupted`] for the first that isn't.
pub fn require(card: &Card) -> Result<(), ModelError> {
    card.files
        .iter()
        .try_for_each(|file| require_file(card, &file.path))
}

/// Makes sure that one file of a model is there and unharmed.
///
/// # Errors
/// [`ModelError::MissingWeights`], also for a file that the card doesn't name, or
/// [`ModelError::Corrupted`].
pub fn require_file(card: &Card, name: &str) -> Result<(), ModelError> {
    let path = card.path_of(name);
    let model = card.name.clone();
    let found = match card.files.iter().find(|file| file.path == name) {
        Some(file) => state(&path, file)?,
        None => FileState::Missing,
    };
    match found {
        FileState::Good => Ok(()),
        FileState::Missing => Err(ModelError::MissingWeights { model, path }),
        FileState::Corrupted(what) => Err(ModelError::Corrupted { model, path, what }),
    }
}

/// Compares a file with what the card says of it.
pub(crate) fn state(path: &Path, file: &WeightFile) -> Result<FileState, ModelError> {
    if !path.is_file() {
        return Ok(FileState::Missing);
    }
    let bytes = fs_err::metadata(path)?.len();
    if bytes != file.bytes {
        return Ok(FileState::Corrupted(format!(
            "{bytes} bytes, not {}",
            file.bytes
        )));
    }
    let found = sha256(path)?;
    Ok(if found == file.sha256 {
        FileState::Good
    } else {
        FileState::Corrupted(format!("sha256 {found}, not {}", file.sha256))
    })
}

fn sha256(path: &Path) -> Result<String, ModelError> {
    let mut file = fs_err::File::open(path)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        hasher.update(&buffer[..read]);
    }
    Ok(hex::encode(hasher.finalize()))
}
