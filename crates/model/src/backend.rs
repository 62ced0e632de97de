//! Which encoder runs a model.

use crate::{
    Architecture, Backend, Card, Device, EmbedderSettings, Factory, ModelError, Precision, Running,
    static_table,
};

/// What will run. Opens no weights.
///
/// # Errors
/// [`ModelError::NoBackend`] where this build has none, [`ModelError::Unsupported`] where the
/// settings don't go together.
pub(crate) fn choose(card: &Card, settings: &EmbedderSettings) -> Result<Running, ModelError> {
    let unsupported = |what: &str| {
        Err(ModelError::Unsupported {
            model: card.name.clone(),
            what: what.to_owned(),
        })
    };
    let backend = match (settings.backend, card.architecture) {
        (Backend::Auto | Backend::Static, Architecture::Static) => Backend::Static,
        (Backend::Static, _) => {
            return unsupported("the backend 'static' runs tables of vectors only");
        }
        (_, Architecture::Static) => {
            return unsupported("it is a table of vectors, which only the backend 'static' runs");
        }
        (Backend::Auto | Backend::Bert, _) if cfg!(feature = "torch") => Backend::Bert,
        _ => return Err(ModelError::NoBackend),
    };
    if matches!(settings.precision, Precision::Bf16 | Precision::Int16) {
        return unsupported("it runs in the precision f32 only");
    }
    if settings.device != Device::Cpu {
        return unsupported("it runs on the cpu only");
    }
    Ok(Running {
        backend,
        precision: Precision::F32,
        device: Device::Cpu,
        kernels: match backend {
            Backend::Bert => "libtorch".into(),
            _ => "portable".into(),
        },
        // Libtorch picks its kernels by the shape of a batch.
        batch_invariant: backend != Backend::Bert,
    })
}

/// What runs, and one factory a replica.
pub(crate) fn load(
    card: &Card,
    settings: &EmbedderSettings,
) -> Result<(Running, Vec<Factory>), ModelError> {
    let running = choose(card, settings)?;
    let replicas = settings.replicas.max(1);
    let factories = match running.backend {
        Backend::Static => static_table::factories(card, replicas)?,
        _ => bert(card, replicas)?,
    };
    Ok((running, factories))
}

#[cfg(feature = "torch")]
fn bert(card: &Card, replicas: usize) -> Result<Vec<Factory>, ModelError> {
    // Libtorch reads the files itself.
    crate::weights::require(card)?;
    crate::torch::factories(card, replicas)
}

#[cfg(not(feature = "torch"))]
fn bert(_: &Card, _: usize) -> Result<Vec<Factory>, ModelError> {
    Err(ModelError::NoBackend)
}
