//! `reuse`.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use pipeline::{ReuseOutcome, ReuseSettings, Sides};

use crate::args::{CountingOptions, ReuseOptions, ReuseSides, TextOptions};
use crate::commands::{count, run};
use crate::{config, show};

pub(crate) fn reuse(
    paths: Vec<PathBuf>,
    sides: ReuseSides,
    chosen: &ReuseOptions,
    counting: &CountingOptions,
    options: &TextOptions,
) -> Result<ExitCode> {
    let (corpus, sides) = match (sides.condition, sides.article) {
        (Some(condition), _) => {
            let parsed = condition.parse().context("--where")?;
            (Vec::new(), Sides::Where(parsed))
        }
        (_, Some(article)) => (Vec::new(), Sides::Article(article)),
        _ => (config::corpus(sides.corpus, options)?, Sides::Paths),
    };
    let settings = ReuseSettings {
        texts: config::texts("reuse", paths, corpus, counting, options)?,
        by: config::by(chosen.by, options)?,
        sides,
        options: pipeline::ReuseOptions {
            ngram: chosen.ngram.into(),
            shared: reuse::SharedOptions {
                max_documents: chosen.max_docs,
                min_words: chosen.min_words.max(chosen.ngram.into()),
                min_identity: chosen.min_identity,
                within: chosen.within,
            },
            overlap: chosen.overlap,
            duplicate: chosen.duplicate,
            copies: chosen.copies,
            lsh: chosen.lsh,
            seed: config::seed(chosen.seed, options)?,
        },
    };
    let mut observer = show::Observer::new(options.read.quiet);
    let outcome = pipeline::reuse(&settings, &mut |event| observer.hear(&event));
    observer.finish();
    let outcome = outcome?;
    if !options.read.quiet {
        summarize(&outcome);
    }
    Ok(run::code(&outcome.texts))
}

fn summarize(outcome: &ReuseOutcome) {
    let texts = &outcome.texts;
    let against = match texts.others {
        0 => ", each against the others".into(),
        others => format!(", against {others} more of the corpus"),
    };
    say!(
        "{}{against}{}",
        count(texts.articles, "article"),
        run::left_out(texts)
    );
    say!(
        "{}, {}; {} mostly taken over from an earlier piece",
        count(texts.sentences, "sentence"),
        count(texts.words, "word"),
        count(outcome.sentences, "sentence")
    );
    say!(
        "{} between pieces, {} of copies, {} of near-duplicates",
        count(outcome.passages, "shared passage"),
        count(outcome.clusters, "cluster"),
        count(outcome.near_duplicates, "pair")
    );
    if let Some([alike, sharing]) = outcome.recall {
        say!(
            "MinHash found {} of {} near-duplicate pairs of the sample, and {} of {} pairs that share a passage",
            alike.0,
            alike.1,
            sharing.0,
            sharing.1
        );
    }
    say!("results: {}", texts.out.display());
}
