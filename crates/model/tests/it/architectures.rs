//! Each architecture against sentence-transformers, on small models with random weights that
//! `scripts/peers/architectures` makes.

use std::path::{Path, PathBuf};

use model::{Backend, Card, Embedder, EmbedderSettings, Precision, Subwords};
use ndarray::{Array2, ArrayView1};
use ndarray_npy::read_npy;

fn folder(name: &str) -> PathBuf {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/architectures");
    fixtures.join(name)
}

fn json<T: serde::de::DeserializeOwned>(path: &Path) -> T {
    let written = fs_err::read_to_string(path).expect("a fixture");
    serde_json::from_str(&written).expect("JSON")
}

const ALL: [&str; 8] = [
    "bert",
    "bert-bin",
    "bert-f16",
    "roberta",
    "xlm-roberta",
    "distilbert",
    "albert",
    "mpnet",
];

fn card(name: &str) -> Card {
    model::from_folder(&folder(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
}

fn vectors(name: &str, precision: Precision, prompt: Option<&str>) -> Array2<f32> {
    let card = card(name);
    let layout = card.layout().unwrap_or_else(|e| panic!("{name}: {e}"));
    let prompt = prompt.or(layout.default_prompt.as_deref());
    let settings = EmbedderSettings {
        backend: Backend::Packed,
        precision,
        prompt: prompt.map(|prompt| layout.prompts[prompt].clone()),
        ..EmbedderSettings::default()
    };
    let texts: Vec<String> = json(&folder(name).join("texts.json"));
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let mut embedder = Embedder::open(&card, &settings).unwrap_or_else(|e| panic!("{name}: {e}"));
    embedder.embed_all(&texts).expect("texts embed").0
}

fn cosine(a: ArrayView1<'_, f32>, b: ArrayView1<'_, f32>) -> f32 {
    a.dot(&b) / (a.dot(&a) * b.dot(&b)).sqrt()
}

/// Element by element, since random models give vectors of high cosine to most texts. Both sides
/// sum in 32 bits, in different orders.
#[test]
fn vectors_are_those_of_sentence_transformers() {
    for name in ALL {
        let expected: Array2<f32> = read_npy(folder(name).join("vectors.npy")).expect("vectors");
        let found = vectors(name, Precision::F32, None);
        assert_eq!(found.dim(), expected.dim(), "{name}");
        for (row, (found, expected)) in found.rows().into_iter().zip(expected.rows()).enumerate() {
            let length = expected.dot(&expected).sqrt();
            for (a, b) in found.iter().zip(expected) {
                assert!(
                    (a - b).abs() <= 2e-5 * length,
                    "{name}, text {row}: {a} is not {b}"
                );
            }
        }
    }
}

#[test]
fn a_prompt_is_what_the_model_says_it_is() {
    let expected: Array2<f32> =
        read_npy(folder("xlm-roberta").join("vectors_query.npy")).expect("vectors");
    let found = vectors("xlm-roberta", Precision::F32, Some("query"));
    for (found, expected) in found.rows().into_iter().zip(expected.rows()) {
        assert!(cosine(found, expected) >= 0.99999);
    }
    assert_ne!(found, vectors("xlm-roberta", Precision::F32, None));
}

/// Random weights are harder on small numbers than trained ones: integers keep their promise even
/// so. Brain floats have 8 bits where integers have 12, and a promise for trained weights only.
#[test]
fn reduced_precisions_stay_near_on_every_architecture() {
    for name in ALL {
        let exact = vectors(name, Precision::F32, None);
        for (precision, mean, worst) in [
            (Precision::Int16, 0.9995, 0.998),
            (Precision::Bf16, 0.999, 0.995),
        ] {
            let found = vectors(name, precision, None);
            let cosines: Vec<f32> = (found.rows().into_iter())
                .zip(exact.rows())
                .map(|(a, b)| cosine(a, b))
                .collect();
            let found_mean = cosines.iter().sum::<f32>() / cosines.len() as f32;
            let found_worst = cosines.iter().fold(1.0, |least: f32, &c| least.min(c));
            assert!(
                found_mean >= mean && found_worst >= worst,
                "{name} {precision:?}: {found_mean} {found_worst}"
            );
        }
    }
}

/// Where these differ, the encoder is not to blame.
#[test]
fn token_ids_are_those_of_the_python_tokenizers() {
    for name in ALL {
        let card = card(name);
        let layout = card.layout().expect("a layout");
        // Prompts are put before texts by the embedder.
        if layout.default_prompt.is_some() {
            continue;
        }
        let texts: Vec<String> = json(&folder(name).join("texts.json"));
        let expected: Vec<Vec<u32>> = json(&folder(name).join("token_ids.json"));
        let subwords = Subwords::of(&card).expect("a tokenizer");
        for (text, expected) in texts.iter().zip(expected) {
            let windows = subwords.windows(text).expect("tokens");
            assert_eq!(windows.len(), 1, "{name}: {text:?}");
            assert_eq!(windows[0].ids, expected, "{name}: {text:?}");
        }
    }
}
