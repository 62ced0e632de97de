//! How widely and when wordings are used.

use lexis::Dispersion;

use crate::{Family, Hit, Share};

/// When the documents of a corpus were published.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Timeline {
    /// Dates of the documents, ISO 8601; `None` where it is not known.
    pub dates: Vec<Option<String>>,
    /// Periods of the documents, as places in `names`; `None` where it is not known.
    pub periods: Vec<Option<usize>>,
    /// Names of the periods in their order.
    pub names: Vec<String>,
    /// A number for each document, the same for near-duplicates.
    pub groups: Vec<usize>,
}

impl Timeline {
    /// How many documents there are.
    pub fn documents(&self) -> usize {
        self.dates.len()
    }

    /// How many documents each period has.
    pub fn of_periods(&self) -> Vec<usize> {
        self.per_period(0..self.documents())
    }

    fn per_period(&self, documents: impl IntoIterator<Item = usize>) -> Vec<usize> {
        let mut counts = vec![0; self.names.len()];
        for document in documents {
            if let Some(period) = self.periods[document] {
                counts[period] += 1;
            }
        }
        counts
    }

    /// By which documents are ordered: by date, those without behind all others, then by their order.
    pub(crate) fn order(&self, document: usize) -> (bool, Option<&str>, usize) {
        let date = self.dates[document].as_deref();
        (date.is_none(), date, document)
    }
}

/// What uses a wording, or one of several.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Occurrences.
    pub hits: usize,
    /// Documents that have one, rising.
    pub documents: Vec<usize>,
    /// How many each of them has.
    pub counts: Vec<u64>,
}

impl Usage {
    fn add(&mut self, document: usize) {
        self.hits += 1;
        if self.documents.last() != Some(&document) {
            self.documents.push(document);
            self.counts.push(0);
        }
        *self.counts.last_mut().expect("just made sure") += 1;
    }

    /// Its article share; `None` without articles.
    pub fn share(&self, timeline: &Timeline) -> Option<Share> {
        Share::new(self.documents.len(), timeline.documents())
    }

    /// Gries' DP over documents of the given sizes in words: 0 for even use, near 1 for use in one place.
    /// `None` without occurrences.
    ///
    /// # Panics
    /// If a document that has one has no size, or no words.
    pub fn dp(&self, sizes: &[u64]) -> Option<f64> {
        let counts = self
            .documents
            .iter()
            .copied()
            .zip(self.counts.iter().copied());
        Dispersion::of(counts, sizes).map(|spread| spread.dp)
    }

    /// Its article shares by period.
    pub fn by_period(&self, timeline: &Timeline) -> Vec<Option<Share>> {
        let own = timeline.per_period(self.documents.iter().copied());
        let all = timeline.of_periods();
        own.into_iter()
            .zip(all)
            .map(|(own, all)| Share::new(own, all))
            .collect()
    }

    /// The first and the last document that has it: by date, then by order. Documents without a date
    /// count only where all are without.
    pub fn seen(&self, timeline: &Timeline) -> Option<(usize, usize)> {
        let dated = || {
            let documents = self.documents.iter().copied();
            documents.filter(|&document| timeline.dates[document].is_some())
        };
        let ends = |documents: &mut dyn Iterator<Item = usize>| {
            let mut sorted: Vec<usize> = documents.collect();
            sorted.sort_by(|&a, &b| timeline.order(a).cmp(&timeline.order(b)));
            Some((*sorted.first()?, *sorted.last()?))
        };
        ends(&mut dated()).or_else(|| ends(&mut self.documents.iter().copied()))
    }
}

/// The use of a family.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FamilyUsage {
    /// Of any of its variants.
    pub whole: Usage,
    /// Of each variant.
    pub variants: Vec<Usage>,
}

/// The use of all families, from their hits in reading order.
///
/// # Panics
/// If hits are of other families.
pub fn usage(families: &[Family], hits: &[Hit]) -> Vec<FamilyUsage> {
    let mut all: Vec<FamilyUsage> = families
        .iter()
        .map(|family| FamilyUsage {
            whole: Usage::default(),
            variants: vec![Usage::default(); family.variants.len()],
        })
        .collect();
    for hit in hits {
        let family = &mut all[hit.family];
        family.whole.add(hit.occurrence.document);
        family.variants[hit.variant].add(hit.occurrence.document);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_and_last_go_by_date_then_by_order_and_undated_ones_come_in_only_alone() {
        let timeline = Timeline {
            dates: [
                Some("2015-03"),
                None,
                Some("2013-11-07"),
                Some("2015-03"),
                None,
            ]
            .map(|d| d.map(str::to_owned))
            .into(),
            periods: vec![Some(1), None, Some(0), Some(1), None],
            names: vec!["2013".into(), "2015".into()],
            groups: (0..5).collect(),
        };
        let of = |documents: &[usize]| {
            let mut usage = Usage::default();
            for &document in documents {
                usage.add(document);
            }
            usage
        };
        assert_eq!(of(&[0, 1, 2, 3, 3]).seen(&timeline), Some((2, 3)));
        assert_eq!(of(&[0, 3]).seen(&timeline), Some((0, 3)));
        assert_eq!(of(&[1, 4]).seen(&timeline), Some((1, 4)));
        assert_eq!(of(&[]).seen(&timeline), None);
        let usage = of(&[0, 1, 2, 2]);
        assert_eq!(
            (usage.hits, &*usage.documents, &*usage.counts),
            (4, &[0, 1, 2][..], &[1, 1, 2][..])
        );
        // Shares of occurrences 1/4, 1/4, 1/2 and of words 1/5 each: half of .05 + .05 + .3 + .2 + .2.
        assert!((usage.dp(&[10; 5]).expect("used") - 0.4).abs() < 1e-12);
        let shares: Vec<_> = usage
            .by_period(&timeline)
            .into_iter()
            .flatten()
            .map(|s| (s.articles, s.of))
            .collect();
        assert_eq!(shares, [(1, 1), (1, 2)]);
        let whole = usage.share(&timeline).expect("articles");
        assert_eq!((whole.articles, whole.of), (3, 5));
    }
}
