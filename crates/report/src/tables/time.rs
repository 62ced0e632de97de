//! Tables of periods, and of what changes between them.

use serde::Serialize;

use crate::{Decimal, Row};

table!(
    /// A measure in one period.
    PeriodRow, "periods.csv", {
        /// `article` or `corpus`: the role of the articles that are gathered.
        role: &'a str,
        /// The period; empty for articles of which it is not known.
        period: &'a str,
        /// The period's place in time among all of the run, counted from 1; empty where it is not known.
        order: Option<usize>,
        /// Date of the period's first article.
        first_date: &'a str,
        /// Date of its last article.
        last_date: &'a str,
        /// The measure.
        measure: &'a str,
        /// What scored the themes; empty for measures that are of no scorer.
        scorer: &'a str,
        /// What it is a measure of: a theme, or a class of novelty; empty where there is but one.
        name: &'a str,
        /// Its value.
        value: Decimal,
        /// Lower end of its 95 % interval; empty where there is none.
        low: Option<Decimal>,
        /// Upper end.
        high: Option<Decimal>,
        /// Articles that it is of.
        articles: usize,
        /// These, near-duplicates counted once.
        units: usize,
        /// How many articles, sentences, words or pairs it is a figure of.
        n: usize,
    }
);

table!(
    /// How far a theme or a term has moved between two periods.
    DriftRow, "drift.csv", {
        /// `article` or `corpus`: the role of the articles that are held against each other.
        role: &'a str,
        /// `theme` or `term`.
        kind: &'a str,
        /// The theme's id, or the term.
        name: &'a str,
        /// The earlier period.
        from_period: &'a str,
        /// The later period.
        to_period: &'a str,
        /// `mean_shift` or `words_jsd`.
        measure: &'a str,
        /// Its value; empty for too few sentences.
        value: Option<Decimal>,
        /// Its mean where articles are dealt to the two periods by chance.
        null_mean: Option<Decimal>,
        /// Its standard deviation there.
        null_sd: Option<Decimal>,
        /// That chance moves it as far; empty where that can't be told.
        p: Option<Decimal>,
        /// Benjamini and Hochberg's q of p, over all of the table.
        q_bh: Option<Decimal>,
        /// Its sentences in the earlier period.
        from_sentences: usize,
        /// Its sentences in the later period.
        to_sentences: usize,
        /// Articles of the earlier period that have one.
        from_articles: usize,
        /// Articles of the later period that have one.
        to_articles: usize,
        /// How p was found, or why not.
        note: &'a str,
    }
);

table!(
    /// A word's part in how far the words of a theme or term have moved.
    DriftWordRow, "drift_words.csv", {
        /// The role, as in `drift.csv`.
        role: &'a str,
        /// `theme` or `term`.
        kind: &'a str,
        /// The theme's id, or the term.
        name: &'a str,
        /// The earlier period.
        from_period: &'a str,
        /// The later period.
        to_period: &'a str,
        /// 1 for the greatest part.
        rank: usize,
        /// The word.
        term: &'a str,
        /// Its part in bits; above 0 where the later period uses it more.
        contribution: Decimal,
        /// The part's size, divided by the divergence.
        share: Decimal,
        /// Occurrences in the earlier period's sentences.
        from_count: u64,
        /// Occurrences in the later period's sentences.
        to_count: u64,
        /// Occurrences per million words of the earlier period's sentences.
        from_per_million: Decimal,
        /// The same of the later period's.
        to_per_million: Decimal,
        /// Article of a passage with the word, in the period that uses it more.
        doc_id: &'a str,
        /// The sentence.
        sentence: usize,
        /// Offset of the word's first byte.
        start: usize,
        /// Offset behind its last byte.
        end: usize,
        /// The word exactly as it stands there.
        text: &'a str,
    }
);
