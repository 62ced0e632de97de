//! What the model's tokenizer, and the model where it ran, did to the sentences of all pieces.

use std::ops::Range;

use model::{Ledger, Running};

use crate::PipelineError;
use crate::pieces::Piece;

/// Counts of every sentence.
pub(crate) struct SubwordCounts {
    pub(crate) subwords: Vec<u32>,
    /// What reached the model, where it ran.
    pub(crate) fed: Option<Fed>,
}

/// What reached the model of every sentence.
pub(crate) struct Fed {
    pub(crate) windows: Vec<u32>,
    pub(crate) cut: Vec<u32>,
    /// Different sentences.
    pub(crate) distinct: usize,
    /// Of these, how many came from the cache.
    pub(crate) recalled: usize,
    pub(crate) running: Running,
}

/// Sentences named in an error.
const NAMED: usize = 5;

impl SubwordCounts {
    /// Counts of sentences that were embedded.
    pub(crate) fn of(ledger: Ledger, running: Running) -> Self {
        Self {
            subwords: ledger.subwords,
            fed: Some(Fed {
                windows: ledger.windows,
                cut: ledger.cut,
                distinct: ledger.distinct,
                recalled: ledger.recalled,
                running,
            }),
        }
    }

    /// Subwords of some sentences.
    pub(crate) fn subwords(&self, sentences: Range<usize>) -> usize {
        sum(&self.subwords[sentences])
    }
}

impl Fed {
    /// Subwords of some sentences that did not reach the model.
    pub(crate) fn cut(&self, sentences: Range<usize>) -> usize {
        sum(&self.cut[sentences])
    }

    /// How many of some sentences are longer than the model's limit, and went in windows.
    pub(crate) fn windowed(&self, sentences: Range<usize>) -> usize {
        let long = self.windows[sentences].iter().filter(|&&count| count > 1);
        long.count()
    }

    /// Windows of all sentences.
    pub(crate) fn windows(&self) -> usize {
        sum(&self.windows)
    }

    /// Sentences whose end was cut off.
    pub(crate) fn cut_sentences(&self) -> usize {
        self.cut.iter().filter(|&&count| count > 0).count()
    }

    /// Fails where a subword did not reach the model, with the first sentences concerned.
    pub(crate) fn forbid_cuts(
        &self,
        pieces: &[Piece],
        offsets: &[usize],
        limit: usize,
    ) -> Result<(), PipelineError> {
        let mut named = Vec::new();
        let mut articles = 0;
        for (piece, &first) in pieces.iter().zip(offsets) {
            let own = &self.cut[first..first + piece.document.sentences.len()];
            let cut = own.iter().enumerate().filter(|&(_, &count)| count > 0);
            articles += usize::from(cut.clone().next().is_some());
            named.extend(
                cut.take(NAMED - named.len())
                    .map(|(at, count)| format!("{} sentence {} ({count})", piece.id(), at + 1)),
            );
        }
        if named.is_empty() {
            return Ok(());
        }
        Err(PipelineError::Cut {
            sentences: self.cut_sentences(),
            articles,
            subwords: self.cut(0..self.cut.len()),
            limit,
            first: named.join(", "),
        })
    }
}

/// Share of subwords that reached the model; all of none.
pub(crate) fn coverage(subwords: usize, cut: usize) -> f64 {
    if subwords == 0 {
        1.0
    } else {
        (subwords - cut) as f64 / subwords as f64
    }
}

fn sum(counts: &[u32]) -> usize {
    counts.iter().map(|&count| count as usize).sum()
}
