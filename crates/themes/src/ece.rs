//! How far a scorer's confidence is from how often it is right.

/// Expected calibration error (Guo et al. 2017): units are put into `bins` bins of equal width by
/// the confidence in their winner, each bin with its upper end; the distance of a bin's mean
/// confidence from its share of right winners is averaged, weighted by units. 0 of none.
///
/// # Panics
/// When there are no bins.
pub fn ece(confident: &[(f64, bool)], bins: usize) -> f64 {
    assert!(bins > 0, "at least one bin");
    // Ends are compared rather than computed by multiplying: 0.6 of 15 bins must be the end of the 9th.
    let ends: Vec<f64> = (1..=bins).map(|end| end as f64 / bins as f64).collect();
    let mut gaps = vec![0.0; bins];
    for &(confidence, right) in confident {
        let bin = ends.partition_point(|&end| end < confidence).min(bins - 1);
        gaps[bin] += confidence - f64::from(u8::from(right));
    }
    gaps.iter().map(|gap| gap.abs()).sum::<f64>() / confident.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_mean_distance_of_the_bins() {
        // Bins of a half: (.5, 1] has mean confidence .75 and two of three right, [0, .5] has .4 and none.
        let units = [(0.6, true), (0.75, false), (0.9, true), (0.4, false)];
        let by_hand = (3.0 * (0.75 - 2.0 / 3.0) + 0.4) / 4.0;
        assert!((ece(&units, 2) - by_hand).abs() < 1e-15);
    }

    /// numpy 2.4.6: masks `(low < confidence) & (confidence <= high)` between the ends
    /// `linspace(0, 1, 16)`.
    #[test]
    fn it_is_what_numpy_finds_over_many_bins() {
        let units: Vec<(f64, bool)> = (0..40_u32)
            .map(|i| (f64::from(i * 37 % 101) / 101.0 + 0.5 / 101.0, i * i % 7 < 4))
            .collect();
        assert!((ece(&units, 15) - 0.427_475_247_524_752_5).abs() < 1e-12);
    }

    #[test]
    fn a_confidence_at_the_border_is_of_the_lower_bin() {
        // Together in a bin the two would even out.
        let border = [(0.5, true), (0.500_001, false)];
        assert!((ece(&border, 2) - 0.5).abs() < 1e-6);
        let lower = [(0.5, true), (0.499_999, false)];
        assert!(ece(&lower, 2) < 1e-6);
    }

    #[test]
    fn certainty_and_no_units_have_a_bin() {
        assert!(ece(&[(1.0, true), (0.0, false)], 15).abs() < 1e-15);
        assert!((ece(&[(1.0, false), (0.0, true)], 15) - 1.0).abs() < 1e-15);
        assert!(ece(&[], 15).abs() < 1e-15);
    }
}
