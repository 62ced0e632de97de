//! What every way of scoring themes has in common.

use std::cell::RefCell;
use std::rc::Rc;

use model::ModelError;
use ndarray::{Array2, ArrayView2};

use crate::{Codebook, Scale};

/// Units of text to score. An embedding scorer reads the vectors, an entailment scorer the texts.
#[derive(Clone, Copy, Debug)]
pub struct Units<'a> {
    /// One text a unit.
    pub texts: &'a [&'a str],
    /// One vector of length 1 a unit, in the same order.
    pub vectors: ArrayView2<'a, f32>,
}

/// Scores units against the themes of a codebook.
pub trait Scorer {
    /// Name used in tables.
    fn name(&self) -> &'static str;

    /// Scores, units × themes in the codebook's order; higher is more.
    ///
    /// # Errors
    /// When the model below fails.
    fn score(&mut self, units: &Units<'_>) -> Result<Array2<f32>, ThemeError>;

    /// The score under which a unit is none of these.
    fn none_below(&self, codebook: &Codebook) -> f32 {
        codebook.none_below
    }

    /// What its scores mean; none where they can't be set right for a corpus.
    fn scale(&self) -> Option<Scale> {
        None
    }

    /// Whether a unit larger than a sentence is scored as a whole; else it has the mean of its
    /// sentences' scores.
    fn takes_larger_units(&self) -> bool {
        true
    }
}

/// One that several share, as it is large.
impl<S: Scorer> Scorer for Rc<RefCell<S>> {
    fn name(&self) -> &'static str {
        self.borrow().name()
    }

    fn score(&mut self, units: &Units<'_>) -> Result<Array2<f32>, ThemeError> {
        self.borrow_mut().score(units)
    }

    fn none_below(&self, codebook: &Codebook) -> f32 {
        self.borrow().none_below(codebook)
    }

    fn scale(&self) -> Option<Scale> {
        self.borrow().scale()
    }

    fn takes_larger_units(&self) -> bool {
        self.borrow().takes_larger_units()
    }
}

/// An error of a scorer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ThemeError {
    /// The model failed.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// A template that says the same of every theme.
    #[error(
        "the template {0:?} has no {{}} to put a theme's name in, as in \"This text is about {{}}.\""
    )]
    Template(String),
}
