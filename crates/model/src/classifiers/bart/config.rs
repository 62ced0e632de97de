//! What `config.json` says of a BART.

use kernels::Activation;
use serde::Deserialize;

use crate::classifiers::activation::named;
use crate::classifiers::config::{head_width, some};
use crate::classifiers::heads::Heads;

/// What a file leaves out is what transformers takes for it.
#[derive(Deserialize)]
#[serde(default)]
pub(super) struct Config {
    pub(super) vocab_size: usize,
    pub(super) max_position_embeddings: usize,
    pub(super) encoder_layers: usize,
    pub(super) encoder_ffn_dim: usize,
    encoder_attention_heads: usize,
    pub(super) decoder_layers: usize,
    pub(super) decoder_ffn_dim: usize,
    decoder_attention_heads: usize,
    activation_function: String,
    pub(super) d_model: usize,
    pub(super) scale_embedding: bool,
    pub(super) tie_word_embeddings: bool,
    pub(super) eos_token_id: u32,
    pub(super) decoder_start_token_id: u32,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            vocab_size: 50_265,
            max_position_embeddings: 1024,
            encoder_layers: 12,
            encoder_ffn_dim: 4096,
            encoder_attention_heads: 16,
            decoder_layers: 12,
            decoder_ffn_dim: 4096,
            decoder_attention_heads: 16,
            activation_function: "gelu".into(),
            d_model: 1024,
            scale_embedding: false,
            tie_word_embeddings: true,
            eos_token_id: 2,
            decoder_start_token_id: 2,
        }
    }
}

/// A checked configuration.
pub(in crate::classifiers) struct Settings {
    pub(super) config: Config,
    pub(super) encoder: Heads,
    pub(super) decoder: Heads,
    pub(super) activation: Activation,
}

impl Settings {
    pub(super) fn of(config: Config) -> Result<Self, String> {
        let heads = |key, count| -> Result<Heads, String> {
            let width = head_width(key, count, config.d_model)?;
            Ok(Heads { count, width })
        };
        some("encoder_layers", config.encoder_layers)?;
        some("decoder_layers", config.decoder_layers)?;
        some("max_position_embeddings", config.max_position_embeddings)?;
        Ok(Self {
            encoder: heads("encoder_attention_heads", config.encoder_attention_heads)?,
            decoder: heads("decoder_attention_heads", config.decoder_attention_heads)?,
            activation: named("activation_function", &config.activation_function)?,
            config,
        })
    }
}
