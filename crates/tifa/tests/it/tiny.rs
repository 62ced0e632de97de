//! A static table of a few words, each with a vector that can be reckoned with by hand.

use std::path::{Path, PathBuf};

use serde_json::json;
use sha2::{Digest, Sha256};

use crate::util::{CODEBOOK, Dir, Ran};

/// Most subwords of a window.
pub(crate) const LIMIT: usize = 12;

/// Words and their vectors; all others are unknown and count for nothing.
const WORDS: [(&str, [f32; 3]); 8] = [
    ("[UNK]", [0.0, 0.0, 0.0]),
    ("north", [1.0, 0.0, 0.0]),
    ("east", [0.0, 1.0, 0.0]),
    ("northeast", [1.0, 1.0, 0.0]),
    ("river", [0.2, 0.1, 1.0]),
    ("school", [0.1, 0.9, 0.3]),
    ("the", [0.1, 0.1, 0.1]),
    ("of", [0.0, 0.1, 0.2]),
];

impl Dir {
    /// Puts the model `tiny` into the folder; its card asks for English, as its users do.
    pub(crate) fn with_tiny(&self) -> &Self {
        let vocabulary: serde_json::Map<_, _> = WORDS
            .iter()
            .enumerate()
            .map(|(id, (word, _))| ((*word).to_owned(), json!(id)))
            .collect();
        let tokenizer = json!({
            "version": "1.0", "truncation": null, "padding": null, "added_tokens": [],
            "normalizer": {"type": "Lowercase"}, "pre_tokenizer": {"type": "Whitespace"},
            "post_processor": null, "decoder": null,
            "model": {"type": "WordLevel", "unk_token": "[UNK]", "vocab": vocabulary},
        });
        let config = json!({"model_type": "model2vec", "hidden_dim": 3, "normalize": true});
        let prompts = json!({"prompts": {"question": "north east "}});
        let files = [
            (
                "config_sentence_transformers.json",
                prompts.to_string().into_bytes(),
            ),
            ("config.json", config.to_string().into_bytes()),
            ("tokenizer.json", tokenizer.to_string().into_bytes()),
            ("model.safetensors", table()),
        ];
        let mut card = format!(
            "name = \"tiny\"\ntask = \"sentence-embedding\"\narchitecture = \"model2vec\"\n\
             language = \"en\"\nlicence = \"CC0-1.0\"\ndimensions = 3\nmax_length = {LIMIT}\n\
             pooling = \"mean\"\nnormalize = true\ndescription = \"A few words\"\n"
        );
        for (name, contents) in files {
            let hash = hex::encode(Sha256::digest(&contents));
            card.extend([
                format!("[[file]]\npath = \"{name}\"\n"),
                format!("bytes = {}\nsha256 = \"{hash}\"\n", contents.len()),
            ]);
            self.file(&format!("models/tiny/weights/{name}"), contents);
        }
        self.file("models/tiny/card.toml", card)
            .file("models/codebooks/qiushi.toml", CODEBOOK)
    }

    /// Runs the program with the folder's own models.
    #[track_caller]
    pub(crate) fn tifa_tiny(&self, line: &str) -> Ran {
        let args: Vec<&str> = line.split_whitespace().collect();
        self.tifa_with(&args, &self.tiny_models())
    }

    pub(crate) fn tiny_models(&self) -> PathBuf {
        self.join("models")
    }
}

fn table() -> Vec<u8> {
    let numbers: Vec<u8> = WORDS
        .iter()
        .flat_map(|(_, vector)| vector.iter().flat_map(|x| x.to_le_bytes()))
        .collect();
    let header = json!({"embeddings": {
        "dtype": "F32", "shape": [WORDS.len(), 3], "data_offsets": [0, numbers.len()],
    }})
    .to_string();
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend(header.as_bytes());
    bytes.extend(numbers);
    bytes
}

/// The vectors of a run.
#[track_caller]
pub(crate) fn vectors(out: &Path) -> ndarray::Array2<f32> {
    ndarray_npy::read_npy(out.join("embeddings/sentences.npy")).expect("vectors")
}
