//! Which words and word sequences does a text use, how evenly, with what, and how differently from
//! another?
//!
//! Pure: no files, no models. Words are ids, and counts are integers; sums of fractions run in one
//! fixed order, so that results do not depend on the number of threads.

mod association;
mod collocation;
mod concordance;
mod diversity;
mod postings;
mod query;
mod readability;
mod syllables;
mod tokens;
mod word_shift;

pub use association::{Lambda, Pair, lambda, log_dice};
pub use collocation::{
    Collocation, Collocations, LONGEST_SEQUENCE, Minimum, Sequence, Unit, sequences,
};
pub use concordance::{Concordance, Context, Hit, SortKey};
pub use diversity::{Diversity, MtldRule, Windowed};
pub use postings::Postings;
pub use query::{Query, QueryError};
pub use readability::Readability;
pub use syllables::syllables;
pub use tokens::Tokens;
pub use word_shift::{ShiftNull, TermShift, WordShift, shift_null};
