//! Texts with labels: a column of each in a table with a header.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};
use themes::Codebook;

use crate::args::LabelledTable;
use crate::commands::gzip;

/// Labelled texts, as far as their labels are a codebook's.
pub(crate) struct Labelled {
    pub(crate) texts: Vec<String>,
    /// The theme that each text's label means; the number of themes for none of these.
    pub(crate) labels: Vec<usize>,
    /// Row of each text in the table, the header not counted.
    pub(crate) rows: Vec<usize>,
    /// Labels that are no theme's, and how many rows have them.
    pub(crate) left_out: BTreeMap<String, usize>,
    /// SHA-256 of the table's file.
    pub(crate) sha256: String,
}

impl Labelled {
    /// Reads a table. Rows whose label is neither a theme's nor `none` are left out and counted.
    pub(crate) fn read(table: &LabelledTable, codebook: &Codebook) -> Result<Self> {
        let path = table.data.as_path();
        let mut reader = csv::ReaderBuilder::new().from_reader(gzip::open(path)?);
        let can_not_read = || format!("can't read {}", path.display());
        let header = reader.headers().with_context(can_not_read)?.clone();
        let column = |name: &str, option: &str| {
            header
                .iter()
                .position(|found| found == name)
                .with_context(|| {
                    let there: Vec<&str> = header.iter().collect();
                    format!(
                        "{} has no column '{name}'; there are: {}. Name one with --{option}",
                        path.display(),
                        there.join(", ")
                    )
                })
        };
        let text = column(&table.text, "text")?;
        let label = column(&table.label, "label")?;
        let mut all = Self {
            texts: Vec::new(),
            labels: Vec::new(),
            rows: Vec::new(),
            left_out: BTreeMap::new(),
            sha256: hex::encode(Sha256::digest(fs_err::read(path)?)),
        };
        for (row, record) in reader.records().enumerate() {
            // Its message names the line.
            let record = record.with_context(can_not_read)?;
            let (text, label) = (&record[text], &record[label]);
            let theme = if label.trim() == themes::NONE {
                Some(codebook.themes.len())
            } else {
                codebook.theme_of_label(label)
            };
            match theme {
                Some(theme) => {
                    all.texts.push(text.to_owned());
                    all.labels.push(theme);
                    all.rows.push(row + 1);
                }
                None => *all.left_out.entry(label.trim().to_owned()).or_default() += 1,
            }
        }
        if all.texts.is_empty() {
            let ids: Vec<&str> = codebook.themes.iter().map(|t| t.id.as_str()).collect();
            bail!(
                "no label in {} is a theme of the codebook {}: there are {}; the themes are {}. Give \
                 a theme `aliases` in the codebook, or name another column with --label",
                path.display(),
                codebook.name,
                told(&all.left_out),
                ids.join(", ")
            );
        }
        Ok(all)
    }

    /// Whether a label says that a text is none of these.
    pub(crate) fn has_none(&self, codebook: &Codebook) -> bool {
        self.labels.contains(&codebook.themes.len())
    }

    /// The texts, as scorers take them.
    pub(crate) fn texts(&self) -> Vec<&str> {
        self.texts.iter().map(String::as_str).collect()
    }

    /// What is read and what is not, in a line.
    pub(crate) fn describe(&self) -> String {
        let left_out: usize = self.left_out.values().sum();
        if left_out == 0 {
            return format!("rows {}", self.texts.len());
        }
        format!(
            "rows {}; {left_out} left out, whose labels are no themes: {}",
            self.texts.len(),
            told(&self.left_out)
        )
    }
}

/// The most frequent labels with their numbers.
fn told(labels: &BTreeMap<String, usize>) -> String {
    const TOLD: usize = 5;
    let mut all: Vec<_> = labels.iter().collect();
    all.sort_by_key(|&(_, &count)| std::cmp::Reverse(count));
    let mut told: Vec<String> = all
        .iter()
        .take(TOLD)
        .map(|(label, count)| format!("'{label}' {count}"))
        .collect();
    if all.len() > TOLD {
        told.push(format!("and {} more", all.len() - TOLD));
    }
    told.join(", ")
}
