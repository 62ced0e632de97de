//! Why a run could not be done.

use compare::IndexError;
use lexis::{CorpusError, KeynessError, QueryError, SplitError};
use model::ModelError;
use report::ReportError;
use source::SourceError;
use themes::ThemeError;

use crate::ConditionError;

/// An error that ends a run. One bad article never does.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PipelineError {
    /// The inputs can't be found.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The model can't be used.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// Themes can't be scored.
    #[error(transparent)]
    Theme(#[from] ThemeError),
    /// Approximate neighbours can't be found.
    #[error("--neighbour-search approximate")]
    Index(#[from] IndexError),
    /// Results can't be written.
    #[error(transparent)]
    Report(#[from] ReportError),
    /// The condition that divides the articles is wrong.
    #[error("--where")]
    Condition(#[from] ConditionError),
    /// There is only one side.
    #[error(transparent)]
    Split(#[from] SplitError),
    /// The texts can't be counted.
    #[error(transparent)]
    Corpus(#[from] CorpusError),
    /// The sides can't be compared.
    #[error(transparent)]
    Keyness(#[from] KeynessError),
    /// A query can't be read.
    #[error("query '{query}'")]
    Query {
        /// As it was written.
        query: String,
        /// What is wrong.
        source: QueryError,
    },
    /// The word whose collocates are asked for is in no text, or no word.
    #[error(
        "--node: '{word}' {}",
        if *cut == 1 { "stands in no sentence of the articles; a stem or a subword is asked for by what it is cut from" } else { "is not one word as the articles are cut" }
    )]
    NoSuchWord {
        /// As it was written.
        word: String,
        /// How many words it is.
        cut: usize,
    },
    /// One side has nothing to count.
    #[error("the target or the reference has no words: choose other articles")]
    WordlessSide,
    /// No article has the name that was asked for.
    #[error("--article: no article that could be used is called '{wanted}'; there are: {known}")]
    NoSuchArticle {
        /// The name.
        wanted: String,
        /// Names that there are.
        known: String,
    },
    /// The condition leaves no article.
    #[error("--where: none of the {articles} articles is known to fulfil '{condition}'")]
    NoneFulfils {
        /// Articles that could be used.
        articles: usize,
        /// The condition.
        condition: String,
    },
    /// There is no formulation to look for.
    #[error(
        "{ledger} lists no formulation and mining is off: add [[formulation]] entries, or mine with --mine"
    )]
    NothingToLookFor {
        /// What names the ledger.
        ledger: String,
    },
    /// No article is left to work on.
    #[error(
        "none of the {found} articles could be used, for the reasons told above; nothing was written"
    )]
    NothingLeft {
        /// Articles found and left out.
        found: usize,
    },
    /// Something would be cut, and that was forbidden.
    #[error(
        "{sentences} sentences of {articles} articles are over the model's limit of {limit} subwords, and {subwords} subwords would be cut off, which --strict forbids; the first: {first}; embed them whole in windows, without --no-windows, or shorten them"
    )]
    Cut {
        /// Sentences whose end would be cut off.
        sentences: usize,
        /// Articles that they stand in.
        articles: usize,
        /// Subwords that would be cut off.
        subwords: usize,
        /// Most subwords of a window, special ones included.
        limit: usize,
        /// The first of these sentences and where they stand.
        first: String,
    },
    /// Threads can't be started.
    #[error("can't start {threads} threads: {what}; ask for fewer with --threads")]
    Threads {
        /// How many were asked for.
        threads: usize,
        /// What the system said.
        what: String,
    },
}
