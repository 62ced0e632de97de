//! A dense layer over pooled vectors, as some models have between pooling and normalization.

use crate::ModelError;
use crate::tensors::Tensors;

/// `activation(weight · vector + bias)`.
#[derive(Clone, Debug)]
pub struct Dense {
    /// By input, then by output: sums then run over whole rows, side by side.
    weight: Vec<f32>,
    bias: Vec<f32>,
    activation: DenseActivation,
}

/// What a dense layer does to its sums.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DenseActivation {
    /// Nothing.
    Identity,
    /// The hyperbolic tangent.
    Tanh,
    /// Nothing below zero.
    Relu,
    /// GELU with the error function.
    Gelu,
}

impl DenseActivation {
    /// From the name of a class of PyTorch, such as `torch.nn.modules.activation.Tanh`.
    pub(crate) fn from_class(class: &str) -> Option<Self> {
        match class.rsplit('.').next()? {
            "Identity" => Some(Self::Identity),
            "Tanh" => Some(Self::Tanh),
            "ReLU" => Some(Self::Relu),
            "GELU" => Some(Self::Gelu),
            _ => None,
        }
    }

    fn of(self, x: f64) -> f64 {
        match self {
            Self::Identity => x,
            Self::Tanh => libm::tanh(x),
            Self::Relu => x.max(0.0),
            Self::Gelu => 0.5 * x * (1.0 + libm::erf(x * std::f64::consts::FRAC_1_SQRT_2)),
        }
    }
}

impl Dense {
    /// Takes the layer's tensors.
    pub(crate) fn take(
        tensors: &mut Tensors,
        inputs: usize,
        outputs: usize,
        has_bias: bool,
        activation: DenseActivation,
    ) -> Result<Self, ModelError> {
        let by_output = tensors.take("linear.weight", &[outputs, inputs])?;
        let bias = if has_bias {
            tensors.take("linear.bias", &[outputs])?
        } else {
            vec![0.0; outputs]
        };
        let weight = (0..inputs)
            .flat_map(|input| (0..outputs).map(move |output| (input, output)))
            .map(|(input, output)| by_output[output * inputs + input])
            .collect();
        Ok(Self {
            weight,
            bias,
            activation,
        })
    }

    /// Length of the vectors it takes.
    pub fn inputs(&self) -> usize {
        self.weight.len() / self.bias.len()
    }

    /// Length of the vectors it gives.
    pub fn outputs(&self) -> usize {
        self.bias.len()
    }

    /// The layer's output for one vector. Sums run in a fixed order, so that nothing but the vector
    /// itself decides a bit.
    pub fn apply(&self, vector: &[f32]) -> Vec<f32> {
        let mut sums: Vec<f64> = self.bias.iter().copied().map(f64::from).collect();
        for (&value, weights) in vector.iter().zip(self.weight.chunks_exact(self.outputs())) {
            for (sum, &weight) in sums.iter_mut().zip(weights) {
                *sum += f64::from(value) * f64::from(weight);
            }
        }
        sums.into_iter()
            .map(|sum| self.activation.of(sum) as f32)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dense(activation: DenseActivation) -> Dense {
        Dense {
            weight: vec![1.0, 0.5, 2.0, -1.0, 0.0, 0.25],
            bias: vec![0.5, -0.5],
            activation,
        }
    }

    #[test]
    fn it_is_a_product_a_bias_and_an_activation() {
        let vector = [1.0, -1.0, 2.0];
        let of = |activation| dense(activation).apply(&vector);
        let layer = dense(DenseActivation::Identity);
        assert_eq!((layer.inputs(), layer.outputs()), (3, 2));
        assert_eq!(of(DenseActivation::Identity), [-0.5, 1.5]);
        assert_eq!(of(DenseActivation::Relu), [0.0, 1.5]);
        // Values of tables, rounded to f32.
        assert_eq!(of(DenseActivation::Tanh), [-0.462_117_16, 0.905_148_27]);
        assert_eq!(of(DenseActivation::Gelu), [-0.154_268_77, 1.399_789_2]);
    }
}
