//! The tables of a run. `docs/outputs.md` describes each column; a test holds the two together.

use serde::Serialize;

use crate::{Decimal, Row};

/// Declares a row type together with its file and column names, so that they can't part.
macro_rules! table {
    ($(#[$doc:meta])* $name:ident, $file:literal, { $($(#[$column_doc:meta])* $column:ident: $type:ty,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Serialize)]
        pub struct $name<'a> {
            $($(#[$column_doc])* pub $column: $type,)*
        }

        impl Row for $name<'_> {
            const FILE: &'static str = $file;
            const COLUMNS: &'static [&'static str] = &[$(stringify!($column)),*];
        }
    };
}

mod formulations;
mod time;
mod words;

pub use formulations::{
    BurstRow, FormulationChangeRow, FormulationHitRow, FormulationNearRow, FormulationPeriodRow,
    FormulationRow, LatticeRow,
};
pub use time::{DriftRow, DriftWordRow, PeriodRow};
pub use words::{
    CollocationRow, DiversityRow, KwicRow, ReadabilityRow, SequenceRow, ShiftRow, WordRow,
};

table!(
    /// One article.
    DocumentRow, "documents.csv", {
        /// The article's id.
        doc_id: &'a str,
        /// Its file, as named on the command line or found below a folder.
        path: &'a str,
        /// Headline.
        title: &'a str,
        /// Author or author line.
        author: &'a str,
        /// Publication.
        source: &'a str,
        /// ISO 8601 date, with the time where the source gives it.
        published: &'a str,
        /// Where it first appeared.
        original_edition: &'a str,
        /// Rows in `sections.csv`.
        sections: usize,
        /// Paragraphs of the body.
        paragraphs: usize,
        /// Rows in `sentences.csv`.
        sentences: usize,
        /// Words of the body.
        words: usize,
        /// Subwords of the body; empty without a model.
        subwords: Option<usize>,
        /// `article` for what the run is about, `corpus` for what it is compared with.
        role: &'a str,
        /// Row of the table or line of the JSON file it came from.
        row: Option<u64>,
        /// Issue of the original edition.
        original_issue: &'a str,
        /// Volume.
        volume: &'a str,
        /// Number within the volume.
        number: &'a str,
        /// Whole issue number.
        whole_issue: &'a str,
        /// Months the issue covers.
        period: &'a str,
        /// Language, ISO 639-1.
        language: &'a str,
        /// Encoding the file was read in.
        encoding: &'a str,
        /// `file` or `decoded`: what all offsets of this article count in.
        offset_base: &'a str,
        /// Captions of pictures.
        captions: usize,
        /// Sentences longer than the model's limit, embedded in windows; empty without a model.
        windowed_sentences: Option<usize>,
        /// SHA-256 of the file, or of the cell of a table.
        sha256: &'a str,
        /// Further metadata, as a JSON object.
        extra: &'a str,
        /// Share of the body's subwords that reached the model; empty where no vectors were made.
        coverage: Option<Decimal>,
        /// Subwords of the body that did not; empty where no vectors were made.
        subwords_cut: Option<usize>,
    }
);

table!(
    /// One section: the lead before the first heading is number 0.
    SectionRow, "sections.csv", {
        /// The article's id.
        doc_id: &'a str,
        /// 0 for the lead, else counted from 1.
        section: usize,
        /// The heading's number as printed.
        number: &'a str,
        /// The heading.
        title: &'a str,
        /// Paragraphs.
        paragraphs: usize,
        /// Sentences.
        sentences: usize,
        /// Words.
        words: usize,
    }
);

table!(
    /// One sentence.
    SentenceRow, "sentences.csv", {
        /// The article's id.
        doc_id: &'a str,
        /// Its section.
        section: usize,
        /// Its paragraph, counted from 1 within the article.
        paragraph: usize,
        /// Counted from 1 within the article.
        sentence: usize,
        /// Offset of its first byte.
        start: usize,
        /// Offset behind its last byte.
        end: usize,
        /// What the offsets count in: `file` or `decoded`.
        offset_base: &'a str,
        /// The sentence, exactly as it stands there.
        text: &'a str,
        /// Words.
        words: usize,
        /// Subwords; empty without a model.
        subwords: Option<usize>,
        /// Windows it was embedded in: 1 unless longer than the model's limit; empty without a model.
        windows: Option<usize>,
        /// Subwords that did not reach the model; empty where no vectors were made.
        subwords_cut: Option<usize>,
    }
);

table!(
    /// What a cleaning rule took out of the body.
    CleaningRow, "cleaning.csv", {
        /// The article's id.
        doc_id: &'a str,
        /// The rule.
        rule: &'a str,
        /// Offset of its first byte.
        start: usize,
        /// Offset behind its last byte.
        end: usize,
        /// What was taken out.
        text: &'a str,
    }
);

table!(
    /// The score of one theme in one unit.
    ThemeRow, "themes.csv", {
        /// The article's id.
        doc_id: &'a str,
        /// `sentence`, `paragraph`, `section` or `document`.
        unit: &'a str,
        /// The unit's number within the article; 0 for the document.
        unit_id: usize,
        /// What scored it.
        scorer: &'a str,
        /// Id of the theme; `none` for none of these.
        theme: &'a str,
        /// The score; for `none` the threshold.
        score: Decimal,
        /// 1 for the best of the unit.
        rank: usize,
    }
);

table!(
    /// What the sentences of a section or document say of one theme together.
    AggregateRow, "aggregates.csv", {
        /// The article's id.
        doc_id: &'a str,
        /// `section` or `document`.
        unit: &'a str,
        /// The section's number; 0 for the document.
        unit_id: usize,
        /// What scored the sentences.
        scorer: &'a str,
        /// Id of the theme.
        theme: &'a str,
        /// How many sentences there are.
        sentences: usize,
        /// Mean score.
        mean: Decimal,
        /// Lower end of its 95 % interval; empty for few sentences.
        mean_low: Option<Decimal>,
        /// Upper end.
        mean_high: Option<Decimal>,
        /// Share of sentences whose score reaches the threshold.
        share: Decimal,
        /// Lower end of its 95 % interval; empty for few sentences.
        share_low: Option<Decimal>,
        /// Upper end.
        share_high: Option<Decimal>,
        /// Mean of the three highest scores.
        top_mean: Decimal,
        /// Highest score.
        max: Decimal,
        /// The sentence that has it.
        max_sentence: usize,
    }
);

table!(
    /// How far two scorers agree about the best themes of sentences.
    AgreementRow, "agreement.csv", {
        /// A scorer.
        scorer: &'a str,
        /// Another one.
        other_scorer: &'a str,
        /// Sentences.
        sentences: usize,
        /// Share of them with the same best theme from both.
        observed: Decimal,
        /// The share that chance alone would give.
        expected: Decimal,
        /// Cohen's kappa; empty where chance alone agrees on all.
        kappa: Option<Decimal>,
        /// Its standard error.
        standard_error: Decimal,
        /// Lower end of its 95 % interval.
        low: Decimal,
        /// Upper end.
        high: Decimal,
    }
);

table!(
    /// A sentence to which two scorers give different themes.
    DisagreementRow, "disagreements.csv", {
        /// The article's id.
        doc_id: &'a str,
        /// The sentence.
        sentence: usize,
        /// A scorer.
        scorer: &'a str,
        /// Its best theme; `none` for none of these.
        theme: &'a str,
        /// The theme's score.
        score: Decimal,
        /// Another scorer.
        other_scorer: &'a str,
        /// Its best theme; `none` for none of these.
        other_theme: &'a str,
        /// The theme's score.
        other_score: Decimal,
        /// Offset of the sentence's first byte.
        start: usize,
        /// Offset behind its last byte.
        end: usize,
        /// The sentence, exactly as it stands there.
        text: &'a str,
    }
);

table!(
    /// How far two themes of the codebook overlap.
    OverlapRow, "overlap.csv", {
        /// A theme.
        theme: &'a str,
        /// Another one.
        other_theme: &'a str,
        /// Cosine of their prototypes.
        cosine: Decimal,
        /// The theme's phrasings that score best for the other theme once they are not its own.
        strays: usize,
        /// The other's phrasings that so score best for the theme.
        other_strays: usize,
        /// The greater share of either's phrasings that so stray.
        share: Decimal,
        /// `identical`, `overlapping`, or empty.
        warning: &'a str,
    }
);

table!(
    /// A sentence that shows what a theme is, or may not belong to it.
    TypicalRow, "typical.csv", {
        /// What scored it.
        scorer: &'a str,
        /// The theme that it was given.
        theme: &'a str,
        /// `typical` for high scores, `doubtful` for a small lead.
        kind: &'a str,
        /// 1 for the highest score, or the smallest lead.
        rank: usize,
        /// The theme's score.
        score: Decimal,
        /// What comes second: a theme, or `none`.
        second_theme: &'a str,
        /// How far the theme is ahead of it.
        margin: Decimal,
        /// The article's id.
        doc_id: &'a str,
        /// The sentence.
        sentence: usize,
        /// Offset of its first byte.
        start: usize,
        /// Offset behind its last byte.
        end: usize,
        /// The sentence, exactly as it stands there.
        text: &'a str,
    }
);

table!(
    /// How near an article or section is to another.
    SimilarityRow, "similarity.csv", {
        /// The article's id.
        doc_id: &'a str,
        /// The other article's id.
        other_id: &'a str,
        /// `document`, or `section`.
        unit: &'a str,
        /// The section; empty for the document.
        section: Option<usize>,
        /// The other article's section; empty for the document.
        other_section: Option<usize>,
        /// Cosine of the two vectors.
        cosine: Decimal,
        /// Share of unrelated pairs of such lengths whose cosine is lower or equal.
        percentile: Option<Decimal>,
        /// Jensen-Shannon divergence of the theme profiles, in bits, for documents.
        theme_jsd: Option<Decimal>,
        /// Standard deviations above the mean cosine of unrelated pairs of such lengths.
        z: Option<Decimal>,
    }
);

table!(
    /// A sentence and one of its nearest elsewhere.
    NeighbourRow, "neighbours.csv", {
        /// The article's id.
        doc_id: &'a str,
        /// The sentence.
        sentence: usize,
        /// 1 for the nearest.
        rank: usize,
        /// The other article's id.
        other_id: &'a str,
        /// The sentence there.
        other_sentence: usize,
        /// Cosine of the two vectors.
        cosine: Decimal,
        /// Offset of the sentence's first byte.
        start: usize,
        /// Offset behind its last byte.
        end: usize,
        /// The sentence.
        text: &'a str,
        /// Offset of the other sentence's first byte.
        other_start: usize,
        /// Offset behind its last byte.
        other_end: usize,
        /// The other sentence.
        other_text: &'a str,
        /// Share of unrelated pairs of such lengths whose cosine is lower or equal.
        percentile: Option<Decimal>,
        /// Standard deviations above the mean cosine of unrelated pairs of such lengths.
        z: Option<Decimal>,
    }
);

table!(
    /// A theme's share of two articles, side by side.
    ProfileRow, "profiles.csv", {
        /// The article's id.
        doc_id: &'a str,
        /// The other article's id.
        other_id: &'a str,
        /// What scored it.
        scorer: &'a str,
        /// Id of the theme; `none` for none of these.
        theme: &'a str,
        /// Share of the article's sentences whose best theme this is.
        share: Decimal,
        /// The same in the other article.
        other_share: Decimal,
        /// The theme's part of the Jensen-Shannon divergence, in bits.
        jsd_part: Decimal,
    }
);

table!(
    /// Whether a sentence repeats, rephrases, or is new.
    NoveltyRow, "novelty.csv", {
        /// The article's id.
        doc_id: &'a str,
        /// The sentence.
        sentence: usize,
        /// `verbatim`, `paraphrase` or `novel`.
        class: &'a str,
        /// The article that it repeats or rephrases, or that is nearest.
        source_doc_id: &'a str,
        /// The sentence there.
        source_sentence: Option<usize>,
        /// Cosine of the two vectors.
        similarity: Option<Decimal>,
        /// Share of unrelated pairs of such lengths whose cosine is lower or equal.
        percentile: Option<Decimal>,
        /// The sentence's text.
        text: &'a str,
        /// The other sentence's text.
        source_text: &'a str,
        /// Share of its words that stand there in the same order.
        share_verbatim: Option<Decimal>,
        /// Standard deviations above the mean cosine of unrelated pairs of such lengths.
        z: Option<Decimal>,
        /// Number of the rephrased passage that it is part of.
        passage: Option<usize>,
        /// The passage's score.
        passage_score: Option<Decimal>,
        /// How many passages with such a score chance would give.
        passage_expected: Option<Decimal>,
        /// Words of the sentence.
        words: usize,
        /// Articles it was held against that repeat it.
        copies: Option<usize>,
        /// Date of the other article.
        source_published: &'a str,
        /// Offset of the sentence's first byte.
        start: usize,
        /// Offset behind its last byte.
        end: usize,
        /// Offset of the other sentence's first byte.
        source_start: Option<usize>,
        /// Offset behind its last byte.
        source_end: Option<usize>,
        /// Offset of the first word that is repeated.
        shared_start: Option<usize>,
        /// Offset behind the last one.
        shared_end: Option<usize>,
        /// The same in the other article.
        source_shared_start: Option<usize>,
        /// The same in the other article.
        source_shared_end: Option<usize>,
        /// Of a sentence judged by its nearest alone: how probable one as near is by chance.
        p: Option<Decimal>,
        /// The same, corrected for the number of such sentences of the article.
        q: Option<Decimal>,
    }
);

table!(
    /// How much of a section is new.
    NoveltySectionRow, "novelty_sections.csv", {
        /// The article's id.
        doc_id: &'a str,
        /// The section.
        section: usize,
        /// Sentences.
        sentences: usize,
        /// Sentences that repeat.
        verbatim: usize,
        /// Sentences that rephrase.
        paraphrase: usize,
        /// Sentences that are new.
        novel: usize,
        /// Share of sentences that are new.
        novel_share: Decimal,
        /// Words of new sentences, as a share of all words.
        novel_words_share: Decimal,
    }
);

table!(
    /// How much of an article is new, against what.
    NoveltyPieceRow, "novelty_pieces.csv", {
        /// The article's id.
        doc_id: &'a str,
        /// Articles that it was held against.
        candidates: usize,
        /// Their sentences.
        candidate_sentences: usize,
        /// The article's sentences.
        sentences: usize,
        /// Sentences that repeat.
        verbatim: usize,
        /// Sentences that rephrase.
        paraphrase: usize,
        /// Sentences that are new.
        novel: usize,
        /// Share of sentences that are new.
        novel_share: Decimal,
        /// Share of sentences that repeat or rephrase.
        coverage: Decimal,
        /// Mean cosine of each sentence's nearest among the candidates.
        precision: Option<Decimal>,
        /// Mean cosine of each candidate sentence's nearest in the article.
        recall: Option<Decimal>,
        /// Harmonic mean of both.
        f: Option<Decimal>,
        /// Mean cosine of unrelated sentences.
        baseline: Option<Decimal>,
        /// Precision counted from the baseline.
        precision_rescaled: Option<Decimal>,
        /// Recall counted from the baseline.
        recall_rescaled: Option<Decimal>,
        /// Harmonic mean of both.
        f_rescaled: Option<Decimal>,
        /// Cosine from which a single sentence rephrases; empty where there is no background.
        similarity_threshold: Option<Decimal>,
        /// Score from which a passage rephrases; empty where there is no background.
        passage_threshold: Option<Decimal>,
        /// Words of novel sentences as a share of all.
        novel_words_share: Decimal,
    }
);

table!(
    /// Where an article lies among the others.
    MapRow, "map.csv", {
        /// The article's id.
        doc_id: &'a str,
        /// Along the direction of greatest variance.
        x: Decimal,
        /// Along the second one.
        y: Decimal,
        /// Its cluster, counted from 1; empty for fewer than three articles.
        cluster: Option<usize>,
        /// How much better it fits its cluster than the next.
        silhouette: Option<Decimal>,
        /// Words that its cluster uses more than the others.
        cluster_name: &'a str,
    }
);

table!(
    /// How different two groups of articles are.
    GroupRow, "group_comparison.csv", {
        /// The measure.
        measure: &'a str,
        /// Its value.
        value: Option<Decimal>,
        /// Lower end of its 95 % interval; empty where none is known.
        low: Option<Decimal>,
        /// Upper end.
        high: Option<Decimal>,
        /// That chance divides the articles so differently; empty without permutations.
        p: Option<Decimal>,
        /// Mean over permuted articles.
        null_mean: Option<Decimal>,
        /// Standard deviation over permuted articles.
        null_sd: Option<Decimal>,
        /// Things of the target: sentences, documents or pairs.
        n_target: usize,
        /// Things of the reference.
        n_reference: usize,
        /// What was counted, and how.
        note: &'a str,
        /// The term whose contexts were compared; else empty.
        term: &'a str,
    }
);

table!(
    /// How differently two articles use the most frequent words.
    DeltaRow, "delta.csv", {
        /// The article's id.
        doc_id: &'a str,
        /// The other article's id.
        other_id: &'a str,
        /// `target` or `reference`, of the other article.
        other_side: &'a str,
        /// Burrows's Delta.
        burrows: Option<Decimal>,
        /// Cosine Delta.
        cosine_delta: Option<Decimal>,
    }
);

table!(
    /// A labelled text and the theme found in it.
    PredictionRow, "predictions.csv", {
        /// Row of the labelled table, counted from 1 behind the header.
        row: usize,
        /// What scored it.
        scorer: &'a str,
        /// Theme that the label means; `none` for none of these.
        label: &'a str,
        /// Theme with the best score; `none` for none of these.
        theme: &'a str,
        /// Its score.
        score: Decimal,
        /// The text.
        text: &'a str,
    }
);

table!(
    /// How often texts of one label were given one theme.
    ConfusionRow, "confusion.csv", {
        /// What scored them.
        scorer: &'a str,
        /// Theme that the label means.
        label: &'a str,
        /// Theme found.
        theme: &'a str,
        /// Texts.
        rows: usize,
    }
);

table!(
    /// How well one theme is found.
    MeasureRow, "measures.csv", {
        /// What scored the texts.
        scorer: &'a str,
        /// The theme.
        theme: &'a str,
        /// Texts with this label.
        support: usize,
        /// Texts given this theme.
        predicted: usize,
        /// Share of those given the theme that have the label.
        precision: Decimal,
        /// Share of those with the label that were given the theme.
        recall: Decimal,
        /// Harmonic mean of both.
        f1: Decimal,
    }
);

table!(
    /// An article, or part of one, that was left out or is in doubt.
    ProblemRow, "problems.csv", {
        /// The article's id; empty where it came to none.
        doc_id: &'a str,
        /// Its file.
        path: &'a str,
        /// Line, row or byte.
        place: &'a str,
        /// `failed`, `skipped` or `warning`.
        severity: &'a str,
        /// What is wrong.
        problem: &'a str,
        /// What to do.
        remedy: &'a str,
    }
);

table!(
    /// A token of a text.
    TokenRow, "tokens.csv", {
        /// The article's id.
        doc_id: &'a str,
        /// The sentence.
        sentence: usize,
        /// `word` or `subword`.
        kind: &'a str,
        /// Counted from 1 within the sentence and kind.
        token: usize,
        /// Offset of its first byte.
        start: usize,
        /// Offset behind its last byte.
        end: usize,
        /// The token; for subwords the piece as the vocabulary has it.
        text: &'a str,
        /// The subword's id in the vocabulary.
        id: Option<u32>,
    }
);

table!(
    /// What a stage did and cost.
    StageRow, "stages.csv", {
        /// The stage.
        stage: &'a str,
        /// What it counts.
        unit: &'a str,
        /// How many.
        items: usize,
        /// Wall time.
        seconds: Decimal,
        /// Speed.
        items_per_second: Decimal,
        /// Largest memory of the process up to the stage's end, in bytes.
        peak_memory_bytes: u64,
    }
);

table!(
    /// How differently target and reference use one term.
    KeynessRow, "keyness.csv", {
        /// Its words, in lower case.
        term: &'a str,
        /// How many words it has.
        n: usize,
        /// Occurrences in the target.
        target_count: u64,
        /// Occurrences in the reference.
        reference_count: u64,
        /// Per million sequences of its length.
        target_per_million: Decimal,
        /// The same in the reference.
        reference_per_million: Decimal,
        /// Articles of the target that have it.
        target_docs: usize,
        /// Articles of the reference that have it.
        reference_docs: usize,
        /// Log-likelihood ratio, long form, signed.
        g2: Decimal,
        /// Log-likelihood ratio, short form, signed.
        g2_short: Decimal,
        /// Logarithm of the p of `g2`.
        log10_p: Decimal,
        /// Pearson's chi-squared, signed.
        chi2: Decimal,
        /// Logarithm of Fisher's p; where an expected count is small.
        fisher_log10_p: Option<Decimal>,
        /// Log Ratio after Hardie.
        log_ratio: Decimal,
        /// Log Ratio with Walter's correction.
        log_ratio_walter: Decimal,
        /// Difference of rates in per cent.
        pct_diff: Decimal,
        /// Odds ratio.
        odds_ratio: Decimal,
        /// Ratio of rates.
        relative_risk: Decimal,
        /// Simple Maths with 1.
        simple_maths: Decimal,
        /// Conservative Log Ratio.
        lrc: Decimal,
        /// Bayesian information criterion.
        bic: Decimal,
        /// z of the weighted log odds.
        log_odds_z: Decimal,
        /// DP in the target.
        dp_target: Option<Decimal>,
        /// DP in the reference.
        dp_reference: Option<Decimal>,
        /// DPnorm in the target.
        dp_norm_target: Option<Decimal>,
        /// DPnorm in the reference.
        dp_norm_reference: Option<Decimal>,
        /// Average reduced frequency in the target.
        arf_target: Decimal,
        /// Average reduced frequency in the reference.
        arf_reference: Decimal,
        /// Two-sided p of shuffled articles.
        perm_p: Option<Decimal>,
        /// That the target's use is as high by chance.
        perm_p_higher: Option<Decimal>,
        /// That it is as low by chance.
        perm_p_lower: Option<Decimal>,
        /// Benjamini and Hochberg's q of `log10_p`.
        q_bh: Decimal,
        /// Benjamini and Yekutieli's q of `log10_p`.
        q_by: Decimal,
        /// Benjamini and Hochberg's q of `perm_p`.
        perm_q_bh: Option<Decimal>,
        /// Benjamini and Yekutieli's q of `perm_p`.
        perm_q_by: Option<Decimal>,
        /// Article of passage 1.
        anchor1_doc_id: &'a str,
        /// Its sentence.
        anchor1_sentence: Option<usize>,
        /// Offset of its first byte.
        anchor1_start: Option<usize>,
        /// Offset behind its last byte.
        anchor1_end: Option<usize>,
        /// The term as it stands there.
        anchor1_text: &'a str,
        /// Article of passage 2.
        anchor2_doc_id: &'a str,
        /// Its sentence.
        anchor2_sentence: Option<usize>,
        /// Offset of its first byte.
        anchor2_start: Option<usize>,
        /// Offset behind its last byte.
        anchor2_end: Option<usize>,
        /// The term as it stands there.
        anchor2_text: &'a str,
        /// Article of passage 3.
        anchor3_doc_id: &'a str,
        /// Its sentence.
        anchor3_sentence: Option<usize>,
        /// Offset of its first byte.
        anchor3_start: Option<usize>,
        /// Offset behind its last byte.
        anchor3_end: Option<usize>,
        /// The term as it stands there.
        anchor3_text: &'a str,
    }
);

table!(
    /// A passage that a piece shares with an earlier one.
    ReuseRow, "reuse.csv", {
        /// The later piece's id.
        doc_id: &'a str,
        /// Offset of the passage's first byte.
        start: usize,
        /// Offset behind its last byte.
        end: usize,
        /// The earlier piece's id.
        source_doc_id: &'a str,
        /// Offset of the first byte there.
        source_start: usize,
        /// Offset behind the last byte there.
        source_end: usize,
        /// Words that are the same, in order.
        words: usize,
        /// Share of the alignment's columns that they are.
        identity: Decimal,
        /// The cluster of copies in `clusters.csv`.
        cluster: usize,
        /// The sentence that it begins in.
        sentence: usize,
        /// The sentence that it ends in.
        last_sentence: usize,
        /// The sentence that it begins in there.
        source_sentence: usize,
        /// The sentence that it ends in there.
        source_last_sentence: usize,
        /// When the piece was published.
        published: &'a str,
        /// When the earlier one was.
        source_published: &'a str,
        /// Which of the two sides stands in quotation marks.
        quoted: &'a str,
        /// The passage.
        text: &'a str,
        /// The passage there.
        source_text: &'a str,
    }
);

table!(
    /// A copy of a passage.
    CopyRow, "clusters.csv", {
        /// The cluster.
        cluster: usize,
        /// The piece's id.
        doc_id: &'a str,
        /// Offset of its first byte.
        start: usize,
        /// Offset behind its last byte.
        end: usize,
        /// Copies of the cluster.
        copies: usize,
        /// Whether it is the earliest of them.
        earliest: bool,
        /// Words from its first to its last.
        words: usize,
        /// The sentence that it begins in.
        sentence: usize,
        /// The sentence that it ends in.
        last_sentence: usize,
        /// When the piece was published.
        published: &'a str,
        /// The copy.
        text: &'a str,
    }
);

table!(
    /// A piece that is nearly the same as another.
    NearDuplicateRow, "near_duplicates.csv", {
        /// The group of pieces.
        group: usize,
        /// The piece's id.
        doc_id: &'a str,
        /// Pieces of the group.
        pieces: usize,
        /// Whether it is the earliest of them.
        earliest: bool,
        /// When it was published.
        published: &'a str,
        /// The piece most like it.
        nearest_doc_id: &'a str,
        /// Different n-grams of both.
        shared: usize,
        /// Different n-grams of the piece.
        ngrams: usize,
        /// Different n-grams of the one most like it.
        nearest_ngrams: usize,
        /// Jaccard's coefficient of the two.
        jaccard: Decimal,
        /// Share of the smaller one's n-grams that are in both.
        containment: Decimal,
    }
);

/// File and columns of every table, in the order of the guide.
pub fn all() -> Vec<(&'static str, &'static [&'static str])> {
    fn of<R: Row>() -> (&'static str, &'static [&'static str]) {
        (R::FILE, R::COLUMNS)
    }
    vec![
        of::<DocumentRow<'_>>(),
        of::<SectionRow<'_>>(),
        of::<SentenceRow<'_>>(),
        of::<CleaningRow<'_>>(),
        of::<ThemeRow<'_>>(),
        of::<AggregateRow<'_>>(),
        of::<AgreementRow<'_>>(),
        of::<DisagreementRow<'_>>(),
        of::<OverlapRow<'_>>(),
        of::<TypicalRow<'_>>(),
        of::<SimilarityRow<'_>>(),
        of::<NeighbourRow<'_>>(),
        of::<ProfileRow<'_>>(),
        of::<NoveltyRow<'_>>(),
        of::<NoveltySectionRow<'_>>(),
        of::<NoveltyPieceRow<'_>>(),
        of::<MapRow<'_>>(),
        of::<PeriodRow<'_>>(),
        of::<DriftRow<'_>>(),
        of::<DriftWordRow<'_>>(),
        of::<GroupRow<'_>>(),
        of::<DeltaRow<'_>>(),
        of::<PredictionRow<'_>>(),
        of::<ConfusionRow<'_>>(),
        of::<MeasureRow<'_>>(),
        of::<ProblemRow<'_>>(),
        of::<TokenRow<'_>>(),
        of::<KeynessRow<'_>>(),
        of::<KwicRow<'_>>(),
        of::<WordRow<'_>>(),
        of::<SequenceRow<'_>>(),
        of::<CollocationRow<'_>>(),
        of::<DiversityRow<'_>>(),
        of::<ReadabilityRow<'_>>(),
        of::<ShiftRow<'_>>(),
        of::<FormulationRow<'_>>(),
        of::<FormulationHitRow<'_>>(),
        of::<FormulationNearRow<'_>>(),
        of::<FormulationPeriodRow<'_>>(),
        of::<FormulationChangeRow<'_>>(),
        of::<BurstRow<'_>>(),
        of::<LatticeRow<'_>>(),
        of::<ReuseRow<'_>>(),
        of::<CopyRow<'_>>(),
        of::<NearDuplicateRow<'_>>(),
        of::<StageRow<'_>>(),
    ]
}
