//! The output folder: built beside its place, put there in one step.

use std::ffi::OsString;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;

use crate::{ReportError, Row, Table, VectorFile};

/// The file that marks a folder as results of a run.
const MARK: &str = "run.json";
/// Held locked by the process that builds the folder.
const LOCK: &str = ".lock";
/// How long a folder without a lock may be a living run's.
const GRACE: Duration = Duration::from_secs(60);

/// An output folder under construction. Dropped before [`OutputFolder::commit`], it leaves nothing.
pub struct OutputFolder {
    out: PathBuf,
    building: TempDir,
    lock: fs_err::File,
    _made: MadeFolders,
}

impl OutputFolder {
    /// Starts a folder that will stand at `out`. Results of an earlier run there stay until then.
    ///
    /// # Errors
    /// [`ReportError::Foreign`] when `out` is something else, [`ReportError::Unwritable`] when
    /// nothing can be written beside it.
    pub fn create(out: &Path) -> Result<Self, ReportError> {
        let unwritable = |source| ReportError::Unwritable {
            path: out.to_owned(),
            source,
        };
        // A link to a folder stays a link: what it leads to is replaced.
        let resolved = fs_err::canonicalize(out).unwrap_or_else(|_| out.to_owned());
        let out = resolved.as_path();
        if std::env::current_dir().is_ok_and(|here| here.starts_with(out)) {
            return Err(ReportError::Underfoot {
                path: out.to_owned(),
            });
        }
        if out.exists() && !is_replaceable(out).map_err(unwritable)? {
            return Err(ReportError::Foreign {
                path: out.to_owned(),
            });
        }
        let parent = home_of(out);
        let made = MadeFolders::make(parent).map_err(unwritable)?;
        let prefix = leftover_prefix(out);
        clear_leftovers(parent, &prefix);
        let mut builder = tempfile::Builder::new();
        builder.prefix(&prefix);
        // Readable as any folder; temporary ones are private unless told.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o777));
        let building = builder.tempdir_in(parent).map_err(unwritable)?;
        let lock = fs_err::File::create(building.path().join(LOCK)).map_err(unwritable)?;
        lock.file().lock().map_err(unwritable)?;
        Ok(Self {
            out: out.to_owned(),
            building,
            lock,
            _made: made,
        })
    }

    /// Starts a table.
    ///
    /// # Errors
    /// When the file can't be created.
    pub fn table<R: Row>(&self) -> Result<Table, ReportError> {
        Table::create::<R>(self.building.path())
    }

    /// Starts a file of vectors, NumPy's `.npy` of 32-bit floats, with so many rows and columns.
    ///
    /// # Errors
    /// When the file can't be created, or has no room on the disk.
    pub fn vectors(
        &self,
        name: &str,
        rows: usize,
        columns: usize,
    ) -> Result<VectorFile, ReportError> {
        VectorFile::create(self.place(name)?, rows, columns)
    }

    /// Writes a text file; `name` may hold a folder.
    ///
    /// # Errors
    /// When the file can't be written.
    pub fn text(&self, name: &str, contents: &str) -> Result<(), ReportError> {
        Ok(fs_err::write(self.place(name)?, contents)?)
    }

    /// Writes the run's record and puts the folder in its place, whole, in exchange for what was
    /// there.
    ///
    /// # Errors
    /// [`ReportError::Unwritable`] when the folder can't be put there; what was there stays.
    pub fn commit(self, record: &impl serde::Serialize) -> Result<(), ReportError> {
        let unwritable = |source: std::io::Error| ReportError::Unwritable {
            path: self.out.clone(),
            source,
        };
        self.record(record)?;
        fs_err::remove_file(self.building.path().join(LOCK))?;
        put(self.building.path(), &self.out).map_err(unwritable)?;
        drop(self.lock);
        // Now the earlier results, or gone: removed with the guard.
        Ok(())
    }

    fn record(&self, record: &impl serde::Serialize) -> Result<(), ReportError> {
        let mut file = BufWriter::new(fs_err::File::create(self.place(MARK)?)?);
        serde_json::to_writer_pretty(&mut file, record).map_err(std::io::Error::from)?;
        writeln!(file)?;
        Ok(file.flush()?)
    }

    fn place(&self, name: &str) -> Result<PathBuf, ReportError> {
        let path = self.building.path().join(name);
        if let Some(parent) = path.parent() {
            fs_err::create_dir_all(parent)?;
        }
        Ok(path)
    }
}

/// One table alone under construction, beside its place. Dropped before [`LoneTable::commit`], it
/// leaves nothing.
pub struct LoneTable {
    out: PathBuf,
    building: TempDir,
    _made: MadeFolders,
}

impl LoneTable {
    /// Starts a table that will stand at `out`, in place of a file that is there.
    ///
    /// # Errors
    /// [`ReportError::Unwritable`] when nothing can be written there.
    pub fn create(out: &Path) -> Result<Self, ReportError> {
        let unwritable = |source| ReportError::Unwritable {
            path: out.to_owned(),
            source,
        };
        if out.is_dir() {
            return Err(unwritable(std::io::ErrorKind::IsADirectory.into()));
        }
        let parent = home_of(out);
        let made = MadeFolders::make(parent).map_err(unwritable)?;
        let mut builder = tempfile::Builder::new();
        let prefix = leftover_prefix(out);
        let building = builder
            .prefix(&prefix)
            .tempdir_in(parent)
            .map_err(unwritable)?;
        Ok(Self {
            out: out.to_owned(),
            building,
            _made: made,
        })
    }

    /// Starts the table.
    ///
    /// # Errors
    /// When the file can't be created.
    pub fn table<R: Row>(&self) -> Result<Table, ReportError> {
        Table::create::<R>(self.building.path())
    }

    /// Puts the finished table in its place.
    ///
    /// # Errors
    /// [`ReportError::Unwritable`] when it can't be put there; what was there stays.
    pub fn commit<R: Row>(self) -> Result<(), ReportError> {
        fs_err::rename(self.building.path().join(R::FILE), &self.out).map_err(|source| {
            ReportError::Unwritable {
                path: self.out,
                source,
            }
        })
    }
}

/// Folders made on the way to an output; those that stay empty go again when it is done with.
struct MadeFolders(Vec<PathBuf>);

impl MadeFolders {
    fn make(folder: &Path) -> std::io::Result<Self> {
        let missing = folder.ancestors().take_while(|folder| !folder.exists());
        let missing = missing.map(Path::to_owned).collect();
        fs_err::create_dir_all(folder)?;
        Ok(Self(missing))
    }
}

impl Drop for MadeFolders {
    fn drop(&mut self) {
        for folder in &self.0 {
            // One with anything in it stays, and so do those around it.
            if fs_err::remove_dir(folder).is_err() {
                break;
            }
        }
    }
}

/// The folder that results stand in.
pub(crate) fn home_of(out: &Path) -> &Path {
    match out.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// Earlier results, or an empty folder.
fn is_replaceable(out: &Path) -> std::io::Result<bool> {
    if !out.is_dir() {
        return Ok(false);
    }
    Ok(out.join(MARK).is_file() || fs_err::read_dir(out)?.next().is_none())
}

fn leftover_prefix(out: &Path) -> OsString {
    let mut prefix = OsString::from(".");
    prefix.push(out.file_name().unwrap_or("results".as_ref()));
    prefix.push(".building-");
    prefix
}

/// Removes what killed runs left beside the folder. A living run holds the lock of its own.
fn clear_leftovers(parent: &Path, prefix: &OsString) {
    let Ok(entries) = fs_err::read_dir(parent) else {
        return;
    };
    for path in entries.filter_map(Result::ok).map(|entry| entry.path()) {
        let name = path.file_name().map(std::ffi::OsStr::as_encoded_bytes);
        if !name.is_some_and(|name| name.starts_with(prefix.as_encoded_bytes())) {
            continue;
        }
        let is_dead = match fs_err::File::open(path.join(LOCK)) {
            Ok(lock) => lock.file().try_lock().is_ok(),
            // No lock yet, or no more: a living run is about to make it or has just finished.
            Err(_) => age(&path).is_some_and(|age| age > GRACE),
        };
        if is_dead {
            // Untidy at worst: the next run tries again.
            let _ = fs_err::remove_dir_all(&path);
        }
    }
}

fn age(path: &Path) -> Option<Duration> {
    fs_err::metadata(path).ok()?.modified().ok()?.elapsed().ok()
}

/// Puts the finished folder at `out`: in one step, also where earlier results stand there.
fn put(building: &Path, out: &Path) -> std::io::Result<()> {
    if !out.exists() {
        return fs_err::rename(building, out);
    }
    #[cfg(any(target_os = "linux", target_os = "macos"))]
    {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        if renameat_with(CWD, building, CWD, out, RenameFlags::EXCHANGE).is_ok() {
            return Ok(());
        }
    }
    // File systems without exchange: the earlier results step aside, and come back on failure.
    let aside = building.with_extension("earlier");
    fs_err::rename(out, &aside)?;
    if let Err(error) = fs_err::rename(building, out) {
        fs_err::rename(&aside, out)?;
        return Err(error);
    }
    fs_err::remove_dir_all(&aside)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::CleaningRow;

    fn entries(dir: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs_err::read_dir(dir)
            .expect("a folder")
            .map(|e| {
                e.expect("an entry")
                    .file_name()
                    .to_string_lossy()
                    .into_owned()
            })
            .collect();
        names.sort();
        names
    }

    #[test]
    fn results_appear_whole_and_replace_earlier_ones() {
        let home = tempfile::tempdir().expect("a folder");
        let out = home.path().join("results");
        for text in ["first", "second"] {
            let folder = OutputFolder::create(&out).expect("writable");
            let mut table = folder.table::<CleaningRow<'_>>().expect("a table");
            table
                .push(&CleaningRow {
                    doc_id: "a",
                    rule: "title",
                    start: 0,
                    end: 5,
                    text,
                })
                .expect("a row");
            table.finish().expect("written");
            assert!(!out.join("cleaning.csv").exists() || text == "second");
            folder
                .commit(&serde_json::json!({"text": text}))
                .expect("committed");
            assert_eq!(entries(home.path()), ["results"]);
            assert_eq!(entries(&out), ["cleaning.csv", "run.json"]);
            let written = fs_err::read_to_string(out.join("cleaning.csv")).expect("a table");
            assert_eq!(
                written,
                format!("doc_id,rule,start,end,text\na,title,0,5,{text}\n")
            );
        }
    }

    #[test]
    fn a_run_that_ends_early_leaves_nothing_and_a_killed_one_is_cleared() {
        let home = tempfile::tempdir().expect("a folder");
        let out = home.path().join("results");
        drop(OutputFolder::create(&out).expect("writable"));
        assert_eq!(entries(home.path()), [""; 0]);
        fs_err::create_dir(home.path().join(".results.building-killed")).expect("a folder");
        fs_err::write(home.path().join(".results.building-killed/.lock"), "").expect("a file");
        let living = OutputFolder::create(&out).expect("writable");
        let second = OutputFolder::create(&out).expect("writable");
        assert_eq!(
            entries(home.path()).len(),
            2,
            "a living run's folder stays, a killed one's goes"
        );
        drop((living, second));
    }

    #[test]
    fn folders_made_for_results_that_never_came_go_again() {
        let home = tempfile::tempdir().expect("a folder");
        let out = home.path().join("of/mine/results");
        let first = OutputFolder::create(&out).expect("writable");
        let second = LoneTable::create(&home.path().join("of/rules.csv")).expect("writable");
        drop(first);
        assert_eq!(
            entries(home.path()),
            ["of"],
            "another's output is being made there"
        );
        drop(second);
        assert_eq!(
            entries(home.path()),
            ["of"],
            "made by the first, which could not remove it"
        );
        drop(OutputFolder::create(&out).expect("writable"));
        assert_eq!(entries(&home.path().join("of")), [""; 0]);
        let whole = OutputFolder::create(&out).expect("writable");
        whole.commit(&serde_json::json!({})).expect("put there");
        assert_eq!(entries(&home.path().join("of/mine")), ["results"]);
    }

    #[test]
    fn a_table_alone_appears_whole_or_not_at_all() {
        let home = tempfile::tempdir().expect("a folder");
        let out = home.path().join("rules.csv");
        fs_err::write(&out, "earlier").expect("writable");
        let file = LoneTable::create(&out).expect("writable");
        let table = file.table::<CleaningRow<'_>>().expect("a table");
        drop((table, file));
        assert_eq!(fs_err::read_to_string(&out).expect("a file"), "earlier");
        let file = LoneTable::create(&out).expect("writable");
        let table = file.table::<CleaningRow<'_>>().expect("a table");
        table.finish().expect("written");
        file.commit::<CleaningRow<'_>>().expect("put there");
        let written = fs_err::read_to_string(&out).expect("a file");
        assert_eq!(written, "doc_id,rule,start,end,text\n");
        assert_eq!(entries(home.path()), ["rules.csv"]);
        assert!(
            LoneTable::create(home.path()).is_err(),
            "a folder is no table"
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_link_to_the_folder_stays_a_link() {
        let home = tempfile::tempdir().expect("a folder");
        let (real, link) = (home.path().join("real"), home.path().join("link"));
        fs_err::create_dir(&real).expect("a folder");
        fs_err::os::unix::fs::symlink(&real, &link).expect("a link");
        let folder = OutputFolder::create(&link).expect("writable");
        folder.commit(&serde_json::json!({})).expect("committed");
        assert!(link.is_symlink() && real.join("run.json").is_file());
    }

    #[test]
    fn the_folder_underfoot_is_refused_at_once() {
        let refused = OutputFolder::create(Path::new("."))
            .err()
            .expect("must refuse");
        assert!(
            refused
                .to_string()
                .contains("the folder that the command is run in"),
            "{refused}"
        );
    }

    #[test]
    fn what_is_not_ours_is_never_replaced() {
        let home = tempfile::tempdir().expect("a folder");
        fs_err::write(home.path().join("thesis.docx"), "years of work").expect("a file");
        let refused = OutputFolder::create(home.path())
            .err()
            .expect("must refuse");
        assert!(
            refused.to_string().contains("holds no results of tifa"),
            "{refused}"
        );
    }
}
