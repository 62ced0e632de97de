//! Dictionary files: quanteda's YAML and LIWC's .dic, their keys matched to themes.

use std::collections::HashMap;

use saphyr_parser::{Event, Parser};

use crate::Codebook;

/// A dictionary that can't be used.
#[derive(Debug, thiserror::Error)]
#[error("{origin}: {what}")]
pub struct LexiconError {
    origin: String,
    what: String,
}

impl LexiconError {
    pub(crate) fn new(origin: &str, what: String) -> Self {
        Self {
            origin: origin.to_owned(),
            what,
        }
    }
}

/// Themes and their patterns.
type Entries = Vec<(usize, String)>;

/// Reads either format; LIWC's starts with `%`, which no YAML does.
pub(crate) fn read(codebook: &Codebook, contents: &str) -> Result<Entries, String> {
    let contents = contents.trim_start_matches('\u{feff}');
    if contents.trim_start().starts_with('%') && !contents.trim_start().starts_with("%YAML") {
        liwc(codebook, contents)
    } else {
        yaml(codebook, contents)
    }
}

/// The themes that the keys on the way to a pattern name: a nested key's patterns count for its outer
/// keys too, as with quanteda's `levels`.
fn themes_of(codebook: &Codebook, path: &[&str]) -> Result<Vec<usize>, String> {
    let mut themes: Vec<usize> = (path.iter())
        .filter_map(|key| codebook.theme_of_label(key))
        .collect();
    themes.dedup();
    if themes.is_empty() {
        let known: Vec<&str> = codebook.themes.iter().map(|t| t.id.as_str()).collect();
        return Err(format!(
            "key '{}' names no theme of codebook {}; its themes are {}",
            path.join("."),
            codebook.name,
            known.join(", ")
        ));
    }
    Ok(themes)
}

/// Where the parser stands: in a mapping, after a key or before one, or in a list.
enum Frame {
    Mapping(Option<String>),
    List,
}

fn yaml(codebook: &Codebook, contents: &str) -> Result<Entries, String> {
    let mut entries = Entries::new();
    let mut frames: Vec<Frame> = Vec::new();
    for event in Parser::new_from_str(contents) {
        let (event, place) = event.map_err(|error| error.to_string())?;
        let line = place.start.line();
        let wrong = |what: &str| Err(format!("line {line}: {what}"));
        match event {
            Event::Scalar(value, ..) => match frames.last_mut() {
                None => return wrong("keys with lists of patterns are expected"),
                Some(Frame::Mapping(key @ None)) => *key = Some(value.into_owned()),
                Some(_) => {
                    let themes = themes_of(codebook, &path(&frames))
                        .map_err(|what| format!("line {line}: {what}"))?;
                    if !matches!(value.trim(), "" | "~" | "null") {
                        entries.extend(themes.into_iter().map(|t| (t, value.to_string())));
                    }
                    value_read(&mut frames);
                }
            },
            Event::MappingStart(..) | Event::SequenceStart(..)
                if matches!(frames.last(), Some(Frame::Mapping(None))) =>
            {
                return wrong("a key must be a word");
            }
            Event::MappingStart(..) => frames.push(Frame::Mapping(None)),
            Event::SequenceStart(..) if frames.is_empty() => {
                return wrong("keys with lists of patterns are expected");
            }
            Event::SequenceStart(..) => frames.push(Frame::List),
            Event::MappingEnd | Event::SequenceEnd => {
                frames.pop();
                value_read(&mut frames);
            }
            Event::Alias(_) => {
                return wrong("aliases (*name) are not read; quote patterns that start with *");
            }
            _ => {}
        }
    }
    Ok(entries)
}

fn path(frames: &[Frame]) -> Vec<&str> {
    frames
        .iter()
        .filter_map(|frame| match frame {
            Frame::Mapping(key) => key.as_deref(),
            Frame::List => None,
        })
        .collect()
}

fn value_read(frames: &mut [Frame]) {
    if let Some(Frame::Mapping(key)) = frames.last_mut() {
        *key = None;
    }
}

/// Numbered categories between two lines `%`, then a pattern and the numbers of its categories a line.
fn liwc(codebook: &Codebook, contents: &str) -> Result<Entries, String> {
    let mut categories: HashMap<&str, usize> = HashMap::new();
    let mut entries = Entries::new();
    let mut fences = 0;
    for (at, line) in contents.lines().enumerate() {
        let in_line = |what: String| format!("line {}: {what}", at + 1);
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        if line == "%" {
            fences += 1;
        } else if fences < 2 {
            let Some((number, name)) = line.split_once(char::is_whitespace) else {
                return Err(in_line(format!(
                    "'{line}' must be a category's number and its name"
                )));
            };
            // LIWC writes the long name behind the short one, in brackets.
            let name = name.split(" (").next().unwrap_or(name).trim();
            let themes = themes_of(codebook, &[name]).map_err(in_line)?;
            categories.extend(themes.into_iter().map(|theme| (number, theme)));
        } else {
            let (pattern, themes) = liwc_entry(line, &categories).map_err(in_line)?;
            entries.extend(themes.into_iter().map(|theme| (theme, pattern.clone())));
        }
    }
    if fences < 2 {
        return Err("the categories must stand between two lines '%'".into());
    }
    Ok(entries)
}

/// A pattern, which may have spaces, and the themes of its categories. Without a tab the numbers are
/// the words at the end that are categories' numbers.
fn liwc_entry(
    line: &str,
    categories: &HashMap<&str, usize>,
) -> Result<(String, Vec<usize>), String> {
    let (pattern, numbers) = if let Some((pattern, numbers)) = line.split_once('\t') {
        (pattern.to_owned(), numbers.split_whitespace().collect())
    } else {
        let words: Vec<&str> = line.split_whitespace().collect();
        let last = (words.iter())
            .rposition(|word| !categories.contains_key(word))
            .unwrap_or(0);
        (words[..=last].join(" "), words[last + 1..].to_vec())
    };
    if numbers.is_empty() {
        return Err(format!("'{line}' has no category"));
    }
    let themes = (numbers.iter())
        .map(|number| {
            (categories.get(number).copied())
                .ok_or_else(|| format!("'{number}' is no category's number"))
        })
        .collect::<Result<_, _>>()?;
    Ok((pattern, themes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn book() -> Codebook {
        Codebook::parse(
            "name='t'\nversion='1'\nlanguage='en'\ndescription='d'\nnone_below=0.2\n\
             [[theme]]\nid='economy'\nname='The economy'\ndescription='e'\nexamples=[]\n\
             [[theme]]\nid='health'\nname='Health'\ndescription='h'\nexamples=[]\n",
            "t.toml",
        )
        .expect("valid")
    }

    #[track_caller]
    fn reads(contents: &str, expected: &[(usize, &str)]) {
        let entries = read(&book(), contents).expect("valid");
        let found: Vec<(usize, &str)> = entries.iter().map(|(t, p)| (*t, p.as_str())).collect();
        assert_eq!(found, expected);
    }

    #[track_caller]
    fn fails_with(contents: &str, expected: &str) {
        let error = read(&book(), contents).expect_err("must fail");
        assert!(error.contains(expected), "{error}");
    }

    #[test]
    fn yaml_keys_are_themes_and_nested_keys_count_for_the_outer_one() {
        reads(
            "Economy:\n  money: [tax*, \"interest rate*\"]\n  work:\n  - job*\nHEALTH:\n- hospital\n- more:\n  - nurse?\n",
            &[
                (0, "tax*"),
                (0, "interest rate*"),
                (0, "job*"),
                (1, "hospital"),
                (1, "nurse?"),
            ],
        );
        reads("policy:\n  the economy: tax\n  health: ~\n", &[(0, "tax")]);
    }

    #[test]
    fn liwc_entries_name_their_categories_by_number() {
        reads(
            "%\n1\teconomy (The economy)\n2\tHealth\n%\ntax*\t1\ninterest rate*\t1\nsick pay  1 2\n",
            &[
                (0, "tax*"),
                (0, "interest rate*"),
                (0, "sick pay"),
                (1, "sick pay"),
            ],
        );
    }

    #[test]
    fn mistakes_are_named_with_their_line() {
        fails_with(
            "economy: [a]\nroads: [b]\n",
            "line 2: key 'roads' names no theme",
        );
        fails_with(
            "roads: {rail: [b]}\n",
            "'roads.rail' names no theme of codebook t; its themes are economy, health",
        );
        fails_with("- a\n", "line 1: keys with lists");
        fails_with("economy: [*tax]\n", "line 1");
        fails_with("economy: [a\n", "line");
        fails_with(
            "%\n1 economy\n%\ntax 1\nfee\t7\n",
            "line 5: '7' is no category's number",
        );
        fails_with("%\n1 economy\n%\ntax\n", "line 4: 'tax' has no category");
        fails_with("%\n1 roads\n%\n", "line 2: key 'roads'");
        fails_with("%\n1 economy\n", "between two lines");
    }
}
