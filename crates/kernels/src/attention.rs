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

/// One head's queries, keys or values: rows, of which those of other heads are skipped.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    /// From the head's first number in the first row on.
    pub numbers: &'a [f32],
    /// Floats from row to row.
    pub stride: usize,
    /// How many rows.
    pub rows: usize,
}

impl Side<'_> {
    fn holds(&self, width: usize) -> bool {
        self.rows > 0 && self.numbers.len() >= (self.rows - 1) * self.stride + width
    }
}

/// What one head attends with: there are as many values as keys.
#[derive(Clone, Copy, Debug)]
pub struct Head<'a> {
    /// Scaled already.
    pub queries: Side<'a>,
    /// What queries are compared with.
    pub keys: Side<'a>,
    /// What is summed.
    pub values: Side<'a>,
    /// Numbers of a row.
    pub width: usize,
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
        for at in 0..heads.count {
            let offset = at * heads.width;
            let side = |first: usize| Side {
                numbers: &rows[first + offset..],
                stride,
                rows: length,
            };
            let head = Head {
                queries: side(heads.queries),
                keys: side(heads.keys),
                values: side(heads.values),
                width: heads.width,
            };
            let bias = bias(at);
            let add = |query: usize, scores: &mut [f32]| {
                // Distances begin at minus the query's own place.
                if let Some(near) = bias.get(length - 1 - query..) {
                    for (score, add) in scores.iter_mut().zip(near) {
                        *score += add;
                    }
                }
                length
            };
            self.attend_head(&head, add, &mut to[offset..], to_stride);
        }
    }

    /// Attends one head's queries to its keys. `finish` gets the place of a query and its scores
    /// with all keys, may change them, and gives how many keys, from the first on, the query sees.
    /// Sums of values go to `to`, a row a query, each padded to a panel: so heads that stand side
    /// by side must come in order.
    ///
    /// # Panics
    /// When a buffer is too short, or a query sees no key or more than there are.
    pub fn attend_head(
        &mut self,
        head: &Head<'_>,
        mut finish: impl FnMut(usize, &mut [f32]) -> usize,
        to: &mut [f32],
        to_stride: usize,
    ) {
        let Head {
            queries,
            keys,
            values,
            width,
        } = *head;
        let (all, length) = (queries.rows, keys.rows);
        let panels = crate::padded(width) / PANEL;
        assert!(length == values.rows, "a value a key");
        assert!(queries.holds(width) && keys.holds(width) && values.holds(width));
        assert!(to.len() >= (all - 1) * to_stride + panels * PANEL && panels * PANEL <= to_stride);
        let across = crate::padded(length);
        self.scores.reserve(QUERIES * across / PANEL);
        self.pack_keys(keys.numbers, keys.stride, length, width);
        self.pack_values(values.numbers, values.stride, length, width);
        for first in (0..all).step_by(QUERIES) {
            let count = QUERIES.min(all - first);
            let start = &queries.numbers[first * queries.stride..];
            // SAFETY: the lengths were checked above; scores and packed sides were made to fit.
            unsafe {
                let scores = self.scores.floats_mut().as_mut_ptr();
                self.product(
                    (start.as_ptr(), queries.stride, count),
                    (self.keys.as_ptr(), width, across / PANEL),
                    (scores, across),
                    false,
                );
            }
            for (query, row) in self
                .scores
                .floats_mut()
                .chunks_exact_mut(across)
                .take(count)
                .enumerate()
            {
                let seen = finish(first + query, &mut row[..length]);
                assert!(seen <= length, "a query sees no key that is not there");
                self.scales[query] = rows::softmax(self.level, row, seen);
                if let Some(unseen) = row.get_mut(crate::padded(seen)..length) {
                    unseen.fill(0.0);
                }
            }
            let place = &mut to[first * to_stride..];
            // SAFETY: as above.
            unsafe {
                self.product(
                    (self.scores.floats().as_ptr(), across, count),
                    (self.values.as_ptr(), length, panels),
                    (place.as_mut_ptr(), to_stride),
                    true,
                );
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
