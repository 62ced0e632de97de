//! Which articles are held against which.

use std::path::PathBuf;

use lexis::Split;
use serde_json::{Value, json};
use text::Metadata;

use crate::listed::Listed;
use crate::pieces::Piece;
use crate::repeats::Fingerprints;
use crate::{Condition, Event, PipelineError, repeats};

/// How articles are divided into a target and a reference.
#[derive(Clone, Debug, PartialEq)]
pub enum Sides {
    /// The articles are the target and the corpus is the reference.
    Paths,
    /// Those that fulfil a condition are the target, all others the reference.
    Where(Condition),
    /// One article is the target, all others the reference.
    Article(String),
}

impl Sides {
    /// Marks the pieces of the target as those that the command is about.
    pub(crate) fn mark<T: Member>(
        &self,
        pieces: &mut [T],
        observe: &mut dyn FnMut(Event<'_>),
    ) -> Result<(), PipelineError> {
        match self {
            Self::Paths => {}
            Self::Where(condition) => {
                condition.check_fields(pieces.iter().map(Member::metadata))?;
                let mut unknown = 0;
                for piece in pieces {
                    let holds = condition.holds(piece.name(), piece.metadata());
                    unknown += usize::from(holds.is_none());
                    piece.study(holds == Some(true));
                }
                if unknown > 0 {
                    observe(Event::Note(&format!(
                        "of {unknown} articles it is not known whether '{condition}' holds; they stand in the reference"
                    )));
                }
            }
            Self::Article(wanted) => {
                if !pieces.iter().any(|piece| piece.name() == wanted) {
                    return Err(PipelineError::NoSuchArticle {
                        wanted: wanted.clone(),
                        known: names(pieces),
                    });
                }
                for piece in pieces {
                    piece.study(piece.name() == wanted);
                }
            }
        }
        Ok(())
    }

    /// What they are, for the record.
    pub(crate) fn describe(&self, articles: &[PathBuf], corpus: &[PathBuf]) -> Value {
        let paths = |paths: &[PathBuf]| -> Vec<String> {
            let paths = paths.iter().map(|path| path.to_string_lossy());
            paths.map(String::from).collect()
        };
        match self {
            Self::Paths => json!({
                "target": paths(articles),
                "reference": paths(corpus),
            }),
            Self::Where(condition) => json!({"where": condition.to_string()}),
            Self::Article(doc_id) => json!({"article": doc_id}),
        }
    }
}

/// What can stand on a side.
pub(crate) trait Member {
    fn name(&self) -> &str;
    fn metadata(&self) -> &Metadata;
    fn study(&mut self, is_studied: bool);
}

impl Member for Piece {
    fn name(&self) -> &str {
        self.id()
    }

    fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    fn study(&mut self, is_studied: bool) {
        self.is_studied = is_studied;
    }
}

impl Member for Listed {
    fn name(&self) -> &str {
        &self.doc_id
    }

    fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    fn study(&mut self, is_studied: bool) {
        self.is_studied = is_studied;
    }
}

/// The division of marked pieces, near-duplicates in groups.
pub(crate) fn split(pieces: &[Piece]) -> Result<Split, PipelineError> {
    let is_target = pieces.iter().map(|piece| piece.is_studied).collect();
    Ok(Split::new(is_target, Some(&repeats::groups(pieces)))?)
}

/// The same of texts that are no longer in memory.
pub(crate) fn split_listed(
    pieces: &[Listed],
    fingerprints: Fingerprints,
) -> Result<Split, PipelineError> {
    let is_target = pieces.iter().map(|piece| piece.is_studied).collect();
    Ok(Split::new(is_target, Some(&fingerprints.groups()))?)
}

/// The first names of all.
fn names<T: Member>(pieces: &[T]) -> String {
    const NAMED: usize = 10;
    let mut names: Vec<&str> = pieces.iter().take(NAMED).map(Member::name).collect();
    let more = format!("and {} more", pieces.len().saturating_sub(NAMED));
    if pieces.len() > NAMED {
        names.push(&more);
    }
    names.join(", ")
}
