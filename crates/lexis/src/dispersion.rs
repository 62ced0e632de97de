//! How evenly a term is spread over the parts of a corpus.

/// The spread of one term. Parts without words are no parts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dispersion {
    /// Range: parts that have the term.
    pub range: usize,
    /// All parts.
    pub parts: usize,
    /// DP (Gries 2008), `½ Σ |v_i/f - s_i|` with the share `s_i` of all words and `v_i/f` of all
    /// occurrences in part `i`: 0 for a spread as even as can be, towards 1 for a term of one small part.
    pub dp: f64,
    /// DPnorm (Lijffijt and Gries 2012), `DP/(1 - min s)`: 1 for a term of the smallest part alone.
    /// `None` for one part.
    pub dp_norm: Option<f64>,
    /// Juilland's D with the population's standard deviation (divisor n):
    /// `1 - (sd/mean)/√(n-1)` of the rates `v_i/s_i`; 1 for equal rates, 0 for a term of one part.
    /// `None` for one part.
    pub juilland_population: Option<f64>,
    /// The same with the sample's standard deviation (divisor n-1), as quanteda.extras has it. It can
    /// be below 0.
    pub juilland_sample: Option<f64>,
    /// Inverse document frequency, `log2(n/range)`, in bits.
    pub idf: f64,
}

impl Dispersion {
    /// The spread of a term with the given counts (part, occurrences), parts rising, over parts of
    /// the given sizes in words. `None` for a term that does not occur.
    ///
    /// # Panics
    /// If a part is not among `sizes`, or has occurrences and no words.
    pub fn of(counts: impl Iterator<Item = (usize, u64)> + Clone, sizes: &[u64]) -> Option<Self> {
        PartSizes::of(sizes).spread(counts, sizes)
    }
}

/// What all terms over the same parts have in common.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PartSizes {
    parts: usize,
    total: f64,
    least: f64,
}

impl PartSizes {
    pub(crate) fn of(sizes: &[u64]) -> Self {
        let real = || sizes.iter().filter(|&&size| size > 0);
        Self {
            parts: real().count(),
            total: real().sum::<u64>() as f64,
            least: real().min().copied().unwrap_or(0) as f64,
        }
    }

    /// [`Dispersion::of`] in the time of the parts that have the term.
    pub(crate) fn spread(
        self,
        counts: impl Iterator<Item = (usize, u64)> + Clone,
        sizes: &[u64],
    ) -> Option<Dispersion> {
        let counts = counts.filter(|&(_, count)| count > 0);
        let frequency = counts.clone().map(|(_, count)| count).sum::<u64>() as f64;
        if frequency == 0.0 {
            return None;
        }
        let rate = |part: usize, count: u64| {
            assert!(sizes[part] > 0, "part {part} has occurrences and no words");
            count as f64 / sizes[part] as f64
        };
        let (mut range, mut apart, mut covered, mut rates) = (0, 0.0, 0.0, 0.0);
        for (part, count) in counts.clone() {
            let share = sizes[part] as f64 / self.total;
            range += 1;
            apart += (count as f64 / frequency - share).abs();
            covered += share;
            rates += rate(part, count);
        }
        let parts = self.parts as f64;
        let mean = rates / parts;
        let squares = counts
            .map(|(part, count)| (rate(part, count) - mean).powi(2))
            .sum::<f64>()
            + (self.parts - range) as f64 * mean * mean;
        let juilland =
            |divisor: f64| 1.0 - (squares / divisor).sqrt() / mean / (parts - 1.0).sqrt();

        // Parts without the term are as far off as their share.
        let dp = f64::midpoint(apart, (1.0 - covered).max(0.0)).min(1.0);
        let has_several = self.parts > 1;
        Some(Dispersion {
            range,
            parts: self.parts,
            dp,
            dp_norm: has_several.then(|| dp / (1.0 - self.least / self.total)),
            juilland_population: has_several.then(|| juilland(parts)),
            juilland_sample: has_several.then(|| juilland(parts - 1.0)),
            idf: (parts / range as f64).log2(),
        })
    }
}

/// Average reduced frequency (Savický and Hlaváčová 2002): `ARF = (1/v) Σ min(d_i, v)` with
/// `v = words/f` and `d_i` the distances between neighbouring occurrences, the last and the first being
/// neighbours around the end. `positions` are the rising places of the term among `words` words. It is
/// `f` for a term spread evenly and near 1 for one whose occurrences stand together; 0 for none.
pub fn average_reduced_frequency(positions: &[u64], words: u64) -> f64 {
    let mut gaps = Gaps::new(positions.len() as u64, words);
    for &position in positions {
        gaps.add(position);
    }
    gaps.reduced_frequency(words)
}

/// [`average_reduced_frequency`] of places that come one by one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Gaps {
    ends: Option<[u64; 2]>,
    /// The distance of occurrences that are spread evenly.
    step: f64,
    sum: f64,
}

impl Gaps {
    /// For so many places among so many words.
    pub(crate) fn new(places: u64, words: u64) -> Self {
        Self {
            ends: None,
            step: words as f64 / places as f64,
            sum: 0.0,
        }
    }

    /// A place behind all earlier ones.
    pub(crate) fn add(&mut self, place: u64) {
        self.ends = match self.ends {
            None => Some([place, place]),
            Some([first, last]) => {
                self.sum += ((place - last) as f64).min(self.step);
                Some([first, place])
            }
        };
    }

    pub(crate) fn reduced_frequency(self, words: u64) -> f64 {
        self.ends.map_or(0.0, |[first, last]| {
            let around = ((first + words - last) as f64).min(self.step);
            (self.sum + around) / self.step
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn near(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-12, "{found} != {expected}");
    }

    fn spread(counts: &[u64], sizes: &[u64]) -> Dispersion {
        Dispersion::of(counts.iter().copied().enumerate(), sizes).expect("the term occurs")
    }

    /// The example of Gries (2008): parts of 9, 10, 10, 10, 11 words with 1, 2, 3, 4, 5 times "a":
    /// differences .1133, .0667, 0, .0667, .1133.
    #[test]
    fn dp_of_the_paper_by_hand() {
        let found = spread(&[1, 2, 3, 4, 5], &[9, 10, 10, 10, 11]);
        let shares = [0.18, 0.2, 0.2, 0.2, 0.22];
        let apart: f64 = (1..=5)
            .zip(shares)
            .map(|(v, s)| (f64::from(v) / 15.0 - s).abs())
            .sum();
        near(found.dp, apart / 2.0);
        near(found.dp, 0.18);
        near(found.dp_norm.expect("five parts"), 0.18 / 0.82);
        assert_eq!((found.range, found.parts), (5, 5));
    }

    #[test]
    fn values_agree_with_scattertext() {
        // scattertext 0.2.2: Dispersion(term_doc_mat=…).dp(), dp_norm(), jullands_d()
        let sizes = [9, 10, 10, 10, 11];
        for (counts, dp, dp_norm, juilland) in [
            (
                [1, 2, 3, 4, 5],
                0.18,
                0.219_512_195_121_951_2,
                0.785_150_453_450_450_8,
            ),
            (
                [8, 8, 7, 6, 3],
                0.138_75,
                0.169_207_317_073_170_7,
                0.836_726_359_828_965_8,
            ),
            ([0, 0, 0, 0, 3], 0.78, 0.951_219_512_195_121_9, 0.0),
        ] {
            let found = spread(&counts, &sizes);
            near(found.dp, dp);
            near(found.dp_norm.expect("five parts"), dp_norm);
            near(found.juilland_population.expect("five parts"), juilland);
        }
    }

    /// Rates 1 and 3: the sample's deviation is √2, the population's 1, the mean 2, √(n-1) is 1.
    #[test]
    fn juillands_divisors_by_hand() {
        let found = spread(&[1, 3], &[10, 10]);
        near(
            found.juilland_sample.expect("two parts"),
            1.0 - 2.0_f64.sqrt() / 2.0,
        );
        near(found.juilland_population.expect("two parts"), 0.5);
    }

    #[test]
    fn even_and_concentrated_terms_are_at_the_ends() {
        let even = spread(&[2, 4, 6], &[10, 20, 30]);
        near(even.dp, 0.0);
        near(even.juilland_population.expect("three parts"), 1.0);
        near(even.idf, 0.0);
        let concentrated = spread(&[3, 0, 0, 0], &[10, 20, 30, 40]);
        near(concentrated.dp, 0.9);
        near(concentrated.dp_norm.expect("four parts"), 1.0);
        near(concentrated.juilland_population.expect("four parts"), 0.0);
        near(concentrated.idf, 2.0);
    }

    #[test]
    fn parts_without_words_are_no_parts_and_one_part_has_no_spread() {
        assert_eq!(spread(&[1, 0, 2], &[5, 0, 6]), {
            Dispersion::of([(0, 1), (1, 2)].into_iter(), &[5, 6]).expect("the term occurs")
        });
        let one = spread(&[3], &[10]);
        assert_eq!(
            (one.dp, one.dp_norm, one.juilland_sample),
            (0.0, None, None)
        );
        assert_eq!(Dispersion::of([(0, 0)].into_iter(), &[10]), None);
    }

    /// Twelve words, three occurrences: v = 4. At 0, 4, 8 all distances are 4; at 0, 1, 2 they are
    /// 1, 1 and 10, which counts as 4: 6/4.
    #[test]
    fn arf_is_the_frequency_of_even_and_near_one_of_clumped_terms() {
        near(average_reduced_frequency(&[0, 4, 8], 12), 3.0);
        near(average_reduced_frequency(&[0, 1, 2], 12), 1.5);
        near(average_reduced_frequency(&[7], 12), 1.0);
        near(average_reduced_frequency(&[], 12), 0.0);
    }
}
