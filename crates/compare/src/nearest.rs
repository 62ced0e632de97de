//! Exact nearest neighbours by blocked matrix products, in bounded memory.

use std::cmp::Ordering;
use std::ops::Range;

use ndarray::{ArrayView2, Axis, s};
use rayon::prelude::*;

/// Queries and references of one product; a block of cosines takes 4 MiB.
const QUERIES: usize = 128;
const REFERENCES: usize = 8192;

/// A reference near a query.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Neighbour {
    /// Row of the reference.
    pub index: usize,
    /// Cosine of the two.
    pub cosine: f32,
}

/// The `k` references nearest to each query, nearest first, equal ones by index. Vectors have length
/// 1; `excluded` names rows of the references that a query must not meet, such as its own document.
pub fn nearest(
    queries: ArrayView2<'_, f32>,
    references: ArrayView2<'_, f32>,
    k: usize,
    excluded: impl Fn(usize) -> Range<usize> + Sync,
) -> Vec<Vec<Neighbour>> {
    queries
        .axis_chunks_iter(Axis(0), QUERIES)
        .into_par_iter()
        .enumerate()
        .flat_map_iter(|(block, rows)| {
            let mut best = vec![Vec::with_capacity(k + 1); rows.nrows()];
            for first in (0..references.nrows()).step_by(REFERENCES) {
                let last = (first + REFERENCES).min(references.nrows());
                let cosines = rows.dot(&references.slice(s![first..last, ..]).t());
                for (offset, (found, row)) in best.iter_mut().zip(cosines.rows()).enumerate() {
                    let skip = excluded(block * QUERIES + offset);
                    for (column, &cosine) in row.iter().enumerate() {
                        let index = first + column;
                        if !skip.contains(&index) {
                            keep(
                                found,
                                Neighbour {
                                    index,
                                    cosine: cosine.clamp(-1.0, 1.0),
                                },
                                k,
                            );
                        }
                    }
                }
            }
            best
        })
        .collect()
}

/// Puts a neighbour in its place among the best `k`. Indices come in rising order, so an equal one
/// goes behind.
fn keep(best: &mut Vec<Neighbour>, new: Neighbour, k: usize) {
    if best.len() == k && best.last().is_none_or(|last| last.cosine >= new.cosine) {
        return;
    }
    let place = best.partition_point(|old| old.cosine.total_cmp(&new.cosine) != Ordering::Less);
    best.insert(place, new);
    best.truncate(k);
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;

    fn vectors(rows: usize, seed: u32) -> Array2<f32> {
        let mut state = seed;
        let mut all = Array2::from_shape_fn((rows, 8), |_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / 16_777_216.0 - 0.5
        });
        for mut row in all.rows_mut() {
            let length = row.dot(&row).sqrt();
            row /= length;
        }
        all
    }

    #[test]
    fn blocks_find_what_a_full_sort_finds() {
        let (queries, references) = (vectors(300, 1), vectors(9000, 2));
        let found = nearest(queries.view(), references.view(), 5, |q| {
            q * 10..q * 10 + 20
        });
        for (q, neighbours) in found.iter().enumerate() {
            let mut all: Vec<(usize, f32)> = references
                .rows()
                .into_iter()
                .map(|row| row.dot(&queries.row(q)))
                .enumerate()
                .filter(|(index, _)| !(q * 10..q * 10 + 20).contains(index))
                .collect();
            all.sort_by(|a, b| b.1.total_cmp(&a.1));
            for (neighbour, expected) in neighbours.iter().zip(&all) {
                assert!((neighbour.cosine - expected.1).abs() < 1e-5);
            }
            assert_eq!(neighbours.len(), 5);
        }
    }

    #[test]
    fn equal_neighbours_come_in_order_and_fewer_than_k_are_all() {
        let one = vectors(1, 3);
        let same = ndarray::concatenate![Axis(0), one, one, one];
        let found = nearest(one.view(), same.view(), 5, |_| 1..2);
        let indices: Vec<_> = found[0].iter().map(|n| n.index).collect();
        assert_eq!(indices, [0, 2]);
        assert!(nearest(one.view(), same.view(), 0, |_| 0..0)[0].is_empty());
    }
}
