//! Clearing empties the file, whoever has it open.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use cache::{Cleared, Store};
use rusqlite::Connection;

use crate::{assert_sound, count_right, place, put, space};

fn length(path: &Path) -> u64 {
    fs_err::metadata(path).expect("a file").len()
}

#[test]
fn everything_goes_and_the_bytes_are_given_back() {
    let (_home, path) = place();
    put(&space(&Store::open(&path).expect("opens")), 0..5_000);
    let before = length(&path);
    let cleared = cache::clear(&path).expect("cleared");
    assert_eq!(cleared.entries, Some(5_000));
    assert_eq!(cleared.bytes, before - length(&path));
    assert!(length(&path) < 100_000, "{} bytes stay", length(&path));
    let stats = Store::open(&path).expect("opens").stats().expect("stats");
    assert_eq!((stats.entries, stats.spaces), (0, vec![]));
}

#[test]
fn where_nothing_is_nothing_is_made() {
    let (_home, path) = place();
    let nothing = Cleared {
        entries: Some(0),
        bytes: 0,
    };
    assert_eq!(cache::clear(&path).expect("cleared"), nothing);
    assert!(!path.exists());
}

#[test]
fn one_who_reads_and_puts_meanwhile_never_sees_anything_wrong() {
    let (_home, path) = place();
    let store = Store::open(&path).expect("opens");
    // Another space comes first, so that numbers of spaces change hands.
    let first = store.space(cache::SpaceKey::new(&["first"]), "first", crate::DIMENSIONS);
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let other = Store::open(&path).expect("opens");
            let space = space(&other);
            while !done.load(Ordering::Relaxed) {
                put(&space, 0..300);
                count_right(&space, 300);
            }
        });
        for _ in 0..15 {
            put(&first, 1_000..1_100);
            cache::clear(&path).expect("cleared");
        }
        done.store(true, Ordering::Relaxed);
    });
    cache::clear(&path).expect("cleared");
    assert_eq!(store.stats().expect("stats").entries, 0);
    drop(store);
    assert_sound(&path);
}

#[test]
fn a_reader_in_the_middle_of_a_transaction_keeps_what_it_saw() {
    let (_home, path) = place();
    put(&space(&Store::open(&path).expect("opens")), 0..1_000);
    let reader = Connection::open(&path).expect("a database");
    reader.execute_batch("BEGIN").expect("begun");
    let count = || -> i64 {
        let query = "SELECT count(*) FROM vectors WHERE length(vector) = 64";
        reader
            .query_row(query, [], |row| row.get(0))
            .expect("a count")
    };
    assert_eq!(count(), 1_000);
    std::thread::scope(|scope| {
        // It waits for the reader before it gives the bytes back.
        let clearing = scope.spawn(|| cache::clear(&path));
        let watch = Store::open(&path).expect("opens");
        while watch.stats().expect("stats").entries > 0 {
            std::thread::yield_now();
        }
        assert_eq!(count(), 1_000);
        reader.execute_batch("COMMIT").expect("done");
        assert_eq!(count(), 0);
        let cleared = clearing.join().expect("no panic").expect("cleared");
        assert_eq!(cleared.entries, Some(1_000));
    });
    assert!(length(&path) < 100_000);
}

#[test]
fn a_damaged_cache_that_is_open_elsewhere_can_be_used_again_there() {
    let (_home, path) = place();
    put(&space(&Store::open(&path).expect("opens")), 0..1_000);
    let elsewhere = space(&Store::open(&path).expect("opens"));
    assert_eq!(count_right(&elsewhere, 1_000), 1_000);
    let half = length(&path) / 2;
    let file = fs_err::OpenOptions::new().write(true).open(&path);
    file.expect("a file").set_len(half).expect("cut");
    assert_eq!(cache::clear(&path).expect("cleared").entries, None);
    assert_eq!(count_right(&elsewhere, 1_000), 0);
    put(&elsewhere, 0..1_000);
    assert_eq!(count_right(&elsewhere, 1_000), 1_000);
    drop(elsewhere);
    assert_sound(&path);
}
