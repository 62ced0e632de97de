//! An article as text: what is furniture, what is body, and where each section, paragraph, sentence
//! and word begins and ends.
//!
//! Nothing here reads a file, and nothing here fails: any string is a document. Every part is a
//! [`Span`] of the one text it was cut from, so that each number computed later leads back to its
//! passage.

pub mod block;
pub mod clean;
pub mod document;
pub mod metadata;
pub mod segment;
pub mod span;
pub mod words;

pub use block::{Block, BlockKind};
pub use clean::{Cleaned, Removed, Rule};
pub use document::{Document, Paragraph, Section, Sentence};
pub use metadata::Metadata;
pub use span::Span;
