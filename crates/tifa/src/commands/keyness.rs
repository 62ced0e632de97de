//! `keyness`.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use lexis::{CountOptions, Permutations, Prior, Score};
use pipeline::{KeyTerm, KeynessOutcome, KeynessSettings, Sides, TextSettings};

use crate::args::{CountingOptions, KeynessOptions, SideOptions, TextOptions};
use crate::commands::{count, run};
use crate::{config, show};

/// Terms told of each side.
const TOLD: usize = 10;

pub(crate) fn keyness(
    sides: SideOptions,
    chosen: &KeynessOptions,
    counting: &CountingOptions,
    options: &TextOptions,
) -> Result<ExitCode> {
    let (texts, sides) = divided("keyness", sides, counting, options)?;
    let permutations = Permutations {
        score: Score::G2,
        count: chosen.permutations,
        seed: config::seed(chosen.seed, options)?,
    };
    let settings = KeynessSettings {
        texts,
        sides,
        counts: CountOptions {
            sizes: 1..=chosen.max_n.into(),
            min_count: chosen.min_count,
            min_documents: chosen.min_docs,
        },
        options: lexis::KeynessOptions {
            prior: Prior::Informative {
                total: chosen.prior.into(),
            },
            permutations: (chosen.permutations > 0).then_some(permutations),
            anchors: chosen.anchors.into(),
            ..lexis::KeynessOptions::default()
        },
        told: TOLD,
    };
    let mut observer = show::Observer::new(options.read.quiet);
    let outcome = pipeline::keyness(&settings, &mut |event| observer.hear(&event));
    observer.finish();
    let outcome = outcome?;
    if !options.read.quiet {
        summarize(&outcome);
    }
    Ok(run::code(&outcome.texts))
}

/// The texts of a command that holds a target against a reference, and which is which.
pub(crate) fn divided(
    command: &'static str,
    sides: SideOptions,
    counting: &CountingOptions,
    options: &TextOptions,
) -> Result<(TextSettings, Sides)> {
    let Some((articles, reference, sides)) = parted(sides)? else {
        bail!(
            "say what to compare: --target PATH... --reference PATH..., or PATH... with --where CONDITION or --article DOC_ID (see `tifa {command} --help`)"
        );
    };
    let texts = config::texts(command, articles, reference, counting, options)?;
    Ok((texts, sides))
}

/// Articles, reference, and which is which.
pub(crate) type Parted = (Vec<PathBuf>, Vec<PathBuf>, Sides);

/// How the options divide articles; none where the options don't divide anything.
pub(crate) fn parted(sides: SideOptions) -> Result<Option<Parted>> {
    Ok(match (sides.condition, sides.article) {
        _ if !sides.target.is_empty() => Some((sides.target, sides.reference, Sides::Paths)),
        (Some(condition), _) => {
            let parsed = condition.parse().context("--where")?;
            Some((sides.paths, Vec::new(), Sides::Where(parsed)))
        }
        (_, Some(article)) => Some((sides.paths, Vec::new(), Sides::Article(article))),
        _ => None,
    })
}

fn summarize(outcome: &KeynessOutcome) {
    let texts = &outcome.texts;
    say!(
        "{} against {}{}",
        count(texts.articles, "article"),
        texts.others,
        run::left_out(texts)
    );
    say!(
        "{}, {}; {} tested",
        count(texts.sentences, "sentence"),
        count(texts.words, "word"),
        count(outcome.terms, "term")
    );
    show_terms("more in the target", &outcome.target);
    show_terms("more in the reference", &outcome.reference);
    say!("results: {}", texts.out.display());
}

fn show_terms(title: &str, terms: &[KeyTerm]) {
    if terms.is_empty() {
        return;
    }
    let width = terms.iter().map(|term| term.term.chars().count());
    let width = width.chain([title.len()]).max().unwrap_or(0);
    say!("{title:width$}         G2  log ratio  target  reference");
    for term in terms {
        say!(
            "{:width$} {:>10.2} {:>10.2} {:>7} {:>10}",
            term.term,
            term.g2,
            term.log_ratio,
            term.target_count,
            term.reference_count
        );
    }
}
