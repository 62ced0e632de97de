//! Which encoder runs a model.

#[cfg(feature = "torch")]
use crate::{Backend, Device, Precision};
use crate::{Card, EmbedderSettings, Factory, ModelError, Running};

/// What will run. Opens no weights.
///
/// # Errors
/// [`ModelError::NoBackend`] where this build has none, [`ModelError::Unsupported`] where the
/// settings don't go together.
#[cfg(feature = "torch")]
pub(crate) fn choose(card: &Card, settings: &EmbedderSettings) -> Result<Running, ModelError> {
    let unsupported = |what: &str| ModelError::Unsupported {
        model: card.name.clone(),
        what: what.to_owned(),
    };
    match (settings.backend, settings.precision, settings.device) {
        (Backend::Packed | Backend::Static, ..) => {
            Err(unsupported("this build knows the backend 'bert' only"))
        }
        (_, Precision::Bf16 | Precision::Int16, _) => {
            Err(unsupported("the backend 'bert' runs in the precision f32 only"))
        }
        (.., Device::Cuda) => Err(unsupported("the backend 'bert' runs on the cpu only")),
        _ => Ok(Running {
            backend: Backend::Bert,
            precision: Precision::F32,
            device: Device::Cpu,
            kernels: "libtorch".into(),
            // Libtorch picks its kernels by the shape of a batch.
            batch_invariant: false,
        }),
    }
}

#[cfg(not(feature = "torch"))]
pub(crate) fn choose(_: &Card, _: &EmbedderSettings) -> Result<Running, ModelError> {
    Err(ModelError::NoBackend)
}

/// What runs, and one factory a replica.
#[cfg(feature = "torch")]
pub(crate) fn load(
    card: &Card,
    settings: &EmbedderSettings,
) -> Result<(Running, Vec<Factory>), ModelError> {
    let running = choose(card, settings)?;
    let factories = crate::torch::factories(card, settings.replicas.max(1))?;
    Ok((running, factories))
}

#[cfg(not(feature = "torch"))]
pub(crate) fn load(
    _: &Card,
    _: &EmbedderSettings,
) -> Result<(Running, Vec<Factory>), ModelError> {
    Err(ModelError::NoBackend)
}
