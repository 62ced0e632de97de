//! Wordings that no ledger lists and that are nearly one that does.

use std::collections::{BTreeMap, HashMap, HashSet};

use lexis::{Corpus, Occurrence};
use rayon::prelude::*;

use crate::edits::{Wording, is_function, is_number, relation};
use crate::families::Origin;
use crate::{Family, Hit};

/// Words of a sentence that are a listed wording but for a word or two.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Near {
    /// The family.
    pub family: usize,
    /// The listed wording that is nearest.
    pub variant: usize,
    /// Where the words stand.
    pub occurrence: Occurrence,
}

/// What may be changed at most: a content word and a function word.
const MOST: usize = 3;

/// Passages that are a wording of the ledger but for one content word that is put in, taken out or
/// replaced, and a function word, in reading order. None meets another, or a hit, unless it holds hits of
/// its own family whole and more.
///
/// A wording of two content words may only have a word put in between them, one of three none taken out.
/// Wordings with fewer than two content words that are no numbers are left out. Passages begin and end
/// with content words of the wording. The nearest counts, of equally near ones the longest, then the first.
/// This finds candidates for the ledger; they count as no hits.
pub fn near(corpus: &Corpus, families: &[Family], hits: &[Hit]) -> Vec<Near> {
    let patterns = patterns(corpus, families);
    let mut by_word: HashMap<u32, Vec<usize>> = HashMap::new();
    for (at, pattern) in patterns.iter().enumerate() {
        for word in pattern.content() {
            by_word.entry(word).or_default().push(at);
        }
    }
    let weights = weights(corpus);
    let mut known: HashMap<(usize, usize), Vec<&Hit>> = HashMap::new();
    for hit in hits {
        let place = (hit.occurrence.document, hit.occurrence.sentence);
        known.entry(place).or_default().push(hit);
    }
    (0..corpus.documents())
        .into_par_iter()
        .flat_map_iter(|document| {
            let mut found = Vec::new();
            for (sentence, words) in corpus.sentences(document).enumerate() {
                let ids = &corpus.ids()[words];
                let hits = known
                    .get(&(document, sentence))
                    .map_or(&[][..], Vec::as_slice);
                let mut is_taken = vec![false; ids.len()];
                let mut shared: BTreeMap<usize, HashSet<u32>> = BTreeMap::new();
                for id in ids {
                    for &at in by_word.get(id).into_iter().flatten() {
                        shared.entry(at).or_default().insert(*id);
                    }
                }
                let mut all: Vec<(usize, std::cmp::Reverse<usize>, usize, usize)> = Vec::new();
                for (at, shared) in shared {
                    let pattern = &patterns[at];
                    if shared.len() >= 2 && shared.len() + 1 >= pattern.content().count() {
                        let places = pattern.places(ids, &weights);
                        all.extend(places.map(|(first, words, cost)| {
                            (cost, std::cmp::Reverse(words), first, at)
                        }));
                    }
                }
                all.sort_unstable();
                for (_, std::cmp::Reverse(words), first, at) in all {
                    let range = first..first + words;
                    let is_in_the_way = |hit: &&Hit| {
                        let own = hit.occurrence.first..hit.occurrence.first + hit.occurrence.words;
                        let meets = own.start < range.end && range.start < own.end;
                        let is_inside = range.start <= own.start
                            && own.end <= range.end
                            && own.len() < range.len();
                        meets && !(is_inside && hit.family == patterns[at].family)
                    };
                    if is_taken[range.clone()].contains(&true) || hits.iter().any(is_in_the_way) {
                        continue;
                    }
                    is_taken[range].fill(true);
                    found.push(Near {
                        family: patterns[at].family,
                        variant: patterns[at].variant,
                        occurrence: Occurrence {
                            document,
                            sentence,
                            first,
                            words,
                        },
                    });
                }
            }
            found.sort_by_key(|near| near.occurrence);
            found
        })
        .collect()
}

impl Near {
    /// What makes the passage, with this text, of the listed wording.
    pub fn relation(&self, families: &[Family], text: &str) -> String {
        let listed = &families[self.family].variants[self.variant].wording;
        relation(listed, &Wording::new(text))
    }
}

/// What each word weighs.
fn weights(corpus: &Corpus) -> Vec<usize> {
    let vocabulary = corpus.vocabulary();
    let words = (0..vocabulary.len() as u32).map(|id| vocabulary.word(id));
    words.map(weight).collect()
}

fn weight(word: &str) -> usize {
    if is_function(word) { 1 } else { 2 }
}

/// A wording of the ledger; words that are nowhere in the corpus have no id.
struct Pattern {
    family: usize,
    variant: usize,
    words: Vec<(Option<u32>, usize)>,
}

fn patterns(corpus: &Corpus, families: &[Family]) -> Vec<Pattern> {
    let mut patterns = Vec::new();
    for (family, of) in families.iter().enumerate() {
        for (variant, one) in of.variants.iter().enumerate() {
            let words: Vec<(Option<u32>, usize)> = (one.wording.folded.iter())
                .map(|word| (corpus.vocabulary().id(word), weight(word)))
                .collect();
            let core = one.wording.folded.iter();
            let core = core
                .filter(|word| !is_function(word) && !is_number(word))
                .count();
            if one.origin == Origin::Ledger && core >= 2 {
                patterns.push(Pattern {
                    family,
                    variant,
                    words,
                });
            }
        }
    }
    patterns
}

/// A way to have aligned the beginning of a wording: what it cost, where in the sentence it began, and
/// how many words were put in.
type Way = (usize, usize, usize);

impl Pattern {
    fn content(&self) -> impl Iterator<Item = u32> + '_ {
        let content = self.words.iter().filter(|(_, weight)| *weight == 2);
        content.filter_map(|(id, _)| *id)
    }

    /// Stretches of a sentence that are the wording but for at most [`MOST`]: the first word, how many,
    /// and the cost.
    fn places(
        &self,
        ids: &[u32],
        weights: &[usize],
    ) -> impl Iterator<Item = (usize, usize, usize)> + use<> {
        let content = self.words.iter().filter(|(_, weight)| *weight == 2).count();
        let rows = self.words.len();
        let beginning = self
            .words
            .iter()
            .take_while(|(_, weight)| *weight == 1)
            .count();
        let end = rows
            - self
                .words
                .iter()
                .rev()
                .take_while(|(_, weight)| *weight == 1)
                .count();
        let core = &self.words[beginning..end];
        let mut found = Vec::new();
        // Behind so many words of the core, with the sentence read so far.
        let mut ways: Vec<Option<Way>> = vec![None; core.len() + 1];
        for (at, id) in ids.iter().enumerate() {
            let own = weights[*id as usize];
            let mut next: Vec<Option<Way>> = vec![None; core.len() + 1];
            for (row, (word, weight)) in core.iter().enumerate() {
                let is_same = *word == Some(*id);
                let is_edge = row == 0 || row + 1 == core.len();
                let from = if row == 0 {
                    Some((0, at, 0))
                } else {
                    ways[row]
                };
                let kept = from.filter(|_| is_same);
                let replaced =
                    from.filter(|_| !is_same && !is_edge && own == *weight && content > 2);
                let replaced = replaced.map(|(cost, first, put)| (cost + own, first, put));
                let put_in = ways[row + 1].filter(|_| row + 1 < core.len());
                let put_in = put_in.map(|(cost, first, put)| (cost + own, first, put + 1));
                // Taken out: the word before is the last that was aligned here.
                let skipped =
                    next[row].filter(|_| row > 0 && !is_edge && (content > 2 || *weight == 1));
                let skipped = skipped.map(|(cost, first, put)| (cost + weight, first, put));
                next[row + 1] = [kept, replaced, put_in, skipped]
                    .into_iter()
                    .flatten()
                    .filter(|&(cost, ..)| cost <= MOST)
                    .min();
            }
            if let Some((cost, first, _)) = next[core.len()].filter(|&(cost, ..)| cost > 0) {
                found.push((first, at + 1 - first, cost));
            }
            ways = next;
        }
        found.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use lexis::{Reader, Source};
    use text::Span;

    use super::*;
    use crate::{Folded, Ledger, families, hits};

    fn found(ledger: &str, text: &str) -> Vec<(String, String)> {
        let ledger = Ledger::parse(ledger, "t.toml").expect("valid");
        let families = families(&ledger, Vec::new());
        let mut reader = Reader::new(&Folded);
        let sentences = [Span::new(0, text.len())];
        let source = Source {
            text,
            sentences: &sentences,
        };
        reader.read(&[source]).expect("small");
        let corpus = reader.finish();
        let hits = hits(&corpus, &families);
        near(&corpus, &families, &hits)
            .into_iter()
            .map(|near| {
                let cut = corpus.span(near.occurrence).of(text);
                (cut.to_owned(), near.relation(&families, cut))
            })
            .collect()
    }

    #[track_caller]
    fn check(phrase: &str, text: &str, expected: &[(&str, &str)]) {
        let ledger = format!("[[formulation]]\nphrase = '{phrase}'\n");
        let found = found(&ledger, text);
        let found: Vec<_> = found
            .iter()
            .map(|(a, b)| (a.as_str(), b.as_str()))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn one_content_word_may_be_another_more_or_gone() {
        let phrase = "comprehensive strategic partnership of coordination";
        check(
            phrase,
            "A comprehensive strategic collaborative partnership of coordination, they say.",
            &[(
                "comprehensive strategic collaborative partnership of coordination",
                "+collaborative",
            )],
        );
        check(
            phrase,
            "The comprehensive partnership for coordination.",
            &[(
                "comprehensive partnership for coordination",
                "-strategic; of→for",
            )],
        );
        check(
            phrase,
            "Comprehensive strategic partnerships of coordination and the comprehensive tactical partnership of coordination",
            &[(
                "comprehensive tactical partnership of coordination",
                "strategic→tactical",
            )],
        );
        check(
            phrase,
            "The comprehensive tactical friendship of coordination.",
            &[],
        );
        check(
            phrase,
            "Coordination of a comprehensive strategic partnership.",
            &[],
        );
    }

    #[test]
    fn what_is_listed_is_no_near_wording_and_may_be_within_one() {
        let ledger = "[[formulation]]\nphrase = 'strategic partnership'\nvariants = ['comprehensive strategic partnership']\n\
            [[formulation]]\nphrase = 'strategic'\n";
        let text = "A strategic partnership, a comprehensive strategic partnership, a comprehensive and strategic partnership.";
        let found = found(ledger, text);
        assert_eq!(
            found,
            [(
                "comprehensive and strategic partnership".to_owned(),
                "+and".to_owned()
            )]
        );
    }

    #[test]
    fn two_content_words_stay_and_may_have_one_between_them() {
        check(
            "strategic partnership",
            "A strategic and lasting partnership is no strategic plan for a partnership.",
            &[("strategic and lasting partnership", "+and lasting")],
        );
        check(
            "strategic partnership",
            "A tactical partnership, strategic partner, strategic long term partnership.",
            &[],
        );
        check(
            "rule of law",
            "The rule by law, the rule of the law, the rule of good law.",
            &[
                ("rule by law", "of→by"),
                ("rule of the law", "+the"),
                ("rule of good law", "+good"),
            ],
        );
    }
}
