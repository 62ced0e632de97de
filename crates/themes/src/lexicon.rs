//! Themes by dictionary: how much of a unit the patterns of a theme cover.
//!
//! Patterns are those of quanteda's dictionaries: whole words, in a row, whatever their case, with `*`
//! for any letters and `?` for one. The words are those of [`text::words`], which parts words at
//! hyphens where quanteda keeps them whole; patterns are parted the same way.

use std::collections::HashMap;

use ndarray::Array2;
use rayon::prelude::*;
use text::Span;
use text::words::words;

use crate::dictionary::{self, LexiconError};
use crate::{Codebook, Scorer, ThemeError, Units};

/// Stand for `*` and `?` while a pattern is parted into words: letters, so that they stay with their
/// neighbours, and of medieval manuscripts, so that no pattern has them.
const ANY: char = '\u{a733}';
const ONE: char = '\u{a74f}';

/// Scores a unit by the share of its words that a theme's patterns cover.
#[derive(Clone, Debug)]
pub struct LexiconScorer {
    patterns: Vec<Pattern>,
    /// Patterns by a first word without wildcards.
    literal: HashMap<String, Vec<usize>>,
    /// Patterns by what stands before the first wildcard of their first word.
    prefixed: HashMap<String, Vec<usize>>,
    themes: usize,
}

#[derive(Clone, Debug)]
struct Pattern {
    theme: usize,
    words: Vec<Glob>,
}

impl LexiconScorer {
    /// Takes the patterns from the `lexicon` of the codebook's themes.
    ///
    /// # Errors
    /// When no theme has a pattern, or a pattern has no word.
    pub fn of_codebook(codebook: &Codebook) -> Result<Self, LexiconError> {
        let entries = codebook
            .themes
            .iter()
            .enumerate()
            .flat_map(|(theme, of)| of.lexicon.iter().map(move |pattern| (theme, pattern)));
        Self::new(
            codebook,
            entries,
            &format!("lexicon of codebook {}", codebook.name),
        )
    }

    /// Takes the patterns from a dictionary: quanteda's YAML, or LIWC's .dic, which starts with `%`.
    /// `origin` names it in errors.
    ///
    /// # Errors
    /// When it can't be read, when a key names no theme of the codebook, or a pattern has no word.
    pub fn of_dictionary(
        codebook: &Codebook,
        contents: &str,
        origin: &str,
    ) -> Result<Self, LexiconError> {
        let entries =
            dictionary::read(codebook, contents).map_err(|what| LexiconError::new(origin, what))?;
        Self::new(codebook, entries.iter().map(|(t, p)| (*t, p)), origin)
    }

    fn new<'a>(
        codebook: &Codebook,
        entries: impl Iterator<Item = (usize, &'a String)>,
        origin: &str,
    ) -> Result<Self, LexiconError> {
        let mut scorer = Self {
            patterns: Vec::new(),
            literal: HashMap::new(),
            prefixed: HashMap::new(),
            themes: codebook.themes.len(),
        };
        for (theme, pattern) in entries {
            let words = globs(pattern);
            let Some(first) = words.first() else {
                let what = format!(
                    "pattern '{pattern}' of theme '{}' has no word",
                    codebook.themes[theme].id
                );
                return Err(LexiconError::new(origin, what));
            };
            let index = match first {
                Glob::Word(word) => scorer.literal.entry(word.clone()),
                Glob::Wild(wild) => scorer
                    .prefixed
                    .entry(wild.iter().take_while(|&&c| c != ANY && c != ONE).collect()),
            };
            index.or_default().push(scorer.patterns.len());
            scorer.patterns.push(Pattern { theme, words });
        }
        if scorer.patterns.is_empty() {
            let what = "no theme has a pattern: give themes a `lexicon`, or name a dictionary with --lexicon";
            return Err(LexiconError::new(origin, what.into()));
        }
        Ok(scorer)
    }

    /// The share of a text's words that each theme's patterns cover, in the codebook's order.
    pub fn shares(&self, text: &str) -> Vec<f32> {
        let words: Vec<String> = words(text, Span::new(0, text.len()))
            .map(|word| fold(word.of(text)))
            .collect();
        let mut covered = vec![vec![false; words.len()]; self.themes];
        for at in 0..words.len() {
            for pattern in self.matches(&words[at..]) {
                covered[pattern.theme][at..at + pattern.words.len()].fill(true);
            }
        }
        let share = |covered: &Vec<bool>| {
            let count = covered.iter().filter(|&&is| is).count();
            count as f32 / words.len().max(1) as f32
        };
        covered.iter().map(share).collect()
    }

    /// The patterns that the words begin with.
    fn matches<'a>(&'a self, words: &'a [String]) -> impl Iterator<Item = &'a Pattern> {
        let first = words[0].as_str();
        let literal = self.literal.get(first).into_iter();
        let prefixed = (first.char_indices().map(|(end, _)| end))
            .chain([first.len()])
            .filter_map(|end| self.prefixed.get(&first[..end]));
        literal
            .chain(prefixed)
            .flatten()
            .map(|&index| &self.patterns[index])
            .filter(move |pattern| {
                let globs = &pattern.words;
                globs.len() <= words.len() && globs.iter().zip(words).all(|(g, word)| g.is(word))
            })
    }
}

impl Scorer for LexiconScorer {
    fn name(&self) -> &'static str {
        "lexicon"
    }

    fn score(&mut self, units: &Units<'_>) -> Result<Array2<f32>, ThemeError> {
        let rows: Vec<Vec<f32>> = (units.texts.par_iter())
            .map(|text| self.shares(text))
            .collect();
        Ok(Array2::from_shape_fn(
            (rows.len(), self.themes),
            |(unit, theme)| rows[unit][theme],
        ))
    }

    /// Any match beats none.
    fn none_below(&self, _: &Codebook) -> f32 {
        f32::MIN_POSITIVE
    }
}

/// A word of a pattern.
#[derive(Clone, Debug)]
enum Glob {
    Word(String),
    Wild(Vec<char>),
}

impl Glob {
    fn is(&self, word: &str) -> bool {
        match self {
            Self::Word(own) => own == word,
            Self::Wild(glob) => fits(glob, word),
        }
    }
}

/// The words of a pattern, parted as a text is.
fn globs(pattern: &str) -> Vec<Glob> {
    let pattern = pattern.replace('*', "\u{a733}").replace('?', "\u{a74f}");
    words(&pattern, Span::new(0, pattern.len()))
        .map(|word| {
            let word = fold(word.of(&pattern));
            if word.contains([ANY, ONE]) {
                Glob::Wild(word.chars().collect())
            } else {
                Glob::Word(word)
            }
        })
        .collect()
}

/// Small letters, and one kind of apostrophe.
fn fold(word: &str) -> String {
    word.to_lowercase().replace('’', "'")
}

/// Whether a word fits a pattern: after a mismatch the latest [`ANY`] takes one letter more.
fn fits(glob: &[char], word: &str) -> bool {
    let word: Vec<char> = word.chars().collect();
    let (mut in_glob, mut in_word) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while in_word < word.len() {
        match glob.get(in_glob) {
            Some(&ANY) => {
                in_glob += 1;
                retry = Some((in_glob, in_word));
            }
            Some(&c) if c == ONE || c == word[in_word] => {
                in_glob += 1;
                in_word += 1;
            }
            _ => {
                let Some((after, taken)) = &mut retry else {
                    return false;
                };
                *taken += 1;
                (in_glob, in_word) = (*after, *taken);
            }
        }
    }
    glob[in_glob..].iter().all(|&c| c == ANY)
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, array};

    use super::*;

    fn book(lexicon: &[&str]) -> Codebook {
        let lexicon = format!("{lexicon:?}");
        Codebook::parse(
            &format!(
                "name='t'\nversion='1'\nlanguage='en'\ndescription='d'\nnone_below=0.2\n\
                 [[theme]]\nid='economy'\nname='Economy'\ndescription='e'\nexamples=[]\nlexicon={lexicon}\n\
                 [[theme]]\nid='health'\nname='Health'\ndescription='h'\nexamples=[]\n"
            ),
            "t.toml",
        )
        .expect("valid")
    }

    #[track_caller]
    fn check(lexicon: &[&str], text: &str, covered: usize) {
        let scorer = LexiconScorer::of_codebook(&book(lexicon)).expect("has patterns");
        let all = words(text, Span::new(0, text.len())).count();
        let share = covered as f32 / all as f32;
        assert!((scorer.shares(text)[0] - share).abs() < 1e-6, "{text}");
    }

    #[test]
    fn patterns_match_whole_words_whatever_their_case() {
        check(&["Tax"], "TAX, taxes and syntax.", 1);
        check(&["tax*"], "TAX, taxes and syntax.", 2);
        check(&["*tax"], "TAX, taxes and syntax.", 2);
        check(&["*tax*"], "TAX, taxes and syntax.", 3);
        check(&["t?x"], "tax tux tx taxx", 2);
        check(&["t*x*s"], "taxes taxis tax texas", 3);
        check(&["country's"], "The country’s course", 1);
        check(&["改革"], "深化改革。", 2);
    }

    #[test]
    fn several_words_match_in_a_row() {
        check(&["interest rate*"], "Interest rates and rate interest", 2);
        check(&["state * enterprise"], "state owned enterprise", 3);
        check(&["one-belt"], "One Belt, one-belt; one road", 4);
        check(&["interest rate"], "no interest", 0);
    }

    #[test]
    fn a_word_in_two_matches_is_covered_once() {
        check(&["rate*", "interest rate*"], "interest rate, rates", 3);
        check(&["interest rate", "rate cut"], "interest rate cut", 3);
        check(&["tax", "tax*", "tax"], "tax", 1);
    }

    #[test]
    fn the_score_is_the_share_of_words_covered_and_any_match_beats_none() {
        let book = book(&["tax*"]);
        let mut lexicon = LexiconScorer::of_codebook(&book).expect("has patterns");
        let vectors = Array2::zeros((3, 0));
        let texts = ["Taxes rise this year.", "Nothing.", ""];
        let scores = lexicon
            .score(&Units {
                texts: &texts,
                vectors: vectors.view(),
            })
            .expect("cannot fail");
        assert_eq!(scores, array![[0.25, 0.0], [0.0, 0.0], [0.0, 0.0]]);
        let none = lexicon.none_below(&book);
        let first = |unit| {
            let ranked = crate::ranks(scores.row(unit), none);
            ranked.iter().find(|r| r.rank == 1).and_then(|r| r.theme)
        };
        assert_eq!([first(0), first(1), first(2)], [Some(0), None, None]);
    }

    #[test]
    fn a_codebook_without_patterns_and_a_pattern_without_words_are_refused() {
        let error = |lexicon: &[&str]| {
            LexiconScorer::of_codebook(&book(lexicon))
                .err()
                .map(|e| e.to_string())
                .unwrap_or_default()
        };
        assert!(error(&[]).contains("no theme has a pattern"));
        assert!(error(&["--"]).contains("pattern '--' of theme 'economy'"));
    }
}
