//! What a run does, stage by stage: read, clean, segment, tokenize, embed, themes, compare, write.
//! Commands that count words go another way from the texts on: [`keyness`], [`formulations`].
//!
//! Knows no command line and prints nothing: it takes checked [`Settings`], tells an observer what
//! happens as [`Event`]s, and returns an [`Outcome`].

mod aggregating;
mod agreeing;
mod checking;
mod clock;
mod comparing;
mod condition;
mod embedding;
mod error;
mod event;
mod keyness;
mod ledger;
mod lexical;
mod outcome;
mod periods;
mod pieces;
mod readings;
mod record;
mod remembering;
mod repeats;
mod run;
mod settings;
mod sides;
mod texts;
mod theming;
mod wordings;
mod writing;

pub use agreeing::Compared;
pub use checking::describe_overlap;
pub use condition::{Condition, ConditionError};
pub use error::PipelineError;
pub use event::Event;
pub use keyness::{KeyTerm, KeynessOutcome, KeynessSettings, keyness};
pub use lexical::TextSettings;
pub use outcome::{Closest, Limit, Outcome, ThemeExamples};
pub use periods::Periods;
pub use readings::{Reading, Readings};
pub use record::{describe_model, describe_themes};
pub use run::run;
pub use settings::{
    CalibrationChoice, CodebookFile, Corrections, Goal, LexiconChoice, ModelChoice, NliChoice,
    ScorerKind, Settings, ThemeSettings,
};
pub use sides::Sides;
pub use wordings::{
    ChangeInShort, FamilyInShort, FormulationOutcome, FormulationSettings, LedgerFile, formulations,
};
