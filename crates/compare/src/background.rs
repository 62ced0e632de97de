//! How near are texts that have nothing to do with each other? Without this, a cosine says little: it
//! grows with the length of texts, and where it begins depends on the model.

use std::collections::{BTreeMap, HashSet};
use std::ops::RangeInclusive;

use ndarray::ArrayView2;
use rayon::prelude::*;

use crate::random::{below, stream};

/// Two cosines of the same pair, found in different ways, differ by less.
const SAME: f32 = 1e-6;
/// Draws for each pair that is wanted, at most; most are good.
const DRAWS: usize = 100;

/// What a vector was made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Item {
    /// Words.
    pub length: usize,
    /// The same number for parts of one text and for near-duplicates: these are no background for
    /// each other.
    pub group: usize,
}

/// How many pairs a background has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BackgroundOptions {
    /// Pairs of a stratum; where there are no more, all are used.
    pub pairs: usize,
    /// With fewer than these, a stratum takes in the lengths around it.
    pub enough: usize,
    /// Seed of the draws. Each stratum has a stream of its own.
    pub seed: u64,
}

impl Default for BackgroundOptions {
    fn default() -> Self {
        Self {
            pairs: 2000,
            enough: 200,
            seed: 1,
        }
    }
}

/// Cosines of random pairs of unrelated texts, by their lengths.
///
/// Lengths are cut at powers of √2; a stratum holds the pairs of one class of lengths with another.
#[derive(Clone, Debug)]
pub struct Background {
    strata: BTreeMap<(u32, u32), Stratum>,
    all: Stratum,
}

/// The background of pairs of some lengths.
#[derive(Clone, Debug)]
pub struct Stratum {
    /// Lengths of the one text, in words.
    pub lengths: RangeInclusive<usize>,
    /// Lengths of the other.
    pub other_lengths: RangeInclusive<usize>,
    /// Pairs that there are.
    pub available: u64,
    /// Mean cosine of those that were taken.
    pub mean: f64,
    /// Their standard deviation (n - 1).
    pub sd: f64,
    /// Cosines, rising.
    cosines: Vec<f32>,
}

/// A background's mean and deviation by class of length, for many cosines.
#[derive(Clone, Debug)]
pub struct Standard {
    classes: usize,
    /// Mean and deviation, classes × classes.
    of: Vec<(f32, f32)>,
}

/// Where a cosine stands in its background.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Placed {
    /// Share of background pairs at or below it.
    pub percentile: f64,
    /// Standard deviations above the background's mean; none where the background doesn't vary.
    pub z: Option<f64>,
}

impl Background {
    /// Draws the background of all lengths that there are. Rows of `vectors` have length 1.
    ///
    /// Pairs of a stratum are drawn evenly and without repetition; if there are at most
    /// `options.pairs`, all are taken.
    ///
    /// # Panics
    /// If there is not an item for each row.
    pub fn new(vectors: ArrayView2<'_, f32>, items: &[Item], options: BackgroundOptions) -> Self {
        assert_eq!(vectors.nrows(), items.len(), "an item for each vector");
        let classes = Classes::new(items);
        let (first, last) = classes.ends();
        let keys: Vec<(u32, u32)> = classes
            .present()
            .flat_map(|a| classes.present().map(move |b| (a, b)))
            .filter(|(a, b)| a <= b)
            .collect();
        let strata = keys.into_par_iter().map(|(a, b)| {
            let mut reach = 0;
            let pairs = loop {
                let around = |class: u32| class.saturating_sub(reach)..=class + reach;
                let pairs = classes.pairs(items, around(a), around(b));
                let is_all = a.max(b) <= first + reach && a.min(b) + reach >= last;
                if is_all || pairs.available >= options.enough as u64 {
                    break pairs;
                }
                reach += 1;
            };
            let stream = u64::from(a) << 32 | u64::from(b);
            ((a, b), pairs.stratum(vectors, items, options, stream))
        });
        let everything = classes.pairs(items, first..=last, first..=last);
        Self {
            strata: strata.collect(),
            all: everything.stratum(vectors, items, options, u64::MAX),
        }
    }

    /// Where a cosine of texts of these lengths stands; none where there is no background, or none was
    /// drawn for such lengths.
    pub fn place(&self, length: usize, other: usize, cosine: f32) -> Option<Placed> {
        let (a, b) = (class(length), class(other));
        let stratum = self.strata.get(&(a.min(b), a.max(b)))?;
        (!stratum.cosines.is_empty()).then(|| stratum.place(cosine))
    }

    /// The strata, by lengths; several may be one after they took in those around them.
    pub fn strata(&self) -> impl ExactSizeIterator<Item = &Stratum> {
        self.strata.values()
    }

    /// What standardises cosines of texts whose lengths are among those given.
    pub fn standard(&self) -> Standard {
        let last = self.strata.keys().map(|key| key.1).max().unwrap_or(0);
        let classes = last as usize + 1;
        // Where nothing is known, nothing is near.
        let mut of = vec![(1.0, 1.0); classes * classes];
        for (&(a, b), stratum) in &self.strata {
            if stratum.varies() {
                let scale = (stratum.mean as f32, stratum.sd as f32);
                of[a as usize * classes + b as usize] = scale;
                of[b as usize * classes + a as usize] = scale;
            }
        }
        Standard { classes, of }
    }

    /// Pairs of any lengths.
    pub fn all(&self) -> &Stratum {
        &self.all
    }
}

impl Stratum {
    /// How many pairs were taken.
    pub fn pairs(&self) -> usize {
        self.cosines.len()
    }

    fn place(&self, cosine: f32) -> Placed {
        let not_above = self
            .cosines
            .partition_point(|&other| other <= cosine + SAME);
        Placed {
            percentile: not_above as f64 / self.cosines.len() as f64,
            z: (self.varies()).then(|| (f64::from(cosine) - self.mean) / self.sd),
        }
    }

    fn varies(&self) -> bool {
        self.cosines.len() > 1 && self.sd > f64::from(SAME)
    }
}

impl Standard {
    /// The class of texts of this length; those longer than any known are in the last.
    pub fn class_of(&self, length: usize) -> usize {
        (class(length) as usize).min(self.classes - 1)
    }

    /// Makes of the cosines of a text of one class with texts of others the standard deviations above
    /// the mean of unrelated ones.
    pub fn standardise(&self, class: usize, others: &[usize], cosines: &mut [f32]) {
        let of = &self.of[class * self.classes..][..self.classes];
        for (cosine, &other) in cosines.iter_mut().zip(others) {
            let (mean, sd) = of[other];
            *cosine = (*cosine - mean) / sd;
        }
    }
}

/// Twice the logarithm to the base 2, rounded down, without any rounding before.
fn class(length: usize) -> u32 {
    (length.max(1) as u64).pow(2).ilog2()
}

/// Items by class of length.
struct Classes {
    of: BTreeMap<u32, Vec<usize>>,
    groups: usize,
    /// The number of each item's group, counted up.
    group_of: Vec<usize>,
}

impl Classes {
    fn new(items: &[Item]) -> Self {
        let mut of: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
        let mut numbers: BTreeMap<usize, usize> = BTreeMap::new();
        let mut group_of = Vec::with_capacity(items.len());
        for (at, item) in items.iter().enumerate() {
            of.entry(class(item.length)).or_default().push(at);
            let next = numbers.len();
            group_of.push(*numbers.entry(item.group).or_insert(next));
        }
        Self {
            of,
            groups: numbers.len(),
            group_of,
        }
    }

    fn present(&self) -> impl Iterator<Item = u32> + Clone {
        self.of.keys().copied()
    }

    fn ends(&self) -> (u32, u32) {
        let end = |of: Option<(&u32, _)>| of.map_or(0, |(&class, _): (_, &Vec<usize>)| class);
        (
            end(self.of.first_key_value()),
            end(self.of.last_key_value()),
        )
    }

    /// Pairs of an item of some classes with one of others, of different groups.
    fn pairs(
        &self,
        items: &[Item],
        ones: RangeInclusive<u32>,
        others: RangeInclusive<u32>,
    ) -> Pairs {
        let members = |classes: &RangeInclusive<u32>| -> Vec<usize> {
            let of_classes = classes.clone().filter_map(|class| self.of.get(&class));
            of_classes.flatten().copied().collect()
        };
        let by_group = |members: &[usize]| {
            let mut counts = vec![0_u64; self.groups];
            for &at in members {
                counts[self.group_of[at]] += 1;
            }
            counts
        };
        let both = *ones.start().max(others.start())..=*ones.end().min(others.end());
        let in_both = members(&both);
        let (ones_at, others_at) = (members(&ones), members(&others));
        let (of_ones, of_others, of_both) =
            (by_group(&ones_at), by_group(&others_at), by_group(&in_both));
        let dot = |a: &[u64], b: &[u64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<u64>();
        let ordered = (ones_at.len() * others_at.len()) as u64 - dot(&of_ones, &of_others);
        // A pair whose two items could stand on either side was counted twice.
        let twice = ((in_both.len() * in_both.len()) as u64 - dot(&of_both, &of_both)) / 2;
        let lengths = |members: &[usize]| {
            let lengths = members.iter().map(|&at| items[at].length);
            lengths.clone().min().unwrap_or(0)..=lengths.max().unwrap_or(0)
        };
        Pairs {
            lengths: lengths(&ones_at),
            other_lengths: lengths(&others_at),
            ones: ones_at,
            others: others_at,
            both,
            available: ordered - twice,
        }
    }
}

/// Pairs from which a background is drawn.
struct Pairs {
    ones: Vec<usize>,
    others: Vec<usize>,
    /// Classes that stand on both sides.
    both: RangeInclusive<u32>,
    lengths: RangeInclusive<usize>,
    other_lengths: RangeInclusive<usize>,
    available: u64,
}

impl Pairs {
    /// Whether two items are a pair, and not its mirror image.
    fn is_one(&self, items: &[Item], one: usize, other: usize) -> bool {
        let in_both = |at: usize| self.both.contains(&class(items[at].length));
        items[one].group != items[other].group && !(one > other && in_both(one) && in_both(other))
    }

    fn chosen(
        &self,
        items: &[Item],
        options: BackgroundOptions,
        number: u64,
    ) -> Vec<(usize, usize)> {
        let tries = options.pairs * DRAWS;
        if self.available <= options.pairs as u64 || self.ones.len() * self.others.len() <= tries {
            let all = self
                .ones
                .iter()
                .flat_map(|&one| self.others.iter().map(move |&other| (one, other)));
            let all = all.filter(|&(one, other)| self.is_one(items, one, other));
            let mut all: Vec<(usize, usize)> = all.collect();
            if all.len() > options.pairs {
                let mut random = stream(options.seed, number);
                for at in 0..options.pairs {
                    let other = at + below(&mut random, all.len() - at);
                    all.swap(at, other);
                }
                all.truncate(options.pairs);
            }
            return all;
        }
        let mut random = stream(options.seed, number);
        let mut found = Vec::with_capacity(options.pairs);
        let mut known = HashSet::with_capacity(options.pairs);
        for _ in 0..tries {
            let one = self.ones[below(&mut random, self.ones.len())];
            let other = self.others[below(&mut random, self.others.len())];
            if self.is_one(items, one, other) && known.insert((one, other)) {
                found.push((one, other));
                if found.len() == options.pairs {
                    break;
                }
            }
        }
        found
    }

    fn stratum(
        self,
        vectors: ArrayView2<'_, f32>,
        items: &[Item],
        options: BackgroundOptions,
        number: u64,
    ) -> Stratum {
        let chosen = self.chosen(items, options, number);
        let cosine =
            |&(one, other): &(usize, usize)| crate::cosine(vectors.row(one), vectors.row(other));
        let mut cosines: Vec<f32> = chosen.iter().map(cosine).collect();
        cosines.sort_by(f32::total_cmp);
        let count = cosines.len() as f64;
        let mean = cosines.iter().map(|&x| f64::from(x)).sum::<f64>() / count.max(1.0);
        let squares: f64 = cosines.iter().map(|&x| (f64::from(x) - mean).powi(2)).sum();
        Stratum {
            lengths: self.lengths,
            other_lengths: self.other_lengths,
            available: self.available,
            mean,
            sd: (squares / (count - 1.0).max(1.0)).sqrt(),
            cosines,
        }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;

    /// Vectors of two dimensions, which turn; lengths and groups as given.
    fn turning(count: usize) -> Array2<f32> {
        Array2::from_shape_fn((count, 2), |(at, column)| {
            let angle = at as f32 * 0.7;
            if column == 0 {
                angle.cos()
            } else {
                angle.sin()
            }
        })
    }

    fn items(of: &[(usize, usize)]) -> Vec<Item> {
        of.iter()
            .map(|&(length, group)| Item { length, group })
            .collect()
    }

    #[test]
    fn of_few_texts_all_pairs_of_different_groups_are_taken() {
        let vectors = turning(4);
        let items = items(&[(10, 0), (11, 1), (10, 1), (500, 2)]);
        let found = Background::new(vectors.view(), &items, BackgroundOptions::default());
        // Six pairs, less the one of group 1; too few for any stratum, so each took in all.
        assert_eq!(found.all().pairs(), 5);
        for stratum in found.strata() {
            assert_eq!((stratum.pairs(), stratum.available), (5, 5));
            assert_eq!(stratum.lengths, 10..=500);
        }
        let cosines: Vec<f32> = [(0, 1), (0, 2), (0, 3), (1, 3), (2, 3)]
            .map(|(a, b): (i32, i32)| ((a - b) as f32 * 0.7).cos())
            .into();
        let mean = cosines.iter().sum::<f32>() / 5.0;
        assert!((found.all().mean - f64::from(mean)).abs() < 1e-6);
        let highest = found.place(10, 500, cosines[0]).expect("a place");
        assert!((highest.percentile - 1.0).abs() < 1e-12);
        let sd = (cosines.iter().map(|x| (x - mean).powi(2)).sum::<f32>() / 4.0).sqrt();
        let z = highest.z.expect("a spread");
        assert!((z - f64::from((cosines[0] - mean) / sd)).abs() < 1e-5);
        // 0.7 thrice comes third from below: two others are at or below cos 1.4, and cos 2.1 is.
        assert!(
            (found
                .place(10, 500, 1.4_f32.cos())
                .expect("a place")
                .percentile
                - 0.6)
                .abs()
                < 1e-9
        );
    }

    #[test]
    fn nothing_is_background_of_one_text() {
        let vectors = turning(3);
        let found = Background::new(
            vectors.view(),
            &items(&[(5, 0), (6, 0), (7, 0)]),
            BackgroundOptions::default(),
        );
        assert_eq!(found.all().pairs(), 0);
        assert_eq!(found.place(5, 6, 0.5), None);
        let none = Background::new(turning(0).view(), &[], BackgroundOptions::default());
        assert_eq!(none.strata().len(), 0);
    }

    /// Long texts point one way, short ones anywhere: as embeddings do.
    #[test]
    fn lengths_are_matched_and_counts_are_those_of_a_plain_loop() {
        let count = 900;
        let vectors = Array2::from_shape_fn((count, 2), |(at, column)| {
            let angle = if at % 3 == 0 {
                at as f32 * 0.001
            } else {
                at as f32 * 1.3
            };
            if column == 0 {
                angle.cos()
            } else {
                angle.sin()
            }
        });
        let items: Vec<Item> = (0..count)
            .map(|at| Item {
                length: if at % 3 == 0 { 1000 } else { 10 + at % 5 },
                group: at / 9,
            })
            .collect();
        let options = BackgroundOptions::default();
        let found = Background::new(vectors.view(), &items, options);
        for stratum in found.strata() {
            let inside =
                |at: usize, lengths: &RangeInclusive<usize>| lengths.contains(&items[at].length);
            let mut available = 0;
            let mut sum = 0.0;
            for one in 0..count {
                for other in one + 1..count {
                    let fits = (inside(one, &stratum.lengths)
                        && inside(other, &stratum.other_lengths))
                        || (inside(other, &stratum.lengths) && inside(one, &stratum.other_lengths));
                    if fits && items[one].group != items[other].group {
                        available += 1;
                        sum += f64::from(vectors.row(one).dot(&vectors.row(other)));
                    }
                }
            }
            assert_eq!(stratum.available, available);
            assert_eq!(stratum.pairs(), options.pairs);
            // Cosines vary by 0.71 at most, so the mean of 2,000 by 0.016; four of these.
            assert!(
                (stratum.mean - sum / available as f64).abs() < 0.064,
                "{stratum:?}"
            );
        }
        let long = found.place(1000, 1000, 0.9).expect("a place").percentile;
        let short = found.place(10, 10, 0.9).expect("a place").percentile;
        assert!(long < 0.5 && short > 0.8, "{long} {short}");
        let standard = found.standard();
        let mut z = [0.9];
        standard.standardise(standard.class_of(1000), &[standard.class_of(12)], &mut z);
        let placed = found
            .place(12, 1000, 0.9)
            .expect("a place")
            .z
            .expect("a spread");
        assert!((f64::from(z[0]) - placed).abs() < 1e-4);
    }

    #[test]
    fn threads_change_nothing_and_the_seed_does() {
        let vectors = turning(300);
        let items: Vec<Item> = (0..300)
            .map(|at| Item {
                length: at + 1,
                group: at,
            })
            .collect();
        let options = BackgroundOptions {
            pairs: 50,
            enough: 20,
            seed: 7,
        };
        let drawn = |options| {
            let found = Background::new(vectors.view(), &items, options);
            found
                .strata()
                .map(|s| s.cosines.clone())
                .collect::<Vec<_>>()
        };
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(1)
            .build()
            .expect("a pool");
        assert_eq!(pool.install(|| drawn(options)), drawn(options));
        assert_ne!(
            drawn(options),
            drawn(BackgroundOptions { seed: 8, ..options })
        );
    }

    #[test]
    fn classes_are_cut_at_powers_of_the_root_of_two() {
        assert_eq!(
            [0, 1, 2, 3, 4, 5, 6, 8, 11, 12, 16].map(class),
            [0, 0, 2, 3, 4, 4, 5, 6, 6, 7, 8]
        );
    }
}
