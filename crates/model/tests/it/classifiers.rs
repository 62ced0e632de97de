//! Each classifier against transformers, on small models with random weights that
//! `scripts/peers/classifiers` makes.

use std::path::{Path, PathBuf};

use model::{Backend, ModelError, NliModel, NliSettings, PairLogits, Precision};
use serde::Deserialize;
use serde_json::{Value, json};

/// Fixtures of types that the packed encoder runs, in each precision.
const ENCODERS: [&str; 6] = [
    "bert",
    "roberta",
    "xlm-roberta",
    "distilbert",
    "albert",
    "mpnet",
];

/// Fixtures of the other types.
const OTHERS: [&str; 6] = [
    "deberta-v2",
    "deberta-v2-convolution",
    "deberta",
    "bart",
    "xlnet",
    "mobilebert",
];

fn kinds() -> impl Iterator<Item = &'static str> {
    ENCODERS.into_iter().chain(OTHERS)
}

const ORDERS: [&str; 4] = [
    "contradiction-neutral-entailment",
    "contradiction-entailment-neutral",
    "entailment-neutral-contradiction",
    "entailment-not_entailment",
];

#[derive(Deserialize)]
struct Expected {
    template: String,
    labels: Vec<String>,
    premises: Vec<String>,
    logits: Vec<Vec<Vec<f32>>>,
}

fn folder(kind: &str, order: &str) -> PathBuf {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/classifiers");
    fixtures.join(kind).join(order)
}

fn expected(folder: &Path) -> Expected {
    let written = fs_err::read(folder.join("expected.json")).expect("a fixture");
    serde_json::from_slice(&written).expect("JSON")
}

fn hypotheses(expected: &Expected) -> Vec<String> {
    let fill = |label| expected.template.replace("{}", label);
    expected.labels.iter().map(|label| fill(label)).collect()
}

fn open(folder: &Path, settings: &NliSettings) -> NliModel {
    NliModel::open(folder, settings).unwrap_or_else(|e| panic!("{}: {e}", folder.display()))
}

/// Logits of all premises with all hypotheses, premise by premise.
fn logits(model: &mut NliModel, premises: &[String], hypotheses: &[String]) -> PairLogits {
    let premises: Vec<&str> = premises.iter().map(String::as_str).collect();
    let hypotheses: Vec<&str> = hypotheses.iter().map(String::as_str).collect();
    let pairs: Vec<(u32, u32)> = (0..premises.len() as u32)
        .flat_map(|premise| (0..hypotheses.len() as u32).map(move |other| (premise, other)))
        .collect();
    model
        .logits(&premises, &hypotheses, &pairs, &mut |_| {})
        .expect("pairs score")
}

fn rows(found: &PairLogits) -> Vec<Vec<f32>> {
    (0..found.len())
        .flat_map(|pair| found.windows(pair).map(|(logits, _)| logits.to_vec()))
        .collect()
}

/// Both sides sum in 32 bits, in different orders; logits reach some tens.
#[test]
fn logits_are_those_of_transformers_for_each_architecture_and_order_of_classes() {
    for kind in kinds() {
        for order in ORDERS {
            let folder = folder(kind, order);
            let expected = expected(&folder);
            let mut model = open(&folder, &NliSettings::default());
            assert_eq!(model.running().backend, Backend::Packed);
            let found = rows(&logits(
                &mut model,
                &expected.premises,
                &hypotheses(&expected),
            ));
            let expected: Vec<&Vec<f32>> = expected.logits.iter().flatten().collect();
            assert_eq!(found.len(), expected.len(), "{kind} {order}");
            for (pair, (found, expected)) in found.iter().zip(expected).enumerate() {
                assert_eq!(found.len(), expected.len(), "{kind} {order}");
                for (a, b) in found.iter().zip(expected) {
                    assert!(
                        (a - b).abs() <= 1e-4,
                        "{kind} {order}, pair {pair}: {found:?} is not {expected:?}"
                    );
                }
            }
        }
    }
}

/// The trap: a reader that takes the last class for entailment and the first for contradiction, as
/// was usual once, ranks by neutrality or by contradiction wherever the classes stand otherwise,
/// and says nothing.
#[test]
fn the_order_of_classes_changes_no_ranking() {
    for kind in kinds() {
        let mut all = Vec::new();
        for order in ORDERS {
            let folder = folder(kind, order);
            let expected = expected(&folder);
            let mut model = open(&folder, &NliSettings::default());
            let labels = *model.labels();
            let found = rows(&logits(
                &mut model,
                &expected.premises,
                &hypotheses(&expected),
            ));
            let entailment: Vec<f32> = found.iter().map(|row| row[labels.entailment]).collect();
            let against: Vec<f32> = found
                .iter()
                .map(|row| row[labels.entailment] - row[labels.contradiction])
                .collect();
            all.push((ranking(&entailment), ranking(&against)));

            let is_usual = order == ORDERS[0];
            let last: Vec<f32> = found.iter().filter_map(|row| row.last().copied()).collect();
            assert_eq!(
                ranking(&last) == ranking(&entailment),
                is_usual,
                "{kind} {order}"
            );
        }
        assert!(all.iter().all(|ranked| *ranked == all[0]), "{kind}");
    }
}

fn ranking(scores: &[f32]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]));
    order
}

#[test]
fn neither_company_nor_budget_nor_replicas_change_a_bit() {
    for kind in kinds() {
        let folder = folder(kind, ORDERS[0]);
        let expected = expected(&folder);
        let hypotheses = hypotheses(&expected);
        let precisions: &[Precision] = if ENCODERS.contains(&kind) {
            &[Precision::F32, Precision::Int16, Precision::Bf16]
        } else {
            &[Precision::F32]
        };
        for &precision in precisions {
            let open = |replicas, token_budget| {
                let settings = NliSettings {
                    replicas,
                    token_budget,
                    precision,
                };
                open(&folder, &settings)
            };
            let whole = logits(&mut open(1, 4096), &expected.premises, &hypotheses);
            for (replicas, budget) in [(2, 300), (3, 1)] {
                let found = logits(&mut open(replicas, budget), &expected.premises, &hypotheses);
                assert_eq!(found, whole, "{kind} {precision:?} {replicas} {budget}");
            }
            let last = expected.premises.len() - 1;
            let alone = logits(
                &mut open(1, 4096),
                &expected.premises[last..],
                &hypotheses[..1],
            );
            let pair = last * hypotheses.len();
            assert!(
                alone.windows(0).eq(whole.windows(pair)),
                "{kind} {precision:?}"
            );
        }
    }
}

/// Transformers cuts such a premise off.
#[test]
fn a_premise_over_the_limit_is_scored_in_windows() {
    let folder = folder("bert", ORDERS[0]);
    let mut model = open(&folder, &NliSettings::default());
    let long = "The river is wide and the road is long. ".repeat(20);
    let short = "The river is wide.".to_owned();
    let texts = [long, short];
    let found = logits(&mut model, &texts, &["Water".to_owned()]);
    let windows: Vec<u32> = found.windows(0).map(|(_, subwords)| subwords).collect();
    assert!(windows.len() > 1, "{windows:?}");
    let most = model.max_length() as u32;
    assert!(
        windows.iter().all(|&subwords| subwords < most),
        "{windows:?}"
    );
    // Longer hypotheses move the cuts, and lose nothing.
    let all: u32 = windows.iter().sum();
    let again = logits(&mut model, &texts[..1], &["Water and land".to_owned()]);
    assert_eq!(
        all,
        again.windows(0).map(|(_, subwords)| subwords).sum::<u32>()
    );
    assert_eq!(found.windows(1).count(), 1);
}

/// What is told of a fixture whose configuration says other things.
#[track_caller]
fn refused(kind: &str, changes: &Value) -> String {
    let home = tempfile::tempdir().expect("a folder");
    for entry in fs_err::read_dir(folder(kind, ORDERS[0])).expect("a fixture") {
        let entry = entry.expect("a file");
        fs_err::copy(entry.path(), home.path().join(entry.file_name())).expect("copied");
    }
    let path = home.path().join("config.json");
    let mut config: Value =
        serde_json::from_slice(&fs_err::read(&path).expect("a file")).expect("JSON");
    for (key, value) in changes.as_object().expect("an object") {
        config[key] = value.clone();
    }
    fs_err::write(&path, config.to_string()).expect("written");
    let error = NliModel::open(home.path(), &NliSettings::default())
        .err()
        .expect("must fail");
    assert!(matches!(error, ModelError::Layout { .. }), "{error}");
    error.to_string()
}

#[test]
fn a_folder_that_can_not_say_what_entails_is_refused() {
    let told = refused(
        "bert",
        &json!({
            "id2label": {"0": "LABEL_0", "1": "LABEL_1", "2": "LABEL_2"},
            "label2id": {"LABEL_0": 0, "LABEL_1": 1, "LABEL_2": 2},
        }),
    );
    assert!(
        told.contains("config.json") && told.contains("set id2label"),
        "{told}"
    );
}

#[test]
fn a_type_that_is_not_run_is_refused_with_those_that_are() {
    let told = refused("bert", &json!({"model_type": "t5"}));
    assert!(
        told.contains("'t5'") && told.contains("roberta") && told.contains("deberta-v2"),
        "{told}"
    );
}

#[test]
fn what_is_not_run_in_other_precisions_says_so() {
    for kind in OTHERS {
        for precision in [Precision::Int16, Precision::Bf16] {
            let settings = NliSettings {
                precision,
                ..NliSettings::default()
            };
            let error = NliModel::open(&folder(kind, ORDERS[0]), &settings)
                .err()
                .expect("must fail");
            assert!(matches!(error, ModelError::Unsupported { .. }), "{error}");
            assert!(error.to_string().contains("f32"), "{error}");
        }
    }
}

#[test]
fn a_configuration_that_asks_for_what_is_not_computed_is_refused_by_its_key() {
    for (kind, key, value) in [
        ("deberta-v2", "hidden_act", json!("mish")),
        ("deberta-v2", "pooler_hidden_act", json!("mish")),
        ("deberta-v2", "pooler_hidden_size", json!(8)),
        ("deberta-v2", "num_attention_heads", json!(3)),
        ("deberta-v2-convolution", "conv_groups", json!(2)),
        ("deberta-v2-convolution", "conv_kernel_size", json!(4)),
        ("deberta", "talking_head", json!(true)),
        ("bart", "activation_function", json!("mish")),
        ("bart", "decoder_attention_heads", json!(0)),
        ("mobilebert", "normalization_type", json!("batch_norm")),
        ("mobilebert", "key_query_shared_bottleneck", json!(false)),
        ("xlnet", "attn_type", json!("uni")),
        ("xlnet", "bi_data", json!(true)),
        ("xlnet", "summary_type", json!("mean")),
        ("xlnet", "summary_use_proj", json!(false)),
    ] {
        let told = refused(kind, &json!({key: value}));
        assert!(told.contains("config.json") && told.contains(key), "{told}");
    }
}

#[test]
fn weights_of_another_shape_are_refused_by_their_name() {
    for (kind, key, value, name) in [
        (
            "deberta-v2",
            "position_buckets",
            json!(16),
            "rel_embeddings",
        ),
        ("deberta-v2", "share_att_key", json!(false), "pos_key_proj"),
        (
            "deberta-v2",
            "position_biased_input",
            json!(true),
            "position_embeddings",
        ),
        (
            "deberta",
            "type_vocab_size",
            json!(2),
            "token_type_embeddings",
        ),
        ("bart", "encoder_ffn_dim", json!(32), "fc1"),
        ("bart", "tie_word_embeddings", json!(false), "embed_tokens"),
        ("mobilebert", "num_feedforward_networks", json!(3), "ffn.1"),
        (
            "mobilebert",
            "trigram_input",
            json!(false),
            "embedding_transformation",
        ),
        ("xlnet", "d_inner", json!(32), "layer_1"),
    ] {
        let told = refused(kind, &json!({key: value}));
        assert!(told.contains("tensor") && told.contains(name), "{told}");
    }
}
