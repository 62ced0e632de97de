//! Whether a level computes what it should on this very machine: a wrong kernel, processor or
//! emulator must cost speed, never a number.

use crate::rows::Activation;
use crate::{Format, Level, Linear, Operand, Output, Part};

const ROWS: usize = 37;
const INPUTS: usize = 72;
const OUTPUTS: usize = 48;

/// Whether a level's products are those of the portable kernels.
pub(crate) fn is_right(level: Level) -> bool {
    // Instructions for brain floats sum in an order of their own, and drop the smallest numbers.
    [
        (Format::F32, 0.0),
        (Format::Int16, 0.0),
        (Format::Bf16, 1e-4),
    ]
    .into_iter()
    .all(|(format, allowed)| {
        let (found, expected) = (product(level, format), product(Level::Portable, format));
        let mut pairs = found.iter().zip(&expected);
        pairs.all(|(found, expected)| (found - expected).abs() <= allowed)
    })
}

fn product(level: Level, format: Format) -> Vec<f32> {
    let numbers = |count: usize, step: usize| -> Vec<f32> {
        (0..count)
            .map(|at| ((at * step % 251) as f32 - 125.0) / 125.0)
            .collect()
    };
    let (weights, bias) = (numbers(OUTPUTS * INPUTS, 97), numbers(OUTPUTS, 31));
    let values = numbers(ROWS * INPUTS, 61);
    let part = Part {
        weights: &weights,
        bias: &bias,
        scale: 0.5,
    };
    let layer = Linear::pack(level, format, INPUTS, &[part]);
    let mut operand = Operand::default();
    let left = operand.ready(&layer, 0..layer.chunks(), &values, ROWS, INPUTS);
    let mut result = vec![0.0; ROWS * OUTPUTS];
    layer.multiply(
        &left,
        0..OUTPUTS,
        &mut Output {
            values: &mut result,
            stride: OUTPUTS,
            adds: false,
            bias: true,
            activation: Activation::Gelu,
        },
    );
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_product_has_the_numbers_that_tell_a_wrong_kernel() {
        let found = product(Level::best(), Format::F32);
        let distinct: std::collections::BTreeSet<u32> = found.iter().map(|n| n.to_bits()).collect();
        assert!(distinct.len() > found.len() / 2);
        assert!(found.iter().any(|n| n.abs() > 1.0));
    }
}
