//! What is known of a piece besides its text: all that is left of it where texts are let go.

use std::path::PathBuf;

use source::OffsetBase;
use text::Metadata;

use crate::pieces::Piece;

/// A piece without its text.
#[derive(Clone, Debug)]
pub(crate) struct Listed {
    pub(crate) doc_id: String,
    pub(crate) path: PathBuf,
    pub(crate) row: Option<u64>,
    pub(crate) sha256: String,
    pub(crate) encoding: &'static str,
    pub(crate) offset_base: OffsetBase,
    pub(crate) metadata: Metadata,
    pub(crate) is_studied: bool,
    pub(crate) size: Size,
}

/// How many of what a piece has.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    pub(crate) sections: usize,
    pub(crate) paragraphs: usize,
    pub(crate) sentences: usize,
    pub(crate) words: usize,
    pub(crate) captions: usize,
    /// Blocks that cleaning took out.
    pub(crate) removed: usize,
}

impl Listed {
    pub(crate) fn of(piece: &Piece) -> Self {
        let (article, document) = (&piece.article, &piece.document);
        Self {
            doc_id: article.doc_id.clone(),
            path: article.path.clone(),
            row: article.row,
            sha256: article.sha256.clone(),
            encoding: article.encoding,
            offset_base: article.offset_base,
            metadata: piece.metadata.clone(),
            is_studied: piece.is_studied,
            size: Size {
                sections: document.sections.len(),
                paragraphs: document.paragraphs.len(),
                sentences: document.sentences.len(),
                words: piece.words.iter().sum(),
                captions: piece.cleaned.captions.len(),
                removed: piece.cleaned.removed.len(),
            },
        }
    }

    /// All of some pieces.
    pub(crate) fn all(pieces: &[Piece]) -> Vec<Self> {
        pieces.iter().map(Self::of).collect()
    }

    pub(crate) fn role(&self) -> &'static str {
        role(self.is_studied)
    }
}

/// What a piece is in tables.
pub(crate) fn role(is_studied: bool) -> &'static str {
    if is_studied { "article" } else { "corpus" }
}
