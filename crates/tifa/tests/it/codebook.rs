//! `tifa themes check`: a codebook whose themes can't be told apart is told so, and shown at work.

use crate::util::{Dir, rows};

const ARTICLE: &str =
    "The river of the north. School of the east. North of the river. The northeast.";

/// A codebook of themes that stand for a word each.
fn book(themes: &[(&str, &str)]) -> String {
    let head =
        "name = 'words'\nversion = '1'\nlanguage = 'en'\ndescription = 'Words'\nnone_below = 0.2\n";
    let of_theme = |(id, word): &(&str, &str)| {
        format!(
            "[[theme]]\nid = '{id}'\nname = '{id}'\ndescription = '{word}'\nexamples = ['{word}']\n"
        )
    };
    [head.to_owned()]
        .into_iter()
        .chain(themes.iter().map(of_theme))
        .collect()
}

#[test]
fn themes_that_say_the_same_are_told_without_any_article() {
    let dir = Dir::new();
    let (river, school) = (("rivers", "river"), ("schools", "school"));
    dir.with_tiny()
        .file("two.toml", book(&[river, school]))
        .file("three.toml", book(&[river, school, ("streams", "river")]));
    dir.tifa_tiny("themes check --model tiny --codebook ./two.toml")
        .exits(0)
        .prints(&["codebook: words 1, 2 themes, 0 overlaps"]);
    dir.tifa_tiny("themes check --model tiny --codebook ./three.toml")
        .exits(0)
        .prints(&[
            "3 themes, 1 overlap",
            "themes 'rivers' and 'streams' say the same",
        ]);
    assert!(!dir.join("results").exists());
}

#[test]
fn a_corpus_shows_what_each_theme_finds() {
    let dir = Dir::new();
    let themes = [
        ("rivers", "river"),
        ("schools", "school"),
        ("streams", "river"),
    ];
    dir.with_tiny()
        .file("three.toml", book(&themes))
        .file("articles/one.txt", format!("A title\n\n{ARTICLE}"));
    dir.tifa_tiny("themes check articles --model tiny --codebook ./three.toml --out out")
        .exits(0)
        .tells(&["'rivers' and 'streams' say the same"])
        .prints(&["schools (", "  typical   School of the east."]);
    let overlaps = rows(&dir.join("out/overlap.csv"));
    let warned: Vec<_> = (overlaps.iter())
        .map(|row| {
            (
                row["theme"].as_str(),
                row["other_theme"].as_str(),
                row["warning"].as_str(),
            )
        })
        .collect();
    assert_eq!(
        warned,
        [
            ("rivers", "schools", ""),
            ("rivers", "streams", "identical"),
            ("schools", "streams", "")
        ]
    );
    let written = fs_err::read_to_string(dir.join("articles/one.txt")).expect("there");
    let typical = rows(&dir.join("out/typical.csv"));
    assert!(!typical.is_empty());
    for row in &typical {
        let offset = |column: &str| row[column].parse::<usize>().expect("an offset");
        assert_eq!(written[offset("start")..offset("end")], row["text"]);
        assert_ne!(row["theme"], row["second_theme"]);
        assert!(row["margin"].parse::<f64>().expect("a number") >= 0.0);
    }
}
