//! A folder says how its model is run. The folders are small random models, one for each
//! architecture, written by the libraries themselves; see `scripts/peers`.

use std::path::{Path, PathBuf};

use model::{Activation, Architecture, Layout, ModelError, Pooling, Subwords};
use serde_json::{Value, json};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/architectures")
        .join(name)
}

fn layout(name: &str) -> Layout {
    Layout::read(&folder(name)).expect("the folder reads")
}

/// A copy of a folder with keys of one file changed; a null removes its key.
fn changed(name: &str, file: &str, keys: &Value) -> tempfile::TempDir {
    let home = tempfile::tempdir().expect("a folder");
    for entry in walkdir(&folder(name)) {
        let to = home
            .path()
            .join(entry.strip_prefix(folder(name)).expect("it lies inside"));
        fs_err::create_dir_all(to.parent().expect("a file has a folder")).expect("a folder");
        fs_err::copy(&entry, to).expect("a file");
    }
    let path = home.path().join(file);
    let mut written: Value = match fs_err::read(&path) {
        Ok(bytes) => serde_json::from_slice(&bytes).expect("JSON"),
        Err(_) => json!({}),
    };
    if let Some(keys) = keys.as_object() {
        for (key, value) in keys {
            if value.is_null() {
                written
                    .as_object_mut()
                    .expect("an object")
                    .shift_remove(key);
            } else {
                written[key] = value.clone();
            }
        }
    } else {
        written = keys.clone();
    }
    fs_err::write(&path, written.to_string()).expect("a file");
    home
}

fn walkdir(dir: &Path) -> Vec<PathBuf> {
    fs_err::read_dir(dir)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .flat_map(|path| {
            if path.is_dir() {
                walkdir(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}

#[test]
fn each_architecture_is_read_whatever_it_calls_its_sizes() {
    use Architecture::{Albert, Bert, DistilBert, Mpnet, Roberta, XlmRoberta};
    // name, architecture, layers, heads, hidden, inside, positions before the first, length, dimensions
    let table = [
        ("bert", Bert, 2, 4, 48, 64, 0, 72, 48),
        ("bert-bin", Bert, 2, 4, 32, 52, 0, 64, 32),
        ("bert-f16", Bert, 2, 4, 32, 52, 0, 64, 32),
        ("roberta", Roberta, 2, 2, 64, 64, 2, 78, 40),
        ("xlm-roberta", XlmRoberta, 3, 2, 32, 64, 2, 76, 32),
        ("distilbert", DistilBert, 2, 5, 40, 72, 0, 64, 40),
        ("albert", Albert, 3, 4, 48, 96, 0, 70, 56),
        ("mpnet", Mpnet, 2, 6, 48, 64, 2, 75, 48),
    ];
    for (name, architecture, layers, heads, hidden, inside, offset, length, dimensions) in table {
        let found = layout(name);
        let hyper = &found.hyper;
        assert_eq!(found.architecture, architecture, "{name}");
        assert_eq!(
            (hyper.layers, hyper.heads, hyper.hidden, hyper.intermediate),
            (layers, heads, hidden, inside),
            "{name}"
        );
        assert_eq!(hyper.position_offset, offset, "{name}");
        assert_eq!(found.max_length, length, "{name}");
        assert_eq!(found.dimensions, dimensions, "{name}");
    }
    let albert = layout("albert").hyper;
    assert_eq!(
        (albert.embedding, albert.layer_groups, albert.layers_a_group),
        (24, 1, 1)
    );
    assert_eq!(layout("mpnet").hyper.relative_buckets, 32);
    let types = |name| layout(name).hyper.token_types;
    assert_eq!(
        ["bert", "roberta", "distilbert", "mpnet"].map(types),
        [2, 1, 0, 0]
    );
    let act = |name| layout(name).hyper.activation;
    assert_eq!(act("albert"), Activation::GeluTanh);
    assert_eq!(act("xlm-roberta"), Activation::Relu);
    assert_eq!(act("distilbert"), Activation::Gelu);
    let epsilon = |name| format!("{:e}", layout(name).hyper.norm_epsilon);
    assert_eq!(["distilbert", "mpnet"].map(epsilon), ["1e-12", "1e-5"]);
}

#[test]
fn what_follows_the_network_is_read() {
    let after = |name| {
        let found = layout(name);
        (found.pooling, found.dense.len(), found.normalize)
    };
    assert_eq!(after("bert"), (Pooling::Mean, 0, true));
    assert_eq!(after("bert-bin"), (Pooling::Mean, 0, false));
    assert_eq!(after("roberta"), (Pooling::Cls, 1, false));
    assert_eq!(after("distilbert"), (Pooling::MeanSqrtLen, 0, false));
    assert_eq!(after("albert"), (Pooling::Max, 1, true));
    let found = layout("xlm-roberta");
    assert_eq!(found.prompts["query"], "query: ");
    assert_eq!(found.default_prompt.as_deref(), Some("passage"));
}

/// `token_ids.json` has what sentence-transformers gives to the network.
#[test]
fn the_network_gets_the_ids_that_it_gets_from_its_own_library() {
    for name in [
        "bert",
        "bert-bin",
        "bert-f16",
        "roberta",
        "xlm-roberta",
        "distilbert",
        "albert",
        "mpnet",
    ] {
        let card = model::from_folder(&folder(name)).expect("the folder reads");
        let layout = card.layout().expect("the folder reads");
        let subwords = Subwords::of(&card).expect("the tokenizer reads");
        let prompt = layout
            .default_prompt
            .map_or("", |prompt| &layout.prompts[&prompt]);
        let read = |file| fs_err::read(card.path_of(file)).expect("a fixture");
        let texts: Vec<String> = serde_json::from_slice(&read("texts.json")).expect("a fixture");
        let ids: Vec<Vec<u32>> =
            serde_json::from_slice(&read("token_ids.json")).expect("a fixture");
        assert_eq!(texts.len(), ids.len());
        for (text, ids) in texts.iter().zip(ids) {
            let windows = subwords
                .windows(&[prompt, text].concat())
                .expect("the text is tokenized");
            assert_eq!(windows.len(), 1, "{name}: {text:?}");
            assert_eq!(windows[0].ids, ids, "{name}: {text:?}");
        }
    }
}

#[test]
fn offsets_are_those_of_the_text_where_it_is_trimmed_and_lowered() {
    let card = model::from_folder(&folder("distilbert")).expect("the folder reads");
    assert!(card.lower_case);
    let text = "\n İSTANBUL and the RIVER ";
    let tokens = Subwords::of(&card)
        .and_then(|subwords| subwords.tokenize(text))
        .expect("tokens");
    let cut: String = tokens.iter().map(|t| &text[t.start..t.end]).collect();
    assert!(cut.ends_with("RIVER"), "{cut}");
    assert_eq!(tokens.last().map(|t| t.end), Some(text.len() - 1));
}

#[test]
fn a_folder_without_modules_is_the_mean_without_normalization() {
    let home = changed("bert", "config.json", &json!({}));
    for file in [
        "modules.json",
        "sentence_bert_config.json",
        "tokenizer_config.json",
    ] {
        fs_err::remove_file(home.path().join(file)).expect("it was there");
    }
    let found = Layout::read(home.path()).expect("the folder reads");
    assert_eq!(
        (found.pooling, found.normalize, found.max_length),
        (Pooling::Mean, false, 80)
    );
}

#[test]
fn a_limit_is_never_more_than_the_positions_allow() {
    let asked = |keys| {
        let home = changed("roberta", "sentence_bert_config.json", &keys);
        Layout::read(home.path()).expect("it reads").max_length
    };
    assert_eq!(asked(json!({"max_seq_length": 512})), 78);
    assert_eq!(asked(json!({"max_seq_length": 20})), 20);
    let home = changed(
        "roberta",
        "tokenizer_config.json",
        &json!({"model_max_length": 1e30}),
    );
    fs_err::remove_file(home.path().join("sentence_bert_config.json")).expect("it was there");
    assert_eq!(Layout::read(home.path()).expect("it reads").max_length, 78);
}

#[test]
fn the_newer_ways_to_write_a_pooling_are_read() {
    for keys in [
        json!({"embedding_dimension": 48, "pooling_mode": "max"}),
        json!({"embedding_dimension": 48, "pooling_mode": ["max"]}),
    ] {
        let home = changed("bert", "1_Pooling/config.json", &Value::Array(vec![]));
        fs_err::write(home.path().join("1_Pooling/config.json"), keys.to_string()).expect("a file");
        let found = Layout::read(home.path()).expect("it reads");
        assert_eq!(found.pooling, Pooling::Max);
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table of cases")]
fn what_is_not_supported_is_refused_with_its_file_and_name() {
    let module = |kind: &str| json!({"path": "9_Other", "type": format!("sentence_transformers.models.{kind}")});
    let transformer = json!({"path": "", "type": "sentence_transformers.models.Transformer"});
    let cases = [
        (
            "config.json",
            json!({"model_type": "t5"}),
            "'t5' is not known; known: bert, roberta, xlm-roberta, distilbert, albert, mpnet, model2vec",
        ),
        (
            // It runs as a classifier, and embeds nothing.
            "config.json",
            json!({"model_type": "deberta-v2"}),
            "'deberta-v2' is not known; known: bert, ",
        ),
        (
            "config.json",
            json!({"model_type": null}),
            "names no model_type",
        ),
        (
            "config.json",
            json!({"hidden_act": "swish"}),
            "hidden_act 'swish' is not supported; supported: gelu",
        ),
        (
            "config.json",
            json!({"position_embedding_type": "relative_key"}),
            "'relative_key' is not supported",
        ),
        (
            "config.json",
            json!({"is_decoder": true}),
            "is_decoder is set",
        ),
        (
            "config.json",
            json!({"num_attention_heads": 5}),
            "5 heads can't share 48 values",
        ),
        (
            "config.json",
            json!({"hidden_size": null}),
            "hidden_size is missing",
        ),
        (
            "config.json",
            json!({"hidden_size": -3}),
            "hidden_size is -3, not a count",
        ),
        (
            "1_Pooling/config.json",
            json!({"pooling_mode_max_tokens": true}),
            "it joins several poolings",
        ),
        (
            "1_Pooling/config.json",
            json!({"pooling_mode_mean_tokens": false}),
            "no way of pooling is chosen",
        ),
        (
            "1_Pooling/config.json",
            json!({"pooling_mode_mean_tokens": false, "pooling_mode_weightedmean_tokens": true}),
            "'weightedmean' is not supported",
        ),
        (
            "1_Pooling/config.json",
            json!({"pooling_mode_mean_tokens": false, "pooling_mode_lasttoken": true}),
            "'lasttoken' is not supported",
        ),
        (
            "1_Pooling/config.json",
            json!({"include_prompt": false}),
            "include_prompt is false",
        ),
        (
            "1_Pooling/config.json",
            json!({"word_embedding_dimension": 7}),
            "it pools vectors of 7, the network gives 48",
        ),
        ("modules.json", json!([transformer]), "it has no Pooling"),
        ("modules.json", json!([]), "it has no Pooling"),
        (
            "modules.json",
            json!([transformer, module("WeightedLayerPooling")]),
            "module 1 is WeightedLayerPooling",
        ),
        (
            "modules.json",
            json!([transformer, module("Normalize")]),
            "module 1 is Normalize",
        ),
        (
            "modules.json",
            json!([{"path": "0_Transformer", "type": "sentence_transformers.models.Transformer"}]),
            "the network lies in '0_Transformer'",
        ),
        (
            "config_sentence_transformers.json",
            json!({"default_prompt_name": "query"}),
            "no prompt has this name",
        ),
    ];
    for (file, keys, expected) in cases {
        let home = changed("bert", file, &keys);
        let error = Layout::read(home.path()).expect_err(expected);
        let said = error.to_string();
        assert!(
            matches!(error, ModelError::Layout { .. })
                && said.contains(file)
                && said.contains(expected),
            "{said}"
        );
    }
    let cases = [
        (
            json!({"activation_function": "torch.nn.modules.activation.Hardtanh"}),
            "Hardtanh' is not supported; supported: Identity",
        ),
        (json!({"in_features": 5}), "it takes vectors of 5"),
        (
            json!({"out_features": 41}),
            "tensor 'linear.weight' has shape [40, 64], and [41, 64] is needed",
        ),
        (
            json!({"module_input_name": "token_embeddings"}),
            "over 'token_embeddings'",
        ),
    ];
    for (keys, expected) in cases {
        let home = changed("roberta", "2_Dense/config.json", &keys);
        let said = Layout::read(home.path()).expect_err(expected).to_string();
        assert!(
            said.contains("2_Dense") && said.contains(expected),
            "{said}"
        );
    }
}

#[test]
fn a_folder_is_found_by_its_path_and_lists_the_files_it_uses() {
    let path = folder("roberta");
    let card = model::find(crate::models(), path.to_str().expect("UTF-8")).expect("a model");
    assert_eq!(
        (card.name.as_str(), card.source.is_none()),
        ("roberta", true)
    );
    let mut used: Vec<&str> = card.files.iter().map(|file| file.path.as_str()).collect();
    used.sort_unstable();
    assert_eq!(
        used,
        [
            "1_Pooling/config.json",
            "2_Dense/config.json",
            "2_Dense/model.safetensors",
            "config.json",
            "config_sentence_transformers.json",
            "model.safetensors",
            "modules.json",
            "sentence_bert_config.json",
            "tokenizer.json"
        ]
    );
    model::require(&card).expect("they are what the card says");
}

#[test]
fn a_folder_that_lacks_a_file_is_told_which() {
    for file in ["config.json", "tokenizer.json", "model.safetensors"] {
        let home = changed("bert", "config.json", &json!({}));
        fs_err::remove_file(home.path().join(file)).expect("it was there");
        let said = model::from_folder(home.path())
            .expect_err("must fail")
            .to_string();
        assert!(said.contains(file) && said.contains("missing"), "{said}");
    }
}

#[test]
fn a_file_that_changed_since_its_card_was_made_is_not_used() {
    let home = changed("bert", "config.json", &json!({}));
    let card = model::from_folder(home.path()).expect("a model");
    card.layout().expect("unchanged");
    fs_err::write(card.path_of("1_Pooling/config.json"), "{}").expect("a file");
    assert!(matches!(card.layout(), Err(ModelError::Corrupted { .. })));
}

#[test]
fn the_committed_card_and_its_files_are_of_one_model() {
    let layout = crate::card().layout().expect("the files are the card's");
    assert_eq!(layout.architecture, Architecture::Bert);
    assert_eq!((layout.max_length, layout.dimensions), (256, 384));
    assert!(layout.normalize && layout.dense.is_empty() && layout.prompts.is_empty());
    let mut other = crate::card();
    other.dimensions = 400;
    let said = other.layout().expect_err("must fail").to_string();
    assert!(said.contains("dimensions 384, the card says 400"), "{said}");
    let mut other = crate::card();
    other.max_length = 600;
    let said = other.layout().expect_err("must fail").to_string();
    assert!(said.contains("a limit of 512, the card says 600"), "{said}");
}
