//! The tokenizer is the file's, its padding and truncation are not.

use model::Subwords;

fn subwords(max_length: usize) -> Subwords {
    Subwords::read(&crate::card().path_of("tokenizer.json"), max_length)
        .expect("the tokenizer reads")
}

#[test]
fn subwords_cut_the_text_they_stand_for() {
    let text = "Qiushi’s 提法: “reform and opening up” (2013-2016).";
    for subword in subwords(256).tokenize(text).expect("tokens") {
        let cut = text[subword.start..subword.end].to_lowercase();
        // The vocabulary lacks the character, and its place is kept all the same.
        let expected = if subword.piece == "[UNK]" {
            "提"
        } else {
            subword.piece.trim_start_matches("##")
        };
        assert_eq!(cut, expected, "{subword:?}");
    }
}

/// The file asks for truncation at 128 and for padding.
#[test]
fn neither_padding_nor_truncation_is_inherited() {
    let words = "river ".repeat(200);
    let windows = subwords(256).windows(&words).expect("tokens");
    assert_eq!(windows.len(), 1);
    assert_eq!(windows[0].ids.len(), 202);
    assert_eq!(
        subwords(256).windows("river").expect("tokens")[0].ids.len(),
        3
    );
}

#[test]
fn windows_hold_every_subword_once_and_break_between_words() {
    let words = "countryside revitalization ".repeat(100);
    let whole = subwords(100_000).windows(&words).expect("tokens");
    let cut = subwords(64).windows(&words).expect("tokens");
    let body = |ids: &[u32]| ids[1..ids.len() - 1].to_vec();
    assert_eq!(
        cut.iter().flat_map(|w| body(&w.ids)).collect::<Vec<_>>(),
        body(&whole[0].ids)
    );
    assert!(cut.iter().all(|window| window.ids.len() <= 64));
    let tokens = subwords(64).tokenize(&words).expect("tokens");
    let mut at = 0;
    for window in &cut {
        assert!(
            !tokens[at].piece.starts_with("##"),
            "a window begins inside a word"
        );
        at += window.subwords;
    }
}
