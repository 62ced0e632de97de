//! Where scorers agree about sentences, and where they part.

use report::tables::{AgreementRow, DisagreementRow};
use report::{OutputFolder, ReportError};
use themes::{Agreement, Codebook, NONE};

use crate::pieces::{self, Piece};
use crate::{Reading, Readings};

/// Two readings and how far they agree.
pub struct Compared<'a> {
    /// A reading.
    pub one: &'a Reading,
    /// Another one, read later.
    pub other: &'a Reading,
    /// Their agreement about the best themes of texts.
    pub agreement: Agreement,
}

impl Readings {
    /// Every pair of readings.
    pub fn agreements(&self) -> Vec<Compared<'_>> {
        let winners: Vec<Vec<usize>> = self.all.iter().map(Reading::winners).collect();
        let pairs = (0..self.all.len()).flat_map(|at| (0..at).map(move |before| (before, at)));
        pairs
            .map(|(one, other)| {
                let (a, b) = (&self.all[one], &self.all[other]);
                let both = winners[one]
                    .iter()
                    .copied()
                    .zip(winners[other].iter().copied());
                Compared {
                    one: a,
                    other: b,
                    agreement: Agreement::of(a.scores.ncols() + 1, both),
                }
            })
            .collect()
    }
}

/// Writes how far readings agree, and each sentence about which two of them don't; nothing of one
/// reading alone.
pub(crate) fn write(
    folder: &OutputFolder,
    pieces: &[Piece],
    readings: &Readings,
    codebook: &Codebook,
) -> Result<(), ReportError> {
    let compared = readings.agreements();
    if compared.is_empty() {
        return Ok(());
    }
    let mut table = folder.table::<AgreementRow<'_>>()?;
    for pair in &compared {
        let found = &pair.agreement;
        table.push(&AgreementRow {
            scorer: &pair.one.scorer,
            other_scorer: &pair.other.scorer,
            sentences: found.units,
            observed: found.observed.into(),
            expected: found.expected.into(),
            kappa: found.kappa.map(Into::into),
            standard_error: found.standard_error.into(),
            low: found.low.into(),
            high: found.high.into(),
        })?;
    }
    table.finish()?;
    disagreements(folder, pieces, &compared, codebook)
}

fn disagreements(
    folder: &OutputFolder,
    pieces: &[Piece],
    compared: &[Compared<'_>],
    codebook: &Codebook,
) -> Result<(), ReportError> {
    let mut table = folder.table::<DisagreementRow<'_>>()?;
    let id = |theme: usize| codebook.themes.get(theme).map_or(NONE, |theme| &theme.id);
    for pair in compared {
        for (row, (piece, sentence)) in pieces::homes(pieces).enumerate() {
            let (theme, other) = (pair.one.winner(row), pair.other.winner(row));
            if theme == other {
                continue;
            }
            let span = piece.document.sentences[sentence].span;
            table.push(&DisagreementRow {
                doc_id: piece.id(),
                sentence: sentence + 1,
                scorer: &pair.one.scorer,
                theme: id(theme),
                score: pair.one.score(row, theme).into(),
                other_scorer: &pair.other.scorer,
                other_theme: id(other),
                other_score: pair.other.score(row, other).into(),
                start: span.start,
                end: span.end,
                text: piece.cut(span),
            })?;
        }
    }
    table.finish()
}
