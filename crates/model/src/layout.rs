//! All that running a model asks for, read from its files.
//!
//! The files are laid out as by transformers (`config.json`) and sentence-transformers
//! (`modules.json`, and what it points to). Without `modules.json` a model is what
//! sentence-transformers makes of such a folder: mean pooling, no dense layers, no normalization.

mod config;
mod modules;

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::files::Files;
use crate::{Dense, ModelError, Pooling};
pub use config::{Activation, Hyper};

/// The networks that are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Architecture {
    /// BERT.
    Bert,
    /// RoBERTa.
    Roberta,
    /// XLM-RoBERTa.
    XlmRoberta,
    /// DistilBERT.
    #[serde(rename = "distilbert")]
    DistilBert,
    /// ALBERT.
    Albert,
    /// MPNet.
    Mpnet,
    /// A table of one vector a subword, as model2vec makes them.
    #[serde(rename = "model2vec")]
    Static,
}

impl Architecture {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Bert,
        Self::Roberta,
        Self::XlmRoberta,
        Self::DistilBert,
        Self::Albert,
        Self::Mpnet,
        Self::Static,
    ];

    /// Its name in cards, and the `model_type` of `config.json`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bert => "bert",
            Self::Roberta => "roberta",
            Self::XlmRoberta => "xlm-roberta",
            Self::DistilBert => "distilbert",
            Self::Albert => "albert",
            Self::Mpnet => "mpnet",
            Self::Static => "model2vec",
        }
    }
}

/// What a model is made of and how it is used.
#[derive(Clone, Debug)]
pub struct Layout {
    /// The network.
    pub architecture: Architecture,
    /// Its sizes and constants.
    pub hyper: Hyper,
    /// How token vectors become a sentence's.
    pub pooling: Pooling,
    /// Layers over the pooled vector, in order; mostly none.
    pub dense: Vec<Dense>,
    /// Whether vectors are scaled to length 1 in the end.
    pub normalize: bool,
    /// Most subwords of one window, special ones included.
    pub max_length: usize,
    /// The most that the network's positions allow.
    pub(crate) longest: usize,
    /// Whether texts are lower-cased before the tokenizer, which may do it too.
    pub lower_case: bool,
    /// Texts to put before a text, by the name of their use.
    pub prompts: BTreeMap<String, String>,
    /// The name of the prompt to use where none is asked for.
    pub default_prompt: Option<String>,
    /// Length of a vector.
    pub dimensions: usize,
}

impl Layout {
    /// Reads the layout of the model in a folder.
    ///
    /// # Errors
    /// [`ModelError::Layout`] naming the file with something that can't be read or isn't supported.
    pub fn read(dir: &Path) -> Result<Self, ModelError> {
        Self::of(&mut Files::of_folder(dir))
    }

    pub(crate) fn of(files: &mut Files<'_>) -> Result<Self, ModelError> {
        let (architecture, hyper, is_normalized) = config::read(files)?;
        let modules = modules::read(files, architecture, hyper.hidden)?;
        let prompts: Prompts = files.json(PROMPTS)?.unwrap_or_default();
        let default_prompt = prompts.default_prompt_name;
        if let Some(name) = &default_prompt
            && !prompts.prompts.contains_key(name)
        {
            return Err(files.unusable(
                PROMPTS,
                format!("default_prompt_name is '{name}', and no prompt has this name"),
            ));
        }
        let longest = match architecture {
            Architecture::Static => STATIC_LENGTH,
            _ => hyper.positions - hyper.position_offset,
        };
        let limit = limit(files)?;
        Ok(Self {
            architecture,
            max_length: match architecture {
                // Tools cut texts for a table by habit, not for need.
                Architecture::Static => longest,
                _ => limit
                    .max_seq_length
                    .map_or(longest, |asked| asked.min(longest)),
            },
            longest,
            lower_case: limit.do_lower_case,
            dimensions: modules.dense.last().map_or(hyper.hidden, Dense::outputs),
            hyper,
            pooling: modules.pooling,
            dense: modules.dense,
            normalize: modules.normalize || is_normalized,
            prompts: prompts.prompts,
            default_prompt,
        })
    }
}

/// The network of a model and its sizes, without what is said of its use.
pub(crate) fn network(files: &mut Files<'_>) -> Result<(Architecture, Hyper), ModelError> {
    let (architecture, hyper, _) = config::read(files)?;
    Ok((architecture, hyper))
}

/// Most subwords of a text that a model's files ask for, special ones included.
pub(crate) fn text_limit(files: &mut Files<'_>) -> Result<Option<usize>, ModelError> {
    Ok(limit(files)?.max_seq_length)
}

/// The file with a model's prompts.
pub(crate) const PROMPTS: &str = "config_sentence_transformers.json";

#[derive(Default, Deserialize)]
struct Prompts {
    #[serde(default)]
    prompts: BTreeMap<String, String>,
    default_prompt_name: Option<String>,
}

/// Where sentence-transformers has kept a model's limit over the years.
const LIMITS: [&str; 5] = [
    "sentence_bert_config.json",
    "sentence_roberta_config.json",
    "sentence_distilbert_config.json",
    "sentence_albert_config.json",
    "sentence_xlm-roberta_config.json",
];

/// What a static table reads at once; it has no limit of its own.
const STATIC_LENGTH: usize = 1_000_000;

#[derive(Default, Deserialize)]
struct Limit {
    max_seq_length: Option<usize>,
    #[serde(default)]
    do_lower_case: bool,
}

#[derive(Default, Deserialize)]
struct TokenizerConfig {
    // "No limit" is written as 1e30, which is no count.
    model_max_length: Option<serde_json::Number>,
}

/// What the model's files say of the texts it reads.
fn limit(files: &mut Files<'_>) -> Result<Limit, ModelError> {
    let mut limit = Limit::default();
    for name in LIMITS {
        if let Some(found) = files.json(name)? {
            limit = found;
            break;
        }
    }
    if limit.max_seq_length.is_none() {
        let tokenizer: TokenizerConfig = files.json("tokenizer_config.json")?.unwrap_or_default();
        limit.max_seq_length = tokenizer
            .model_max_length
            .and_then(|length| usize::try_from(length.as_u64()?).ok());
    }
    Ok(limit)
}
