//! Where the variants stand in a corpus.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use lexis::{Corpus, Occurrence};
use rayon::prelude::*;

use crate::families::Origin;
use crate::{Family, Ledger, Mined, MiningOptions, families, usage};

/// An occurrence of a variant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hit {
    /// The family.
    pub family: usize,
    /// The variant among the family's.
    pub variant: usize,
    /// Where it stands.
    pub occurrence: Occurrence,
}

/// All occurrences of all variants within sentences, in reading order. No word belongs to two of them:
/// of those that overlap the longest counts, of equally long ones the first. So a "strategic
/// partnership" within a "comprehensive strategic partnership" is none of its own.
///
/// The ledger's wordings come first. A mined one counts only where it meets none of them, or holds
/// all it meets whole and is of their family; then it takes their place.
///
/// `corpus` must have been cut by [`Folded`](crate::Folded).
pub fn hits(corpus: &Corpus, families: &[Family]) -> Vec<Hit> {
    let patterns = patterns(corpus, families);
    let mut by_first: HashMap<u32, Vec<usize>> = HashMap::new();
    for (at, pattern) in patterns.iter().enumerate() {
        by_first.entry(pattern.words[0]).or_default().push(at);
    }
    (0..corpus.documents())
        .into_par_iter()
        .flat_map_iter(|document| {
            let mut found = Vec::new();
            for (sentence, words) in corpus.sentences(document).enumerate() {
                let ids = &corpus.ids()[words];
                for (at, words) in of_sentence(ids, &patterns, &by_first) {
                    let pattern = &patterns[at];
                    found.push(Hit {
                        family: pattern.family,
                        variant: pattern.variant,
                        occurrence: Occurrence {
                            document,
                            sentence,
                            first: words.start,
                            words: words.len(),
                        },
                    });
                }
            }
            found
        })
        .collect()
}

/// The families of a ledger and of what was mined, with their [`hits`]. Mined wordings that have too few
/// hits of their own, since the ledger's or longer ones take their words, are left out.
pub fn find(
    corpus: &Corpus,
    ledger: &Ledger,
    mut mined: Vec<Mined>,
    options: &MiningOptions,
) -> (Vec<Family>, Vec<Hit>) {
    loop {
        let families = families(ledger, mined.clone());
        let hits = hits(corpus, &families);
        let mut enough: HashSet<&str> = HashSet::new();
        for (family, usage) in families.iter().zip(usage(&families, &hits)) {
            for (variant, usage) in family.variants.iter().zip(usage.variants) {
                let is_enough = usage.hits as u64 >= options.min_count
                    && usage.documents.len() >= options.min_documents;
                if is_enough && variant.mined().is_some() {
                    enough.insert(&variant.text);
                }
            }
        }
        let before = mined.len();
        mined.retain(|one| enough.contains(one.text.as_str()));
        if mined.len() == before {
            return (families, hits);
        }
    }
}

/// A variant all of whose words are in the corpus.
struct Pattern {
    family: usize,
    variant: usize,
    is_mined: bool,
    words: Vec<u32>,
}

fn patterns(corpus: &Corpus, families: &[Family]) -> Vec<Pattern> {
    let mut patterns = Vec::new();
    for (family, of) in families.iter().enumerate() {
        for (variant, one) in of.variants.iter().enumerate() {
            let ids = one
                .wording
                .folded
                .iter()
                .map(|word| corpus.vocabulary().id(word));
            let Some(words) = ids.collect::<Option<Vec<u32>>>() else {
                continue;
            };
            if !words.is_empty() {
                patterns.push(Pattern {
                    family,
                    variant,
                    is_mined: one.origin != Origin::Ledger,
                    words,
                });
            }
        }
    }
    patterns
}

fn of_sentence(
    ids: &[u32],
    patterns: &[Pattern],
    by_first: &HashMap<u32, Vec<usize>>,
) -> Vec<(usize, Range<usize>)> {
    let mut all: Vec<(usize, Range<usize>)> = Vec::new();
    for (start, id) in ids.iter().enumerate() {
        for &at in by_first.get(id).into_iter().flatten() {
            let words = &patterns[at].words;
            if ids[start..].starts_with(words) {
                all.push((at, start..start + words.len()));
            }
        }
    }
    all.sort_by_key(|(at, words)| {
        (
            patterns[*at].is_mined,
            std::cmp::Reverse(words.len()),
            words.start,
        )
    });
    let mut kept: Vec<(usize, Range<usize>)> = Vec::new();
    for (at, words) in all {
        let met = |other: &Range<usize>| other.start < words.end && words.start < other.end;
        let gives_way = |(other, range): &(usize, Range<usize>)| {
            let is_inside = words.start <= range.start && range.end <= words.end;
            patterns[at].is_mined
                && !patterns[*other].is_mined
                && is_inside
                && patterns[*other].family == patterns[at].family
        };
        if kept.iter().filter(|(_, range)| met(range)).all(gives_way) {
            kept.retain(|(_, range)| !met(range));
            kept.push((at, words));
        }
    }
    kept.sort_by_key(|(_, words)| words.start);
    kept
}

#[cfg(test)]
mod tests {
    use lexis::{Reader, Source};
    use text::Span;

    use super::*;
    use crate::Folded;

    const TEXT: &str = "Strategic partnerships, and a Comprehensive Strategic Partnership of coordination.\n\
        A comprehensive-strategic partnership is a strategic partnership. Law based governance; law-based governance.";

    fn read(text: &str) -> Corpus {
        let sentences: Vec<Span> = text
            .split_inclusive('\n')
            .scan(0, |at, line| {
                *at += line.len();
                Some(Span::new(*at - line.len(), *at))
            })
            .collect();
        let mut reader = Reader::new(&Folded);
        let source = Source {
            text,
            sentences: &sentences,
        };
        reader.read(&[source]).expect("small");
        reader.finish()
    }

    fn found(families: &[Family], text: &str) -> Vec<(String, String)> {
        let corpus = read(text);
        hits(&corpus, families)
            .into_iter()
            .map(|hit| {
                let variant = &families[hit.family].variants[hit.variant];
                (
                    variant.text.clone(),
                    corpus.span(hit.occurrence).of(text).to_owned(),
                )
            })
            .collect()
    }

    fn ledger() -> Ledger {
        let toml = "[[formulation]]\nname='p'\nphrase='strategic partnership'\nvariants=['comprehensive strategic partnership']\n\
            [[formulation]]\nphrase='law-based governance'\n[[formulation]]\nphrase='a word that is nowhere'\n";
        Ledger::parse(toml, "t.toml").expect("valid")
    }

    #[test]
    fn each_word_belongs_to_one_variant_the_longest() {
        let families = families(&ledger(), Vec::new());
        let found = found(&families, TEXT);
        let found: Vec<_> = found
            .iter()
            .map(|(v, t)| (v.as_str(), t.as_str()))
            .collect();
        assert_eq!(
            found,
            [
                ("strategic partnership", "Strategic partnerships"),
                (
                    "comprehensive strategic partnership",
                    "Comprehensive Strategic Partnership"
                ),
                (
                    "comprehensive strategic partnership",
                    "comprehensive-strategic partnership"
                ),
                ("strategic partnership", "strategic partnership"),
                ("law-based governance", "Law based governance"),
                ("law-based governance", "law-based governance"),
            ]
        );
    }

    #[test]
    fn mined_wordings_with_too_few_hits_of_their_own_are_left_out() {
        let corpus = read(
            "The red strategic partnership.\nA red strategic partnership of tea.\nSome old red strategic friends.",
        );
        let options = MiningOptions {
            min_count: 2,
            min_documents: 1,
            ..MiningOptions::default()
        };
        let all = vec![mined("red strategic"), mined("red strategic partnership")];
        let (families, hits) = find(&corpus, &ledger(), all, &options);
        let texts: Vec<&str> = families[0]
            .variants
            .iter()
            .map(|v| v.text.as_str())
            .collect();
        assert_eq!(texts.last(), Some(&"red strategic partnership"));
        assert_eq!((families.len(), hits.len()), (3, 2));
    }

    fn mined(text: &str) -> Mined {
        Mined {
            text: text.to_owned(),
            count: 2,
            documents: 2,
            lambda: 1.0,
            z: 4.0,
            dp: 0.5,
            fixedness: 1.0,
        }
    }

    #[test]
    fn no_variant_crosses_a_sentence_and_mined_ones_take_only_their_own_family() {
        let all = families(
            &ledger(),
            vec![
                mined("comprehensive strategic partnership of coordination"),
                mined("partnership of coordination group"),
            ],
        );
        let found = found(
            &all,
            "A comprehensive strategic partnership of coordination group, a strategic\npartnership of coordination group.",
        );
        let found: Vec<_> = found.iter().map(|(v, _)| v.as_str()).collect();
        assert_eq!(
            found,
            [
                "comprehensive strategic partnership of coordination",
                "partnership of coordination group"
            ]
        );
    }
}
