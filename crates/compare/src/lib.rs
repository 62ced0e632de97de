//! Holds vectors and profiles against each other.
//!
//! Pure: no files, no models. All work is cut into blocks of a fixed shape, so that results do not
//! depend on the number of threads; what is drawn comes from seeded streams, one a replicate.

mod approximate;
mod background;
mod bootstrap;
mod center;
mod clustering;
mod correlation;
mod delta;
mod divergence;
mod drawing;
mod extremes;
mod matching;
mod mean_shift;
mod nearest;
mod passages;
mod projection;
mod random;
mod shuffle;
mod similarity;
mod two_sample;
mod unit_mean;

pub use approximate::{IndexError, NeighbourIndex};
pub use background::{Background, BackgroundOptions, Item, Placed, Standard, Stratum};
pub use bootstrap::Bootstrap;
pub use center::centered;
pub use clustering::{Clusters, cosine_distances};
pub use correlation::{pearson, spearman};
pub use delta::Delta;
pub use divergence::{jensen_shannon, jensen_shannon_parts};
pub use drawing::{unrelated_cosines, unrelated_pairs};
pub use extremes::{ChanceAlignments, Tail};
pub use matching::{Matched, NearestInUnits};
pub use mean_shift::UnitSums;
pub use nearest::{Neighbour, nearest};
pub use passages::{AlignedPassage, aligned_passages, best_passage_score, take_off_mean_around};
pub use projection::{Plane, trustworthiness};
pub use shuffle::{Shuffles, Tested, least_p, permutation_test};
pub use similarity::{centroid, cosine, cosines, greatest};
pub use two_sample::{PairSums, TwoSample};
pub use unit_mean::{UnitMean, share_interval};
