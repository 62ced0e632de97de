//! Attention of one sequence, in 32-bit floats.

use crate::line::{Line, Lines};
use crate::rows::{self, Activation};
use crate::tile::{Kernels, Tile, kernels};
use crate::{Format, Level, PANEL};

/// Queries whose scores are held at a time.
const QUERIES: usize = 48;

/// Where heads stand in a row that holds queries, keys and values.
#[derive(Clone, Copy, Debug)]
pub struct Heads {
    /// How many.
    pub count: usize,
    /// Numbers of a head.
    pub width: usize,
    /// Where the queries' first head begins; queries are scaled already.
    pub queries: usize,
    /// Where the keys' begins.
    pub keys: usize,
    /// Where the values' begins.
    pub values: usize,
}

/// Attention with its working memory.
pub struct Attention {
    level: Level,
    kernels: Kernels,
    keys: Lines,
    values: Lines,
    scores: Lines,
    scales: Vec<f32>,
}

impl Attention {
    /// For one level.
    pub fn new(level: Level) -> Self {
        Self {
            level,
            kernels: kernels(level, Format::F32),
            keys: Lines::default(),
            values: Lines::default(),
            scores: Lines::default(),
            scales: vec![0.0; QUERIES],
        }
    }

    /// Attends all of a sequence to all of it. `rows` has a row a token, `stride` floats apart.
    /// `bias(head)` gives what is added to scores, by distance of key from query, from
    /// `1 - length` to `length - 1`; empty for nothing. Heads go side by side to `to`, whose rows
    /// must have room for the last head padded to a panel.
    ///
    /// # Panics
    /// When a buffer is too short.
    pub fn attend<'b>(
        &mut self,
        rows: &[f32],
        stride: usize,
        heads: Heads,
        bias: impl Fn(usize) -> &'b [f32],
        to: &mut [f32],
        to_stride: usize,
    ) {
        let length = rows.len().div_ceil(stride);
        let all = heads.count * heads.width;
        assert!(length > 0 && rows.len() == length * stride && to.len() >= length * to_stride);
        assert!(
            [heads.queries, heads.keys, heads.values]
                .iter()
                .all(|first| first + all <= stride)
        );
        assert!((heads.count - 1) * heads.width + crate::padded(heads.width) <= to_stride);
        let across = crate::padded(length);
        self.scores.reserve(QUERIES * across / PANEL);
        for head in 0..heads.count {
            let offset = head * heads.width;
            self.pack_keys(&rows[heads.keys + offset..], stride, length, heads.width);
            self.pack_values(&rows[heads.values + offset..], stride, length, heads.width);
            let bias = bias(head);
            for first in (0..length).step_by(QUERIES) {
                let queries = QUERIES.min(length - first);
                let start = &rows[first * stride + heads.queries + offset..];
                // SAFETY: the lengths were checked above; scores and packed sides were made to fit.
                unsafe {
                    let scores = self.scores.floats_mut().as_mut_ptr();
                    self.product(
                        (start.as_ptr(), stride, queries),
                        (self.keys.as_ptr(), heads.width, across / PANEL),
                        (scores, across),
                        false,
                    );
                }
                for (query, row) in self
                    .scores
                    .floats_mut()
                    .chunks_exact_mut(across)
                    .take(queries)
                    .enumerate()
                {
                    // Distances begin at minus the query's own place.
                    let near = (!bias.is_empty()).then(|| &bias[length - 1 - first - query..]);
                    self.scales[query] = rows::softmax(self.level, row, length, near);
                }
                let place = &mut to[first * to_stride + offset..];
                assert!(place.len() >= (queries - 1) * to_stride + crate::padded(heads.width));
                // SAFETY: as above.
                unsafe {
                    self.product(
                        (self.scores.floats().as_ptr(), across, queries),
                        (
                            self.values.as_ptr(),
                            length,
                            crate::padded(heads.width) / PANEL,
                        ),
                        (place.as_mut_ptr(), to_stride),
                        true,
                    );
                }
            }
        }
    }

    /// Keys by panels of 16 of them, a line for each of a head's numbers.
    fn pack_keys(&mut self, keys: &[f32], stride: usize, length: usize, width: usize) {
        let panels = length.div_ceil(PANEL);
        self.keys.reserve(panels * width);
        let packed = &mut self.keys.floats_mut()[..panels * width * PANEL];
        for (panel, lines) in packed.chunks_exact_mut(width * PANEL).enumerate() {
            for lane in 0..PANEL {
                let key = panel * PANEL + lane;
                if key < length {
                    let from = &keys[key * stride..][..width];
                    for (number, &value) in from.iter().enumerate() {
                        lines[number * PANEL + lane] = value;
                    }
                } else {
                    lines
                        .iter_mut()
                        .skip(lane)
                        .step_by(PANEL)
                        .for_each(|n| *n = 0.0);
                }
            }
        }
    }

    /// Values by panels of 16 of a head's numbers, a line for each value.
    fn pack_values(&mut self, values: &[f32], stride: usize, length: usize, width: usize) {
        let panels = width.div_ceil(PANEL);
        self.values.reserve(panels * length);
        let packed = &mut self.values.floats_mut()[..panels * length * PANEL];
        for (panel, lines) in packed.chunks_exact_mut(length * PANEL).enumerate() {
            let own = panel * PANEL..width.min((panel + 1) * PANEL);
            let (lines, _) = lines.as_chunks_mut::<PANEL>();
            for (line, row) in lines.iter_mut().zip(values.chunks(stride)) {
                if let Some(whole) = row[own.clone()].first_chunk::<PANEL>() {
                    *line = *whole;
                } else {
                    line[..own.len()].copy_from_slice(&row[own.clone()]);
                    line[own.len()..].fill(0.0);
                }
            }
        }
    }

    /// # Safety
    /// Left side, its stride and rows; right side, its lines a panel and panels; result and stride
    /// must fit each other, and be inside their buffers.
    unsafe fn product(
        &self,
        (left, stride, rows): (*const f32, usize, usize),
        (right, steps, panels): (*const Line, usize, usize),
        (to, to_stride): (*mut f32, usize),
        scaled: bool,
    ) {
        let (most_rows, most_panels) = (self.kernels.rows(), self.kernels.panels());
        for panel in (0..panels).step_by(most_panels) {
            let width = most_panels.min(panels - panel);
            for row in (0..rows).step_by(most_rows) {
                let height = most_rows.min(rows - row);
                unsafe {
                    let tile = Tile {
                        a: left.add(row * stride).cast(),
                        a_row: stride * 4,
                        rows: height,
                        steps,
                        b: right.add(panel * steps),
                        b_panel: steps,
                        c: to.add(row * to_stride + panel * PANEL),
                        c_row: to_stride,
                        adds: false,
                        bias: std::ptr::null(),
                        row_scales: if scaled {
                            self.scales.as_ptr().add(row)
                        } else {
                            std::ptr::null()
                        },
                        row_scales_step: 1,
                        column_scales: std::ptr::null(),
                        activation: Activation::Identity,
                    };
                    self.kernels.of(height, width)(&tile);
                }
            }
        }
    }
}
