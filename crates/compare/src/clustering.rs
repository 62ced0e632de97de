//! Groups of vectors that lie together.

use kodama::{Method, linkage};
use ndarray::{Array2, ArrayView2};
use rayon::prelude::*;

/// Clusters of a number that was chosen.
#[derive(Clone, Debug)]
pub struct Clusters {
    /// The cluster of each thing, numbered from 0 by their first ones.
    pub of: Vec<usize>,
    /// How much better each thing fits its own cluster than the next, from -1 to 1 (Rousseeuw 1987);
    /// 0 for one alone.
    pub silhouettes: Vec<f64>,
}

impl Clusters {
    /// Agglomerative clusters with average linkage: the number of them between 2 and `most` whose mean
    /// silhouette is highest, of equal ones the least. None for fewer than three things.
    ///
    /// # Panics
    /// If the matrix is not square.
    pub fn best(distances: ArrayView2<'_, f64>, most: usize) -> Option<Self> {
        let count = distances.nrows();
        if count < 3 {
            return None;
        }
        let merges = merges(distances);
        let all: Vec<Self> = (2..=most.min(count - 1))
            .into_par_iter()
            .map(|clusters| Self::cut(distances, &merges, clusters))
            .collect();
        all.into_iter().reduce(|best, other| {
            if other.mean() > best.mean() {
                other
            } else {
                best
            }
        })
    }

    fn cut(distances: ArrayView2<'_, f64>, merges: &[(usize, usize)], clusters: usize) -> Self {
        let count = distances.nrows();
        // The cluster that each merge made, by the first thing in it.
        let mut first: Vec<usize> = (0..count).collect();
        let mut of: Vec<usize> = (0..count).collect();
        for &(one, other) in &merges[..count - clusters] {
            let (one, other) = (first[one], first[other]);
            let (kept, gone) = (one.min(other), one.max(other));
            of.iter_mut()
                .filter(|of| **of == gone)
                .for_each(|of| *of = kept);
            first.push(kept);
        }
        let mut numbers: Vec<usize> = of.clone();
        numbers.sort_unstable();
        numbers.dedup();
        for of in &mut of {
            *of = numbers.partition_point(|number| number < of);
        }
        Self {
            silhouettes: silhouettes(distances, &of, clusters),
            of,
        }
    }

    /// The mean silhouette.
    pub fn mean(&self) -> f64 {
        self.silhouettes.iter().sum::<f64>() / self.silhouettes.len() as f64
    }
}

/// Which clusters are put together, step by step: numbers below the number of things are things, those
/// behind them what the steps made.
fn merges(distances: ArrayView2<'_, f64>) -> Vec<(usize, usize)> {
    let count = distances.nrows();
    assert_eq!(distances.ncols(), count, "a square");
    let mut condensed: Vec<f64> = (0..count)
        .flat_map(|one| (one + 1..count).map(move |other| (one, other)))
        .map(|pair| distances[pair])
        .collect();
    let found = linkage(&mut condensed, count, Method::Average);
    found
        .steps()
        .iter()
        .map(|step| (step.cluster1, step.cluster2))
        .collect()
}

fn silhouettes(distances: ArrayView2<'_, f64>, of: &[usize], clusters: usize) -> Vec<f64> {
    let mut sizes = vec![0_usize; clusters];
    for &cluster in of {
        sizes[cluster] += 1;
    }
    let of_row = |(at, row): (usize, ndarray::ArrayView1<'_, f64>)| {
        let own = of[at];
        if sizes[own] == 1 {
            return 0.0;
        }
        let mut sums = vec![0.0; clusters];
        for (&cluster, distance) in of.iter().zip(row) {
            sums[cluster] += distance;
        }
        let within = sums[own] / (sizes[own] - 1) as f64;
        let others = (0..clusters).filter(|&cluster| cluster != own);
        let next = others
            .map(|cluster| sums[cluster] / sizes[cluster] as f64)
            .fold(f64::INFINITY, f64::min);
        let most = within.max(next);
        if most > 0.0 {
            (next - within) / most
        } else {
            0.0
        }
    };
    distances
        .rows()
        .into_iter()
        .enumerate()
        .map(of_row)
        .collect()
}

/// 1 - cosine of each pair of vectors of length 1, never below 0, and 0 in the diagonal.
pub fn cosine_distances(vectors: ArrayView2<'_, f32>) -> Array2<f64> {
    let mut distances = crate::cosines(vectors, vectors).mapv(|cosine| 1.0 - f64::from(cosine));
    distances.diag_mut().fill(0.0);
    distances
}

#[cfg(test)]
mod tests {
    use super::*;

    /// On a line at 0, 1 | 10, 11, 12 | 30.
    #[test]
    fn clusters_are_those_that_one_sees() {
        let places = [10.0_f64, 0.0, 11.0, 30.0, 1.0, 12.0];
        let distances = Array2::from_shape_fn((6, 6), |(a, b)| (places[a] - places[b]).abs());
        let found = Clusters::best(distances.view(), 5).expect("clusters");
        assert_eq!(found.of, [0, 1, 0, 2, 1, 0]);
        // Of 10: 1.5 to its own, 9.5 to 0 and 1, 20 to 30.
        assert!((found.silhouettes[0] - 8.0 / 9.5).abs() < 1e-12);
        assert!(found.silhouettes[3].abs() < 1e-12, "one alone");
        assert!(Clusters::best(Array2::zeros((2, 2)).view(), 5).is_none());
    }

    /// scripts/peers/groups: scikit-learn 1.6.1. Of two, three and four clusters four have the highest
    /// silhouette.
    #[test]
    fn clusters_and_silhouettes_are_those_of_scikit_learn() {
        let vectors = crate::random::tests::seeded(60, 4, 0.3).mapv(f64::from);
        let distances = Array2::from_shape_fn((60, 60), |(a, b)| {
            let difference = &vectors.row(a) - &vectors.row(b);
            difference.dot(&difference).sqrt()
        });
        let found = Clusters::best(distances.view(), 4).expect("clusters");
        let mut sizes = [0; 4];
        for &cluster in &found.of {
            sizes[cluster] += 1;
        }
        sizes.sort_unstable();
        assert_eq!(sizes, [9, 9, 17, 25]);
        assert!((found.mean() - 0.240_598_902_240).abs() < 1e-11);
        let two = Clusters::best(distances.view(), 2).expect("clusters");
        assert!((two.mean() - 0.239_225_121_474).abs() < 1e-11);
    }

    #[test]
    fn equal_things_are_clustered_without_harm() {
        let found = Clusters::best(Array2::zeros((4, 4)).view(), 9).expect("clusters");
        assert_eq!(found.of.len(), 4);
        assert!(found.mean().abs() < 1e-12);
    }
}
