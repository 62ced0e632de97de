//! Configurations of single types of networks.

use serde::de::DeserializeOwned;

use crate::ModelError;
use crate::files::Files;

/// Reads `config.json` and has it checked; what is said of it names the key.
pub(super) fn read<C: DeserializeOwned, T>(
    files: &mut Files<'_>,
    check: impl FnOnce(C) -> Result<T, String>,
) -> Result<T, ModelError> {
    const CONFIG: &str = "config.json";
    let config = files
        .json(CONFIG)?
        .ok_or_else(|| files.unusable(CONFIG, "the file is missing"))?;
    check(config).map_err(|what| files.unusable(CONFIG, what))
}

/// Refuses a key that says something which no network here does.
pub(super) fn refuse(says: bool, what: &str) -> Result<(), String> {
    if says {
        Err(format!("{what} is not supported"))
    } else {
        Ok(())
    }
}

/// Refuses a count of nothing.
pub(super) fn some(key: &str, count: usize) -> Result<(), String> {
    if count == 0 {
        Err(format!("{key} is 0"))
    } else {
        Ok(())
    }
}

/// The width of a head, where heads share a hidden state evenly.
pub(super) fn head_width(key: &str, heads: usize, hidden: usize) -> Result<usize, String> {
    if heads == 0 || hidden == 0 || !hidden.is_multiple_of(heads) {
        return Err(format!("{key} {heads} can't share {hidden} values"));
    }
    Ok(hidden / heads)
}
