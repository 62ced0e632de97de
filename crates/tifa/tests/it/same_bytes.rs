//! No result depends on the number of threads.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::util::{self, Dir};

fn files(dir: &Path, below: &str) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs_err::read_dir(dir.join(below)).expect("a folder") {
        let entry = entry.expect("an entry");
        let name = Path::new(below).join(entry.file_name());
        if entry.path().is_dir() {
            found.extend(files(dir, &name.to_string_lossy()));
        } else {
            found.insert(name, fs_err::read(entry.path()).expect("a file"));
        }
    }
    found
}

#[test]
fn one_thread_and_two_give_the_same_bytes() {
    let dir = Dir::new();
    let corpus = util::root().join("corpus");
    for name in [
        "2019-09-20-turning-the-blade-inward-demo.txt",
        "2020-06-19-the-doctor-next-door-demo.html",
        "2022-03-22-who-will-come-home-demo.md",
    ] {
        let piece = fs_err::read(corpus.join(name)).expect("a piece");
        dir.file(&format!("corpus/{name}"), piece);
    }
    dir.file("book.toml", util::CODEBOOK);
    let long = "many rivers and more villages along them, ".repeat(60);
    dir.file(
        "corpus/long.txt",
        format!("{}\nIt lists {long}and a bridge.\n", util::article(1)),
    );

    let mut results = Vec::new();
    for threads in [1, 2] {
        let out = format!("with-{threads}");
        dir.tifa(&format!(
            "run corpus --codebook book.toml --threads {threads} --out {out}"
        ))
        .exits(0);
        results.push(files(&dir.join(&out), ""));
    }
    let [one, two] = &mut results[..] else {
        unreachable!("two runs")
    };

    for result in [&mut *one, &mut *two] {
        result.remove(Path::new("stages.csv")).expect("stages");
        let record = result.get_mut(Path::new("run.json")).expect("a record");
        let mut json: serde_json::Value = serde_json::from_slice(record).expect("JSON");
        assert!(json["truncation"]["windowed_sentences"].as_u64() > Some(0));
        json.as_object_mut()
            .expect("an object")
            .shift_remove("times")
            .expect("times");
        *record = json.to_string().into_bytes();
    }
    assert!(one.contains_key(Path::new("embeddings/sentences.npy")));
    assert_eq!(
        one.keys().collect::<Vec<_>>(),
        two.keys().collect::<Vec<_>>()
    );
    for (name, bytes) in one {
        assert!(*bytes == two[name], "{} differs", name.display());
    }
}
