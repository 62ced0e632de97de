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
use crate::counted::Counted;
use crate::counting::Counting;
use crate::listed::Listed;
use crate::pieces::{self, Piece};
use crate::record::{self, Record, times};
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

    /// The folder, where it is not one table alone.
    pub(crate) fn folder(&self) -> Option<&OutputFolder> {
        match self {
            Self::Folder(folder) => Some(folder),
            Self::Table(_) => None,
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
    pub(crate) texts: Read<'a>,
    pub(crate) clock: Clock,
    pub(crate) start: Instant,
    /// The command's own settings, for the record.
    pub(crate) settings: Value,
    /// What it found, for the record.
    pub(crate) found: Value,
}

/// What was read.
pub(crate) enum Read<'a> {
    /// Texts that are in memory.
    Whole(&'a Texts),
    /// Texts that were let go, and whose tables are written but for that of articles.
    Counted(&'a Counted),
}

impl Results<'_> {
    /// Writes the tables of the articles and the record, and puts the folder in its place.
    pub(crate) fn commit(
        mut self,
        folder: OutputFolder,
        observe: &mut dyn FnMut(Event<'_>),
    ) -> Result<(), PipelineError> {
        let (listed, mut rules);
        let (pieces, problems, rules) = match self.texts {
            Read::Whole(texts) => {
                rules = record::no_rules();
                record::count_rules(&mut rules, &texts.pieces);
                listed = Listed::all(&texts.pieces);
                (&*listed, &*texts.problems, &rules)
            }
            Read::Counted(counted) => (&*counted.pieces, &*counted.problems, &counted.rules),
        };
        self.clock.time("write texts", "documents", observe, |_| {
            match self.texts {
                Read::Whole(Texts { pieces, .. }) => {
                    writing::texts(&folder, pieces, &pieces::offsets(pieces), None)?;
                }
                Read::Counted(_) => writing::documents(&folder, pieces)?,
            }
            writing::problems(&folder, problems)?;
            Ok::<_, PipelineError>(((), pieces.len()))
        })?;
        writing::stages(&folder, &self.clock.stages)?;
        let record = Record::lexical(
            self.wanted,
            self.settings,
            (pieces, problems),
            rules,
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

/// All pieces as plain words.
pub(crate) fn words(pieces: &[Piece]) -> Result<Corpus, CorpusError> {
    corpus_cut(pieces, &Words::default())
}

/// All pieces, cut as told.
pub(crate) fn corpus_cut(pieces: &[Piece], cut: &dyn Cut) -> Result<Corpus, CorpusError> {
    let mut reader = Reader::new(cut);
    read_into(&mut reader, pieces)?;
    Ok(reader.finish())
}

/// Reads more pieces into a corpus.
pub(crate) fn read_into(reader: &mut Reader<'_>, pieces: &[Piece]) -> Result<(), CorpusError> {
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
    reader.read(&sources)
}
