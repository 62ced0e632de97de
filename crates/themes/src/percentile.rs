//! Intervals of many values.

/// The values with this part of all below and above them, between two neighbours by a straight line
/// (numpy's `percentile`, type 7 of Hyndman and Fan 1996). Sorts the values.
///
/// # Panics
/// When there are no values.
pub(crate) fn interval(values: &mut [f64], tail: f64) -> (f64, f64) {
    values.sort_unstable_by(f64::total_cmp);
    let last = values.len() - 1;
    let place = tail * last as f64;
    let whole = (1..=last).take_while(|&at| at as f64 <= place).count();
    let part = place - whole as f64;
    let between = |from: f64, to: f64| from + (to - from) * part;
    let next = (whole + 1).min(last);
    (
        between(values[whole], values[next]),
        between(values[last - whole], values[last - next]),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// numpy 2.4.6: `percentile`.
    #[test]
    fn percentiles_are_those_of_numpy() {
        let mut values = [3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0, 6.0];
        let (low, high) = interval(&mut values, 0.025);
        // One rounding of a sum near 10.
        assert!(
            (low - 1.0).abs() < 1e-14 && (high - 8.475).abs() < 1e-14,
            "{low} {high}"
        );
        assert_eq!(interval(&mut [2.0], 0.025), (2.0, 2.0));
    }
}
