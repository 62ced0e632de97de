//! How strongly words are drawn to each other, from counts.

/// How often two words stand together, and how often they might have.
///
/// A table of two by two: `total` occasions, of which `first` have the first word, `second` the second,
/// and `both` both. What an occasion is, is the counter's choice: see [`Unit`](crate::Unit).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    /// Occasions with both words, f_xy.
    pub both: u64,
    /// Occasions with the first word, f_x.
    pub first: u64,
    /// Occasions with the second word, f_y.
    pub second: u64,
    /// All occasions, N.
    pub total: u64,
}

impl Pair {
    /// Occasions with both words to be expected if neither drew the other: E = f_x · f_y / N.
    pub fn expected(self) -> f64 {
        self.first as f64 * self.second as f64 / self.total as f64
    }

    /// Pointwise mutual information log₂(f_xy/E), in bits (Church & Hanks 1990): positive where the words
    /// draw each other, 0 where they don't care. Favours rare pairs. -∞ for words that never meet.
    pub fn pmi(self) -> f64 {
        (self.both as f64 / self.expected()).log2()
    }

    /// MI³ = log₂(f_xy³/E), in bits (Daille 1994): less partial to rare pairs. -∞ for words that never
    /// meet.
    pub fn mi3(self) -> f64 {
        ((self.both as f64).powi(3) / self.expected()).log2()
    }

    /// t = (f_xy - E)/√f_xy (Church et al. 1991): positive where the words draw each other; favours
    /// frequent pairs. -∞ for words that never meet.
    pub fn t(self) -> f64 {
        let both = self.both as f64;
        (both - self.expected()) / both.sqrt()
    }

    /// G² = 2 Σ O ln(O/E) over the table's four cells, 0 · ln 0 = 0 (Dunning 1993). Never negative: it
    /// says how surely the words are not indifferent, and [`Pair::pmi`] in which direction.
    ///
    /// Windows overlap, so that their occasions are not independent: over windows it ranks, and is no
    /// χ² to take a p from.
    ///
    /// # Panics
    /// If the counts are of no table: more occasions with both words than with one, or than all.
    pub fn g2(self) -> f64 {
        let only = |word: u64| {
            word.checked_sub(self.both)
                .expect("no more occasions with both words than with one")
        };
        let (only_first, only_second) = (only(self.first), only(self.second));
        let neither = self
            .total
            .checked_sub(self.first + only_second)
            .expect("no more occasions with a word than there are");
        let n = self.total as f64;
        let [first, second] = [self.first, self.second].map(|count| count as f64);
        let cell = |observed: u64, row: f64, column: f64| {
            let observed = observed as f64;
            if observed > 0.0 {
                observed * (observed / (row * column / n)).ln()
            } else {
                0.0
            }
        };
        let sum = cell(self.both, first, second)
            + cell(only_first, first, n - second)
            + cell(only_second, n - first, second)
            + cell(neither, n - first, n - second);
        (2.0 * sum).max(0.0)
    }
}

/// logDice = 14 + log₂(2 f_xy/(f_x + f_y)) (Rychlý 2008): at most 14, where the words always stand
/// together; one more is twice as strong; corpora of any size compare. -∞ for words that never meet.
///
/// In windows of several words one word may be paired several times, and values over 14 can occur.
pub fn log_dice(both: u64, first: u64, second: u64) -> f64 {
    14.0 + (2.0 * both as f64 / (first as f64 + second as f64)).log2()
}

/// How strongly the words of a sequence are drawn to each other, over and above what their shorter
/// parts explain.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lambda {
    /// The interaction of highest order in a log-linear model, in natural logarithms.
    pub lambda: f64,
    /// λ over its standard error.
    pub z: f64,
}

/// λ and z of Blaheta & Johnson (2001) for a sequence of K words: λ = Σ_b (-1)^(K - |b|) ln n_b and
/// z = λ/√Σ_b 1/n_b, where n_b is the count of pattern b plus `smoothing` (usually 0.5).
///
/// `patterns[b]` says how many stretches of K words agree with the sequence in exactly those places i
/// whose bit 2^i is in b; the last is the count of the sequence itself. For two words λ is the log odds
/// ratio. Without smoothing an empty pattern makes λ infinite and z 0 or no number.
///
/// # Panics
/// If the number of patterns is no power of two over 1.
pub fn lambda(patterns: &[u64], smoothing: f64) -> Lambda {
    let is_table = patterns.len() > 1 && patterns.len().is_power_of_two();
    assert!(is_table, "a sequence of K words has 2^K patterns");
    let words = patterns.len().trailing_zeros();
    let (mut lambda, mut variance) = (0.0, 0.0);
    for (pattern, &count) in patterns.iter().enumerate() {
        let count = count as f64 + smoothing;
        let is_odd = (words - pattern.count_ones()) % 2 == 1;
        lambda += if is_odd { -count.ln() } else { count.ln() };
        variance += 1.0 / count;
    }
    Lambda {
        lambda,
        z: lambda / variance.sqrt(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn near(found: f64, expected: f64, tolerance: f64) {
        let is_near = (found - expected).abs() <= tolerance * expected.abs();
        assert!(is_near, "{found} != {expected}");
    }

    /// NLTK 3.10.4: BigramAssocMeasures pmi, mi_like(power=3), student_t, likelihood_ratio; and dice
    /// with 14 + log2. scipy 1.17.1: chi2_contingency(lambda_="log-likelihood"). Tolerance: the last
    /// digits, a few more for NLTK's t, which adds 1e-20, and for sums of large terms.
    #[test]
    fn pairs_have_the_values_of_nltk_and_scipy() {
        #[rustfmt::skip]
        let peers = [
            // both, first, second, total; pmi, mi_like, t, G², dice
            (8, 42, 59, 10_000, 5.012_751_907_408_848, 0.206_618_240_516_545_6, 2.740_816_594_557_176_5, 42.703_734_137_806_066, 0.158_415_841_584_158_42),
            (1, 1000, 900, 100_000, -3.169_925_001_442_312, 1.111_111_111_111_111e-6, -8.0, 11.742_226_734_672_69, 0.001_052_631_578_947_368_4),
            (20, 20, 20, 14_307_668, 19.448_357_116_371_383, 20.0, 4.472_129_703_616_119, 579.222_928_111_231_8, 1.0),
            (3, 30, 40, 500, 0.321_928_094_887_361_74, 0.0225, 0.346_410_161_513_775_5, 0.162_458_329_071_386_13, 0.085_714_285_714_285_72),
        ];
        for (both, first, second, total, pmi, mi_like, t, g2, dice) in peers {
            let pair = Pair {
                both,
                first,
                second,
                total,
            };
            near(pair.pmi(), pmi, 1e-13);
            near(
                pair.mi3(),
                (f64::from(total as u32) * mi_like).log2(),
                1e-13,
            );
            near(pair.t(), t, 1e-12);
            near(pair.g2(), g2, 1e-11);
            near(log_dice(both, first, second), 14.0 + f64::log2(dice), 1e-13);
        }
    }

    #[test]
    fn indifferent_words_have_nothing_and_strangers_have_less() {
        let pair = |both| Pair {
            both,
            first: 20,
            second: 50,
            total: 1000,
        };
        let indifferent = pair(1);
        near(indifferent.expected(), 1.0, 1e-15);
        assert!(indifferent.pmi().abs() < 1e-15 && indifferent.mi3().abs() < 1e-15);
        assert!(indifferent.g2() < 1e-12 && indifferent.t().abs() < 1e-15);
        let strangers = pair(0);
        let never = |strength: f64| assert!(strength.is_infinite() && strength < 0.0);
        never(strangers.pmi());
        never(strangers.mi3());
        never(strangers.t());
        never(log_dice(0, 20, 50));
        // 2 (20 ln 20/19 + 50 ln 50/49 + 930 ln 930/931), by hand
        near(
            strangers.g2(),
            2.0 * (20.0 * (20.0_f64 / 19.0).ln()
                + 50.0 * (50.0_f64 / 49.0).ln()
                + 930.0 * (930.0_f64 / 931.0).ln()),
            1e-10,
        );
    }

    /// quanteda's own test prints 4.317488 and 2.027787 for two words that stand together twice among
    /// 9 pairs. statsmodels 0.15.0: the last parameter of the saturated Poisson model of counts + 0.5,
    /// and its t. Tolerance: what its iteration leaves.
    #[test]
    fn lambda_is_the_highest_interaction_of_a_poisson_model() {
        let found = lambda(&[7, 0, 0, 2], 0.5);
        near(found.lambda, 4.317_488_113_536_31, 1e-9);
        near(found.z, 2.027_786_949_942_998, 1e-9);
        // Patterns as bits, the first word lowest: 000, 100, 010, 110, 001, 101, 011, 111.
        let found = lambda(&[120, 11, 7, 2, 9, 0, 3, 5], 0.5);
        near(found.lambda, 2.145_733_674_016_104, 1e-9);
        near(found.z, 1.199_242_236_924_771_5, 1e-9);
        let found = lambda(
            &[3, 30, 20, 10, 10, 0, 27, 17, 0, 27, 17, 7, 7, 34, 24, 14],
            0.5,
        );
        near(found.lambda, -2.622_500_384_078_77, 1e-9);
        near(found.z, -1.155_588_758_909_496_9, 1e-9);
    }
}
