//! Intervals of many values.

/// The values with this part of all below and above them, between two neighbours by a straight line
/// (numpy's `percentile`, type 7 of Hyndman and Fan 1996).
///
/// # Panics
/// When there are no values.
pub(crate) fn interval(values: &[f64], tail: f64) -> (f64, f64) {
    let last = values.len() - 1;
    let place = tail * last as f64;
    let whole = (1..=last).take_while(|&at| at as f64 <= place).count();
    let part = place - whole as f64;
    let next = (whole + 1).min(last);
    let between = |end: &[f64]| end[whole] + (end[next] - end[whole]) * part;
    (
        between(&end(values, next + 1, |a, b| a < b)),
        between(&end(values, next + 1, |a, b| a > b)),
    )
}

/// So many values that come before all others, in order. They are few, so that nearly all values are
/// told from them by one comparison.
fn end(values: &[f64], count: usize, is_before: impl Fn(f64, f64) -> bool) -> Vec<f64> {
    let mut held: Vec<f64> = Vec::with_capacity(count + 1);
    for &value in values {
        if held.len() == count && !is_before(value, held[count - 1]) {
            continue;
        }
        let place = held.partition_point(|&other| !is_before(value, other));
        held.insert(place, value);
        held.truncate(count);
    }
    held
}

#[cfg(test)]
mod tests {
    use super::*;

    /// numpy 2.4.6: `percentile`.
    #[test]
    fn percentiles_are_those_of_numpy() {
        let values = [3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0, 6.0];
        let (low, high) = interval(&values, 0.025);
        // One rounding of a sum near 10.
        assert!(
            (low - 1.0).abs() < 1e-14 && (high - 8.475).abs() < 1e-14,
            "{low} {high}"
        );
        assert_eq!(interval(&[2.0], 0.025), (2.0, 2.0));
    }
}
