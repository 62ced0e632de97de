//! How well are some vectors matched by others, each by its nearest?

use ndarray::{Array2, ArrayView2, Axis, s};
use rayon::prelude::*;

/// Rows of a product that are computed together. Fixed: see the crate's promise.
const BLOCK: usize = 128;
const COLUMNS: usize = 8192;

/// Greedy matching in both directions, as BERTScore does with words (Zhang et al. 2020).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Matched {
    /// Mean over the candidate's vectors of the cosine of the nearest one of the others.
    pub precision: f64,
    /// Mean over the others of the cosine of the nearest one of the candidate's.
    pub recall: f64,
    /// Their harmonic mean; 0 where it has no meaning.
    pub f: f64,
}

impl Matched {
    /// From the cosine of each one's nearest; none where a side is empty.
    pub fn new(own: &[f32], others: &[f32]) -> Option<Self> {
        Some(Self::of(mean(own)?, mean(others)?))
    }

    fn of(precision: f64, recall: f64) -> Self {
        let f = if precision > 0.0 && recall > 0.0 {
            2.0 * precision * recall / (precision + recall)
        } else {
            0.0
        };
        Self {
            precision,
            recall,
            f,
        }
    }

    /// The same with cosines counted from a baseline, the mean cosine of unrelated pairs, which
    /// becomes 0: (x - b)/(1 - b), as BERTScore rescales.
    #[must_use]
    pub fn rescaled(self, baseline: f64) -> Self {
        let scale = |x: f64| (x - baseline) / (1.0 - baseline);
        Self::of(scale(self.precision), scale(self.recall))
    }
}

fn mean(numbers: &[f32]) -> Option<f64> {
    let sum: f64 = numbers.iter().map(|&x| f64::from(x)).sum();
    (!numbers.is_empty()).then(|| sum / numbers.len() as f64)
}

/// The cosine of each query's nearest vector in each unit, queries × units; -1 where a unit has none.
/// All have length 1, and `unit_of` numbers the unit of each vector from 0.
///
/// # Panics
/// If there is not a unit for each vector.
fn nearest_in_units(
    queries: ArrayView2<'_, f32>,
    vectors: ArrayView2<'_, f32>,
    unit_of: &[usize],
) -> Array2<f32> {
    assert_eq!(vectors.nrows(), unit_of.len(), "a unit for each vector");
    let units = unit_of.iter().max().map_or(0, |last| last + 1);
    let mut nearest = Array2::from_elem((queries.nrows(), units), -1.0_f32);
    nearest
        .axis_chunks_iter_mut(Axis(0), BLOCK)
        .into_par_iter()
        .zip(queries.axis_chunks_iter(Axis(0), BLOCK).into_par_iter())
        .for_each(|(mut nearest, queries)| {
            for first in (0..vectors.nrows()).step_by(COLUMNS) {
                let last = (first + COLUMNS).min(vectors.nrows());
                let cosines = queries.dot(&vectors.slice(s![first..last, ..]).t());
                for (mut nearest, row) in nearest.rows_mut().into_iter().zip(cosines.rows()) {
                    for (&cosine, &unit) in row.iter().zip(&unit_of[first..last]) {
                        if cosine > nearest[unit] {
                            nearest[unit] = cosine.min(1.0);
                        }
                    }
                }
            }
        });
    nearest
}

/// The nearest cosine of each vector in each unit: what the relaxed word mover's distance of any
/// division of the units is found from.
#[derive(Clone, Debug)]
pub struct NearestInUnits {
    /// Vectors × units.
    nearest: Array2<f32>,
    unit_of: Vec<usize>,
}

impl NearestInUnits {
    /// Of vectors of length 1, each in a unit numbered from 0.
    ///
    /// # Panics
    /// If there is not a unit for each vector.
    pub fn new(vectors: ArrayView2<'_, f32>, unit_of: &[usize]) -> Self {
        let nearest = nearest_in_units(vectors, vectors, unit_of);
        Self {
            nearest,
            unit_of: unit_of.to_vec(),
        }
    }

    /// The relaxed word mover's distance of two sides, all vectors with equal weight and cost
    /// 1 - cosine: the greater of the two directions, in which each vector goes wholly to the nearest
    /// one of the other side. A lower bound of the distance itself (Kusner et al. 2015).
    pub fn relaxed_distance(&self, is_target: &[bool]) -> f64 {
        let mut sums = [(0.0, 0_usize); 2];
        for (row, &unit) in self.nearest.rows().into_iter().zip(&self.unit_of) {
            let own = is_target[unit];
            let others = row.iter().zip(is_target).filter(|(_, is)| **is != own);
            let nearest = others.fold(-1.0_f32, |most, (&cosine, _)| most.max(cosine));
            let (sum, count) = &mut sums[usize::from(own)];
            *sum += 1.0 - f64::from(nearest);
            *count += 1;
        }
        let [one, other] = sums.map(|(sum, count): (f64, usize)| sum / count as f64);
        one.max(other)
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;
    use crate::random::tests::seeded;

    fn near(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-6, "{found} is not {expected}");
    }

    #[test]
    fn matching_is_the_mean_of_the_nearest_both_ways() {
        let found = Matched::new(&[1.0, 0.5], &[0.25, 0.25, 1.0]).expect("two sides");
        near(found.precision, 0.75);
        near(found.recall, 0.5);
        near(found.f, 0.6);
        // With 0.2 as the baseline: 0.55/0.8, 0.3/0.8.
        let rescaled = found.rescaled(0.2);
        near(rescaled.precision, 0.6875);
        near(rescaled.recall, 0.375);
        near(found.rescaled(0.6).f, 0.0);
        assert_eq!(Matched::new(&[], &[1.0]), None);
    }

    /// scripts/peers/groups: the nearest by cosine, of scikit-learn 1.6.1. Tolerance: cosines are single
    /// precision.
    #[test]
    fn figures_are_those_of_peers() {
        let mut vectors = seeded(60, 4, 0.3);
        for mut row in vectors.rows_mut() {
            let length = row.dot(&row).sqrt();
            row /= length;
        }
        let units: Vec<usize> = (0..60).collect();
        let nearest = NearestInUnits::new(vectors.view(), &units);
        let is_target: Vec<bool> = (0..60).map(|at| at < 20).collect();
        near(nearest.relaxed_distance(&is_target), 0.247_997_639);
        let (target, reference) = (vectors.slice(s![..20, ..]), vectors.slice(s![20.., ..]));
        let best = |own, other: ArrayView2<'_, f32>| {
            let units = vec![0; other.nrows()];
            nearest_in_units(own, other, &units)
                .into_raw_vec_and_offset()
                .0
        };
        let found = Matched::new(&best(target, reference), &best(reference, target));
        let found = found.expect("two sides");
        near(found.precision, 0.910_907_394);
        near(found.recall, 0.752_002_361);
        near(found.f, 0.823_862_521);
    }

    /// East and north against northeast twice and west: east and north go to northeast at 1 - √½;
    /// northeast comes back at the same, west to north at 1.
    #[test]
    fn the_relaxed_distance_is_that_of_the_dearer_direction() {
        let half = 0.5_f32.sqrt();
        let vectors = array![
            [1.0_f32, 0.0],
            [0.0, 1.0],
            [half, half],
            [half, half],
            [-1.0, 0.0]
        ];
        let found = NearestInUnits::new(vectors.view(), &[0, 1, 2, 2, 3]);
        let cost = 1.0 - f64::from(half);
        near(
            found.relaxed_distance(&[true, true, false, false]),
            (2.0 * cost + 1.0) / 3.0,
        );
        near(
            found.relaxed_distance(&[false, false, true, true]),
            (2.0 * cost + 1.0) / 3.0,
        );
    }
}
