//! The convolution beside the first layer of the larger models.

use std::ops::Range;

use kernels::{Activation, Part};

use crate::ModelError;
use crate::classifiers::parts::{Dense, LayerNorm, Rows, Source, Work};

/// How many tokens it sees, an odd number, and what its outputs go through.
#[derive(Clone, Copy)]
pub(super) struct Shape {
    pub(super) width: usize,
    pub(super) activation: Activation,
}

pub(super) struct Convolution {
    /// Columns neighbours side by side.
    dense: Dense,
    norm: LayerNorm,
    width: usize,
    hidden: usize,
}

impl Convolution {
    pub(super) fn take(
        source: &mut Source<'_>,
        shape: Shape,
        hidden: usize,
        epsilon: f64,
    ) -> Result<Self, ModelError> {
        let (name, width) = ("deberta.encoder.conv", shape.width);
        let found = source.numbers(&format!("{name}.conv.weight"), &[hidden, hidden, width])?;
        let bias = source.numbers(&format!("{name}.conv.bias"), &[hidden])?;
        // The file has neighbours innermost.
        let mut weights = vec![0.0; found.len()];
        for (from, to) in found
            .chunks_exact(hidden * width)
            .zip(weights.chunks_exact_mut(hidden * width))
        {
            for (input, neighbours) in from.chunks_exact(width).enumerate() {
                for (place, &weight) in neighbours.iter().enumerate() {
                    to[place * hidden + input] = weight;
                }
            }
        }
        let part = Part {
            weights: &weights,
            bias: &bias,
            scale: 1.0,
        };
        Ok(Self {
            dense: Dense::pack(source.level, hidden * width, &[part]).then(shape.activation),
            norm: source.norm(&format!("{name}.LayerNorm"), hidden, epsilon)?,
            width,
            hidden,
        })
    }

    /// Adds what it makes of each token's neighbours, nothing beyond a sequence's ends.
    pub(super) fn add(
        &self,
        work: &mut Work,
        before: &Rows,
        spans: &[Range<usize>],
        hidden: &mut Rows,
    ) {
        let mut beside = Rows::new(before.count(), self.width * self.hidden);
        let reach = self.width / 2;
        for span in spans {
            for at in span.clone() {
                let row = beside.row_mut(at);
                for (place, to) in row
                    .chunks_exact_mut(self.hidden)
                    .take(self.width)
                    .enumerate()
                {
                    let neighbour = (at + place).wrapping_sub(reach);
                    if span.contains(&neighbour) {
                        to.copy_from_slice(&before.row(neighbour)[..self.hidden]);
                    }
                }
            }
        }
        let found = self.dense.apply(work, &beside);
        for (to, from) in hidden.values.iter_mut().zip(&found.values) {
            *to += from;
        }
        self.norm.apply(work.level, hidden);
    }
}
