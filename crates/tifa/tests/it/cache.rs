//! Vectors of earlier runs are used again, and change no byte.

use crate::util::{self, CODEBOOK, Dir, article, rows};

fn articles() -> Dir {
    let dir = Dir::new();
    dir.file("book.toml", CODEBOOK);
    for number in 0..6 {
        dir.file(&format!("in/{number}.txt"), article(number));
    }
    dir
}

const EMBED: &str = "embed in --codebook book.toml --out";

/// The folder, once its articles are embedded.
fn embedded() -> Dir {
    let dir = articles();
    dir.tifa(&format!("{EMBED} first")).exits(0);
    let record = util::record(&dir.join("first"));
    assert_eq!(record["model"]["batch_invariant"], true);
    dir
}

fn from_cache(dir: &Dir, out: &str) -> serde_json::Value {
    util::record(&dir.join(out))["times"]["sentences_from_cache"].clone()
}

#[track_caller]
fn assert_same(dir: &Dir, one: &str, other: &str) {
    for file in ["embeddings/sentences.npy", "sentences.csv", "documents.csv"] {
        let read = |out| fs_err::read(dir.join(out).join(file)).expect("a file");
        assert!(read(one) == read(other), "{file} differs");
    }
}

#[test]
fn a_second_run_takes_its_vectors_from_the_cache() {
    let dir = embedded();
    let record = util::record(&dir.join("first"));
    let distinct = &record["counts"]["distinct_sentences"];
    assert_eq!(from_cache(&dir, "first"), 0);
    let ran = dir.tifa(&format!("{EMBED} second"));
    let told = format!("{distinct} of {distinct} different sentences were in the cache");
    ran.exits(0).tells(&[&told]);
    assert_eq!(from_cache(&dir, "second"), *distinct);
    assert_same(&dir, "first", "second");

    dir.tifa(&format!("{EMBED} third --no-cache")).exits(0);
    assert_eq!(from_cache(&dir, "third"), 0);
    assert_same(&dir, "first", "third");
}

#[test]
fn the_cache_is_counted_and_cleared() {
    let dir = embedded();
    let record = util::record(&dir.join("first"));
    let distinct = &record["counts"]["distinct_sentences"];
    dir.tifa("cache stats").exits(0).prints(&[
        &format!("{distinct} vectors"),
        "all-MiniLM-L6-v2, ",
        "384 dimensions",
    ]);
    dir.tifa("cache clear")
        .exits(0)
        .prints(&[&format!("removed {distinct} vectors")]);
    dir.tifa("cache stats").exits(0).prints(&["0 vectors"]);
    dir.tifa(&format!("{EMBED} after")).exits(0);
    assert_eq!(from_cache(&dir, "after"), 0);
}

#[test]
fn other_settings_have_other_vectors() {
    let dir = embedded();
    dir.tifa(&format!("{EMBED} second --prompt query")).exits(0);
    assert_eq!(from_cache(&dir, "second"), 0);
}

#[test]
fn two_processes_share_a_cache() {
    let dir = embedded();
    dir.tifa("cache clear").exits(0);
    let mut runs: Vec<_> = ["left", "right"]
        .map(|out| dir.start(&format!("{EMBED} {out}")))
        .into();
    for run in &mut runs {
        assert!(run.wait().expect("it ends").success());
    }
    for out in ["left", "right"] {
        assert_same(&dir, "first", out);
    }
    dir.tifa(&format!("{EMBED} after")).exits(0);
    let distinct = &util::record(&dir.join("first"))["counts"]["distinct_sentences"];
    assert_eq!(from_cache(&dir, "after"), *distinct);
}

#[test]
fn a_cache_that_can_not_be_used_is_a_note() {
    let dir = embedded();
    dir.file("thesis.docx", "years of work");
    dir.tifa(&format!("{EMBED} second --cache thesis.docx"))
        .exits(0)
        .tells(&[
            "thesis.docx is no vector cache",
            "goes on without the cache",
        ]);
    assert_same(&dir, "first", "second");
    let kept = fs_err::read(dir.join("thesis.docx")).expect("a file");
    assert_eq!(kept, b"years of work");
}

#[test]
fn the_place_of_the_cache_stands_in_the_settings_too() {
    let dir = embedded();
    dir.file("project/tifa.toml", "cache = \"own.sqlite\"\n");
    dir.tifa(&format!("{EMBED} second --config project/tifa.toml"))
        .exits(0);
    assert_eq!(from_cache(&dir, "second"), 0);
    assert!(dir.join("project/own.sqlite").is_file());
    dir.file("project/tifa.toml", "cache = false\n");
    dir.tifa(&format!("{EMBED} third --config project/tifa.toml"))
        .exits(0);
    assert_eq!(from_cache(&dir, "third"), 0);
}

/// Looking a vector up in a table is faster than in the cache.
#[test]
fn nothing_is_kept_of_a_static_table() {
    let dir = Dir::new();
    dir.with_tiny().file("a.txt", article(1));
    dir.tifa_tiny("embed a.txt --model tiny --out out").exits(0);
    assert!(!dir.cache().exists());
    assert!(!rows(&dir.join("out/sentences.csv")).is_empty());
    dir.tifa("cache stats").exits(0).prints(&["no vectors yet"]);
    dir.tifa("cache clear")
        .exits(0)
        .prints(&["removed 0 vectors"]);
}
