//! Shares with their intervals.

/// Quantile .975 of the normal distribution.
const Z: f64 = 1.959_963_984_540_054;

/// A share of articles.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share {
    /// Articles that have it.
    pub articles: usize,
    /// All articles.
    pub of: usize,
    /// `articles/of`.
    pub share: f64,
    /// Lower end of the 95 % interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Share {
    /// The share of `articles` among `of`, with the interval of Wilson (1927):
    /// `(p + z²/2n ± z√(p(1-p)/n + z²/4n²))/(1 + z²/n)`, z = 1.959964. `None` of no articles.
    ///
    /// It takes articles to be drawn one by one; near-duplicates make it too narrow.
    pub fn new(articles: usize, of: usize) -> Option<Self> {
        if of == 0 {
            return None;
        }
        let n = of as f64;
        let share = articles as f64 / n;
        let (z2n, middle) = (Z * Z / n, share + Z * Z / (2.0 * n));
        let half = Z * (share * (1.0 - share) / n + z2n / (4.0 * n)).sqrt();
        let bound = |sign: f64| ((middle + sign * half) / (1.0 + z2n)).clamp(0.0, 1.0);
        Some(Self {
            articles,
            of,
            share,
            // Exact at the ends, where the two terms cancel.
            low: if articles == 0 { 0.0 } else { bound(-1.0) },
            high: if articles == of { 1.0 } else { bound(1.0) },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Newcombe (1998), Statistics in Medicine 17, table I, method 3. Tolerance: the four decimals
    /// printed there.
    #[test]
    fn intervals_are_those_that_newcombe_published() {
        for (articles, of, low, high) in [
            (81, 263, 0.2553, 0.3662),
            (15, 148, 0.0624, 0.1605),
            (0, 20, 0.0, 0.1611),
            (1, 29, 0.0061, 0.1718),
        ] {
            let found = Share::new(articles, of).expect("articles");
            assert!((found.low - low).abs() < 5.1e-5, "{found:?}");
            assert!((found.high - high).abs() < 5.1e-5, "{found:?}");
        }
    }

    /// statsmodels 0.15.0: proportion_confint(method="wilson"). Tolerance: the last digits.
    #[test]
    fn intervals_are_those_of_statsmodels() {
        for (articles, of, low, high) in [
            (81, 263, 0.255_288_519_878_274_2, 0.366_209_576_982_800_04),
            (1, 29, 0.006_113_214_292_762_667, 0.171_755_218_793_202_94),
            (9, 12, 0.467_694_665_066_434_26, 0.911_058_331_605_945_3),
            (7, 249, 0.013_683_053_146_553_045, 0.056_880_765_397_725_45),
        ] {
            let found = Share::new(articles, of).expect("articles");
            assert!((found.low - low).abs() < 1e-14, "{found:?}");
            assert!((found.high - high).abs() < 1e-14, "{found:?}");
        }
    }

    #[test]
    fn ends_are_exact_and_no_articles_have_no_share() {
        let ends = |articles| {
            let found = Share::new(articles, 7).expect("articles");
            (found.low.to_bits(), found.high.to_bits())
        };
        assert_eq!(ends(0).0, 0.0_f64.to_bits());
        assert_eq!(ends(7).1, 1.0_f64.to_bits());
        assert_eq!(Share::new(0, 0), None);
    }
}
