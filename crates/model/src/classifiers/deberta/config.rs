//! What `config.json` says of a DeBERTa.

use kernels::Activation;
use serde::Deserialize;

use super::Version;
use super::convolution::Shape;
use crate::classifiers::activation::named;
use crate::classifiers::config::{head_width, refuse, some};

/// What a file leaves out is what transformers takes for it.
#[derive(Deserialize)]
pub(super) struct Config {
    vocab_size: Option<usize>,
    hidden_size: Option<usize>,
    num_hidden_layers: Option<usize>,
    num_attention_heads: Option<usize>,
    intermediate_size: Option<usize>,
    hidden_act: Option<String>,
    max_position_embeddings: Option<usize>,
    type_vocab_size: Option<usize>,
    layer_norm_eps: Option<f64>,
    relative_attention: Option<bool>,
    max_relative_positions: Option<i64>,
    position_buckets: Option<i64>,
    position_biased_input: Option<bool>,
    pos_att_type: Option<Kinds>,
    share_att_key: Option<bool>,
    norm_rel_ebd: Option<String>,
    talking_head: Option<bool>,
    embedding_size: Option<usize>,
    attention_head_size: Option<usize>,
    conv_kernel_size: Option<i64>,
    conv_groups: Option<usize>,
    conv_act: Option<String>,
    pooler_hidden_size: Option<usize>,
    pooler_hidden_act: Option<String>,
}

/// Either a list or names between bars.
#[derive(Deserialize)]
#[serde(untagged)]
enum Kinds {
    List(Vec<String>),
    Joined(String),
}

impl Kinds {
    fn list(self) -> Vec<String> {
        match self {
            Self::List(list) => list,
            Self::Joined(all) => barred(&all),
        }
    }
}

fn barred(all: &str) -> Vec<String> {
    let lower = all.to_lowercase();
    lower.split('|').map(|one| one.trim().to_owned()).collect()
}

/// A checked configuration.
pub(in crate::classifiers) struct Settings {
    pub(super) version: Version,
    pub(super) vocabulary: usize,
    pub(super) hidden: usize,
    pub(super) embedding: usize,
    pub(super) layers: usize,
    pub(super) heads: usize,
    pub(super) head_width: usize,
    pub(super) intermediate: usize,
    pub(super) activation: Activation,
    pub(super) positions: usize,
    pub(super) biased_input: bool,
    pub(super) types: usize,
    pub(super) epsilon: f64,
    pub(super) relative: Option<Relative>,
    /// Whether the table of distances is normalized.
    pub(super) norms_distances: bool,
    /// What scores are multiplied by.
    pub(super) scale: f32,
    pub(super) convolution: Option<Shape>,
    pub(super) pooler_activation: Activation,
}

/// How attention looks at distances.
#[derive(Clone, Copy)]
pub(super) struct Relative {
    /// Whether a query's content is compared with the distance.
    pub(super) content_to_position: bool,
    /// Whether a key's is.
    pub(super) position_to_content: bool,
    /// Distances beyond are taken for this one.
    pub(super) farthest: usize,
    /// Where distances share buckets: how many of them a side.
    pub(super) buckets: Option<usize>,
    /// Whether distances are projected as contents are.
    pub(super) shares_projections: bool,
}

impl Settings {
    pub(super) fn of(config: Config, version: Version) -> Result<Self, String> {
        let or = |value: Option<usize>, first, second| {
            value.unwrap_or(if version == Version::First {
                first
            } else {
                second
            })
        };
        let hidden = or(config.hidden_size, 768, 1536);
        let heads = or(config.num_attention_heads, 12, 24);
        let head_width = head_width("num_attention_heads", heads, hidden)?;
        let layers = or(config.num_hidden_layers, 12, 24);
        some("num_hidden_layers", layers)?;
        let positions = config.max_position_embeddings.unwrap_or(512);
        if positions < 4 {
            return Err(format!(
                "max_position_embeddings {positions} is too few for a pair"
            ));
        }
        refuse(config.talking_head.unwrap_or(false), "talking_head")?;
        for (key, size, own) in [
            (
                "attention_head_size",
                config.attention_head_size,
                head_width,
            ),
            ("pooler_hidden_size", config.pooler_hidden_size, hidden),
        ] {
            if let Some(size) = size.filter(|&size| size != own) {
                refuse(true, &format!("{key} {size} where {own} is due"))?;
            }
        }
        let kinds = config.pos_att_type.map_or(Vec::new(), Kinds::list);
        let has = |kind: &str| kinds.iter().any(|one| one == kind);
        let (c2p, p2c) = (has("c2p"), has("p2c"));
        let summands = match version {
            Version::First => 1 + kinds.len(),
            Version::Second => 1 + usize::from(c2p) + usize::from(p2c),
        };
        let positive = |count: Option<i64>| {
            let count = count.and_then(|count| usize::try_from(count).ok());
            count.filter(|&count| count > 0)
        };
        let is_second = version == Version::Second;
        let norms = barred(config.norm_rel_ebd.as_deref().unwrap_or("none"));
        let relative = config
            .relative_attention
            .unwrap_or(false)
            .then(|| Relative {
                content_to_position: c2p,
                position_to_content: p2c,
                farthest: positive(config.max_relative_positions).unwrap_or(positions),
                buckets: positive(config.position_buckets).filter(|_| is_second),
                shares_projections: is_second && config.share_att_key.unwrap_or(false),
            });
        if let Some(buckets) = relative.and_then(|relative| relative.buckets)
            && buckets < 4
        {
            return Err(format!("position_buckets {buckets} is too few"));
        }
        let convolution = positive(config.conv_kernel_size)
            .filter(|_| is_second)
            .map(|width| {
                refuse(config.conv_groups.unwrap_or(1) != 1, "conv_groups")?;
                refuse(width % 2 == 0, "an even conv_kernel_size")?;
                let activation = named("conv_act", config.conv_act.as_deref().unwrap_or("tanh"))?;
                Ok::<_, String>(Shape { width, activation })
            })
            .transpose()?;
        let text = |given: &Option<String>| given.clone().unwrap_or_else(|| "gelu".into());
        Ok(Self {
            version,
            vocabulary: or(config.vocab_size, 50_265, 128_100),
            hidden,
            embedding: config.embedding_size.unwrap_or(hidden),
            layers,
            heads,
            head_width,
            intermediate: or(config.intermediate_size, 3072, 6144),
            activation: named("hidden_act", &text(&config.hidden_act))?,
            positions,
            biased_input: config.position_biased_input.unwrap_or(true),
            types: config.type_vocab_size.unwrap_or(0),
            epsilon: config.layer_norm_eps.unwrap_or(1e-7),
            relative,
            norms_distances: is_second && norms.iter().any(|norm| norm == "layer_norm"),
            scale: 1.0 / ((head_width * summands) as f32).sqrt(),
            convolution,
            pooler_activation: named("pooler_hidden_act", &text(&config.pooler_hidden_act))?,
        })
    }
}
