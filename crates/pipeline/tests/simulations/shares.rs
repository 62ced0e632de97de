use formulations::Share;
use ndarray::Array2;
use rayon::prelude::*;
use themes::{Agreement, aggregate};

use crate::chance::{below, even, normal, random};

/// The probability that the interval of an article share holds the true share, summed up over all that can
/// be seen.
fn probability_that_it_holds(share: f64, articles: usize) -> f64 {
    let mut probability = (1.0 - share).powi(articles as i32);
    let mut held = 0.0;
    for seen in 0..=articles {
        let found = Share::new(seen, articles).expect("articles");
        if (found.low..=found.high).contains(&share) {
            held += probability;
        }
        probability *= (articles - seen) as f64 / (seen + 1) as f64 * share / (1.0 - share);
    }
    held
}

/// Wilson's interval holds the true share with a probability of .95 on the average of all shares, and with
/// .83 or more of each: just beside some shares near 0 it dips. Shares over a half are as their opposites.
#[test]
fn intervals_of_shares_hold_the_true_share() {
    for articles in [5, 10, 12, 20, 50, 100, 200] {
        let shares = (1..=500).map(|at| f64::from(at) / 1000.0);
        let all: Vec<f64> = shares
            .map(|share| probability_that_it_holds(share, articles))
            .collect();
        let mean = all.iter().sum::<f64>() / all.len() as f64;
        let least = all.iter().copied().fold(1.0, f64::min);
        assert!((mean - 0.95).abs() < 0.01, "{mean} of {articles} articles");
        assert!(least > 0.83, "{least} of {articles} articles");
    }
}

/// Shares of intervals of the mean score, and of the share of sentences over the threshold, that hold the
/// true ones: of documents whose scores are normal, each `likeness` times that of the sentence before,
/// and chance.
fn held(sentences: usize, likeness: f64, documents: u64) -> [f64; 2] {
    const THEMES: usize = 4;
    let held: Vec<[usize; 2]> = (0..documents)
        .into_par_iter()
        .map(|seed| {
            let mut random = random(seed);
            let mut scores = Array2::<f32>::zeros((sentences, THEMES));
            for mut theme in scores.columns_mut() {
                let mut before = normal(&mut random);
                for score in &mut theme {
                    let chance = (1.0 - likeness * likeness).sqrt() * normal(&mut random);
                    before = likeness * before + chance;
                    *score = before as f32;
                }
            }
            let mut held = [0; 2];
            for found in aggregate(scores.view(), 0.0) {
                let intervals = [(found.mean_interval, 0.0), (found.share_interval, 0.5)];
                for (held, (interval, truth)) in held.iter_mut().zip(intervals) {
                    let (low, high) = interval.expect("long enough");
                    *held += usize::from((low..=high).contains(&truth));
                }
            }
            held
        })
        .collect();
    [0, 1].map(|at| {
        let sum: usize = held.iter().map(|of| of[at]).sum();
        sum as f64 / (documents as usize * THEMES) as f64
    })
}

/// What docs/outputs.md says, three standard errors of a share allowed.
#[track_caller]
fn assert_held(sentences: usize, likeness: f64, documents: u64) {
    // With few blocks intervals are wider than need be.
    let (least, most) = (0.94, if sentences < 60 { 1.0 } else { 0.99 });
    let error = 3.0 * (0.06 / (4 * documents) as f64).sqrt();
    for (share, what) in held(sentences, likeness, documents)
        .into_iter()
        .zip(["mean", "share"])
    {
        assert!(
            (least - error..=most + error).contains(&share),
            "{share} of intervals of the {what}: {sentences} sentences, likeness {likeness}"
        );
    }
}

#[test]
fn intervals_of_documents_hold_the_truth() {
    assert_held(24, 0.0, 15);
    assert_held(60, 0.2, 15);
}

#[test]
#[ignore = "slow: many simulated corpora; CONTRIBUTING.md has the command"]
fn intervals_of_documents_hold_the_truth_in_many_tests() {
    for sentences in [10, 20, 60, 100, 300] {
        for likeness in [0.0, 0.2, 0.4] {
            assert_held(sentences, likeness, 1000);
        }
    }
}

/// Share of intervals of kappa that hold the true one: the second scorer takes over the first's class with
/// that probability, and else draws one of its own.
fn kappa_held(kappa: f64, sentences: usize, tests: u64) -> f64 {
    let held = (0..tests).into_par_iter().filter(|&seed| {
        let mut random = random(seed);
        let mut class = || match below(&mut random, 10) {
            0..4 => 0,
            4..7 => 1,
            7..9 => 2,
            _ => 3,
        };
        let drawn: Vec<[usize; 2]> = (0..sentences).map(|_| [class(), class()]).collect();
        let pairs = drawn.into_iter().map(|[first, other]| {
            let is_same = even(&mut random) < kappa;
            (first, if is_same { first } else { other })
        });
        let found = Agreement::of(4, pairs);
        (found.low..=found.high).contains(&kappa)
    });
    held.count() as f64 / tests as f64
}

/// Kappa's error is that of many sentences: of a hundred or more, the interval holds the truth in .93 at
/// least, three standard errors of a share allowed.
#[track_caller]
fn assert_kappa_held(kappa: f64, sentences: usize, tests: u64) {
    let share = kappa_held(kappa, sentences, tests);
    let least = 0.93 - 3.0 * (0.93 * 0.07 / tests as f64).sqrt();
    assert!(
        share >= least,
        "{share} of intervals of {kappa}, {sentences} sentences"
    );
}

#[test]
fn intervals_of_kappa_hold_the_true_one() {
    assert_kappa_held(0.5, 150, 200);
}

#[test]
#[ignore = "slow: many simulated corpora; CONTRIBUTING.md has the command"]
fn intervals_of_kappa_hold_the_true_one_in_many_tests() {
    // Of a hundred sentences with a kappa of .9, hardly any disagree.
    for (kappa, fewest) in [(0.1, 100), (0.3, 100), (0.5, 100), (0.7, 100), (0.9, 300)] {
        for sentences in [fewest, 1000] {
            assert_kappa_held(kappa, sentences, 5000);
        }
    }
}
