//! How often a sequence's parts stand where the sequence could.

use std::collections::HashMap;

use lexis::{Corpus, Counts, Lambda, lambda};

/// Longest sequence.
pub(super) const LONGEST: usize = 8;

/// Of a part, occurrences with exactly so few words of their sentence on one side.
type Short = [u64; LONGEST];

/// The beginnings and ends of sequences that stand too near a sentence's end or beginning to be one of
/// the whole's.
pub(super) struct Margins<'a> {
    beginnings: HashMap<&'a [u32], Short>,
    ends: HashMap<&'a [u32], Short>,
}

impl<'a> Margins<'a> {
    /// Of the terms, which must be some of those counted, with all shorter ones.
    pub(super) fn of(corpus: &Corpus, counts: &'a Counts, terms: &[usize]) -> Self {
        let (mut beginnings, mut ends) = (HashMap::new(), HashMap::new());
        for &term in terms {
            let words = counts.words(term);
            for joint in 1..words.len() {
                beginnings.insert(&words[..joint], [0; LONGEST]);
                ends.insert(&words[joint..], [0; LONGEST]);
            }
        }
        let ids = corpus.ids();
        for sentence in (0..corpus.documents()).flat_map(|document| corpus.sentences(document)) {
            let words = &ids[sentence];
            for size in 1..LONGEST.min(words.len() + 1) {
                for room in 0..(LONGEST - size).min(words.len() - size + 1) {
                    let last = words.len() - room;
                    if let Some(short) = beginnings.get_mut(&words[last - size..last]) {
                        short[room] += 1;
                    }
                    if let Some(short) = ends.get_mut(&words[room..room + size]) {
                        short[room] += 1;
                    }
                }
            }
        }
        Self { beginnings, ends }
    }

    /// λ and z, with ½ added to each cell, at the joint of a term where z is least. The table's
    /// occasions are the stretches of the term's length within sentences.
    pub(super) fn weakest(&self, counts: &Counts, term: usize) -> Lambda {
        let words = counts.words(term);
        let (size, both) = (words.len(), counts.count(term));
        let all: u64 = counts.sequences(size).iter().sum();
        (1..size)
            .map(|joint| {
                let first = fitting(counts, &words[..joint], &self.beginnings, size) - both;
                let second = fitting(counts, &words[joint..], &self.ends, size) - both;
                lambda(&[all - first - second - both, first, second, both], 0.5)
            })
            .min_by(|a, b| a.z.total_cmp(&b.z))
            .expect("a sequence has a joint")
    }

    /// How often a term without its last word stands before another word of its sentence.
    pub(super) fn with_any_behind(&self, counts: &Counts, words: &[u32]) -> u64 {
        fitting(counts, words, &self.beginnings, words.len() + 1)
    }

    /// How often a term without its first word stands behind another word of its sentence.
    pub(super) fn with_any_before(&self, counts: &Counts, words: &[u32]) -> u64 {
        fitting(counts, words, &self.ends, words.len() + 1)
    }
}

/// How often a part stands where there is room for a sequence of so many words.
fn fitting(counts: &Counts, part: &[u32], short: &HashMap<&[u32], Short>, size: usize) -> u64 {
    // All parts of a term that was counted were counted too.
    let count = counts.find(part).map_or(0, |part| counts.count(part));
    let room = size - part.len();
    let short = short
        .get(part)
        .map_or(0, |short| short[..room].iter().sum());
    count - short
}
