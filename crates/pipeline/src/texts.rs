//! From files to pieces that are cleaned, segmented and counted: the beginning of every command.

use std::path::PathBuf;

use source::{Problem, ReadSettings};

use crate::clock::Clock;
use crate::pieces::{self, Adoption, Piece};
use crate::{Event, PipelineError};

/// All pieces that can be used, and what stood in the way of others.
pub(crate) struct Texts {
    pub(crate) pieces: Vec<Piece>,
    pub(crate) problems: Vec<Problem>,
}

/// Reads, cleans, segments and counts; what can't be used becomes a problem.
pub(crate) fn read(
    articles: &[PathBuf],
    corpus: &[PathBuf],
    settings: &ReadSettings,
    clock: &mut Clock,
    observe: &mut dyn FnMut(Event<'_>),
) -> Result<Texts, PipelineError> {
    let reading = clock.time("read", "articles", observe, |_| {
        let paths: Vec<_> = articles.iter().chain(corpus).cloned().collect();
        let reading = source::read(&paths, settings)?;
        let count = reading.articles.len();
        Ok::<_, PipelineError>((reading, count))
    })?;
    let mut problems = reading.problems;
    for problem in &problems {
        observe(Event::Problem(problem));
    }
    let mut pieces = Adoption::of(articles).adopt(reading.articles);
    let found = pieces.len() + problems.len();
    let mut text_stage =
        |name, unit, observe: &mut dyn FnMut(Event<'_>), work: &mut dyn FnMut() -> usize| {
            clock.time(name, unit, observe, |_| {
                Ok::<_, PipelineError>(((), work()))
            })
        };
    text_stage("clean", "blocks removed", observe, &mut || {
        pieces::clean(&mut pieces);
        pieces.iter().map(|piece| piece.cleaned.removed.len()).sum()
    })?;
    text_stage("segment", "sentences", observe, &mut || {
        pieces::segment(&mut pieces);
        pieces
            .iter()
            .map(|piece| piece.document.sentences.len())
            .sum()
    })?;
    let bodiless = pieces::drop_bodiless(&mut pieces);
    for problem in &bodiless {
        observe(Event::Problem(problem));
    }
    problems.extend(bodiless);
    text_stage("tokenize", "words", observe, &mut || {
        pieces::count_words(&mut pieces);
        pieces.iter().flat_map(|piece| &piece.words).sum()
    })?;
    check_left(pieces.iter().map(|piece| piece.is_studied), found)?;
    Ok(Texts { pieces, problems })
}

/// Whether there is any piece that the command is about, of so many that were found.
pub(crate) fn check_left(
    mut are_studied: impl Iterator<Item = bool>,
    found: usize,
) -> Result<(), PipelineError> {
    if are_studied.any(|is_studied| is_studied) {
        Ok(())
    } else {
        Err(PipelineError::NothingLeft { found })
    }
}
