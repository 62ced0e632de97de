//! Tifa's own encoder: packed tokens, no padding, on the kernels of [`kernels`].
//!
//! A batch's sequences lie end to end in one matrix. Linear layers run over blocks of its rows,
//! attention over one sequence at a time, so nothing is computed for tokens that aren't there, and
//! a vector has the same bits whatever it shares a batch with.

mod classifier;
mod feed_forward;
mod head;
mod weights;

use std::ops::Range;
use std::sync::Arc;

use kernels::{Attention, Heads, Left, Level, Linear, Operand, Output};
use ndarray::Array2;

use crate::{Batch, Card, Encoder, Factory, ModelError, Precision};
pub(crate) use classifier::factories as classifiers;
pub(crate) use feed_forward::FeedForward;
use weights::{Layer, Weights};
pub(crate) use weights::{Norm, Pair};

/// Tokens that go through all layers together: enough to fill the kernels, few enough for the cache.
const GROUP: usize = 512;

/// One encoder factory a replica; all share one copy of the weights.
pub(crate) fn factories(
    card: &Card,
    precision: Precision,
    replicas: usize,
) -> Result<Vec<Factory>, ModelError> {
    let weights = Arc::new(Weights::read(card, Level::best(), precision)?);
    Ok((0..replicas)
        .map(|_| {
            let weights = Arc::clone(&weights);
            Box::new(move || Ok(Box::new(Packed::new(weights)) as Box<dyn Encoder>)) as Factory
        })
        .collect())
}

/// A sequence's ids, and its tokens' types; none where all are 0.
#[derive(Clone, Copy)]
pub(crate) struct Tokens<'a> {
    pub(crate) ids: &'a [u32],
    pub(crate) types: &'a [u8],
}

impl Tokens<'_> {
    pub(crate) fn len(&self) -> usize {
        self.ids.len()
    }
}

/// Of which tokens the last hidden state is wanted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    All,
    /// The first of each sequence.
    First,
}

struct Packed {
    weights: Arc<Weights>,
    attention: Attention,
    operand: Operand,
    hidden: Vec<f32>,
    /// Queries, keys and values of each token.
    projected: Vec<f32>,
    context: Vec<f32>,
    /// The next hidden state, as it comes out of the feed-forward layer.
    sums: Vec<f32>,
    inner: Vec<f32>,
}

impl Encoder for Packed {
    fn encode(&mut self, batch: &Batch) -> Result<Array2<f32>, ModelError> {
        let mut vectors = Array2::zeros((batch.len(), self.weights.hidden));
        let untyped = |ids| Tokens { ids, types: &[] };
        let sequences: Vec<Tokens<'_>> = batch.sequences().map(untyped).collect();
        for group in groups(&sequences) {
            self.run(&sequences[group.clone()], Wanted::All)?;
            let mut row = 0;
            for (sequence, mut vector) in sequences[group.clone()]
                .iter()
                .zip(vectors.rows_mut().into_iter().skip(group.start))
            {
                let vector = vector
                    .as_slice_mut()
                    .expect("rows of a new array are whole");
                self.pool(row..row + sequence.len(), vector);
                row += sequence.len();
            }
        }
        Ok(vectors)
    }

    fn pads(&self) -> bool {
        false
    }
}

impl Packed {
    fn new(weights: Arc<Weights>) -> Self {
        Self {
            attention: Attention::new(weights.level),
            weights,
            operand: Operand::default(),
            hidden: Vec::new(),
            projected: Vec::new(),
            context: Vec::new(),
            sums: Vec::new(),
            inner: Vec::new(),
        }
    }

    /// Leaves the last hidden state of the sequences' wanted tokens in `hidden`, row by row.
    fn run(&mut self, sequences: &[Tokens<'_>], wanted: Wanted) -> Result<(), ModelError> {
        let weights = Arc::clone(&self.weights);
        let mut rows = self.embed(&weights, sequences)?;
        for (at, &index) in weights.order.iter().enumerate() {
            let layer = &weights.layers[index];
            self.attend(&weights, layer, sequences, rows);
            if wanted == Wanted::First && at + 1 == weights.order.len() {
                rows = self.keep_first(&weights, sequences);
            }
            self.sums.resize(rows * weights.stride, 0.0);
            for block in blocks(rows, weights.level) {
                self.mix(&weights, layer, block.clone());
                self.feed_forward(&weights, layer, block);
            }
            std::mem::swap(&mut self.hidden, &mut self.sums);
        }
        Ok(())
    }

    /// Moves what belongs to each sequence's first token to the front: the rest of the last layer
    /// has no use for other tokens.
    fn keep_first(&mut self, weights: &Weights, sequences: &[Tokens<'_>]) -> usize {
        let mut row = 0;
        for (to, sequence) in sequences.iter().enumerate() {
            for (values, stride) in [
                (&mut self.hidden, weights.stride),
                (&mut self.context, weights.context_stride),
            ] {
                values.copy_within(row * stride..(row + 1) * stride, to * stride);
            }
            row += sequence.len();
        }
        sequences.len()
    }

    /// Token, position and type embeddings, normalized; for ALBERT then widened.
    fn embed(&mut self, weights: &Weights, sequences: &[Tokens<'_>]) -> Result<usize, ModelError> {
        let table = &weights.embeddings;
        let rows = sequences.iter().map(Tokens::len).sum::<usize>();
        let stride = kernels::padded(table.width);
        self.sums.clear();
        self.sums.resize(rows * stride, 0.0);
        let tokens = sequences.iter().flat_map(|sequence| {
            let types = sequence.types.iter().copied().chain(std::iter::repeat(0));
            sequence.ids.iter().zip(types).enumerate()
        });
        for (row, (at, (&id, kind))) in self.sums.chunks_exact_mut(stride).zip(tokens) {
            table.sum(id, kind, at, &mut row[..table.width])?;
        }
        let norm = &table.norm;
        norm.apply(weights.level, &mut self.sums, stride, table.width);
        let Some(widen) = &weights.widen else {
            std::mem::swap(&mut self.hidden, &mut self.sums);
            return Ok(rows);
        };
        self.hidden.resize(rows * weights.stride, 0.0);
        let left = self
            .operand
            .ready(widen, 0..widen.chunks(), &self.sums, rows, stride);
        let to = &mut output(&mut self.hidden, weights.stride);
        widen.multiply(&left, 0..widen.outputs(), to);
        Ok(rows)
    }

    /// Queries, keys and values, and from them the context of each token.
    fn attend(&mut self, weights: &Weights, layer: &Layer, sequences: &[Tokens<'_>], rows: usize) {
        let (width, stride) = (weights.stride, 3 * weights.stride);
        self.projected.resize(rows * stride, 0.0);
        for block in blocks(rows, weights.level) {
            let projection = &layer.projection;
            let left = ready(&mut self.operand, projection, &self.hidden, width, &block);
            let to = &mut self.projected[block.start * stride..block.end * stride];
            projection.multiply(&left, 0..stride, &mut output(to, stride));
        }
        self.context.resize(rows * weights.context_stride, 0.0);
        let heads = Heads {
            count: weights.heads,
            width: weights.hidden / weights.heads,
            queries: 0,
            keys: width,
            values: 2 * width,
        };
        let mut row = 0;
        for sequence in sequences {
            let own = row..row + sequence.len();
            self.attention.attend(
                &self.projected[own.start * stride..own.end * stride],
                stride,
                heads,
                |head| weights.distances.of(head, sequence.len()),
                &mut self.context
                    [own.start * weights.context_stride..own.end * weights.context_stride],
                weights.context_stride,
            );
            row = own.end;
        }
    }

    /// Adds the attention's output to a block's hidden state, and normalizes.
    fn mix(&mut self, weights: &Weights, layer: &Layer, block: Range<usize>) {
        let left = ready(
            &mut self.operand,
            &layer.mixing,
            &self.context,
            weights.context_stride,
            &block,
        );
        let rows = &mut self.hidden[block.start * weights.stride..block.end * weights.stride];
        layer.mixing.multiply(
            &left,
            0..weights.stride,
            &mut Output {
                adds: true,
                ..output(rows, weights.stride)
            },
        );
        layer
            .mixing_norm
            .apply(weights.level, rows, weights.stride, weights.hidden);
    }

    /// Adds the feed-forward layer's output to a block's hidden state, normalizes, and leaves the
    /// next hidden state in `sums`.
    fn feed_forward(&mut self, weights: &Weights, layer: &Layer, block: Range<usize>) {
        let stride = weights.stride;
        let own = block.start * stride..block.end * stride;
        let (rows, sums) = (&self.hidden[own.clone()], &mut self.sums[own]);
        sums.copy_from_slice(rows);
        layer
            .feed_forward
            .add(&mut self.operand, &mut self.inner, rows, stride, sums);
        layer
            .output_norm
            .apply(weights.level, sums, stride, weights.hidden);
    }

    fn pool(&self, tokens: Range<usize>, into: &mut [f32]) {
        let (stride, hidden) = (self.weights.stride, self.weights.hidden);
        let rows = &self.hidden[tokens.start * stride..tokens.end * stride];
        if stride == hidden {
            return self.weights.pooling.pool(rows, into);
        }
        let whole: Vec<f32> = rows
            .chunks_exact(stride)
            .flat_map(|row| &row[..hidden])
            .copied()
            .collect();
        self.weights.pooling.pool(&whole, into);
    }
}

/// Sequences that go through all layers together.
pub(crate) fn groups(sequences: &[Tokens<'_>]) -> Vec<Range<usize>> {
    let mut groups: Vec<Range<usize>> = Vec::new();
    let mut tokens = 0;
    for (at, sequence) in sequences.iter().enumerate() {
        tokens += sequence.len();
        match groups.last_mut() {
            Some(group) if tokens <= GROUP => group.end = at + 1,
            _ => {
                tokens = sequence.len();
                groups.push(at..at + 1);
            }
        }
    }
    groups
}

/// Rows of one product: its left side stays in the second cache.
pub(crate) fn blocks(rows: usize, level: Level) -> impl Iterator<Item = Range<usize>> {
    let height = if level >= Level::Avx512 { GROUP } else { 192 };
    (0..rows)
        .step_by(height)
        .map(move |first| first..(first + height).min(rows))
}

pub(crate) fn ready<'a>(
    operand: &'a mut Operand,
    layer: &Linear,
    values: &'a [f32],
    stride: usize,
    block: &Range<usize>,
) -> Left<'a> {
    let values = &values[block.start * stride..block.end * stride];
    operand.ready(layer, 0..layer.chunks(), values, block.len(), stride)
}

pub(crate) fn output(values: &mut [f32], stride: usize) -> Output<'_> {
    Output {
        values,
        stride,
        adds: false,
        bias: true,
        activation: kernels::Activation::Identity,
    }
}
