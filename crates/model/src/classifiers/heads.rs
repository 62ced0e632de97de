//! Attention of several heads, sequence by sequence.

use std::ops::Range;

use kernels::{Attention, Head, Side};

use super::parts::Rows;

/// Heads that share a hidden state evenly.
#[derive(Clone, Copy)]
pub(super) struct Heads {
    pub(super) count: usize,
    pub(super) width: usize,
}

/// Where the first head's numbers begin in rows of queries, keys or values.
#[derive(Clone, Copy)]
pub(super) struct Columns<'a> {
    pub(super) rows: &'a Rows,
    pub(super) column: usize,
}

impl<'a> Columns<'a> {
    fn side(self, rows: &Range<usize>, first: usize) -> Side<'a> {
        self.rows.side(rows.clone(), self.column + first)
    }
}

/// Rows of each sequence: those whose context is asked for, and those that are looked at.
#[derive(Clone, Copy)]
pub(super) struct Spans<'a> {
    pub(super) asked: &'a [Range<usize>],
    pub(super) seen: &'a [Range<usize>],
}

/// What is done to scores before they are normalized.
pub(super) trait Scoring {
    /// Hears which head of which sequence comes next.
    fn begin(&mut self, _sequence: usize, _head: usize, _sides: &Head<'_>) {}

    /// Changes the scores of a query, and gives how many keys it sees, from the first on.
    fn finish(&mut self, _query: usize, scores: &mut [f32]) -> usize {
        scores.len()
    }
}

/// Scores as they are.
pub(super) struct Plain;

impl Scoring for Plain {}

/// Queries that see no key behind their own place.
pub(super) struct Backward<'a> {
    spans: Spans<'a>,
    before: usize,
}

impl<'a> Backward<'a> {
    /// Of sequences whose queries and keys stand in the same rows.
    pub(super) fn new(spans: Spans<'a>) -> Self {
        Self { spans, before: 0 }
    }
}

impl Scoring for Backward<'_> {
    fn begin(&mut self, sequence: usize, _head: usize, _sides: &Head<'_>) {
        self.before = self.spans.before(sequence);
    }

    fn finish(&mut self, query: usize, _scores: &mut [f32]) -> usize {
        self.before + query + 1
    }
}

impl Spans<'_> {
    /// How many of a sequence's tokens stand before the first that is asked for.
    pub(super) fn before(&self, sequence: usize) -> usize {
        self.asked[sequence].start - self.seen[sequence].start
    }
}

impl Heads {
    /// What scores are multiplied by where nothing else is added to them.
    pub(super) fn scale(self) -> f32 {
        1.0 / (self.width as f32).sqrt()
    }

    /// Queries, keys and values out of one layer.
    pub(super) fn side_by_side(self, projected: &Rows) -> [Columns<'_>; 3] {
        [0, 1, 2].map(|part| Columns {
            rows: projected,
            column: part * self.padded(),
        })
    }

    /// Floats of all heads, padded.
    pub(super) fn padded(self) -> usize {
        kernels::padded(self.count * self.width)
    }

    /// The context of each row that is asked for, one after the other.
    pub(super) fn attend(
        self,
        attention: &mut Attention,
        [queries, keys, values]: [Columns<'_>; 3],
        spans: Spans<'_>,
        scoring: &mut impl Scoring,
    ) -> Rows {
        let count = spans.asked.iter().map(ExactSizeIterator::len).sum();
        let mut context = Rows::new(count, self.padded() + kernels::PANEL);
        let (stride, mut row) = (context.stride, 0);
        for (sequence, (asked, seen)) in spans.asked.iter().zip(spans.seen).enumerate() {
            for head in 0..self.count {
                let first = head * self.width;
                let sides = Head {
                    queries: queries.side(asked, first),
                    keys: keys.side(seen, first),
                    values: values.side(seen, first),
                    width: self.width,
                };
                scoring.begin(sequence, head, &sides);
                let finish = |query: usize, scores: &mut [f32]| scoring.finish(query, scores);
                let place = &mut context.values[row * stride + first..];
                attention.attend_head(&sides, finish, place, stride);
            }
            row += asked.len();
        }
        context
    }
}
