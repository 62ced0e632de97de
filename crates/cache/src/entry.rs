//! A vector with its counts, and how it lies in a row.

use sha2::{Digest, Sha256};

use crate::Key;

/// A text's vector, and how the tokenizer saw the text.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The vector.
    pub vector: Vec<f32>,
    /// Subwords of the text.
    pub subwords: u32,
    /// Windows that the text was cut into.
    pub windows: u32,
}

impl Entry {
    /// The vector as little-endian bytes, and the checksum of the row.
    pub(crate) fn to_row(&self, key: &Key) -> (Vec<u8>, i64) {
        let bytes: Vec<u8> = self.vector.iter().flat_map(|x| x.to_le_bytes()).collect();
        let sum = checksum(key, self.subwords, self.windows, &bytes);
        (bytes, sum)
    }

    /// The entry of a row, unless the row isn't the one that was written for this key.
    pub(crate) fn from_row(
        key: &Key,
        dimensions: usize,
        subwords: u32,
        windows: u32,
        bytes: &[u8],
        sum: i64,
    ) -> Option<Self> {
        let (values, rest) = bytes.as_chunks::<4>();
        let is_whole = values.len() == dimensions && rest.is_empty();
        (is_whole && sum == checksum(key, subwords, windows, bytes)).then(|| Self {
            vector: values.iter().map(|x| f32::from_le_bytes(*x)).collect(),
            subwords,
            windows,
        })
    }
}

/// SQLite has no checksum for its pages, so a flipped bit would be a wrong vector.
fn checksum(key: &Key, subwords: u32, windows: u32, vector: &[u8]) -> i64 {
    let hash: [u8; 32] = Sha256::new()
        .chain_update(key.0)
        .chain_update(subwords.to_le_bytes())
        .chain_update(windows.to_le_bytes())
        .chain_update(vector)
        .finalize()
        .into();
    let (first, _) = hash.as_chunks::<8>();
    i64::from_le_bytes(first[0])
}
