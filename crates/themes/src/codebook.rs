//! Codebooks: themes with their names, descriptions and example phrasings, in TOML.

use std::collections::BTreeSet;

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
    /// What counts as this theme.
    pub description: String,
    /// Phrasings typical of it.
    pub examples: Vec<String>,
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
            if theme
                .examples
                .iter()
                .any(|example| example.trim().is_empty())
            {
                return Err(format!("theme '{id}' has an empty example"));
            }
        }
        Ok(())
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
        fails_with("", "at least two");
    }
}
