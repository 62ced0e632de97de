//! Stage notes of transcripts: applause, laughter, interruptions.

use std::sync::LazyLock;

use regex::Regex;

use super::pattern;
use crate::Span;

/// One of these must stand in a note.
const SOUNDS: [&str; 16] = [
    "applause",
    "applauds",
    "applauding",
    "laughter",
    "laughs",
    "laughing",
    "cheers",
    "cheering",
    "ovation",
    "ovations",
    "clapping",
    "boos",
    "booing",
    "chanting",
    "inaudible",
    "crosstalk",
];
/// And nothing else but these, so that a sentence in brackets about applause stays.
const AROUND: [&str; 41] = [
    "a",
    "again",
    "all",
    "an",
    "and",
    "audience",
    "brief",
    "by",
    "continued",
    "continuous",
    "delegates",
    "enthusiastic",
    "floor",
    "from",
    "general",
    "great",
    "hall",
    "in",
    "into",
    "lasting",
    "light",
    "long",
    "loud",
    "members",
    "more",
    "of",
    "prolonged",
    "renewed",
    "repeated",
    "rise",
    "rises",
    "some",
    "standing",
    "stormy",
    "sustained",
    "the",
    "thunderous",
    "tumultuous",
    "turning",
    "warm",
    "with",
];

static NOTE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"[\[(（【]([^\[\]()（）【】]{4,80})[\])）】][.!。]?"));
/// A block of its own that tells what the audience does.
static AUDIENCE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^\[[^\[\]]{0,120}(?:\b(?:applau|laugh)|\baudience members?\b|\bmembers of the audience\b|\baudience\b[^\[\]]{0,60}\b(?:boo|chant|cheer|clap|disrupt|interrupt|respond|rose|sang|shout|spoke)|\b(?:disrupt|interrupt)[^\[\]]{0,60}\baudience\b)[^\[\]]{0,120}\]$",
    )
});

/// Whether a block is nothing but notes.
pub(super) fn is_note(line: &str) -> bool {
    if !line.starts_with(['[', '(', '（', '【']) {
        return false;
    }
    let rest = NOTE.replace_all(line, |found: &regex::Captures<'_>| {
        if tells_sound(&found[1]) {
            String::new()
        } else {
            found[0].to_owned()
        }
    });
    rest.trim().is_empty() || AUDIENCE.is_match(line)
}

/// The notes between the sentences of a block; those within a sentence belong to it.
pub(super) fn notes(text: &str, block: Span) -> impl Iterator<Item = Span> + '_ {
    let passage = block.of(text);
    let mut taken = 0;
    NOTE.captures_iter(passage).filter_map(move |found| {
        let (whole, inside) = (found.get(0)?, found.get(1)?);
        let before = passage[..whole.start()].trim_end();
        let after = passage[whole.end()..].trim_start();
        // A block can be a line in the middle of a paragraph.
        let is_between = (before.ends_with(ends_sentence)
            || before.len() <= taken && begins_sentence(&text[..block.start]))
            && match after.chars().next() {
                Some(next) => opens_sentence(next),
                None => is_ended(&text[block.end..]),
            };
        (is_between && tells_sound(inside.as_str())).then(|| {
            taken = whole.end();
            Span::new(block.start + whole.start(), block.start + whole.end())
        })
    })
}

/// Whether a sentence can begin behind these lines.
fn begins_sentence(lines: &str) -> bool {
    let held = lines.trim_end();
    is_break(&lines[held.len()..]) || held.is_empty() || held.ends_with(ends_sentence)
}

/// Whether the sentence before these lines is not continued in them.
fn is_ended(lines: &str) -> bool {
    let held = lines.trim_start();
    let next = held.chars().next();
    is_break(&lines[..lines.len() - held.len()]) || next.is_none_or(opens_sentence)
}

/// Whether white space parts paragraphs.
fn is_break(space: &str) -> bool {
    space.matches('\n').count() > 1
}

fn tells_sound(inside: &str) -> bool {
    let lower = inside.to_lowercase();
    let mut words = lower
        .split(|c: char| !c.is_alphabetic())
        .filter(|word| !word.is_empty());
    let mut sounds = 0;
    words.all(|word| {
        let is_sound = SOUNDS.contains(&word);
        sounds += usize::from(is_sound);
        is_sound || AROUND.contains(&word)
    }) && sounds > 0
}

fn ends_sentence(c: char) -> bool {
    matches!(
        c,
        '.' | '!' | '?' | '…' | '。' | '！' | '？' | '”' | '’' | '"' | '\'' | ')' | ']'
    )
}

fn opens_sentence(c: char) -> bool {
    c.is_alphanumeric() && !c.is_lowercase()
        || matches!(c, '“' | '‘' | '"' | '\'' | '(' | '[' | '（' | '【')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn found(text: &str) -> Vec<&str> {
        let notes = notes(text, Span::new(0, text.len()));
        notes.map(|span| span.of(text)).collect()
    }

    #[test]
    fn notes_between_sentences_are_found_and_no_others() {
        assert_eq!(
            found(
                "We will build the road. (Applause.) And the school. [Prolonged applause; all rise] [Laughter]"
            ),
            [
                "(Applause.)",
                "[Prolonged applause; all rise]",
                "[Laughter]"
            ]
        );
        assert_eq!(
            found("“Who pays?” （Laughter） We do. (laughs). So be it."),
            ["（Laughter）", "(laughs)."]
        );
        for kept in [
            "It is my last—[laughter]—but one.",
            "It was met with (loud applause) and with doubt.",
            "The hall was full. (Applause was forbidden in it.) So they rose.",
            "The hall was full. (See No. 8, 2013.) So they rose.",
            "The hall was full. (Applause) was all that was heard.",
            "He spoke to the delegates. (All rise in the hall.) He went on.",
        ] {
            assert!(found(kept).is_empty(), "{kept}");
        }
    }

    #[test]
    fn a_line_within_a_sentence_has_no_notes_between_sentences() {
        let of_lines = |text: &str| {
            let mut start = 0;
            let mut found = Vec::new();
            for line in text.split_inclusive('\n') {
                let block = Span::new(start, start + line.trim_end().len());
                found.extend(notes(text, block).map(|span| span.of(text).to_owned()));
                start += line.len();
            }
            found
        };
        for kept in [
            "We thank the delegates of the\n(applause) People's Congress for the road.",
            "It was built in the U.S. (laughter)\nand elsewhere.",
        ] {
            assert!(of_lines(kept).is_empty(), "{kept}");
        }
        for taken in [
            "The road is built.\n(Applause.) The school is next.",
            "The road is built. (Applause.)\nThe school is next.",
            "The road\n\n(Applause.) The school is next.",
            "We will go on. (Applause.)\n\nand so they did.",
        ] {
            assert_eq!(of_lines(taken), ["(Applause.)"], "{taken}");
        }
    }

    #[test]
    fn a_block_of_notes_is_one() {
        for note in [
            "[Applause]",
            "(Warm and prolonged applause.)",
            "[Laughter] [Applause]",
            "[Members of the audience spoke over the speaker.]",
            "[The speaker turned to audience members.]",
        ] {
            assert!(is_note(note), "{note}");
        }
        for kept in [
            "[Applause] And now to work.",
            "(The author is a nurse.)",
            "Applause",
            "[Editor's note: this article is for a general audience.]",
            "[The interruption of supply was repaired in May.]",
            "[1]",
        ] {
            assert!(!is_note(kept), "{kept}");
        }
    }
}
