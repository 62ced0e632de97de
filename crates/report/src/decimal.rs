//! Numbers as they stand in tables.

use serde::{Serialize, Serializer};

/// A number written with six decimals: the same bytes wherever it was computed, and more than any
/// score here can claim.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Decimal(pub f64);

impl From<f32> for Decimal {
    fn from(value: f32) -> Self {
        Self(f64::from(value))
    }
}

impl From<f64> for Decimal {
    fn from(value: f64) -> Self {
        Self(value)
    }
}

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let written = format!("{:.6}", self.0);
        let negative_zero = written
            .trim_start_matches('-')
            .bytes()
            .all(|b| matches!(b, b'0' | b'.'));
        serializer.serialize_str(if negative_zero {
            written.trim_start_matches('-')
        } else {
            &written
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn six_decimals_and_no_negative_zero() {
        let written = |x: f64| serde_json::to_string(&Decimal(x)).expect("a string");
        assert_eq!(written(0.123_456_78), "\"0.123457\"");
        assert_eq!(written(-0.000_000_01), "\"0.000000\"");
        assert_eq!(written(-1.5), "\"-1.500000\"");
    }
}
