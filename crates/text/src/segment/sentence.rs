//! Sentences, by rules made for official prose in English translation.
//!
//! Own rules rather than a library: general segmenters split at "No.8, 2013" and inside quotations
//! of several sentences, or lose offsets. `scripts/peers/sentences` compares on the marked fixture.
//!
//! A sentence ends at a full stop, question or exclamation mark or ellipsis, with the quotes,
//! brackets and note marks that close it, when what follows can open the next one.

use super::abbreviations::{self, Abbreviation};
use crate::Span;

/// The sentences of `text[within]`: trimmed, in order, together everything but white space.
pub fn split(text: &str, within: Span) -> impl Iterator<Item = Span> + '_ {
    let mut rest = within;
    std::iter::from_fn(move || {
        let found = Span::new(rest.start, next_end(text, rest)).trim(text);
        rest = Span::new(found.end.max(rest.start), rest.end);
        (!found.is_empty()).then_some(found)
    })
}

/// Where the first sentence of `text[rest]` ends.
fn next_end(text: &str, rest: Span) -> usize {
    let passage = rest.of(text);
    let mut from = 0;
    while let Some(found) = passage[from..].find(is_terminal) {
        let start = from + found;
        let run = passage[start..]
            .find(|c| !is_terminal(c))
            .unwrap_or(passage.len() - start);
        let closed = start + run + closers(&passage[start + run..]);
        if ends_sentence(passage, start, start + run, closed) {
            return rest.start + closed;
        }
        // Not `closed`: closers may hold no terminal, but the next search must not step back.
        from = start + run;
    }
    rest.end
}

fn is_terminal(c: char) -> bool {
    matches!(c, '.' | '!' | '?' | '…' | '。' | '！' | '？')
}

/// Length of the quotes, brackets and note marks that close a sentence.
fn closers(after: &str) -> usize {
    let mut at = 0;
    loop {
        let tail = &after[at..];
        if let Some(note) = note_mark(tail) {
            at += note;
            continue;
        }
        match tail.chars().next() {
            Some(c)
                if matches!(
                    c,
                    '”' | '’' | '"' | '\'' | ')' | ']' | '»' | '）' | '」' | '』'
                ) =>
            {
                at += c.len_utf8();
            }
            // French quotes close behind a space.
            Some(c @ (' ' | '\u{a0}' | '\u{202f}')) if tail[c.len_utf8()..].starts_with('»') => {
                at += c.len_utf8() + '»'.len_utf8();
            }
            _ => return at,
        }
    }
}

/// Length of a note mark such as "[12]", "[3, 4]" or "¹ ²".
fn note_mark(tail: &str) -> Option<usize> {
    let superscript = |c: char| matches!(c, '¹' | '²' | '³' | '⁰' | '⁴'..='⁹');
    let raised = tail.trim_start_matches([' ', '\u{202f}']);
    if raised.starts_with(superscript) {
        let marks = raised.find(|c| !superscript(c)).unwrap_or(raised.len());
        return Some(tail.len() - raised.len() + marks);
    }
    let inner = tail.strip_prefix('[')?;
    let digits =
        inner.find(|c: char| !c.is_ascii_digit() && !matches!(c, ',' | ' ' | '-' | '–'))?;
    (inner.starts_with(|c: char| c.is_ascii_digit()) && inner[digits..].starts_with(']'))
        .then_some(digits + 2)
}

/// Whether the terminals `passage[start..stop]`, closed at `closed`, end a sentence.
fn ends_sentence(passage: &str, start: usize, stop: usize, closed: usize) -> bool {
    let terminals = &passage[start..stop];
    let tail = &passage[closed..];
    let next = tail.trim_start();
    if next.is_empty() {
        return true;
    }
    if terminals.contains(['。', '！', '？']) {
        // A Chinese quotation inside an English sentence doesn't end it.
        return !next.starts_with(|c: char| matches!(c, '，' | '、' | '；') || c.is_lowercase());
    }
    if next.len() == tail.len() {
        return false;
    }
    let opening = Opening::of(next);
    if !opening.may_open() || closed > stop && terminals != "." && is_attribution(next) {
        return false;
    }
    if terminals != "."
        || closed > stop && !passage[..start].ends_with('.') && !is_quoted_word(passage, start)
    {
        return true;
    }
    let sentence = &passage[..start];
    let word = last_word(sentence);
    if is_list_number(sentence, word) {
        return false;
    }
    match abbreviations::of(word) {
        None | Some(Abbreviation::Closing) => true,
        Some(Abbreviation::Leaning) => false,
        Some(Abbreviation::BeforeNumber) => !opening.is_number(),
        Some(Abbreviation::Open) => opening.quoted || abbreviations::is_opener(opening.word),
    }
}

/// Whether text behind a quotation says who spoke: "Mr. Chen asked the meeting".
fn is_attribution(next: &str) -> bool {
    const VERBS: &[&str] = &[
        "said",
        "asked",
        "wrote",
        "noted",
        "added",
        "replied",
        "answered",
        "declared",
        "stressed",
        "suggested",
        "pointed",
        "remarked",
        "argued",
        "explained",
        "wondered",
        "warned",
        "shouted",
        "cried",
    ];
    for (names, word) in next.split(' ').take(5).enumerate() {
        if VERBS.contains(&word.trim_end_matches([',', '.', ':'])) {
            return names > 0;
        }
        if !word.starts_with(char::is_uppercase) || abbreviations::is_opener(word) {
            return false;
        }
    }
    false
}

/// Whether what stands before a closed full stop is an abbreviation in quotes or brackets, "(U.S.)".
fn is_quoted_word(passage: &str, start: usize) -> bool {
    abbreviations::of(last_word(&passage[..start])).is_some()
}

/// The letters, digits and inner full stops at the end of `before`.
fn last_word(before: &str) -> &str {
    let start = before
        .char_indices()
        .rev()
        .take_while(|&(_, c)| c.is_alphanumeric() || c == '.')
        .last()
        .map_or(before.len(), |(at, _)| at);
    before[start..].trim_start_matches('.')
}

/// Whether `sentence` is nothing but the number of a list item.
fn is_list_number(sentence: &str, word: &str) -> bool {
    let before = sentence[..sentence.len() - word.len()].trim_start();
    let numeral = !word.is_empty()
        && (word.chars().all(|c| c.is_ascii_digit() || c == '.') && word.len() <= 5
            || word
                .chars()
                .all(|c| matches!(c, 'I' | 'V' | 'X' | 'L' | 'C')));
    numeral && matches!(before, "" | "(" | "“" | "\"")
}

/// How the text behind a possible end begins.
struct Opening<'a> {
    first: char,
    word: &'a str,
    quoted: bool,
}

impl<'a> Opening<'a> {
    fn of(next: &'a str) -> Self {
        let bare = next.trim_start_matches(|c: char| {
            matches!(
                c,
                '“' | '‘' | '"' | '\'' | '(' | '[' | '«' | '（' | '「' | '—' | '–' | '\u{a0}' | ' '
            )
        });
        let end = bare
            .find(|c: char| !c.is_alphanumeric())
            .unwrap_or(bare.len());
        Self {
            first: bare.chars().next().unwrap_or(' '),
            word: &bare[..end],
            quoted: bare.len() != next.len(),
        }
    }

    fn may_open(&self) -> bool {
        self.first.is_uppercase()
            || self.first.is_numeric()
            || matches!(self.first, '$' | '£' | '€' | '¥' | '•' | '…' | '*' | '#')
            || (self.first.is_alphabetic() && !self.first.is_lowercase())
            // A name such as iPhone or e-CNY keeps its small first letter.
            || self.word.chars().skip(1).any(char::is_uppercase)
    }

    fn is_number(&self) -> bool {
        self.first.is_numeric()
            || self
                .word
                .chars()
                .all(|c| matches!(c, 'I' | 'V' | 'X' | 'L' | 'C'))
    }
}
