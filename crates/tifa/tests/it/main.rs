//! What the command line promises, asked of the built program.

/// Folders to run in, what a run said, and tables read back.
mod util;

/// What runs a model, and what is said of it.
mod backends;
/// Every input that is wrong, and what the user is told.
mod bad_input;
/// Vectors of earlier runs.
mod cache;
/// `tifa themes check`.
mod codebook;
/// Help, quiet, settings, the summary, and the stages alone.
mod command_line;
/// `tifa eval`.
mod eval;
/// `tifa formulations`.
mod formulations;
/// `tifa compare` of two groups.
mod groups;
/// The architecture's invariants.
mod house;
/// `tifa keyness`.
mod keyness;
/// Sentences over the model's limit.
mod limit;
/// Nearest sentences, exact and through an index, and how many pieces are listed.
mod neighbours;
/// What is repeated, rephrased and new; similarities and their background.
mod novelty;
/// The article of the journal, where it lies beside the checkout.
mod real_article;
/// One speech printed, retyped, shortened and respelled.
mod recycled;
/// `tifa reuse`.
mod reuse;
/// Two runs, with one thread and two.
mod same_bytes;
/// Calibration, intervals, and agreement of scorers.
mod set_right;
/// `periods.csv` and `drift.csv`.
mod time;
/// A model of a few words, made for the test: it needs no weights.
mod tiny;
/// The demonstration corpus, from its files to every table.
mod whole_way;
/// The little that a build without libtorch can't do.
#[cfg(not(feature = "torch"))]
mod without_torch;
/// `tifa kwic`, `words` and `shift`.
mod words;
