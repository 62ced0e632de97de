//! What the commands that count words have in common: settings, texts as a corpus of words, and where
//! results go.

use std::path::{Path, PathBuf};
use std::time::Instant;

use lexis::{Corpus, CorpusError, Cut, Reader, Source, Words};
use report::{LoneTable, OutputFolder, ReportError, Row, Table};
use serde_json::Value;
use source::ReadSettings;
use text::Span;

use crate::clock::Clock;
use crate::counting::{Counter, Counting};
use crate::pieces::{self, Piece};
use crate::record::{Record, times};
use crate::texts::{self, Texts};
use crate::{Event, PipelineError, writing};

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
    /// What is counted.
    pub counting: Counting,
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

    /// Puts the results in their place; a folder gets the tables of the articles and the record as
    /// well. `R` is the table that stands alone.
    pub(crate) fn commit<R: Row>(
        self,
        results: Results<'_>,
        observe: &mut dyn FnMut(Event<'_>),
    ) -> Result<(), PipelineError> {
        match self {
            Self::Table(file) => Ok(file.commit::<R>()?),
            Self::Folder(folder) => results.commit(folder, observe),
        }
    }
}

/// What goes beside the tables that a command is for.
pub(crate) struct Results<'a> {
    pub(crate) wanted: &'a TextSettings,
    pub(crate) texts: &'a Texts,
    pub(crate) clock: Clock,
    pub(crate) start: Instant,
    /// The command's own settings, for the record.
    pub(crate) settings: Value,
    /// What it found, for the record.
    pub(crate) found: Value,
}

impl Results<'_> {
    /// Writes the tables of the articles and the record, and puts the folder in its place.
    pub(crate) fn commit(
        mut self,
        folder: OutputFolder,
        observe: &mut dyn FnMut(Event<'_>),
    ) -> Result<(), PipelineError> {
        let pieces = &self.texts.pieces;
        self.clock.time("write texts", "documents", observe, |_| {
            writing::texts(&folder, pieces, &pieces::offsets(pieces), None)?;
            writing::problems(&folder, &self.texts.problems)?;
            Ok::<_, PipelineError>(((), pieces.len()))
        })?;
        writing::stages(&folder, &self.clock.stages)?;
        let record = Record::lexical(
            self.wanted,
            self.settings,
            self.texts,
            self.found,
            times(self.start, self.wanted.threads),
        );
        Ok(folder.commit(&record)?)
    }
}

/// The texts that a command is about and those that they are compared with.
pub(crate) fn read(
    wanted: &TextSettings,
    clock: &mut Clock,
    observe: &mut dyn FnMut(Event<'_>),
) -> Result<Texts, PipelineError> {
    texts::read(
        &wanted.articles,
        &wanted.corpus,
        &wanted.read,
        clock,
        observe,
    )
}

/// All pieces as words, or what else is counted, in their order.
pub(crate) fn corpus(pieces: &[Piece], counter: &Counter) -> Result<Corpus, PipelineError> {
    let corpus = corpus_cut(pieces, counter)?;
    counter.check()?;
    Ok(corpus)
}

/// All pieces as plain words.
pub(crate) fn words(pieces: &[Piece]) -> Result<Corpus, CorpusError> {
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
