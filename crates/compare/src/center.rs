//! Vectors without what all of them share.

use ndarray::{Array1, Array2, ArrayView2};

/// The vectors less their mean, each scaled to length 1 again; a vector that is the mean becomes zero.
///
/// Embeddings share a direction that says nothing of their texts and raises all cosines (Mu and
/// Viswanath 2018, "All-but-the-top", their first step).
pub fn centered(vectors: ArrayView2<'_, f32>) -> Array2<f32> {
    let mut mean = Array1::<f64>::zeros(vectors.ncols());
    for row in vectors.rows() {
        mean.zip_mut_with(&row, |sum, &x| *sum += f64::from(x));
    }
    mean /= vectors.nrows().max(1) as f64;
    let mut all = Array2::zeros(vectors.dim());
    for (mut out, row) in all.rows_mut().into_iter().zip(vectors.rows()) {
        let rest: Vec<f64> = row
            .iter()
            .zip(&mean)
            .map(|(&x, m)| f64::from(x) - m)
            .collect();
        let length = rest.iter().map(|x| x * x).sum::<f64>().sqrt();
        // Below this, the rest is what rounding left.
        if length > 1e-6 {
            out.iter_mut()
                .zip(rest)
                .for_each(|(out, x)| *out = (x / length) as f32);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn what_all_share_goes_and_lengths_stay_one() {
        let vectors = array![[0.6_f32, 0.8], [0.6, -0.8], [0.6, 0.8], [0.6, -0.8]];
        assert_eq!(
            centered(vectors.view()),
            array![[0.0_f32, 1.0], [0.0, -1.0], [0.0, 1.0], [0.0, -1.0]]
        );
        let same = array![[0.6_f32, 0.8], [0.6, 0.8]];
        assert_eq!(centered(same.view()), Array2::<f32>::zeros((2, 2)));
    }
}
