//! Codebooks: themes with their names, descriptions and example phrasings, in TOML.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

/// A set of themes to look for.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Codebook {
    /// Its name.
    pub name: String,
    /// Its version: results of different versions don't compare.
    pub version: String,
    /// Language of the phrasings, ISO 639-1.
    pub language: String,
    /// What it is for.
    pub description: String,
    /// Score under which a unit is none of these.
    pub none_below: f32,
    /// The themes, in the order used in all tables.
    #[serde(rename = "theme")]
    pub themes: Vec<Theme>,
}

/// A theme.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Theme {
    /// Name used in tables: small letters, digits and hyphens.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Other names under which labelled data know it.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// What counts as this theme.
    pub description: String,
    /// Sentences typical of it.
    pub examples: Vec<String>,
    /// Noun phrases that name what it covers.
    #[serde(default)]
    pub phrases: Vec<String>,
    /// Words, and words in a row, that tell it, with the wildcards `*` and `?`.
    #[serde(default)]
    pub lexicon: Vec<String>,
}

impl Theme {
    /// Its examples, then its phrases.
    pub fn phrasings(&self) -> impl Iterator<Item = &str> {
        self.examples
            .iter()
            .chain(&self.phrases)
            .map(String::as_str)
    }

    /// All that a label may call it.
    fn names(&self) -> impl Iterator<Item = String> {
        [&self.id, &self.name]
            .into_iter()
            .chain(&self.aliases)
            .map(|name| plain(name))
    }
}

fn plain(label: &str) -> String {
    label.trim().to_lowercase()
}

/// A codebook that can't be used.
#[derive(Debug, thiserror::Error)]
#[error("codebook {origin}: {what}")]
pub struct CodebookError {
    origin: String,
    what: String,
}

impl Codebook {
    /// Reads a codebook from TOML. `origin` names it in errors.
    ///
    /// # Errors
    /// Says which line or theme is wrong, and how.
    pub fn parse(toml: &str, origin: &str) -> Result<Self, CodebookError> {
        let wrong = |what: String| CodebookError {
            origin: origin.to_owned(),
            what,
        };
        let codebook: Self = toml::from_str(toml).map_err(|e| wrong(e.to_string()))?;
        codebook.check().map_err(wrong)?;
        Ok(codebook)
    }

    fn check(&self) -> Result<(), String> {
        if self.themes.len() < 2 {
            return Err("at least two [[theme]] entries are needed".into());
        }
        if !(-1.0..=1.0).contains(&self.none_below) {
            return Err(format!(
                "none_below is {}, and must lie between -1 and 1",
                self.none_below
            ));
        }
        let mut seen = BTreeSet::new();
        for theme in &self.themes {
            let id = &theme.id;
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            if id.is_empty() || !id.chars().all(plain) {
                return Err(format!(
                    "theme id '{id}' must be small letters, digits and hyphens"
                ));
            }
            if id == crate::NONE {
                return Err(format!(
                    "theme id '{id}' is kept for units that fit no theme"
                ));
            }
            if !seen.insert(id) {
                return Err(format!("theme id '{id}' stands twice"));
            }
            if theme.name.trim().is_empty() || theme.description.trim().is_empty() {
                return Err(format!("theme '{id}' needs a name and a description"));
            }
            if theme.phrasings().any(|phrasing| phrasing.trim().is_empty()) {
                return Err(format!("theme '{id}' has an empty example or phrase"));
            }
        }
        self.check_names()
    }

    /// No label may mean two themes.
    fn check_names(&self) -> Result<(), String> {
        let mut taken: BTreeMap<String, &str> = BTreeMap::new();
        for theme in &self.themes {
            for name in theme.names() {
                match taken.insert(name.clone(), &theme.id) {
                    Some(other) if other != theme.id => {
                        return Err(format!(
                            "'{name}' names both theme '{other}' and theme '{}'",
                            theme.id
                        ));
                    }
                    _ => {}
                }
            }
        }
        Ok(())
    }

    /// The theme that a label of labelled data means, by id, name or alias, whatever its case.
    pub fn theme_of_label(&self, label: &str) -> Option<usize> {
        let label = plain(label);
        self.themes
            .iter()
            .position(|theme| theme.names().any(|name| name == label))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn book(theme: &str) -> String {
        format!(
            "name='t'\nversion='1'\nlanguage='en'\ndescription='d'\nnone_below=0.2\n\
             [[theme]]\nid='rivers'\nname='Rivers'\ndescription='Water'\nexamples=['Rivers flow.']\n{theme}"
        )
    }

    #[track_caller]
    fn fails_with(theme: &str, expected: &str) {
        let error = Codebook::parse(&book(theme), "t.toml")
            .expect_err("must fail")
            .to_string();
        assert!(
            error.starts_with("codebook t.toml: ") && error.contains(expected),
            "{error}"
        );
    }

    #[test]
    fn a_label_means_a_theme_by_id_name_or_alias() {
        let other = "[[theme]]\nid='roads'\nname='Roads and rails'\naliases=['10']\ndescription='Ways'\nexamples=[]\n";
        let codebook = Codebook::parse(&book(other), "t.toml").expect("valid");
        for label in ["roads", " Roads and Rails", "10"] {
            assert_eq!(codebook.theme_of_label(label), Some(1), "{label}");
        }
        assert_eq!(codebook.theme_of_label("Other"), None);
    }

    #[test]
    fn mistakes_are_named_with_their_place() {
        let good = "[[theme]]\nid='roads'\nname='Roads'\ndescription='Ways'\nexamples=[]\n";
        assert!(Codebook::parse(&book(good), "t.toml").is_ok());
        fails_with(
            &good.replace("examples", "exmaples"),
            "unknown field `exmaples`",
        );
        fails_with(&good.replace("examples", "exmaples"), "line 15");
        fails_with(
            &good.replace("'roads'", "'rivers'"),
            "'rivers' stands twice",
        );
        fails_with(&good.replace("'roads'", "'Roads!'"), "small letters");
        fails_with(&good.replace("'roads'", "'none'"), "kept for units");
        fails_with(
            &good.replace("examples", "aliases=['RIVERS']\nexamples"),
            "'rivers' names both theme 'rivers' and theme 'roads'",
        );
        fails_with("", "at least two");
    }
}
