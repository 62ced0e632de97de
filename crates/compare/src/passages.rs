//! Which passage of one text says in the same order what a passage of another says? Local alignment
//! of sentences by how near they are (Smith and Waterman 1981).

use ndarray::{Array2, ArrayView2, ArrayViewMut2, s};

use crate::similarity::{contiguous, greatest};

/// Two passages, sentence by sentence.
#[derive(Clone, Debug, PartialEq)]
pub struct AlignedPassage {
    /// Sum of the scores of its pairs, less its gaps.
    pub score: f32,
    /// Row and column of each pair, both rising.
    pub pairs: Vec<(usize, usize)>,
}

/// Where the best alignment that ends in a cell came from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Nowhere,
    Pair,
    Above,
    Left,
}

/// All passages whose alignment scores at least `least`, the best first; what one has aligned is not
/// aligned again. `scores` says how well each sentence of the one text (row) fits each of the other
/// (column): above 0 where they are nearer than chance, below 0 where they are not; minus infinity
/// where a pair must not be aligned. A sentence of either text left out within a passage costs `gap`.
pub fn aligned_passages(scores: ArrayView2<'_, f32>, gap: f32, least: f32) -> Vec<AlignedPassage> {
    let mut scores = scores.to_owned();
    let mut found = Vec::new();
    while let Some(passage) = best(&scores, gap).filter(|passage| passage.score >= least) {
        let (first, last) = (passage.pairs[0], passage.pairs[passage.pairs.len() - 1]);
        scores
            .slice_mut(s![first.0..=last.0, first.1..=last.1])
            .fill(f32::NEG_INFINITY);
        found.push(passage);
    }
    found
}

/// The score of the best passage; 0 where no pair fits.
pub fn best_passage_score(scores: ArrayView2<'_, f32>, gap: f32) -> f32 {
    let mut row_before = vec![0.0_f32; scores.ncols() + 1];
    let mut row = row_before.clone();
    let mut best = 0.0_f32;
    let greater = |a: f32, b: f32| if b > a { b } else { a };
    let scores = scores.as_standard_layout();
    for of_row in scores.rows() {
        let of_row = contiguous(of_row);
        let (diagonal, above) = (&row_before, &row_before[1..]);
        let cells = row[1..].iter_mut().zip(of_row);
        for ((reached, &score), (&diagonal, &above)) in cells.zip(diagonal.iter().zip(above)) {
            *reached = greater(greater(diagonal + score, above - gap), 0.0);
        }
        // From the left nothing comes but from cells that reach more than a gap costs, and there are few.
        let most = greatest(&row[1..]);
        if most > gap {
            for column in 1..row.len() {
                row[column] = greater(row[column], row[column - 1] - gap);
            }
        }
        best = greater(best, most);
        std::mem::swap(&mut row, &mut row_before);
    }
    best
}

/// Takes off each cell a share of the mean of those around it, up to `reach` rows and columns away and
/// without itself, each taken as between -`most` and `most`; nothing where that mean is below 0. `sums`
/// is room to work in, which is best kept: it holds as much as the cells.
///
/// # Panics
/// If the cells are not contiguous.
pub fn take_off_mean_around(
    mut cells: ArrayViewMut2<'_, f32>,
    share: f32,
    reach: usize,
    most: f32,
    sums: &mut Vec<f32>,
) {
    let (rows, columns) = cells.dim();
    let near = |at: usize, of: usize| at.saturating_sub(reach)..(at + reach + 1).min(of);
    let widths: Vec<f32> = (0..columns)
        .map(|at| near(at, columns).len() as f32)
        .collect();
    // Sums along the rows, with nothing before and behind them.
    sums.clear();
    sums.resize(rows * columns, 0.0);
    let mut padded = vec![0.0_f32; columns + 2 * reach];
    for (sums, row) in sums.chunks_exact_mut(columns.max(1)).zip(cells.rows()) {
        for (padded, x) in padded[reach..].iter_mut().zip(contiguous(row)) {
            *padded = x.clamp(-most, most);
        }
        for shift in 0..=2 * reach {
            add(sums, &padded[shift..]);
        }
    }
    let row_of = |at: usize| at * columns..(at + 1) * columns;
    let mut around = vec![0.0_f32; columns];
    for at in 0..reach.min(rows) {
        add(&mut around, &sums[row_of(at)]);
    }
    for (at, mut row) in cells.rows_mut().into_iter().enumerate() {
        if at + reach < rows {
            add(&mut around, &sums[row_of(at + reach)]);
        }
        let height = near(at, rows).len() as f32;
        let row = row.as_slice_mut().expect("cells are contiguous");
        for ((cell, sum), width) in row.iter_mut().zip(&around).zip(&widths) {
            let others = (height * width - 1.0).max(1.0);
            let mean = (sum - cell.clamp(-most, most)) / others;
            *cell -= share * mean.max(0.0);
        }
        if at >= reach {
            let passed = sums[row_of(at - reach)].iter();
            around.iter_mut().zip(passed).for_each(|(sum, x)| *sum -= x);
        }
    }
}

/// Adds as many numbers as there are sums.
fn add(sums: &mut [f32], numbers: &[f32]) {
    for (sum, x) in sums.iter_mut().zip(numbers) {
        *sum += x;
    }
}

fn best(scores: &Array2<f32>, gap: f32) -> Option<AlignedPassage> {
    let (rows, columns) = scores.dim();
    let mut reached = Array2::<f32>::zeros((rows + 1, columns + 1));
    let mut from = Array2::from_elem((rows + 1, columns + 1), Step::Nowhere);
    let mut best = (0.0_f32, (0, 0));
    for row in 0..rows {
        for column in 0..columns {
            let mut here = (0.0, Step::Nowhere);
            for other in [
                (reached[(row, column)] + scores[(row, column)], Step::Pair),
                (reached[(row, column + 1)] - gap, Step::Above),
                (reached[(row + 1, column)] - gap, Step::Left),
            ] {
                if other.0 > here.0 {
                    here = other;
                }
            }
            let at = (row + 1, column + 1);
            (reached[at], from[at]) = here;
            if here.0 > best.0 {
                best = (here.0, at);
            }
        }
    }
    let (score, (mut row, mut column)) = best;
    let mut pairs = Vec::new();
    loop {
        match from[(row, column)] {
            Step::Nowhere => break,
            Step::Pair => {
                row -= 1;
                column -= 1;
                pairs.push((row, column));
            }
            Step::Above => row -= 1,
            Step::Left => column -= 1,
        }
    }
    pairs.reverse();
    (!pairs.is_empty()).then_some(AlignedPassage { score, pairs })
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn a_passage_is_followed_over_a_gap_and_a_weak_pair() {
        let scores = array![
            [-1.0_f32, 2.0, -1.0, -1.0, -1.0],
            [-1.0, -1.0, -0.5, -1.0, -1.0],
            [-1.0, -1.0, -1.0, -1.0, 3.0],
            [4.0, -1.0, -1.0, -1.0, -1.0],
        ];
        let found = aligned_passages(scores.view(), 0.75, 0.5);
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].pairs, [(3, 0)]);
        // 2 - 0.5 - 0.75 + 3.
        assert_eq!(found[1].pairs, [(0, 1), (1, 2), (2, 4)]);
        assert!((found[1].score - 3.75).abs() < 1e-6);
        assert!((best_passage_score(scores.view(), 0.75) - 4.0).abs() < 1e-6);
    }

    #[test]
    fn a_mean_around_a_cell_is_that_of_the_others_near_it() {
        let cells = array![
            [1.0_f32, 2.0, 9.0, 0.0],
            [f32::NEG_INFINITY, 5.0, 1.0, 0.0],
            [0.0, 2.0, 2.0, 0.0],
        ];
        let mut sums = vec![7.0; 3];
        let mut taken = |cells: &Array2<f32>, reach| {
            let mut left = cells.clone();
            take_off_mean_around(left.view_mut(), 0.5, reach, 6.0, &mut sums);
            left
        };
        let near = taken(&cells, 1);
        // 1 + 2 + 6 - 6 + 1 + 0 + 2 + 2, of eight; 2 - 6 + 5, of three.
        assert!((near[(1, 1)] - (5.0 - 0.5)).abs() < 1e-6, "{near}");
        assert!((near[(0, 0)] - (1.0 - 0.5 / 3.0)).abs() < 1e-6, "{near}");
        let sum: f32 = cells.iter().map(|x| x.clamp(-6.0, 6.0)).sum();
        let wide = taken(&cells, 9);
        assert!((wide[(2, 3)] + 0.5 * sum / 11.0).abs() < 1e-6, "{wide}");
        assert_eq!(taken(&array![[-1.0_f32, -2.0]], 1), array![[-1.0, -2.0]]);
        assert_eq!(taken(&array![[3.0_f32]], 3), array![[3.0_f32]]);
        assert_eq!(taken(&Array2::zeros((0, 3)), 3).dim(), (0, 3));
    }

    #[test]
    fn forbidden_pairs_and_bad_fits_align_nothing() {
        let scores = array![[f32::NEG_INFINITY, -1.0], [-1.0, f32::NEG_INFINITY]];
        assert!(aligned_passages(scores.view(), 1.0, 0.1).is_empty());
        assert!(best_passage_score(scores.view(), 1.0).abs() < 1e-9);
        assert!(aligned_passages(Array2::zeros((0, 3)).view(), 1.0, 0.1).is_empty());
    }

    #[test]
    fn the_score_alone_is_that_of_the_best_passage() {
        let mut state = 7_u32;
        for _ in 0..20 {
            let scores = Array2::from_shape_fn((12, 17), |_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 8) as f32 / 16_777_216.0 * 4.0 - 2.5
            });
            let best = aligned_passages(scores.view(), 1.0, 0.1)
                .swap_remove(0)
                .score;
            assert!((best_passage_score(scores.view(), 1.0) - best).abs() < 1e-6);
        }
    }
}
