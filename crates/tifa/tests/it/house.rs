//! The architecture's invariants: which crate may know which, and what none may do.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Dependencies of each workspace crate, for building it.
fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--no-deps",
            "--format-version",
            "1",
            "--offline",
        ])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let text = |value: &serde_json::Value| value.as_str().expect("a name").to_owned();
    metadata["packages"]
        .as_array()
        .expect("packages")
        .iter()
        .map(|package| {
            let needed = package["dependencies"]
                .as_array()
                .expect("dependencies")
                .iter();
            let built = needed
                .filter(|d| d["kind"].is_null())
                .map(|d| text(&d["name"]));
            (text(&package["name"]), built.collect())
        })
        .collect()
}

#[test]
fn a_crate_depends_only_on_floors_below_it() {
    let floors: BTreeMap<&str, usize> = [
        ("text", 0),
        ("cache", 0),
        ("compare", 0),
        ("kernels", 0),
        ("report", 0),
        ("reuse", 0),
        ("lexis", 1),
        ("model", 1),
        ("source", 1),
        ("formulations", 2),
        ("themes", 2),
        ("pipeline", 3),
        ("tifa", 4),
        ("benches", 4),
    ]
    .into();
    let all = dependencies();
    for (name, needed) in &all {
        let own = floors
            .get(name.as_str())
            .unwrap_or_else(|| panic!("{name} has no floor yet: give it one here"));
        for below in needed
            .iter()
            .filter_map(|n| floors.get_key_value(n.as_str()))
        {
            assert!(below.1 < own, "{name} must not depend on {}", below.0);
        }
    }
    assert_eq!(all.len(), floors.len());
}

#[test]
fn only_model_names_an_ml_library_and_only_tifa_uses_anyhow() {
    for (name, needed) in dependencies() {
        for library in ["rust-bert", "tch", "tokenizers"] {
            assert!(
                name == "model" || !needed.contains(library),
                "{name} names {library}"
            );
        }
        for library in ["anyhow", "clap", "indicatif"] {
            // The benches' worker has a command line too.
            let is_allowed = name == "tifa" || (name == "benches" && library == "clap");
            assert!(
                is_allowed || !needed.contains(library),
                "{name} names {library}"
            );
        }
    }
}

#[test]
fn no_file_is_touched_outside_source_report_model_cache_and_tifa() {
    for name in [
        "text",
        "compare",
        "kernels",
        "lexis",
        "reuse",
        "formulations",
        "themes",
        "pipeline",
    ] {
        let dir = root().join("crates").join(name);
        for file in rust_files(&dir.join("src")) {
            let code = fs_err::read_to_string(&file).expect("a source file");
            for forbidden in ["std::fs", "fs_err", "File::open", "File::create"] {
                assert!(
                    !code.contains(forbidden),
                    "{} uses {forbidden}",
                    file.display()
                );
            }
        }
    }
}

/// The workspace denies `unsafe`; where it is allowed again, it says why.
#[test]
fn no_crate_but_kernels_is_unsafe_but_for_the_mapping_of_a_file() {
    let mut found = BTreeSet::new();
    for file in rust_files(&root().join("crates")) {
        let code = fs_err::read_to_string(&file).expect("a source file");
        let path = file.strip_prefix(root()).expect("below the root");
        if code.contains("unsafe_code,")
            && path.components().any(|part| part.as_os_str() == "src")
            && !path.starts_with("crates/kernels")
        {
            found.insert(path.display().to_string());
        }
    }
    let allowed = BTreeSet::from(["crates/report/src/vectors.rs".to_owned()]);
    assert_eq!(found, allowed);
}

fn rust_files(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs_err::read_dir(dir).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(rust_files(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
    found
}
