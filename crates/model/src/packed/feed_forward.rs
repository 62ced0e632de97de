//! Two linear layers with an activation between them.

use kernels::{Activation, Linear, Operand, Output};

use super::output;

pub(crate) struct FeedForward {
    up: Linear,
    down: Linear,
    activation: Activation,
}

impl FeedForward {
    pub(crate) fn new(up: Linear, down: Linear, activation: Activation) -> Self {
        Self {
            up,
            down,
            activation,
        }
    }

    /// Adds what becomes of a block's rows to `sums`; both are `stride` floats apart. A chunk of the
    /// inner layer is made and used before the next, so that it never leaves the cache.
    pub(crate) fn add(
        &self,
        operand: &mut Operand,
        inner: &mut Vec<f32>,
        rows: &[f32],
        stride: usize,
        sums: &mut [f32],
    ) {
        let (up, down) = (&self.up, &self.down);
        let count = rows.len() / stride;
        for chunk in 0..down.chunks() {
            let own = down.chunk(chunk);
            let outputs = own.start..kernels::padded(own.end);
            inner.resize(count * outputs.len(), 0.0);
            let left = operand.ready(up, 0..up.chunks(), rows, count, stride);
            up.multiply(
                &left,
                outputs.clone(),
                &mut Output {
                    activation: self.activation,
                    ..output(inner, outputs.len())
                },
            );
            let left = operand.ready(down, chunk..chunk + 1, inner, count, outputs.len());
            down.multiply(
                &left,
                0..down.outputs(),
                &mut Output {
                    adds: true,
                    bias: chunk + 1 == down.chunks(),
                    ..output(sums, stride)
                },
            );
        }
    }
}
