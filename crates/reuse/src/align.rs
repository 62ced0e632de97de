//! Local alignment of words, grown from what is certainly shared.

/// What a word that is the same on both sides adds to an alignment's score.
pub const MATCH: i32 = 2;
/// What a word in the place of another costs.
pub const MISMATCH: i32 = 2;
/// What the first word of a gap costs.
pub const GAP_OPEN: i32 = 2;
/// What each further word of a gap costs.
pub const GAP_EXTEND: i32 = 1;
/// How far a score may fall below the best one before an alignment ends. A gap of 24 words is bridged,
/// or 12 words with others in their place; no cell farther than that from the best path is live, which
/// is the band.
pub const X_DROP: i32 = 25;

/// Deep enough to be below everything, and not to overflow when something is taken from it.
const DEAD: i32 = i32::MIN / 2;

/// How an alignment goes on from a place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Extension {
    /// Words taken of the one side.
    pub(crate) one: usize,
    /// Words taken of the other side.
    pub(crate) other: usize,
    /// Columns of the alignment.
    pub(crate) columns: usize,
    /// Runs of equal words: where each begins on either side, counted from the place, and its length;
    /// the last one first.
    pub(crate) runs: Vec<(usize, usize, usize)>,
}

/// What one cell of the table came from, in the bits of a byte.
mod step {
    pub(super) const DIAGONAL: u8 = 0;
    pub(super) const DROP: u8 = 1;
    pub(super) const INSERT: u8 = 2;
    pub(super) const FROM: u8 = 3;
    /// The gap that drops words of the one side was open before.
    pub(super) const DROP_ON: u8 = 4;
    /// The gap that inserts words of the other side was open before.
    pub(super) const INSERT_ON: u8 = 8;
    pub(super) const IS_MATCH: u8 = 16;
}

/// Live cells of the table, row by row.
#[derive(Default)]
pub(crate) struct Table {
    steps: Vec<u8>,
    /// Where each row begins in `steps`, and its first column.
    rows: Vec<(usize, usize)>,
    scores: Vec<i32>,
    drops: Vec<i32>,
    next_scores: Vec<i32>,
    next_drops: Vec<i32>,
}

impl Table {
    /// The best alignment that begins at the beginning of both sides: Smith and Waterman's with affine
    /// gaps after Gotoh (1982), as far as the score stays within [`X_DROP`] of the best so far (Zhang,
    /// Berman, Wiehe and Miller 1999). It ends with a match, or is empty.
    pub(crate) fn extend(
        &mut self,
        lengths: (usize, usize),
        is_equal: impl Fn(usize, usize) -> bool,
    ) -> Extension {
        self.steps.clear();
        self.rows.clear();
        self.scores.clear();
        self.drops.clear();
        // The first row: words of the other side inserted before anything.
        let widest = ((X_DROP - GAP_OPEN) / GAP_EXTEND + 1) as usize;
        for column in 0..=widest.min(lengths.1) {
            self.scores.push(if column == 0 { 0 } else { gap(column) });
            self.drops.push(DEAD);
            let on = if column > 1 { step::INSERT_ON } else { 0 };
            self.steps.push(step::INSERT | on);
        }
        self.rows.push((0, 0));
        let (mut best, mut end) = (0, (0, 0));
        let mut first = 0;
        for row in 1..=lengths.0 {
            let Some(live) = self.row(row, first, lengths.1, &is_equal, &mut best, &mut end) else {
                break;
            };
            first = live;
        }
        self.trace(end)
    }

    /// Fills a row from the one before, whose first live column is `first`. Returns its own first live
    /// column.
    fn row(
        &mut self,
        row: usize,
        first: usize,
        columns: usize,
        is_equal: &impl Fn(usize, usize) -> bool,
        best: &mut i32,
        end: &mut (usize, usize),
    ) -> Option<usize> {
        self.rows.push((self.steps.len(), first));
        self.next_scores.clear();
        self.next_drops.clear();
        let (mut insert, mut left) = (DEAD, DEAD);
        let mut diagonal_from = DEAD;
        let (mut live_from, mut live_to) = (None, first);
        let mut column = first;
        while column <= columns {
            let at = column - first;
            let above = self.scores.get(at).copied().unwrap_or(DEAD);
            let above_drop = self.drops.get(at).copied().unwrap_or(DEAD);
            if at >= self.scores.len() && diagonal_from == DEAD && insert.max(left) == DEAD {
                break;
            }
            let mut how = 0;
            let drop = if above_drop - GAP_EXTEND > above - GAP_OPEN {
                how |= step::DROP_ON;
                above_drop - GAP_EXTEND
            } else {
                above - GAP_OPEN
            };
            insert = if insert - GAP_EXTEND > left - GAP_OPEN {
                how |= step::INSERT_ON;
                insert - GAP_EXTEND
            } else {
                left - GAP_OPEN
            };
            let mut score = DEAD;
            if diagonal_from > DEAD {
                if is_equal(row - 1, column - 1) {
                    how |= step::IS_MATCH;
                    score = diagonal_from + MATCH;
                } else {
                    score = diagonal_from - MISMATCH;
                }
            }
            if drop > score {
                score = drop;
                how |= step::DROP;
            }
            if insert > score {
                score = insert;
                how = how & !step::FROM | step::INSERT;
            }
            diagonal_from = above;
            if score < *best - X_DROP {
                (score, left, insert) = (DEAD, DEAD, DEAD);
                self.next_drops.push(DEAD);
            } else {
                left = score;
                self.next_drops.push(drop);
                live_from.get_or_insert(column);
                live_to = column + 1;
                // Of equal ends the later one: an edit before the last word is an edit still.
                if score >= *best {
                    (*best, *end) = (score, (row, column));
                }
            }
            self.next_scores.push(score);
            self.steps.push(how);
            column += 1;
        }
        let live_from = live_from?;
        self.scores.clear();
        self.drops.clear();
        let live = live_from - first..live_to - first;
        self.scores
            .extend_from_slice(&self.next_scores[live.clone()]);
        self.drops.extend_from_slice(&self.next_drops[live]);
        Some(live_from)
    }

    /// The way back from the best cell.
    fn trace(&self, (one, other): (usize, usize)) -> Extension {
        let mut found = Extension {
            one,
            other,
            ..Extension::default()
        };
        let (mut row, mut column) = (one, other);
        // Which gap the way is in, if any.
        let mut gap = step::DIAGONAL;
        while (row, column) != (0, 0) {
            let (start, first) = self.rows[row];
            let how = self.steps[start + column - first];
            let way = if gap == step::DIAGONAL {
                how & step::FROM
            } else {
                gap
            };
            found.columns += 1;
            match way {
                step::DROP => {
                    gap = if how & step::DROP_ON == 0 {
                        step::DIAGONAL
                    } else {
                        step::DROP
                    };
                    row -= 1;
                }
                step::INSERT => {
                    gap = if how & step::INSERT_ON == 0 {
                        step::DIAGONAL
                    } else {
                        step::INSERT
                    };
                    column -= 1;
                }
                _ => {
                    (row, column) = (row - 1, column - 1);
                    if how & step::IS_MATCH != 0 {
                        found.push(row, column);
                    }
                }
            }
        }
        found
    }
}

impl Extension {
    fn push(&mut self, one: usize, other: usize) {
        match self.runs.last_mut() {
            Some(run) if run.0 == one + 1 && run.1 == other + 1 => {
                *run = (one, other, run.2 + 1);
            }
            _ => self.runs.push((one, other, 1)),
        }
    }
}

/// Score of a gap of so many words.
fn gap(words: usize) -> i32 {
    -(GAP_OPEN + GAP_EXTEND * (words as i32 - 1))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn extend(one: &[u32], other: &[u32]) -> Extension {
        let lengths = (one.len(), other.len());
        Table::default().extend(lengths, |a, b| one[a] == other[b])
    }

    fn score(found: &Extension, one: &[u32], other: &[u32]) -> i32 {
        let mut score = 0;
        let (mut at, mut at_other) = (0, 0);
        for &(a, b, length) in found.runs.iter().rev() {
            let (dropped, inserted) = (a - at, b - at_other);
            // Between runs the cheapest mixture of gaps and replaced words.
            score += (0..=dropped.min(inserted))
                .map(|replaced| {
                    let left = [dropped - replaced, inserted - replaced];
                    let gaps = left
                        .iter()
                        .map(|&words| if words == 0 { 0 } else { gap(words) });
                    gaps.sum::<i32>() - MISMATCH * replaced as i32
                })
                .max()
                .expect("one way at least");
            score += MATCH * length as i32;
            (at, at_other) = (a + length, b + length);
            assert_eq!(one[a..at], other[b..at_other]);
        }
        assert_eq!((at, at_other), (found.one, found.other));
        score
    }

    /// The best score of all, from the whole table.
    fn best(one: &[u32], other: &[u32]) -> i32 {
        let (rows, columns) = (one.len() + 1, other.len() + 1);
        let mut tables = vec![vec![[DEAD; 3]; columns]; rows];
        tables[0][0] = [0, DEAD, DEAD];
        let mut best = 0;
        for row in 0..rows {
            for column in 0..columns {
                let highest = |cell: [i32; 3]| cell.into_iter().max().expect("three");
                if row > 0 {
                    let above = tables[row - 1][column];
                    tables[row][column][1] = (highest(above) - GAP_OPEN).max(above[1] - GAP_EXTEND);
                }
                if column > 0 {
                    let left = tables[row][column - 1];
                    tables[row][column][2] = (highest(left) - GAP_OPEN).max(left[2] - GAP_EXTEND);
                }
                if row > 0 && column > 0 {
                    let worth = if one[row - 1] == other[column - 1] {
                        MATCH
                    } else {
                        -MISMATCH
                    };
                    tables[row][column][0] = highest(tables[row - 1][column - 1]) + worth;
                }
                best = best.max(highest(tables[row][column]));
            }
        }
        best
    }

    #[test]
    fn words_dropped_replaced_and_inserted_are_bridged() {
        let one = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
        let other = [1, 2, 3, 5, 6, 99, 8, 9, 98, 97, 10, 11, 12, 50, 51];
        let found = extend(&one, &other);
        assert_eq!((found.one, found.other), (12, 13));
        assert_eq!(found.columns, 10 + 1 + 1 + 2);
        let runs = [(9, 10, 3), (7, 6, 2), (4, 3, 2), (0, 0, 3)];
        assert_eq!(found.runs, runs);
    }

    #[test]
    fn nothing_shared_is_nothing() {
        assert_eq!(extend(&[1, 2, 3], &[4, 5, 6]), Extension::default());
        assert_eq!(extend(&[], &[4, 5, 6]), Extension::default());
        // One chance match behind two replaced words does not pay.
        assert_eq!(extend(&[1, 2, 3, 4], &[5, 6, 3, 7]), Extension::default());
    }

    #[test]
    fn a_long_gap_is_bridged_up_to_the_drop_only() {
        let tail: Vec<u32> = (100..130).collect();
        for (inserted, is_bridged) in [(24, true), (25, false)] {
            let gap: Vec<u32> = (200..200 + inserted).collect();
            let other = [&gap[..], &tail].concat();
            assert_eq!(extend(&tail, &other).one == 30, is_bridged, "{inserted}");
        }
    }

    proptest! {
        /// Of short texts, where no way falls too far, the alignment is the best of all.
        #[test]
        fn it_is_the_best_alignment(
            one in prop::collection::vec(0_u32..4, 0..8),
            other in prop::collection::vec(0_u32..4, 0..8),
        ) {
            let found = extend(&one, &other);
            prop_assert_eq!(score(&found, &one, &other), best(&one, &other));
        }
    }
}
