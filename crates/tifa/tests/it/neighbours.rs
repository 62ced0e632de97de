//! Nearest sentences, exact and through an index, and how many pieces are listed.

use std::collections::BTreeMap;

use crate::util::{Dir, Row, number, record, rows};

const WORDS: [&str; 5] = ["north", "east", "northeast", "river", "school"];

/// Thirty pieces of four sentences of the words that the model knows; some sentences are equal.
fn pieces() -> Dir {
    let dir = Dir::new();
    dir.with_tiny();
    for piece in 0..30_usize {
        let sentence = |place: usize| {
            let draw = (piece * 4 + place) * 37 % 101;
            let word = |part: usize| WORDS[draw / part % WORDS.len()];
            format!("The {} {} of the {}.", word(1), word(5), word(25))
        };
        let text: Vec<String> = (0..4).map(sentence).collect();
        dir.file(&format!("pieces/p{piece:02}.txt"), text.join(" "));
    }
    dir
}

const RUN: &str = "run pieces --model tiny --any-language --neighbours 7";

#[test]
fn an_index_over_few_sentences_finds_what_is_found_without_it() {
    let dir = pieces();
    dir.tifa_tiny(&format!("{RUN} --out exact")).exits(0);
    let exact = fs_err::read(dir.join("exact/neighbours.csv")).expect("a table");
    let told = &record(&dir.join("exact"))["compared"]["neighbours"];
    assert_eq!(told["search"], "exact");
    assert!(told["recall"].is_null());
    dir.file("tifa.toml", "neighbour_search = \"approximate\"\n");
    for threads in [1, 2] {
        let ran = dir.tifa_tiny(&format!("{RUN} --threads {threads} --out index"));
        ran.exits(0).tells(&[
            "neighbours: approximate; 100.0 % of the exact ones found, measured on 120 sentences",
        ]);
        assert!(!ran.err.contains("that is under 95 %"), "{ran}");
        let found = fs_err::read(dir.join("index/neighbours.csv")).expect("a table");
        assert!(found == exact, "with {threads} threads");
        let record = record(&dir.join("index"));
        let told = &record["compared"]["neighbours"];
        assert_eq!(told["search"], "approximate");
        assert_eq!(told["recall_sentences"], 120);
        assert!((told["recall"].as_f64().expect("measured") - 1.0).abs() < 1e-12);
        assert_eq!(
            record["settings"]["comparison"]["neighbour_search"],
            "approximate"
        );
    }
    let rows = rows(&dir.join("index/neighbours.csv"));
    assert_eq!(rows.len(), 120 * 7);
    assert!(rows.iter().all(|row| row["doc_id"] != row["other_id"]));
}

#[test]
fn of_many_pieces_the_nearest_are_listed() {
    let dir = pieces();
    dir.tifa_tiny(&format!("{RUN} --out all")).exits(0);
    let ran = dir.tifa_tiny(&format!("{RUN} --nearest-pieces 3 --out few"));
    ran.exits(0).tells(&["the 3 nearest of 29 other pieces"]);
    assert_eq!(record(&dir.join("few"))["compared"]["listed_pieces"], 3);
    let documents = |out: &str| -> BTreeMap<String, Vec<Row>> {
        let mut of: BTreeMap<String, Vec<Row>> = BTreeMap::new();
        for row in rows(&dir.join(out).join("similarity.csv")) {
            if row["unit"] == "document" {
                of.entry(row["doc_id"].clone()).or_default().push(row);
            }
        }
        of
    };
    let (all, few) = (documents("all"), documents("few"));
    assert_eq!((all.len(), few.len()), (30, 30));
    for (doc_id, few) in &few {
        let mut cosines: Vec<f64> = all[doc_id]
            .iter()
            .map(|row| number(row, "cosine"))
            .collect();
        assert_eq!(cosines.len(), 29);
        cosines.sort_by(|a, b| b.total_cmp(a));
        let mut listed: Vec<f64> = few.iter().map(|row| number(row, "cosine")).collect();
        listed.sort_by(|a, b| b.total_cmp(a));
        assert_eq!(listed, cosines[..3], "{doc_id}");
        // A row that is listed is the same as among all.
        assert!(few.iter().all(|row| all[doc_id].contains(row)), "{doc_id}");
    }
    let pairs = |table: &str| -> Vec<(String, String)> {
        let mut pairs: Vec<_> = rows(&dir.join("few").join(table))
            .into_iter()
            .map(|row| (row["doc_id"].clone(), row["other_id"].clone()))
            .collect();
        pairs.sort();
        pairs.dedup();
        pairs
    };
    assert_eq!(pairs("similarity.csv").len(), 90);
    assert_eq!(pairs("profiles.csv"), pairs("similarity.csv"));
}
