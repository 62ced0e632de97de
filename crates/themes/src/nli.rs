//! Themes by entailment: does a text say what a sentence about the theme says?

use model::{NliLabels, NliModel};
use ndarray::{Array2, ArrayView1};

use crate::{Codebook, Scale, Scorer, ThemeError, Units};

/// Where the theme's name goes in a template.
const PLACE: &str = "{}";

/// Scores of one text for several hypotheses, from the logits of each, as transformers' zero-shot
/// pipeline makes them.
///
/// With `multi_label` a score is the probability of entailment against contradiction, each
/// hypothesis for itself; else scores are shares of the hypotheses in the entailment, and sum to 1.
pub fn scores<'a>(
    logits: impl IntoIterator<Item = ArrayView1<'a, f32>>,
    labels: &NliLabels,
    multi_label: bool,
) -> Vec<f32> {
    let logits = logits.into_iter();
    if multi_label {
        return logits
            .map(|row| share(row[labels.entailment], row[labels.contradiction]))
            .collect();
    }
    let entailment: Vec<f64> = logits
        .map(|row| f64::from(row[labels.entailment]))
        .collect();
    let most = entailment.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let powers: Vec<f64> = entailment
        .iter()
        .map(|logit| (logit - most).exp())
        .collect();
    let sum: f64 = powers.iter().sum();
    powers.iter().map(|power| (power / sum) as f32).collect()
}

/// The first one's share of two logits.
fn share(logit: f32, other: f32) -> f32 {
    (1.0 / (1.0 + (f64::from(other) - f64::from(logit)).exp())) as f32
}

/// Scores a unit by how far it entails a sentence about each theme.
pub struct NliScorer {
    model: NliModel,
    hypotheses: Vec<String>,
    multi_label: bool,
}

impl NliScorer {
    /// Puts each theme's name into `template` in place of `{}`, as it is. With `multi_label` themes
    /// are scored each for itself, else a unit's scores sum to 1.
    ///
    /// # Errors
    /// [`ThemeError::Template`] when the template has no place for a name.
    pub fn new(
        codebook: &Codebook,
        model: NliModel,
        template: &str,
        multi_label: bool,
    ) -> Result<Self, ThemeError> {
        if !template.contains(PLACE) {
            return Err(ThemeError::Template(template.to_owned()));
        }
        let themes = codebook.themes.iter();
        Ok(Self {
            model,
            hypotheses: themes
                .map(|theme| template.replace(PLACE, &theme.name))
                .collect(),
            multi_label,
        })
    }

    /// The model.
    pub fn model(&self) -> &NliModel {
        &self.model
    }

    /// Whether each theme is scored for itself.
    pub fn is_multi_label(&self) -> bool {
        self.multi_label
    }

    /// The sentence that stands for each theme, in the codebook's order.
    pub fn hypotheses(&self) -> &[String] {
        &self.hypotheses
    }

    /// Scores of some themes for some units only: `themes` lists those of each text. Where scores
    /// sum to 1, they do so over these; one alone is scored as with `multi_label`, as transformers
    /// does. `progress` hears how many pairs are done.
    ///
    /// # Errors
    /// When the model fails.
    ///
    /// # Panics
    /// When there is not a list a text, or one names a theme that is not there.
    pub fn score_only(
        &mut self,
        texts: &[&str],
        themes: &[Vec<usize>],
        progress: &mut dyn FnMut(usize),
    ) -> Result<Vec<Vec<f32>>, ThemeError> {
        assert_eq!(texts.len(), themes.len(), "each text has its list");
        let pairs: Vec<(u32, u32)> = themes
            .iter()
            .enumerate()
            .flat_map(|(text, own)| own.iter().map(move |&theme| (text as u32, theme as u32)))
            .collect();
        let hypotheses: Vec<&str> = self.hypotheses.iter().map(String::as_str).collect();
        let found = self.model.logits(texts, &hypotheses, &pairs, progress)?;
        let mut first = 0;
        Ok(themes
            .iter()
            .map(|own| {
                let pairs = first..first + own.len();
                first = pairs.end;
                let windows: Vec<Vec<(ArrayView1<'_, f32>, u32)>> =
                    pairs.map(|pair| found.windows(pair).collect()).collect();
                of_windows(&windows, self.model.labels(), self.multi_label)
            })
            .collect())
    }
}

/// A text's scores: means over its windows, each weighted by what it holds of the text.
fn of_windows(
    pairs: &[Vec<(ArrayView1<'_, f32>, u32)>],
    labels: &NliLabels,
    multi_label: bool,
) -> Vec<f32> {
    let Some(windows) = pairs.first() else {
        return Vec::new();
    };
    let multi_label = multi_label || pairs.len() == 1;
    // An empty text has one empty window.
    let weights: Vec<f32> = windows
        .iter()
        .map(|&(_, held)| held.max(1) as f32)
        .collect();
    let all: f32 = weights.iter().sum();
    let mut means = vec![0.0; pairs.len()];
    for (window, weight) in weights.iter().enumerate() {
        let logits = pairs.iter().map(|windows| windows[window].0);
        let found = scores(logits, labels, multi_label);
        for (mean, score) in means.iter_mut().zip(found) {
            *mean += score * weight / all;
        }
    }
    means
}

impl Scorer for NliScorer {
    fn name(&self) -> &'static str {
        "nli"
    }

    fn score(&mut self, units: &Units<'_>) -> Result<Array2<f32>, ThemeError> {
        let count = self.hypotheses.len();
        let themes = vec![(0..count).collect::<Vec<_>>(); units.texts.len()];
        let found = self.score_only(units.texts, &themes, &mut |_| {})?;
        let all: Vec<f32> = found.into_iter().flatten().collect();
        Ok(Array2::from_shape_vec((units.texts.len(), count), all)
            .expect("each text has a score a theme"))
    }

    /// Each for itself, a theme holds where entailment is likelier than contradiction; where one of
    /// them must hold, none of these can't be.
    fn none_below(&self, _: &Codebook) -> f32 {
        if self.multi_label {
            0.5
        } else {
            1.0 / self.hypotheses.len() as f32
        }
    }

    /// Where each theme is scored for itself, there is nothing to share out.
    fn scale(&self) -> Option<Scale> {
        (!self.multi_label).then_some(Scale::Probabilities)
    }

    fn takes_larger_units(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    const LABELS: NliLabels = NliLabels {
        entailment: 1,
        contradiction: 0,
        classes: 3,
    };

    /// Worked by hand: e^ln 3 / (e^ln 3 + e^0) = 3/4, and 3 : 1 : 1 of the three entailments.
    #[test]
    fn the_neutral_class_takes_no_part() {
        let three = 3_f32.ln();
        let logits = array![[0.0, three, 9.0], [0.0, 0.0, -9.0], [three, 0.0, 50.0]];
        let near = |found: Vec<f32>, expected: [f32; 3]| {
            // Of 32-bit logarithms.
            let all = found.iter().zip(expected);
            assert!(all.clone().all(|(a, b)| (a - b).abs() < 1e-6), "{found:?}");
        };
        near(scores(logits.rows(), &LABELS, true), [0.75, 0.5, 0.25]);
        near(scores(logits.rows(), &LABELS, false), [0.6, 0.2, 0.2]);
    }

    #[test]
    fn great_logits_do_not_overflow() {
        let logits = array![[0.0, 2000.0, 0.0], [0.0, -2000.0, 0.0]];
        for multi_label in [false, true] {
            assert_eq!(scores(logits.rows(), &LABELS, multi_label), [1.0, 0.0]);
        }
    }

    #[test]
    fn windows_weigh_by_what_they_hold() {
        let (yes, no) = (array![-50.0, 50.0, 0.0], array![50.0, -50.0, 0.0]);
        let pairs = [
            vec![(yes.view(), 30), (no.view(), 10)],
            vec![(no.view(), 30), (yes.view(), 10)],
        ];
        for multi_label in [false, true] {
            assert_eq!(of_windows(&pairs, &LABELS, multi_label), [0.75, 0.25]);
        }
    }
}
