//! Which words stand together, counted in texts.

use std::borrow::Cow;
use std::ops::Range;

use hashbrown::HashMap;
use rayon::prelude::*;

use crate::association::{Lambda, Pair, lambda, log_dice};
use crate::{Corpus, CountOptions, Counts, Postings};

/// When two words stand together. No unit crosses a sentence's end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// They are in one sentence. An occasion is a sentence; how often a word is in it makes no
    /// difference.
    Sentence,
    /// One is at most so many words from the other, on either side. An occasion is a word with one of
    /// its neighbours, so that each meeting is two, one from each side.
    ///
    /// Margins and total count such occasions too, not words: the expected count needs no
    /// correction for the window's span, and is right also at the ends of sentences.
    Window(usize),
    /// The second is at most so many words behind the first; 1 makes pairs of neighbours ("bigrams").
    /// An occasion is a word with one of those behind it.
    Behind(usize),
}

/// Two words that stand together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Collocation {
    /// The first word; where the order makes no difference, the one that was asked for, or the lower
    /// id.
    pub first: u32,
    /// The other.
    pub second: u32,
    /// How often they meet, among all occasions.
    pub pair: Pair,
    /// How often the first word occurs; for [`Unit::Sentence`] in how many sentences.
    pub first_frequency: u64,
    /// How often the second word occurs, or in how many sentences.
    pub second_frequency: u64,
}

impl Collocation {
    /// [`log_dice`] of the meetings and the words' frequencies.
    pub fn log_dice(&self) -> f64 {
        let meetings = self.pair.both;
        log_dice(meetings, self.first_frequency, self.second_frequency)
    }
}

/// What a pair must have to be listed. Declared before anything is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Minimum {
    /// Times, or sentences, that each of the two words occurs.
    pub word: u64,
    /// Times that they meet.
    pub pair: u64,
}

/// Counts words that stand together.
#[derive(Debug)]
pub struct Collocations<'a> {
    unit: Unit,
    words: Cow<'a, [u32]>,
    /// Position of the first word of each sentence.
    sentences: Vec<u32>,
    postings: Cow<'a, Postings>,
    /// Occasions that each word has as the first and as the second.
    first: Vec<u64>,
    second: Vec<u64>,
    total: u64,
}

impl<'a> Collocations<'a> {
    /// Prepares counting by a unit. `postings` are those of the corpus.
    ///
    /// # Panics
    /// If a window or distance is 0, or if the postings are of other words.
    pub fn new(corpus: &'a Corpus, postings: &'a Postings, unit: Unit) -> Self {
        assert!(
            !matches!(unit, Unit::Window(0) | Unit::Behind(0)),
            "words stand together over a distance of at least 1"
        );
        let types = postings.types();
        let mut new = Self {
            unit,
            words: corpus.ids().into(),
            sentences: (0..corpus.all_sentences())
                .map(|sentence| corpus.sentence(sentence).start as u32)
                .collect(),
            postings: Cow::Borrowed(postings),
            first: vec![0; types],
            second: vec![0; types],
            total: 0,
        };
        if unit == Unit::Sentence {
            let (words, sentences) = distinct(corpus);
            new.postings = Cow::Owned(Postings::new(&words, types));
            new.words = words.into();
            new.sentences = sentences;
            new.total = new.filled_sentences();
            new.first = (0..types as u32)
                .map(|word| new.postings.frequency(word))
                .collect();
            new.second.clone_from(&new.first);
        } else {
            for sentence in 0..new.sentences.len() {
                let range = new.sentence(sentence);
                for position in range.clone() {
                    let word = new.words[position] as usize;
                    let others = new.partners(position, &range);
                    let number = (others[0].len() + others[1].len()) as u64;
                    new.first[word] += number;
                    new.total += number;
                    new.second[word] += match unit {
                        Unit::Behind(distance) => (position - range.start).min(distance) as u64,
                        _ => number,
                    };
                }
            }
        }
        new
    }

    /// All that stand together with a word, by their ids. Where the order counts, what is behind it.
    pub fn of(&self, word: u32, minimum: Minimum) -> Vec<Collocation> {
        let mut counts = vec![0; self.postings.types()];
        self.row(word, minimum, 0, &mut counts)
    }

    /// All pairs, by the first's id and then the second's. Where the order makes no difference, each is
    /// listed once. A word with itself is listed for [`Unit::Behind`] only.
    pub fn all(&self, minimum: Minimum) -> Vec<Collocation> {
        let types = self.postings.types();
        (0..types as u32)
            .into_par_iter()
            .map_init(
                || vec![0; types],
                |counts, word| {
                    let from = match self.unit {
                        Unit::Behind(_) => 0,
                        Unit::Sentence | Unit::Window(_) => word + 1,
                    };
                    self.row(word, minimum, from, counts)
                },
            )
            .flatten_iter()
            .collect()
    }

    /// A word's pairs with those from the id `from` on. `counts` has a zero for each word, and has them
    /// again afterwards.
    fn row(&self, word: u32, minimum: Minimum, from: u32, counts: &mut [u32]) -> Vec<Collocation> {
        if self.postings.frequency(word) < minimum.word {
            return Vec::new();
        }
        let is_ordered = matches!(self.unit, Unit::Behind(_));
        let mut met = Vec::new();
        for &position in self.postings.of(word) {
            let sentence = self.sentences.partition_point(|&first| first <= position) - 1;
            let range = self.sentence(sentence);
            for others in self.partners(position as usize, &range) {
                for &other in &self.words[others] {
                    if other >= from && (is_ordered || other != word) {
                        if counts[other as usize] == 0 {
                            met.push(other);
                        }
                        counts[other as usize] += 1;
                    }
                }
            }
        }
        met.sort_unstable();
        met.into_iter()
            .filter_map(|other| {
                let both = u64::from(std::mem::take(&mut counts[other as usize]));
                let frequency = self.postings.frequency(other);
                (both >= minimum.pair && frequency >= minimum.word).then(|| Collocation {
                    first: word,
                    second: other,
                    pair: Pair {
                        both,
                        first: self.first[word as usize],
                        second: self.second[other as usize],
                        total: self.total,
                    },
                    first_frequency: self.postings.frequency(word),
                    second_frequency: frequency,
                })
            })
            .collect()
    }

    /// Positions of the words that the one at a position stands together with, before and behind it.
    fn partners(&self, position: usize, sentence: &Range<usize>) -> [Range<usize>; 2] {
        let (before, behind) = match self.unit {
            Unit::Sentence => (usize::MAX, usize::MAX),
            Unit::Window(distance) => (distance, distance),
            Unit::Behind(distance) => (0, distance),
        };
        let first = position.saturating_sub(before).max(sentence.start);
        let last = (position + 1).saturating_add(behind).min(sentence.end);
        [first..position, position + 1..last]
    }

    fn sentence(&self, sentence: usize) -> Range<usize> {
        let end = self.sentences.get(sentence + 1);
        self.sentences[sentence] as usize..end.map_or(self.words.len(), |&next| next as usize)
    }

    fn filled_sentences(&self) -> u64 {
        let filled = (0..self.sentences.len()).filter(|&s| !self.sentence(s).is_empty());
        filled.count() as u64
    }
}

/// Each sentence's different words, rising, and where each sentence starts in them.
fn distinct(corpus: &Corpus) -> (Vec<u32>, Vec<u32>) {
    let mut words = Vec::new();
    let mut starts = Vec::with_capacity(corpus.all_sentences());
    let mut own = Vec::new();
    for sentence in 0..corpus.all_sentences() {
        starts.push(words.len() as u32);
        own.clear();
        own.extend_from_slice(&corpus.ids()[corpus.sentence(sentence)]);
        own.sort_unstable();
        own.dedup();
        words.extend_from_slice(&own);
    }
    (words, starts)
}

/// Longest sequence that [`sequences`] takes.
pub const LONGEST_SEQUENCE: usize = 6;

/// A sequence of words, with how strongly they are drawn to each other.
#[derive(Clone, Debug, PartialEq)]
pub struct Sequence {
    /// Its words.
    pub words: Vec<u32>,
    /// How often it occurs.
    pub count: u64,
    /// Its λ and z.
    pub strength: Lambda,
}

/// All sequences of `length` words that occur at least `minimum` times, with [`lambda`], in the order of
/// their ids. None crosses a sentence's end.
///
/// # Panics
/// If the length is below 2 or over [`LONGEST_SEQUENCE`].
pub fn sequences(corpus: &Corpus, length: usize, minimum: u64, smoothing: f64) -> Vec<Sequence> {
    assert!(
        (2..=LONGEST_SEQUENCE).contains(&length),
        "a sequence has 2 to {LONGEST_SEQUENCE} words, not {length}"
    );
    let counts = Counts::of(
        corpus,
        CountOptions {
            sizes: length..=length,
            min_count: minimum.max(1),
            min_documents: 1,
        },
    );
    let stretches: u64 = counts.sequences(length).iter().sum();
    let frequent: Vec<(&[u32], u64)> = (0..counts.len())
        .map(|term| (counts.words(term), counts.count(term)))
        .collect();
    // Places of a stretch whose word some frequent sequence has there: others need no looking up.
    let mut used = vec![0_u8; corpus.vocabulary().len()];
    for (words, _) in &frequent {
        for (place, &word) in words.iter().enumerate() {
            used[word as usize] |= 1 << place;
        }
    }
    let patterns = 1_usize << length;
    // For each set of places: how many stretches agree with the sequence there, and perhaps elsewhere.
    let agreeing: Vec<Vec<u64>> = (0..patterns)
        .into_par_iter()
        .map(|places| {
            if places == 0 {
                return vec![stretches; frequent.len()];
            }
            if places == patterns - 1 {
                return frequent.iter().map(|&(_, count)| count).collect();
            }
            let key = |stretch: &[u32]| {
                let mut key = [0; LONGEST_SEQUENCE];
                for (i, (kept, &word)) in key.iter_mut().zip(stretch).enumerate() {
                    if places >> i & 1 == 1 {
                        *kept = word;
                    }
                }
                key
            };
            let mut counts: HashMap<[u32; LONGEST_SEQUENCE], u64> =
                frequent.iter().map(|(words, _)| (key(words), 0)).collect();
            for sentence in 0..corpus.all_sentences() {
                for stretch in corpus.ids()[corpus.sentence(sentence)].windows(length) {
                    let is_possible = (0..length).all(|place| {
                        places >> place & 1 == 0 || used[stretch[place] as usize] >> place & 1 == 1
                    });
                    if is_possible && let Some(count) = counts.get_mut(&key(stretch)) {
                        *count += 1;
                    }
                }
            }
            frequent
                .iter()
                .map(|(words, _)| counts[&key(words)])
                .collect()
        })
        .collect();
    frequent
        .par_iter()
        .enumerate()
        .map(|(index, &(words, count))| {
            let mut exact: Vec<u64> = agreeing.iter().map(|counts| counts[index]).collect();
            // Those that agree in one place more are taken away, place by place.
            for place in 0..length {
                for pattern in 0..patterns {
                    if pattern >> place & 1 == 0 {
                        exact[pattern] -= exact[pattern | 1 << place];
                    }
                }
            }
            Sequence {
                words: words.to_vec(),
                count,
                strength: lambda(&exact, smoothing),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::corpus::tests::corpus;

    /// A corpus of documents of two sentences each, and its sentences as the ids it gave.
    fn read(sentences: &[Vec<u32>]) -> (Corpus, Vec<Vec<u32>>) {
        let line = |words: &Vec<u32>| {
            let words: Vec<String> = words.iter().map(|word| format!("w{word:02}")).collect();
            words.join(" ") + "\n"
        };
        let texts: Vec<String> = sentences
            .chunks(2)
            .map(|pair| pair.iter().map(line).collect())
            .collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let corpus = corpus(&texts);
        let ids = (0..corpus.all_sentences())
            .map(|sentence| corpus.ids()[corpus.sentence(sentence)].to_vec())
            .collect();
        (corpus, ids)
    }

    const EACH: Minimum = Minimum { word: 1, pair: 1 };

    /// All pairs by reading: (first, second) -> both, and the margins.
    fn pairs(sentences: &[Vec<u32>], unit: Unit) -> HashMap<(u32, u32), Pair> {
        let mut occasions: Vec<Vec<(u32, u32)>> = Vec::new();
        for sentence in sentences {
            for (i, &a) in sentence.iter().enumerate() {
                for (j, &b) in sentence.iter().enumerate() {
                    let together = match unit {
                        Unit::Window(w) => i != j && i.abs_diff(j) <= w,
                        Unit::Behind(w) => j > i && j - i <= w,
                        Unit::Sentence => false,
                    };
                    if together {
                        occasions.push(vec![(a, b)]);
                    }
                }
            }
            if unit == Unit::Sentence && !sentence.is_empty() {
                let mut own = sentence.clone();
                own.sort_unstable();
                own.dedup();
                let pairs = own.iter().flat_map(|&a| own.iter().map(move |&b| (a, b)));
                occasions.push(pairs.collect());
            }
        }
        let mut found = HashMap::new();
        for a in 0..5 {
            for b in 0..5 {
                let count = |has: &dyn Fn(&(u32, u32)) -> bool| {
                    occasions.iter().filter(|o| o.iter().any(has)).count() as u64
                };
                let pair = Pair {
                    both: count(&|&p| p == (a, b)),
                    first: count(&|p| p.0 == a),
                    second: count(&|p| p.1 == b),
                    total: occasions.len() as u64,
                };
                if pair.both > 0 {
                    found.insert((a, b), pair);
                }
            }
        }
        found
    }

    proptest! {
        #[test]
        fn counts_are_those_that_reading_gives(
            sentences in prop::collection::vec(prop::collection::vec(0_u32..5, 0..9), 0..8),
            distance in 1_usize..4,
        ) {
            let (corpus, sentences) = read(&sentences);
            let postings = Postings::of_corpus(&corpus);
            for unit in [Unit::Sentence, Unit::Window(distance), Unit::Behind(distance)] {
                let is_ordered = matches!(unit, Unit::Behind(_));
                let expected: HashMap<_, _> = pairs(&sentences, unit)
                    .into_iter()
                    .filter(|((a, b), _)| is_ordered || a != b)
                    .collect();
                let counter = Collocations::new(&corpus, &postings, unit);
                let all = counter.all(EACH);
                let listed = |pair: &(u32, u32)| is_ordered || pair.0 < pair.1;
                prop_assert_eq!(all.len(), expected.keys().filter(|p| listed(p)).count());
                for found in &all {
                    prop_assert_eq!(found.pair, expected[&(found.first, found.second)]);
                    found.pair.g2();
                }
                let types = postings.types() as u32;
                let each: Vec<_> = (0..types).flat_map(|word| counter.of(word, EACH)).collect();
                prop_assert_eq!(each.len(), expected.len());
                for found in &each {
                    prop_assert_eq!(found.pair, expected[&(found.first, found.second)]);
                }
            }
        }

        #[test]
        fn sequences_agree_with_comparing_all_stretches(
            sentences in prop::collection::vec(prop::collection::vec(0_u32..3, 0..12), 1..6),
            length in 2_usize..5,
        ) {
            let (corpus, sentences) = read(&sentences);
            let stretches: Vec<&[u32]> = sentences.iter().flat_map(|s| s.windows(length)).collect();
            let found = sequences(&corpus, length, 2, 0.5);
            let mut number = 0;
            for sequence in &found {
                let mut patterns = vec![0; 1 << length];
                for stretch in &stretches {
                    let same = (0..length).filter(|&i| stretch[i] == sequence.words[i]);
                    patterns[same.map(|i| 1 << i).sum::<usize>()] += 1;
                }
                prop_assert_eq!(sequence.count, *patterns.last().expect("patterns"));
                prop_assert_eq!(sequence.strength, lambda(&patterns, 0.5));
                number += sequence.count as usize;
            }
            let repeated = stretches
                .iter()
                .filter(|s| stretches.iter().filter(|o| o == s).count() > 1);
            prop_assert_eq!(number, repeated.count());
        }
    }

    #[test]
    fn the_number_of_threads_changes_nothing() {
        let sentences: Vec<Vec<u32>> = (0..300_u32)
            .map(|s| {
                (0..s % 17)
                    .map(|i| (s * 7 + i * i * (1 + s % 3)) % 40)
                    .collect()
            })
            .collect();
        let (corpus, _) = read(&sentences);
        let with = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
            pool.expect("threads").install(|| {
                let postings = Postings::of_corpus(&corpus);
                let unit = Unit::Window(3);
                let pairs = Collocations::new(&corpus, &postings, unit).all(EACH);
                (pairs, sequences(&corpus, 3, 2, 0.5))
            })
        };
        let (pairs, found) = with(1);
        assert!(pairs.len() > 100 && found.len() > 100);
        assert_eq!(with(4), (pairs, found));
    }

    /// quanteda's own test: "good ice" twice among the pairs of "I like good ice cream", "Me too" and
    /// the first again, has λ 4.317488 and z 2.027787.
    #[test]
    fn sequences_have_the_values_of_quanteda() {
        let texts = [vec![0, 1, 2, 3, 4], vec![5, 6], vec![0, 1, 2, 3, 4]];
        let found = sequences(&read(&texts).0, 2, 2, 0.5);
        let words: Vec<_> = found.iter().map(|s| s.words.clone()).collect();
        assert_eq!(words, [[0, 1], [1, 2], [2, 3], [3, 4]]);
        for sequence in found {
            assert_eq!(sequence.count, 2);
            // Tolerance: the six decimals printed there.
            assert!((sequence.strength.lambda - 4.317_488).abs() < 5e-7);
            assert!((sequence.strength.z - 2.027_787).abs() < 5e-7);
        }
    }

    #[test]
    fn minimums_leave_out_rare_words_and_pairs() {
        let (corpus, _) = read(&[vec![0, 1], vec![0, 1], vec![0, 2], vec![3, 0]]);
        let postings = Postings::of_corpus(&corpus);
        let counter = Collocations::new(&corpus, &postings, Unit::Sentence);
        let pairs = |word, pair| -> Vec<_> {
            let all = counter.all(Minimum { word, pair });
            all.iter().map(|c| (c.first, c.second)).collect()
        };
        assert_eq!(pairs(1, 1), [(0, 1), (0, 2), (0, 3)]);
        assert_eq!(pairs(2, 1), [(0, 1)]);
        assert_eq!(pairs(1, 2), [(0, 1)]);
        let found = counter.all(EACH)[0];
        assert_eq!((found.first_frequency, found.second_frequency), (4, 2));
        assert_eq!(
            found.pair,
            Pair {
                both: 2,
                first: 4,
                second: 2,
                total: 4
            }
        );
        assert!((found.log_dice() - (14.0 + (4.0_f64 / 6.0).log2())).abs() < 1e-12);
    }
}
