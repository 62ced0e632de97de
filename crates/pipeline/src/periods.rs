//! Decades, years, quarters and issues.

use std::collections::BTreeMap;

use formulations::Timeline;
use serde::Deserialize;
use text::Metadata;

use crate::Event;
use crate::sides::Member;

/// What articles are gathered by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Periods {
    /// The decade of publication: `1990s`.
    Decade,
    /// The year of publication.
    #[default]
    Year,
    /// Its quarter: `2018-Q4`.
    Quarter,
    /// The issue: its whole number, else volume and number, else that of the original edition.
    Issue,
}

impl Periods {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Decade, Self::Year, Self::Quarter, Self::Issue];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Decade => "decade",
            Self::Year => "year",
            Self::Quarter => "quarter",
            Self::Issue => "issue",
        }
    }

    /// The period of an article; `None` where it doesn't say.
    fn of(self, metadata: &Metadata) -> Option<String> {
        let year = || date(metadata)?.get(..4);
        match self {
            Self::Decade => Some(format!("{}0s", year()?.get(..3)?)),
            Self::Year => year().map(str::to_owned),
            Self::Quarter => {
                let month: u8 = date(metadata)?.get(5..7)?.parse().ok()?;
                let quarter = (1..=12).contains(&month).then(|| (month - 1) / 3 + 1)?;
                Some(format!("{}-Q{quarter}", year()?))
            }
            Self::Issue => {
                let of_volume = || match (&metadata.volume, &metadata.number) {
                    (Some(volume), Some(number)) => Some(format!("{volume}, {number}")),
                    (_, number) => number.clone(),
                };
                metadata
                    .whole_issue
                    .clone()
                    .or_else(of_volume)
                    .or_else(|| metadata.original_issue.clone())
            }
        }
    }

    /// What is to be told of pieces that stand in no period, if there are any.
    pub(crate) fn unknown(self, timeline: &Timeline) -> Option<String> {
        let periods = timeline.periods.iter();
        let unknown = periods.filter(|period| period.is_none()).count();
        (unknown > 0).then(|| {
            format!(
                "of {unknown} articles the {} is not known; they stand in no period",
                self.name()
            )
        })
    }

    /// When the pieces were published; `groups` has a number for each, the same for near-duplicates.
    /// Periods stand by their first date, those without any date behind the others.
    pub(crate) fn timeline<T: Member>(self, pieces: &[T], groups: Vec<usize>) -> Timeline {
        let dates: Vec<Option<String>> = pieces
            .iter()
            .map(|piece| {
                let date = date(piece.metadata())?;
                Some(date.get(..10).unwrap_or(date).to_owned())
            })
            .collect();
        let labels: Vec<Option<String>> = pieces.iter().map(|p| self.of(p.metadata())).collect();
        let mut first: BTreeMap<&str, Option<&str>> = BTreeMap::new();
        for (label, date) in labels.iter().zip(&dates) {
            if let Some(label) = label {
                let known = first.entry(label).or_default();
                *known = [*known, date.as_deref()].into_iter().flatten().min();
            }
        }
        let mut order: Vec<(&str, Option<&str>)> = first.into_iter().collect();
        let number = |label: &str| label.parse::<u64>().ok();
        order.sort_by_key(|&(label, date)| (date.is_none(), date, number(label), label));
        let places: BTreeMap<&str, usize> = order.iter().map(|(l, _)| *l).zip(0..).collect();
        Timeline {
            periods: labels
                .iter()
                .map(|label| label.as_deref().map(|label| places[label]))
                .collect(),
            names: order.iter().map(|(label, _)| (*label).to_owned()).collect(),
            groups,
            dates,
        }
    }

    /// The same, telling how many pieces stand in no period.
    pub(crate) fn observed<T: Member>(
        self,
        pieces: &[T],
        groups: Vec<usize>,
        observe: &mut dyn FnMut(Event<'_>),
    ) -> Timeline {
        let timeline = self.timeline(pieces, groups);
        if let Some(unknown) = self.unknown(&timeline) {
            observe(Event::Remark(&unknown));
        }
        timeline
    }
}

/// When an article was published: its date, else its column or front matter "year".
pub(crate) fn date(metadata: &Metadata) -> Option<&str> {
    let year = || {
        let mut all = metadata.extra.iter();
        let (_, year) = all.find(|(key, _)| key.eq_ignore_ascii_case("year"))?;
        Some(year.as_str())
    };
    let date = metadata.published.as_deref().or_else(year)?;
    let begins_with_year = date.get(..4)?.bytes().all(|b| b.is_ascii_digit());
    begins_with_year.then_some(date)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn articles_stand_in_their_decade_year_quarter_and_issue() {
        let of = |published: &str, whole: &str, number: &str| Metadata {
            published: (!published.is_empty()).then(|| published.to_owned()),
            whole_issue: (!whole.is_empty()).then(|| whole.to_owned()),
            number: (!number.is_empty()).then(|| number.to_owned()),
            volume: (!number.is_empty()).then(|| "Vol.5".to_owned()),
            ..Metadata::default()
        };
        let full = of("2018-12-21T10:30", "37", "No.4");
        let names = Periods::ALL.map(|by| by.of(&full).unwrap_or_default());
        assert_eq!(names, ["2010s", "2018", "2018-Q4", "37"]);
        let coarse = of("2018", "", "No.4");
        let names = Periods::ALL.map(|by| by.of(&coarse).unwrap_or_default());
        assert_eq!(names, ["2010s", "2018", "", "Vol.5, No.4"]);
        assert_eq!(
            Periods::ALL.map(|by| by.of(&of("", "", ""))),
            [None, None, None, None]
        );
    }
}
