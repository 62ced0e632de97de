//! How often chance would part the documents so that a term looks as key as it does.
//!
//! Occurrences of a term come in documents, and are not drawn one by one as G² assumes. So the labels
//! of documents are shuffled, all terms under the same shuffles: the permutation test of keyperm
//! (Mildenberger 2023). A score rises with the target's count and falls with the target's words; so for
//! a term and a count there is one number of words up to which the score is as high as the observed
//! one, and most shuffles are judged by two comparisons of integers.

use std::cmp::Reverse;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rayon::prelude::*;

use crate::counts::Counts;
use crate::keyness::surprise;

/// Permutations that are judged together, a lane each.
const LANES: usize = 64;
/// Bytes of labels that are in memory at the same time.
const LABELS: usize = 32 << 20;
/// Terms of one task at most.
const TERMS: usize = 64;
/// Up to this frequency, the words at which a term's score passes the observed one are kept.
const TABLE: u64 = 4096;

/// What is compared between a term's observed and its shuffled counts. Both are signed: high where
/// the target uses the term more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Score {
    /// G², long form.
    G2,
    /// Log Ratio with Walter's correction.
    LogRatio,
}

/// Shuffled labels, and how many times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Permutations {
    /// What is compared.
    pub score: Score,
    /// How many shuffles; the least p is one part of this and one more.
    pub count: u32,
    /// Where their random numbers begin. Each shuffle has a stream of its own.
    pub seed: u64,
}

/// The p values of a term.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PermutationP {
    /// That the target's use is as high by chance: `(#{score >= observed} + 1)/(count + 1)`.
    pub higher: f64,
    /// That it is as low.
    pub lower: f64,
    /// Either: `2 · min(higher, lower, ½)`.
    pub either: f64,
}

/// Why documents can't be shuffled between a target and a reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SplitError {
    /// There is nothing to compare.
    #[error("no document is in the target: choose others")]
    EmptyTarget,
    /// There is nothing to compare with.
    #[error("all documents are in the target: leave some as the reference")]
    EmptyReference,
}

/// Documents divided into a target and a reference, and what is shuffled of them.
///
/// What is shuffled are units: groups of near-duplicates that change sides together, all other
/// documents alone. The number of units on each side is kept, as keyperm keeps the number of
/// documents. A group that lies on both sides is two units, its part in the target and its part in the
/// reference; so the division as observed is one of those that a shuffle can give, which the
/// test needs to be valid.
#[derive(Clone, Debug)]
pub struct Split {
    is_target: Vec<bool>,
    unit_of: Vec<u32>,
    units: usize,
    target_units: usize,
}

impl Split {
    /// A division of documents. `groups` gives equal numbers to near-duplicates; without it, each
    /// document is by itself.
    ///
    /// # Errors
    /// If a side has no documents.
    ///
    /// # Panics
    /// If `groups` has not as many numbers as there are documents.
    pub fn new(is_target: Vec<bool>, groups: Option<&[usize]>) -> Result<Self, SplitError> {
        if !is_target.contains(&true) {
            return Err(SplitError::EmptyTarget);
        }
        if !is_target.contains(&false) {
            return Err(SplitError::EmptyReference);
        }
        if let Some(groups) = groups {
            assert_eq!(groups.len(), is_target.len(), "each document has a group");
        }
        let group = |document: usize| groups.map_or(document, |groups| groups[document]);
        let mut order: Vec<usize> = (0..is_target.len()).collect();
        let key = |&document: &usize| (group(document), is_target[document]);
        order.sort_by_key(key);
        // Units are numbered by their first document, whatever the numbers of groups.
        let mut first_of = vec![0; is_target.len()];
        for unit in order.chunk_by(|a, b| key(a) == key(b)) {
            for &document in unit {
                first_of[document] = unit[0];
            }
        }
        let (mut unit_of, mut units, mut target_units) = (vec![0; is_target.len()], 0, 0);
        for document in 0..is_target.len() {
            if first_of[document] == document {
                unit_of[document] = units;
                units += 1;
                target_units += usize::from(is_target[document]);
            } else {
                unit_of[document] = unit_of[first_of[document]];
            }
        }
        Ok(Self {
            is_target,
            unit_of,
            units: units as usize,
            target_units,
        })
    }

    /// Which documents are in the target.
    pub fn is_target(&self) -> &[bool] {
        &self.is_target
    }

    /// The unit of each document, numbered from 0.
    pub fn unit_of(&self) -> &[u32] {
        &self.unit_of
    }

    /// How many units are in the target, and how many are in the reference.
    pub fn units(&self) -> (usize, usize) {
        (self.target_units, self.units - self.target_units)
    }

    /// Whether one unit stands against the rest, so that all divisions are tried instead of some.
    pub fn is_exact(&self) -> bool {
        self.target_units == 1 || self.units - self.target_units == 1
    }

    /// The p values of all terms.
    ///
    /// Where one unit stands against the rest ([`Self::is_exact`]), there are as many divisions as
    /// units, and p is the share of those that score as high: `(1 + #{other units})/units`. No
    /// random numbers are used.
    ///
    /// # Panics
    /// If the counts are of another number of documents.
    pub fn p_values(&self, counts: &Counts, permutations: Permutations) -> Vec<PermutationP> {
        assert_eq!(counts.documents(), self.is_target.len(), "one corpus");
        if self.is_exact() {
            self.exact(counts, permutations.score)
        } else {
            self.shuffled(counts, permutations)
        }
    }

    fn observed(&self, counts: &Counts, term: usize) -> u64 {
        let row = counts.row(term);
        let of_target = row.filter(|&(document, _)| self.is_target[document]);
        of_target.map(|(_, count)| count).sum()
    }

    fn words(&self, sequences: &[u64]) -> Words {
        let sides = self.is_target.iter().zip(sequences);
        Words {
            all: sequences.iter().sum(),
            target: sides.filter(|(is, _)| **is).map(|(_, words)| words).sum(),
        }
    }

    fn exact(&self, counts: &Counts, score: Score) -> Vec<PermutationP> {
        let mut found = Vec::with_capacity(counts.len());
        for size in counts.options().sizes.clone() {
            let sequences = counts.sequences(size);
            let words = self.words(sequences);
            let units = self.sizes_of_units(sequences);
            let terms = counts.terms_of(size).into_par_iter();
            found.par_extend(terms.map(|term| {
                let observed = (self.observed(counts, term), words.target);
                let bar = Bar::new(score, counts.count(term), words.all, observed);
                let mut of_units: Vec<(u32, u64)> = counts
                    .row(term)
                    .map(|(document, count)| (self.unit_of[document], count))
                    .collect();
                of_units.sort_unstable();
                let (high, low) = units.judge(&bar, self.target_units == 1, &of_units);
                PermutationP::of(high as u64, low as u64, self.units as u64)
            }));
        }
        found
    }

    fn sizes_of_units(&self, sequences: &[u64]) -> UnitWords {
        let mut words = vec![0; self.units];
        for (&unit, &more) in self.unit_of.iter().zip(sequences) {
            words[unit as usize] += more;
        }
        let mut sorted = words.clone();
        sorted.sort_unstable();
        UnitWords { words, sorted }
    }

    fn shuffled(&self, counts: &Counts, permutations: Permutations) -> Vec<PermutationP> {
        let mut alike: Vec<Alike> = Vec::new();
        let mut sequences = Vec::new();
        for (at, size) in counts.options().sizes.clone().enumerate() {
            sequences.push(counts.sequences(size));
            let words = self.words(counts.sequences(size));
            alike.extend(self.alike(counts, size, at, words));
        }
        let tiles_at_once = (LABELS / (self.is_target.len() * LANES)).max(1);
        let tiles = (permutations.count as usize).div_ceil(LANES);
        let mut found = vec![(0_u32, 0_u32); counts.len()];
        for first in (0..tiles).step_by(tiles_at_once) {
            let tiles: Vec<Tile> = (first..tiles.min(first + tiles_at_once))
                .into_par_iter()
                .map(|tile| self.tile(tile, &sequences, permutations))
                .collect();
            let judged: Vec<Vec<(u32, u32)>> = alike
                .par_iter()
                .map(|alike| alike.judge(counts, permutations.score, &tiles))
                .collect();
            for (alike, judged) in alike.iter().zip(judged) {
                for (&term, (high, low)) in alike.terms.iter().zip(judged) {
                    found[term].0 += high;
                    found[term].1 += low;
                }
            }
        }
        let divisions = u64::from(permutations.count) + 1;
        let p = |(high, low)| PermutationP::of(u64::from(high) + 1, u64::from(low) + 1, divisions);
        found.into_iter().map(p).collect()
    }

    /// The terms of a size in tasks of terms with equal counts, frequent ones first.
    fn alike(&self, counts: &Counts, size: usize, at: usize, words: Words) -> Vec<Alike> {
        let mut keys: Vec<(Reverse<u64>, u64, usize)> = counts
            .terms_of(size)
            .into_par_iter()
            .map(|term| {
                let observed = self.observed(counts, term);
                (Reverse(counts.count(term)), observed, term)
            })
            .collect();
        keys.par_sort_unstable();
        keys.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1))
            .flat_map(|equal| equal.chunks(TERMS))
            .map(|some| Alike {
                terms: some.iter().map(|key| key.2).collect(),
                count: some[0].0.0,
                observed: some[0].1,
                size: at,
                words,
            })
            .collect()
    }

    /// The labels of some permutations that follow one another.
    fn tile(&self, tile: usize, sequences: &[&[u64]], permutations: Permutations) -> Tile {
        let first = tile * LANES;
        let lanes = LANES.min(permutations.count as usize - first);
        let mut labels = vec![[0_i8; LANES]; self.is_target.len()];
        let mut order = Vec::with_capacity(self.units);
        let mut is_chosen = vec![false; self.units];
        for lane in 0..lanes {
            let mut random = ChaCha8Rng::seed_from_u64(permutations.seed);
            random.set_stream((first + lane) as u64);
            order.clear();
            order.extend(0..self.units);
            is_chosen.fill(false);
            for at in 0..self.target_units {
                let left = (self.units - at) as u32;
                order.swap(at, at + below(&mut random, left) as usize);
                is_chosen[order[at]] = true;
            }
            for (labels, &unit) in labels.iter_mut().zip(&self.unit_of) {
                labels[lane] = -i8::from(is_chosen[unit as usize]);
            }
        }
        let words = sequences
            .iter()
            .map(|sequences| {
                let mut words = [0_u32; LANES];
                for (labels, &more) in labels.iter().zip(*sequences) {
                    add(&mut words, labels, more as u32);
                }
                words
            })
            .collect();
        Tile {
            lanes,
            labels,
            words,
        }
    }
}

impl PermutationP {
    fn of(high: u64, low: u64, divisions: u64) -> Self {
        let share = |count: u64| count as f64 / divisions as f64;
        Self {
            higher: share(high),
            lower: share(low),
            either: 2.0 * share(high.min(low)).min(0.5),
        }
    }
}

/// Words, or sequences of some size.
#[derive(Clone, Copy)]
struct Words {
    all: u64,
    target: u64,
}

/// The words of each unit.
struct UnitWords {
    words: Vec<u64>,
    sorted: Vec<u64>,
}

impl UnitWords {
    /// How many units, alone on their side, score as high and as low as the bar.
    fn judge(&self, bar: &Bar, is_target_alone: bool, counts: &[(u32, u64)]) -> (usize, usize) {
        // With one unit as the reference, the target has what that unit does not have.
        let judge = |count: u64, words: u64| {
            if is_target_alone {
                bar.judge(count, words)
            } else {
                bar.judge(bar.term - count, bar.all - words)
            }
        };
        // Units so large that they must have the term are not among those without it.
        let can_lack = |words: u64| words <= bar.all - bar.term;
        let lacking = &self.sorted[..self.sorted.partition_point(|&words| can_lack(words))];
        // The smaller a unit without the term, the higher it scores as the target, and the lower
        // the rest scores as the target.
        let (mut high, mut low) = if is_target_alone {
            (
                lacking.partition_point(|&words| judge(0, words).0),
                lacking.len() - lacking.partition_point(|&words| !judge(0, words).1),
            )
        } else {
            (
                lacking.len() - lacking.partition_point(|&words| !judge(0, words).0),
                lacking.partition_point(|&words| judge(0, words).1),
            )
        };
        for unit in counts.chunk_by(|a, b| a.0 == b.0) {
            let words = self.words[unit[0].0 as usize];
            if can_lack(words) {
                let (is_high, is_low) = judge(0, words);
                high -= usize::from(is_high);
                low -= usize::from(is_low);
            }
            let (is_high, is_low) = judge(unit.iter().map(|&(_, count)| count).sum(), words);
            high += usize::from(is_high);
            low += usize::from(is_low);
        }
        (high, low)
    }
}

/// The score that a term has, and with it the scores that are as high or as low.
struct Bar {
    score: Score,
    /// Occurrences on both sides.
    term: u64,
    /// Words on both sides.
    all: u64,
    high: f64,
    low: f64,
}

impl Bar {
    fn new(score: Score, term: u64, all: u64, (observed, target): (u64, u64)) -> Self {
        let mut bar = Self {
            score,
            term,
            all,
            high: 0.0,
            low: 0.0,
        };
        let observed = bar.score(observed, target);
        // Rounding must not part equal scores: that of counts as large as all words, in G².
        let rounding = match score {
            Score::G2 => all as f64 * 1e-14,
            Score::LogRatio => 0.0,
        };
        let tolerance = 1e-9 * observed.abs().max(1.0) + rounding;
        bar.high = observed - tolerance;
        bar.low = observed + tolerance;
        bar
    }

    fn score(&self, count: u64, words: u64) -> f64 {
        let (a, b) = (count as f64, (self.term - count) as f64);
        let (target, reference) = (words as f64, (self.all - words) as f64);
        match self.score {
            Score::LogRatio => {
                (((a + 0.5) * (reference + 0.5)) / ((b + 0.5) * (target + 0.5))).log2()
            }
            Score::G2 => {
                let rate = self.term as f64 / self.all as f64;
                let rest = 1.0 - rate;
                let sum = surprise(a, target * rate)
                    + surprise(b, reference * rate)
                    + surprise(target - a, target * rest)
                    + surprise(reference - b, reference * rest);
                if a * reference >= b * target {
                    2.0 * sum
                } else {
                    -2.0 * sum
                }
            }
        }
    }

    /// Whether these counts score as high, and whether as low.
    fn judge(&self, count: u64, words: u64) -> (bool, bool) {
        let score = self.score(count, words);
        (score >= self.high, score <= self.low)
    }

    /// For a count of the target: from how many words on it does not score as high, and from how many
    /// it scores as low.
    fn turning_points(&self, count: u64) -> (u32, u32) {
        let most = self.all - (self.term - count);
        let turn = |mut from: u64, mut to: u64, is_behind: &dyn Fn(u64) -> bool| {
            while from < to {
                let middle = u64::midpoint(from, to);
                if is_behind(middle) {
                    to = middle;
                } else {
                    from = middle + 1;
                }
            }
            from
        };
        let not_high = turn(count, most + 1, &|words| {
            self.score(count, words) < self.high
        });
        let is_low = |words: u64| self.score(count, words) <= self.low;
        // Mostly just there; near equal rates some words before.
        let (mut step, mut start) = (1, not_high);
        while start > count && is_low(start - 1) {
            start = start.saturating_sub(step).max(count);
            step *= 2;
        }
        let low = turn(start, not_high, &is_low);
        (
            u32::try_from(not_high).unwrap_or(u32::MAX),
            u32::try_from(low).unwrap_or(u32::MAX),
        )
    }
}

/// Labels of some permutations: -1 (all bits) for documents in the target, else 0.
struct Tile {
    lanes: usize,
    labels: Vec<[i8; LANES]>,
    /// Words in the target, for each size of terms.
    words: Vec<[u32; LANES]>,
}

impl Tile {
    /// The occurrences in the target of a term that has `count` in all.
    fn sums(&self, row: &[(u32, u32)], count: u64) -> [u32; LANES] {
        if u16::try_from(count).is_ok() {
            let mut sums = [0; LANES];
            for &(document, count) in row {
                add_small(&mut sums, &self.labels[document as usize], count as u16);
            }
            return sums.map(u32::from);
        }
        let mut sums = [0; LANES];
        for &(document, count) in row {
            add(&mut sums, &self.labels[document as usize], count);
        }
        sums
    }
}

/// Adds to the lanes of permutations that have the document in the target.
fn add(sums: &mut [u32; LANES], labels: &[i8; LANES], count: u32) {
    for (sum, &label) in sums.iter_mut().zip(labels) {
        *sum += i32::from(label).cast_unsigned() & count;
    }
}

/// The same in half the room, for sums that fit.
fn add_small(sums: &mut [u16; LANES], labels: &[i8; LANES], count: u16) {
    for (sum, &label) in sums.iter_mut().zip(labels) {
        *sum += i16::from(label).cast_unsigned() & count;
    }
}

/// Terms of one size with the same counts, so that what one of them needs to pass, the others need.
struct Alike {
    terms: Vec<usize>,
    count: u64,
    observed: u64,
    /// Place of the size among those counted.
    size: usize,
    words: Words,
}

impl Alike {
    /// How many of the permutations score as high and as low, for each term.
    fn judge(&self, counts: &Counts, score: Score, tiles: &[Tile]) -> Vec<(u32, u32)> {
        let observed = (self.observed, self.words.target);
        let bar = Bar::new(score, self.count, self.words.all, observed);
        let has_table = self.count <= TABLE;
        let mut turning_points = vec![
            None;
            if has_table {
                self.count as usize + 1
            } else {
                0
            }
        ];
        let rows: Vec<Vec<(u32, u32)>> = (self.terms.iter())
            .map(|&term| {
                let row = counts.row(term);
                row.map(|(document, count)| (document as u32, count as u32))
                    .collect()
            })
            .collect();
        let mut found = vec![(0, 0); self.terms.len()];
        for tile in tiles {
            let words = &tile.words[self.size];
            for (row, found) in rows.iter().zip(&mut found) {
                let sums = tile.sums(row, self.count);
                for (&count, &words) in sums.iter().zip(words).take(tile.lanes) {
                    let (is_high, is_low) = match turning_points.get_mut(count as usize) {
                        Some(known) => {
                            let (not_high, low) =
                                *known.get_or_insert_with(|| bar.turning_points(count.into()));
                            (words < not_high, words >= low)
                        }
                        None => bar.judge(count.into(), words.into()),
                    };
                    found.0 += u32::from(is_high);
                    found.1 += u32::from(is_low);
                }
            }
        }
        found
    }
}

/// A number below `limit`, each with the same probability (Lemire 2019).
pub(crate) fn below(random: &mut ChaCha8Rng, limit: u32) -> u32 {
    loop {
        let wide = u64::from(random.next_u32()) * u64::from(limit);
        if wide as u32 >= limit.wrapping_neg() % limit {
            return (wide >> 32) as u32;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::Corpus;
    use crate::corpus::tests::corpus;
    use crate::counts::CountOptions;
    use crate::keyness::Frequencies;

    const SCORES: [Score; 2] = [Score::G2, Score::LogRatio];

    fn count(corpus: &Corpus) -> Counts {
        let options = CountOptions {
            sizes: 1..=2,
            min_count: 1,
            min_documents: 1,
        };
        Counts::of(corpus, options)
    }

    /// Documents of unequal lengths and uneven words.
    fn some_documents(documents: usize) -> Corpus {
        let mut state = 7_u32;
        let mut next = |below: u32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) % below
        };
        let texts: Vec<String> = (0..documents)
            .map(|document| {
                let words = 5 + next(40);
                let word = |bias: u32, at: u32| format!("w{} ", at.min(bias % 5 + 3));
                (0..words).map(|_| word(document as u32, next(9))).collect()
            })
            .collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        corpus(&texts)
    }

    fn plain_score(counts: &Counts, term: usize, score: Score, is_target: &[bool]) -> f64 {
        let sum = |side: bool| {
            let row = counts
                .row(term)
                .filter(|&(document, _)| is_target[document] == side);
            row.map(|(_, count)| count).sum()
        };
        let words = |side: bool| {
            let sequences = counts.sequences(counts.words(term).len());
            let of_side = sequences
                .iter()
                .zip(is_target)
                .filter(|(_, is)| **is == side);
            of_side.map(|(words, _)| words).sum()
        };
        let found = Frequencies::new(sum(true), words(true), sum(false), words(false))
            .expect("both have words");
        match score {
            Score::G2 => found.g2(),
            Score::LogRatio => found.log_ratio_walter(),
        }
    }

    /// The shares of all divisions that score as high and as low.
    fn all_divisions(counts: &Counts, term: usize, score: Score, target: &[bool]) -> (f64, f64) {
        let documents = target.len();
        let chosen = target.iter().filter(|is| **is).count() as u32;
        let observed = plain_score(counts, term, score, target);
        let (mut high, mut low, mut all) = (0, 0, 0);
        for bits in (0..1_u32 << documents).filter(|bits| bits.count_ones() == chosen) {
            let division: Vec<bool> = (0..documents).map(|d| bits >> d & 1 == 1).collect();
            let found = plain_score(counts, term, score, &division);
            all += 1;
            high += u32::from(found >= observed - 1e-7);
            low += u32::from(found <= observed + 1e-7);
        }
        (
            f64::from(high) / f64::from(all),
            f64::from(low) / f64::from(all),
        )
    }

    #[test]
    fn shuffles_find_the_shares_of_all_divisions() {
        let corpus = some_documents(11);
        let counts = count(&corpus);
        let target: Vec<bool> = (0..11).map(|document| document % 3 == 0).collect();
        let split = Split::new(target.clone(), None).expect("both sides");
        for score in SCORES {
            let permutations = Permutations {
                score,
                count: 4000,
                seed: 1,
            };
            let found = split.p_values(&counts, permutations);
            assert_eq!(found.len(), counts.len());
            for (term, found) in found.iter().enumerate() {
                let (high, low) = all_divisions(&counts, term, score, &target);
                for (found, expected) in [(found.higher, high), (found.lower, low)] {
                    // Five standard errors of a share, and the observed division that is added.
                    let error = 5.0 * (expected * (1.0 - expected) / 4000.0).sqrt() + 1.0 / 4001.0;
                    assert!((found - expected).abs() < error, "{found} != {expected}");
                }
            }
        }
    }

    #[test]
    fn one_document_against_the_rest_and_the_rest_against_one_are_exact() {
        let corpus = some_documents(13);
        let counts = count(&corpus);
        for score in SCORES {
            for is_turned in [false, true] {
                for alone in [0, 5, 12] {
                    let target: Vec<bool> = (0..13).map(|d| (d == alone) != is_turned).collect();
                    let split = Split::new(target.clone(), None).expect("both sides");
                    assert!(split.is_exact());
                    let permutations = Permutations {
                        score,
                        count: 10,
                        seed: 1,
                    };
                    for (term, found) in split.p_values(&counts, permutations).iter().enumerate() {
                        let (high, low) = all_divisions(&counts, term, score, &target);
                        assert!((found.higher - high).abs() < 1e-12, "{found:?} {high}");
                        assert!((found.lower - low).abs() < 1e-12, "{found:?} {low}");
                    }
                }
            }
        }
    }

    #[test]
    fn turning_points_judge_as_scores_do() {
        for score in SCORES {
            for (term, all, observed) in [(5, 40, (2, 17)), (9, 60, (9, 30)), (7, 50, (0, 20))] {
                let bar = Bar::new(score, term, all, observed);
                for count in 0..=term {
                    let (not_high, low) = bar.turning_points(count);
                    for words in count.max(1)..=(all - (term - count)).min(all - 1) {
                        let by_points = (words < not_high.into(), words >= low.into());
                        assert_eq!(by_points, bar.judge(count, words), "{count} of {words}");
                    }
                }
            }
        }
    }

    #[test]
    fn near_duplicates_move_together_and_a_divided_group_is_two_units() {
        // Group 7 is all target, group 8 all reference, group 9 on both sides.
        let target = vec![true, true, false, true, false, false];
        let groups = [7, 7, 8, 9, 9, 8];
        let split = Split::new(target, Some(&groups)).expect("both sides");
        assert_eq!(split.unit_of, [0, 0, 1, 2, 3, 1]);
        assert_eq!(split.units(), (2, 2));
        let permutations = Permutations {
            score: Score::G2,
            count: 40,
            seed: 3,
        };
        let tile = split.tile(0, &[&[1, 1, 1, 1, 1, 1]], permutations);
        for lane in 0..tile.lanes {
            assert_eq!(tile.labels[0][lane], tile.labels[1][lane]);
            assert_eq!(tile.labels[2][lane], tile.labels[5][lane]);
            let of = |document: usize| -i32::from(tile.labels[document][lane]);
            assert_eq!(of(0) + of(2) + of(3) + of(4), 2);
            assert_eq!(
                tile.words[0][lane] as i32,
                2 * of(0) + 2 * of(2) + of(3) + of(4)
            );
        }
    }

    /// Copies of one document are no further evidence: p is that of the document alone.
    #[test]
    fn copies_in_a_group_do_not_make_a_term_key() {
        let speech = "unity unity unity prosperity";
        let texts = [
            speech,
            speech,
            speech,
            "peace and work",
            "unity of work",
            "peace",
            "work",
        ];
        let corpus = corpus(&texts);
        let counts = count(&corpus);
        let target = vec![true, true, true, false, false, false, false];
        let unity = counts.find(&[corpus.vocabulary().id("unity").expect("a word")]);
        let permutations = Permutations {
            score: Score::G2,
            count: 999,
            seed: 5,
        };
        let p = |groups: Option<&[usize]>| {
            let split = Split::new(target.clone(), groups).expect("both sides");
            split.p_values(&counts, permutations)[unity.expect("a term")].higher
        };
        assert!(p(None) < 0.1);
        assert!((p(Some(&[0, 0, 0, 1, 2, 3, 4])) - 0.2).abs() < 1e-12);
    }

    #[test]
    fn the_seed_decides_and_the_threads_do_not() {
        let corpus = some_documents(30);
        let counts = count(&corpus);
        let target: Vec<bool> = (0..30).map(|document| document < 12).collect();
        let split = Split::new(target, None).expect("both sides");
        let run = |threads, seed| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
            let permutations = Permutations {
                score: Score::G2,
                count: 150,
                seed,
            };
            pool.expect("threads")
                .install(|| split.p_values(&counts, permutations))
        };
        assert_eq!(run(1, 1), run(5, 1));
        assert_ne!(run(1, 1), run(1, 2));
    }

    #[test]
    fn a_side_without_documents_is_an_error() {
        assert_eq!(
            Split::new(vec![false; 3], None).err(),
            Some(SplitError::EmptyTarget)
        );
        assert_eq!(
            Split::new(vec![true; 3], None).err(),
            Some(SplitError::EmptyReference)
        );
    }
}
