//! `eval sts`: how near a model's cosines come to people's judgement.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use model::Embedder;

use crate::args::ModelOptions;
use crate::commands::gzip;
use crate::config;

/// A pair of sentences and its score.
struct Pair {
    sentences: [String; 2],
    score: f64,
}

/// Prints the rank correlation of the cosines of pairs with their scores.
pub(crate) fn sts(path: &Path, options: &ModelOptions) -> Result<ExitCode> {
    let pairs = read(path)?;
    let (card, settings) = config::model(options)?;
    let mut embedder = Embedder::open(&card, &settings)?;
    say!("model: {}", embedder.describe());
    // First sentences, then second ones.
    let texts: Vec<&str> = (0..2)
        .flat_map(|side| pairs.iter().map(move |pair| pair.sentences[side].as_str()))
        .collect();
    let (vectors, ledger) = embedder.embed_all(&texts)?;
    let cosines: Vec<f64> = (0..pairs.len())
        .map(|at| cosine(vectors.row(at), vectors.row(pairs.len() + at)))
        .collect();
    let scores: Vec<f64> = pairs.iter().map(|pair| pair.score).collect();
    let (Some(spearman), Some(pearson)) = (
        compare::spearman(&cosines, &scores),
        compare::pearson(&cosines, &scores),
    ) else {
        bail!(
            "{}: {} pairs with scores or cosines all alike have no correlation",
            path.display(),
            pairs.len()
        );
    };
    say!("pairs {}", pairs.len());
    say!(
        "subwords cut {}",
        ledger.cut.iter().map(|&cut| u64::from(cut)).sum::<u64>()
    );
    say!("pearson {pearson:.4}");
    say!("spearman {spearman:.4}");
    Ok(ExitCode::SUCCESS)
}

/// Not every model gives vectors of length 1.
fn cosine(a: ndarray::ArrayView1<'_, f32>, b: ndarray::ArrayView1<'_, f32>) -> f64 {
    let dot = |a: ndarray::ArrayView1<'_, f32>, b: ndarray::ArrayView1<'_, f32>| -> f64 {
        a.iter()
            .zip(b)
            .map(|(&a, &b)| f64::from(a) * f64::from(b))
            .sum()
    };
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt().max(f64::MIN_POSITIVE)
}

fn read(path: &Path) -> Result<Vec<Pair>> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(gzip::open(path)?);
    let mut pairs = Vec::new();
    for record in reader.records() {
        // Its message names the line.
        let record = record.with_context(|| format!("can't read {}", path.display()))?;
        let line = record.position().map_or(0, csv::Position::line);
        let pair = pair(&record).with_context(|| format!("{}, line {line}", path.display()))?;
        pairs.push(pair);
    }
    if pairs.is_empty() {
        bail!("{} holds no pairs of sentences", path.display());
    }
    Ok(pairs)
}

fn pair(record: &csv::StringRecord) -> Result<Pair> {
    let (Some(first), Some(second), Some(score), 3) =
        (record.get(0), record.get(1), record.get(2), record.len())
    else {
        bail!(
            "has {} columns; a sentence, another sentence and a score are needed, without a header",
            record.len()
        );
    };
    let number: f64 = match score.trim().parse() {
        Ok(number) if f64::is_finite(number) => number,
        _ => bail!(
            "the score '{score}' is no number; the third column holds the score, and there is no header"
        ),
    };
    Ok(Pair {
        sentences: [first.to_owned(), second.to_owned()],
        score: number,
    })
}
