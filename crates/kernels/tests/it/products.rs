//! Products with packed layers.

use kernels::{Activation, Format, Level, Linear, Operand, Output, Part};

use crate::numbers;

struct Case {
    rows: usize,
    inputs: usize,
    outputs: usize,
    values: Vec<f32>,
    weights: Vec<f32>,
    bias: Vec<f32>,
}

/// Shapes that meet every tail: of rows, of panels, of pairs, of chunks.
fn cases() -> Vec<Case> {
    [
        (1, 1, 1),
        (5, 12, 7),
        (13, 48, 33),
        (33, 100, 48),
        (70, 384, 80),
        (41, 1536, 64),
        (7, 800, 16),
    ]
    .map(|(rows, inputs, outputs)| Case {
        rows,
        inputs,
        outputs,
        values: numbers(rows * inputs, 1),
        weights: numbers(outputs * inputs, 2),
        bias: numbers(outputs, 3),
    })
    .into()
}

impl Case {
    fn layer(&self, level: Level, format: Format) -> Linear {
        let part = Part {
            weights: &self.weights,
            bias: &self.bias,
            scale: 1.0,
        };
        Linear::pack(level, format, self.inputs, &[part])
    }

    fn product(&self, level: Level, format: Format, activation: Activation) -> Vec<f32> {
        product(
            &self.layer(level, format),
            &self.values,
            self.rows,
            activation,
        )
    }

    /// In double precision, without an activation.
    fn exact(&self) -> Vec<f64> {
        let stride = kernels::padded(self.outputs);
        let mut all = vec![0.0; self.rows * stride];
        for row in 0..self.rows {
            for output in 0..self.outputs {
                let values = &self.values[row * self.inputs..][..self.inputs];
                let weights = &self.weights[output * self.inputs..][..self.inputs];
                let sum: f64 = values
                    .iter()
                    .zip(weights)
                    .map(|(a, b)| f64::from(*a) * f64::from(*b))
                    .sum();
                all[row * stride + output] = sum + f64::from(self.bias[output]);
            }
        }
        all
    }
}

fn product(layer: &Linear, values: &[f32], rows: usize, activation: Activation) -> Vec<f32> {
    let stride = layer.outputs();
    let mut result = vec![f32::NAN; rows * stride];
    let mut operand = Operand::default();
    let left = operand.ready(layer, 0..layer.chunks(), values, rows, layer.inputs());
    layer.multiply(
        &left,
        0..stride,
        &mut Output {
            values: &mut result,
            stride,
            adds: false,
            bias: true,
            activation,
        },
    );
    result
}

/// Values are within ±1, so a sum of n products errs like a walk of n steps.
#[test]
fn products_are_those_of_double_precision() {
    for (format, error) in [
        (Format::F32, 1e-6),
        (Format::Int16, 4e-4),
        (Format::Bf16, 8e-3),
    ] {
        for level in Level::available() {
            for case in cases() {
                let allowed = error * (case.inputs as f64).sqrt() + 1e-6;
                let found = case.product(level, format, Activation::Identity);
                for (found, exact) in found.iter().zip(case.exact()) {
                    let off = (f64::from(*found) - exact).abs();
                    assert!(
                        off < allowed,
                        "{format:?} {level:?}: {found} is not {exact}"
                    );
                }
            }
        }
    }
}

/// Brain floats are summed by AMX in an order of its own.
#[test]
fn floats_and_integers_have_the_same_bits_at_every_level() {
    for format in [Format::F32, Format::Int16] {
        for case in cases() {
            let expected = case.product(Level::Portable, format, Activation::Gelu);
            for level in Level::available() {
                let found = case.product(level, format, Activation::Gelu);
                assert!(found == expected, "{format:?} {level:?} {}", case.inputs);
            }
        }
    }
}

#[test]
fn a_row_has_the_same_bits_alone_and_among_others() {
    for level in Level::available() {
        for format in [Format::F32, Format::Int16, Format::Bf16] {
            for case in cases() {
                let layer = case.layer(level, format);
                let together = case.product(level, format, Activation::Relu);
                for row in 0..case.rows {
                    let own = &case.values[row * case.inputs..][..case.inputs];
                    let alone = product(&layer, own, 1, Activation::Relu);
                    let among = &together[row * layer.outputs()..][..layer.outputs()];
                    assert_eq!(alone, among, "{format:?} {level:?} row {row}");
                }
            }
        }
    }
}

/// The sum that a careless scale would let overflow: every input at its greatest, with the signs of
/// its weights.
#[test]
fn no_sum_of_integers_overflows() {
    for inputs in [384, 1536] {
        let weights: Vec<f32> = (0..inputs).map(|at| [1.0, -1.0][at % 2]).collect();
        let values: Vec<f32> = weights.iter().map(|weight| weight * 3.0).collect();
        let part = Part {
            weights: &weights,
            bias: &[],
            scale: 0.5,
        };
        for level in Level::available() {
            let layer = Linear::pack(level, Format::Int16, inputs, &[part]);
            let found = product(&layer, &values, 1, Activation::Identity)[0];
            let exact = inputs as f32 * 1.5;
            assert!((found / exact - 1.0).abs() < 1e-3, "{level:?}: {found}");
        }
    }
}

#[test]
fn chunks_of_a_layer_add_up_to_the_whole() {
    let case = &cases()[5];
    for level in Level::available() {
        for format in [Format::F32, Format::Int16, Format::Bf16] {
            let layer = case.layer(level, format);
            let whole = case.product(level, format, Activation::Gelu);
            let stride = layer.outputs();
            let mut parts = vec![0.0; case.rows * stride];
            for chunk in 0..layer.chunks() {
                let from = &case.values[layer.chunk(chunk).start..];
                let mut operand = Operand::default();
                let left = operand.ready(&layer, chunk..chunk + 1, from, case.rows, case.inputs);
                let is_last = chunk + 1 == layer.chunks();
                for outputs in [0..stride - 16, stride - 16..stride] {
                    layer.multiply(
                        &left,
                        outputs.clone(),
                        &mut Output {
                            values: &mut parts[outputs.start..],
                            stride,
                            adds: chunk > 0,
                            bias: is_last,
                            activation: [Activation::Identity, Activation::Gelu]
                                [usize::from(is_last)],
                        },
                    );
                }
            }
            assert_eq!(parts, whole, "{format:?} {level:?}");
        }
    }
}

#[test]
fn parts_stand_side_by_side_at_whole_panels_and_scaled() {
    let (first, second) = (numbers(3 * 20, 4), numbers(18 * 20, 5));
    let (bias, row) = (numbers(3, 6), numbers(20, 7));
    let parts = [
        Part {
            weights: &first,
            bias: &bias,
            scale: 0.25,
        },
        Part {
            weights: &second,
            bias: &[],
            scale: 1.0,
        },
    ];
    let layer = Linear::pack(Level::best(), Format::F32, 20, &parts);
    assert_eq!(layer.outputs(), 16 + 32);
    let found = product(&layer, &row, 1, Activation::Identity);
    let dot = |weights: &[f32]| weights.iter().zip(&row).map(|(a, b)| a * b).sum::<f32>();
    assert!((found[2] - 0.25 * (dot(&first[40..60]) + bias[2])).abs() < 1e-6);
    assert!((found[16 + 17] - dot(&second[340..])).abs() < 1e-5);
    assert!(
        found[3..16]
            .iter()
            .chain(&found[16 + 18..])
            .all(|&n| n == 0.0)
    );
}
