//! How differently two texts use one term: tests, effect sizes and their bounds.
//!
//! Notation of all formulas: the target has `a` occurrences in `C1` words, the reference `b` in `C2`;
//! `c = C1-a`, `d = C2-b`, `N = C1+C2`, and with equal rates one would expect `E1 = C1(a+b)/N` and
//! `E2 = C2(a+b)/N`. **All signs say the same: above zero, the target uses the term more.** For
//! sequences of n words, `C1` and `C2` count the sequences of that length.

use crate::special;

/// Where [`Frequencies::chi_squared`] makes the correction of Yates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Yates {
    /// Nowhere.
    Never,
    /// Everywhere; differences of less than half an occurrence count as none.
    Always,
    /// Where an expected count is below 5 and `|ad-bc| >= N/2`, as quanteda does.
    WhereSmall,
}

/// What [`Frequencies::log_odds_z`] believes before it sees the texts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Prior {
    /// `α_w = total · (a+b)/N`: as the two texts together, with the weight of so many words.
    Informative {
        /// `α0`, in words.
        total: f64,
    },
    /// The same `α_w` for each word of the vocabulary.
    Uniform {
        /// `α_w`, in words.
        each: f64,
        /// Size of the vocabulary, so that `α0 = each · types`.
        types: usize,
    },
}

/// A term's counts in a target and a reference that both have words.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Frequencies {
    a: f64,
    b: f64,
    target: f64,
    reference: f64,
}

impl Frequencies {
    /// `count` occurrences among `total` words, first of the target, then of the reference. `None`
    /// where a side has no words, or fewer than occurrences.
    pub fn new(count: u64, total: u64, reference_count: u64, reference_total: u64) -> Option<Self> {
        let is_sound = |count, total| total > 0 && count <= total;
        (is_sound(count, total) && is_sound(reference_count, reference_total)).then_some(Self {
            a: count as f64,
            b: reference_count as f64,
            target: total as f64,
            reference: reference_total as f64,
        })
    }

    fn total(self) -> f64 {
        self.target + self.reference
    }

    fn rate(self) -> f64 {
        self.a / self.target
    }

    fn reference_rate(self) -> f64 {
        self.b / self.reference
    }

    /// 1 where the target has the higher rate, -1 where the reference has, 0 where they are equal.
    fn direction(self) -> f64 {
        let (target, reference) = (self.a * self.reference, self.b * self.target);
        if target > reference {
            1.0
        } else if target < reference {
            -1.0
        } else {
            0.0
        }
    }

    /// Occurrences per million words: of the target, of the reference.
    pub fn per_million(self) -> (f64, f64) {
        (self.rate() * 1e6, self.reference_rate() * 1e6)
    }

    /// The least of the four expected counts.
    pub fn least_expected(self) -> f64 {
        let term = self.a + self.b;
        let rest = self.total() - term;
        self.target.min(self.reference) * term.min(rest) / self.total()
    }

    /// The log-likelihood ratio, long form: `G² = 2 Σ O ln(O/E)` over all four cells with
    /// `0·ln 0 = 0`; χ² with one degree of freedom under equal rates (Dunning 1993). Signed.
    pub fn g2(self) -> f64 {
        let (c, d) = (self.target - self.a, self.reference - self.b);
        let (term, rest) = (self.a + self.b, c + d);
        let sum = surprise(self.a, self.target * term / self.total())
            + surprise(self.b, self.reference * term / self.total())
            + surprise(c, self.target * rest / self.total())
            + surprise(d, self.reference * rest / self.total());
        // Rounding can leave a little less than nothing.
        self.direction() * (2.0 * sum).max(0.0)
    }

    /// The short form, of the two cells of the term alone: `2 (a ln(a/E1) + b ln(b/E2))` (Rayson and
    /// Garside 2000). It is not distributed as χ²; it is here to compare with tools that report
    /// it. Signed.
    pub fn g2_short(self) -> f64 {
        let term = self.a + self.b;
        let sum = surprise(self.a, self.target * term / self.total())
            + surprise(self.b, self.reference * term / self.total());
        self.direction() * (2.0 * sum).max(0.0)
    }

    /// log10 of the p value of [`Self::g2`]: `erfc(√(G²/2))`. It stays a number where p itself
    /// is too small to be one (G² above some 1,400).
    pub fn log10_p(self) -> f64 {
        special::log10_chi_squared_tail(self.g2().abs())
    }

    /// Pearson's `χ² = N (|ad-bc| - N·δ)² / ((a+b)(c+d)(a+c)(b+d))` with `δ = 1/2` where corrected;
    /// 0 for a term that is nowhere or everywhere. Signed.
    pub fn chi_squared(self, yates: Yates) -> f64 {
        let total = self.total();
        let (c, d) = (self.target - self.a, self.reference - self.b);
        let margins = (self.a + self.b) * (c + d) * self.target * self.reference;
        if margins <= 0.0 {
            return 0.0;
        }
        let apart = (self.a * d - self.b * c).abs();
        let is_corrected = match yates {
            Yates::Never => false,
            Yates::Always => true,
            Yates::WhereSmall => apart >= total / 2.0 && self.least_expected() < 5.0,
        };
        let apart = if is_corrected {
            (apart - total / 2.0).max(0.0)
        } else {
            apart
        };
        self.direction() * total * apart * apart / margins
    }

    /// log10 of the two-sided p of Fisher's exact test: the probability, with all margins fixed, of
    /// all tables that are not more probable than this one (by a factor of 1+1e-7, as in R). Takes
    /// steps in the order of the term's count; meant for [`Self::least_expected`] below 5.
    pub fn fisher_log10_p(self) -> f64 {
        let (term, total) = (self.a + self.b, self.total());
        let least = (term - self.reference).max(0.0);
        let most = term.min(self.target);
        // P(k+1)/P(k) of the hypergeometric distribution.
        let ratio = |k: f64| {
            (self.target - k) / (k + 1.0) * ((term - k) / (self.reference - term + k + 1.0))
        };
        let ln_choose = |n: f64, k: f64| {
            libm::lgamma(n + 1.0) - libm::lgamma(k + 1.0) - libm::lgamma(n - k + 1.0)
        };
        let ln_observed = ln_choose(self.target, self.a) + ln_choose(self.reference, self.b)
            - ln_choose(total, term);
        let limit = 1e-7_f64.ln_1p();

        // Both ways from the observed table, in units of its probability.
        let mut sum = 1.0;
        for is_upward in [true, false] {
            let (mut k, mut ln_weight) = (self.a, 0.0_f64);
            let mut step = || {
                if is_upward && k < most {
                    ln_weight += ratio(k).ln();
                    k += 1.0;
                } else if !is_upward && k > least {
                    k -= 1.0;
                    ln_weight -= ratio(k).ln();
                } else {
                    return None;
                }
                Some(ln_weight)
            };
            let mut before = 0.0;
            while let Some(ln_weight) = step() {
                if ln_weight <= limit {
                    sum += ln_weight.exp();
                }
                if ln_weight < before && ln_weight < -45.0 {
                    break;
                }
                before = ln_weight;
            }
        }
        ((ln_observed + sum.ln()) / std::f64::consts::LN_10).min(0.0)
    }

    /// Log Ratio (Hardie 2014): `log2((a/C1)/(b/C2))`, where a count of zero becomes one half; 1 is
    /// twice the rate. 0 for a term that is nowhere in texts of one size.
    pub fn log_ratio(self) -> f64 {
        let half = |count: f64| if count > 0.0 { count } else { 0.5 };
        (half(self.a) / self.target).log2() - (half(self.b) / self.reference).log2()
    }

    /// Log Ratio with the correction of Walter (1975), for all counts alike:
    /// `log2((a+½)/(C1+½)) - log2((b+½)/(C2+½))`.
    pub fn log_ratio_walter(self) -> f64 {
        ((self.a + 0.5) / (self.target + 0.5)).log2()
            - ((self.b + 0.5) / (self.reference + 0.5)).log2()
    }

    /// %DIFF (Gabrielatos and Marchi 2011): `(f1-f2)·100/f2` of the frequencies per million, where a
    /// frequency `f2` of zero becomes 1e-18. -100 where the target does not have the term.
    pub fn percent_difference(self) -> f64 {
        let (target, reference) = self.per_million();
        let divisor = if reference > 0.0 { reference } else { 1e-18 };
        (target - reference) * 100.0 / divisor
    }

    /// The odds ratio `ad/(bc)`; above 1, the target uses the term more. Infinite where the
    /// reference does not have the term, not a number where neither has it.
    pub fn odds_ratio(self) -> f64 {
        (self.a * (self.reference - self.b)) / (self.b * (self.target - self.a))
    }

    /// The relative risk `(a/C1)/(b/C2)`, the ratio of rates; infinite and not a number as
    /// [`Self::odds_ratio`].
    pub fn relative_risk(self) -> f64 {
        self.rate() / self.reference_rate()
    }

    /// Simple Maths (Kilgarriff 2009): `(f1+n)/(f2+n)` of the frequencies per million. A larger `n`
    /// prefers more frequent terms; Sketch Engine starts from 1.
    pub fn simple_maths(self, n: f64) -> f64 {
        let (target, reference) = self.per_million();
        (target + n) / (reference + n)
    }

    /// LRC (Evert 2022), a conservative Log Ratio: the bound nearer to zero of the log ratio's
    /// confidence interval, and 0 where the interval has zero. `[L, U]` is the interval of Clopper and
    /// Pearson for `a/(a+b)` at the level `1 - alpha/candidates` (Bonferroni), and the bound
    /// `log2((C2/C1)·L/(1-L))`, or with `U` where the reference has the higher rate. 0 for a term that
    /// is nowhere.
    pub fn lrc(self, alpha: f64, candidates: usize) -> f64 {
        let tail = alpha / candidates.max(1) as f64 / 2.0;
        let scale = self.reference / self.target;
        if self.a + self.b == 0.0 {
            0.0
        } else if self.direction() >= 0.0 {
            let odds = special::beta_quantile_odds(tail, self.a, self.b + 1.0);
            (scale * odds).log2().max(0.0)
        } else {
            // The upper bound is what the lower one is for the other side.
            let odds = special::beta_quantile_odds(tail, self.b, self.a + 1.0);
            (scale / odds).log2().min(0.0)
        }
    }

    /// The z of the weighted log odds with a Dirichlet prior (Monroe, Colaresi and Quinn 2008):
    /// `δ/√(1/(a+α_w) + 1/(b+α_w))` with
    /// `δ = ln((a+α_w)/(C1+α0-a-α_w)) - ln((b+α_w)/(C2+α0-b-α_w))`.
    pub fn log_odds_z(self, prior: Prior) -> f64 {
        let (all, own) = match prior {
            Prior::Informative { total } => (total, total * (self.a + self.b) / self.total()),
            Prior::Uniform { each, types } => (each * types as f64, each),
        };
        let log_odds =
            |count: f64, words: f64| (count + own).ln() - (words + all - count - own).ln();
        let variance = 1.0 / (self.a + own) + 1.0 / (self.b + own);
        (log_odds(self.a, self.target) - log_odds(self.b, self.reference)) / variance.sqrt()
    }

    /// The Bayesian information criterion against equal rates, `|G²| - ln N` with one degree of
    /// freedom (Wilson 2013): above 2 is positive evidence of a difference, above 10 very strong;
    /// below 0 speaks for equal rates. It has no direction.
    pub fn bic(self) -> f64 {
        self.g2().abs() - self.total().ln()
    }
}

/// `O ln(O/E)`, 0 for none.
pub(crate) fn surprise(observed: f64, expected: f64) -> f64 {
    if observed > 0.0 {
        observed * (observed / expected).ln()
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn oracle() -> Frequencies {
        Frequencies::new(10, 100, 5, 200).expect("both have words")
    }

    #[track_caller]
    fn near(found: f64, expected: f64, tolerance: f64) {
        let scale = expected.abs().max(1.0);
        assert!(
            (found - expected).abs() <= tolerance * scale,
            "{found} != {expected}"
        );
    }

    /// The field's example: 10 of 100 against 5 of 200.
    #[test]
    fn a_small_example_by_hand() {
        let found = oracle();
        near(found.g2(), 7.329_811_674_221_491, 1e-12);
        near(
            found.g2_short(),
            20.0 * 2.0_f64.ln() + 10.0 * 0.5_f64.ln(),
            1e-12,
        );
        near(found.log_ratio(), 2.0, 1e-12);
        near(found.log_ratio_walter(), 1.929_292_5, 1e-7);
        near(found.percent_difference(), 300.0, 1e-12);
        near(found.odds_ratio(), 1950.0 / 450.0, 1e-12);
        near(found.relative_risk(), 4.0, 1e-12);
        near(found.simple_maths(1.0), 3.999_88, 1e-7);
        near(found.lrc(0.05, 1), 0.316_978_8, 1e-7);
        near(found.lrc(0.05, 1000), 0.0, 0.0);
        near(found.bic(), found.g2() - 300.0_f64.ln(), 1e-12);
        near(found.least_expected(), 5.0, 1e-12);
        assert_eq!(found.per_million(), (100_000.0, 25_000.0));
    }

    #[test]
    fn tests_agree_with_scipy() {
        // scipy 1.13.1: chi2_contingency with lambda_="log-likelihood" and without, with correction
        // and without; fisher_exact. All probabilities as log10.
        for (counts, g2, log10_p, chi, yates, fisher) in [
            (
                (10, 100, 5, 200),
                7.329_811_674_221_491,
                0.006_782_015_951_830_022_f64.log10(),
                7.894_736_842_105_264,
                6.394_736_842_105_262,
                -2.045_613_417_428_264_3,
            ),
            (
                (0, 1000, 7, 3000),
                4.031_637_914_110_785,
                0.044_654_567_529_437_94_f64.log10(),
                2.337_423_825_027_131_3,
                1.192_563_176_034_250_5,
                -0.691_150_390_277_977_8,
            ),
            (
                (3, 50, 1, 5000),
                23.392_685_515_955_82,
                1.320_798_039_716_705e-6_f64.log10(),
                223.679_672_017_439_51,
                154.503_003_616_726_12,
                -5.440_192_687_667_541,
            ),
            (
                (12, 1000, 60, 100_000),
                47.205_365_779_594_906,
                6.392_520_665_647_295e-12_f64.log10(),
                180.628_765_060_240_94,
                164.980_144_330_061_48,
                -11.129_928_195_042_302,
            ),
            (
                (40, 1000, 5, 2_000_000),
                578.343_067_910_406_8,
                8.599_992_329_253_233e-128_f64.log10(),
                71_103.821_536_466_3,
                69_336.348_513_197_44,
                -126.307_045_460_870_57,
            ),
            (
                (150, 100_000, 50, 120_000),
                72.280_806_127_409_6,
                1.866_540_377_041_920_7e-17_f64.log10(),
                70.480_740_066_727_34,
                69.293_035_335_153_19,
                -16.653_184_674_556_663,
            ),
            (
                (1, 10, 0, 10),
                1.438_950_266_005_935_5,
                0.230_309_285_763_424_56_f64.log10(),
                1.052_631_578_947_368_6,
                0.0,
                0.0,
            ),
        ] {
            let (a, target, b, reference) = counts;
            let found = Frequencies::new(a, target, b, reference).expect("both have words");
            // Millions cancel down to tens in G², which costs its last digits.
            near(found.g2().abs(), g2, 1e-9);
            near(found.log10_p(), log10_p, 1e-9);
            near(found.chi_squared(Yates::Never).abs(), chi, 1e-12);
            near(found.chi_squared(Yates::Always).abs(), yates, 1e-12);
            near(found.fisher_log10_p(), fisher, 1e-9);

            let turned = Frequencies::new(b, reference, a, target).expect("both have words");
            near(turned.g2(), -found.g2(), 1e-9);
            near(turned.log_ratio_walter(), -found.log_ratio_walter(), 1e-12);
            near(turned.lrc(0.05, 3), -found.lrc(0.05, 3), 1e-9);
            near(turned.fisher_log10_p(), found.fisher_log10_p(), 1e-9);
        }
    }

    #[test]
    fn yates_is_used_where_quanteda_uses_it() {
        let small = Frequencies::new(3, 50, 1, 5000).expect("both have words");
        near(
            small.chi_squared(Yates::WhereSmall),
            small.chi_squared(Yates::Always),
            0.0,
        );
        let large = Frequencies::new(150, 100_000, 50, 120_000).expect("both have words");
        near(
            large.chi_squared(Yates::WhereSmall),
            large.chi_squared(Yates::Never),
            0.0,
        );
    }

    #[test]
    fn lrc_agrees_with_scattertext() {
        // scattertext 0.2.2: lrc(f1, f2, n1, n2), with as many equal terms as candidates
        for (counts, candidates, expected) in [
            ((10, 100, 5, 200), 1, 0.316_978_798_561_081_6),
            ((5, 1000, 60, 3000), 50, -0.051_162_484_932_666_52),
            (
                (150_000, 1_500_000, 700_000, 9_000_000),
                30_000,
                0.342_874_061_853,
            ),
            ((0, 1000, 40, 2000), 10, -1.629_622_766_452_644_6),
            ((40, 1000, 0, 2000), 10, 3.629_622_766_452_650_6),
        ] {
            let (a, target, b, reference) = counts;
            let found = Frequencies::new(a, target, b, reference).expect("both have words");
            near(found.lrc(0.05, candidates), expected, 1e-9);
        }
    }

    #[test]
    fn log_odds_agree_with_convokit() {
        // convokit 5.0.0: FightingWords, prior=.01, and prior=500 · the two texts' shares
        let counts: [(u64, u64); 3] = [(0, 7), (20, 40), (80, 53)];
        let uniform = [
            -0.662_034_314_136_309_6,
            -3.581_011_101_993_781_6,
            7.145_933_056_576_571,
        ];
        let informative = [
            -1.113_673_028_370_255_4,
            -1.504_690_926_503_643_4,
            2.854_693_664_332_217,
        ];
        for (at, (a, b)) in counts.into_iter().enumerate() {
            let found = Frequencies::new(a, 100, b, 100).expect("both have words");
            let prior = Prior::Uniform {
                each: 0.01,
                types: 3,
            };
            near(found.log_odds_z(prior), uniform[at], 1e-12);
            let prior = Prior::Informative { total: 500.0 };
            near(found.log_odds_z(prior), informative[at], 1e-12);
        }
    }

    #[test]
    fn a_term_of_one_side_has_finite_effects_but_for_ratios() {
        let found = Frequencies::new(10, 1000, 0, 1000).expect("both have words");
        near(found.log_ratio(), 20.0_f64.log2(), 1e-12);
        assert!(found.odds_ratio().is_infinite() && found.relative_risk().is_infinite());
        near(found.percent_difference(), 1e4 * 100.0 / 1e-18, 1e-12);
        let turned = Frequencies::new(0, 1000, 10, 1000).expect("both have words");
        near(turned.percent_difference(), -100.0, 1e-12);
        near(turned.log_ratio(), -(20.0_f64.log2()), 1e-12);
    }

    #[test]
    fn a_term_that_is_nowhere_is_not_key() {
        let found = Frequencies::new(0, 1000, 0, 1000).expect("both have words");
        let zeros = [
            found.g2(),
            found.log10_p(),
            found.chi_squared(Yates::Always),
            found.fisher_log10_p(),
            found.log_ratio(),
            found.lrc(0.05, 1),
            found.percent_difference(),
        ];
        assert!(zeros.iter().all(|zero| zero.abs() < 1e-15), "{zeros:?}");
        assert!(found.odds_ratio().is_nan());
    }

    #[test]
    fn a_side_without_words_cannot_be_compared() {
        assert_eq!(Frequencies::new(0, 0, 1, 10), None);
        assert_eq!(Frequencies::new(1, 10, 0, 0), None);
        assert_eq!(Frequencies::new(11, 10, 0, 5), None);
    }
}
