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
    let hashes: Vec<Vec<[u8; 32]>> = pieces
        .par_iter()
        .map(|piece| {
            let sentences = piece.document.sentences.iter();
            sentences
                .filter_map(|sentence| words_hash(piece, sentence.span))
                .collect()
        })
        .collect();
    groups_of(&hashes)
}

fn groups_of(hashes: &[Vec<[u8; 32]>]) -> Vec<usize> {
    let mut ids: HashMap<[u8; 32], u32> = HashMap::new();
    let mut homes: Vec<Vec<usize>> = Vec::new();
    let mut sentences: Vec<Vec<u32>> = Vec::with_capacity(hashes.len());
    for (piece, hashes) in hashes.iter().enumerate() {
        let own = hashes.iter().map(|hash| {
            let next = ids.len() as u32;
            *ids.entry(*hash).or_insert(next)
        });
        let mut own: Vec<u32> = own.collect();
        own.sort_unstable();
        own.dedup();
        homes.resize(ids.len(), Vec::new());
        for &sentence in &own {
            homes[sentence as usize].push(piece);
        }
        sentences.push(own);
    }
    let alike: Vec<Vec<usize>> = sentences
        .par_iter()
        .enumerate()
        .map(|(piece, own)| {
            // Who shares half of these sentences has at least one of the rarer half and one more: so
            // phrases that all pieces have need no looking up.
            let mut rarest = own.clone();
            rarest.sort_by_key(|&sentence| (homes[sentence as usize].len(), sentence));
            rarest.truncate(own.len() / 2 + 1);
            let candidates = rarest.iter().flat_map(|&s| &homes[s as usize]);
            let mut candidates: Vec<usize> = candidates.copied().collect();
            candidates.sort_unstable();
            candidates.dedup();
            candidates.retain(|&other| {
                let others = &sentences[other];
                other != piece && others.len() >= own.len() && 2 * shared(own, others) >= own.len()
            });
            candidates
        })
        .collect();
    let mut group: Vec<usize> = (0..hashes.len()).collect();
    for (piece, others) in alike.iter().enumerate() {
        for &other in others {
            let (a, b) = (root(&group, piece), root(&group, other));
            group[a.max(b)] = a.min(b);
        }
    }
    (0..group.len()).map(|piece| root(&group, piece)).collect()
}

/// How many numbers two rising lists share.
fn shared(a: &[u32], b: &[u32]) -> usize {
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
        let hashes = pieces.iter().map(|sentences| {
            let hashes = sentences.iter().map(|&sentence| [sentence; 32]);
            hashes.collect()
        });
        assert_eq!(groups_of(&hashes.collect::<Vec<_>>()), expected);
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
