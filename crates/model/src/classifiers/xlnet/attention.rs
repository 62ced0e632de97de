//! One layer's attention, to contents, distances and segments (Dai et al. 2019, Yang et al. 2019).

use kernels::{Head, Linear, Operand, Part};

use super::config::Settings;
use super::{LONGEST, distances};
use crate::ModelError;
use crate::classifiers::heads::{Heads, Scoring, Spans};
use crate::classifiers::parts::{Dense, Mixing, Rows, Source, Work};
use crate::classifiers::products::Products;
use crate::packed::{Pair, Tokens};

pub(super) struct Attention {
    /// To queries, keys and values. Queries have the bias for contents; what those for distances
    /// and segments differ by is a bias of these.
    projection: Dense,
    heads: Heads,
    /// By head, distances from [`LONGEST`] less 1 tokens before a query to as many behind it.
    distances: Vec<Linear>,
    /// By head, the same segment and another.
    segments: Vec<Linear>,
    pub(super) mixing: Mixing,
}

impl Attention {
    pub(super) fn take(
        source: &mut Source<'_>,
        settings: &Settings,
        name: &str,
    ) -> Result<Self, ModelError> {
        let (heads, hidden, level) = (settings.heads, settings.hidden, source.level);
        let own = |part: &str| format!("{name}.{part}");
        let mut turned = |part: &str| -> Result<Vec<f32>, ModelError> {
            let found = source.numbers(&own(part), &[hidden, heads.count, heads.width])?;
            Ok(transposed(&found, hidden))
        };
        let [query, key, value, distance] =
            [turned("q")?, turned("k")?, turned("v")?, turned("r")?];
        let mut bias = |part: &str| source.numbers(&own(part), &[heads.count, heads.width]);
        let content = bias("r_w_bias")?;
        let less_content = |other: Vec<f32>| -> Vec<f32> {
            let pairs = other.iter().zip(&content);
            pairs
                .map(|(other, content)| (other - content) * heads.scale())
                .collect()
        };
        let of_distances = less_content(bias("r_r_bias")?);
        let of_segments = less_content(bias("r_s_bias")?);
        let shape = [2, heads.count, heads.width];
        let segments = Rows::of(&source.numbers(&own("seg_embed"), &shape)?, hidden);
        let distance = Dense::pack(level, hidden, &[Pair::new(distance, Vec::new()).part(1.0)]);
        let distances = distances(settings);
        let distances = distance.apply(&mut Work::new(level), &distances);
        let layers = |rows: &Rows, bias: &[f32]| -> Vec<Linear> {
            (0..heads.count)
                .map(|head| {
                    let columns = head * heads.width..(head + 1) * heads.width;
                    let bias = &bias[columns.clone()];
                    let constant = |row: &[f32]| row.iter().zip(bias).map(|(a, b)| a * b).sum();
                    rows.head(level, columns, 1.0, constant)
                })
                .collect()
        };
        let (distances, segments) = (
            layers(&distances, &of_distances),
            layers(&segments, &of_segments),
        );
        let query = Pair::new(query, content);
        let (key, value) = (Pair::new(key, Vec::new()), Pair::new(value, Vec::new()));
        let parts = [query.part(heads.scale()), key.part(1.0), value.part(1.0)];
        let output = source.numbers(&own("o"), &[hidden, heads.count, heads.width])?;
        let output = Part {
            weights: &output,
            bias: &[],
            scale: 1.0,
        };
        Ok(Self {
            projection: Dense::pack(level, hidden, &parts),
            heads,
            distances,
            segments,
            mixing: Mixing {
                dense: Dense::pack(level, hidden, &[output]),
                norm: source.norm(&own("layer_norm"), hidden, settings.epsilon)?,
            },
        })
    }

    pub(super) fn attend(
        &self,
        work: &mut Work,
        hidden: &Rows,
        pairs: &[Tokens<'_>],
        spans: Spans<'_>,
    ) -> Rows {
        let projected = self.projection.apply(work, hidden);
        let sides = self.heads.side_by_side(&projected);
        let scoring = &mut Relative {
            layer: self,
            operand: &mut work.operand,
            spans,
            pairs,
            before: 0,
            types: &[],
            distances: Products::default(),
            segments: Products::default(),
        };
        self.heads
            .attend(&mut work.attention, sides, spans, scoring)
    }
}

/// A layer's weights of an input each, turned to those of an output each.
fn transposed(weights: &[f32], inputs: usize) -> Vec<f32> {
    let outputs = weights.len() / inputs;
    (0..outputs)
        .flat_map(|output| weights[output..].iter().step_by(outputs))
        .copied()
        .collect()
}

struct Relative<'a> {
    layer: &'a Attention,
    operand: &'a mut Operand,
    spans: Spans<'a>,
    pairs: &'a [Tokens<'a>],
    before: usize,
    types: &'a [u8],
    distances: Products,
    segments: Products,
}

impl Scoring for Relative<'_> {
    fn begin(&mut self, sequence: usize, head: usize, sides: &Head<'_>) {
        self.before = self.spans.before(sequence);
        self.types = self.pairs[sequence].types;
        let length = sides.keys.rows;
        let wanted = (LONGEST - length) as u32..(LONGEST + length - 1) as u32;
        let distances = &self.layer.distances[head];
        self.distances
            .fill(self.operand, sides.queries, distances, wanted);
        let segments = &self.layer.segments[head];
        self.segments
            .fill(self.operand, sides.queries, segments, 0..2);
    }

    fn finish(&mut self, query: usize, scores: &mut [f32]) -> usize {
        let place = self.before + query;
        let nearest = LONGEST - 1 - place - self.distances.first();
        let distances = &self.distances.row(query)[nearest..];
        let segments = self.segments.row(query);
        let own = self.types[place];
        for ((score, distance), &kind) in scores.iter_mut().zip(distances).zip(self.types) {
            *score += distance + segments[usize::from(kind != own)];
        }
        scores.len()
    }
}
