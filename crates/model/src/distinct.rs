//! Equal texts, found without copying any.

use std::hash::{BuildHasher, RandomState};

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

/// Which texts are equal to an earlier one: nine bytes a text.
pub(crate) struct Distinct {
    /// For each text the next one that equals it; itself where there is none.
    next: Vec<usize>,
    is_repeat: Vec<bool>,
    count: usize,
}

impl Distinct {
    pub(crate) fn of(texts: &[&str]) -> Self {
        let state = RandomState::new();
        let mut earliest: HashTable<usize> = HashTable::new();
        let mut next: Vec<usize> = (0..texts.len()).collect();
        let mut is_repeat = vec![false; texts.len()];
        for (at, text) in texts.iter().enumerate().rev() {
            let entry = earliest.entry(
                state.hash_one(text),
                |&other| texts[other] == *text,
                |&other| state.hash_one(texts[other]),
            );
            match entry {
                Entry::Occupied(mut held) => {
                    let later = std::mem::replace(held.get_mut(), at);
                    next[at] = later;
                    is_repeat[later] = true;
                }
                Entry::Vacant(free) => {
                    free.insert(at);
                }
            }
        }
        Self {
            count: earliest.len(),
            next,
            is_repeat,
        }
    }

    /// How many different texts there are.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// The first of each set of equal texts, in order.
    pub(crate) fn firsts(&self) -> impl Iterator<Item = usize> {
        (0..self.next.len()).filter(|&at| !self.is_repeat[at])
    }

    /// A text and all later ones that equal it.
    pub(crate) fn equals(&self, first: usize) -> impl Iterator<Item = usize> {
        std::iter::successors(Some(first), |&at| {
            (self.next[at] != at).then_some(self.next[at])
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_follows_from_the_first_of_its_kind() {
        let found = Distinct::of(&["a", "b", "a", "", "a", "b", ""]);
        let sets: Vec<Vec<usize>> = found
            .firsts()
            .map(|first| found.equals(first).collect())
            .collect();
        assert_eq!(sets, [vec![0, 2, 4], vec![1, 5], vec![3, 6]]);
        assert_eq!(found.count(), 3);
        assert_eq!(Distinct::of(&[]).firsts().count(), 0);
    }
}
