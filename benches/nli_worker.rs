//! Scores texts against labels on request, so that `scripts/peers/nli_bench` can alternate it with
//! other programs. It speaks on standard output: `ready <seconds to load>`, then for each line
//! `go <set>` on standard input `done <seconds>`, and for `save <file>` `saved 0` once the scores
//! of the last pass stand in the file.

#![allow(clippy::print_stdout, reason = "it speaks on standard output")]

use std::collections::HashMap;
use std::io::BufRead;
use std::path::PathBuf;
use std::time::Instant;

use clap::Parser;
use model::{NliModel, NliSettings, Precision};
use ndarray::Array2;
use serde::Deserialize;
use themes::{Codebook, NliScorer, Scorer, Theme, Units};

#[derive(Parser)]
struct Args {
    /// What to score: a JSON object of a template, labels, and sets of texts.
    #[arg(long)]
    work: PathBuf,
    /// The model's folder.
    #[arg(long)]
    model: PathBuf,
    #[arg(long, default_value_t = 2)]
    replicas: usize,
    /// How numbers are kept.
    #[arg(long, default_value = "f32")]
    precision: String,
}

#[derive(Deserialize)]
struct Work {
    template: String,
    labels: Vec<String>,
    multi_label: bool,
    sets: HashMap<String, Vec<String>>,
}

impl Work {
    fn codebook(&self) -> Codebook {
        let theme = |(at, name): (usize, &String)| Theme {
            id: at.to_string(),
            name: name.clone(),
            aliases: Vec::new(),
            description: name.clone(),
            examples: Vec::new(),
            phrases: Vec::new(),
            lexicon: Vec::new(),
        };
        Codebook {
            name: "labels".into(),
            version: "1".into(),
            language: "en".into(),
            description: "labels to score".into(),
            none_below: 0.0,
            themes: self.labels.iter().enumerate().map(theme).collect(),
        }
    }
}

fn main() {
    let args = Args::parse();
    let written = fs_err::read(&args.work).expect("work");
    let work: Work = serde_json::from_slice(&written).expect("JSON");
    let settings = NliSettings {
        replicas: args.replicas,
        precision: precision(&args.precision),
        ..NliSettings::default()
    };
    let start = Instant::now();
    let model = NliModel::open(&args.model, &settings).expect("the model loads");
    println!("note {:?}", model.running());
    let mut scorer = NliScorer::new(&work.codebook(), model, &work.template, work.multi_label)
        .expect("a template with a place");
    let mut latest = score(&mut scorer, &["warm"]);
    println!("ready {}", start.elapsed().as_secs_f64());
    for line in std::io::stdin().lock().lines() {
        let line = line.expect("a line");
        match line.split_once(' ') {
            Some(("go", set)) => {
                let texts: Vec<&str> = work.sets[set].iter().map(String::as_str).collect();
                let start = Instant::now();
                latest = score(&mut scorer, &texts);
                println!("done {}", start.elapsed().as_secs_f64());
            }
            Some(("save", file)) => {
                let file = fs_err::File::create(file).expect("a file");
                ndarray_npy::WriteNpyExt::write_npy(&latest, file).expect("written");
                println!("saved 0");
            }
            _ => panic!("not understood: {line}"),
        }
    }
}

fn precision(name: &str) -> Precision {
    let mut all = Precision::ALL.into_iter();
    all.find(|precision| precision.name() == name)
        .expect("a precision's name")
}

fn score(scorer: &mut NliScorer, texts: &[&str]) -> Array2<f32> {
    let vectors = Array2::zeros((texts.len(), 0));
    let units = Units {
        texts,
        vectors: vectors.view(),
    };
    scorer.score(&units).expect("texts score")
}
