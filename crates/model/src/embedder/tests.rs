//! The way from texts to vectors, with an encoder that needs no weights.

use std::collections::HashMap;

use super::*;
use crate::{Batch, Encoder};

/// A vector says what a window held: its tokens, the sum of its ids, and its first and last id.
struct Fake {
    pads: bool,
}

/// The id that makes it fail.
const POISON: u32 = 9;

impl Encoder for Fake {
    fn encode(&mut self, batch: &Batch) -> Result<Array2<f32>, ModelError> {
        assert!(
            !batch.sequences().any(|ids| ids.contains(&POISON)),
            "poisoned"
        );
        let rows: Vec<f32> = batch
            .sequences()
            .flat_map(|ids| {
                let sum: u32 = ids.iter().sum();
                [
                    ids.len() as f32,
                    sum as f32,
                    ids[1.min(ids.len() - 1)] as f32,
                    ids[ids.len() - 2] as f32,
                ]
            })
            .collect();
        Ok(Array2::from_shape_vec((batch.len(), 4), rows).expect("four numbers a sequence"))
    }

    fn pads(&self) -> bool {
        self.pads
    }
}

const CARD: &str = r#"
name = "fake"
task = "sentence-embedding"
architecture = "bert"
language = "en"
licence = "none"
dimensions = 4
max_length = 8
pooling = "mean"
normalize = false
description = "Needs no weights"
file = []
[source]
registry = "none"
package = "none"
version = "0"
member = "none"
"#;

/// Words of one vocabulary entry each, between two special ones.
const TOKENIZER: &str = r#"{
  "version": "1.0", "truncation": null, "padding": null, "added_tokens": [],
  "normalizer": null, "pre_tokenizer": {"type": "Whitespace"}, "decoder": null,
  "post_processor": {"type": "BertProcessing", "sep": ["[SEP]", 2], "cls": ["[CLS]", 1]},
  "model": {"type": "WordLevel", "unk_token": "[UNK]", "vocab":
    {"[UNK]": 0, "[CLS]": 1, "[SEP]": 2, "one": 3, "two": 4, "three": 5, "four": 6, "query": 7,
     ":": 8, "poison": 9}}
}"#;

fn embedder(settings: &EmbedderSettings, pads: bool, batch_invariant: bool) -> Embedder {
    let card: Card = toml::from_str(CARD).expect("a card");
    let home = tempfile::tempdir().expect("a folder");
    let path = home.path().join("tokenizer.json");
    fs_err::write(&path, TOKENIZER).expect("writable");
    let subwords = Subwords::read(&path, card.max_length).expect("a tokenizer");
    let running = Running {
        backend: Backend::Packed,
        precision: Precision::F32,
        device: Device::Cpu,
        kernels: "none".into(),
        batch_invariant,
    };
    let factories = (0..settings.replicas)
        .map(|_| Box::new(move || Ok(Box::new(Fake { pads }) as Box<dyn Encoder>)) as Factory)
        .collect();
    let finish = Finish {
        pooling: card.pooling,
        dense: Vec::new(),
        normalize: card.normalize,
    };
    Embedder::start(&card, subwords, finish, settings, (running, factories)).expect("it starts")
}

fn plain() -> Embedder {
    embedder(&EmbedderSettings::default(), false, true)
}

/// Texts of many lengths, some over the model's limit, some of them equal.
fn many() -> Vec<String> {
    const WORDS: [&str; 4] = ["one", "two", "three", "four"];
    (0..700_usize)
        .map(|text| {
            let words = (0..(text * 7) % 23).map(|at| WORDS[(text + at * at) % 4]);
            words.collect::<Vec<_>>().join(" ")
        })
        .collect()
}

#[test]
fn neither_replicas_nor_budget_nor_padding_change_a_row() {
    let texts = many();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let (expected, ledger) = plain().embed_all(&texts).expect("vectors");
    for (replicas, token_budget, pads) in [(3, 10, false), (2, 4096, true), (1, 1, true)] {
        let settings = EmbedderSettings {
            replicas,
            token_budget,
            ..EmbedderSettings::default()
        };
        let found = embedder(&settings, pads, true).embed_all(&texts);
        assert_eq!(found.expect("vectors"), (expected.clone(), ledger.clone()));
    }
}

#[test]
fn each_row_is_handed_over_once_and_equal_texts_are_computed_once() {
    let texts = many();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let mut seen = vec![0; texts.len()];
    let mut told = Vec::new();
    let ledger = plain()
        .embed::<ModelError>(
            &texts,
            None,
            &mut |row, _| {
                seen[row] += 1;
                Ok(())
            },
            &mut |done, of| told.push((done, of)),
        )
        .expect("vectors");
    assert!(seen.iter().all(|&times| times == 1));
    assert!(
        told.is_sorted() && told.last() == Some(&(700, 700)),
        "{told:?}"
    );
    let different: std::collections::HashSet<_> = texts.iter().collect();
    assert_eq!(ledger.distinct, different.len());
    assert!(ledger.distinct < texts.len());
}

#[test]
fn the_ledger_counts_subwords_windows_and_what_is_cut() {
    let long = ["one two three four"; 4].join(" ");
    let texts = ["", "one two", long.as_str()];
    let (vectors, ledger) = plain().embed_all(&texts).expect("vectors");
    assert_eq!(ledger.subwords, [0, 2, 16]);
    assert_eq!(ledger.windows, [1, 1, 3]);
    assert_eq!(ledger.cut, [0, 0, 0]);
    // Windows of 5, 5 and 6 words, each with two special ones, weigh by their tokens.
    assert!((vectors[(2, 0)] - (7.0 * 7.0 + 7.0 * 7.0 + 8.0 * 8.0) / 22.0).abs() < 1e-6);

    let settings = EmbedderSettings {
        windows: false,
        ..EmbedderSettings::default()
    };
    let mut cutting = embedder(&settings, false, true);
    let (vectors, ledger) = cutting.embed_all(&texts).expect("vectors");
    assert_eq!(ledger.subwords, [0, 2, 16]);
    assert_eq!(ledger.windows, [1, 1, 1]);
    assert_eq!(ledger.cut, [0, 0, 10]);
    assert_eq!(vectors.column(0).to_vec(), [2.0, 4.0, 8.0]);
    assert_eq!(cutting.memory_key(), None);
}

#[test]
fn a_prompt_stands_in_each_window_and_not_in_the_ledger() {
    let settings = EmbedderSettings {
        prompt: Some("query: ".into()),
        ..EmbedderSettings::default()
    };
    let mut prompted = embedder(&settings, false, true);
    let (vectors, ledger) = prompted
        .embed_all(&["one two", "one two three four one two three four"])
        .expect("vectors");
    assert_eq!(ledger.subwords, [2, 8]);
    assert_eq!(ledger.windows, [1, 2]);
    // [CLS] query : … [SEP]: every window begins with the prompt and is full with four words.
    assert_eq!(vectors.column(0).to_vec(), [6.0, 8.0]);
    assert_eq!(vectors.column(2).to_vec(), [7.0, 7.0]);
    assert_ne!(prompted.memory_key(), plain().memory_key());
}

#[test]
fn a_prompt_without_room_for_a_text_is_refused() {
    let card: Card = toml::from_str(CARD).expect("a card");
    let home = tempfile::tempdir().expect("a folder");
    let path = home.path().join("tokenizer.json");
    fs_err::write(&path, TOKENIZER).expect("writable");
    let subwords = Subwords::read(&path, card.max_length).expect("a tokenizer");
    let framing = Framing {
        prompt: "one two three four one two".into(),
        windows: true,
    };
    let refused = subwords.feed("", &framing).err().expect("must refuse");
    assert!(
        refused.to_string().contains("takes 6 of the 8 subwords"),
        "{refused}"
    );
}

#[test]
fn a_failing_batch_is_an_error_and_the_next_texts_still_embed() {
    let texts = many();
    let mut texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let mut embedder = plain();
    let (expected, _) = embedder.embed_all(&texts).expect("vectors");
    texts[300] = "one poison two";
    let failed = embedder.embed_all(&texts).expect_err("must fail");
    assert!(failed.to_string().contains("poisoned"), "{failed}");
    texts[300] = "one";
    let (after, _) = embedder.embed_all(&texts).expect("vectors");
    assert_eq!(after.row(299), expected.row(299));
}

#[test]
fn what_the_sink_says_ends_the_run() {
    #[derive(Debug)]
    enum Failed {
        Full,
        Model,
    }
    impl From<ModelError> for Failed {
        fn from(_: ModelError) -> Self {
            Self::Model
        }
    }
    let ended = plain().embed(
        &["one", "two"],
        None,
        &mut |_, _| Err(Failed::Full),
        &mut |_, _| {},
    );
    assert!(matches!(ended, Err(Failed::Full)));
}

#[derive(Default)]
struct Notebook {
    kept: HashMap<String, Remembered>,
    asked: usize,
}

impl Memory for Notebook {
    fn recall(&mut self, texts: &[&str]) -> Vec<Option<Remembered>> {
        self.asked += texts.len();
        texts
            .iter()
            .map(|&text| self.kept.get(text).cloned())
            .collect()
    }

    fn remember(&mut self, new: Vec<(&str, Remembered)>) {
        let new = new.into_iter().map(|(text, kept)| (text.to_owned(), kept));
        self.kept.extend(new);
    }
}

fn rows(embedder: &mut Embedder, texts: &[&str], memory: &mut Notebook) -> (Vec<Vec<f32>>, Ledger) {
    let mut rows = vec![Vec::new(); texts.len()];
    let ledger = embedder
        .embed::<ModelError>(
            texts,
            Some(memory),
            &mut |row, vector| {
                rows[row] = vector.to_vec();
                Ok(())
            },
            &mut |_, _| {},
        )
        .expect("vectors");
    (rows, ledger)
}

#[test]
fn what_was_computed_before_is_recalled_with_its_ledger() {
    let texts = many();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let mut memory = Notebook::default();
    let mut embedder = plain();
    let (half, first) = rows(&mut embedder, &texts[..350], &mut memory);
    assert_eq!((first.recalled, memory.kept.len()), (0, first.distinct));
    let (all, second) = rows(&mut embedder, &texts, &mut memory);
    assert_eq!(second.recalled, first.distinct);
    assert_eq!(all[..350], half);
    assert_eq!(second.windows[..350], first.windows);
    let (expected, plain) = plain().embed_all(&texts).expect("vectors");
    assert_eq!(all.concat(), expected.into_raw_vec_and_offset().0);
    assert_eq!(second.subwords, plain.subwords);
}

#[test]
fn nothing_is_kept_of_vectors_that_depend_on_their_neighbours() {
    let mut memory = Notebook::default();
    let mut embedder = embedder(&EmbedderSettings::default(), true, false);
    rows(&mut embedder, &["one", "two"], &mut memory);
    assert_eq!((memory.asked, memory.kept.len()), (0, 0));
}
