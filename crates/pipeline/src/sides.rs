//! Which articles are held against which.

use std::path::PathBuf;

use lexis::Split;
use serde_json::{Value, json};

use crate::pieces::Piece;
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
    pub(crate) fn mark(
        &self,
        pieces: &mut [Piece],
        observe: &mut dyn FnMut(Event<'_>),
    ) -> Result<(), PipelineError> {
        match self {
            Self::Paths => {}
            Self::Where(condition) => {
                condition.check_fields(pieces.iter().map(|piece| &piece.metadata))?;
                let mut unknown = 0;
                for piece in pieces {
                    let holds = condition.holds(&piece.article.doc_id, &piece.metadata);
                    unknown += usize::from(holds.is_none());
                    piece.is_studied = holds == Some(true);
                }
                if unknown > 0 {
                    observe(Event::Note(&format!(
                        "of {unknown} articles it is not known whether '{condition}' holds; they stand in the reference"
                    )));
                }
            }
            Self::Article(wanted) => {
                if !pieces.iter().any(|piece| piece.id() == wanted) {
                    return Err(PipelineError::NoSuchArticle {
                        wanted: wanted.clone(),
                        known: names(pieces),
                    });
                }
                for piece in pieces {
                    piece.is_studied = piece.article.doc_id == *wanted;
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

/// The division of marked pieces, near-duplicates in groups.
pub(crate) fn split(pieces: &[Piece]) -> Result<Split, PipelineError> {
    let is_target = pieces.iter().map(|piece| piece.is_studied).collect();
    Ok(Split::new(is_target, Some(&repeats::groups(pieces)))?)
}

/// The first names of all.
fn names(pieces: &[Piece]) -> String {
    const NAMED: usize = 10;
    let mut names: Vec<&str> = pieces.iter().take(NAMED).map(Piece::id).collect();
    let more = format!("and {} more", pieces.len().saturating_sub(NAMED));
    if pieces.len() > NAMED {
        names.push(&more);
    }
    names.join(", ")
}
