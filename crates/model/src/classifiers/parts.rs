//! What networks are made of.

use std::ops::Range;

use kernels::{Activation, Attention, Format, Level, Linear, Operand, Output, Part, Side};

use crate::ModelError;
use crate::packed::{self, FeedForward, Norm, Pair, Tokens};
use crate::tensors::Tensors;

/// A replica's working memory.
pub(crate) struct Work {
    pub(super) level: Level,
    pub(super) attention: Attention,
    pub(super) operand: Operand,
    inner: Vec<f32>,
    copy: Vec<f32>,
}

impl Work {
    pub(super) fn new(level: Level) -> Self {
        Self {
            level,
            attention: Attention::new(level),
            operand: Operand::default(),
            inner: Vec::new(),
            copy: Vec::new(),
        }
    }
}

/// Rows of numbers, each padded to whole panels.
#[derive(Clone)]
pub(crate) struct Rows {
    pub(super) values: Vec<f32>,
    pub(super) stride: usize,
}

impl Rows {
    pub(super) fn new(count: usize, width: usize) -> Self {
        let stride = kernels::padded(width);
        Self {
            values: vec![0.0; count * stride],
            stride,
        }
    }

    pub(super) fn count(&self) -> usize {
        self.values.len() / self.stride
    }

    pub(super) fn row(&self, at: usize) -> &[f32] {
        &self.values[at * self.stride..][..self.stride]
    }

    pub(super) fn row_mut(&mut self, at: usize) -> &mut [f32] {
        &mut self.values[at * self.stride..][..self.stride]
    }

    /// Some rows' numbers from the column `first` on.
    pub(super) fn side(&self, rows: Range<usize>, first: usize) -> Side<'_> {
        Side {
            numbers: &self.values[rows.start * self.stride + first..rows.end * self.stride],
            stride: self.stride,
            rows: rows.len(),
        }
    }

    /// Of numbers without padding.
    pub(super) fn of(numbers: &[f32], width: usize) -> Self {
        let mut rows = Self::new(numbers.len() / width, width);
        for (at, numbers) in numbers.chunks_exact(width).enumerate() {
            rows.row_mut(at)[..width].copy_from_slice(numbers);
        }
        rows
    }

    /// Packs some columns as a layer's weights, a row an output; `bias` gets these of a row.
    pub(super) fn head(
        &self,
        level: Level,
        columns: Range<usize>,
        scale: f32,
        bias: impl Fn(&[f32]) -> f32,
    ) -> Linear {
        let own = self.values.chunks_exact(self.stride);
        let own = own.map(|row| &row[columns.clone()]);
        let bias: Vec<f32> = own.clone().map(bias).collect();
        let weights: Vec<f32> = own.flatten().copied().collect();
        let part = Part {
            weights: &weights,
            bias: &bias,
            scale,
        };
        Linear::pack(level, Format::F32, columns.len(), &[part])
    }

    /// Keeps some rows, named in their order.
    pub(super) fn keep(&mut self, rows: impl Iterator<Item = usize>) {
        let mut kept = 0;
        for row in rows {
            let from = row * self.stride;
            self.values
                .copy_within(from..from + self.stride, kept * self.stride);
            kept += 1;
        }
        self.values.truncate(kept * self.stride);
    }
}

/// Where each sequence's rows stand.
pub(super) fn spans(pairs: &[Tokens<'_>]) -> Vec<Range<usize>> {
    let ends = pairs.iter().scan(0, |end, pair| {
        let start = *end;
        *end += pair.len();
        Some(start..*end)
    });
    ends.collect()
}

/// Fails for a pair that is longer than the model reads.
pub(super) fn fit(pairs: &[Tokens<'_>], longest: usize) -> Result<(), ModelError> {
    match pairs.iter().map(Tokens::len).find(|&all| all > longest) {
        None => Ok(()),
        Some(all) => Err(ModelError::Inference(format!(
            "a pair has {all} subwords, and the model reads {longest}"
        ))),
    }
}

/// A linear layer and what its outputs go through.
pub(super) struct Dense {
    linear: Linear,
    activation: Activation,
}

impl Dense {
    pub(super) fn pack(level: Level, inputs: usize, parts: &[Part<'_>]) -> Self {
        Self {
            linear: Linear::pack(level, Format::F32, inputs, parts),
            activation: Activation::Identity,
        }
    }

    pub(super) fn then(mut self, activation: Activation) -> Self {
        self.activation = activation;
        self
    }

    pub(super) fn apply(&self, work: &mut Work, from: &Rows) -> Rows {
        let mut to = Rows::new(from.count(), self.linear.outputs());
        self.multiply(work, from, &mut to, false);
        to
    }

    /// Adds its outputs to rows.
    pub(super) fn add(&self, work: &mut Work, from: &Rows, to: &mut Rows) {
        self.multiply(work, from, to, true);
    }

    fn multiply(&self, work: &mut Work, from: &Rows, to: &mut Rows, adds: bool) {
        let (linear, stride) = (&self.linear, to.stride);
        for block in packed::blocks(from.count(), work.level) {
            let left = packed::ready(&mut work.operand, linear, &from.values, from.stride, &block);
            let to = &mut to.values[block.start * stride..block.end * stride];
            linear.multiply(
                &left,
                0..linear.outputs(),
                &mut Output {
                    adds,
                    activation: self.activation,
                    ..packed::output(to, stride)
                },
            );
        }
    }
}

/// A layer normalization of rows of one width.
pub(super) struct LayerNorm {
    norm: Norm,
    width: usize,
}

impl LayerNorm {
    pub(super) fn apply(&self, level: Level, rows: &mut Rows) {
        self.norm
            .apply(level, &mut rows.values, rows.stride, self.width);
    }
}

/// A linear layer whose outputs are added to a hidden state, which is then normalized.
pub(super) struct Mixing {
    pub(super) dense: Dense,
    pub(super) norm: LayerNorm,
}

impl Mixing {
    pub(super) fn apply(&self, work: &mut Work, context: &Rows, hidden: &mut Rows) {
        self.dense.add(work, context, hidden);
        self.norm.apply(work.level, hidden);
    }
}

/// A feed-forward block whose outputs are added to its inputs, which are then normalized.
pub(super) struct Feed {
    layers: FeedForward,
    norm: LayerNorm,
}

impl Feed {
    pub(super) fn apply(&self, work: &mut Work, hidden: &mut Rows) {
        let stride = hidden.stride;
        for block in packed::blocks(hidden.count(), work.level) {
            let own = &mut hidden.values[block.start * stride..block.end * stride];
            work.copy.clear();
            work.copy.extend_from_slice(own);
            let (operand, inner) = (&mut work.operand, &mut work.inner);
            self.layers.add(operand, inner, &work.copy, stride, own);
        }
        self.norm.apply(work.level, hidden);
    }
}

/// Rows by number: of tokens, positions or types.
pub(super) struct Table {
    values: Vec<f32>,
    width: usize,
    /// What it is a table of.
    of: &'static str,
}

impl Table {
    /// Adds a row to a hidden state.
    pub(super) fn add(&self, row: usize, to: &mut [f32]) -> Result<(), ModelError> {
        let from = self.row(row)?;
        to.iter_mut().zip(from).for_each(|(to, from)| *to += from);
        Ok(())
    }

    pub(super) fn row(&self, row: usize) -> Result<&[f32], ModelError> {
        let range = row * self.width..(row + 1) * self.width;
        self.values
            .get(range)
            .ok_or_else(|| ModelError::Inference(format!("the model has no {} {row}", self.of)))
    }

    pub(super) fn scaled(mut self, by: f32) -> Self {
        self.values.iter_mut().for_each(|value| *value *= by);
        self
    }
}

/// A model's weights, and the processor that they are packed for.
pub(crate) struct Source<'a> {
    pub(super) tensors: &'a mut Tensors,
    pub(super) level: Level,
}

impl Source<'_> {
    pub(super) fn has(&self, name: &str) -> bool {
        self.tensors.shape(name).is_some()
    }

    pub(super) fn numbers(&mut self, name: &str, shape: &[usize]) -> Result<Vec<f32>, ModelError> {
        self.tensors.take(name, shape)
    }

    /// Weights and bias before they are packed.
    pub(super) fn pair(
        &mut self,
        name: &str,
        inputs: usize,
        outputs: usize,
    ) -> Result<Pair, ModelError> {
        Pair::take(self.tensors, name, outputs, inputs)
    }

    pub(super) fn dense(
        &mut self,
        name: &str,
        inputs: usize,
        outputs: usize,
    ) -> Result<Dense, ModelError> {
        let pair = self.pair(name, inputs, outputs)?;
        Ok(Dense::pack(self.level, inputs, &[pair.part(1.0)]))
    }

    /// A layer that has no bias.
    pub(super) fn unbiased(
        &mut self,
        name: &str,
        inputs: usize,
        outputs: usize,
    ) -> Result<Dense, ModelError> {
        let weights = self.numbers(&format!("{name}.weight"), &[outputs, inputs])?;
        let pair = Pair::new(weights, Vec::new());
        Ok(Dense::pack(self.level, inputs, &[pair.part(1.0)]))
    }

    pub(super) fn norm(
        &mut self,
        name: &str,
        width: usize,
        epsilon: f64,
    ) -> Result<LayerNorm, ModelError> {
        let norm = Norm::take(self.tensors, name, width, epsilon)?;
        Ok(LayerNorm { norm, width })
    }

    pub(super) fn mixing(
        &mut self,
        (dense, norm): (&str, &str),
        width: usize,
        epsilon: f64,
    ) -> Result<Mixing, ModelError> {
        Ok(Mixing {
            dense: self.dense(dense, width, width)?,
            norm: self.norm(norm, width, epsilon)?,
        })
    }

    pub(super) fn feed(
        &mut self,
        [up, down, norm]: [&str; 3],
        (width, inner): (usize, usize),
        activation: Activation,
        epsilon: f64,
    ) -> Result<Feed, ModelError> {
        let up = self.dense(up, width, inner)?.linear;
        let down = self.dense(down, inner, width)?.linear;
        Ok(Feed {
            layers: FeedForward::new(up, down, activation),
            norm: self.norm(norm, width, epsilon)?,
        })
    }

    pub(super) fn table(
        &mut self,
        name: &str,
        (rows, width): (usize, usize),
        of: &'static str,
    ) -> Result<Table, ModelError> {
        let values = self.numbers(name, &[rows, width])?;
        Ok(Table { values, width, of })
    }
}
