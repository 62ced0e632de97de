//! A model's own tokens, with offsets, and the windows that long sentences are cut into.

use std::path::Path;

use tokenizers::normalizers::utils::{Lowercase, Sequence};
use tokenizers::{NormalizerWrapper, Tokenizer};

use crate::{Architecture, Card, ModelError, TOKENIZER, weights};

/// A model's tokenizer. Padding and truncation are ours: whatever the file says of them is dropped.
pub struct Subwords {
    tokenizer: Tokenizer,
    prefix: Vec<u32>,
    suffix: Vec<u32>,
    max_length: usize,
    /// Whether white space around a text is left out, as sentence-transformers does.
    trims: bool,
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
    /// A model's tokenizer, checked against its card.
    ///
    /// # Errors
    /// [`ModelError::MissingWeights`], [`ModelError::Corrupted`] or [`ModelError::Tokenizer`].
    pub fn of(card: &Card) -> Result<Self, ModelError> {
        let bytes = weights::read(card, TOKENIZER)?;
        let mut subwords = Self::parse(&bytes, &card.path_of(TOKENIZER), card.max_length)?;
        if card.architecture == Architecture::Static {
            // A table of single subwords has no use for what frames a text.
            subwords.prefix.clear();
            subwords.suffix.clear();
            subwords.trims = false;
        }
        if card.lower_case {
            subwords.lower_case();
        }
        Ok(subwords)
    }

    /// Reads a `tokenizer.json`; windows will hold at most `max_length` ids, special ones included.
    ///
    /// # Errors
    /// [`ModelError::Tokenizer`] when the file can't be used.
    pub fn read(path: &Path, max_length: usize) -> Result<Self, ModelError> {
        Self::parse(&fs_err::read(path)?, path, max_length)
    }

    fn parse(bytes: &[u8], path: &Path, max_length: usize) -> Result<Self, ModelError> {
        let unusable = |what: String| ModelError::Tokenizer {
            path: path.to_owned(),
            what,
        };
        let failed = |e: tokenizers::Error| unusable(e.to_string());
        let mut tokenizer = Tokenizer::from_bytes(bytes).map_err(failed)?;
        tokenizer.with_truncation(None).map_err(failed)?;
        tokenizer.with_padding(None);
        let (prefix, suffix) = frame(&tokenizer).map_err(failed)?;
        if max_length <= prefix.len() + suffix.len() {
            return Err(unusable(format!(
                "it puts {} special subwords around a text, and the model reads {max_length}",
                prefix.len() + suffix.len()
            )));
        }
        Ok(Self {
            prefix,
            suffix,
            tokenizer,
            max_length,
            trims: true,
        })
    }

    /// Lower-cases every text first. As a part of the tokenizer, it keeps offsets those of the text.
    fn lower_case(&mut self) {
        let mut steps = vec![NormalizerWrapper::Lowercase(Lowercase)];
        steps.extend(self.tokenizer.get_normalizer().cloned());
        self.tokenizer.with_normalizer(Some(Sequence::new(steps)));
    }

    /// The subwords of a text, without special ones.
    ///
    /// # Errors
    /// [`ModelError::Tokenize`] when the library fails on the text.
    pub fn tokenize(&self, text: &str) -> Result<Vec<Subword>, ModelError> {
        let encoding = self.encode(text)?;
        let before = self.margin(text);
        Ok(encoding
            .get_tokens()
            .iter()
            .zip(encoding.get_ids())
            .zip(encoding.get_offsets())
            .map(|((piece, &id), &(start, end))| Subword {
                piece: piece.clone(),
                id,
                start: before + start,
                end: before + end,
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
        let (encoding, own) = if prompt.is_empty() {
            (self.encode(text)?, 0)
        } else {
            let joined = [prompt, text].concat();
            let encoding = self.encode(&joined)?;
            let behind = prompt.len().saturating_sub(self.margin(&joined));
            // A subword that begins in the prompt and ends in the text is the text's.
            let first = (encoding.get_offsets().iter()).position(|&(_, end)| end > behind);
            let own = first.unwrap_or(encoding.len());
            (encoding, own)
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

    /// Bytes of white space before a text that the tokenizer doesn't get.
    fn margin(&self, text: &str) -> usize {
        if self.trims {
            text.len() - text.trim_start_matches(is_space).len()
        } else {
            0
        }
    }

    /// Offsets are those in the trimmed text.
    fn encode(&self, text: &str) -> Result<tokenizers::Encoding, ModelError> {
        let fed = if self.trims {
            text.trim_matches(is_space)
        } else {
            text
        };
        self.tokenizer
            .encode(fed, false)
            .map_err(|e| ModelError::Tokenize {
                text: text.chars().take(60).collect(),
                what: e.to_string(),
            })
    }
}

/// The special ids before and behind a text, as the tokenizer's template has them.
fn frame(tokenizer: &Tokenizer) -> Result<(Vec<u32>, Vec<u32>), tokenizers::Error> {
    let framed = tokenizer.encode(PROBE, true)?;
    let bare = tokenizer.encode(PROBE, false)?;
    let is_special = framed.get_special_tokens_mask();
    let before = is_special.iter().take_while(|&&flag| flag == 1).count();
    let (prefix, rest) = framed.get_ids().split_at(before);
    let suffix = rest
        .strip_prefix(bare.get_ids())
        .ok_or("its special subwords don't stand around the text")?;
    Ok((prefix.to_vec(), suffix.to_vec()))
}

/// White space as Python has it: the four separators of ASCII too.
fn is_space(c: char) -> bool {
    c.is_whitespace() || ('\x1c'..='\x1f').contains(&c)
}

/// Any text with a subword in every vocabulary.
pub(crate) const PROBE: &str = "a";

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
pub(crate) fn cuts(
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
