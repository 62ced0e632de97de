//! Vectors by the hash of the text that they belong to, shared between runs and between processes.
//!
//! One SQLite file holds them. A [`SpaceKey`] stands for everything but the text that decides a
//! vector, a [`Key`] for a text in such a space. What comes out is to the bit what was put in, or
//! nothing: this crate knows nothing of models, and has no way to mend a vector.

mod clear;
mod entry;
mod error;
mod file;
mod key;
mod place;
mod space;
mod store;

pub use clear::{Cleared, clear};
pub use entry::Entry;
pub use error::CacheError;
pub use key::{Key, SpaceKey};
pub use place::{PLACE_VARIABLE, default_path};
pub use space::Space;
pub use store::{SpaceStats, Stats, Store};
