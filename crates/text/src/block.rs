//! The lines and blocks that a text is laid out in.

use crate::Span;

/// What a block of text is, as far as its layout tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockKind {
    /// The headline, where markup names it.
    Title,
    /// A heading, where markup names it.
    Heading,
    /// Running text, or anything that only its words can tell apart.
    Paragraph,
    /// The caption of a picture, where markup names it.
    Caption,
}

/// A block of text: trimmed, not empty, in reading order, disjoint from its neighbours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: BlockKind,
}

/// The lines of a plain text that hold anything, each a block.
pub fn lines(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive(['\n', '\r', '\u{2028}', '\u{2029}', '\u{c}']) {
        let span = Span::new(start, start + line.len()).trim(text);
        start += line.len();
        if !span.is_empty() {
            blocks.push(Block {
                span,
                kind: BlockKind::Paragraph,
            });
        }
    }
    blocks
}
