//! Dates as sources write them, to ISO 8601 of the same precision.

use std::sync::LazyLock;

use jiff::civil::{Date, Time};
use regex::{Captures, Regex};

/// A date's usual shapes; the groups that a shape lacks make the date less precise.
static SHAPES: LazyLock<[Regex; 6]> = LazyLock::new(|| {
    const MONTH: &str = r"(?P<month>[A-Za-z]{3,9})\.?";
    const TIME: &str = r"(?:(?:\s+|T|,\s*)(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.\d+)?)?\s*(?P<zone>Z|GMT|UTC|[+-]\d{2}:?\d{2})?)?";
    let shape = |core: &str| pattern(&format!("^{core}$"));
    [
        shape(&format!(
            r"(?P<year>\d{{4}})(?:[-/.](?P<m>\d{{1,2}})(?:[-/.](?P<day>\d{{1,2}}){TIME})?)?"
        )),
        shape(r"(?P<year>\d{4})(?P<m>\d{2})(?P<day>\d{2})"),
        shape(&format!(
            r"(?P<year>\d{{4}})[-/. ]{MONTH}[-/. ](?P<day>\d{{1,2}}){TIME}"
        )),
        shape(&format!(
            r"(?:[A-Za-z]{{3,9}},?\s+)?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[ -]{MONTH},?[ -](?P<year>\d{{4}}){TIME}"
        )),
        shape(&format!(
            r"(?:[A-Za-z]{{3,9}},\s+)?{MONTH}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}}){TIME}"
        )),
        shape(&format!(r"{MONTH},?\s+(?P<year>\d{{4}})")),
    ]
});

pub(crate) fn pattern(source: &str) -> Regex {
    Regex::new(source).expect("the patterns are valid")
}

/// The date in ISO 8601, or `None` where it is no date, an impossible one, or an ambiguous one such
/// as 07/11/2013.
pub(crate) fn iso(written: &str) -> Option<String> {
    let written = written.trim();
    SHAPES
        .iter()
        .find_map(|shape| shape.captures(written))
        .and_then(|found| read(&found))
}

fn read(found: &Captures<'_>) -> Option<String> {
    let number = |name: &str| {
        found
            .name(name)
            .and_then(|m| m.as_str().parse::<i16>().ok())
    };
    let small = |name: &str| number(name).and_then(|n| i8::try_from(n).ok());
    let year = number("year")?;
    let month = match found.name("month") {
        Some(name) => Some(month(name.as_str())?),
        None => small("m"),
    };
    let date = Date::new(year, month.unwrap_or(1), small("day").unwrap_or(1)).ok()?;
    if month.is_none() {
        return Some(format!("{year:04}"));
    }
    if found.name("day").is_none() {
        return Some(format!("{year:04}-{:02}", date.month()));
    }
    let Some(hour) = small("hour") else {
        return Some(date.to_string());
    };
    let minute = small("minute")?;
    let second = small("second");
    Time::new(hour, minute, second.unwrap_or(0), 0).ok()?;
    let second = second.map_or_else(String::new, |s| format!(":{s:02}"));
    let zone = match found.name("zone").map(|m| m.as_str()) {
        None => "",
        Some("Z" | "GMT" | "UTC") => "Z",
        Some(offset) => offset,
    };
    Some(format!("{date}T{hour:02}:{minute:02}{second}{zone}"))
}

/// The number of a month, by its name or the start of it.
fn month(name: &str) -> Option<i8> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let name = name.to_ascii_lowercase();
    let at = MONTHS
        .iter()
        .position(|month| month.starts_with(&name) || name == "sept" && *month == "september")?;
    i8::try_from(at + 1).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_keep_their_precision() {
        for (written, expected) in [
            ("2013-11-07", "2013-11-07"),
            ("2013-11-07 16:28", "2013-11-07T16:28"),
            ("2013-11-07T16:28:00Z", "2013-11-07T16:28:00Z"),
            ("2013-11-07T16:28:00.123+08:00", "2013-11-07T16:28:00+08:00"),
            ("2018-Dec-21 17:37", "2018-12-21T17:37"),
            ("7 November 2013", "2013-11-07"),
            ("07 Nov. 2013", "2013-11-07"),
            ("November 7, 2013", "2013-11-07"),
            ("Sept. 3rd, 2011", "2011-09-03"),
            ("Thu, 07 Nov 2013 16:28:00 GMT", "2013-11-07T16:28:00Z"),
            ("2013/11/7", "2013-11-07"),
            ("20131107", "2013-11-07"),
            ("2013", "2013"),
            ("2013-11", "2013-11"),
            ("November 2013", "2013-11"),
        ] {
            assert_eq!(iso(written).as_deref(), Some(expected), "{written}");
        }
    }

    #[test]
    fn what_is_no_date_gives_none() {
        for written in [
            "",
            "soon",
            "2013-02-30",
            "2013-13-01",
            "2013-11-07 25:00",
            "07/11/2013",
            "31 Brumaire 2013",
            "0000000",
            "99999",
        ] {
            assert_eq!(iso(written), None, "{written}");
        }
    }
}
