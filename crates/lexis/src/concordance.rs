//! Where in the texts words stand, with what is around them.

use std::cmp::Ordering;
use std::ops::Range;
use std::sync::OnceLock;

use rayon::prelude::*;
use text::Span;

use crate::query::{Phrase, Query, Slot};
use crate::{Corpus, Occurrence, Postings};

/// Candidates that are tried together.
const BLOCK: usize = 4096;

/// All words of a corpus, ready to be searched.
///
/// Made once; a search then reads only the positions of the rarest word of each phrase, and takes
/// milliseconds over millions of words.
pub struct Concordance<'a> {
    corpus: &'a Corpus,
    postings: Postings,
    /// Place of each word in the alphabet; made when something is first sorted by words.
    ranks: OnceLock<Vec<u32>>,
}

/// A place that a query found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Hit {
    /// Its place by document, sentence and word.
    pub occurrence: Occurrence,
    /// What was found, as a span of the document's text.
    pub span: Span,
    /// Place of the first word in [`Corpus::ids`].
    pub position: usize,
}

impl Hit {
    /// The places of its words in [`Corpus::ids`].
    pub fn positions(&self) -> Range<usize> {
        self.position..self.position + self.occurrence.words
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
    /// Indexes a corpus.
    pub fn new(corpus: &'a Corpus) -> Self {
        Self {
            corpus,
            postings: Postings::of_corpus(corpus),
            ranks: OnceLock::new(),
        }
    }

    /// Where each word occurs.
    pub fn postings(&self) -> &Postings {
        &self.postings
    }

    /// The corpus it was made from.
    pub fn corpus(&self) -> &'a Corpus {
        self.corpus
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
        let document = hit.occurrence.document;
        let range = self.corpus.document(document);
        let own = hit.positions();
        let first = own.start.saturating_sub(words).max(range.start);
        let last = (own.end - 1 + words).min(range.end - 1);
        let word = |at| self.corpus.span(self.corpus.occurrence(document, at, 1));
        Context {
            before: Span::new(word(first).start, hit.span.start),
            after: Span::new(hit.span.end, word(last).end),
        }
    }

    /// Sorts hits by the first key, those that are equal in it by the second, and so on; at last by
    /// position.
    pub fn sort(&self, hits: &mut [Hit], keys: &[SortKey]) {
        let ranks = self.ranks.get_or_init(|| {
            let vocabulary = self.corpus.vocabulary();
            let mut order: Vec<u32> = (0..vocabulary.len() as u32).collect();
            order.par_sort_by_key(|&id| vocabulary.word(id));
            let mut ranks = vec![0; order.len()];
            for (rank, &id) in (0..).zip(&order) {
                ranks[id as usize] = rank;
            }
            ranks
        });
        let rank = |hit: &Hit, key: SortKey| {
            let Range { start, end } = hit.positions();
            let position = match key {
                SortKey::Position => return None,
                SortKey::Left(n) => start.checked_sub(n),
                SortKey::Right(n) => (end + n).checked_sub(1),
                SortKey::Inside(n) => (start + n).checked_sub(1).filter(|&p| p < end),
            };
            let document = self.corpus.document(hit.occurrence.document);
            position
                .filter(|p| document.contains(p))
                .map(|p| ranks[self.corpus.ids()[p] as usize])
        };
        let place = |hit: &Hit| (hit.position, hit.occurrence.words);
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
        let document = self.corpus.document_of(start);
        let occurrence = self.corpus.occurrence(document, start, end - start);
        Hit {
            occurrence,
            span: self.corpus.span(occurrence),
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
        let words = self.corpus.ids();
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
                            let sentence = self.corpus.sentence_of(candidate as usize);
                            let range = self.corpus.sentence(sentence);
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
        let vocabulary = self.corpus.vocabulary();
        let ids: Vec<u32> = (0..vocabulary.len() as u32)
            .into_par_iter()
            .with_min_len(BLOCK)
            .filter(|&id| {
                let word = vocabulary.word(id);
                patterns.iter().any(|p| p.is_match(word))
            })
            .collect();
        if let [id] = ids[..] {
            return Place::Word(id);
        }
        let mut set = vec![0; vocabulary.len().div_ceil(64)];
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
                    let sentence = self.corpus.sentence_of(one.start as usize);
                    let sentence = self.corpus.sentence(sentence);
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
    use proptest::prelude::*;

    use super::*;
    use crate::corpus::tests::corpus;

    #[track_caller]
    fn check(texts: &[&str], query: &str, expected: &[&str]) {
        let corpus = corpus(texts);
        let hits = Concordance::new(&corpus).search(&query.parse().expect("a query"));
        let found: Vec<&str> = hits
            .iter()
            .map(|h| h.span.of(texts[h.occurrence.document]))
            .collect();
        assert_eq!(found, expected, "{query}");
    }

    const FIRST: &str =
        "A comprehensive strategic partnership.\nThe party leads; the Party’s work leads on.\n";
    const SECOND: &str =
        "Comprehensive,\nnew partnership of the women and a woman in the rural areas.";

    #[test]
    fn queries_find_words_phrases_wildcards_and_nearness() {
        let check = |query: &str, expected: &[&str]| check(&[FIRST, SECOND], query, expected);
        check("party", &["party"]);
        check("PARTY's|party", &["party", "Party’s"]);
        check(
            "comprehensive * partnership",
            &["comprehensive strategic partnership"],
        );
        check("comprehensive partnership", &[]);
        check("wom?n", &["women", "woman"]);
        check("the part*", &["The party", "the Party’s"]);
        check("* leads", &["party leads", "work leads"]);
        check("leads *", &["leads; the", "leads on"]);
        check("women NEAR/2 woman", &["women and a woman"]);
        check("woman NEAR/2 women", &["women and a woman"]);
        check("woman NEAR/1 women", &[]);
        check(
            "rural areas NEAR/5 the women",
            &["the women and a woman in the rural areas"],
        );
        check("rural areas NEAR/4 the women", &[]);
        check(
            "women NEAR/2 woman NEAR/2 rural",
            &["women and a woman in the rural"],
        );
        check("party NEAR/0 leads", &["party leads"]);
        check("leads NEAR/9 leads", &["leads; the Party’s work leads"]);
        check("partnership NEAR/9 party", &[]);
        check("nowhere", &[]);
        check("nowhere NEAR/3 party", &[]);
        check("party NEAR/3 nowhere", &[]);
    }

    #[test]
    fn hits_say_where_they_are_and_what_is_around() {
        let corpus = corpus(&[FIRST, SECOND]);
        let concordance = Concordance::new(&corpus);
        let hits = concordance.search(&"new partnership".parse().expect("a query"));
        let [hit] = hits[..] else { panic!("{hits:?}") };
        let at = hit.occurrence;
        assert_eq!((at.document, at.sentence, at.first, at.words), (1, 1, 0, 2));
        let around = concordance.context(&hit, 2);
        assert_eq!(around.before.of(SECOND), "Comprehensive,\n");
        assert_eq!(around.after.of(SECOND), " of the");
        let all = concordance.context(&hit, 1000);
        assert_eq!(all.after.end, SECOND.len() - 1);
        assert!(concordance.context(&hit, 0).before.is_empty());
    }

    #[test]
    fn hits_are_sorted_by_the_words_around_them() {
        let corpus = corpus(&["b x d\nd x a\nb x a", "x c"]);
        let concordance = Concordance::new(&corpus);
        let order = |keys: &[SortKey]| {
            let mut hits = concordance.search(&"x".parse().expect("a query"));
            concordance.sort(&mut hits, keys);
            hits.iter()
                .map(|h| (h.occurrence.document, h.occurrence.sentence))
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
            let corpus = corpus(&documents);
            let concordance = Concordance::new(&corpus);
            let written = phrase.join(" ");
            let Ok(query) = written.parse::<Query>() else {
                prop_assert!(phrase.iter().all(|w| w == "*"));
                return Ok(());
            };
            let fits = |pattern: &str, word: u32| {
                let word = corpus.vocabulary().word(word);
                match pattern {
                    "*" => true,
                    "?" => word.len() == 1,
                    p => p.strip_suffix('*').map_or(p == word, |p| word.starts_with(p)),
                }
            };
            let mut expected = Vec::new();
            let mut expected_near = Vec::new();
            for range in (0..corpus.documents()).flat_map(|document| corpus.sentences(document)) {
                let words = &corpus.ids()[range.clone()];
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
            let places = |hits: &[Hit]| hits.iter().map(|h| (h.position, h.occurrence.words)).collect::<Vec<_>>();
            let hits = concordance.search(&query);
            prop_assert_eq!(places(&hits), expected);
            for hit in &hits {
                let text = documents[hit.occurrence.document];
                let words: Vec<u32> = text::words::words(text, hit.span)
                    .map(|s| corpus.vocabulary().id(s.of(text)).expect("known"))
                    .collect();
                prop_assert_eq!(&words, &corpus.ids()[hit.positions()]);
            }
            expected_near.sort_unstable();
            expected_near.dedup();
            let near = format!("{written} NEAR/{distance} {other}").parse().expect("a query");
            prop_assert_eq!(places(&concordance.search(&near)), expected_near);
        }
    }
}
