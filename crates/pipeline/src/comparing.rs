//! Each studied article against every other piece.

use std::ops::Range;

use compare::{Background, BackgroundOptions, Item, Placed, Stratum, cosines};
use ndarray::{Array2, ArrayView2, Axis, s};
use serde_json::{Value, json};

use crate::neighbours::Neighbours;
use crate::pieces::Piece;
use crate::repeats;
use crate::settings::ComparisonSettings;

/// Pairs of pieces that are listed, unless it is said how many.
const PAIRS: usize = 1_000_000;

/// How near the pieces, their sections and their sentences are to each other.
pub(crate) struct Comparison {
    /// The studied pieces.
    pub(crate) studied: Vec<usize>,
    /// Cosines of studied pieces with all pieces.
    pub(crate) documents: Array2<f32>,
    /// Vectors of all pieces.
    pub(crate) bodies: Array2<f32>,
    /// Near-duplicates have one number.
    pub(crate) groups: Vec<usize>,
    /// Sections of all pieces with text, in reading order.
    sections: Vec<Section>,
    section_vectors: Array2<f32>,
    pub(crate) neighbours: Neighbours,
    of_documents: Background,
    of_sections: Background,
    pub(crate) of_sentences: Background,
    words: Vec<usize>,
    is_centered: bool,
    /// Other pieces that are listed for each studied one.
    listed: usize,
}

/// A section with text.
struct Section {
    piece: usize,
    ordinal: usize,
    words: usize,
}

/// A section and its nearest one in another piece.
pub(crate) struct NearestSection {
    /// Its own ordinal.
    pub(crate) section: usize,
    pub(crate) other: usize,
    pub(crate) other_section: usize,
    pub(crate) cosine: f32,
    pub(crate) placed: Option<Placed>,
}

impl Comparison {
    /// `vectors` holds the sentences of all pieces as they are, `sentences` those that are compared:
    /// the same, or centered. `offsets` says where each piece's begin.
    pub(crate) fn new(
        pieces: &[Piece],
        vectors: ArrayView2<'_, f32>,
        sentences: ArrayView2<'_, f32>,
        offsets: &[usize],
        neighbours: Neighbours,
        settings: &ComparisonSettings,
    ) -> Self {
        let ranges = ranges(pieces, offsets);
        let center = |vectors: Array2<f32>| {
            if settings.center {
                compare::centered(vectors.view())
            } else {
                vectors
            }
        };
        let bodies = center(centroids(vectors, &ranges));
        let studied: Vec<usize> = (0..pieces.len())
            .filter(|&at| pieces[at].is_studied)
            .collect();
        let (sections, section_ranges): (Vec<_>, Vec<_>) = pieces
            .iter()
            .enumerate()
            .flat_map(|(at, piece)| sections_of(at, piece, offsets[at]))
            .unzip();
        let section_vectors = center(centroids(vectors, &section_ranges));
        let groups = repeats::groups(pieces);
        let words: Vec<usize> = pieces
            .iter()
            .map(|piece| piece.words.iter().sum())
            .collect();
        let item = |length, piece: usize| Item {
            length,
            group: groups[piece],
        };
        let of_pieces: Vec<Item> = words
            .iter()
            .enumerate()
            .map(|(at, &w)| item(w, at))
            .collect();
        let of_sections: Vec<Item> = sections.iter().map(|s| item(s.words, s.piece)).collect();
        let of_sentences: Vec<Item> = pieces
            .iter()
            .enumerate()
            .flat_map(|(at, piece)| piece.words.iter().map(move |&words| (words, at)))
            .map(|(words, at)| item(words, at))
            .collect();
        let options = BackgroundOptions {
            seed: settings.seed,
            ..BackgroundOptions::default()
        };
        let others = pieces.len().saturating_sub(1);
        let listed = settings
            .nearest_pieces
            .unwrap_or(PAIRS / studied.len().max(1))
            .clamp(1, others.max(1));
        Self {
            documents: cosines(bodies.select(Axis(0), &studied).view(), bodies.view()),
            of_documents: Background::new(bodies.view(), &of_pieces, options),
            of_sections: Background::new(section_vectors.view(), &of_sections, options),
            of_sentences: Background::new(sentences, &of_sentences, options),
            neighbours,
            studied,
            bodies,
            groups,
            sections,
            section_vectors,
            words,
            is_centered: settings.center,
            listed,
        }
    }

    /// The other pieces that are listed for a studied one, given by its row: the nearest, in their order.
    pub(crate) fn listed(&self, row: usize) -> Vec<usize> {
        let cosines = self.documents.row(row);
        let mut others: Vec<usize> = (0..cosines.len())
            .filter(|&other| other != self.studied[row])
            .collect();
        if self.listed < others.len() {
            let nearer = |a: &usize, b: &usize| cosines[*b].total_cmp(&cosines[*a]).then(a.cmp(b));
            others.select_nth_unstable_by(self.listed, nearer);
            others.truncate(self.listed);
            others.sort_unstable();
        }
        others
    }

    /// Says so if not all pairs of pieces are listed.
    pub(crate) fn told_of_listed(&self) -> Option<String> {
        (self.listed + 1 < self.bodies.nrows()).then(|| {
            format!(
                "similarity.csv and profiles.csv list for each article the {} nearest of {} other pieces; --nearest-pieces says how many",
                self.listed,
                self.bodies.nrows() - 1
            )
        })
    }

    /// Where the cosine of two pieces stands among those of unrelated pieces as long.
    pub(crate) fn place(&self, piece: usize, other: usize, cosine: f32) -> Option<Placed> {
        self.of_documents
            .place(self.words[piece], self.words[other], cosine)
    }

    /// What similarities were held against, for the record.
    pub(crate) fn record(&self) -> Value {
        let of = |background: &Background| {
            json!({
                "all": stratum(background.all()),
                "strata": background.strata().map(stratum).collect::<Vec<_>>(),
            })
        };
        json!({
            "center": self.is_centered,
            "listed_pieces": self.listed,
            "neighbours": self.neighbours.record(),
            "background": {
                "document": of(&self.of_documents),
                "section": of(&self.of_sections),
                "sentence": of(&self.of_sentences),
            },
        })
    }

    /// For each section of a piece and each of some others, its nearest section there. `others` rise.
    pub(crate) fn nearest_sections(&self, piece: usize, others: &[usize]) -> Vec<NearestSection> {
        let of_piece = |piece: usize| {
            let first = self
                .sections
                .partition_point(|section| section.piece < piece);
            let last = self
                .sections
                .partition_point(|section| section.piece <= piece);
            first..last
        };
        let own = of_piece(piece);
        let vectors = self.section_vectors.slice(s![own.clone(), ..]);
        let cosines = cosines(vectors, self.section_vectors.view());
        let mut found = Vec::new();
        for (at, row) in own.zip(cosines.rows()) {
            for &other in others {
                let nearest =
                    of_piece(other).reduce(
                        |best, other| {
                            if row[other] > row[best] { other } else { best }
                        },
                    );
                let Some(other) = nearest else { continue };
                let (section, there) = (&self.sections[at], &self.sections[other]);
                found.push(NearestSection {
                    section: section.ordinal,
                    other: there.piece,
                    other_section: there.ordinal,
                    cosine: row[other],
                    placed: self
                        .of_sections
                        .place(section.words, there.words, row[other]),
                });
            }
        }
        found
    }
}

fn stratum(stratum: &Stratum) -> Value {
    json!({
        "words": [stratum.lengths.start(), stratum.lengths.end()],
        "other_words": [stratum.other_lengths.start(), stratum.other_lengths.end()],
        "pairs": stratum.pairs(),
        "of_pairs": stratum.available,
        "mean": stratum.mean,
        "sd": stratum.sd,
    })
}

/// Rows of each piece's sentences.
pub(crate) fn ranges(pieces: &[Piece], offsets: &[usize]) -> Vec<Range<usize>> {
    pieces
        .iter()
        .zip(offsets)
        .map(|(piece, &first)| first..first + piece.document.sentences.len())
        .collect()
}

fn sections_of(at: usize, piece: &Piece, first: usize) -> Vec<(Section, Range<usize>)> {
    let document = &piece.document;
    (0..document.sections.len())
        .map(|section| (section, document.sentences_of_section(section)))
        .filter(|(_, sentences)| !sentences.is_empty())
        .map(|(section, sentences)| {
            let rows = first + sentences.start..first + sentences.end;
            let section = Section {
                piece: at,
                ordinal: document.sections[section].ordinal,
                words: piece.words[sentences].iter().sum(),
            };
            (section, rows)
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
