//! Tables that may be packed.

use std::io::{BufReader, Read};
use std::path::Path;

use anyhow::Result;

/// A file's contents, unpacked where its name ends in `.gz`.
pub(crate) fn open(path: &Path) -> Result<Box<dyn Read>> {
    let file = BufReader::new(fs_err::File::open(path)?);
    let is_packed = path.extension().is_some_and(|ending| ending == "gz");
    Ok(if is_packed {
        Box::new(flate2::read::MultiGzDecoder::new(file))
    } else {
        Box::new(file)
    })
}
