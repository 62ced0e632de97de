//! Several processes at once, and processes that are killed.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use cache::Store;

use crate::{assert_sound, count_right, place, put, space};

const PLACE: &str = "CACHE_TEST_PLACE";
const NUMBERS: &str = "CACHE_TEST_NUMBERS";
const BATCH: usize = 250;
/// Says that a batch is stored.
const STORED: &str = "stored ";

/// The other process. It puts numbers from the first to the last, which may be the smaller one,
/// and tells after each batch how many it has put.
#[test]
#[ignore = "a process that the other tests start"]
fn writer() {
    let variable = |name| std::env::var(name).expect("set by the test that starts this");
    let numbers = variable(NUMBERS);
    let (first, last) = numbers.split_once(' ').expect("two numbers");
    let [first, last] = [first, last].map(|n| n.parse::<u32>().expect("a number"));
    let mut all: Vec<u32> = (first.min(last)..=first.max(last)).collect();
    if last < first {
        all.reverse();
    }
    let space = space(&Store::open(Path::new(&variable(PLACE))).expect("opens"));
    let mut count = 0;
    for batch in all.chunks(BATCH) {
        put(&space, batch.iter().copied());
        count += batch.len();
        writeln!(std::io::stdout(), "{STORED}{count}").expect("somebody listens");
    }
}

fn start(path: &Path, first: u32, last: u32) -> Child {
    Command::new(std::env::current_exe().expect("this test has a file"))
        .args(["processes::writer", "--exact", "--ignored", "--nocapture"])
        .env(PLACE, path)
        .env(NUMBERS, format!("{first} {last}"))
        .stdout(Stdio::piped())
        .spawn()
        .expect("starts")
}

/// The counts that the process tells, until it ends.
fn told(child: &mut Child) -> impl Iterator<Item = usize> + use<> {
    let lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    lines.map_while(Result::ok).filter_map(|line| {
        let (_, count) = line.split_once(STORED)?;
        count.parse().ok()
    })
}

/// As `kill -9` does.
fn kill(mut child: Child) {
    child.kill().expect("running or ended");
    let status = child.wait().expect("ended");
    assert_eq!(status.code(), None, "it was killed before its end");
}

#[test]
fn two_processes_put_the_same_entries_at_the_same_time() {
    let (_home, path) = place();
    // Opposite ways, so that they meet: 10,000 of the 20,000 are put by both.
    let mut children = [start(&path, 0, 14_999), start(&path, 19_999, 5_000)];
    let outputs = children.each_mut().map(told);
    for count in outputs.map(Iterator::last) {
        assert_eq!(count, Some(15_000));
    }
    for mut child in children {
        assert!(child.wait().expect("ends").success());
    }
    let store = Store::open(&path).expect("opens");
    assert_eq!(store.stats().expect("stats").entries, 20_000);
    assert_eq!(count_right(&space(&store), 20_000), 20_000);
    assert_sound(&path);
}

#[test]
fn a_process_killed_while_it_makes_the_cache_leaves_one_that_opens() {
    for milliseconds in 0..12 {
        let (_home, path) = place();
        let child = start(&path, 0, 99_999);
        std::thread::sleep(Duration::from_millis(milliseconds));
        kill(child);
        let store = Store::open(&path).expect("opens");
        let space = space(&store);
        put(&space, 0..10);
        assert!(count_right(&space, 5_000) >= 10);
        drop(store);
        assert_sound(&path);
    }
}

#[test]
fn a_process_killed_while_it_puts_loses_nothing_that_was_stored_and_leaves_nothing_wrong() {
    let (_home, path) = place();
    // Some moments lie just behind a commit, others somewhere in the next batches.
    for (batches, milliseconds) in [(1, 0), (2, 1), (3, 2), (4, 5), (7, 9), (9, 0)] {
        let mut child = start(&path, 0, 99_999);
        // Held until the end, lest the process die of a closed pipe instead.
        let mut told = told(&mut child);
        let stored = told.nth(batches - 1).expect("stored so far");
        std::thread::sleep(Duration::from_millis(milliseconds));
        kill(child);
        drop(told);
        let store = Store::open(&path).expect("opens");
        let count = count_right(&space(&store), 20_000);
        assert!(count >= stored, "{count} of {stored} are there");
        assert_eq!(count % BATCH, 0, "a batch is there whole or not at all");
        drop(store);
        assert_sound(&path);
        cache::clear(&path).expect("cleared");
    }
}
