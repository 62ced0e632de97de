//! Encoders over libtorch.

mod bert;

use crate::{Architecture, Card, Factory, ModelError};

/// One encoder factory a replica; all replicas share one copy of the weights.
pub(crate) fn factories(card: &Card, replicas: usize) -> Result<Vec<Factory>, ModelError> {
    match card.architecture {
        Architecture::Bert => bert::factories(card, replicas),
        other => Err(ModelError::Load {
            model: card.name.clone(),
            what: format!(
                "architecture '{}' is not supported; supported: bert",
                other.name()
            ),
        }),
    }
}
