//! What classifies pairs of texts, whatever runs it.

use ndarray::Array2;

use crate::pool::Maker;
use crate::{Batch, ModelError};

/// Tokenized pairs of premise and hypothesis, end to end without padding; special ids are in them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PairBatch {
    ids: Batch,
    /// As many as there are ids.
    types: Vec<u8>,
}

impl PairBatch {
    /// Adds a pair: its ids, and as many token types.
    ///
    /// # Panics
    /// When there are not as many types as ids.
    pub fn push(&mut self, ids: &[u32], types: &[u8]) {
        assert_eq!(ids.len(), types.len(), "each token has a type");
        self.ids.push(ids);
        self.types.extend_from_slice(types);
    }

    /// How many pairs it holds.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// Ids and token types of the pairs, in the order added.
    pub fn pairs(&self) -> impl Iterator<Item = (&[u32], &[u8])> {
        self.ids.sequences().scan(0, |start, ids| {
            let types = &self.types[*start..*start + ids.len()];
            *start += ids.len();
            Some((ids, types))
        })
    }
}

/// Scores batches of pairs by class.
///
/// An implementation runs on one core and lives on the thread that made it.
pub trait SequenceClassifier {
    /// Logits: one row a pair, one column a class of `config.json`.
    ///
    /// # Errors
    /// [`ModelError::Inference`] when the library below fails.
    fn logits(&mut self, batch: &PairBatch) -> Result<Array2<f32>, ModelError>;

    /// Whether it pads a batch to its longest pair, so that alike ones should go together.
    fn pads(&self) -> bool;
}

/// Makes one replica's classifier, on the thread that will use it.
pub(crate) type ClassifierFactory = Maker<Box<dyn SequenceClassifier>>;
