//! An article cut into its parts.

use std::ops::Range;

use crate::Span;

/// The parts of an article's body, in reading order. All spans cut the one text it was made from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    /// Sections; the first is the lead before any heading, if there is one.
    pub sections: Vec<Section>,
    /// Paragraphs of all sections.
    pub paragraphs: Vec<Paragraph>,
    /// Sentences of all paragraphs.
    pub sentences: Vec<Sentence>,
}

/// A heading and the paragraphs under it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// 0 for the lead before the first heading, else counted from 1.
    pub ordinal: usize,
    /// The heading's number as printed, such as "II" or "3".
    pub number: Option<Span>,
    /// The heading without its number.
    pub title: Option<Span>,
    /// Its paragraphs, as indices into [`Document::paragraphs`].
    pub paragraphs: Range<usize>,
}

/// A paragraph of the body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paragraph {
    /// Index into [`Document::sections`].
    pub section: usize,
    /// Where it stands.
    pub span: Span,
    /// Its sentences, as indices into [`Document::sentences`].
    pub sentences: Range<usize>,
}

/// A sentence of the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// Index into [`Document::sections`].
    pub section: usize,
    /// Index into [`Document::paragraphs`].
    pub paragraph: usize,
    /// Where it stands.
    pub span: Span,
}

impl Document {
    /// The sentences of a section, as indices into [`Document::sentences`].
    pub fn sentences_of_section(&self, section: usize) -> Range<usize> {
        let paragraphs = &self.paragraphs[self.sections[section].paragraphs.clone()];
        match (paragraphs.first(), paragraphs.last()) {
            (Some(first), Some(last)) => first.sentences.start..last.sentences.end,
            _ => 0..0,
        }
    }
}
