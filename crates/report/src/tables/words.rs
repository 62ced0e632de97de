//! Tables of the commands that describe texts by their words.

use serde::Serialize;

use crate::{Decimal, Row};

table!(
    /// A place that a query found.
    KwicRow, "kwic.csv", {
        /// The query.
        query: &'a str,
        /// The article.
        doc_id: &'a str,
        /// The sentence.
        sentence: usize,
        /// Offset of the first byte found.
        start: usize,
        /// Offset behind the last byte found.
        end: usize,
        /// What stands before.
        left: &'a str,
        /// What was found.
        text: &'a str,
        /// What stands behind.
        right: &'a str,
        /// Offset of the first byte of `left`.
        left_start: usize,
        /// Offset behind the last byte of `right`.
        right_end: usize,
        /// The article's date.
        published: &'a str,
    }
);

table!(
    /// A term's frequency and dispersion.
    WordRow, "words.csv", {
        /// Its words.
        term: &'a str,
        /// How many words it has.
        n: usize,
        /// Occurrences.
        count: u64,
        /// Per million sequences of its length.
        per_million: Decimal,
        /// Articles that have it.
        docs: usize,
        /// Articles that have sequences of its length.
        of_docs: usize,
        /// Gries' DP.
        dp: Decimal,
        /// DP divided by its greatest value.
        dp_norm: Option<Decimal>,
        /// Juilland's D with the population's standard deviation.
        juilland_d_population: Option<Decimal>,
        /// Juilland's D with the sample's standard deviation.
        juilland_d_sample: Option<Decimal>,
        /// Average reduced frequency.
        arf: Decimal,
        /// Inverse document frequency.
        idf: Decimal,
    }
);

table!(
    /// A sequence of words and how strongly they are drawn together.
    SequenceRow, "sequences.csv", {
        /// Its words.
        term: &'a str,
        /// How many words it has.
        n: usize,
        /// Occurrences.
        count: u64,
        /// λ of Blaheta and Johnson.
        lambda: Decimal,
        /// Its z.
        z: Decimal,
    }
);

table!(
    /// Two words that stand together.
    CollocationRow, "collocations.csv", {
        /// One word.
        first: &'a str,
        /// The other.
        second: &'a str,
        /// How often they meet.
        both: u64,
        /// Frequency of the first.
        first_count: u64,
        /// Frequency of the second.
        second_count: u64,
        /// How often they would meet by chance.
        expected: Decimal,
        /// logDice.
        log_dice: Decimal,
        /// Pointwise mutual information.
        pmi: Decimal,
        /// MI3.
        mi3: Decimal,
        /// t score.
        t: Decimal,
        /// Log-likelihood ratio.
        g2: Decimal,
        /// Log odds ratio.
        lambda: Decimal,
        /// Its z.
        z: Decimal,
    }
);

table!(
    /// How diverse the words of an article or section are.
    DiversityRow, "diversity.csv", {
        /// The article.
        doc_id: &'a str,
        /// `document` or `section`.
        unit: &'a str,
        /// Number of the section.
        unit_id: usize,
        /// Words.
        tokens: usize,
        /// Different words.
        types: usize,
        /// Type-token ratio.
        ttr: Option<Decimal>,
        /// Root TTR.
        rttr: Option<Decimal>,
        /// Corrected TTR.
        cttr: Option<Decimal>,
        /// Moving-average TTR.
        mattr: Option<Decimal>,
        /// Mean segmental TTR.
        msttr: Option<Decimal>,
        /// MTLD whose stretches close at the threshold or below.
        mtld_at_or_below: Option<Decimal>,
        /// MTLD whose stretches close below the threshold.
        mtld_below: Option<Decimal>,
        /// HD-D.
        hd_d: Option<Decimal>,
        /// Maas' a².
        maas: Option<Decimal>,
        /// Yule's K.
        yule_k: Option<Decimal>,
        /// Simpson's D.
        simpson: Option<Decimal>,
        /// `short` where the numbers mean little.
        warning: &'a str,
    }
);

table!(
    /// How hard an article or section is to read.
    ReadabilityRow, "readability.csv", {
        /// The article.
        doc_id: &'a str,
        /// `document` or `section`.
        unit: &'a str,
        /// Number of the section.
        unit_id: usize,
        /// Sentences with words.
        sentences: u64,
        /// Words.
        words: u64,
        /// Mean length of a sentence.
        words_per_sentence: Option<Decimal>,
        /// Mean length of a word in letters.
        letters_per_word: Option<Decimal>,
        /// Mean length of a word in syllables.
        syllables_per_word: Option<Decimal>,
        /// Flesch's reading ease.
        flesch: Option<Decimal>,
        /// Flesch-Kincaid grade.
        flesch_kincaid: Option<Decimal>,
        /// Gunning's FOG.
        fog: Option<Decimal>,
        /// SMOG.
        smog: Option<Decimal>,
        /// Automated readability index.
        ari: Option<Decimal>,
        /// Coleman-Liau index.
        coleman_liau: Option<Decimal>,
        /// LIX.
        lix: Option<Decimal>,
        /// `short` where the numbers mean little.
        warning: &'a str,
    }
);

table!(
    /// A word's part in the divergence of two sides.
    ShiftRow, "shift.csv", {
        /// 1 for the greatest part.
        rank: usize,
        /// The word.
        term: &'a str,
        /// Occurrences in the target.
        target_count: u64,
        /// Occurrences in the reference.
        reference_count: u64,
        /// Per million words of the target.
        target_per_million: Decimal,
        /// Per million words of the reference.
        reference_per_million: Decimal,
        /// Its part in bits, signed.
        contribution: Decimal,
        /// The part's size as a share of the divergence.
        share: Decimal,
    }
);
