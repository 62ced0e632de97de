//! `tifa keyness`: sides, numbers, passages, and what is told of mistakes.

use std::collections::BTreeMap;
use std::path::Path;

use crate::util::{self, Dir, Ran, Row, number, record, rows};

/// Pieces about rivers and about schools, of several years.
fn table() -> String {
    let mut table = "id,date,outlet,pages,text\n".to_owned();
    for (id, date, outlet, pages, word) in [
        ("a", "2011-03-02", "North Daily", "4", "river"),
        ("b", "2013-07", "North Daily", "10", "river"),
        ("c", "2015", "South Weekly", "9", "school"),
        ("d", "2018-01-20", "South Weekly", "12", "school"),
        ("e", "", "South Weekly", "x", "school"),
    ] {
        // Each piece has its own sentences, so that none is another's near-duplicate.
        let text = format!(
            "The {word} of village {id} was looked at in the spring of that year. People of {id} say that the {word} \
             is what they care for most in {id}. A {word} in {id} can be old and still good."
        );
        table = table + &[id, date, outlet, pages, &text].join(",") + "\n";
    }
    table
}

#[track_caller]
fn keyness(dir: &Dir, args: &[&str]) -> Ran {
    let mut all = vec!["keyness"];
    all.extend(args);
    dir.tifa_with(&all, &util::root().join("models"))
}

fn by_term(path: &Path) -> BTreeMap<String, Row> {
    let rows = rows(path).into_iter();
    rows.map(|row| (row["term"].clone(), row)).collect()
}

/// Articles of the target.
fn target(out: &Path) -> Vec<String> {
    let documents = rows(&out.join("documents.csv")).into_iter();
    documents
        .filter(|row| row["role"] == "article")
        .map(|row| row["doc_id"].clone())
        .collect()
}

#[test]
fn two_folders_are_held_against_each_other() {
    let dir = Dir::new();
    dir.file("new/a.txt", util::article(1))
        .file("new/b.txt", util::article(2))
        .file("old/c.txt", "The school of the town has four teachers and a garden. The garden of the school is where children learn to grow beans. Beans are eaten at the school too.")
        .file("old/d.txt", "A school in the hills has two teachers and no garden at all. Its children walk for an hour in the morning and an hour back.");
    let line = [
        "--target",
        "new",
        "--reference",
        "old",
        "--min-count",
        "2",
        "--min-docs",
        "1",
        "--out",
        "out",
    ];
    keyness(&dir, &line).exits(0).prints(&[
        "2 articles against 2",
        "more in the target",
        "more in the reference",
        "results: out",
    ]);
    let out = dir.join("out");
    assert_eq!(target(&out), ["a", "b"]);
    let terms = by_term(&out.join("keyness.csv"));
    let river = &terms["river"];
    // Twice in the body of each; the title does not count.
    assert_eq!(
        (&*river["target_count"], &*river["reference_count"]),
        ("4", "0")
    );
    assert_eq!(
        (&*river["target_docs"], &*river["reference_docs"]),
        ("2", "0")
    );
    assert!(number(river, "g2") > 0.0 && number(river, "log_ratio") > 0.0);
    let school = &terms["school"];
    assert!(number(school, "g2") < 0.0 && number(school, "log_odds_z") < 0.0);
    assert!(number(school, "lrc") <= 0.0);
    let record = record(&out);
    assert_eq!(record["command"], "keyness");
    assert_eq!(record["settings"]["min_count"], 2);
    assert_eq!(record["found"]["terms"], terms.len());
    assert_eq!(record["found"]["target"]["articles"], 2);
}

/// G² by its definition, of counts in so many words.
fn g2([target, reference]: [f64; 2], [in_target, in_reference]: [f64; 2]) -> f64 {
    let (term, all) = (target + reference, in_target + in_reference);
    let part = |observed: f64, of_terms: f64, of_words: f64| {
        let expected = of_terms * of_words / all;
        if observed > 0.0 {
            observed * (observed / expected).ln()
        } else {
            0.0
        }
    };
    2.0 * (part(target, term, in_target)
        + part(reference, term, in_reference)
        + part(in_target - target, all - term, in_target)
        + part(in_reference - reference, all - term, in_reference))
}

#[test]
fn rows_are_complete_sorted_and_their_numbers_belong_together() {
    let dir = Dir::new();
    let corpus = util::root().join("corpus");
    let corpus = corpus.to_string_lossy();
    let line = [
        &corpus,
        "--where",
        "year<2016",
        "--min-docs",
        "1",
        "--out",
        "out",
    ];
    keyness(&dir, &line).exits(0);
    let rows = rows(&dir.join("out/keyness.csv"));
    assert!(rows.len() > 500);
    let found = record(&dir.join("out"));
    let words = |side: &str| found["found"][side]["words"].as_f64().expect("a number");
    let (target, reference) = (words("target"), words("reference"));
    let keys: Vec<(f64, &str)> = rows
        .iter()
        .map(|r| (-number(r, "g2"), &*r["term"]))
        .collect();
    assert!(
        keys.is_sorted_by(|a, b| a.0 <= b.0 && (a.0 < b.0 || a.1 < b.1)),
        "by G², then term"
    );
    for row in &rows {
        let count = |column| util::count(row, column) as f64;
        let (a, b) = (count("target_count"), count("reference_count"));
        assert!(a + b >= 5.0, "{row:?}");
        assert_eq!(row["term"].split(' ').count(), util::count(row, "n"));
        for (p, q) in [("perm_p", "perm_q_bh"), ("q_bh", "q_by")] {
            assert!(number(row, p) <= number(row, q) + 1e-6, "{row:?}");
        }
        if row["n"] == "1" {
            let expected = g2([a, b], [target, reference]);
            let sign = if a * reference >= b * target {
                1.0
            } else {
                -1.0
            };
            // The table's six decimals.
            assert!(
                (number(row, "g2") - sign * expected).abs() < 1e-6,
                "{row:?}"
            );
        }
    }
}

#[test]
fn conditions_divide_the_articles() {
    let dir = Dir::new();
    dir.file("press.csv", table());
    for (condition, expected, is_noted) in [
        ("year<2015", &["press-a", "press-b"][..], true),
        ("published >= 2015-01", &["press-d"], true),
        ("outlet~north", &["press-a", "press-b"], false),
        ("source = 'South Weekly' and pages<10", &["press-c"], true),
        ("month!=7 and year>2000", &["press-a", "press-d"], true),
        ("doc_id=press-c", &["press-c"], false),
    ] {
        let condition = condition.replace("outlet", "source");
        let line = [
            "press.csv",
            "--where",
            &condition,
            "--min-count",
            "1",
            "--out",
            "out",
        ];
        let ran = keyness(&dir, &line);
        ran.exits(0);
        assert_eq!(target(&dir.join("out")), expected, "{condition}");
        assert_eq!(
            ran.err.contains("it is not known whether"),
            is_noted,
            "{ran}"
        );
    }
}

#[test]
fn one_article_against_the_rest_has_the_exact_p() {
    let dir = Dir::new();
    let corpus = util::root().join("corpus");
    let corpus = corpus.to_string_lossy();
    let line = [
        &corpus,
        "--article",
        "2015-11-17-the-account-book-of-a-river-demo",
        "--max-n",
        "1",
        "--out",
        "out",
    ];
    keyness(&dir, &line)
        .exits(0)
        .prints(&["1 article against 11"]);
    assert_eq!(record(&dir.join("out"))["found"]["exact"], true);
    let terms = by_term(&dir.join("out/keyness.csv"));
    // Of twelve articles it is the one that speaks most of water.
    assert_eq!(terms["water"]["perm_p_higher"], "0.083333");
    for row in terms.values() {
        let twelfths = number(row, "perm_p_higher") * 12.0;
        // Twelve times the rounding of six decimals.
        assert!(
            (twelfths - twelfths.round()).abs() < 1e-5 && twelfths >= 0.99,
            "{row:?}"
        );
    }
}

#[test]
fn near_duplicates_change_sides_together() {
    let dir = Dir::new();
    let part = "The bridge was closed for a week in May. Nobody knew when it would be open again. ";
    dir.file("a.txt", format!("{part}The first report ends here, with thanks to all who helped in it."))
        .file("b.txt", format!("{part}A second report has another ending, and it was written later on."))
        .file("c.txt", "Trains were late on Monday, and buses were full from early in the morning until noon, as all had expected.")
        .file("d.txt", "Late trains are nothing new in the valley, and full buses were expected by everyone who lives along the line.");
    let line = [
        "a.txt",
        "b.txt",
        "c.txt",
        "d.txt",
        "--where",
        "doc_id!=d",
        "--min-count",
        "1",
        "--out",
        "out",
    ];
    keyness(&dir, &line).exits(0);
    let found = &record(&dir.join("out"))["found"];
    assert_eq!(
        (&found["target"]["articles"], &found["target"]["units"]),
        (&3.into(), &2.into())
    );
}

#[test]
fn every_passage_of_every_term_of_the_demonstration_stands_in_its_source() {
    let dir = Dir::new();
    let corpus = util::root().join("corpus");
    let corpus = corpus.to_string_lossy();
    let line = [
        &corpus,
        "--where",
        "year<2016",
        "--max-n",
        "6",
        "--min-count",
        "2",
        "--min-docs",
        "1",
        "--permutations",
        "0",
        "--out",
        "out",
    ];
    keyness(&dir, &line).exits(0);
    let out = dir.join("out");
    let sources = util::sources(&out, dir.path());
    let is_target: Vec<String> = target(&out);
    let sentences: BTreeMap<(String, String), Row> = rows(&out.join("sentences.csv"))
        .into_iter()
        .map(|row| ((row["doc_id"].clone(), row["sentence"].clone()), row))
        .collect();
    let mut seen = 0;
    for row in rows(&out.join("keyness.csv")) {
        assert_eq!(row["perm_p"], "");
        for at in 1..=3 {
            let of = |what: &str| row[&format!("anchor{at}_{what}")].clone();
            if of("doc_id").is_empty() {
                assert!(at > 1, "{row:?}");
                continue;
            }
            let offset = |what: &str| of(what).parse::<usize>().expect("an offset");
            let (start, end) = (offset("start"), offset("end"));
            let cut =
                std::str::from_utf8(&sources[&of("doc_id")][start..end]).expect("whole characters");
            assert_eq!(cut, of("text"));
            let words = text::words::words(cut, text::Span::new(0, cut.len()));
            let words: Vec<String> = words
                .map(|word| word.of(cut).to_lowercase().replace('\u{2019}', "'"))
                .collect();
            assert_eq!(words.join(" "), row["term"]);
            let sentence = &sentences[&(of("doc_id"), of("sentence"))];
            assert!(util::count(sentence, "start") <= start && end <= util::count(sentence, "end"));
            let is_of_target = is_target.contains(&of("doc_id"));
            assert!(
                number(&row, "g2") == 0.0 || is_of_target == (number(&row, "g2") > 0.0),
                "{row:?}"
            );
            seen += 1;
        }
    }
    assert!(seen > 3000, "{seen} passages");
}

#[test]
fn one_thread_and_two_give_the_same_bytes() {
    let dir = Dir::new();
    let corpus = util::root().join("corpus");
    let corpus = corpus.to_string_lossy();
    let tables: Vec<Vec<u8>> = ["1", "2"]
        .map(|threads| {
            let out = format!("{threads}.csv");
            let line = [
                &corpus,
                "--where",
                "month<7",
                "--threads",
                threads,
                "--seed",
                "5",
                "--out",
                &out,
            ];
            keyness(&dir, &line).exits(0);
            fs_err::read(dir.join(&out)).expect("a table")
        })
        .into();
    assert!(tables[0].len() > 10_000 && tables[0] == tables[1]);
    let line = [
        &corpus,
        "--where",
        "month<7",
        "--seed",
        "6",
        "--out",
        "other.csv",
    ];
    keyness(&dir, &line).exits(0);
    assert_ne!(
        fs_err::read(dir.join("other.csv")).expect("a table"),
        tables[0]
    );
}

#[test]
fn a_table_alone_is_written_whole_or_not_at_all() {
    let dir = Dir::new();
    dir.file("press.csv", table()).file("words.csv", "earlier");
    let line = ["press.csv", "--where", "year<1900", "--out", "words.csv"];
    keyness(&dir, &line)
        .exits(2)
        .tells(&["no document is in the target"]);
    assert_eq!(
        fs_err::read_to_string(dir.join("words.csv")).expect("a file"),
        "earlier"
    );
    let line = [
        "press.csv",
        "--where",
        "year<2015",
        "--min-count",
        "1",
        "--out",
        "words.csv",
        "--quiet",
    ];
    assert_eq!(keyness(&dir, &line).exits(0).out, "");
    assert_eq!(util::header(&dir.join("words.csv"))[0], "term");
    assert_eq!(dir.entries(), ["press.csv", "words.csv"]);
}

#[test]
fn mistakes_are_told_with_what_there_is() {
    let dir = Dir::new();
    dir.file("press.csv", table());
    for (args, told) in [
        (
            &["press.csv", "--where", "yaer<2015"][..],
            "no article has a field 'yaer'; there are: doc_id, title,",
        ),
        (
            &["press.csv", "--where", "yaer<2015"],
            "language, id, pages",
        ),
        (
            &["press.csv", "--where", "year<soon"],
            "'soon' is no number, which year is compared with",
        ),
        (
            &["press.csv", "--where", "published<soon"],
            "'soon' is no date",
        ),
        (&["press.csv", "--where", "year"], "'year' is no comparison"),
        (
            &["press.csv", "--where", "year>1900 and year<"],
            "no comparison",
        ),
        (
            &["press.csv", "--article", "press-z"],
            "there are: press-a, press-b, press-c, press-d, press-e",
        ),
        (&["press.csv"], "say what to compare"),
        (
            &["press.csv", "--where", "source~ly"],
            "all documents are in the target",
        ),
        (&["--target", "press.csv"], "--reference"),
        (
            &[
                "press.csv",
                "--target",
                "press.csv",
                "--reference",
                "press.csv",
            ],
            "cannot be used with",
        ),
        (&["press.csv", "--where", "year<2015", "--max-n", "7"], "7"),
    ] {
        let args = [args, &["--out", "out"]].concat();
        keyness(&dir, &args).exits(2).tells(&[told]);
    }
    assert!(!dir.join("results/keyness").exists());
}
