//! Which word n-grams stand where: an inverted index of those in more than one document.

use rayon::prelude::*;

/// An n-gram that stands more often than this in one document seeds nothing there: refrains would
/// otherwise pair each occurrence with each.
pub const MOST_IN_ONE: usize = 8;

/// A place without an n-gram of the index.
pub(crate) const NONE: u32 = u32::MAX;

/// Where an n-gram begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Posting {
    pub(crate) document: u32,
    pub(crate) at: u32,
}

#[derive(Clone, Copy)]
struct Entry {
    hash: u64,
    posting: Posting,
}

/// The n-grams of documents that can tell of reuse: those of at least one studied document, and of at
/// least two documents (or twice in one, where passages within a document are wanted).
pub struct Grams<'a> {
    documents: &'a [&'a [u32]],
    studied: &'a [bool],
    size: usize,
    /// The n-gram that begins at each word of each document, or [`NONE`].
    at: Vec<Vec<u32>>,
    /// Where the postings of each n-gram begin, and where the last one's end.
    starts: Vec<usize>,
    postings: Vec<Posting>,
    /// Documents that have each n-gram.
    frequencies: Vec<u32>,
    /// Different n-grams of each document.
    distinct: Vec<usize>,
}

impl<'a> Grams<'a> {
    /// Indexes n-grams of `size` words. `within` keeps those that stand twice in one document.
    ///
    /// # Panics
    /// If `size` is 0, `studied` is not as long as `documents`, or a document has 2³² words.
    pub fn new(documents: &'a [&'a [u32]], studied: &'a [bool], size: usize, within: bool) -> Self {
        assert!(size > 0, "n-grams have words");
        assert_eq!(documents.len(), studied.len());
        let hashes: Vec<Vec<u64>> = documents.par_iter().map(|d| hashes(d, size)).collect();
        let distinct = hashes
            .par_iter()
            .map(|of_document| sorted(of_document.iter().copied()).len())
            .collect();
        // One article against very many is the usual case: only its own n-grams matter then.
        let asked = (!studied.iter().all(|&is| is)).then(|| {
            let own = hashes.iter().zip(studied).filter(|(_, is)| **is);
            sorted(own.flat_map(|(of_document, _)| of_document.iter().copied()))
        });
        let filter = asked.as_deref().map(Filter::new);
        let mut entries: Vec<Entry> = hashes
            .par_iter()
            .enumerate()
            .flat_map_iter(|(document, of_document)| {
                let filter = filter.as_ref();
                let places = of_document.iter().enumerate();
                let kept = places.filter(move |(_, hash)| filter.is_none_or(|f| f.has(**hash)));
                kept.map(move |(at, &hash)| Entry {
                    hash,
                    posting: Posting {
                        document: document as u32,
                        at: u32::try_from(at).expect("a document of fewer words"),
                    },
                })
            })
            .collect();
        drop(hashes);
        entries.par_sort_unstable_by_key(|entry| (entry.hash, entry.posting));
        let mut grams = Self {
            documents,
            studied,
            size,
            at: documents.iter().map(|d| vec![NONE; d.len()]).collect(),
            starts: vec![0],
            postings: Vec::new(),
            frequencies: Vec::new(),
            distinct,
        };
        for equal in entries.chunk_by(|a, b| a.hash == b.hash) {
            grams.add_equal(equal, within);
        }
        grams
    }

    /// Adds what has one hash: one n-gram, or more where hashes collide.
    fn add_equal(&mut self, equal: &[Entry], within: bool) {
        if equal.len() < 2 {
            return;
        }
        let first = self.words(equal[0].posting);
        let mut postings: Vec<Posting> = equal.iter().map(|entry| entry.posting).collect();
        if postings.iter().all(|&other| self.words(other) == first) {
            self.add(&postings, within);
            return;
        }
        postings.sort_by_key(|&posting| (self.words(posting), posting));
        let parted = postings.chunk_by(|&a, &b| self.words(a) == self.words(b));
        let parted: Vec<Vec<Posting>> = parted.map(<[Posting]>::to_vec).collect();
        for postings in parted {
            self.add(&postings, within);
        }
    }

    fn add(&mut self, postings: &[Posting], within: bool) {
        let frequency = postings.chunk_by(|a, b| a.document == b.document).count();
        if postings.len() < 2 || (frequency < 2 && !within) {
            return;
        }
        let id = self.frequencies.len() as u32;
        for posting in postings {
            self.at[posting.document as usize][posting.at as usize] = id;
        }
        self.postings.extend_from_slice(postings);
        self.starts.push(self.postings.len());
        self.frequencies.push(frequency as u32);
    }

    fn words(&self, posting: Posting) -> &'a [u32] {
        let at = posting.at as usize;
        &self.documents[posting.document as usize][at..at + self.size]
    }

    /// The documents.
    pub(crate) fn documents(&self) -> &'a [&'a [u32]] {
        self.documents
    }

    /// Whether a pair of documents is asked about.
    pub(crate) fn is_asked(&self, one: usize, other: usize) -> bool {
        self.studied[one] || self.studied[other]
    }

    /// The n-gram that begins at each word of a document, or [`NONE`].
    pub(crate) fn of(&self, document: usize) -> &[u32] {
        &self.at[document]
    }

    /// Where an n-gram stands, by document and place.
    pub(crate) fn postings(&self, gram: u32) -> &[Posting] {
        &self.postings[self.starts[gram as usize]..self.starts[gram as usize + 1]]
    }

    /// How many documents have an n-gram.
    pub(crate) fn frequency(&self, gram: u32) -> usize {
        self.frequencies[gram as usize] as usize
    }

    /// How many different n-grams a document has.
    pub(crate) fn distinct(&self, document: usize) -> usize {
        self.distinct[document]
    }

    /// How many n-grams the index has.
    pub fn len(&self) -> usize {
        self.frequencies.len()
    }

    /// Whether documents share nothing.
    pub fn is_empty(&self) -> bool {
        self.frequencies.is_empty()
    }

    /// How many n-grams stand in more documents than so many.
    pub fn over(&self, documents: usize) -> usize {
        let frequencies = self.frequencies.iter();
        frequencies.filter(|&&f| f as usize > documents).count()
    }
}

/// A sorted list, with a table of bits before it that spares most of the looking up.
struct Filter<'h> {
    sorted: &'h [u64],
    bits: Vec<u64>,
    shift: u32,
}

impl<'h> Filter<'h> {
    fn new(sorted: &'h [u64]) -> Self {
        let size = (sorted.len() * 16).next_power_of_two().max(64);
        let shift = 64 - size.trailing_zeros();
        let mut bits = vec![0; size / 64];
        for hash in sorted {
            let at = (hash >> shift) as usize;
            bits[at / 64] |= 1 << (at % 64);
        }
        Self {
            sorted,
            bits,
            shift,
        }
    }

    fn has(&self, hash: u64) -> bool {
        let at = (hash >> self.shift) as usize;
        self.bits[at / 64] >> (at % 64) & 1 == 1 && self.sorted.binary_search(&hash).is_ok()
    }
}

fn sorted(hashes: impl Iterator<Item = u64>) -> Vec<u64> {
    let mut hashes: Vec<u64> = hashes.collect();
    hashes.sort_unstable();
    hashes.dedup();
    hashes
}

/// A hash of the n-gram at each word of a document that begins one.
pub(crate) fn hashes(words: &[u32], size: usize) -> Vec<u64> {
    let grams = words.windows(size);
    grams
        .map(|gram| {
            gram.iter()
                .fold(0, |hash, &word| mix(hash ^ u64::from(word)))
        })
        .collect()
}

/// The finalizer of SplitMix64 (Steele, Lea and Flood 2014), one to one on 64 bits.
pub(crate) fn mix(bits: u64) -> u64 {
    let bits = bits.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn n_grams_of_two_documents_are_kept_with_their_places() {
        let documents: [&[u32]; 3] = [&[1, 2, 3, 4], &[9, 2, 3, 4, 2, 3], &[1, 2]];
        let grams = Grams::new(&documents, &[true; 3], 2, false);
        let at = grams.of(1);
        assert_eq!((at[0], at[5]), (NONE, NONE));
        assert_eq!(at[1], at[4]);
        let places: Vec<_> = grams
            .postings(at[1])
            .iter()
            .map(|p| (p.document, p.at))
            .collect();
        assert_eq!(places, [(0, 1), (1, 1), (1, 4)]);
        assert_eq!((grams.frequency(at[1]), grams.len()), (2, 3));
        assert_eq!((grams.distinct(0), grams.distinct(1)), (3, 4));
        assert_eq!((grams.over(1), grams.over(2)), (3, 0));
    }

    #[test]
    fn only_n_grams_of_studied_documents_are_kept() {
        let documents: [&[u32]; 3] = [&[1, 2], &[1, 2, 3], &[2, 3]];
        let grams = Grams::new(&documents, &[true, false, false], 2, false);
        assert_eq!(grams.len(), 1);
        let none = Grams::new(&documents, &[false, false, false], 2, false);
        assert!(none.is_empty());
    }
}
