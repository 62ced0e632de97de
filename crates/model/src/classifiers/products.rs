//! Products of contents with distances, only those that a sequence of some length has.

use std::ops::Range;

use kernels::{Linear, Operand, Side};

use crate::packed;

/// A row of products for each row of contents.
#[derive(Default)]
pub(super) struct Products {
    values: Vec<f32>,
    stride: usize,
    first: usize,
}

impl Products {
    /// Fills it with products of rows with some of a layer's outputs, which stand for distances.
    pub(super) fn fill(
        &mut self,
        operand: &mut Operand,
        rows: Side<'_>,
        distances: &Linear,
        wanted: Range<u32>,
    ) {
        self.first = wanted.start as usize / kernels::PANEL * kernels::PANEL;
        let outputs = self.first..kernels::padded(wanted.end as usize);
        self.stride = outputs.len();
        self.values.resize(rows.rows * self.stride, 0.0);
        let chunks = 0..distances.chunks();
        let left = operand.ready(distances, chunks, rows.numbers, rows.rows, rows.stride);
        let to = &mut packed::output(&mut self.values, self.stride);
        distances.multiply(&left, outputs, to);
    }

    /// The distance that a row begins with.
    pub(super) fn first(&self) -> usize {
        self.first
    }

    pub(super) fn row(&self, at: usize) -> &[f32] {
        &self.values[at * self.stride..][..self.stride]
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = &[f32]> {
        self.values.chunks_exact(self.stride)
    }
}
