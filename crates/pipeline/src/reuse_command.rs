//! What articles take over from each other: a command without a model.

use std::time::Instant;

use report::tables::ReuseRow;
use serde_json::{Value, json};

use crate::by_period::ByPeriod;
use crate::clock::Clock;
use crate::lexical::{self, Output, Read, Results};
use crate::listed::Listed;
use crate::pieces;
use crate::reusing::{ReuseOptions, Reusing};
use crate::run::on_threads;
use crate::{Event, Outcome, Periods, PipelineError, Sides, TextSettings, repeats};

/// Share of a sentence's words that must be an earlier piece's for the sentence to be told as taken over.
const TAKEN_OVER: f64 = 0.5;

/// A checked request for reuse.
#[derive(Clone, Debug)]
pub struct ReuseSettings {
    /// Texts and results.
    pub texts: TextSettings,
    /// Which articles are looked at; each against all others.
    pub sides: Sides,
    /// How reuse is looked for.
    pub options: ReuseOptions,
    /// What articles are gathered by in time.
    pub by: Periods,
}

/// What was found, in short.
#[derive(Clone, Debug, Default)]
pub struct ReuseOutcome {
    /// What was read.
    pub texts: Outcome,
    /// Pairs of places that share a passage.
    pub passages: usize,
    /// Clusters of copies.
    pub clusters: usize,
    /// Pairs of pieces that are nearly the same.
    pub near_duplicates: usize,
    /// Sentences of the studied articles that are mostly an earlier piece's.
    pub sentences: usize,
    /// Recall of MinHash, where it was asked for: of near-duplicates and of pairs that share a passage,
    /// each as found and there.
    pub recall: Option<[(u64, u64); 2]>,
}

/// Finds the passages that articles share with others, and writes them in a folder or as one table.
///
/// # Errors
/// Only where nothing can be looked at: inputs that don't exist, a condition that makes no sense,
/// results that can't be written.
pub fn reuse(
    settings: &ReuseSettings,
    observe: &mut (dyn FnMut(Event<'_>) + Send),
) -> Result<ReuseOutcome, PipelineError> {
    on_threads(settings.texts.threads, || find(settings, observe))
}

fn find(
    settings: &ReuseSettings,
    observe: &mut dyn FnMut(Event<'_>),
) -> Result<ReuseOutcome, PipelineError> {
    let start = Instant::now();
    let wanted = &settings.texts;
    let counter = wanted.counting.counter()?;
    let output = Output::create(&wanted.out)?;
    let mut clock = Clock::default();
    let mut texts = lexical::read(wanted, &mut clock, observe)?;
    settings.sides.mark(&mut texts.pieces, observe)?;
    let (pieces, problems) = (&texts.pieces, &texts.problems);
    let reusing = clock.time("find reuse", "passages", observe, |_| {
        let corpus = lexical::corpus_cut(pieces, &counter)?;
        counter.check()?;
        let reusing = Reusing::among(pieces, corpus, &settings.options);
        let passages = reusing.passages();
        Ok::<_, PipelineError>((reusing, passages))
    })?;
    let sentences = taken_over(pieces, &reusing);
    let mut found = reusing.record();
    found["sentences_taken_over"] = json!(sentences);
    let outcome = ReuseOutcome {
        texts: Outcome::of_texts(pieces, problems, &wanted.out),
        passages: reusing.passages(),
        clusters: reusing.clusters(),
        near_duplicates: reusing.duplicates(),
        sentences,
        recall: recall(&found["lsh"]),
    };
    match output {
        Output::Table(file) => {
            reusing.write_passages(file.table::<ReuseRow<'_>>()?, pieces)?;
            file.commit::<ReuseRow<'_>>()?;
        }
        Output::Folder(folder) => {
            clock.time("write reuse", "passages", observe, |_| {
                reusing.write(&folder, pieces)?;
                Ok::<_, PipelineError>(((), reusing.passages()))
            })?;
            let timeline = (settings.by).observed(pieces, repeats::groups(pieces), observe);
            clock.time("periods", "documents", observe, |_| {
                let listed = Listed::all(pieces);
                let mut table = ByPeriod::new(&listed, &timeline);
                table.reuse(&reusing);
                table.write(&folder)?;
                Ok::<_, PipelineError>(((), pieces.len()))
            })?;
            let own = json!({
                "sides": settings.sides.describe(&wanted.articles, &wanted.corpus),
                "reuse": found["settings"].take(),
                "by": settings.by.name(),
            });
            if let Some(found) = found.as_object_mut() {
                found.remove("settings");
            }
            let results = Results {
                wanted,
                texts: Read::Whole(&texts),
                clock,
                start,
                settings: own,
                found,
            };
            results.commit(folder, observe)?;
        }
    }
    Ok(outcome)
}

/// Sentences of studied pieces that are mostly an earlier piece's.
fn taken_over(pieces: &[pieces::Piece], reusing: &Reusing) -> usize {
    let studied = pieces
        .iter()
        .enumerate()
        .filter(|(_, piece)| piece.is_studied);
    studied
        .flat_map(|(at, piece)| (0..piece.document.sentences.len()).map(move |s| (at, s)))
        .filter_map(|(piece, sentence)| reusing.verbatim(piece, sentence))
        .filter(|verbatim| verbatim.share >= TAKEN_OVER)
        .count()
}

fn recall(hashed: &Value) -> Option<[(u64, u64); 2]> {
    let of = |what: &str| {
        let told = hashed.get(what)?;
        Some((told["found"].as_u64()?, told["exact"].as_u64()?))
    };
    Some([of("near_duplicates")?, of("sharing_a_passage")?])
}
