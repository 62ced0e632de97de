//! `eval themes`: how well scorers find the themes that people gave to texts.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;
use pipeline::{Reading, Readings};
use report::OutputFolder;
use report::tables::{ConfusionRow, MeasureRow, PredictionRow};
use serde_json::json;
use themes::{Codebook, Confusion, NONE};

use crate::args::{LabelledTable, ModelOptions, ThemeOptions};
use crate::commands::labelled::Labelled;
use crate::commands::scored::Scored;

/// Prints accuracy, macro-F1 and the Matthews coefficient of each scorer.
pub(crate) fn themes(
    table: &LabelledTable,
    out: Option<&Path>,
    options: &ModelOptions,
    theme_options: &ThemeOptions,
) -> Result<ExitCode> {
    let prepare = || Ok(out.map(OutputFolder::create).transpose()?);
    let (scored, folder) = Scored::new(table, options, theme_options, prepare)?;
    let codebook = scored.codebook();
    let (labelled, readings) = (&scored.labelled, &scored.readings);
    let with_none = labelled.has_none(codebook);
    let predicted: Vec<Vec<usize>> = readings
        .all
        .iter()
        .map(|reading| winners(reading, with_none))
        .collect();
    let measured: Vec<Confusion> = predicted
        .iter()
        .map(|predicted| {
            let pairs = labelled.labels.iter().zip(predicted);
            Confusion::new(codebook.themes.len() + 1, pairs.map(|(&a, &b)| (a, b)))
        })
        .collect();
    for (reading, confusion) in readings.all.iter().zip(&measured) {
        say!("scorer {}", reading.scorer);
        say!("accuracy {:.3}", confusion.accuracy());
        say!("macro_f1 {:.3}", confusion.macro_f1());
        say!("mcc {:.3}", confusion.mcc());
        if let Some(recall) = reading.recall {
            let (top, of_labels) = (recall.kept, labels_judged(labelled, reading));
            say!(
                "recall_at_{top} {of_labels:.3} of labels, {:.3} of entailment alone",
                recall.share()
            );
        }
    }
    for pair in readings.agreements() {
        let kappa = pair
            .agreement
            .kappa
            .map_or("none".to_owned(), |kappa| format!("{kappa:.3}"));
        say!(
            "kappa {kappa} of {} and {}",
            pair.one.scorer,
            pair.other.scorer
        );
    }
    if let Some(folder) = folder {
        predictions(&folder, labelled, readings, &predicted, codebook)?;
        confusions(&folder, readings, &measured, codebook)?;
        measures(&folder, readings, &measured, codebook)?;
        folder.commit(&json!({
            "tifa": env!("CARGO_PKG_VERSION"),
            "command": "eval themes",
            "settings": {
                "text": table.text,
                "label": table.label,
                "prompt": scored.settings.prompt,
                "themes": pipeline::describe_themes(&scored.chosen),
            },
            "model": pipeline::describe_model(&scored.card, Some(scored.embedder.running())),
            "scored": readings.record(),
            "counts": {"rows": labelled.texts.len(), "left_out": labelled.left_out},
            "inputs": [{"path": table.data.to_string_lossy(), "sha256": labelled.sha256}],
        }))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The best theme of each text; none of these only where the labels know it.
fn winners(reading: &Reading, with_none: bool) -> Vec<usize> {
    let none_below = if with_none {
        reading.none_below
    } else {
        f32::NEG_INFINITY
    };
    let rows = reading.scores.rows().into_iter();
    rows.map(|row| themes::winner(row, none_below)).collect()
}

/// Share of texts whose theme a cascade had judged by entailment; those it had not are below 0.
fn labels_judged(labelled: &Labelled, reading: &Reading) -> f64 {
    let labels = labelled.labels.iter().enumerate();
    let known = labels.filter_map(|(at, &theme)| reading.scores.get((at, theme)));
    let (judged, all) = known.fold((0_usize, 0_usize), |(judged, all), &score| {
        (judged + usize::from(score >= 0.0), all + 1)
    });
    judged as f64 / all.max(1) as f64
}

fn id(codebook: &Codebook, theme: usize) -> &str {
    codebook.themes.get(theme).map_or(NONE, |theme| &theme.id)
}

fn predictions(
    folder: &OutputFolder,
    labelled: &Labelled,
    readings: &Readings,
    predicted: &[Vec<usize>],
    codebook: &Codebook,
) -> Result<()> {
    let mut table = folder.table::<PredictionRow<'_>>()?;
    for (reading, predicted) in readings.all.iter().zip(predicted) {
        for (at, &theme) in predicted.iter().enumerate() {
            table.push(&PredictionRow {
                row: labelled.rows[at],
                scorer: &reading.scorer,
                label: id(codebook, labelled.labels[at]),
                theme: id(codebook, theme),
                score: reading.score(at, theme).into(),
                text: &labelled.texts[at],
            })?;
        }
    }
    Ok(table.finish()?)
}

fn confusions(
    folder: &OutputFolder,
    readings: &Readings,
    measured: &[Confusion],
    codebook: &Codebook,
) -> Result<()> {
    let mut table = folder.table::<ConfusionRow<'_>>()?;
    for (reading, confusion) in readings.all.iter().zip(measured) {
        for label in 0..=codebook.themes.len() {
            for theme in 0..=codebook.themes.len() {
                let rows = confusion.count(label, theme);
                if rows > 0 {
                    table.push(&ConfusionRow {
                        scorer: &reading.scorer,
                        label: id(codebook, label),
                        theme: id(codebook, theme),
                        rows,
                    })?;
                }
            }
        }
    }
    Ok(table.finish()?)
}

fn measures(
    folder: &OutputFolder,
    readings: &Readings,
    measured: &[Confusion],
    codebook: &Codebook,
) -> Result<()> {
    let mut table = folder.table::<MeasureRow<'_>>()?;
    for (reading, confusion) in readings.all.iter().zip(measured) {
        for theme in 0..=codebook.themes.len() {
            let of_theme = confusion.of_class(theme);
            if of_theme.support > 0 || of_theme.predicted > 0 {
                table.push(&MeasureRow {
                    scorer: &reading.scorer,
                    theme: id(codebook, theme),
                    support: of_theme.support,
                    predicted: of_theme.predicted,
                    precision: of_theme.precision.into(),
                    recall: of_theme.recall.into(),
                    f1: of_theme.f1.into(),
                })?;
            }
        }
    }
    Ok(table.finish()?)
}
