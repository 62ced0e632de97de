//! Whether a codebook tells its themes apart, and what sentences it finds.

use report::tables::{OverlapRow, TypicalRow};
use report::{OutputFolder, ReportError};
use themes::{Codebook, Examples, NONE, Overlap, Won};

use crate::pieces::{self, Piece};
use crate::{Event, Reading, ThemeExamples};

/// Sentences of each kind written for each theme.
const WRITTEN: usize = 10;

/// What to say of two themes that overlap; nothing of others.
pub fn describe_overlap(codebook: &Codebook, overlap: &Overlap) -> Option<String> {
    let theme = |at: usize| &codebook.themes[at];
    let (one, other) = (theme(overlap.theme), theme(overlap.other));
    let cosine = overlap.cosine;
    if overlap.is_identity() {
        return Some(format!(
            "themes '{}' and '{}' say the same (cosine of their prototypes {cosine:.2}); join them, or rewrite one",
            one.id, other.id
        ));
    }
    let strays = format!(
        "{} of {} phrasings of '{}' would go to '{}', and {} of {} the other way (cosine of their prototypes {cosine:.2})",
        overlap.strays,
        one.phrasings().count(),
        one.id,
        other.id,
        overlap.other_strays,
        other.phrasings().count(),
    );
    (overlap.is_large())
        .then(|| format!("themes '{}' and '{}' overlap: {strays}", one.id, other.id))
}

/// Writes how far themes overlap, and tells of those that do.
pub(crate) fn overlaps(
    folder: &OutputFolder,
    codebook: &Codebook,
    overlaps: &[Overlap],
    observe: &mut dyn FnMut(Event<'_>),
) -> Result<(), ReportError> {
    let mut table = folder.table::<OverlapRow<'_>>()?;
    for overlap in overlaps {
        if let Some(said) = describe_overlap(codebook, overlap) {
            observe(Event::Note(&said));
        }
        table.push(&OverlapRow {
            theme: &codebook.themes[overlap.theme].id,
            other_theme: &codebook.themes[overlap.other].id,
            cosine: overlap.cosine.into(),
            strays: overlap.strays,
            other_strays: overlap.other_strays,
            share: overlap.share.into(),
            warning: match overlap {
                same if same.is_identity() => "identical",
                large if large.is_large() => "overlapping",
                _ => "",
            },
        })?;
    }
    table.finish()
}

/// Writes each theme's most typical and most doubtful sentences by each reading; those of the leading
/// one come back.
pub(crate) fn examples(
    folder: &OutputFolder,
    codebook: &Codebook,
    pieces: &[Piece],
    readings: &[Reading],
    leading: usize,
) -> Result<Vec<ThemeExamples>, ReportError> {
    let homes: Vec<(&Piece, usize)> = pieces::homes(pieces).collect();
    let mut table = folder.table::<TypicalRow<'_>>()?;
    let mut told = Vec::new();
    for (at, reading) in readings.iter().enumerate() {
        let found = themes::examples(reading.scores.view(), reading.none_below, WRITTEN);
        for (theme, examples) in codebook.themes.iter().zip(&found) {
            let kinds = [
                ("typical", &examples.typical),
                ("doubtful", &examples.doubtful),
            ];
            for (kind, won) in kinds {
                for (rank, won) in won.iter().enumerate() {
                    let (piece, sentence) = homes[won.unit];
                    let span = piece.document.sentences[sentence].span;
                    table.push(&TypicalRow {
                        scorer: &reading.scorer,
                        theme: &theme.id,
                        kind,
                        rank: rank + 1,
                        score: won.score.into(),
                        second_theme: second(codebook, won),
                        margin: won.margin.into(),
                        doc_id: piece.id(),
                        sentence: sentence + 1,
                        start: span.start,
                        end: span.end,
                        text: piece.cut(span),
                    })?;
                }
            }
        }
        if at == leading {
            told = tell(codebook, &homes, &found);
        }
    }
    table.finish()?;
    Ok(told)
}

fn tell(codebook: &Codebook, homes: &[(&Piece, usize)], found: &[Examples]) -> Vec<ThemeExamples> {
    let text = |won: &Won| {
        let (piece, sentence) = homes[won.unit];
        piece
            .cut(piece.document.sentences[sentence].span)
            .to_owned()
    };
    let of_theme = |(theme, examples): (&themes::Theme, &Examples)| ThemeExamples {
        theme: theme.name.clone(),
        won: examples.won,
        typical: examples.typical.iter().map(text).collect(),
        doubtful: (examples.doubtful.iter())
            .map(|won| (text(won), second(codebook, won).to_owned()))
            .collect(),
    };
    codebook.themes.iter().zip(found).map(of_theme).collect()
}

fn second<'a>(codebook: &'a Codebook, won: &Won) -> &'a str {
    won.second.map_or(NONE, |theme| &codebook.themes[theme].id)
}
