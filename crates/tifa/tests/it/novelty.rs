//! What is repeated, rephrased and new; similarities and their background.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use crate::util::{self, Dir, Row, count, number, record, rows};

struct Whole {
    dir: Dir,
}

static WHOLE: LazyLock<Whole> = LazyLock::new(|| {
    let dir = Dir::new();
    let corpus = util::root().join("corpus").display().to_string();
    dir.tifa(&format!("run {corpus} --out earlier")).exits(0);
    dir.tifa(&format!("run {corpus} --any-date --center --out any"))
        .exits(0);
    Whole { dir }
});

fn out(name: &str) -> PathBuf {
    WHOLE.dir.join(name)
}

fn table(out: &Path, name: &str) -> Vec<Row> {
    rows(&out.join(name))
}

/// Numbers of the sentences of a piece from one that begins so to one that ends so.
fn passage(out: &Path, doc_id: &str, begin: &str, end: &str) -> Vec<usize> {
    let sentences = table(out, "sentences.csv").into_iter();
    let own: Vec<Row> = sentences.filter(|row| row["doc_id"] == doc_id).collect();
    let first = own.iter().position(|row| row["text"].contains(begin));
    let last = own.iter().position(|row| row["text"].ends_with(end));
    let (first, last) = (first.expect(begin), last.expect(end));
    own[first..=last]
        .iter()
        .map(|row| count(row, "sentence"))
        .collect()
}

const ROAD: &str = "2011-09-20-starting-with-the-road-demo";
const NEIGHBORS: &str = "2013-06-18-neighbors-cannot-be-moved-demo";
const TABLE: &str = "2018-12-21-a-larger-table-demo";
const BLADE: &str = "2019-09-20-turning-the-blade-inward-demo";
const HOME: &str = "2022-03-22-who-will-come-home-demo";

/// The passage that corpus/README.md says was reused word for word.
fn reused(out: &Path, doc_id: &str) -> Vec<usize> {
    let begin = "The countryside is where our work is tested first.";
    passage(
        out,
        doc_id,
        begin,
        "can we say that the foundation has been laid.",
    )
}

/// The passage that it says was rephrased: a paragraph.
fn rephrased(out: &Path, doc_id: &str) -> Vec<usize> {
    let begin = if doc_id == NEIGHBORS {
        "Differences between neighbors are natural,"
    } else {
        "It is to be expected that states living side by side"
    };
    let sentences = table(out, "sentences.csv").into_iter();
    let own: Vec<Row> = sentences.filter(|row| row["doc_id"] == doc_id).collect();
    let first = own.iter().find(|row| row["text"].starts_with(begin));
    let paragraph = &first.expect(begin)["paragraph"];
    let inside = own.iter().filter(|row| row["paragraph"] == *paragraph);
    inside.map(|row| count(row, "sentence")).collect()
}

fn classes(out: &Path) -> BTreeMap<(String, usize), Row> {
    let rows = table(out, "novelty.csv").into_iter();
    rows.map(|row| ((row["doc_id"].clone(), count(&row, "sentence")), row))
        .collect()
}

#[test]
fn the_passage_reused_word_for_word_is_verbatim_in_the_later_pieces() {
    let out = out("earlier");
    let found = classes(&out);
    for (doc_id, sources) in [(BLADE, vec![ROAD]), (HOME, vec![ROAD, BLADE])] {
        let sentences = reused(&out, doc_id);
        assert_eq!(sentences.len(), 4);
        for sentence in sentences {
            let row = &found[&(doc_id.to_owned(), sentence)];
            assert_eq!(row["class"], "verbatim", "{row:?}");
            assert!(sources.contains(&&*row["source_doc_id"]), "{row:?}");
            assert!(number(row, "share_verbatim") >= 0.5);
        }
    }
    for sentence in reused(&out, ROAD) {
        let row = &found[&(ROAD.to_owned(), sentence)];
        assert_eq!((&*row["class"], &*row["source_doc_id"]), ("novel", ""));
    }
}

/// None of the seven sentences stands out alone: the nearest sentence of most is elsewhere. Together and
/// in this order they do.
#[test]
fn the_rephrased_passage_is_found_whole_and_nothing_that_shares_no_formulation() {
    let out = out("earlier");
    let found = classes(&out);
    let sentences = rephrased(&out, TABLE);
    assert_eq!(sentences.len(), 7);
    let theirs = rephrased(&out, NEIGHBORS);
    for (own, their) in sentences.iter().zip(&theirs) {
        let row = &found[&(TABLE.to_owned(), *own)];
        assert_eq!(row["class"], "paraphrase", "{row:?}");
        assert_eq!(row["source_doc_id"], NEIGHBORS);
        assert_eq!(count(row, "source_sentence"), *their);
        assert!(number(row, "passage_expected") < 0.01, "{row:?}");
        assert_eq!((&*row["p"], &*row["q"]), ("", ""));
    }
    let elsewhere: Vec<&Row> = found
        .values()
        .filter(|row| row["class"] == "paraphrase")
        .filter(|row| row["doc_id"] != TABLE || !sentences.contains(&count(row, "sentence")))
        .collect();
    // What else is called so has a formulation of corpus/README.md in common with its source.
    let formulations = [
        "new development concept",
        "decisive role of the market in allocating resources",
        "comprehensive strategic partnership",
        "ucid waters and lush mountains are invaluable assets",
    ];
    assert_eq!(elsewhere.len(), formulations.len(), "{elsewhere:#?}");
    for formulation in formulations {
        let both = |row: &&&Row| {
            ["text", "source_text"]
                .iter()
                .all(|c| row[*c].contains(formulation))
        };
        assert_eq!(elsewhere.iter().filter(both).count(), 1, "{formulation}");
    }
    let repeated = found.values().filter(|row| row["class"] == "verbatim");
    assert_eq!(repeated.count(), 8);
}

#[test]
fn with_any_date_and_centered_both_sides_of_each_passage_are_found() {
    let out = out("any");
    let found = classes(&out);
    for doc_id in [ROAD, BLADE, HOME] {
        for sentence in reused(&out, doc_id) {
            let row = &found[&(doc_id.to_owned(), sentence)];
            assert_eq!(row["class"], "verbatim", "{row:?}");
        }
    }
    for doc_id in [NEIGHBORS, TABLE] {
        for sentence in rephrased(&out, doc_id) {
            let row = &found[&(doc_id.to_owned(), sentence)];
            assert_eq!(row["class"], "paraphrase", "{row:?}");
        }
    }
    // Centered, unrelated texts are about at right angles.
    let all = &record(&out)["compared"]["background"]["sentence"]["all"];
    assert!(all["mean"].as_f64().expect("a mean").abs() < 0.02, "{all}");
    assert_eq!(record(&out)["settings"]["comparison"]["center"], true);
}

#[test]
fn sections_and_pieces_count_what_sentences_are() {
    let out = out("earlier");
    let sentences = table(&out, "novelty.csv");
    assert_eq!(sentences.len(), table(&out, "sentences.csv").len());
    let pieces = table(&out, "novelty_pieces.csv");
    let sections = table(&out, "novelty_sections.csv");
    assert_eq!(pieces.len(), 12);
    let mut held_against = 0;
    for piece in &pieces {
        let id = &piece["doc_id"];
        for class in ["verbatim", "paraphrase", "novel"] {
            let own = sentences
                .iter()
                .filter(|row| row["doc_id"] == *id && row["class"] == class);
            assert_eq!(own.count(), count(piece, class));
            let of_sections = sections.iter().filter(|row| row["doc_id"] == *id);
            assert_eq!(
                of_sections.map(|row| count(row, class)).sum::<usize>(),
                count(piece, class)
            );
        }
        // In order of their dates, each has those before it.
        assert_eq!(count(piece, "candidates"), held_against);
        held_against += 1;
        if held_against == 1 {
            assert_eq!(
                (&*piece["precision"], &*piece["similarity_threshold"]),
                ("", "")
            );
            continue;
        }
        let figure = |column| number(piece, column);
        let (p, r, b) = (figure("precision"), figure("recall"), figure("baseline"));
        assert!((figure("f") - 2.0 * p * r / (p + r)).abs() < 2e-6);
        assert!((figure("precision_rescaled") - (p - b) / (1.0 - b)).abs() < 2e-5);
        assert!((figure("coverage") + figure("novel_share") - 1.0).abs() < 2e-6);
        let nearest = sentences
            .iter()
            .filter(|row| row["doc_id"] == *id && row["class"] == "novel");
        let near =
            nearest.filter(|row| number(row, "similarity") >= figure("similarity_threshold"));
        assert_eq!(near.count(), 0, "{piece:?}");
    }
}

#[test]
fn each_cosine_has_its_place_among_unrelated_pairs() {
    let out = out("earlier");
    let background = &record(&out)["compared"]["background"];
    let documents = &background["document"]["all"];
    assert_eq!(
        (&documents["pairs"], &documents["of_pairs"]),
        (&66.into(), &66.into())
    );
    let (mean, sd) = (documents["mean"].as_f64(), documents["sd"].as_f64());
    let (mean, sd) = (mean.expect("a mean"), sd.expect("a deviation"));
    let similarity = table(&out, "similarity.csv");
    let pairs: Vec<&Row> = similarity
        .iter()
        .filter(|row| row["unit"] == "document")
        .collect();
    for row in &pairs {
        let cosine = number(row, "cosine");
        let lower = pairs
            .iter()
            .filter(|other| number(other, "cosine") <= cosine + 1e-6);
        let share = lower.count() as f64 / pairs.len() as f64;
        assert!((number(row, "percentile") - share).abs() < 2e-6, "{row:?}");
        assert!(
            (number(row, "z") - (cosine - mean) / sd).abs() < 1e-4,
            "{row:?}"
        );
    }
    // Of a nearest section or sentence, most unrelated ones are farther off.
    for (file, unit) in [
        ("similarity.csv", Some("section")),
        ("neighbours.csv", None),
    ] {
        let all = table(&out, file);
        let all: Vec<&Row> = all
            .iter()
            .filter(|row| unit.is_none_or(|u| row["unit"] == u))
            .collect();
        let mean = all.iter().map(|row| number(row, "percentile")).sum::<f64>() / all.len() as f64;
        assert!(mean > 0.6, "{file}: {mean}");
    }
    let strata = background["sentence"]["strata"].as_array().expect("strata");
    assert!(strata.len() > 20);
    for stratum in strata {
        let pairs = stratum["pairs"].as_u64().expect("pairs");
        assert!((200..=2000).contains(&pairs), "{stratum}");
        assert_eq!(
            pairs,
            stratum["of_pairs"].as_u64().expect("pairs").min(2000)
        );
    }
}

/// Two articles alone, short as they are, have no background: nothing is called a paraphrase, and nothing fails.
#[test]
fn two_short_articles_alone_have_no_background() {
    let dir = Dir::new();
    dir.file("a.txt", util::article(1))
        .file("b.txt", "A school in the hills has two teachers and no garden. The rules on waste water should be kept, and that is all.")
        .file("book.toml", util::CODEBOOK);
    dir.tifa("compare a.txt --against b.txt --codebook book.toml --out out")
        .exits(0)
        .tells(&["nothing is called a paraphrase; --corpus adds articles"]);
    let out = dir.join("out");
    for row in table(&out, "novelty.csv") {
        assert_eq!(row["class"], "novel", "{row:?}");
        assert_eq!(row["source_doc_id"], "b");
    }
    let piece = &table(&out, "novelty_pieces.csv")[0];
    assert_eq!(count(piece, "candidates"), 1);
    assert_eq!(piece["passage_threshold"], "");
    assert!(table(&out, "similarity.csv")[0]["z"].is_empty());
}

/// Two whole articles have enough pairs of sentences to tell how near they come by chance, but are one pair.
#[test]
fn two_whole_articles_have_a_limit_for_sentences_and_none_for_passages() {
    let dir = Dir::new();
    dir.file("book.toml", util::CODEBOOK);
    let piece = |id: &str| {
        let corpus = util::root().join("corpus");
        corpus.join(format!("{id}.txt")).display().to_string()
    };
    let line = format!(
        "compare {} --against {} --codebook book.toml --out out",
        piece(TABLE),
        piece(NEIGHBORS)
    );
    dir.tifa(&line).exits(0).tells(&[
        "of such sentences a share of 0.01 at most is chance",
        "rephrased passages are not looked for",
    ]);
    let out = dir.join("out");
    let judged = &table(&out, "novelty_pieces.csv")[0];
    assert_eq!(judged["passage_threshold"], "");
    let limit = number(judged, "similarity_threshold");
    let pairs = &record(&out)["compared"]["novelty"]["sentences"]["background_pairs"];
    assert!(pairs.as_u64().expect("pairs") > 1000, "{pairs}");
    // Between what is common and what is the same.
    assert!(limit > 0.45 && limit < 0.9, "{limit}");
    let rows = table(&out, "novelty.csv");
    for row in &rows {
        let is_near = number(row, "similarity") >= limit;
        assert_eq!(row["class"] == "paraphrase", is_near, "{row:?}");
        assert_eq!(number(row, "q") <= 0.01, is_near, "{row:?}");
    }
    // q of Benjamini and Hochberg: the least of p·m/rank from its rank on.
    let mut by_p: Vec<(f64, f64)> = rows
        .iter()
        .map(|r| (number(r, "p"), number(r, "q")))
        .collect();
    by_p.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut least = 1.0_f64;
    for (at, (p, q)) in by_p.iter().enumerate() {
        least = least.min(p * rows.len() as f64 / (rows.len() - at) as f64);
        // p is written with six decimals, and taken up to 55 times.
        assert!((q - least).abs() < 3e-5, "{q} {least}");
    }
    dir.tifa(&format!("{line} --paraphrase-q 0.5")).exits(0);
    let more = table(&out, "novelty.csv");
    let count = |rows: &[Row]| rows.iter().filter(|r| r["class"] == "paraphrase").count();
    assert_eq!(
        count(&more),
        more.iter().filter(|r| number(r, "q") <= 0.5).count()
    );
    assert!(count(&more) > count(&rows));
    dir.file("tifa.toml", "paraphrase_q = 0.0");
    dir.tifa(&line)
        .exits(2)
        .tells(&["paraphrase_q of the settings file is 0", "above 0"]);
}

/// A paragraph each of eight articles: 28 pairs of articles, but too few pairs of sentences.
#[test]
fn short_articles_have_a_limit_for_passages_and_none_for_sentences() {
    let dir = Dir::new();
    dir.file("book.toml", util::CODEBOOK);
    let corpus = fs_err::read_dir(util::root().join("corpus")).expect("a folder");
    let mut paths: Vec<_> = corpus
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "txt"));
    paths.sort();
    for (at, path) in paths.iter().take(8).enumerate() {
        let text = fs_err::read_to_string(path).expect("readable");
        let paragraph = text
            .lines()
            .find(|line| line.len() > 400)
            .expect("a paragraph");
        let sentences: Vec<&str> = paragraph.split_inclusive(". ").take(5).collect();
        dir.file(&format!("all/{at}.txt"), sentences.concat());
    }
    dir.tifa("run all --codebook book.toml --out out")
        .exits(0)
        .tells(&[
            "counts as a paraphrase only as part of a passage",
            "too short to tell how near sentences come by chance",
        ]);
    let judged = &table(&dir.join("out"), "novelty_pieces.csv")[0];
    assert_eq!(judged["similarity_threshold"], "");
    assert_ne!(judged["passage_threshold"], "");
}
