//! What scores mean, as far as setting them right needs to know.

use ndarray::{Array2, ArrayView2};

/// Probabilities below this count as this.
const LEAST: f32 = 1e-9;

/// The scale of a scorer's scores.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scale {
    /// Any numbers; the softmax of a score by the temperature gives probabilities.
    Scores {
        /// The temperature.
        temperature: f64,
    },
    /// Probabilities, which sum to 1 over the themes.
    Probabilities,
}

impl Scale {
    /// Scores to which offsets can be added: units × themes.
    pub fn additive(self, scores: ArrayView2<'_, f32>) -> Array2<f32> {
        match self {
            Self::Scores { .. } => scores.to_owned(),
            Self::Probabilities => scores.mapv(additive),
        }
    }

    /// A threshold among such scores.
    pub fn additive_threshold(self, threshold: f32) -> f32 {
        match self {
            Self::Scores { .. } => threshold,
            Self::Probabilities => additive(threshold),
        }
    }

    /// The temperature by which the softmax of such scores gives probabilities.
    pub fn temperature(self) -> f64 {
        match self {
            Self::Scores { temperature } => temperature,
            Self::Probabilities => 1.0,
        }
    }

    /// Adds an offset to each theme's scores, which are on this scale and stay on it: units × themes.
    pub fn add(self, scores: &mut Array2<f32>, offsets: &[f32]) {
        for (theme, &offset) in offsets.iter().enumerate() {
            let mut column = scores.column_mut(theme);
            match self {
                Self::Scores { .. } => column += offset,
                Self::Probabilities => column *= offset.exp(),
            }
        }
        if self == Self::Probabilities {
            for mut row in scores.rows_mut() {
                let sum = row.sum().max(f32::MIN_POSITIVE);
                row /= sum;
            }
        }
    }
}

fn additive(probability: f32) -> f32 {
    probability.max(LEAST).ln()
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn probabilities_are_weighted_and_still_sum_to_1() {
        let mut scores = array![[0.5_f32, 0.3, 0.2]];
        Scale::Probabilities.add(&mut scores, &[0.0, 2_f32.ln(), 0.0]);
        for (found, expected) in scores.iter().zip([0.5 / 1.3, 0.6 / 1.3, 0.2 / 1.3]) {
            // Two roundings of 32 bits.
            assert!((found - expected).abs() < 1e-6, "{scores}");
        }
    }

    #[test]
    fn other_scores_are_moved() {
        let mut scores = array![[0.25_f32, -0.5], [0.5, 0.0]];
        let scale = Scale::Scores { temperature: 0.05 };
        scale.add(&mut scores, &[0.25, -0.25]);
        assert_eq!(scores, array![[0.5, -0.75], [0.75, -0.25]]);
    }
}
