//! `words`.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Result, bail};
use lexis::{CountOptions, Minimum, Unit};
use pipeline::{WordsOutcome, WordsSettings};

use crate::args::{CountingOptions, TextOptions, WordsOptions};
use crate::commands::{count, run};
use crate::{config, show};

/// Pairs told.
const TOLD: usize = 10;

pub(crate) fn words(
    paths: Vec<PathBuf>,
    chosen: &WordsOptions,
    counting: &CountingOptions,
    options: &TextOptions,
) -> Result<ExitCode> {
    let texts = config::texts("words", paths, Vec::new(), counting, options)?;
    if texts
        .out
        .extension()
        .is_some_and(|ending| ending.eq_ignore_ascii_case("csv"))
    {
        bail!(
            "--out {}: `tifa words` writes several tables; name a folder",
            texts.out.display()
        );
    }
    let settings = WordsSettings {
        texts,
        counts: CountOptions {
            sizes: 1..=chosen.max_n.into(),
            min_count: chosen.min_count,
            min_documents: chosen.min_docs,
        },
        unit: if chosen.by_sentence {
            Unit::Sentence
        } else {
            Unit::Window(chosen.window.into())
        },
        minimum: Minimum {
            word: chosen.min_pair,
            pair: chosen.min_pair,
        },
        node: chosen.node.clone(),
        by: config::by(chosen.by, options)?,
        told: TOLD,
    };
    let mut observer = show::Observer::new(options.read.quiet);
    let outcome = pipeline::words(&settings, &mut |event| observer.hear(&event));
    observer.finish();
    let outcome = outcome?;
    if !options.read.quiet {
        summarize(&outcome);
    }
    Ok(run::code(&outcome.texts))
}

fn summarize(outcome: &WordsOutcome) {
    let texts = &outcome.texts;
    say!(
        "{}{}",
        count(texts.articles, "article"),
        run::left_out(texts)
    );
    say!(
        "{}, {} of {}; {} and {} listed",
        count(texts.sentences, "sentence"),
        count(texts.words, "word"),
        count(outcome.types, "form"),
        count(outcome.terms, "term"),
        count(outcome.collocations, "pair")
    );
    let pairs = outcome.strongest.iter();
    let pairs: Vec<(String, u64, f64)> = pairs
        .map(|(first, second, both, log_dice)| (format!("{first} + {second}"), *both, *log_dice))
        .collect();
    let title = "standing together, by G2";
    let width = pairs.iter().map(|(pair, ..)| pair.chars().count());
    let width = width.chain([title.len()]).max().unwrap_or(0);
    if !pairs.is_empty() {
        say!("{title:width$}    times  logDice");
    }
    for (pair, both, log_dice) in pairs {
        say!("{pair:width$} {both:>8} {log_dice:>8.2}");
    }
    say!("results: {}", texts.out.display());
}
