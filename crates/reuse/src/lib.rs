//! Which passages do texts share, as they stand or edited, and whose copies are they?
//!
//! Pure, on ids of words: a document is a slice of them, sentences and files are not known here.
//! Nothing depends on the number of threads.

mod align;
mod clusters;
mod duplicates;
mod grams;
mod minhash;
mod passages;
mod quotes;
mod union;

pub use align::{GAP_EXTEND, GAP_OPEN, MATCH, MISMATCH, X_DROP};
pub use clusters::{Clusters, Copy};
pub use duplicates::{Duplicates, Likeness, each_alike};
pub use grams::{Grams, MOST_IN_ONE};
pub use minhash::{Bands, MinHash, Pairs};
pub use passages::{Passage, Run, Shared, SharedOptions, Wanted};
pub use quotes::Quotes;
