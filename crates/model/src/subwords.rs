//! A model's own tokens, with offsets, and the windows that long sentences are cut into.

use std::path::Path;

use tokenizers::Tokenizer;

use crate::ModelError;

/// A model's tokenizer. Padding and truncation are ours: whatever the file says of them is dropped.
pub struct Subwords {
    tokenizer: Tokenizer,
    prefix: Vec<u32>,
    suffix: Vec<u32>,
    max_length: usize,
}

/// A subword and where it stands in its text, in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subword {
    /// The subword as the vocabulary has it, such as "##ing".
    pub piece: String,
    /// Its id.
    pub id: u32,
    /// Offset of its first byte in the text.
    pub start: usize,
    /// Offset behind its last byte.
    pub end: usize,
}

impl Subwords {
    /// Reads a `tokenizer.json`; windows will hold at most `max_length` ids, special ones included.
    ///
    /// # Errors
    /// [`ModelError::Tokenizer`] when the file can't be used.
    pub fn read(path: &Path, max_length: usize) -> Result<Self, ModelError> {
        let unusable = |e: tokenizers::Error| ModelError::Tokenizer {
            path: path.to_owned(),
            what: e.to_string(),
        };
        let mut tokenizer = Tokenizer::from_file(path).map_err(unusable)?;
        tokenizer.with_truncation(None).map_err(unusable)?;
        tokenizer.with_padding(None);
        let frame = tokenizer.encode("", true).map_err(unusable)?;
        let (prefix, suffix) = frame.get_ids().split_at(frame.len().min(1));
        Ok(Self {
            prefix: prefix.to_vec(),
            suffix: suffix.to_vec(),
            tokenizer,
            max_length,
        })
    }

    /// The subwords of a text, without special ones.
    ///
    /// # Errors
    /// [`ModelError::Tokenize`] when the library fails on the text.
    pub fn tokenize(&self, text: &str) -> Result<Vec<Subword>, ModelError> {
        let encoding = self.encode(text)?;
        Ok(encoding
            .get_tokens()
            .iter()
            .zip(encoding.get_ids())
            .zip(encoding.get_offsets())
            .map(|((piece, &id), &(start, end))| Subword {
                piece: piece.clone(),
                id,
                start,
                end,
            })
            .collect())
    }

    /// Ids of a text with the special ones, as one window or, where the model's limit asks for it,
    /// several of near-equal length cut between words. Each comes with its count of subwords.
    ///
    /// # Errors
    /// [`ModelError::Tokenize`] when the library fails on the text.
    pub fn windows(&self, text: &str) -> Result<Vec<Window>, ModelError> {
        let encoding = self.encode(text)?;
        let room = self.max_length - self.prefix.len() - self.suffix.len();
        let words = encoding.get_word_ids();
        let begins_word = |at: usize| at == 0 || at == words.len() || words[at] != words[at - 1];
        Ok(cuts(encoding.len(), room, begins_word)
            .into_iter()
            .map(|range| Window {
                subwords: range.len(),
                ids: [&self.prefix, &encoding.get_ids()[range], &self.suffix].concat(),
            })
            .collect())
    }

    fn encode(&self, text: &str) -> Result<tokenizers::Encoding, ModelError> {
        self.tokenizer
            .encode(text, false)
            .map_err(|e| ModelError::Tokenize {
                text: text.chars().take(60).collect(),
                what: e.to_string(),
            })
    }
}

/// A stretch of a text that fits the model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// Ids, special ones included.
    pub ids: Vec<u32>,
    /// Subwords of the text, special ones apart.
    pub subwords: usize,
}

/// Cuts `0..length` into the fewest ranges of at most `room`, near-equal, at word begins where one
/// is near. An empty text is one empty range.
fn cuts(
    length: usize,
    room: usize,
    begins_word: impl Fn(usize) -> bool,
) -> Vec<std::ops::Range<usize>> {
    let mut ranges = Vec::new();
    let mut start = 0;
    while length - start > room {
        let left = (length - start).div_ceil(room);
        let even = start + (length - start).div_ceil(left);
        // A word longer than half a window is cut where it must be.
        let end = (start + room / 2 + 1..=even)
            .rev()
            .find(|&at| begins_word(at))
            .unwrap_or(even);
        ranges.push(start..end);
        start = end;
    }
    ranges.push(start..length);
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_hold_everything_once_and_fit() {
        for length in [0, 1, 253, 254, 255, 508, 509, 5000] {
            for word in [1, 3, 7, 400] {
                let ranges = cuts(length, 254, |at| at % word == 0 || at == length);
                assert_eq!(ranges.first().map(|r| r.start), Some(0));
                assert_eq!(ranges.last().map(|r| r.end), Some(length));
                assert!(ranges.windows(2).all(|pair| pair[0].end == pair[1].start));
                assert!(
                    ranges.iter().all(|r| r.len() <= 254),
                    "{length} {word} {ranges:?}"
                );
            }
        }
    }

    #[test]
    fn a_text_that_fits_is_one_window() {
        assert_eq!(cuts(254, 254, |_| true), vec![0..254; 1]);
    }
}
