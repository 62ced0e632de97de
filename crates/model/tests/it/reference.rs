//! Vectors against those of sentence-transformers, made by `scripts/peers/vectors`.

use model::{Backend, Embedder, EmbedderSettings, Ledger, Precision};
use ndarray::Array2;
use ndarray_npy::ReadNpyExt;
use serde::Deserialize;

#[derive(Deserialize)]
struct Reference {
    texts: Vec<String>,
    subwords_with_special: Vec<usize>,
}

fn reference() -> (Reference, Array2<f32>) {
    let texts =
        serde_json::from_str(include_str!("../fixtures/reference.json")).expect("a fixture");
    let vectors =
        Array2::read_npy(&include_bytes!("../fixtures/reference.npy")[..]).expect("a fixture");
    (texts, vectors)
}

struct Embedded {
    vectors: Array2<f32>,
    ledger: Ledger,
}

/// The backends that this build has.
fn backends() -> &'static [Backend] {
    if cfg!(feature = "torch") {
        &[Backend::Packed, Backend::Bert]
    } else {
        &[Backend::Packed]
    }
}

fn embed(
    (backend, precision): (Backend, Precision),
    texts: &[&str],
    replicas: usize,
    token_budget: usize,
) -> Embedded {
    let settings = EmbedderSettings {
        replicas,
        token_budget,
        backend,
        precision,
        ..EmbedderSettings::default()
    };
    let mut embedder = Embedder::open(&crate::card(), &settings).expect("the model loads");
    let (vectors, ledger) = embedder.embed_all(texts).expect("texts embed");
    Embedded { vectors, ledger }
}

const PACKED: (Backend, Precision) = (Backend::Packed, Precision::F32);

#[test]
fn vectors_are_those_of_sentence_transformers() {
    let (reference, expected) = reference();
    let texts: Vec<&str> = reference.texts.iter().map(String::as_str).collect();
    for &backend in backends() {
        let found = embed((backend, Precision::F32), &texts, 1, 4096);
        for (index, text) in texts.iter().enumerate() {
            let cosine = found.vectors.row(index).dot(&expected.row(index));
            assert!(
                cosine >= 0.99999,
                "{backend:?}: cosine {cosine} for {text:?}"
            );
            assert_eq!(
                found.ledger.subwords[index] as usize + 2,
                reference.subwords_with_special[index],
                "{text:?}"
            );
            assert_eq!(found.ledger.windows[index], 1);
        }
    }
}

#[test]
fn reduced_precisions_keep_their_promise() {
    let (reference, expected) = reference();
    let texts: Vec<&str> = reference.texts.iter().map(String::as_str).collect();
    for precision in [Precision::Int16, Precision::Bf16] {
        let found = embed((Backend::Packed, precision), &texts, 2, 4096);
        let cosines: Vec<f32> = (found.vectors.rows().into_iter())
            .zip(expected.rows())
            .map(|(found, expected)| found.dot(&expected))
            .collect();
        let mean = cosines.iter().sum::<f32>() / cosines.len() as f32;
        let worst = cosines
            .iter()
            .fold(1.0, |least: f32, &cosine| least.min(cosine));
        assert!(
            mean >= 0.9995 && worst >= 0.998,
            "{precision:?}: {mean} {worst}"
        );
    }
}

/// Libtorch takes other kernels for other shapes; ours are held to the bit in `invariance`.
#[cfg(feature = "torch")]
#[test]
fn the_reference_hardly_depends_on_the_batch_and_not_on_replicas() {
    let (reference, _) = reference();
    let texts: Vec<&str> = reference.texts.iter().map(String::as_str).collect();
    let bert = (Backend::Bert, Precision::F32);
    let together = embed(bert, &texts, 1, 1 << 16);
    let small = embed(bert, &texts, 1, 300);
    for (index, text) in texts.iter().enumerate().step_by(7) {
        let alone = embed(bert, &[text], 1, 4096);
        for ((a, b), c) in alone
            .vectors
            .iter()
            .zip(together.vectors.row(index))
            .zip(small.vectors.row(index))
        {
            assert!((a - b).abs() <= 1e-5 && (a - c).abs() <= 1e-5, "{text:?}");
        }
    }
    assert_eq!(embed(bert, &texts, 2, 300).vectors, small.vectors);
}

#[test]
fn a_text_over_the_limit_is_windowed_and_its_end_still_counts() {
    let long = "The commission heard reports on rivers, roads and schools. ".repeat(60);
    let ends_otherwise = format!("{long} Penguins waddle over Antarctic ice.");
    let found = embed(PACKED, &[&long, &ends_otherwise], 1, 4096);
    assert!(
        found.ledger.subwords[0] > 600
            && found.ledger.windows[0] == found.ledger.subwords[0].div_ceil(254),
        "{:?}",
        found.ledger
    );
    assert!(found.vectors.row(0).dot(&found.vectors.row(1)) < 0.99999);
    for row in found.vectors.rows() {
        assert!((row.dot(&row) - 1.0).abs() < 1e-5);
    }
}

#[test]
fn equal_texts_get_equal_vectors_in_their_own_order() {
    let found = embed(PACKED, &["rivers", "roads", "rivers"], 2, 64);
    assert_eq!(found.vectors.row(0), found.vectors.row(2));
    assert_ne!(found.vectors.row(0), found.vectors.row(1));
}

#[test]
fn no_texts_are_no_vectors() {
    assert_eq!(embed(PACKED, &[], 1, 64).vectors.dim(), (0, 384));
}
