//! Each studied article against every other piece.

use std::ops::Range;

use compare::{Neighbour, cosines, nearest};
use ndarray::{Array2, ArrayView2, Axis, s};
use rayon::prelude::*;

use crate::pieces::Piece;

/// How near the pieces, their sections and their sentences are to each other.
pub(crate) struct Comparison {
    /// Cosines of all pieces with all pieces.
    pub(crate) documents: Array2<f32>,
    /// Cosines of different pieces, sorted: the background that one is held against.
    pub(crate) background: Vec<f32>,
    /// Sections of all pieces: piece, ordinal, in reading order.
    pub(crate) sections: Vec<(usize, usize)>,
    section_vectors: Array2<f32>,
    /// Sentences of studied pieces, as rows of all sentences, each with its neighbours.
    pub(crate) neighbours: Vec<(usize, Vec<Neighbour>)>,
}

impl Comparison {
    /// `vectors` holds the sentences of all pieces, `offsets` where each piece's begin.
    pub(crate) fn new(
        pieces: &[Piece],
        vectors: ArrayView2<'_, f32>,
        offsets: &[usize],
        k: usize,
    ) -> Self {
        let ranges: Vec<Range<usize>> = pieces
            .iter()
            .zip(offsets)
            .map(|(piece, &first)| first..first + piece.document.sentences.len())
            .collect();
        let bodies = centroids(vectors, &ranges);
        let documents = cosines(bodies.view(), bodies.view());
        let (sections, section_ranges): (Vec<_>, Vec<_>) = pieces
            .iter()
            .enumerate()
            .flat_map(|(at, piece)| sections_of(at, piece, offsets[at]))
            .unzip();
        Self {
            background: background(&documents),
            documents,
            sections,
            section_vectors: centroids(vectors, &section_ranges),
            neighbours: neighbours(pieces, vectors, &ranges, k),
        }
    }

    /// Share of pairs of different pieces that are no nearer than `cosine`.
    pub(crate) fn percentile(&self, cosine: f32) -> f64 {
        let not_nearer = self.background.partition_point(|&other| other <= cosine);
        not_nearer as f64 / self.background.len().max(1) as f64
    }

    /// For each section of a piece and each other piece, its nearest section there: own ordinal,
    /// the other piece, its section's ordinal, cosine.
    pub(crate) fn nearest_sections(&self, piece: usize) -> Vec<(usize, usize, usize, f32)> {
        let own: Vec<usize> = (0..self.sections.len())
            .filter(|&at| self.sections[at].0 == piece)
            .collect();
        let vectors = self.section_vectors.select(Axis(0), &own);
        let cosines = cosines(vectors.view(), self.section_vectors.view());
        let mut found = Vec::new();
        for (&at, row) in own.iter().zip(cosines.rows()) {
            let mut best: Option<(usize, usize, f32)> = None;
            for (&(other, ordinal), &cosine) in self.sections.iter().zip(row) {
                if other == piece {
                    continue;
                }
                match &mut best {
                    Some(held) if held.0 == other => {
                        if cosine > held.2 {
                            *held = (other, ordinal, cosine);
                        }
                    }
                    held => {
                        let finished = held.replace((other, ordinal, cosine));
                        found.extend(finished.map(|(o, s, c)| (self.sections[at].1, o, s, c)));
                    }
                }
            }
            found.extend(best.map(|(o, s, c)| (self.sections[at].1, o, s, c)));
        }
        found
    }
}

fn sections_of(at: usize, piece: &Piece, first: usize) -> Vec<((usize, usize), Range<usize>)> {
    let document = &piece.document;
    (0..document.sections.len())
        .map(|section| {
            (
                document.sections[section].ordinal,
                document.sentences_of_section(section),
            )
        })
        .filter(|(_, sentences)| !sentences.is_empty())
        .map(|(ordinal, sentences)| {
            (
                (at, ordinal),
                first + sentences.start..first + sentences.end,
            )
        })
        .collect()
}

fn centroids(vectors: ArrayView2<'_, f32>, ranges: &[Range<usize>]) -> Array2<f32> {
    let mut all = Array2::zeros((ranges.len(), vectors.ncols()));
    for (mut row, range) in all.rows_mut().into_iter().zip(ranges) {
        row.assign(&compare::centroid(vectors, range.clone()));
    }
    all
}

fn background(documents: &Array2<f32>) -> Vec<f32> {
    let mut pairs: Vec<f32> = documents
        .indexed_iter()
        .filter(|((a, b), _)| a < b)
        .map(|(_, &cosine)| cosine)
        .collect();
    pairs.sort_by(f32::total_cmp);
    pairs
}

fn neighbours(
    pieces: &[Piece],
    vectors: ArrayView2<'_, f32>,
    ranges: &[Range<usize>],
    k: usize,
) -> Vec<(usize, Vec<Neighbour>)> {
    pieces
        .par_iter()
        .zip(ranges)
        .filter(|(piece, _)| piece.is_studied)
        .flat_map_iter(|(_, own)| {
            let queries = vectors.slice(s![own.clone(), ..]);
            let found = nearest(queries, vectors, k, |_| own.clone());
            own.clone().zip(found)
        })
        .collect()
}
