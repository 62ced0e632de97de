//! From the pooled vectors of windows to the vectors of texts.
//!
//! Each text by itself and in a fixed order of sums: its bits depend on its own windows alone.

use ndarray::{Array2, ArrayView2};

use crate::{Dense, Layout, Pooling};

/// What is done behind the encoder: windows joined, dense layers, then length 1.
pub(crate) struct Finish {
    pub(crate) pooling: Pooling,
    pub(crate) dense: Vec<Dense>,
    pub(crate) normalize: bool,
}

impl Finish {
    pub(crate) fn new(layout: Layout, unit_length: bool) -> Self {
        Self {
            pooling: layout.pooling,
            dense: layout.dense,
            normalize: layout.normalize || unit_length,
        }
    }

    /// One vector a text, `dimensions` long. `pooled` has a row a window, text by text; `texts`
    /// says how many tokens the windows of each text have. `None` where lengths don't fit.
    pub(crate) fn apply(
        &self,
        pooled: ArrayView2<'_, f32>,
        texts: &[Vec<usize>],
        dimensions: usize,
    ) -> Option<Array2<f32>> {
        let mut vectors = Vec::with_capacity(texts.len() * dimensions);
        let pooled_rows: Vec<&[f32]> = pooled
            .rows()
            .into_iter()
            .map(|row| row.to_slice())
            .collect::<Option<_>>()?;
        let mut rows = pooled_rows.into_iter();
        for tokens in texts {
            let mut vector = vec![0.0; pooled.ncols()];
            let windows = tokens.iter().copied().zip(rows.by_ref());
            self.pooling.join(windows, &mut vector);
            for dense in &self.dense {
                vector = dense.apply(&vector);
            }
            if self.normalize {
                normalize(&mut vector);
            }
            vectors.extend(vector);
        }
        Array2::from_shape_vec((texts.len(), dimensions), vectors).ok()
    }
}

fn normalize(vector: &mut [f32]) {
    let square: f64 = vector.iter().map(|&x| f64::from(x) * f64::from(x)).sum();
    let length = square.sqrt().max(1e-12);
    for x in vector {
        *x = (f64::from(*x) / length) as f32;
    }
}
