//! What reading gives: articles, and what stood in the way of others.

use std::path::PathBuf;

use encoding_rs::Encoding;
use text::{Block, Metadata};

/// One article, as its file gives it: nothing is cleaned yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Article {
    /// Name of the article, unique in the reading.
    pub doc_id: String,
    /// The file, as it was found: relative where the path given was relative.
    pub path: PathBuf,
    /// In a table the data row, in JSON lines the line; both counted from 1.
    pub row: Option<u64>,
    /// SHA-256 of the file's bytes in hexadecimal; for a row of a table, of its text.
    pub sha256: String,
    /// The encoding that the file was decoded from.
    pub encoding: &'static str,
    /// What the offsets of spans into `text` count.
    pub offset_base: OffsetBase,
    /// The text, decoded; where markup was read, its blocks with an empty line between them.
    pub text: String,
    /// The blocks of markup in reading order, the title first; `None` for plain text, whose layout
    /// [`text::block::lines`] tells.
    pub blocks: Option<Vec<Block>>,
    /// What the container says: front matter, the page's head, columns.
    pub metadata: Metadata,
}

/// What the byte offsets of an article's spans count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OffsetBase {
    /// Bytes of the file itself.
    File,
    /// Bytes of the decoded or extracted text.
    Decoded,
}

impl OffsetBase {
    /// The name used in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Decoded => "decoded",
        }
    }
}

/// Something about an input that its owner should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file or folder.
    pub path: PathBuf,
    /// Where in it, such as "line 12" or "byte 4096".
    pub place: Option<String>,
    /// The article, where it has a name.
    pub doc_id: Option<String>,
    /// What it means for the reading.
    pub severity: Severity,
    /// What is wrong, to be read behind the path: "is empty".
    pub what: String,
    /// What to do about it.
    pub remedy: String,
}

/// What a [`Problem`] means for the reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Left out.
    Failed,
    /// Left out without loss: the same text was read before.
    Skipped,
    /// Read, with a doubt.
    Warning,
}

impl Severity {
    /// The name used in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Skipped => "skipped",
            Self::Warning => "warning",
        }
    }
}

/// All that was read: articles in the order of the arguments, by name within a folder and by place
/// within a file; problems by path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// The articles.
    pub articles: Vec<Article>,
    /// What was left out or is doubtful.
    pub problems: Vec<Problem>,
}

/// How to read.
#[derive(Clone, Debug)]
pub struct ReadSettings {
    /// The encoding of all files, where it is known; a byte order mark still wins.
    pub encoding: Option<&'static Encoding>,
    /// The largest article that is read, in bytes.
    pub max_article_bytes: u64,
    /// The column with the text, in tables and JSON lines.
    pub text_column: Option<String>,
    /// The column with the name of the article, in tables and JSON lines.
    pub id_column: Option<String>,
    /// ISO 639-1: an article recognised as another language is left out. `None` keeps all.
    pub language: Option<String>,
    /// An article with fewer words is read with a warning.
    pub min_words: usize,
}

impl Default for ReadSettings {
    /// English articles of up to 16 MiB, in any encoding.
    fn default() -> Self {
        Self {
            encoding: None,
            max_article_bytes: 16 << 20,
            text_column: None,
            id_column: None,
            language: Some("en".to_owned()),
            min_words: 20,
        }
    }
}
