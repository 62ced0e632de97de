//! Approximate nearest neighbours, for vectors that are too many to be held against each other.
//!
//! Candidates come from hierarchical navigable small world graphs (Malkov and Yashunin 2020) as usearch
//! builds them; their cosines are then found as everywhere. A graph depends on the order in which
//! vectors enter it, so each is built by one thread. There is a fixed number of graphs, each over a part
//! of the vectors, so that several threads have work.

use std::hash::{BuildHasher, RandomState};
use std::ops::Range;

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;
use ndarray::{ArrayView1, ArrayView2, Axis};
use rayon::prelude::*;
use usearch::{Index, IndexOptions, MetricKind, ScalarKind};

use crate::drawing::sample;
use crate::nearest::{Neighbour, nearest};

/// Graphs, each over a part of the vectors.
const GRAPHS: usize = 2;
/// Links of a vector in the upper layers; in the lowest it has twice as many.
const LINKS: usize = 16;
/// Candidates kept while a vector's place is looked for, to put it there and to find others: the latter at
/// first, and at most.
const EXPANSION_ADD: usize = 128;
const EXPANSION_SEARCH: usize = 64;
const WIDEST_SEARCH: usize = 1024;
/// Candidates of a graph whose cosines are found, beyond those that are wanted.
const MORE: usize = 16;
/// Cosines found in different ways differ by less.
const SAME: f32 = 1e-5;

/// The index of approximate neighbours could not be made or asked.
#[derive(Debug, thiserror::Error)]
#[error("the index of approximate neighbours can't be used: {0}; look for them exactly")]
pub struct IndexError(String);

impl IndexError {
    fn new(what: impl std::fmt::Display) -> Self {
        Self(what.to_string())
    }
}

/// Vectors, ready to be asked for those near to one.
pub struct NeighbourIndex<'a> {
    vectors: ArrayView2<'a, f32>,
    distinct: Distinct,
    /// A vector's key is its number among the distinct ones.
    graphs: Vec<Index>,
}

impl<'a> NeighbourIndex<'a> {
    /// Of vectors of length 1. Equal ones enter once.
    ///
    /// # Errors
    /// [`IndexError`] when the library refuses, as where memory is too little.
    pub fn new(vectors: ArrayView2<'a, f32>) -> Result<Self, IndexError> {
        let distinct = Distinct::of(vectors);
        let options = IndexOptions {
            dimensions: vectors.ncols(),
            metric: MetricKind::IP,
            quantization: ScalarKind::F32,
            connectivity: LINKS,
            expansion_add: EXPANSION_ADD,
            expansion_search: EXPANSION_SEARCH,
            ..IndexOptions::default()
        };
        let graph_of = |part: usize| {
            let own = || (part..distinct.count()).step_by(GRAPHS);
            let graph = Index::new(&options).map_err(IndexError::new)?;
            // One thread: the library gives each a random stream of its own.
            graph
                .reserve_capacity_and_threads(own().len(), 1)
                .map_err(IndexError::new)?;
            for number in own() {
                let row = vectors.row(distinct.equal(number)[0]);
                let added = graph.add(number as u64, &contiguous(row)[..]);
                added.map_err(IndexError::new)?;
            }
            Ok(graph)
        };
        let graphs: Result<Vec<Index>, IndexError> =
            (0..GRAPHS).into_par_iter().map(graph_of).collect();
        Ok(Self {
            graphs: graphs?,
            vectors,
            distinct,
        })
    }

    /// About the `k` vectors nearest to each of some, as [`nearest`] has them.
    ///
    /// # Errors
    /// [`IndexError`] when the library refuses.
    pub fn nearest(
        &self,
        queries: &[usize],
        k: usize,
        excluded: impl Fn(usize) -> Range<usize> + Sync,
    ) -> Result<Vec<Vec<Neighbour>>, IndexError> {
        let k = k.min(self.vectors.nrows());
        for graph in &self.graphs {
            graph
                .reserve_capacity_and_threads(graph.size(), rayon::current_num_threads())
                .map_err(IndexError::new)?;
        }
        queries
            .par_iter()
            .map(|&query| self.nearest_to(query, k, &excluded(query)))
            .collect()
    }

    /// The same, searched as widely as it takes to find a share of the exact neighbours, `enough`, of so
    /// many of the queries, drawn by the seed; or as widely as can be. With them the share that was found
    /// of those, None where there are no neighbours.
    ///
    /// # Errors
    /// [`IndexError`] when the library refuses.
    pub fn enough_of_nearest(
        &self,
        queries: &[usize],
        k: usize,
        excluded: impl Fn(usize) -> Range<usize> + Sync,
        enough: f64,
        (sampled, seed): (usize, u64),
    ) -> Result<(Vec<Vec<Neighbour>>, Option<f64>), IndexError> {
        let sample = sample(queries.len(), sampled, seed);
        let asked: Vec<usize> = sample.iter().map(|&at| queries[at]).collect();
        let exact = nearest(self.vectors, &asked, k, &excluded);
        let mut width = EXPANSION_SEARCH;
        loop {
            for graph in &self.graphs {
                graph.change_expansion_search(width);
            }
            let recall = recall(&exact, &self.nearest(&asked, k, &excluded)?);
            if width >= WIDEST_SEARCH || recall.is_none_or(|recall| recall >= enough) {
                return Ok((self.nearest(queries, k, &excluded)?, recall));
            }
            width *= 2;
        }
    }

    fn nearest_to(
        &self,
        query: usize,
        k: usize,
        skip: &Range<usize>,
    ) -> Result<Vec<Neighbour>, IndexError> {
        let row = self.vectors.row(query);
        let is_wanted = |number: u64| {
            let equal = self.distinct.equal(number as usize);
            equal.iter().any(|at| !skip.contains(at))
        };
        let mut numbers = Vec::new();
        for graph in &self.graphs {
            let found = graph.filtered_search(&contiguous(row)[..], k + MORE, is_wanted);
            numbers.extend(found.map_err(IndexError::new)?.keys);
        }
        let firsts: Vec<usize> = numbers
            .iter()
            .map(|&number| self.distinct.equal(number as usize)[0])
            .collect();
        let candidates = self.vectors.select(Axis(0), &firsts);
        // A product of matrices, as of the exact way, so that the same pair has the same cosine.
        let cosines = row.insert_axis(Axis(0)).dot(&candidates.t());
        let mut best: Vec<Neighbour> = (numbers.iter().zip(&cosines))
            .flat_map(|(&number, &cosine)| {
                let equal = self.distinct.equal(number as usize).iter();
                let others = equal.filter(|at| !skip.contains(at)).take(k);
                others.map(move |&index| Neighbour {
                    index,
                    cosine: cosine.clamp(-1.0, 1.0),
                })
            })
            .collect();
        best.sort_by(|a, b| b.cosine.total_cmp(&a.cosine).then(a.index.cmp(&b.index)));
        best.truncate(k);
        Ok(best)
    }
}

/// What share of the exact neighbours was found, as near or nearer ones counting as found. None where there
/// are none.
fn recall(exact: &[Vec<Neighbour>], found: &[Vec<Neighbour>]) -> Option<f64> {
    let (mut all, mut hits) = (0, 0);
    for (exact, found) in exact.iter().zip(found) {
        let Some(last) = exact.last() else { continue };
        let near = found.iter().filter(|one| one.cosine >= last.cosine - SAME);
        hits += near.count().min(exact.len());
        all += exact.len();
    }
    (all > 0).then(|| hits as f64 / all as f64)
}

fn contiguous(row: ArrayView1<'_, f32>) -> std::borrow::Cow<'_, [f32]> {
    match row.to_slice() {
        Some(row) => row.into(),
        None => row.to_vec().into(),
    }
}

/// Which vectors are equal to the bit.
struct Distinct {
    /// Rows, those of equal vectors together and rising.
    rows: Vec<usize>,
    /// Where the rows of each distinct vector begin, and the end.
    starts: Vec<usize>,
}

impl Distinct {
    fn of(vectors: ArrayView2<'_, f32>) -> Self {
        let state = RandomState::new();
        let bits = |row: usize| vectors.row(row).into_iter().map(|x| x.to_bits());
        let hash = |row: usize| state.hash_one(bits(row).collect::<Vec<u32>>());
        // First row and number of each distinct vector.
        let mut known: HashTable<(usize, usize)> = HashTable::new();
        let mut numbers = Vec::with_capacity(vectors.nrows());
        for row in 0..vectors.nrows() {
            let number = known.len();
            let entry = known.entry(
                hash(row),
                |&(first, _)| bits(first).eq(bits(row)),
                |&(first, _)| hash(first),
            );
            numbers.push(match entry {
                Entry::Occupied(held) => held.get().1,
                Entry::Vacant(free) => {
                    free.insert((row, number));
                    number
                }
            });
        }
        let mut starts = vec![0; known.len() + 1];
        for &number in &numbers {
            starts[number + 1] += 1;
        }
        for number in 0..known.len() {
            starts[number + 1] += starts[number];
        }
        let mut rows: Vec<usize> = (0..numbers.len()).collect();
        rows.sort_by_key(|&row| numbers[row]);
        Self { rows, starts }
    }

    fn count(&self) -> usize {
        self.starts.len() - 1
    }

    /// Rows of equal vectors, rising.
    fn equal(&self, number: usize) -> &[usize] {
        &self.rows[self.starts[number]..self.starts[number + 1]]
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;
    use crate::random::tests::seeded;

    /// Vectors of length 1, every third one equal to the one before.
    fn vectors(rows: usize) -> Array2<f32> {
        let mut all = seeded(rows, 16, 0.5);
        for mut row in all.rows_mut() {
            let length = row.dot(&row).sqrt();
            row /= length;
        }
        for row in (2..rows).step_by(3) {
            let before = all.row(row - 1).to_owned();
            all.row_mut(row).assign(&before);
        }
        all
    }

    fn own(row: usize) -> Range<usize> {
        row / 10 * 10..row / 10 * 10 + 10
    }

    #[test]
    fn what_is_found_are_the_exact_neighbours_with_their_cosines() {
        let vectors = vectors(3000);
        let queries: Vec<usize> = (0..3000).step_by(7).collect();
        let exact = nearest(vectors.view(), &queries, 5, own);
        let index = NeighbourIndex::new(vectors.view()).expect("memory");
        let found = index.nearest(&queries, 5, own).expect("memory");
        let same = exact
            .iter()
            .zip(&found)
            .filter(|(exact, found)| exact == found);
        // In 16 dimensions a graph of a thousand vectors misses next to nothing.
        assert!(same.count() * 100 >= 98 * queries.len());
        for (&query, found) in queries.iter().zip(&found) {
            assert!(found.len() == 5 && found.iter().all(|one| !own(query).contains(&one.index)));
        }
        assert!(recall(&exact, &found).expect("some") >= 0.98);
        assert_eq!(recall(&exact, &exact), Some(1.0));
        let fewer: Vec<Vec<Neighbour>> = exact.iter().map(|found| found[..4].to_vec()).collect();
        assert!((recall(&exact, &fewer).expect("some") - 0.8).abs() < 1e-12);
        assert_eq!(recall(&[vec![]], &[vec![]]), None);
    }

    /// In 384 dimensions, all as far from each other, a graph misses much until it is searched widely.
    #[test]
    fn the_search_gets_wider_until_enough_is_found() {
        let mut vectors = seeded(4000, 384, 0.5);
        for mut row in vectors.rows_mut() {
            let length = row.dot(&row).sqrt();
            row /= length;
        }
        let queries: Vec<usize> = (0..4000).step_by(40).collect();
        let index = NeighbourIndex::new(vectors.view()).expect("memory");
        let found = |enough: f64| {
            let found = index.enough_of_nearest(&queries, 5, own, enough, (100, 1));
            found.expect("memory")
        };
        let (narrow, wide) = (found(0.0), found(0.97));
        let (least, most) = (narrow.1.expect("some"), wide.1.expect("some"));
        assert!(least < 0.97 && most >= 0.97, "{least} {most}");
        let exact = nearest(vectors.view(), &queries, 5, own);
        assert_eq!(recall(&exact, &wide.0), Some(most));
        assert!(found(2.0).1.expect("some") >= most);
    }

    #[test]
    fn threads_change_nothing() {
        let vectors = vectors(2000);
        let queries: Vec<usize> = (0..2000).collect();
        let with = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
            pool.expect("threads").install(|| {
                let index = NeighbourIndex::new(vectors.view()).expect("memory");
                index.nearest(&queries, 3, own).expect("memory")
            })
        };
        assert_eq!(with(1), with(3));
    }

    #[test]
    fn few_vectors_are_all_found() {
        let vectors = vectors(3);
        let index = NeighbourIndex::new(vectors.view()).expect("memory");
        let found = index
            .nearest(&[0, 1], 5, |row| row..row + 1)
            .expect("memory");
        assert_eq!(
            found,
            nearest(vectors.view(), &[0, 1], 5, |row| row..row + 1)
        );
        let none = vectors.slice(ndarray::s![..0, ..]);
        let index = NeighbourIndex::new(none).expect("memory");
        assert!(index.nearest(&[], 5, own).expect("memory").is_empty());
    }
}
