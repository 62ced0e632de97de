//! What `config.json` says of an XLNet.

use kernels::Activation;
use serde::Deserialize;

use crate::classifiers::activation::named;
use crate::classifiers::config::{head_width, refuse, some};
use crate::classifiers::heads::Heads;

/// What a file leaves out is what transformers takes for it.
#[derive(Deserialize)]
#[serde(default)]
pub(super) struct Config {
    vocab_size: usize,
    d_model: usize,
    n_layer: usize,
    n_head: usize,
    d_inner: usize,
    ff_activation: String,
    attn_type: String,
    layer_norm_eps: f64,
    bi_data: bool,
    clamp_len: i64,
    summary_type: String,
    summary_use_proj: bool,
    summary_proj_to_labels: bool,
    summary_activation: Option<String>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            vocab_size: 32_000,
            d_model: 1024,
            n_layer: 24,
            n_head: 16,
            d_inner: 4096,
            ff_activation: "gelu".into(),
            attn_type: "bi".into(),
            layer_norm_eps: 1e-12,
            bi_data: false,
            clamp_len: -1,
            summary_type: "last".into(),
            summary_use_proj: true,
            summary_proj_to_labels: false,
            summary_activation: Some("tanh".into()),
        }
    }
}

/// A checked configuration.
pub(in crate::classifiers) struct Settings {
    pub(super) vocabulary: usize,
    pub(super) hidden: usize,
    pub(super) layers: usize,
    pub(super) heads: Heads,
    pub(super) inner: usize,
    pub(super) activation: Activation,
    pub(super) epsilon: f64,
    /// Distances beyond are taken for this one, where there is one.
    pub(super) farthest: Option<i64>,
    pub(super) summary: Summary,
    pub(super) summary_activation: Activation,
}

/// Which token decides.
#[derive(Clone, Copy)]
pub(super) enum Summary {
    First,
    Last,
}

impl Settings {
    pub(super) fn of(config: Config) -> Result<Self, String> {
        let width = head_width("n_head", config.n_head, config.d_model)?;
        some("n_layer", config.n_layer)?;
        refuse(!config.d_model.is_multiple_of(2), "an odd d_model")?;
        let attention = &config.attn_type;
        refuse(attention != "bi", &format!("attn_type '{attention}'"))?;
        refuse(config.bi_data, "bi_data")?;
        refuse(!config.summary_use_proj, "summary_use_proj of false")?;
        refuse(config.summary_proj_to_labels, "summary_proj_to_labels")?;
        let summary = match &*config.summary_type {
            "first" => Summary::First,
            "last" => Summary::Last,
            other => {
                return Err(format!(
                    "summary_type '{other}' is not supported; supported: first, last"
                ));
            }
        };
        let summary_activation = config.summary_activation.filter(|name| !name.is_empty());
        Ok(Self {
            vocabulary: config.vocab_size,
            hidden: config.d_model,
            layers: config.n_layer,
            heads: Heads {
                count: config.n_head,
                width,
            },
            inner: config.d_inner,
            activation: named("ff_activation", &config.ff_activation)?,
            epsilon: config.layer_norm_eps,
            farthest: Some(config.clamp_len).filter(|&farthest| farthest > 0),
            summary,
            summary_activation: summary_activation.map_or(Ok(Activation::Identity), |name| {
                named("summary_activation", &name)
            })?,
        })
    }
}
