//! What the sentences of a larger unit say of its themes together.

use ndarray::s;
use report::tables::AggregateRow;
use report::{Decimal, OutputFolder, ReportError};
use themes::Codebook;

use crate::Readings;
use crate::pieces::Piece;
use crate::theming::Unit;

/// Units that are made of enough sentences to gather.
const UNITS: [Unit; 2] = [Unit::Section, Unit::Document];

/// Writes means, shares and highest scores of each section and document by each reading.
pub(crate) fn write(
    folder: &OutputFolder,
    pieces: &[Piece],
    offsets: &[usize],
    readings: &Readings,
    codebook: &Codebook,
    seed: u64,
) -> Result<(), ReportError> {
    let mut table = folder.table::<AggregateRow<'_>>()?;
    for (piece, &first) in pieces.iter().zip(offsets) {
        for reading in &readings.all {
            for unit in UNITS {
                for (unit_id, _, own) in unit.of(piece) {
                    let rows = first + own.start..first + own.end;
                    let scores = reading.scores.slice(s![rows, ..]);
                    let found = themes::aggregate(scores, reading.none_below, seed);
                    for (theme, found) in codebook.themes.iter().zip(found) {
                        let low =
                            |interval: Option<(f64, f64)>| interval.map(|i| Decimal::from(i.0));
                        let high =
                            |interval: Option<(f64, f64)>| interval.map(|i| Decimal::from(i.1));
                        table.push(&AggregateRow {
                            doc_id: piece.id(),
                            unit: unit.name(),
                            unit_id,
                            scorer: &reading.scorer,
                            theme: &theme.id,
                            sentences: own.len(),
                            mean: found.mean.into(),
                            mean_low: low(found.mean_interval),
                            mean_high: high(found.mean_interval),
                            share: found.share.into(),
                            share_low: low(found.share_interval),
                            share_high: high(found.share_interval),
                            top_mean: found.top_mean.into(),
                            max: found.max.into(),
                            max_sentence: own.start + found.max_at + 1,
                        })?;
                    }
                }
            }
        }
    }
    table.finish()
}
