//! Classifiers of pairs whose networks are not BERT's: each type of them has a file of its own.
//!
//! As in [`packed`], a batch's sequences lie end to end, linear layers run over blocks of rows and
//! attention over one sequence at a time: so the logits of a pair don't depend on its batch.

mod activation;
mod bart;
mod config;
mod deberta;
mod heads;
mod mobilebert;
mod parts;
mod products;
mod xlnet;

use std::sync::Arc;

use kernels::Level;
use ndarray::Array2;
use serde::Deserialize;

use crate::classifier::ClassifierFactory;
use crate::files::Files;
use crate::packed::{self, Tokens};
use crate::tensors::Tensors;
use crate::{ModelError, PairBatch, SequenceClassifier};
use config::read as of;
use parts::{Rows, Source, Work};

/// The types that run here, as `model_type` names them.
pub(crate) const TYPES: [&str; 5] = ["deberta", "deberta-v2", "bart", "mobilebert", "xlnet"];

/// A checked configuration, of which a network can be made.
pub(crate) trait Blueprint {
    /// Most subwords of a pair, special ones included.
    fn longest(&self) -> usize;

    /// Whether its tokenizer in transformers gives token types where the folder doesn't say.
    fn has_types(&self) -> bool {
        true
    }

    /// Takes the network's weights.
    fn build(
        &self,
        source: &mut Source<'_>,
        classes: usize,
    ) -> Result<Arc<dyn Network>, ModelError>;
}

/// A network with its weights, shared by all replicas.
pub(crate) trait Network: Send + Sync {
    /// A row of logits a pair.
    fn logits(&self, work: &mut Work, pairs: &[Tokens<'_>]) -> Result<Rows, ModelError>;
}

/// The type of model that a configuration names.
pub(crate) fn model_type(files: &mut Files<'_>) -> Result<Option<String>, ModelError> {
    #[derive(Default, Deserialize)]
    struct Named {
        model_type: Option<String>,
    }
    let named: Named = files.json("config.json")?.unwrap_or_default();
    Ok(named.model_type)
}

/// The blueprint in a folder of one of the [`TYPES`].
pub(crate) fn read(
    files: &mut Files<'_>,
    model_type: &str,
) -> Result<Option<Box<dyn Blueprint>>, ModelError> {
    let blueprint: Box<dyn Blueprint> = match model_type {
        "deberta" => Box::new(deberta::read(files, deberta::Version::First)?),
        "deberta-v2" => Box::new(deberta::read(files, deberta::Version::Second)?),
        "bart" => Box::new(bart::read(files)?),
        "mobilebert" => Box::new(mobilebert::read(files)?),
        "xlnet" => Box::new(xlnet::read(files)?),
        _ => return Ok(None),
    };
    Ok(Some(blueprint))
}

/// One classifier factory a replica; all share one copy of the weights.
pub(crate) fn factories(
    tensors: &mut Tensors,
    blueprint: &dyn Blueprint,
    classes: usize,
    replicas: usize,
) -> Result<Vec<ClassifierFactory>, ModelError> {
    let level = Level::best();
    let network = blueprint.build(&mut Source { tensors, level }, classes)?;
    Ok((0..replicas)
        .map(|_| {
            let network = Arc::clone(&network);
            let make = move || {
                let work = Work::new(level);
                Ok(Box::new(Classifier {
                    network,
                    work,
                    classes,
                }) as Box<dyn SequenceClassifier>)
            };
            Box::new(make) as ClassifierFactory
        })
        .collect())
}

struct Classifier {
    network: Arc<dyn Network>,
    work: Work,
    classes: usize,
}

impl SequenceClassifier for Classifier {
    fn logits(&mut self, batch: &PairBatch) -> Result<Array2<f32>, ModelError> {
        let mut logits = Array2::zeros((batch.len(), self.classes));
        let pairs: Vec<Tokens<'_>> = batch
            .pairs()
            .map(|(ids, types)| Tokens { ids, types })
            .collect();
        for group in packed::groups(&pairs) {
            let found = self.network.logits(&mut self.work, &pairs[group.clone()])?;
            for (at, row) in group.enumerate() {
                let found = &found.row(at)[..self.classes];
                let to = logits.row_mut(row).into_iter();
                to.zip(found).for_each(|(to, &from)| *to = from);
            }
        }
        Ok(logits)
    }

    fn pads(&self) -> bool {
        false
    }
}
