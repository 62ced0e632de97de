//! Embeds sets of sentences on request, so that `scripts/peers/embed_bench` can alternate it with
//! other programs. It speaks on standard output: `ready <seconds to load>`, then for each line
//! `go <set>` on standard input `done <seconds>`, and for `save <file>` `saved 0` once the vectors
//! of the last pass stand in the file.

#![allow(clippy::print_stdout, reason = "it speaks on standard output")]

use std::collections::HashMap;
use std::io::BufRead;
use std::path::PathBuf;
use std::time::Instant;

use clap::Parser;
use model::{Backend, Embedder, EmbedderSettings, Precision};
use ndarray::Array2;
use serde::Deserialize;
use serde::de::value::{Error, StrDeserializer};

#[derive(Parser)]
struct Args {
    /// Sets of sentences: a JSON object of arrays.
    #[arg(long)]
    sentences: PathBuf,
    #[arg(long, default_value = "auto", value_parser = named::<Precision>)]
    precision: Precision,
    #[arg(long, default_value = "auto", value_parser = named::<Backend>)]
    backend: Backend,
    #[arg(long, default_value = "all-MiniLM-L6-v2")]
    model: String,
    #[arg(long, default_value_t = 2)]
    replicas: usize,
}

fn named<T: for<'a> Deserialize<'a>>(name: &str) -> Result<T, Error> {
    T::deserialize(StrDeserializer::new(name))
}

fn main() {
    let args = Args::parse();
    let written = fs_err::read_to_string(&args.sentences).expect("sets of sentences");
    let sets: HashMap<String, Vec<String>> = serde_json::from_str(&written).expect("JSON");
    let card = model::find(&benches::root().join("models"), &args.model).expect("a model");
    let settings = EmbedderSettings {
        replicas: args.replicas,
        backend: args.backend,
        precision: args.precision,
        ..EmbedderSettings::default()
    };
    let start = Instant::now();
    let mut embedder = Embedder::open(&card, &settings).expect("the model loads");
    let mut vectors = embedder.embed_all(&["warm"]).expect("vectors").0;
    println!("note {:?}", embedder.running());
    println!("ready {}", start.elapsed().as_secs_f64());
    for line in std::io::stdin().lock().lines() {
        let line = line.expect("a line");
        match line.split_once(' ') {
            Some(("go", set)) => {
                let texts: Vec<&str> = sets[set].iter().map(String::as_str).collect();
                let start = Instant::now();
                vectors = embedder.embed_all(&texts).expect("vectors").0;
                println!("done {}", start.elapsed().as_secs_f64());
            }
            Some(("save", file)) => {
                save(&vectors, file);
                println!("saved 0");
            }
            _ => panic!("not understood: {line}"),
        }
    }
}

fn save(vectors: &Array2<f32>, file: &str) {
    let file = fs_err::File::create(file).expect("a file");
    ndarray_npy::WriteNpyExt::write_npy(vectors, file).expect("written");
}
