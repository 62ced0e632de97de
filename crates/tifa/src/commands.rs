//! One file a command; each returns the exit code.

mod cache;
mod calibrate;
mod check;
mod compare;
mod eval;
mod formulations;
mod gzip;
mod keyness;
mod kwic;
mod labelled;
mod models;
mod reuse;
mod run;
mod scored;
mod shift;
mod words;

use std::process::ExitCode;

use anyhow::Result;
use pipeline::Goal;

use crate::args::{Args, Command, EvalTask, ThemesTask};

pub(crate) fn execute(args: Args) -> Result<ExitCode> {
    match args.command {
        Command::Run {
            inputs,
            corpus,
            drift,
            options,
        } => run::compare(("run", inputs.paths, corpus), drift, &options),
        Command::Compare {
            against,
            sides,
            groups,
            drift,
            options,
        } => compare::compare(against, *sides, &groups, drift, &options),
        Command::Tokenize { inputs, options } => {
            run::run(Goal::Tokens, "tokenize", inputs.paths, &options)
        }
        Command::Embed { inputs, options } => {
            run::run(Goal::Vectors, "embed", inputs.paths, &options)
        }
        Command::Themes {
            task: Some(ThemesTask::Check { paths, options }),
            ..
        } => check::check(paths, &options),
        Command::Themes {
            task:
                Some(ThemesTask::Calibrate {
                    table,
                    out,
                    themes,
                    options,
                }),
            ..
        } => calibrate::calibrate(&table, &out, &options, &themes),
        Command::Themes {
            inputs, options, ..
        } => {
            let paths = inputs.map_or_else(Vec::new, |inputs| inputs.paths);
            run::run(Goal::Themes, "themes", paths, &options)
        }
        Command::Keyness {
            sides,
            keyness,
            counting,
            options,
        } => keyness::keyness(sides, &keyness, &counting, &options),
        Command::Kwic {
            words,
            kwic,
            counting,
            options,
        } => kwic::kwic(words, &kwic, &counting, &options),
        Command::Words {
            inputs,
            words,
            counting,
            options,
        } => words::words(inputs.paths, &words, &counting, &options),
        Command::Shift {
            sides,
            shift,
            counting,
            options,
        } => shift::shift(sides, &shift, &counting, &options),
        Command::Reuse {
            inputs,
            sides,
            reuse,
            counting,
            options,
        } => reuse::reuse(inputs.paths, sides, &reuse, &counting, &options),
        Command::Formulations {
            inputs,
            formulations,
            options,
        } => formulations::formulations(inputs, &formulations, &options),
        Command::Eval { task } => match task {
            EvalTask::Sts { pairs, options } => eval::sts(&pairs, &options),
            EvalTask::Themes {
                table,
                out,
                themes,
                options,
            } => eval::themes(&table, out.as_deref(), &options, &themes),
        },
        Command::Cache { action, cache } => cache::cache(&action, cache),
        Command::Models { action, models } => models::models(&action, models.as_deref()),
    }
}

/// A number with its noun, thousands apart.
fn count(number: usize, noun: &str) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("{grouped} {noun}{}", if number == 1 { "" } else { "s" })
}
