//! What classifies pairs of texts, whatever runs it.

use ndarray::Array2;

use crate::ModelError;

/// Tokenized pairs of premise and hypothesis, end to end without padding; special ids are in them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PairBatch {
    ids: Vec<u32>,
    types: Vec<u8>,
    ends: Vec<usize>,
}

impl PairBatch {
    /// Adds a pair: its ids, and as many token types.
    ///
    /// # Panics
    /// When there are not as many types as ids.
    pub fn push(&mut self, ids: &[u32], types: &[u8]) {
        assert_eq!(ids.len(), types.len(), "each token has a type");
        self.ids.extend_from_slice(ids);
        self.types.extend_from_slice(types);
        self.ends.push(self.ids.len());
    }

    /// How many pairs it holds.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Length of its longest pair.
    pub fn longest(&self) -> usize {
        self.pairs().map(|(ids, _)| ids.len()).max().unwrap_or(0)
    }

    /// Ids and token types of the pairs, in the order added.
    pub fn pairs(&self) -> impl Iterator<Item = (&[u32], &[u8])> {
        self.ends.iter().scan(0, |start, &end| {
            let pair = (&self.ids[*start..end], &self.types[*start..end]);
            *start = end;
            Some(pair)
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
pub(crate) type ClassifierFactory =
    Box<dyn FnOnce() -> Result<Box<dyn SequenceClassifier>, ModelError> + Send>;
