//! Which encoder runs a model.

use kernels::Level;

use crate::{
    Architecture, Backend, Card, Device, EmbedderSettings, Factory, ModelError, Precision, Running,
    packed, static_table,
};

/// What will run. Opens no weights.
///
/// # Errors
/// [`ModelError::NoBackend`] where this build lacks what was asked for,
/// [`ModelError::Unsupported`] where the settings don't go together.
pub(crate) fn choose(card: &Card, settings: &EmbedderSettings) -> Result<Running, ModelError> {
    let unsupported = |what: &str| {
        Err(ModelError::Unsupported {
            model: card.name.clone(),
            what: what.to_owned(),
        })
    };
    let (backend, device) = match (settings.backend, card.architecture, settings.device) {
        (Backend::Auto | Backend::Static, Architecture::Static, Device::Cpu) => {
            (Backend::Static, Device::Cpu)
        }
        (_, Architecture::Static, _) => {
            return unsupported(
                "it is a table of vectors, which the backend 'static' runs on the cpu",
            );
        }
        (Backend::Static, ..) => {
            return unsupported("the backend 'static' runs tables of vectors only");
        }
        (Backend::Auto | Backend::Packed, _, Device::Cpu) => (Backend::Packed, Device::Cpu),
        (Backend::Packed, _, Device::Cuda) => {
            return unsupported(
                "the backend 'packed' runs on the cpu; on cuda the backend 'bert' does",
            );
        }
        (Backend::Auto | Backend::Bert, _, device) => (Backend::Bert, device),
    };
    if backend != Backend::Packed
        && matches!(settings.precision, Precision::Bf16 | Precision::Int16)
    {
        return unsupported(
            "the precisions bf16 and int16 are those of the backend 'packed'; others run in f32",
        );
    }
    if backend == Backend::Bert {
        has_bert(card, device)?;
    }
    let precision = match (backend, settings.precision) {
        (Backend::Packed, Precision::Auto) => fastest(card, Level::best()),
        (_, Precision::Auto) => Precision::F32,
        (_, asked) => asked,
    };
    Ok(Running {
        backend,
        precision,
        device,
        kernels: match backend {
            Backend::Bert => "libtorch".into(),
            Backend::Packed => kernels_name(precision),
            _ => Level::Portable.name().into(),
        },
        // Libtorch picks its kernels by the shape of a batch.
        batch_invariant: backend != Backend::Bert,
    })
}

/// The fastest precision that the card says was measured to keep its promise.
fn fastest(card: &Card, level: Level) -> Precision {
    let order: &[Precision] = match level {
        Level::Amx => &[Precision::Bf16, Precision::Int16],
        Level::Avx512 | Level::Avx2 => &[Precision::Int16],
        Level::Portable => &[],
    };
    order
        .iter()
        .copied()
        .find(|precision| card.precisions.contains(precision))
        .unwrap_or(Precision::F32)
}

/// How the packed encoder runs in a precision.
pub(crate) fn running_packed(precision: Precision) -> Running {
    Running {
        backend: Backend::Packed,
        precision,
        device: Device::Cpu,
        kernels: kernels_name(precision),
        batch_invariant: true,
    }
}

/// The instructions that a precision runs on: only brain floats have a use for AMX.
fn kernels(precision: Precision, best: Level) -> Level {
    if precision == Precision::Bf16 {
        best
    } else {
        best.min(Level::Avx512)
    }
}

/// The name of these instructions. Brain floats summed as they are have one of their own: other bits.
fn kernels_name(precision: Precision) -> String {
    let level = kernels(precision, Level::best());
    if precision == Precision::Bf16 && level == Level::Avx512 && level.has_brain_floats() {
        return "avx512-bf16".into();
    }
    level.name().into()
}

/// What runs, and one factory a replica.
///
/// # Errors
/// As [`choose`], and what is wrong with the model's files.
pub(crate) fn load(
    card: &Card,
    settings: &EmbedderSettings,
) -> Result<(Running, Vec<Factory>), ModelError> {
    let running = choose(card, settings)?;
    let replicas = match running.device {
        Device::Cpu => settings.replicas.max(1),
        // A GPU is not sped up by more copies of the model.
        Device::Cuda => 1,
    };
    let factories = match running.backend {
        Backend::Static => static_table::factories(card, replicas)?,
        Backend::Bert => bert(card, running.device, replicas)?,
        _ => packed::factories(card, running.precision, replicas)?,
    };
    Ok((running, factories))
}

#[cfg(feature = "torch")]
fn has_bert(card: &Card, device: Device) -> Result<(), ModelError> {
    crate::torch::supports(card, device)
}

#[cfg(not(feature = "torch"))]
fn has_bert(_: &Card, _: Device) -> Result<(), ModelError> {
    Err(ModelError::NoBackend)
}

#[cfg(feature = "torch")]
fn bert(card: &Card, device: Device, replicas: usize) -> Result<Vec<Factory>, ModelError> {
    // Libtorch reads the files itself.
    crate::weights::require(card)?;
    crate::torch::factories(card, device, replicas)
}

#[cfg(not(feature = "torch"))]
fn bert(_: &Card, _: Device, _: usize) -> Result<Vec<Factory>, ModelError> {
    Err(ModelError::NoBackend)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card() -> Card {
        let models = concat!(env!("CARGO_MANIFEST_DIR"), "/../../models");
        crate::find(models.as_ref(), "all-MiniLM-L6-v2").expect("the card is committed")
    }

    #[test]
    fn auto_takes_only_precisions_that_the_card_has_measured() {
        let mut card = card();
        assert_eq!(fastest(&card, Level::Amx), Precision::Bf16);
        assert_eq!(fastest(&card, Level::Avx2), Precision::Int16);
        assert_eq!(fastest(&card, Level::Portable), Precision::F32);
        card.precisions = vec![Precision::F32];
        assert_eq!(fastest(&card, Level::Amx), Precision::F32);
    }

    #[test]
    fn settings_that_do_not_go_together_are_told_with_those_that_do() {
        let told = |settings: EmbedderSettings| {
            choose(&card(), &settings)
                .expect_err("must fail")
                .to_string()
        };
        let settings = EmbedderSettings::default();
        assert!(
            told(EmbedderSettings {
                backend: Backend::Static,
                ..settings.clone()
            })
            .contains("tables of vectors only")
        );
        assert!(
            told(EmbedderSettings {
                backend: Backend::Packed,
                device: Device::Cuda,
                ..settings
            })
            .contains("on cuda the backend 'bert' does")
        );
    }
}
