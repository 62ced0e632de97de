//! Formulations that nobody listed: word sequences that hold together.

mod margins;
mod places;

use std::collections::HashMap;
use std::ops::RangeInclusive;

use lexis::{Corpus, CountOptions, Counts, Dispersion, Lambda, Occurrence};
use rayon::prelude::*;

use crate::edits::{is_function, is_in_digits};
use margins::Margins;
use places::Places;

/// Share of a sequence's occurrences from which on a longer one that holds it stands for it.
const NEARLY_ALL: f64 = 0.75;

/// What a sequence must have to be a formulation. Declared before anything is measured.
#[derive(Clone, Debug, PartialEq)]
pub struct MiningOptions {
    /// Lengths in words, from 2 to 8.
    pub sizes: RangeInclusive<usize>,
    /// Occurrences, those within longer formulations apart.
    pub min_count: u64,
    /// Articles with such occurrences.
    pub min_documents: usize,
    /// Least z at the weakest joint.
    pub min_z: f64,
    /// Least [`Mined::fixedness`].
    pub min_fixedness: f64,
}

impl Default for MiningOptions {
    fn default() -> Self {
        Self {
            sizes: 2..=8,
            min_count: 5,
            min_documents: 3,
            // Two-sided p of .001, were z normal; it is a ranking more than a test.
            min_z: 3.29,
            // Below are words that stand with any others, as "two years".
            min_fixedness: 0.2,
        }
    }
}

/// A sequence of words that was mined, and what of it was measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Mined {
    /// As it most often stands in the texts.
    pub text: String,
    /// Occurrences outside of longer mined sequences.
    pub count: u64,
    /// Articles that have them.
    pub documents: usize,
    /// λ at the joint where it is weakest.
    pub lambda: f64,
    /// z there.
    pub z: f64,
    /// Gries' DP over articles: 0 for even use, near 1 for use in one place.
    pub dp: f64,
    /// Mean over its words of the share of places with all the others that have this one too: 1 if no
    /// word is ever another.
    pub fixedness: f64,
}

/// Word sequences of a corpus that hold together, in no order that means anything.
///
/// A sequence lies within a sentence and begins and ends with a content word, which is none of
/// [`FUNCTION_WORDS`](crate::FUNCTION_WORDS) and not in digits. It is cut in two at each joint; λ and z of Blaheta and
/// Johnson (2001) are taken of the two parts, and the joint with the least z counts. For two words that
/// is their λ; for more, the highest interaction would ask whether the words do more together than
/// their parts explain, which set phrases with set parts fail.
///
/// It is left out if at least three quarters of its occurrences have the same next content word before or
/// behind them, with the same words between, and these are frequent enough themselves: then a longer
/// sequence stands for it, or it is part of a repeated passage, be this longer than the sizes asked
/// for or more than one sentence. Longer ones are taken first, and their words count for no shorter
/// one.
///
/// `corpus` must have been cut by [`Folded`](crate::Folded) from `texts`, one a document.
///
/// # Panics
/// If a size is below 2 or over 8, or there are fewer texts than documents.
pub fn mine(corpus: &Corpus, texts: &[&str], options: &MiningOptions) -> Vec<Mined> {
    let (least, most) = (*options.sizes.start(), *options.sizes.end());
    assert!(
        least >= 2 && most <= margins::LONGEST,
        "a formulation has 2 to {} words",
        margins::LONGEST
    );
    let counts = Counts::of(
        corpus,
        CountOptions {
            sizes: 1..=most,
            min_count: options.min_count.max(1),
            min_documents: options.min_documents.max(1),
        },
    );
    let vocabulary = corpus.vocabulary();
    let is_content: Vec<bool> = (0..vocabulary.len() as u32)
        .map(|id| vocabulary.word(id))
        .map(|word| !is_function(word) && !is_in_digits(word))
        .collect();
    let begins_and_ends = |words: &[u32]| {
        [words.first(), words.last()]
            .into_iter()
            .flatten()
            .all(|&word| is_content[word as usize])
    };
    let terms: Vec<usize> = (least..=most)
        .flat_map(|size| counts.terms_of(size))
        .filter(|&term| begins_and_ends(counts.words(term)))
        .collect();
    let margins = Margins::of(corpus, &counts, &terms);
    let places = Places::of(corpus);
    let search = Search {
        corpus,
        texts,
        options,
        counts: &counts,
        margins: &margins,
        places: &places,
        is_content: &is_content,
    };
    let mut candidates: Vec<Candidate> = terms
        .par_iter()
        .filter_map(|&term| {
            let strength = margins.weakest(&counts, term);
            if strength.z < options.min_z {
                return None;
            }
            let words = counts.words(term);
            let at = places.of_term(words);
            if search.is_part_of_a_longer(&at, words.len()) {
                return None;
            }
            let fixedness = search.fixedness(term);
            (fixedness >= options.min_fixedness).then_some(Candidate {
                term,
                strength,
                fixedness,
                at,
            })
        })
        .collect();
    candidates.sort_by(|a, b| {
        let size = |c: &Candidate| counts.words(c.term).len();
        (size(b), b.at.len(), a.term).cmp(&(size(a), a.at.len(), b.term))
    });
    let mut is_taken = vec![false; corpus.words()];
    let kept: Vec<Candidate> = candidates
        .into_iter()
        .filter_map(|candidate| search.free(candidate, &mut is_taken))
        .collect();
    let sizes: Vec<u64> = (0..corpus.documents())
        .map(|d| corpus.document(d).len() as u64)
        .collect();
    kept.into_par_iter()
        .map(|candidate| search.measured(&candidate, &sizes))
        .collect()
}

/// A sequence that may be a formulation.
struct Candidate {
    term: usize,
    strength: Lambda,
    fixedness: f64,
    /// Places of its first word.
    at: Vec<u32>,
}

struct Search<'a> {
    corpus: &'a Corpus,
    texts: &'a [&'a str],
    options: &'a MiningOptions,
    counts: &'a Counts,
    margins: &'a Margins<'a>,
    places: &'a Places<'a>,
    is_content: &'a [bool],
}

impl Search<'_> {
    /// Whether these occurrences are frequent enough.
    fn are_enough(&self, at: &[u32]) -> bool {
        let mut documents: Vec<usize> = at.iter().map(|&at| self.places.document(at)).collect();
        documents.dedup();
        at.len() as u64 >= self.options.min_count && documents.len() >= self.options.min_documents
    }

    fn is_part_of_a_longer(&self, at: &[u32], size: usize) -> bool {
        let ids = self.corpus.ids();
        let is_content = |&word: &u32| self.is_content[word as usize];
        let mut behind: HashMap<&[u32], Vec<u32>> = HashMap::new();
        let mut before: HashMap<&[u32], Vec<u32>> = HashMap::new();
        for &at in at {
            let document = self.corpus.document(self.places.document(at));
            let (start, end) = (at as usize, at as usize + size);
            let (left, right) = (&ids[document.start..start], &ids[end..document.end]);
            if let Some(from) = left.iter().rposition(is_content) {
                before.entry(&left[from..]).or_default().push(at);
            }
            if let Some(to) = right.iter().position(is_content) {
                behind.entry(&right[..=to]).or_default().push(at);
            }
        }
        let is_most = |group: &Vec<u32>| {
            group.len() as f64 >= NEARLY_ALL * at.len() as f64 && self.are_enough(group)
        };
        behind.values().chain(before.values()).any(is_most)
    }

    /// [`Mined::fixedness`] of a term.
    fn fixedness(&self, term: usize) -> f64 {
        let words = self.counts.words(term);
        let all = self.counts.count(term) as f64;
        let last = words.len() - 1;
        let shares = (0..=last).map(|open| {
            let with_any = match open {
                0 => self.margins.with_any_before(self.counts, &words[1..]),
                _ if open == last => self.margins.with_any_behind(self.counts, &words[..last]),
                _ => self.places.with_one_open(words, open) as u64,
            };
            all / with_any as f64
        });
        shares.sum::<f64>() / words.len() as f64
    }

    /// The candidate with those of its occurrences whose words are nobody's yet, if they are enough;
    /// they are its own then.
    fn free(&self, mut candidate: Candidate, is_taken: &mut [bool]) -> Option<Candidate> {
        let size = self.counts.words(candidate.term).len();
        let mut end = 0;
        candidate.at.retain(|&at| {
            let words = at as usize..at as usize + size;
            // A sequence that overlaps itself counts once.
            let is_free = words.start >= end && !is_taken[words.clone()].contains(&true);
            if is_free {
                end = words.end;
            }
            is_free
        });
        if !self.are_enough(&candidate.at) {
            return None;
        }
        for &at in &candidate.at {
            is_taken[at as usize..at as usize + size].fill(true);
        }
        Some(candidate)
    }

    fn measured(&self, candidate: &Candidate, sizes: &[u64]) -> Mined {
        let words = self.counts.words(candidate.term);
        let mut per_document: Vec<(usize, u64)> = Vec::new();
        let mut forms: HashMap<String, (usize, usize)> = HashMap::new();
        for (order, &at) in candidate.at.iter().enumerate() {
            let document = self.places.document(at);
            match per_document.last_mut() {
                Some((last, count)) if *last == document => *count += 1,
                _ => per_document.push((document, 1)),
            }
            let form = self.form(at, words.len(), document);
            forms.entry(form).or_insert((0, order)).0 += 1;
        }
        let text = forms
            .into_iter()
            .max_by_key(|(_, (count, order))| (*count, std::cmp::Reverse(*order)))
            .map_or_else(String::new, |(form, _)| form);
        let dispersion = Dispersion::of(per_document.iter().copied(), sizes);
        Mined {
            text,
            count: candidate.at.len() as u64,
            documents: per_document.len(),
            lambda: candidate.strength.lambda,
            z: candidate.strength.z,
            dp: dispersion.map_or(0.0, |spread| spread.dp),
            fixedness: candidate.fixedness,
        }
    }

    /// The words as they stand in the text, on one line.
    fn form(&self, at: u32, size: usize, document: usize) -> String {
        let (sentence, number) = (self.places.sentence(at), self.places.number(at, document));
        let span = self.corpus.span(Occurrence {
            document,
            sentence: number,
            first: at as usize - sentence.start,
            words: size,
        });
        let words: Vec<&str> = span.of(self.texts[document]).split_whitespace().collect();
        words.join(" ")
    }
}

#[cfg(test)]
mod tests;
