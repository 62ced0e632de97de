//! Sentences over the model's limit: embedded whole, or cut and told.

use std::path::Path;

use crate::tiny::{LIMIT, vectors};
use crate::util::{self, Dir, article, count, number, rows};

fn articles() -> Dir {
    let dir = Dir::new();
    dir.with_tiny()
        .file("in/a.txt", article(1))
        .file("in/b.txt", article(2))
        .file(
            "in/short.txt",
            "The river of the north is long. The school of the east is not.\n",
        );
    dir
}

/// The three places that tell of the limit say the same.
#[track_caller]
fn assert_ledger_adds_up(out: &Path) {
    let sentences = rows(&out.join("sentences.csv"));
    let mut total = (0, 0);
    for document in rows(&out.join("documents.csv")) {
        let own = sentences
            .iter()
            .filter(|row| row["doc_id"] == document["doc_id"]);
        let (subwords, cut) = own.fold((0, 0), |(subwords, cut), row| {
            (
                subwords + count(row, "subwords"),
                cut + count(row, "subwords_cut"),
            )
        });
        assert_eq!(count(&document, "subwords"), subwords, "{document:?}");
        assert_eq!(count(&document, "subwords_cut"), cut, "{document:?}");
        let coverage = (subwords - cut) as f64 / subwords as f64;
        // Six decimals are written.
        assert!(
            (number(&document, "coverage") - coverage).abs() < 1e-6,
            "{document:?}"
        );
        total = (total.0 + subwords, total.1 + cut);
    }
    let record = util::record(out);
    let told = &record["truncation"];
    assert_eq!(told["max_length"], LIMIT);
    assert_eq!(told["subwords_cut_off"], total.1);
    assert_eq!(record["counts"]["subwords"], total.0);
    let of = |keep: &dyn Fn(&util::Row) -> bool| sentences.iter().filter(|row| keep(row)).count();
    assert_eq!(
        told["cut_sentences"],
        of(&|row| count(row, "subwords_cut") > 0)
    );
    assert_eq!(
        told["windowed_sentences"],
        of(&|row| count(row, "windows") > 1)
    );
    let windows: usize = sentences.iter().map(|row| count(row, "windows")).sum();
    assert_eq!(told["windows"], windows);
}

#[test]
fn long_sentences_go_in_windows_and_nothing_is_cut() {
    let dir = articles();
    dir.tifa_tiny("embed in --model tiny --strict --out out")
        .exits(0)
        .prints(&["over the model's limit embedded whole"]);
    let out = dir.join("out");
    assert_ledger_adds_up(&out);
    let sentences = rows(&out.join("sentences.csv"));
    assert!(sentences.iter().any(|row| count(row, "windows") > 1));
    for row in &sentences {
        let windows = count(row, "subwords").div_ceil(LIMIT).max(1);
        assert!(count(row, "windows") >= windows, "{row:?}");
        assert_eq!(row["subwords_cut"], "0");
    }
    let documents = rows(&out.join("documents.csv"));
    assert!(documents.iter().all(|row| row["coverage"] == "1.000000"));
    assert_eq!(util::record(&out)["truncation"]["coverage"], 1.0);
}

#[test]
fn without_windows_the_ends_are_cut_and_counted() {
    let dir = articles();
    dir.tifa_tiny("embed in --model tiny --no-windows --out out")
        .exits(0)
        .prints(&["cut at the model's limit", "lost"]);
    let out = dir.join("out");
    assert_ledger_adds_up(&out);
    for row in rows(&out.join("sentences.csv")) {
        assert_eq!(row["windows"], "1");
        assert_eq!(
            count(&row, "subwords_cut"),
            count(&row, "subwords").saturating_sub(LIMIT),
            "{row:?}"
        );
    }
    let documents = rows(&out.join("documents.csv"));
    let covered = |id: &str| {
        let document = documents.iter().find(|row| row["doc_id"] == id);
        number(document.expect("a document"), "coverage")
    };
    assert!(covered("a") < 1.0);
    assert!((covered("short") - 1.0).abs() < 1e-9);
    assert_eq!(util::record(&out)["settings"]["windows"], false);

    dir.tifa_tiny("embed in --model tiny --out whole").exits(0);
    assert_ne!(vectors(&out), vectors(&dir.join("whole")));
}

#[test]
fn strict_fails_where_something_would_be_cut_and_names_it() {
    let dir = articles();
    dir.tifa_tiny("embed in --model tiny --out out").exits(0);
    let before = fs_err::read(dir.join("out/run.json")).expect("a record");
    let ran = dir.tifa_tiny("embed in --model tiny --no-windows --strict --out out");
    ran.exits(2).tells(&[
        "of 2 articles",
        &format!("limit of {LIMIT} subwords"),
        "a sentence 1 (",
        "--strict",
        "without --no-windows",
    ]);
    assert!(!ran.err.contains("short sentence"), "{ran}");
    assert_eq!(
        fs_err::read(dir.join("out/run.json")).expect("a record"),
        before
    );

    dir.file(
        "tifa.toml",
        "strict = true\nwindows = false\nmodel = \"tiny\"\n",
    );
    dir.tifa_tiny("embed in --out new").exits(2);
    assert!(!dir.join("new").exists());
    dir.tifa_tiny("embed in/short.txt --out new").exits(0);
}
