use lexis::{
    CountOptions, Counts, PermutationP, Permutations, Reader, Score, Source, Split, Words,
    shift_null,
};
use rayon::prelude::*;
use text::Span;

use crate::chance::{assert_uniform, gamma, labels, random};

const DOCUMENTS: usize = 24;

/// The p of a word that comes in bursts, and of a divergence of all words, for documents whose labels
/// mean nothing; `chosen` of them are the target.
fn p_of_terms(seed: u64, chosen: usize) -> Vec<(&'static str, f64)> {
    let mut random = random(seed);
    let texts: Vec<String> = (0..DOCUMENTS)
        .map(|_| {
            // Documents of uneven length: hardly two divisions give the same counts.
            let mut text = String::new();
            for (word, mean) in [("peace", 5.0), ("work", 10.0), ("the", 30.0)] {
                let times = 1.0 + mean * gamma(&mut random, 2.0);
                for _ in (0..).take_while(|&at| f64::from(at) < times) {
                    text.extend([word, " "]);
                }
            }
            text
        })
        .collect();
    let words = Words::default();
    let mut reader = Reader::new(&words);
    for text in &texts {
        let sentences = [Span::new(0, text.len())];
        let text = Source {
            text,
            sentences: &sentences,
        };
        reader.read(&[text]).expect("few words");
    }
    let corpus = reader.finish();
    let counts = Counts::of(
        &corpus,
        CountOptions {
            sizes: 1..=1,
            min_count: 1,
            min_documents: 1,
        },
    );
    let term = counts.find(&[corpus.vocabulary().id("peace").expect("a word")]);
    let split = Split::new(labels(&mut random, DOCUMENTS, chosen), None).expect("both sides");
    assert_eq!(split.is_exact(), chosen == 1);
    let p = |score| {
        let permutations = Permutations {
            score,
            count: 199,
            seed,
        };
        split.p_values(&counts, permutations)[term.expect("counted")]
    };
    let (g2, log_ratio): (PermutationP, PermutationP) = (p(Score::G2), p(Score::LogRatio));
    let shift = shift_null(&corpus, &split, 199, seed).expect("both sides");
    vec![
        ("perm_p by G2", g2.either),
        ("as high by G2", g2.higher),
        ("as low by G2", g2.lower),
        ("perm_p by Log Ratio", log_ratio.either),
        ("as high by Log Ratio", log_ratio.higher),
        ("word shift", shift.p),
    ]
}

fn p_is_uniform(tests: u64) {
    let all: Vec<_> = (0..tests)
        .into_par_iter()
        .map(|seed| p_of_terms(seed, 10))
        .collect();
    for (at, (what, _)) in all[0].iter().enumerate() {
        assert_uniform(what, all.iter().map(|of| of[at].1).collect());
    }
}

#[test]
fn p_of_terms_is_uniform_where_labels_mean_nothing() {
    p_is_uniform(150);
}

#[test]
#[ignore = "slow: many simulated corpora; CONTRIBUTING.md has the command"]
fn p_of_terms_is_uniform_in_many_tests() {
    p_is_uniform(10_000);
}

/// One article against the others has 24 divisions: each p from 1/24 to 1 is as likely.
#[test]
fn the_exact_p_of_an_article_takes_each_value_as_often() {
    const TESTS: u64 = 240;
    let mut times = [0_i32; DOCUMENTS];
    let all: Vec<f64> = (0..TESTS)
        .into_par_iter()
        .map(|seed| p_of_terms(seed, 1)[1].1)
        .collect();
    for p in all {
        let is_it = |place: &usize| ((place + 1) as f64 - p * DOCUMENTS as f64).abs() < 1e-9;
        let place = (0..DOCUMENTS).find(is_it);
        times[place.expect("a multiple of 1/24")] += 1;
    }
    // Chi-squared of 23 degrees of freedom passes 49.7 in one of a thousand samples.
    let expected = TESTS as f64 / DOCUMENTS as f64;
    let squares = times
        .iter()
        .map(|&n| (f64::from(n) - expected).powi(2) / expected);
    let found: f64 = squares.sum();
    assert!(found < 49.7, "{found}: {times:?}");
}
