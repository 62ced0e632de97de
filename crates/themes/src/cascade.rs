//! A cheap scorer chooses, a dear one judges: entailment reads only the themes that embeddings put
//! first.

use std::cell::RefCell;
use std::rc::Rc;

use ndarray::{Array2, ArrayView1, ArrayView2};

use crate::{Codebook, EmbeddingScorer, NliScorer, Scorer, ThemeError, Units};

/// What a theme that was not judged falls short of 0 by, for each unit of cosine that it is behind:
/// so little that means over sentences are of what was judged.
const BEHIND: f32 = 1e-3;
/// And at least this, as it may tie with one that was judged.
const LEAST: f32 = 1e-6;

/// Scores the best few themes of each unit by entailment.
///
/// Those scores stand; the other themes keep the order of the embedding scorer below them and below
/// 0, so that no theme that was not judged reaches a threshold.
pub struct CascadeScorer {
    first: EmbeddingScorer,
    second: Rc<RefCell<NliScorer>>,
    kept: usize,
}

/// How often a cascade keeps what entailment alone would have put first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recall {
    /// Themes judged for each unit.
    pub kept: usize,
    /// Units looked at.
    pub units: usize,
    /// Those of them whose best theme by entailment was among the ones kept.
    pub found: usize,
}

impl Recall {
    /// Found units of all; 0 of none.
    pub fn share(self) -> f64 {
        self.found as f64 / self.units.max(1) as f64
    }
}

impl CascadeScorer {
    /// Judges the `kept` best themes of a unit: at least one, at most all.
    pub fn new(first: EmbeddingScorer, second: Rc<RefCell<NliScorer>>, kept: usize) -> Self {
        let kept = kept.clamp(1, second.borrow().hypotheses().len());
        Self {
            first,
            second,
            kept,
        }
    }

    /// Scores some units by entailment for all themes, and counts whose best theme a cascade
    /// keeps. It says how faithful a cascade is to entailment, not how right either is.
    ///
    /// # Errors
    /// When the model fails.
    pub fn recall(&mut self, units: &Units<'_>) -> Result<Recall, ThemeError> {
        let first = self.first.score_vectors(units.vectors);
        let second = self.second.borrow_mut().score(units)?;
        Ok(recall(first.view(), second.view(), self.kept))
    }
}

impl Scorer for CascadeScorer {
    fn name(&self) -> &'static str {
        "cascade"
    }

    fn score(&mut self, units: &Units<'_>) -> Result<Array2<f32>, ThemeError> {
        let mut scores = self.first.score_vectors(units.vectors);
        let chosen: Vec<Vec<usize>> = scores
            .rows()
            .into_iter()
            .map(|row| best(row, self.kept))
            .collect();
        let judged = (self.second.borrow_mut()).score_only(units.texts, &chosen, &mut |_| {})?;
        for ((mut row, chosen), judged) in scores.rows_mut().into_iter().zip(&chosen).zip(judged) {
            let last = row[chosen[chosen.len() - 1]];
            row.mapv_inplace(|score| (score - last).min(0.0) * BEHIND - LEAST);
            for (&theme, score) in chosen.iter().zip(judged) {
                row[theme] = score;
            }
        }
        Ok(scores)
    }

    fn none_below(&self, codebook: &Codebook) -> f32 {
        let second = self.second.borrow();
        if second.is_multi_label() || self.kept == 1 {
            0.5
        } else {
            second.none_below(codebook) * codebook.themes.len() as f32 / self.kept as f32
        }
    }

    fn takes_larger_units(&self) -> bool {
        false
    }
}

/// The `count` best themes of a unit, best first; equal scores in the codebook's order.
fn best(scores: ArrayView1<'_, f32>, count: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]).then(a.cmp(&b)));
    order.truncate(count);
    order
}

fn recall(first: ArrayView2<'_, f32>, second: ArrayView2<'_, f32>, kept: usize) -> Recall {
    let rows = first.rows().into_iter().zip(second.rows());
    let found = rows.filter(|(first, second)| best(*first, kept).contains(&best(*second, 1)[0]));
    Recall {
        kept,
        units: first.nrows(),
        found: found.count(),
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn the_best_come_first_and_ties_in_the_codebooks_order() {
        let scores = array![0.3, 0.9, 0.3, 0.5];
        assert_eq!(best(scores.view(), 3), [1, 3, 0]);
    }

    #[test]
    fn recall_counts_winners_among_the_first_scorers_best() {
        let first = array![[0.9, 0.5, 0.1], [0.9, 0.5, 0.1]];
        let second = array![[0.1, 0.8, 0.3], [0.1, 0.2, 0.7]];
        let found = |kept| recall(first.view(), second.view(), kept).found;
        assert_eq!([found(1), found(2), found(3)], [0, 1, 2]);
    }
}
