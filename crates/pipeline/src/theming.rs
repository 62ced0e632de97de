//! Themes of every unit of every piece.

use std::ops::Range;

use ndarray::{Array2, ArrayView2, Axis, s};
use themes::{Codebook, Scorer, ThemeError, Units};

use crate::pieces::Piece;

/// A kind of unit, as named in tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Sentence,
    Paragraph,
    Section,
    Document,
}

impl Unit {
    pub(crate) const ALL: [Self; 4] = [
        Self::Sentence,
        Self::Paragraph,
        Self::Section,
        Self::Document,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sentence => "sentence",
            Self::Paragraph => "paragraph",
            Self::Section => "section",
            Self::Document => "document",
        }
    }

    /// The units of a piece: number, passage, and sentences.
    pub(crate) fn of(self, piece: &Piece) -> Vec<(usize, &str, Range<usize>)> {
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

/// Themes of a piece.
pub(crate) struct PieceThemes {
    pub(crate) units: Vec<UnitScores>,
    /// Shares of sentences won by each theme, then by "none of these".
    pub(crate) profile: Vec<f64>,
}

/// Scores all units of the pieces. `vectors` holds the sentences of all pieces, `offsets` where each
/// piece's begin.
pub(crate) fn score(
    pieces: &[Piece],
    vectors: ArrayView2<'_, f32>,
    offsets: &[usize],
    codebook: &Codebook,
    scorer: &mut dyn Scorer,
) -> Result<Vec<PieceThemes>, ThemeError> {
    pieces
        .iter()
        .zip(offsets)
        .map(|(piece, &first)| {
            let own = vectors.slice(s![first..first + piece.document.sentences.len(), ..]);
            let units = Unit::ALL
                .into_iter()
                .map(|unit| score_unit(piece, unit, own, scorer))
                .collect::<Result<Vec<_>, _>>()?;
            let profile = themes::profile(units[0].scores.view(), codebook.none_below);
            Ok(PieceThemes { units, profile })
        })
        .collect()
}

fn score_unit(
    piece: &Piece,
    unit: Unit,
    sentences: ArrayView2<'_, f32>,
    scorer: &mut dyn Scorer,
) -> Result<UnitScores, ThemeError> {
    let passages = unit.of(piece);
    let mut vectors = Array2::zeros((passages.len(), sentences.ncols()));
    for (mut row, (_, _, range)) in vectors.axis_iter_mut(Axis(0)).zip(&passages) {
        row.assign(&compare::centroid(sentences, range.clone()));
    }
    let texts: Vec<&str> = passages.iter().map(|(_, text, _)| *text).collect();
    let table = scorer.score(&Units {
        texts: &texts,
        vectors: vectors.view(),
    })?;
    Ok(UnitScores {
        unit,
        ids: passages.iter().map(|(id, _, _)| *id).collect(),
        scores: table,
    })
}
