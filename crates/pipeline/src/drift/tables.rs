//! Drift as tables: a row a measure, and the words behind it.

use lexis::{Occurrence, TermShift};
use report::tables::{DriftRow, DriftWordRow};
use report::{OutputFolder, ReportError};

use super::{Drift, Measure, Move, WORDS};
use crate::listed::role;

pub(super) fn drift(folder: &OutputFolder, drift: &Drift<'_>) -> Result<(), ReportError> {
    let mut table = folder.table::<DriftRow<'_>>()?;
    for (found, q) in drift.moves.iter().zip(&drift.q) {
        let subject = &drift.subjects[found.subject];
        for (at, measure) in Measure::ALL.into_iter().enumerate() {
            let (value, tested) = found
                .found
                .map_or((None, None), |all| (Some(all[at].0), all[at].1));
            let note = tested.map(|tested| {
                let kind = if tested.is_exact { "all" } else { "drawn" };
                format!("{} divisions, {kind}", tested.divisions)
            });
            table.push(&DriftRow {
                role: role(found.span.is_studied),
                kind: subject.kind,
                name: subject.name,
                from_period: &drift.timeline.names[found.span.from],
                to_period: &drift.timeline.names[found.span.to],
                measure: measure.name(),
                value: value.filter(|value| value.is_finite()).map(Into::into),
                null_mean: tested.map(|tested| tested.null_mean.into()),
                null_sd: tested.map(|tested| tested.null_sd.into()),
                p: tested.map(|tested| tested.p.into()),
                q_bh: q[at].map(Into::into),
                from_sentences: found.from.sentences.len(),
                to_sentences: found.to.sentences.len(),
                from_articles: found.from.articles,
                to_articles: found.to.articles,
                note: note.as_deref().unwrap_or(&found.untested),
            })?;
        }
    }
    table.finish()
}

pub(super) fn words(folder: &OutputFolder, drift: &Drift<'_>) -> Result<(), ReportError> {
    let mut table = folder.table::<DriftWordRow<'_>>()?;
    for found in &drift.moves {
        let subject = &drift.subjects[found.subject];
        let Some(shift) = found.shift.as_ref().filter(|shift| shift.jsd > 0.0) else {
            continue;
        };
        let per_million = |count: u64, tokens: u64| count as f64 * 1e6 / tokens as f64;
        for (rank, term) in shift.terms.iter().take(WORDS).enumerate() {
            let Some(at) = passage(drift, found, term) else {
                continue;
            };
            let corpus = drift.reusing.corpus();
            let piece = &drift.pieces[at.document];
            let span = corpus.span(at);
            table.push(&DriftWordRow {
                role: role(found.span.is_studied),
                kind: subject.kind,
                name: subject.name,
                from_period: &drift.timeline.names[found.span.from],
                to_period: &drift.timeline.names[found.span.to],
                rank: rank + 1,
                term: &corpus.text(&[term.term]),
                contribution: term.contribution.into(),
                share: (term.contribution.abs() / shift.jsd).into(),
                from_count: term.reference,
                to_count: term.target,
                from_per_million: per_million(term.reference, shift.reference_tokens).into(),
                to_per_million: per_million(term.target, shift.target_tokens).into(),
                doc_id: piece.id(),
                sentence: at.sentence + 1,
                start: span.start,
                end: span.end,
                text: piece.cut(span),
            })?;
        }
    }
    table.finish()
}

/// Where a word stands first in the sentences of the period that uses it more, in the piece that has it
/// most often there.
fn passage(drift: &Drift<'_>, found: &Move, term: &TermShift) -> Option<Occurrence> {
    let side = if term.contribution < 0.0 {
        &found.from
    } else {
        &found.to
    };
    let words = |at: &(usize, usize)| drift.reusing.words_in(at.0, at.1);
    let times = |at: &(usize, usize)| words(at).iter().filter(|&&id| id == term.term).count();
    let pieces = side.sentences.chunk_by(|a, b| a.0 == b.0);
    let mut best: Option<(usize, &[(usize, usize)])> = None;
    for own in pieces {
        let count = own.iter().map(times).sum();
        if best.is_none_or(|(most, _)| count > most) {
            best = Some((count, own));
        }
    }
    let at = best?.1.iter().find(|at| times(at) > 0)?;
    Some(Occurrence {
        document: at.0,
        sentence: at.1,
        first: words(at).iter().position(|&id| id == term.term)?,
        words: 1,
    })
}
