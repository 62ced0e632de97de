//! Holds vectors and profiles against each other.
//!
//! Pure: no files, no models. All work is cut into blocks of a fixed shape, so that results do not
//! depend on the number of threads.

mod correlation;
mod divergence;
mod nearest;
mod similarity;

pub use correlation::{pearson, spearman};
pub use divergence::{jensen_shannon, jensen_shannon_parts};
pub use nearest::{Neighbour, nearest};
pub use similarity::{centroid, cosine, cosines};
