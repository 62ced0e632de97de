//! Groups of texts: every statistic's p, and the interval of a divergence.

use compare::{
    Bootstrap, Delta, NearestInUnits, PairSums, Shuffles, TwoSample, UnitSums, jensen_shannon,
    permutation_test,
};
use ndarray::{Array1, Array2};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use crate::chance::{assert_uniform, below, even, gamma, labels, normal, random};

/// The p of every statistic of groups, for texts whose labels mean nothing. Texts have topics of
/// their own and some sentences each, so sentences are no independent evidence.
fn p_of_groups(seed: u64) -> Vec<(&'static str, f64)> {
    const UNITS: usize = 14;
    let mut random = random(seed);
    let (mut unit_of, mut rows) = (Vec::new(), Vec::new());
    let mut themes = Array2::<f64>::zeros((UNITS, 4));
    for unit in 0..UNITS {
        let topic: Vec<f64> = (0..5).map(|_| 2.0 * normal(&mut random)).collect();
        for _ in 0..=unit % 4 {
            unit_of.push(unit);
            let mut row: Vec<f64> = topic.iter().map(|x| x + normal(&mut random)).collect();
            let length = row.iter().map(|x| x * x).sum::<f64>().sqrt();
            for x in &mut row {
                *x /= length;
            }
            rows.extend(row.into_iter().map(|x| x as f32));
        }
        themes
            .row_mut(unit)
            .mapv_inplace(|_| gamma(&mut random, 0.7));
    }
    let vectors = Array2::from_shape_vec((unit_of.len(), 5), rows).expect("whole rows");
    let sums = TwoSample::new(vectors.view(), &unit_of, seed);
    let means = UnitSums::new(vectors.view(), &unit_of);
    let nearest = NearestInUnits::new(vectors.view(), &unit_of);
    let delta = Delta::new(themes.view());
    let units: Vec<usize> = (0..UNITS).collect();
    let pairs = |of: &dyn Fn(usize, usize) -> f64| {
        let all = Array2::from_shape_fn((UNITS, UNITS), |(one, other)| of(one, other));
        PairSums::of_matrix(all.view(), &units)
    };
    let burrows = pairs(&|one, other| delta.burrows(one, other));
    let cosine = pairs(&|one, other| delta.cosine(one, other));
    let profile = |labels: &[bool], side: bool| {
        let mut sum = Array1::<f64>::zeros(4);
        for (row, _) in themes
            .rows()
            .into_iter()
            .zip(labels)
            .filter(|(_, is)| **is == side)
        {
            sum += &row;
        }
        (&sum / sum.sum()).to_vec()
    };
    let divergence =
        |labels: &[bool]| jensen_shannon(&profile(labels, true), &profile(labels, false));
    let labels = labels(&mut random, UNITS, 6);
    let shuffles = Shuffles { count: 199, seed };
    let p = |statistic: &(dyn Fn(&[bool]) -> f64 + Sync)| {
        let tested = permutation_test(&labels, shuffles, statistic).expect("two sides");
        assert!(!tested.is_exact);
        tested.p
    };
    vec![
        ("mmd2_u", p(&|labels| sums.kernel.unbiased_mmd(labels))),
        ("energy_distance", p(&|labels| sums.distance.energy(labels))),
        ("context_shift", p(&|labels| means.mean_shift(labels))),
        ("rwmd", p(&|labels| nearest.relaxed_distance(labels))),
        ("theme_jsd", p(&divergence)),
        ("burrows_delta", p(&|labels| burrows.across(labels))),
        ("cosine_delta", p(&|labels| cosine.across(labels))),
    ]
}

fn p_is_uniform(tests: u64) {
    let all: Vec<_> = (0..tests).into_par_iter().map(p_of_groups).collect();
    for (at, (what, _)) in all[0].iter().enumerate() {
        assert_uniform(what, all.iter().map(|of| of[at].1).collect());
    }
}

#[test]
fn p_of_groups_is_uniform_where_labels_mean_nothing() {
    p_is_uniform(300);
}

#[test]
#[ignore = "slow: many simulated corpora; CONTRIBUTING.md has the command"]
fn p_of_groups_is_uniform_in_many_tests() {
    p_is_uniform(20_000);
}

/// Were sentences shuffled one by one, texts of their own topics would look like a difference: the tests
/// above would notice.
#[test]
fn sentences_shuffled_one_by_one_find_what_is_not_there() {
    let p: Vec<f64> = (0..100)
        .map(|seed| {
            let mut random = random(seed);
            let mut values = Vec::new();
            for _ in 0..10 {
                let topic = 2.0 * normal(&mut random);
                values.extend((0..4).map(|_| topic + normal(&mut random)));
            }
            let of_units = labels(&mut random, 10, 5);
            let of_sentences: Vec<bool> = of_units.iter().flat_map(|&is| [is; 4]).collect();
            let mean = |labels: &[bool], side: bool| {
                let own = values.iter().zip(labels).filter(|(_, is)| **is == side);
                own.clone().map(|(x, _)| x).sum::<f64>() / own.count() as f64
            };
            let apart = |labels: &[bool]| (mean(labels, true) - mean(labels, false)).abs();
            let shuffles = Shuffles { count: 199, seed };
            permutation_test(&of_sentences, shuffles, apart)
                .expect("two sides")
                .p
        })
        .collect();
    let found = p.iter().filter(|p| **p <= 0.05).count();
    assert!(found > 20, "{found} of 100 at a level of 5");
}

/// Articles of two populations: shares of themes by sentence, each article with shares of its own about
/// those of its population.
struct Population {
    shares: Vec<f64>,
}

impl Population {
    /// Sums of sentences by theme, for each of some articles of 20 to 79 sentences.
    fn articles(&self, random: &mut ChaCha8Rng, count: usize) -> Vec<Vec<f64>> {
        let mut articles = Vec::with_capacity(count);
        for _ in 0..count {
            let own: Vec<f64> = self
                .shares
                .iter()
                .map(|x| gamma(random, 10.0 * x))
                .collect();
            let all: f64 = own.iter().sum();
            let mut sums = vec![0.0; own.len()];
            for _ in 0..20 + below(random, 60) {
                let mut left = even(random) * all;
                let theme = own.iter().position(|x| {
                    left -= x;
                    left < 0.0
                });
                sums[theme.unwrap_or(0)] += 1.0;
            }
            articles.push(sums);
        }
        articles
    }
}

/// Two populations of so many themes whose divergence is as given.
fn populations(themes: usize, divergence: f64) -> [Population; 2] {
    let weights: Vec<f64> = (0..themes).map(|theme| 1.0 / (theme + 1) as f64).collect();
    let all: f64 = weights.iter().sum();
    let shares: Vec<f64> = weights.iter().map(|x| x / all).collect();
    let mixed = |part: f64| -> Vec<f64> {
        let turned = shares.iter().rev();
        shares
            .iter()
            .zip(turned)
            .map(|(x, y)| (1.0 - part) * x + part * y)
            .collect()
    };
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if jensen_shannon(&shares, &mixed(middle)) < divergence {
            low = middle;
        } else {
            high = middle;
        }
    }
    let other = mixed(low);
    [Population { shares }, Population { shares: other }]
}

/// Share of intervals that hold the true divergence.
fn held(themes: usize, divergence: f64, counts: (usize, usize), tests: u64) -> f64 {
    let [one, other] = populations(themes, divergence);
    let truth = jensen_shannon(&one.shares, &other.shares);
    let held = (0..tests).into_par_iter().filter(|&seed| {
        let mut random = random(seed);
        let ones = one.articles(&mut random, counts.0);
        let others = other.articles(&mut random, counts.1);
        let profile = |articles: &[Vec<f64>], times: &[usize]| {
            let mut sums = vec![0.0; themes];
            for (article, &times) in articles.iter().zip(times) {
                for (sum, x) in sums.iter_mut().zip(article) {
                    *sum += x * times as f64;
                }
            }
            let all: f64 = sums.iter().sum();
            sums.into_iter().map(|x| x / all).collect::<Vec<f64>>()
        };
        let bootstrap = Bootstrap {
            replicates: 300,
            seed,
        };
        let interval = bootstrap.interval(counts, |a, b| {
            jensen_shannon(&profile(&ones, a), &profile(&others, b))
        });
        let (low, high) = interval.expect("several units");
        // As it is told: a divergence is not below 0.
        (low.max(0.0)..=high.max(0.0)).contains(&truth)
    });
    held.count() as f64 / tests as f64
}

/// The share of held ones should be .95. Allowed are .92, as the shape of the divergence's distribution
/// is not quite Student's, and three standard errors of a share more.
#[track_caller]
fn assert_held(themes: usize, divergence: f64, counts: (usize, usize), tests: u64) {
    let share = held(themes, divergence, counts, tests);
    let least = 0.92 - 3.0 * (0.92 * 0.08 / tests as f64).sqrt();
    assert!(
        share >= least,
        "{share} of intervals of {divergence} with {themes} themes and {counts:?} articles"
    );
}

#[test]
fn intervals_hold_the_true_divergence() {
    for (themes, divergence, counts) in [
        (4, 0.02, (10, 10)),
        (12, 0.0, (3, 5)),
        (12, 0.1, (5, 8)),
        (20, 0.02, (8, 20)),
    ] {
        assert_held(themes, divergence, counts, 60);
    }
}

#[test]
#[ignore = "slow: many simulated corpora; CONTRIBUTING.md has the command"]
fn intervals_hold_the_true_divergence_whatever_the_articles() {
    for themes in [3, 4, 12, 20] {
        for divergence in [0.0, 0.002, 0.02, 0.1, 0.3] {
            for counts in [
                (2, 2),
                (2, 20),
                (3, 5),
                (5, 10),
                (10, 10),
                (20, 30),
                (60, 60),
            ] {
                assert_held(themes, divergence, counts, 1000);
            }
        }
    }
}
