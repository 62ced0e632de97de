//! A vector is the same to the bit alone and in any company, wherever a backend says so.

#![expect(clippy::print_stderr, reason = "what is not tested must be said")]

use model::{Backend, Embedder, EmbedderSettings, ModelError, Precision};
use ndarray::Array2;

/// Texts of the lengths that articles have, 1 to 300 words; none equals another.
fn texts() -> Vec<String> {
    const WORDS: [&str; 24] = [
        "river",
        "reform",
        "village",
        "the",
        "of",
        "and",
        "party",
        "county",
        "water",
        "school",
        "cadres",
        "development",
        "rural",
        "in",
        "with",
        "high-quality",
        "governance",
        "law",
        "bridge",
        "harvest",
        "market",
        "to",
        "提法",
        "2013",
    ];
    let mut state = 7_u64;
    let mut draw = move |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    (0..2000)
        .map(|number| {
            // Most are short, some are over any model's limit.
            let words = match draw(100) {
                0 => 60 + draw(240),
                1..10 => 30 + draw(30),
                _ => 1 + draw(12),
            };
            let words: Vec<&str> = (0..words).map(|_| WORDS[draw(WORDS.len())]).collect();
            format!("{number} {}.", words.join(" "))
        })
        .collect()
}

/// The order in which `seed` shuffles.
fn shuffled(count: usize, seed: u64) -> Vec<usize> {
    let mut state = seed;
    let mut order: Vec<usize> = (0..count).collect();
    for at in (1..count).rev() {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        order.swap(at, (state >> 33) as usize % (at + 1));
    }
    order
}

/// Vectors in the order of the texts, computed in another; `None` where this build or machine
/// doesn't run the combination.
fn embedded(
    card: &model::Card,
    (backend, precision): (Backend, Precision),
    texts: &[String],
    (seed, replicas, token_budget): (u64, usize, usize),
) -> Option<(bool, Array2<f32>)> {
    let settings = EmbedderSettings {
        replicas,
        token_budget,
        backend,
        precision,
        ..EmbedderSettings::default()
    };
    let mut embedder = match Embedder::open(card, &settings) {
        Ok(embedder) => embedder,
        Err(ModelError::NoBackend | ModelError::Unsupported { .. }) => return None,
        Err(error) => panic!("{error}"),
    };
    if !embedder.running().batch_invariant {
        return Some((false, Array2::zeros((0, 0))));
    }
    let order = shuffled(texts.len(), seed);
    let turned: Vec<&str> = order.iter().map(|&at| texts[at].as_str()).collect();
    let (found, _) = embedder.embed_all(&turned).expect("texts embed");
    let mut vectors = Array2::zeros(found.dim());
    for (row, &at) in found.rows().into_iter().zip(&order) {
        vectors.row_mut(at).assign(&row);
    }
    Some((true, vectors))
}

#[test]
fn neither_order_nor_budget_nor_replicas_change_a_bit() {
    let texts = texts();
    let mut tested = 0;
    for card in crate::cards_with_weights() {
        // Larger models, where somebody has fetched them, would take minutes.
        let texts = if card.dimensions > 384 {
            &texts[..100]
        } else {
            &texts[..]
        };
        for backend in [Backend::Packed, Backend::Bert, Backend::Static] {
            for precision in [Precision::F32, Precision::Bf16, Precision::Int16] {
                let kind = (backend, precision);
                let name = format!("{} {} {}", card.name, backend.name(), precision.name());
                let Some((is_invariant, expected)) = embedded(&card, kind, texts, (1, 1, 4096))
                else {
                    continue;
                };
                if !is_invariant {
                    eprintln!("not tested: {name} says that it isn't batch-invariant");
                    continue;
                }
                for company in [(2, 2, 1000), (3, 3, 16_384)] {
                    let (_, found) = embedded(&card, kind, texts, company).expect("as before");
                    let bits = |vectors: &Array2<f32>| vectors.mapv(f32::to_bits);
                    assert!(bits(&found) == bits(&expected), "{name} in {company:?}");
                }
                let alone: Vec<String> = texts.iter().step_by(400).cloned().collect();
                for (text, row) in alone.iter().zip((0..texts.len()).step_by(400)) {
                    let one = std::slice::from_ref(text);
                    let (_, found) = embedded(&card, kind, one, (1, 1, 4096)).expect("as before");
                    assert_eq!(found.row(0), expected.row(row), "{name} alone: {text:?}");
                }
                tested += 1;
            }
        }
    }
    assert!(tested >= 3, "the packed encoder runs everywhere");
}
