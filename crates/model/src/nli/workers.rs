//! A classifier's replicas at work on batches.

use crossbeam_channel::{Sender, unbounded};
use ndarray::Array2;

use crate::classifier::ClassifierFactory;
use crate::pool::{Pool, guarded, stopped};
use crate::{ModelError, PairBatch, SequenceClassifier};

pub(super) struct Workers(Pool<Job>);

/// A batch, the places of its pairs, and where its logits go.
struct Job {
    places: Vec<usize>,
    batch: PairBatch,
    reply: Sender<Done>,
}

/// Gets the places of a batch's pairs, and their logits.
pub(super) type Take<'a> = dyn FnMut(&[usize], Array2<f32>) -> Result<(), ModelError> + 'a;

type Done = (Vec<usize>, Result<Array2<f32>, ModelError>);

impl Workers {
    pub(super) fn start(factories: Vec<ClassifierFactory>) -> Result<Self, ModelError> {
        let work = |classifier: &mut Box<dyn SequenceClassifier>, job: Job| {
            let outcome = guarded(|| classifier.logits(&job.batch));
            // Nobody listens once a run has failed; the rest of the queue is another run's.
            let _ = job.reply.send((job.places, outcome));
        };
        Pool::start(factories, |classifier| classifier.pads(), work).map(Self)
    }

    /// How many replicas.
    pub(super) fn replicas(&self) -> usize {
        self.0.workers()
    }

    /// Whether batches are padded.
    pub(super) fn pads(&self) -> bool {
        self.0.pads()
    }

    /// Scores batches; `take` gets each, in no certain order.
    pub(super) fn run(
        &mut self,
        batches: impl Iterator<Item = (Vec<usize>, PairBatch)>,
        take: &mut Take<'_>,
    ) -> Result<(), ModelError> {
        let (reply, results) = unbounded::<Done>();
        let mut next = || {
            let (places, outcome) = results.recv().map_err(|_| stopped())?;
            take(&places, outcome?)
        };
        let mut under_way = 0;
        for (places, batch) in batches {
            let reply = reply.clone();
            self.0.send(Job {
                places,
                batch,
                reply,
            })?;
            under_way += 1;
            if under_way == self.0.enough() {
                next()?;
                under_way -= 1;
            }
        }
        (0..under_way).try_for_each(|_| next())
    }
}
