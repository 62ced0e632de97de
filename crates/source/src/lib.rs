//! Files to articles: walking, decoding, formats, page layouts and what their containers say.
//!
//! The only crate that reads input. One bad file is a [`Problem`] that says what, where and what to
//! do about it; it never ends the reading of the others. Nothing here prints.

mod article;
mod byline;
mod columns;
mod complete;
mod dates;
mod decode;
mod error;
mod front_matter;
mod html;
mod ids;
mod intake;
mod json_lines;
mod language;
mod layout;
mod markdown;
mod sniff;
mod table;
mod walk;

pub use article::{Article, OffsetBase, Problem, ReadSettings, Reading, Severity};
pub use complete::complete;
pub use error::SourceError;
pub use intake::{read, read_batches};
