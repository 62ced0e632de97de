//! Headings: marked by the layout, numbered, or standing alone.

use std::sync::LazyLock;

use regex::Regex;

use super::is_marked;
use crate::{Block, Span};

/// A heading is no longer than this, in words.
const MAX_WORDS: usize = 30;
/// A heading without a number or mark is no longer than this, in words.
const MAX_WORDS_UNMARKED: usize = 12;

pub(super) struct Heading {
    pub(super) number: Option<Span>,
    pub(super) title: Span,
}

/// Reads the block at `index` as a heading, if it is one.
pub(super) fn read(text: &str, blocks: &[Block], index: usize) -> Option<Heading> {
    let block = &blocks[index];
    if let Some(found) = numbered(text, block.span) {
        return Some(found);
    }
    let stands_alone = || {
        let next = blocks.get(index + 1)?;
        let line = block.span.of(text);
        let words = line.split_whitespace().count();
        let next_words = next.span.of(text).split_whitespace().count();
        let is_short = words <= MAX_WORDS_UNMARKED && next_words >= 20 && next_words >= 2 * words;
        let opens = line
            .chars()
            .next()
            .is_some_and(|c| c.is_uppercase() || c.is_numeric());
        let runs_on = line.ends_with([
            '.', ',', ';', ':', '!', '?', '…', '”', '"', ')', '）', '。', '：', ']', '-', '–', '—',
        ]);
        (is_short && opens && !runs_on).then_some(())
    };
    (is_marked(block) || stands_alone().is_some()).then_some(Heading {
        number: None,
        title: block.span,
    })
}

/// Reads "II. Title", "3. Title", "2.1 Title", "(4) Title" or "Part III: Title".
pub(super) fn numbered(text: &str, span: Span) -> Option<Heading> {
    static NUMBER: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"^(?:(?i:part|section|chapter)\s+([IVXLC]{1,7}|\d{1,2})\s*[.:：]?|([IVXLC]{1,7})\s*[.、．]|[\(（]([IVXLC]{1,7}|\d{1,2})[\)）]|(\d{1,2}(?:\.\d{1,2}){0,2})[.、．]|(\d{1,2}(?:\.\d{1,2}){1,2}))\s+",
        )
        .expect("the pattern is valid")
    });
    let line = span.of(text);
    if line.len() > 400 || line.contains(['\n', '\r']) {
        return None;
    }
    let found = NUMBER.captures(line)?;
    let number = found.iter().skip(1).flatten().next()?;
    let title = &line[found.get(0)?.end()..];
    let opens = title
        .chars()
        .next()
        .is_some_and(|c| c.is_uppercase() || matches!(c, '“' | '"' | '‘') || !c.is_ascii());
    // A list item is a sentence and ends like one; a heading doesn't.
    let ends_a_sentence =
        title.ends_with(['.', ';', ',', ':', '…', '。', '；']) && !title.ends_with("...");
    if !opens || ends_a_sentence || title.split_whitespace().count() > MAX_WORDS {
        return None;
    }
    Some(Heading {
        number: Some(Span::new(
            span.start + number.start(),
            span.start + number.end(),
        )),
        title: Span::new(span.end - title.len(), span.end),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expected: Option<(&str, &str)>) {
        let found = numbered(line, Span::new(0, line.len()))
            .map(|h| (h.number.map_or("", |n| n.of(line)), h.title.of(line)));
        assert_eq!(found, expected, "{line}");
    }

    #[test]
    fn numbers_are_roman_or_arabic() {
        check("I. A new road", Some(("I", "A new road")));
        check("IV. Roads and rivers", Some(("IV", "Roads and rivers")));
        check("2. Who pays?", Some(("2", "Who pays?")));
        check("2.1 Who pays?", Some(("2.1", "Who pays?")));
        check("(3) Who pays", Some(("3", "Who pays")));
        check("Part II: Who pays", Some(("II", "Who pays")));
    }

    #[test]
    fn sentences_are_no_headings() {
        check("I. am not one", None);
        check("1. The first task is to pay.", None);
        check("6.7 percent of them paid", None);
        check("2013 was a good year", None);
        check("I saw the road", None);
    }
}
