//! By which words a target and a reference differ, as parts of their divergence.

use std::time::Instant;

use lexis::{TermShift, WordShift};
use report::tables::ShiftRow;
use serde_json::json;

use crate::clock::Clock;
use crate::counted::{self, Passages};
use crate::lexical::{Output, Read, Results};
use crate::repeats::Fingerprints;
use crate::run::on_threads;
use crate::{Event, Outcome, PipelineError, Sides, TextSettings, sides};

/// A checked request for a word shift.
#[derive(Clone, Debug)]
pub struct ShiftSettings {
    /// Texts and results.
    pub texts: TextSettings,
    /// What is held against what.
    pub sides: Sides,
    /// Shuffles of the articles behind the null; 0 for none.
    pub permutations: u32,
    /// Their seed.
    pub seed: u64,
    /// How many words of each side are told.
    pub told: usize,
}

/// What was found, in short.
#[derive(Clone, Debug, Default)]
pub struct ShiftOutcome {
    /// What was read: articles are the target, others the reference.
    pub texts: Outcome,
    /// Jensen-Shannon divergence in bits.
    pub jsd: f64,
    /// Mean divergence of shuffled articles, and the share of shuffles with as much.
    pub null: Option<(f64, f64)>,
    /// The words that draw most to the target, and to the reference: word, part in bits.
    pub words: [Vec<(String, f64)>; 2],
}

/// Takes the divergence of two sides apart by word, and writes the table, in a folder or alone.
///
/// # Errors
/// Only where nothing can be compared: inputs that don't exist, a side without articles or words,
/// results that can't be written.
pub fn shift(
    settings: &ShiftSettings,
    observe: &mut (dyn FnMut(Event<'_>) + Send),
) -> Result<ShiftOutcome, PipelineError> {
    on_threads(settings.texts.threads, || compare(settings, observe))
}

fn compare(
    settings: &ShiftSettings,
    observe: &mut dyn FnMut(Event<'_>),
) -> Result<ShiftOutcome, PipelineError> {
    let start = Instant::now();
    let wanted = &settings.texts;
    let counter = wanted.counting.counter()?;
    let output = Output::create(&wanted.out)?;
    let mut clock = Clock::default();
    let mut fingerprints = Fingerprints::default();
    let mut counted = counted::read(
        wanted,
        &counter,
        (&output, Passages::Dropped),
        &mut clock,
        observe,
        |pieces| {
            fingerprints.extend(pieces);
        },
    )?;
    settings.sides.mark(&mut counted.pieces, observe)?;
    let (pieces, corpus) = (&counted.pieces, &counted.corpus);
    let split = sides::split_listed(&counted.pieces, fingerprints)?;
    let found = clock.time("word shift", "words", observe, |_| {
        let found = WordShift::new(corpus, &split).ok_or(PipelineError::WordlessSide)?;
        let words = found.terms.len();
        Ok::<_, PipelineError>((found, words))
    })?;
    let null = clock.time("null of shuffles", "shuffles", observe, |_| {
        let null = lexis::shift_null(corpus, &split, settings.permutations, settings.seed);
        Ok::<_, PipelineError>((null, settings.permutations as usize))
    })?;
    let word = |shift: &TermShift| corpus.vocabulary().word(shift.term);
    clock.time("write shift", "words", observe, |_| {
        let mut table = output.table::<ShiftRow<'_>>()?;
        let rate = |count: u64, of: u64| count as f64 / of as f64 * 1e6;
        for (at, shift) in found.terms.iter().enumerate() {
            table.push(&ShiftRow {
                rank: at + 1,
                term: word(shift),
                target_count: shift.target,
                reference_count: shift.reference,
                target_per_million: rate(shift.target, found.target_tokens).into(),
                reference_per_million: rate(shift.reference, found.reference_tokens).into(),
                contribution: shift.contribution.into(),
                share: (shift.contribution.abs() / found.jsd).into(),
            })?;
        }
        table.finish()?;
        Ok::<_, PipelineError>(((), found.terms.len()))
    })?;
    let told = |is_of: &dyn Fn(f64) -> bool| {
        let of_side = found.terms.iter().filter(|shift| is_of(shift.contribution));
        let told = of_side.take(settings.told);
        told.map(|shift| (word(shift).to_owned(), shift.contribution))
            .collect()
    };
    let outcome = ShiftOutcome {
        texts: Outcome::of_listed(pieces, &counted.problems, &wanted.out),
        jsd: found.jsd,
        null: null.map(|null| (null.mean, null.p)),
        words: [told(&|part| part > 0.0), told(&|part| part < 0.0)],
    };
    let of_null =
        null.map(|of| json!({"mean": of.mean, "sd": of.sd, "excess": of.excess(), "p": of.p}));
    let results = Results {
        wanted,
        texts: Read::Counted(&counted),
        clock,
        start,
        settings: json!({
            "sides": settings.sides.describe(&wanted.articles, &wanted.corpus),
            "permutations": settings.permutations,
            "seed": settings.seed,
        }),
        found: json!({
            "jsd": found.jsd,
            "target_part": found.target_part(),
            "target_tokens": found.target_tokens,
            "reference_tokens": found.reference_tokens,
            "words": found.terms.len(),
            "null": of_null,
        }),
    };
    output.commit::<ShiftRow<'_>>(results, observe)?;
    Ok(outcome)
}
