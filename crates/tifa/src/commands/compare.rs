//! `compare`.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Result, bail};
use pipeline::{Goal, GroupFigure, GroupSettings};

use crate::args::{DriftOptions, GroupOptions, Options, SideOptions};
use crate::commands::{keyness, run};
use crate::config;

pub(crate) fn compare(
    against: Vec<PathBuf>,
    mut sides: SideOptions,
    groups: &GroupOptions,
    drift: DriftOptions,
    options: &Options,
) -> Result<ExitCode> {
    let paths = std::mem::take(&mut sides.paths);
    let is_divided = sides.condition.is_some() || sides.article.is_some();
    if is_divided {
        sides.paths.clone_from(&paths);
    }
    let Some((articles, reference, sides)) = keyness::parted(sides)? else {
        if paths.is_empty() {
            bail!(
                "say what to compare: PATH... --against PATH..., PATH... alone, or --target PATH... --reference PATH... (see `tifa compare --help`)"
            );
        }
        return run::compare(("compare", paths, against), drift, options);
    };
    let mut settings = config::settings(
        Goal::Comparison,
        "compare",
        articles,
        reference.clone(),
        options,
    )?;
    // The corpus of tifa.toml is what single articles are compared with, and no group.
    settings.corpus = reference;
    settings.comparison.groups = Some(GroupSettings {
        sides,
        words: groups.words.get(),
        documents: groups.documents,
        rwmd: groups.rwmd,
    });
    settings.comparison.drift = config::drift(drift);
    let (outcome, code) = run::finish(&settings, options.read.quiet)?;
    if !options.read.quiet {
        run::summarize(&outcome, Goal::Comparison, &show_groups(&outcome.groups));
    }
    Ok(code)
}

/// Measures of the groups, a line each.
fn show_groups(figures: &[GroupFigure]) -> Vec<String> {
    let line = |figure: &GroupFigure| {
        let p = figure.p.map_or(String::new(), |p| format!("  p {p:.4}"));
        let value = if figure.value.is_nan() {
            "unknown".to_owned()
        } else {
            format!("{:.4}", figure.value)
        };
        format!("{:16} {value:>9}{p}  {}", figure.measure, figure.term)
            .trim_end()
            .to_owned()
    };
    figures.iter().map(line).collect()
}
