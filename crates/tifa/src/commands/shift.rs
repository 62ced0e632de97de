//! `shift`.

use std::process::ExitCode;

use anyhow::Result;
use pipeline::{ShiftOutcome, ShiftSettings};

use crate::args::{CountingOptions, ShiftOptions, SideOptions, TextOptions};
use crate::commands::{count, keyness, run};
use crate::{config, show};

/// Words told of each side.
const TOLD: usize = 10;

pub(crate) fn shift(
    sides: SideOptions,
    chosen: &ShiftOptions,
    counting: &CountingOptions,
    options: &TextOptions,
) -> Result<ExitCode> {
    let (texts, sides) = keyness::divided("shift", sides, counting, options)?;
    let settings = ShiftSettings {
        texts,
        sides,
        permutations: chosen.permutations,
        seed: config::seed(chosen.seed, options)?,
        told: TOLD,
    };
    let mut observer = show::Observer::new(options.read.quiet);
    let outcome = pipeline::shift(&settings, &mut |event| observer.hear(&event));
    observer.finish();
    let outcome = outcome?;
    if !options.read.quiet {
        summarize(&outcome);
    }
    Ok(run::code(&outcome.texts))
}

fn summarize(outcome: &ShiftOutcome) {
    let texts = &outcome.texts;
    say!(
        "{} against {}{}",
        count(texts.articles, "article"),
        texts.others,
        run::left_out(texts)
    );
    let null = outcome.null.map_or(String::new(), |(mean, p)| {
        format!("; {mean:.4} where articles are shuffled (p {p:.4})")
    });
    say!("Jensen-Shannon divergence {:.4} bits{null}", outcome.jsd);
    for (title, words) in ["more in the target", "more in the reference"]
        .into_iter()
        .zip(&outcome.words)
    {
        let words: Vec<String> = words
            .iter()
            .map(|(word, part)| format!("{word} {part:+.5}"))
            .collect();
        say!("{title}: {}", words.join(", "));
    }
    say!("results: {}", texts.out.display());
}
