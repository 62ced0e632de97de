//! `tifa kwic`, `words` and `shift`: passages, tables, and what is told of mistakes.

use std::collections::BTreeMap;

use crate::util::{self, Dir, Ran, Row, count, number, record, rows};

#[track_caller]
fn tifa(dir: &Dir, args: &[&str]) -> Ran {
    dir.tifa_with(args, &util::root().join("models"))
}

fn demonstration() -> String {
    util::root().join("corpus").to_string_lossy().into_owned()
}

#[test]
fn kwic_finds_the_planted_partnerships_with_their_context() {
    let dir = Dir::new();
    let query = "comprehensive * partnership";
    let line = [
        "kwic",
        query,
        &demonstration(),
        "--sort",
        "inside2,left1",
        "--out",
        "out",
    ];
    tifa(&dir, &line).exits(0).prints(&[
        "comprehensive * partnership: 4 hits in 3 articles",
        "comprehensive strategic partnership",
        "results: out",
    ]);
    let out = dir.join("out");
    let found = rows(&out.join("kwic.csv"));
    let pieces: Vec<&str> = found.iter().map(|row| &row["doc_id"][..4]).collect();
    // corpus/README.md: once in 2013; in 2017 and 2018 the beginning of "… of coordination", in 2018 alone too.
    let mut years = pieces.clone();
    years.sort_unstable();
    assert_eq!(years, ["2013", "2017", "2018", "2018"]);
    let sources = util::sources(&out, dir.path());
    let cut = |row: &Row, start: &str, end: &str| {
        let text = &sources[&row["doc_id"]][count(row, start)..count(row, end)];
        String::from_utf8(text.to_owned()).expect("whole characters")
    };
    for row in &found {
        assert_eq!(cut(row, "start", "end"), row["text"]);
        assert_eq!(cut(row, "left_start", "start"), row["left"]);
        assert_eq!(cut(row, "end", "right_end"), row["right"]);
        assert_eq!(row["published"][..4], row["doc_id"][..4]);
    }
}

#[test]
fn kwic_sorts_by_the_word_before_and_takes_several_queries() {
    let dir = Dir::new();
    dir.file("a.txt", "The old bridge fell. A bad bridge fell too. Every new bridge stands here for years to come.")
        .file("queries.txt", "bridge\n\nfell|stands\n");
    let line = [
        "kwic",
        "--queries",
        "queries.txt",
        "a.txt",
        "--sort",
        "left1",
        "--out",
        "found.csv",
    ];
    tifa(&dir, &line).exits(0);
    let found = rows(&dir.join("found.csv"));
    let told: Vec<(&str, &str)> = found
        .iter()
        .map(|row| {
            (
                &*row["query"],
                row["left"].split(' ').rev().nth(1).expect("a word"),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("bridge", "bad"),
            ("bridge", "new"),
            ("bridge", "old"),
            ("fell|stands", "bridge"),
            ("fell|stands", "bridge"),
            ("fell|stands", "bridge"),
        ]
    );
    // One table alone, and nothing else.
    assert_eq!(dir.entries(), ["a.txt", "found.csv", "queries.txt"]);
}

#[test]
fn stems_find_all_forms_of_a_word() {
    let dir = Dir::new();
    dir.file("a.txt", "Reforms were planned. To reform is to plan, and a reforming office plans all its reforms in the spring of the year.");
    for (stem, hits) in [(&[][..], 1), (&["--stem", "english"], 4)] {
        let line = [&["kwic", "reform", "a.txt", "--out", "found.csv"], stem].concat();
        tifa(&dir, &line).exits(0);
        assert_eq!(rows(&dir.join("found.csv")).len(), hits);
    }
    let line = [
        "words", "a.txt", "--stem", "english", "--max-n", "1", "--out", "out",
    ];
    tifa(&dir, &line).exits(0);
    let words = rows(&dir.join("out/words.csv"));
    let of = |term: &str| {
        words
            .iter()
            .find(|row| row["term"] == term)
            .expect("a stem")
    };
    assert_eq!((&*of("reform")["count"], &*of("plan")["count"]), ("4", "3"));
    assert_eq!(
        record(&dir.join("out"))["settings"]["counted"],
        "stems, english"
    );
}

#[test]
fn queries_that_make_no_sense_are_explained() {
    let dir = Dir::new();
    dir.file("a.txt", util::article(1));
    for (query, told) in [
        ("*", "nothing but '*'"),
        ("NEAR/5 party", "no phrase before"),
        ("party NEAR/x state", "needs a number"),
    ] {
        tifa(&dir, &["kwic", query, "a.txt"])
            .exits(2)
            .tells(&[query, told]);
    }
    tifa(&dir, &["kwic", "party"])
        .exits(2)
        .tells(&["name the articles"]);
    tifa(&dir, &["kwic", "party", "a.txt", "--sort", "up3"])
        .exits(2)
        .tells(&["left, right or inside"]);
    tifa(&dir, &["words", "a.txt", "--node", "zebra"])
        .exits(2)
        .tells(&["zebra", "stands in no sentence"]);
    tifa(&dir, &["words", "a.txt", "--out", "w.csv"])
        .exits(2)
        .tells(&["name a folder"]);
    assert!(!dir.join("w.csv").exists());
}

#[test]
fn words_describe_the_demonstration_and_their_numbers_belong_together() {
    let dir = Dir::new();
    tifa(&dir, &["words", &demonstration(), "--out", "out"])
        .exits(0)
        .prints(&["12 articles", "standing together", "results: out"]);
    let out = dir.join("out");
    let words = rows(&out.join("words.csv"));
    let all: usize = record(&out)["counts"]["words"].as_u64().expect("a number") as usize;
    for row in &words {
        assert!(
            count(row, "count") >= 2 && count(row, "docs") <= count(row, "of_docs"),
            "{row:?}"
        );
        assert!((0.0..=1.0).contains(&number(row, "dp")), "{row:?}");
        assert!(
            number(row, "arf") <= count(row, "count") as f64 + 1e-6,
            "{row:?}"
        );
        if row["n"] == "1" {
            let rate = count(row, "count") as f64 / all as f64 * 1e6;
            // The table's six decimals.
            assert!((number(row, "per_million") - rate).abs() < 1e-6, "{row:?}");
        }
    }
    assert!(words.is_sorted_by_key(|row| std::cmp::Reverse(count(row, "count"))));
    let terms: BTreeMap<&str, usize> = words
        .iter()
        .map(|row| (&*row["term"], count(row, "count")))
        .collect();
    let sequences = rows(&out.join("sequences.csv"));
    assert!(!sequences.is_empty());
    for row in &sequences {
        assert_eq!(terms[&*row["term"]], count(row, "count"), "{row:?}");
    }
    for row in rows(&out.join("collocations.csv")) {
        let of = |column| count(&row, column) as f64;
        let dice = 2.0 * of("both") / (of("first_count") + of("second_count"));
        // The table's six decimals.
        let log_dice = 14.0 + dice.log2();
        assert!(
            (number(&row, "log_dice") - log_dice).abs() < 1e-6,
            "{row:?}"
        );
        let (both, expected) = (count(&row, "both") as f64, number(&row, "expected"));
        assert!(
            (number(&row, "pmi") - (both / expected).log2()).abs() < 1e-3,
            "{row:?}"
        );
        let first = terms.get(&*row["first"]).copied();
        assert_eq!(first, Some(count(&row, "first_count")), "{row:?}");
    }
    let documents: BTreeMap<String, usize> = rows(&out.join("documents.csv"))
        .iter()
        .map(|row| (row["doc_id"].clone(), count(row, "words")))
        .collect();
    for (table, words) in [("diversity.csv", "tokens"), ("readability.csv", "words")] {
        let described = rows(&out.join(table));
        for (doc_id, &expected) in &documents {
            let sum = |unit: &str| {
                let of_unit = described
                    .iter()
                    .filter(|r| r["doc_id"] == *doc_id && r["unit"] == unit);
                of_unit.map(|row| count(row, words)).sum::<usize>()
            };
            assert_eq!(
                (sum("document"), sum("section")),
                (expected, expected),
                "{table}"
            );
        }
    }
    // An article's prose: neither a primer nor a list.
    for row in rows(&out.join("readability.csv"))
        .iter()
        .filter(|r| r["unit"] == "document")
    {
        assert!((20.0..90.0).contains(&number(row, "flesch")), "{row:?}");
        assert!(
            (5.0..20.0).contains(&number(row, "flesch_kincaid")),
            "{row:?}"
        );
    }
}

#[test]
fn a_node_has_only_its_own_collocates() {
    let dir = Dir::new();
    let line = [
        "words",
        &demonstration(),
        "--node",
        "Development",
        "--by-sentence",
        "--min-pair",
        "3",
        "--out",
        "out",
    ];
    tifa(&dir, &line).exits(0);
    let pairs = rows(&dir.join("out/collocations.csv"));
    assert!(pairs.len() > 5);
    assert!(
        pairs
            .iter()
            .all(|row| row["first"] == "development" && count(row, "both") >= 3)
    );
}

#[test]
fn parts_of_a_shift_sum_to_the_divergence() {
    let dir = Dir::new();
    let line = [
        "shift",
        &demonstration(),
        "--where",
        "year<2016",
        "--permutations",
        "200",
        "--out",
        "out",
    ];
    tifa(&dir, &line).exits(0).prints(&[
        "6 articles against 6",
        "Jensen-Shannon divergence",
        "more in the target",
    ]);
    let found = record(&dir.join("out"))["found"].clone();
    let parts = rows(&dir.join("out/shift.csv"));
    let sum: f64 = parts
        .iter()
        .map(|row| number(row, "contribution").abs())
        .sum();
    let jsd = found["jsd"].as_f64().expect("a number");
    // Each of the rows is rounded to six decimals.
    assert!((sum - jsd).abs() < 5e-7 * parts.len() as f64, "{sum} {jsd}");
    for row in &parts {
        let is_targets = number(row, "target_per_million") > number(row, "reference_per_million");
        let part = number(row, "contribution");
        assert!(part == 0.0 || is_targets == (part > 0.0), "{row:?}");
    }
    let p = found["null"]["p"].as_f64().expect("a number");
    assert!((1.0 / 201.0..=1.0).contains(&p), "{p}");
}

#[test]
fn threads_change_no_byte_of_the_tables_of_words() {
    let dir = Dir::new();
    for threads in ["1", "2"] {
        let out = format!("words-{threads}");
        let line = [
            "words",
            &demonstration(),
            "--threads",
            threads,
            "--out",
            &out,
        ];
        tifa(&dir, &line).exits(0);
        let out = format!("shift-{threads}.csv");
        let line = [
            "shift",
            &demonstration(),
            "--where",
            "year<2016",
            "--threads",
            threads,
            "--out",
            &out,
        ];
        tifa(&dir, &line).exits(0);
    }
    let bytes = |name: String| fs_err::read(dir.join(&name)).expect("a table");
    for table in [
        "words",
        "sequences",
        "collocations",
        "diversity",
        "readability",
    ] {
        let of = |threads: usize| bytes(format!("words-{threads}/{table}.csv"));
        assert_eq!(of(1), of(2), "{table}");
    }
    assert_eq!(bytes("shift-1.csv".into()), bytes("shift-2.csv".into()));
}
