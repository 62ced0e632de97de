//! Where in the texts words stand, with what is around them.

use std::cmp::Ordering;
use std::sync::OnceLock;

use rayon::prelude::*;
use text::Span;

use crate::query::{Phrase, Query, Slot};
use crate::{Postings, Tokens};

/// Candidates that are tried together.
const BLOCK: usize = 4096;

/// All words of many documents, ready to be searched.
///
/// Made once; a search then reads only the positions of the rarest word of each phrase, and takes
/// milliseconds over millions of words.
#[derive(Debug)]
pub struct Concordance<'a> {
    tokens: &'a Tokens,
    vocabulary: Vec<&'a str>,
    postings: Postings,
    /// Place of each word in the alphabet; made when something is first sorted by words.
    ranks: OnceLock<Vec<u32>>,
}

/// A place that a query found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Hit {
    /// The document.
    pub document: usize,
    /// The sentence, counted in its document.
    pub sentence: usize,
    /// The first word, counted in its sentence.
    pub first: usize,
    /// The last word, counted in its sentence.
    pub last: usize,
    /// What was found, as a span of the document's text.
    pub span: Span,
    /// Position of the first word, counted through all documents.
    pub position: usize,
}

impl Hit {
    /// Number of words.
    pub fn words(&self) -> usize {
        self.last - self.first + 1
    }
}

/// What stands around a hit, as spans of the document's text; empty at its ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Context {
    /// From the first word of the context up to the hit.
    pub before: Span,
    /// From the hit up to the end of the context's last word.
    pub after: Span,
}

/// What hits are sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SortKey {
    /// Their place: document, then position.
    Position,
    /// The n-th word before the hit; 1 is the nearest. Where the document has none, the hit comes first.
    Left(usize),
    /// The n-th word behind the hit.
    Right(usize),
    /// The n-th word of the hit itself, from 1.
    Inside(usize),
}

impl<'a> Concordance<'a> {
    /// Indexes `tokens`. `vocabulary` has the lower-cased word of each id.
    ///
    /// # Panics
    /// If the tokens have an id outside the vocabulary.
    pub fn new(tokens: &'a Tokens, vocabulary: impl IntoIterator<Item = &'a str>) -> Self {
        let vocabulary: Vec<&str> = vocabulary.into_iter().collect();
        let postings = Postings::new(tokens.words(), vocabulary.len());
        Self {
            tokens,
            vocabulary,
            postings,
            ranks: OnceLock::new(),
        }
    }

    /// Where each word occurs.
    pub fn postings(&self) -> &Postings {
        &self.postings
    }

    /// The words it was made from.
    pub fn tokens(&self) -> &'a Tokens {
        self.tokens
    }

    /// All hits of a query, by position. Hits may overlap; no two are the same stretch.
    pub fn search(&self, query: &Query) -> Vec<Hit> {
        let mut phrases = query.phrases.iter().map(|phrase| self.phrase(phrase));
        let first = phrases.next().unwrap_or_default();
        let stretches = phrases
            .zip(&query.distances)
            .fold(first, |found, (phrase, &distance)| {
                self.near(&found, &phrase, distance)
            });
        stretches
            .par_iter()
            .with_min_len(BLOCK)
            .map(|&stretch| self.hit(stretch))
            .collect()
    }

    /// `words` words before and behind a hit, in its document and not only in its sentence.
    pub fn context(&self, hit: &Hit, words: usize) -> Context {
        let document = self.tokens.document_range(hit.document);
        let first = hit.position.saturating_sub(words).max(document.start);
        let last = (hit.position + hit.words() - 1 + words).min(document.end - 1);
        Context {
            before: Span::new(self.tokens.span(first).start, hit.span.start),
            after: Span::new(hit.span.end, self.tokens.span(last).end),
        }
    }

    /// Sorts hits by the first key, those that are equal in it by the second, and so on; at last by
    /// position.
    pub fn sort(&self, hits: &mut [Hit], keys: &[SortKey]) {
        let ranks = self.ranks.get_or_init(|| {
            let mut order: Vec<u32> = (0..self.vocabulary.len() as u32).collect();
            order.par_sort_by_key(|&id| self.vocabulary[id as usize]);
            let mut ranks = vec![0; order.len()];
            for (rank, &id) in (0..).zip(&order) {
                ranks[id as usize] = rank;
            }
            ranks
        });
        let rank = |hit: &Hit, key: SortKey| {
            let end = hit.position + hit.words();
            let position = match key {
                SortKey::Position => return None,
                SortKey::Left(n) => hit.position.checked_sub(n),
                SortKey::Right(n) => (end + n).checked_sub(1),
                SortKey::Inside(n) => (hit.position + n).checked_sub(1).filter(|&p| p < end),
            };
            position
                .filter(|p| self.tokens.document_range(hit.document).contains(p))
                .map(|p| ranks[self.tokens.words()[p] as usize])
        };
        let place = |hit: &Hit| (hit.position, hit.words());
        hits.par_sort_by(|a, b| {
            keys.iter()
                .map(|&key| match key {
                    SortKey::Position => place(a).cmp(&place(b)),
                    key => rank(a, key).cmp(&rank(b, key)),
                })
                .find(|&order| order != Ordering::Equal)
                .unwrap_or_else(|| place(a).cmp(&place(b)))
        });
    }

    fn hit(&self, Stretch { start, end }: Stretch) -> Hit {
        let (start, end) = (start as usize, end as usize);
        let sentence = self.tokens.sentence_of(start);
        let document = self.tokens.document_of(sentence);
        let sentence_start = self.tokens.sentence_range(sentence).start;
        Hit {
            document,
            sentence: sentence - self.tokens.document_sentences(document).start,
            first: start - sentence_start,
            last: end - 1 - sentence_start,
            span: self.tokens.span(start).join(self.tokens.span(end - 1)),
            position: start,
        }
    }

    /// All stretches of words that are the phrase, by position.
    fn phrase(&self, phrase: &Phrase) -> Vec<Stretch> {
        let places: Vec<Place> = phrase.iter().map(|slot| self.place(slot)).collect();
        let rarest = (0..places.len())
            .filter(|&i| !matches!(places[i], Place::Any))
            .min_by_key(|&i| places[i].occurrences(&self.postings))
            .expect("a parsed phrase has a word that is given");
        let merged;
        let candidates = match &places[rarest] {
            Place::Any => unreachable!("these were left out"),
            Place::Word(id) => self.postings.of(*id),
            Place::Words { ids, .. } => {
                merged = self.merge(ids);
                &merged
            }
        };
        let words = self.tokens.words();
        let length = places.len();
        candidates
            .par_chunks(BLOCK)
            .flat_map_iter(|block| {
                block.iter().filter_map(|&candidate| {
                    let start = (candidate as usize).checked_sub(rarest)?;
                    let stretch = words.get(start..start + length)?;
                    let fits = places.iter().zip(stretch).all(|(p, &word)| p.has(word));
                    // The sentence is looked up last: few candidates get so far.
                    let is_hit = fits
                        && (length == 1 || {
                            let sentence = self.tokens.sentence_of(candidate as usize);
                            let range = self.tokens.sentence_range(sentence);
                            range.start <= start && start + length <= range.end
                        });
                    is_hit.then_some(Stretch {
                        start: start as u32,
                        end: (start + length) as u32,
                    })
                })
            })
            .collect()
    }

    /// What the vocabulary has for a place of a phrase.
    fn place(&self, slot: &Slot) -> Place {
        let Slot::OneOf(patterns) = slot else {
            return Place::Any;
        };
        let ids: Vec<u32> = self
            .vocabulary
            .par_iter()
            .with_min_len(BLOCK)
            .zip(0..self.vocabulary.len() as u32)
            .filter(|(word, _)| patterns.iter().any(|p| p.is_match(word)))
            .map(|(_, id)| id)
            .collect();
        if let [id] = ids[..] {
            return Place::Word(id);
        }
        let mut set = vec![0; self.vocabulary.len().div_ceil(64)];
        for &id in &ids {
            set[id as usize / 64] |= 1_u64 << (id % 64);
        }
        Place::Words { ids, set }
    }

    /// Positions of all of some words, rising.
    fn merge(&self, ids: &[u32]) -> Vec<u32> {
        let mut all = Vec::new();
        for &id in ids {
            all.extend_from_slice(self.postings.of(id));
        }
        all.par_sort_unstable();
        all
    }

    /// The stretches from one of `left` to one of `right`, or the other way round, with at most
    /// `distance` words between them, in one sentence.
    fn near(&self, left: &[Stretch], right: &[Stretch], distance: usize) -> Vec<Stretch> {
        // All of `right` have one length: they are a phrase.
        let Some(length) = right.first().map(|r| r.end - r.start) else {
            return Vec::new();
        };
        let distance = distance as u32;
        let mut found: Vec<Stretch> = left
            .par_chunks(BLOCK)
            .flat_map_iter(|block| {
                block.iter().flat_map(|one| {
                    let sentence = self.tokens.sentence_of(one.start as usize);
                    let sentence = self.tokens.sentence_range(sentence);
                    let earliest = one
                        .start
                        .saturating_sub(distance + length)
                        .max(sentence.start as u32);
                    let latest = one
                        .end
                        .saturating_add(distance + length)
                        .min(sentence.end as u32);
                    let first = right.partition_point(|r| r.start < earliest);
                    right[first..]
                        .iter()
                        .take_while(move |r| r.end <= latest)
                        .filter(|r| r.end <= one.start || one.end <= r.start)
                        .map(|r| Stretch {
                            start: one.start.min(r.start),
                            end: one.end.max(r.end),
                        })
                })
            })
            .collect();
        found.par_sort_unstable();
        found.dedup();
        found
    }
}

/// Words from a position up to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Stretch {
    start: u32,
    end: u32,
}

/// A place of a phrase, in words of the vocabulary.
enum Place {
    Any,
    Word(u32),
    Words {
        ids: Vec<u32>,
        /// The same as a set of bits.
        set: Vec<u64>,
    },
}

impl Place {
    fn has(&self, word: u32) -> bool {
        match self {
            Self::Any => true,
            Self::Word(id) => *id == word,
            Self::Words { set, .. } => set[word as usize / 64] >> (word % 64) & 1 == 1,
        }
    }

    fn occurrences(&self, postings: &Postings) -> u64 {
        match self {
            Self::Any => u64::MAX,
            Self::Word(id) => postings.frequency(*id),
            Self::Words { ids, .. } => ids.iter().map(|&id| postings.frequency(id)).sum(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    /// A small corpus: documents of sentences, one a line.
    struct Corpus {
        texts: Vec<String>,
        tokens: Tokens,
        vocabulary: Vec<String>,
    }

    impl Corpus {
        fn new(documents: &[&str]) -> Self {
            let mut ids: HashMap<String, u32> = HashMap::new();
            let mut tokens = Tokens::new();
            for text in documents {
                tokens.start_document();
                let mut start = 0;
                for line in text.split_inclusive('\n') {
                    tokens.start_sentence();
                    let sentence = Span::new(start, start + line.len());
                    for span in text::words::words(text, sentence) {
                        let next = ids.len() as u32;
                        let word = span.of(text).to_lowercase();
                        tokens.push(*ids.entry(word).or_insert(next), span);
                    }
                    start += line.len();
                }
            }
            let mut vocabulary = vec![String::new(); ids.len()];
            for (word, id) in ids {
                vocabulary[id as usize] = word;
            }
            Self {
                texts: documents.iter().map(ToString::to_string).collect(),
                tokens,
                vocabulary,
            }
        }

        fn concordance(&self) -> Concordance<'_> {
            Concordance::new(&self.tokens, self.vocabulary.iter().map(String::as_str))
        }

        #[track_caller]
        fn check(&self, query: &str, expected: &[&str]) {
            let hits = self.concordance().search(&query.parse().expect("a query"));
            let found: Vec<&str> = hits
                .iter()
                .map(|h| h.span.of(&self.texts[h.document]))
                .collect();
            assert_eq!(found, expected, "{query}");
        }
    }

    const FIRST: &str =
        "A comprehensive strategic partnership.\nThe party leads; the Party’s work leads on.\n";
    const SECOND: &str =
        "Comprehensive,\nnew partnership of the women and a woman in the rural areas.";

    #[test]
    fn queries_find_words_phrases_wildcards_and_nearness() {
        let corpus = Corpus::new(&[FIRST, SECOND]);
        corpus.check("party", &["party"]);
        corpus.check("PARTY's|party", &["party", "Party’s"]);
        corpus.check(
            "comprehensive * partnership",
            &["comprehensive strategic partnership"],
        );
        corpus.check("comprehensive partnership", &[]);
        corpus.check("wom?n", &["women", "woman"]);
        corpus.check("the part*", &["The party", "the Party’s"]);
        corpus.check("* leads", &["party leads", "work leads"]);
        corpus.check("leads *", &["leads; the", "leads on"]);
        corpus.check("women NEAR/2 woman", &["women and a woman"]);
        corpus.check("woman NEAR/2 women", &["women and a woman"]);
        corpus.check("woman NEAR/1 women", &[]);
        corpus.check(
            "rural areas NEAR/5 the women",
            &["the women and a woman in the rural areas"],
        );
        corpus.check("rural areas NEAR/4 the women", &[]);
        corpus.check(
            "women NEAR/2 woman NEAR/2 rural",
            &["women and a woman in the rural"],
        );
        corpus.check("party NEAR/0 leads", &["party leads"]);
        corpus.check("leads NEAR/9 leads", &["leads; the Party’s work leads"]);
        corpus.check("partnership NEAR/9 party", &[]);
        corpus.check("nowhere", &[]);
        corpus.check("nowhere NEAR/3 party", &[]);
        corpus.check("party NEAR/3 nowhere", &[]);
    }

    #[test]
    fn hits_say_where_they_are_and_what_is_around() {
        let corpus = Corpus::new(&[FIRST, SECOND]);
        let concordance = corpus.concordance();
        let hits = concordance.search(&"new partnership".parse().expect("a query"));
        let [hit] = hits[..] else { panic!("{hits:?}") };
        assert_eq!(
            (hit.document, hit.sentence, hit.first, hit.last),
            (1, 1, 0, 1)
        );
        let around = concordance.context(&hit, 2);
        assert_eq!(around.before.of(SECOND), "Comprehensive,\n");
        assert_eq!(around.after.of(SECOND), " of the");
        let all = concordance.context(&hit, 1000);
        assert_eq!(all.after.end, SECOND.len() - 1);
        assert!(concordance.context(&hit, 0).before.is_empty());
    }

    #[test]
    fn hits_are_sorted_by_the_words_around_them() {
        let corpus = Corpus::new(&["b x d\nd x a\nb x a", "x c"]);
        let concordance = corpus.concordance();
        let order = |keys: &[SortKey]| {
            let mut hits = concordance.search(&"x".parse().expect("a query"));
            concordance.sort(&mut hits, keys);
            hits.iter()
                .map(|h| (h.document, h.sentence))
                .collect::<Vec<_>>()
        };
        let [one, two, three, four] = [(0, 0), (0, 1), (0, 2), (1, 0)];
        assert_eq!(order(&[SortKey::Left(1)]), [four, one, three, two]);
        assert_eq!(order(&[SortKey::Right(1)]), [two, three, four, one]);
        assert_eq!(
            order(&[SortKey::Right(1), SortKey::Left(1)]),
            [three, two, four, one]
        );
        assert_eq!(
            order(&[SortKey::Position, SortKey::Left(1)]),
            [one, two, three, four]
        );
        assert_eq!(order(&[]), [one, two, three, four]);
        // Two words back or on may be in another sentence, but not in another document.
        assert_eq!(order(&[SortKey::Left(2)]), [one, four, three, two]);
        assert_eq!(order(&[SortKey::Inside(1)]), [one, two, three, four]);
    }

    proptest! {
        #[test]
        fn a_search_finds_what_reading_finds(
            documents in prop::collection::vec("[abc \n]{0,40}", 1..4),
            phrase in prop::collection::vec("[abc]|[abc][abc]|\\*|[abc]\\*|\\?", 1..4),
            other in "[abc]",
            distance in 0_usize..4,
        ) {
            let documents: Vec<&str> = documents.iter().map(String::as_str).collect();
            let corpus = Corpus::new(&documents);
            let concordance = corpus.concordance();
            let tokens = &corpus.tokens;
            let written = phrase.join(" ");
            let Ok(query) = written.parse::<Query>() else {
                prop_assert!(phrase.iter().all(|w| w == "*"));
                return Ok(());
            };
            let fits = |pattern: &str, word: u32| {
                let word = &corpus.vocabulary[word as usize];
                match pattern {
                    "*" => true,
                    "?" => word.len() == 1,
                    p => p.strip_suffix('*').map_or(p == word, |p| word.starts_with(p)),
                }
            };
            let mut expected = Vec::new();
            let mut expected_near = Vec::new();
            for sentence in 0..tokens.sentences() {
                let range = tokens.sentence_range(sentence);
                let words = tokens.sentence(sentence);
                for (at, stretch) in words.windows(phrase.len()).enumerate() {
                    if !phrase.iter().zip(stretch).all(|(p, &w)| fits(p, w)) {
                        continue;
                    }
                    let end = at + phrase.len();
                    expected.push((range.start + at, phrase.len()));
                    for (place, &word) in words.iter().enumerate() {
                        let before = place < at && at - place - 1 <= distance;
                        let behind = place >= end && place - end <= distance;
                        if fits(&other, word) && (before || behind) {
                            let first = at.min(place);
                            expected_near.push((range.start + first, end.max(place + 1) - first));
                        }
                    }
                }
            }
            let places = |hits: &[Hit]| hits.iter().map(|h| (h.position, h.words())).collect::<Vec<_>>();
            let hits = concordance.search(&query);
            prop_assert_eq!(places(&hits), expected);
            for hit in &hits {
                let words: Vec<u32> = text::words::words(documents[hit.document], hit.span)
                    .map(|s| s.of(documents[hit.document]).to_lowercase())
                    .map(|w| corpus.vocabulary.iter().position(|v| *v == w).expect("known") as u32)
                    .collect();
                prop_assert_eq!(&words, &tokens.words()[hit.position..hit.position + hit.words()]);
            }
            expected_near.sort_unstable();
            expected_near.dedup();
            let near = format!("{written} NEAR/{distance} {other}").parse().expect("a query");
            prop_assert_eq!(places(&concordance.search(&near)), expected_near);
        }
    }
}
