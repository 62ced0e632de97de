//! `tifa eval sts`: the answer on pairs reckoned by hand, and on the real data where it is.

use std::io::Write;

use crate::util::{Dir, record, root, rows};

/// Cosines 1, √½, 0 and √½ with scores 5, 3, 1 and 4: ranks 4, 2.5, 1, 2.5 and 4, 2, 1, 3.
const PAIRS: &str = "north,north,5\n\
                     north,\"northeast\",3.0\n\
                     \"north\",east,1\n\
                     northeast,east,4\n";
/// 4.5 / √(4.5 · 5)
const SPEARMAN: &str = "spearman 0.9487";

#[test]
fn ranks_of_cosines_are_held_against_ranks_of_scores() {
    let dir = Dir::new();
    dir.with_tiny().file("pairs.csv", PAIRS);
    let ran = dir.tifa_tiny("eval sts pairs.csv --model tiny --precision f32");
    ran.exits(0)
        .prints(&["pairs 4", "pearson 0.9", "model: tiny, static encoder"]);
    assert!(ran.out.lines().any(|line| line == SPEARMAN), "{ran}");
}

#[test]
fn packed_tables_are_unpacked() {
    let dir = Dir::new();
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(PAIRS.as_bytes()).expect("packs");
    dir.with_tiny()
        .file("pairs.csv.gz", packed.finish().expect("packs"));
    dir.tifa_tiny("eval sts pairs.csv.gz --model tiny")
        .exits(0)
        .prints(&[SPEARMAN]);
}

#[test]
fn what_is_wrong_with_a_table_is_told_with_its_line() {
    let dir = Dir::new();
    dir.with_tiny();
    for (contents, told) in [
        (
            "north,north,5\nnorth,east\n",
            "pairs.csv, line 2: has 2 columns",
        ),
        ("one,two,three\n", "line 1: the score 'three' is no number"),
        ("north,east,NaN\n", "line 1: the score 'NaN' is no number"),
        ("", "pairs.csv holds no pairs"),
        (
            "north,east,1\nnorth,east,1\n",
            "all alike have no correlation",
        ),
    ] {
        dir.file("pairs.csv", contents);
        dir.tifa_tiny("eval sts pairs.csv --model tiny")
            .exits(2)
            .tells(&[told]);
    }
    dir.file("pairs.csv", b"north,\xff\xfe,1\n");
    dir.tifa_tiny("eval sts pairs.csv --model tiny")
        .exits(2)
        .tells(&["can't read pairs.csv", "line 1"]);
    dir.file("pairs.csv.gz", "not packed");
    dir.tifa_tiny("eval sts pairs.csv.gz --model tiny")
        .exits(2)
        .tells(&["can't read pairs.csv.gz"]);
    dir.tifa_tiny("eval sts none.csv --model tiny")
        .exits(2)
        .tells(&["none.csv"]);
}

/// What sentence-transformers gives for this model, in float32; reduced precisions may move it by
/// 0.0010.
#[test]
fn the_default_model_reaches_its_score_on_the_benchmark() {
    #![expect(clippy::print_stderr, reason = "a skipped test must say so")]
    const DATA: &str = "../shared/data/stsb_en_test.csv.gz";
    let path = crate::util::root().join(DATA);
    if !path.is_file() {
        eprintln!("skipped: {} is not there", path.display());
        return;
    }
    // The fourth decimal depends on the order of sums.
    for (precision, allowed) in [("f32", 0.0005), ("int16", 0.0010), ("bf16", 0.0010)] {
        let dir = Dir::new();
        let asked = format!("eval sts {} --precision {precision}", path.display());
        let ran = dir.tifa(&asked);
        ran.exits(0).prints(&["pairs 1379"]);
        let line = ran
            .out
            .lines()
            .find_map(|line| line.strip_prefix("spearman "));
        let found: f64 = line
            .and_then(|number| number.parse().ok())
            .expect("a score");
        assert!((found - 0.8203).abs() <= allowed, "{ran}");
    }
}

const LABELLED: &str = "id,topic,body\n\
                        1,Rivers,river\n\
                        2,SCHOOLS,school school\n\
                        3,schools,river\n\
                        4,Weather,north\n";

#[test]
fn themes_are_held_against_labels() {
    let dir = Dir::new();
    dir.with_tiny().file("labelled.csv", LABELLED);
    let line = "eval themes --model tiny --data labelled.csv --text body --label topic --out out";
    // Two of three are right; F1 is 2/3 for both themes.
    dir.tifa_tiny(line).exits(0).prints(&[
        "rows 3; 1 left out, whose labels are no themes: 'Weather' 1",
        "scorer embedding",
        "accuracy 0.667",
        "macro_f1 0.667",
        "mcc 0.500",
    ]);
    let predictions = rows(&dir.join("out/predictions.csv"));
    let found: Vec<_> = predictions
        .iter()
        .map(|row| {
            (
                row["row"].as_str(),
                row["label"].as_str(),
                row["theme"].as_str(),
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            ("1", "rivers", "rivers"),
            ("2", "schools", "schools"),
            ("3", "schools", "rivers")
        ]
    );
    let confusion = rows(&dir.join("out/confusion.csv"));
    assert_eq!(confusion.len(), 3);
    assert!(confusion.iter().all(|row| row["rows"] == "1"));
    let measures = rows(&dir.join("out/measures.csv"));
    assert_eq!(measures.len(), 2);
    assert_eq!(measures[0]["precision"], "0.500000");
    assert_eq!(measures[0]["recall"], "1.000000");
}

#[test]
fn columns_and_labels_that_are_not_there_are_told_with_those_that_are() {
    let dir = Dir::new();
    dir.with_tiny().file("labelled.csv", LABELLED);
    let line = "eval themes --model tiny --data labelled.csv --text body --label";
    dir.tifa_tiny(&format!("{line} theme"))
        .exits(2)
        .tells(&["no column 'theme'; there are: id, topic, body", "--label"]);
    dir.tifa_tiny(&format!("{line} id"))
        .exits(2)
        .tells(&["no label in labelled.csv is a theme", "rivers, schools"]);
}

#[test]
fn a_scorer_that_needs_a_model_says_how_to_name_it() {
    let dir = Dir::new();
    dir.with_tiny().file("labelled.csv", LABELLED);
    let line =
        "eval themes --model tiny --data labelled.csv --text body --label topic --scorer nli";
    dir.tifa_tiny(line)
        .exits(2)
        .tells(&["needs an entailment model", "--nli-model"]);
}

#[test]
fn a_cascade_tells_how_much_its_first_scorer_lets_through() {
    let dir = Dir::new();
    dir.with_tiny().file("labelled.csv", LABELLED);
    let folder = root().join("crates/model/tests/fixtures/classifiers/bert");
    let line = |top| {
        format!(
            "eval themes --model tiny --data labelled.csv --text body --label topic --out out{top} \
             --scorer nli --scorer cascade --cascade-top {top} --nli-model {}",
            folder.join("contradiction-neutral-entailment").display()
        )
    };
    // Of two themes the better by embedding is the label's for two of three texts.
    let ran = dir.tifa_tiny(&line(1));
    ran.exits(0)
        .prints(&["scorer cascade", "recall_at_1 0.667 of labels"]);
    let ran = dir.tifa_tiny(&line(2));
    ran.exits(0)
        .prints(&["recall_at_2 1.000 of labels, 1.000 of entailment alone"]);
    // A cascade that lets all themes through is entailment itself.
    let predictions = rows(&dir.join("out2/predictions.csv"));
    let of = |scorer| {
        let own = predictions
            .iter()
            .filter(move |row| row["scorer"] == scorer);
        own.map(|row| (&row["row"], &row["theme"], &row["score"]))
            .collect::<Vec<_>>()
    };
    assert_eq!(of("cascade"), of("nli"));
    assert_eq!(of("nli").len(), 3);
}

#[test]
fn a_dictionary_scores_themes_by_its_words() {
    let dir = Dir::new();
    dir.with_tiny().file("labelled.csv", LABELLED);
    let line =
        "eval themes --model tiny --data labelled.csv --text body --label topic --scorer lexicon";
    dir.tifa_tiny(line)
        .exits(2)
        .tells(&["no theme has a pattern", "--lexicon"]);
    dir.file("words.yml", "Rivers: [riv*]\nSchools: [teacher, school]\n");
    dir.tifa_tiny(&format!("{line} --lexicon words.yml --out out"))
        .exits(0)
        .prints(&["scorer lexicon", "accuracy 0.667"]);
    let predictions = rows(&dir.join("out/predictions.csv"));
    assert!(
        predictions.iter().all(|row| row["score"] == "1.000000"),
        "{predictions:?}"
    );
    dir.file("words.yml", "Rivers: [riv*]\nRoads: [lane]\n");
    dir.tifa_tiny(&format!("{line} --lexicon words.yml"))
        .exits(2)
        .tells(&["words.yml: line 2: key 'Roads' names no theme of codebook small"]);
}

#[test]
fn two_scorers_stand_side_by_side() {
    let dir = Dir::new();
    dir.with_tiny().file("labelled.csv", LABELLED);
    let folder = root().join("crates/model/tests/fixtures/classifiers/bert");
    let model = folder.join("contradiction-neutral-entailment");
    let line = format!(
        "eval themes --model tiny --data labelled.csv --text body --label topic --out out \
         --scorer embedding --scorer nli --nli-model {}",
        model.display()
    );
    dir.tifa_tiny(&line)
        .exits(0)
        .prints(&["scorer embedding", "scorer nli"]);
    let predictions = rows(&dir.join("out/predictions.csv"));
    assert_eq!(predictions.len(), 6);
    let record = record(&dir.join("out"));
    let used = &record["scored"]["nli_model"];
    assert_eq!(used["entailment"], 2);
    assert_eq!(used["weights_sha256"].as_str().map(str::len), Some(64));
    assert_eq!(record["counts"]["left_out"]["Weather"], 1);
    // Each score is the winner's share of two.
    for row in predictions.iter().filter(|row| row["scorer"] == "nli") {
        let score: f64 = row["score"].parse().expect("a number");
        assert!((0.5..=1.0).contains(&score), "{row:?}");
    }
}
