//! MobileBERT's normalization, which may be none: then numbers are only scaled and shifted.

use kernels::Level;

use crate::ModelError;
use crate::classifiers::parts::{LayerNorm, Rows, Source};

#[derive(Clone, Copy)]
pub(super) enum Kind {
    Layer,
    No,
}

impl Kind {
    pub(super) fn named(name: &str) -> Result<Self, String> {
        match name {
            "layer_norm" => Ok(Self::Layer),
            "no_norm" => Ok(Self::No),
            other => Err(format!(
                "normalization_type '{other}' is not supported; supported: layer_norm, no_norm"
            )),
        }
    }

    pub(super) fn take(
        self,
        source: &mut Source<'_>,
        name: &str,
        width: usize,
        epsilon: f64,
    ) -> Result<Norm, ModelError> {
        match self {
            Self::Layer => source.norm(name, width, epsilon).map(Norm::Layer),
            Self::No => Ok(Norm::No {
                gain: source.numbers(&format!("{name}.weight"), &[width])?,
                shift: source.numbers(&format!("{name}.bias"), &[width])?,
            }),
        }
    }
}

pub(super) enum Norm {
    Layer(LayerNorm),
    No { gain: Vec<f32>, shift: Vec<f32> },
}

impl Norm {
    pub(super) fn apply(&self, level: Level, rows: &mut Rows) {
        match self {
            Self::Layer(norm) => norm.apply(level, rows),
            Self::No { gain, shift } => {
                for row in rows.values.chunks_exact_mut(rows.stride) {
                    for ((value, gain), shift) in row.iter_mut().zip(gain).zip(shift) {
                        *value = *value * gain + shift;
                    }
                }
            }
        }
    }
}
