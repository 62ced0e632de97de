//! `models list | pull | verify`.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;
use model::{Card, FileState};

use crate::args::ModelsAction;
use crate::config;

pub(crate) fn models(action: &ModelsAction, folder: Option<&Path>) -> Result<ExitCode> {
    let folder = config::models_folder(folder)?;
    match action {
        ModelsAction::List => list(&folder),
        ModelsAction::Pull { names, default } => pull(&folder, names, *default),
        ModelsAction::Verify { names } => verify(&folder, names),
    }
}

fn list(folder: &Path) -> Result<ExitCode> {
    for card in model::cards(folder)? {
        say!(
            "{}{}  {}, {} dimensions, {} subwords at most, {:.0} MB, {}, weights {}\n    {}",
            card.name,
            if card.default { " (default)" } else { "" },
            card.task,
            card.dimensions,
            card.max_length,
            card.bytes() as f64 / 1e6,
            card.licence,
            if has_weights(&card) {
                "here"
            } else {
                "not here"
            },
            card.description,
        );
    }
    Ok(ExitCode::SUCCESS)
}

fn pull(folder: &Path, names: &[String], default: bool) -> Result<ExitCode> {
    let mut wanted = named(folder, names)?;
    if default || names.is_empty() {
        let defaults = model::cards(folder)?
            .into_iter()
            .filter(|card| card.default);
        wanted.extend(defaults.filter(|card| !names.contains(&card.name)));
    }
    for card in wanted {
        if !model::pull(&card, &mut |line| say!("{line}"))? {
            say!("model {}: all files are here and verified", card.name);
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn verify(folder: &Path, names: &[String]) -> Result<ExitCode> {
    let cards = if names.is_empty() {
        model::cards(folder)?
            .into_iter()
            .filter(has_weights)
            .collect()
    } else {
        named(folder, names)?
    };
    if cards.is_empty() {
        say!("no weights are here; fetch them with `tifa models pull`");
        return Ok(ExitCode::from(1));
    }
    let mut all_good = true;
    for card in &cards {
        for (file, state) in model::inspect(card)? {
            let said = match state {
                FileState::Good => "good".to_owned(),
                FileState::Missing => "missing".to_owned(),
                FileState::Corrupted(what) => format!("corrupted: {what}"),
            };
            all_good &= said == "good";
            say!("{}/{}: {said}", card.name, file.path);
        }
    }
    if all_good {
        return Ok(ExitCode::SUCCESS);
    }
    say!("fetch what is missing or corrupted with `tifa models pull`");
    Ok(ExitCode::from(1))
}

fn named(folder: &Path, names: &[String]) -> Result<Vec<Card>> {
    Ok(names
        .iter()
        .map(|name| model::find(folder, name))
        .collect::<Result<_, _>>()?)
}

fn has_weights(card: &Card) -> bool {
    card.files
        .iter()
        .any(|file| card.path_of(&file.path).exists())
}
