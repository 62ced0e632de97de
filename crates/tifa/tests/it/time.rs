//! Measures by period, and what moves between periods.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use ndarray::{Array1, Array2};

use crate::util::{self, Dir, Row, count, number, record, rows};

const PLACES: [&str; 16] = [
    "Anping", "Beilin", "Chengde", "Datong", "Enshi", "Fuling", "Guyuan", "Hami", "Jinan", "Kaili",
    "Leshan", "Meishan", "Nanping", "Puyang", "Qitai", "Ruian",
];

/// Speaks the same in all years.
const RIVER: [&str; 5] = [
    "The river at {} rose after the rain, and its water was brown.",
    "Fish swim again in the river that flows through {}.",
    "Boats went down the river from {} to the sea.",
    "The dam above {} holds the water of the river back.",
    "People of {} drew clear water from the river.",
];

/// Until 2014.
const CHALK: [&str; 5] = [
    "Teachers at the school of {} wrote the lesson on the blackboard with chalk.",
    "The school of {} asked for chalk, ink and wooden benches.",
    "Pupils in {} copied the lesson from the blackboard into their notebooks.",
    "A bell of bronze called the pupils of {} into the school.",
    "The teacher in {} wiped the blackboard and put the chalk away.",
];

/// From 2015 on.
const NETWORK: [&str; 5] = [
    "Teachers at the school of {} send the lesson to computers over the network.",
    "The school of {} asked for computers, screens and a faster network.",
    "Pupils in {} follow the lesson on computers and answer online.",
    "A message on the screens called the pupils of {} into the school.",
    "The teacher in {} turned the computers off and closed the network.",
];

/// Three sentences on rivers and three on schools, in the year's manner.
fn piece(at: usize, year: usize) -> String {
    let school = if year < 2015 { CHALK } else { NETWORK };
    let own = (0..3).flat_map(|turn| [RIVER[(at + turn) % 5], school[(at + 2 * turn) % 5]]);
    let place = PLACES[at];
    let text: Vec<String> = own.map(|line| line.replace("{}", place)).collect();
    text.join(" ")
}

/// Five articles in each of three years, and one without a date.
fn write(dir: &Dir) {
    for (at, place) in PLACES.iter().enumerate().take(15) {
        let year = 2014 + at / 5;
        let text = piece(at, year);
        dir.file(
            &format!("all/{place}.md"),
            format!(
                "---\ntitle: {place}\ndate: {year}-0{}-01\n---\n\n{text}\n",
                1 + at % 5
            ),
        );
    }
    dir.file(
        "all/Ruian.md",
        format!("---\ntitle: Ruian\n---\n\n{}\n", piece(15, 2014)),
    )
    .file("book.toml", util::CODEBOOK);
}

struct Ready {
    dir: Dir,
    err: String,
}

static READY: LazyLock<Ready> = LazyLock::new(|| {
    let dir = Dir::new();
    write(&dir);
    let args = "run all --codebook book.toml --term school --term lesson --out out";
    let ran = dir.tifa(args);
    ran.exits(0);
    Ready { dir, err: ran.err }
});

fn out() -> PathBuf {
    READY.dir.join("out")
}

fn table(name: &str) -> Vec<Row> {
    rows(&out().join(name))
}

/// The year of each article; empty where it has no date.
fn years() -> BTreeMap<String, String> {
    let documents = table("documents.csv").into_iter();
    documents
        .map(|row| {
            let year = row["published"].get(..4).unwrap_or_default().to_owned();
            (row["doc_id"].clone(), year)
        })
        .collect()
}

/// Rows of `periods.csv` of one measure and name, by period.
fn periods(measure: &str, name: &str) -> BTreeMap<String, Row> {
    let all = table("periods.csv").into_iter();
    all.filter(|row| row["measure"] == measure && row["name"] == name)
        .map(|row| (row["period"].clone(), row))
        .collect()
}

#[track_caller]
fn near(found: f64, expected: f64) {
    // Six decimals are written, and sums of such are compared.
    assert!((found - expected).abs() < 2e-6, "{found} != {expected}");
}

fn sum_by_year(rows: &[Row], of: impl Fn(&Row) -> f64) -> BTreeMap<String, f64> {
    let years = years();
    let mut sums = BTreeMap::new();
    for row in rows {
        *sums.entry(years[&row["doc_id"]].clone()).or_default() += of(row);
    }
    sums
}

#[test]
fn counts_are_those_of_the_articles_and_those_without_a_date_stand_by_themselves() {
    assert!(
        READY.err.contains("of 1 articles the year is not known"),
        "{}",
        READY.err
    );
    let documents = table("documents.csv");
    for (measure, of) in [
        ("articles", &(|_: &Row| 1.0) as &dyn Fn(&Row) -> f64),
        ("sentences", &|row: &Row| number(row, "sentences")),
        ("words", &|row: &Row| number(row, "words")),
    ] {
        let found = periods(measure, "");
        let expected = sum_by_year(&documents, of);
        assert_eq!(
            found.keys().collect::<Vec<_>>(),
            ["", "2014", "2015", "2016"]
        );
        for (period, row) in &found {
            near(number(row, "value"), expected[period]);
            let place = ["2014", "2015", "2016"]
                .iter()
                .position(|year| year == period);
            let order = place.map_or(String::new(), |place| (place + 1).to_string());
            assert_eq!(row["order"], order);
        }
    }
    let of_2015 = &periods("articles", "")["2015"];
    assert_eq!(
        (&*of_2015["first_date"], &*of_2015["last_date"]),
        ("2015-01-01", "2015-05-01")
    );
    let unknown = &periods("articles", "")[""];
    assert_eq!((&*unknown["order"], &*unknown["first_date"]), ("", ""));
}

#[test]
fn themes_by_period_are_those_of_the_sentences() {
    let themes = table("themes.csv");
    let of_sentences: Vec<Row> = themes
        .into_iter()
        .filter(|row| row["unit"] == "sentence")
        .collect();
    let sentences = sum_by_year(&table("documents.csv"), |row| number(row, "sentences"));
    for theme in ["rivers", "schools", "none"] {
        let own: Vec<Row> = of_sentences
            .iter()
            .filter(|row| row["theme"] == theme)
            .cloned()
            .collect();
        let won = sum_by_year(&own, |row| f64::from(u8::from(row["rank"] == "1")));
        let score = sum_by_year(&own, |row| number(row, "score"));
        let all = ["", "2014", "2015", "2016"].map(str::to_owned);
        for measure in ["theme_share", "theme_share_of_articles"] {
            assert!(
                periods(measure, theme).into_keys().eq(all.clone()),
                "{measure}"
            );
        }
        for (period, row) in periods("theme_share", theme) {
            near(number(&row, "value"), won[&period] / sentences[&period]);
            near(number(&row, "n"), sentences[&period]);
            assert_eq!(row["scorer"], "embedding");
            if period.is_empty() {
                assert_eq!((&*row["low"], &*row["units"]), ("", "1"));
            } else {
                assert_eq!((count(&row, "articles"), count(&row, "units")), (5, 5));
                assert!(number(&row, "low") <= number(&row, "value"));
                assert!(number(&row, "high") >= number(&row, "value"));
            }
        }
        for (period, row) in periods("theme_score", theme) {
            near(number(&row, "value"), score[&period] / sentences[&period]);
        }
        assert_eq!(periods("theme_score", theme).is_empty(), theme == "none");
        // Each article counts alike.
        let of_documents = table("documents.csv");
        let shares = sum_by_year(&of_documents, |document| {
            let of_document = own.iter().filter(|row| row["doc_id"] == document["doc_id"]);
            of_document.filter(|row| row["rank"] == "1").count() as f64
                / number(document, "sentences")
        });
        for (period, row) in periods("theme_share_of_articles", theme) {
            let articles = periods("articles", "")[&period]["value"].clone();
            near(
                number(&row, "value"),
                shares[&period] / articles.parse::<f64>().expect("a number"),
            );
        }
    }
}

#[test]
fn novelty_by_period_is_that_of_the_articles() {
    let pieces = table("novelty_pieces.csv");
    let held: Vec<Row> = pieces
        .into_iter()
        .filter(|row| row["candidates"] != "0")
        .collect();
    let sentences = sum_by_year(&held, |row| number(row, "sentences"));
    for class in ["verbatim", "paraphrase", "novel"] {
        let own = sum_by_year(&held, |row| number(row, class));
        let found = periods("novelty_share", class);
        assert_eq!(
            found.keys().collect::<BTreeSet<_>>(),
            sentences.keys().collect()
        );
        for (period, row) in found {
            near(number(&row, "value"), own[&period] / sentences[&period]);
        }
    }
}

/// Two passages, both from 2014, one word of the longer one changed.
#[test]
fn reuse_by_period_is_the_share_of_words_from_earlier_articles() {
    let dir = Dir::new();
    let first = format!("{} {}", CHALK.join(" "), RIVER[0]).replace("{}", "Anping");
    let second = format!(
        "{} {} {}",
        RIVER[1],
        CHALK[0].replace("wrote", "drew"),
        CHALK[2]
    );
    let second = second.replace("{}", "Anping");
    for (year, text) in [(2014, &first), (2015, &second)] {
        dir.file(
            &format!("all/{year}.md"),
            format!("---\ntitle: {year}\ndate: {year}\n---\n\n{text}\n"),
        );
    }
    dir.file("book.toml", util::CODEBOOK);
    dir.tifa("run all --codebook book.toml --out out").exits(0);
    let out = dir.join("out");
    let taken: usize = rows(&out.join("reuse.csv"))
        .iter()
        .map(|row| count(row, "words"))
        .sum();
    let words = count(&rows(&out.join("documents.csv"))[1], "words");
    assert!(taken > 20 && taken < words, "{taken} of {words}");
    let mut shares = rows(&out.join("periods.csv"));
    shares.retain(|row| row["measure"] == "reuse_share");
    assert_eq!(
        (&*shares[0]["period"], &*shares[0]["value"]),
        ("2014", "0.000000")
    );
    assert_eq!(
        (&*shares[1]["period"], count(&shares[1], "n")),
        ("2015", words)
    );
    near(number(&shares[1], "value"), taken as f64 / words as f64);
}

#[test]
fn cohesion_and_continuity_are_means_of_the_pairs_of_articles() {
    let years = years();
    let similarity = table("similarity.csv");
    let of_documents: Vec<&Row> = similarity
        .iter()
        .filter(|row| row["unit"] == "document" && row["doc_id"] < row["other_id"])
        .collect();
    for (measures, first, second) in [
        (
            ["cohesion", "cohesion_percentile", "cohesion_z"],
            "2015",
            "2015",
        ),
        (
            ["cohesion", "cohesion_percentile", "cohesion_z"],
            "2016",
            "2016",
        ),
        (
            ["continuity", "continuity_percentile", "continuity_z"],
            "2014",
            "2015",
        ),
        (
            ["continuity", "continuity_percentile", "continuity_z"],
            "2015",
            "2016",
        ),
    ] {
        let pairs: Vec<&&Row> = of_documents
            .iter()
            .filter(|row| {
                let pair = (
                    years[&row["doc_id"]].as_str(),
                    years[&row["other_id"]].as_str(),
                );
                pair == (first, second) || pair == (second, first)
            })
            .collect();
        for (measure, column) in measures.into_iter().zip(["cosine", "percentile", "z"]) {
            let row = &periods(measure, "")[second];
            assert_eq!(count(row, "n"), pairs.len());
            let sum: f64 = pairs.iter().map(|row| number(row, column)).sum();
            near(number(row, "value"), sum / pairs.len() as f64);
        }
    }
    assert!(!periods("continuity", "").contains_key("2014"));
    assert!(!periods("continuity", "").contains_key(""));
}

/// A row of `drift.csv`.
fn drift(name: &str, from: &str, to: &str, measure: &str) -> Row {
    let all = table("drift.csv").into_iter();
    let key = [
        ("name", name),
        ("from_period", from),
        ("to_period", to),
        ("measure", measure),
    ];
    let mut found = all.filter(|row| key.iter().all(|(column, value)| row[*column] == *value));
    found.next().unwrap_or_else(|| panic!("no row {key:?}"))
}

#[test]
fn a_theme_that_changes_its_words_is_told_from_one_that_does_not() {
    for measure in ["mean_shift", "words_jsd"] {
        for (from, to) in [("2014", "2015"), ("2014", "2016")] {
            let row = drift("schools", from, to, measure);
            // 252 divisions of ten articles into five and five; the mirror image is as far apart.
            near(number(&row, "p"), 2.0 / 252.0);
            assert_eq!(row["note"], "252 divisions, all");
            assert!(number(&row, "q_bh") <= 0.05, "{row:?}");
            assert!(
                number(&row, "value") > number(&row, "null_mean") + 2.0 * number(&row, "null_sd")
            );
            assert_eq!((&*row["from_articles"], &*row["to_articles"]), ("5", "5"));
        }
        for (name, from, to) in [
            ("schools", "2015", "2016"),
            ("rivers", "2014", "2015"),
            ("rivers", "2015", "2016"),
            ("rivers", "2014", "2016"),
        ] {
            let row = drift(name, from, to, measure);
            assert!(number(&row, "p") > 0.05, "{row:?}");
            assert!(number(&row, "q_bh") >= number(&row, "p"));
        }
    }
    assert!(READY.err.contains("drift by year: "), "{}", READY.err);
    let all = table("drift.csv");
    // Two themes and two terms, three pairs of years, two measures.
    assert_eq!(all.len(), 4 * 3 * 2);
    let tests = all.iter().filter(|row| !row["p"].is_empty()).count();
    assert_eq!(record(&out())["compared"]["drift"]["tests"], tests);
}

/// The sentences of a theme in a year: place among all, and text.
fn sentences_of(theme: &str, year: &str) -> Vec<(usize, String)> {
    let years = years();
    let best: BTreeSet<(String, String)> = table("themes.csv")
        .into_iter()
        .filter(|row| row["unit"] == "sentence" && row["rank"] == "1" && row["theme"] == theme)
        .map(|row| (row["doc_id"].clone(), row["unit_id"].clone()))
        .collect();
    let sentences = table("sentences.csv").into_iter().enumerate();
    sentences
        .filter(|(_, row)| {
            years[&row["doc_id"]] == year
                && best.contains(&(row["doc_id"].clone(), row["sentence"].clone()))
        })
        .map(|(at, row)| (at, row["text"].clone()))
        .collect()
}

fn word_counts(sentences: &[(usize, String)]) -> BTreeMap<String, f64> {
    let mut counts = BTreeMap::new();
    for (_, text) in sentences {
        let words = text.split(|c: char| !c.is_alphanumeric());
        for word in words.filter(|word| !word.is_empty()) {
            *counts.entry(word.to_lowercase()).or_default() += 1.0;
        }
    }
    counts
}

/// Jensen-Shannon divergence as Lin (1991) has it: H(m) - H(p)/2 - H(q)/2, in bits.
fn divergence(one: &BTreeMap<String, f64>, other: &BTreeMap<String, f64>) -> f64 {
    let words: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
    let shares = |counts: &BTreeMap<String, f64>| -> Vec<f64> {
        let all: f64 = counts.values().sum();
        let words = words.iter();
        words
            .map(|word| counts.get(*word).copied().unwrap_or_default() / all)
            .collect()
    };
    let entropy = |p: &[f64]| -> f64 {
        let used = p.iter().filter(|p| **p > 0.0);
        used.map(|p| -p * p.log2()).sum()
    };
    let (p, q) = (shares(one), shares(other));
    let mean: Vec<f64> = p
        .iter()
        .zip(&q)
        .map(|(p, q)| f64::midpoint(*p, *q))
        .collect();
    entropy(&mean) - f64::midpoint(entropy(&p), entropy(&q))
}

#[test]
fn values_of_drift_are_those_of_the_sentences_and_their_vectors() {
    let vectors: Array2<f32> =
        ndarray_npy::read_npy(out().join("embeddings/sentences.npy")).expect("vectors");
    let mean = |sentences: &[(usize, String)]| -> Array1<f64> {
        let rows = sentences.iter();
        rows.map(|(at, _)| vectors.row(*at).mapv(f64::from))
            .fold(Array1::zeros(384), |sum, row| sum + row)
    };
    for (theme, from, to) in [
        ("schools", "2014", "2015"),
        ("rivers", "2014", "2016"),
        ("rivers", "2015", "2016"),
    ] {
        let (one, other) = (sentences_of(theme, from), sentences_of(theme, to));
        let row = drift(theme, from, to, "mean_shift");
        assert_eq!(count(&row, "from_sentences"), one.len());
        assert_eq!(count(&row, "to_sentences"), other.len());
        let (a, b) = (mean(&one), mean(&other));
        near(
            number(&row, "value"),
            1.0 - a.dot(&b) / (a.dot(&a) * b.dot(&b)).sqrt(),
        );
        let row = drift(theme, from, to, "words_jsd");
        let expected = divergence(&word_counts(&one), &word_counts(&other));
        near(number(&row, "value"), expected);
    }
}

#[test]
fn words_that_moved_a_theme_lead_to_their_passages() {
    let sources = util::sources(&out(), READY.dir.path());
    let years = years();
    let all = table("drift_words.csv");
    for row in &all {
        let cut = &sources[row["doc_id"].as_str()][count(row, "start")..count(row, "end")];
        assert_eq!(String::from_utf8_lossy(cut), row["text"], "{row:?}");
        assert_eq!(row["text"].to_lowercase(), row["term"]);
        let later = number(row, "contribution") > 0.0;
        let period = if later { "to_period" } else { "from_period" };
        assert_eq!(years[&row["doc_id"]], row[period], "{row:?}");
        assert_eq!(
            later,
            number(row, "to_per_million") > number(row, "from_per_million")
        );
        let divergence = drift(
            &row["name"],
            &row["from_period"],
            &row["to_period"],
            "words_jsd",
        );
        // The share is rounded, and may be some thousandths.
        let whole = number(row, "contribution").abs() / number(row, "share");
        assert!((whole / number(&divergence, "value") - 1.0).abs() < 1e-3);
    }
    let of = |term: &str| {
        let mut found = all.iter().filter(|row| {
            (&*row["name"], &*row["from_period"], &*row["to_period"]) == ("schools", "2014", "2015")
                && row["term"] == term
        });
        found
            .next()
            .unwrap_or_else(|| panic!("'{term}' did not move"))
    };
    let counts = |year: &str| word_counts(&sentences_of("schools", year));
    let (before, after) = (counts("2014"), counts("2015"));
    for (term, sign) in [("blackboard", -1.0), ("chalk", -1.0), ("computers", 1.0)] {
        let row = of(term);
        assert!(number(row, "contribution") * sign > 0.0, "{row:?}");
        let expected = |counts: &BTreeMap<String, f64>| counts.get(term).copied().unwrap_or(0.0);
        near(number(row, "from_count"), expected(&before));
        near(number(row, "to_count"), expected(&after));
    }
}

#[test]
fn a_term_is_followed_like_a_theme() {
    let of_years: Vec<usize> = ["2014", "2015"]
        .map(|year| {
            let years = years();
            let own = table("sentences.csv").into_iter().filter(|row| {
                let text = row["text"].to_lowercase();
                let mut words = text.split(|c: char| !c.is_alphanumeric());
                years[&row["doc_id"]] == year && words.any(|word| word == "lesson")
            });
            own.count()
        })
        .into();
    let row = drift("lesson", "2014", "2015", "mean_shift");
    assert_eq!(row["kind"], "term");
    assert_eq!(
        [count(&row, "from_sentences"), count(&row, "to_sentences")],
        of_years[..]
    );
    // It stands in fewer than ten sentences of a year: too few to tell.
    assert!(of_years.iter().any(|&n| n < 10));
    assert_eq!(
        (&*row["value"], &*row["p"], &*row["note"]),
        ("", "", "fewer than 10 sentences in a period")
    );
    let row = drift("school", "2014", "2015", "words_jsd");
    assert_eq!(row["kind"], "term");
}

#[test]
fn groups_stand_side_by_side_and_other_periods_can_be_chosen() {
    let dir = Dir::new();
    write(&dir);
    dir.file("tifa.toml", "codebook = \"book.toml\"\nby = \"decade\"\n");
    dir.tifa("compare all --where month<=3 --out decades")
        .exits(0);
    let by_role = |path: &Path| -> Vec<(String, String, String)> {
        let all = rows(&path.join("periods.csv")).into_iter();
        all.filter(|row| row["measure"] == "articles")
            .map(|row| {
                (
                    row["role"].clone(),
                    row["period"].clone(),
                    row["value"].clone(),
                )
            })
            .collect()
    };
    let own = |role: &str, period: &str, value: &str| {
        (
            role.to_owned(),
            period.to_owned(),
            format!("{value}.000000"),
        )
    };
    assert_eq!(
        by_role(&dir.join("decades")),
        [
            own("article", "2010s", "9"),
            own("corpus", "2010s", "6"),
            own("corpus", "", "1")
        ]
    );
    assert_eq!(rows(&dir.join("decades/drift.csv")).len(), 0);
    assert_eq!(record(&dir.join("decades"))["settings"]["by"], "decade");
    // The command line wins. Both groups are followed by themselves.
    dir.tifa("compare all --where month<=3 --by year --permutations 0 --out years")
        .exits(0);
    let drift = rows(&dir.join("years/drift.csv"));
    let roles: BTreeSet<&str> = drift.iter().map(|row| &*row["role"]).collect();
    assert_eq!(roles, ["article", "corpus"].into());
    assert!(drift.iter().all(|row| row["p"].is_empty()));
}

#[test]
fn one_article_a_period_is_measured_and_not_tested() {
    let dir = Dir::new();
    for year in [2014, 2015] {
        let at = 2 * (year - 2014);
        let text = [piece(at, year), piece(at + 1, year), piece(at + 4, year)].join(" ");
        let text = [text, piece(at + 5, year), piece(at + 6, year)].join(" ");
        dir.file(
            &format!("all/{year}.md"),
            format!("---\ntitle: {year}\ndate: {year}\n---\n\n{text}\n"),
        );
    }
    dir.file("book.toml", util::CODEBOOK);
    dir.tifa("run all --codebook book.toml --out out")
        .exits(0)
        .tells(&["0 of 0 tests", "longer periods"]);
    let drift = rows(&dir.join("out/drift.csv"));
    assert!(!drift.is_empty());
    for row in &drift {
        assert_eq!((&*row["p"], &*row["q_bh"]), ("", ""), "{row:?}");
        assert!(
            row["note"].starts_with("too few articles: no division of 1 and 1"),
            "{row:?}"
        );
        assert!(!row["value"].is_empty());
    }
    // The themes alone have periods, and no drift.
    dir.tifa("themes all --codebook book.toml --out themes")
        .exits(0);
    let of_themes = rows(&dir.join("themes/periods.csv"));
    assert!(of_themes.iter().any(|row| row["measure"] == "theme_share"));
    assert!(of_themes.iter().all(|row| row["measure"] != "cohesion"));
    assert!(!dir.join("themes/drift.csv").exists());
}
