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

/// The bytes of a file, once they are what the card says.
///
/// # Errors
/// Those of [`require_file`].
pub(crate) fn read(card: &Card, name: &str) -> Result<Vec<u8>, ModelError> {
    let path = card.path_of(name);
    let model = card.name.clone();
    let listed = card.files.iter().find(|file| file.path == name);
    let Some(file) = listed.filter(|_| path.is_file()) else {
        return Err(ModelError::MissingWeights { model, path });
    };
    let bytes = fs_err::read(&path)?;
    match difference(file, bytes.len() as u64, || Ok(hash(&bytes)))? {
        None => Ok(bytes),
        Some(what) => Err(ModelError::Corrupted { model, path, what }),
    }
}

/// Compares a file with what the card says of it.
pub(crate) fn state(path: &Path, file: &WeightFile) -> Result<FileState, ModelError> {
    if !path.is_file() {
        return Ok(FileState::Missing);
    }
    let bytes = fs_err::metadata(path)?.len();
    let found = difference(file, bytes, || hash_file(path))?;
    Ok(found.map_or(FileState::Good, FileState::Corrupted))
}

/// How contents differ from what the card says; they are hashed only where their size is right.
fn difference(
    file: &WeightFile,
    bytes: u64,
    hash: impl FnOnce() -> Result<String, ModelError>,
) -> Result<Option<String>, ModelError> {
    if bytes != file.bytes {
        return Ok(Some(format!("{bytes} bytes, not {}", file.bytes)));
    }
    let found = hash()?;
    Ok((found != file.sha256).then(|| format!("sha256 {found}, not {}", file.sha256)))
}

/// The SHA-256 of bytes, in hex.
pub(crate) fn hash(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// The SHA-256 of a file, in hex.
pub(crate) fn hash_file(path: &Path) -> Result<String, ModelError> {
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
