//! Themes that score high whatever is said: told by texts that say nothing.
//!
//! After Zhao et al. 2021, who calibrate a language model by its answers to content-free inputs. A
//! theme whose wording lies near the middle of a model's space is near to empty texts too, and wins
//! units that are about nothing. What it scores there is taken off everywhere.

use ndarray::{ArrayView2, Axis};

/// Texts that say nothing. Whole sentences are among them, since sentence encoders have learned from
/// sentences; a mask symbol isn't, since its spelling differs between models, and an empty text
/// isn't, since some models have no vector for it.
pub const NULL_TEXTS: [&str; 8] = [
    "N/A",
    "-",
    "...",
    "Text.",
    "This is a sentence.",
    "This is a text about something.",
    "Something was said.",
    "And so on.",
];

/// What to add to each theme's score, from the scores of [`NULL_TEXTS`] (texts × themes): less
/// where they score high. The mean is 0, so that a threshold keeps its meaning; all are 0 where
/// there are no texts.
pub fn offsets(null_scores: ArrayView2<'_, f32>) -> Vec<f32> {
    let Some(prior) = null_scores.mapv(f64::from).mean_axis(Axis(0)) else {
        return vec![0.0; null_scores.ncols()];
    };
    let even = prior.mean().unwrap_or_default();
    prior.iter().map(|prior| (even - prior) as f32).collect()
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, array};

    use super::*;

    #[test]
    fn a_theme_that_scores_high_on_nothing_is_lowered() {
        // Exact in binary: means .5, .25, 0 about .25.
        let found = offsets(array![[0.75, 0.25, -0.25], [0.25, 0.25, 0.25]].view());
        assert_eq!(found, [-0.25, 0.0, 0.25]);
    }

    #[test]
    fn with_it_the_texts_that_say_nothing_prefer_no_theme() {
        let scores = Array2::from_shape_fn((8, 5), |(text, theme)| {
            ((text * 31 + theme * 17) % 23) as f32 / 50.0
        });
        let added = offsets(scores.view());
        let means: Vec<f32> = (0..5)
            .map(|theme| scores.column(theme).mean().expect("texts") + added[theme])
            .collect();
        for mean in &means {
            // Sums of eight 32-bit scores below 1.
            assert!((mean - means[0]).abs() < 1e-6, "{means:?}");
        }
        assert!(added.iter().sum::<f32>().abs() < 1e-6);
    }

    #[test]
    fn without_texts_nothing_is_added() {
        assert_eq!(offsets(Array2::zeros((0, 3)).view()), [0.0; 3]);
        assert!(offsets(Array2::zeros((0, 0)).view()).is_empty());
        assert!(offsets(Array2::zeros((2, 0)).view()).is_empty());
    }
}
