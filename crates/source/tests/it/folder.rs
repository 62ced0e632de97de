//! A folder with files, made for one test.

use std::path::PathBuf;

use source::{Article, Problem, ReadSettings, Reading, Severity};

/// English prose of the tests' own.
pub(crate) const PROSE: &str = "Rivers are the lifelines of the region, and whoever drinks from them must look after them. The villages along the upper course have planted trees on the slopes, and the towns below pay them for the clean water that reaches the plain every spring. The elders say that the fish have come back, and that birds nest on the banks again.";

pub(crate) struct Folder(tempfile::TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// Writes a file, whose name may have folders in it.
    pub(crate) fn with(self, name: &str, bytes: impl AsRef<[u8]>) -> Self {
        let path = self.0.path().join(name);
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(path, bytes).unwrap();
        self
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn read(&self) -> Reading {
        self.read_by(&settings())
    }

    pub(crate) fn read_by(&self, settings: &ReadSettings) -> Reading {
        source::read(&[self.0.path().to_path_buf()], settings).unwrap()
    }
}

/// English articles of any length.
pub(crate) fn settings() -> ReadSettings {
    ReadSettings {
        min_words: 0,
        ..ReadSettings::default()
    }
}

/// The one article that a file gives, without a problem.
#[track_caller]
pub(crate) fn only(name: &str, bytes: impl AsRef<[u8]>) -> Article {
    let mut reading = Folder::new().with(name, bytes).read();
    assert_eq!(reading.problems, []);
    assert_eq!(reading.articles.len(), 1);
    reading.articles.remove(0)
}

/// The one problem that a file gives instead of an article.
#[track_caller]
pub(crate) fn failure(name: &str, bytes: impl AsRef<[u8]>) -> Problem {
    let mut reading = Folder::new().with(name, bytes).read();
    assert_eq!(reading.articles, []);
    assert_eq!(reading.problems.len(), 1, "{:?}", reading.problems);
    let problem = reading.problems.remove(0);
    assert_eq!(problem.severity, Severity::Failed);
    problem
}
