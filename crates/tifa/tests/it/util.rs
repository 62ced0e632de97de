//! A folder of a test's own, the program run in it, and its tables as maps.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use assert_cmd::Command;
use tempfile::TempDir;

/// A sentence or more of plain English; `number` makes each article another.
pub(crate) fn article(number: usize) -> String {
    format!(
        "Report {number} on a River\n\n\
         The river office of village {number} met in the spring to look at the water and at the accounts. \
         Fish had come back to the weir, and children swam below the bridge again. \
         Everyone agreed that the rules on waste water should be kept, and that those who break them should pay.\n\n\
         In the autumn the office reported on what had been done with {number} thousand yuan of fines. \
         Most of the money went into the banks of the river, and the rest into a school.\n"
    )
}

/// Two themes: quick to embed.
pub(crate) const CODEBOOK: &str = r#"name = "small"
version = "1"
language = "en"
description = "Two themes for tests"
none_below = 0.2

[[theme]]
id = "rivers"
name = "Rivers"
description = "Rivers, their water and their fish"
examples = ["The river is clean again."]

[[theme]]
id = "schools"
name = "Schools"
description = "Schools, teachers and pupils"
examples = []
"#;

pub(crate) fn root() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    fs_err::canonicalize(root).expect("the workspace")
}

/// The folder of the model cards, with the weights there.
#[track_caller]
pub(crate) fn models() -> PathBuf {
    let models = root().join("models");
    for file in ["config.json", "tokenizer.json", "model.safetensors"] {
        let path = models.join("all-MiniLM-L6-v2/weights").join(file);
        assert!(
            path.is_file(),
            "{} is missing: run scripts/setup",
            path.display()
        );
    }
    models
}

/// A folder that goes with the test, and a cache beside it: never the user's own.
pub(crate) struct Dir {
    home: TempDir,
    cache: TempDir,
}

impl Dir {
    pub(crate) fn new() -> Self {
        let folder = || tempfile::tempdir().expect("a folder");
        Self {
            home: folder(),
            cache: folder(),
        }
    }

    pub(crate) fn path(&self) -> &Path {
        self.home.path()
    }

    /// The cache that runs in this folder use.
    pub(crate) fn cache(&self) -> PathBuf {
        self.cache.path().join("vectors.sqlite")
    }

    pub(crate) fn join(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    /// Writes a file, with the folders above it.
    pub(crate) fn file(&self, name: &str, contents: impl AsRef<[u8]>) -> &Self {
        let path = self.join(name);
        fs_err::create_dir_all(path.parent().expect("a folder")).expect("writable");
        fs_err::write(path, contents).expect("writable");
        self
    }

    pub(crate) fn folder(&self, name: &str) -> &Self {
        fs_err::create_dir_all(self.join(name)).expect("writable");
        self
    }

    /// Names of what lies in the folder.
    pub(crate) fn entries(&self) -> Vec<String> {
        let mut names: Vec<String> = fs_err::read_dir(self.path())
            .expect("a folder")
            .map(|entry| {
                let name = entry.expect("an entry").file_name();
                name.into_string().expect("a plain name")
            })
            .collect();
        names.sort();
        names
    }

    /// Runs the program in the folder, its words parted by spaces.
    #[track_caller]
    pub(crate) fn tifa(&self, line: &str) -> Ran {
        self.tifa_with(&line.split_whitespace().collect::<Vec<_>>(), &models())
    }

    /// The same with other model cards.
    #[track_caller]
    pub(crate) fn tifa_with(&self, args: &[&str], models: &Path) -> Ran {
        let output = Command::new(env!("CARGO_BIN_EXE_tifa"))
            .args(args)
            .env("TIFA_MODELS", models)
            .env("TIFA_CACHE", self.cache())
            .current_dir(self.path())
            .timeout(Duration::from_secs(120))
            .output()
            .expect("the program runs");
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_owned()).expect("UTF-8");
        Ran {
            line: args.join(" "),
            code: output.status.code(),
            out: text(&output.stdout),
            err: text(&output.stderr),
        }
    }

    /// Starts the program in the folder and leaves it running.
    pub(crate) fn start(&self, line: &str) -> std::process::Child {
        std::process::Command::new(env!("CARGO_BIN_EXE_tifa"))
            .args(line.split_whitespace())
            .env("TIFA_MODELS", models())
            .env("TIFA_CACHE", self.cache())
            .current_dir(self.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts")
    }
}

/// How a run ended and what it said.
pub(crate) struct Ran {
    line: String,
    code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    #[track_caller]
    pub(crate) fn exits(&self, code: i32) -> &Self {
        assert_eq!(self.code, Some(code), "{self}");
        self
    }

    /// Each of `parts` stands on standard error.
    #[track_caller]
    pub(crate) fn tells(&self, parts: &[&str]) -> &Self {
        for part in parts {
            assert!(self.err.contains(part), "no '{part}' in\n{self}");
        }
        self
    }

    /// Each of `parts` stands on standard output.
    #[track_caller]
    pub(crate) fn prints(&self, parts: &[&str]) -> &Self {
        for part in parts {
            assert!(self.out.contains(part), "no '{part}' in\n{self}");
        }
        self
    }
}

impl std::fmt::Display for Ran {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "tifa {}\nexit code: {:?}\n----- stdout -----\n{}----- stderr -----\n{}",
            self.line,
            self.code,
            self.out,
            self.err.chars().take(4000).collect::<String>()
        )
    }
}

/// A row of a table, by column.
pub(crate) type Row = BTreeMap<String, String>;

#[track_caller]
pub(crate) fn header(path: &Path) -> Vec<String> {
    let mut reader = csv::Reader::from_path(path).expect("a table");
    let header = reader.headers().expect("a header");
    header.iter().map(str::to_owned).collect()
}

#[track_caller]
pub(crate) fn rows(path: &Path) -> Vec<Row> {
    let mut reader = csv::Reader::from_path(path).expect("a table");
    reader
        .deserialize()
        .map(|row| row.expect("a row like its header"))
        .collect()
}

#[track_caller]
pub(crate) fn number(row: &Row, column: &str) -> f64 {
    let written = &row[column];
    written
        .parse()
        .unwrap_or_else(|_| panic!("{column} is '{written}'"))
}

#[track_caller]
pub(crate) fn count(row: &Row, column: &str) -> usize {
    let written = &row[column];
    written
        .parse()
        .unwrap_or_else(|_| panic!("{column} is '{written}'"))
}

#[track_caller]
pub(crate) fn record(out: &Path) -> serde_json::Value {
    let written = fs_err::read(out.join("run.json")).expect("a record");
    serde_json::from_slice(&written).expect("JSON")
}

/// The bytes that each article's offsets count in: of the file that was read, or of the text written out.
#[track_caller]
pub(crate) fn sources(out: &Path, home: &Path) -> BTreeMap<String, Vec<u8>> {
    let documents = rows(&out.join("documents.csv")).into_iter();
    documents
        .map(|document| {
            let path = match document["offset_base"].as_str() {
                "file" => home.join(&document["path"]),
                "decoded" => out.join(format!("texts/{}.txt", document["doc_id"])),
                other => panic!("offset_base is {other}"),
            };
            let text = fs_err::read(path).expect("the text that the offsets count in");
            (document["doc_id"].clone(), text)
        })
        .collect()
}

/// Each sentence stands at its offsets: in the file that was read, or in the text written out.
#[track_caller]
pub(crate) fn assert_offsets_cut_the_text(out: &Path, home: &Path) {
    let sources = sources(out, home);
    let sentences = rows(&out.join("sentences.csv"));
    assert!(!sentences.is_empty());
    for row in &sentences {
        let cut = &sources[row["doc_id"].as_str()][count(row, "start")..count(row, "end")];
        assert_eq!(String::from_utf8_lossy(cut), row["text"], "{row:?}");
    }
}

/// Wherever a table gives a text with its offsets, the text stands there in the article that the row names;
/// how many such texts there are.
#[track_caller]
pub(crate) fn assert_spans_cut_their_texts(out: &Path, home: &Path) -> usize {
    let sources = sources(out, home);
    let mut checked = 0;
    for entry in fs_err::read_dir(out).expect("the results") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|ending| ending != "csv") {
            continue;
        }
        for row in rows(&path) {
            for prefix in ["", "other_", "source_", "anchor1_", "anchor2_", "anchor3_"] {
                let of = |column: &str| row.get(&format!("{prefix}{column}"));
                let id = of("doc_id").or_else(|| of("id"));
                let (Some(id), Some(start), Some(end), Some(text)) =
                    (id, of("start"), of("end"), of("text"))
                else {
                    continue;
                };
                if start.is_empty() {
                    assert_eq!(text, "", "{}: {row:?}", path.display());
                    continue;
                }
                let place = |offset: &str| offset.parse::<usize>().expect("an offset");
                let cut = &sources[id][place(start)..place(end)];
                assert_eq!(
                    String::from_utf8_lossy(cut),
                    *text,
                    "{}: {row:?}",
                    path.display()
                );
                checked += 1;
            }
        }
    }
    checked
}

/// What a verbatim sentence shares with its source is inside the sentence, and begins and ends with the same
/// words on both sides; how many such sentences there are.
#[track_caller]
pub(crate) fn assert_what_is_repeated_stands_on_both_sides(out: &Path, home: &Path) -> usize {
    let sources = sources(out, home);
    let words = |text: &str| -> Vec<String> {
        let words = text::words::words(text, text::Span::new(0, text.len()));
        words
            .map(|word| word.of(text).to_lowercase().replace('\u{2019}', "'"))
            .collect()
    };
    let mut checked = 0;
    for row in rows(&out.join("novelty.csv")) {
        if row["class"] != "verbatim" {
            assert!(row["shared_start"].is_empty() && row["copies"].is_empty());
            continue;
        }
        let cut = |id: &str, prefix: &str| {
            let offset = |what: &str| count(&row, &format!("{prefix}shared_{what}"));
            let bytes = &sources[&row[id]][offset("start")..offset("end")];
            words(std::str::from_utf8(bytes).expect("characters"))
        };
        assert!(
            count(&row, "start") <= count(&row, "shared_start"),
            "{row:?}"
        );
        assert!(count(&row, "shared_end") <= count(&row, "end"), "{row:?}");
        let (own, other) = (cut("doc_id", ""), cut("source_doc_id", "source_"));
        assert_eq!((own.first(), own.last()), (other.first(), other.last()));
        assert!(2 * own.len() >= count(&row, "words"), "{row:?}");
        assert!(count(&row, "copies") >= 1, "{row:?}");
        checked += 1;
    }
    checked
}

/// Nothing of the page around an article stands in its sentences.
#[track_caller]
pub(crate) fn assert_no_furniture(out: &Path) {
    const FURNITURE: [&str; 9] = [
        "text size",
        "updated:",
        "from: english edition",
        "qiushi journal |",
        "| english edition",
        "originally appeared in",
        "photo by",
        "all rights reserved",
        "contact us",
    ];
    for row in rows(&out.join("sentences.csv")) {
        let text = row["text"].to_lowercase();
        for part in FURNITURE {
            assert!(!text.contains(part), "{part} in {row:?}");
        }
        assert!(!text.starts_with("author:"), "{row:?}");
    }
}
