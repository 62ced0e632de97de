//! What is wrong is told with its place and its remedy, and never takes the rest along.
//!
//! Reading is the same for every command, so most of this asks `tokenize`, which loads no model.

use std::path::PathBuf;
use std::time::{Duration, Instant};

#[cfg(feature = "torch")]
use crate::util::Row;
use crate::util::{self, CODEBOOK, Dir, article, rows};

const FURNITURE: &str = "\
A Page Without an Article

From: English Edition of Qiushi Journal Updated: 2013-11-07 16:28
text size: T | T

Author: Nobody

Qiushi Journal | English Edition | Contact us | Subscription Copyright by Qiushi Journal, All rights reserved
";

const GERMAN: &str = "\
Der Fluss und das Dorf

Das Amt für den Fluss trat im Frühjahr zusammen, um sich das Wasser und die Rechnungen anzusehen. \
Die Fische waren an das Wehr zurückgekehrt, und die Kinder schwammen wieder unter der Brücke. \
Alle waren sich darin einig, dass die Regeln für das Abwasser eingehalten werden müssen und dass \
zahlen soll, wer sie bricht. Im Herbst berichtete das Amt, was mit den Strafgeldern geschehen war.
";

/// An article that alone can't be used: the run fails, tells `parts`, and writes nothing.
#[track_caller]
fn refuses(name: &str, contents: impl AsRef<[u8]>, parts: &[&str]) {
    let dir = Dir::new();
    let ran = dir
        .file(name, contents)
        .tifa(&format!("tokenize {name} --out out"));
    ran.exits(2).tells(&["tifa: left out: ", name]).tells(parts);
    assert_eq!(dir.entries(), [name], "{ran}");
}

#[test]
fn an_empty_file() {
    refuses("empty.txt", "", &["is empty", "remove the file"]);
    refuses("blank.txt", " \n\t\n", &["is empty"]);
    refuses("mark.txt", "\u{feff}", &["is empty"]);
}

#[test]
fn only_page_furniture() {
    refuses(
        "page.txt",
        FURNITURE,
        &["nothing but page furniture", "leave the file out"],
    );
}

#[test]
fn binary_files() {
    let noise: Vec<u8> = (0..4096_u32).map(|i| (i * i % 251) as u8).collect();
    refuses("noise.txt", noise, &["is not text", "byte "]);
    refuses(
        "paper.txt",
        b"%PDF-1.7\n\x00\x01",
        &["is a PDF document", "export it as .txt"],
    );
    refuses(
        "letter.md",
        b"PK\x03\x04....word/document.xml",
        &["Word document", "export it"],
    );
}

#[test]
fn broken_encoding() {
    let mut broken = article(1).replace('.', ".”").into_bytes();
    let last = broken.len() - 2;
    broken.remove(last);
    refuses(
        "broken.txt",
        broken,
        &["damaged byte sequence", "line ", "byte ", "--encoding"],
    );
}

#[test]
fn a_stated_encoding_that_is_wrong() {
    let dir = Dir::new();
    dir.file("a.txt", format!("{}!", "caf\u{e9} ".repeat(40)));
    dir.tifa("tokenize a.txt --out out --encoding utf-16le")
        .exits(2)
        .tells(&["a.txt"]);
    dir.tifa("tokenize a.txt --out out --encoding klingon")
        .exits(2)
        .tells(&["klingon", "gb18030"]);
}

#[test]
fn fifty_megabytes_in_one_line() {
    let dir = Dir::new();
    dir.file("huge.txt", "word ".repeat(10 << 20));
    let start = Instant::now();
    let ran = dir.tifa("tokenize huge.txt --out out");
    assert!(
        start.elapsed() < Duration::from_secs(5),
        "{:?}",
        start.elapsed()
    );
    ran.exits(2)
        .tells(&["huge.txt", "50.0 MiB", "16.0 MiB", "--max-article-mb"]);
    assert_eq!(dir.entries(), ["huge.txt"]);
}

#[test]
fn fifty_megabytes_in_one_line_of_a_table() {
    let dir = Dir::new();
    let huge = "word ".repeat(10 << 20);
    dir.file(
        "huge.csv",
        format!("text\n{huge}\n{}\n", article(1).replace(['\n', ','], " ")),
    )
    .file(
        "huge.jsonl",
        format!("{{\"text\": \"{huge}\"}}\n{{\"text\": \"A river. A bridge.\"}}\n"),
    );
    for file in ["huge.csv", "huge.jsonl"] {
        let start = Instant::now();
        let ran = dir.tifa(&format!("tokenize {file} --text-column text --out out"));
        assert!(
            start.elapsed() < Duration::from_secs(10),
            "{:?}",
            start.elapsed()
        );
        ran.exits(1).tells(&[file, "MiB", "--max-article-mb"]);
        assert_eq!(rows(&dir.join("out/documents.csv")).len(), 1, "{ran}");
    }
}

#[test]
fn a_folder_with_nothing() {
    let dir = Dir::new();
    dir.folder("void")
        .file("notes/picture.png", "x")
        .file("a.txt", article(1));
    for line in ["tokenize void --out out", "tokenize a.txt void --out out"] {
        dir.tifa(line)
            .exits(2)
            .tells(&["void holds no article", ".txt", ".jsonl"]);
    }
    dir.tifa("tokenize notes --out out")
        .exits(2)
        .tells(&["notes holds no article"]);
    assert!(!dir.join("out").exists());
}

#[test]
fn a_path_that_is_not_there() {
    let dir = Dir::new();
    let ran = dir.tifa("tokenize nowhere/a.txt --out of/mine");
    ran.exits(2)
        .tells(&["nowhere/a.txt does not exist", "check the path"]);
    assert_eq!(dir.entries(), [""; 0]);
}

#[test]
fn a_file_of_no_known_kind() {
    let dir = Dir::new();
    dir.file("a.docx", "x").file("b.txt", article(1));
    dir.tifa("tokenize a.docx b.txt --out out")
        .exits(1)
        .tells(&["a.docx", "is not of a kind that is read"]);
}

#[test]
fn duplicates_are_skipped_and_told() {
    let dir = Dir::new();
    dir.file("in/a.txt", article(1))
        .file("in/b.txt", article(1).replace('\n', "\r\n"))
        .file("in/c.txt", article(2));
    let ran = dir.tifa("tokenize in --out out");
    ran.exits(0)
        .tells(&["skipped: in/b.txt: has the same text as in/a.txt"])
        .prints(&["2 articles", "1 duplicate skipped"]);
    let problems = rows(&dir.join("out/problems.csv"));
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0]["severity"], "skipped");
    assert_eq!(rows(&dir.join("out/documents.csv")).len(), 2);
}

/// An article is studied also where the corpus holds it already, and isn't compared with itself.
#[cfg(feature = "torch")]
#[test]
fn an_article_that_the_corpus_holds_already_is_still_studied() {
    let dir = Dir::new();
    dir.file("corpus/a.txt", article(1))
        .file("corpus/b.txt", article(2))
        .file("new/x.txt", article(1))
        .file("book.toml", CODEBOOK);
    let ran = dir.tifa("run new/x.txt --corpus corpus --codebook book.toml --out out");
    ran.exits(0).tells(&["has the same text as"]);
    let documents = rows(&dir.join("out/documents.csv"));
    let studied = documents
        .iter()
        .filter(|row| row["role"] == "article")
        .count();
    assert_eq!((studied, documents.len()), (1, 2), "{ran}");
}

#[cfg(feature = "torch")]
#[test]
fn another_language_is_kept_out_of_an_english_model_unless_asked() {
    let dir = Dir::new();
    dir.file("in/a.txt", article(1))
        .file("in/german.txt", GERMAN);
    let ran = dir.tifa("embed in --out out");
    ran.exits(1)
        .tells(&["in/german.txt", "German", "English", "--any-language"]);
    let sentences = rows(&dir.join("out/sentences.csv"));
    assert!(sentences.iter().all(|row| row["doc_id"] == "a"));

    dir.tifa("embed in --out out --any-language").exits(0);
    let documents = rows(&dir.join("out/documents.csv"));
    let languages: Vec<_> = documents
        .iter()
        .map(|row| row["language"].as_str())
        .collect();
    assert_eq!(languages, ["en", "de"]);
}

#[test]
fn words_are_counted_in_any_language() {
    let dir = Dir::new();
    dir.file("german.txt", GERMAN)
        .tifa("tokenize german.txt --out out")
        .exits(0);
}

/// A copy of the default model's card, without its weights.
fn cards(dir: &Dir) -> PathBuf {
    let models = util::models();
    let read = |name: &str| fs_err::read(models.join(name)).expect("a file of models/");
    dir.file(
        "models/all-MiniLM-L6-v2/card.toml",
        read("all-MiniLM-L6-v2/card.toml"),
    )
    .file(
        "models/codebooks/qiushi.toml",
        read("codebooks/qiushi.toml"),
    )
    .join("models")
}

#[cfg(feature = "torch")]
#[test]
fn missing_weights() {
    let dir = Dir::new();
    let models = cards(&dir);
    dir.file("a.txt", article(1));
    let ran = dir.tifa_with(&["run", "a.txt", "--out", "out"], &models);
    ran.exits(2).tells(&[
        "weights/config.json is missing",
        "tifa models pull all-MiniLM-L6-v2",
    ]);
    assert!(!dir.join("out").exists());
    let folder = models.to_string_lossy().into_owned();
    let args = ["run", "a.txt", "--out", "out", "--models", folder.as_str()];
    dir.tifa_with(&args, &util::models())
        .exits(2)
        .tells(&["tifa models pull"]);
}

#[cfg(feature = "torch")]
#[test]
fn corrupted_weights() {
    let dir = Dir::new();
    let models = cards(&dir);
    let weights = "models/all-MiniLM-L6-v2/weights";
    for name in ["config.json", "tokenizer.json"] {
        let good = util::models().join("all-MiniLM-L6-v2/weights").join(name);
        dir.file(
            &format!("{weights}/{name}"),
            fs_err::read(good).expect("weights"),
        );
    }
    let corrupted = fs_err::File::create(dir.join(&format!("{weights}/model.safetensors")));
    corrupted
        .expect("a file")
        .set_len(90_868_376)
        .expect("a file with a hole");
    dir.file("a.txt", article(1));
    let ran = dir.tifa_with(&["run", "a.txt", "--out", "out"], &models);
    ran.exits(2).tells(&[
        "weights/model.safetensors is corrupted",
        "sha256",
        "tifa models pull all-MiniLM-L6-v2",
    ]);
    assert!(!dir.join("out").exists());

    let verified = dir.tifa_with(&["models", "verify"], &models);
    verified.exits(1).prints(&[
        "tokenizer.json: good",
        "model.safetensors: corrupted",
        "tifa models pull",
    ]);
}

/// Without the model, too, a tokenizer that is not the card's is never used.
#[test]
fn a_corrupted_tokenizer() {
    let dir = Dir::new();
    let models = cards(&dir);
    dir.file("models/all-MiniLM-L6-v2/weights/tokenizer.json", "{}")
        .file("a.txt", article(1));
    let ran = dir.tifa_with(&["tokenize", "a.txt", "--out", "out"], &models);
    ran.exits(2).tells(&[
        "weights/tokenizer.json is corrupted",
        "tifa models pull all-MiniLM-L6-v2",
    ]);
    assert!(!dir.join("out").exists());
}

#[test]
fn no_cards_and_no_such_model() {
    let dir = Dir::new();
    dir.file("a.txt", article(1)).folder("void");
    dir.tifa_with(&["tokenize", "a.txt"], &dir.join("void"))
        .exits(2)
        .tells(&["no model cards in", "void", "--models"]);
    dir.tifa("tokenize a.txt --model bigger")
        .exits(2)
        .tells(&["no model named 'bigger'", "all-MiniLM-L6-v2"]);
}

#[test]
fn an_unknown_key_in_a_codebook() {
    let dir = Dir::new();
    dir.file("a.txt", article(1)).file(
        "book.toml",
        CODEBOOK.replace("examples = []", "exmaples = []"),
    );
    dir.tifa("tokenize a.txt --codebook book.toml --out out")
        .exits(2)
        .tells(&[
            "book.toml",
            "line 17",
            "unknown field `exmaples`",
            "expected",
            "`examples`",
        ]);
    dir.tifa("tokenize a.txt --codebook nowhere.toml --out out")
        .exits(2)
        .tells(&["nowhere.toml", "--codebook"]);
}

#[test]
fn an_unknown_key_in_the_settings() {
    let dir = Dir::new();
    dir.file("a.txt", article(1))
        .file("tifa.toml", "threads = 1\nneighbors = 3\n");
    dir.tifa("tokenize a.txt --out out").exits(2).tells(&[
        "tifa.toml",
        "line 2",
        "unknown field `neighbors`",
        "`neighbours`",
    ]);
    dir.tifa("tokenize a.txt --out out --config nowhere.toml")
        .exits(2)
        .tells(&["nowhere.toml"]);
}

#[test]
fn values_that_make_no_sense() {
    let dir = Dir::new();
    dir.file("a.txt", article(1));
    for (option, value) in [
        ("--threads", "0"),
        ("--threads", "many"),
        ("--token-budget", "0"),
        ("--max-article-mb", "0"),
    ] {
        dir.tifa(&format!("tokenize a.txt --out out {option} {value}"))
            .exits(2)
            .tells(&[option, value]);
    }
    dir.file("tifa.toml", "threads = 0\n");
    dir.tifa("tokenize a.txt --out out")
        .exits(2)
        .tells(&["tifa.toml", "threads"]);
}

#[test]
fn an_output_folder_below_a_file() {
    let dir = Dir::new();
    dir.file("a.txt", article(1)).file("taken", "x");
    let ran = dir.tifa("tokenize a.txt --out taken/out");
    ran.exits(2)
        .tells(&["can't write results to taken/out", "--out"]);
    let reason = "failed to create directory";
    assert!(
        ran.err.matches(reason).count() <= 1,
        "the reason stands twice in {ran}"
    );
    dir.tifa("tokenize a.txt --out taken")
        .exits(2)
        .tells(&["taken", "left as it is", "--out"]);
    assert_eq!(dir.entries(), ["a.txt", "taken"]);
}

#[test]
fn an_output_folder_with_something_else_in_it() {
    let dir = Dir::new();
    dir.file("a.txt", article(1))
        .file("thesis/chapter.docx", "years of work");
    let ran = dir.tifa("tokenize a.txt --out thesis");
    ran.exits(2)
        .tells(&["thesis exists and holds no results of tifa", "--out"]);
    assert_eq!(dir.entries(), ["a.txt", "thesis"]);
    assert!(dir.join("thesis/chapter.docx").is_file());
}

#[test]
fn a_table_without_the_column() {
    let dir = Dir::new();
    dir.file("press.csv", "title,body\nOne,A river.\n");
    dir.tifa("tokenize press.csv --text-column content --out out")
        .exits(2)
        .tells(&[
            "press.csv",
            "has no column `content`",
            "body",
            "--text-column",
        ]);
}

#[test]
fn a_folder_of_results_is_not_taken_for_articles() {
    let dir = Dir::new();
    dir.file("a.txt", article(1));
    dir.tifa("tokenize . --out results/one").exits(0);
    let ran = dir.tifa("tokenize . --out results/two");
    ran.exits(0).prints(&["1 article\n"]);
}

/// The bad ones of a batch are told and listed, the good ones are complete.
#[cfg(feature = "torch")]
#[test]
fn the_rest_of_a_batch_completes() {
    let dir = Dir::new();
    dir.file("book.toml", CODEBOOK)
        .file("in/binary.txt", b"\x00\x01\x02".repeat(100))
        .file(
            "in/broken.txt",
            [article(3).replace('.', ".”").as_bytes(), b"\xe2\x80"].concat(),
        )
        .file("in/copy.txt", article(1))
        .file("in/empty.txt", "")
        .file("in/furniture.txt", FURNITURE)
        .file("in/german.txt", GERMAN)
        .file("in/good-1.txt", article(1))
        .file("in/good-2.txt", article(2));
    let ran = dir.tifa("run in --codebook book.toml --out out --quiet");
    ran.exits(1);
    assert_eq!(ran.out, "");

    let problems = rows(&dir.join("out/problems.csv"));
    let failed: Vec<&Row> = problems
        .iter()
        .filter(|row| row["severity"] == "failed")
        .collect();
    let paths: Vec<&str> = failed.iter().map(|row| row["path"].as_str()).collect();
    let bad = ["binary", "broken", "empty", "furniture", "german"];
    let mut sorted = paths.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, bad.map(|name| format!("in/{name}.txt")));
    for row in &failed {
        assert!(
            !row["problem"].is_empty() && !row["remedy"].is_empty(),
            "{row:?}"
        );
        let told = ran.err.lines().filter(|line| line.contains(&row["path"]));
        assert_eq!(told.count(), 1, "{ran}");
    }
    let skipped = problems
        .iter()
        .filter(|row| row["severity"] == "skipped")
        .count();
    assert_eq!(skipped, 1);

    let out = dir.join("out");
    let documents = rows(&out.join("documents.csv"));
    let ids: Vec<&str> = documents.iter().map(|row| row["doc_id"].as_str()).collect();
    assert_eq!(ids, ["copy", "good-2"]);
    util::assert_offsets_cut_the_text(&out, dir.path());
    for file in ["themes.csv", "similarity.csv", "neighbours.csv"] {
        for id in &ids {
            let has_rows = rows(&out.join(file)).iter().any(|row| row["doc_id"] == *id);
            assert!(has_rows, "{file} has nothing on {id}");
        }
    }
    let counts = &util::record(&out)["counts"];
    assert_eq!(counts["failed"], 5);
    assert_eq!(counts["skipped"], 1);
}

/// A killed run leaves nothing at the output folder, and the next one clears what it left beside it.
#[cfg(unix)]
#[test]
fn a_run_that_is_killed_leaves_no_half_written_folder() {
    let dir = Dir::new();
    for number in 0..400 {
        dir.file(&format!("in/{number}.txt"), article(number).repeat(20));
    }
    let command = if cfg!(feature = "torch") {
        "embed"
    } else {
        "tokenize"
    };
    let line = format!("{command} in --out out --threads 1");
    let mut child = dir.start(&line);
    let leftovers = || {
        let mut names = dir.entries();
        names.retain(|name| name.starts_with(".out.building-"));
        names
    };
    let start = Instant::now();
    while leftovers().is_empty() {
        assert!(
            start.elapsed() < Duration::from_secs(30),
            "no folder was started"
        );
        assert_eq!(child.try_wait().expect("a child"), None, "ended too early");
        std::thread::sleep(Duration::from_millis(2));
    }
    while !dir.join(&leftovers()[0]).join(".lock").exists() {
        std::thread::sleep(Duration::from_millis(2));
    }
    child.kill().expect("killed");
    let status = child.wait().expect("a child");
    assert_eq!(
        std::os::unix::process::ExitStatusExt::signal(&status),
        Some(9)
    );
    assert!(!dir.join("out").exists());
    assert_eq!(leftovers().len(), 1);

    dir.tifa("tokenize in/1.txt --out out").exits(0);
    assert_eq!(dir.entries(), ["in", "out"]);
}
