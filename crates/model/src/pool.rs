//! The model's own threads: each makes its worker, keeps it to itself, and takes jobs from one queue.

use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, Sender, bounded, unbounded};

use crate::ModelError;

/// Jobs that wait for each worker besides the one it works on.
const AHEAD: usize = 1;

/// Makes a worker, on the thread that will use it.
pub(crate) type Maker<W> = Box<dyn FnOnce() -> Result<W, ModelError> + Send>;

pub(crate) struct Pool<J> {
    jobs: Option<Sender<J>>,
    threads: Vec<JoinHandle<()>>,
    pads: bool,
}

impl<J: Send + 'static> Pool<J> {
    /// Starts a thread a maker, and waits until all workers are made. `pads` asks a worker whether it
    /// pads its batches; `work` does a job and answers it, come what may.
    pub(crate) fn start<W: 'static>(
        makers: Vec<Maker<W>>,
        pads: impl Fn(&W) -> bool + Copy + Send + 'static,
        work: impl Fn(&mut W, J) + Clone + Send + 'static,
    ) -> Result<Self, ModelError> {
        let (jobs, queue) = bounded::<J>(makers.len() * AHEAD);
        let (ready, started) = unbounded();
        let threads = makers
            .into_iter()
            .map(|make| {
                let (queue, ready, work) = (queue.clone(), ready.clone(), work.clone());
                std::thread::Builder::new()
                    .name("model".into())
                    .spawn(move || serve(make, pads, work, &ready, &queue))
            })
            .collect::<Result<Vec<_>, _>>()?;
        let mut pool = Self {
            jobs: Some(jobs),
            threads,
            pads: false,
        };
        for _ in 0..pool.workers() {
            pool.pads |= started.recv().map_err(|_| stopped())??;
        }
        Ok(pool)
    }

    /// How many workers.
    pub(crate) fn workers(&self) -> usize {
        self.threads.len()
    }

    /// Whether batches are padded.
    pub(crate) fn pads(&self) -> bool {
        self.pads
    }

    /// Jobs under way that keep all workers busy.
    pub(crate) fn enough(&self) -> usize {
        self.workers() * (1 + AHEAD)
    }

    /// Puts a job into the queue.
    pub(crate) fn send(&self, job: J) -> Result<(), ModelError> {
        let jobs = self.jobs.as_ref().ok_or_else(stopped)?;
        jobs.send(job).map_err(|_| stopped())
    }
}

impl<J> Drop for Pool<J> {
    fn drop(&mut self) {
        // Without a sender the queue ends, and so do the threads.
        self.jobs = None;
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

fn serve<W, J>(
    make: Maker<W>,
    pads: impl Fn(&W) -> bool,
    work: impl Fn(&mut W, J),
    ready: &Sender<Result<bool, ModelError>>,
    queue: &Receiver<J>,
) {
    let mut worker = match guarded(make) {
        Ok(worker) => worker,
        Err(error) => {
            let _ = ready.send(Err(error));
            return;
        }
    };
    let _ = ready.send(Ok(pads(&worker)));
    for job in queue {
        work(&mut worker, job);
    }
}

/// The libraries below panic where they should return; a job must come back all the same.
pub(crate) fn guarded<T>(work: impl FnOnce() -> Result<T, ModelError>) -> Result<T, ModelError> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(work))
        .unwrap_or_else(|panic| Err(ModelError::Inference(panic_text(panic.as_ref()))))
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    panic
        .downcast_ref::<String>()
        .cloned()
        .or_else(|| panic.downcast_ref::<&str>().map(|&text| text.to_owned()))
        .unwrap_or_else(|| "it panicked".into())
}

/// What is told where the threads are gone.
pub(crate) fn stopped() -> ModelError {
    ModelError::Inference("the model's threads have stopped".into())
}
