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
        if let Some((digits, begin)) = quickly(self.0) {
            let written = std::str::from_utf8(&digits[begin..]).expect("digits");
            return serializer.serialize_str(written);
        }
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

/// The digits, and where they begin, of a number of usual size that is not too near to the middle between
/// two decimals. Tables have millions of them, and the standard library allows for any size.
fn quickly(value: f64) -> Option<([u8; 20], usize)> {
    let millionths = value.abs() * 1e6;
    // Below this, the product is wrong by a ten-thousandth at most.
    if millionths.is_nan() || millionths >= 1e12 || (millionths.fract() - 0.5).abs() < 1e-3 {
        return None;
    }
    #[expect(clippy::cast_sign_loss, reason = "an absolute value")]
    let mut left = millionths.round() as u64;
    let is_negative = value < 0.0 && left > 0;
    let mut digits = [0; 20];
    let mut begin = digits.len();
    let mut put = |byte: u8| {
        begin -= 1;
        digits[begin] = byte;
    };
    for place in 0.. {
        if place == 6 {
            put(b'.');
        }
        if place > 6 && left == 0 {
            break;
        }
        put(b'0' + (left % 10) as u8);
        left /= 10;
    }
    if is_negative {
        put(b'-');
    }
    Some((digits, begin))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn six_decimals_and_no_negative_zero() {
        assert_eq!(written(0.123_456_78), "\"0.123457\"");
        assert_eq!(written(-0.000_000_01), "\"0.000000\"");
        assert_eq!(written(-1.5), "\"-1.500000\"");
    }

    #[test]
    fn digits_are_those_of_the_standard_library() {
        let mut state = 1_u64;
        let mut next = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (state >> 11) as f64 / (1_u64 << 53) as f64
        };
        for _ in 0..100_000 {
            let size = power_of_ten(next());
            let value = (next() - 0.5) * size;
            // Every other one is cut to few digits, so that middles come up.
            for value in [value, (value * 2e6).round() / 2e6, value.round()] {
                let expected = format!("{value:.6}");
                let is_zero = expected.bytes().all(|b| matches!(b, b'-' | b'0' | b'.'));
                let expected = if is_zero { "0.000000" } else { &expected };
                assert_eq!(written(value), format!("\"{expected}\""), "{value:e}");
            }
        }
        for value in [1e300, -1e6, 999_999.999_999_9, 0.0, -0.0] {
            let expected = format!("{value:.6}").replace("-0.000000", "0.000000");
            assert_eq!(written(value), format!("\"{expected}\""));
        }
    }

    /// From a millionth to a billion.
    fn power_of_ten(x: f64) -> f64 {
        10.0_f64.powi((x * 16.0) as i32 - 6)
    }

    fn written(x: f64) -> String {
        serde_json::to_string(&Decimal(x)).expect("a string")
    }
}
