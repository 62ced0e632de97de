//! Themes by cosine with a prototype: cheap, and on policy text better than entailment models.

use compare::cosines;
use model::Embedder;
use ndarray::{Array1, Array2, ArrayView2};

use crate::{Codebook, Scorer, ThemeError, Units};

/// A theme's name is put into each of these; their mean blurs the wording of any one.
const TEMPLATES: [&str; 4] = [
    "{}",
    "This text is about {}.",
    "The article discusses {}.",
    "A policy statement on {}.",
];

/// Scores a unit by the cosine of its vector with each theme's prototype.
pub struct EmbeddingScorer {
    prototypes: Array2<f32>,
}

impl EmbeddingScorer {
    /// Embeds a codebook's phrasings with the model that embeds the units.
    ///
    /// # Errors
    /// When the model fails.
    pub fn new(codebook: &Codebook, embedder: &mut Embedder) -> Result<Self, ThemeError> {
        let phrasings: Vec<Vec<String>> = codebook.themes.iter().map(phrasings).collect();
        let texts: Vec<&str> = phrasings.iter().flatten().map(String::as_str).collect();
        let vectors = embedder.embed_all(&texts)?.0;
        let mut prototypes = Array2::zeros((phrasings.len(), vectors.ncols()));
        let mut next = 0;
        for (mut row, of_theme) in prototypes.rows_mut().into_iter().zip(&phrasings) {
            let described = next..next + TEMPLATES.len() + 1;
            let examples = described.end..next + of_theme.len();
            next = examples.end;
            row.assign(&prototype(vectors.view(), described, examples));
        }
        Ok(Self { prototypes })
    }
}

/// What a theme is called, what it is, then its examples.
fn phrasings(theme: &crate::Theme) -> Vec<String> {
    TEMPLATES
        .iter()
        .map(|template| template.replace("{}", &theme.name))
        .chain([theme.description.clone()])
        .chain(theme.examples.iter().cloned())
        .collect()
}

/// Midway between what the theme is said to be and what its examples are, whatever their numbers.
fn prototype(
    vectors: ArrayView2<'_, f32>,
    described: std::ops::Range<usize>,
    examples: std::ops::Range<usize>,
) -> Array1<f32> {
    let mut sum = compare::centroid(vectors, described);
    if !examples.is_empty() {
        sum += &compare::centroid(vectors, examples);
    }
    let length = sum.dot(&sum).sqrt().max(f32::MIN_POSITIVE);
    sum / length
}

impl Scorer for EmbeddingScorer {
    fn name(&self) -> &'static str {
        "embedding"
    }

    fn score(&mut self, units: &Units<'_>) -> Result<Array2<f32>, ThemeError> {
        Ok(cosines(units.vectors, self.prototypes.view()))
    }
}
