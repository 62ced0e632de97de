//! Made-up numbers, and how even p values are.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// A stream that none of those under test draws from.
pub(crate) fn random(seed: u64) -> ChaCha8Rng {
    let mut key = [0xA5; 32];
    key[..8].copy_from_slice(&seed.to_le_bytes());
    ChaCha8Rng::from_seed(key)
}

/// Even between 0 and 1, never 0.
pub(crate) fn even(random: &mut ChaCha8Rng) -> f64 {
    (f64::from(random.next_u32()) + 0.5) / 4_294_967_296.0
}

/// Normal, by Box and Muller.
pub(crate) fn normal(random: &mut ChaCha8Rng) -> f64 {
    let (one, other) = (even(random), even(random));
    (-2.0 * one.ln()).sqrt() * (std::f64::consts::TAU * other).cos()
}

/// Gamma of scale 1, by Marsaglia and Tsang (2000).
pub(crate) fn gamma(random: &mut ChaCha8Rng, shape: f64) -> f64 {
    if shape < 1.0 {
        return gamma(random, shape + 1.0) * even(random).powf(1.0 / shape);
    }
    let d = shape - 1.0 / 3.0;
    loop {
        let x = normal(random);
        let v = (1.0 + x / (9.0 * d).sqrt()).powi(3);
        if v > 0.0 && even(random).ln() < 0.5 * x * x + d - d * v + d * v.ln() {
            return d * v;
        }
    }
}

/// A number below `limit`, each as likely but for a part in 2^32.
pub(crate) fn below(random: &mut ChaCha8Rng, limit: usize) -> usize {
    ((u64::from(random.next_u32()) * limit as u64) >> 32) as usize
}

/// Labels with so many true ones, each choice as likely.
pub(crate) fn labels(random: &mut ChaCha8Rng, units: usize, chosen: usize) -> Vec<bool> {
    let mut labels: Vec<bool> = (0..units).map(|unit| unit < chosen).collect();
    for at in 0..units {
        let other = at + below(random, units - at);
        labels.swap(at, other);
    }
    labels
}

/// Kolmogorov and Smirnov's distance of p values from even ones. Of continuous ones it passes
/// 1.95/√n in one of a thousand samples; of 199 shuffles there are 200 values, or 100 if p is two-sided.
#[track_caller]
pub(crate) fn assert_uniform(what: &str, mut p: Vec<f64>) {
    p.sort_by(f64::total_cmp);
    let count = p.len() as f64;
    let far = |(at, p): (usize, &f64)| {
        let (below, up_to) = (at as f64 / count, (at + 1) as f64 / count);
        // One less of them is the next that p can be.
        (up_to - p).max(p - below - 1.0 / 100.0)
    };
    let most = p.iter().enumerate().map(far).fold(0.0, f64::max);
    assert!(most < 1.95 / count.sqrt(), "{what}: {most} of {count}");
}
