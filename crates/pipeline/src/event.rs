//! What an observer hears of a run.

use source::Problem;

/// Something that happened in a run.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A stage begins.
    Started {
        /// The stage.
        stage: &'static str,
    },
    /// A stage has come some way.
    Advanced {
        /// The stage.
        stage: &'static str,
        /// Items done.
        done: usize,
        /// Items in all.
        total: usize,
    },
    /// A stage is done.
    Done {
        /// The stage.
        stage: &'static str,
        /// What it counts.
        unit: &'static str,
        /// How many.
        items: usize,
        /// Wall time.
        seconds: f64,
    },
    /// An article was left out, or is in doubt.
    Problem(&'a Problem),
    /// Something the user should know.
    Note(&'a str),
    /// Something the user may like to know.
    Remark(&'a str),
}
