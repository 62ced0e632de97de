//! Ledgers: known formulations with their variants, in TOML.

use std::collections::HashMap;

use serde::Deserialize;
use toml::Spanned;

use crate::fold;

/// Longest phrase, in words.
pub(crate) const LONGEST: usize = 40;

/// Formulations to look for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    /// In the order of the file.
    pub formulations: Vec<Formulation>,
}

/// A formulation with the variants that are known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Formulation {
    /// Name of the family of its variants: as given, else the phrase.
    pub name: String,
    /// The canonical phrase.
    pub phrase: String,
    /// Other wordings.
    pub variants: Vec<String>,
    /// What is to be known of it.
    pub note: String,
}

impl Formulation {
    /// The canonical phrase, then the variants.
    pub fn phrases(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&self.phrase)
            .chain(&self.variants)
            .map(String::as_str)
    }
}

/// A ledger that can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("ledger {origin}{place}: {what}")]
pub struct LedgerError {
    origin: String,
    place: String,
    what: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    formulation: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: Option<Spanned<String>>,
    phrase: Spanned<String>,
    #[serde(default)]
    variants: Vec<Spanned<String>>,
    #[serde(default)]
    note: String,
}

impl Ledger {
    /// Reads a ledger from TOML: `[[formulation]]` entries with `phrase`, and if wanted `name`,
    /// `variants` and `note`. A file without entries is a ledger of none. `origin` names it in errors.
    ///
    /// # Errors
    /// Says which line is wrong, how, and what to do: what is no TOML or no such entry, phrases without
    /// words or with too many, and phrases or names that stand twice. Phrases that differ only in case,
    /// hyphens or inflection are the same.
    pub fn parse(toml: &str, origin: &str) -> Result<Self, LedgerError> {
        let wrong = |at: Option<usize>, what: String| LedgerError {
            origin: origin.to_owned(),
            place: at.map_or_else(String::new, |at| format!(", line {}", line(toml, at))),
            what,
        };
        let file: File = toml::from_str(toml).map_err(|error| {
            let at = error.span().map(|span| span.start);
            wrong(
                at,
                format!(
                    "{}; an entry is [[formulation]] with phrase = \"…\", and if wanted name, variants = [\"…\"] and note",
                    error.message().trim()
                ),
            )
        })?;
        let mut names: HashMap<String, usize> = HashMap::new();
        let mut phrases: HashMap<Vec<String>, usize> = HashMap::new();
        let mut formulations = Vec::with_capacity(file.formulation.len());
        for entry in file.formulation {
            let written = entry.name.as_ref().unwrap_or(&entry.phrase);
            let (name, at) = (written.get_ref().trim().to_owned(), written.span().start);
            if name.is_empty() {
                return Err(wrong(
                    Some(at),
                    "the name is empty; leave it out, and the phrase is the name".into(),
                ));
            }
            if let Some(before) = names.insert(name.to_lowercase(), at) {
                return Err(wrong(
                    Some(at),
                    format!(
                        "'{name}' already names the formulation in line {}; give one of them another name",
                        line(toml, before)
                    ),
                ));
            }
            for phrase in std::iter::once(&entry.phrase).chain(&entry.variants) {
                let (text, at) = (phrase.get_ref(), phrase.span().start);
                let words = fold::words(text);
                if words.is_empty() {
                    return Err(wrong(
                        Some(at),
                        format!("'{text}' has no words; write the phrase, or take it out"),
                    ));
                }
                if words.len() > LONGEST {
                    return Err(wrong(
                        Some(at),
                        format!(
                            "the phrase has {} words, more than {LONGEST}; give its core",
                            words.len()
                        ),
                    ));
                }
                if let Some(before) = phrases.insert(words, at) {
                    return Err(wrong(
                        Some(at),
                        format!(
                            "'{text}' stands in line {} too (case, hyphens and inflection make no difference); take one out",
                            line(toml, before)
                        ),
                    ));
                }
            }
            let text = |phrase: Spanned<String>| tidy(phrase.get_ref());
            formulations.push(Formulation {
                name,
                phrase: text(entry.phrase),
                variants: entry.variants.into_iter().map(text).collect(),
                note: entry.note,
            });
        }
        Ok(Self { formulations })
    }
}

/// Without line breaks and doubled spaces.
fn tidy(phrase: &str) -> String {
    phrase.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The line of a byte, counted from 1.
fn line(text: &str, at: usize) -> usize {
    text[..at.min(text.len())].matches('\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "[[formulation]]\nname = 'development'\nphrase = 'the new development  concept'\nvariants = ['new development philosophy']\nnote = 'of 2015'\n\n[[formulation]]\nphrase = 'Xiaokang'\n";

    #[test]
    fn entries_are_read_in_their_order() {
        let ledger = Ledger::parse(GOOD, "t.toml").expect("valid");
        let [first, second] = &ledger.formulations[..] else {
            panic!("{ledger:?}");
        };
        let phrases: Vec<&str> = first.phrases().collect();
        assert_eq!(
            phrases,
            ["the new development concept", "new development philosophy"]
        );
        assert_eq!((&*first.name, &*first.note), ("development", "of 2015"));
        assert_eq!((&*second.name, second.variants.len()), ("Xiaokang", 0));
        assert_eq!(Ledger::parse("", "t.toml"), Ok(Ledger::default()));
        assert_eq!(
            Ledger::parse("# none yet\n", "t.toml"),
            Ok(Ledger::default())
        );
    }

    #[test]
    fn mistakes_are_named_with_their_line_and_a_remedy() {
        for (from, to, line, told) in [
            ("note", "nota", 5, "unknown field `nota`"),
            (
                "phrase = 'Xiaokang'",
                "name = 'x'",
                7,
                "missing field `phrase`",
            ),
            ("'Xiaokang'", "'…'", 8, "has no words; write the phrase"),
            (
                "'Xiaokang'",
                "'New-Development philosophies'",
                8,
                "stands in line 4 too",
            ),
            (
                "phrase = 'Xiaokang'",
                "phrase = 'x'\nname = 'Development'",
                9,
                "already names the formulation in line 2",
            ),
            ("'development'", "' '", 2, "leave it out"),
            ("'Xiaokang'", "'Xiaokang", 8, "phrase"),
            ("= 'Xiaokang'", "= 5", 8, "phrase = \"…\""),
        ] {
            let error = Ledger::parse(&GOOD.replace(from, to), "t.toml")
                .expect_err("must fail")
                .to_string();
            assert!(
                error.starts_with(&format!("ledger t.toml, line {line}: ")) && error.contains(told),
                "{error}"
            );
        }
        let long = GOOD.replace("Xiaokang", &"word ".repeat(41));
        let error = Ledger::parse(&long, "t.toml")
            .expect_err("must fail")
            .to_string();
        assert!(error.contains("more than 40; give its core"), "{error}");
    }
}
