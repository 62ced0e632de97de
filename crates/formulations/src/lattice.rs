//! A family's variants under each other, word under word.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::edits::align;
use crate::{Family, FamilyUsage};

/// Where a word stands: behind how many canonical words, and the how manieth of those put in there;
/// the last of these is the canonical word's own place.
type Place = (usize, usize);

/// A variant's words and how often it occurs.
struct Row<'a> {
    words: BTreeMap<Place, &'a str>,
    hits: usize,
}

/// A family's variants in columns: each variant is aligned to the canonical wording, and words that it
/// puts in stand in columns between those of the canonical words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lattice {
    /// Of each column, the words that stand there with the number of occurrences, the most frequent
    /// first. The empty word stands for variants that have none there.
    pub columns: Vec<Vec<(String, usize)>>,
}

impl Lattice {
    /// Of the variants that occur; without columns where none does.
    pub fn of(family: &Family, usage: &FamilyUsage) -> Self {
        let used = || {
            let all = family.variants.iter().zip(&usage.variants);
            all.filter(|(_, usage)| usage.hits > 0)
        };
        let canonical = &family.variants[0].wording.folded;
        let rows: Vec<Row<'_>> = used()
            .map(|(variant, usage)| {
                let (aligned, _) = align(canonical, &variant.wording.folded);
                let (mut words, mut next, mut put_in) = (BTreeMap::new(), 0, 0);
                for (from, to) in aligned {
                    let word = to.map(|to| variant.wording.shown[to].as_str());
                    let place = from.map_or((next, put_in), |from| (from, usize::MAX));
                    words.extend(word.map(|word| (place, word)));
                    (next, put_in) = from.map_or((next, put_in + 1), |from| (from + 1, 0));
                }
                Row {
                    words,
                    hits: usage.hits,
                }
            })
            .collect();
        let mut places: Vec<Place> = rows
            .iter()
            .flat_map(|row| row.words.keys().copied())
            .collect();
        places.sort_unstable();
        places.dedup();
        let columns = places
            .into_iter()
            .map(|place| {
                let mut words: Vec<(String, usize)> = Vec::new();
                for row in &rows {
                    let word = row
                        .words
                        .get(&place)
                        .map_or_else(String::new, |w| w.to_lowercase());
                    match words.iter_mut().find(|(known, _)| *known == word) {
                        Some((_, count)) => *count += row.hits,
                        None => words.push((word, row.hits)),
                    }
                }
                words.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
                words
            })
            .collect();
        Self { columns }
    }
}

/// In lines: the most frequent words of all columns, then the second, "·" for no word.
impl std::fmt::Display for Lattice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let cell = |(word, count): &(String, usize)| {
            let word = if word.is_empty() { "·" } else { word };
            format!("{word} {count}")
        };
        let height = self.columns.iter().map(Vec::len).max().unwrap_or(0);
        for line in 0..height {
            let mut written = String::new();
            for column in &self.columns {
                let width = column
                    .iter()
                    .map(|entry| cell(entry).chars().count())
                    .max()
                    .unwrap_or(0);
                let text = column.get(line).map_or_else(String::new, cell);
                write!(written, "{text:width$}  ")?;
            }
            writeln!(f, "{}", written.trim_end())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Ledger, Usage, families};

    #[test]
    fn words_stand_under_each_other_with_their_counts() {
        let toml = "[[formulation]]\nphrase='strategic partnership'\nvariants=['comprehensive strategic partnership', \
            'comprehensive and strategic partnership', 'comprehensive strategic partnership of coordination', 'special partnership', 'unused strategic partnership']";
        let ledger = Ledger::parse(toml, "t.toml").expect("valid");
        let families = families(&ledger, Vec::new());
        let usage = FamilyUsage {
            whole: Usage::default(),
            variants: [4, 3, 1, 2, 1, 0]
                .map(|hits| Usage {
                    hits,
                    ..Usage::default()
                })
                .into(),
        };
        let lattice = Lattice::of(&families[0], &usage);
        let column = |at: usize| -> Vec<(&str, usize)> {
            let words = lattice.columns[at].iter();
            words.map(|(word, count)| (word.as_str(), *count)).collect()
        };
        assert_eq!(column(0), [("comprehensive", 6), ("", 5)]);
        assert_eq!(column(1), [("", 10), ("and", 1)]);
        assert_eq!(column(2), [("strategic", 10), ("special", 1)]);
        assert_eq!(column(3), [("partnership", 11)]);
        assert_eq!(column(4), [("", 9), ("of", 2)]);
        assert_eq!(column(5), [("", 9), ("coordination", 2)]);
        assert_eq!(lattice.columns.len(), 6);
        let text = lattice.to_string();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines[0],
            "comprehensive 6  · 10   strategic 10  partnership 11  · 9   · 9"
        );
        assert_eq!(
            lines[1],
            "· 5              and 1  special 1                     of 2  coordination 2"
        );
    }
}
