//! Themes of a codebook that can't be told apart.

use crate::{Codebook, EmbeddingScorer};

/// Two themes whose prototypes are nearer than this say the same.
const IDENTICAL: f32 = 0.9;

/// Two themes overlap when this share of one's phrasings would go to the other.
const STRAYS: f64 = 0.2;

/// How far two themes overlap.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Overlap {
    /// The theme, as its place in the codebook.
    pub theme: usize,
    /// Another one, behind it in the codebook.
    pub other: usize,
    /// Cosine of their prototypes.
    pub cosine: f32,
    /// The theme's phrasings that score best for the other one, once they are not the theme's own.
    pub strays: usize,
    /// The other's phrasings that so score best for the theme.
    pub other_strays: usize,
    /// The share of either's phrasings that stray to the other, the greater one.
    pub share: f64,
}

impl Overlap {
    /// Whether the two say the same.
    pub fn is_identity(&self) -> bool {
        self.cosine >= IDENTICAL
    }

    /// Whether many units of one may go to the other.
    pub fn is_large(&self) -> bool {
        self.is_identity() || self.share >= STRAYS
    }
}

/// Every pair of themes, in the codebook's order.
pub fn overlaps(codebook: &Codebook, scorer: &EmbeddingScorer) -> Vec<Overlap> {
    let count = codebook.themes.len();
    let mut strays = vec![vec![0; count]; count];
    for (theme, strays) in strays.iter_mut().enumerate() {
        for phrasing in scorer.phrasings_of(theme) {
            let scores = scorer.score_left_out(theme, phrasing);
            strays[crate::winner(scores.view(), f32::NEG_INFINITY)] += 1;
        }
    }
    let cosines = scorer.likeness();
    let share = |theme: usize, other: usize| {
        strays[theme][other] as f64 / scorer.phrasings_of(theme).len().max(1) as f64
    };
    (0..count)
        .flat_map(|theme| (theme + 1..count).map(move |other| (theme, other)))
        .map(|(theme, other)| Overlap {
            theme,
            other,
            cosine: cosines[(theme, other)],
            strays: strays[theme][other],
            other_strays: strays[other][theme],
            share: share(theme, other).max(share(other, theme)),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::embedding::tests::{codebook, plane};

    /// "up" has two phrasings at right angles to "right", whose phrase lies nearer to "up".
    #[test]
    fn phrasings_that_would_go_to_another_theme_are_counted() {
        let found = overlaps(&codebook(), &plane());
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].strays, found[0].other_strays), (1, 0));
        assert!((found[0].share - 0.5).abs() < 1e-12);
        assert!(found[0].is_large() && !found[0].is_identity());
    }

    #[test]
    fn a_theme_that_stands_twice_is_found() {
        let mut twice = codebook();
        twice.themes[1] = twice.themes[0].clone();
        let found = overlaps(&twice, &crate::embedding::tests::same_twice());
        assert!(found[0].is_identity(), "{found:?}");
    }
}
