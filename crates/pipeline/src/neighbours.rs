//! The sentences nearest to each of the studied pieces' in others.

use compare::{IndexError, Neighbour, NeighbourIndex, nearest};
use ndarray::ArrayView2;
use serde_json::{Value, json};

use crate::NeighbourSearch;
use crate::comparing::ranges;
use crate::pieces::Piece;

/// Sentences whose exact neighbours approximate ones are compared with.
const SAMPLED: usize = 200;
/// The search gets wider until this recall is reached; with a lower one neighbours are called incomplete.
const ENOUGH: f64 = 0.95;

/// Neighbours, and how they were found.
pub(crate) struct Neighbours {
    /// Sentences of studied pieces, as rows of all sentences, each with its neighbours.
    pub(crate) of: Vec<(usize, Vec<Neighbour>)>,
    search: NeighbourSearch,
    /// Share of the exact ones that was found, where they are approximate, and on how many sentences
    /// that was measured.
    recall: Option<(f64, usize)>,
}

impl Neighbours {
    /// The `k` nearest of each sentence. `seed` draws those on which recall is measured.
    pub(crate) fn find(
        pieces: &[Piece],
        vectors: ArrayView2<'_, f32>,
        offsets: &[usize],
        k: usize,
        (search, seed): (NeighbourSearch, u64),
    ) -> Result<Self, IndexError> {
        let ranges = ranges(pieces, offsets);
        let queries: Vec<usize> = (pieces.iter().zip(&ranges))
            .filter(|(piece, _)| piece.is_studied)
            .flat_map(|(_, own)| own.clone())
            .collect();
        let own = |row: usize| ranges[ranges.partition_point(|own| own.end <= row)].clone();
        let (found, recall) = match search {
            NeighbourSearch::Exact => (nearest(vectors, &queries, k, own), None),
            NeighbourSearch::Approximate => {
                let index = NeighbourIndex::new(vectors)?;
                index.enough_of_nearest(&queries, k, own, ENOUGH, (SAMPLED, seed))?
            }
        };
        let asked = SAMPLED.min(queries.len());
        Ok(Self {
            of: queries.into_iter().zip(found).collect(),
            search,
            recall: recall.map(|recall| (recall, asked)),
        })
    }

    /// What is to be said of approximate neighbours, and whether too few were found.
    pub(crate) fn told(&self) -> Option<(String, bool)> {
        let (recall, asked) = self.recall?;
        let told = format!(
            "neighbours: approximate; {:.1} % of the exact ones found, measured on {asked} sentences",
            100.0 * recall
        );
        if recall >= ENOUGH {
            return Some((told, false));
        }
        let least = 100.0 * ENOUGH;
        let remedy = "look for them exactly, with --neighbour-search exact";
        Some((
            format!("{told}; that is under {least:.0} %: {remedy}"),
            true,
        ))
    }

    pub(crate) fn record(&self) -> Value {
        json!({
            "search": self.search,
            "recall": self.recall.map(|recall| recall.0),
            "recall_sentences": self.recall.map(|recall| recall.1),
        })
    }
}
