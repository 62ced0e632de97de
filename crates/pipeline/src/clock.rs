//! Times the stages and notes the memory they took.

use std::time::Instant;

use nix::sys::resource::{UsageWho, getrusage};

use crate::Event;

/// What a stage did and cost.
#[derive(Clone, Debug)]
pub(crate) struct Stage {
    pub(crate) name: &'static str,
    pub(crate) unit: &'static str,
    pub(crate) items: usize,
    pub(crate) seconds: f64,
    pub(crate) peak_memory: u64,
}

/// The stages so far.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    pub(crate) stages: Vec<Stage>,
}

impl Clock {
    /// Runs a stage. `work` gets the observer and returns its result with the number of items.
    pub(crate) fn time<T, E>(
        &mut self,
        name: &'static str,
        unit: &'static str,
        observe: &mut dyn FnMut(Event<'_>),
        work: impl FnOnce(&mut dyn FnMut(Event<'_>)) -> Result<(T, usize), E>,
    ) -> Result<T, E> {
        observe(Event::Started { stage: name });
        let start = Instant::now();
        let (result, items) = work(observe)?;
        let seconds = start.elapsed().as_secs_f64();
        observe(Event::Done {
            stage: name,
            unit,
            items,
            seconds,
        });
        self.stages.push(Stage {
            name,
            unit,
            items,
            seconds,
            peak_memory: peak_memory(),
        });
        Ok(result)
    }
}

/// Largest resident memory of the process so far, in bytes; 0 where the system doesn't tell.
fn peak_memory() -> u64 {
    let unit = if cfg!(target_os = "macos") { 1 } else { 1024 };
    getrusage(UsageWho::RUSAGE_SELF).map_or(0, |usage| {
        u64::try_from(usage.max_rss()).unwrap_or(0) * unit
    })
}
