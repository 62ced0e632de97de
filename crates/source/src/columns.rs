//! Columns, JSON keys and front matter, by the names they usually have.

use serde_json::Value;
use text::Metadata;

use crate::{dates, language};

/// Columns that usually hold the text, the likeliest first.
pub(crate) const TEXT: [&str; 5] = ["text", "body", "content", "article", "full_text"];
/// Columns that usually hold the article's name.
pub(crate) const ID: [&str; 2] = ["id", "doc_id"];

/// Files `value` under the field that `name` usually stands for; any other name, and a second value
/// for a field, goes to the extra ones. Nothing is lost but empty values.
pub(crate) fn put(metadata: &mut Metadata, name: &str, value: &str) {
    let value = value.trim();
    if value.is_empty() {
        return;
    }
    let key = normal(name);
    let read = match key.as_str() {
        "language" | "lang" => Some(language::code(value)),
        key if is_date(key) => dates::iso(value),
        _ => Some(value.to_owned()),
    };
    let Some(read) = read else {
        add(metadata, "published_raw", value);
        return;
    };
    match field(metadata, &key) {
        Some(field) if field.is_none() => *field = Some(read),
        _ => add(metadata, name.trim(), value),
    }
}

/// Adds to the extra fields, without taking the place of what is there.
pub(crate) fn add(metadata: &mut Metadata, name: &str, value: &str) {
    let mut key = name.to_owned();
    let mut count = 2;
    while metadata.extra.get(&key).is_some_and(|there| there != value) {
        key = format!("{name}_{count}");
        count += 1;
    }
    metadata.extra.insert(key, value.to_owned());
}

fn field<'m>(metadata: &'m mut Metadata, key: &str) -> Option<&'m mut Option<String>> {
    Some(match key {
        "title" | "headline" => &mut metadata.title,
        "author" | "authors" | "byline" | "creator" => &mut metadata.author,
        "source" | "publication" | "journal" | "newspaper" | "outlet" | "site_name" => {
            &mut metadata.source
        }
        "volume" | "vol" => &mut metadata.volume,
        "number" | "no" => &mut metadata.number,
        "issue" | "whole_issue" => &mut metadata.whole_issue,
        "period" => &mut metadata.period,
        "original_edition" => &mut metadata.original_edition,
        "original_issue" => &mut metadata.original_issue,
        "language" | "lang" => &mut metadata.language,
        key if is_date(key) => &mut metadata.published,
        _ => return None,
    })
}

fn is_date(key: &str) -> bool {
    matches!(
        key,
        "date"
            | "published"
            | "updated"
            | "pubdate"
            | "pub_date"
            | "publication_date"
            | "publish_date"
            | "published_at"
            | "published_time"
            | "date_published"
            | "datepublished"
    )
}

/// A name without the ways to write it: "Pub Date", "pub-date".
fn normal(name: &str) -> String {
    name.trim().to_lowercase().replace([' ', '-'], "_")
}

/// Which of `names` is meant: the stated one, else the first usual one that is there. The stated
/// one must be there as it is written, the usual ones in any case.
pub(crate) fn pick<'a>(
    mut names: impl Iterator<Item = &'a str> + Clone,
    stated: Option<&str>,
    usual: &[&str],
) -> Option<usize> {
    match stated {
        Some(stated) => names.position(|name| name.trim() == stated),
        None => usual
            .iter()
            .find_map(|wanted| names.clone().position(|name| normal(name) == *wanted)),
    }
}

/// A JSON value as a field: scalars as written, a list with semicolons, `null` not at all.
pub(crate) fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().filter_map(scalar).collect();
            (!items.is_empty()).then(|| items.join("; "))
        }
        other => Some(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_names_find_their_fields_and_the_rest_is_kept() {
        let mut metadata = Metadata::default();
        for (name, value) in [
            ("Headline", "Rivers"),
            ("Pub Date", "7 November 2013"),
            ("updated", "2014-01-02"),
            ("lang", "English"),
            ("Region", " north "),
            ("Notes", " "),
        ] {
            put(&mut metadata, name, value);
        }
        assert_eq!(metadata.title.as_deref(), Some("Rivers"));
        assert_eq!(metadata.published.as_deref(), Some("2013-11-07"));
        assert_eq!(metadata.language.as_deref(), Some("en"));
        let extra: Vec<_> = metadata
            .extra
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        assert_eq!(extra, [("Region", "north"), ("updated", "2014-01-02")]);
    }

    #[test]
    fn an_unread_date_is_kept_as_written() {
        let mut metadata = Metadata::default();
        put(&mut metadata, "date", "early spring");
        assert_eq!(metadata.published, None);
        assert_eq!(
            metadata.extra.get("published_raw").map(String::as_str),
            Some("early spring")
        );
    }
}
