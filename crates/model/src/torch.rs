//! Encoders over libtorch.

mod bert;

use crate::{Architecture, Card, Device, Factory, ModelError};

/// Makes sure that this libtorch can run the model there.
///
/// # Errors
/// [`ModelError::Unsupported`] saying what can.
pub(crate) fn supports(card: &Card, device: Device) -> Result<(), ModelError> {
    let unsupported = |what: String| {
        Err(ModelError::Unsupported {
            model: card.name.clone(),
            what,
        })
    };
    if card.architecture != Architecture::Bert {
        return unsupported(format!(
            "the backend 'bert' runs the architecture bert, and this is {}; take 'packed'",
            card.architecture.name()
        ));
    }
    if device == Device::Cuda && !tch::Cuda::is_available() {
        return unsupported(
            "this libtorch finds no CUDA device; build with LIBTORCH set to a libtorch 2.4 that has \
             CUDA, or take the cpu"
                .into(),
        );
    }
    Ok(())
}

/// One encoder factory a replica; all replicas share one copy of the weights.
///
/// # Errors
/// [`ModelError::Load`] when the weights don't fit the configuration.
pub(crate) fn factories(
    card: &Card,
    device: Device,
    replicas: usize,
) -> Result<Vec<Factory>, ModelError> {
    let device = match device {
        Device::Cpu => tch::Device::Cpu,
        Device::Cuda => tch::Device::Cuda(0),
    };
    bert::factories(card, device, replicas)
}
