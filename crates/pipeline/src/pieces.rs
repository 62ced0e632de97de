//! Articles on their way through the text stages.

use std::path::{Path, PathBuf};

use rayon::prelude::*;
use source::{Article, Problem, Severity};
use text::{Cleaned, Document, Metadata, Span};

/// An article and all that the text stages learned of it.
pub(crate) struct Piece {
    pub(crate) article: Article,
    pub(crate) metadata: Metadata,
    pub(crate) cleaned: Cleaned,
    pub(crate) document: Document,
    /// Words of each sentence.
    pub(crate) words: Vec<usize>,
    /// Whether the run is about it; else it is only compared with.
    pub(crate) is_studied: bool,
}

impl Piece {
    pub(crate) fn cut(&self, span: Span) -> &str {
        span.of(&self.article.text)
    }

    pub(crate) fn id(&self) -> &str {
        &self.article.doc_id
    }

    /// Span of a section's paragraphs; empty for a heading without any.
    pub(crate) fn section_span(&self, section: usize) -> Span {
        let paragraphs =
            &self.document.paragraphs[self.document.sections[section].paragraphs.clone()];
        joined(paragraphs.iter().map(|p| p.span))
    }

    /// Span of the whole body.
    pub(crate) fn body_span(&self) -> Span {
        joined(self.document.paragraphs.iter().map(|p| p.span))
    }
}

fn joined(spans: impl Iterator<Item = Span>) -> Span {
    spans.reduce(Span::join).unwrap_or(Span::new(0, 0))
}

/// Marks the articles that the run is about.
pub(crate) fn adopt(articles: Vec<Article>, studied: &[PathBuf]) -> Vec<Piece> {
    let canonical = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let studied: Vec<_> = studied.iter().map(|path| canonical(path)).collect();
    // The rows of a table have one path.
    let mut last: Option<(PathBuf, bool)> = None;
    articles
        .into_iter()
        .map(|article| {
            let known = last.take().filter(|(path, _)| *path == article.path);
            let (_, is_studied) = last.insert(known.unwrap_or_else(|| {
                let path = canonical(&article.path);
                let is_studied = studied.iter().any(|root| path.starts_with(root));
                (article.path.clone(), is_studied)
            }));
            Piece {
                is_studied: *is_studied,
                metadata: article.metadata.clone(),
                article,
                cleaned: Cleaned::default(),
                document: Document::default(),
                words: Vec::new(),
            }
        })
        .collect()
}

pub(crate) fn clean(pieces: &mut [Piece]) {
    pieces.par_iter_mut().for_each(|piece| {
        let text = &piece.article.text;
        let lines;
        let blocks = if let Some(blocks) = &piece.article.blocks {
            blocks
        } else {
            lines = text::block::lines(text);
            &lines
        };
        piece.cleaned = text::clean::clean(text, blocks, piece.metadata.title.as_deref());
        source::complete(&mut piece.metadata, &piece.cleaned, text);
    });
}

pub(crate) fn segment(pieces: &mut [Piece]) {
    pieces.par_iter_mut().for_each(|piece| {
        piece.document = text::segment::segment(&piece.article.text, &piece.cleaned);
    });
}

pub(crate) fn count_words(pieces: &mut [Piece]) {
    pieces.par_iter_mut().for_each(|piece| {
        piece.words = piece
            .document
            .sentences
            .iter()
            .map(|sentence| text::words::words(&piece.article.text, sentence.span).count())
            .collect();
    });
}

/// The sentences of all pieces, in order.
pub(crate) fn sentences(pieces: &[Piece]) -> Vec<&str> {
    pieces
        .iter()
        .flat_map(|piece| {
            let sentences = piece.document.sentences.iter();
            sentences.map(|sentence| piece.cut(sentence.span))
        })
        .collect()
}

/// Takes out pieces whose body is empty, each with the reason.
pub(crate) fn drop_bodiless(pieces: &mut Vec<Piece>) -> Vec<Problem> {
    pieces
        .extract_if(.., |piece| piece.document.sentences.is_empty())
        .map(|piece| Problem {
            path: piece.article.path,
            place: piece.article.row.map(|row| format!("row {row}")),
            doc_id: Some(piece.article.doc_id),
            severity: Severity::Failed,
            what: "holds nothing but page furniture: no running text is left after cleaning".into(),
            remedy: "save the article's text with the page, or leave the file out".into(),
        })
        .collect()
}

/// The piece of each sentence of all, and its place there.
pub(crate) fn homes(pieces: &[Piece]) -> impl Iterator<Item = (&Piece, usize)> {
    pieces
        .iter()
        .flat_map(|piece| (0..piece.document.sentences.len()).map(move |at| (piece, at)))
}

/// Where each piece's sentences begin among those of all pieces.
pub(crate) fn offsets(pieces: &[Piece]) -> Vec<usize> {
    pieces
        .iter()
        .scan(0, |next, piece| {
            let first = *next;
            *next += piece.document.sentences.len();
            Some(first)
        })
        .collect()
}
