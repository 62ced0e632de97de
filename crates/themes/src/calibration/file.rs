//! Calibrations kept in a file, to be used in later runs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Calibration, Report};
use crate::Codebook;

/// What was learned from labels, for one codebook and one embedding model.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct CalibrationFile {
    /// Name of the codebook.
    pub codebook: String,
    /// Its version.
    pub version: String,
    /// Name of the embedding model.
    pub model: String,
    /// One a scorer.
    #[serde(rename = "scorer")]
    pub scorers: Vec<Calibrated>,
}

/// What was learned for one scorer.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Calibrated {
    /// The scorer.
    pub name: String,
    /// The softmax of calibrated scores by this gives probabilities.
    pub temperature: f64,
    /// The penalty on offsets; infinite where they didn't help and all are 0.
    pub penalty: f64,
    /// What it was learned from, and what it gained.
    pub report: Report,
    /// What is added to each theme's scores, by the theme's id; the threshold for none of these keeps
    /// its place.
    pub offsets: BTreeMap<String, f64>,
}

/// A calibration that can't be used.
#[derive(Debug, thiserror::Error)]
#[error("calibration {origin}: {what}")]
pub struct CalibrationFileError {
    origin: String,
    what: String,
}

impl CalibrationFile {
    /// Reads a calibration from TOML and checks that it is for this codebook and model. `origin`
    /// names it in errors.
    ///
    /// # Errors
    /// Says what is wrong, or what it was made for.
    pub fn parse(
        toml: &str,
        origin: &str,
        codebook: &Codebook,
        model: &str,
    ) -> Result<Self, CalibrationFileError> {
        let wrong = |what: String| CalibrationFileError {
            origin: origin.to_owned(),
            what,
        };
        let file: Self = toml::from_str(toml).map_err(|error| wrong(error.to_string()))?;
        let again = "make one anew with `tifa themes calibrate`";
        if (&file.codebook, &file.version) != (&codebook.name, &codebook.version) {
            return Err(wrong(format!(
                "is for codebook {} {}, and this is {} {}; {again}",
                file.codebook, file.version, codebook.name, codebook.version
            )));
        }
        if file.model != model {
            return Err(wrong(format!(
                "was learned from scores of the model {}, and this is {model}; {again}",
                file.model
            )));
        }
        for scorer in &file.scorers {
            let same = codebook.themes.len() == scorer.offsets.len()
                && (codebook.themes.iter()).all(|theme| scorer.offsets.contains_key(&theme.id));
            if !same {
                return Err(wrong(format!(
                    "offsets of scorer '{}' are not for the themes of this codebook; {again}",
                    scorer.name
                )));
            }
        }
        Ok(file)
    }

    /// What to add to each theme's scores by this scorer, in the codebook's order; none where it
    /// wasn't calibrated.
    pub fn offsets(&self, scorer: &str, codebook: &Codebook) -> Option<Vec<f32>> {
        let found = self.scorers.iter().find(|found| found.name == scorer)?;
        let of_theme = |id: &String| found.offsets.get(id).map(|&offset| offset as f32);
        codebook
            .themes
            .iter()
            .map(|theme| of_theme(&theme.id))
            .collect()
    }
}

impl Calibrated {
    /// A calibration under its scorer's name.
    pub fn new(name: &str, codebook: &Codebook, learned: &Calibration) -> Self {
        let none = learned.none_offset.unwrap_or_default();
        let offsets = codebook.themes.iter().zip(&learned.offsets);
        Self {
            name: name.to_owned(),
            temperature: learned.temperature,
            penalty: learned.penalty,
            report: learned.report,
            offsets: offsets
                .map(|(theme, offset)| (theme.id.clone(), offset - none))
                .collect(),
        }
    }
}
