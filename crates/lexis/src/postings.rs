//! Where each word occurs.

use rayon::prelude::*;

use crate::corpus::Corpus;

/// Positions of each word, rising, all in one list.
#[derive(Clone, Debug)]
pub struct Postings {
    /// Where each word's positions start in the list, and the end.
    starts: Vec<u32>,
    positions: Vec<u32>,
}

impl Postings {
    /// The positions of all words of a corpus.
    pub fn of_corpus(corpus: &Corpus) -> Self {
        Self::new(corpus.ids(), corpus.vocabulary().len())
    }

    /// Lists the positions of all words, whose ids are below `types`.
    ///
    /// # Panics
    /// If an id is not below `types`, or at 2³² words.
    pub(crate) fn new(words: &[u32], types: usize) -> Self {
        assert!(u32::try_from(words.len()).is_ok(), "fewer than 2³² words");
        let mut starts = vec![0_u32; types + 1];
        for &word in words {
            starts[word as usize + 1] += 1;
        }
        for id in 0..types {
            starts[id + 1] += starts[id];
        }
        let mut positions = vec![0_u32; words.len()];
        // Each thread reads all words and places those of its own range of ids: no two write to one
        // place, and ranges change nothing in the list.
        let mut shares = Vec::new();
        let (mut rest, mut first) = (positions.as_mut_slice(), 0);
        let threads = rayon::current_num_threads();
        for share in 1..=threads {
            let goal = (words.len() * share / threads) as u32;
            let end = if share == threads {
                types
            } else {
                starts.partition_point(|&s| s < goal).clamp(first, types)
            };
            let (own, others) = rest.split_at_mut((starts[end] - starts[first]) as usize);
            shares.push((first..end, own));
            (rest, first) = (others, end);
        }
        shares.into_par_iter().for_each(|(ids, own)| {
            let offset = starts[ids.start];
            let mut next: Vec<u32> = starts[ids.clone()].iter().map(|s| s - offset).collect();
            for (position, &word) in words.iter().enumerate() {
                if ids.contains(&(word as usize)) {
                    let place = &mut next[word as usize - ids.start];
                    own[*place as usize] = position as u32;
                    *place += 1;
                }
            }
        });
        Self { starts, positions }
    }

    /// Number of different words.
    pub fn types(&self) -> usize {
        self.starts.len() - 1
    }

    /// Positions of a word, rising.
    pub fn of(&self, word: u32) -> &[u32] {
        let word = word as usize;
        &self.positions[self.starts[word] as usize..self.starts[word + 1] as usize]
    }

    /// How often a word occurs.
    pub fn frequency(&self, word: u32) -> u64 {
        self.of(word).len() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_those_of_the_words_with_any_number_of_threads() {
        let words: Vec<u32> = (0..5000_u32)
            .map(|i| i.wrapping_mul(2_654_435_761) % 97 % (1 + i % 61))
            .collect();
        for threads in [1, 2, 7] {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .expect("threads");
            let postings = pool.install(|| Postings::new(&words, 100));
            for id in 0..100 {
                let expected: Vec<u32> = (0..5000).filter(|&p| words[p as usize] == id).collect();
                assert_eq!(postings.of(id), expected, "{threads} threads");
            }
        }
        assert_eq!(Postings::new(&[], 0).types(), 0);
        assert_eq!(Postings::new(&[], 3).frequency(2), 0);
    }
}
