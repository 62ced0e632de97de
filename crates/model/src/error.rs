//! What can go wrong with a model.

use std::path::PathBuf;

/// An error about a model; each says where and what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModelError {
    /// No card with this name.
    #[error("no model named '{name}' in {}; there are: {}", dir.display(), known.join(", "))]
    Unknown {
        /// The name asked for.
        name: String,
        /// Where cards were looked for.
        dir: PathBuf,
        /// The names there.
        known: Vec<String>,
    },
    /// No folder of cards.
    #[error("no model cards in {}; run from the project's folder or name the folder with --models", dir.display())]
    NoCards {
        /// Where cards were looked for.
        dir: PathBuf,
    },
    /// A card that can't be read.
    #[error("the model card {} is not valid: {what}", path.display())]
    Card {
        /// The card.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// A model folder with something that tifa can't do or read.
    #[error("{} is not of a model that tifa can run: {what}", path.display())]
    Layout {
        /// The file, or the folder.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// Weights not on this machine.
    #[error("model {model}: {} is missing; fetch it with `tifa models pull {model}`", path.display())]
    MissingWeights {
        /// The model.
        model: String,
        /// The file that is missing.
        path: PathBuf,
    },
    /// Weights that are not what the card says.
    #[error("model {model}: {} is corrupted ({what}); fetch it again with `tifa models pull {model}`", path.display())]
    Corrupted {
        /// The model.
        model: String,
        /// The file.
        path: PathBuf,
        /// How it differs from the card.
        what: String,
    },
    /// A package could not be fetched.
    #[error("model {model}: could not fetch {package}: {what}")]
    Fetch {
        /// The model.
        model: String,
        /// Package and version.
        package: String,
        /// What the package client said.
        what: String,
    },
    /// Reading or writing failed; the message names the path.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// The tokenizer file can't be used.
    #[error("the tokenizer {} can't be used: {what}", path.display())]
    Tokenizer {
        /// The file.
        path: PathBuf,
        /// What the library said.
        what: String,
    },
    /// A text could not be tokenized.
    #[error("could not tokenize {text:?}: {what}")]
    Tokenize {
        /// Its beginning.
        text: String,
        /// What the library said.
        what: String,
    },
    /// A prompt that leaves no room for a text.
    #[error(
        "the prompt {prompt:?} takes {subwords} of the {max_length} subwords that the model reads, and leaves no room for a text; name a shorter one with --prompt"
    )]
    Prompt {
        /// The prompt.
        prompt: String,
        /// Its subwords.
        subwords: usize,
        /// Most subwords of a window, special ones included.
        max_length: usize,
    },
    /// A hypothesis that leaves no room for a premise.
    #[error(
        "the hypothesis {hypothesis:?} takes {subwords} of the {max_length} subwords that the model reads of a pair, and leaves no room for a text; shorten the template or the theme's name"
    )]
    Hypothesis {
        /// The hypothesis.
        hypothesis: String,
        /// Its subwords.
        subwords: usize,
        /// Most subwords of a pair, special ones included.
        max_length: usize,
    },
    /// The model could not be built from its files.
    #[error("model {model}: could not load it: {what}")]
    Load {
        /// The model.
        model: String,
        /// What the library said.
        what: String,
    },
    /// The model failed on a batch.
    #[error("the model failed: {0}")]
    Inference(String),
    /// A combination of settings that nothing here can run.
    #[error("model {model} can't run so: {what}")]
    Unsupported {
        /// The model.
        model: String,
        /// What does not go together, and what does.
        what: String,
    },
    /// Built without libtorch.
    #[error(
        "this build of tifa has no libtorch, which the backend 'bert' and the device 'cuda' need; take the backend 'packed', or run scripts/setup and build with the default features"
    )]
    NoBackend,
}
