//! `tifa eval sts`: the answer on pairs reckoned by hand, and on the real data where it is.

use std::io::Write;

use crate::util::Dir;

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
