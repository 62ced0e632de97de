//! Lexical diversity: how many different words a text of its length uses.

use hashbrown::HashMap;

/// A text's words and how often each occurs, from which each measure of diversity is computed.
///
/// All measures are `None` for a text too short to have them. Except for [`Diversity::maas`],
/// [`Diversity::yule_k`] and [`Diversity::simpson`], higher means more diverse.
#[derive(Clone, Debug)]
pub struct Diversity {
    /// The words in order, as numbers below the number of types.
    words: Vec<u32>,
    /// Frequency of each type.
    counts: Vec<u32>,
}

/// When a stretch of text has used up its diversity and closes, for MTLD. Programs differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MtldRule {
    /// When the type-token ratio has fallen to the threshold or below it (LexicalRichness).
    #[default]
    AtOrBelow,
    /// When it has fallen below the threshold (textacy, which also adds 10⁻⁶ to the number of
    /// stretches; that is left out here).
    Below,
}

impl MtldRule {
    /// The name to put in a table's header.
    pub fn name(self) -> &'static str {
        match self {
            Self::AtOrBelow => "at_or_below",
            Self::Below => "below",
        }
    }
}

/// A mean over windows of a text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Windowed {
    /// The mean; where no window fits, the ratio of the whole text.
    pub ttr: f64,
    /// Whether at least one window fitted.
    pub fits: bool,
}

impl Diversity {
    /// Counts a text's words, given as ids.
    pub fn new(ids: &[u32]) -> Self {
        let mut types = HashMap::new();
        let mut counts = Vec::new();
        let words = ids
            .iter()
            .map(|id| {
                let word = *types.entry(id).or_insert_with(|| {
                    counts.push(0);
                    counts.len() as u32 - 1
                });
                counts[word as usize] += 1;
                word
            })
            .collect();
        Self { words, counts }
    }

    /// N, the number of words.
    pub fn tokens(&self) -> usize {
        self.words.len()
    }

    /// V, the number of different words.
    pub fn types(&self) -> usize {
        self.counts.len()
    }

    /// Type-token ratio V/N (Templin 1957); falls with length.
    pub fn ttr(&self) -> Option<f64> {
        self.ratio(|n| n)
    }

    /// Root type-token ratio V/√N (Guiraud 1954).
    pub fn rttr(&self) -> Option<f64> {
        self.ratio(f64::sqrt)
    }

    /// Corrected type-token ratio V/√(2N) (Carroll 1964).
    pub fn cttr(&self) -> Option<f64> {
        self.ratio(|n| (2.0 * n).sqrt())
    }

    fn ratio(&self, scale: impl Fn(f64) -> f64) -> Option<f64> {
        let n = self.tokens();
        (n > 0).then(|| self.types() as f64 / scale(n as f64))
    }

    /// Moving-average type-token ratio (Covington & McFall 2010): the mean over all N - w + 1 windows
    /// of w words.
    ///
    /// # Panics
    /// If the window is 0.
    pub fn mattr(&self, window: usize) -> Option<Windowed> {
        assert!(window > 0, "a window holds words");
        let n = self.tokens();
        if n < window {
            return self.whole();
        }
        let mut inside = vec![0_u32; self.types()];
        let (mut types, mut sum) = (0_u64, 0_u64);
        for (at, &word) in self.words.iter().enumerate() {
            if at >= window {
                let left = &mut inside[self.words[at - window] as usize];
                *left -= 1;
                types -= u64::from(*left == 0);
            }
            let entered = &mut inside[word as usize];
            types += u64::from(*entered == 0);
            *entered += 1;
            if at + 1 >= window {
                sum += types;
            }
        }
        let windows = (n - window + 1) as f64;
        Some(Windowed {
            ttr: sum as f64 / windows / window as f64,
            fits: true,
        })
    }

    /// Mean segmental type-token ratio (Johnson 1944): the mean over successive segments of w words;
    /// a shorter rest is dropped.
    ///
    /// # Panics
    /// If the segment is 0.
    pub fn msttr(&self, segment: usize) -> Option<Windowed> {
        assert!(segment > 0, "a segment holds words");
        if self.tokens() < segment {
            return self.whole();
        }
        let mut last_seen = vec![usize::MAX; self.types()];
        let mut types = 0_usize;
        let segments = self.words.chunks_exact(segment);
        let number = segments.len() as f64;
        for (at, words) in segments.enumerate() {
            for &word in words {
                let seen = &mut last_seen[word as usize];
                types += usize::from(*seen != at);
                *seen = at;
            }
        }
        Some(Windowed {
            ttr: types as f64 / number / segment as f64,
            fits: true,
        })
    }

    fn whole(&self) -> Option<Windowed> {
        self.ttr().map(|ttr| Windowed { ttr, fits: false })
    }

    /// Measure of textual lexical diversity (McCarthy & Jarvis 2010): the mean length, in words, of
    /// stretches that keep their type-token ratio over the threshold (usually 0.72), read forward and
    /// backward; the mean of the two. The unfinished last stretch counts as (1 - TTR)/(1 - threshold)
    /// of one. A text with no repeated word has N, as in LexicalRichness.
    ///
    /// # Panics
    /// If the threshold is not between 0 and 1.
    pub fn mtld(&self, threshold: f64, rule: MtldRule) -> Option<f64> {
        assert!(
            0.0 < threshold && threshold < 1.0,
            "a threshold between 0 and 1, not {threshold}"
        );
        if self.words.is_empty() {
            return None;
        }
        let forward = self.stretches(self.words.iter(), threshold, rule);
        let backward = self.stretches(self.words.iter().rev(), threshold, rule);
        let n = self.tokens() as f64;
        let length = |stretches: f64| if stretches > 0.0 { n / stretches } else { n };
        Some(f64::midpoint(length(forward), length(backward)))
    }

    fn stretches<'a>(
        &self,
        words: impl Iterator<Item = &'a u32>,
        threshold: f64,
        rule: MtldRule,
    ) -> f64 {
        let mut last_seen = vec![0_u32; self.types()];
        let (mut closed, mut types, mut tokens) = (0_u32, 0_u32, 0_u32);
        let mut ttr = 1.0;
        for &word in words {
            let seen = &mut last_seen[word as usize];
            types += u32::from(*seen != closed + 1);
            *seen = closed + 1;
            tokens += 1;
            ttr = f64::from(types) / f64::from(tokens);
            let is_done = match rule {
                MtldRule::AtOrBelow => ttr <= threshold,
                MtldRule::Below => ttr < threshold,
            };
            if is_done {
                closed += 1;
                (types, tokens) = (0, 0);
            }
        }
        let rest = if tokens > 0 {
            (1.0 - ttr) / (1.0 - threshold)
        } else {
            0.0
        };
        f64::from(closed) + rest
    }

    /// HD-D (McCarthy & Jarvis 2007): the type-token ratio to be expected of `draws` (usually 42) words
    /// drawn without replacement, Σ over types of (1 - P(not drawn))/draws. `None` for a text
    /// of fewer words.
    ///
    /// The hypergeometric probability is a product of `draws` ratios, which loses no digits where a
    /// difference of log-gammas of a long text's length would.
    ///
    /// # Panics
    /// If there are no draws.
    pub fn hd_d(&self, draws: usize) -> Option<f64> {
        assert!(draws > 0, "words are drawn");
        let n = self.tokens();
        if n < draws {
            return None;
        }
        let sum: f64 = self
            .spectrum()
            .into_iter()
            .map(|(frequency, types)| {
                let others = n - frequency as usize;
                let missed: f64 = if others < draws {
                    0.0
                } else {
                    (0..draws)
                        .map(|i| (others - i) as f64 / (n - i) as f64)
                        .product()
                };
                types as f64 * (1.0 - missed)
            })
            .sum();
        Some(sum / draws as f64)
    }

    /// Maas's a² = (ln N - ln V)/(ln N)² (Maas 1972); lower means more diverse. `None` below two words.
    pub fn maas(&self) -> Option<f64> {
        let (n, v) = (self.tokens() as f64, self.types() as f64);
        (n > 1.0).then(|| (n.ln() - v.ln()) / n.ln().powi(2))
    }

    /// Yule's K = 10⁴ (Σ f² - N)/N² over the types' frequencies f (Yule 1944); lower means more
    /// diverse.
    pub fn yule_k(&self) -> Option<f64> {
        let n = self.tokens() as u64;
        (n > 0).then(|| 1e4 * (self.squares() - n) as f64 / (n as f64).powi(2))
    }

    /// Simpson's D = Σ f(f - 1)/(N(N - 1)) (Simpson 1949): the probability that two words drawn
    /// without replacement are the same; lower means more diverse. `None` below two words.
    pub fn simpson(&self) -> Option<f64> {
        let n = self.tokens() as u64;
        (n > 1).then(|| (self.squares() - n) as f64 / (n as f64 * (n - 1) as f64))
    }

    fn squares(&self) -> u64 {
        self.counts.iter().map(|&f| u64::from(f).pow(2)).sum()
    }

    /// Each frequency with the number of types that have it, rising.
    fn spectrum(&self) -> Vec<(u32, usize)> {
        let mut counts = self.counts.clone();
        counts.sort_unstable();
        counts
            .chunk_by(|a, b| a == b)
            .map(|equal| (equal[0], equal.len()))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The README of LexicalRichness: 57 words, 39 types.
    const SAMPLE: &str = "measure of textual lexical diversity computed as the mean length of \
        sequential words in a text that maintains a minimum threshold ttr score iterates over words \
        until ttr scores falls below a threshold then increase factor counter by and start over \
        mccarthy and jarvis pg recommends a factor threshold in the range of mccarthy mccarthy and \
        jarvis";

    fn sample() -> Diversity {
        let mut ids = HashMap::new();
        let words: Vec<u32> = SAMPLE
            .split(' ')
            .map(|word| {
                let next = ids.len() as u32;
                *ids.entry(word).or_insert(next)
            })
            .collect();
        Diversity::new(&words)
    }

    /// 2,000 words, few of them frequent; the peers were given the same numbers.
    fn long() -> Diversity {
        let mut state = 1_u64;
        let words: Vec<u32> = (0..2000)
            .map(|_| {
                state = (state * 1_103_515_245 + 12_345) % (1 << 31);
                let drawn = (state >> 16) as u32 % 1000;
                drawn * drawn / 2500
            })
            .collect();
        assert_eq!(words[..5], [280, 229, 5, 106, 1]);
        Diversity::new(&words)
    }

    #[track_caller]
    fn near(found: Option<f64>, expected: f64, tolerance: f64) {
        let found = found.expect("a value");
        assert!(
            (found - expected).abs() <= tolerance * expected.abs(),
            "{found} != {expected}"
        );
    }

    /// Tolerance: the last digits of f64, as only the order of additions differs.
    #[test]
    fn a_known_text_has_the_values_of_lexicalrichness() {
        // LexicalRichness 0.5.1
        let text = sample();
        assert_eq!((text.tokens(), text.types()), (57, 39));
        near(text.ttr(), 0.684_210_526_315_789_5, 1e-13);
        near(text.rttr(), 5.165_676_192_553_671, 1e-13);
        near(text.cttr(), 3.652_684_665_168_606_7, 1e-13);
        near(
            text.mattr(25).map(|w| w.ttr),
            0.835_151_515_151_515_1,
            1e-13,
        );
        near(text.msttr(25).map(|w| w.ttr), 0.88, 1e-13);
        near(
            text.mtld(0.72, MtldRule::AtOrBelow),
            46.792_263_610_315_19,
            1e-13,
        );
        // scipy's pmf, which it calls, has an error of its own
        near(text.hd_d(42), 0.746_870_332_396_648_1, 1e-12);
        near(text.maas(), 0.023_215_679_867_353_005, 1e-13);
        near(text.yule_k(), 153.893_505_694_059_7, 1e-13);
        near(text.simpson(), 0.015_664_160_401_002_505, 1e-13);
    }

    #[test]
    fn a_long_text_has_the_values_of_lexicalrichness_and_textacy() {
        // LexicalRichness 0.5.1
        let text = long();
        near(text.ttr(), 0.191, 1e-13);
        near(text.rttr(), 8.541_779_674_049_197, 1e-13);
        near(
            text.mattr(100).map(|w| w.ttr),
            0.810_147_290_899_506_2,
            1e-13,
        );
        near(
            text.msttr(300).map(|w| w.ttr),
            0.613_333_333_333_333_3,
            1e-13,
        );
        near(
            text.mtld(0.72, MtldRule::AtOrBelow),
            166.565_923_596_512_08,
            1e-13,
        );
        near(
            text.mtld(0.6, MtldRule::AtOrBelow),
            336.430_529_359_989_9,
            1e-13,
        );
        near(text.hd_d(42), 0.903_356_966_760_011_4, 1e-12);
        near(text.maas(), 0.028_654_583_823_386_523, 1e-13);
        near(text.yule_k(), 60.395, 1e-13);
        near(text.simpson(), 0.006_042_521_260_630_315, 1e-13);
        // textacy 0.13.0; its 10⁻⁶ more stretches of some 12 are 10⁻⁷ of the value
        near(
            text.mtld(0.72, MtldRule::Below),
            166.565_909_703_313_62,
            1e-6,
        );
    }

    /// 18 types in 25 words are 0.72 exactly: one rule closes there, the other later.
    #[test]
    fn the_two_rules_of_mtld_differ_at_the_threshold() {
        let ids: Vec<u32> = (0..18).chain([0; 7]).collect();
        let forward = |words: &[u32], rule| {
            let text = Diversity::new(words);
            text.stretches(text.words.iter(), 0.72, rule)
        };
        assert!((forward(&ids, MtldRule::AtOrBelow) - 1.0).abs() < 1e-12);
        // Not closed, and (1 - 0.72)/(1 - 0.72) of a stretch.
        assert!((forward(&ids, MtldRule::Below) - 1.0).abs() < 1e-12);
        let longer = [ids.as_slice(), &[18, 18, 18]].concat();
        // One, and then 1 type in 2 words closes another, and 1 word is left.
        assert!((forward(&longer, MtldRule::AtOrBelow) - 2.0).abs() < 1e-12);
        // 19 types in 26 words are 0.73, in 27 they are 0.70 and close; 1 word is left.
        assert!((forward(&longer, MtldRule::Below) - 1.0).abs() < 1e-12);
        assert_eq!(MtldRule::default().name(), "at_or_below");
    }

    #[test]
    fn short_texts_say_so() {
        let text = Diversity::new(&[1, 2, 1]);
        let ttr = 2.0 / 3.0;
        assert_eq!(text.mattr(100), Some(Windowed { ttr, fits: false }));
        assert_eq!(text.msttr(100), Some(Windowed { ttr, fits: false }));
        assert_eq!(text.hd_d(42), None);
        let distinct = Diversity::new(&[5, 6, 7]);
        assert_eq!(distinct.mtld(0.72, MtldRule::AtOrBelow), Some(3.0));
        let none = Diversity::new(&[]);
        assert_eq!(none.ttr(), None);
        assert_eq!(none.mattr(10), None);
        assert_eq!(none.mtld(0.72, MtldRule::Below), None);
        assert_eq!(none.yule_k(), None);
        assert_eq!(Diversity::new(&[1]).maas(), None);
        assert_eq!(Diversity::new(&[1]).simpson(), None);
    }
}
