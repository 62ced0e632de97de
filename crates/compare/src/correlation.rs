//! Correlation of two lists of numbers.

use std::cmp::Ordering;

/// Pearson's correlation: how near the pairs lie to a rising line. `None` for fewer than two pairs,
/// or where one side is all the same.
///
/// # Panics
/// If the lengths differ.
pub fn pearson(x: &[f64], y: &[f64]) -> Option<f64> {
    assert_eq!(x.len(), y.len(), "numbers come in pairs");
    let (mean_x, mean_y) = (mean(x), mean(y));
    let (mut both, mut only_x, mut only_y) = (0.0, 0.0, 0.0);
    for (x, y) in x.iter().zip(y) {
        let (dx, dy) = (x - mean_x, y - mean_y);
        both += dx * dy;
        only_x += dx * dx;
        only_y += dy * dy;
    }
    let scale = (only_x * only_y).sqrt();
    (scale > 0.0).then(|| (both / scale).clamp(-1.0, 1.0))
}

/// Spearman's rank correlation: Pearson's of the ranks, equal numbers sharing the mean of theirs.
/// `None` for fewer than two pairs, or where one side is all the same.
///
/// # Panics
/// If the lengths differ.
pub fn spearman(x: &[f64], y: &[f64]) -> Option<f64> {
    pearson(&ranks(x), &ranks(y))
}

fn mean(numbers: &[f64]) -> f64 {
    numbers.iter().sum::<f64>() / numbers.len().max(1) as f64
}

/// The rank of each number, 1 for the least.
fn ranks(numbers: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..numbers.len()).collect();
    order.sort_by(|&a, &b| numbers[a].total_cmp(&numbers[b]));
    let mut ranks = vec![0.0; numbers.len()];
    let mut before = 0;
    for equal in
        order.chunk_by(|&a, &b| numbers[a].partial_cmp(&numbers[b]) == Some(Ordering::Equal))
    {
        let shared = before as f64 + f64::midpoint(1.0, equal.len() as f64);
        for &at in equal {
            ranks[at] = shared;
        }
        before += equal.len();
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn near(found: Option<f64>, expected: f64) {
        let found = found.expect("a correlation");
        assert!((found - expected).abs() < 1e-12, "{found} != {expected}");
    }

    #[test]
    fn equal_numbers_share_the_mean_of_their_ranks() {
        assert_eq!(
            ranks(&[10.0, 20.0, 20.0, 5.0, 20.0]),
            [2.0, 4.0, 4.0, 1.0, 4.0]
        );
        assert_eq!(ranks(&[0.0, -0.0]), [1.5, 1.5]);
    }

    /// Ranks 1, 2.5, 2.5, 4 and 1, 3, 2, 4: covariance 4.5, squares 4.5 and 5, so 4.5 / √22.5.
    #[test]
    fn spearman_with_ties_by_hand() {
        near(
            spearman(&[1.0, 2.0, 2.0, 9.0], &[10.0, 30.0, 20.0, 40.0]),
            4.5 / 22.5_f64.sqrt(),
        );
    }

    /// Without ties it is 1 - 6 Σd² / n(n² - 1): here d = 1, -1, 0, 0, 0, so 1 - 12 / 120.
    #[test]
    fn spearman_without_ties_by_the_short_formula() {
        near(
            spearman(&[1.0, 2.0, 3.0, 4.0, 5.0], &[20.0, 10.0, 30.0, 40.0, 50.0]),
            0.9,
        );
    }

    #[test]
    fn a_line_is_one_and_only_the_order_counts_for_ranks() {
        let x = [1.0, 2.0, 3.0, 4.0];
        near(pearson(&x, &[3.0, 5.0, 7.0, 9.0]), 1.0);
        near(pearson(&x, &[9.0, 7.0, 5.0, 3.0]), -1.0);
        near(spearman(&x, &[1.0, 10.0, 100.0, 1000.0]), 1.0);
        // Deviations -1.5 … 1.5 with 1, 1, 1, 2 - 1.25: 0.75 / √(5 · 0.75).
        near(pearson(&x, &[1.0, 1.0, 1.0, 2.0]), 1.5 / 3.75_f64.sqrt());
    }

    #[test]
    fn nothing_varies_with_what_does_not_vary() {
        assert_eq!(spearman(&[1.0, 1.0], &[1.0, 2.0]), None);
        assert_eq!(pearson(&[1.0], &[1.0]), None);
        assert_eq!(pearson(&[], &[]), None);
    }
}
