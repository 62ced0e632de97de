//! Lines become paragraphs.

use super::{heading, is_marked};
use crate::{Block, BlockKind, Span};

/// Lines up to this length, in bytes, may be a paragraph broken by hand.
const WRAP_MAX: usize = 120;

/// Joins the lines of a hard-wrapped text into paragraphs; in any other text each line is one.
pub(super) fn group(text: &str, lines: &[Block]) -> Vec<Block> {
    if !is_wrapped(text, lines) {
        return lines.to_vec();
    }
    let mut paragraphs: Vec<Block> = Vec::new();
    let mut open = false;
    for (index, line) in lines.iter().enumerate() {
        let joins =
            open && touches(text, lines[index - 1].span, line.span) && starts_plainly(text, *line);
        match paragraphs.last_mut() {
            Some(last) if joins => last.span = last.span.join(line.span),
            _ => paragraphs.push(*line),
        }
        open = !is_marked(line) && heading::numbered(text, line.span).is_none();
    }
    paragraphs
}

fn starts_plainly(text: &str, line: Block) -> bool {
    line.kind == BlockKind::Paragraph && heading::numbered(text, line.span).is_none()
}

/// Whether only one line break stands between two lines.
fn touches(text: &str, above: Span, below: Span) -> bool {
    let between = Span::new(above.end, below.start).of(text);
    between.replace("\r\n", "\n").matches(['\n', '\r']).count() == 1
        && !between.contains(['\u{2029}', '\u{c}'])
}

/// A text is hard-wrapped when most lines that another touches are short and stop inside a sentence.
fn is_wrapped(text: &str, lines: &[Block]) -> bool {
    let inner: Vec<&str> = lines
        .windows(2)
        .filter(|pair| touches(text, pair[0].span, pair[1].span))
        .map(|pair| pair[0].span.of(text))
        .collect();
    let broken = inner
        .iter()
        .filter(|line| {
            line.len() <= WRAP_MAX && !line.ends_with(['.', '!', '?', '”', '"', ':', '。'])
        })
        .count();
    inner.len() >= 3 && broken * 2 > inner.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::block;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let found: Vec<&str> = group(text, &block::lines(text))
            .iter()
            .map(|b| b.span.of(text))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn lines_broken_by_hand_are_one_paragraph() {
        check(
            "The river runs through\nfour counties and feeds\nthe fields of each of\nthem.\n\nIt floods.",
            &[
                "The river runs through\nfour counties and feeds\nthe fields of each of\nthem.",
                "It floods.",
            ],
        );
    }

    #[test]
    fn long_lines_are_paragraphs_of_their_own() {
        check(
            "It floods often.\nIt dries up.\nIt floods again.\nIt rests.",
            &[
                "It floods often.",
                "It dries up.",
                "It floods again.",
                "It rests.",
            ],
        );
    }

    #[test]
    fn a_numbered_heading_ends_a_wrapped_paragraph() {
        check(
            "The river runs through\nfour counties and feeds\nthe fields of each of\nthem.\nI. The upper reaches\nThey are steep and the\nwater is cold.",
            &[
                "The river runs through\nfour counties and feeds\nthe fields of each of\nthem.",
                "I. The upper reaches",
                "They are steep and the\nwater is cold.",
            ],
        );
    }
}
