//! Sections, paragraphs and sentences.

mod abbreviations;
mod heading;
mod paragraph;
pub mod sentence;

use crate::{
    Block, BlockKind, Cleaned, Document, Paragraph, Removed, Rule, Section, Sentence, Span,
};

/// Cuts the body of a cleaned article into sections, paragraphs and sentences.
pub fn segment(text: &str, cleaned: &Cleaned) -> Document {
    let blocks = paragraph::group(text, &cleaned.body);
    let is_note = |removed: &&Removed| removed.rule == Rule::StageNote;
    let notes: Vec<Span> = cleaned
        .removed
        .iter()
        .filter(is_note)
        .map(|note| note.span)
        .collect();
    let mut document = Document::default();
    for (index, block) in blocks.iter().enumerate() {
        let first = notes.partition_point(|note| note.start < block.span.start);
        let last = notes.partition_point(|note| note.start < block.span.end);
        let inside = &notes[first..last];
        match heading::read(text, &blocks, index).filter(|_| inside.is_empty()) {
            Some(found) => open_section(&mut document, found.number, Some(found.title)),
            None => push_paragraph(&mut document, text, block.span, inside),
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

/// The sentences of `within` before, between and behind the notes; nothing if there are none.
fn push_paragraph(document: &mut Document, text: &str, within: Span, notes: &[Span]) {
    let mut found = Vec::new();
    let mut from = within.start;
    for &note in notes {
        found.extend(sentence::split(text, Span::new(from, note.start)));
        from = note.end;
    }
    found.extend(sentence::split(text, Span::new(from, within.end)));
    let (Some(&head), Some(&tail)) = (found.first(), found.last()) else {
        return;
    };
    if document.sections.is_empty() {
        open_section(document, None, None);
    }
    let section = document.sections.len() - 1;
    let paragraph = document.paragraphs.len();
    let first = document.sentences.len();
    document
        .sentences
        .extend(found.into_iter().map(|span| Sentence {
            section,
            paragraph,
            span,
        }));
    document.paragraphs.push(Paragraph {
        section,
        span: head.join(tail),
        sentences: first..document.sentences.len(),
    });
    document.sections[section].paragraphs.end = paragraph + 1;
}

/// Whether the layout itself says that a block is a heading.
fn is_marked(block: &Block) -> bool {
    matches!(block.kind, BlockKind::Heading | BlockKind::Title)
}
