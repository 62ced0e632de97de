//! Jensen-Shannon divergence between profiles.

/// Jensen-Shannon divergence in bits, 0 for equal distributions and 1 for disjoint ones:
/// `H(m) - H(p)/2 - H(q)/2` with `m` the mean of `p` and `q` (Lin 1991).
/// `p` and `q` have equal lengths and each sums to 1.
pub fn jensen_shannon(p: &[f64], q: &[f64]) -> f64 {
    jensen_shannon_parts(p, q)
        .iter()
        .sum::<f64>()
        .clamp(0.0, 1.0)
}

/// Each category's part of the divergence, in bits; never negative.
///
/// # Panics
/// If the lengths differ.
pub fn jensen_shannon_parts(p: &[f64], q: &[f64]) -> Vec<f64> {
    assert_eq!(p.len(), q.len(), "profiles over the same categories");
    p.iter()
        .zip(q)
        .map(|(&p, &q)| {
            let mean = f64::midpoint(p, q);
            let part = |share: f64| {
                if share > 0.0 {
                    share * (share / mean).log2()
                } else {
                    0.0
                }
            };
            (f64::midpoint(part(p), part(q))).max(0.0)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(p: &[f64], q: &[f64], expected: f64) {
        let found = jensen_shannon(p, q);
        assert!((found - expected).abs() < 1e-12, "{found} != {expected}");
    }

    #[test]
    fn values_agree_with_scipy() {
        // scipy 1.17.1: jensenshannon(p, q, base=2) ** 2
        check(&[1.0, 0.0], &[0.0, 1.0], 1.0);
        check(&[0.5, 0.5], &[0.5, 0.5], 0.0);
        check(&[1.0, 0.0], &[0.5, 0.5], 0.311_278_124_459_132_8);
        let (p, q) = ([0.2, 0.3, 0.5, 0.0], [0.1, 0.0, 0.6, 0.3]);
        check(&p, &q, 0.315_539_008_579_500_46);
    }

    #[test]
    fn parts_sum_to_the_whole_and_order_does_not_matter() {
        let (p, q) = ([0.2, 0.3, 0.5, 0.0], [0.1, 0.0, 0.6, 0.3]);
        let sum: f64 = jensen_shannon_parts(&p, &q).iter().sum();
        check(&p, &q, sum);
        check(&q, &p, sum);
    }
}
