//! `kwic`.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use pipeline::{KwicFound, KwicLine, KwicSettings};

use crate::args::{CountingOptions, KwicOptions, TextOptions};
use crate::commands::{count, run};
use crate::{config, show};

/// Most characters of a line's context that are shown on each side.
const SHOWN: usize = 60;

pub(crate) fn kwic(
    mut words: Vec<String>,
    chosen: &KwicOptions,
    counting: &CountingOptions,
    options: &TextOptions,
) -> Result<ExitCode> {
    let queries = match &chosen.queries {
        Some(file) => queries(file)?,
        None => vec![words.remove(0)],
    };
    if words.is_empty() {
        bail!(
            "name the articles to search: tifa kwic '{}' PATH...",
            queries[0]
        );
    }
    let paths = words.into_iter().map(PathBuf::from).collect();
    let settings = KwicSettings {
        texts: config::texts("kwic", paths, Vec::new(), counting, options)?,
        queries,
        context: chosen.context.into(),
        sort: chosen.sort.clone(),
        told: chosen.show,
    };
    let mut observer = show::Observer::new(options.read.quiet);
    let outcome = pipeline::kwic(&settings, &mut |event| observer.hear(&event));
    observer.finish();
    let outcome = outcome?;
    if !options.read.quiet {
        for found in &outcome.queries {
            show_lines(found);
        }
        say!("results: {}", outcome.texts.out.display());
    }
    Ok(run::code(&outcome.texts))
}

/// The lines of a file that are not empty.
fn queries(file: &Path) -> Result<Vec<String>> {
    let text = if file == Path::new("-") {
        let mut text = String::new();
        std::io::stdin()
            .read_to_string(&mut text)
            .context("can't read queries from standard input")?;
        text
    } else {
        fs_err::read_to_string(file)?
    };
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let queries: Vec<String> = lines.map(String::from).collect();
    if queries.is_empty() {
        bail!("{} holds no query: write one a line", file.display());
    }
    Ok(queries)
}

fn show_lines(found: &KwicFound) {
    say!(
        "{}: {} in {}",
        found.query,
        count(found.hits, "hit"),
        count(found.articles, "article")
    );
    let lines: Vec<[String; 3]> = found.lines.iter().map(shown).collect();
    let width = |of: &dyn Fn(&[String; 3]) -> usize| lines.iter().map(of).max().unwrap_or(0);
    let (left, middle) = (
        width(&|line| line[0].chars().count()),
        width(&|line| line[1].chars().count()),
    );
    for (line, found) in lines.iter().zip(&found.lines) {
        say!(
            "  {:>left$}  {:<middle$}  {}  [{}]",
            line[0],
            line[1],
            line[2],
            found.doc_id
        );
    }
    if found.hits > lines.len() && !lines.is_empty() {
        say!("  and {} more", found.hits - lines.len());
    }
}

fn shown(line: &KwicLine) -> [String; 3] {
    let before = line.left.chars().count().saturating_sub(SHOWN);
    [
        line.left.chars().skip(before).collect(),
        line.text.clone(),
        line.right.chars().take(SHOWN).collect(),
    ]
}
