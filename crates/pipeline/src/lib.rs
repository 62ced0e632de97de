//! What a run does, stage by stage: read, clean, segment, tokenize, embed, themes, compare, write.
//!
//! Knows no command line and prints nothing: it takes checked [`Settings`], tells an observer what
//! happens as [`Event`]s, and returns an [`Outcome`].

mod aggregating;
mod agreeing;
mod checking;
mod clock;
mod comparing;
mod embedding;
mod error;
mod event;
mod ledger;
mod outcome;
mod pieces;
mod readings;
mod record;
mod remembering;
mod run;
mod settings;
mod theming;
mod writing;

pub use agreeing::Compared;
pub use checking::describe_overlap;
pub use error::PipelineError;
pub use event::Event;
pub use outcome::{Closest, Limit, Outcome, ThemeExamples};
pub use readings::{Reading, Readings};
pub use record::{describe_model, describe_themes};
pub use run::run;
pub use settings::{
    CalibrationChoice, CodebookFile, Corrections, Goal, LexiconChoice, ModelChoice, NliChoice,
    ScorerKind, Settings, ThemeSettings,
};
