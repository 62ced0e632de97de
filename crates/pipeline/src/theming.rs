//! Themes of every unit of every piece.

use std::ops::Range;

use ndarray::{Array2, ArrayView2, s};
use themes::Units;

use crate::PipelineError;
use crate::pieces::Piece;
use crate::readings::Readings;

/// A kind of unit, as named in tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Sentence,
    Paragraph,
    Section,
    Document,
}

/// A unit's number, passage, and sentences within its piece.
type Passage<'a> = (usize, &'a str, Range<usize>);

impl Unit {
    /// Those made of sentences.
    pub(crate) const LARGER: [Self; 3] = [Self::Paragraph, Self::Section, Self::Document];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sentence => "sentence",
            Self::Paragraph => "paragraph",
            Self::Section => "section",
            Self::Document => "document",
        }
    }

    /// The units of a piece.
    pub(crate) fn of(self, piece: &Piece) -> Vec<Passage<'_>> {
        let document = &piece.document;
        match self {
            Self::Sentence => (document.sentences.iter().enumerate())
                .map(|(at, sentence)| (at + 1, piece.cut(sentence.span), at..at + 1))
                .collect(),
            Self::Paragraph => (document.paragraphs.iter().enumerate())
                .map(|(at, paragraph)| {
                    (
                        at + 1,
                        piece.cut(paragraph.span),
                        paragraph.sentences.clone(),
                    )
                })
                .collect(),
            Self::Section => (document.sections.iter().enumerate())
                .map(|(at, section)| {
                    let passage = piece.cut(piece.section_span(at));
                    (section.ordinal, passage, document.sentences_of_section(at))
                })
                // A heading without text under it has nothing to score.
                .filter(|(_, _, sentences)| !sentences.is_empty())
                .collect(),
            Self::Document => vec![(0, piece.cut(piece.body_span()), 0..document.sentences.len())],
        }
    }
}

/// Scores of one kind of unit of one piece.
pub(crate) struct UnitScores {
    pub(crate) unit: Unit,
    pub(crate) ids: Vec<usize>,
    /// Units × themes.
    pub(crate) scores: Array2<f32>,
}

/// What one scorer says of one piece.
pub(crate) struct PieceThemes {
    /// Rows of its sentences among all.
    pub(crate) rows: Range<usize>,
    /// Paragraphs, sections, document.
    pub(crate) larger: Vec<UnitScores>,
    /// Shares of sentences won by each theme, then by "none of these".
    pub(crate) profile: Vec<f64>,
}

/// What each reading says of each piece: readings × pieces. `vectors` holds the sentences of all
/// pieces, `offsets` where each piece's begin.
pub(crate) fn of_pieces(
    pieces: &[Piece],
    vectors: ArrayView2<'_, f32>,
    offsets: &[usize],
    readings: &mut Readings,
) -> Result<Vec<Vec<PieceThemes>>, PipelineError> {
    (0..readings.all.len())
        .map(|at| {
            pieces
                .iter()
                .zip(offsets)
                .map(|(piece, &first)| of_piece(piece, vectors, first, at, readings))
                .collect()
        })
        .collect()
}

fn of_piece(
    piece: &Piece,
    vectors: ArrayView2<'_, f32>,
    first: usize,
    at: usize,
    readings: &mut Readings,
) -> Result<PieceThemes, PipelineError> {
    let rows = first..first + piece.document.sentences.len();
    let larger = Unit::LARGER
        .into_iter()
        .map(|unit| of_units(piece, unit, vectors, first, at, readings))
        .collect::<Result<_, _>>()?;
    let reading = &readings.all[at];
    let sentences = reading.scores.slice(s![rows.clone(), ..]);
    let profile = themes::profile(sentences, reading.none_below);
    Ok(PieceThemes {
        rows,
        larger,
        profile,
    })
}

fn of_units(
    piece: &Piece,
    unit: Unit,
    vectors: ArrayView2<'_, f32>,
    first: usize,
    at: usize,
    readings: &mut Readings,
) -> Result<UnitScores, PipelineError> {
    let passages = unit.of(piece);
    let parts: Vec<Range<usize>> = passages
        .iter()
        .map(|(_, _, own)| first + own.start..first + own.end)
        .collect();
    let mut centroids = Array2::zeros((passages.len(), vectors.ncols()));
    for (mut row, part) in centroids.rows_mut().into_iter().zip(&parts) {
        row.assign(&compare::centroid(vectors, part.clone()));
    }
    let texts: Vec<&str> = passages.iter().map(|(_, text, _)| *text).collect();
    let units = Units {
        texts: &texts,
        vectors: centroids.view(),
    };
    Ok(UnitScores {
        unit,
        scores: readings.larger(at, &units, &parts)?,
        ids: passages.iter().map(|(id, _, _)| *id).collect(),
    })
}
