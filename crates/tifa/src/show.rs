//! What a user sees of a run: bars on a terminal, plain lines in a pipe.

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use pipeline::Event;
use source::{Problem, Severity};

/// Hears a run's events and shows them on standard error.
pub(crate) struct Observer {
    quiet: bool,
    bar: Option<ProgressBar>,
    is_terminal: bool,
    /// Fifths of the running stage already told in a pipe.
    told: usize,
    warnings: usize,
}

/// Warnings told one by one; a table of short texts could have thousands.
const WARNINGS_TOLD: usize = 5;

impl Observer {
    pub(crate) fn new(quiet: bool) -> Self {
        Self {
            quiet,
            bar: None,
            is_terminal: std::io::stderr().is_terminal(),
            told: 0,
            warnings: 0,
        }
    }

    pub(crate) fn hear(&mut self, event: &Event<'_>) {
        match *event {
            Event::Problem(problem) => {
                self.warnings += usize::from(problem.severity == Severity::Warning);
                if problem.severity != Severity::Warning || self.warnings <= WARNINGS_TOLD {
                    self.say(&line(problem));
                }
            }
            Event::Note(note) => self.say(&format!("tifa: note: {note}")),
            _ if self.quiet => {}
            Event::Remark(remark) => self.say(remark),
            Event::Started { stage } => self.start(stage),
            Event::Advanced { stage, done, total } => self.advance(stage, done, total),
            Event::Done {
                stage,
                unit,
                items,
                seconds,
            } => {
                self.close();
                eprintln!("{stage}: {items} {unit} in {seconds:.2} s");
            }
            _ => {}
        }
    }

    /// Ends the show: no bar is left, and warnings held back are counted.
    pub(crate) fn finish(&mut self) {
        self.close();
        if self.warnings > WARNINGS_TOLD {
            let more = self.warnings - WARNINGS_TOLD;
            self.say(&format!(
                "tifa: and {more} more warnings, all in problems.csv"
            ));
        }
    }

    fn close(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }

    fn start(&mut self, stage: &'static str) {
        self.told = 0;
        if self.is_terminal {
            let bar = ProgressBar::new_spinner().with_message(stage);
            bar.enable_steady_tick(Duration::from_millis(120));
            self.bar = Some(bar);
        }
    }

    fn advance(&mut self, stage: &str, done: usize, total: usize) {
        if let Some(bar) = &self.bar {
            if bar.length().is_none() {
                bar.set_length(total as u64);
                if let Ok(style) =
                    ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} {eta}")
                {
                    bar.set_style(style);
                }
            }
            bar.set_position(done as u64);
            return;
        }
        // In a pipe: a line at each fifth, so that a log shows life without filling up.
        let fifth = done * 5 / total.max(1);
        if fifth > self.told && done < total {
            self.told = fifth;
            eprintln!("{stage}: {done} of {total}");
        }
    }

    fn say(&self, line: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| eprintln!("{line}")),
            None => eprintln!("{line}"),
        }
    }
}

fn line(problem: &Problem) -> String {
    let place = problem
        .place
        .as_ref()
        .map_or(String::new(), |place| format!(", {place}"));
    let word = match problem.severity {
        Severity::Failed => "left out",
        Severity::Skipped => "skipped",
        Severity::Warning => "warning",
    };
    format!(
        "tifa: {word}: {}{place}: {}; {}",
        problem.path.display(),
        problem.what,
        problem.remedy
    )
}
