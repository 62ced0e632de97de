//! The benchmark's protocol: `go <set>` and `save <file>` on standard input, `done <seconds>` back.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufWriter, Write};
use std::time::Instant;

use anyhow::{Context, Result, bail};

/// What a worker is told on its command line.
pub struct Arguments {
    /// Folder of the model, in sentence-transformers layout.
    pub model: String,
    /// The ONNX file, for those that read one.
    pub onnx: String,
    /// Sentences of each set.
    pub sets: HashMap<String, Vec<String>>,
}

impl Arguments {
    /// Reads `--model DIR --onnx FILE --sentences FILE`.
    pub fn read() -> Result<Self> {
        let words: Vec<String> = std::env::args().skip(1).collect();
        let value = |name: &str| {
            words
                .iter()
                .position(|word| word == name)
                .and_then(|at| words.get(at + 1))
                .cloned()
        };
        let sentences = value("--sentences").context("--sentences is missing")?;
        let file = File::open(&sentences).with_context(|| sentences.clone())?;
        Ok(Self {
            model: value("--model").context("--model is missing")?,
            onnx: value("--onnx").unwrap_or_default(),
            sets: serde_json::from_reader(file).with_context(|| sentences)?,
        })
    }
}

/// Says `ready`, then serves until standard input ends. `started` is when loading began.
pub fn serve(
    arguments: &Arguments,
    started: Instant,
    mut encode: impl FnMut(&[String]) -> Result<Vec<Vec<f32>>>,
) -> Result<()> {
    let load = started.elapsed();
    for sentences in arguments.sets.values() {
        encode(&sentences[..sentences.len().min(64)])?;
    }
    say(&format!("ready {:.4}", load.as_secs_f64()))?;
    let mut vectors = Vec::new();
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        match line.split_once(' ') {
            Some(("go", set)) => {
                let sentences = arguments
                    .sets
                    .get(set)
                    .with_context(|| format!("no set '{set}'"))?;
                let before = Instant::now();
                vectors = encode(sentences)?;
                say(&format!("done {:.6}", before.elapsed().as_secs_f64()))?;
            }
            Some(("save", path)) => save(path, &vectors)?,
            _ => bail!("'{line}' is neither go nor save"),
        }
    }
    Ok(())
}

fn say(line: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")?;
    Ok(out.flush()?)
}

/// NumPy's format, version 1: a header padded to a multiple of 64 bytes, then the numbers.
fn save(path: &str, vectors: &[Vec<f32>]) -> Result<()> {
    let columns = vectors.first().map_or(0, Vec::len);
    let shape = format!("({}, {columns})", vectors.len());
    let header = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}");
    let width = (10 + header.len() + 1).next_multiple_of(64) - 10;
    let spaces = width - 1;
    let mut file = BufWriter::new(File::create(path).with_context(|| path.to_owned())?);
    file.write_all(b"\x93NUMPY\x01\x00")?;
    file.write_all(&u16::try_from(width)?.to_le_bytes())?;
    writeln!(file, "{header:<spaces$}")?;
    for number in vectors.iter().flatten() {
        file.write_all(&number.to_le_bytes())?;
    }
    Ok(file.flush()?)
}
