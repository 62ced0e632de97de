//! What the sentences of a larger unit say of its themes together.

use std::ops::Range;

use report::tables::AggregateRow;
use report::{Decimal, OutputFolder, ReportError};
use themes::{Aggregate, Codebook, Theme};

use crate::pieces::Piece;
use crate::readings::{Reading, Readings};
use crate::theming::Unit;

/// Units that are made of enough sentences to gather.
const UNITS: [Unit; 2] = [Unit::Section, Unit::Document];
/// Pieces whose figures are held at once.
const PIECES: usize = 1024;

/// Writes means, shares and highest scores of each section and document by each reading.
pub(crate) fn write(
    folder: &OutputFolder,
    pieces: &[Piece],
    offsets: &[usize],
    readings: &Readings,
    codebook: &Codebook,
) -> Result<(), ReportError> {
    let mut table = folder.table::<AggregateRow<'_>>()?;
    for (pieces, offsets) in pieces.chunks(PIECES).zip(offsets.chunks(PIECES)) {
        let units: Vec<Vec<(Unit, usize, Range<usize>)>> = pieces.iter().map(units).collect();
        let rows: Vec<Range<usize>> = (units.iter().zip(offsets))
            .flat_map(|(units, first)| {
                let rows = units.iter().map(|(_, _, own)| own);
                rows.map(move |own| first + own.start..first + own.end)
            })
            .collect();
        let found: Vec<_> = (readings.all.iter())
            .map(|by| themes::aggregates(by.scores.view(), &rows, by.none_below))
            .collect();
        let mut at = 0;
        for (piece, units) in pieces.iter().zip(&units) {
            for (reading, found) in readings.all.iter().zip(&found) {
                for ((unit, unit_id, own), found) in units.iter().zip(&found[at..]) {
                    for (theme, found) in codebook.themes.iter().zip(found) {
                        table.push(&row(piece, (unit, *unit_id, own), reading, theme, found))?;
                    }
                }
            }
            at += units.len();
        }
    }
    table.finish()
}

/// Sections and the document.
fn units(piece: &Piece) -> Vec<(Unit, usize, Range<usize>)> {
    let of_kind = |unit: Unit| {
        let units = unit.of(piece).into_iter();
        units.map(move |(unit_id, _, own)| (unit, unit_id, own))
    };
    UNITS.into_iter().flat_map(of_kind).collect()
}

fn row<'a>(
    piece: &'a Piece,
    (unit, unit_id, own): (&Unit, usize, &Range<usize>),
    reading: &'a Reading,
    theme: &'a Theme,
    found: &Aggregate,
) -> AggregateRow<'a> {
    let low = |interval: Option<(f64, f64)>| interval.map(|i| Decimal::from(i.0));
    let high = |interval: Option<(f64, f64)>| interval.map(|i| Decimal::from(i.1));
    AggregateRow {
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
    }
}
