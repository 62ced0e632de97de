//! `run.json`: all that is needed to know what a folder of results came from.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use model::{Card, Running};
use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use source::{Problem, ReadSettings, Severity};

use crate::ledger::{SubwordCounts, coverage};
use crate::listed::Listed;
use crate::pieces::Piece;
use crate::{CodebookFile, Goal, ScorerKind, Settings, TextSettings, ThemeSettings};

/// Record of a run. Everything that differs between equal runs stands under `times`.
#[derive(Serialize)]
pub(crate) struct Record<'a> {
    #[serde(flatten)]
    told: Value,
    /// Written one by one: there may be a million.
    #[serde(serialize_with = "inputs")]
    inputs: Cow<'a, [Listed]>,
    times: Value,
}

impl<'a> Record<'a> {
    pub(crate) fn new(
        settings: &Settings,
        pieces: &[Piece],
        problems: &[Problem],
        counts: Option<&SubwordCounts>,
        (scored, compared, reused): (Option<&Value>, Option<&Value>, Option<&Value>),
        times: Value,
    ) -> Self {
        let mut rules = no_rules();
        count_rules(&mut rules, pieces);
        let pieces = Listed::all(pieces);
        let mut told = told(settings, &pieces, problems, counts, (scored, compared));
        told["cleaning_rules"] = json!(rules);
        told["reuse"] = json!(reused);
        Self {
            told,
            inputs: pieces.into(),
            times,
        }
    }

    /// The record of a command that counts words. What it found stands under `found`.
    pub(crate) fn lexical(
        settings: &TextSettings,
        own_settings: Value,
        (pieces, problems): (&'a [Listed], &[Problem]),
        rules: &BTreeMap<&'static str, usize>,
        found: Value,
        times: Value,
    ) -> Self {
        Self {
            told: json!({
                "tifa": env!("CARGO_PKG_VERSION"),
                "command": settings.command,
                "settings": with(
                    with(own_settings, json!({"counted": settings.counting.describe()})),
                    read_settings(&settings.read),
                ),
                "counts": counts_of(pieces, problems),
                "found": found,
                "cleaning_rules": rules,
            }),
            inputs: pieces.into(),
            times,
        }
    }
}

/// When a command finished and how long it took.
pub(crate) fn times(start: Instant, threads: usize) -> Value {
    json!({
        "finished_unix": SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()),
        "seconds": start.elapsed().as_secs_f64(),
        "threads": threads,
    })
}

fn read_settings(read: &ReadSettings) -> Value {
    json!({
        "language": read.language,
        "encoding": read.encoding.map(encoding_rs::Encoding::name),
        "max_article_bytes": read.max_article_bytes,
        "text_column": read.text_column,
        "id_column": read.id_column,
    })
}

fn counts_of(pieces: &[Listed], problems: &[Problem]) -> Value {
    let sum = |of: &dyn Fn(&Listed) -> usize| pieces.iter().map(of).sum::<usize>();
    let of_severity = |severity| problems.iter().filter(|p| p.severity == severity).count();
    json!({
        "articles": sum(&|piece| usize::from(piece.is_studied)),
        "corpus": sum(&|piece| usize::from(!piece.is_studied)),
        "failed": of_severity(Severity::Failed),
        "skipped": of_severity(Severity::Skipped),
        "warnings": of_severity(Severity::Warning),
        "sections": sum(&|piece| piece.size.sections),
        "paragraphs": sum(&|piece| piece.size.paragraphs),
        "sentences": sum(&|piece| piece.size.sentences),
        "words": sum(&|piece| piece.size.words),
    })
}

/// Puts the keys of one object behind those of another.
fn with(mut one: Value, more: Value) -> Value {
    if let (Some(all), Value::Object(more)) = (one.as_object_mut(), more) {
        all.extend(more);
    }
    one
}

#[expect(clippy::ptr_arg, reason = "serde hands on the field as it is")]
fn inputs<S: Serializer>(pieces: &Cow<'_, [Listed]>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(pieces.iter().map(|piece| {
        json!({
            "doc_id": piece.doc_id,
            "path": piece.path.to_string_lossy(),
            "role": piece.role(),
            "sha256": piece.sha256,
        })
    }))
}

fn told(
    settings: &Settings,
    pieces: &[Listed],
    problems: &[Problem],
    counts: Option<&SubwordCounts>,
    (scored, compared): (Option<&Value>, Option<&Value>),
) -> Value {
    json!({
        "tifa": env!("CARGO_PKG_VERSION"),
        "command": settings.command,
        "settings": with(json!({
            "model": settings.model.card.name,
            "token_budget": settings.model.settings.token_budget,
            "prompt": settings.model.settings.prompt,
            "windows": settings.model.settings.windows,
            "neighbours": settings.neighbours,
            "by": (settings.goal >= Goal::Themes).then(|| settings.by.name()),
            "comparison": describe_comparison(settings),
            "themes": describe_themes(&settings.themes),
        }), read_settings(&settings.read)),
        "model": model(settings, counts),
        "codebook": codebook(&settings.themes.codebook),
        "scored": scored,
        "compared": compared,
        "counts": with(counts_of(pieces, problems), json!({
            "distinct_sentences": counts.and_then(|c| c.fed.as_ref()).map(|fed| fed.distinct),
            "subwords": counts.map(|c| c.subwords(0..c.subwords.len())),
        })),
        "truncation": counts.and_then(|c| truncation(settings, c)),
    })
}

/// How articles are compared; nothing where they are not.
fn describe_comparison(settings: &Settings) -> Option<Value> {
    let chosen = &settings.comparison;
    (settings.goal == Goal::Comparison).then(|| {
        json!({
            "center": chosen.center,
            "any_date": chosen.any_date,
            "paraphrase_q": chosen.paraphrase_q,
            "nearest_pieces": chosen.nearest_pieces,
            "neighbour_search": chosen.neighbour_search,
            "seed": chosen.seed,
            "permutations": chosen.drift.permutations,
            "terms": chosen.drift.terms,
            "groups": chosen.groups.as_ref().map(|groups| json!({
                "sides": groups.sides.describe(&settings.articles, &settings.corpus),
                "words": groups.words,
                "documents": groups.documents,
                "rwmd": groups.rwmd,
            })),
        })
    })
}

/// What scores themes, and how.
pub fn describe_themes(settings: &ThemeSettings) -> Value {
    let nli = settings.nli.as_ref();
    json!({
        "codebook": settings.codebook.codebook.name,
        "codebook_sha256": settings.codebook.sha256,
        "none_below": settings.codebook.codebook.none_below,
        "scorers": settings.scorers,
        "adapt": settings.adapt,
        "null_prior": settings.corrections.null_prior,
        "prior_matching": settings.corrections.prior_matching,
        "calibration": settings.corrections.calibration.as_ref().map(|calibration| json!({
            "file": calibration.file.to_string_lossy(),
            "sha256": calibration.sha256,
        })),
        "nli_model": nli.map(|nli| nli.folder.to_string_lossy()),
        "template": nli.map(|nli| &nli.template),
        "multi_label": nli.map(|nli| nli.multi_label),
        "cascade_top": settings.scorers.contains(&ScorerKind::Cascade).then_some(settings.cascade_top),
        "lexicon": settings.lexicon.as_ref().map(|lexicon| json!({
            "file": lexicon.file.as_ref().map(|file| file.to_string_lossy()),
            "sha256": lexicon.sha256,
        })),
    })
}

fn codebook(file: &CodebookFile) -> Value {
    json!({
        "name": file.codebook.name,
        "version": file.codebook.version,
        "themes": file.codebook.themes.len(),
        "sha256": file.sha256,
    })
}

/// What became of sentences over the model's limit; nothing where the model did not run.
fn truncation(settings: &Settings, counts: &SubwordCounts) -> Option<Value> {
    let fed = counts.fed.as_ref()?;
    let all = 0..counts.subwords.len();
    let cut = fed.cut(all.clone());
    Some(json!({
        "max_length": settings.model.card.max_length,
        "windowed_sentences": fed.windowed(all.clone()),
        "windows": fed.windows(),
        "cut_sentences": fed.cut_sentences(),
        "subwords_cut_off": cut,
        "coverage": coverage(counts.subwords(all), cut),
    }))
}

fn model(settings: &Settings, counts: Option<&SubwordCounts>) -> Value {
    counts.map_or(Value::Null, |counts| {
        let running = counts.fed.as_ref().map(|fed| &fed.running);
        describe_model(&settings.model.card, running)
    })
}

/// A model, and how it ran; `None` where only its tokenizer was used.
pub fn describe_model(card: &Card, running: Option<&Running>) -> Value {
    // Only what was used, and so checked: the tokenizer alone where the model did not run.
    let used = card
        .files
        .iter()
        .filter(|file| running.is_some() || file.path == model::TOKENIZER);
    json!({
        "name": card.name,
        "architecture": card.architecture,
        "source": card.source.as_ref().map(ToString::to_string),
        "licence": card.licence,
        "dimensions": card.dimensions,
        "backend": running.map(|r| r.backend),
        "precision": running.map(|r| r.precision),
        "device": running.map(|r| r.device),
        "kernels": running.map(|r| &r.kernels),
        "batch_invariant": running.map(|r| r.batch_invariant),
        "files": used.map(|file| json!({"path": file.path, "sha256": file.sha256})).collect::<Vec<_>>(),
    })
}

/// How often each rule fired; rules that never did stand with 0.
pub(crate) fn no_rules() -> BTreeMap<&'static str, usize> {
    let rules = text::Rule::ALL.into_iter();
    rules.map(|rule| (rule.name(), 0)).collect()
}

/// Counts the rules that fired in some pieces.
pub(crate) fn count_rules(fired: &mut BTreeMap<&'static str, usize>, pieces: &[Piece]) {
    for removed in pieces.iter().flat_map(|piece| &piece.cleaned.removed) {
        *fired.entry(removed.rule.name()).or_default() += 1;
    }
}
