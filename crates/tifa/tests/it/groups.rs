//! `tifa compare` of two groups.

use std::collections::BTreeMap;
use std::path::Path;

use crate::util::{self, Dir, Row, count, number, record, rows};

fn measures(out: &Path) -> BTreeMap<String, Row> {
    let rows = rows(&out.join("group_comparison.csv")).into_iter();
    rows.map(|row| (row["measure"].clone(), row)).collect()
}

/// Pieces about rivers and about schools, each with sentences of its own.
fn piece(word: &str, place: &str, year: usize) -> String {
    let school = [
        "Teachers of {} taught the pupils to read and to reckon.",
        "The classrooms in {} were painted before the examinations.",
        "Parents came to {} to hear about the new lessons.",
        "A library for children opened beside the school of {}.",
    ];
    let river = [
        "The water at {} rose after the rain of the spring.",
        "Fishermen of {} mended their nets on the bank.",
        "The dam above {} let the flood through slowly.",
        "Boats went down from {} to the mouth of the river.",
    ];
    let lines = if word == "river" { river } else { school };
    let text = lines.map(|line| line.replace("{}", place)).join(" ");
    format!("---\ntitle: {place}\ndate: {year}-05-01\n---\n\n{text}\n")
}

fn villages(dir: &Dir) {
    for (at, place) in [
        "Anping", "Beilin", "Chengde", "Datong", "Enshi", "Fuling", "Guyuan", "Hami",
    ]
    .into_iter()
    .enumerate()
    {
        let (word, year) = if at % 2 == 0 {
            ("river", 2010)
        } else {
            ("school", 2020)
        };
        dir.file(
            &format!("all/{place}.md"),
            piece(word, place, year + at / 2),
        )
        .file(
            &format!("{word}/{place}.md"),
            piece(word, place, year + at / 2),
        );
    }
    dir.file("book.toml", util::CODEBOOK);
}

#[test]
fn groups_that_differ_are_told_apart_by_every_measure() {
    let dir = Dir::new();
    villages(&dir);
    let ran = dir.tifa("compare all --where year<2015 --rwmd --codebook book.toml --out out");
    ran.exits(0).prints(&[
        "4 articles, against 4",
        "mmd2_u",
        "energy_distance",
        "theme_jsd",
    ]);
    let out = dir.join("out");
    let found = measures(&out);
    let names: Vec<&str> = found.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "burrows_delta",
            "cosine_delta",
            "energy_distance",
            "mmd2_u",
            "rwmd",
            "theme_jsd"
        ]
    );
    for (measure, row) in &found {
        // 70 divisions of eight units into four and four; the mirror image is as far apart.
        assert!(row["note"].ends_with("70 divisions, all"), "{row:?}");
        assert!(
            (number(row, "p") - 2.0 / 70.0).abs() < 1e-6,
            "{measure}: {row:?}"
        );
        assert!(number(row, "value") > number(row, "null_mean"), "{row:?}");
        assert!(number(row, "null_sd") > 0.0);
        let is_of_words = measure.ends_with("delta");
        let expected = if is_of_words { 4 } else { 16 };
        assert_eq!(
            (count(row, "n_target"), count(row, "n_reference")),
            (expected, expected)
        );
    }
    let jsd = &found["theme_jsd"];
    assert!(number(jsd, "low") <= number(jsd, "high"));
    assert_eq!(found["mmd2_u"]["low"], "");
    let delta = rows(&out.join("delta.csv"));
    assert_eq!(delta.len(), 4 * 7);
    let mean = |column: &str, side: &str| {
        let of_side = delta.iter().filter(|row| row["other_side"] == side);
        let numbers: Vec<f64> = of_side.map(|row| number(row, column)).collect();
        numbers.iter().sum::<f64>() / numbers.len() as f64
    };
    for (column, measure) in [
        ("burrows", "burrows_delta"),
        ("cosine_delta", "cosine_delta"),
    ] {
        let across = mean(column, "reference");
        assert!(across > mean(column, "target"));
        assert!((across - number(&found[measure], "value")).abs() < 2e-6);
    }
    let record = record(&out);
    assert_eq!(
        record["settings"]["comparison"]["groups"]["sides"]["where"],
        "year<2015"
    );
    assert_eq!(record["compared"]["groups"]["units"]["target"], 4);
    assert_eq!(record["compared"]["groups"]["exact"], true);
}

#[test]
fn a_condition_and_folders_give_the_same() {
    let dir = Dir::new();
    villages(&dir);
    let common = "--codebook book.toml --documents --permutations 20";
    dir.tifa(&format!(
        "compare all --where year<2015 {common} --out where"
    ))
    .exits(0);
    dir.tifa(&format!(
        "compare --target river --reference school {common} --out folders"
    ))
    .exits(0);
    let (one, other) = (measures(&dir.join("where")), measures(&dir.join("folders")));
    for (measure, row) in &one {
        assert!(row["note"].ends_with("20 divisions, drawn"), "{row:?}");
        // Vectors come in another order, so that sums may differ in their last digits.
        let (a, b) = (number(row, "value"), number(&other[measure], "value"));
        assert!((a - b).abs() < 2e-6, "{measure}: {a} and {b}");
        assert!(number(row, "p") >= 1.0 / 21.0 - 1e-6);
    }
    assert_eq!(count(&one["mmd2_u"], "n_target"), 4);
}

#[test]
fn copies_change_sides_together_and_one_article_can_stand_alone() {
    let dir = Dir::new();
    villages(&dir);
    let copy = piece("river", "Anping", 2011).replace("mended", "repaired");
    dir.file("all/Anping-again.md", copy);
    dir.tifa("compare all --article Beilin --codebook book.toml --out out")
        .exits(0);
    let out = dir.join("out");
    // Nine articles are eight units; any one of them could stand alone.
    let found = measures(&out);
    assert!(found["mmd2_u"]["note"].ends_with("8 divisions, all"));
    assert_eq!(found["theme_jsd"]["low"], "", "one unit has no interval");
    assert_eq!(record(&out)["compared"]["groups"]["units"]["reference"], 7);
}

#[test]
fn all_against_all_and_no_permutations() {
    let dir = Dir::new();
    villages(&dir);
    dir.tifa("compare all --codebook book.toml --out all-pairs")
        .exits(0);
    let out = dir.join("all-pairs");
    let similarity = rows(&out.join("similarity.csv"));
    assert_eq!(
        similarity
            .iter()
            .filter(|row| row["unit"] == "document")
            .count(),
        8 * 7
    );
    assert!(!out.join("group_comparison.csv").exists());
    dir.tifa("compare all --where year<2015 --permutations 0 --codebook book.toml --out none")
        .exits(0);
    for row in measures(&dir.join("none")).values() {
        assert_eq!((&*row["p"], &*row["low"]), ("", ""), "{row:?}");
    }
}

/// A corpus of the settings file is what single articles are compared with: it is neither group.
#[test]
fn a_corpus_of_the_settings_file_joins_no_group() {
    let dir = Dir::new();
    villages(&dir);
    dir.file(
        "tifa.toml",
        "corpus = [\"school\"]\ncodebook = \"book.toml\"\n",
    );
    dir.tifa("compare river --where year<2012 --out out")
        .exits(0)
        .prints(&["2 articles, against 2 more"]);
    dir.tifa("compare river --out single")
        .exits(0)
        .prints(&["4 articles, against 4 more"]);
}

#[test]
fn mistakes_are_told_and_nothing_is_written() {
    let dir = Dir::new();
    villages(&dir);
    for (line, told) in [
        ("compare", "say what to compare"),
        (
            "compare all --where year>2050",
            "no document is in the target",
        ),
        (
            "compare all --where year>1950",
            "all documents are in the target",
        ),
        ("compare all --where colour=red", "--where"),
        ("compare all --article nobody", "--article: no article"),
        (
            "compare all --against river --where year<2015",
            "cannot be used with",
        ),
    ] {
        dir.tifa(&format!("{line} --codebook book.toml --out out"))
            .exits(2)
            .tells(&[told]);
        assert!(!dir.join("out").exists(), "{line}");
    }
}

/// Rivers and schools lie apart on the map, and their clusters are named by their own words.
#[test]
fn what_belongs_together_is_one_cluster_of_the_map() {
    let dir = Dir::new();
    villages(&dir);
    dir.tifa("run all --codebook book.toml --out out").exits(0);
    let map = rows(&dir.join("out/map.csv"));
    assert_eq!(map.len(), 8);
    for row in &map {
        let at = [
            "Anping", "Beilin", "Chengde", "Datong", "Enshi", "Fuling", "Guyuan", "Hami",
        ]
        .iter()
        .position(|place| *place == row["doc_id"]);
        // Named in turn: the first is of a river, the second of a school.
        assert_eq!(
            count(row, "cluster"),
            1 + at.expect("a village") % 2,
            "{row:?}"
        );
        assert!(number(row, "silhouette") > 0.25, "{row:?}");
        assert_eq!(row["cluster_name"].split(' ').count(), 4);
        let word = if row["cluster"] == "1" {
            "river"
        } else {
            "school"
        };
        let own = ["river", "water", "flood", "dam", "boats", "bank", "nets"];
        let is_of_river = row["cluster_name"]
            .split(' ')
            .any(|word| own.contains(&word));
        assert_eq!(is_of_river, word == "river", "{row:?}");
    }
    let told = &record(&dir.join("out"))["compared"]["map"];
    assert_eq!(told["clusters"], 2);
    let trust = told["trustworthiness"].as_f64();
    assert_eq!(trust, None, "five neighbours of eight are too many");
}

/// "Banks" of money in the one period and of rivers in the other; "the" as ever.
#[test]
fn a_term_that_is_used_in_other_contexts_is_told_from_one_that_is_not() {
    let dir = Dir::new();
    dir.file("book.toml", util::CODEBOOK);
    let money = [
        "The bank lent {} the money for a new mill at a fair rate.",
        "Savers of {} trust the bank with their accounts and bonds.",
        "Interest at the bank of {} rose with the price of credit.",
    ];
    let water = [
        "Willows grow on the bank of the stream that runs through {}.",
        "Fishermen at {} sat on the muddy bank and mended their nets.",
        "The flood near {} carried the bank and the old trees away.",
    ];
    let common = "The council of {} met again in spring, and everybody was glad of it.";
    for (at, place) in [
        "Anping", "Beilin", "Chengde", "Datong", "Enshi", "Fuling", "Guyuan", "Hami",
    ]
    .into_iter()
    .enumerate()
    {
        let (lines, year) = if at % 2 == 0 {
            (money, 2010)
        } else {
            (water, 2020)
        };
        let text = format!("{} {common}", lines.join(" ")).replace("{}", place);
        dir.file(
            &format!("all/{place}.md"),
            format!("---\ntitle: {place}\ndate: {year}-05-01\n---\n\n{text}\n"),
        );
    }
    let args = [
        "compare",
        "all",
        "--where",
        "year<2015",
        "--term",
        "Bank",
        "--term",
        "met again in spring",
        "--term",
        "zebra",
        "--codebook",
        "book.toml",
        "--out",
        "out",
    ];
    dir.tifa_with(&args, &util::models())
        .exits(0)
        .prints(&["context_shift", "met again in spring"]);
    let found = rows(&dir.join("out/group_comparison.csv"));
    let of = |measure: &str, term: &str| {
        let row = found
            .iter()
            .find(|row| row["measure"] == measure && row["term"] == term);
        row.expect("a row").clone()
    };
    for measure in ["context_energy", "context_shift"] {
        let bank = of(measure, "Bank");
        assert_eq!(
            (count(&bank, "n_target"), count(&bank, "n_reference")),
            (12, 12)
        );
        assert!((number(&bank, "p") - 2.0 / 70.0).abs() < 1e-6, "{bank:?}");
        let same = of(measure, "met again in spring");
        assert_eq!(count(&same, "n_target"), 4);
        assert!(
            number(&same, "value") < number(&bank, "value") / 2.0,
            "{same:?}"
        );
        let none = of(measure, "zebra");
        assert_eq!(
            (&*none["value"], &*none["p"], &*none["n_target"]),
            ("", "", "0")
        );
    }
}
