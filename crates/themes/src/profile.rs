//! What a document is about: the share of its sentences that each theme wins.

use ndarray::ArrayView2;

use crate::winner;

/// Shares of units won by each theme, in the codebook's order, then by "none of these"; they sum to
/// 1. All on "none of these" for no units.
pub fn profile(scores: ArrayView2<'_, f32>, none_below: f32) -> Vec<f64> {
    let none = scores.ncols();
    let mut counts = vec![0_usize; none + 1];
    for row in scores.rows() {
        counts[winner(row, none_below)] += 1;
    }
    let total = scores.nrows();
    if total == 0 {
        counts[none] = 1;
    }
    counts
        .iter()
        .map(|&count| count as f64 / total.max(1) as f64)
        .collect()
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, array};

    use super::*;

    #[test]
    fn shares_count_the_winners() {
        let scores = array![[0.5_f32, 0.4], [0.1, 0.9], [0.1, 0.2], [0.6, 0.5]];
        assert_eq!(profile(scores.view(), 0.3), [0.5, 0.25, 0.25]);
        assert_eq!(profile(Array2::zeros((0, 2)).view(), 0.3), [0.0, 0.0, 1.0]);
    }
}
