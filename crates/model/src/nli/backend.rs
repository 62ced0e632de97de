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
const UNTYPED: [&str; 4] = ["roberta", "xlm-roberta", "distilbert", "mpnet"];

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
    if settings.device != Device::Cpu
        || !matches!(settings.backend, Backend::Auto | Backend::Packed)
    {
        return unsupported("entailment models run on the backend 'packed', on the cpu".into());
    }
    let Some((architecture, hyper)) = &network.packed else {
        let known: Vec<&str> = Architecture::ALL
            .into_iter()
            .filter(|&known| known != Architecture::Static)
            .map(Architecture::name)
            .collect();
        return unsupported(format!(
            "it is of the type {}; entailment models are run of the types {}",
            network.kind,
            known.join(", ")
        ));
    };
    let names = tensors::weight_files(files, "")?;
    let mut tensors = Tensors::of(files, "")?;
    let factories = packed::classifiers(
        &mut tensors,
        (*architecture, hyper),
        labels.classes,
        precision,
        settings.replicas.max(1),
    )?;
    let running = backend::running_packed(precision);
    Ok(Loaded {
        running,
        factories,
        sha256: sha256(files, &names),
    })
}

/// The hash of the one file of weights, or one over the hashes of several.
fn sha256(files: &Files<'_>, names: &[String]) -> String {
    let hashes: Vec<&str> = names.iter().filter_map(|name| files.sha256(name)).collect();
    match hashes[..] {
        [one] => one.to_owned(),
        _ => weights::hash(hashes.concat().as_bytes()),
    }
}
