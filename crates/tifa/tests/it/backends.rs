//! Which backend runs, and how it is told and recorded.

use std::path::Path;

use crate::tiny::vectors;
use crate::util::{self, Dir, article, rows};

#[test]
fn what_runs_is_printed_and_recorded() {
    let dir = Dir::new();
    dir.with_tiny().file("a.txt", article(1));
    dir.tifa_tiny("embed a.txt --model tiny --threads 1 --out out")
        .exits(0)
        .tells(&["model: tiny, static encoder, f32, ", ", 1 replica"]);
    let model = &util::record(&dir.join("out"))["model"];
    assert_eq!(model["backend"], "static");
    assert_eq!(model["precision"], "f32");
    assert_eq!(model["device"], "cpu");
    assert_eq!(model["batch_invariant"], true);
    assert!(model["kernels"].is_string(), "{model}");

    let ran = dir.tifa_tiny("tokenize a.txt --model tiny --out tokens");
    ran.exits(0);
    let model = &util::record(&dir.join("tokens"))["model"];
    assert!(model["backend"].is_null() && model["batch_invariant"].is_null());
}

#[test]
fn quiet_says_nothing_of_the_model() {
    let dir = Dir::new();
    let ran = dir
        .with_tiny()
        .file("a.txt", article(1))
        .tifa_tiny("embed a.txt --model tiny --out out --quiet");
    assert_eq!((ran.exits(0).out.as_str(), ran.err.as_str()), ("", ""));
}

#[test]
fn what_does_not_go_together_is_told_and_nothing_written() {
    let dir = Dir::new();
    dir.with_tiny().file("a.txt", article(1));
    for (options, told) in [
        (
            "--backend packed",
            "which the backend 'static' runs on the cpu",
        ),
        ("--precision bf16", "others run in f32"),
        (
            "--device cuda",
            "which the backend 'static' runs on the cpu",
        ),
        (
            "--backend quick",
            "[possible values: auto, packed, bert, static]",
        ),
        (
            "--precision int8",
            "[possible values: auto, f32, bf16, int16]",
        ),
    ] {
        dir.tifa_tiny(&format!("embed a.txt --model tiny {options} --out out"))
            .exits(2)
            .tells(&[told]);
        assert!(!dir.join("out").exists());
    }
}

#[test]
fn a_folder_is_a_model_too() {
    let dir = Dir::new();
    dir.with_tiny().file("a.txt", article(1)).file(
        "project/tifa.toml",
        "model = \"../models/tiny/weights\"\nbackend = \"static\"\nout = \"out\"\n",
    );
    dir.tifa_tiny("embed a.txt --config project/tifa.toml")
        .exits(0)
        .tells(&["model: weights, static encoder"]);
    dir.tifa_tiny("embed a.txt --model models/tiny/weights --out typed")
        .exits(0);
    let out = dir.join("project/out");
    assert_eq!(vectors(&out), vectors(&dir.join("typed")));
    let files = &util::record(&out)["model"]["files"];
    assert!(
        files.as_array().is_some_and(|files| files.len() >= 3),
        "{files}"
    );
}

#[test]
fn neither_threads_nor_budget_change_a_bit() {
    let dir = Dir::new();
    dir.with_tiny();
    for number in 0..12 {
        dir.file(&format!("in/{number}.txt"), article(number));
    }
    let mut all = Vec::new();
    for (threads, budget) in [(1, 4096), (2, 64), (3, 1)] {
        dir.tifa_tiny(&format!(
            "embed in --model tiny --threads {threads} --token-budget {budget} --out out"
        ))
        .exits(0);
        all.push(fs_err::read(dir.join("out/embeddings/sentences.npy")).expect("vectors"));
    }
    assert!(all.iter().all(|bytes| *bytes == all[0]));
}

#[test]
fn a_prompt_changes_vectors_and_no_counts() {
    let dir = Dir::new();
    dir.with_tiny().file(
        "a.txt",
        "The river of the north runs past the old school.\n\nThe school of the east stands by the river.\n",
    );
    let prompted = [
        "embed",
        "a.txt",
        "--model",
        "tiny",
        "--prompt",
        "north east ",
        "--out",
        "prompted",
    ];
    dir.tifa_with(&prompted, &dir.tiny_models())
        .exits(0)
        .tells(&["prompt \"north east \""]);
    dir.tifa_tiny("embed a.txt --model tiny --out plain")
        .exits(0);
    let (with, without) = (dir.join("prompted"), dir.join("plain"));
    assert_ne!(vectors(&with), vectors(&without));
    let counts = |out: &Path| -> Vec<[String; 2]> {
        rows(&out.join("sentences.csv"))
            .into_iter()
            .map(|row| ["subwords", "subwords_cut"].map(|column| row[column].clone()))
            .collect()
    };
    assert_eq!(counts(&with), counts(&without));
    assert_eq!(util::record(&with)["settings"]["prompt"], "north east ");
    assert!(util::record(&without)["settings"]["prompt"].is_null());

    dir.tifa_tiny("embed a.txt --model tiny --prompt question --out named")
        .exits(0)
        .tells(&["prompt \"north east \""]);
    assert_eq!(vectors(&dir.join("named")), vectors(&with));

    let long = [
        "embed",
        "a.txt",
        "--model",
        "tiny",
        "--prompt",
        &"north ".repeat(12),
        "--out",
        "long",
    ];
    dir.tifa_with(&long, &dir.tiny_models())
        .exits(2)
        .tells(&["leaves no room for a text", "--prompt"]);
}

/// The folder has no module that normalizes; dot products would be no cosines.
#[test]
fn vectors_have_length_one_whatever_the_models_files_say() {
    let dir = Dir::new();
    dir.with_tiny().file("a.txt", article(1));
    let model = util::root().join("crates/model/tests/fixtures/architectures/bert-bin");
    let line = format!(
        "run a.txt --model {} --out out --any-language",
        model.display()
    );
    dir.tifa_tiny(&line).exits(0);
    for (row, vector) in vectors(&dir.join("out")).rows().into_iter().enumerate() {
        let length = vector.dot(&vector).sqrt();
        // Of a few dozen 32-bit squares.
        assert!((length - 1.0).abs() < 1e-5, "row {row}: {length}");
    }
    let scored = &util::record(&dir.join("out"))["scored"];
    assert_eq!(scored["readings"][0]["scorer"], "embedding");
    assert!(scored["nli_model"].is_null(), "{scored}");
}
