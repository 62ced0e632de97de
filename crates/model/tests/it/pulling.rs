//! Weights that are not what the card says are never used.

use model::{FileState, ModelError};

/// A copy of the card with the real small files and a stand-in for the large one.
fn copied(weights: &[u8]) -> (tempfile::TempDir, model::Card) {
    let home = tempfile::tempdir().expect("a folder");
    let real = crate::card();
    let dir = home.path().join(&real.name);
    fs_err::create_dir_all(dir.join("weights")).expect("a folder");
    fs_err::copy(real.dir.join("card.toml"), dir.join("card.toml")).expect("a card");
    for file in ["config.json", "tokenizer.json"] {
        fs_err::copy(real.path_of(file), dir.join("weights").join(file)).expect("a file");
    }
    if !weights.is_empty() {
        fs_err::write(dir.join("weights/model.safetensors"), weights).expect("a file");
    }
    let card = model::find(home.path(), &real.name).expect("a card");
    (home, card)
}

#[test]
fn missing_weights_are_told_with_their_remedy() {
    let (_home, card) = copied(&[]);
    let error = model::require(&card).expect_err("must fail");
    assert!(matches!(error, ModelError::MissingWeights { .. }));
    let said = error.to_string();
    assert!(
        said.contains("model.safetensors") && said.contains("tifa models pull all-MiniLM-L6-v2"),
        "{said}"
    );
}

#[test]
fn corrupted_weights_are_told_by_size_or_hash() {
    let (_home, card) = copied(b"not a model");
    let states = model::inspect(&card).expect("readable");
    assert_eq!(states[0].1, FileState::Good);
    assert!(
        matches!(&states[2].1, FileState::Corrupted(what) if what.contains("11 bytes, not 90868376"))
    );
    let (_home, card) = copied(&vec![0; 90_868_376]);
    let said = model::require(&card).expect_err("must fail").to_string();
    assert!(
        said.contains("corrupted (sha256") && said.contains("tifa models pull"),
        "{said}"
    );
}

#[test]
fn an_unknown_model_is_told_with_those_there_are() {
    let said = model::find(crate::models(), "gpt-9")
        .expect_err("must fail")
        .to_string();
    assert!(
        said.contains("no model named 'gpt-9'") && said.contains("all-MiniLM-L6-v2"),
        "{said}"
    );
}
