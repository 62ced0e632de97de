//! Prototypes moved toward the units that they attract: an option for whole corpora.
//!
//! Themes of a corpus are said in that corpus's own words, which a codebook can't know. So each unit
//! is shared out among the themes by its scores (soft assignment), each theme gets the mean of its
//! shares as a second prototype, among vectors centred on the corpus, and the two scores are mixed;
//! then again. It is soft k-means on the sphere with the codebook as a prior that never lets go.
//! Nothing is drawn at random.
//!
//! Where themes are spread very unevenly, the few large ones would draw in units of the small ones.
//! So it is refused there.

use ndarray::{Array1, Array2, ArrayView2, Axis};
use rayon::prelude::*;

use crate::embedding::TEMPERATURE;
use crate::{Codebook, EmbeddingScorer, Scorer, ThemeError, Units};

/// Weight of the corpus against the codebook in a score.
const WEIGHT: f32 = 0.35;
/// Rounds; the assignment hardly changes after the third.
const ROUNDS: usize = 5;
/// How much of the former shares an estimate of the themes' shares keeps.
const DAMPING: f64 = 0.5;
/// A theme's share of the units may lie between these, as multiples of an even share.
const EVEN: std::ops::RangeInclusive<f64> = 0.5..=2.0;
/// Units a theme, at least, for means that mean something.
const UNITS_A_THEME: usize = 20;
/// Units summed together; fixed, so that no result depends on the number of threads.
const BLOCK: usize = 4096;

/// Why a corpus can't move the prototypes.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum NotAdapted {
    /// Too few units.
    #[error(
        "prototypes stay as the codebook has them: {units} sentences are too few for {themes} themes; {needed} are needed"
    )]
    TooFew {
        /// Units there are.
        units: usize,
        /// Themes.
        themes: usize,
        /// Units wanted.
        needed: usize,
    },
    /// A theme would swallow others.
    #[error(
        "prototypes stay as the codebook has them: its themes are spread unevenly here (theme '{theme}' has {share:.2} times an even share), and small ones would be lost to large ones"
    )]
    Uneven {
        /// The theme furthest from an even share.
        theme: String,
        /// Its share, as a multiple of an even one.
        share: f64,
    },
}

/// An embedding scorer adapted to a corpus.
pub struct AdaptedScorer {
    codebook: EmbeddingScorer,
    /// Mean of the corpus's vectors.
    centre: Array1<f32>,
    /// Themes × dimensions, of length 1, about the centre.
    prototypes: Array2<f32>,
    /// Brings cosines about the centre onto the scale of the codebook's scores.
    scale: f32,
    offset: f32,
    /// Estimated share of each theme.
    shares: Vec<f64>,
}

impl AdaptedScorer {
    /// Adapts to the units of a corpus: one vector of length 1 a row.
    ///
    /// # Errors
    /// [`NotAdapted`] where it would do harm.
    pub fn new(
        codebook: &Codebook,
        scorer: EmbeddingScorer,
        vectors: ArrayView2<'_, f32>,
    ) -> Result<Self, NotAdapted> {
        let themes = codebook.themes.len();
        let needed = themes * UNITS_A_THEME;
        if vectors.nrows() < needed {
            return Err(NotAdapted::TooFew {
                units: vectors.nrows(),
                themes,
                needed,
            });
        }
        let said = scorer.score_vectors(vectors);
        let spread = Spread::of(said.view());
        let mut adapted = Self {
            codebook: scorer,
            centre: mean(vectors),
            prototypes: Array2::zeros((themes, vectors.ncols())),
            scale: 1.0,
            offset: 0.0,
            shares: vec![1.0 / themes as f64; themes],
        };
        let mut mixed = said.clone();
        for _ in 0..ROUNDS {
            adapted.assign(mixed.view(), vectors);
            let about = adapted.about_centre(vectors);
            let own = Spread::of(about.view());
            adapted.scale = spread.deviation / own.deviation.max(f32::MIN_POSITIVE);
            adapted.offset = spread.mean - own.mean * adapted.scale;
            mixed = adapted.mix(&said, &about);
        }
        adapted.check(codebook)?;
        Ok(adapted)
    }

    fn check(&self, codebook: &Codebook) -> Result<(), NotAdapted> {
        let even = 1.0 / self.shares.len() as f64;
        let furthest = (self.shares.iter().zip(&codebook.themes))
            .map(|(share, theme)| (share / even, theme))
            .max_by(|a, b| a.0.ln().abs().total_cmp(&b.0.ln().abs()));
        match furthest {
            Some((share, theme)) if !EVEN.contains(&share) => Err(NotAdapted::Uneven {
                theme: theme.id.clone(),
                share,
            }),
            _ => Ok(()),
        }
    }

    /// Shares out the units, and from that sets shares and prototypes.
    fn assign(&mut self, scores: ArrayView2<'_, f32>, vectors: ArrayView2<'_, f32>) {
        let prior: Vec<f32> = self.shares.iter().map(|share| share.ln() as f32).collect();
        let blocks: Vec<(Array1<f64>, Array2<f64>)> = scores
            .axis_chunks_iter(Axis(0), BLOCK)
            .into_par_iter()
            .zip(vectors.axis_chunks_iter(Axis(0), BLOCK).into_par_iter())
            .map(|(scores, vectors)| {
                let parts = soft(scores, &prior).mapv(f64::from);
                let centred = centred(vectors, &self.centre).mapv(f64::from);
                (parts.sum_axis(Axis(0)), parts.t().dot(&centred))
            })
            .collect();
        let mut sums = Array2::<f64>::zeros(self.prototypes.raw_dim());
        let mut won = Array1::<f64>::zeros(self.shares.len());
        for (block_won, block_sums) in &blocks {
            won += block_won;
            sums += block_sums;
        }
        for (share, won) in self.shares.iter_mut().zip(&won) {
            *share = DAMPING * *share + (1.0 - DAMPING) * won / scores.nrows() as f64;
        }
        for (mut prototype, sum) in self.prototypes.rows_mut().into_iter().zip(sums.rows()) {
            let length = sum.dot(&sum).sqrt().max(f64::MIN_POSITIVE);
            prototype.assign(&sum.mapv(|x| (x / length) as f32));
        }
    }

    /// Cosines with the corpus's prototypes, about its centre.
    fn about_centre(&self, vectors: ArrayView2<'_, f32>) -> Array2<f32> {
        let mut all = Array2::zeros((vectors.nrows(), self.prototypes.nrows()));
        all.axis_chunks_iter_mut(Axis(0), BLOCK)
            .into_par_iter()
            .zip(vectors.axis_chunks_iter(Axis(0), BLOCK).into_par_iter())
            .for_each(|(mut block, vectors)| {
                let units = centred(vectors, &self.centre);
                block.assign(&compare::cosines(units.view(), self.prototypes.view()));
            });
        all
    }

    fn mix(&self, said: &Array2<f32>, found: &Array2<f32>) -> Array2<f32> {
        let mut mixed = said.clone();
        mixed.zip_mut_with(found, |said, found| {
            *said = (1.0 - WEIGHT) * *said + WEIGHT * (found * self.scale + self.offset);
        });
        mixed
    }
}

impl Scorer for AdaptedScorer {
    fn name(&self) -> &'static str {
        "embedding-adapted"
    }

    fn score(&mut self, units: &Units<'_>) -> Result<Array2<f32>, ThemeError> {
        let said = self.codebook.score_vectors(units.vectors);
        Ok(self.mix(&said, &self.about_centre(units.vectors)))
    }
}

/// Mean and standard deviation of all scores.
struct Spread {
    mean: f32,
    deviation: f32,
}

impl Spread {
    fn of(scores: ArrayView2<'_, f32>) -> Self {
        let count = scores.len().max(1) as f64;
        let mean = scores.iter().map(|&x| f64::from(x)).sum::<f64>() / count;
        let squares = scores.iter().map(|&x| (f64::from(x) - mean).powi(2));
        Self {
            mean: mean as f32,
            deviation: (squares.sum::<f64>() / count).sqrt() as f32,
        }
    }
}

fn mean(vectors: ArrayView2<'_, f32>) -> Array1<f32> {
    let mut sum = Array1::<f64>::zeros(vectors.ncols());
    for row in vectors.rows() {
        sum.zip_mut_with(&row, |sum, &x| *sum += f64::from(x));
    }
    sum.mapv(|x| (x / vectors.nrows().max(1) as f64) as f32)
}

/// Vectors about a centre, scaled to length 1.
fn centred(vectors: ArrayView2<'_, f32>, centre: &Array1<f32>) -> Array2<f32> {
    let mut moved = &vectors - centre;
    for mut row in moved.rows_mut() {
        let length = row.dot(&row).sqrt().max(f32::MIN_POSITIVE);
        row /= length;
    }
    moved
}

/// Each unit's parts of the themes; they sum to 1.
fn soft(scores: ArrayView2<'_, f32>, prior: &[f32]) -> Array2<f32> {
    let mut parts = scores.to_owned();
    for mut row in parts.rows_mut() {
        let mut highest = f32::NEG_INFINITY;
        for (x, prior) in row.iter_mut().zip(prior) {
            *x = *x / TEMPERATURE + prior;
            highest = highest.max(*x);
        }
        row.mapv_inplace(|x| (x - highest).exp());
        let sum = row.sum();
        row /= sum;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::embedding::tests::{codebook, plane};

    /// `right` units about 35 degrees and `up` units about `middle`. The codebook draws its border
    /// near 53 degrees.
    fn units(right: usize, up: usize, middle: f32) -> Array2<f32> {
        let angle = |at: usize| {
            let (about, at) = if at < right {
                (35.0, at)
            } else {
                (middle, at - right)
            };
            (about + (at % 21) as f32 - 10.0_f32).to_radians()
        };
        Array2::from_shape_fn((right + up, 2), |(row, column)| {
            let angle = angle(row);
            if column == 0 {
                angle.cos()
            } else {
                angle.sin()
            }
        })
    }

    #[test]
    fn themes_move_to_where_the_corpus_speaks_of_them() {
        let vectors = units(210, 210, 60.0);
        let texts = vec![""; vectors.nrows()];
        let wrong = |scores: &Array2<f32>| {
            let up = |row: usize| scores[(row, 1)] > scores[(row, 0)];
            (0..420).filter(|&row| up(row) != (row >= 210)).count()
        };
        let before = wrong(&plane().score_vectors(vectors.view()));
        let mut adapted =
            AdaptedScorer::new(&codebook(), plane(), vectors.view()).expect("evenly spread");
        let after = wrong(
            &adapted
                .score(&Units {
                    texts: &texts,
                    vectors: vectors.view(),
                })
                .expect("scored"),
        );
        assert!(after < before, "{after} of {before}");
    }

    #[test]
    fn it_is_refused_where_a_theme_is_rare_or_units_are_few() {
        let refused = |vectors: Array2<f32>| {
            AdaptedScorer::new(&codebook(), plane(), vectors.view())
                .err()
                .expect("refused")
        };
        assert!(matches!(
            refused(units(10, 10, 60.0)),
            NotAdapted::TooFew { needed: 40, .. }
        ));
        let told = refused(units(5, 400, 80.0));
        assert!(
            matches!(&told, NotAdapted::Uneven { theme, .. } if theme == "right"),
            "{told}"
        );
    }
}
