//! Where the cache lies unless told otherwise.

use std::path::PathBuf;

use etcetera::base_strategy::{BaseStrategy, choose_native_strategy};

use crate::CacheError;

/// The environment variable that names the cache's file.
pub const PLACE_VARIABLE: &str = "TIFA_CACHE";

/// The file named by `TIFA_CACHE`, else `tifa/vectors.sqlite` in the system's folder of caches.
///
/// # Errors
/// [`CacheError::NoHome`] when the system tells no such folder.
pub fn default_path() -> Result<PathBuf, CacheError> {
    if let Some(named) = std::env::var_os(PLACE_VARIABLE).filter(|named| !named.is_empty()) {
        return Ok(named.into());
    }
    let system = choose_native_strategy().map_err(|_| CacheError::NoHome)?;
    Ok(system.cache_dir().join("tifa").join("vectors.sqlite"))
}
