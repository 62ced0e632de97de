//! `config.json`: the network's sizes, whatever each architecture calls them.

use serde_json::{Map, Value};

use super::Architecture;
use crate::ModelError;
use crate::files::Files;

const CONFIG: &str = "config.json";

/// A network's sizes and constants. What an architecture doesn't have is 0; a static table has only
/// `vocabulary` and `hidden`, the former 0 where its configuration doesn't tell.
#[derive(Clone, Debug, PartialEq)]
pub struct Hyper {
    /// Rows of the table of subwords.
    pub vocabulary: usize,
    /// Length of a token's vector, and of a pooled one before dense layers.
    pub hidden: usize,
    /// Length of a row in the table of subwords: `hidden`, but for ALBERT.
    pub embedding: usize,
    /// Layers.
    pub layers: usize,
    /// Attention heads of a layer.
    pub heads: usize,
    /// Length of the vector inside a feed-forward block.
    pub intermediate: usize,
    /// Rows of the table of positions.
    pub positions: usize,
    /// The row of a sequence's first token.
    pub position_offset: usize,
    /// Id of the padding token.
    pub pad: u32,
    /// Rows of the table of token types.
    pub token_types: usize,
    /// The feed-forward block's activation.
    pub activation: Activation,
    /// What is added to the variance in a layer norm.
    pub norm_epsilon: f64,
    /// Groups of ALBERT's layers, which share their weights.
    pub layer_groups: usize,
    /// Layers inside a group of ALBERT's.
    pub layers_a_group: usize,
    /// Buckets of MPNet's relative positions; they reach as far as 128 tokens.
    pub relative_buckets: usize,
}

/// What a feed-forward block does between its two products.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activation {
    /// GELU with the error function.
    Gelu,
    /// GELU by the hyperbolic tangent.
    GeluTanh,
    /// Nothing below zero.
    Relu,
}

/// The network, its sizes, and whether `config.json` itself asks for normalized vectors.
pub(super) fn read(files: &mut Files<'_>) -> Result<(Architecture, Hyper, bool), ModelError> {
    let map: Map<String, Value> = files
        .json(CONFIG)?
        .ok_or_else(|| files.unusable(CONFIG, "the file is missing"))?;
    parse(&Config(&map)).map_err(|what| files.unusable(CONFIG, what))
}

fn parse(config: &Config<'_>) -> Result<(Architecture, Hyper, bool), String> {
    let architecture = config.architecture()?;
    if architecture == Architecture::Static {
        let normalize = config.flag("normalize");
        return Ok((architecture, config.table()?, normalize));
    }
    config.refuse_what_is_not_supported()?;
    let hyper = config.transformer(architecture)?;
    check(&hyper)?;
    Ok((architecture, hyper, false))
}

fn check(hyper: &Hyper) -> Result<(), String> {
    if hyper.hidden == 0 || hyper.heads == 0 || !hyper.hidden.is_multiple_of(hyper.heads) {
        return Err(format!(
            "{} heads can't share {} values",
            hyper.heads, hyper.hidden
        ));
    }
    // Two special subwords and one of content is the least a window can hold.
    if hyper.positions < hyper.position_offset + 3 {
        return Err(format!(
            "{} positions are too few for a text",
            hyper.positions
        ));
    }
    if hyper.layer_groups > hyper.layers {
        return Err(format!(
            "{} groups can't share {} layers",
            hyper.layer_groups, hyper.layers
        ));
    }
    Ok(())
}

struct Config<'a>(&'a Map<String, Value>);

impl Config<'_> {
    fn architecture(&self) -> Result<Architecture, String> {
        let known = || Architecture::ALL.map(Architecture::name).join(", ");
        let name = self
            .text("model_type")
            .ok_or_else(|| format!("it names no model_type; known: {}", known()))?;
        Architecture::ALL
            .into_iter()
            .find(|architecture| architecture.name() == name)
            .ok_or_else(|| format!("architecture '{name}' is not known; known: {}", known()))
    }

    fn refuse_what_is_not_supported(&self) -> Result<(), String> {
        if let Some(positions) = self.text("position_embedding_type")
            && positions != "absolute"
        {
            return Err(format!(
                "position_embedding_type '{positions}' is not supported; supported: absolute"
            ));
        }
        for flag in ["is_decoder", "add_cross_attention"] {
            if self.flag(flag) {
                return Err(format!("{flag} is set, and only encoders are supported"));
            }
        }
        Ok(())
    }

    fn table(&self) -> Result<Hyper, String> {
        let hidden = self.count("hidden_dim")?;
        Ok(Hyper {
            vocabulary: self.count_or("vocab_size", 0)?,
            hidden,
            embedding: hidden,
            layers: 0,
            heads: 0,
            intermediate: 0,
            positions: 0,
            position_offset: 0,
            pad: 0,
            token_types: 0,
            activation: Activation::Gelu,
            norm_epsilon: 0.0,
            layer_groups: 0,
            layers_a_group: 0,
            relative_buckets: 0,
        })
    }

    /// What a file leaves out is what transformers takes for it.
    fn transformer(&self, architecture: Architecture) -> Result<Hyper, String> {
        use Architecture::{Albert, DistilBert, Mpnet, Roberta, XlmRoberta};
        let is_distilbert = architecture == DistilBert;
        let named = |usual, distilbert| if is_distilbert { distilbert } else { usual };
        let only = |owner, key, default| {
            if architecture == owner {
                self.count_or(key, default)
            } else {
                Ok(0)
            }
        };
        let hidden = self.count(named("hidden_size", "dim"))?;
        let pad_default = usize::from(matches!(architecture, Roberta | XlmRoberta | Mpnet));
        let pad = self.count_or("pad_token_id", pad_default)?;
        Ok(Hyper {
            vocabulary: self.count("vocab_size")?,
            hidden,
            embedding: match architecture {
                Albert => self.count_or("embedding_size", 128)?,
                _ => hidden,
            },
            layers: self.count(named("num_hidden_layers", "n_layers"))?,
            heads: self.count(named("num_attention_heads", "n_heads"))?,
            intermediate: self.count(named("intermediate_size", "hidden_dim"))?,
            positions: self.count_or("max_position_embeddings", 512)?,
            position_offset: match architecture {
                Roberta | XlmRoberta => pad + 1,
                // transformers counts from 2 here whatever the padding token.
                Mpnet => 2,
                _ => 0,
            },
            pad: u32::try_from(pad).map_err(|_| format!("pad_token_id {pad} is too large"))?,
            token_types: match architecture {
                DistilBert | Mpnet => 0,
                _ => self.count_or("type_vocab_size", 2)?,
            },
            activation: self.activation(architecture)?,
            norm_epsilon: match self.0.get("layer_norm_eps").and_then(Value::as_f64) {
                Some(epsilon) if !is_distilbert => epsilon,
                _ => 1e-12,
            },
            layer_groups: only(Albert, "num_hidden_groups", 1)?,
            layers_a_group: only(Albert, "inner_group_num", 1)?,
            relative_buckets: only(Mpnet, "relative_attention_num_buckets", 32)?,
        })
    }

    fn activation(&self, architecture: Architecture) -> Result<Activation, String> {
        let (key, default) = match architecture {
            Architecture::DistilBert => ("activation", "gelu"),
            Architecture::Albert => ("hidden_act", "gelu_new"),
            _ => ("hidden_act", "gelu"),
        };
        match self.text(key).unwrap_or(default) {
            "gelu" | "gelu_python" => Ok(Activation::Gelu),
            "gelu_new" | "gelu_fast" | "gelu_pytorch_tanh" => Ok(Activation::GeluTanh),
            "relu" => Ok(Activation::Relu),
            other => Err(format!(
                "{key} '{other}' is not supported; supported: gelu, gelu_new, gelu_fast, \
                 gelu_pytorch_tanh, relu"
            )),
        }
    }

    fn text(&self, key: &str) -> Option<&str> {
        self.0.get(key).and_then(Value::as_str)
    }

    fn flag(&self, key: &str) -> bool {
        self.0.get(key).and_then(Value::as_bool).unwrap_or(false)
    }

    fn count(&self, key: &str) -> Result<usize, String> {
        match self.0.get(key) {
            None | Some(Value::Null) => Err(format!("{key} is missing")),
            Some(value) => value
                .as_u64()
                .and_then(|count| usize::try_from(count).ok())
                .ok_or_else(|| format!("{key} is {value}, not a count")),
        }
    }

    fn count_or(&self, key: &str, default: usize) -> Result<usize, String> {
        match self.0.get(key) {
            None | Some(Value::Null) => Ok(default),
            Some(_) => self.count(key),
        }
    }
}
