//! From the pooled vectors of windows to the vectors of texts.
//!
//! Each text by itself and in a fixed order of sums: its bits depend on its own windows alone.

use ndarray::{Array2, ArrayView2};

use crate::{Card, Pooling};

/// What is done behind the encoder.
pub(crate) struct Finish {
    pooling: Pooling,
    normalize: bool,
}

impl Finish {
    pub(crate) fn new(card: &Card) -> Self {
        Self {
            pooling: card.pooling,
            normalize: card.normalize,
        }
    }

    /// One vector a text. `pooled` has a row a window, text by text; `texts` says how many tokens
    /// the windows of each text have.
    pub(crate) fn apply(&self, pooled: ArrayView2<'_, f32>, texts: &[Vec<usize>]) -> Array2<f32> {
        let mut vectors = Array2::zeros((texts.len(), pooled.ncols()));
        let mut windows = pooled.rows().into_iter();
        for (mut vector, tokens) in vectors.rows_mut().into_iter().zip(texts) {
            let mut sum = vec![0_f64; pooled.ncols()];
            for (&tokens, window) in tokens.iter().zip(windows.by_ref()) {
                for (sum, &x) in sum.iter_mut().zip(window) {
                    *sum += self.weight(tokens) * f64::from(x);
                }
            }
            let total = self.weight(tokens.iter().sum());
            for (x, sum) in vector.iter_mut().zip(sum) {
                *x = (sum / total) as f32;
            }
        }
        if self.normalize {
            for row in vectors.rows_mut() {
                normalize(row);
            }
        }
        vectors
    }

    /// What a window counts by its tokens.
    fn weight(&self, tokens: usize) -> f64 {
        match self.pooling {
            Pooling::Mean => tokens as f64,
        }
    }
}

fn normalize(mut vector: ndarray::ArrayViewMut1<'_, f32>) {
    let square: f64 = vector.iter().map(|&x| f64::from(x) * f64::from(x)).sum();
    let length = square.sqrt().max(1e-12);
    for x in &mut vector {
        *x = (f64::from(*x) / length) as f32;
    }
}
