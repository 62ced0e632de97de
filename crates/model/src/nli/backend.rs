//! What runs an entailment model.

use std::path::Path;

use serde::Deserialize;

use super::{NliLabels, NliSettings};
use crate::classifier::ClassifierFactory;
use crate::files::Files;
use crate::tensors::{self, Tensors};
use crate::{
    Architecture, Backend, Device, Hyper, ModelError, Precision, Running, backend, layout, packed,
    weights,
};

const CONFIG: &str = "config.json";

/// Model types whose tokenizers in transformers give a model no token types, whatever the template
/// says.
const UNTYPED: [&str; 5] = ["roberta", "xlm-roberta", "distilbert", "mpnet", "bart"];

/// What most networks read where their files tell no limit.
const USUAL_LENGTH: usize = 512;

/// A model's network, as far as it is known.
pub(super) struct Network {
    kind: String,
    /// What the packed encoder needs, for the types that it runs.
    packed: Option<(Architecture, Hyper)>,
    /// Most subwords of a pair.
    pub(super) longest: usize,
    /// Whether it tells premise and hypothesis apart by type.
    pub(super) has_types: bool,
}

#[derive(Deserialize)]
struct Config {
    model_type: Option<String>,
    max_position_embeddings: Option<usize>,
}

#[derive(Default, Deserialize)]
struct TokenizerConfig {
    model_input_names: Option<Vec<String>>,
}

impl Network {
    pub(super) fn read(files: &mut Files<'_>) -> Result<Self, ModelError> {
        let config: Config = files
            .json(CONFIG)?
            .ok_or_else(|| files.unusable(CONFIG, "the file is missing"))?;
        let kind = config
            .model_type
            .ok_or_else(|| files.unusable(CONFIG, "it names no model_type"))?;
        let is_packed = Architecture::ALL
            .into_iter()
            .any(|known| known.name() == kind && known != Architecture::Static);
        let packed = is_packed.then(|| layout::network(files)).transpose()?;
        let positions = match &packed {
            Some((_, hyper)) => hyper.positions - hyper.position_offset,
            None => config.max_position_embeddings.unwrap_or(USUAL_LENGTH),
        };
        let asked = layout::text_limit(files)?;
        let tokenizer: TokenizerConfig = files.json("tokenizer_config.json")?.unwrap_or_default();
        let has_types = match tokenizer.model_input_names {
            Some(names) => names.iter().any(|name| name == "token_type_ids"),
            None => !UNTYPED.contains(&kind.as_str()),
        };
        Ok(Self {
            kind,
            packed,
            longest: asked.map_or(positions, |asked| asked.min(positions)),
            has_types,
        })
    }
}

/// A model that is ready to start.
pub(super) struct Loaded {
    pub(super) running: Running,
    pub(super) factories: Vec<ClassifierFactory>,
    pub(super) sha256: String,
}

pub(super) fn load(
    files: &mut Files<'_>,
    folder: &Path,
    network: &Network,
    labels: &NliLabels,
    settings: &NliSettings,
) -> Result<Loaded, ModelError> {
    let unsupported = |what: String| {
        Err(ModelError::Unsupported {
            model: folder.display().to_string(),
            what,
        })
    };
    let precision = match settings.precision {
        Precision::Auto => Precision::F32,
        asked => asked,
    };
    let packed = match (settings.backend, settings.device) {
        (Backend::Static, _) => {
            return unsupported("the backend 'static' runs tables of vectors only".into());
        }
        (Backend::Packed, Device::Cuda) => {
            return unsupported("the backend 'packed' runs on the cpu; on cuda 'bert' does".into());
        }
        (Backend::Packed, Device::Cpu) if network.packed.is_none() => {
            return unsupported(format!(
                "the backend 'packed' does not run {}; take 'bert'",
                network.kind
            ));
        }
        (Backend::Auto | Backend::Packed, Device::Cpu) => network.packed.as_ref(),
        _ => None,
    };
    let names = tensors::weight_files(files, "")?;
    let replicas = settings.replicas.max(1);
    let (running, factories) = if let Some((architecture, hyper)) = packed {
        let mut tensors = Tensors::of(files, "")?;
        let network = (*architecture, hyper);
        let factories =
            packed::classifiers(&mut tensors, network, labels.classes, precision, replicas)?;
        (backend::running_packed(precision), factories)
    } else {
        if precision != Precision::F32 {
            return unsupported(
                "the precisions bf16 and int16 are those of the backend 'packed'".into(),
            );
        }
        for name in &names {
            files.describe(name)?;
        }
        // A GPU is not sped up by more copies of the model.
        let replicas = match settings.device {
            Device::Cpu => replicas,
            Device::Cuda => 1,
        };
        let running = Running {
            backend: Backend::Bert,
            precision,
            device: settings.device,
            kernels: "libtorch".into(),
            batch_invariant: false,
        };
        (running, reference(folder, replicas, settings.device)?)
    };
    Ok(Loaded {
        running,
        factories,
        sha256: sha256(files, &names),
    })
}

#[cfg(feature = "torch")]
fn reference(
    folder: &Path,
    replicas: usize,
    device: Device,
) -> Result<Vec<ClassifierFactory>, ModelError> {
    crate::torch::classify::factories(folder, replicas, device)
}

#[cfg(not(feature = "torch"))]
fn reference(_: &Path, _: usize, _: Device) -> Result<Vec<ClassifierFactory>, ModelError> {
    Err(ModelError::NoBackend)
}

/// The hash of the one file of weights, or one over the hashes of several.
fn sha256(files: &Files<'_>, names: &[String]) -> String {
    let hashes: Vec<&str> = names.iter().filter_map(|name| files.sha256(name)).collect();
    match hashes[..] {
        [one] => one.to_owned(),
        _ => weights::hash(hashes.concat().as_bytes()),
    }
}
