//! Help that teaches, settings from a file, and the stages one at a time.

use crate::util::{self, CODEBOOK, Dir, Row, article, count, rows};

const COMMANDS: [&str; 11] = [
    "run",
    "compare",
    "tokenize",
    "embed",
    "themes",
    "keyness",
    "kwic",
    "words",
    "shift",
    "reuse",
    "formulations",
];

#[test]
fn help_of_each_command_shows_an_example() {
    let dir = Dir::new();
    for command in COMMANDS {
        let ran = dir.tifa(&format!("{command} --help"));
        ran.exits(0).prints(&[
            "Example",
            &format!("  tifa {command} "),
            "--out",
            "--threads",
        ]);
    }
    dir.tifa("--help").exits(0).prints(&[
        "Examples:",
        "tifa run corpus",
        "Exit codes: 0 done",
        "docs/outputs.md",
    ]);
    dir.tifa("models --help")
        .exits(0)
        .prints(&["list", "pull", "verify", "Example"]);
}

#[test]
fn the_version_is_told() {
    let dir = Dir::new();
    let ran = dir.tifa("--version");
    assert_eq!(
        ran.exits(0).out,
        format!("tifa {}\n", env!("CARGO_PKG_VERSION"))
    );
}

#[test]
fn nothing_asked_for_is_no_success() {
    let dir = Dir::new();
    dir.tifa("").exits(2).tells(&["Usage: tifa"]);
    dir.tifa("run").exits(2).tells(&["<PATH>"]);
    dir.tifa("rnu corpus").exits(2).tells(&["rnu", "--help"]);
}

#[test]
fn quiet_prints_nothing_when_all_is_well() {
    let dir = Dir::new();
    let ran = dir
        .file("a.txt", article(1))
        .tifa("tokenize a.txt --out out --quiet");
    assert_eq!((ran.exits(0).out.as_str(), ran.err.as_str()), ("", ""));
}

#[test]
fn results_replace_those_of_an_earlier_run_whole() {
    let dir = Dir::new();
    dir.file("a.txt", article(1)).file("b.txt", article(2));
    dir.tifa("tokenize a.txt --out out").exits(0);
    fs_err::write(dir.join("out/stale.csv"), "x").expect("writable");
    dir.tifa("tokenize b.txt --out out").exits(0);
    assert_eq!(rows(&dir.join("out/documents.csv"))[0]["doc_id"], "b");
    assert!(!dir.join("out/stale.csv").exists());
    assert_eq!(dir.entries(), ["a.txt", "b.txt", "out"]);
}

#[test]
fn results_go_to_a_folder_named_after_the_command() {
    let dir = Dir::new();
    let ran = dir.file("a.txt", article(1)).tifa("tokenize a.txt");
    ran.exits(0).prints(&["results: results/tokenize"]);
    assert!(dir.join("results/tokenize/run.json").is_file());
}

#[test]
fn settings_stand_in_a_file_and_the_command_line_wins() {
    let dir = Dir::new();
    dir.file("a.txt", article(1)).file(
        "tifa.toml",
        "out = \"from-file\"\nneighbours = 3\ntoken_budget = 999\nmax_article_mb = 2\nthreads = 1\n",
    );
    dir.tifa("tokenize a.txt")
        .exits(0)
        .prints(&["results: from-file"]);
    let record = util::record(&dir.join("from-file"));
    assert_eq!(record["settings"]["neighbours"], 3);
    assert_eq!(record["settings"]["token_budget"], 999);
    assert_eq!(record["settings"]["max_article_bytes"], 2 << 20);
    assert_eq!(record["times"]["threads"], 1);

    dir.tifa("tokenize a.txt --out typed --neighbours 7 --threads 2")
        .exits(0);
    let record = util::record(&dir.join("typed"));
    assert_eq!(record["settings"]["neighbours"], 7);
    assert_eq!(record["settings"]["token_budget"], 999);
    assert_eq!(record["times"]["threads"], 2);
}

#[test]
fn paths_in_a_settings_file_are_relative_to_it() {
    let dir = Dir::new();
    dir.file("a.txt", article(1))
        .file("project/book.toml", CODEBOOK)
        .file(
            "project/tifa.toml",
            "out = \"results\"\ncodebook = \"book.toml\"\n",
        );
    dir.tifa("tokenize a.txt --config project/tifa.toml")
        .exits(0);
    assert_eq!(
        util::record(&dir.join("project/results"))["codebook"]["name"],
        "small"
    );
}

/// Tokens lie in their sentence, in order; a word is cut by its offsets as it is written.
#[test]
fn tokenize_gives_words_with_offsets_that_cut_them() {
    let dir = Dir::new();
    let text = "Rivers and “Roads”\n\nThe county’s 3.5 million people – so we’re told – co-operate. 求是 is a journal.\n";
    dir.file("a.txt", text)
        .tifa("tokenize a.txt --out out")
        .exits(0);
    let sentences = rows(&dir.join("out/sentences.csv"));
    let tokens = rows(&dir.join("out/tokens.csv"));
    let words: Vec<&Row> = tokens.iter().filter(|row| row["kind"] == "word").collect();
    for word in &words {
        assert_eq!(text[count(word, "start")..count(word, "end")], word["text"]);
    }
    for (at, sentence) in sentences.iter().enumerate() {
        for kind in ["word", "subword"] {
            let own: Vec<_> = tokens
                .iter()
                .filter(|row| row["kind"] == kind && count(row, "sentence") == at + 1)
                .collect();
            let column = format!("{kind}s");
            assert_eq!(
                own.len().to_string(),
                *or_zero(&sentence[&column]),
                "{kind}"
            );
            assert!(own.is_sorted_by_key(|row| count(row, "start")));
            for (nth, row) in own.iter().enumerate() {
                assert_eq!(count(row, "token"), nth + 1);
                assert!(count(row, "start") >= count(sentence, "start"), "{row:?}");
                assert!(count(row, "end") <= count(sentence, "end"), "{row:?}");
            }
        }
    }
    let written: Vec<&str> = words.iter().map(|row| row["text"].as_str()).collect();
    for word in ["county’s", "3.5", "we’re", "co", "operate", "journal"] {
        assert!(written.contains(&word), "{word} in {written:?}");
    }
}

/// A count of subwords is left empty where there is no tokenizer.
fn or_zero(written: &str) -> &str {
    if written.is_empty() { "0" } else { written }
}

#[cfg(feature = "torch")]
#[test]
fn subwords_are_pieces_of_the_text_at_their_offsets() {
    let dir = Dir::new();
    let text =
        "Rivers and Roads\n\nThe Kuznets-type rejuvenation of 1.5 townships is “underway”.\n";
    dir.file("a.txt", text)
        .tifa("tokenize a.txt --out out")
        .exits(0);
    let mut tokens = rows(&dir.join("out/tokens.csv"));
    tokens.retain(|row| row["kind"] == "subword");
    assert!(tokens.iter().any(|row| row["text"].starts_with("##")));
    for row in &tokens {
        let cut = &text[count(row, "start")..count(row, "end")];
        assert_eq!(
            cut.to_lowercase(),
            row["text"].trim_start_matches("##"),
            "{row:?}"
        );
        assert!(count(row, "id") < 30_522, "{row:?}");
    }
}

#[test]
fn the_record_has_the_hash_of_the_file_as_it_lies_there() {
    let dir = Dir::new();
    let text = "On Rivers\n\nRivers feed the region, and the region feeds its rivers in turn.\n";
    dir.file("a.txt", text)
        .tifa("tokenize a.txt --out out")
        .exits(0);
    assert_eq!(util::record(&dir.join("out"))["inputs"][0]["sha256"], HASH);
}
const HASH: &str = "e22531c0a8c651e730e14b8b30fa9a29da6a842889f5d75aeeb73f353cc51ab6";

#[test]
fn an_output_has_no_trace_of_its_making() {
    let dir = Dir::new();
    dir.file("a.txt", article(1))
        .tifa("tokenize a.txt --out deep/er/out")
        .exits(0);
    let files: Vec<_> = fs_err::read_dir(dir.join("deep/er/out"))
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    assert!(
        files
            .iter()
            .all(|name| !name.to_string_lossy().starts_with('.')),
        "{files:?}"
    );
    assert_eq!(
        fs_err::read_dir(dir.join("deep/er"))
            .expect("a folder")
            .count(),
        1
    );
}

#[cfg(feature = "torch")]
#[test]
fn embed_gives_vectors_and_no_themes() {
    let dir = Dir::new();
    dir.file("a.txt", article(1))
        .tifa("embed a.txt --out out")
        .exits(0);
    let vectors: ndarray::Array2<f32> =
        ndarray_npy::read_npy(dir.join("out/embeddings/sentences.npy")).expect("vectors");
    let sentences = rows(&dir.join("out/sentences.csv")).len();
    assert_eq!(vectors.dim(), (sentences, 384));
    assert!(!dir.join("out/themes.csv").exists());
    assert!(!dir.join("out/neighbours.csv").exists());
}

#[cfg(feature = "torch")]
#[test]
fn themes_go_by_the_users_codebook() {
    let dir = Dir::new();
    dir.file("a.txt", article(1)).file("book.toml", CODEBOOK);
    dir.tifa("themes a.txt --codebook book.toml --out out")
        .exits(0);
    let mut themes = rows(&dir.join("out/themes.csv"));
    themes.retain(|row| row["unit"] == "document" && row["rank"] == "1");
    assert_eq!(themes.len(), 1);
    assert_eq!(themes[0]["theme"], "rivers");
    assert!(!dir.join("out/neighbours.csv").exists());
    assert_eq!(util::record(&dir.join("out"))["command"], "themes");
}

#[cfg(feature = "torch")]
#[test]
fn compare_holds_one_article_against_a_folder() {
    let dir = Dir::new();
    dir.file("new.txt", article(9))
        .file("others/a.txt", article(1))
        .file("others/b.txt", article(2))
        .file("book.toml", CODEBOOK);
    let ran =
        dir.tifa("compare new.txt --against others --neighbours 2 --codebook book.toml --out out");
    ran.exits(0).prints(&[
        "1 article, against 2 more of the corpus",
        "nearest: new and ",
    ]);
    assert_eq!(ran.out.lines().count(), 5, "{ran}");
    for file in ["similarity.csv", "neighbours.csv", "profiles.csv"] {
        let rows = rows(&dir.join("out").join(file));
        assert!(rows.iter().all(|row| row["doc_id"] == "new"), "{file}");
        for other in ["a", "b"] {
            assert!(rows.iter().any(|row| row["other_id"] == other), "{file}");
        }
    }
    assert_eq!(util::record(&dir.join("out"))["command"], "compare");
}

#[cfg(feature = "torch")]
#[test]
fn a_run_on_one_article_alone_ends_in_five_lines_too() {
    let dir = Dir::new();
    dir.file("a.txt", article(1)).file("book.toml", CODEBOOK);
    let ran = dir.tifa("run a.txt --codebook book.toml --out out");
    ran.exits(0)
        .prints(&["nothing to compare with", "--corpus"]);
    assert_eq!(ran.out.lines().count(), 5, "{ran}");
}

#[cfg(feature = "torch")]
#[test]
fn models_are_listed_and_verified() {
    let dir = Dir::new();
    dir.tifa("models list").exits(0).prints(&[
        "all-MiniLM-L6-v2 (default)",
        "384 dimensions",
        "Apache-2.0",
        "weights here",
    ]);
    let verified = dir.tifa("models verify");
    verified.exits(0);
    let of_default =
        |line: &&str| line.starts_with("all-MiniLM-L6-v2/") && line.ends_with(": good");
    assert_eq!(
        verified.out.lines().filter(of_default).count(),
        3,
        "{verified}"
    );
    dir.tifa("models verify bigger")
        .exits(2)
        .tells(&["no model named 'bigger'"]);
}

#[test]
fn a_model_without_weights_is_listed_as_not_here() {
    let dir = Dir::new();
    let card = util::models().join("all-MiniLM-L6-v2/card.toml");
    dir.file("models/m/card.toml", fs_err::read(card).expect("a card"));
    dir.tifa_with(&["models", "list"], &dir.join("models"))
        .exits(0)
        .prints(&["weights not here"]);
    dir.tifa_with(&["models", "verify"], &dir.join("models"))
        .exits(1)
        .prints(&["tifa models pull"]);
}

/// `tifa … | head` ends quietly.
#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_is_no_error() {
    let dir = Dir::new();
    dir.file("a.txt", article(1));
    for line in ["models list", "tokenize a.txt --out out"] {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_tifa"))
            .args(line.split_whitespace())
            .env("TIFA_MODELS", util::models())
            .env("TIFA_CACHE", dir.cache())
            .current_dir(dir.path())
            .stdout(writer)
            .output()
            .expect("the program runs");
        let err = String::from_utf8_lossy(&output.stderr);
        assert!(!err.contains("panicked"), "tifa {line}: {err}");
        assert_eq!(output.status.code(), Some(0), "tifa {line}: {err}");
    }
}

#[test]
fn no_weights_are_needed_for_words() {
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
