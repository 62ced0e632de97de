//! `run.json`: all that is needed to know what a folder of results came from.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use source::{Problem, Severity};

use crate::Settings;
use crate::pieces::Piece;
use crate::writing::{SubwordCounts, role};

/// Record of a run. Everything that differs between equal runs stands under `times`.
pub(crate) fn record(
    settings: &Settings,
    pieces: &[Piece],
    problems: &[Problem],
    counts: Option<&SubwordCounts>,
    times: &Value,
) -> Value {
    let sum = |of: &dyn Fn(&Piece) -> usize| pieces.iter().map(of).sum::<usize>();
    let of_severity = |severity| problems.iter().filter(|p| p.severity == severity).count();
    json!({
        "tifa": env!("CARGO_PKG_VERSION"),
        "command": settings.command,
        "settings": {
            "model": settings.model.card.name,
            "token_budget": settings.model.settings.token_budget,
            "neighbours": settings.neighbours,
            "codebook": settings.codebook.codebook.name,
            "none_below": settings.codebook.codebook.none_below,
            "language": settings.read.language,
            "encoding": settings.read.encoding.map(encoding_rs::Encoding::name),
            "max_article_bytes": settings.read.max_article_bytes,
            "text_column": settings.read.text_column,
            "id_column": settings.read.id_column,
        },
        "model": model(settings, counts),
        "codebook": {
            "name": settings.codebook.codebook.name,
            "version": settings.codebook.codebook.version,
            "themes": settings.codebook.codebook.themes.len(),
            "sha256": settings.codebook.sha256,
        },
        "counts": {
            "articles": sum(&|piece| usize::from(piece.is_studied)),
            "corpus": sum(&|piece| usize::from(!piece.is_studied)),
            "failed": of_severity(Severity::Failed),
            "skipped": of_severity(Severity::Skipped),
            "warnings": of_severity(Severity::Warning),
            "sections": sum(&|piece| piece.document.sections.len()),
            "paragraphs": sum(&|piece| piece.document.paragraphs.len()),
            "sentences": sum(&|piece| piece.document.sentences.len()),
            "words": sum(&|piece| piece.words.iter().sum()),
            "subwords": counts.map(|c| c.subwords.iter().sum::<usize>()),
        },
        "truncation": counts.and_then(|c| c.windows.as_ref()).map(|windows| json!({
            "max_length": settings.model.card.max_length,
            "windowed_sentences": windows.iter().filter(|&&count| count > 1).count(),
            "windows": windows.iter().sum::<usize>(),
            "subwords_cut_off": 0,
        })),
        "cleaning_rules": rules(pieces),
        "inputs": pieces.iter().map(|piece| json!({
            "doc_id": piece.article.doc_id,
            "path": piece.article.path.to_string_lossy(),
            "role": role(piece),
            "sha256": piece.article.sha256,
        })).collect::<Vec<_>>(),
        "times": times,
    })
}

fn model(settings: &Settings, counts: Option<&SubwordCounts>) -> Value {
    let card = &settings.model.card;
    let Some(counts) = counts else {
        return Value::Null;
    };
    // Only what was used, and so checked: the tokenizer alone where the model did not run.
    let ran = counts.windows.is_some();
    let used = card
        .files
        .iter()
        .filter(|file| ran || file.path == model::TOKENIZER);
    json!({
        "name": card.name,
        "architecture": card.architecture,
        "source": card.source.as_ref().map(ToString::to_string),
        "licence": card.licence,
        "dimensions": card.dimensions,
        "precision": ran.then_some("f32"),
        "files": used.map(|file| json!({"path": file.path, "sha256": file.sha256})).collect::<Vec<_>>(),
    })
}

/// How often each rule fired; rules that never did stand with 0.
fn rules(pieces: &[Piece]) -> BTreeMap<&'static str, usize> {
    let mut fired: BTreeMap<_, _> = text::Rule::ALL
        .into_iter()
        .map(|rule| (rule.name(), 0))
        .collect();
    for removed in pieces.iter().flat_map(|piece| &piece.cleaned.removed) {
        *fired.entry(removed.rule.name()).or_default() += 1;
    }
    fired
}
