//! What the commands that count words have in common: settings, texts as a corpus of words, and where
//! results go.

use std::path::{Path, PathBuf};

use lexis::{Corpus, CorpusError, Cut, Reader, Source, Words};
use report::{LoneTable, OutputFolder, ReportError, Row, Table};
use source::ReadSettings;
use text::Span;

use crate::pieces::Piece;

/// Which texts are read, how, and where results go. Checked before it gets here.
#[derive(Clone, Debug)]
pub struct TextSettings {
    /// The command that was given, for the record.
    pub command: &'static str,
    /// Files and folders of the articles that the command is about.
    pub articles: Vec<PathBuf>,
    /// Files and folders of the pieces that they are compared with.
    pub corpus: Vec<PathBuf>,
    /// The output folder, or the file of a table.
    pub out: PathBuf,
    /// How files are read.
    pub read: ReadSettings,
    /// Threads. No result depends on it.
    pub threads: usize,
}

/// Where results go: a folder, or one table where its name ends in `.csv`.
pub(crate) enum Output {
    Folder(OutputFolder),
    Table(LoneTable),
}

impl Output {
    pub(crate) fn create(out: &Path) -> Result<Self, ReportError> {
        let is_table = out
            .extension()
            .is_some_and(|ending| ending.eq_ignore_ascii_case("csv"));
        if is_table {
            LoneTable::create(out).map(Self::Table)
        } else {
            OutputFolder::create(out).map(Self::Folder)
        }
    }

    /// Starts the table that the command is for.
    pub(crate) fn table<R: Row>(&self) -> Result<Table, ReportError> {
        match self {
            Self::Folder(folder) => folder.table::<R>(),
            Self::Table(file) => file.table::<R>(),
        }
    }
}

/// All pieces as words, in their order.
pub(crate) fn corpus(pieces: &[Piece]) -> Result<Corpus, CorpusError> {
    corpus_cut(pieces, &Words::default())
}

/// All pieces, cut as told.
pub(crate) fn corpus_cut(pieces: &[Piece], cut: &dyn Cut) -> Result<Corpus, CorpusError> {
    let sentences: Vec<Vec<Span>> = pieces
        .iter()
        .map(|piece| piece.document.sentences.iter().map(|s| s.span).collect())
        .collect();
    let sources: Vec<Source<'_>> = pieces
        .iter()
        .zip(&sentences)
        .map(|(piece, sentences)| Source {
            text: &piece.article.text,
            sentences,
        })
        .collect();
    let mut reader = Reader::new(cut);
    reader.read(&sources)?;
    Ok(reader.finish())
}
