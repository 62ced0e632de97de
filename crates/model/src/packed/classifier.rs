//! The packed encoder with a classifier's head.

use std::sync::Arc;

use kernels::Level;
use ndarray::Array2;

use super::head::Head;
use super::weights::Weights;
use super::{Packed, Tokens, Wanted, groups};
use crate::classifier::ClassifierFactory;
use crate::tensors::Tensors;
use crate::{Architecture, Hyper, ModelError, PairBatch, Pooling, Precision, SequenceClassifier};

/// One classifier factory a replica; all share one copy of the weights.
pub(crate) fn factories(
    tensors: &mut Tensors,
    network: (Architecture, &Hyper),
    classes: usize,
    precision: Precision,
    replicas: usize,
) -> Result<Vec<ClassifierFactory>, ModelError> {
    let level = Level::best();
    // Encoders alone pool.
    let weights = Weights::take(tensors, network, Pooling::Cls, level, precision)?;
    let head = Head::take(tensors, network, classes, level)?;
    let (weights, head) = (Arc::new(weights), Arc::new(head));
    Ok((0..replicas)
        .map(|_| {
            let (weights, head) = (Arc::clone(&weights), Arc::clone(&head));
            let make = move || {
                let encoder = Packed::new(weights);
                Ok(Box::new(PackedClassifier { encoder, head }) as Box<dyn SequenceClassifier>)
            };
            Box::new(make) as ClassifierFactory
        })
        .collect())
}

struct PackedClassifier {
    encoder: Packed,
    head: Arc<Head>,
}

impl SequenceClassifier for PackedClassifier {
    fn logits(&mut self, batch: &PairBatch) -> Result<Array2<f32>, ModelError> {
        let Self { encoder, head } = self;
        let mut logits = Array2::zeros((batch.len(), head.classes));
        let pairs: Vec<Tokens<'_>> = batch
            .pairs()
            .map(|(ids, types)| Tokens { ids, types })
            .collect();
        for group in groups(&pairs) {
            encoder.run(&pairs[group.clone()], Wanted::First)?;
            let found = head.apply(&mut encoder.operand, &encoder.hidden, group.len());
            for (mut row, found) in logits
                .rows_mut()
                .into_iter()
                .skip(group.start)
                .zip(found.chunks_exact(head.stride()))
            {
                row.iter_mut().zip(found).for_each(|(to, &from)| *to = from);
            }
        }
        Ok(logits)
    }

    fn pads(&self) -> bool {
        false
    }
}
