//! A build without libtorch: everything but the neural stages works, and what is missing is said.

use crate::util::{self, Dir, article, rows};

#[test]
fn a_run_does_the_text_stages_and_says_what_is_missing() {
    let dir = Dir::new();
    dir.file("in/a.txt", article(1))
        .file("in/b.txt", article(2));
    let ran = dir.tifa("run in --out out");
    ran.exits(0)
        .tells(&["no libtorch", "scripts/setup", "themes", "left out"]);
    ran.prints(&["2 articles", "results: out"]);
    let out = dir.join("out");
    assert_eq!(rows(&out.join("documents.csv")).len(), 2);
    util::assert_offsets_cut_the_text(&out, dir.path());
    for neural in [
        "themes.csv",
        "similarity.csv",
        "neighbours.csv",
        "profiles.csv",
        "embeddings",
    ] {
        assert!(!out.join(neural).exists(), "{neural}");
    }
    assert!(util::record(&out)["truncation"].is_null());
}

#[test]
fn quiet_still_says_what_is_missing() {
    let dir = Dir::new();
    let ran = dir
        .file("a.txt", article(1))
        .tifa("run a.txt --out out --quiet");
    ran.exits(0).tells(&["no libtorch"]);
    assert_eq!(ran.out, "");
}

#[test]
fn neither_weights_nor_libtorch_are_needed_for_words() {
    let dir = Dir::new();
    let card = util::models().join("all-MiniLM-L6-v2/card.toml");
    let book = util::models().join("codebooks/qiushi.toml");
    dir.file("models/m/card.toml", fs_err::read(card).expect("a card"))
        .file(
            "models/codebooks/qiushi.toml",
            fs_err::read(book).expect("a codebook"),
        )
        .file("a.txt", article(1));
    let ran = dir.tifa_with(&["tokenize", "a.txt", "--out", "out"], &dir.join("models"));
    ran.exits(0).tells(&[
        "no subwords",
        "tokenizer.json is missing",
        "tifa models pull",
    ]);
    let tokens = rows(&dir.join("out/tokens.csv"));
    assert!(tokens.len() > 50);
    assert!(tokens.iter().all(|row| row["kind"] == "word"));
    assert!(
        rows(&dir.join("out/sentences.csv"))
            .iter()
            .all(|row| row["subwords"].is_empty())
    );
}
