//! A damaged file is told, a damaged vector is never given out.

use std::path::Path;

use cache::{CacheError, Store};
use rusqlite::Connection;

use crate::{assert_sound, count_right, place, put, space};

fn fill(path: &Path) {
    put(&space(&Store::open(path).expect("opens")), 0..2_000);
}

fn assert_cleared(path: &Path) {
    assert_eq!(cache::clear(path).expect("cleared").entries, None);
    fill(path);
    let space = space(&Store::open(path).expect("opens"));
    assert_eq!(count_right(&space, 2_000), 2_000);
    assert_sound(path);
}

fn assert_told(said: &CacheError) {
    assert!(matches!(said, CacheError::Damaged { .. }), "{said}");
    let said = said.to_string();
    assert!(said.contains("`tifa cache clear`"), "{said}");
}

#[test]
fn a_file_cut_short() {
    let (_home, path) = place();
    fill(&path);
    let length = fs_err::metadata(&path).expect("a file").len();
    for part in [length / 2, 8192, 1000] {
        let file = fs_err::OpenOptions::new().write(true).open(&path);
        file.expect("a file").set_len(part).expect("cut");
        assert_told(&Store::open(&path).expect_err("must refuse"));
        assert_eq!(fs_err::metadata(&path).expect("a file").len(), part);
        assert_cleared(&path);
    }
}

#[test]
fn pages_full_of_something_else() {
    let (_home, path) = place();
    fill(&path);
    let mut bytes = fs_err::read(&path).expect("bytes");
    // All but the first page, which says whose file it is.
    bytes[8192..].fill(0x5a);
    fs_err::write(&path, bytes).expect("written");
    let store = Store::open(&path);
    let said = match store {
        Ok(store) => {
            let space = space(&store);
            space.get(&[space.key("sentence 1")]).map(|_| ())
        }
        Err(error) => Err(error),
    };
    assert_told(&said.expect_err("must be told"));
    assert_cleared(&path);
}

#[test]
fn a_changed_row_is_absent_and_can_be_put_again() {
    let (_home, path) = place();
    for change in [
        "vector = zeroblob(64)",
        "vector = substr(vector, 1, 60)",
        "vector = substr(vector, 1, 63)",
        "vector = CAST(vector || x'00000000' AS BLOB)",
        "subwords = subwords + 1",
        "windows = -1",
        "checksum = checksum + 1",
    ] {
        fill(&path);
        let query = format!(
            "UPDATE vectors SET {change} WHERE rowid IN (SELECT rowid FROM vectors LIMIT 20)"
        );
        let changed = Connection::open(&path)
            .and_then(|c| c.execute(&query, []))
            .expect("changed");
        assert_eq!(changed, 20);
        let space = space(&Store::open(&path).expect("opens"));
        assert_eq!(count_right(&space, 2_000), 1_980, "{change}");
        put(&space, 0..2_000);
        assert_eq!(count_right(&space, 2_000), 2_000, "{change}");
    }
}

#[test]
fn a_row_under_the_key_of_another_is_absent() {
    let (_home, path) = place();
    let store = Store::open(&path).expect("opens");
    let space = space(&store);
    put(&space, [1]);
    let other = space.key("sentence 2");
    Connection::open(&path)
        .and_then(|c| c.execute("UPDATE vectors SET key = ?", [other.0]))
        .expect("changed");
    assert_eq!(space.get(&[other]).expect("read"), [None]);
}
