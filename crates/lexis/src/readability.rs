//! How hard a text is to read, by the length of its sentences and words.

use std::ops::AddAssign;

use crate::syllables;

/// Letters of a word that LIX calls long.
const LONG: u64 = 7;

/// Syllables of a word that FOG and SMOG call hard.
const MANY: u64 = 3;

/// What the measures of readability need to know of a text. They are `None` for a text without words.
///
/// All but LIX were made for English. Apart from Flesch's, they stand for the school years in the United
/// States after which a text is read with ease. They differ between programs mostly by how sentences, words
/// and syllables are counted: see [`syllables`] for the error of ours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Readability {
    /// Sentences with at least one word.
    pub sentences: u64,
    /// Words.
    pub words: u64,
    /// Letters and digits of the words; no apostrophes, points or hyphens.
    pub letters: u64,
    /// Syllables of the words.
    pub syllables: u64,
    /// Words of three syllables or more; names and endings are no exception.
    pub polysyllables: u64,
    /// Words of more than six letters.
    pub long_words: u64,
}

impl AddAssign for Readability {
    fn add_assign(&mut self, other: Self) {
        self.sentences += other.sentences;
        self.words += other.words;
        self.letters += other.letters;
        self.syllables += other.syllables;
        self.polysyllables += other.polysyllables;
        self.long_words += other.long_words;
    }
}

impl Readability {
    /// Counts one word, of no sentence yet. For each word of a vocabulary this is done once.
    pub fn of_word(word: &str) -> Self {
        let letters = word.chars().filter(|c| c.is_alphanumeric()).count() as u64;
        let syllables = syllables(word) as u64;
        Self {
            sentences: 0,
            words: 1,
            letters,
            syllables,
            polysyllables: u64::from(syllables >= MANY),
            long_words: u64::from(letters >= LONG),
        }
    }

    /// Adds a sentence of words that were counted by [`Readability::of_word`].
    pub fn add_sentence(&mut self, words: impl IntoIterator<Item = Self>) {
        let before = self.words;
        for word in words {
            *self += word;
        }
        self.sentences += u64::from(self.words > before);
    }

    /// Mean length of a sentence in words.
    pub fn words_per_sentence(&self) -> Option<f64> {
        (self.sentences > 0).then(|| self.words as f64 / self.sentences as f64)
    }

    /// Mean length of a word in letters.
    pub fn letters_per_word(&self) -> Option<f64> {
        self.per_word(self.letters)
    }

    /// Mean length of a word in syllables.
    pub fn syllables_per_word(&self) -> Option<f64> {
        self.per_word(self.syllables)
    }

    fn per_word(&self, count: u64) -> Option<f64> {
        (self.words > 0).then(|| count as f64 / self.words as f64)
    }

    /// Reading ease 206.835 - 1.015 words/sentence - 84.6 syllables/word (Flesch 1948): higher is
    /// easier; 100 is very easy, 30 is for graduates, and there is no bound.
    pub fn flesch(&self) -> Option<f64> {
        Some(206.835 - 1.015 * self.words_per_sentence()? - 84.6 * self.syllables_per_word()?)
    }

    /// School years 0.39 words/sentence + 11.8 syllables/word - 15.59 (Kincaid et al. 1975).
    pub fn flesch_kincaid(&self) -> Option<f64> {
        Some(0.39 * self.words_per_sentence()? + 11.8 * self.syllables_per_word()? - 15.59)
    }

    /// School years 0.4 (words/sentence + 100 polysyllables/word) (Gunning 1952), without
    /// Gunning's exceptions for names, compounds and endings, as in quanteda and textacy.
    pub fn fog(&self) -> Option<f64> {
        let share = self.per_word(self.polysyllables)?;
        Some(0.4 * (self.words_per_sentence()? + 100.0 * share))
    }

    /// School years 1.043 √(30 polysyllables/sentence) + 3.1291 (McLaughlin 1969); made for 30 sentences
    /// and scaled to them.
    pub fn smog(&self) -> Option<f64> {
        let sentences = (self.sentences > 0).then_some(self.sentences as f64)?;
        Some(1.043 * (30.0 * self.polysyllables as f64 / sentences).sqrt() + 3.1291)
    }

    /// School years 0.5 words/sentence + 4.71 letters/word - 21.43 (Senter & Smith 1967).
    pub fn ari(&self) -> Option<f64> {
        Some(0.5 * self.words_per_sentence()? + 4.71 * self.letters_per_word()? - 21.43)
    }

    /// School years 5.88 letters/word - 29.6 sentences/word - 15.8 (Coleman & Liau 1975, their short form).
    pub fn coleman_liau(&self) -> Option<f64> {
        let sentences = self.per_word(self.sentences)?;
        Some(5.88 * self.letters_per_word()? - 29.6 * sentences - 15.8)
    }

    /// Words/sentence + 100 long words/word (Björnsson 1968), long being more than six letters: 30 is
    /// easy, 60 is hard; for any language with words.
    pub fn lix(&self) -> Option<f64> {
        Some(self.words_per_sentence()? + 100.0 * self.per_word(self.long_words)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn near(found: Option<f64>, expected: f64, tolerance: f64) {
        let found = found.expect("words");
        assert!(
            (found - expected).abs() < tolerance,
            "{found} != {expected}"
        );
    }

    /// A text as textacy 0.13.0 counts it, and what its functions make of these counts. Tolerance: the
    /// last digits of f64.
    #[test]
    fn measures_have_the_values_of_textacy() {
        let text = Readability {
            sentences: 5,
            words: 54,
            letters: 336,
            syllables: 103,
            polysyllables: 17,
            long_words: 22,
        };
        near(text.flesch(), 34.506_333_333_333_37, 1e-12);
        near(text.flesch_kincaid(), 11.129_407_407_407_41, 1e-12);
        near(text.fog(), 16.912_592_592_592_592, 1e-12);
        near(text.smog(), 13.662_883_650_711_645, 1e-12);
        near(text.ari(), 13.276_666_666_666_664, 1e-12);
        near(text.lix(), 51.540_740_740_740_745, 1e-12);
        // textacy has the unrounded 5.879851, 29.587280 and 15.800804
        near(text.coleman_liau(), 18.045_372_592_592_592, 2e-3);
        near(
            text.coleman_liau(),
            5.88 * 336.0 / 54.0 - 29.6 * 5.0 / 54.0 - 15.8,
            1e-12,
        );
    }

    #[test]
    fn words_are_counted_by_letters_and_syllables() {
        let mut text = Readability::default();
        let count = |words: &str| {
            words
                .split(' ')
                .map(Readability::of_word)
                .collect::<Vec<_>>()
        };
        text.add_sentence(count("the country’s modernization"));
        text.add_sentence([]);
        text.add_sentence(count("progress in 1949"));
        let expected = Readability {
            sentences: 2,
            words: 6,
            letters: 3 + 8 + 13 + 8 + 2 + 4,
            syllables: 1 + 2 + 5 + 2 + 1 + 4,
            polysyllables: 2,
            long_words: 3,
        };
        assert_eq!(text, expected);
        assert_eq!(text.words_per_sentence(), Some(3.0));
        let none = Readability::default();
        assert_eq!((none.flesch(), none.smog(), none.lix()), (None, None, None));
    }
}
