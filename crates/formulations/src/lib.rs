//! Which set wordings (提法, tífǎ) does a corpus use, in which variants, how widely and when?
//!
//! A [`Ledger`] lists known formulations, [`mine`] finds others; [`families`] puts variants together.
//! [`find`] finds them in a corpus whose words were cut by [`Folded`], [`usage`] counts articles,
//! [`changes`] says which variant gave way to which, [`bursts`] when
//! one is in fashion. Pure: no files, no models.

mod bursts;
mod changes;
mod edits;
mod families;
mod fold;
mod function_words;
mod interval;
mod lattice;
mod ledger;
mod matching;
mod mining;
mod near;
mod tiers;
mod usage;

pub use bursts::{BURST_COST, BURST_RATE, Burst, bursts};
pub use changes::{Balance, Change, ChangeOptions, LEVEL, MOST_VARIANTS, Verdict, changes};
pub use edits::{Leeway, Wording, are_variants, relation};
pub use families::{Family, Origin, Variant, families};
pub use fold::{Folded, fold};
pub use function_words::{FUNCTION_WORDS, NUMBER_WORDS};
pub use interval::Share;
pub use lattice::Lattice;
pub use ledger::{Formulation, Ledger, LedgerError};
pub use matching::{Hit, find, hits};
pub use mining::{Mined, MiningOptions, mine};
pub use near::{Near, near};
pub use tiers::{TIERS, TierError, Tiers};
pub use usage::{FamilyUsage, Timeline, Usage, usage};
