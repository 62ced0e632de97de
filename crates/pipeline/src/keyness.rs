//! Which terms a target uses more or less than a reference.

use std::time::Instant;

use lexis::{CountOptions, Counts, Dispersion, Keyness, KeynessOptions, Prior, Split};
use rayon::prelude::*;
use report::tables::KeynessRow;
use report::{Decimal, Table};
use serde_json::{Value, json};

use crate::clock::Clock;
use crate::counted::{self, Counted, Passages};
use crate::lexical::{Output, Read, Results};
use crate::repeats::Fingerprints;
use crate::run::on_threads;
use crate::{Event, Outcome, PipelineError, Sides, TextSettings, sides};

/// Rows that are made at the same time.
const ROWS: usize = 4096;

/// A checked request for keyness.
#[derive(Clone, Debug)]
pub struct KeynessSettings {
    /// Texts and results.
    pub texts: TextSettings,
    /// What is held against what.
    pub sides: Sides,
    /// Which terms are tested.
    pub counts: CountOptions,
    /// How they are tested; of passages at most three are written.
    pub options: KeynessOptions,
    /// How many of the keyest terms of each side are told.
    pub told: usize,
}

/// What was found, in short.
#[derive(Clone, Debug, Default)]
pub struct KeynessOutcome {
    /// What was read: articles are the target, others the reference.
    pub texts: Outcome,
    /// Terms that were tested.
    pub terms: usize,
    /// What the target uses more, the keyest first.
    pub target: Vec<KeyTerm>,
    /// What the reference uses more, the keyest first.
    pub reference: Vec<KeyTerm>,
}

/// A term in short.
#[derive(Clone, Debug)]
pub struct KeyTerm {
    /// Its words.
    pub term: String,
    /// Its signed G².
    pub g2: f64,
    /// Its Log Ratio.
    pub log_ratio: f64,
    /// Occurrences in the target.
    pub target_count: u64,
    /// Occurrences in the reference.
    pub reference_count: u64,
}

/// Compares how two sides use all terms that are frequent enough, and writes the table of all of them,
/// in a folder or alone.
///
/// # Errors
/// Only where nothing can be compared: inputs that don't exist, a side without articles, a condition
/// that makes no sense, results that can't be written.
pub fn keyness(
    settings: &KeynessSettings,
    observe: &mut (dyn FnMut(Event<'_>) + Send),
) -> Result<KeynessOutcome, PipelineError> {
    on_threads(settings.texts.threads, || compare(settings, observe))
}

fn compare(
    settings: &KeynessSettings,
    observe: &mut dyn FnMut(Event<'_>),
) -> Result<KeynessOutcome, PipelineError> {
    let start = Instant::now();
    let wanted = &settings.texts;
    let output = Output::create(&wanted.out)?;
    let counter = wanted.counting.counter()?;
    let mut clock = Clock::default();
    let mut fingerprints = Fingerprints::default();
    let mut counted = counted::read(
        wanted,
        &counter,
        (&output, Passages::Kept),
        &mut clock,
        observe,
        |pieces| {
            fingerprints.extend(pieces);
        },
    )?;
    settings.sides.mark(&mut counted.pieces, observe)?;
    let split = sides::split_listed(&counted.pieces, fingerprints)?;
    let counts = clock.time("count terms", "terms", observe, |_| {
        let counts = Counts::of(&counted.corpus, settings.counts.clone());
        let terms = counts.len();
        Ok::<_, PipelineError>((counts, terms))
    })?;
    let keyness = clock.time("keyness", "terms", observe, |_| {
        let keyness = Keyness::new(&counted.corpus, &counts, &split, &settings.options)?;
        let terms = keyness.len();
        Ok::<_, PipelineError>((keyness, terms))
    })?;
    let terms = keyness.by_g2();
    clock.time("write keyness", "terms", observe, |_| {
        let mut table = output.table::<KeynessRow<'_>>()?;
        for terms in terms.chunks(ROWS) {
            let rows: Vec<_> = terms
                .par_iter()
                .map(|&term| {
                    let row = keyness.row(term);
                    let passages = passages(&counted, &row)?;
                    Ok::<_, PipelineError>((row, passages))
                })
                .collect::<Result<_, _>>()?;
            for (row, passages) in &rows {
                write(&mut table, row, passages)?;
            }
        }
        table.finish()?;
        Ok::<_, PipelineError>(((), terms.len()))
    })?;
    let rows = |terms: &mut dyn Iterator<Item = &usize>, sign: f64| {
        let rows = terms.map(|&term| keyness.row(term));
        keyest(rows.take_while(|row| row.g2 * sign > 0.0), settings.told)
    };
    let outcome = KeynessOutcome {
        texts: Outcome::of_listed(&counted.pieces, &counted.problems, &wanted.out),
        terms: terms.len(),
        target: rows(&mut terms.iter(), 1.0),
        reference: rows(&mut terms.iter().rev(), -1.0),
    };
    let results = Results {
        wanted,
        texts: Read::Counted(&counted),
        clock,
        start,
        settings: describe(settings),
        found: found(&counted, &split, terms.len()),
    };
    output.commit::<KeynessRow<'_>>(results, observe)?;
    Ok(outcome)
}

fn keyest(rows: impl Iterator<Item = lexis::KeynessRow>, told: usize) -> Vec<KeyTerm> {
    rows.take(told)
        .map(|row| KeyTerm {
            term: row.text,
            g2: row.g2,
            log_ratio: row.log_ratio,
            target_count: row.target_count,
            reference_count: row.reference_count,
        })
        .collect()
}

fn describe(settings: &KeynessSettings) -> Value {
    let (counts, options) = (&settings.counts, &settings.options);
    json!({
        "sides": settings.sides.describe(&settings.texts.articles, &settings.texts.corpus),
        "max_n": counts.sizes.end(),
        "min_count": counts.min_count,
        "min_docs": counts.min_documents,
        "permutations": options.permutations.map_or(0, |p| p.count),
        "seed": options.permutations.map(|p| p.seed),
        "prior": match options.prior {
            Prior::Informative { total } => json!({"words": total}),
            Prior::Uniform { each, types } => json!({"each": each, "types": types}),
        },
        "anchors": options.anchors,
    })
}

fn found(counted: &Counted, split: &Split, terms: usize) -> Value {
    let units = split.units();
    let side = |is_target: bool, units: usize| {
        let own = || counted.pieces.iter().filter(|p| p.is_studied == is_target);
        json!({
            "articles": own().count(),
            "units": units,
            "words": own().map(|piece| piece.size.words).sum::<usize>(),
        })
    };
    json!({
        "terms": terms,
        "exact": split.is_exact(),
        "target": side(true, units.0),
        "reference": side(false, units.1),
    })
}

fn write(
    table: &mut Table,
    row: &lexis::KeynessRow,
    passages: &[Passage<'_>],
) -> Result<(), PipelineError> {
    let dp = |side: Option<Dispersion>| side.map(|spread| Decimal(spread.dp));
    let dp_norm = |side: Option<Dispersion>| side.and_then(|spread| spread.dp_norm).map(Decimal);
    let none = Passage::default();
    let [one, two, three] = [0, 1, 2].map(|at| passages.get(at).unwrap_or(&none));
    Ok(table.push(&KeynessRow {
        term: &row.text,
        n: row.size,
        target_count: row.target_count,
        reference_count: row.reference_count,
        target_per_million: row.target_per_million.into(),
        reference_per_million: row.reference_per_million.into(),
        target_docs: row.target_documents,
        reference_docs: row.reference_documents,
        g2: row.g2.into(),
        g2_short: row.g2_short.into(),
        log10_p: row.log10_p.into(),
        chi2: row.chi_squared.into(),
        fisher_log10_p: row.fisher_log10_p.map(Decimal),
        log_ratio: row.log_ratio.into(),
        log_ratio_walter: row.log_ratio_walter.into(),
        pct_diff: row.percent_difference.into(),
        odds_ratio: row.odds_ratio.into(),
        relative_risk: row.relative_risk.into(),
        simple_maths: row.simple_maths.into(),
        lrc: row.lrc.into(),
        bic: row.bic.into(),
        log_odds_z: row.log_odds_z.into(),
        dp_target: dp(row.target_dispersion),
        dp_reference: dp(row.reference_dispersion),
        dp_norm_target: dp_norm(row.target_dispersion),
        dp_norm_reference: dp_norm(row.reference_dispersion),
        arf_target: row.target_reduced_frequency.into(),
        arf_reference: row.reference_reduced_frequency.into(),
        perm_p: row.permutation.map(|p| Decimal(p.either)),
        perm_p_higher: row.permutation.map(|p| Decimal(p.higher)),
        perm_p_lower: row.permutation.map(|p| Decimal(p.lower)),
        q_bh: row.q_bh.into(),
        q_by: row.q_by.into(),
        perm_q_bh: row.permutation_q_bh.map(Decimal),
        perm_q_by: row.permutation_q_by.map(Decimal),
        anchor1_doc_id: one.doc_id,
        anchor1_sentence: one.sentence,
        anchor1_start: one.start,
        anchor1_end: one.end,
        anchor1_text: &one.text,
        anchor2_doc_id: two.doc_id,
        anchor2_sentence: two.sentence,
        anchor2_start: two.start,
        anchor2_end: two.end,
        anchor2_text: &two.text,
        anchor3_doc_id: three.doc_id,
        anchor3_sentence: three.sentence,
        anchor3_start: three.start,
        anchor3_end: three.end,
        anchor3_text: &three.text,
    })?)
}

/// A passage as it stands in a row; empty where there is none.
#[derive(Default)]
struct Passage<'a> {
    doc_id: &'a str,
    sentence: Option<usize>,
    start: Option<usize>,
    end: Option<usize>,
    text: String,
}

fn passages<'a>(
    counted: &'a Counted,
    row: &lexis::KeynessRow,
) -> Result<Vec<Passage<'a>>, PipelineError> {
    let passages = row.anchors.iter().map(|anchor| {
        let at = anchor.occurrence;
        Ok(Passage {
            doc_id: &counted.pieces[at.document].doc_id,
            sentence: Some(at.sentence + 1),
            start: Some(anchor.span.start),
            end: Some(anchor.span.end),
            text: counted.cut(at.document, anchor.span)?,
        })
    });
    passages.collect()
}
