//! How often each term occurs in each document.
//!
//! Every occurrence is a number, half hash of its words and half place; sorted, equal terms stand
//! together. That takes 8 bytes an occurrence, for as many at a time as [`SORTED`] allows, whatever the
//! number of different terms. Terms that occur too seldom are known not to be part of longer ones
//! that occur often enough, so longer ones are few.

use std::ops::{Range, RangeInclusive};
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use crate::bits::Bits;
use crate::corpus::Corpus;

/// Bytes of occurrences that are sorted at the same time, of which there are two copies.
const SORTED: usize = 40 << 20;

/// What is counted, said before anything is known of the counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CountOptions {
    /// Lengths of terms in words, from 1.
    pub sizes: RangeInclusive<usize>,
    /// Terms with fewer occurrences in all documents are left out.
    pub min_count: u64,
    /// Terms in fewer documents are left out.
    pub min_documents: usize,
}

/// The counts of all terms that were asked for, in order of size and then of their words' ids.
pub struct Counts {
    options: CountOptions,
    documents: usize,
    sizes: Vec<OneSize>,
}

/// Terms of one size.
#[derive(Default)]
struct OneSize {
    size: usize,
    words: Vec<u32>,
    rows: Vec<Row>,
    /// Rows as pairs of a document (as distance from the one before) and a count.
    packed: Vec<Bits>,
    /// Sequences of this size in each document.
    sequences: Vec<u64>,
}

/// Where the counts of a term are.
#[derive(Clone, Copy)]
struct Row {
    count: u32,
    documents: u32,
    part: u32,
    start: u32,
}

/// The counts of a term by document.
#[derive(Clone)]
pub struct RowIter<'a> {
    bits: &'a Bits,
    at: usize,
    left: u32,
    /// The first document that can be next.
    document: u32,
    /// [`low_bits`] of its distances.
    low: u32,
}

impl Iterator for RowIter<'_> {
    type Item = (usize, u64);

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let (distance, count) = self.bits.get_pair(&mut self.at, self.low);
        let document = self.document + distance;
        self.document = document + 1;
        Some((document as usize, count.into()))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left as usize, Some(self.left as usize))
    }
}

impl ExactSizeIterator for RowIter<'_> {}

impl Counts {
    /// Counts the terms of a corpus: all sequences of words of the sizes asked for that lie within
    /// one sentence.
    ///
    /// # Panics
    /// If a size is 0, or if there are 2³¹ documents or more.
    pub fn of(corpus: &Corpus, options: CountOptions) -> Self {
        Self::with(corpus, options, SORTED, hash)
    }

    fn with(
        corpus: &Corpus,
        options: CountOptions,
        sorted: usize,
        hash: impl Fn(&[u32]) -> u64 + Sync,
    ) -> Self {
        assert!(*options.sizes.start() > 0, "a term has words");
        let most = u32::MAX >> 1;
        assert!(
            corpus.documents() <= most as usize,
            "at most {most} documents"
        );
        let is_pruned = options.min_count > 1 || options.min_documents > 1;
        let mut frequent = None;
        let mut sizes = Vec::new();
        let ends = corpus.ends();
        let first = if is_pruned { 1 } else { *options.sizes.start() };
        for size in first..=*options.sizes.end() {
            let next =
                (is_pruned && size < *options.sizes.end()).then(|| Places::none(corpus.words()));
            let counted = Counting {
                corpus,
                ends: &ends,
                options: &options,
                size,
                candidates: frequent.as_ref(),
                frequent: next.as_ref(),
                sorted,
                hash: &hash,
            };
            let is_asked = options.sizes.contains(&size);
            sizes.extend(counted.run(is_asked));
            frequent = next;
        }
        Self {
            documents: corpus.documents(),
            options,
            sizes,
        }
    }

    /// What was asked for.
    pub fn options(&self) -> &CountOptions {
        &self.options
    }

    /// How many terms there are, of all sizes.
    pub fn len(&self) -> usize {
        self.sizes.iter().map(|size| size.rows.len()).sum()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many documents the corpus has.
    pub fn documents(&self) -> usize {
        self.documents
    }

    fn place(&self, term: usize) -> (&OneSize, usize) {
        let mut at = term;
        for size in &self.sizes {
            if at < size.rows.len() {
                return (size, at);
            }
            at -= size.rows.len();
        }
        panic!("term {term} of {}", self.len())
    }

    /// A term's words.
    ///
    /// # Panics
    /// If there is no such term.
    pub fn words(&self, term: usize) -> &[u32] {
        let (size, at) = self.place(term);
        &size.words[at * size.size..][..size.size]
    }

    /// A term's occurrences in all documents.
    ///
    /// # Panics
    /// If there is no such term.
    pub fn count(&self, term: usize) -> u64 {
        let (size, at) = self.place(term);
        size.rows[at].count.into()
    }

    /// The documents that have a term, rising, each with the number of occurrences.
    ///
    /// # Panics
    /// If there is no such term.
    pub fn row(&self, term: usize) -> RowIter<'_> {
        let (size, at) = self.place(term);
        let row = size.rows[at];
        RowIter {
            bits: &size.packed[row.part as usize],
            at: row.start as usize,
            left: row.documents,
            document: 0,
            low: low_bits(self.documents, row.documents),
        }
    }

    /// Which term these words are.
    pub fn find(&self, words: &[u32]) -> Option<usize> {
        let mut before = 0;
        for size in &self.sizes {
            if size.size == words.len() {
                let at = partition(size.rows.len(), |at| {
                    &size.words[at * size.size..][..size.size] < words
                });
                let found = size.words.get(at * size.size..)?.get(..size.size)?;
                return (found == words).then_some(before + at);
            }
            before += size.rows.len();
        }
        None
    }

    /// The terms of a size.
    pub fn terms_of(&self, size: usize) -> Range<usize> {
        let mut before = 0;
        for of in &self.sizes {
            if of.size == size {
                return before..before + of.rows.len();
            }
            before += of.rows.len();
        }
        0..0
    }

    /// How many sequences of this size each document has, whether or not they were kept: what the
    /// counts of its terms are shares of.
    ///
    /// # Panics
    /// If terms of this size were not counted.
    pub fn sequences(&self, size: usize) -> &[u64] {
        let found = self.sizes.iter().find(|of| of.size == size);
        &found.expect("the size was counted").sequences
    }
}

/// The first of `len` places at which `is_before` no longer holds.
fn partition(len: usize, is_before: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (0, len);
    while low < high {
        let middle = usize::midpoint(low, high);
        if is_before(middle) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

/// A set of places in a corpus.
struct Places(Vec<AtomicU64>);

impl Places {
    fn none(words: usize) -> Self {
        let cells = words.div_ceil(64) + 1;
        Self((0..cells).map(|_| AtomicU64::new(0)).collect())
    }

    // Threads only ever add places, and nobody reads before all have.
    fn add(&self, at: usize) {
        self.0[at / 64].fetch_or(1 << (at % 64), Ordering::Relaxed);
    }

    fn has(&self, at: usize) -> bool {
        self.0[at / 64].load(Ordering::Relaxed) >> (at % 64) & 1 == 1
    }
}

/// The counting of terms of one size.
struct Counting<'a, H> {
    corpus: &'a Corpus,
    /// [`Corpus::ends`], which stays in cache where the corpus does not.
    ends: &'a [usize],
    options: &'a CountOptions,
    size: usize,
    /// Where terms of one word less stand that are frequent enough.
    candidates: Option<&'a Places>,
    /// Is told where such terms of this size stand.
    frequent: Option<&'a Places>,
    /// Bytes of occurrences to sort at the same time.
    sorted: usize,
    hash: &'a H,
}

/// Terms of one part, in no order that matters.
#[derive(Default)]
struct Part {
    words: Vec<u32>,
    rows: Vec<Row>,
    packed: Bits,
}

impl<H: Fn(&[u32]) -> u64 + Sync> Counting<'_, H> {
    fn run(&self, is_asked: bool) -> Option<OneSize> {
        // In which pass a term is counted, and in which part of it, has no influence on the result.
        let passes = (self.corpus.words() * size_of::<u64>())
            .div_ceil(self.sorted)
            .max(1) as u64;
        let parts = rayon::current_num_threads() as u64 * 8;
        let mut found: Vec<Part> = Vec::new();
        for pass in 0..passes {
            let blocks = self.occurrences(pass, passes, parts);
            found.par_extend((0..parts as usize).into_par_iter().map(|part| {
                let of_part: Vec<&[u64]> = blocks.iter().map(|block| &block[part][..]).collect();
                self.part(of_part.concat(), is_asked)
            }));
        }
        if !is_asked {
            return None;
        }
        let mut order: Vec<(u32, u32)> = (0..)
            .zip(&found)
            .flat_map(|(part, terms)| (0..terms.rows.len() as u32).map(move |at| (part, at)))
            .collect();
        let term = |&(part, at): &(u32, u32)| {
            &found[part as usize].words[at as usize * self.size..][..self.size]
        };
        order.par_sort_unstable_by(|a, b| term(a).cmp(term(b)));
        Some(OneSize {
            size: self.size,
            words: order.iter().flat_map(term).copied().collect(),
            rows: order
                .iter()
                .map(|&(part, at)| Row {
                    part,
                    ..found[part as usize].rows[at as usize]
                })
                .collect(),
            packed: found
                .iter_mut()
                .map(|part| std::mem::take(&mut part.packed))
                .collect(),
            sequences: self.sequences(),
        })
    }

    fn sequences(&self) -> Vec<u64> {
        (0..self.corpus.documents())
            .into_par_iter()
            .map(|document| {
                let sentences = self.corpus.sentences(document);
                sentences
                    .map(|words| (words.len() + 1).saturating_sub(self.size) as u64)
                    .sum()
            })
            .collect()
    }

    fn term(&self, at: u64) -> &[u32] {
        // The lower half of an occurrence is its place.
        &self.corpus.ids()[at as u32 as usize..][..self.size]
    }

    fn part(&self, mut occurrences: Vec<u64>, is_asked: bool) -> Part {
        occurrences.sort_unstable();
        let mut found = Part::default();
        for same_hash in occurrences.chunk_by_mut(|a, b| a >> 32 == b >> 32) {
            let first = self.term(same_hash[0]);
            if same_hash[1..]
                .iter()
                .all(|&at| is_same(self.term(at), first))
            {
                self.keep(same_hash, &mut found, is_asked);
                continue;
            }
            same_hash.sort_unstable_by(|&a, &b| self.term(a).cmp(self.term(b)).then(a.cmp(&b)));
            for same in same_hash.chunk_by(|&a, &b| self.term(a) == self.term(b)) {
                self.keep(same, &mut found, is_asked);
            }
        }
        found.words.shrink_to_fit();
        found.rows.shrink_to_fit();
        found.packed.shrink_to_fit();
        found
    }

    /// The occurrences whose hash is in one pass's share of its range, by block of documents and by
    /// part of that share: the rest of the hash above the place.
    fn occurrences(&self, pass: u64, passes: u64, parts: u64) -> Vec<Vec<Vec<u64>>> {
        let documents = self.corpus.documents();
        let block = documents.div_ceil(rayon::current_num_threads() * 4).max(1);
        (0..documents)
            .into_par_iter()
            .step_by(block)
            .map(|first| {
                let mut found = vec![Vec::new(); parts as usize];
                for document in first..documents.min(first + block) {
                    self.occurrences_in(document, |hash, at| {
                        let place = u128::from(hash) * u128::from(passes * parts);
                        let part = ((place >> 64) as u64).wrapping_sub(pass * parts);
                        if part < parts {
                            found[part as usize].push(hash << 32 | at as u64);
                        }
                    });
                }
                found
            })
            .collect()
    }

    /// Hands on the hash and the place of each sequence that can be a term.
    fn occurrences_in(&self, document: usize, mut take: impl FnMut(u64, usize)) {
        let ids = self.corpus.ids();
        for sentence in self.corpus.sentences(document) {
            let behind_last = (sentence.end + 1).saturating_sub(self.size);
            for at in sentence.start..behind_last {
                let is_candidate = self
                    .candidates
                    .is_none_or(|shorter| shorter.has(at) && shorter.has(at + 1));
                if is_candidate {
                    take((self.hash)(&ids[at..at + self.size]), at);
                }
            }
        }
    }

    /// Takes in a term with its occurrences, which are in order, if it is frequent enough.
    fn keep(&self, occurrences: &[u64], found: &mut Part, is_asked: bool) {
        if (occurrences.len() as u64) < self.options.min_count {
            return;
        }
        let mut row = Vec::new();
        let mut rest = occurrences;
        while let Some(&first) = rest.first() {
            let from = row.last().map_or(0, |&(document, _)| document + 1);
            let first = first as u32 as usize;
            let document = from + self.ends[from..].partition_point(|&end| end <= first);
            let end = self.ends[document];
            let inside = rest.partition_point(|&at| (at as u32 as usize) < end);
            row.push((document, inside));
            rest = &rest[inside..];
        }
        if row.len() < self.options.min_documents {
            return;
        }
        if let Some(frequent) = self.frequent {
            for &at in occurrences {
                frequent.add(at as u32 as usize);
            }
        }
        if is_asked {
            let start = found.packed.len();
            let documents = row.len() as u32;
            let low = low_bits(self.ends.len(), documents);
            let mut next = 0;
            for (document, count) in row {
                found.packed.put_rice((document - next) as u32, low);
                found.packed.put_gamma(count as u32);
                next = document + 1;
            }
            found.words.extend_from_slice(self.term(occurrences[0]));
            found.rows.push(Row {
                count: occurrences.len() as u32,
                documents,
                part: 0,
                start: u32::try_from(start).expect("a part's rows take far less than 512 MiB"),
            });
        }
    }
}

/// Low bits of Rice's code for the distances of a term's documents, if it is in so many of all: those that
/// are shortest where documents are drawn at random (Golomb 1966).
fn low_bits(all: usize, documents: u32) -> u32 {
    // The mean distance times ln 2.
    let wanted = all as u64 * 693 / (1000 * u64::from(documents));
    wanted.checked_ilog2().unwrap_or(0)
}

/// Whether two terms of a size are the same: too short for the call that `==` makes.
fn is_same(a: &[u32], b: &[u32]) -> bool {
    a.iter().zip(b).all(|(a, b)| a == b)
}

/// A hash that spreads ids over all 64 bits. Different terms may have the same one.
pub(crate) fn hash(words: &[u32]) -> u64 {
    const ODD: u64 = 0x9e37_79b9_7f4a_7c15;
    let mixed = words.iter().fold(0_u64, |hash, &id| {
        (hash.rotate_left(23) ^ u64::from(id).wrapping_add(1)).wrapping_mul(ODD)
    });
    let mixed = (mixed ^ (mixed >> 32)).wrapping_mul(ODD);
    mixed ^ (mixed >> 29)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::corpus::tests::corpus;

    fn options(sizes: RangeInclusive<usize>, min_count: u64, min_documents: usize) -> CountOptions {
        CountOptions {
            sizes,
            min_count,
            min_documents,
        }
    }

    type Table = BTreeMap<Vec<u32>, Vec<(usize, u64)>>;

    fn table(counts: &Counts) -> Table {
        (0..counts.len())
            .map(|term| (counts.words(term).to_vec(), counts.row(term).collect()))
            .collect()
    }

    /// Counts one by one, in a map.
    fn plain(corpus: &Corpus, options: &CountOptions) -> Table {
        let mut all: BTreeMap<Vec<u32>, BTreeMap<usize, u64>> = BTreeMap::new();
        for document in 0..corpus.documents() {
            for sentence in corpus.sentences(document) {
                for size in options.sizes.clone() {
                    for term in corpus.ids()[sentence.clone()].windows(size) {
                        *all.entry(term.to_vec())
                            .or_default()
                            .entry(document)
                            .or_default() += 1;
                    }
                }
            }
        }
        all.into_iter()
            .filter(|(_, row)| {
                row.values().sum::<u64>() >= options.min_count && row.len() >= options.min_documents
            })
            .map(|(term, row)| (term, row.into_iter().collect()))
            .collect()
    }

    #[test]
    fn terms_stay_within_sentences_and_are_found_by_their_words() {
        let corpus = corpus(&["a b a\nb a", "a b"]);
        let counts = Counts::of(&corpus, options(1..=3, 1, 1));
        let id = |word| corpus.vocabulary().id(word).expect("a word");
        let (a, b) = (id("a"), id("b"));
        let row = |words: &[u32]| {
            let term = counts.find(words)?;
            assert_eq!(counts.words(term), words);
            Some(counts.row(term).collect::<Vec<_>>())
        };
        assert_eq!(row(&[a, b]), Some(vec![(0, 1), (1, 1)]));
        assert_eq!(row(&[b, a]), Some(vec![(0, 2)]));
        assert_eq!(row(&[a, b, a]), Some(vec![(0, 1)]));
        assert_eq!(row(&[a, a]), None);
        assert_eq!(row(&[b, b, b]), None);
        assert_eq!(counts.sequences(1), [5, 2]);
        assert_eq!(counts.sequences(2), [3, 1]);
        assert_eq!(counts.sequences(3), [1, 0]);
        assert_eq!((counts.terms_of(2), counts.terms_of(4)), (2..4, 0..0));
        let whole: u64 = counts.terms_of(2).map(|term| counts.count(term)).sum();
        assert_eq!(whole, 4);
    }

    proptest! {
        /// Rare terms are left out alike whether or not their parts were, terms that share a hash
        /// are told apart, and several passes find what one finds.
        #[test]
        fn sorting_counts_what_a_map_counts(
            texts in prop::collection::vec("([a-d] |\n){0,40}", 0..6),
            first in 1_usize..3,
            more in 0_usize..4,
            min_count in 1_u64..4,
            min_documents in 1_usize..3,
        ) {
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            let corpus = corpus(&texts);
            let options = options(first..=first + more, min_count, min_documents);
            let expected = plain(&corpus, &options);
            prop_assert_eq!(&table(&Counts::of(&corpus, options.clone())), &expected);
            let poor = |words: &[u32]| u64::from(words[0] % 2) << 40;
            prop_assert_eq!(&table(&Counts::with(&corpus, options.clone(), SORTED, poor)), &expected);
            prop_assert_eq!(&table(&Counts::with(&corpus, options, 64, hash)), &expected);
        }
    }

    #[test]
    fn threads_do_not_change_the_counts() {
        let text = "x y z x y\nz z y x".repeat(50);
        let corpus = corpus(&[&text, "x y", &text]);
        let count = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
            pool.expect("threads")
                .install(|| table(&Counts::of(&corpus, options(1..=4, 2, 2))))
        };
        assert_eq!(count(1), count(7));
    }
}
