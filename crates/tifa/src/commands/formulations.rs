//! `formulations`.

use std::process::ExitCode;

use anyhow::{Context, Result};
use formulations::{ChangeOptions, MiningOptions};
use pipeline::{ChangeInShort, FamilyInShort, FormulationOutcome, FormulationSettings};

use crate::args::{CountingOptions, FormulationOptions, Inputs, TextOptions};
use crate::commands::{count, run};
use crate::{config, show};

/// Formulations and changes told.
const TOLD: usize = 10;

pub(crate) fn formulations(
    inputs: Inputs,
    chosen: &FormulationOptions,
    options: &TextOptions,
) -> Result<ExitCode> {
    let condition = chosen.condition.as_ref();
    let condition = condition
        .map(|typed| typed.parse().context("--where"))
        .transpose()?;
    let (ledger, tiers) = config::ledger_and_tiers(chosen, options)?;
    let settings = FormulationSettings {
        texts: config::texts(
            "formulations",
            inputs.paths,
            Vec::new(),
            &CountingOptions::default(),
            options,
        )?,
        condition,
        ledger,
        mining: chosen.mine.then(|| MiningOptions {
            min_count: chosen.min_count,
            min_documents: chosen.min_docs,
            ..MiningOptions::default()
        }),
        by: config::by(chosen.by, options)?,
        tiers,
        changes: ChangeOptions {
            permutations: chosen.permutations,
            seed: config::seed(chosen.seed, options)?,
        },
        told: TOLD,
    };
    let mut observer = show::Observer::new(options.read.quiet);
    let outcome = pipeline::formulations(&settings, &mut |event| observer.hear(&event));
    observer.finish();
    let outcome = outcome?;
    if !options.read.quiet {
        summarize(&outcome, chosen.mine);
    }
    Ok(run::code(&outcome.texts))
}

fn summarize(outcome: &FormulationOutcome, has_mined: bool) {
    let texts = &outcome.texts;
    say!(
        "{}{}; {}, {}",
        count(texts.articles, "article"),
        run::left_out(texts),
        count(texts.sentences, "sentence"),
        count(texts.words, "word")
    );
    let mined = if has_mined {
        format!(", {} mined", outcome.mined)
    } else {
        String::new()
    };
    say!(
        "{} of the ledger, {} found{mined}; {}; {} nearly one",
        count(outcome.listed, "formulation"),
        outcome.found,
        count(outcome.hits, "hit"),
        count(outcome.near, "passage"),
    );
    show_families(&outcome.families);
    show_changes(&outcome.changes, outcome.compared);
    say!("results: {}", texts.out.display());
}

fn show_families(families: &[FamilyInShort]) {
    const TITLE: &str = "in the most articles";
    if families.is_empty() {
        return;
    }
    let widths = families.iter().map(|family| family.name.chars().count());
    let width = widths.chain([TITLE.len()]).max().unwrap_or(0);
    say!("{TITLE:width$}  articles  share  95 % interval  hits  wordings  first seen  last seen");
    for family in families {
        let share = family.share;
        let (first, last) = &family.seen;
        say!(
            "{:width$}  {:>8}  {:>5.3}  {:.3} to {:.3}  {:>4}  {:>8}  {first:10}  {last}",
            family.name,
            share.articles,
            share.share,
            share.low,
            share.high,
            family.hits,
            family.wordings,
        );
    }
}

fn show_changes(changes: &[ChangeInShort], (compared, too_few): (usize, usize)) {
    if compared > 0 {
        say!(
            "wordings two by two: {} compared, {too_few} of them in too few articles to tell",
            count(compared, "pair")
        );
    }
    for change in changes {
        say!(
            "  {}: \"{}\" after \"{}\", since {} (p {:.4})",
            change.verdict.name(),
            change.new,
            change.old,
            change.since,
            change.p
        );
    }
}
