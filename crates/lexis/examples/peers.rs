//! Prints what this crate counts, for `scripts/peers/lexis` to hold against other programs.
//!
//! Reads texts as JSON lines with `year` and `text` from standard input; `syllables` reads words, one a
//! line. The first argument says what to print.
#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::collections::HashMap;
use std::error::Error;
use std::io::{self, BufRead, Write};
use std::time::Instant;

use lexis::{
    Collocations, Concordance, Diversity, Minimum, MtldRule, Postings, Readability, Tokens, Unit,
    WordShift, sequences, shift_null, syllables,
};
use serde_json::{Value, json};
use text::Span;

/// Least frequency of words, pairs and sequences that are printed.
const OFTEN: u64 = 20;

/// Texts from this year on are the target of the word shift.
const TARGET_FROM: i64 = 1945;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

struct Texts {
    years: Vec<i64>,
    tokens: Tokens,
    vocabulary: Vec<String>,
}

impl Texts {
    fn read(lines: impl Iterator<Item = io::Result<String>>) -> Result<Self> {
        let mut ids: HashMap<String, u32> = HashMap::new();
        let (mut years, mut tokens) = (Vec::new(), Tokens::new());
        for line in lines {
            let record: Value = serde_json::from_str(&line?)?;
            let text = record["text"].as_str().ok_or("a record without text")?;
            years.push(record["year"].as_i64().ok_or("a record without year")?);
            tokens.start_document();
            let mut start = 0;
            for paragraph in text.split_inclusive("\n\n") {
                let span = Span::new(start, start + paragraph.len());
                start = span.end;
                for sentence in text::segment::sentence::split(text, span) {
                    tokens.start_sentence();
                    for word in text::words::words(text, sentence) {
                        let next = ids.len() as u32;
                        let lower = word.of(text).to_lowercase();
                        tokens.push(*ids.entry(lower).or_insert(next), word);
                    }
                }
            }
        }
        let mut vocabulary = vec![String::new(); ids.len()];
        for (word, id) in ids {
            vocabulary[id as usize] = word;
        }
        Ok(Self {
            years,
            tokens,
            vocabulary,
        })
    }

    fn word(&self, id: u32) -> &str {
        &self.vocabulary[id as usize]
    }

    /// Words of each document with their counts.
    fn rows(&self) -> Vec<Vec<(u32, u32)>> {
        let documents = (0..self.tokens.documents()).map(|document| {
            let mut words = self.tokens.words()[self.tokens.document_range(document)].to_vec();
            words.sort_unstable();
            let rows = words.chunk_by(|a, b| a == b);
            rows.map(|same| (same[0], same.len() as u32)).collect()
        });
        documents.collect()
    }

    fn is_target(&self) -> Vec<bool> {
        self.years.iter().map(|&year| year >= TARGET_FROM).collect()
    }

    fn shift(&self) -> WordShift {
        let mut sides = [
            vec![0; self.vocabulary.len()],
            vec![0; self.vocabulary.len()],
        ];
        for (row, target) in self.rows().into_iter().zip(self.is_target()) {
            for (word, count) in row {
                sides[usize::from(!target)][word as usize] += u64::from(count);
            }
        }
        WordShift::new(&sides[0], &sides[1]).expect("words on both sides")
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
                "'{what}' is none of words, documents, pairs, sequences, shift, syllables, speed"
            )
            .into());
        }
    }
    table.flush()?;
    Ok(())
}

fn words(texts: &Texts, mut out: impl Write) -> Result<()> {
    let tokens = &texts.tokens;
    for document in 0..tokens.documents() {
        let sentences: Vec<Vec<&str>> = tokens
            .document_sentences(document)
            .map(|s| {
                tokens
                    .sentence(s)
                    .iter()
                    .map(|&id| texts.word(id))
                    .collect()
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
    let tokens = &texts.tokens;
    let counts: Vec<Readability> = texts
        .vocabulary
        .iter()
        .map(|w| Readability::of_word(w))
        .collect();
    for document in 0..tokens.documents() {
        let diversity = Diversity::new(&tokens.words()[tokens.document_range(document)]);
        let mut reading = Readability::default();
        for sentence in tokens.document_sentences(document) {
            reading.add_sentence(
                tokens
                    .sentence(sentence)
                    .iter()
                    .map(|&id| counts[id as usize]),
            );
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
    let postings = Postings::new(texts.tokens.words(), texts.vocabulary.len());
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
        for found in Collocations::new(&texts.tokens, &postings, unit).all(minimum) {
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
        for found in sequences(&texts.tokens, length, OFTEN, 0.5) {
            let words: Vec<&str> = found.words.iter().map(|&id| texts.word(id)).collect();
            let strength = found.strength;
            table.serialize((words.join(" "), found.count, strength.lambda, strength.z))?;
        }
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
    let tokens = &texts.tokens;
    let vocabulary = || texts.vocabulary.iter().map(String::as_str);
    eprintln!("{} words, {} types", tokens.len(), texts.vocabulary.len());
    time("index", &mut || {
        Concordance::new(tokens, vocabulary())
            .postings()
            .types()
            .to_string()
    });
    let concordance = Concordance::new(tokens, vocabulary());
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
            let found = Collocations::new(tokens, concordance.postings(), unit).all(minimum);
            found.len().to_string()
        });
    }
    for length in [2, 3, 6] {
        time(&format!("sequences of {length}"), &mut || {
            sequences(tokens, length, 5, 0.5).len().to_string()
        });
    }
    time("word shift", &mut || texts.shift().jsd.to_string());
    let rows = texts.rows();
    let rows: Vec<&[(u32, u32)]> = rows.iter().map(Vec::as_slice).collect();
    time("1000 permutations", &mut || {
        let null = shift_null(&rows, &texts.is_target(), texts.vocabulary.len(), 1000, 1);
        format!("{null:?}")
    });
    time("diversity of all documents", &mut || {
        let sum: f64 = (0..tokens.documents())
            .map(|d| Diversity::new(&tokens.words()[tokens.document_range(d)]))
            .filter_map(|d| {
                let windows = d.mattr(100)?.ttr + d.msttr(100)?.ttr;
                Some(windows + d.mtld(0.72, MtldRule::AtOrBelow)? + d.hd_d(42)? + d.yule_k()?)
            })
            .sum();
        sum.to_string()
    });
    time("syllables of all types", &mut || {
        vocabulary().map(syllables).sum::<usize>().to_string()
    });
}
