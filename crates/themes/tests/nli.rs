//! The entailment scorer against transformers' zero-shot pipeline, on small models with random
//! weights that `scripts/peers/classifiers` makes.

use std::path::{Path, PathBuf};

use model::{Backend, NliModel, NliSettings};
use ndarray::Array2;
use serde::Deserialize;
use themes::{Codebook, NliScorer, Scorer, Theme, ThemeError, Units};

#[derive(Deserialize)]
struct Expected {
    template: String,
    labels: Vec<String>,
    premises: Vec<String>,
    single_label: Vec<Vec<f32>>,
    multi_label: Vec<Vec<f32>>,
}

impl Expected {
    fn read(folder: &Path) -> Self {
        let written = fs_err::read(folder.join("expected.json")).expect("a fixture");
        serde_json::from_slice(&written).expect("JSON")
    }

    fn scorer(&self, model: NliModel, multi_label: bool) -> NliScorer {
        let book = codebook(&self.labels);
        NliScorer::new(&book, model, &self.template, multi_label).expect("a template with a place")
    }
}

/// Folders of all model types, each in all orders of classes.
fn folders() -> Vec<PathBuf> {
    let fixtures = "../model/tests/fixtures/classifiers";
    let inside = |folder: &Path| -> Vec<PathBuf> {
        let entries = fs_err::read_dir(folder).expect("fixtures");
        entries
            .map(|entry| entry.expect("a folder").path())
            .collect()
    };
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join(fixtures);
    let mut folders: Vec<PathBuf> = (inside(&fixtures).iter())
        .flat_map(|kind| inside(kind))
        .collect();
    folders.sort();
    folders
}

fn codebook(names: &[String]) -> Codebook {
    Codebook {
        name: "labels".into(),
        version: "1".into(),
        language: "en".into(),
        description: "labels of a fixture".into(),
        none_below: 0.0,
        themes: names
            .iter()
            .map(|name| Theme {
                id: name.to_lowercase().replace(' ', "-"),
                name: name.clone(),
                aliases: Vec::new(),
                description: name.clone(),
                examples: Vec::new(),
                phrases: Vec::new(),
                lexicon: vec![],
            })
            .collect(),
    }
}

#[track_caller]
fn open(folder: &Path) -> NliModel {
    NliModel::open(folder, &NliSettings::default())
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
}

fn score(scorer: &mut NliScorer, premises: &[String]) -> Array2<f32> {
    let texts: Vec<&str> = premises.iter().map(String::as_str).collect();
    let vectors = Array2::zeros((texts.len(), 0));
    let units = Units {
        texts: &texts,
        vectors: vectors.view(),
    };
    scorer.score(&units).expect("units score")
}

/// Both sides compute in 32 bits, in different orders.
#[test]
fn scores_are_those_of_the_zero_shot_pipeline_whatever_the_order_of_classes() {
    let mut tested = 0;
    for folder in folders() {
        let expected = Expected::read(&folder);
        for (multi_label, scores) in [
            (false, &expected.single_label),
            (true, &expected.multi_label),
        ] {
            let model = open(&folder);
            tested += usize::from(model.running().backend == Backend::Packed);
            let found = score(&mut expected.scorer(model, multi_label), &expected.premises);
            assert_eq!(
                found.dim(),
                (expected.premises.len(), expected.labels.len())
            );
            for (found, expected) in found.iter().zip(scores.iter().flatten()) {
                assert!(
                    (found - expected).abs() <= 1e-4,
                    "{}, multi-label {multi_label}: {found} is not {expected}",
                    folder.display()
                );
            }
        }
    }
    assert!(tested >= 12 * 4 * 2, "the packed encoder runs everywhere");
}

/// Sums of 32-bit floats.
#[test]
fn single_label_scores_sum_to_1_over_windows_too() {
    let folder = &folders()[0];
    let expected = Expected::read(folder);
    let mut scorer = expected.scorer(open(folder), false);
    let long = "The river is wide and the road is long. ".repeat(30);
    let found = score(&mut scorer, &[long, String::new()]);
    for row in found.rows() {
        assert!((row.sum() - 1.0).abs() < 1e-5, "{row}");
    }
}

#[test]
fn themes_scored_alone_are_those_scored_with_all() {
    let folder = &folders()[0];
    let expected = Expected::read(folder);
    let mut scorer = expected.scorer(open(folder), true);
    let all = score(&mut scorer, &expected.premises);
    let texts: Vec<&str> = expected.premises.iter().map(String::as_str).collect();
    let asked: Vec<Vec<usize>> = (0..texts.len()).map(|text| vec![4, text % 3]).collect();
    let mut done = 0;
    let found = scorer
        .score_only(&texts, &asked, &mut |pairs| done = pairs)
        .expect("pairs score");
    assert_eq!(done, 2 * texts.len());
    for (text, (found, asked)) in found.iter().zip(&asked).enumerate() {
        let expected: Vec<f32> = asked.iter().map(|&theme| all[(text, theme)]).collect();
        assert_eq!(*found, expected);
    }
    let none = scorer.score_only(&texts[..1], &[Vec::new()], &mut |_| {});
    assert_eq!(none.expect("nothing to score"), [Vec::<f32>::new()]);
}

#[test]
fn a_template_without_a_place_is_refused() {
    let folder = &folders()[0];
    let expected = Expected::read(folder);
    let book = codebook(&expected.labels);
    let model = open(folder);
    let error = NliScorer::new(&book, model, "About it.", true)
        .err()
        .expect("must fail");
    assert!(matches!(error, ThemeError::Template(_)));
    assert!(
        error.to_string().contains("This text is about {}."),
        "{error}"
    );
}
