//! A model's weights as the packed encoder wants them, whatever their names in the file.

use kernels::{Activation, Format, Level, Linear, Part};
use rayon::prelude::*;

use super::FeedForward;
use crate::layout;
use crate::tensors::Tensors;
use crate::{Architecture, Card, Hyper, ModelError, Pooling, Precision};

pub(super) struct Weights {
    pub(super) level: Level,
    pub(super) hidden: usize,
    /// Floats from row to row of the hidden state.
    pub(super) stride: usize,
    /// The same of the context: its last head is written in whole panels.
    pub(super) context_stride: usize,
    pub(super) heads: usize,
    pub(super) pooling: Pooling,
    pub(super) embeddings: Embeddings,
    /// ALBERT's way from embeddings to hidden states.
    pub(super) widen: Option<Linear>,
    pub(super) layers: Vec<Layer>,
    /// Which layer runs when; ALBERT's run more than once.
    pub(super) order: Vec<usize>,
    pub(super) distances: Distances,
}

pub(super) struct Layer {
    /// To queries, keys and values.
    pub(super) projection: Linear,
    pub(super) mixing: Linear,
    pub(super) mixing_norm: Norm,
    pub(super) feed_forward: FeedForward,
    pub(super) output_norm: Norm,
}

/// A layer normalization, padded to whole panels.
pub(crate) struct Norm {
    gain: Vec<f32>,
    shift: Vec<f32>,
    epsilon: f32,
}

impl Norm {
    pub(crate) fn take(
        tensors: &mut Tensors,
        name: &str,
        width: usize,
        epsilon: f64,
    ) -> Result<Self, ModelError> {
        let mut padded = |part: &str| -> Result<Vec<f32>, ModelError> {
            let mut values = tensors.take(&format!("{name}.{part}"), &[width])?;
            values.resize(kernels::padded(width), 0.0);
            Ok(values)
        };
        Ok(Self {
            gain: padded("weight")?,
            shift: padded("bias")?,
            epsilon: epsilon as f32,
        })
    }

    /// Normalizes rows in place.
    pub(crate) fn apply(&self, level: Level, rows: &mut [f32], stride: usize, width: usize) {
        kernels::layer_norm(
            level,
            rows,
            stride,
            width,
            &self.gain,
            &self.shift,
            self.epsilon,
        );
    }
}

pub(super) struct Embeddings {
    pub(super) width: usize,
    tokens: Vec<f32>,
    /// By token type: positions from a text's first token on, each with the type's embedding added.
    positions: Vec<Vec<f32>>,
    pub(super) norm: Norm,
}

impl Embeddings {
    /// Writes the sum of a token's embeddings.
    pub(super) fn sum(
        &self,
        id: u32,
        kind: u8,
        at: usize,
        to: &mut [f32],
    ) -> Result<(), ModelError> {
        let row = |table: &[f32], index: usize| -> Option<std::ops::Range<usize>> {
            let range = index * self.width..(index + 1) * self.width;
            (range.end <= table.len()).then_some(range)
        };
        let token = row(&self.tokens, id as usize).ok_or_else(|| {
            ModelError::Inference(format!("token id {id} is not in the model's vocabulary"))
        })?;
        let positions = self
            .positions
            .get(usize::from(kind))
            .ok_or_else(|| ModelError::Inference(format!("the model has no token type {kind}")))?;
        let position = row(positions, at).ok_or_else(|| {
            ModelError::Inference(format!("the model has no position for token {}", at + 1))
        })?;
        let pairs = self.tokens[token].iter().zip(&positions[position]);
        for (to, (token, position)) in to.iter_mut().zip(pairs) {
            *to = token + position;
        }
        Ok(())
    }
}

/// What MPNet adds to scores, by head and by distance of the key from the query.
#[derive(Default)]
pub(super) struct Distances {
    by_head: Vec<Vec<f32>>,
}

impl Distances {
    /// From `1 - length` to `length - 1`; empty where the model has none.
    pub(super) fn of(&self, head: usize, length: usize) -> &[f32] {
        self.by_head.get(head).map_or(&[], |all| {
            let middle = all.len() / 2;
            &all[middle + 1 - length..middle + length]
        })
    }

    /// `table` has a row of heads a bucket; distances reach to what `longest` needs.
    fn new(table: &[f32], heads: usize, buckets: usize, longest: usize) -> Self {
        let reach = longest as i64;
        let by_head = (0..heads)
            .map(|head| {
                (-reach..=reach)
                    .map(|distance| table[bucket(distance, buckets) * heads + head])
                    .collect()
            })
            .collect();
        Self { by_head }
    }
}

/// The bucket of a distance: exact near by, logarithmic beyond, as in T5 and MPNet (Raffel et al.
/// 2020, section 2.1). The upper half of the buckets is for keys that come after the query.
#[expect(clippy::cast_sign_loss, reason = "the logarithm of 1 and more")]
fn bucket(distance: i64, buckets: usize) -> usize {
    const FARTHEST: f32 = 128.0;
    let half = buckets / 2;
    let side = if distance > 0 { half } else { 0 };
    let far = distance.unsigned_abs() as usize;
    let exact = half / 2;
    if far < exact {
        return side + far;
    }
    let scale = (FARTHEST / exact as f32).ln();
    let steps = (far as f32 / exact as f32).ln() / scale * (half - exact) as f32;
    side + (exact + steps as usize).min(half - 1)
}

/// Names of one layer's tensors, each before `.weight` and `.bias`.
struct Names {
    query: String,
    key: String,
    value: String,
    mixing: String,
    mixing_norm: String,
    up: String,
    down: String,
    output_norm: String,
}

impl Names {
    fn of(architecture: Architecture, hyper: &Hyper, index: usize) -> Self {
        let named = |prefix: String, names: [&str; 8]| {
            let [
                query,
                key,
                value,
                mixing,
                mixing_norm,
                up,
                down,
                output_norm,
            ] = names.map(|name| format!("{prefix}.{name}"));
            Self {
                query,
                key,
                value,
                mixing,
                mixing_norm,
                up,
                down,
                output_norm,
            }
        };
        match architecture {
            Architecture::DistilBert => named(
                format!("transformer.layer.{index}"),
                [
                    "attention.q_lin",
                    "attention.k_lin",
                    "attention.v_lin",
                    "attention.out_lin",
                    "sa_layer_norm",
                    "ffn.lin1",
                    "ffn.lin2",
                    "output_layer_norm",
                ],
            ),
            Architecture::Albert => {
                let (group, layer) = (index / hyper.layers_a_group, index % hyper.layers_a_group);
                named(
                    format!("encoder.albert_layer_groups.{group}.albert_layers.{layer}"),
                    [
                        "attention.query",
                        "attention.key",
                        "attention.value",
                        "attention.dense",
                        "attention.LayerNorm",
                        "ffn",
                        "ffn_output",
                        "full_layer_layer_norm",
                    ],
                )
            }
            Architecture::Mpnet => named(
                format!("encoder.layer.{index}"),
                [
                    "attention.attn.q",
                    "attention.attn.k",
                    "attention.attn.v",
                    "attention.attn.o",
                    "attention.LayerNorm",
                    "intermediate.dense",
                    "output.dense",
                    "output.LayerNorm",
                ],
            ),
            _ => named(
                format!("encoder.layer.{index}"),
                [
                    "attention.self.query",
                    "attention.self.key",
                    "attention.self.value",
                    "attention.output.dense",
                    "attention.output.LayerNorm",
                    "intermediate.dense",
                    "output.dense",
                    "output.LayerNorm",
                ],
            ),
        }
    }
}

/// Weights and bias of a linear layer.
pub(crate) struct Pair(Vec<f32>, Vec<f32>);

impl Pair {
    /// Of weights, row by row, and a bias a row, or none.
    pub(crate) fn new(weights: Vec<f32>, bias: Vec<f32>) -> Self {
        Self(weights, bias)
    }

    pub(crate) fn take(
        tensors: &mut Tensors,
        name: &str,
        outputs: usize,
        inputs: usize,
    ) -> Result<Self, ModelError> {
        Ok(Self(
            tensors.take(&format!("{name}.weight"), &[outputs, inputs])?,
            tensors.take(&format!("{name}.bias"), &[outputs])?,
        ))
    }

    pub(crate) fn part(&self, scale: f32) -> Part<'_> {
        Part {
            weights: &self.0,
            bias: &self.1,
            scale,
        }
    }
}

/// One layer as it stands in the file.
struct Loose {
    query: Pair,
    key: Pair,
    value: Pair,
    mixing: Pair,
    mixing_norm: Norm,
    up: Pair,
    down: Pair,
    output_norm: Norm,
}

impl Loose {
    fn take(tensors: &mut Tensors, names: &Names, hyper: &Hyper) -> Result<Self, ModelError> {
        let (hidden, inner) = (hyper.hidden, hyper.intermediate);
        Ok(Self {
            query: Pair::take(tensors, &names.query, hidden, hidden)?,
            key: Pair::take(tensors, &names.key, hidden, hidden)?,
            value: Pair::take(tensors, &names.value, hidden, hidden)?,
            mixing: Pair::take(tensors, &names.mixing, hidden, hidden)?,
            mixing_norm: Norm::take(tensors, &names.mixing_norm, hidden, hyper.norm_epsilon)?,
            up: Pair::take(tensors, &names.up, inner, hidden)?,
            down: Pair::take(tensors, &names.down, hidden, inner)?,
            output_norm: Norm::take(tensors, &names.output_norm, hidden, hyper.norm_epsilon)?,
        })
    }

    fn pack(self, level: Level, format: Format, hyper: &Hyper) -> Layer {
        let (hidden, inner) = (hyper.hidden, hyper.intermediate);
        let pack = |inputs, parts: &[Part<'_>]| Linear::pack(level, format, inputs, parts);
        // Attention divides scores by the root of a head's width: done here once.
        let scale = 1.0 / ((hidden / hyper.heads) as f32).sqrt();
        Layer {
            projection: pack(
                hidden,
                &[
                    self.query.part(scale),
                    self.key.part(1.0),
                    self.value.part(1.0),
                ],
            ),
            mixing: pack(hidden, &[self.mixing.part(1.0)]),
            mixing_norm: self.mixing_norm,
            feed_forward: FeedForward::new(
                pack(hidden, &[self.up.part(1.0)]),
                pack(inner, &[self.down.part(1.0)]),
                match hyper.activation {
                    layout::Activation::Gelu => Activation::Gelu,
                    layout::Activation::GeluTanh => Activation::GeluTanh,
                    layout::Activation::Relu => Activation::Relu,
                },
            ),
            output_norm: self.output_norm,
        }
    }
}

impl Weights {
    /// Reads and packs a model's weights; every file read is checked against the card.
    pub(super) fn read(
        card: &Card,
        level: Level,
        precision: Precision,
    ) -> Result<Self, ModelError> {
        let layout = card.layout()?;
        let network = (layout.architecture, &layout.hyper);
        let mut tensors = Tensors::read(card)?;
        Self::take(&mut tensors, network, layout.pooling, level, precision)
    }

    /// Takes a network's weights out of a model's and packs them.
    pub(super) fn take(
        tensors: &mut Tensors,
        (architecture, hyper): (Architecture, &Hyper),
        pooling: Pooling,
        level: Level,
        precision: Precision,
    ) -> Result<Self, ModelError> {
        let format = match precision {
            Precision::Int16 => Format::Int16,
            Precision::Bf16 => Format::Bf16,
            Precision::Auto | Precision::F32 => Format::F32,
        };
        let embeddings = embeddings(tensors, hyper)?;
        let widen = if hyper.embedding == hyper.hidden && architecture != Architecture::Albert {
            None
        } else {
            let name = "encoder.embedding_hidden_mapping_in";
            let pair = Pair::take(tensors, name, hyper.hidden, hyper.embedding)?;
            let parts = [pair.part(1.0)];
            Some(Linear::pack(level, format, hyper.embedding, &parts))
        };
        let distances = if hyper.relative_buckets == 0 {
            Distances::default()
        } else {
            let (buckets, heads) = (hyper.relative_buckets, hyper.heads);
            let name = "encoder.relative_attention_bias.weight";
            let table = tensors.take(name, &[buckets, heads])?;
            Distances::new(&table, heads, buckets, hyper.positions)
        };
        let (distinct, order) = layers(architecture, hyper);
        let loose = (0..distinct)
            .map(|index| {
                let names = Names::of(architecture, hyper, index);
                Loose::take(tensors, &names, hyper)
            })
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Self {
            level,
            hidden: hyper.hidden,
            stride: kernels::padded(hyper.hidden),
            context_stride: kernels::padded(hyper.hidden) + kernels::PANEL,
            heads: hyper.heads,
            pooling,
            embeddings,
            widen,
            layers: loose
                .into_par_iter()
                .map(|layer| layer.pack(level, format, hyper))
                .collect(),
            order,
            distances,
        })
    }
}

/// How many layers there are in the file, and which of them runs when.
fn layers(architecture: Architecture, hyper: &Hyper) -> (usize, Vec<usize>) {
    if architecture != Architecture::Albert {
        return (hyper.layers, (0..hyper.layers).collect());
    }
    let (groups, each) = (hyper.layer_groups, hyper.layers_a_group);
    let order = (0..hyper.layers)
        .flat_map(|layer| {
            let group = layer * groups / hyper.layers;
            group * each..(group + 1) * each
        })
        .collect();
    (groups * each, order)
}

fn embeddings(tensors: &mut Tensors, hyper: &Hyper) -> Result<Embeddings, ModelError> {
    let width = hyper.embedding;
    let tokens = tensors.take(
        "embeddings.word_embeddings.weight",
        &[hyper.vocabulary, width],
    )?;
    let mut positions = tensors.take(
        "embeddings.position_embeddings.weight",
        &[hyper.positions, width],
    )?;
    positions.drain(..hyper.position_offset * width);
    let positions = if hyper.token_types == 0 {
        vec![positions]
    } else {
        let types = tensors.take(
            "embeddings.token_type_embeddings.weight",
            &[hyper.token_types, width],
        )?;
        types
            .chunks_exact(width)
            .map(|kind| {
                let of_each = positions.iter().zip(kind.iter().cycle());
                of_each.map(|(position, kind)| position + kind).collect()
            })
            .collect()
    };
    Ok(Embeddings {
        width,
        tokens,
        positions,
        norm: Norm::take(tensors, "embeddings.LayerNorm", width, hyper.norm_epsilon)?,
    })
}

#[cfg(test)]
mod tests {
    use super::bucket;

    /// Worked from the definition: 32 buckets, 16 a side, 8 of them exact.
    #[test]
    fn distances_are_exact_near_by_and_logarithmic_beyond() {
        assert_eq!([0, -1, -7, -8].map(|d| bucket(d, 32)), [0, 1, 7, 8]);
        assert_eq!([1, 7, 8].map(|d| bucket(d, 32)), [17, 23, 24]);
        // 8 + ln(32 / 8) / ln(128 / 8) * 8 = 12
        assert_eq!([-32, 32].map(|d| bucket(d, 32)), [12, 28]);
        assert_eq!([-128, -5000, 5000].map(|d| bucket(d, 32)), [15, 15, 31]);
    }
}
