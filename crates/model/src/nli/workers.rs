//! A classifier's replicas, each on a thread of its own.

use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, Sender, bounded, unbounded};
use ndarray::Array2;

use crate::classifier::ClassifierFactory;
use crate::replica::guarded;
use crate::{ModelError, PairBatch};

/// Batches that wait for each replica besides the one it works on.
const AHEAD: usize = 1;

pub(super) struct Workers {
    jobs: Option<Sender<Job>>,
    threads: Vec<JoinHandle<()>>,
    pads: bool,
}

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
        let (jobs, queue) = bounded::<Job>(factories.len() * AHEAD);
        let (ready, started) = unbounded();
        let threads = factories
            .into_iter()
            .map(|make| {
                let (queue, ready) = (queue.clone(), ready.clone());
                std::thread::Builder::new()
                    .name("model".into())
                    .spawn(move || serve(make, &ready, &queue))
            })
            .collect::<Result<Vec<_>, _>>()?;
        let mut workers = Self {
            jobs: Some(jobs),
            threads,
            pads: false,
        };
        for _ in 0..workers.threads.len() {
            workers.pads |= started.recv().map_err(|_| stopped())??;
        }
        Ok(workers)
    }

    /// Whether batches are padded.
    pub(super) fn pads(&self) -> bool {
        self.pads
    }

    /// Scores batches; `take` gets each, in no certain order.
    pub(super) fn run(
        &mut self,
        batches: impl Iterator<Item = (Vec<usize>, PairBatch)>,
        take: &mut Take<'_>,
    ) -> Result<(), ModelError> {
        let jobs = self.jobs.as_ref().ok_or_else(stopped)?;
        let (reply, results) = unbounded::<Done>();
        let mut next = || {
            let (places, outcome) = results.recv().map_err(|_| stopped())?;
            take(&places, outcome?)
        };
        let most = self.threads.len() * (1 + AHEAD);
        let mut under_way = 0;
        for (places, batch) in batches {
            let reply = reply.clone();
            let job = Job {
                places,
                batch,
                reply,
            };
            jobs.send(job).map_err(|_| stopped())?;
            under_way += 1;
            if under_way == most {
                next()?;
                under_way -= 1;
            }
        }
        (0..under_way).try_for_each(|_| next())
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        // Without a sender the queue ends, and so do the threads.
        self.jobs = None;
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

fn serve(make: ClassifierFactory, ready: &Sender<Result<bool, ModelError>>, queue: &Receiver<Job>) {
    let mut classifier = match guarded(make) {
        Ok(classifier) => classifier,
        Err(error) => {
            let _ = ready.send(Err(error));
            return;
        }
    };
    let _ = ready.send(Ok(classifier.pads()));
    for job in queue {
        let outcome = guarded(|| classifier.logits(&job.batch));
        // Nobody listens once a run has failed; the rest of the queue is another run's.
        let _ = job.reply.send((job.places, outcome));
    }
}

fn stopped() -> ModelError {
    ModelError::Inference("the model's threads have stopped".into())
}
