//! What runs a model, in which precision, and where.

use serde::{Deserialize, Serialize};

/// What runs the model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Backend {
    /// The fastest that keeps the promise of the precision asked for.
    #[default]
    Auto,
    /// Tifa's own encoder over packed tokens.
    Packed,
    /// rust-bert's model structs over libtorch: the reference.
    Bert,
    /// A table of one vector a subword (model2vec).
    Static,
}

impl Backend {
    /// All that can be asked for.
    pub const ALL: [Self; 4] = [Self::Auto, Self::Packed, Self::Bert, Self::Static];

    /// Its name in settings and records.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Packed => "packed",
            Self::Bert => "bert",
            Self::Static => "static",
        }
    }
}

/// How numbers are kept in the model's matrix products. Each comes with a promise of accuracy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Precision {
    /// The fastest that the model's card has measured and this CPU has instructions for.
    #[default]
    Auto,
    /// 32-bit floats: cosine with the reference at least 0.99999.
    F32,
    /// 16-bit brain floats: cosine at least 0.9995 in the mean, 0.998 at worst.
    Bf16,
    /// 12-bit integers in 16-bit lanes, scaled by row: the promise of `bf16`.
    Int16,
}

impl Precision {
    /// All that can be asked for.
    pub const ALL: [Self; 4] = [Self::Auto, Self::F32, Self::Bf16, Self::Int16];

    /// Its name in settings and records.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::F32 => "f32",
            Self::Bf16 => "bf16",
            Self::Int16 => "int16",
        }
    }
}

/// Where the model runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Device {
    /// The processor.
    #[default]
    Cpu,
    /// A GPU, through a libtorch that has CUDA; only the `bert` backend.
    Cuda,
}

impl Device {
    /// All that can be asked for.
    pub const ALL: [Self; 2] = [Self::Cpu, Self::Cuda];

    /// Its name in settings and records.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::Cuda => "cuda",
        }
    }
}

/// What runs, once everything is chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Running {
    /// Never `Auto`.
    pub backend: Backend,
    /// Never `Auto`.
    pub precision: Precision,
    /// Where.
    pub device: Device,
    /// The instructions used, such as `avx2`.
    pub kernels: String,
    /// Whether a vector is the same to the bit whatever else is in its batch.
    pub batch_invariant: bool,
}
