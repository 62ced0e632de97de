//! Words of units, from which the divergence of any division of the units is found.

use std::collections::BTreeMap;

use crate::WordShift;
use crate::word_shift::part;

/// How often each unit uses each word.
#[derive(Clone, Debug)]
pub struct UnitWords {
    /// The words that are used, by rising id.
    words: Vec<u32>,
    /// Of each unit its words that others use too, as places among those, with their counts.
    shared: Vec<Vec<(u32, u64)>>,
    /// How often all units together use each shared word.
    all_shared: Vec<u64>,
    /// Of each unit how many of its words no other unit has.
    alone: Vec<u64>,
    /// Words of each unit.
    tokens: Vec<u64>,
    /// Of each unit all its words, as places in `words`, with their counts.
    counts: Vec<Vec<(u32, u64)>>,
}

impl UnitWords {
    /// Counts texts given as word ids, each with the number of its unit from 0 to `units`.
    ///
    /// # Panics
    /// If a text is of no such unit.
    pub fn new<'a>(units: usize, texts: impl IntoIterator<Item = (usize, &'a [u32])>) -> Self {
        let mut of_units: Vec<BTreeMap<u32, u64>> = vec![BTreeMap::new(); units];
        for (unit, words) in texts {
            for &word in words {
                *of_units[unit].entry(word).or_default() += 1;
            }
        }
        let mut words: Vec<u32> = of_units
            .iter()
            .flat_map(|own| own.keys().copied())
            .collect();
        words.sort_unstable();
        words.dedup();
        let mut users = vec![0_u32; words.len()];
        let counts: Vec<Vec<(u32, u64)>> = of_units
            .into_iter()
            .map(|own| {
                let places = own.into_iter().map(|(word, count)| {
                    let place = words.partition_point(|&other| other < word);
                    users[place] += 1;
                    (place as u32, count)
                });
                places.collect()
            })
            .collect();
        let mut next = 0;
        let shared_place: Vec<Option<u32>> = users
            .iter()
            .map(|&users| {
                (users > 1).then(|| {
                    next += 1;
                    next - 1
                })
            })
            .collect();
        let mut all_shared = vec![0; next as usize];
        let shared = counts.iter().map(|own| {
            let places = own.iter().filter_map(|&(place, count)| {
                let place = shared_place[place as usize]?;
                all_shared[place as usize] += count;
                Some((place, count))
            });
            places.collect()
        });
        let shared: Vec<Vec<(u32, u64)>> = shared.collect();
        let sum = |own: &[(u32, u64)]| own.iter().map(|(_, count)| count).sum::<u64>();
        let tokens: Vec<u64> = counts.iter().map(|own| sum(own)).collect();
        Self {
            alone: tokens
                .iter()
                .zip(&shared)
                .map(|(tokens, own)| tokens - sum(own))
                .collect(),
            words,
            shared,
            all_shared,
            tokens,
            counts,
        }
    }

    /// The Jensen-Shannon divergence in bits of the words of the units that are the target's and of
    /// the others, as [`WordShift`] has it. Not a number where a side has no words.
    ///
    /// # Panics
    /// If there is not a label for each unit.
    pub fn divergence(&self, is_target: &[bool]) -> f64 {
        assert_eq!(is_target.len(), self.tokens.len(), "a label for each unit");
        let mut own = vec![0; self.all_shared.len()];
        let (mut tokens, mut others) = (0, 0);
        let (mut alone, mut others_alone) = (0, 0);
        for (unit, &is_target) in is_target.iter().enumerate() {
            if is_target {
                tokens += self.tokens[unit];
                alone += self.alone[unit];
                for &(place, count) in &self.shared[unit] {
                    own[place as usize] += count;
                }
            } else {
                others += self.tokens[unit];
                others_alone += self.alone[unit];
            }
        }
        if tokens == 0 || others == 0 {
            return f64::NAN;
        }
        let (tokens, others) = (tokens as f64, others as f64);
        // Words of one unit stand on one side, wherever that is.
        let of_alone = f64::midpoint(alone as f64 / tokens, others_alone as f64 / others);
        let of_shared = own
            .iter()
            .zip(&self.all_shared)
            .map(|(&own, &all)| part(own as f64 / tokens, (all - own) as f64 / others));
        (of_alone + of_shared.sum::<f64>()).min(1.0)
    }

    /// Each word's part in the divergence, by the ids that words were given with; `None` where a
    /// side has no words.
    ///
    /// # Panics
    /// If there is not a label for each unit.
    pub fn shift(&self, is_target: &[bool]) -> Option<WordShift> {
        assert_eq!(is_target.len(), self.tokens.len(), "a label for each unit");
        let mut sides = [true, false].map(|_| vec![0; self.words.len()]);
        for (own, &is_target) in self.counts.iter().zip(is_target) {
            for &(place, count) in own {
                sides[usize::from(!is_target)][place as usize] += count;
            }
        }
        let mut shift = WordShift::of_counts(&sides[0], &sides[1])?;
        for term in &mut shift.terms {
            term.term = self.words[term.term as usize];
        }
        Some(shift)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Four units; word 9 is in the first alone, 4 in the last alone.
    fn units() -> UnitWords {
        let texts: [(usize, &[u32]); 5] = [
            (0, &[1, 2, 2, 9]),
            (1, &[1, 3, 3]),
            (2, &[2, 3, 5]),
            (0, &[9, 1]),
            (3, &[5, 4, 4, 1]),
        ];
        UnitWords::new(4, texts)
    }

    /// scipy 1.17.1: jensenshannon(base=2) ** 2 of the counts of words 1, 2, 3, 4, 5, 9.
    #[test]
    fn divergences_are_those_of_scipy() {
        let found = units();
        for (labels, expected) in [
            ([true, true, false, false], 0.437_635_007_047_866_3),
            ([true, false, false, true], 0.471_103_203_816_082),
            ([false, false, true, false], 0.418_850_525_736_713_94),
        ] {
            let divergence = found.divergence(&labels);
            assert!((divergence - expected).abs() < 1e-14, "{divergence}");
            let shift = found.shift(&labels).expect("words");
            assert!((shift.jsd - expected).abs() < 1e-14, "{}", shift.jsd);
        }
    }

    #[test]
    fn words_keep_their_ids_and_counts() {
        let shift = units().shift(&[true, true, false, false]).expect("words");
        let counts = |term: u32| {
            let found = shift.terms.iter().find(|found| found.term == term);
            found.map(|found| (found.target, found.reference))
        };
        assert_eq!(counts(1), Some((3, 1)));
        assert_eq!(counts(9), Some((2, 0)));
        assert_eq!(counts(4), Some((0, 2)));
        assert_eq!(counts(7), None);
        assert_eq!((shift.target_tokens, shift.reference_tokens), (9, 7));
    }

    #[test]
    fn a_side_without_words_has_no_divergence() {
        let found = UnitWords::new(2, [(0, &[1_u32, 2][..])]);
        assert!(found.divergence(&[true, false]).is_nan());
        assert_eq!(found.shift(&[true, false]), None);
    }
}
