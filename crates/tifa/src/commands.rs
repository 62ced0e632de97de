//! One file a command; each returns the exit code.

mod models;
mod run;

use std::process::ExitCode;

use anyhow::Result;
use pipeline::Goal;

use crate::args::{Args, Command};

pub(crate) fn execute(args: Args) -> Result<ExitCode> {
    match args.command {
        Command::Run {
            inputs,
            corpus,
            options,
        } => run::run(Goal::Comparison, "run", inputs.paths, corpus, &options),
        Command::Compare {
            article,
            against,
            options,
        } => run::run(
            Goal::Comparison,
            "compare",
            vec![article],
            against,
            &options,
        ),
        Command::Tokenize { inputs, options } => {
            run::run(Goal::Tokens, "tokenize", inputs.paths, vec![], &options)
        }
        Command::Embed { inputs, options } => {
            run::run(Goal::Vectors, "embed", inputs.paths, vec![], &options)
        }
        Command::Themes { inputs, options } => {
            run::run(Goal::Themes, "themes", inputs.paths, vec![], &options)
        }
        Command::Models { action, models } => models::models(&action, models.as_deref()),
    }
}
