//! What isn't a cache of this version is refused, and stays as it is.

use std::path::Path;

use cache::{CacheError, Store};
use rusqlite::Connection;

use crate::{count_right, place, put, space};

/// All files in the folder of `path`, with their contents.
fn files(path: &Path) -> Vec<(std::ffi::OsString, Vec<u8>)> {
    let folder = path.parent().expect("a folder");
    let mut files: Vec<_> = fs_err::read_dir(folder)
        .expect("a folder")
        .map(|file| file.expect("a file"))
        .map(|file| (file.file_name(), fs_err::read(file.path()).expect("bytes")))
        .collect();
    files.sort();
    files
}

fn assert_refused_and_untouched(path: &Path, says: &str) {
    let before = files(path);
    let opened = Store::open(path).expect_err("must refuse").to_string();
    assert!(opened.contains(says), "{opened}");
    assert!(opened.contains("TIFA_CACHE"), "{opened}");
    assert!(files(path) == before, "a file was touched");
}

fn assert_never_cleared(path: &Path) {
    let before = files(path);
    let refused = cache::clear(path).expect_err("must refuse");
    assert!(matches!(refused, CacheError::Foreign { .. }), "{refused}");
    assert!(files(path) == before, "a file was touched");
}

fn foreign_database(path: &Path) -> Connection {
    fs_err::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    Connection::open(path).expect("a database")
}

#[test]
fn a_file_that_is_no_database() {
    let (_home, path) = place();
    fs_err::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    for contents in ["x".repeat(9), "years of work ".repeat(1000)] {
        fs_err::write(&path, contents).expect("a file");
        assert_refused_and_untouched(&path, "no vector cache of tifa");
        assert_never_cleared(&path);
    }
}

#[test]
fn a_folder() {
    let (_home, path) = place();
    fs_err::create_dir_all(&path).expect("a folder");
    let refused = Store::open(&path).expect_err("must refuse");
    assert!(matches!(refused, CacheError::Foreign { .. }), "{refused}");
}

#[test]
fn a_database_of_another_program() {
    let (_home, path) = place();
    foreign_database(&path)
        .execute_batch("CREATE TABLE vectors (space, key, vector)")
        .expect("a table");
    assert_refused_and_untouched(&path, "no vector cache of tifa");
    assert_never_cleared(&path);
}

#[test]
fn a_database_whose_tables_another_program_has_only_in_its_journal() {
    let (_home, path) = place();
    let owner = foreign_database(&path);
    owner
        .execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE notes (text);")
        .expect("a table");
    for refused in [
        Store::open(&path).map(|_| ()),
        cache::clear(&path).map(|_| ()),
    ] {
        let refused = refused.expect_err("must refuse");
        assert!(matches!(refused, CacheError::Foreign { .. }), "{refused}");
    }
    let tables = "SELECT count(*) FROM sqlite_schema";
    let count: i64 = owner
        .query_row(tables, [], |row| row.get(0))
        .expect("a count");
    assert_eq!(count, 1);
}

#[test]
fn a_cache_of_another_version_is_refused_until_cleared() {
    let (_home, path) = place();
    put(&space(&Store::open(&path).expect("opens")), 0..100);
    Connection::open(&path)
        .and_then(|c| c.execute_batch("PRAGMA user_version = 7; ALTER TABLE vectors RENAME TO v7"))
        .expect("changed");
    assert_refused_and_untouched(&path, "has format 7, and this tifa knows format 1");
    let cleared = cache::clear(&path).expect("cleared");
    assert_eq!(cleared.entries, None);
    let space = space(&Store::open(&path).expect("opens"));
    assert_eq!(count_right(&space, 100), 0);
    put(&space, 0..100);
    assert_eq!(count_right(&space, 100), 100);
}

#[test]
fn names_that_mean_something_to_sqlite_are_files() {
    let (home, _) = place();
    for name in [":memory:", "file:x?mode=memory"] {
        let path = home.path().join(name);
        put(&space(&Store::open(&path).expect("opens")), 0..3);
        assert!(path.is_file());
    }
}
