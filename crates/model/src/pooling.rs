//! One vector from many: those of a text's tokens, those of its windows.

use serde::{Deserialize, Serialize};

/// How token vectors become a sentence's. Special tokens count like any other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pooling {
    /// The mean over all tokens.
    Mean,
    /// The first token's vector.
    Cls,
    /// The greatest value of each dimension.
    Max,
    /// The sum over all tokens, divided by the square root of their number.
    MeanSqrtLen,
}

impl Pooling {
    /// Pools the vectors of one sequence, which lie end to end in `tokens`, each as long as `into`.
    /// No token at all gives zeros. Sums run in the order of the tokens, so that nothing but the
    /// sequence itself decides a bit.
    pub fn pool(self, tokens: &[f32], into: &mut [f32]) {
        into.fill(0.0);
        let count = tokens.len() / into.len();
        if count == 0 {
            return;
        }
        let rows = tokens.chunks_exact(into.len());
        match self {
            Self::Cls => into.copy_from_slice(&tokens[..into.len()]),
            Self::Max => {
                into.fill(f32::NEG_INFINITY);
                rows.for_each(|row| raise(into, row));
            }
            Self::Mean => {
                rows.for_each(|row| add(into, row, 1.0));
                divide(into, count as f32);
            }
            Self::MeanSqrtLen => {
                rows.for_each(|row| add(into, row, 1.0));
                divide(into, (count as f32).sqrt());
            }
        }
    }

    /// Joins the pooled vectors of a text's windows, each with its number of tokens. Where pooling
    /// is a sum, it is as if it had run over all windows; `Cls` takes their mean by tokens. The
    /// vector of a single window stays as it is.
    pub fn join<'a>(self, windows: impl IntoIterator<Item = (usize, &'a [f32])>, into: &mut [f32]) {
        let mut windows = windows.into_iter();
        into.fill(0.0);
        let Some((mut tokens, first)) = windows.next() else {
            return;
        };
        into.copy_from_slice(first);
        let mut count = 1;
        for (length, row) in windows {
            if count == 1 {
                let weight = self.weight(tokens);
                scale(into, weight);
            }
            if self == Self::Max {
                raise(into, row);
            } else {
                add(into, row, self.weight(length));
            }
            tokens += length;
            count += 1;
        }
        if count > 1 {
            divide(into, self.weight(tokens));
        }
    }

    /// What a window of this many tokens counts for among the windows of its text.
    fn weight(self, tokens: usize) -> f32 {
        match self {
            Self::Mean | Self::Cls => tokens as f32,
            Self::MeanSqrtLen => (tokens as f32).sqrt(),
            Self::Max => 1.0,
        }
    }
}

fn add(into: &mut [f32], row: &[f32], weight: f32) {
    for (sum, value) in into.iter_mut().zip(row) {
        *sum += value * weight;
    }
}

fn raise(into: &mut [f32], row: &[f32]) {
    for (greatest, value) in into.iter_mut().zip(row) {
        *greatest = greatest.max(*value);
    }
}

fn scale(into: &mut [f32], by: f32) {
    for value in into {
        *value *= by;
    }
}

fn divide(into: &mut [f32], by: f32) {
    for value in into {
        *value /= by;
    }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "small whole numbers are exact")]
mod tests {
    use super::*;

    const ALL: [Pooling; 4] = [
        Pooling::Mean,
        Pooling::Cls,
        Pooling::Max,
        Pooling::MeanSqrtLen,
    ];
    const TOKENS: [f32; 8] = [1.0, -8.0, 3.0, -2.0, 5.0, -4.0, 7.0, -6.0];

    fn pooled(pooling: Pooling, tokens: &[f32]) -> [f32; 2] {
        let mut into = [f32::NAN; 2];
        pooling.pool(tokens, &mut into);
        into
    }

    #[test]
    fn each_way_of_pooling_does_what_its_name_says() {
        assert_eq!(pooled(Pooling::Mean, &TOKENS), [4.0, -5.0]);
        assert_eq!(pooled(Pooling::Cls, &TOKENS), [1.0, -8.0]);
        assert_eq!(pooled(Pooling::Max, &TOKENS), [7.0, -2.0]);
        assert_eq!(pooled(Pooling::MeanSqrtLen, &TOKENS), [8.0, -10.0]);
    }

    #[test]
    fn no_tokens_are_zeros() {
        for pooling in ALL {
            assert_eq!(pooled(pooling, &[]), [0.0, 0.0]);
        }
    }

    #[test]
    fn windows_of_a_text_join_to_what_the_whole_text_pools_to() {
        for pooling in [Pooling::Mean, Pooling::Max, Pooling::MeanSqrtLen] {
            let (first, second) = (pooled(pooling, &TOKENS[..6]), pooled(pooling, &TOKENS[6..]));
            let mut joined = [f32::NAN; 2];
            pooling.join([(3, &first[..]), (1, &second[..])], &mut joined);
            for (found, wanted) in joined.iter().zip(pooled(pooling, &TOKENS)) {
                // Weights are square roots at worst: a few roundings of 1.2e-7 each.
                assert!((found - wanted).abs() <= 1e-6 * wanted.abs(), "{pooling:?}");
            }
        }
    }

    #[test]
    fn a_single_window_keeps_every_bit() {
        for pooling in ALL {
            let window = [0.1, -1.0e-30];
            let mut joined = [f32::NAN; 2];
            pooling.join([(7, &window[..])], &mut joined);
            assert_eq!(joined, window);
        }
    }
}
