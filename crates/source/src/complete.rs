//! Reads what the cleaning rules took out into the metadata.

use std::sync::LazyLock;

use regex::Regex;
use text::{Cleaned, Metadata, Rule};

use crate::byline;
use crate::columns::add;
use crate::dates::pattern;

static AUTHOR_LABEL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)^(?:authors?|by|written by|about the authors?)\s*[:：]\s*|^(?:written )?by\s+")
});
static AUTHOR_NOTE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?is)^[(（]?\s*the\s+(?:author|writer)s?\s+(?:is|are|was|were)\s+(.+?)[.。]?\s*[)）]?[.。]?$",
    )
});
static ORIGINALLY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?is)(?:originally|first)\s+(?:appeared|published)\s+in\s*[:：]?\s*(?:the\s+)?(.+?)\s*[.。]?\s*[)）]?[.。]?$",
    )
});
static ISSUE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)\bno\.?\s*\d+(?:\s*[-–/]\s*\d+)?(?:\s*,\s*\d{4})?"));
static SOURCE_LABEL: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)^source\s*[:：]\s*"));

/// Completes `metadata` by what the cleaning of `text` took out of it: title, byline, author line,
/// where the article first appeared.
///
/// What the page prints wins over what its container said; a container's value that differs is kept
/// in `extra` as `…_stated`. What the page does not print stays as it was.
pub fn complete(metadata: &mut Metadata, cleaned: &Cleaned, text: &str) {
    let mut printed = Metadata::default();
    if let Some(title) = cleaned.title {
        printed.title = filled(&folded(title.of(text)));
    }
    for removed in &cleaned.removed {
        let line = folded(removed.span.of(text));
        match removed.rule {
            Rule::Byline => read_byline(&mut printed, &line),
            Rule::AuthorLine => {
                let author = AUTHOR_LABEL.replace(&line, "");
                first(&mut printed, "author_note", &author, |m| &mut m.author);
            }
            Rule::OriginallyAppeared => read_origin(&mut printed, &line),
            Rule::SourceLine => {
                let source = SOURCE_LABEL.replace(&line, "");
                first(&mut printed, "source_line", &source, |m| &mut m.source);
            }
            Rule::EditorLine => add(&mut printed, "editor_line", &line),
            _ => {}
        }
    }
    unfold_source(metadata);
    merge(metadata, printed);
    // The weakest sign of who wrote it: only where neither page nor container names anybody.
    let notes = cleaned
        .removed
        .iter()
        .filter(|removed| removed.rule == Rule::AuthorNote);
    for note in notes {
        let line = folded(note.span.of(text));
        let author = AUTHOR_NOTE.captures(&line).and_then(|found| found.get(1));
        let author = author.map_or(line.as_str(), |found| found.as_str());
        first(metadata, "author_note", author, |m| &mut m.author);
    }
}

fn read_byline(printed: &mut Metadata, line: &str) {
    let found = byline::read(line);
    let fields: [(Option<String>, &mut Option<String>); 7] = [
        (found.author, &mut printed.author),
        (found.source, &mut printed.source),
        (found.period, &mut printed.period),
        (found.volume, &mut printed.volume),
        (found.number, &mut printed.number),
        (found.whole_issue, &mut printed.whole_issue),
        (found.published, &mut printed.published),
    ];
    for (value, field) in fields {
        if field.is_none() {
            *field = value;
        }
    }
}

/// A stated source may hold what a byline does: "…| Vol.14,No.1,Issue No.50".
fn unfold_source(metadata: &mut Metadata) {
    let Some(stated) = &metadata.source else {
        return;
    };
    let found = byline::read(stated);
    if found.volume.is_some() || found.number.is_some() || found.whole_issue.is_some() {
        metadata.source = found.source;
        metadata.period = metadata.period.take().or(found.period);
        metadata.volume = metadata.volume.take().or(found.volume);
        metadata.number = metadata.number.take().or(found.number);
        metadata.whole_issue = metadata.whole_issue.take().or(found.whole_issue);
    }
}

fn read_origin(printed: &mut Metadata, line: &str) {
    let edition = ORIGINALLY.captures(line).and_then(|found| found.get(1));
    let Some(edition) = edition.and_then(|found| filled(found.as_str())) else {
        return;
    };
    printed.original_issue = ISSUE.find(&edition).map(|found| found.as_str().to_owned());
    printed.original_edition = Some(edition);
}

/// Fills a field that is still empty, else keeps the value as an extra one.
fn first(
    metadata: &mut Metadata,
    extra: &str,
    value: &str,
    field: impl Fn(&mut Metadata) -> &mut Option<String>,
) {
    let Some(value) = filled(value) else { return };
    match field(metadata) {
        Some(_) => add(metadata, extra, &value),
        empty => *empty = Some(value),
    }
}

fn merge(metadata: &mut Metadata, printed: Metadata) {
    let mut displaced = Vec::new();
    let fields: [(&str, Option<String>, &mut Option<String>); 11] = [
        ("title", printed.title, &mut metadata.title),
        ("author", printed.author, &mut metadata.author),
        ("source", printed.source, &mut metadata.source),
        ("published", printed.published, &mut metadata.published),
        (
            "original_edition",
            printed.original_edition,
            &mut metadata.original_edition,
        ),
        (
            "original_issue",
            printed.original_issue,
            &mut metadata.original_issue,
        ),
        ("volume", printed.volume, &mut metadata.volume),
        ("number", printed.number, &mut metadata.number),
        (
            "whole_issue",
            printed.whole_issue,
            &mut metadata.whole_issue,
        ),
        ("period", printed.period, &mut metadata.period),
        ("language", printed.language, &mut metadata.language),
    ];
    for (name, value, field) in fields {
        let Some(value) = value else { continue };
        if let Some(stated) = field
            .replace(value.clone())
            // A date with its time says all that the date alone does.
            .filter(|stated| {
                *stated != value && !(name == "published" && value.starts_with(stated))
            })
        {
            displaced.push((format!("{name}_stated"), stated));
        }
    }
    for (name, value) in displaced.into_iter().chain(printed.extra) {
        add(metadata, &name, &value);
    }
}

/// White space folded to single spaces.
fn folded(line: &str) -> String {
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn filled(value: &str) -> Option<String> {
    let value = value.trim();
    (!value.is_empty()).then(|| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use text::{Removed, Span};

    /// Cleaned as if each line had been taken out by the rule beside it.
    fn taken(lines: &[(Rule, &str)]) -> (String, Cleaned) {
        let mut text = String::new();
        let mut cleaned = Cleaned::default();
        for (rule, line) in lines {
            let span = Span::new(text.len(), text.len() + line.len());
            text.push_str(line);
            text.push('\n');
            cleaned.removed.push(Removed { rule: *rule, span });
            if *rule == Rule::Title {
                cleaned.title = Some(span);
            }
        }
        (text, cleaned)
    }

    #[test]
    fn the_page_fills_every_field_it_prints() {
        let (text, cleaned) = taken(&[
            (Rule::Title, "Keeping  Rivers Clean"),
            (
                Rule::Byline,
                "From: English Edition of Qiushi Journal Updated: 2012-05-03 09:10",
            ),
            (
                Rule::OriginallyAppeared,
                "(Originally appeared in Qiushi Journal, Chinese edition, No.8, 2013)",
            ),
            (Rule::AuthorLine, "Author: Head of a river office"),
            (Rule::EditorLine, "Editor: A. Desk"),
        ]);
        let mut metadata = Metadata::default();
        complete(&mut metadata, &cleaned, &text);
        assert_eq!(metadata.title.as_deref(), Some("Keeping Rivers Clean"));
        assert_eq!(metadata.author.as_deref(), Some("Head of a river office"));
        assert_eq!(
            metadata.source.as_deref(),
            Some("English Edition of Qiushi Journal")
        );
        assert_eq!(metadata.published.as_deref(), Some("2012-05-03T09:10"));
        assert_eq!(
            metadata.original_edition.as_deref(),
            Some("Qiushi Journal, Chinese edition, No.8, 2013")
        );
        assert_eq!(metadata.original_issue.as_deref(), Some("No.8, 2013"));
        assert_eq!(
            metadata.extra.get("editor_line").map(String::as_str),
            Some("Editor: A. Desk")
        );
    }

    #[test]
    fn the_container_stays_where_the_page_is_silent_and_is_kept_where_it_differs() {
        let (text, cleaned) = taken(&[(Rule::Title, "As Printed")]);
        let mut metadata = Metadata {
            title: Some("As stated".to_owned()),
            author: Some("A. Writer".to_owned()),
            ..Metadata::default()
        };
        complete(&mut metadata, &cleaned, &text);
        assert_eq!(metadata.title.as_deref(), Some("As Printed"));
        assert_eq!(metadata.author.as_deref(), Some("A. Writer"));
        assert_eq!(
            metadata.extra.get("title_stated").map(String::as_str),
            Some("As stated")
        );
    }

    #[test]
    fn a_stated_source_gives_up_its_volume_and_number() {
        let mut metadata = Metadata {
            source: Some(
                "English Edition of QiuShi Journal January-March 2022|Vol.14,No.1,Issue No.50"
                    .to_owned(),
            ),
            ..Metadata::default()
        };
        complete(&mut metadata, &Cleaned::default(), "");
        assert_eq!(
            metadata.source.as_deref(),
            Some("English Edition of QiuShi Journal")
        );
        assert_eq!(metadata.period.as_deref(), Some("January-March 2022"));
        assert_eq!(
            (metadata.volume.as_deref(), metadata.number.as_deref()),
            (Some("14"), Some("1"))
        );
        assert_eq!(metadata.whole_issue.as_deref(), Some("50"));
    }

    #[test]
    fn an_author_note_names_the_author_only_where_nothing_else_does() {
        let (text, cleaned) =
            taken(&[(Rule::AuthorNote, "(The author is head of a river office.)")]);
        let mut metadata = Metadata::default();
        complete(&mut metadata, &cleaned, &text);
        assert_eq!(metadata.author.as_deref(), Some("head of a river office"));

        let mut metadata = Metadata {
            author: Some("A. Writer".to_owned()),
            ..Metadata::default()
        };
        complete(&mut metadata, &cleaned, &text);
        assert_eq!(metadata.author.as_deref(), Some("A. Writer"));
        assert_eq!(
            metadata.extra.get("author_note").map(String::as_str),
            Some("head of a river office")
        );
    }
}
