//! Where a text quotes.

use std::ops::Range;

/// What opens a quotation and what closes it.
const MARKS: [(char, char); 4] = [('“', '”'), ('«', '»'), ('「', '」'), ('『', '』')];

/// What stands between quotation marks, as bytes of the text, the marks left out; by place.
pub struct Quotes {
    inside: Vec<Range<usize>>,
}

impl Quotes {
    /// Reads the paragraphs of a text, each for itself. A quotation that a paragraph does not close goes
    /// to its end only if the next one opens it again, as printers do. Straight marks open and close in
    /// turn. Single marks are not read: they are mostly apostrophes.
    pub fn new(text: &str, paragraphs: &[Range<usize>]) -> Self {
        let mut inside = Vec::new();
        for (at, paragraph) in paragraphs.iter().enumerate() {
            let next = paragraphs.get(at + 1).map(|next| &text[next.clone()]);
            let is_reopened = |open: char| next.is_some_and(|n| n.trim_start().starts_with(open));
            read(text, paragraph, &is_reopened, &mut inside);
        }
        inside.sort_by_key(|quoted: &Range<usize>| (quoted.start, quoted.end));
        Self { inside }
    }

    /// Whether some bytes stand within one quotation.
    pub fn hold(&self, bytes: &Range<usize>) -> bool {
        let before = self
            .inside
            .partition_point(|quoted| quoted.start <= bytes.start);
        // Quotations nest: an outer one begins before an inner one.
        self.inside[..before]
            .iter()
            .any(|quoted| bytes.end <= quoted.end)
    }
}

fn read(
    text: &str,
    paragraph: &Range<usize>,
    is_reopened: &dyn Fn(char) -> bool,
    inside: &mut Vec<Range<usize>>,
) {
    let mut open: Vec<(char, usize)> = Vec::new();
    for (at, mark) in text[paragraph.clone()].char_indices() {
        let (at, behind) = (paragraph.start + at, paragraph.start + at + mark.len_utf8());
        if MARKS.iter().any(|(opening, _)| *opening == mark) {
            open.push((mark, behind));
            continue;
        }
        let opening = match MARKS.iter().find(|(_, closing)| *closing == mark) {
            Some((opening, _)) => *opening,
            None if mark == '"' => '"',
            None => continue,
        };
        match open.iter().rposition(|(mark, _)| *mark == opening) {
            Some(place) => {
                inside.push(open[place].1..at);
                open.truncate(place);
            }
            None if mark == '"' => open.push((mark, behind)),
            None => {}
        }
    }
    let unclosed = open
        .first()
        .filter(|(mark, _)| *mark != '"' && is_reopened(*mark));
    inside.extend(unclosed.map(|&(_, behind)| behind..paragraph.end));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, wanted: &str, expected: bool) {
        let at = text.find(wanted).expect("in the text");
        let quotes = Quotes::new(text, std::slice::from_ref(&(0..text.len())));
        assert_eq!(quotes.hold(&(at..at + wanted.len())), expected);
    }

    #[test]
    fn marks_of_all_kinds_are_known() {
        check(
            "He said: “The road comes first.” We agree.",
            "The road comes first",
            true,
        );
        check(
            "He said: “The road comes first.” We agree.",
            "first.” We",
            false,
        );
        check(
            "He said: \"The road comes first.\" We agree.",
            "road comes",
            true,
        );
        check("He said: \"The road.\" We \"agree\".", "We", false);
        check("他说「路先行」了", "路先行", true);
        check("It is the people’s road", "road", false);
        check("a 5\" pipe and more", "pipe", false);
    }

    #[test]
    fn quotations_nest() {
        let text = "“They call it “the long road” and walk it.” So";
        check(text, "call", true);
        check(text, "the long road", true);
        check(text, "walk it", true);
        check(text, "So", false);
    }

    #[test]
    fn what_is_not_closed_goes_on_only_where_the_next_paragraph_opens_it_again() {
        let text = "“One road.\n“Two roads.”\n“Three roads.\nFour roads.";
        let mut start = 0;
        let paragraphs = text.split_inclusive('\n').map(|line| {
            start += line.len();
            start - line.len()..start
        });
        let paragraphs: Vec<Range<usize>> = paragraphs.collect();
        let quotes = Quotes::new(text, &paragraphs);
        let holds = |wanted: &str| {
            let at = text.find(wanted).expect("in the text");
            quotes.hold(&(at..at + wanted.len()))
        };
        assert!(holds("One road") && holds("Two roads"));
        assert!(!holds("Three roads") && !holds("Four roads"));
    }
}
