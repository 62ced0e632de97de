//! Sections, paragraphs and sentences.

mod abbreviations;
mod heading;
mod paragraph;
pub mod sentence;

use crate::{Block, BlockKind, Cleaned, Document, Paragraph, Section, Sentence, Span};

/// Cuts the body of a cleaned article into sections, paragraphs and sentences.
pub fn segment(text: &str, cleaned: &Cleaned) -> Document {
    let blocks = paragraph::group(text, &cleaned.body);
    let mut document = Document::default();
    for (index, block) in blocks.iter().enumerate() {
        if let Some(found) = heading::read(text, &blocks, index) {
            open_section(&mut document, found.number, Some(found.title));
        } else {
            push_paragraph(&mut document, text, *block);
        }
    }
    document
}

fn open_section(document: &mut Document, number: Option<Span>, title: Option<Span>) {
    let lead = title.is_none();
    let ordinal = match document.sections.last() {
        _ if lead => 0,
        Some(last) => last.ordinal + 1,
        None => 1,
    };
    let next = document.paragraphs.len();
    document.sections.push(Section {
        ordinal,
        number,
        title,
        paragraphs: next..next,
    });
}

fn push_paragraph(document: &mut Document, text: &str, block: Block) {
    if document.sections.is_empty() {
        open_section(document, None, None);
    }
    let section = document.sections.len() - 1;
    let paragraph = document.paragraphs.len();
    let first = document.sentences.len();
    document
        .sentences
        .extend(sentence::split(text, block.span).map(|span| Sentence {
            section,
            paragraph,
            span,
        }));
    document.paragraphs.push(Paragraph {
        section,
        span: block.span,
        sentences: first..document.sentences.len(),
    });
    document.sections[section].paragraphs.end = paragraph + 1;
}

/// Whether the layout itself says that a block is a heading.
fn is_marked(block: &Block) -> bool {
    matches!(block.kind, BlockKind::Heading | BlockKind::Title)
}
