//! `tifa reuse`: what pieces take over from each other.

use std::collections::BTreeMap;
use std::path::Path;

use crate::util::{self, Dir, Ran, Row, count, number, record, rows};

#[track_caller]
fn reuse(dir: &Dir, args: &[&str]) -> Ran {
    let mut all = vec!["reuse"];
    all.extend(args);
    dir.tifa_with(&all, &util::root().join("models"))
}

fn corpus() -> String {
    util::root().join("corpus").to_string_lossy().into_owned()
}

/// A text's words as they are compared.
fn words(text: &str) -> Vec<String> {
    let words = text::words::words(text, text::Span::new(0, text.len()));
    words
        .map(|word| word.of(text).to_lowercase().replace('\u{2019}', "'"))
        .collect()
}

/// Length of the longest sequence that two have in common.
fn common(one: &[String], other: &[String]) -> usize {
    let mut above = vec![0; other.len() + 1];
    for word in one {
        let mut row = vec![0];
        for (at, another) in other.iter().enumerate() {
            row.push(if word == another {
                above[at] + 1
            } else {
                above[at + 1].max(row[at])
            });
        }
        above = row;
    }
    above[other.len()]
}

/// Each passage and copy is cut from its text by its offsets, stands in its sentences, and shares as many
/// words as it says; how many rows there are.
#[track_caller]
pub(crate) fn assert_passages_stand_in_both_texts(out: &Path, home: &Path) -> usize {
    let sources = util::sources(out, home);
    let sentences: BTreeMap<(String, String), Row> = rows(&out.join("sentences.csv"))
        .into_iter()
        .map(|row| ((row["doc_id"].clone(), row["sentence"].clone()), row))
        .collect();
    let check = |row: &Row, prefix: &str| {
        let of = |what: &str| row[&format!("{prefix}{what}")].clone();
        let offset = |what: &str| of(what).parse::<usize>().expect("a number");
        let (start, end) = (offset("start"), offset("end"));
        let cut = std::str::from_utf8(&sources[&of("doc_id")][start..end]).expect("characters");
        assert_eq!(cut, of("text"));
        let sentence = |what: &str| &sentences[&(of("doc_id"), of(what))];
        let (first, last) = (sentence("sentence"), sentence("last_sentence"));
        assert!(
            count(first, "start") <= start && start < count(first, "end"),
            "{row:?}"
        );
        assert!(
            count(last, "start") < end && end <= count(last, "end"),
            "{row:?}"
        );
    };
    let passages = rows(&out.join("reuse.csv"));
    for row in &passages {
        check(row, "");
        check(row, "source_");
        let (own, source) = (words(&row["text"]), words(&row["source_text"]));
        assert_eq!((own.first(), own.last()), (source.first(), source.last()));
        // The alignment may pass over a word that a longer way round would match.
        assert!(count(row, "words") <= common(&own, &source), "{row:?}");
        let identity = number(row, "identity");
        let most = count(row, "words") as f64 / own.len().max(source.len()) as f64;
        assert!(identity <= most + 1e-6 && identity > 0.0, "{row:?}");
    }
    for row in rows(&out.join("clusters.csv")) {
        check(&row, "");
        assert!(
            passages
                .iter()
                .any(|passage| passage["cluster"] == row["cluster"])
        );
    }
    passages.len()
}

#[test]
fn the_planted_passage_is_found_whole_in_all_three_pieces_and_nothing_else() {
    let dir = Dir::new();
    let ran = reuse(&dir, &[&corpus(), "--out", "out"]);
    ran.exits(0).prints(&[
        "12 articles, each against the others",
        "8 sentences mostly taken over from an earlier piece",
        "3 shared passages between pieces, 1 cluster of copies, 0 pairs of near-duplicates",
    ]);
    let out = dir.join("out");
    assert_eq!(assert_passages_stand_in_both_texts(&out, dir.path()), 3);
    let (road, blade, home) = (
        "2011-09-20-starting-with-the-road-demo",
        "2019-09-20-turning-the-blade-inward-demo",
        "2022-03-22-who-will-come-home-demo",
    );
    let passages = rows(&out.join("reuse.csv"));
    let pairs: Vec<(&str, &str)> = passages
        .iter()
        .map(|row| (&*row["doc_id"], &*row["source_doc_id"]))
        .collect();
    assert_eq!(pairs, [(blade, road), (home, road), (home, blade)]);
    for row in &passages {
        assert_eq!((count(row, "words"), &*row["identity"]), (109, "1.000000"));
        for text in [&row["text"], &row["source_text"]] {
            assert!(text.starts_with("The countryside is where our work is tested first."));
            assert!(text.ends_with("can we say that the foundation has been laid"));
        }
        assert_eq!(count(row, "last_sentence") - count(row, "sentence"), 3);
    }
    let copies = rows(&out.join("clusters.csv"));
    let told: Vec<(&str, &str)> = copies
        .iter()
        .map(|row| (&*row["doc_id"], &*row["earliest"]))
        .collect();
    assert_eq!(told, [(road, "true"), (blade, "false"), (home, "false")]);
    assert!(rows(&out.join("near_duplicates.csv")).is_empty());
    let record = record(&out);
    assert_eq!(record["command"], "reuse");
    assert_eq!(record["settings"]["reuse"]["ngram"], 5);
    assert_eq!(record["found"]["passages"], 3);
    assert_eq!(record["found"]["sentences_taken_over"], 8);
    let columns = util::header(&out.join("reuse.csv"));
    let promised = [
        "doc_id",
        "start",
        "end",
        "source_doc_id",
        "source_start",
        "source_end",
        "words",
        "identity",
        "cluster",
    ];
    assert_eq!(columns[..9], promised);
}

#[test]
fn one_article_is_held_against_the_others_or_a_corpus() {
    let dir = Dir::new();
    let corpus = corpus();
    let blade = "2019-09-20-turning-the-blade-inward-demo";
    let pairs = |out: &str| -> Vec<(String, String)> {
        let rows = rows(&dir.join(out)).into_iter();
        rows.map(|row| (row["doc_id"].clone(), row["source_doc_id"].clone()))
            .collect()
    };
    let line = [&corpus, "--article", blade, "--out", "one.csv"];
    reuse(&dir, &line).exits(0);
    let expected = [
        (blade, "2011-09-20-starting-with-the-road-demo"),
        ("2022-03-22-who-will-come-home-demo", blade),
    ]
    .map(|(one, other)| (one.to_owned(), other.to_owned()));
    assert_eq!(pairs("one.csv"), expected);
    let article = format!("{corpus}/{blade}.txt");
    let line = [&article, "--against", &corpus, "--out", "two.csv"];
    reuse(&dir, &line)
        .exits(0)
        .prints(&["1 article, against 11 more of the corpus"]);
    let mut two = pairs("two.csv");
    // Articles stand before the corpus.
    two.sort();
    assert_eq!(two, expected);
    dir.file("mine.toml", format!("corpus = [{corpus:?}]"));
    let line = [&article, "--config", "mine.toml", "--out", "four.csv"];
    reuse(&dir, &line).exits(0);
    let mut four = pairs("four.csv");
    four.sort();
    assert_eq!(four, expected);
    let line = [&corpus, "--where", "year=2019", "--out", "three.csv"];
    reuse(&dir, &line).exits(0);
    assert_eq!(pairs("three.csv"), expected);
}

const LONG: &str = "The committee has asked every county to count its bridges, to write down which of them are older \
     than the roads that lead to them, and to say by the end of the summer what it would cost to make each of them \
     safe for the buses that take children to school in the morning.";

/// Articles with an edited copy of a passage, a quotation of it, and one without.
fn press() -> String {
    let edited = LONG
        .replace("older than the roads", "younger than the roads")
        .replace(" by the end of the summer", "")
        .replace("in the morning", "early in the morning");
    let mut table = "id,date,text\n".to_owned();
    for (id, date, text) in [
        ("later", "2015-06-01", format!("Nothing else happened. {edited} We went home.")),
        ("first", "2015-05-01", format!("A letter came from the capital. {LONG} So it said.")),
        ("quote", "2015-07-01", format!("In May we read: “{LONG}” Nobody has counted yet.")),
        ("other", "2015-08-01", "Bridges are old and roads are new in this county, and the children walk to school in summer and in winter.".to_owned()),
        ("undated", "", format!("As everyone knows, {LONG} That is all.")),
    ] {
        table = format!("{table}{id},{date},\"{text}\"\n");
    }
    table
}

#[test]
fn edited_copies_are_one_passage_and_quotations_are_recognised() {
    let dir = Dir::new();
    dir.file("press.csv", press());
    reuse(&dir, &["press.csv", "--out", "out"]).exits(0);
    let out = dir.join("out");
    assert_eq!(assert_passages_stand_in_both_texts(&out, dir.path()), 6);
    let rows = rows(&out.join("reuse.csv"));
    let find = |doc_id: &str, source: &str| {
        let is = |row: &&Row| row["doc_id"] == doc_id && row["source_doc_id"] == source;
        rows.iter()
            .find(is)
            .unwrap_or_else(|| panic!("{doc_id} from {source}"))
    };
    let edited = find("press-later", "press-first");
    let all = words(LONG).len();
    // One word replaced, six dropped, one put in.
    assert_eq!(count(edited, "words"), all - 7);
    let identity = (all - 7) as f64 / (all + 1) as f64;
    assert!((number(edited, "identity") - identity).abs() < 1e-6);
    assert!(edited["text"].starts_with("The committee") && edited["text"].ends_with("morning"));
    assert_eq!(
        (&*edited["quoted"], &*edited["published"]),
        ("", "2015-06-01")
    );
    let quoted = find("press-quote", "press-first");
    assert_eq!(
        (&*quoted["quoted"], count(quoted, "words")),
        ("document", all)
    );
    assert_eq!(find("press-undated", "press-quote")["quoted"], "source");
    assert_eq!(
        find("press-undated", "press-first")["source_published"],
        "2015-05-01"
    );
    let copies = util::rows(&out.join("clusters.csv"));
    let copies: Vec<&str> = copies.iter().map(|row| &*row["doc_id"]).collect();
    assert_eq!(
        copies,
        ["press-first", "press-later", "press-quote", "press-undated"]
    );
    // Most of each article is the passage.
    let alike = util::rows(&out.join("near_duplicates.csv"));
    let alike: Vec<&str> = alike.iter().map(|row| &*row["doc_id"]).collect();
    assert_eq!(alike, copies);
}

/// A passage, and the same with another form of nearly every word.
const FORMS: [&str; 2] = [
    "The leaders inspected the flooded villages, promised the new bridges and ordered the local offices to \
     repair the damaged well-known roads before the winters",
    "The leader inspects the flooding village, promises the new bridge and orders the local office to \
     repair the damaging well-known road before the winter",
];

#[test]
fn a_passage_in_other_forms_is_found_by_stems() {
    let dir = Dir::new();
    let mut table = "id,date,text\n".to_owned();
    for (id, date, before, form, after) in [
        (
            "first",
            "2015-05-01",
            "A letter came.",
            FORMS[0],
            "Nothing else was said.",
        ),
        (
            "later",
            "2016-05-01",
            "It rained.",
            FORMS[1],
            "Others stayed home.",
        ),
    ] {
        table = format!("{table}{id},{date},\"{before} {form}. {after}\"\n");
    }
    dir.file("press.csv", table);
    let all = words(FORMS[0]).len();
    assert_eq!(all, words(FORMS[1]).len());
    // Of the words, no five in a row are the same.
    for (counting, counted, expected) in [
        (&[][..], "words", None),
        (&["--join-hyphens"], "words, joined at hyphens", None),
        (&["--stem", "english"], "stems, english", Some(all)),
    ] {
        let line = [&["press.csv", "--out", "out"], counting].concat();
        reuse(&dir, &line).exits(0);
        let out = dir.join("out");
        assert_eq!(record(&out)["settings"]["counted"], counted);
        let found: Vec<_> = rows(&out.join("reuse.csv"))
            .into_iter()
            .map(|row| {
                (
                    row["text"].clone(),
                    row["source_text"].clone(),
                    count(&row, "words"),
                )
            })
            .collect();
        let whole = expected.map(|words| (FORMS[1].to_owned(), FORMS[0].to_owned(), words));
        let whole: Vec<_> = whole.into_iter().collect();
        assert_eq!(found, whole, "{counting:?}");
    }
    let out = dir.join("out");
    let row = &rows(&out.join("reuse.csv"))[0];
    assert_eq!(row["identity"], "1.000000");
    let sources = util::sources(&out, dir.path());
    for (prefix, form) in [("source_", FORMS[0]), ("", FORMS[1])] {
        let of = |what: &str| &row[&format!("{prefix}{what}")];
        let offset = |what: &str| of(what).parse::<usize>().expect("an offset");
        let source = &sources[of("doc_id")];
        assert_eq!(&source[offset("start")..offset("end")], form.as_bytes());
    }
}

#[test]
fn words_joined_by_a_hyphen_count_as_one_where_asked_for() {
    let dir = Dir::new();
    let text = "Every mid-sized well-run county-level city-hall door-keeper knows";
    let table = format!(
        "id,date,text\nfirst,2015-05-01,{text} it.\nlater,2016-05-01,\"Yes, {text} them.\"\n"
    );
    dir.file("press.csv", table);
    for (counting, words) in [(&[][..], "12"), (&["--join-hyphens"], "7")] {
        let line = [
            &["press.csv", "--min-words", "7", "--out", "out.csv"],
            counting,
        ]
        .concat();
        reuse(&dir, &line).exits(0);
        let found = rows(&dir.join("out.csv"));
        let told: Vec<_> = found
            .iter()
            .map(|row| (&*row["text"], &*row["words"]))
            .collect();
        assert_eq!(told, [(text, words)]);
    }
}

#[test]
fn limits_are_kept() {
    let dir = Dir::new();
    dir.file("press.csv", press());
    let all = words(LONG).len().to_string();
    let more = (words(LONG).len() + 1).to_string();
    for (args, passages) in [
        (&["--min-words", &all][..], 3),
        (&["--min-words", &more], 0),
        (&["--min-identity", "0.95", "--min-words", &all], 3),
        (&["--max-docs", "3"], 3),
        (&["--max-docs", "1"], 0),
        (&["--copies", "3"], 3),
        (&["--ngram", "30"], 3),
    ] {
        let line = [&["press.csv", "--out", "out.csv"], args].concat();
        reuse(&dir, &line).exits(0);
        assert_eq!(rows(&dir.join("out.csv")).len(), passages, "{args:?}");
    }
    for (args, told) in [
        (&["--min-identity", "0"][..], "a share is a number above 0"),
        (&["--ngram", "1"], "2..=50"),
        (&["--article", "press-z"], "there are: press-later"),
        (&["--lsh", "2"], "a share is a number"),
        (
            &["--article", "press-first", "--corpus", "press.csv"],
            "cannot be used with",
        ),
    ] {
        let line = [&["press.csv", "--out", "no.csv"], args].concat();
        reuse(&dir, &line).exits(2).tells(&[told]);
    }
}

#[test]
fn minhash_tells_what_it_misses() {
    let dir = Dir::new();
    dir.file("press.csv", press());
    let line = ["press.csv", "--lsh", "0.4", "--out", "out"];
    reuse(&dir, &line).exits(0).prints(&["MinHash found"]);
    let lsh = &record(&dir.join("out"))["found"]["lsh"];
    assert_eq!(
        (&lsh["sampled"], &lsh["sharing_a_passage"]["exact"]),
        (&5.into(), &6.into())
    );
    let found = lsh["sharing_a_passage"]["found"]
        .as_u64()
        .expect("a number");
    assert_eq!(rows(&dir.join("out/reuse.csv")).len() as u64, found);
    assert!(lsh["probability_at_threshold"].as_f64().expect("a number") >= 0.95);
}

#[test]
fn one_thread_and_two_give_the_same_bytes() {
    let dir = Dir::new();
    dir.file("press.csv", press());
    let corpus = corpus();
    for threads in ["1", "2"] {
        let line = [
            &corpus,
            "press.csv",
            "--threads",
            threads,
            "--min-words",
            "5",
            "--out",
            threads,
        ];
        reuse(&dir, &line).exits(0);
    }
    let seen = assert_passages_stand_in_both_texts(&dir.join("1"), dir.path());
    assert!(seen >= 80, "{seen} passages");
    for table in ["reuse.csv", "clusters.csv", "near_duplicates.csv"] {
        let [one, two] =
            ["1", "2"].map(|out| fs_err::read(dir.join(out).join(table)).expect("a table"));
        assert!(one.len() > 200 && one == two, "{table}");
    }
}
