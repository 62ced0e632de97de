//! The journal's byline, in either layout.
//!
//! A: `From: English Edition of Qiushi Journal Updated: 2013-11-07 16:28`
//!
//! B, run on: `By: …From:… October-December 2018|Vol.10,No.4,Issue No.37 | Updated: 2018-Dec-21 17:37`

use std::sync::LazyLock;

use regex::{Match, Regex};

use crate::dates::{self, pattern};

/// What a byline says; absent where it is silent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Byline {
    pub(crate) author: Option<String>,
    pub(crate) source: Option<String>,
    pub(crate) period: Option<String>,
    pub(crate) volume: Option<String>,
    pub(crate) number: Option<String>,
    pub(crate) whole_issue: Option<String>,
    pub(crate) published: Option<String>,
}

static BY: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)^\s*(?:by|author)\s*[:：]"));
static FROM: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)(?:from|source)\s*[:：]"));
static UPDATED: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)updated\s*[:：]"));
static ISSUE: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)issue\s*(?:no\.?|number)?\s*(\d+)"));
static VOLUME: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)vol(?:ume|\.)?\s*(\d+)"));
static NUMBER: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)(?:^|[^a-z])(no\.?\s*(\d+))"));
// A capital letter starts a month even where it runs on from the word before.
static PERIOD: LazyLock<Regex> = LazyLock::new(|| {
    const MONTH: &str = r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\.?";
    pattern(&format!(r"{MONTH}(?:\s*[-–—/]\s*{MONTH})?,?\s*\d{{4}}"))
});

/// Reads a byline. A part that is missing or makes no sense is left out.
pub(crate) fn read(line: &str) -> Byline {
    let (head, updated) = match UPDATED.find_iter(line).last() {
        Some(found) => (&line[..found.start()], Some(&line[found.end()..])),
        None => (line, None),
    };
    let (by, from) = match FROM.find(head) {
        Some(found) => (&head[..found.start()], &head[found.end()..]),
        None if BY.is_match(head) => (head, ""),
        None => ("", head),
    };
    let author = BY.find(by).and_then(|found| kept(&by[found.end()..]));
    let issue = ISSUE.captures(from);
    // "Issue No.37" is no "No.37".
    let hide = issue.as_ref().and_then(|found| found.get(0));
    let rest = hide.map_or_else(|| from.to_owned(), |found| blanked(from, found));
    let volume = VOLUME.captures(&rest);
    let number = NUMBER.captures(&rest);
    let period = PERIOD.find(from);
    let starts = [
        hide.map(|m| m.start()),
        volume
            .as_ref()
            .and_then(|found| found.get(0))
            .map(|m| m.start()),
        number
            .as_ref()
            .and_then(|found| found.get(1))
            .map(|m| m.start()),
        period.map(|m| m.start()),
        from.find('|'),
    ];
    let source = &from[..starts.into_iter().flatten().min().unwrap_or(from.len())];
    let group = |found: Option<regex::Captures<'_>>, at: usize| {
        found.and_then(|found| found.get(at).map(|m| m.as_str().to_owned()))
    };
    Byline {
        author,
        source: kept(source),
        period: period.and_then(|m| kept(m.as_str())),
        volume: group(volume, 1),
        number: group(number, 2),
        whole_issue: group(issue, 1),
        published: updated.and_then(|date| dates::iso(date.trim_matches(is_edge))),
    }
}

/// The same text with spaces in the place of `found`, so that offsets stay.
fn blanked(text: &str, found: Match<'_>) -> String {
    format!(
        "{}{}{}",
        &text[..found.start()],
        " ".repeat(found.len()),
        &text[found.end()..]
    )
}

fn is_edge(c: char) -> bool {
    c.is_whitespace() || matches!(c, '|' | ',' | ';' | '，')
}

/// A part without separators at its ends, if anything is left.
fn kept(part: &str) -> Option<String> {
    let part = part.trim_matches(is_edge);
    (!part.is_empty()).then(|| part.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A part that is there.
    macro_rules! some {
        ($part:literal) => {
            Some($part.to_owned())
        };
    }

    #[test]
    fn layout_a_gives_source_and_date() {
        let found = read("From: English Edition of Qiushi Journal Updated: 2013-11-07 16:28");
        let expected = Byline {
            source: some!("English Edition of Qiushi Journal"),
            published: some!("2013-11-07T16:28"),
            ..Byline::default()
        };
        assert_eq!(found, expected);
        assert_eq!(
            read("From: X Updated: 2011-09-19 08:47").published,
            some!("2011-09-19T08:47")
        );
    }

    #[test]
    fn layout_b_gives_the_issue_too() {
        let found = read(
            "By: Xi JinpingFrom:English Edition of QiuShi Journal October-December 2018|Vol.10,No.4,Issue No.37 | Updated: 2018-Dec-21 17:37",
        );
        let expected = Byline {
            author: some!("Xi Jinping"),
            source: some!("English Edition of QiuShi Journal"),
            period: some!("October-December 2018"),
            volume: some!("10"),
            number: some!("4"),
            whole_issue: some!("37"),
            published: some!("2018-12-21T17:37"),
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn spacing_months_and_missing_parts_vary() {
        let found = read(
            "By: A. Writer From: Qiushi Journal Oct. - Dec. 2018 | Vol. 10, No. 4 | Updated: 2018-Dec-21",
        );
        assert_eq!(found.author, some!("A. Writer"));
        assert_eq!(found.source, some!("Qiushi Journal"));
        assert_eq!(found.period, some!("Oct. - Dec. 2018"));
        assert_eq!(
            (found.volume, found.number, found.whole_issue),
            (some!("10"), some!("4"), None)
        );
        assert_eq!(found.published, some!("2018-12-21"));

        let found = read(
            "From:English Edition of Qiushi JournalJuly-September 2015|Vol.7,No.3,Issue No.24|Updated:2015-Sep-01 9:05",
        );
        assert_eq!(found.author, None);
        assert_eq!(found.source, some!("English Edition of Qiushi Journal"));
        assert_eq!(found.period, some!("July-September 2015"));
        assert_eq!(found.whole_issue, some!("24"));
        assert_eq!(found.published, some!("2015-09-01T09:05"));

        let found = read("From:Qiushi Journal|Issue No.37|Updated: 2018-Dec-21 17:37");
        assert_eq!((found.number, found.whole_issue), (None, some!("37")));
    }

    #[test]
    fn an_impossible_date_is_left_out() {
        let found = read("From: Qiushi Journal Updated: 2013-02-30 16:28");
        assert_eq!(found.published, None);
        assert_eq!(found.source, some!("Qiushi Journal"));
        assert_eq!(
            read("From: Qiushi Journal Updated: 2013-11-07 99:99").published,
            None
        );
    }

    #[test]
    fn any_line_is_read_without_failing() {
        for line in [
            "",
            "Updated:",
            "From:",
            "By:",
            "By: From: Updated: From: Updated:",
            "求是｜：",
            "|||",
        ] {
            assert_eq!(read(line).published, None, "{line}");
        }
    }
}
