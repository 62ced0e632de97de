//! Finds the files that hold articles.

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use crate::error::{Fault, SourceError};
use crate::{Problem, Severity};

/// The endings that are read, for messages.
pub(crate) const KINDS: &str =
    ".txt, .md, .markdown, .html, .htm, .xhtml, .csv, .tsv, .jsonl and .ndjson";

/// How a file holds its articles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Plain,
    Markdown,
    Html,
    Table { delimiter: u8 },
    JsonLines,
}

impl Kind {
    fn of(path: &Path) -> Option<Self> {
        let ending = path.extension()?.to_str()?.to_ascii_lowercase();
        Some(match ending.as_str() {
            "txt" => Self::Plain,
            "md" | "markdown" => Self::Markdown,
            "html" | "htm" | "xhtml" => Self::Html,
            "csv" => Self::Table { delimiter: b',' },
            "tsv" => Self::Table { delimiter: b'\t' },
            "jsonl" | "ndjson" => Self::JsonLines,
            _ => return None,
        })
    }
}

/// A file to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) path: PathBuf,
    pub(crate) kind: Kind,
}

/// The files under `paths`, each once: in the order of `paths`, and within a folder by name. What is
/// named first is kept where a later path leads to the same file or text.
pub(crate) fn find(paths: &[PathBuf]) -> Result<(Vec<Found>, Vec<Problem>), SourceError> {
    let mut found = Vec::new();
    let mut problems = Vec::new();
    for path in paths {
        let facts = fs_err::metadata(path).map_err(|source| match source.kind() {
            io::ErrorKind::NotFound => SourceError::NotFound { path: path.clone() },
            _ => SourceError::Unreadable {
                path: path.clone(),
                source,
            },
        })?;
        if facts.is_dir() {
            let before = found.len();
            folder(path, &mut found, &mut problems)?;
            if found.len() == before {
                return Err(SourceError::NothingToRead { path: path.clone() });
            }
        } else if let Some(kind) = Kind::of(path) {
            found.push(Found {
                path: path.clone(),
                kind,
            });
        } else {
            problems.push(failed(path, &Fault::UnknownKind));
        }
    }
    let mut seen = HashSet::new();
    found.retain(|file| {
        seen.insert(fs_err::canonicalize(&file.path).unwrap_or_else(|_| file.path.clone()))
    });
    Ok((found, problems))
}

fn folder(
    root: &Path,
    found: &mut Vec<Found>,
    problems: &mut Vec<Problem>,
) -> Result<(), SourceError> {
    let visible =
        |entry: &DirEntry| entry.depth() == 0 || !is_hidden(entry) && !is_results(entry.path());
    let walk = WalkDir::new(root).follow_links(true).sort_by_file_name();
    for entry in walk.into_iter().filter_entry(visible) {
        match entry {
            Ok(entry) if entry.file_type().is_file() && !is_about_the_folder(entry.path()) => {
                if let Some(kind) = Kind::of(entry.path()) {
                    found.push(Found {
                        path: entry.into_path(),
                        kind,
                    });
                }
            }
            Ok(_) => {}
            Err(error) if error.depth() == 0 => {
                return Err(SourceError::Unreadable {
                    path: root.to_path_buf(),
                    source: error.into(),
                });
            }
            Err(error) => {
                let path = error.path().unwrap_or(root).to_path_buf();
                problems.push(failed(&path, &Fault::Io(error.into())));
            }
        }
    }
    Ok(())
}

fn failed(path: &Path, fault: &Fault) -> Problem {
    Problem {
        path: path.to_path_buf(),
        place: None,
        doc_id: None,
        severity: Severity::Failed,
        what: fault.to_string(),
        remedy: fault.remedy(),
    }
}

fn is_hidden(entry: &DirEntry) -> bool {
    entry.file_name().to_string_lossy().starts_with('.')
}

/// A folder of results, whose tables hold sentences and no articles.
fn is_results(path: &Path) -> bool {
    ["run.json", "documents.csv"]
        .iter()
        .all(|file| path.join(file).is_file())
}

/// A README or a licence, which comes with a folder and is none of its articles.
fn is_about_the_folder(path: &Path) -> bool {
    let stem = path
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .to_ascii_lowercase();
    matches!(stem.as_str(), "readme" | "license" | "licence")
}
