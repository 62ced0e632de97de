//! Which words and word sequences texts use, how evenly, with what, how diverse and how hard to read.

use std::time::Instant;

use lexis::{
    Collocation, Collocations, Corpus, CountOptions, Counts, FrequencyTable, LONGEST_SEQUENCE,
    Minimum, Postings, Unit, lambda,
};
use rayon::prelude::*;
use report::OutputFolder;
use report::tables::{CollocationRow, SequenceRow, WordRow};
use serde_json::{Value, json};

use crate::by_period::ByPeriod;
use crate::clock::Clock;
use crate::counted::{self, Passages};
use crate::lexical::{Output, Read, Results};
use crate::profiles;
use crate::repeats::Fingerprints;
use crate::run::on_threads;
use crate::{Event, Outcome, Periods, PipelineError, TextSettings};

/// Rows that are made at the same time.
const ROWS: usize = 4096;
/// Added to each pattern's count before λ is taken, as is usual.
const SMOOTHING: f64 = 0.5;

/// A checked request for the tables of words.
#[derive(Clone, Debug)]
pub struct WordsSettings {
    /// Texts and results.
    pub texts: TextSettings,
    /// Which terms are listed.
    pub counts: CountOptions,
    /// When two words stand together.
    pub unit: Unit,
    /// What a pair must have to be listed.
    pub minimum: Minimum,
    /// Only what stands with this word; all pairs where there is none.
    pub node: Option<String>,
    /// What articles are gathered by in time.
    pub by: Periods,
    /// How many of the strongest pairs are told.
    pub told: usize,
}

/// What was found, in short.
#[derive(Clone, Debug, Default)]
pub struct WordsOutcome {
    /// What was read.
    pub texts: Outcome,
    /// Different words, or what else is counted.
    pub types: usize,
    /// Rows of the table of terms.
    pub terms: usize,
    /// Rows of the table of collocations.
    pub collocations: usize,
    /// The pairs with the highest G²: first, second, meetings, logDice.
    pub strongest: Vec<(String, String, u64, f64)>,
}

/// Describes all texts by their words, and writes the tables into a folder.
///
/// # Errors
/// Only where nothing can be counted: inputs that don't exist, a node that no text has, results that
/// can't be written.
pub fn words(
    settings: &WordsSettings,
    observe: &mut (dyn FnMut(Event<'_>) + Send),
) -> Result<WordsOutcome, PipelineError> {
    on_threads(settings.texts.threads, || describe(settings, observe))
}

fn describe(
    settings: &WordsSettings,
    observe: &mut dyn FnMut(Event<'_>),
) -> Result<WordsOutcome, PipelineError> {
    let start = Instant::now();
    let wanted = &settings.texts;
    let counter = wanted.counting.counter()?;
    let output = Output::Folder(OutputFolder::create(&wanted.out)?);
    let mut clock = Clock::default();
    let (mut parts, mut fingerprints) = (Vec::new(), Fingerprints::default());
    let counted = counted::read(
        wanted,
        &counter,
        (&output, Passages::Dropped),
        &mut clock,
        observe,
        |pieces| {
            parts.extend(profiles::parts_of(pieces));
            fingerprints.extend(pieces);
        },
    )?;
    let (pieces, corpus) = (&counted.pieces, &counted.corpus);
    let groups = fingerprints.groups();
    let node = settings.node.as_deref();
    let node = node
        .map(|word| node_id(corpus, &counter, word))
        .transpose()?;
    let counts = clock.time("count terms", "terms", observe, |_| {
        let counts = Counts::of(corpus, settings.counts.clone());
        let terms = counts.len();
        Ok::<_, PipelineError>((counts, terms))
    })?;
    let terms = clock.time("write words", "terms", observe, |_| {
        write_words(&output, &FrequencyTable::new(corpus, &counts))?;
        let terms = counts.len();
        Ok::<_, PipelineError>((terms, terms))
    })?;
    drop(counts);
    clock.time("write sequences", "sequences", observe, |_| {
        let written = write_sequences(&output, corpus, &settings.counts)?;
        Ok::<_, PipelineError>(((), written))
    })?;
    let described = clock.time("diversity and readability", "documents", observe, |_| {
        let described = profiles::write(&output, pieces, &parts, corpus)?;
        Ok::<_, PipelineError>((described, pieces.len()))
    })?;
    let timeline = (settings.by).observed(pieces, groups, observe);
    clock.time("periods", "documents", observe, |_| {
        let mut table = ByPeriod::new(pieces, &timeline);
        table.profiles(&described);
        if let Some(folder) = output.folder() {
            table.write(folder)?;
        }
        Ok::<_, PipelineError>(((), pieces.len()))
    })?;
    let pairs = clock.time("collocations", "pairs", observe, |_| {
        let mut pairs = pairs(corpus, settings, node);
        let word = |id| corpus.vocabulary().word(id);
        pairs.sort_by_cached_key(|pair| (word(pair.first), word(pair.second)));
        pairs.sort_by(|a, b| b.pair.g2().total_cmp(&a.pair.g2()));
        write_collocations(&output, corpus, &pairs)?;
        let found = pairs.len();
        Ok::<_, PipelineError>((pairs, found))
    })?;
    let word = |id| corpus.vocabulary().word(id).to_owned();
    let outcome = WordsOutcome {
        texts: Outcome::of_listed(pieces, &counted.problems, &wanted.out),
        types: corpus.vocabulary().len(),
        terms,
        collocations: pairs.len(),
        strongest: pairs
            .iter()
            .take(settings.told)
            .map(|pair| {
                (
                    word(pair.first),
                    word(pair.second),
                    pair.pair.both,
                    pair.log_dice(),
                )
            })
            .collect(),
    };
    let results = Results {
        wanted,
        texts: Read::Counted(&counted),
        clock,
        start,
        settings: settings_of(settings),
        found: json!({
            "tokens": corpus.words(),
            "types": corpus.vocabulary().len(),
            "terms": terms,
            "collocations": pairs.len(),
        }),
    };
    output.commit::<WordRow<'_>>(results, observe)?;
    Ok(outcome)
}

/// Pairs with the node, or all. Where words stand is let go with it.
fn pairs(corpus: &Corpus, settings: &WordsSettings, node: Option<u32>) -> Vec<Collocation> {
    let postings = Postings::of_corpus(corpus);
    let collocations = Collocations::new(corpus, &postings, settings.unit);
    match node {
        Some(node) => collocations.of(node, settings.minimum),
        None => collocations.all(settings.minimum),
    }
}

/// For the record.
fn settings_of(settings: &WordsSettings) -> Value {
    json!({
        "max_n": settings.counts.sizes.end(),
        "min_count": settings.counts.min_count,
        "min_docs": settings.counts.min_documents,
        "by": settings.by.name(),
        "collocations": match settings.unit {
            Unit::Sentence => "sentence".to_owned(),
            Unit::Window(words) => format!("window of {words}"),
            Unit::Behind(words) => format!("{words} behind"),
        },
        "min_pair": settings.minimum.pair,
        "node": settings.node,
        "mattr_window": profiles::WINDOW,
        "mtld_threshold": profiles::THRESHOLD,
        "hd_d_draws": profiles::DRAWS,
        "smoothing": SMOOTHING,
    })
}

/// The node as the texts are cut.
fn node_id(corpus: &Corpus, counter: &dyn lexis::Cut, word: &str) -> Result<u32, PipelineError> {
    let mut forms = Vec::new();
    counter.cut(word, text::Span::new(0, word.len()), &mut |form, _| {
        forms.push(form.to_owned());
    });
    let known = match forms.as_slice() {
        [form] => corpus.vocabulary().id(form),
        _ => None,
    };
    known.ok_or_else(|| PipelineError::NoSuchWord {
        word: word.to_owned(),
        cut: forms.len(),
    })
}

fn write_words(output: &Output, frequencies: &FrequencyTable<'_>) -> Result<(), PipelineError> {
    let mut table = output.table::<WordRow<'_>>()?;
    for terms in frequencies.by_count().chunks(ROWS) {
        let rows = terms.par_iter().map(|&term| frequencies.row(term));
        for row in rows.collect::<Vec<_>>() {
            let spread = row.dispersion;
            table.push(&WordRow {
                term: &row.text,
                n: row.size,
                count: row.count,
                per_million: row.per_million.into(),
                docs: spread.range,
                of_docs: spread.parts,
                dp: spread.dp.into(),
                dp_norm: spread.dp_norm.map(Into::into),
                juilland_d_population: spread.juilland_population.map(Into::into),
                juilland_d_sample: spread.juilland_sample.map(Into::into),
                arf: row.reduced_frequency.into(),
                idf: spread.idf.into(),
            })?;
        }
    }
    Ok(table.finish()?)
}

fn write_sequences(
    output: &Output,
    corpus: &Corpus,
    counts: &CountOptions,
) -> Result<usize, PipelineError> {
    let mut table = output.table::<SequenceRow<'_>>()?;
    let mut written = 0;
    for length in 2..=LONGEST_SEQUENCE.min(*counts.sizes.end()) {
        let mut found = lexis::sequences(corpus, length, counts.min_count, SMOOTHING);
        found.sort_by(|a, b| b.strength.z.total_cmp(&a.strength.z));
        written += found.len();
        for sequence in found {
            table.push(&SequenceRow {
                term: &corpus.text(&sequence.words),
                n: length,
                count: sequence.count,
                lambda: sequence.strength.lambda.into(),
                z: sequence.strength.z.into(),
            })?;
        }
    }
    table.finish()?;
    Ok(written)
}

fn write_collocations(
    output: &Output,
    corpus: &Corpus,
    pairs: &[Collocation],
) -> Result<(), PipelineError> {
    let mut table = output.table::<CollocationRow<'_>>()?;
    for found in pairs {
        let pair = found.pair;
        let neither = pair.total + pair.both - pair.first - pair.second;
        let only = |margin| margin - pair.both;
        let strength = lambda(
            &[neither, only(pair.first), only(pair.second), pair.both],
            SMOOTHING,
        );
        table.push(&CollocationRow {
            first: corpus.vocabulary().word(found.first),
            second: corpus.vocabulary().word(found.second),
            both: pair.both,
            first_count: found.first_frequency,
            second_count: found.second_frequency,
            expected: pair.expected().into(),
            log_dice: found.log_dice().into(),
            pmi: pair.pmi().into(),
            mi3: pair.mi3().into(),
            t: pair.t().into(),
            g2: pair.g2().into(),
            lambda: strength.lambda.into(),
            z: strength.z.into(),
        })?;
    }
    Ok(table.finish()?)
}
