//! Scores set right, by labels and otherwise, with those as they are beside; and what scorers say of
//! each other.

use crate::util::{Dir, Row, record, rows};

/// Texts of which half name rivers and schools alike; people hold those for rivers.
fn labelled(count: usize) -> String {
    let texts = [
        ("river", "rivers"),
        ("school", "schools"),
        ("river school east", "rivers"),
        ("school school", "schools"),
        ("river east school", "rivers"),
        ("school the north", "schools"),
    ];
    let rows = (0..count).map(|at| {
        let (text, label) = texts[at % texts.len()];
        format!("{text},{label}\n")
    });
    ["text,label\n".to_owned()]
        .into_iter()
        .chain(rows)
        .collect()
}

const LINE: &str = "themes calibrate --model tiny --data labelled.csv --text text --label label";

const ARTICLE: &str = "Two things\n\nThe river of the north. The river, the school, the east. \
                       The school of the east. North of the north. River of the school.\n";

fn of_scorer<'a>(table: &'a [Row], scorer: &str) -> Vec<&'a Row> {
    table.iter().filter(|row| row["scorer"] == scorer).collect()
}

fn number(row: &Row, column: &str) -> f64 {
    row[column]
        .parse()
        .unwrap_or_else(|_| panic!("{column}: {row:?}"))
}

fn place(row: &Row, column: &str) -> usize {
    row[column]
        .parse()
        .unwrap_or_else(|_| panic!("{column}: {row:?}"))
}

#[test]
fn what_labels_teach_is_told_kept_and_used() {
    let dir = Dir::new();
    dir.with_tiny()
        .file("labelled.csv", labelled(300))
        .file("articles/one.txt", ARTICLE);
    let ran = dir.tifa_tiny(LINE);
    // Two of three rivers are taken for schools: F1 is 1/2 and 3/4.
    ran.exits(0).prints(&[
        "scorer embedding: 300 labels, temperature",
        "an offset for each theme",
        "macro_f1 0.625 before, 1.000 after",
        "mcc",
        "ece",
        "written: calibration.toml",
    ]);
    let line = "themes articles --model tiny --out out --calibration calibration.toml";
    dir.tifa_tiny(line).exits(0);
    let themes = rows(&dir.join("out/themes.csv"));
    let (plain, set) = (
        of_scorer(&themes, "embedding"),
        of_scorer(&themes, "embedding-calibrated"),
    );
    assert_eq!(plain.len(), set.len());
    // Each theme has one offset, in sentences and in larger units, and the threshold stays.
    let mut offsets = std::collections::BTreeMap::new();
    for (plain, set) in plain.iter().zip(&set) {
        assert_eq!(plain["unit_id"], set["unit_id"]);
        let offset = number(set, "score") - number(plain, "score");
        let first = *offsets.entry(plain["theme"].clone()).or_insert(offset);
        // Of six decimals.
        assert!((offset - first).abs() < 2e-6, "{plain:?} {set:?}");
    }
    assert!(
        offsets["rivers"] > 0.01 && offsets["schools"] < -0.01,
        "{offsets:?}"
    );
    assert!(offsets["none"].abs() < 1e-9);
    let used = &record(&dir.join("out"))["settings"]["themes"]["calibration"];
    assert_eq!(used["sha256"].as_str().map(str::len), Some(64));
}

#[test]
fn labels_that_teach_nothing_and_calibrations_of_something_else_are_refused() {
    let dir = Dir::new();
    dir.with_tiny()
        .file("labelled.csv", labelled(49))
        .file("articles/one.txt", ARTICLE);
    dir.tifa_tiny(LINE)
        .exits(2)
        .tells(&["49 labels are too few; give at least 50"]);
    assert!(!dir.join("calibration.toml").exists());
    dir.file("labelled.csv", labelled(60));
    dir.tifa_tiny(LINE).exits(0);
    let learned = fs_err::read_to_string(dir.join("calibration.toml")).expect("written");
    let use_it = "themes articles --model tiny --out out --calibration other.toml";
    for (from, to, told) in [
        (
            "codebook = \"small\"",
            "codebook = \"large\"",
            "is for codebook large 1",
        ),
        (
            "model = \"tiny\"",
            "model = \"huge\"",
            "of the model huge, and this is tiny",
        ),
        ("rivers =", "lakes =", "not for the themes of this codebook"),
        ("penalty", "penalties", "unknown field `penalties`"),
    ] {
        assert!(learned.contains(from), "{learned}");
        dir.file("other.toml", learned.replace(from, to));
        dir.tifa_tiny(use_it)
            .exits(2)
            .tells(&["calibration other.toml", told]);
        assert!(!dir.join("out").exists());
    }
}

#[test]
fn few_sentences_are_not_matched_to_even_shares_and_empty_texts_are() {
    let dir = Dir::new();
    dir.with_tiny().file("articles/one.txt", ARTICLE);
    dir.tifa_tiny("themes articles --model tiny --out out --prior-matching --null-prior")
        .exits(0)
        .tells(&["aren't matched to even shares", "are too few for 2 themes"]);
    let themes = rows(&dir.join("out/themes.csv"));
    assert!(!of_scorer(&themes, "embedding-null").is_empty());
    assert!(of_scorer(&themes, "embedding-matched").is_empty());
    dir.file("words.yml", "rivers: [river]\nschools: [school]\n");
    dir.tifa_tiny(
        "themes articles --model tiny --out out --scorer lexicon --lexicon words.yml --null-prior",
    )
    .exits(0)
    .tells(&["scores of lexicon stay as they are"]);
}

#[test]
fn scorers_that_part_are_shown_where() {
    let dir = Dir::new();
    dir.with_tiny()
        .file("articles/one.txt", ARTICLE)
        .file("words.yml", "rivers: [river]\nschools: [school]\n");
    dir.tifa_tiny("themes articles --model tiny --out alone")
        .exits(0);
    assert!(!dir.join("alone/agreement.csv").exists());
    let line = "themes articles --model tiny --out out --scorer lexicon --scorer embedding \
                --lexicon words.yml";
    dir.tifa_tiny(line).exits(0);
    let themes = rows(&dir.join("out/themes.csv"));
    let best = |scorer| {
        let own = of_scorer(&themes, scorer).into_iter();
        let best = own.filter(|row| row["unit"] == "sentence" && row["rank"] == "1");
        best.map(|row| row["theme"].as_str()).collect::<Vec<_>>()
    };
    let (lexicon, embedding) = (best("lexicon"), best("embedding"));
    let parted: Vec<usize> = (0..lexicon.len())
        .filter(|&at| lexicon[at] != embedding[at])
        .collect();
    assert!(!parted.is_empty(), "{lexicon:?}");
    let shown = rows(&dir.join("out/disagreements.csv"));
    let numbers: Vec<usize> = shown.iter().map(|row| place(row, "sentence") - 1).collect();
    assert_eq!(numbers, parted);
    for row in &shown {
        let (start, end) = (place(row, "start"), place(row, "end"));
        assert_eq!(ARTICLE[start..end], row["text"]);
    }
    let agreement = rows(&dir.join("out/agreement.csv"));
    assert_eq!(agreement.len(), 1);
    let same = 1.0 - parted.len() as f64 / lexicon.len() as f64;
    assert!((number(&agreement[0], "observed") - same).abs() < 1e-6);
}

#[test]
fn each_figure_of_a_long_text_leads_back_to_its_sentences() {
    let dir = Dir::new();
    dir.with_tiny().file("articles/one.txt", ARTICLE.repeat(12));
    dir.tifa_tiny("themes articles --model tiny --out out")
        .exits(0);
    let sentences: Vec<Row> = rows(&dir.join("out/themes.csv"))
        .into_iter()
        .filter(|row| row["unit"] == "sentence")
        .collect();
    let aggregates = rows(&dir.join("out/aggregates.csv"));
    let documents = aggregates.iter().filter(|row| row["unit"] == "document");
    let mut count = 0;
    for row in documents {
        count += 1;
        let own: Vec<&Row> = sentences
            .iter()
            .filter(|s| s["theme"] == row["theme"])
            .collect();
        let scores: Vec<f64> = own.iter().map(|s| number(s, "score")).collect();
        let mean = scores.iter().sum::<f64>() / scores.len() as f64;
        // Of six decimals.
        assert!((number(row, "mean") - mean).abs() < 2e-6, "{row:?}");
        let at = place(row, "max_sentence") - 1;
        assert!((number(row, "max") - scores[at]).abs() < 2e-6, "{row:?}");
        assert!(scores.iter().all(|&score| score <= scores[at]));
        assert!(number(row, "mean_low") <= mean && mean <= number(row, "mean_high"));
    }
    assert_eq!(count, 2);
    let again = "themes articles --model tiny --out other --seed 2";
    dir.tifa_tiny(again).exits(0);
    let other = rows(&dir.join("other/aggregates.csv"));
    assert_eq!(aggregates, other, "nothing of it is drawn at random");
}
