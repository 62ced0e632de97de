//! What a p value and an interval promise, tried on made-up texts whose truth is known: p is uniform
//! where labels mean nothing, and a 95 % interval holds the truth 95 times in a hundred.
//!
//! Each check has a quick form, and a thorough one that is ignored until asked for; CONTRIBUTING.md says
//! how.

mod chance;
/// Variants of a formulation: does one give way to another?
mod changes;
mod groups;
/// Shares of articles, scores of documents and agreement of scorers, with intervals.
mod shares;
/// Keyness of terms, and by which words texts differ.
mod terms;
