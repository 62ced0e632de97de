//! Which documents are nearly the same?

use rayon::prelude::*;

use crate::grams::{Grams, NONE};
use crate::passages::Wanted;
use crate::union::Union;

/// Documents that are compared before what is found is put together: bounds memory.
const BLOCK: usize = 1024;

/// How much two documents share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Likeness {
    /// The one document.
    pub document: usize,
    /// The other.
    pub other: usize,
    /// Different n-grams in both.
    pub shared: usize,
    /// Different n-grams of either.
    pub distinct: (usize, usize),
}

impl Likeness {
    /// Jaccard's coefficient: n-grams in both over n-grams in one or both.
    pub fn jaccard(&self) -> f64 {
        self.shared as f64 / (self.distinct.0 + self.distinct.1 - self.shared) as f64
    }

    /// Share of the n-grams of the document with fewer that the other has too.
    pub fn containment(&self) -> f64 {
        self.shared as f64 / self.distinct.0.min(self.distinct.1) as f64
    }

    /// Whether it is more like, or as much and named first.
    fn is_nearer(&self, held: &Self) -> bool {
        let order = self.jaccard().total_cmp(&held.jaccard());
        order.then(held.other.cmp(&self.other)).is_gt()
    }

    fn turned(self) -> Self {
        Self {
            document: self.other,
            other: self.document,
            shared: self.shared,
            distinct: (self.distinct.1, self.distinct.0),
        }
    }
}

/// Documents that are nearly the same.
#[derive(Debug)]
pub struct Duplicates {
    /// Of each document that has any, the one most like it.
    nearest: Vec<Option<Likeness>>,
    /// The least document of each one's group.
    groups: Vec<usize>,
    pairs: usize,
}

impl Duplicates {
    /// Finds all pairs whose containment, the share of the smaller one's different n-grams that stand in
    /// the larger one too, is at least `least`, exactly. Groups are handed on: who is like one of a group
    /// belongs to it. A document of no n-gram is like none.
    pub fn find(grams: &Grams<'_>, least: f64, wanted: Wanted<'_>) -> Self {
        let count = grams.documents().len();
        let mut nearest: Vec<Option<Likeness>> = vec![None; count];
        let (mut sets, mut pairs) = (Union::new(count), 0);
        each_alike(grams, least, wanted, |likeness| {
            pairs += 1;
            sets.join(likeness.document, likeness.other);
            for side in [likeness, likeness.turned()] {
                let held = &mut nearest[side.document];
                if held.is_none_or(|held| side.is_nearer(&held)) {
                    *held = Some(side);
                }
            }
        });
        Self {
            nearest,
            groups: (0..count).map(|document| sets.root(document)).collect(),
            pairs,
        }
    }

    /// How many pairs are nearly the same.
    pub fn pairs(&self) -> usize {
        self.pairs
    }

    /// The document most like another, by Jaccard's coefficient, of those nearly the same.
    pub fn nearest(&self, document: usize) -> Option<Likeness> {
        self.nearest[document]
    }

    /// For each document the least document of its group, which may be itself alone.
    pub fn groups(&self) -> &[usize] {
        &self.groups
    }
}

/// Hands on all pairs of documents whose containment is at least `least`, exactly, in their order.
pub fn each_alike(
    grams: &Grams<'_>,
    least: f64,
    wanted: Wanted<'_>,
    mut visit: impl FnMut(Likeness),
) {
    let documents: Vec<usize> = (0..grams.documents().len()).collect();
    let own: Vec<Vec<u32>> = documents
        .par_iter()
        .map(|&document| {
            let mut own: Vec<u32> = grams.of(document).to_vec();
            own.retain(|&gram| gram != NONE);
            own.sort_unstable();
            own.dedup();
            own
        })
        .collect();
    for block in documents.chunks(BLOCK) {
        let found: Vec<Vec<Likeness>> = block
            .par_iter()
            .map(|&document| like(grams, &own, document, least, wanted))
            .collect();
        found.into_iter().flatten().for_each(&mut visit);
    }
}

/// Documents with as many different n-grams or more that hold enough of this one's.
fn like(
    grams: &Grams<'_>,
    own: &[Vec<u32>],
    document: usize,
    least: f64,
    wanted: Wanted<'_>,
) -> Vec<Likeness> {
    let size = grams.distinct(document);
    let is_enough = |shared: &usize| *shared as f64 >= least * size as f64;
    let needed = (1..=size).find(is_enough).unwrap_or(size + 1);
    // Who shares so many n-grams has at least one of the rarest that are left when so many, less one,
    // are put aside; those that only this document has are the rarest of all.
    let alone = size - own[document].len();
    let Some(looked_up) = (size + 1).checked_sub(needed + alone).filter(|&n| n > 0) else {
        return Vec::new();
    };
    let mut rarest = own[document].clone();
    rarest.sort_unstable_by_key(|&gram| (grams.frequency(gram), gram));
    rarest.truncate(looked_up);
    let rank = |document: usize| (grams.distinct(document), document);
    let mut candidates: Vec<u32> = rarest
        .iter()
        .flat_map(|&gram| grams.postings(gram))
        .map(|posting| posting.document)
        .filter(|&other| rank(other as usize) > rank(document))
        .collect();
    candidates.sort_unstable();
    candidates.dedup();
    candidates
        .into_iter()
        .map(|other| other as usize)
        .filter(|&other| grams.is_asked(document, other))
        .filter(|&other| match wanted {
            Wanted::All => true,
            Wanted::Only(pairs) => pairs.has(document, other),
        })
        .filter_map(|other| {
            let shared = shared(&own[document], &own[other]);
            (shared >= needed).then_some(Likeness {
                document,
                other,
                shared,
                distinct: (size, grams.distinct(other)),
            })
        })
        .collect()
}

/// How many numbers two rising lists share.
fn shared(one: &[u32], other: &[u32]) -> usize {
    let (mut a, mut b, mut shared) = (0, 0, 0);
    while a < one.len() && b < other.len() {
        let order = one[a].cmp(&other[b]);
        shared += usize::from(order.is_eq());
        a += usize::from(order.is_le());
        b += usize::from(order.is_ge());
    }
    shared
}
