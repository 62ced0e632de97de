//! Pairs of texts as a model's own tokenizer frames them, each text tokenized once.

use std::ops::Range;

use rayon::prelude::*;
use tokenizers::{Encoding, Tokenizer};

use crate::files::Files;
use crate::subwords::{self, PROBE};
use crate::{ModelError, TOKENIZER};

/// Puts pairs together.
pub(super) struct Pairing {
    tokenizer: Tokenizer,
    frame: Vec<Part>,
    max_length: usize,
    /// Special subwords of a pair.
    special: usize,
}

/// A stretch of a framed pair, with the type of its tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Special(u32, u8),
    Premise(u8),
    Hypothesis(u8),
}

/// Premises and hypotheses, tokenized.
pub(super) struct Tokenized {
    premises: Vec<Premise>,
    hypotheses: Vec<Vec<u32>>,
}

struct Premise {
    ids: Vec<u32>,
    windows: Vec<Range<usize>>,
}

impl Tokenized {
    /// Where a premise is cut.
    pub(super) fn windows(&self, premise: u32) -> &[Range<usize>] {
        &self.premises[premise as usize].windows
    }
}

impl Pairing {
    /// Reads the tokenizer of a folder. Without types all tokens have type 0.
    pub(super) fn read(
        files: &mut Files<'_>,
        max_length: usize,
        has_types: bool,
    ) -> Result<Self, ModelError> {
        let path = files.path(TOKENIZER);
        let unusable = |what: String| ModelError::Tokenizer {
            path: path.clone(),
            what,
        };
        if !files.has(TOKENIZER) {
            return Err(unusable(
                "the file is missing; save the model's fast tokenizer with transformers".into(),
            ));
        }
        let bytes = files.read(TOKENIZER)?;
        Self::parse(&bytes, max_length, has_types).map_err(|e| unusable(e.to_string()))
    }

    fn parse(bytes: &[u8], max_length: usize, has_types: bool) -> Result<Self, tokenizers::Error> {
        let mut tokenizer = Tokenizer::from_bytes(bytes)?;
        tokenizer.with_truncation(None)?;
        tokenizer.with_padding(None);
        let mut frame = frame(&tokenizer)?;
        if !has_types {
            for part in &mut frame {
                let (Part::Special(_, kind) | Part::Premise(kind) | Part::Hypothesis(kind)) = part;
                *kind = 0;
            }
        }
        Ok(Self {
            tokenizer,
            special: frame.len() - 2,
            frame,
            max_length,
        })
    }

    pub(super) fn max_length(&self) -> usize {
        self.max_length
    }

    /// Tokenizes texts, and cuts premises so that any hypothesis has room beside any window.
    pub(super) fn tokenize(
        &self,
        premises: &[&str],
        hypotheses: &[&str],
    ) -> Result<Tokenized, ModelError> {
        let mut room = self.max_length.saturating_sub(self.special);
        let mut encoded = Vec::with_capacity(hypotheses.len());
        for hypothesis in hypotheses {
            let ids = self.encode(hypothesis)?.get_ids().to_vec();
            let left = self.max_length.saturating_sub(self.special + ids.len());
            if left == 0 {
                return Err(ModelError::Hypothesis {
                    hypothesis: (*hypothesis).to_owned(),
                    subwords: ids.len(),
                    max_length: self.max_length,
                });
            }
            room = room.min(left);
            encoded.push(ids);
        }
        let premises = premises
            .par_iter()
            .map(|premise| {
                let encoding = self.encode(premise)?;
                Ok(Premise {
                    windows: windows(&encoding, room),
                    ids: encoding.get_ids().to_vec(),
                })
            })
            .collect::<Result<_, ModelError>>()?;
        Ok(Tokenized {
            premises,
            hypotheses: encoded,
        })
    }

    /// Ids that a window of a pair has, special ones included.
    pub(super) fn length(&self, texts: &Tokenized, pair: (u32, u32), window: usize) -> usize {
        let hypothesis = &texts.hypotheses[pair.1 as usize];
        self.special + texts.windows(pair.0)[window].len() + hypothesis.len()
    }

    /// Ids and token types of a window of a pair.
    pub(super) fn assemble(
        &self,
        texts: &Tokenized,
        pair: (u32, u32),
        window: usize,
    ) -> (Vec<u32>, Vec<u8>) {
        let premise = &texts.premises[pair.0 as usize];
        let premise = &premise.ids[premise.windows[window].clone()];
        assemble(&self.frame, premise, &texts.hypotheses[pair.1 as usize])
    }

    fn encode(&self, text: &str) -> Result<Encoding, ModelError> {
        self.tokenizer
            .encode(text, false)
            .map_err(|e| ModelError::Tokenize {
                text: text.chars().take(60).collect(),
                what: e.to_string(),
            })
    }
}

fn windows(encoding: &Encoding, room: usize) -> Vec<Range<usize>> {
    let words = encoding.get_word_ids();
    let begins_word = |at: usize| at == 0 || at == words.len() || words[at] != words[at - 1];
    subwords::cuts(words.len(), room, begins_word)
}

fn assemble(frame: &[Part], premise: &[u32], hypothesis: &[u32]) -> (Vec<u32>, Vec<u8>) {
    let length = frame.len() - 2 + premise.len() + hypothesis.len();
    let (mut ids, mut types) = (Vec::with_capacity(length), Vec::with_capacity(length));
    for part in frame {
        let kind = match part {
            Part::Special(id, kind) => {
                ids.push(*id);
                kind
            }
            Part::Premise(kind) => {
                ids.extend_from_slice(premise);
                kind
            }
            Part::Hypothesis(kind) => {
                ids.extend_from_slice(hypothesis);
                kind
            }
        };
        types.resize(ids.len(), *kind);
    }
    (ids, types)
}

/// How the tokenizer frames a pair, read off one that it has framed.
fn frame(tokenizer: &Tokenizer) -> Result<Vec<Part>, tokenizers::Error> {
    let bare = tokenizer.encode(PROBE, false)?;
    let framed = tokenizer.encode((PROBE, PROBE), true)?;
    let types: Vec<u8> = framed
        .get_type_ids()
        .iter()
        .map(|&kind| u8::try_from(kind))
        .collect::<Result<_, _>>()?;
    let mut frame: Vec<Part> = Vec::new();
    for ((&id, &kind), text) in (framed.get_ids().iter().zip(&types)).zip(framed.get_sequence_ids())
    {
        let part = match text {
            None => Part::Special(id, kind),
            Some(0) => Part::Premise(kind),
            Some(_) => Part::Hypothesis(kind),
        };
        let goes_on = !matches!(part, Part::Special(..)) && frame.last() == Some(&part);
        if !goes_on {
            frame.push(part);
        }
    }
    let texts = frame
        .iter()
        .filter(|part| !matches!(part, Part::Special(..)));
    let again = assemble(&frame, bare.get_ids(), bare.get_ids());
    if texts.count() != 2 || again.0 != framed.get_ids() || again.1 != types {
        return Err("it does not put a pair's special subwords around whole texts".into());
    }
    Ok(frame)
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::*;

    fn tokenizers() -> Vec<PathBuf> {
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/classifiers");
        let mut paths: Vec<PathBuf> = (fs_err::read_dir(fixtures).expect("fixtures"))
            .map(|entry| entry.expect("a folder").path())
            .map(|kind| kind.join("entailment-not_entailment").join(TOKENIZER))
            .collect();
        paths.sort();
        paths
    }

    #[test]
    fn pairs_are_those_of_the_tokenizer_itself() {
        let premises = ["The river is wide.", "", " Leading space, 提法 and 🐼?"];
        let hypotheses = ["This text is about law.", "Water"];
        let paths = tokenizers();
        assert!(paths.len() >= 6);
        for path in paths {
            let bytes = fs_err::read(&path).expect("a tokenizer");
            let pairing = Pairing::parse(&bytes, 512, true).expect("it reads");
            let library = Tokenizer::from_bytes(&bytes).expect("it reads");
            let texts = pairing.tokenize(&premises, &hypotheses).expect("tokens");
            for (premise, hypothesis) in [(0, 0), (0, 1), (1, 0), (2, 1)] {
                let pair = (premises[premise], hypotheses[hypothesis]);
                let expected = library.encode(pair, true).expect("tokens");
                let at = (premise as u32, hypothesis as u32);
                let (ids, types) = pairing.assemble(&texts, at, 0);
                assert_eq!(ids, expected.get_ids(), "{} {pair:?}", path.display());
                let types: Vec<u32> = types.into_iter().map(u32::from).collect();
                assert_eq!(
                    types,
                    expected.get_type_ids(),
                    "{} {pair:?}",
                    path.display()
                );
                assert_eq!(pairing.length(&texts, at, 0), ids.len());
            }
        }
    }

    #[test]
    fn a_long_premise_goes_in_windows_that_hold_all_of_it_and_fit() {
        let long = "The river is wide and the road is long. ".repeat(12);
        let path = &tokenizers()[0];
        let bytes = fs_err::read(path).expect("a tokenizer");
        let pairing = Pairing::parse(&bytes, 64, true).expect("it reads");
        let hypotheses = ["Water", "This is about water and land."];
        let texts = pairing.tokenize(&[&long], &hypotheses).expect("tokens");
        assert!(texts.windows(0).len() > 1);
        let mut again = Vec::new();
        for (window, range) in texts.windows(0).iter().enumerate() {
            again.extend_from_slice(&texts.premises[0].ids[range.clone()]);
            assert!((0..2).all(|hypothesis| pairing.length(&texts, (0, hypothesis), window) <= 64));
        }
        assert_eq!(again, texts.premises[0].ids);
    }

    #[test]
    fn a_hypothesis_without_room_for_a_premise_is_an_error_that_says_so() {
        let bytes = fs_err::read(&tokenizers()[0]).expect("a tokenizer");
        let pairing = Pairing::parse(&bytes, 12, true).expect("it reads");
        let long = "This text is about water and land and much else.";
        let error = pairing
            .tokenize(&["river"], &[long])
            .err()
            .expect("must fail");
        assert!(matches!(error, ModelError::Hypothesis { .. }), "{error}");
        assert!(error.to_string().contains("no room"), "{error}");
    }
}
