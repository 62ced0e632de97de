//! p values of many tests at once, corrected for their number.

/// The q values of Benjamini and Hochberg (1995): `q_(i) = min over k >= i of m·p_(k)/k`, at most 1,
/// with `m` the number of tests. The share of false discoveries among all terms with `q` up to a limit
/// is that limit at most, if the tests are independent or positively dependent. Equal p values get
/// equal q values; no tests give none.
pub fn benjamini_hochberg(p: &[f64]) -> Vec<f64> {
    step_up(p, p.len() as f64)
}

/// The q values of Benjamini and Yekutieli (2001): those of [`benjamini_hochberg`] times
/// `1 + 1/2 + … + 1/m`, at most 1. They hold whatever the dependence between the tests, as between a
/// word and a phrase that has it.
pub fn benjamini_yekutieli(p: &[f64]) -> Vec<f64> {
    let harmonic: f64 = (1..=p.len()).map(|i| 1.0 / i as f64).sum();
    step_up(p, p.len() as f64 * harmonic)
}

fn step_up(p: &[f64], factor: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|&a, &b| p[a].total_cmp(&p[b]));
    let mut q = vec![1.0; p.len()];
    let mut least = 1.0_f64;
    for (rank, &at) in order.iter().enumerate().rev() {
        least = least.min(p[at] * (factor / (rank + 1) as f64));
        q[at] = least;
    }
    q
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Both sides divide and multiply a handful of times.
    const TOLERANCE: f64 = 1e-14;

    #[track_caller]
    fn check(found: &[f64], expected: &[f64]) {
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().zip(expected) {
            assert!(
                (found - expected).abs() < TOLERANCE,
                "{found} != {expected}"
            );
        }
    }

    #[test]
    fn values_agree_with_statsmodels() {
        // statsmodels 0.15.0: multipletests(p, method="fdr_bh") and "fdr_by"
        let p = [0.01, 0.04, 0.03, 0.5, 1.0, 0.03, 1e-300, 0.2];
        let bh = benjamini_hochberg(&p);
        check(
            &bh,
            &[0.04, 0.064, 0.06, 4.0 / 7.0, 1.0, 0.06, 8e-300, 0.8 / 3.0],
        );
        assert!((bh[6] / 8e-300 - 1.0).abs() < TOLERANCE);
        check(
            &benjamini_yekutieli(&p),
            &[
                0.108_714_285_714_285_71,
                0.173_942_857_142_857_15,
                0.163_071_428_571_428_57,
                1.0,
                1.0,
                0.163_071_428_571_428_57,
                2.174_285_714_285_714e-299,
                0.724_761_904_761_904_8,
            ],
        );
    }

    #[test]
    fn order_does_not_matter_and_nothing_is_nothing() {
        check(&benjamini_hochberg(&[0.04, 0.01]), &[0.04, 0.02]);
        check(&benjamini_hochberg(&[0.01, 0.04]), &[0.02, 0.04]);
        check(&benjamini_yekutieli(&[0.04, 0.01]), &[0.06, 0.03]);
        check(&benjamini_hochberg(&[]), &[]);
    }
}
