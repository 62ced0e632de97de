//! Cosine similarity of vectors and of their centroids.

use std::ops::Range;

use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis, s};
use rayon::prelude::*;

/// Rows of a product that are computed together. Fixed: see the crate's promise.
const BLOCK: usize = 512;

/// Mean of some rows, scaled to length 1; zero for no rows.
pub fn centroid(vectors: ArrayView2<'_, f32>, rows: Range<usize>) -> Array1<f32> {
    let mut sum = Array1::<f64>::zeros(vectors.ncols());
    for row in vectors.slice(s![rows, ..]).rows() {
        sum.zip_mut_with(&row, |sum, &x| *sum += f64::from(x));
    }
    let length = sum.dot(&sum).sqrt();
    sum.mapv(|x| {
        if length > 0.0 {
            (x / length) as f32
        } else {
            0.0
        }
    })
}

/// Cosine of two vectors of length 1.
pub fn cosine(a: ArrayView1<'_, f32>, b: ArrayView1<'_, f32>) -> f32 {
    a.dot(&b).clamp(-1.0, 1.0)
}

/// The greatest of some cosines; minus infinity of none.
pub fn greatest(cosines: &[f32]) -> f32 {
    // Eight at a time, each in its lane: the greatest is the same in any order.
    let mut lanes = [f32::NEG_INFINITY; 8];
    let greater = |a: f32, b: f32| if b > a { b } else { a };
    let chunks = cosines.chunks_exact(lanes.len());
    let rest = chunks
        .remainder()
        .iter()
        .copied()
        .fold(f32::NEG_INFINITY, greater);
    for chunk in chunks {
        for (most, &x) in lanes.iter_mut().zip(chunk) {
            *most = greater(*most, x);
        }
    }
    lanes.into_iter().fold(rest, greater)
}

/// A row of a matrix in standard layout.
pub(crate) fn contiguous(row: ArrayView1<'_, f32>) -> &[f32] {
    row.to_slice()
        .expect("rows of such a matrix are contiguous")
}

/// Cosines of each row of `a` with each row of `b`, all of length 1: `a` rows × `b` rows.
pub fn cosines(a: ArrayView2<'_, f32>, b: ArrayView2<'_, f32>) -> Array2<f32> {
    let mut all = Array2::zeros((a.nrows(), b.nrows()));
    let turned = b.t();
    all.axis_chunks_iter_mut(Axis(0), BLOCK)
        .into_par_iter()
        .zip(a.axis_chunks_iter(Axis(0), BLOCK).into_par_iter())
        .for_each(|(mut block, rows)| {
            block.assign(&rows.dot(&turned));
            block.mapv_inplace(|x| x.clamp(-1.0, 1.0));
        });
    all
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn a_centroid_has_length_one_and_points_between() {
        let vectors = array![[1.0_f32, 0.0], [0.0, 1.0], [0.0, 1.0]];
        let found = centroid(vectors.view(), 0..2);
        assert!(
            (found[0] - 0.5_f32.sqrt()).abs() < 1e-6 && (found[1] - 0.5_f32.sqrt()).abs() < 1e-6
        );
        assert_eq!(centroid(vectors.view(), 1..1), array![0.0, 0.0]);
    }

    #[test]
    fn cosines_of_all_pairs_agree_with_each_pair() {
        let vectors = array![[1.0_f32, 0.0], [0.6, 0.8], [0.0, 1.0]];
        let all = cosines(vectors.view(), vectors.view());
        for ((i, j), &found) in all.indexed_iter() {
            assert!((found - cosine(vectors.row(i), vectors.row(j))).abs() < 1e-6);
        }
    }
}
