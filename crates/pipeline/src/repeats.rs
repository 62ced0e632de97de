//! What pieces say word for word as others do.

use std::collections::HashMap;

use rayon::prelude::*;
use sha2::{Digest, Sha256};

use crate::pieces::Piece;

/// Sentences of studied articles that stand word for word in another piece.
pub(crate) fn count(pieces: &[Piece]) -> usize {
    let mut homes: HashMap<[u8; 32], (usize, bool)> = HashMap::new();
    for (at, piece) in pieces.iter().enumerate() {
        for sentence in &piece.document.sentences {
            if let Some(words) = words_hash(piece, sentence.span) {
                let (first, in_others) = homes.entry(words).or_insert((at, false));
                *in_others |= *first != at;
            }
        }
    }
    pieces
        .iter()
        .filter(|piece| piece.is_studied)
        .flat_map(|piece| {
            let sentences = piece.document.sentences.iter();
            sentences.filter_map(|sentence| words_hash(piece, sentence.span))
        })
        .filter(|words| homes.get(words).is_some_and(|home| home.1))
        .count()
}

/// A hash of a sentence's words, which takes less memory than they do; `None` without words.
fn words_hash(piece: &Piece, sentence: text::Span) -> Option<[u8; 32]> {
    let mut words = text::words::words(&piece.article.text, sentence).peekable();
    words.peek()?;
    let mut hash = Sha256::new();
    for word in words {
        hash.update(piece.cut(word).to_lowercase());
        hash.update([0]);
    }
    Some(hash.finalize().into())
}

/// A number for each piece, the same for pieces that share at least half of their sentences word for
/// word: half of the different sentences of the one that has fewer. Likeness is handed on: with the
/// first like the second and the second like the third, all three have one number.
pub(crate) fn groups(pieces: &[Piece]) -> Vec<usize> {
    let mut fingerprints = Fingerprints::default();
    fingerprints.extend(pieces);
    fingerprints.groups()
}

/// Of each piece a number for each of its different sentences: eight bytes of a hash of its words.
#[derive(Default)]
pub(crate) struct Fingerprints {
    /// Rising within a piece.
    all: Vec<u64>,
    ends: Vec<usize>,
}

impl Fingerprints {
    /// Puts more pieces behind.
    pub(crate) fn extend(&mut self, pieces: &[Piece]) {
        let hashes: Vec<Vec<u64>> = pieces
            .par_iter()
            .map(|piece| {
                let sentences = piece.document.sentences.iter();
                let hashes = sentences.filter_map(|sentence| words_hash(piece, sentence.span));
                hashes
                    .map(|hash| {
                        hash[..8]
                            .iter()
                            .fold(0, |all, &byte| all << 8 | u64::from(byte))
                    })
                    .collect()
            })
            .collect();
        for hashes in hashes {
            self.push(hashes);
        }
    }

    fn push(&mut self, mut hashes: Vec<u64>) {
        hashes.sort_unstable();
        hashes.dedup();
        self.all.append(&mut hashes);
        self.ends.push(self.all.len());
    }

    fn of(&self, piece: usize) -> &[u64] {
        let start = piece.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.all[start..self.ends[piece]]
    }

    /// [`groups`] of all pieces.
    pub(crate) fn groups(self) -> Vec<usize> {
        let pieces = self.ends.len();
        let homes = Homes::of(&self);
        let alike: Vec<Vec<usize>> = (0..pieces)
            .into_par_iter()
            .map(|piece| {
                let own = self.of(piece);
                let shared: Vec<usize> = homes.places(own).collect();
                // Who shares half of these sentences has at least one of the rarer half and one more: so
                // phrases that all pieces have need no looking up, and those of one piece least of all.
                let mut rarest = shared;
                let alone = own.len() - rarest.len();
                rarest.sort_by_key(|&place| (homes.of_place(place).len(), place));
                rarest.truncate((own.len() / 2 + 1).saturating_sub(alone));
                let candidates = rarest.iter().flat_map(|&place| homes.of_place(place));
                let mut candidates: Vec<usize> = candidates.map(|&piece| piece as usize).collect();
                candidates.sort_unstable();
                candidates.dedup();
                candidates.retain(|&other| {
                    let others = self.of(other);
                    other != piece
                        && others.len() >= own.len()
                        && 2 * shared_by(own, others) >= own.len()
                });
                candidates
            })
            .collect();
        let mut group: Vec<usize> = (0..pieces).collect();
        for (piece, others) in alike.iter().enumerate() {
            for &other in others {
                let (a, b) = (root(&group, piece), root(&group, other));
                group[a.max(b)] = a.min(b);
            }
        }
        (0..pieces).map(|piece| root(&group, piece)).collect()
    }
}

/// The pieces of each sentence that several have.
struct Homes {
    sentences: Vec<u64>,
    starts: Vec<usize>,
    pieces: Vec<u32>,
}

impl Homes {
    fn of(fingerprints: &Fingerprints) -> Self {
        let mut sorted = fingerprints.all.clone();
        sorted.par_sort_unstable();
        let mut homes = Self {
            sentences: Vec::new(),
            starts: vec![0],
            pieces: Vec::new(),
        };
        let mut all = 0;
        for same in sorted.chunk_by(|a, b| a == b).filter(|same| same.len() > 1) {
            homes.sentences.push(same[0]);
            all += same.len();
            homes.starts.push(all);
        }
        drop(sorted);
        homes.pieces = vec![0; all];
        let mut next = homes.starts.clone();
        for piece in 0..fingerprints.ends.len() {
            for place in homes.places(fingerprints.of(piece)).collect::<Vec<_>>() {
                homes.pieces[next[place]] = piece as u32;
                next[place] += 1;
            }
        }
        homes
    }

    /// Which of some rising sentences several pieces have, by their places here.
    fn places(&self, own: &[u64]) -> impl Iterator<Item = usize> {
        own.iter()
            .filter_map(|sentence| self.sentences.binary_search(sentence).ok())
    }

    fn of_place(&self, place: usize) -> &[u32] {
        &self.pieces[self.starts[place]..self.starts[place + 1]]
    }
}

/// How many numbers two rising lists share.
fn shared_by(a: &[u64], b: &[u64]) -> usize {
    a.iter().filter(|id| b.binary_search(id).is_ok()).count()
}

fn root(group: &[usize], mut piece: usize) -> usize {
    while group[piece] != piece {
        piece = group[piece];
    }
    piece
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pieces: &[&[u8]], expected: &[usize]) {
        let mut fingerprints = Fingerprints::default();
        for sentences in pieces {
            fingerprints.push(
                sentences
                    .iter()
                    .map(|&sentence| u64::from(sentence))
                    .collect(),
            );
        }
        assert_eq!(fingerprints.groups(), expected);
    }

    #[test]
    fn pieces_that_share_half_of_the_shorter_ones_sentences_are_a_group() {
        check(&[&[1, 2, 3, 4], &[5, 6], &[3, 4, 7, 8, 9]], &[0, 1, 0]);
        check(&[&[1, 2, 3, 4], &[4, 7, 8, 9]], &[0, 1]);
        check(&[&[1, 2, 3], &[3, 7, 8]], &[0, 1]);
        check(&[&[1], &[2, 3, 1]], &[0, 0]);
    }

    #[test]
    fn likeness_is_handed_on_and_a_phrase_of_all_pieces_makes_no_group() {
        check(&[&[1, 2], &[2, 3], &[3, 4], &[5]], &[0, 0, 0, 3]);
        check(&[&[0, 1, 2], &[0, 3, 4], &[0, 5, 6]], &[0, 1, 2]);
        check(&[&[0, 0, 0, 1, 2], &[0, 0, 0, 3, 4]], &[0, 1]);
        check(&[&[], &[]], &[0, 1]);
    }
}
