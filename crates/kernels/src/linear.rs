//! Products of rows with packed layers.

use std::ops::Range;

use crate::PANEL;
use crate::line::{self, Lines};
use crate::pack::{Format, Linear};
use crate::rows::{self, Activation};
use crate::tile::Tile;

/// Rows in the form that a layer's kernels read, kept for reuse.
#[derive(Default)]
pub struct Operand {
    lines: Lines,
    scales: Vec<f32>,
}

/// Rows on the left side of a product, ready for a layer.
pub struct Left<'a> {
    start: *const u8,
    /// Bytes from row to row.
    row: usize,
    rows: usize,
    chunks: Range<usize>,
    scales: &'a [f32],
    // The pointer reads from this.
    _values: &'a [f32],
}

/// Where a product goes.
pub struct Output<'a> {
    /// The result's rows.
    pub values: &'a mut [f32],
    /// Floats from row to row.
    pub stride: usize,
    /// Whether the product is added to what stands there.
    pub adds: bool,
    /// Whether the layer's bias is added: once, with the last chunk.
    pub bias: bool,
    /// What the sums go through, with the last chunk.
    pub activation: Activation,
}

impl Operand {
    /// Readies rows for some chunks of a layer. `values` begins at the first chunk's first input;
    /// rows are `stride` floats apart.
    ///
    /// # Panics
    /// When `values` is too short for the rows.
    pub fn ready<'a>(
        &'a mut self,
        layer: &Linear,
        chunks: Range<usize>,
        values: &'a [f32],
        rows: usize,
        stride: usize,
    ) -> Left<'a> {
        let inputs = layer.chunk(chunks.end - 1).end - layer.chunk(chunks.start).start;
        assert!(rows > 0 && values.len() >= (rows - 1) * stride + inputs);
        if layer.format == Format::F32 {
            return Left {
                start: values.as_ptr().cast(),
                row: stride * 4,
                rows,
                chunks,
                scales: &[],
                _values: values,
            };
        }
        let height = rows.next_multiple_of(layer.kernels.rows());
        let row = if layer.is_paired() {
            layer.steps(inputs) * 4
        } else {
            crate::padded(inputs) * 4
        };
        self.lines.reserve((height * row).div_ceil(64));
        self.scales.resize(rows * chunks.len(), 0.0);
        for at in 0..rows {
            let from = &values[at * stride..][..inputs];
            match layer.format {
                Format::Int16 => {
                    let to = &mut self.lines.halves_mut()[at * row / 2..][..row / 2];
                    to[inputs..].fill(0);
                    for (offset, chunk) in chunks.clone().enumerate() {
                        let own = layer.chunk(chunk);
                        let first = own.start - layer.chunk(chunks.start).start;
                        let scale = rows::integers(
                            layer.level,
                            &from[first..first + own.len()],
                            layer.limits[chunk],
                            &mut to[first..],
                        );
                        self.scales[at * chunks.len() + offset] = scale;
                    }
                }
                Format::Bf16 if layer.is_paired() => {
                    let to = &mut self.lines.halves_mut()[at * row / 2..][..row / 2];
                    to[inputs..].fill(0);
                    rows::brain_floats(layer.level, from, to);
                }
                _ => {
                    let to = &mut self.lines.floats_mut()[at * row / 4..][..inputs];
                    rows::rounded(layer.level, from, to);
                }
            }
        }
        Left {
            start: self.lines.as_ptr().cast(),
            row,
            rows,
            chunks,
            scales: if layer.format == Format::Int16 {
                &self.scales
            } else {
                &[]
            },
            _values: values,
        }
    }
}

impl Linear {
    /// Multiplies rows with some outputs of the layer, whole panels of them.
    ///
    /// # Panics
    /// When the outputs are not whole panels, or the result is too short.
    pub fn multiply(&self, left: &Left<'_>, outputs: Range<usize>, output: &mut Output<'_>) {
        assert!(outputs.start.is_multiple_of(PANEL) && outputs.end.is_multiple_of(PANEL));
        assert!(outputs.end <= self.outputs() && outputs.len() <= output.stride);
        assert!(output.values.len() >= (left.rows - 1) * output.stride + outputs.len());
        (self.kernels.enter)();
        for chunk in left.chunks.clone() {
            self.multiply_chunk(left, chunk, outputs.clone(), output);
        }
        (self.kernels.leave)();
    }

    fn multiply_chunk(
        &self,
        left: &Left<'_>,
        chunk: usize,
        outputs: Range<usize>,
        output: &mut Output<'_>,
    ) {
        let is_first = chunk == left.chunks.start;
        let is_last = chunk + 1 == left.chunks.end;
        let inputs = self.chunk(chunk);
        let number = if self.is_paired() { 2 } else { 4 };
        let offset = inputs.start - self.chunk(left.chunks.start).start;
        let mut tile = Tile {
            // SAFETY: `ready` made the rows long enough for all their chunks.
            a: unsafe { left.start.add(offset * number) },
            a_row: left.row,
            rows: 0,
            steps: self.steps(inputs.len()),
            b: std::ptr::null(),
            b_panel: self.panel_lines,
            c: std::ptr::null_mut(),
            c_row: output.stride,
            adds: output.adds || !is_first,
            bias: std::ptr::null(),
            row_scales: std::ptr::null(),
            row_scales_step: left.chunks.len(),
            column_scales: std::ptr::null(),
            activation: if is_last {
                output.activation
            } else {
                Activation::Identity
            },
        };
        let (most_rows, most_panels) = (self.kernels.rows(), self.kernels.panels());
        let panels = outputs.start / PANEL..outputs.end / PANEL;
        let first_rows = tile.a;
        // Each tile asks for its share of the next panels, so that none waits for memory.
        let share = (tile.steps * most_panels).div_ceil(left.rows.div_ceil(most_rows));
        for panel in panels.clone().step_by(most_panels) {
            let width = most_panels.min(panels.end - panel);
            let column = panel * PANEL;
            // SAFETY: panels, rows and columns were checked to be inside their buffers.
            unsafe {
                let first_line = panel * self.panel_lines + self.steps(inputs.start);
                tile.b = self.lines.as_ptr().add(first_line);
                if output.bias && is_last {
                    tile.bias = self.bias.as_ptr().add(column);
                }
                if !self.scales.is_empty() {
                    tile.column_scales = self.scales.as_ptr().add(column);
                }
                for row in (0..left.rows).step_by(most_rows) {
                    tile.rows = most_rows.min(left.rows - row);
                    tile.a = first_rows.add(row * left.row);
                    let place = row * output.stride + column - outputs.start;
                    tile.c = output.values.as_mut_ptr().add(place);
                    if !left.scales.is_empty() {
                        let scale = row * left.chunks.len() + chunk - left.chunks.start;
                        tile.row_scales = left.scales.as_ptr().add(scale);
                    }
                    let done = row / most_rows * share;
                    for line in done..done + share {
                        line::prefetch(tile.b.wrapping_add(width * self.panel_lines + line));
                    }
                    self.kernels.of(tile.rows, width)(&tile);
                }
            }
        }
    }
}
