//! `themes check`: whether a codebook tells its themes apart, and what it finds.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use model::Embedder;
use pipeline::{Goal, ThemeExamples};
use themes::EmbeddingScorer;

use crate::args::Options;
use crate::commands::{count, run};
use crate::config;

/// Sentences of each kind shown; typical.csv has more.
const SHOWN: usize = 2;

pub(crate) fn check(paths: Vec<PathBuf>, options: &Options) -> Result<ExitCode> {
    if paths.is_empty() {
        return overlaps(options);
    }
    let mut settings = config::settings(Goal::Themes, "themes check", paths, vec![], options)?;
    settings.corpus.clear();
    settings.check = true;
    let (outcome, code) = run::finish(&settings, options.read.quiet)?;
    if !options.read.quiet {
        outcome.examples.iter().for_each(show);
        say!("results: {}", outcome.out.display());
    }
    Ok(code)
}

fn overlaps(options: &Options) -> Result<ExitCode> {
    let (card, mut settings, chosen) = config::model_and_themes(&options.model, &options.themes)?;
    settings.unit_length = true;
    let codebook = &chosen.codebook.codebook;
    let mut embedder = Embedder::open(&card, &settings)?;
    let scorer = EmbeddingScorer::new(codebook, &mut embedder)?;
    let found = themes::overlaps(codebook, &scorer);
    let said: Vec<String> = (found.iter())
        .filter_map(|overlap| pipeline::describe_overlap(codebook, overlap))
        .collect();
    say!(
        "codebook: {} {}, {}, {}",
        codebook.name,
        codebook.version,
        count(codebook.themes.len(), "theme"),
        count(said.len(), "overlap")
    );
    for line in said {
        say!("{line}");
    }
    Ok(ExitCode::SUCCESS)
}

fn show(of_theme: &ThemeExamples) {
    say!("{} ({})", of_theme.theme, count(of_theme.won, "sentence"));
    for text in of_theme.typical.iter().take(SHOWN) {
        say!("  typical   {text}");
    }
    for (text, second) in of_theme.doubtful.iter().take(SHOWN) {
        say!("  doubtful  {text} [or {second}]");
    }
}
