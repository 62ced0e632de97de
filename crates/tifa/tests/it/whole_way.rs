//! `tifa run corpus`: one run, asked many things.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use ndarray::Array2;

use crate::util::{self, Dir, Ran, Row, count, header, number, rows};

struct Whole {
    dir: Dir,
    ran: Ran,
}

static WHOLE: LazyLock<Whole> = LazyLock::new(|| {
    let dir = Dir::new();
    let line = format!(
        "run {} --out results",
        util::root().join("corpus").display()
    );
    let ran = dir.tifa(&line);
    Whole { dir, ran }
});

fn out() -> PathBuf {
    WHOLE.ran.exits(0);
    WHOLE.dir.join("results")
}

fn table(name: &str) -> Vec<Row> {
    rows(&out().join(name))
}

fn sentences_of(doc_id: &str) -> Vec<Row> {
    let mut sentences = table("sentences.csv");
    sentences.retain(|row| row["doc_id"] == doc_id);
    sentences
}

#[test]
fn it_succeeds_without_a_problem_and_leaves_one_folder() {
    assert_eq!(table("problems.csv").len(), 0);
    assert_eq!(WHOLE.dir.entries(), ["results"]);
}

/// The columns that each table begins with.
const COLUMNS: [(&str, &str); 13] = [
    (
        "documents.csv",
        "doc_id path title author source published original_edition sections paragraphs sentences words subwords",
    ),
    ("sections.csv", "doc_id section number title"),
    (
        "sentences.csv",
        "doc_id section paragraph sentence start end offset_base text words subwords",
    ),
    ("themes.csv", "doc_id unit unit_id scorer theme score rank"),
    ("cleaning.csv", "doc_id rule start end text"),
    (
        "similarity.csv",
        "doc_id other_id unit section other_section cosine percentile theme_jsd",
    ),
    (
        "neighbours.csv",
        "doc_id sentence rank other_id other_sentence cosine start end text other_start other_end other_text",
    ),
    (
        "profiles.csv",
        "doc_id other_id scorer theme share other_share jsd_part",
    ),
    (
        "reuse.csv",
        "doc_id start end source_doc_id source_start source_end words identity cluster",
    ),
    ("clusters.csv", "cluster doc_id start end copies earliest"),
    ("near_duplicates.csv", "group doc_id pieces earliest"),
    ("problems.csv", "doc_id path place severity problem remedy"),
    (
        "stages.csv",
        "stage unit items seconds items_per_second peak_memory_bytes",
    ),
];

#[test]
fn every_table_has_the_columns_that_others_rely_on() {
    for (file, columns) in COLUMNS {
        let header = header(&out().join(file));
        assert!(header.join(" ").starts_with(columns), "{file}: {header:?}");
        let distinct: BTreeSet<&String> = header.iter().collect();
        assert_eq!(distinct.len(), header.len(), "{file}");
    }
    let tokens = out().join("tokens.csv");
    assert!(!tokens.exists(), "tokens.csv is of `tifa tokenize`");
}

#[test]
fn every_piece_of_the_corpus_is_a_document_with_its_metadata() {
    let files = fs_err::read_dir(util::root().join("corpus")).expect("the corpus");
    let pieces: BTreeSet<String> = files
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| !path.ends_with("README.md"))
        .map(|path| path.file_stem().expect("a stem").to_string_lossy().into())
        .collect();
    let documents = table("documents.csv");
    let ids: BTreeSet<String> = documents.iter().map(|row| row["doc_id"].clone()).collect();
    assert_eq!(ids, pieces);
    for row in &documents {
        assert!(!row["title"].is_empty(), "{row:?}");
        assert!(!row["author"].is_empty(), "{row:?}");
        assert!(
            row["published"].starts_with(&row["doc_id"][..10]),
            "{row:?}"
        );
        assert_eq!(row["language"], "en");
    }
}

#[test]
fn counts_of_documents_and_sections_are_those_of_their_sentences() {
    let sentences = table("sentences.csv");
    for document in table("documents.csv") {
        let own: Vec<_> = sentences
            .iter()
            .filter(|row| row["doc_id"] == document["doc_id"])
            .collect();
        let sum = |column| own.iter().map(|row| count(row, column)).sum::<usize>();
        let paragraphs: BTreeSet<_> = own.iter().map(|row| count(row, "paragraph")).collect();
        assert_eq!(own.len(), count(&document, "sentences"));
        assert_eq!(paragraphs.len(), count(&document, "paragraphs"));
        assert_eq!(sum("words"), count(&document, "words"));
        assert_eq!(sum("subwords"), count(&document, "subwords"));
        for (at, row) in own.iter().enumerate() {
            assert_eq!(count(row, "sentence"), at + 1);
        }
    }
    for section in table("sections.csv") {
        let own = sentences.iter().filter(|row| {
            row["doc_id"] == section["doc_id"] && row["section"] == section["section"]
        });
        assert_eq!(own.count(), count(&section, "sentences"), "{section:?}");
    }
}

#[test]
fn sentences_stand_at_their_offsets() {
    util::assert_offsets_cut_the_text(&out(), WHOLE.dir.path());
}

#[test]
fn every_text_in_a_table_stands_at_its_offsets() {
    let checked = util::assert_spans_cut_their_texts(&out(), WHOLE.dir.path());
    // Of each sentence: itself, itself in novelty.csv, and itself and the other of five neighbours.
    assert!(checked > 12 * table("sentences.csv").len(), "{checked}");
    let repeated = util::assert_what_is_repeated_stands_on_both_sides(&out(), WHOLE.dir.path());
    assert_eq!(repeated, 8);
}

#[test]
fn no_sentence_holds_page_furniture() {
    util::assert_no_furniture(&out());
}

#[test]
fn the_four_captions_are_kept_outside_the_body() {
    let cleaning = table("cleaning.csv");
    let captions: Vec<_> = cleaning
        .iter()
        .filter(|row| row["rule"] == "caption")
        .collect();
    assert_eq!(captions.len(), 4);
    let sentences = table("sentences.csv");
    for caption in captions {
        let is_inside = |row: &&Row| {
            row["doc_id"] == caption["doc_id"]
                && count(row, "start") < count(caption, "end")
                && count(row, "end") > count(caption, "start")
        };
        assert_eq!(sentences.iter().find(is_inside), None, "{caption:?}");
    }
}

#[test]
fn vectors_are_one_row_a_sentence_of_length_one() {
    let vectors: Array2<f32> =
        ndarray_npy::read_npy(out().join("embeddings/sentences.npy")).expect("vectors");
    assert_eq!(vectors.dim(), (table("sentences.csv").len(), 384));
    for (at, row) in vectors.rows().into_iter().enumerate() {
        let length = row.dot(&row).sqrt();
        assert!((length - 1.0).abs() < 1e-5, "row {at} has length {length}");
    }
}

#[test]
fn every_unit_has_every_theme_and_none_ranked_from_the_best() {
    let book = fs_err::read_to_string(util::models().join("codebooks/qiushi.toml"));
    let book: toml::Table = toml::from_str(&book.expect("the codebook")).expect("TOML");
    let themes = book["theme"].as_array().expect("themes");
    let names = themes
        .iter()
        .map(|theme| theme["id"].as_str().expect("an id"));
    let expected: BTreeSet<&str> = names.chain(["none"]).collect();

    let rows = table("themes.csv");
    let mut units: BTreeMap<(&str, &str, usize), Vec<&Row>> = BTreeMap::new();
    for row in &rows {
        let unit = (
            row["doc_id"].as_str(),
            row["unit"].as_str(),
            count(row, "unit_id"),
        );
        units.entry(unit).or_default().push(row);
    }
    let documents = table("documents.csv");
    let total = |column| {
        documents
            .iter()
            .map(|row| count(row, column))
            .sum::<usize>()
    };
    let of = |kind| units.keys().filter(|(_, unit, _)| *unit == kind).count();
    assert_eq!(of("document"), documents.len());
    assert_eq!(of("section"), total("sections"));
    assert_eq!(of("paragraph"), total("paragraphs"));
    assert_eq!(of("sentence"), total("sentences"));
    for (unit, mut scored) in units {
        let found: BTreeSet<&str> = scored.iter().map(|row| row["theme"].as_str()).collect();
        assert_eq!(found, expected, "{unit:?}");
        scored.sort_by_key(|row| count(row, "rank"));
        for (at, row) in scored.iter().enumerate() {
            assert_eq!(count(row, "rank"), at + 1, "{unit:?}");
        }
        let falls = scored.is_sorted_by(|a, b| number(a, "score") >= number(b, "score"));
        assert!(falls, "{unit:?}");
    }
}

#[test]
fn similarity_of_two_documents_is_the_same_both_ways() {
    let rows = table("similarity.csv");
    let documents: BTreeMap<(&str, &str), &Row> = rows
        .iter()
        .filter(|row| row["unit"] == "document")
        .map(|row| ((row["doc_id"].as_str(), row["other_id"].as_str()), row))
        .collect();
    let pieces = table("documents.csv").len();
    assert_eq!(documents.len(), pieces * (pieces - 1));
    for ((a, b), row) in &documents {
        for column in ["cosine", "percentile", "theme_jsd"] {
            let (there, back) = (number(row, column), number(documents[&(*b, *a)], column));
            assert!((there - back).abs() <= 1e-6, "{column} of {a} and {b}");
        }
        assert!((-1.0..=1.0).contains(&number(row, "cosine")), "{row:?}");
        assert!((0.0..=1.0).contains(&number(row, "theme_jsd")), "{row:?}");
    }
}

#[test]
fn neighbours_stand_in_other_pieces_and_get_less_near() {
    let rows = table("neighbours.csv");
    assert_eq!(rows.len(), 5 * table("sentences.csv").len());
    for five in rows.chunks(5) {
        for (at, row) in five.iter().enumerate() {
            assert_eq!(count(row, "rank"), at + 1);
            assert_ne!(row["doc_id"], row["other_id"]);
        }
        assert!(five.is_sorted_by(|a, b| number(a, "cosine") >= number(b, "cosine")));
    }
}

/// The passage that corpus/README.md names: the same in three pieces, whose first sentence one of
/// them introduces with words of its own.
#[test]
fn the_passage_reused_word_for_word_is_found() {
    const PIECES: [&str; 3] = [
        "2011-09-20-starting-with-the-road-demo",
        "2019-09-20-turning-the-blade-inward-demo",
        "2022-03-22-who-will-come-home-demo",
    ];
    let neighbours = table("neighbours.csv");
    let [first, second, third] = PIECES.map(sentences_of);
    let passage: Vec<&str> = first
        .iter()
        .map(|row| row["text"].as_str())
        .skip_while(|text| *text != "The countryside is where our work is tested first.")
        .take(4)
        .collect();
    assert!(passage[3].ends_with("can we say that the foundation has been laid."));
    let stands_in = |text: &str| {
        [&first, &second, &third]
            .iter()
            .filter(|sentences| sentences.iter().any(|row| row["text"] == text))
            .count()
    };
    assert_eq!(
        passage.iter().map(|text| stands_in(text)).sum::<usize>(),
        11
    );
    for text in passage {
        let nearest: Vec<_> = neighbours
            .iter()
            .filter(|row| row["text"] == text && count(row, "rank") == 1)
            .collect();
        assert_eq!(nearest.len(), stands_in(text));
        for row in nearest {
            assert!(PIECES.contains(&row["doc_id"].as_str()), "{row:?}");
            assert!(PIECES.contains(&row["other_id"].as_str()), "{row:?}");
            assert_eq!(row["other_text"], text);
            assert!(number(row, "cosine") >= 0.9999, "{row:?}");
        }
    }
}

/// A run has the tables of reuse too, as `tifa reuse` writes them.
#[test]
fn what_is_taken_over_is_told_as_by_the_command_for_it() {
    let dir = Dir::new();
    let corpus = util::root().join("corpus");
    let line = ["reuse", &corpus.to_string_lossy(), "--out", "out"];
    dir.tifa_with(&line, &util::root().join("models")).exits(0);
    for file in ["reuse.csv", "clusters.csv", "near_duplicates.csv"] {
        let read = |folder: &Path| fs_err::read(folder.join(file)).expect("a table");
        assert_eq!(read(&out()), read(&dir.join("out")), "{file}");
    }
    let record = util::record(&out());
    assert_eq!(record["reuse"]["passages_written"], 3);
    assert_eq!(record["reuse"]["settings"]["min_words"], 12);
}

/// The pair that corpus/README.md says was rephrased, with hardly a phrase in common.
#[test]
fn the_pieces_with_the_rephrased_passage_are_each_others_nearest() {
    const PAIR: [&str; 2] = [
        "2013-06-18-neighbors-cannot-be-moved-demo",
        "2018-12-21-a-larger-table-demo",
    ];
    let similarity = table("similarity.csv");
    for (own, other) in [(PAIR[0], PAIR[1]), (PAIR[1], PAIR[0])] {
        let nearest = similarity
            .iter()
            .filter(|row| row["doc_id"] == own && row["unit"] == "document")
            .max_by(|a, b| number(a, "cosine").total_cmp(&number(b, "cosine")));
        assert_eq!(nearest.expect("a row")["other_id"], other);
    }
}

#[test]
fn the_record_names_inputs_model_and_codebook_by_hash() {
    let record = util::record(&out());
    let card = fs_err::read_to_string(util::models().join("all-MiniLM-L6-v2/card.toml"));
    let card: toml::Table = toml::from_str(&card.expect("a card")).expect("TOML");
    let files = card["file"].as_array().expect("files");
    assert_eq!(files.len(), 3);
    for (at, file) in files.iter().enumerate() {
        let recorded = &record["model"]["files"][at];
        assert_eq!(recorded["path"].as_str(), file["path"].as_str());
        assert_eq!(recorded["sha256"].as_str(), file["sha256"].as_str());
    }
    assert_eq!(record["model"]["name"], "all-MiniLM-L6-v2");
    assert_eq!(
        record["codebook"]["sha256"].as_str().map(str::len),
        Some(64)
    );
    assert_eq!(record["tifa"], env!("CARGO_PKG_VERSION"));

    let inputs = record["inputs"].as_array().expect("inputs");
    let documents = table("documents.csv");
    assert_eq!(inputs.len(), documents.len());
    for (input, document) in inputs.iter().zip(&documents) {
        for column in ["doc_id", "path", "sha256"] {
            assert_eq!(input[column].as_str(), Some(document[column].as_str()));
        }
    }
}

#[test]
fn the_record_counts_what_the_tables_hold() {
    let record = util::record(&out());
    for (name, file) in [
        ("articles", "documents.csv"),
        ("sections", "sections.csv"),
        ("sentences", "sentences.csv"),
        ("failed", "problems.csv"),
    ] {
        assert_eq!(record["counts"][name], table(file).len(), "{name}");
    }
    let rules = record["cleaning_rules"].as_object().expect("rules");
    let cleaning = table("cleaning.csv");
    for (rule, fired) in rules {
        let listed = cleaning.iter().filter(|row| row["rule"] == *rule).count();
        assert_eq!(*fired, listed, "{rule}");
    }
    assert_eq!(record["truncation"]["subwords_cut_off"], 0);
}

#[test]
fn stages_tell_items_time_and_memory() {
    let stages = table("stages.csv");
    let names: Vec<_> = stages.iter().map(|row| row["stage"].as_str()).collect();
    for stage in [
        "read", "clean", "segment", "tokenize", "embed", "themes", "compare",
    ] {
        assert!(names.contains(&stage), "{stage} of {names:?}");
    }
    for row in &stages {
        assert!(number(row, "seconds") >= 0.0);
        assert!(number(row, "items_per_second") > 0.0, "{row:?}");
        assert!(count(row, "peak_memory_bytes") > 1 << 20, "{row:?}");
    }
}

#[test]
fn the_end_is_told_in_five_lines() {
    let lines: Vec<&str> = WHOLE.ran.exits(0).out.lines().collect();
    assert_eq!(lines.len(), 5, "{}", WHOLE.ran);
    assert!(lines[0].starts_with("12 articles"));
    assert!(lines[1].contains(&format!("{} sentences", table("sentences.csv").len())));
    assert!(lines[2].starts_with("most sentences are about: "));
    assert!(lines[3].starts_with("nearest: "));
    assert_eq!(lines[4], "results: results");
}

#[test]
fn progress_in_a_pipe_is_plain_lines() {
    let err = &WHOLE.ran.exits(0).err;
    let is_plain = |c: char| c == '\n' || !c.is_control();
    assert!(err.chars().all(is_plain), "{err:?}");
    assert!(err.lines().any(|line| line.starts_with("embed: ")));
}
