//! `modules.json`: what sentence-transformers does behind the network.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::Architecture;
use crate::dense::DenseActivation;
use crate::files::Files;
use crate::tensors::Tensors;
use crate::{Dense, ModelError, Pooling};

const MODULES: &str = "modules.json";

pub(super) struct Modules {
    pub(super) pooling: Pooling,
    pub(super) dense: Vec<Dense>,
    pub(super) normalize: bool,
}

#[derive(Deserialize)]
struct Module {
    #[serde(default)]
    path: String,
    r#type: String,
}

/// The modules of a model, which must come in the order network, pooling, dense layers,
/// normalization.
pub(super) fn read(
    files: &mut Files<'_>,
    architecture: Architecture,
    hidden: usize,
) -> Result<Modules, ModelError> {
    let mut found = Modules {
        pooling: Pooling::Mean,
        dense: Vec::new(),
        normalize: false,
    };
    let Some(modules) = files.json::<Vec<Module>>(MODULES)? else {
        return Ok(found);
    };
    let is_static = architecture == Architecture::Static;
    let network = if is_static {
        "StaticEmbedding"
    } else {
        "Transformer"
    };
    // A table gives one vector a text by itself.
    let mut is_pooled = is_static;
    for (at, module) in modules.iter().enumerate() {
        // The classes have moved between packages; their names have not.
        let kind = module.r#type.rsplit('.').next().unwrap_or_default();
        match kind {
            _ if at == 0 && kind == network => {
                if !matches!(module.path.as_str(), "" | ".") {
                    let what = format!(
                        "the network lies in '{}'; only a network in the folder itself is \
                         supported: save the model again with today's sentence-transformers",
                        module.path
                    );
                    return Err(files.unusable(MODULES, what));
                }
            }
            "Pooling" if at > 0 && !is_pooled => {
                found.pooling = pooling(files, &module.path, hidden)?;
                is_pooled = true;
            }
            "Dense" if is_pooled && !found.normalize => {
                let inputs = found.dense.last().map_or(hidden, Dense::outputs);
                found.dense.push(dense(files, &module.path, inputs)?);
            }
            "Normalize" if is_pooled => found.normalize = true,
            // Drops nothing outside of training.
            "Dropout" if is_pooled => {}
            _ => {
                let what = format!(
                    "module {at} is {kind}; supported is {network}{}, then any number of Dense, \
                     then Normalize",
                    if is_static { "" } else { ", then Pooling" }
                );
                return Err(files.unusable(MODULES, what));
            }
        }
    }
    if is_pooled && !modules.is_empty() {
        return Ok(found);
    }
    Err(files.unusable(
        MODULES,
        "it has no Pooling, so it gives no vector of a text",
    ))
}

fn pooling(files: &mut Files<'_>, folder: &str, hidden: usize) -> Result<Pooling, ModelError> {
    let name = format!("{folder}/config.json");
    let config: Map<String, Value> = files
        .json(&name)?
        .ok_or_else(|| files.unusable(&name, "the file is missing"))?;
    pooling_of(&config, hidden).map_err(|what| files.unusable(&name, what))
}

fn pooling_of(config: &Map<String, Value>, hidden: usize) -> Result<Pooling, String> {
    let width = ["word_embedding_dimension", "embedding_dimension"]
        .iter()
        .find_map(|key| config.get(*key)?.as_u64());
    if width.is_some_and(|width| width != hidden as u64) {
        return Err(format!(
            "it pools vectors of {}, the network gives {hidden}",
            width.unwrap_or_default()
        ));
    }
    if config.get("include_prompt") == Some(&Value::Bool(false)) {
        return Err(
            "include_prompt is false; leaving prompts out of pooling is not supported".into(),
        );
    }
    let mut modes = modes(config);
    let mode = modes.pop().ok_or("no way of pooling is chosen")?;
    if !modes.is_empty() {
        return Err(format!(
            "it joins several poolings ({}, {mode}); only one is supported",
            modes.join(", ")
        ));
    }
    match mode.as_str() {
        "mean" => Ok(Pooling::Mean),
        "cls" => Ok(Pooling::Cls),
        "max" => Ok(Pooling::Max),
        "mean_sqrt_len" => Ok(Pooling::MeanSqrtLen),
        other => Err(format!(
            "pooling '{other}' is not supported; supported: cls, mean, max, mean_sqrt_len"
        )),
    }
}

/// The ways of pooling that are asked for: by one key, or by a flag each.
fn modes(config: &Map<String, Value>) -> Vec<String> {
    let plain = |mode: &str| {
        let mode = mode.strip_suffix("_tokens").unwrap_or(mode);
        mode.strip_suffix("_token").unwrap_or(mode).to_owned()
    };
    match config.get("pooling_mode") {
        Some(Value::String(mode)) => return vec![plain(mode)],
        Some(Value::Array(modes)) => {
            return modes.iter().filter_map(Value::as_str).map(plain).collect();
        }
        _ => {}
    }
    let mut modes: Vec<String> = config
        .iter()
        .filter(|(_, value)| **value == Value::Bool(true))
        .filter_map(|(key, _)| key.strip_prefix("pooling_mode_").map(plain))
        .collect();
    // The mean is on unless it is turned off.
    if !config.contains_key("pooling_mode_mean_tokens") {
        modes.push("mean".into());
    }
    modes
}

#[derive(Deserialize)]
struct DenseConfig {
    in_features: usize,
    out_features: usize,
    #[serde(default = "yes")]
    bias: bool,
    activation_function: String,
    module_input_name: Option<String>,
    module_output_name: Option<String>,
}

fn yes() -> bool {
    true
}

fn dense(files: &mut Files<'_>, folder: &str, inputs: usize) -> Result<Dense, ModelError> {
    let name = format!("{folder}/config.json");
    let config: DenseConfig = files
        .json(&name)?
        .ok_or_else(|| files.unusable(&name, "the file is missing"))?;
    if config.in_features != inputs || config.out_features == 0 {
        let what = format!(
            "it takes vectors of {} and gives {}; those before it are of {inputs}",
            config.in_features, config.out_features
        );
        return Err(files.unusable(&name, what));
    }
    for tokens in [&config.module_input_name, &config.module_output_name]
        .into_iter()
        .flatten()
    {
        if tokens != "sentence_embedding" {
            let what = format!("a dense layer over '{tokens}' is not supported");
            return Err(files.unusable(&name, what));
        }
    }
    let activation = DenseActivation::from_class(&config.activation_function).ok_or_else(|| {
        let what = format!(
            "activation '{}' is not supported; supported: Identity, Tanh, ReLU, GELU",
            config.activation_function
        );
        files.unusable(&name, what)
    })?;
    let mut tensors = Tensors::of(files, folder)?;
    Dense::take(
        &mut tensors,
        inputs,
        config.out_features,
        config.bias,
        activation,
    )
}
