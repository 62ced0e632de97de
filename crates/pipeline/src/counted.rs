//! Texts read, cut into words and let go, some megabytes at a time: in memory stay the words' ids.

use std::collections::BTreeMap;

use lexis::{Corpus, Reader};
use report::{Spool, Spooled};
use source::Problem;
use text::Span;

use crate::clock::Clock;
use crate::counting::Counter;
use crate::lexical::{self, Output, TextSettings};
use crate::listed::Listed;
use crate::pieces::{self, Adoption, Piece};
use crate::record;
use crate::texts;
use crate::writing::TextTables;
use crate::{Event, PipelineError};

/// All pieces that can be used, as words.
pub(crate) struct Counted {
    pub(crate) pieces: Vec<Listed>,
    pub(crate) problems: Vec<Problem>,
    pub(crate) corpus: Corpus,
    /// How often each cleaning rule fired.
    pub(crate) rules: BTreeMap<&'static str, usize>,
    /// Where passages can be cut from.
    texts: Option<Spooled>,
}

/// Whether passages of the texts are wanted once these are let go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Passages {
    /// [`Counted::cut`] cuts them.
    Kept,
    /// No text is put aside, and no place of a word is kept.
    Dropped,
}

/// Reads, cleans, segments and cuts into words; what can't be used becomes a problem. The tables of
/// sections, sentences and cleaning are written on the way, and `each` gets every batch of pieces, in
/// order.
pub(crate) fn read(
    wanted: &TextSettings,
    counter: &Counter,
    (output, passages): (&Output, Passages),
    clock: &mut Clock,
    observe: &mut dyn FnMut(Event<'_>),
    mut each: impl FnMut(&[Piece]),
) -> Result<Counted, PipelineError> {
    let folder = output.folder();
    let counted = clock.time("read and count", "words", observe, |_| {
        let mut tables = folder.map(TextTables::start).transpose()?;
        let is_kept = passages == Passages::Kept;
        let mut spool = is_kept.then(|| Spool::beside(&wanted.out)).transpose()?;
        let mut reader = if is_kept {
            Reader::new(counter)
        } else {
            Reader::without_places(counter)
        };
        let mut adoption = Adoption::of(&wanted.articles);
        let mut rules = record::no_rules();
        let (mut listed, mut bodiless) = (Vec::new(), Vec::new());
        let paths: Vec<_> = wanted
            .articles
            .iter()
            .chain(&wanted.corpus)
            .cloned()
            .collect();
        let mut problems = source::read_batches(&paths, &wanted.read, |articles| {
            let mut batch = adoption.adopt(articles);
            bodiless.extend(pieces::prepare(&mut batch));
            lexical::read_into(&mut reader, &batch)?;
            record::count_rules(&mut rules, &batch);
            for piece in &batch {
                if let Some(spool) = &mut spool {
                    spool.put(&piece.article.text)?;
                }
                if let (Some(tables), Some(folder)) = (&mut tables, folder) {
                    tables.piece(folder, piece, None)?;
                }
            }
            each(&batch);
            listed.extend(batch.iter().map(Listed::of));
            Ok::<_, PipelineError>(())
        })?;
        tables.map_or(Ok(()), TextTables::finish)?;
        counter.check()?;
        problems.extend(bodiless);
        let counted = Counted {
            pieces: listed,
            problems,
            corpus: reader.finish(),
            rules,
            texts: spool.map(Spool::finish).transpose()?,
        };
        let words = counted.corpus.words();
        Ok::<_, PipelineError>((counted, words))
    })?;
    for problem in &counted.problems {
        observe(Event::Problem(problem));
    }
    let found = counted.pieces.len() + counted.problems.len();
    texts::check_left(counted.pieces.iter().map(|piece| piece.is_studied), found)?;
    Ok(counted)
}

impl Counted {
    /// A passage, as it stands in its text.
    ///
    /// # Panics
    /// If passages were dropped.
    pub(crate) fn cut(&self, piece: usize, span: Span) -> Result<String, PipelineError> {
        let texts = self.texts.as_ref().expect("passages are kept");
        Ok(texts.cut(piece, span.start..span.end)?)
    }
}
