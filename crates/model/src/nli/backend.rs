//! What runs an entailment model.

use serde::Deserialize;

use super::{NliLabels, NliSettings};
use crate::classifier::ClassifierFactory;
use crate::classifiers::Blueprint;
use crate::files::Files;
use crate::tensors::{self, Tensors};
use crate::{
    Architecture, Hyper, ModelError, Precision, Running, backend, classifiers, layout, packed,
    weights,
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
    plan: Plan,
    /// Most subwords of a pair.
    pub(super) longest: usize,
    /// Whether it tells premise and hypothesis apart by type.
    pub(super) has_types: bool,
}

/// What a network is made of.
enum Plan {
    /// On the encoder that embeds texts too.
    Encoder(Architecture, Hyper),
    /// A type that only classifies.
    Other(Box<dyn Blueprint>),
}

#[derive(Default, Deserialize)]
struct TokenizerConfig {
    model_input_names: Option<Vec<String>>,
}

impl Network {
    pub(super) fn read(files: &mut Files<'_>) -> Result<Self, ModelError> {
        let kind = classifiers::model_type(files)?.unwrap_or_default();
        let (plan, positions, types) = match classifiers::read(files, &kind)? {
            Some(other) => {
                let (positions, types) = (other.longest(), other.has_types());
                (Plan::Other(other), positions, types)
            }
            None => encoder(files, &kind)?,
        };
        let asked = layout::text_limit(files)?;
        let tokenizer: TokenizerConfig = files.json("tokenizer_config.json")?.unwrap_or_default();
        let has_types = match tokenizer.model_input_names {
            Some(names) => names.iter().any(|name| name == "token_type_ids"),
            None => types,
        };
        Ok(Self {
            plan,
            longest: asked.map_or(positions, |asked| asked.min(positions)),
            has_types,
        })
    }
}

/// An encoder, how many subwords it reads, and whether it has token types where nothing says.
fn encoder(files: &mut Files<'_>, kind: &str) -> Result<(Plan, usize, bool), ModelError> {
    let encoders = Architecture::ALL
        .into_iter()
        .filter(|&architecture| architecture != Architecture::Static)
        .map(Architecture::name);
    let known: Vec<&str> = encoders.chain(classifiers::TYPES).collect();
    if !known.contains(&kind) {
        let what = format!(
            "no pairs are classified with model_type '{kind}'; known: {}",
            known.join(", ")
        );
        return Err(files.unusable("config.json", what));
    }
    let (architecture, hyper) = layout::network(files)?;
    let positions = hyper.positions - hyper.position_offset;
    let types = !UNTYPED.contains(&architecture);
    Ok((Plan::Encoder(architecture, hyper), positions, types))
}

/// A model that is ready to start.
pub(super) struct Loaded {
    pub(super) running: Running,
    pub(super) factories: Vec<ClassifierFactory>,
    pub(super) sha256: String,
}

pub(super) fn load(
    files: &mut Files<'_>,
    (name, network): (&str, &Network),
    labels: &NliLabels,
    settings: &NliSettings,
) -> Result<Loaded, ModelError> {
    let precision = match settings.precision {
        Precision::Auto => Precision::F32,
        asked => asked,
    };
    if matches!(network.plan, Plan::Other(_)) && precision != Precision::F32 {
        return Err(ModelError::Unsupported {
            model: name.to_owned(),
            what: format!(
                "a classifier of its type computes in f32 only, not in {}",
                precision.name()
            ),
        });
    }
    let names = tensors::weight_files(files, "")?;
    let mut tensors = Tensors::of(files, "")?;
    let (classes, replicas) = (labels.classes, settings.replicas.max(1));
    let factories = match &network.plan {
        Plan::Encoder(architecture, hyper) => {
            let network = (*architecture, hyper);
            packed::classifiers(&mut tensors, network, classes, precision, replicas)?
        }
        Plan::Other(blueprint) => {
            classifiers::factories(&mut tensors, &**blueprint, classes, replicas)?
        }
    };
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
