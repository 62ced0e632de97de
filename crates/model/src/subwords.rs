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
        Ok(self.feed(text, &Framing::default())?.windows)
    }

    /// A text as the model gets it. The prompt is tokenized together with the text, as it was when
    /// the model was trained, and stands in each window.
    pub(crate) fn feed(&self, text: &str, framing: &Framing) -> Result<Fed, ModelError> {
        let prompt = framing.prompt.as_str();
        let encoding = if prompt.is_empty() {
            self.encode(text)?
        } else {
            self.encode(&[prompt, text].concat())?
        };
        let mut ends = encoding.get_offsets().iter().map(|&(_, end)| end);
        // A subword that begins in the prompt and ends in the text is the text's.
        let own = if prompt.is_empty() {
            0
        } else {
            ends.position(|end| end > prompt.len())
                .unwrap_or(encoding.len())
        };
        let (before, ids) = encoding.get_ids().split_at(own);
        let taken = before.len() + self.prefix.len() + self.suffix.len();
        let room = match self.max_length.checked_sub(taken) {
            Some(room) if room > 0 => room,
            _ => {
                return Err(ModelError::Prompt {
                    prompt: prompt.to_owned(),
                    subwords: before.len(),
                    max_length: self.max_length,
                });
            }
        };
        let words = &encoding.get_word_ids()[own..];
        let begins_word = |at: usize| at == 0 || at == words.len() || words[at] != words[at - 1];
        let ranges = if framing.windows {
            cuts(ids.len(), room, begins_word)
        } else {
            vec![0..ids.len().min(room); 1]
        };
        Ok(Fed {
            subwords: ids.len(),
            windows: ranges
                .into_iter()
                .map(|range| Window {
                    subwords: range.len(),
                    ids: [&self.prefix, before, &ids[range], &self.suffix].concat(),
                })
                .collect(),
        })
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

/// How texts are put before the model.
#[derive(Clone, Debug)]
pub(crate) struct Framing {
    /// Stands before each text; may be empty.
    pub(crate) prompt: String,
    /// Whether a text over the model's limit goes in windows; else its end is cut off.
    pub(crate) windows: bool,
}

impl Default for Framing {
    fn default() -> Self {
        Self {
            prompt: String::new(),
            windows: true,
        }
    }
}

/// A text as the model gets it.
pub(crate) struct Fed {
    pub(crate) windows: Vec<Window>,
    /// Subwords of the whole text, those that are cut off among them.
    pub(crate) subwords: usize,
}

impl Fed {
    pub(crate) fn counts(&self) -> Counts {
        let fed: usize = self.windows.iter().map(|window| window.subwords).sum();
        Counts {
            subwords: self.subwords as u32,
            windows: self.windows.len() as u32,
            cut: (self.subwords - fed) as u32,
        }
    }
}

/// What became of a text's subwords.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) subwords: u32,
    pub(crate) windows: u32,
    /// Subwords that did not reach the model.
    pub(crate) cut: u32,
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
