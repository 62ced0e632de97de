//! Samples of things and of pairs.

use std::collections::BTreeSet;

use ndarray::ArrayView2;
use rayon::prelude::*;

use crate::random::{below, stream};

/// Draws for each pair that is wanted, at most.
const TRIES: usize = 20;

/// So many of the numbers below `count`, each as likely, rising; all if there are no more.
pub(crate) fn sample(count: usize, wanted: usize, seed: u64) -> Vec<usize> {
    let mut random = stream(seed, 0);
    let mut left = wanted.min(count);
    (0..count)
        .filter(|at| {
            let is_chosen = below(&mut random, count - at) < left;
            left -= usize::from(is_chosen);
            is_chosen
        })
        .collect()
}

/// So many pairs of places whose groups differ, each pair once; all if there are no more. Fewer are found
/// where nearly all places are of one group.
pub fn unrelated_pairs(groups: &[usize], wanted: usize, seed: u64) -> Vec<(usize, usize)> {
    let count = groups.len();
    let is_one = |&(one, other): &(usize, usize)| groups[one] != groups[other];
    if count * count.saturating_sub(1) / 2 <= wanted * TRIES {
        let all = (0..count).flat_map(|one| (one + 1..count).map(move |other| (one, other)));
        let all: Vec<_> = all.filter(is_one).collect();
        let chosen = sample(all.len(), wanted, seed).into_iter();
        return chosen.map(|at| all[at]).collect();
    }
    let mut random = stream(seed, 1);
    let mut found = BTreeSet::new();
    for _ in 0..wanted * TRIES {
        let (one, other) = (below(&mut random, count), below(&mut random, count));
        let pair = (one.min(other), one.max(other));
        if is_one(&pair) && found.len() < wanted {
            found.insert(pair);
        }
    }
    found.into_iter().collect()
}

/// Cosines of so many pairs of vectors whose groups differ, in no particular order; of all such pairs where
/// there are few vectors. Vectors have length 1; a pair may be drawn twice.
///
/// # Panics
/// If there is not a group for each vector.
pub fn unrelated_cosines(
    vectors: ArrayView2<'_, f32>,
    groups: &[usize],
    wanted: usize,
    seed: u64,
) -> Vec<f32> {
    let count = groups.len();
    assert_eq!(vectors.nrows(), count, "a group for each vector");
    let pairs: Vec<(u32, u32)> = if count * count.saturating_sub(1) / 2 <= wanted {
        let all = (0..count).flat_map(|one| (one + 1..count).map(move |other| (one, other)));
        all.map(|(one, other)| (one as u32, other as u32)).collect()
    } else {
        let mut random = stream(seed, 2);
        let mut draw = || below(&mut random, count) as u32;
        (0..wanted).map(|_| (draw(), draw())).collect()
    };
    pairs
        .into_par_iter()
        .map(|(one, other)| (one as usize, other as usize))
        .filter(|&(one, other)| groups[one] != groups[other])
        .map(|(one, other)| crate::cosine(vectors.row(one), vectors.row(other)))
        .collect()
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;

    #[test]
    fn a_sample_is_of_the_size_asked_for_and_rises() {
        for (count, wanted) in [(10, 3), (10, 10), (3, 10), (0, 5), (1000, 1)] {
            let found = sample(count, wanted, 1);
            assert_eq!(found.len(), wanted.min(count));
            assert!(found.is_sorted_by(|a, b| a < b) && found.iter().all(|&at| at < count));
        }
        assert_ne!(sample(1000, 10, 1), sample(1000, 10, 2));
    }

    #[test]
    fn cosines_are_of_vectors_of_different_groups() {
        // The vectors of a group are equal, those of different groups at right angles.
        let vectors =
            Array2::from_shape_fn((60, 3), |(row, axis)| f32::from(u8::from(row % 3 == axis)));
        let groups: Vec<usize> = (0..60).map(|row| row % 3).collect();
        // All of 60 · 59 / 2 less three times 20 · 19 / 2; of 1,000 draws two thirds.
        for (wanted, least, most) in [(2000, 1200, 1200), (1000, 600, 740)] {
            let found = unrelated_cosines(vectors.view(), &groups, wanted, 1);
            assert!((least..=most).contains(&found.len()), "{}", found.len());
            assert!(found.iter().all(|cosine| cosine.abs() < 1e-6));
        }
    }

    #[test]
    fn pairs_are_of_different_groups_and_stand_once() {
        assert_eq!(unrelated_pairs(&[0, 0, 1], 10, 1), [(0, 2), (1, 2)]);
        let groups: Vec<usize> = (0..400).map(|at| at / 2).collect();
        for wanted in [50, 300] {
            let found = unrelated_pairs(&groups, wanted, 1);
            assert_eq!(found.len(), wanted);
            assert!(found.iter().all(|&(a, b)| groups[a] != groups[b] && a < b));
        }
    }
}
