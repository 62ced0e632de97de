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

/// Marks the articles that the run is about, as they come.
pub(crate) struct Adoption {
    studied: Vec<PathBuf>,
    /// The rows of a table have one path.
    last: Option<(PathBuf, bool)>,
}

impl Adoption {
    /// Those in these files and folders.
    pub(crate) fn of(studied: &[PathBuf]) -> Self {
        Self {
            studied: studied.iter().map(|path| canonical(path)).collect(),
            last: None,
        }
    }

    pub(crate) fn adopt(&mut self, articles: Vec<Article>) -> Vec<Piece> {
        articles
            .into_iter()
            .map(|article| Piece {
                is_studied: self.is_studied(&article.path),
                metadata: article.metadata.clone(),
                article,
                cleaned: Cleaned::default(),
                document: Document::default(),
                words: Vec::new(),
            })
            .collect()
    }

    fn is_studied(&mut self, path: &Path) -> bool {
        let known = self.last.take().filter(|(last, _)| last == path);
        let (_, is_studied) = self.last.insert(known.unwrap_or_else(|| {
            let whole = canonical(path);
            let is_studied = self.studied.iter().any(|root| whole.starts_with(root));
            (path.to_owned(), is_studied)
        }));
        *is_studied
    }
}

fn canonical(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

/// All text stages at once. Gives the problems of pieces that have no body, which are taken out.
pub(crate) fn prepare(pieces: &mut Vec<Piece>) -> Vec<Problem> {
    clean(pieces);
    segment(pieces);
    let bodiless = drop_bodiless(pieces);
    count_words(pieces);
    bodiless
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

#[cfg(test)]
pub(crate) mod made_up {
    use source::OffsetBase;

    use super::*;

    /// Pieces with these dates and texts, named by their places; the first is studied.
    pub(crate) fn pieces(texts: &[(&str, String)]) -> Vec<Piece> {
        let articles = texts.iter().enumerate().map(|(at, (date, text))| Article {
            doc_id: at.to_string(),
            path: at.to_string().into(),
            row: None,
            sha256: String::new(),
            encoding: "UTF-8",
            offset_base: OffsetBase::File,
            text: text.clone(),
            blocks: None,
            metadata: Metadata {
                published: (!date.is_empty()).then(|| (*date).to_owned()),
                ..Metadata::default()
            },
        });
        let mut pieces = Adoption::of(&["0".into()]).adopt(articles.collect());
        prepare(&mut pieces);
        pieces
    }
}
