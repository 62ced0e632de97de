//! The head of a Markdown file: YAML between `---` lines, or TOML between `+++` lines.

use saphyr_parser::{Event, Parser, ScanError};
use text::Metadata;

use crate::columns;

/// Front matter and what follows it.
pub(crate) struct Split<'t> {
    pub(crate) metadata: Metadata,
    pub(crate) body: &'t str,
    /// Why the front matter could not be read.
    pub(crate) damage: Option<String>,
}

/// Splits a Markdown file. Without front matter all of it is body.
pub(crate) fn split(text: &str) -> Split<'_> {
    let mut metadata = Metadata::default();
    for (fence, read) in [
        (
            "---",
            yaml as fn(&str) -> Result<Vec<(String, String)>, String>,
        ),
        ("+++", toml_fields),
    ] {
        let Some((head, body)) = fenced(text, fence) else {
            continue;
        };
        let damage = match read(head) {
            Ok(fields) => {
                for (name, value) in fields {
                    columns::put(&mut metadata, &name, &value);
                }
                None
            }
            Err(error) => Some(error),
        };
        return Split {
            metadata,
            body,
            damage,
        };
    }
    Split {
        metadata,
        body: text,
        damage: None,
    }
}

/// What stands between two fences, the first being the first line, and what follows.
fn fenced<'t>(text: &'t str, fence: &str) -> Option<(&'t str, &'t str)> {
    let is_fence = |line: &str| line.trim_end() == fence;
    let first = text
        .split_inclusive('\n')
        .next()
        .filter(|line| is_fence(line))?;
    let mut at = first.len();
    for line in text[at..].split_inclusive('\n') {
        if is_fence(line) || (fence == "---" && line.trim_end() == "...") {
            let (head, body) = (&text[first.len()..at], &text[at + line.len()..]);
            // A Markdown text may start with a rule; front matter has keys.
            return head.contains([':', '=']).then_some((head, body));
        }
        at += line.len();
    }
    None
}

/// The scalars of a YAML mapping as written, lists joined; deeper mappings as `outer.inner`.
fn yaml(head: &str) -> Result<Vec<(String, String)>, String> {
    read_yaml(head).map_err(|error| error.to_string())
}

fn read_yaml(head: &str) -> Result<Vec<(String, String)>, ScanError> {
    let mut fields: Vec<(String, String)> = Vec::new();
    // One key a level of mappings: `None` where the next scalar is a key.
    let mut keys: Vec<Option<String>> = Vec::new();
    let mut lists = 0_usize;
    for event in Parser::new_from_str(head) {
        match event?.0 {
            Event::Scalar(value, ..) => match keys.last_mut() {
                Some(key) if key.is_none() => *key = Some(value.into_owned()),
                Some(_) => {
                    let path: Vec<&str> = keys.iter().flatten().map(String::as_str).collect();
                    let path = path.join(".");
                    match fields.iter_mut().find(|(name, _)| *name == path) {
                        Some((_, there)) => *there = format!("{there}; {value}"),
                        None => fields.push((path, value.into_owned())),
                    }
                    if lists == 0 {
                        value_read(&mut keys);
                    }
                }
                None => {}
            },
            Event::MappingStart(..) => keys.push(None),
            Event::MappingEnd => {
                keys.pop();
                if lists == 0 {
                    value_read(&mut keys);
                }
            }
            Event::SequenceStart(..) => lists += 1,
            Event::SequenceEnd => {
                lists = lists.saturating_sub(1);
                if lists == 0 {
                    value_read(&mut keys);
                }
            }
            Event::Alias(_) if lists == 0 => value_read(&mut keys),
            _ => {}
        }
    }
    Ok(fields)
}

fn value_read(keys: &mut [Option<String>]) {
    if let Some(key) = keys.last_mut() {
        *key = None;
    }
}

fn toml_fields(head: &str) -> Result<Vec<(String, String)>, String> {
    let table: toml::Table = head
        .parse()
        .map_err(|error: toml::de::Error| error.message().to_owned())?;
    let mut fields = Vec::new();
    flatten("", &table, &mut fields);
    Ok(fields)
}

fn flatten(prefix: &str, table: &toml::Table, fields: &mut Vec<(String, String)>) {
    for (name, value) in table {
        match value {
            toml::Value::Table(inner) => flatten(&format!("{prefix}{name}."), inner, fields),
            other => fields.push((format!("{prefix}{name}"), toml_scalar(other))),
        }
    }
}

fn toml_scalar(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => text.clone(),
        toml::Value::Array(items) => items.iter().map(toml_scalar).collect::<Vec<_>>().join("; "),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yaml_scalars_stay_as_written_and_lists_are_joined() {
        let split = split(
            "---\ntitle: \"Rivers: a view\"\nauthor:\n  - A. Writer\n  - B. Writer\ndate: 2013-11-07\nnumber: 010\nplace:\n  name: North\ntags: [water, land]\n---\nBody.\n",
        );
        assert_eq!(split.damage, None);
        assert_eq!(split.body, "Body.\n");
        assert_eq!(split.metadata.title.as_deref(), Some("Rivers: a view"));
        assert_eq!(
            split.metadata.author.as_deref(),
            Some("A. Writer; B. Writer")
        );
        assert_eq!(split.metadata.published.as_deref(), Some("2013-11-07"));
        assert_eq!(split.metadata.number.as_deref(), Some("010"));
        assert_eq!(
            split.metadata.extra.get("place.name").map(String::as_str),
            Some("North")
        );
        assert_eq!(
            split.metadata.extra.get("tags").map(String::as_str),
            Some("water; land")
        );
    }

    #[test]
    fn toml_front_matter_is_read_too() {
        let split = split("+++\ntitle = \"Rivers\"\ndate = 2013-11-07\nvolume = 10\n+++\r\nBody.");
        assert_eq!(split.body, "Body.");
        assert_eq!(split.metadata.title.as_deref(), Some("Rivers"));
        assert_eq!(split.metadata.published.as_deref(), Some("2013-11-07"));
        assert_eq!(split.metadata.volume.as_deref(), Some("10"));
    }

    #[test]
    fn a_rule_at_the_top_is_no_front_matter() {
        for text in [
            "---\nBody.\n---\n",
            "--- Body",
            "---\nkey: never closed\n",
            "Body.\n---\na: b\n---\n",
        ] {
            assert_eq!(split(text).body, text);
        }
    }

    #[test]
    fn damaged_front_matter_is_said_and_the_body_kept() {
        let split = split("---\ntitle: \"never closed\nkey: [a\n---\nBody.");
        assert!(split.damage.is_some());
        assert_eq!(split.body, "Body.");
    }
}
