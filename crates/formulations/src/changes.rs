//! Which wording gave way to which, and when.

use std::collections::HashSet;

use lexis::Frequencies;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rayon::prelude::*;

use crate::{FamilyUsage, Timeline, Usage};

/// Variants of a family that are compared two by two: those in the most articles.
pub const MOST_VARIANTS: usize = 12;

/// The p up to which a change counts as shown.
pub const LEVEL: f64 = 0.05;

/// How the p of a change is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChangeOptions {
    /// Shuffles of the articles.
    pub permutations: u32,
    /// Seed of the shuffles.
    pub seed: u64,
}

/// What is to be said of two variants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The later one's share rises, and the earlier one is not seen any more.
    Replaced,
    /// The later one's share rises.
    Rises,
    /// The later one's share falls again.
    Falls,
    /// The shares may have stayed as they were.
    NotShown,
    /// Whatever the order of so few articles, it would not be a sign of anything.
    TooFew,
}

impl Verdict {
    /// Its name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Replaced => "replaced",
            Self::Rises => "rises",
            Self::Falls => "falls",
            Self::NotShown => "not shown",
            Self::TooFew => "too few to tell",
        }
    }
}

/// Articles that have one of two variants; near-duplicates with the same one are one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Balance {
    /// Those with the earlier variant alone.
    pub old: usize,
    /// Those with the later one alone.
    pub new: usize,
}

/// Two variants of a family, one seen before the other, and the change between them.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The family.
    pub family: usize,
    /// The variant that was seen first.
    pub old: usize,
    /// The other.
    pub new: usize,
    /// The first period after the cut that parts them best; `None` if all their articles are of one
    /// period.
    pub since: Option<usize>,
    /// Articles before the cut.
    pub before: Balance,
    /// Articles from the cut on.
    pub after: Balance,
    /// Articles that have both, which are not compared.
    pub both: usize,
    /// The last document that has the old one.
    pub old_last: usize,
    /// The first that has the new one.
    pub new_first: usize,
    /// Two-sided p of Fisher's exact test at this cut, not corrected for having chosen it; `None` for
    /// too few.
    pub fisher_p: Option<f64>,
    /// p of the change, corrected for having chosen the cut; `None` for too few.
    pub p: Option<f64>,
    /// [`lexis::benjamini_hochberg`] of all p.
    pub q: Option<f64>,
    /// What is to be said.
    pub verdict: Verdict,
}

/// The changes between the variants of each family, two by two.
///
/// Of articles whose period is known, those with exactly one of the two variants are compared, all
/// those of a period together. Of near-duplicates with the same one the earliest alone counts. Each end of a period is a cut; the best is that with the least p of
/// Fisher's exact test of variant by side, the earliest of equal ones. Its p is the share, with one
/// added above and below, of shuffles of the articles that have a p as small at any of these cuts
/// (Westfall and Young 1993).
///
/// Where the most one-sided order possible has a two-sided p over [`LEVEL`], 2/C(n, k) for k of n
/// articles with the new variant, there are too few to tell. Results do not depend on the number of
/// threads: each shuffle has a stream of its own.
pub fn changes(all: &[FamilyUsage], timeline: &Timeline, options: ChangeOptions) -> Vec<Change> {
    let pairs: Vec<(usize, usize, usize)> = all
        .iter()
        .enumerate()
        .flat_map(|(family, usage)| {
            let order = by_first_seen(&usage.variants, timeline);
            let later = order.clone();
            order.into_iter().enumerate().flat_map(move |(at, old)| {
                later
                    .clone()
                    .into_iter()
                    .skip(at + 1)
                    .map(move |new| (family, old, new))
            })
        })
        .collect();
    let mut found: Vec<Change> = pairs
        .into_par_iter()
        .enumerate()
        .filter_map(|(number, (family, old, new))| {
            let variants = &all[family].variants;
            let pair = Pair::of(&variants[old], &variants[new], timeline);
            let (_, old_last) = variants[old].seen(timeline)?;
            let (new_first, _) = variants[new].seen(timeline)?;
            let (cut, fisher_p, p) = pair.best(number as u64, options);
            let (before, after) = pair.sides(cut);
            let verdict = match p {
                None => Verdict::TooFew,
                Some(p) if p > LEVEL => Verdict::NotShown,
                Some(_)
                    if before.new * (after.old + after.new)
                        > after.new * (before.old + before.new) =>
                {
                    Verdict::Falls
                }
                Some(_) if after.old == 0 && !pair.has_both_after(cut) => Verdict::Replaced,
                Some(_) => Verdict::Rises,
            };
            Some(Change {
                family,
                old,
                new,
                since: cut.map(|cut| pair.periods[cut].0),
                before,
                after,
                both: pair.both.len(),
                old_last,
                new_first,
                fisher_p,
                p,
                q: None,
                verdict,
            })
        })
        .collect();
    let p: Vec<f64> = found.iter().filter_map(|change| change.p).collect();
    let mut q = lexis::benjamini_hochberg(&p).into_iter();
    for change in found.iter_mut().filter(|change| change.p.is_some()) {
        change.q = q.next();
    }
    found
}

/// The variants in the most articles, by when they were first seen.
fn by_first_seen(variants: &[Usage], timeline: &Timeline) -> Vec<usize> {
    let is_dated = |usage: &Usage| {
        usage
            .documents
            .iter()
            .any(|&d| timeline.periods[d].is_some())
    };
    let mut used: Vec<usize> = (0..variants.len())
        .filter(|&at| is_dated(&variants[at]))
        .collect();
    used.sort_by_key(|&at| std::cmp::Reverse(variants[at].documents.len()));
    used.truncate(MOST_VARIANTS);
    used.sort_by_key(|&at| {
        let first = variants[at].seen(timeline).map_or(0, |(first, _)| first);
        let date = timeline.dates[first].clone();
        (timeline.periods[first], date.is_none(), date, first, at)
    });
    used
}

/// The articles of two variants by period.
struct Pair {
    /// Periods that have some, in their order, with what they have.
    periods: Vec<(usize, Balance)>,
    /// Periods of the articles that have both.
    both: Vec<Option<usize>>,
}

impl Pair {
    fn of(old: &Usage, new: &Usage, timeline: &Timeline) -> Self {
        let mut counts = vec![Balance::default(); timeline.names.len()];
        let has = |usage: &Usage, document| usage.documents.binary_search(&document).is_ok();
        let both = old.documents.iter().filter(|&&document| has(new, document));
        let both = both.map(|&document| timeline.periods[document]).collect();
        for (own, other, is_new) in [(old, new, false), (new, old, true)] {
            let alone = own.documents.iter().copied();
            let mut alone: Vec<usize> = alone.filter(|&document| !has(other, document)).collect();
            alone.sort_by(|&a, &b| timeline.order(a).cmp(&timeline.order(b)));
            let mut seen = HashSet::new();
            for document in alone {
                let Some(period) = timeline.periods[document] else {
                    continue;
                };
                if seen.insert(timeline.groups[document]) {
                    let balance = &mut counts[period];
                    *(if is_new {
                        &mut balance.new
                    } else {
                        &mut balance.old
                    }) += 1;
                }
            }
        }
        let periods = counts
            .into_iter()
            .enumerate()
            .filter(|(_, b)| b.old + b.new > 0)
            .collect();
        Self { periods, both }
    }

    /// The counts before a cut and from there on.
    fn sides(&self, cut: Option<usize>) -> (Balance, Balance) {
        let sum = |periods: &[(usize, Balance)]| {
            periods
                .iter()
                .fold(Balance::default(), |sum, (_, b)| Balance {
                    old: sum.old + b.old,
                    new: sum.new + b.new,
                })
        };
        let (before, after) = self.periods.split_at(cut.unwrap_or(self.periods.len()));
        (sum(before), sum(after))
    }

    fn has_both_after(&self, cut: Option<usize>) -> bool {
        let since = cut.map(|cut| self.periods[cut].0);
        self.both.iter().any(|&period| period >= since)
    }

    /// The best cut, the p of Fisher's test there, and its corrected p.
    fn best(
        &self,
        number: u64,
        options: ChangeOptions,
    ) -> (Option<usize>, Option<f64>, Option<f64>) {
        let (whole, _) = self.sides(None);
        let (all, new) = (whole.old + whole.new, whole.new);
        let mut sizes = Vec::new();
        let mut observed = Vec::new();
        for cut in 1..self.periods.len() {
            let (before, _) = self.sides(Some(cut));
            sizes.push(before.old + before.new);
            observed.push(before.new);
        }
        // p of each cut, by the number of new ones before it.
        let table: Vec<Vec<f64>> = sizes
            .iter()
            .map(|&before| {
                (0..=new.min(before))
                    .map(|count| fisher(count, before, new, all))
                    .collect()
            })
            .collect();
        let p_at = |cut: usize, count: usize| table[cut][count];
        let best =
            (0..sizes.len()).min_by(|&a, &b| p_at(a, observed[a]).total_cmp(&p_at(b, observed[b])));
        let Some(best) = best else {
            return (None, None, None);
        };
        let least = p_at(best, observed[best]);
        if are_too_few(all, new) {
            return (Some(best + 1), None, None);
        }
        // Equal tables must count as equal, whatever the last digit of their p.
        let limit = least * (1.0 + 1e-9);
        let mut as_small = 0_u32;
        for shuffle in 0..options.permutations {
            let mut random = ChaCha8Rng::seed_from_u64(options.seed);
            random.set_stream(number << 32 | u64::from(shuffle));
            let (mut left, mut left_new, mut before_new, mut at) = (all, new, 0, 0);
            let is_as_small = sizes.iter().enumerate().any(|(cut, &size)| {
                while at < size {
                    // Drawn one after another without putting back: a shuffle of the articles.
                    if below(&mut random, left as u32) < left_new as u32 {
                        left_new -= 1;
                        before_new += 1;
                    }
                    left -= 1;
                    at += 1;
                }
                p_at(cut, before_new) <= limit
            });
            as_small += u32::from(is_as_small);
        }
        let p = f64::from(as_small + 1) / (f64::from(options.permutations) + 1.0);
        (Some(best + 1), Some(least), Some(p))
    }
}

/// Two-sided p of `count` of `new` among `before` of `all`; 1 for what can't be.
fn fisher(count: usize, before: usize, new: usize, all: usize) -> f64 {
    let (count, before, new, all) = (count as u64, before as u64, new as u64, all as u64);
    let table = (new - count <= all - before)
        .then(|| Frequencies::new(count, before, new - count, all - before))
        .flatten();
    table.map_or(1.0, |table| 10_f64.powf(table.fisher_log10_p()))
}

/// Whether 2/C(all, new) is over [`LEVEL`].
fn are_too_few(all: usize, new: usize) -> bool {
    let mut orders = 1.0;
    for at in 0..new.min(all - new) {
        orders *= (all - at) as f64 / (at + 1) as f64;
        if 2.0 / orders <= LEVEL {
            return false;
        }
    }
    2.0 / orders > LEVEL
}

/// A number below the limit, each as likely (Lemire 2019).
fn below(random: &mut ChaCha8Rng, limit: u32) -> u32 {
    let threshold = limit.wrapping_neg() % limit;
    loop {
        let product = u64::from(random.next_u32()) * u64::from(limit);
        if product as u32 >= threshold {
            return (product >> 32) as u32;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPTIONS: ChangeOptions = ChangeOptions {
        permutations: 2000,
        seed: 1,
    };

    /// One article a year of each letter in a word: `o` old, `n` new, `b` both.
    fn of(years: &[&str], options: ChangeOptions) -> Change {
        let (usage, timeline) = history(years);
        let mut found = changes(&[usage], &timeline, options);
        assert_eq!(found.len(), 1);
        found.remove(0)
    }

    fn history(years: &[&str]) -> (FamilyUsage, Timeline) {
        let mut timeline = Timeline {
            names: (0..years.len()).map(|y| (2000 + y).to_string()).collect(),
            ..Timeline::default()
        };
        let mut variants = vec![Usage::default(), Usage::default()];
        for (year, articles) in years.iter().enumerate() {
            for article in articles.chars() {
                let document = timeline.dates.len();
                timeline.dates.push(Some((2000 + year).to_string()));
                timeline.periods.push(Some(year));
                timeline.groups.push(document);
                for (variant, letter) in variants.iter_mut().zip(['o', 'n']) {
                    if article == letter || article == 'b' {
                        variant.hits += 1;
                        variant.documents.push(document);
                        variant.counts.push(1);
                    }
                }
            }
        }
        let usage = FamilyUsage {
            whole: Usage::default(),
            variants,
        };
        (usage, timeline)
    }

    #[test]
    fn copies_count_once_on_each_side() {
        let (usage, mut timeline) = history(&["ooooo", "oo", "nnnnn", "nn"]);
        // The last old one of the second year is a copy of the first; so is the first new one.
        timeline.groups[6] = 0;
        timeline.groups[7] = 0;
        timeline.groups[13] = 8;
        let found = changes(&[usage], &timeline, OPTIONS);
        assert_eq!(found[0].before, Balance { old: 6, new: 0 });
        assert_eq!(found[0].after, Balance { old: 0, new: 6 });
    }

    #[test]
    fn a_clear_replacement_is_told_with_its_year() {
        let found = of(&["ooo", "oo", "o", "nn", "nnn", "n"], OPTIONS);
        assert_eq!((found.old, found.new, found.since), (0, 1, Some(3)));
        assert_eq!(
            (found.before, found.after),
            (Balance { old: 6, new: 0 }, Balance { old: 0, new: 6 })
        );
        assert_eq!(found.verdict, Verdict::Replaced);
        // 2/C(12, 6), and of the shuffles about as many.
        assert!((found.fisher_p.expect("enough") - 2.0 / 924.0).abs() < 1e-12);
        assert!(found.p.expect("enough") < 0.01 && found.q == found.p);
        assert_eq!(
            of(&["ooob", "oo", "o", "nn", "nnb", "n", "nn"], OPTIONS).verdict,
            Verdict::Rises
        );
        assert_eq!(
            of(&["onnnnn", "nnn", "ooooo", "ooo"], OPTIONS).verdict,
            Verdict::Falls
        );
    }

    #[test]
    fn few_articles_tell_nothing_and_mixed_ones_show_nothing() {
        let few = of(&["o", "oo", "nnn"], OPTIONS);
        assert_eq!(
            (few.verdict, few.p, few.fisher_p, few.q),
            (Verdict::TooFew, None, None, None)
        );
        assert_eq!(few.since, Some(2));
        let one_year = of(&["oooooonnnnnn"], OPTIONS);
        assert_eq!((one_year.verdict, one_year.since), (Verdict::TooFew, None));
        assert_eq!(
            of(&["on", "no", "on", "no", "on"], OPTIONS).verdict,
            Verdict::NotShown
        );
    }

    /// R's fisher.test of two by two tables sums all that are not more probable: by hand here, from
    /// C(4, i)·C(4, 4-i)/C(8, 4).
    #[test]
    fn fishers_p_by_hand() {
        assert!((fisher(0, 4, 4, 8) - 2.0 / 70.0).abs() < 1e-12);
        assert!((fisher(1, 4, 4, 8) - 34.0 / 70.0).abs() < 1e-12);
        assert!((fisher(2, 4, 4, 8) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn too_few_is_where_no_order_could_tell() {
        // 2/20, 2/70, 2/45, 2/36, 2/40
        for (all, new, expected) in [
            (6, 3, true),
            (8, 4, false),
            (10, 2, false),
            (9, 2, true),
            (40, 1, false),
            (39, 1, true),
            (5, 0, true),
        ] {
            assert_eq!(are_too_few(all, new), expected, "{new} of {all}");
        }
    }

    /// Under the null the corrected p must be at most as often small as it says: 600 shuffled
    /// histories of 30 articles in as many years. Three standard errors of a share of 5 % are 2.7 %.
    #[test]
    fn the_corrected_p_keeps_its_level_where_the_uncorrected_does_not() {
        let mut random = ChaCha8Rng::seed_from_u64(7);
        let (mut corrected, mut uncorrected) = (0, 0);
        let options = ChangeOptions {
            permutations: 300,
            seed: 3,
        };
        for _ in 0..600 {
            let mut articles: Vec<char> =
                ["o", "n"].map(|a| a.repeat(15)).concat().chars().collect();
            for at in (1..articles.len()).rev() {
                articles.swap(at, below(&mut random, at as u32 + 1) as usize);
            }
            let years: Vec<String> = articles
                .chunks(2)
                .map(|pair| pair.iter().collect())
                .collect();
            let found = of(
                &years.iter().map(String::as_str).collect::<Vec<_>>(),
                options,
            );
            corrected += u32::from(found.p.expect("enough") <= 0.05);
            uncorrected += u32::from(found.fisher_p.expect("enough") <= 0.05);
        }
        assert!(corrected <= 46, "{corrected} of 600");
        assert!(uncorrected > 46, "{uncorrected} of 600");
    }

    #[test]
    fn threads_do_not_change_p() {
        let with = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
            pool.expect("threads")
                .install(|| of(&["oon", "oo", "ono", "nn", "non", "n"], OPTIONS).p)
        };
        assert_eq!(with(1), with(3));
    }
}
