//! What goes in comes out, to the bit.

use cache::{CacheError, Entry, SpaceKey, SpaceStats, Store};

use crate::{DIMENSIONS, count_right, entry, key, keys, place, put, space};

#[test]
fn every_bit_of_a_vector_comes_back() {
    let (_home, path) = place();
    let bits: [u32; DIMENSIONS] = [
        0.0_f32.to_bits(),
        (-0.0_f32).to_bits(),
        1,
        0x8000_0001,
        0x007f_ffff,
        f32::MIN_POSITIVE.to_bits(),
        f32::MAX.to_bits(),
        f32::MIN.to_bits(),
        f32::INFINITY.to_bits(),
        f32::NEG_INFINITY.to_bits(),
        0x7fc0_0000,
        0xffc0_1234,
        0.1_f32.to_bits(),
        1.0_f32.to_bits(),
        0x3f80_0001,
        0x3f7f_ffff,
    ];
    let stored = Entry {
        vector: bits.map(f32::from_bits).into(),
        subwords: u32::MAX,
        windows: 0,
    };
    let space = space(&Store::open(&path).expect("opens"));
    let key = space.key("提法");
    space.put(&[(key, stored)]).expect("put");
    // From the file, not from what this connection remembers.
    let again = crate::space(&Store::open(&path).expect("opens again"));
    let found = again.get(&[key]).expect("read").remove(0).expect("there");
    let found_bits: Vec<u32> = found.vector.iter().map(|x| x.to_bits()).collect();
    assert_eq!(found_bits, bits);
    assert_eq!((found.subwords, found.windows), (u32::MAX, 0));
}

#[test]
fn answers_come_in_the_order_of_the_keys_also_absent_and_repeated_ones() {
    let (_home, path) = place();
    let space = space(&Store::open(&path).expect("opens"));
    assert_eq!(space.get(&keys(&space, [1])).expect("read"), [None]);
    put(&space, [3, 1, 2]);
    let found = space.get(&keys(&space, [2, 9, 1, 2])).expect("read");
    assert_eq!(
        found,
        [Some(entry(2)), None, Some(entry(1)), Some(entry(2))]
    );
    assert_eq!(space.get(&[]).expect("read"), []);
}

#[test]
fn what_is_stored_first_stays() {
    let (_home, path) = place();
    let space = space(&Store::open(&path).expect("opens"));
    put(&space, [1]);
    let one = key(&space, 1);
    space.put(&[(one, entry(2))]).expect("put");
    assert_eq!(space.get(&[one]).expect("read"), [Some(entry(1))]);
}

#[test]
fn spaces_are_apart_and_counted() {
    let (_home, path) = place();
    let store = Store::open(&path).expect("opens");
    let first = space(&store);
    let other = store.space(SpaceKey::new(&["another"]), "another", 2);
    put(&first, 0..10);
    let small = Entry {
        vector: vec![1.0, 2.0],
        subwords: 3,
        windows: 1,
    };
    other
        .put(&[(other.key("sentence 1"), small.clone())])
        .expect("put");
    assert_eq!(
        other.get(&[other.key("sentence 1")]).expect("read"),
        [Some(small)]
    );
    // Even a key of the first space is nothing in the second.
    assert_eq!(other.get(&keys(&first, [1])).expect("read"), [None]);
    assert_eq!(count_right(&first, 10), 10);

    let stats = store.stats().expect("stats");
    assert_eq!(stats.entries, 11);
    assert!(stats.bytes_on_disk > 10 * 4 * DIMENSIONS as u64);
    let spaces = [("a model packed f32", 10, DIMENSIONS), ("another", 1, 2)].map(
        |(label, entries, dimensions)| SpaceStats {
            label: label.to_owned(),
            entries,
            dimensions,
        },
    );
    assert_eq!(stats.spaces, spaces);
}

#[test]
fn a_vector_of_another_length_is_refused_with_all_that_came_with_it() {
    let (_home, path) = place();
    let store = Store::open(&path).expect("opens");
    let space = space(&store);
    let mut long = entry(2);
    long.vector.push(0.0);
    let refused = space.put(&[(key(&space, 1), entry(1)), (key(&space, 2), long)]);
    assert!(matches!(
        refused,
        Err(CacheError::Length {
            expected: DIMENSIONS,
            found: 17,
            ..
        })
    ));
    assert_eq!(store.stats().expect("stats").entries, 0);

    put(&space, [1]);
    let narrow = store.space(SpaceKey::new(&["a model", "packed", "f32"]), "narrow", 8);
    let refused = narrow.get(&keys(&space, [1])).expect_err("must refuse");
    assert!(
        matches!(refused, CacheError::Dimensions { .. }),
        "{refused}"
    );
}
