//! What holds of any documents: every passage is one, and nothing that is shared is missed.

use proptest::prelude::*;
use reuse::{Bands, Clusters, Duplicates, Grams, MinHash, Shared, SharedOptions, Wanted};

fn slices(documents: &[Vec<u32>]) -> Vec<&[u32]> {
    documents.iter().map(Vec::as_slice).collect()
}

fn options(min_words: usize) -> SharedOptions {
    SharedOptions {
        min_words,
        ..SharedOptions::default()
    }
}

/// Every passage of all documents, each with a key of its own.
fn find(documents: &[&[u32]], keys: &[u32], size: usize, options: &SharedOptions) -> Shared {
    let studied = vec![true; documents.len()];
    let grams = Grams::new(documents, &studied, size, options.within);
    Shared::find(&grams, keys, options, Wanted::All)
}

/// Documents over few words, so that much is shared by chance.
fn few_words() -> impl Strategy<Value = Vec<Vec<u32>>> {
    prop::collection::vec(prop::collection::vec(0_u32..5, 0..60), 2..6)
}

fn check_passages(documents: &[&[u32]], keys: &[u32], shared: &Shared, options: &SharedOptions) {
    for passage in shared.passages() {
        let own = &documents[passage.document][passage.words.clone()];
        let source = &documents[passage.source][passage.source_words.clone()];
        let later = (
            keys[passage.document],
            passage.document,
            passage.words.start,
        );
        assert!(
            (
                keys[passage.source],
                passage.source,
                passage.source_words.start
            ) < later
        );
        let mut at = (passage.words.start, passage.source_words.start);
        let mut matches = 0;
        for (place, run) in shared.runs(passage).iter().enumerate() {
            let (start, source_start) = (run.at as usize, run.source_at as usize);
            if place == 0 {
                assert_eq!((start, source_start), at, "a passage begins with a match");
            }
            assert!(start >= at.0 && source_start >= at.1);
            let words = run.words as usize;
            assert_eq!(
                documents[passage.document][start..start + words],
                documents[passage.source][source_start..source_start + words]
            );
            at = (start + words, source_start + words);
            matches += words;
        }
        assert_eq!(
            at,
            (passage.words.end, passage.source_words.end),
            "and ends with one"
        );
        assert_eq!(matches, passage.matches);
        assert!(matches >= options.min_words && passage.identity() >= options.min_identity);
        let longer = own.len().max(source.len());
        assert!(passage.columns >= longer && passage.columns <= own.len() + source.len());
    }
}

proptest! {
    #[test]
    fn every_passage_is_one(documents in few_words(), keys in prop::collection::vec(0_u32..3, 6), within: bool) {
        let documents = slices(&documents);
        let options = SharedOptions { within, ..options(6) };
        let keys = &keys[..documents.len()];
        let shared = find(&documents, keys, 3, &options);
        check_passages(&documents, keys, &shared, &options);
    }

    /// What two documents share word for word lies within a passage of theirs.
    #[test]
    fn no_exact_copy_is_missed(documents in prop::collection::vec(prop::collection::vec(0_u32..30, 0..60), 2..5), from in 0_usize..40, words in 8_usize..20) {
        let mut documents = documents;
        let copied: Vec<u32> = documents[0].iter().copied().skip(from).take(words).collect();
        let at = documents[1].len() / 2;
        documents[1].splice(at..at, copied.iter().copied());
        let documents = slices(&documents);
        let keys = vec![0; documents.len()];
        let shared = find(&documents, &keys, 4, &options(8));
        if copied.len() >= 8 {
            let holds = |p: &reuse::Passage| {
                (p.source, p.document) == (0, 1)
                    && p.source_words.start <= from && from + copied.len() <= p.source_words.end
                    && p.words.start <= at && at + copied.len() <= p.words.end
            };
            prop_assert!(shared.passages().iter().any(holds));
        }
    }

    /// Looking at one document finds what looking at all finds of it.
    #[test]
    fn one_document_is_looked_at_as_all_are(documents in few_words()) {
        let documents = slices(&documents);
        let keys = vec![0_u32; documents.len()];
        let all = find(&documents, &keys, 4, &options(6));
        let mut studied = vec![false; documents.len()];
        studied[1] = true;
        let grams = Grams::new(&documents, &studied, 4, false);
        let one = Shared::find(&grams, &keys, &options(6), Wanted::All);
        let of_one = |shared: &Shared| -> Vec<_> {
            let passages = shared.passages().iter().filter(|p| p.document == 1 || p.source == 1);
            passages.map(|p| (p.document, p.words.clone(), p.source, p.source_words.clone(), p.columns)).collect()
        };
        prop_assert_eq!(of_one(&one), of_one(&all));
        prop_assert_eq!(one.passages().len(), of_one(&one).len());
    }

    /// Each side of each passage lies in a copy of its cluster, and no two copies of one overlap.
    #[test]
    fn clusters_hold_all_passages(documents in few_words(), keys in prop::collection::vec(0_u32..3, 6), overlap in 0.1..1.0) {
        let documents = slices(&documents);
        let keys = &keys[..documents.len()];
        let shared = find(&documents, keys, 3, &options(6));
        let clusters = Clusters::new(&shared, keys, overlap);
        let mut seen = 0;
        for (at, passage) in shared.passages().iter().enumerate() {
            let copies = clusters.copies_of(clusters.of(at));
            for (document, words) in [(passage.document, &passage.words), (passage.source, &passage.source_words)] {
                let holding = copies.iter().filter(|copy| {
                    copy.document == document && copy.words.start <= words.start && words.end <= copy.words.end
                });
                prop_assert_eq!(holding.count(), 1);
            }
            seen += 1;
        }
        prop_assert_eq!(clusters.is_empty(), seen == 0);
        let key = |copy: &reuse::Copy| (keys[copy.document], copy.document, copy.words.start);
        for cluster in 0..clusters.len() {
            let copies = clusters.copies_of(cluster);
            prop_assert!(copies.len() > 1);
            prop_assert!(copies.iter().all(|copy| copy.cluster == cluster));
            prop_assert!(copies.is_sorted_by(|a, b| key(a) < key(b)));
            for (a, b) in copies.iter().zip(&copies[1..]) {
                prop_assert!(a.document != b.document || a.words.end <= b.words.start);
            }
        }
        prop_assert!((1..clusters.len()).all(|at| key(&clusters.copies_of(at - 1)[0]) <= key(&clusters.copies_of(at)[0])));
        // Of a large cluster each copy that has a source keeps one row.
        let told = clusters.told(&shared, keys, 0);
        prop_assert!(told.iter().filter(|is| **is).count() < clusters.copies().len().max(1));
        prop_assert!(clusters.told(&shared, keys, usize::MAX).iter().all(|is| *is));
    }

    /// Near-duplicates are those that counting each pair finds.
    #[test]
    fn near_duplicates_are_exact(documents in prop::collection::vec(prop::collection::vec(0_u32..3, 0..12), 2..8), least in 0.05..1.0) {
        let documents = slices(&documents);
        let grams = |document: &[u32]| -> std::collections::BTreeSet<Vec<u32>> {
            document.windows(2).map(<[u32]>::to_vec).collect()
        };
        let studied: Vec<bool> = (0..documents.len()).map(|at| at % 3 != 1).collect();
        let index = Grams::new(&documents, &studied, 2, false);
        let found = Duplicates::find(&index, least, Wanted::All);
        let mut pairs = 0;
        for one in 0..documents.len() {
            let mut nearest = 0.0_f64;
            for other in (0..documents.len()).filter(|&other| other != one) {
                let (a, b) = (grams(documents[one]), grams(documents[other]));
                let shared = a.intersection(&b).count();
                let smaller = a.len().min(b.len());
                if shared == 0 || !(studied[one] || studied[other]) || (shared as f64) < least * smaller as f64 {
                    continue;
                }
                pairs += 1;
                nearest = nearest.max(shared as f64 / a.union(&b).count() as f64);
                prop_assert_eq!(found.groups()[one], found.groups()[other]);
            }
            let told = found.nearest(one).map_or(0.0, |nearest| nearest.jaccard());
            prop_assert!((told - nearest).abs() < 1e-12);
        }
        prop_assert_eq!(2 * found.pairs(), pairs);
    }
}

/// A text in which no word stands twice.
fn text(from: u32, words: u32) -> Vec<u32> {
    (from..from + words).collect()
}

#[test]
fn an_edited_copy_is_one_passage() {
    let original = text(0, 100);
    let mut copy = [text(1000, 30), text(0, 100), text(2000, 30)].concat();
    copy.remove(30 + 20);
    copy.swap(30 + 40, 30 + 41);
    copy.splice(30 + 60..30 + 60, text(3000, 12));
    let documents = [original, copy];
    let documents = slices(&documents);
    let shared = find(&documents, &[0, 1], 5, &options(10));
    let [passage] = shared.passages() else {
        panic!("{shared:?}")
    };
    assert_eq!(
        (passage.source_words.clone(), passage.words.clone()),
        (0..100, 30..141)
    );
    // One word dropped, one of two that changed places, and twelve inserted.
    assert_eq!((passage.matches, passage.columns), (98, 98 + 1 + 2 + 12));
    assert_eq!((passage.source, passage.document), (0, 1));
}

#[test]
fn a_phrase_of_all_is_no_seed_but_is_part_of_longer_passages() {
    let phrase = text(0, 6);
    let documents: Vec<Vec<u32>> = (0..8)
        .map(|at| {
            let more = if at < 2 { text(500, 6) } else { Vec::new() };
            [
                text(1000 * (at + 1), 20),
                phrase.clone(),
                more,
                text(1000 * (at + 1) + 500, 20),
            ]
            .concat()
        })
        .collect();
    let documents = slices(&documents);
    let keys = [0; 8];
    let few = SharedOptions {
        max_documents: 7,
        ..options(6)
    };
    let shared = find(&documents, &keys, 5, &few);
    let [passage] = shared.passages() else {
        panic!("{shared:?}")
    };
    assert_eq!(
        (passage.source_words.clone(), passage.words.clone()),
        (20..32, 20..32)
    );
    assert_eq!(
        find(&documents, &keys, 5, &options(6)).passages().len(),
        8 * 7 / 2
    );
}

#[test]
fn the_earlier_document_is_the_source() {
    let documents = [text(0, 20), text(0, 20), text(0, 20)];
    let documents = slices(&documents);
    let pairs = |keys: &[u32]| -> Vec<(usize, usize)> {
        let shared = find(&documents, keys, 5, &options(10));
        shared
            .passages()
            .iter()
            .map(|p| (p.document, p.source))
            .collect()
    };
    assert_eq!(pairs(&[2, 1, 1]), [(0, 1), (0, 2), (2, 1)]);
    let shared = find(&documents, &[2, 1, 1], 5, &options(10));
    let clusters = Clusters::new(&shared, &[2, 1, 1], 0.5);
    let copies: Vec<usize> = clusters.copies().iter().map(|copy| copy.document).collect();
    assert_eq!(copies, [1, 2, 0]);
    assert_eq!(clusters.told(&shared, &[2, 1, 1], 2), [true, false, true]);
}

#[test]
fn a_document_repeats_itself_only_where_asked() {
    let documents = [
        [text(0, 20), text(100, 9), text(0, 20)].concat(),
        text(200, 20),
    ];
    let documents = slices(&documents);
    let within = SharedOptions {
        within: true,
        ..options(10)
    };
    assert!(
        find(&documents, &[0, 0], 5, &options(10))
            .passages()
            .is_empty()
    );
    let shared = find(&documents, &[0, 0], 5, &within);
    let [passage] = shared.passages() else {
        panic!("{shared:?}")
    };
    assert_eq!(
        (passage.source_words.clone(), passage.words.clone()),
        (0..20, 29..49)
    );
}

#[test]
fn candidates_alone_are_looked_at_where_so_wanted() {
    let documents = [
        text(0, 60),
        text(0, 60),
        [text(0, 12), text(100, 300)].concat(),
    ];
    let documents = slices(&documents);
    let studied = [true; 3];
    let hashed = MinHash::new(&documents, 5, Bands::for_threshold(0.8), 1);
    let pairs = hashed.candidates(&studied);
    assert!(pairs.has(0, 1) && !pairs.has(2, 0) && pairs.len() == 1);
    let grams = Grams::new(&documents, &studied, 5, false);
    let shared = Shared::find(&grams, &[0, 0, 0], &options(10), Wanted::Only(&pairs));
    assert_eq!(shared.passages().len(), 1);
    let duplicates = Duplicates::find(&grams, 0.5, Wanted::Only(&pairs));
    assert_eq!(
        (duplicates.pairs(), duplicates.groups()),
        (1, &[0, 0, 2][..])
    );
}
