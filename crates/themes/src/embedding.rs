//! Themes by cosine: cheap, and on policy text better than entailment models.

use std::ops::Range;

use compare::{centroid, cosine, cosines};
use model::Embedder;
use ndarray::{Array1, Array2, ArrayView2, Axis, s};
use rayon::prelude::*;

use crate::{Codebook, Scale, Scorer, Theme, ThemeError, Units};

/// A theme's name is put into each of these; their mean blurs the wording of any one.
const TEMPLATES: [&str; 4] = [
    "{}",
    "This text is about {}.",
    "The article discusses {}.",
    "A policy statement on {}.",
];

/// Phrasings of a theme that count for a unit: one alone may be near by chance, and the mean of all
/// of them is far from each.
const NEAREST: usize = 3;

/// Units scored together; fixed, so that no result depends on the number of threads.
const BLOCK: usize = 256;

/// Cosines of a unit with the themes differ by hundredths.
pub(crate) const TEMPERATURE: f32 = 0.05;

/// Scores a unit by how near its vector is to a theme as a whole, and to the nearest of its
/// phrasings: the mean of both cosines.
#[derive(Clone)]
pub struct EmbeddingScorer {
    /// Themes × dimensions.
    prototypes: Array2<f32>,
    /// Means of what themes are called and described as: themes × dimensions.
    said: Array2<f32>,
    /// Examples and phrases of all themes × dimensions.
    phrasings: Array2<f32>,
    /// Which of the phrasings are a theme's.
    of_theme: Vec<Phrasings>,
}

/// A theme's phrasings among those of all.
#[derive(Clone, Debug)]
struct Phrasings {
    examples: Range<usize>,
    phrases: Range<usize>,
}

impl Phrasings {
    fn all(&self) -> Range<usize> {
        self.examples.start..self.phrases.end
    }
}

impl EmbeddingScorer {
    /// Embeds a codebook's phrasings with the model that embeds the units, to vectors of length 1.
    ///
    /// # Errors
    /// When the model fails.
    pub fn new(codebook: &Codebook, embedder: &mut Embedder) -> Result<Self, ThemeError> {
        let descriptions: Vec<String> = codebook.themes.iter().flat_map(descriptions).collect();
        let phrasings = codebook.themes.iter().flat_map(Theme::phrasings);
        let texts: Vec<&str> = (descriptions.iter().map(String::as_str))
            .chain(phrasings)
            .collect();
        let vectors = embedder.embed_all(&texts)?.0;
        Ok(Self::of_vectors(
            codebook,
            vectors.slice(s![..descriptions.len(), ..]),
            vectors.slice(s![descriptions.len().., ..]),
        ))
    }

    /// `described` has the rows of [`descriptions`], `phrasings` those of [`Theme::phrasings`].
    fn of_vectors(
        codebook: &Codebook,
        described: ArrayView2<'_, f32>,
        phrasings: ArrayView2<'_, f32>,
    ) -> Self {
        let shape = (codebook.themes.len(), phrasings.ncols());
        let mut scorer = Self {
            prototypes: Array2::zeros(shape),
            said: Array2::zeros(shape),
            phrasings: phrasings.to_owned(),
            of_theme: Vec::new(),
        };
        let mut first = 0;
        for (at, theme) in codebook.themes.iter().enumerate() {
            let said = at * (TEMPLATES.len() + 1)..(at + 1) * (TEMPLATES.len() + 1);
            scorer.said.row_mut(at).assign(&centroid(described, said));
            let examples = first..first + theme.examples.len();
            let phrases = examples.end..examples.end + theme.phrases.len();
            first = phrases.end;
            scorer.of_theme.push(Phrasings { examples, phrases });
            let prototype = scorer.prototype(at, None);
            scorer.prototypes.row_mut(at).assign(&prototype);
        }
        scorer
    }

    /// The mean of what a theme is said to be, its examples and its phrases, each group with equal
    /// weight; of the phrasings one may be left out.
    fn prototype(&self, theme: usize, without: Option<usize>) -> Array1<f32> {
        let of_theme = &self.of_theme[theme];
        let mut sum = self.said.row(theme).to_owned();
        for group in [&of_theme.examples, &of_theme.phrases] {
            let kept: Vec<usize> = group.clone().filter(|&at| Some(at) != without).collect();
            let kept = self.phrasings.select(Axis(0), &kept);
            sum += &centroid(kept.view(), 0..kept.nrows());
        }
        unit(sum)
    }

    /// Cosines of the themes' prototypes with each other.
    pub(crate) fn likeness(&self) -> Array2<f32> {
        cosines(self.prototypes.view(), self.prototypes.view())
    }

    /// The phrasings of a theme, as places among those of all.
    pub(crate) fn phrasings_of(&self, theme: usize) -> Range<usize> {
        self.of_theme[theme].all()
    }

    /// Scores of a theme's phrasing, as if it were not one of the theme's own.
    pub(crate) fn score_left_out(&self, theme: usize, phrasing: usize) -> Array1<f32> {
        let vector = self.phrasings.slice(s![phrasing..=phrasing, ..]);
        let mut scores = self.score_vectors(vector).row(0).to_owned();
        let prototype = cosine(vector.row(0), self.prototype(theme, Some(phrasing)).view());
        let others = self.phrasings_of(theme).filter(|&at| at != phrasing);
        let near = others.map(|at| cosine(vector.row(0), self.phrasings.row(at)));
        scores[theme] =
            mean_of_nearest(near).map_or(prototype, |near| f32::midpoint(prototype, near));
        scores
    }

    /// Scores of units, units × themes, from their vectors alone.
    pub fn score_vectors(&self, vectors: ArrayView2<'_, f32>) -> Array2<f32> {
        let mut all = Array2::zeros((vectors.nrows(), self.prototypes.nrows()));
        all.axis_chunks_iter_mut(Axis(0), BLOCK)
            .into_par_iter()
            .zip(vectors.axis_chunks_iter(Axis(0), BLOCK).into_par_iter())
            .for_each(|(mut scores, units)| {
                scores.assign(&cosines(units, self.prototypes.view()));
                let near = cosines(units, self.phrasings.view());
                for (mut scores, near) in scores.rows_mut().into_iter().zip(near.rows()) {
                    for (score, own) in scores.iter_mut().zip(&self.of_theme) {
                        let nearest = near.slice(s![own.all()]);
                        if let Some(near) = mean_of_nearest(nearest.iter().copied()) {
                            *score = f32::midpoint(*score, near);
                        }
                    }
                }
            });
        all
    }
}

/// What a theme is called and what it is.
fn descriptions(theme: &Theme) -> impl Iterator<Item = String> {
    TEMPLATES
        .iter()
        .map(|template| template.replace("{}", &theme.name))
        .chain([theme.description.clone()])
}

fn unit(sum: Array1<f32>) -> Array1<f32> {
    let length = sum.dot(&sum).sqrt().max(f32::MIN_POSITIVE);
    sum / length
}

/// Mean of the highest few; `None` of none.
fn mean_of_nearest(cosines: impl Iterator<Item = f32>) -> Option<f32> {
    let mut highest = [f32::NEG_INFINITY; NEAREST];
    let mut count = 0;
    for cosine in cosines {
        count += 1;
        let mut carried = cosine;
        for place in &mut highest {
            if carried > *place {
                std::mem::swap(&mut carried, place);
            }
        }
    }
    let kept = count.min(NEAREST);
    (kept > 0).then(|| highest[..kept].iter().sum::<f32>() / kept as f32)
}

impl Scorer for EmbeddingScorer {
    fn name(&self) -> &'static str {
        "embedding"
    }

    fn score(&mut self, units: &Units<'_>) -> Result<Array2<f32>, ThemeError> {
        Ok(self.score_vectors(units.vectors))
    }

    fn scale(&self) -> Option<Scale> {
        Some(Scale::Scores {
            temperature: f64::from(TEMPERATURE),
        })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use ndarray::array;

    use super::*;

    /// Two themes, each with a description, an example and a phrase.
    pub(crate) fn codebook() -> Codebook {
        let theme = |id: &str| Theme {
            id: id.into(),
            name: id.into(),
            aliases: vec![],
            description: id.into(),
            examples: vec!["example".into()],
            phrases: vec!["phrase".into()],
            lexicon: vec![],
        };
        Codebook {
            name: "plane".into(),
            version: "1".into(),
            language: "en".into(),
            description: "d".into(),
            none_below: 0.0,
            themes: vec![theme("right"), theme("up")],
        }
    }

    /// Their vectors in a plane.
    pub(crate) fn plane() -> EmbeddingScorer {
        let (right, up) = ([1.0_f32, 0.0], [0.0, 1.0]);
        let described = ndarray::stack(
            Axis(0),
            &[
                array![right, right, right, right, right].view(),
                array![up, up, up, up, up].view(),
            ],
        )
        .expect("alike")
        .into_shape_with_order((10, 2))
        .expect("ten rows");
        let phrasings = array![right, [0.6, 0.8], up, up];
        EmbeddingScorer::of_vectors(&codebook(), described.view(), phrasings.view())
    }

    /// The theme "right" alone, under two ids.
    pub(crate) fn same_twice() -> EmbeddingScorer {
        let right = [1.0_f32, 0.0];
        let described = Array2::from_shape_fn((10, 2), |(_, column)| right[column]);
        let phrasings = array![right, [0.6, 0.8], right, [0.6, 0.8]];
        EmbeddingScorer::of_vectors(&codebook(), described.view(), phrasings.view())
    }

    #[test]
    fn a_score_is_the_mean_of_the_prototype_and_the_nearest_phrasings() {
        let scores = plane().score_vectors(array![[1.0, 0.0], [0.0, 1.0]].view());
        // "right" as a whole: (1, 0) twice and (0.6, 0.8), so (2.6, 0.8) scaled to length 1.
        let length = (2.6_f32.powi(2) + 0.8_f32.powi(2)).sqrt();
        let expected = array![
            [f32::midpoint(2.6 / length, 0.8), 0.0],
            [f32::midpoint(0.8 / length, 0.4), 1.0]
        ];
        for (found, expected) in scores.iter().zip(&expected) {
            assert!((found - expected).abs() < 1e-6, "{scores} {expected}");
        }
    }

    #[test]
    fn only_the_three_nearest_phrasings_count() {
        let mean = |all: &[f32]| mean_of_nearest(all.iter().copied());
        assert_eq!(
            mean(&[0.1, 0.9, 0.3, 0.6, -1.0]),
            Some((0.9 + 0.6 + 0.3) / 3.0)
        );
        assert_eq!(mean(&[0.2, 0.4]), Some(f32::midpoint(0.4, 0.2)));
        assert_eq!(mean(&[]), None);
    }

    #[test]
    fn a_unit_scores_the_same_alone_and_among_others() {
        let scorer = plane();
        let many = Array2::from_shape_fn((700, 2), |(row, column)| {
            let angle = row as f32 * 0.01;
            if column == 0 {
                angle.cos()
            } else {
                angle.sin()
            }
        });
        let all = scorer.score_vectors(many.view());
        for row in [0, 255, 256, 699] {
            let alone = scorer.score_vectors(many.slice(s![row..=row, ..]));
            assert_eq!(alone.row(0), all.row(row));
        }
    }
}
