//! What the crate promises of any text.

mod invariants;
mod sentences;
