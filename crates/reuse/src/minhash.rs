//! Candidates by MinHash and locality-sensitive hashing, for corpora too large for all pairs.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rayon::prelude::*;

use crate::grams::{hashes, mix};

/// Most hashes of a signature.
const HASHES: usize = 256;
/// The least probability with which a pair just at the threshold becomes a candidate.
const CAUGHT: f64 = 0.95;

/// How a signature is cut: `bands` bands of `rows` hashes. A pair is a candidate where all rows of one
/// band are equal, so with probability 1 - (1 - s^r)^b for b bands of r rows and a Jaccard coefficient s
/// (Leskovec, Rajaraman and Ullman, Mining of Massive Datasets, section 3.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bands {
    /// b.
    pub bands: usize,
    /// r.
    pub rows: usize,
}

impl Bands {
    /// The bands with the most rows, and so the fewest needless candidates, of 256 hashes at most that
    /// catch a pair at the threshold with probability 0.95 or more.
    pub fn for_threshold(jaccard: f64) -> Self {
        let cut = |rows: usize| Self {
            bands: HASHES / rows,
            rows,
        };
        (1..=HASHES)
            .rev()
            .map(cut)
            .find(|bands| bands.probability(jaccard) >= CAUGHT)
            .unwrap_or(cut(1))
    }

    /// The probability that a pair of this Jaccard coefficient becomes a candidate.
    pub fn probability(self, jaccard: f64) -> f64 {
        let power = |base: f64, times: usize| (0..times).fold(1.0, |product, _| product * base);
        1.0 - power(1.0 - power(jaccard, self.rows), self.bands)
    }
}

/// Pairs of documents.
#[derive(Clone, Debug, Default)]
pub struct Pairs {
    /// Of each document the later ones, rising.
    of: Vec<Vec<u32>>,
}

impl Pairs {
    /// Whether a pair is among them.
    pub fn has(&self, one: usize, other: usize) -> bool {
        let (first, later) = (one.min(other), one.max(other) as u32);
        self.of[first].binary_search(&later).is_ok()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.of.iter().map(Vec::len).sum()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.of.iter().all(Vec::is_empty)
    }
}

/// Signatures of documents: for each hash function the least hash of their n-grams (Broder 1997).
pub struct MinHash {
    bands: Bands,
    /// Of each document with n-grams a number a band.
    signatures: Vec<Vec<u64>>,
}

impl MinHash {
    /// Signs documents by their n-grams of `size` words. Hash functions are drawn from the seed.
    pub fn new(documents: &[&[u32]], size: usize, bands: Bands, seed: u64) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let keys: Vec<u64> = (0..bands.bands * bands.rows)
            .map(|_| random.next_u64())
            .collect();
        let signatures = documents
            .par_iter()
            .map(|document| sign(&hashes(document, size), &keys, bands.rows))
            .collect();
        Self { bands, signatures }
    }

    /// How signatures are cut.
    pub fn bands(&self) -> Bands {
        self.bands
    }

    /// Pairs of documents, one of them studied, that agree in a band.
    pub fn candidates(&self, studied: &[bool]) -> Pairs {
        let mut of: Vec<Vec<u32>> = vec![Vec::new(); self.signatures.len()];
        for band in 0..self.bands.bands {
            let signed = self.signatures.iter().enumerate();
            let mut in_band: Vec<(u64, u32)> = signed
                .filter_map(|(document, bands)| Some((*bands.get(band)?, document as u32)))
                .collect();
            in_band.par_sort_unstable();
            for equal in in_band.chunk_by(|a, b| a.0 == b.0) {
                for (at, &(_, one)) in equal.iter().enumerate() {
                    let others = equal[at + 1..].iter().map(|&(_, other)| other);
                    let is_asked = |other: &u32| studied[one as usize] || studied[*other as usize];
                    of[one as usize].extend(others.filter(is_asked));
                }
            }
        }
        of.par_iter_mut().for_each(|others| {
            others.sort_unstable();
            others.dedup();
        });
        Pairs { of }
    }
}

/// A number for each band; nothing of a document without n-grams.
fn sign(grams: &[u64], keys: &[u64], rows: usize) -> Vec<u64> {
    if grams.is_empty() {
        return Vec::new();
    }
    let mut least = vec![u64::MAX; keys.len()];
    for &gram in grams {
        for (least, key) in least.iter_mut().zip(keys) {
            *least = (*least).min(mix(gram ^ key));
        }
    }
    let bands = least.chunks_exact(rows);
    bands
        .map(|rows| rows.iter().fold(0, |hash, &row| mix(hash ^ row)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_follow_the_threshold() {
        // 1 - (1 - 0.8^5)^20, as in Mining of Massive Datasets, example 3.11: 0.9996.
        let book = Bands { bands: 20, rows: 5 };
        for (jaccard, expected) in [(0.2, 0.006), (0.5, 0.470), (0.8, 0.9996)] {
            // The book's figures are rounded.
            assert!((book.probability(jaccard) - expected).abs() < 6e-4);
        }
        for jaccard in [0.1, 0.3, 0.5, 0.7, 0.9] {
            let bands = Bands::for_threshold(jaccard);
            assert!(bands.probability(jaccard) >= CAUGHT, "{bands:?}");
            let sharper = Bands {
                bands: HASHES / (bands.rows + 1),
                rows: bands.rows + 1,
            };
            assert!(sharper.probability(jaccard) < CAUGHT, "{bands:?}");
        }
        assert_eq!(Bands::for_threshold(0.0).rows, 1);
    }

    #[test]
    fn pairs_are_caught_as_often_as_the_formula_says() {
        // 400 pairs that share 60 of 100 words as 1-grams: a Jaccard coefficient of 60 / 140.
        let pairs = 400;
        let documents: Vec<Vec<u32>> = (0..2 * pairs)
            .map(|at| {
                let base = at / 2 * 1000;
                let own = base + 100 + (at % 2) * 100;
                (base..base + 60).chain(own..own + 40).collect()
            })
            .collect();
        let documents: Vec<&[u32]> = documents.iter().map(Vec::as_slice).collect();
        let bands = Bands { bands: 20, rows: 3 };
        let studied = vec![true; documents.len()];
        let found = MinHash::new(&documents, 1, bands, 7).candidates(&studied);
        let caught = (0..pairs as usize)
            .filter(|&at| found.has(2 * at, 2 * at + 1))
            .count();
        let expected = bands.probability(60.0 / 140.0);
        let share = caught as f64 / f64::from(pairs);
        let deviation = (expected * (1.0 - expected) / f64::from(pairs)).sqrt();
        assert!(
            (share - expected).abs() < 4.0 * deviation,
            "{share} {expected}"
        );
        assert!(found.len() < caught + 10);
        let none = MinHash::new(&documents, 1, bands, 7).candidates(&vec![false; documents.len()]);
        assert!(none.is_empty());
    }
}
