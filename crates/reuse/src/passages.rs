//! Passages that two documents share.

use std::ops::Range;

use rayon::prelude::*;

use crate::align::Table;
use crate::grams::{Grams, MOST_IN_ONE, NONE};
use crate::minhash::Pairs;

/// What counts as a shared passage.
#[derive(Clone, Debug)]
pub struct SharedOptions {
    /// An n-gram in more documents is no seed: a phrase that all use tells nothing. A passage that has
    /// any rarer n-gram is found whole all the same.
    pub max_documents: usize,
    /// Fewest words that are the same on both sides.
    pub min_words: usize,
    /// Least share of an alignment's columns that are matches.
    pub min_identity: f64,
    /// Whether passages that a document repeats from itself count too.
    pub within: bool,
}

impl Default for SharedOptions {
    fn default() -> Self {
        Self {
            max_documents: 100,
            min_words: 12,
            min_identity: 0.6,
            within: false,
        }
    }
}

/// Which pairs of documents are looked at.
#[derive(Clone, Copy, Debug)]
pub enum Wanted<'p> {
    /// All that share a seed.
    All,
    /// Of these, only the candidates.
    Only(&'p Pairs),
}

/// A passage of a document, and the same in an earlier one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passage {
    /// The document that reuses it: the later one.
    pub document: usize,
    /// Its words there, counted within the document. The first and the last are matches.
    pub words: Range<usize>,
    /// The document that it is from: the earlier one.
    pub source: usize,
    /// Its words there.
    pub source_words: Range<usize>,
    /// Words that are the same on both sides, in order.
    pub matches: usize,
    /// Columns of the alignment: matches, words in the place of others, and words of one side only.
    pub columns: usize,
    runs: Range<usize>,
}

impl Passage {
    /// Share of the columns that are matches.
    pub fn identity(&self) -> f64 {
        self.matches as f64 / self.columns as f64
    }
}

/// Words of a passage that stand unbroken on both sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// Its first word in the document.
    pub at: u32,
    /// Its first word in the source.
    pub source_at: u32,
    /// How many words it has.
    pub words: u32,
}

/// All passages that documents share, by document, place, source and place there.
#[derive(Debug, Default)]
pub struct Shared {
    passages: Vec<Passage>,
    runs: Vec<Run>,
}

impl Shared {
    /// Finds passages from shared n-grams, which are widened to all equal words around them and then
    /// aligned in both directions (see [`crate::X_DROP`]). `keys` says which document is the earlier one;
    /// of equal ones it is the one named first.
    ///
    /// # Panics
    /// If there is not a key for each document.
    pub fn find<K: Ord + Sync>(
        grams: &Grams<'_>,
        keys: &[K],
        options: &SharedOptions,
        wanted: Wanted<'_>,
    ) -> Self {
        let documents = grams.documents();
        assert_eq!(documents.len(), keys.len());
        let found: Vec<Vec<Aligned>> = (0..documents.len())
            .into_par_iter()
            .map_init(Table::default, |table, one| {
                of_document(grams, one, options, wanted, table)
            })
            .collect();
        let mut shared = Self::default();
        for aligned in found.into_iter().flatten() {
            // What is found stands with the document named first, or the earlier place.
            let is_later =
                aligned.pair.0 == aligned.pair.1 || keys[aligned.pair.0] <= keys[aligned.pair.1];
            shared.push(if is_later { aligned.turned() } else { aligned });
        }
        let order = |p: &Passage| {
            let (words, source) = (&p.words, &p.source_words);
            (
                p.document,
                words.start,
                words.end,
                p.source,
                source.start,
                source.end,
            )
        };
        shared.passages.par_sort_unstable_by_key(order);
        shared
    }

    fn push(&mut self, aligned: Aligned) {
        let first = self.runs.len();
        let matches = aligned.matches();
        self.runs.extend(aligned.runs);
        self.passages.push(Passage {
            document: aligned.pair.0,
            words: aligned.words.0,
            source: aligned.pair.1,
            source_words: aligned.words.1,
            matches,
            columns: aligned.columns,
            runs: first..self.runs.len(),
        });
    }

    /// The passages.
    pub fn passages(&self) -> &[Passage] {
        &self.passages
    }

    /// The unbroken parts of a passage, in order.
    pub fn runs(&self, passage: &Passage) -> &[Run] {
        &self.runs[passage.runs.clone()]
    }
}

/// An alignment of two documents, or of two places of one.
#[derive(Clone, Debug)]
struct Aligned {
    pair: (usize, usize),
    words: (Range<usize>, Range<usize>),
    columns: usize,
    runs: Vec<Run>,
}

impl Aligned {
    fn matches(&self) -> usize {
        self.runs.iter().map(|run| run.words as usize).sum()
    }

    fn turned(mut self) -> Self {
        for run in &mut self.runs {
            (run.at, run.source_at) = (run.source_at, run.at);
        }
        Self {
            pair: (self.pair.1, self.pair.0),
            words: (self.words.1, self.words.0),
            ..self
        }
    }

    fn holds(&self, words: &(Range<usize>, Range<usize>)) -> bool {
        let holds = |a: &Range<usize>, b: &Range<usize>| a.start <= b.start && b.end <= a.end;
        holds(&self.words.0, &words.0) && holds(&self.words.1, &words.1)
    }
}

/// A shared n-gram: the other document, how far its place there is behind the own one, the own place.
type Seed = (u32, i64, u32);

fn of_document(
    grams: &Grams<'_>,
    one: usize,
    options: &SharedOptions,
    wanted: Wanted<'_>,
    table: &mut Table,
) -> Vec<Aligned> {
    let mut seeds = seeds(grams, one, options, wanted);
    seeds.sort_unstable();
    let mut found = Vec::new();
    for of_pair in seeds.chunk_by(|a, b| a.0 == b.0) {
        found.append(&mut of_pair_of_documents(
            grams.documents(),
            (one, of_pair[0].0 as usize),
            of_pair,
            options,
            table,
        ));
    }
    found
}

fn seeds(grams: &Grams<'_>, one: usize, options: &SharedOptions, wanted: Wanted<'_>) -> Vec<Seed> {
    let mut seeds = Vec::new();
    for (at, &gram) in grams.of(one).iter().enumerate() {
        if gram == NONE || grams.frequency(gram) > options.max_documents {
            continue;
        }
        let postings = grams.postings(gram);
        let own = postings.partition_point(|p| (p.document as usize) < one);
        let behind = postings.partition_point(|p| p.document as usize <= one);
        if behind - own > MOST_IN_ONE {
            continue;
        }
        let first = if options.within { own } else { behind };
        for places in postings[first..].chunk_by(|a, b| a.document == b.document) {
            let other = places[0].document as usize;
            let is_wanted = match wanted {
                Wanted::All => true,
                Wanted::Only(pairs) => other == one || pairs.has(one, other),
            };
            if places.len() > MOST_IN_ONE || !is_wanted || !grams.is_asked(one, other) {
                continue;
            }
            let places = places.iter().map(|posting| posting.at);
            let places = places.filter(|&place| other != one || place as usize > at);
            seeds.extend(places.map(|place| {
                let diagonal = i64::from(place) - at as i64;
                (other as u32, diagonal, at as u32)
            }));
        }
    }
    seeds
}

fn of_pair_of_documents(
    documents: &[&[u32]],
    pair: (usize, usize),
    seeds: &[Seed],
    options: &SharedOptions,
    table: &mut Table,
) -> Vec<Aligned> {
    let texts = (documents[pair.0], documents[pair.1]);
    let mut blocks = blocks(texts, seeds);
    // The longest first: what they are part of mostly holds the others.
    blocks.sort_by_key(|&(at, other, length)| (std::cmp::Reverse(length), at, other));
    let mut tried: Vec<Aligned> = Vec::new();
    for (at, other, length) in blocks {
        let block = (at..at + length, other..other + length);
        if tried.iter().any(|aligned| aligned.holds(&block)) {
            continue;
        }
        let mut aligned = grow(texts, pair, &block, table);
        // Too loose around it: the block for itself.
        if (aligned.matches() as f64) < options.min_identity * aligned.columns as f64 {
            aligned = Aligned {
                pair,
                columns: length,
                runs: vec![Run {
                    at: at as u32,
                    source_at: other as u32,
                    words: length as u32,
                }],
                words: block,
            };
        }
        tried.push(aligned);
    }
    tried.retain(|aligned| {
        let overlaps_itself = pair.0 == pair.1 && aligned.words.0.end > aligned.words.1.start;
        aligned.matches() >= options.min_words && !overlaps_itself
    });
    // What grew out of another block may hold it, or be the same.
    let held: Vec<bool> = (0..tried.len())
        .map(|at| {
            let own = &tried[at].words;
            tried.iter().enumerate().any(|(other, aligned)| {
                other != at && aligned.holds(own) && (aligned.words != *own || other < at)
            })
        })
        .collect();
    let mut held = held.iter();
    tried.retain(|_| !*held.next().expect("one each"));
    tried
}

/// Seeds widened to all equal words around them: first words on both sides, and how many.
fn blocks(texts: (&[u32], &[u32]), seeds: &[Seed]) -> Vec<(usize, usize, usize)> {
    let mut blocks: Vec<(usize, usize, usize)> = Vec::new();
    let mut last = None;
    for &(_, diagonal, at) in seeds {
        let at = at as usize;
        if last.is_some_and(|(same, end)| same == diagonal && at < end) {
            continue;
        }
        let other = usize::try_from(at as i64 + diagonal).expect("a place");
        let before = texts.0[..at]
            .iter()
            .rev()
            .zip(texts.1[..other].iter().rev());
        let before = before.take_while(|(a, b)| a == b).count();
        let behind = texts.0[at..].iter().zip(&texts.1[other..]);
        let behind = behind.take_while(|(a, b)| a == b).count();
        blocks.push((at - before, other - before, before + behind));
        last = Some((diagonal, at + behind));
    }
    blocks
}

/// The alignment around a block of equal words.
fn grow(
    texts: (&[u32], &[u32]),
    pair: (usize, usize),
    block: &(Range<usize>, Range<usize>),
    table: &mut Table,
) -> Aligned {
    let (one, other) = texts;
    let (ends, starts) = ((block.0.end, block.1.end), (block.0.start, block.1.start));
    let behind = table.extend((one.len() - ends.0, other.len() - ends.1), |a, b| {
        one[ends.0 + a] == other[ends.1 + b]
    });
    let before = table.extend(starts, |a, b| {
        one[starts.0 - 1 - a] == other[starts.1 - 1 - b]
    });
    let run = |at: usize, source_at: usize, words: usize| Run {
        at: at as u32,
        source_at: source_at as u32,
        words: words as u32,
    };
    let mut runs: Vec<Run> = before
        .runs
        .iter()
        .map(|&(a, b, words)| run(starts.0 - a - words, starts.1 - b - words, words))
        .collect();
    runs.push(run(starts.0, starts.1, block.0.len()));
    let later = behind.runs.iter().rev();
    runs.extend(later.map(|&(a, b, words)| run(ends.0 + a, ends.1 + b, words)));
    Aligned {
        pair,
        words: (
            starts.0 - before.one..ends.0 + behind.one,
            starts.1 - before.other..ends.1 + behind.other,
        ),
        columns: before.columns + block.0.len() + behind.columns,
        runs,
    }
}
