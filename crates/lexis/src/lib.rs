//! Which words and word sequences does a text use, how evenly, with what, and how differently from
//! another?
//!
//! Pure: no files, no models. Words are ids, and counts are integers; sums of fractions run in one
//! fixed order, so that results do not depend on the number of threads.

mod adjust;
mod association;
mod bits;
mod collocation;
mod concordance;
mod corpus;
mod counts;
mod cut;
mod dispersion;
mod diversity;
mod frequency;
mod keyness;
mod packed;
mod permutation;
mod postings;
mod query;
mod readability;
mod special;
mod syllables;
mod table;
mod traces;
mod unit_words;
mod vocabulary;
mod word_shift;

pub use adjust::{benjamini_hochberg, benjamini_yekutieli};
pub use association::{Lambda, Pair, lambda, log_dice};
pub use collocation::{
    Collocation, Collocations, LONGEST_SEQUENCE, Minimum, Sequence, Unit, sequences,
};
pub use concordance::{Concordance, Context, Hit, SortKey};
pub use corpus::{Corpus, CorpusError, Occurrence, Reader, Source};
pub use counts::{CountOptions, Counts, RowIter};
pub use cut::{Cut, Hyphens, Words};
pub use dispersion::{Dispersion, average_reduced_frequency};
pub use diversity::{Diversity, MtldRule, Windowed};
pub use frequency::{FrequencyRow, FrequencyTable};
pub use keyness::{Frequencies, Prior, Yates};
pub use permutation::{PermutationP, Permutations, Score, Split, SplitError};
pub use postings::Postings;
pub use query::{Query, QueryError};
pub use readability::Readability;
pub use syllables::syllables;
pub use table::{Anchor, Keyness, KeynessError, KeynessOptions, KeynessRow};
pub use unit_words::UnitWords;
pub use vocabulary::Vocabulary;
pub use word_shift::{ShiftNull, TermShift, WordShift, shift_null};
