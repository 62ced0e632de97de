//! `themes calibrate`: how scores are to be set right, learned from labels.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use themes::{Calibrated, Calibration, CalibrationFile};

use crate::args::{LabelledTable, ModelOptions, ThemeOptions};
use crate::commands::count;
use crate::commands::scored::Scored;

pub(crate) fn calibrate(
    table: &LabelledTable,
    out: &Path,
    options: &ModelOptions,
    theme_options: &ThemeOptions,
) -> Result<ExitCode> {
    let (scored, ()) = Scored::new(table, options, theme_options, || Ok(()))?;
    let codebook = scored.codebook();
    let none = codebook.themes.len();
    let labels: Vec<Option<usize>> = (scored.labelled.labels.iter())
        .map(|&label| (label < none).then_some(label))
        .collect();
    let mut scorers = Vec::new();
    for reading in &scored.readings.all {
        let (Some(scale), None) = (reading.scale, &reading.offsets) else {
            continue;
        };
        let learned = Calibration::fit(
            scale.additive(reading.scores.view()).view(),
            scale.additive_threshold(reading.none_below),
            &labels,
            scale.temperature(),
        )?;
        tell(&reading.scorer, &learned);
        scorers.push(Calibrated::new(&reading.scorer, codebook, &learned));
    }
    if scorers.is_empty() {
        bail!(
            "nothing was learned: scores of these scorers can't be set right; name --scorer embedding, \
             or nli without --multi-label"
        );
    }
    let file = CalibrationFile {
        codebook: codebook.name.clone(),
        version: codebook.version.clone(),
        model: scored.card.name.clone(),
        scorers,
    };
    write(out, &file)?;
    say!("written: {0}; use it with --calibration {0}", out.display());
    Ok(ExitCode::SUCCESS)
}

fn tell(scorer: &str, learned: &Calibration) {
    let (before, after) = (&learned.report.before, &learned.report.after);
    say!(
        "scorer {scorer}: {}, temperature {:.4}, {}",
        count(learned.report.units, "label"),
        learned.temperature,
        if learned.is_temperature_alone() {
            "no offsets, as they don't help: the best theme of each text stays"
        } else {
            "an offset for each theme"
        }
    );
    for (name, before, after) in [
        ("macro_f1", before.macro_f1, after.macro_f1),
        ("mcc", before.mcc, after.mcc),
        ("ece", before.ece, after.ece),
    ] {
        say!("{name} {before:.3} before, {after:.3} after");
    }
}

/// Writes the file beside its place and then moves it there, so that it is there whole or not at all.
fn write(out: &Path, file: &CalibrationFile) -> Result<()> {
    let text = toml::to_string(file).context("can't write the calibration as TOML")?;
    let name = out.file_name().context("--out must name a file")?;
    let beside = out.with_file_name(format!(".{}.new", name.to_string_lossy()));
    fs_err::write(&beside, text)?;
    Ok(fs_err::rename(&beside, out)?)
}
