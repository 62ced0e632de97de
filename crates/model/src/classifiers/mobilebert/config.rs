//! What `config.json` says of a MobileBERT.

use kernels::Activation;
use serde::Deserialize;

use super::norm::Kind;
use crate::classifiers::activation::named;
use crate::classifiers::config::{head_width, refuse, some};
use crate::classifiers::heads::Heads;

/// What a file leaves out is what transformers takes for it.
#[derive(Deserialize)]
#[serde(default)]
#[expect(clippy::struct_excessive_bools, reason = "so the file has it")]
pub(super) struct Config {
    vocab_size: usize,
    hidden_size: usize,
    num_hidden_layers: usize,
    num_attention_heads: usize,
    intermediate_size: usize,
    hidden_act: String,
    max_position_embeddings: usize,
    type_vocab_size: usize,
    layer_norm_eps: f64,
    embedding_size: usize,
    trigram_input: bool,
    use_bottleneck: bool,
    intra_bottleneck_size: usize,
    use_bottleneck_attention: bool,
    key_query_shared_bottleneck: bool,
    num_feedforward_networks: usize,
    normalization_type: String,
    classifier_activation: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            vocab_size: 30_522,
            hidden_size: 512,
            num_hidden_layers: 24,
            num_attention_heads: 4,
            intermediate_size: 512,
            hidden_act: "relu".into(),
            max_position_embeddings: 512,
            type_vocab_size: 2,
            layer_norm_eps: 1e-12,
            embedding_size: 128,
            trigram_input: true,
            use_bottleneck: true,
            intra_bottleneck_size: 128,
            use_bottleneck_attention: false,
            key_query_shared_bottleneck: true,
            num_feedforward_networks: 4,
            normalization_type: "no_norm".into(),
            classifier_activation: true,
        }
    }
}

/// A checked configuration.
pub(in crate::classifiers) struct Settings {
    pub(super) vocabulary: usize,
    pub(super) positions: usize,
    pub(super) types: usize,
    pub(super) embedding: usize,
    pub(super) trigrams: bool,
    /// Between layers.
    pub(super) hidden: usize,
    /// Inside them.
    pub(super) narrow: usize,
    pub(super) intermediate: usize,
    pub(super) layers: usize,
    pub(super) heads: Heads,
    pub(super) feeds: usize,
    pub(super) bottleneck: Bottleneck,
    pub(super) activation: Activation,
    pub(super) norm: Kind,
    pub(super) epsilon: f64,
    pub(super) pools: bool,
}

/// What of a layer's inputs is narrowed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Bottleneck {
    Nothing,
    /// All that attention sees.
    Whole,
    /// What queries and keys are made of, by a layer of its own.
    QueriesAndKeys,
}

impl Settings {
    pub(super) fn of(config: Config) -> Result<Self, String> {
        let hidden = config.hidden_size;
        let narrow = if config.use_bottleneck {
            config.intra_bottleneck_size
        } else {
            hidden
        };
        let width = head_width("num_attention_heads", config.num_attention_heads, narrow)?;
        some("num_hidden_layers", config.num_hidden_layers)?;
        some("num_feedforward_networks", config.num_feedforward_networks)?;
        let positions = config.max_position_embeddings;
        some("max_position_embeddings", positions)?;
        let bottleneck = match (config.use_bottleneck, config.use_bottleneck_attention) {
            (false, _) => Bottleneck::Nothing,
            (true, true) => Bottleneck::Whole,
            (true, false) => {
                let apart = !config.key_query_shared_bottleneck;
                refuse(
                    apart,
                    "key_query_shared_bottleneck of false without use_bottleneck_attention",
                )?;
                Bottleneck::QueriesAndKeys
            }
        };
        Ok(Self {
            vocabulary: config.vocab_size,
            positions,
            types: config.type_vocab_size,
            embedding: config.embedding_size,
            trigrams: config.trigram_input,
            hidden,
            narrow,
            intermediate: config.intermediate_size,
            layers: config.num_hidden_layers,
            heads: Heads {
                count: config.num_attention_heads,
                width,
            },
            feeds: config.num_feedforward_networks,
            bottleneck,
            activation: named("hidden_act", &config.hidden_act)?,
            norm: Kind::named(&config.normalization_type)?,
            epsilon: config.layer_norm_eps,
            pools: config.classifier_activation,
        })
    }
}
