//! Conditions on what is known of an article, such as `year<2015 and source~Qiushi`.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::str::FromStr;

use text::Metadata;

/// Fields that every article can have.
const FIELDS: [&str; 14] = [
    "doc_id",
    "title",
    "author",
    "source",
    "published",
    "year",
    "month",
    "original_edition",
    "original_issue",
    "issue",
    "volume",
    "number",
    "period",
    "language",
];

/// Comparisons that an article fulfils all, or not.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// As it was typed.
    typed: String,
    all: Vec<Comparison>,
}

#[derive(Clone, Debug, PartialEq)]
struct Comparison {
    field: String,
    operator: Operator,
    value: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Contains,
}

impl Operator {
    /// As they are typed; the longer ones first.
    const ALL: [(&'static str, Self); 7] = [
        ("!=", Self::Unequal),
        ("<=", Self::LessOrEqual),
        (">=", Self::GreaterOrEqual),
        ("=", Self::Equal),
        ("<", Self::Less),
        (">", Self::Greater),
        ("~", Self::Contains),
    ];

    fn is_order(self) -> bool {
        !matches!(self, Self::Equal | Self::Unequal | Self::Contains)
    }

    fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::Unequal => order.is_ne(),
            Self::Less => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::GreaterOrEqual => order.is_ge(),
            Self::Contains => false,
        }
    }
}

/// What is wrong with a condition.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConditionError {
    /// It has no comparison where one should be.
    #[error(
        "'{part}' is no comparison: write a field, one of = != < <= > >= ~, and a value, as year<2015; join several by 'and'"
    )]
    NoComparison {
        /// The part at fault.
        part: String,
    },
    /// A quotation mark has no partner.
    #[error("a quotation mark in '{part}' is not closed")]
    OpenQuotation {
        /// From the mark on.
        part: String,
    },
    /// No article has such a field.
    #[error("no article has a field '{field}'; there are: {known}")]
    UnknownField {
        /// The field.
        field: String,
        /// Fields that there are.
        known: String,
    },
    /// The value has to be a number.
    #[error("'{value}' is no number, which {field} is compared with")]
    NotANumber {
        /// The field.
        field: String,
        /// The value.
        value: String,
    },
    /// The value has to be a date.
    #[error(
        "'{value}' is no date, which {field} is compared with: write 2015, 2015-03 or 2015-03-10"
    )]
    NotADate {
        /// The field.
        field: String,
        /// The value.
        value: String,
    },
    /// The value has to have an order.
    #[error(
        "'{value}' is neither a number nor a date, so {field} can't be less or greater: use = != or ~"
    )]
    NoOrder {
        /// The field.
        field: String,
        /// The value.
        value: String,
    },
}

impl FromStr for Condition {
    type Err = ConditionError;

    fn from_str(typed: &str) -> Result<Self, ConditionError> {
        let mut all = Vec::new();
        let mut rest = typed.trim();
        loop {
            let (comparison, behind) = Comparison::parse(rest)?;
            all.push(comparison);
            let Some(behind) = behind else { break };
            rest = behind;
        }
        Ok(Self {
            typed: typed.to_owned(),
            all,
        })
    }
}

impl std::fmt::Display for Condition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.typed)
    }
}

impl Comparison {
    /// The comparison that a text begins with, and what stands behind the "and" that ends it.
    fn parse(text: &str) -> Result<(Self, Option<&str>), ConditionError> {
        let wrong = || ConditionError::NoComparison {
            part: text.to_owned(),
        };
        let at = text.find(['=', '!', '<', '>', '~']).ok_or_else(wrong)?;
        let field = text[..at].trim();
        let is_operator = |(name, _): &&(&str, Operator)| text[at..].starts_with(name);
        let (name, operator) = Operator::ALL.iter().find(is_operator).ok_or_else(wrong)?;
        let (value, behind) = value(text[at + name.len()..].trim_start())?;
        // "a = b = c" and a field of several words are slips of the pen.
        if field.is_empty() || value.is_empty() {
            return Err(wrong());
        }
        let comparison = Self {
            field: normal(field),
            operator: *operator,
            value: value.to_owned(),
        };
        comparison.check()?;
        Ok((comparison, behind))
    }

    /// Whether the value suits the field.
    fn check(&self) -> Result<(), ConditionError> {
        let (field, value) = (self.field.clone(), self.value.clone());
        if self.operator == Operator::Contains {
            return Ok(());
        }
        match self.field.as_str() {
            "year" | "month" if number(&value).is_none() => {
                Err(ConditionError::NotANumber { field, value })
            }
            "published" if !is_date(&value) => Err(ConditionError::NotADate { field, value }),
            "year" | "month" | "published" => Ok(()),
            _ if self.operator.is_order() && number(&value).is_none() && !is_date(&value) => {
                Err(ConditionError::NoOrder { field, value })
            }
            _ => Ok(()),
        }
    }

    /// Whether an article fulfils it; `None` where the article doesn't say.
    fn holds(&self, doc_id: &str, metadata: &Metadata) -> Option<bool> {
        let own = field(&self.field, doc_id, metadata)?;
        if self.operator == Operator::Contains {
            return Some(own.to_lowercase().contains(&self.value.to_lowercase()));
        }
        let order = if self.field == "published" {
            by_date(&own, &self.value)?
        } else {
            match (number(&own), number(&self.value)) {
                (Some(own), Some(value)) => own.total_cmp(&value),
                _ if self.operator.is_order() => by_date(&own, &self.value)?,
                _ => own.to_lowercase().cmp(&self.value.to_lowercase()),
            }
        };
        Some(self.operator.holds(order))
    }
}

impl Condition {
    /// Fields that it names and no article has are an error.
    pub(crate) fn check_fields<'m>(
        &self,
        all: impl Iterator<Item = &'m Metadata>,
    ) -> Result<(), ConditionError> {
        let extra: BTreeSet<&str> = all
            .flat_map(|metadata| metadata.extra.keys().map(String::as_str))
            .collect();
        let named = self.all.iter().map(|comparison| &comparison.field);
        for field in named {
            let is_extra = extra.iter().any(|key| normal(key) == *field);
            if !FIELDS.contains(&field.as_str()) && !is_extra {
                let known: Vec<&str> = FIELDS.into_iter().chain(extra).collect();
                return Err(ConditionError::UnknownField {
                    field: field.clone(),
                    known: known.join(", "),
                });
            }
        }
        Ok(())
    }

    /// Whether an article fulfils it; `None` where that hangs on something it doesn't say.
    pub(crate) fn holds(&self, doc_id: &str, metadata: &Metadata) -> Option<bool> {
        let mut is_known = true;
        for comparison in &self.all {
            match comparison.holds(doc_id, metadata) {
                Some(false) => return Some(false),
                Some(true) => {}
                None => is_known = false,
            }
        }
        is_known.then_some(true)
    }
}

/// A value with or without quotation marks, and what stands behind the "and" that follows.
fn value(text: &str) -> Result<(&str, Option<&str>), ConditionError> {
    for mark in ['"', '\''] {
        let Some(inside) = text.strip_prefix(mark) else {
            continue;
        };
        let (value, behind) =
            inside
                .split_once(mark)
                .ok_or_else(|| ConditionError::OpenQuotation {
                    part: text.to_owned(),
                })?;
        let behind = behind.trim();
        if behind.is_empty() {
            return Ok((value, None));
        }
        let next = behind
            .split_once(char::is_whitespace)
            .filter(|(word, _)| word.eq_ignore_ascii_case("and"));
        let (_, next) = next.ok_or_else(|| ConditionError::NoComparison {
            part: behind.to_owned(),
        })?;
        return Ok((value, Some(next.trim_start())));
    }
    // An "and" inside a value is one that no comparison follows.
    let lower = text.to_ascii_lowercase();
    let ends = lower.match_indices(" and ").map(|(at, _)| at);
    for at in ends {
        let next = text[at + " and ".len()..].trim_start();
        if next.contains(['=', '!', '<', '>', '~']) {
            return Ok((text[..at].trim(), Some(next)));
        }
    }
    Ok((text.trim(), None))
}

/// A field's name as it is compared: small letters, and "_" for what parts words.
fn normal(name: &str) -> String {
    let name = name.trim().to_lowercase().replace([' ', '-'], "_");
    match name.as_str() {
        "date" => "published".to_owned(),
        "whole_issue" => "issue".to_owned(),
        _ => name,
    }
}

fn field(name: &str, doc_id: &str, metadata: &Metadata) -> Option<String> {
    let extra = || {
        let mut all = metadata.extra.iter();
        all.find(|(key, _)| normal(key) == name)
            .map(|(_, value)| value.clone())
    };
    let published = || metadata.published.as_deref();
    match name {
        "doc_id" => Some(doc_id.to_owned()),
        "title" => metadata.title.clone(),
        "author" => metadata.author.clone(),
        "source" => metadata.source.clone(),
        "published" => metadata.published.clone(),
        "year" => published()
            .and_then(|date| date.get(..4))
            .map(str::to_owned)
            .or_else(extra),
        "month" => published()
            .and_then(|date| date.get(5..7))
            .map(str::to_owned)
            .or_else(extra),
        "original_edition" => metadata.original_edition.clone(),
        "original_issue" => metadata.original_issue.clone(),
        "issue" => metadata.whole_issue.clone(),
        "volume" => metadata.volume.clone(),
        "number" => metadata.number.clone(),
        "period" => metadata.period.clone(),
        "language" => metadata.language.clone(),
        _ => extra(),
    }
}

fn number(text: &str) -> Option<f64> {
    text.trim().parse().ok().filter(|n: &f64| n.is_finite())
}

/// Whether a text is a year, a month of a year, or a day, in ISO 8601.
fn is_date(text: &str) -> bool {
    let full = match text.len() {
        4 => format!("{text}-01-01"),
        7 => format!("{text}-01"),
        _ => text.to_owned(),
    };
    full.len() == 10 && full.parse::<jiff::civil::Date>().is_ok()
}

/// Compares a date with a less precise one by what both say; `None` where the first says less and
/// the order hangs on it.
fn by_date(own: &str, value: &str) -> Option<Ordering> {
    let own = own.get(..value.len()).unwrap_or(own);
    if !is_date(own) {
        return None;
    }
    let common = own.len().min(value.len());
    match own[..common].cmp(&value[..common]) {
        Ordering::Equal if own.len() < value.len() => None,
        order => Some(order),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metadata() -> Metadata {
        Metadata {
            title: Some("Salt and Pepper".into()),
            source: Some("Qiushi Journal".into()),
            published: Some("2013-11-07T16:28".into()),
            volume: Some("5".into()),
            number: Some("No.8".into()),
            extra: [("Word Count", "1200"), ("updated", "2014-01")]
                .into_iter()
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .collect(),
            ..Metadata::default()
        }
    }

    #[test]
    fn comparisons_hold_by_number_date_and_text() {
        for (condition, expected) in [
            ("year<2015", Some(true)),
            ("YEAR >= 2014", Some(false)),
            ("month=11", Some(true)),
            ("published<2013-11-08", Some(true)),
            ("date >= 2013-11-07", Some(true)),
            ("published=2013-11", Some(true)),
            ("published>2013", Some(false)),
            ("source~qiushi", Some(true)),
            ("source = 'qiushi journal'", Some(true)),
            ("source!=Xinhua", Some(true)),
            ("title=Salt and Pepper", Some(true)),
            ("title~salt and year=2013", Some(true)),
            ("title ~ \"and\" and year=2014", Some(false)),
            ("volume<10", Some(true)),
            ("word_count>999.5", Some(true)),
            ("updated<2014-02", Some(true)),
            ("updated<2014-01-15", None),
            ("number<9", None),
            ("number!=9", Some(true)),
            ("author=Someone", None),
            ("author!=Someone", None),
            ("author=Someone and year=2014", Some(false)),
            ("doc_id=a", Some(true)),
        ] {
            let parsed: Condition = condition.parse().expect("a condition");
            assert_eq!(parsed.holds("a", &metadata()), expected, "{condition}");
            parsed
                .check_fields([metadata()].iter())
                .unwrap_or_else(|e| panic!("{condition}: {e}"));
        }
    }

    #[test]
    fn mistakes_are_told() {
        for (condition, expected) in [
            ("", "'' is no comparison"),
            ("year", "'year' is no comparison"),
            ("year<", "'year<' is no comparison"),
            ("<2015", "'<2015' is no comparison"),
            ("year=2015 and", "'2015 and' is no number"),
            ("year!2015", "'year!2015' is no comparison"),
            ("year<soon", "'soon' is no number, which year"),
            ("published<2015-13", "'2015-13' is no date"),
            ("source<Qiushi", "neither a number nor a date"),
            ("source='Qiushi", "'Qiushi' is not closed"),
            ("source='Qiushi' or year=2", "'or year=2' is no comparison"),
        ] {
            let error = condition.parse::<Condition>().expect_err(condition);
            assert!(error.to_string().contains(expected), "{condition}: {error}");
        }
        let unknown: Condition = "yaer<2015".parse().expect("a condition");
        let error = unknown.check_fields([metadata()].iter());
        let told = error.expect_err("no such field").to_string();
        assert!(
            told.starts_with("no article has a field 'yaer'; there are: doc_id,")
                && told.ends_with("Word Count, updated"),
            "{told}"
        );
    }
}
