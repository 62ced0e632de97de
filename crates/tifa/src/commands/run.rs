//! `run`, `compare`, and the stages alone.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use pipeline::{Goal, Limit, Outcome, Settings};

use crate::args::{DriftOptions, Options};
use crate::commands::count;
use crate::{config, show};

/// A stage alone, of articles that are compared with nothing.
pub(crate) fn run(
    goal: Goal,
    command: &'static str,
    articles: Vec<PathBuf>,
    options: &Options,
) -> Result<ExitCode> {
    let mut settings = config::settings(goal, command, articles, Vec::new(), options)?;
    settings.corpus.clear();
    let (outcome, code) = finish(&settings, options.read.quiet)?;
    if !options.read.quiet {
        summarize(&outcome, goal, &[]);
    }
    Ok(code)
}

/// The whole way: a command, its articles, and what they are compared with.
pub(crate) fn compare(
    (command, articles, corpus): (&'static str, Vec<PathBuf>, Vec<PathBuf>),
    drift: DriftOptions,
    options: &Options,
) -> Result<ExitCode> {
    let goal = Goal::Comparison;
    let mut settings = config::settings(goal, command, articles, corpus, options)?;
    settings.comparison.drift = config::drift(drift);
    let (outcome, code) = finish(&settings, options.read.quiet)?;
    if !options.read.quiet {
        summarize(&outcome, goal, &[]);
    }
    Ok(code)
}

/// Runs, and shows how it goes.
pub(crate) fn finish(settings: &Settings, quiet: bool) -> Result<(Outcome, ExitCode)> {
    let mut observer = show::Observer::new(quiet);
    let outcome = pipeline::run(settings, &mut |event| observer.hear(&event));
    observer.finish();
    let outcome = outcome?;
    let code = code(&outcome);
    Ok((outcome, code))
}

/// The exit code that tells whether articles were left out.
pub(crate) fn code(outcome: &Outcome) -> ExitCode {
    if outcome.failed > 0 {
        ExitCode::from(1)
    } else {
        ExitCode::SUCCESS
    }
}

/// What was left out, behind what was read.
pub(crate) fn left_out(outcome: &Outcome) -> String {
    match (outcome.failed, outcome.skipped) {
        (0, 0) => String::new(),
        (failed, 0) => format!("; {failed} left out"),
        (0, skipped) => format!("; {} skipped", count(skipped, "duplicate")),
        (failed, skipped) => format!(
            "; {failed} left out, {} skipped",
            count(skipped, "duplicate")
        ),
    }
}

/// What was found, in five lines and those that the command has more.
pub(crate) fn summarize(outcome: &Outcome, goal: Goal, more: &[String]) {
    let against = match (goal, outcome.others) {
        (Goal::Comparison, 0) if outcome.articles > 1 => ", each against the others".into(),
        (Goal::Comparison, others) if others > 0 => {
            format!(", against {others} more of the corpus")
        }
        _ => String::new(),
    };
    let left_out = left_out(outcome);
    say!("{}{against}{left_out}", count(outcome.articles, "article"));
    let limit = outcome.limit.map_or(String::new(), of_the_limit);
    say!(
        "{}, {}, {}{limit}; {} of page furniture taken out",
        count(outcome.sections, "section"),
        count(outcome.sentences, "sentence"),
        count(outcome.words, "word"),
        count(outcome.cleaned, "block"),
    );
    if !outcome.themes.is_empty() {
        let named: Vec<String> = outcome
            .themes
            .iter()
            .map(|(name, share)| format!("{name} {:.0} %", share * 100.0))
            .collect();
        say!("most sentences are about: {}", named.join("; "));
    }
    if let Some(closest) = &outcome.closest {
        let repeated = outcome.repeated.map_or(String::new(), |repeated| {
            format!("; {} word for word in another piece", stand(repeated))
        });
        let novelty = outcome.novelty.map_or(String::new(), |novelty| {
            format!(
                "; {} repeat and {} rephrase what may be their source",
                novelty.verbatim, novelty.paraphrase
            )
        });
        say!(
            "nearest: {} and {} (cosine {:.3}){repeated}{novelty}",
            closest.doc_id,
            closest.other_id,
            closest.cosine
        );
    } else if outcome.repeated.is_some() {
        say!("nearest: there is nothing to compare with; name pieces with --corpus");
    }
    for line in more {
        say!("{line}");
    }
    say!("results: {}", outcome.out.display());
}

/// What became of sentences that the model can't read at once.
fn of_the_limit(limit: Limit) -> String {
    if limit.cut > 0 {
        return format!(
            "; {} cut at the model's limit, {} lost",
            count(limit.cut, "sentence"),
            count(limit.subwords_cut, "subword")
        );
    }
    if limit.windowed > 0 {
        return format!(
            "; {} over the model's limit embedded whole, in {} windows",
            count(limit.windowed, "sentence"),
            limit.windows
        );
    }
    "; none cut by the model's limit".into()
}

fn stand(sentences: usize) -> String {
    format!(
        "{} {}",
        count(sentences, "sentence"),
        if sentences == 1 { "stands" } else { "stand" }
    )
}
