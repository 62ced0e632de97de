//! What a run does, stage by stage: read, clean, segment, tokenize, embed, themes, compare, write.
//! Commands that count words go another way from the texts on: [`keyness`], [`kwic`], [`words`],
//! [`shift`], [`reuse`](reuse()), [`formulations`].
//!
//! Knows no command line and prints nothing: it takes checked [`Settings`], tells an observer what
//! happens as [`Event`]s, and returns an [`Outcome`].

mod aggregating;
mod agreeing;
mod by_period;
mod checking;
mod clock;
mod comparing;
mod condition;
mod counted;
mod counting;
mod drift;
mod embedding;
mod error;
mod event;
mod grouping;
mod keyness;
mod kwic;
mod ledger;
mod lexical;
mod listed;
mod mapping;
mod neighbours;
mod novelty;
mod novelty_tables;
mod outcome;
mod periods;
mod pieces;
mod profiles;
mod readings;
mod record;
mod remembering;
mod repeats;
mod reuse_command;
mod reusing;
mod run;
mod settings;
mod shift;
mod sides;
mod texts;
mod theming;
mod wordings;
mod words;
mod writing;

pub use agreeing::Compared;
pub use checking::describe_overlap;
pub use condition::{Condition, ConditionError};
pub use counting::{Counting, Stemming};
pub use error::PipelineError;
pub use event::Event;
pub use keyness::{KeyTerm, KeynessOutcome, KeynessSettings, keyness};
pub use kwic::{KwicFound, KwicLine, KwicOutcome, KwicSettings, kwic};
pub use lexical::TextSettings;
pub use outcome::{Closest, GroupFigure, Limit, NoveltyShares, Outcome, ThemeExamples};
pub use periods::Periods;
pub use readings::{Reading, Readings};
pub use record::{describe_model, describe_themes};
pub use reuse_command::{ReuseOutcome, ReuseSettings, reuse};
pub use reusing::ReuseOptions;
pub use run::run;
pub use settings::{
    CalibrationChoice, CodebookFile, ComparisonSettings, Corrections, DriftSettings, Goal,
    GroupSettings, LexiconChoice, ModelChoice, NeighbourSearch, NliChoice, ScorerKind, Settings,
    ThemeSettings,
};
pub use shift::{ShiftOutcome, ShiftSettings, shift};
pub use sides::Sides;
pub use wordings::{
    ChangeInShort, FamilyInShort, FormulationOutcome, FormulationSettings, LedgerFile, formulations,
};
pub use words::{WordsOutcome, WordsSettings, words};
