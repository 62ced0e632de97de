//! Weights of a linear layer, laid out once for the kernels.

use crate::line::Lines;
use crate::rows::brain_float;
use crate::tile::{Kernels, kernels};
use crate::{Level, PANEL};

/// Inputs of a chunk: a panel of so many floats fits the first cache.
const CHUNK: usize = 384;
/// What inputs are padded to where they come in pairs: AMX takes 16 pairs at a time.
const PAIRED: usize = 32;
/// The greatest weight as an integer. With 12 bits for weights, inputs keep 12 bits and more.
const GREATEST_WEIGHT: f32 = 4095.0;

/// How the numbers of a product are kept. Sums are kept in 32 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// 32-bit floats.
    F32,
    /// Integers in 16 bits, scaled by output and, for inputs, by row and chunk. What a row may hold
    /// is set so that no sum can overflow.
    Int16,
    /// Brain floats; without AMX their values in 32 bits.
    Bf16,
}

/// Some outputs of a layer: `outputs × inputs` weights, row by row as PyTorch keeps them.
#[derive(Clone, Copy)]
pub struct Part<'a> {
    /// The weights.
    pub weights: &'a [f32],
    /// One an output, or none.
    pub bias: &'a [f32],
    /// What weights and bias are multiplied by.
    pub scale: f32,
}

/// A linear layer, packed for one level and format.
pub struct Linear {
    pub(crate) level: Level,
    pub(crate) format: Format,
    pub(crate) kernels: Kernels,
    inputs: usize,
    outputs: usize,
    chunk: usize,
    pub(crate) lines: Lines,
    /// Lines of a panel: one an input, or a pair of them.
    pub(crate) panel_lines: usize,
    pub(crate) bias: Vec<f32>,
    /// Integers only: what an output's weights were divided by.
    pub(crate) scales: Vec<f32>,
    /// Integers only, by chunk: the greatest input.
    pub(crate) limits: Vec<f32>,
}

impl Linear {
    /// Packs a layer. Each part begins at a whole panel: its first output is the padded number of
    /// those before it.
    ///
    /// # Panics
    /// When a part's weights are not whole rows of `inputs`, or its bias is not one a row.
    pub fn pack(level: Level, format: Format, inputs: usize, parts: &[Part<'_>]) -> Self {
        let outputs: usize = parts
            .iter()
            .map(|part| crate::padded(part.weights.len() / inputs))
            .sum();
        let mut rows: Vec<Option<&[f32]>> = Vec::with_capacity(outputs);
        let mut factors = Vec::with_capacity(outputs);
        let mut bias = Vec::with_capacity(outputs);
        for part in parts {
            let own = part.weights.len() / inputs;
            assert_eq!(own * inputs, part.weights.len(), "weights are whole rows");
            assert!(
                part.bias.is_empty() || part.bias.len() == own,
                "a bias a row"
            );
            rows.extend(part.weights.chunks_exact(inputs).map(Some));
            bias.extend(part.bias.iter().map(|bias| bias * part.scale));
            rows.resize(crate::padded(rows.len()), None);
            bias.resize(rows.len(), 0.0);
            factors.resize(rows.len(), part.scale);
        }
        let chunks = inputs.div_ceil(CHUNK);
        let chunk = inputs.div_ceil(chunks).next_multiple_of(PAIRED);
        let paired = is_paired(level, format);
        let panel_lines = if paired {
            inputs.next_multiple_of(PAIRED) / 2
        } else {
            inputs
        };
        let mut linear = Self {
            level,
            format,
            kernels: kernels(level, format),
            inputs,
            outputs,
            chunk,
            lines: Lines::zeroed(panel_lines * outputs / PANEL),
            panel_lines,
            bias,
            scales: Vec::new(),
            limits: Vec::new(),
        };
        match format {
            Format::F32 => linear.fill(&rows, &factors, |weight| weight),
            Format::Bf16 if paired => linear.fill_pairs(&rows, |row, input| {
                brain_float(rows[row].map_or(0.0, |r| r[input] * factors[row])).cast_signed()
            }),
            Format::Bf16 => linear.fill(&rows, &factors, |weight| {
                f32::from_bits(u32::from(brain_float(weight)) << 16)
            }),
            Format::Int16 => linear.fill_integers(&rows, &factors),
        }
        linear
    }

    /// Inputs.
    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// Outputs, each part padded.
    pub fn outputs(&self) -> usize {
        self.outputs
    }

    /// Chunks of inputs; sums are taken over one at a time.
    pub fn chunks(&self) -> usize {
        self.inputs.div_ceil(self.chunk)
    }

    /// The inputs of a chunk.
    pub fn chunk(&self, index: usize) -> std::ops::Range<usize> {
        index * self.chunk..((index + 1) * self.chunk).min(self.inputs)
    }

    /// Whether inputs come in pairs of 16-bit numbers.
    pub(crate) fn is_paired(&self) -> bool {
        is_paired(self.level, self.format)
    }

    /// Lines of a panel for some inputs.
    pub(crate) fn steps(&self, inputs: usize) -> usize {
        if self.is_paired() {
            inputs.next_multiple_of(PAIRED) / 2
        } else {
            inputs
        }
    }

    fn fill(&mut self, rows: &[Option<&[f32]>], factors: &[f32], as_kept: impl Fn(f32) -> f32) {
        let panel = self.panel_lines * PANEL;
        let floats = self.lines.floats_mut();
        for (at, (row, factor)) in rows.iter().zip(factors).enumerate() {
            let Some(row) = row else { continue };
            let first = at / PANEL * panel + at % PANEL;
            for (input, weight) in row.iter().enumerate() {
                floats[first + input * PANEL] = as_kept(weight * factor);
            }
        }
    }

    fn fill_pairs(&mut self, rows: &[Option<&[f32]>], of: impl Fn(usize, usize) -> i16) {
        let (panel, inputs) = (self.panel_lines * 2 * PANEL, self.inputs);
        let halves = self.lines.halves_mut();
        for at in 0..rows.len() {
            let first = at / PANEL * panel + at % PANEL * 2;
            for input in 0..inputs {
                halves[first + input / 2 * 2 * PANEL + input % 2] = of(at, input);
            }
        }
    }

    fn fill_integers(&mut self, rows: &[Option<&[f32]>], factors: &[f32]) {
        let greatest = |row: &[f32]| {
            row.iter()
                .fold(0.0_f32, |most, weight| most.max(weight.abs()))
        };
        let integer = |weight: f32, most: f32| {
            if most == 0.0 {
                0.0
            } else {
                (weight / most * GREATEST_WEIGHT).round_ties_even()
            }
        };
        let most: Vec<f32> = rows.iter().map(|row| row.map_or(0.0, greatest)).collect();
        self.scales = most
            .iter()
            .zip(factors)
            .map(|(most, factor)| most / GREATEST_WEIGHT * factor)
            .collect();
        self.limits = (0..self.chunks())
            .map(|chunk| {
                let heaviest = rows
                    .iter()
                    .zip(&most)
                    .filter_map(|(row, &most)| Some((row.as_ref()?, most)))
                    .map(|(row, most)| {
                        row[self.chunk(chunk)]
                            .iter()
                            .map(|&weight| f64::from(integer(weight, most).abs()))
                            .sum::<f64>()
                    })
                    .fold(1.0, f64::max);
                // A row at this limit everywhere, with the signs of the heaviest weights, just fits.
                (f64::from(i32::MAX) / heaviest)
                    .min(f64::from(i16::MAX))
                    .floor() as f32
            })
            .collect();
        self.fill_pairs(rows, |row, input| {
            rows[row].map_or(0, |weights| integer(weights[input], most[row]) as i16)
        });
    }
}

fn is_paired(level: Level, format: Format) -> bool {
    format == Format::Int16 || (format == Format::Bf16 && level.has_brain_floats())
}
