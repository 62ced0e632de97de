use lexis::{Reader, Source};
use text::Span;

use super::*;
use crate::Folded;

/// A document a text, a sentence a line.
fn corpus(texts: &[&str]) -> Corpus {
    let sentences: Vec<Vec<Span>> = texts
        .iter()
        .map(|text| {
            let mut at = 0;
            text.split_inclusive('\n')
                .map(|line| {
                    at += line.len();
                    Span::new(at - line.len(), at)
                })
                .collect()
        })
        .collect();
    let sources: Vec<Source<'_>> = texts
        .iter()
        .zip(&sentences)
        .map(|(text, sentences)| Source { text, sentences })
        .collect();
    let mut reader = Reader::new(&Folded);
    reader.read(&sources).expect("small");
    reader.finish()
}

fn counts(corpus: &Corpus, longest: usize) -> Counts {
    let options = CountOptions {
        sizes: 1..=longest,
        min_count: 1,
        min_documents: 1,
    };
    Counts::of(corpus, options)
}

fn options(min_z: f64) -> MiningOptions {
    MiningOptions {
        min_count: 2,
        min_documents: 1,
        min_z,
        min_fixedness: 0.0,
        ..MiningOptions::default()
    }
}

fn mined(texts: &[&str], options: &MiningOptions) -> Vec<Mined> {
    let mut found = mine(&corpus(texts), texts, options);
    found.sort_by(|a, b| a.text.cmp(&b.text));
    found
}

fn texts_of(found: &[Mined]) -> Vec<&str> {
    found.iter().map(|m| m.text.as_str()).collect()
}

/// quanteda's own test of its collocations prints λ 4.317488 and z 2.027787 for "good ice" in these
/// texts. Tolerance: the decimals printed.
#[test]
fn two_words_have_the_values_of_quanteda() {
    let corpus = corpus(&["I like good ice cream", "Me too", "I like good ice cream"]);
    let counts = counts(&corpus, 2);
    let term: Vec<u32> = ["good", "ice"]
        .map(|word| corpus.vocabulary().id(&crate::fold(word)).expect("a word"))
        .into();
    let term = counts.find(&term).expect("a term");
    let found = Margins::of(&corpus, &counts, &[term]).weakest(&counts, term);
    assert!((found.lambda - 4.317_488).abs() < 5e-7, "{found:?}");
    assert!((found.z - 2.027_787).abs() < 5e-7, "{found:?}");
}

/// At each joint only parts that could be of the whole count: "b c" at the beginning of a sentence has
/// nothing before it.
#[test]
fn the_weakest_joint_agrees_with_comparing_all_stretches() {
    let texts = [
        "ka lo mi ka lo\nlo mi ka\nmi\nlo mi",
        "ka lo mi\nka lo ka mi lo mi ka lo mi",
        "\nmi lo ka",
    ];
    let corpus = corpus(&texts);
    let counts = counts(&corpus, 4);
    let terms: Vec<usize> = (2..=4).flat_map(|size| counts.terms_of(size)).collect();
    let margins = Margins::of(&corpus, &counts, &terms);
    for &term in &terms {
        let words = counts.words(term);
        let stretches: Vec<&[u32]> = (0..corpus.documents())
            .flat_map(|document| corpus.sentences(document))
            .flat_map(|sentence| corpus.ids()[sentence].windows(words.len()))
            .collect();
        let least = (1..words.len())
            .map(|joint| {
                let mut cells = [0; 4];
                for stretch in &stretches {
                    let (first, second) = (
                        stretch[..joint] == words[..joint],
                        stretch[joint..] == words[joint..],
                    );
                    cells[usize::from(first) + 2 * usize::from(second)] += 1;
                }
                lexis::lambda(&cells, 0.5).z
            })
            .fold(f64::INFINITY, f64::min);
        assert!(
            (margins.weakest(&counts, term).z - least).abs() < 1e-12,
            "{words:?}"
        );
    }
}

#[test]
fn the_longest_sequence_that_holds_together_stands_for_its_parts() {
    let texts = [
        "We build a moderately prosperous society in all respects today.\nOur rivers run clear and cold.",
        "Building the Moderately Prosperous society in all respects, they sang.\nSome like tea.",
        "A moderately prosperous society in all respects was built.\nRivers have bends.",
    ];
    let found = mined(&texts, &options(1.0));
    assert_eq!(
        texts_of(&found),
        ["moderately prosperous society in all respects"]
    );
    assert_eq!((found[0].count, found[0].documents), (3, 3));
    assert!((found[0].fixedness - 1.0).abs() < 1e-12);
}

#[test]
fn repeated_sentences_and_longer_passages_are_no_formulations() {
    let passage = "The countryside remains where hard patient work gets tested first every single year before harvest.\n";
    let texts = [
        passage.to_owned() + "Tea grows here.",
        passage.to_owned() + "Rice grows there.",
    ];
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    assert_eq!(mined(&texts, &options(0.0)), []);
}

#[test]
fn words_of_longer_ones_count_for_no_shorter_one_and_fixedness_tells_open_places() {
    let mut lines = Vec::new();
    for (number, country) in ["Chad", "Peru", "Laos", "Mali"].iter().enumerate() {
        lines.push(format!(
            "{country} has number {number} of a comprehensive strategic partnership"
        ));
    }
    for line in [
        "Our strategic partnership lasts",
        "Everyone wants strategic partnership now",
        "Any strategic partnership takes patience",
        "One old strategic partnership ended",
    ] {
        lines.push(line.to_owned());
    }
    lines.push("A strategic friendship is another thing".to_owned());
    let text = lines.join("\n");
    let found = mined(&[&text], &options(1.0));
    let of = |text: &str| {
        found
            .iter()
            .find(|m| m.text == text)
            .unwrap_or_else(|| panic!("{text} in {found:?}"))
    };
    assert_eq!(of("comprehensive strategic partnership").count, 4);
    assert_eq!(of("strategic partnership").count, 4);
    // "strategic …" has another word in one of nine places; "… partnership" never.
    assert!((of("strategic partnership").fixedness - f64::midpoint(8.0 / 9.0, 1.0)).abs() < 1e-12);
}

#[test]
fn threads_do_not_change_what_is_mined() {
    let texts: Vec<String> = (0..40)
        .map(|i| format!("New development concept number {}. Open market reform zone {} grows\nand new development concept {}", i % 3, i % 5, i % 2))
        .collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        pool.expect("threads")
            .install(|| mined(&texts, &options(1.0)))
    };
    let found = with(1);
    assert!(!found.is_empty());
    assert_eq!(with(4), found);
}
