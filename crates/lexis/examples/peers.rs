//! Prints what this crate counts, for `scripts/peers/lexis` to hold against other programs.
//!
//! Reads texts as JSON lines with `year` and `text` from standard input; `syllables` reads words, one a
//! line. The first argument says what to print.
#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::error::Error;
use std::io::{self, BufRead, Write};
use std::time::Instant;

use lexis::{
    Collocations, Concordance, Corpus, CountOptions, Counts, Dispersion, Diversity, FrequencyTable,
    Keyness, KeynessOptions, Minimum, MtldRule, PermutationP, Permutations, Postings, Readability,
    Reader, Score, Source, Split, Unit, WordShift, Words, sequences, shift_null, syllables,
};
use serde_json::{Value, json};
use text::Span;

/// Least frequency of words, pairs and sequences that are printed.
const OFTEN: u64 = 20;

/// Shuffles of documents.
const SHUFFLES: u32 = 10_000;

/// Texts from this year on are the target of keyness and of the word shift.
const TARGET_FROM: i64 = 1945;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

struct Texts {
    years: Vec<i64>,
    corpus: Corpus,
}

impl Texts {
    fn read(lines: impl Iterator<Item = io::Result<String>>) -> Result<Self> {
        let words = Words::default();
        let (mut years, mut reader) = (Vec::new(), Reader::new(&words));
        for line in lines {
            let record: Value = serde_json::from_str(&line?)?;
            let text = record["text"].as_str().ok_or("a record without text")?;
            years.push(record["year"].as_i64().ok_or("a record without year")?);
            let (mut start, mut sentences) = (0, Vec::new());
            for paragraph in text.split_inclusive("\n\n") {
                let span = Span::new(start, start + paragraph.len());
                start = span.end;
                sentences.extend(text::segment::sentence::split(text, span));
            }
            reader.read(&[Source {
                text,
                sentences: &sentences,
            }])?;
        }
        Ok(Self {
            years,
            corpus: reader.finish(),
        })
    }

    fn word(&self, id: u32) -> &str {
        self.corpus.vocabulary().word(id)
    }

    fn vocabulary(&self) -> impl Iterator<Item = &str> {
        (0..self.corpus.vocabulary().len() as u32).map(|id| self.word(id))
    }

    fn document(&self, document: usize) -> &[u32] {
        &self.corpus.ids()[self.corpus.document(document)]
    }

    fn split(&self) -> Split {
        let is_target = self.years.iter().map(|&year| year >= TARGET_FROM);
        Split::new(is_target.collect(), None).expect("texts on both sides")
    }

    fn shift(&self) -> WordShift {
        WordShift::new(&self.corpus, &self.split()).expect("words on both sides")
    }
}

fn main() -> Result<()> {
    let what = std::env::args().nth(1).ok_or("say what to print")?;
    let lines = io::stdin().lock().lines();
    let mut out = io::BufWriter::new(io::stdout().lock());
    if what == "syllables" {
        for word in lines {
            writeln!(out, "{}", syllables(&word?))?;
        }
        return Ok(());
    }
    let started = Instant::now();
    let texts = Texts::read(lines)?;
    if what == "words" {
        return words(&texts, out);
    }
    if what == "counting" {
        return counting(&texts.corpus, out);
    }
    if what == "speed" {
        eprintln!("{:>9.1?} to read and cut", started.elapsed());
        speed(&texts);
        return Ok(());
    }
    let mut table = csv::Writer::from_writer(out);
    match what.as_str() {
        "documents" => documents(&texts, &mut table)?,
        "pairs" => pairs(&texts, &mut table)?,
        "sequences" => strengths(&texts, &mut table)?,
        "keyness" => key_terms(&texts, &mut table)?,
        "article" => article(&texts, &mut table)?,
        "frequencies" => spread(&texts, &mut table)?,
        "shift" => {
            table.write_record(["term", "target", "reference", "contribution"])?;
            for term in texts.shift().terms {
                let contribution = term.contribution;
                table.serialize((
                    texts.word(term.term),
                    term.target,
                    term.reference,
                    contribution,
                ))?;
            }
        }
        _ => {
            return Err(format!(
                "'{what}' is none of words, counting, documents, pairs, sequences, keyness, article, frequencies, shift, syllables, speed"
            )
            .into());
        }
    }
    table.flush()?;
    Ok(())
}

/// Words to triples, as `tifa keyness` counts them by default.
fn counts(corpus: &Corpus) -> Counts {
    let options = CountOptions {
        sizes: 1..=3,
        min_count: 5,
        min_documents: 2,
    };
    Counts::of(corpus, options)
}

/// Counts, and tells the most memory that took.
fn counting(corpus: &Corpus, mut out: impl Write) -> Result<()> {
    let counts = counts(corpus);
    let status = std::fs::read_to_string("/proc/self/status")?;
    let peak = status.lines().find(|line| line.starts_with("VmHWM"));
    let (documents, words, terms) = (corpus.documents(), corpus.words(), counts.len());
    let peak = peak.unwrap_or("peak not known");
    writeln!(
        out,
        "{documents} documents, {words} words, {terms} terms; {peak}"
    )?;
    Ok(())
}

fn words(texts: &Texts, mut out: impl Write) -> Result<()> {
    let corpus = &texts.corpus;
    for document in 0..corpus.documents() {
        let sentences: Vec<Vec<&str>> = corpus
            .sentences(document)
            .map(|words| {
                let ids = corpus.ids()[words].iter();
                ids.map(|&id| texts.word(id)).collect()
            })
            .collect();
        let record = json!({ "year": texts.years[document], "sentences": sentences });
        writeln!(out, "{record}")?;
    }
    Ok(())
}

fn documents(texts: &Texts, table: &mut csv::Writer<impl Write>) -> Result<()> {
    table.write_record([
        "ttr",
        "rttr",
        "cttr",
        "mattr",
        "msttr",
        "mtld",
        "mtld_below",
        "hd_d",
        "maas",
        "yule_k",
        "simpson",
        "sentences",
        "words",
        "letters",
        "syllables",
        "polysyllables",
        "long_words",
        "flesch",
        "flesch_kincaid",
        "fog",
        "smog",
        "ari",
        "coleman_liau",
        "lix",
    ])?;
    let corpus = &texts.corpus;
    let counts: Vec<Readability> = texts.vocabulary().map(Readability::of_word).collect();
    for document in 0..corpus.documents() {
        let diversity = Diversity::new(texts.document(document));
        let mut reading = Readability::default();
        for words in corpus.sentences(document) {
            let ids = corpus.ids()[words].iter();
            reading.add_sentence(ids.map(|&id| counts[id as usize]));
        }
        let windowed = |w: Option<lexis::Windowed>| w.filter(|w| w.fits).map(|w| w.ttr);
        table.serialize((
            [
                diversity.ttr(),
                diversity.rttr(),
                diversity.cttr(),
                windowed(diversity.mattr(100)),
                windowed(diversity.msttr(100)),
                diversity.mtld(0.72, MtldRule::AtOrBelow),
                diversity.mtld(0.72, MtldRule::Below),
                diversity.hd_d(42),
                diversity.maas(),
                diversity.yule_k(),
                diversity.simpson(),
            ],
            reading.sentences,
            reading.words,
            reading.letters,
            reading.syllables,
            reading.polysyllables,
            reading.long_words,
            [
                reading.flesch(),
                reading.flesch_kincaid(),
                reading.fog(),
                reading.smog(),
                reading.ari(),
                reading.coleman_liau(),
                reading.lix(),
            ],
        ))?;
    }
    Ok(())
}

/// Neighbours as NLTK counts them: margins are the words' frequencies and the total is all words.
fn pairs(texts: &Texts, table: &mut csv::Writer<impl Write>) -> Result<()> {
    table.write_record([
        "unit",
        "first",
        "second",
        "both",
        "first_count",
        "second_count",
        "total",
        "pmi",
        "mi3",
        "t",
        "g2",
        "log_dice",
    ])?;
    let postings = Postings::of_corpus(&texts.corpus);
    let minimum = Minimum {
        word: OFTEN,
        pair: OFTEN,
    };
    let units = [
        ("neighbours", Unit::Behind(1)),
        ("window", Unit::Window(5)),
        ("sentence", Unit::Sentence),
    ];
    for (name, unit) in units {
        for found in Collocations::new(&texts.corpus, &postings, unit).all(minimum) {
            let pair = found.pair;
            table.serialize((
                (name, texts.word(found.first), texts.word(found.second)),
                (pair.both, pair.first, pair.second, pair.total),
                (
                    pair.pmi(),
                    pair.mi3(),
                    pair.t(),
                    pair.g2(),
                    found.log_dice(),
                ),
            ))?;
        }
    }
    Ok(())
}

fn strengths(texts: &Texts, table: &mut csv::Writer<impl Write>) -> Result<()> {
    table.write_record(["words", "count", "lambda", "z"])?;
    for length in 2..=4 {
        for found in sequences(&texts.corpus, length, OFTEN, 0.5) {
            let words: Vec<&str> = found.words.iter().map(|&id| texts.word(id)).collect();
            let strength = found.strength;
            table.serialize((words.join(" "), found.count, strength.lambda, strength.z))?;
        }
    }
    Ok(())
}

/// What `tifa keyness` tells of terms, not rounded, and the p of both scores.
fn key_terms(texts: &Texts, table: &mut csv::Writer<impl Write>) -> Result<()> {
    table.write_record([
        "term",
        "target_count",
        "reference_count",
        "target_total",
        "reference_total",
        "target_documents",
        "reference_documents",
        "target_per_million",
        "reference_per_million",
        "g2",
        "g2_short",
        "log10_p",
        "chi2",
        "fisher_log10_p",
        "log_ratio",
        "log_ratio_walter",
        "pct_diff",
        "odds_ratio",
        "relative_risk",
        "simple_maths",
        "lrc",
        "log_odds_z",
        "bic",
        "q_bh",
        "q_by",
        "arf_target",
        "arf_reference",
        "dp_target",
        "dp_norm_target",
        "juilland_d_target",
        "juilland_d_sample_target",
        "dp_reference",
        "dp_norm_reference",
        "juilland_d_reference",
        "juilland_d_sample_reference",
        "g2_p_higher",
        "g2_p_lower",
        "g2_p",
        "log_ratio_p_higher",
        "log_ratio_p_lower",
        "log_ratio_p",
    ])?;
    let (counts, split) = (counts(&texts.corpus), texts.split());
    let shuffled = |score| {
        let count = SHUFFLES;
        split.p_values(
            &counts,
            Permutations {
                score,
                count,
                seed: 1,
            },
        )
    };
    let (of_g2, of_log_ratio) = (shuffled(Score::G2), shuffled(Score::LogRatio));
    let spread = |found: Option<Dispersion>| {
        let of = |value: fn(&Dispersion) -> Option<f64>| found.as_ref().and_then(value);
        [
            of(|found| Some(found.dp)),
            of(|found| found.dp_norm),
            of(|found| found.juilland_population),
            of(|found| found.juilland_sample),
        ]
    };
    let p = |found: &PermutationP| [found.higher, found.lower, found.either];
    let options = KeynessOptions::default();
    let keyness = Keyness::new(&texts.corpus, &counts, &split, &options)?;
    for row in (0..keyness.len()).map(|term| keyness.row(term)) {
        table.serialize((
            (&row.text, row.target_count, row.reference_count),
            (row.target_total, row.reference_total),
            (row.target_documents, row.reference_documents),
            (row.target_per_million, row.reference_per_million),
            (row.g2, row.g2_short, row.log10_p, row.chi_squared),
            row.fisher_log10_p,
            (row.log_ratio, row.log_ratio_walter),
            (row.percent_difference, row.odds_ratio, row.relative_risk),
            (row.simple_maths, row.lrc, row.log_odds_z, row.bic),
            (row.q_bh, row.q_by),
            (
                row.target_reduced_frequency,
                row.reference_reduced_frequency,
            ),
            (
                spread(row.target_dispersion),
                spread(row.reference_dispersion),
            ),
            (p(&of_g2[row.term]), p(&of_log_ratio[row.term])),
        ))?;
    }
    Ok(())
}

/// The p of the last text against all others, where all divisions are gone through.
fn article(texts: &Texts, table: &mut csv::Writer<impl Write>) -> Result<()> {
    table.write_record([
        "term",
        "g2_p_higher",
        "g2_p_lower",
        "log_ratio_p_higher",
        "log_ratio_p_lower",
    ])?;
    let counts = counts(&texts.corpus);
    let documents = texts.corpus.documents();
    let split = Split::new((1..=documents).map(|at| at == documents).collect(), None)?;
    let p = |score| {
        split.p_values(
            &counts,
            Permutations {
                score,
                count: 1,
                seed: 1,
            },
        )
    };
    for (term, (g2, log_ratio)) in p(Score::G2).iter().zip(p(Score::LogRatio)).enumerate() {
        table.serialize((
            texts.corpus.text(counts.words(term)),
            (g2.higher, g2.lower),
            (log_ratio.higher, log_ratio.lower),
        ))?;
    }
    Ok(())
}

/// How evenly terms are spread over all documents.
fn spread(texts: &Texts, table: &mut csv::Writer<impl Write>) -> Result<()> {
    table.write_record([
        "term",
        "size",
        "count",
        "per_million",
        "range",
        "dp",
        "dp_norm",
        "juilland_d",
        "juilland_d_sample",
        "idf",
        "arf",
    ])?;
    let counts = counts(&texts.corpus);
    let frequencies = FrequencyTable::new(&texts.corpus, &counts);
    for row in (0..counts.len()).map(|term| frequencies.row(term)) {
        let spread = row.dispersion;
        table.serialize((
            (&row.text, row.size, row.count, row.per_million),
            (spread.range, spread.dp, spread.dp_norm),
            (spread.juilland_population, spread.juilland_sample),
            (spread.idf, row.reduced_frequency),
        ))?;
    }
    Ok(())
}

fn speed(texts: &Texts) {
    let time = |what: &str, run: &mut dyn FnMut() -> String| {
        run();
        let started = Instant::now();
        let result = run();
        eprintln!("{:>9.1?} {what}: {result}", started.elapsed());
    };
    let corpus = &texts.corpus;
    let types = corpus.vocabulary().len();
    eprintln!("{} words, {types} types", corpus.words());
    time("index", &mut || {
        Concordance::new(corpus).postings().types().to_string()
    });
    let concordance = Concordance::new(corpus);
    for query in [
        "peace",
        "the",
        "comprehensive * program",
        "of the * of",
        "*ation",
        "the *",
        "soviet NEAR/5 union",
        "the NEAR/10 of",
        "econom* NEAR/5 secur*|peace",
    ] {
        let parsed = query.parse().expect("a query");
        time(query, &mut || concordance.search(&parsed).len().to_string());
    }
    let the = concordance.search(&"the".parse().expect("a query"));
    time("sort 'the' by R1, L1", &mut || {
        let mut hits = the.clone();
        concordance.sort(
            &mut hits,
            &[lexis::SortKey::Right(1), lexis::SortKey::Left(1)],
        );
        hits.len().to_string()
    });
    let minimum = Minimum { word: 5, pair: 5 };
    for unit in [Unit::Behind(1), Unit::Window(5), Unit::Sentence] {
        time(&format!("{unit:?}"), &mut || {
            let found = Collocations::new(corpus, concordance.postings(), unit).all(minimum);
            found.len().to_string()
        });
    }
    for length in [2, 3, 6] {
        time(&format!("sequences of {length}"), &mut || {
            sequences(corpus, length, 5, 0.5).len().to_string()
        });
    }
    time("word shift", &mut || texts.shift().jsd.to_string());
    time("1000 permutations", &mut || {
        let null = shift_null(corpus, &texts.split(), 1000, 1);
        format!("{null:?}")
    });
    time("diversity of all documents", &mut || {
        let sum: f64 = (0..corpus.documents())
            .map(|d| Diversity::new(texts.document(d)))
            .filter_map(|d| {
                let windows = d.mattr(100)?.ttr + d.msttr(100)?.ttr;
                Some(windows + d.mtld(0.72, MtldRule::AtOrBelow)? + d.hd_d(42)? + d.yule_k()?)
            })
            .sum();
        sum.to_string()
    });
    time("syllables of all types", &mut || {
        texts.vocabulary().map(syllables).sum::<usize>().to_string()
    });
}
