//! Intervals of many values.

use std::cmp::Ordering;

/// The values with this part of all below and above them, between two neighbours by a straight line
/// (numpy's `percentile`, type 7 of Hyndman and Fan 1996). Puts the values in another order.
///
/// # Panics
/// When there are no values.
pub(crate) fn interval(values: &mut [f64], tail: f64) -> (f64, f64) {
    let last = values.len() - 1;
    let place = tail * last as f64;
    let whole = (1..=last).take_while(|&at| at as f64 <= place).count();
    let part = place - whole as f64;
    let next = (whole + 1).min(last);
    let between = |(from, to): (f64, f64)| from + (to - from) * part;
    (
        between(end(values, (whole, next), f64::total_cmp)),
        between(end(values, (whole, next), |a, b| b.total_cmp(a))),
    )
}

/// Two values at one end of an order, without sorting what lies between the ends.
fn end(
    values: &mut [f64],
    (whole, next): (usize, usize),
    order: impl Fn(&f64, &f64) -> Ordering,
) -> (f64, f64) {
    let (before, &mut at_next, _) = values.select_nth_unstable_by(next, &order);
    let at_whole = before.iter().copied().max_by(&order);
    (at_whole.filter(|_| whole < next).unwrap_or(at_next), at_next)
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
