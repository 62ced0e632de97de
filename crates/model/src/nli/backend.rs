//! What runs an entailment model.

use serde::Deserialize;

use super::{NliLabels, NliSettings};
use crate::classifier::ClassifierFactory;
use crate::files::Files;
use crate::tensors::{self, Tensors};
use crate::{
    Architecture, Hyper, ModelError, Precision, Running, backend, layout, packed, weights,
};

/// Those whose tokenizers in transformers give a model no token types, whatever the template
/// says.
const UNTYPED: [Architecture; 4] = [
    Architecture::Roberta,
    Architecture::XlmRoberta,
    Architecture::DistilBert,
    Architecture::Mpnet,
];

/// A model's network.
pub(super) struct Network {
    architecture: Architecture,
    hyper: Hyper,
    /// Most subwords of a pair.
    pub(super) longest: usize,
    /// Whether it tells premise and hypothesis apart by type.
    pub(super) has_types: bool,
}

#[derive(Default, Deserialize)]
struct TokenizerConfig {
    model_input_names: Option<Vec<String>>,
}

impl Network {
    pub(super) fn read(files: &mut Files<'_>) -> Result<Self, ModelError> {
        let (architecture, hyper) = layout::network(files)?;
        if architecture == Architecture::Static {
            return Err(files.unusable("config.json", "a table of vectors can't classify pairs"));
        }
        let positions = hyper.positions - hyper.position_offset;
        let asked = layout::text_limit(files)?;
        let tokenizer: TokenizerConfig = files.json("tokenizer_config.json")?.unwrap_or_default();
        let has_types = match tokenizer.model_input_names {
            Some(names) => names.iter().any(|name| name == "token_type_ids"),
            None => !UNTYPED.contains(&architecture),
        };
        Ok(Self {
            architecture,
            hyper,
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
    network: &Network,
    labels: &NliLabels,
    settings: &NliSettings,
) -> Result<Loaded, ModelError> {
    let precision = match settings.precision {
        Precision::Auto => Precision::F32,
        asked => asked,
    };
    let names = tensors::weight_files(files, "")?;
    let mut tensors = Tensors::of(files, "")?;
    let factories = packed::classifiers(
        &mut tensors,
        (network.architecture, &network.hyper),
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
