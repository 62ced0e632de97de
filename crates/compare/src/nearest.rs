//! Exact nearest neighbours by blocked matrix products, in bounded memory.

use std::cmp::Ordering;
use std::ops::Range;

use ndarray::{ArrayView2, Axis, s};
use rayon::prelude::*;

use crate::similarity::{contiguous, greatest};

/// Queries and references of one product; a block of cosines takes 1 MiB.
const QUERIES: usize = 256;
const REFERENCES: usize = 1024;
/// Cosines that are looked through together for one that is near enough.
const STRIDE: usize = 64;

/// A vector near another one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Neighbour {
    /// Its row.
    pub index: usize,
    /// Cosine of the two.
    pub cosine: f32,
}

/// The `k` vectors nearest to each of some, named by their rows: nearest first, equal ones by index.
/// All have length 1; `excluded` says for such a row which ones it must not meet: itself, its own
/// document.
pub fn nearest(
    vectors: ArrayView2<'_, f32>,
    queries: &[usize],
    k: usize,
    excluded: impl Fn(usize) -> Range<usize> + Sync,
) -> Vec<Vec<Neighbour>> {
    queries
        .par_chunks(QUERIES)
        .flat_map_iter(|queries| {
            let rows = vectors.select(Axis(0), queries);
            let mut best = vec![Vec::new(); queries.len()];
            for first in (0..vectors.nrows()).step_by(REFERENCES) {
                let last = (first + REFERENCES).min(vectors.nrows());
                let cosines = rows.dot(&vectors.slice(s![first..last, ..]).t());
                for ((found, &query), row) in best.iter_mut().zip(queries).zip(cosines.rows()) {
                    look_through(contiguous(row), first, &excluded(query), found, k);
                }
            }
            best
        })
        .collect()
}

/// Keeps the nearest of the cosines with consecutive vectors.
fn look_through(
    cosines: &[f32],
    first: usize,
    skip: &Range<usize>,
    found: &mut Vec<Neighbour>,
    k: usize,
) {
    for (stride, cosines) in cosines.chunks(STRIDE).enumerate() {
        // Nearly everywhere nothing is near enough, which is seen soonest of many at once.
        let is_full = found.len() == k;
        if is_full
            && found
                .last()
                .is_none_or(|last| greatest(cosines) <= last.cosine)
        {
            continue;
        }
        for (column, &cosine) in cosines.iter().enumerate() {
            let index = first + stride * STRIDE + column;
            if !skip.contains(&index) {
                let cosine = cosine.clamp(-1.0, 1.0);
                keep(found, Neighbour { index, cosine }, k);
            }
        }
    }
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
        let vectors = vectors(9000, 1);
        let queries: Vec<usize> = (0..9000).step_by(29).collect();
        let found = nearest(vectors.view(), &queries, 5, |q| q..q + 20);
        for (&q, neighbours) in queries.iter().zip(&found) {
            let mut all: Vec<(usize, f32)> = vectors
                .rows()
                .into_iter()
                .map(|row| row.dot(&vectors.row(q)))
                .enumerate()
                .filter(|(index, _)| !(q..q + 20).contains(index))
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
        let same = ndarray::concatenate![Axis(0), one, one, one, one];
        let found = nearest(same.view(), &[1], 5, |_| 1..3);
        let indices: Vec<_> = found[0].iter().map(|n| n.index).collect();
        assert_eq!(indices, [0, 3]);
        assert!(nearest(same.view(), &[0], 0, |_| 0..0)[0].is_empty());
    }
}
