use formulations::{ChangeOptions, FamilyUsage, Timeline, Usage, changes};
use rayon::prelude::*;

use crate::chance::{even, random};

/// The p of a change between two variants that articles of ten years use in any order.
fn p_of_change(seed: u64) -> f64 {
    const ARTICLES: usize = 60;
    const YEARS: usize = 10;
    let mut random = random(seed);
    let years: Vec<usize> = (0..ARTICLES)
        .map(|article| article * YEARS / ARTICLES)
        .collect();
    let timeline = Timeline {
        dates: years
            .iter()
            .map(|year| Some((2000 + year).to_string()))
            .collect(),
        periods: years.iter().copied().map(Some).collect(),
        names: (0..YEARS).map(|year| (2000 + year).to_string()).collect(),
        groups: (0..ARTICLES).collect(),
    };
    let mut variants = vec![Usage::default(), Usage::default()];
    for article in 0..ARTICLES {
        let variant = &mut variants[usize::from(even(&mut random) < 0.4)];
        variant.hits += 1;
        variant.documents.push(article);
        variant.counts.push(1);
    }
    let usage = FamilyUsage {
        whole: Usage::default(),
        variants,
    };
    let options = ChangeOptions {
        permutations: 199,
        seed,
    };
    let found = changes(&[usage], &timeline, options);
    found[0].p.expect("enough articles")
}

/// Tables of few articles give few values, so that p can be too high, but not too low: of p at most α
/// there is no more than a share α, three standard errors allowed, and not less than half of it.
fn p_is_valid(tests: u64) {
    let p: Vec<f64> = (0..tests).into_par_iter().map(p_of_change).collect();
    for level in [0.05_f64, 0.1, 0.25, 0.5, 0.75] {
        let share = p.iter().filter(|p| **p <= level + 1e-9).count() as f64 / tests as f64;
        let error = (level * (1.0 - level) / tests as f64).sqrt();
        assert!(share < level + 3.0 * error, "{share} of p at {level}");
        assert!(share > level / 2.0 - 3.0 * error, "{share} of p at {level}");
    }
}

#[test]
fn p_of_a_change_is_valid_where_nothing_changes() {
    p_is_valid(300);
}

#[test]
#[ignore = "slow: many simulated corpora; CONTRIBUTING.md has the command"]
fn p_of_a_change_is_valid_in_many_tests() {
    p_is_valid(10_000);
}
