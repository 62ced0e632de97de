//! Attention of one sequence.

use kernels::{Attention, Head, Heads, Level, Side};

use crate::numbers;

fn heads(count: usize, width: usize) -> Heads {
    let hidden = kernels::padded(count * width);
    Heads {
        count,
        width,
        queries: 0,
        keys: hidden,
        values: 2 * hidden,
    }
}

fn attend(level: Level, rows: &[f32], heads: Heads, bias: &[Vec<f32>]) -> Vec<f32> {
    let stride = 3 * heads.keys;
    let to_stride = heads.keys + 16;
    let length = rows.len() / stride;
    let mut to = vec![f32::NAN; length * to_stride];
    Attention::new(level).attend(
        rows,
        stride,
        heads,
        |head| bias.get(head).map_or(&[], Vec::as_slice),
        &mut to,
        to_stride,
    );
    to.chunks_exact(to_stride)
        .flat_map(|row| &row[..heads.count * heads.width])
        .copied()
        .collect()
}

/// In double precision, as the definition has it.
fn exact(rows: &[f32], heads: Heads, bias: &[Vec<f32>]) -> Vec<f64> {
    let stride = 3 * heads.keys;
    let length = rows.len() / stride;
    let of =
        |row: usize, first: usize, number: usize| f64::from(rows[row * stride + first + number]);
    let mut all = Vec::new();
    for query in 0..length {
        for head in 0..heads.count {
            let own = head * heads.width;
            let weights: Vec<f64> = (0..length)
                .map(|key| {
                    let score: f64 = (own..own + heads.width)
                        .map(|n| of(query, heads.queries, n) * of(key, heads.keys, n))
                        .sum();
                    let bias = bias
                        .get(head)
                        .map_or(0.0, |bias| bias[length - 1 + key - query]);
                    (score + f64::from(bias)).exp()
                })
                .collect();
            let total: f64 = weights.iter().sum();
            all.extend((own..own + heads.width).map(|n| {
                (0..length)
                    .map(|key| weights[key] / total * of(key, heads.values, n))
                    .sum::<f64>()
            }));
        }
    }
    all
}

#[test]
fn attention_is_that_of_double_precision_and_has_the_same_bits_at_every_level() {
    for (count, width) in [(2, 32), (4, 12), (1, 64), (3, 16)] {
        for length in [1, 2, 16, 35, 97, 200] {
            let heads = heads(count, width);
            let rows = numbers(length * 3 * heads.keys, length as u32);
            let biases = [
                vec![],
                (0..count)
                    .map(|h| numbers(2 * length - 1, h as u32))
                    .collect(),
            ];
            for bias in biases {
                let expected = exact(&rows, heads, &bias);
                let first = attend(Level::Portable, &rows, heads, &bias);
                for (found, exact) in first.iter().zip(&expected) {
                    assert!((f64::from(*found) - exact).abs() < 2e-6, "{found} {exact}");
                }
                for level in Level::available() {
                    assert!(attend(level, &rows, heads, &bias) == first, "{level:?}");
                }
            }
        }
    }
}

/// As a decoder does it: each query sees one key more than the one before.
#[test]
fn a_head_of_other_queries_sees_only_the_keys_it_may_and_scores_as_they_were_changed() {
    for (queries, keys, width) in [(1, 1, 16), (5, 40, 8), (70, 90, 20)] {
        let side = |rows: usize, seed| numbers(rows * (width + 3), seed);
        let [q, k, v] = [side(queries, 1), side(keys, 2), side(keys, 3)];
        let of = |numbers, rows| Side {
            numbers,
            stride: width + 3,
            rows,
        };
        let head = Head {
            queries: of(&q, queries),
            keys: of(&k, keys),
            values: of(&v, keys),
            width,
        };
        let seen = |query: usize| keys - queries + query + 1;
        let all: Vec<Vec<f32>> = Level::available()
            .into_iter()
            .map(|level| {
                let stride = kernels::padded(width);
                let mut to = vec![f32::NAN; queries * stride];
                let finish = |query: usize, scores: &mut [f32]| {
                    assert_eq!(scores.len(), keys);
                    scores[0] += 0.5;
                    scores[seen(query)..].fill(f32::NAN);
                    seen(query)
                };
                Attention::new(level).attend_head(&head, finish, &mut to, stride);
                to.chunks_exact(stride)
                    .flat_map(|row| &row[..width])
                    .copied()
                    .collect()
            })
            .collect();
        let number = |rows: &[f32], row: usize, at: usize| f64::from(rows[row * (width + 3) + at]);
        for query in 0..queries {
            let weights: Vec<f64> = (0..seen(query))
                .map(|key| {
                    let score: f64 = (0..width)
                        .map(|at| number(&q, query, at) * number(&k, key, at))
                        .sum();
                    (score + if key == 0 { 0.5 } else { 0.0 }).exp()
                })
                .collect();
            let total: f64 = weights.iter().sum();
            for at in 0..width {
                let exact: f64 = (weights.iter().enumerate())
                    .map(|(key, weight)| weight / total * number(&v, key, at))
                    .sum();
                let found = all[0][query * width + at];
                assert!((f64::from(found) - exact).abs() < 2e-6, "{found} {exact}");
            }
        }
        assert!(all.iter().all(|found| *found == all[0]));
    }
}
