//! What a classifier makes of its first token: a dense layer, a squashing, and a logit a class.

use kernels::{Format, Level, Linear, Operand};

use super::output;
use super::weights::Pair;
use crate::tensors::Tensors;
use crate::{Architecture, Hyper, ModelError};

/// A classifier's last layers, always in 32-bit floats: they cost nothing.
pub(super) struct Head {
    dense: Linear,
    squash: fn(f32) -> f32,
    logits: Linear,
    hidden: usize,
    pub(super) classes: usize,
}

impl Head {
    pub(super) fn take(
        tensors: &mut Tensors,
        (architecture, hyper): (Architecture, &Hyper),
        classes: usize,
        level: Level,
    ) -> Result<Self, ModelError> {
        let (dense, squash, logits): (_, fn(f32) -> f32, _) = match architecture {
            Architecture::Bert => ("pooler.dense", libm::tanhf, "classifier"),
            Architecture::Albert => ("pooler", libm::tanhf, "classifier"),
            Architecture::DistilBert => ("pre_classifier", |x| x.max(0.0), "classifier"),
            _ => ("classifier.dense", libm::tanhf, "classifier.out_proj"),
        };
        let hidden = hyper.hidden;
        let mut pack = |name: &str, outputs| -> Result<Linear, ModelError> {
            let pair = Pair::take(tensors, name, outputs, hidden)?;
            Ok(Linear::pack(level, Format::F32, hidden, &[pair.part(1.0)]))
        };
        Ok(Self {
            dense: pack(dense, hidden)?,
            squash,
            logits: pack(logits, classes)?,
            hidden,
            classes,
        })
    }

    /// Logits of rows that are a padded hidden state long; each row of the answer is padded.
    pub(super) fn apply(&self, operand: &mut Operand, rows: &[f32], count: usize) -> Vec<f32> {
        let stride = kernels::padded(self.hidden);
        let product = |layer: &Linear, operand: &mut Operand, from: &[f32]| {
            let width = layer.outputs();
            let mut to = vec![0.0; count * width];
            let left = operand.ready(layer, 0..layer.chunks(), from, count, stride);
            layer.multiply(&left, 0..width, &mut output(&mut to, width));
            to
        };
        let mut dense = product(&self.dense, operand, rows);
        for value in &mut dense {
            *value = (self.squash)(*value);
        }
        product(&self.logits, operand, &dense)
    }

    /// Numbers from row to row of the answer.
    pub(super) fn stride(&self) -> usize {
        self.logits.outputs()
    }
}
