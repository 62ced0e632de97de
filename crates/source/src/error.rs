//! What can go wrong: for the whole reading, and for one article.

use std::io;
use std::path::PathBuf;

use crate::walk;

/// Nothing can be read at all.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// A path that was given names nothing.
    #[error("{} does not exist; check the path, and the folder that the command is run in", path.display())]
    NotFound {
        /// The path as given.
        path: PathBuf,
    },
    /// A path that was given cannot be opened.
    #[error("{} cannot be read; check its permissions", path.display())]
    Unreadable {
        /// The path as given.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A folder without a single file of a kind that is read.
    #[error("{} holds no article; the kinds that are read are {}", path.display(), walk::KINDS)]
    NothingToRead {
        /// The folder as given.
        path: PathBuf,
    },
}

/// Why one article is left out. Read behind the path: "is empty".
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    #[error("cannot be read: {0}")]
    Io(#[from] io::Error),
    #[error("is not of a kind that is read")]
    UnknownKind,
    #[error("is empty")]
    Empty,
    #[error("is {}, more than the {} an article may have", mebibytes(*size), mebibytes(*limit))]
    TooLarge { size: u64, limit: u64 },
    #[error("is {0}, not text")]
    Binary(&'static str),
    #[error("is not text: it holds {what}")]
    Controls { what: String, offset: usize },
    #[error("is UTF-8 with {count} damaged byte sequence{}", if *count == 1 { "" } else { "s" })]
    BrokenUtf8 {
        offset: usize,
        line: usize,
        count: usize,
    },
    #[error("is not valid {encoding}")]
    Malformed {
        encoding: &'static str,
        offset: usize,
    },
    #[error("looks like {found} (confidence {confidence:.2}), and the model reads {wanted}")]
    Language {
        found: String,
        confidence: f64,
        wanted: String,
    },
    #[error("has no article text")]
    NoArticle,
    #[error("has elements nested too deep to be read")]
    TooDeep,
    #[error("has no column `{wanted}`; its columns are {found}")]
    NoColumn {
        wanted: String,
        found: String,
        option: &'static str,
    },
    #[error("has a row without text in `{column}`")]
    NoText { column: String },
    #[error("has a row that is not like its header: {0}")]
    Csv(#[from] csv::Error),
    #[error("has a line that is not a JSON object: {0}")]
    Json(String),
}

impl Fault {
    /// Where in the file, as far as the fault itself knows.
    pub(crate) fn place(&self) -> Option<String> {
        match self {
            Self::Controls { offset, .. } | Self::Malformed { offset, .. } => {
                Some(format!("byte {offset}"))
            }
            Self::BrokenUtf8 { offset, line, .. } => Some(format!("byte {offset}, line {line}")),
            _ => None,
        }
    }

    /// What to do about it.
    pub(crate) fn remedy(&self) -> String {
        match self {
            Self::Io(_) => "check that the file is still there and that you may read it".to_owned(),
            Self::UnknownKind => format!("the kinds that are read are {}", walk::KINDS),
            Self::Empty => "save the text again, or remove the file".to_owned(),
            Self::TooLarge { .. } => {
                "split it into its articles, or raise --max-article-mb".to_owned()
            }
            Self::Binary(_) => "export it as .txt or .html".to_owned(),
            Self::Controls { .. } => {
                "export it as .txt or .html; where it is text, state its --encoding".to_owned()
            }
            Self::BrokenUtf8 { .. } => {
                "re-save it as UTF-8 from its source, or state its --encoding".to_owned()
            }
            Self::Malformed { .. } => "state its --encoding, or re-save it as UTF-8".to_owned(),
            Self::Language { .. } => {
                "leave it out or give a translation; --any-language keeps it".to_owned()
            }
            Self::NoArticle | Self::TooDeep => {
                "save the page with its article, or save the article as .txt".to_owned()
            }
            Self::NoColumn { option, .. } => format!("name one of them with {option}"),
            Self::NoText { .. } => "fill it, or remove the row".to_owned(),
            Self::Csv(_) => "check the quotes and the number of its columns".to_owned(),
            Self::Json(_) => "write one JSON object a line".to_owned(),
        }
    }
}

/// A size as a reader of messages wants it.
fn mebibytes(bytes: u64) -> String {
    const MEBI: f64 = 1_048_576.0;
    if bytes < 1 << 20 {
        format!("{bytes} bytes")
    } else {
        format!("{:.1} MiB", bytes as f64 / MEBI)
    }
}
