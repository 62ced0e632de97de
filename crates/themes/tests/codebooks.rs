//! The codebooks that come with the program.

use std::collections::BTreeSet;

use themes::Codebook;

const SHIPPED: [(&str, usize, &str); 4] = [
    (
        "qiushi",
        24,
        include_str!("../../../models/codebooks/qiushi.toml"),
    ),
    (
        "cap-21",
        21,
        include_str!("../../../models/codebooks/cap-21.toml"),
    ),
    (
        "manifesto-7",
        7,
        include_str!("../../../models/codebooks/manifesto-7.toml"),
    ),
    (
        "ag-news",
        4,
        include_str!("../../../models/codebooks/ag-news.toml"),
    ),
];

#[test]
fn each_is_valid_and_no_phrasing_stands_twice() {
    for (name, themes, contents) in SHIPPED {
        let codebook = Codebook::parse(contents, name).expect("valid");
        assert_eq!(codebook.name, name);
        assert_eq!(codebook.themes.len(), themes, "{name}");
        let mut seen = BTreeSet::new();
        for theme in &codebook.themes {
            assert!(theme.phrasings().count() >= 15, "{name}, {}", theme.id);
            for phrasing in theme.phrasings() {
                assert!(seen.insert(phrasing.to_lowercase()), "{name}: {phrasing}");
            }
        }
    }
}

#[test]
fn labels_of_the_projects_that_they_follow_are_known() {
    let known = |book: usize, label: &str| {
        let (name, _, contents) = SHIPPED[book];
        let codebook = Codebook::parse(contents, name).expect("valid");
        let theme = codebook.theme_of_label(label)?;
        Some(codebook.themes[theme].id.clone())
    };
    assert_eq!(known(1, "Law and Crime").as_deref(), Some("law-crime"));
    assert_eq!(known(1, "12").as_deref(), Some("law-crime"));
    assert_eq!(known(1, "Other"), None);
    let welfare = known(2, "Welfare and Quality of Life");
    assert_eq!(welfare.as_deref(), Some("welfare-quality-of-life"));
    assert_eq!(known(3, "Sci/Tech").as_deref(), Some("sci-tech"));
}
