//! Tables of formulations.

use serde::Serialize;

use crate::{Decimal, Row};

table!(
    /// How widely a wording, or all of a formulation's wordings together, are used.
    FormulationRow, "formulations.csv", {
        /// The formulation.
        family: &'a str,
        /// The wording; empty for all of the family together.
        variant: &'a str,
        /// Occurrences.
        hits: usize,
        /// Articles that have one.
        articles: usize,
        /// Share of all articles.
        article_share: Decimal,
        /// Lower end of its 95 % interval.
        share_low: Decimal,
        /// Upper end.
        share_high: Decimal,
        /// Date of the first article that has one.
        first_seen: &'a str,
        /// Date of the last.
        last_seen: &'a str,
        /// The first article.
        first_doc_id: &'a str,
        /// The last.
        last_doc_id: &'a str,
        /// Tier of the article share; empty below all known cut points.
        tier: &'a str,
        /// What makes the wording of the family's first.
        relation: &'a str,
        /// `ledger` or `mined`.
        origin: &'a str,
        /// Words; empty for the family.
        words: Option<usize>,
        /// Gries' DP over articles; empty without occurrences.
        dp: Option<Decimal>,
        /// λ at the weakest joint, of mined ones.
        lambda: Option<Decimal>,
        /// z there.
        z: Option<Decimal>,
        /// How seldom one of its words is another, of mined ones.
        fixedness: Option<Decimal>,
    }
);

table!(
    /// An occurrence of a wording.
    FormulationHitRow, "formulation_hits.csv", {
        /// The formulation.
        family: &'a str,
        /// The wording.
        variant: &'a str,
        /// The article's id.
        doc_id: &'a str,
        /// The sentence.
        sentence: usize,
        /// Offset of its first byte.
        start: usize,
        /// Offset behind its last byte.
        end: usize,
        /// The words, exactly as they stand there.
        text: &'a str,
    }
);

table!(
    /// A passage that is a wording of the ledger but for a word or two.
    FormulationNearRow, "formulation_near.csv", {
        /// The formulation.
        family: &'a str,
        /// The wording of the ledger that is nearest.
        variant: &'a str,
        /// What makes the passage of it.
        relation: &'a str,
        /// The article's id.
        doc_id: &'a str,
        /// The sentence.
        sentence: usize,
        /// Offset of its first byte.
        start: usize,
        /// Offset behind its last byte.
        end: usize,
        /// The words, exactly as they stand there.
        text: &'a str,
    }
);

table!(
    /// How widely a wording is used in one period.
    FormulationPeriodRow, "formulation_periods.csv", {
        /// The formulation.
        family: &'a str,
        /// The wording; empty for all of the family together.
        variant: &'a str,
        /// The period.
        period: &'a str,
        /// Articles of the period that have it.
        articles: usize,
        /// All articles of the period.
        of_articles: usize,
        /// Their share.
        share: Decimal,
        /// Lower end of its 95 % interval.
        low: Decimal,
        /// Upper end.
        high: Decimal,
        /// Tier of the share; empty below all known cut points.
        tier: &'a str,
        /// `alone` or `tied` for the wording in the most articles of the period.
        leads: &'a str,
    }
);

table!(
    /// Two wordings of a formulation, and which gave way to which.
    FormulationChangeRow, "formulation_changes.csv", {
        /// The formulation.
        family: &'a str,
        /// The wording that was seen first.
        old_variant: &'a str,
        /// The other.
        new_variant: &'a str,
        /// The first period after the cut that parts them best.
        since: &'a str,
        /// Articles before the cut that have the old one alone.
        old_before: usize,
        /// The new one alone.
        new_before: usize,
        /// Articles from the cut on that have the old one alone.
        old_after: usize,
        /// The new one alone.
        new_after: usize,
        /// Articles that have both.
        both: usize,
        /// Date of the last article that has the old one.
        old_last_seen: &'a str,
        /// Date of the first that has the new one.
        new_first_seen: &'a str,
        /// Fisher's two-sided p at the cut, not corrected; empty for too few.
        fisher_p: Option<Decimal>,
        /// p corrected for choosing the cut; empty for too few.
        p: Option<Decimal>,
        /// Benjamini and Hochberg's q of it.
        q_bh: Option<Decimal>,
        /// `replaced`, `rises`, `falls`, `not shown` or `too few to tell`.
        verdict: &'a str,
    }
);

table!(
    /// Periods in a row in which a wording is used much more than else.
    BurstRow, "bursts.csv", {
        /// The formulation.
        family: &'a str,
        /// The wording; empty for all of the family together.
        variant: &'a str,
        /// The first period.
        first_period: &'a str,
        /// The last period.
        last_period: &'a str,
        /// Articles of these periods that have it.
        articles: usize,
        /// All articles of these periods.
        of_articles: usize,
        /// Their share.
        share: Decimal,
        /// The share in all periods.
        whole_share: Decimal,
        /// By how much the higher rate explains the periods better.
        weight: Decimal,
    }
);

table!(
    /// A word in a column of a formulation's lattice.
    LatticeRow, "lattice.csv", {
        /// The formulation.
        family: &'a str,
        /// The column, counted from 1.
        position: usize,
        /// The word; empty for wordings that have none there.
        word: &'a str,
        /// Occurrences.
        count: usize,
    }
);
