//! Whose copies are they? Passages of several documents that are one.

use std::collections::HashMap;
use std::ops::Range;

use crate::passages::{Passage, Shared};
use crate::union::Union;

/// A copy of a passage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copy {
    /// Its cluster, counted from 0.
    pub cluster: usize,
    /// Its document.
    pub document: usize,
    /// Its words there.
    pub words: Range<usize>,
}

/// Copies of passages, cluster after cluster; in each the earliest copy first.
#[derive(Debug)]
pub struct Clusters {
    copies: Vec<Copy>,
    /// Where each cluster's copies begin, and where the last one's end.
    starts: Vec<usize>,
    /// The copy that each shared passage is part of, in its document.
    of_passages: Vec<u32>,
}

impl Clusters {
    /// Puts passages together. The two sides of a shared passage are copies of each other, and so are
    /// places of a document whose overlap is at least `overlap` of the longer one; and all this is handed
    /// on. A copy's words are the union of its places that overlap. Clusters go by the earliest copy.
    ///
    /// # Panics
    /// If there is not a key for each document.
    pub fn new<K: Ord>(shared: &Shared, keys: &[K], overlap: f64) -> Self {
        let passages = shared.passages();
        let mut places: Vec<(usize, usize, usize)> = passages
            .iter()
            .flat_map(|p| {
                let (own, source) = (&p.words, &p.source_words);
                [
                    (p.document, own.start, own.end),
                    (p.source, source.start, source.end),
                ]
            })
            .collect();
        places.sort_unstable();
        places.dedup();
        let at = |place: (usize, usize, usize)| places.binary_search(&place).expect("put in");
        let own = |p: &Passage| at((p.document, p.words.start, p.words.end));
        let source = |p: &Passage| at((p.source, p.source_words.start, p.source_words.end));
        let mut sets = Union::new(places.len());
        for passage in passages {
            sets.join(own(passage), source(passage));
        }
        join_overlapping(&places, overlap, &mut sets);
        // By set and place: copies are unions of what overlaps.
        let mut members: Vec<(usize, usize)> = (0..places.len())
            .map(|place| (sets.root(place), place))
            .collect();
        members.sort_unstable();
        let mut copies: Vec<(usize, usize, Range<usize>)> = Vec::new();
        let mut copy_of = vec![0; places.len()];
        for (set, place) in members {
            let (document, start, end) = places[place];
            match copies.last_mut() {
                Some(copy) if copy.0 == set && copy.1 == document && start < copy.2.end => {
                    copy.2.end = copy.2.end.max(end);
                }
                _ => copies.push((set, document, start..end)),
            }
            copy_of[place] = copies.len() - 1;
        }
        let mut order: Vec<usize> = (0..copies.len()).collect();
        let key = |copy: usize| {
            let (_, document, words) = &copies[copy];
            (&keys[*document], *document, words.start)
        };
        let mut earliest: HashMap<usize, usize> = HashMap::new();
        for (at, (set, ..)) in copies.iter().enumerate() {
            let held = earliest.entry(*set).or_insert(at);
            if key(at) < key(*held) {
                *held = at;
            }
        }
        order.sort_by_key(|&copy| (key(earliest[&copies[copy].0]), copies[copy].0, key(copy)));
        let mut place_of = vec![0; copies.len()];
        let mut clusters = Self {
            copies: Vec::with_capacity(copies.len()),
            starts: vec![0],
            of_passages: Vec::new(),
        };
        let mut last = None;
        for copy in order {
            let (set, document, words) = &copies[copy];
            if last.is_some_and(|last| last != set) {
                clusters.starts.push(clusters.copies.len());
            }
            last = Some(set);
            place_of[copy] = clusters.copies.len() as u32;
            clusters.copies.push(Copy {
                cluster: clusters.starts.len() - 1,
                document: *document,
                words: words.clone(),
            });
        }
        if !clusters.copies.is_empty() {
            clusters.starts.push(clusters.copies.len());
        }
        let of_passages = passages.iter().map(|p| place_of[copy_of[own(p)]]);
        clusters.of_passages = of_passages.collect();
        clusters
    }

    /// All copies, cluster after cluster.
    pub fn copies(&self) -> &[Copy] {
        &self.copies
    }

    /// How many clusters there are.
    pub fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// Whether nothing is copied.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The copies of a cluster, the earliest first.
    pub fn copies_of(&self, cluster: usize) -> &[Copy] {
        &self.copies[self.starts[cluster]..self.starts[cluster + 1]]
    }

    /// The cluster of a shared passage.
    pub fn of(&self, passage: usize) -> usize {
        self.copies[self.of_passages[passage] as usize].cluster
    }

    /// Which shared passages are told one by one. A passage with many copies makes a pair of each two:
    /// of a cluster of more than `most` copies, each copy keeps the pair with its earliest source alone.
    pub fn told<K: Ord>(&self, shared: &Shared, keys: &[K], most: usize) -> Vec<bool> {
        let passages = shared.passages();
        let mut best: HashMap<u32, usize> = HashMap::new();
        let key = |at: usize| {
            let passage = &passages[at];
            let words = (&passage.source_words, &passage.words);
            (
                &keys[passage.source],
                passage.source,
                words.0.start,
                words.1.start,
            )
        };
        let is_large = |at: usize| self.copies_of(self.of(at)).len() > most;
        for at in (0..passages.len()).filter(|&at| is_large(at)) {
            let held = best.entry(self.of_passages[at]).or_insert(at);
            if key(at) < key(*held) {
                *held = at;
            }
        }
        (0..passages.len())
            .map(|at| !is_large(at) || best[&self.of_passages[at]] == at)
            .collect()
    }
}

/// Joins places of one document, sorted, that overlap by enough of the longer one.
fn join_overlapping(places: &[(usize, usize, usize)], least: f64, sets: &mut Union) {
    for (at, &(document, start, end)) in places.iter().enumerate() {
        for (other, &(other_document, other_start, other_end)) in
            places.iter().enumerate().skip(at + 1)
        {
            let overlap = end.min(other_end).saturating_sub(other_start);
            // Those that begin later overlap less.
            if other_document != document
                || ((end.saturating_sub(other_start)) as f64) < least * (end - start) as f64
                || other_start >= end
            {
                break;
            }
            let longer = (end - start).max(other_end - other_start);
            if overlap as f64 >= least * longer as f64 {
                sets.join(at, other);
            }
        }
    }
}
