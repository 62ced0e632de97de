//! Variants into families.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::edits::{Leeway, Wording, align, are_variants, is_function, relation};
use crate::{Ledger, Mined};

/// Where a variant is known from.
#[derive(Clone, Debug, PartialEq)]
pub enum Origin {
    /// A ledger.
    Ledger,
    /// The corpus itself.
    Mined(Mined),
}

/// One wording.
#[derive(Clone, Debug, PartialEq)]
pub struct Variant {
    /// As it is shown.
    pub text: String,
    /// Its words.
    pub wording: Wording,
    /// Where it is known from.
    pub origin: Origin,
}

impl Variant {
    fn new(text: &str, origin: Origin) -> Self {
        Self {
            text: text.to_owned(),
            wording: Wording::new(text),
            origin,
        }
    }

    /// How it was mined, if it was.
    pub fn mined(&self) -> Option<&Mined> {
        match &self.origin {
            Origin::Ledger => None,
            Origin::Mined(mined) => Some(mined),
        }
    }
}

/// The variants of one formulation.
#[derive(Clone, Debug, PartialEq)]
pub struct Family {
    /// Its name, which no other has.
    pub name: String,
    /// What the ledger says of it.
    pub note: String,
    /// The canonical wording, then the others.
    pub variants: Vec<Variant>,
}

impl Family {
    /// What makes the variant of the canonical wording; see [`relation`].
    ///
    /// # Panics
    /// If there is no such variant.
    pub fn relation(&self, variant: usize) -> String {
        relation(&self.variants[0].wording, &self.variants[variant].wording)
    }

    /// Whether it was in the ledger.
    pub fn is_of_ledger(&self) -> bool {
        self.variants[0].origin == Origin::Ledger
    }
}

/// The ledger's families, each with what was mined and is a variant of one of its wordings (see
/// [`are_variants`]), and behind them families of what else was mined.
///
/// Mined wordings are taken by falling count. Each joins the family of the wording that it can be made
/// of at the least cost: any of a ledger's family, with [`Leeway::Half`]; of a mined family the canonical
/// one alone, which is the most frequent, with [`Leeway::BelowHalf`]. So no chain of small changes makes one family of two.
pub fn families(ledger: &Ledger, mined: Vec<Mined>) -> Vec<Family> {
    let mut found = Vec::with_capacity(ledger.formulations.len());
    let mut index = Index::default();
    let mut names: HashSet<String> = HashSet::new();
    for formulation in &ledger.formulations {
        let variants: Vec<Variant> = formulation
            .phrases()
            .map(|phrase| Variant::new(phrase, Origin::Ledger))
            .collect();
        for variant in &variants {
            index.add(found.len(), &variant.wording, Leeway::Half);
        }
        names.insert(formulation.name.to_lowercase());
        found.push(Family {
            name: formulation.name.clone(),
            note: formulation.note.clone(),
            variants,
        });
    }
    let mut mined = mined;
    mined.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.text.cmp(&b.text)));
    for one in mined {
        let text = one.text.clone();
        let variant = Variant::new(&text, Origin::Mined(one));
        match index.home(&variant.wording) {
            Home::Known => {}
            Home::Of(family) => found[family].variants.push(variant),
            Home::New => {
                index.add(found.len(), &variant.wording, Leeway::BelowHalf);
                let mut name = text;
                while !names.insert(name.to_lowercase()) {
                    name.push_str(" (mined)");
                }
                found.push(Family {
                    name,
                    note: String::new(),
                    variants: vec![variant],
                });
            }
        }
    }
    found
}

/// Wordings that others can join, by their content words.
#[derive(Default)]
struct Index {
    wordings: Vec<(usize, Wording, Leeway)>,
    by_word: HashMap<String, Vec<usize>>,
}

enum Home {
    /// It is there already.
    Known,
    /// A variant of this family.
    Of(usize),
    /// Of none.
    New,
}

impl Index {
    fn add(&mut self, family: usize, wording: &Wording, leeway: Leeway) {
        let words: BTreeSet<&String> = wording.folded.iter().filter(|w| !is_function(w)).collect();
        for word in words {
            let list = self.by_word.entry(word.clone()).or_default();
            list.push(self.wordings.len());
        }
        self.wordings.push((family, wording.clone(), leeway));
    }

    fn home(&self, wording: &Wording) -> Home {
        let words: BTreeSet<&String> = wording.folded.iter().collect();
        let near: BTreeSet<usize> = words
            .into_iter()
            .filter_map(|word| self.by_word.get(word))
            .flatten()
            .copied()
            .collect();
        let mut best: Option<(usize, usize)> = None;
        for at in near {
            let (family, other, leeway) = &self.wordings[at];
            if other.folded == wording.folded {
                return Home::Known;
            }
            if are_variants(other, wording, *leeway) {
                let (_, cost) = align(&other.folded, &wording.folded);
                if best.is_none_or(|(least, _)| cost < least) {
                    best = Some((cost, *family));
                }
            }
        }
        best.map_or(Home::New, |(_, family)| Home::Of(family))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mined(text: &str, count: u64) -> Mined {
        Mined {
            text: text.to_owned(),
            count,
            documents: 2,
            lambda: 1.0,
            z: 4.0,
            dp: 0.5,
            fixedness: 1.0,
        }
    }

    fn texts(family: &Family) -> Vec<&str> {
        family.variants.iter().map(|v| v.text.as_str()).collect()
    }

    #[test]
    fn what_is_mined_joins_the_nearest_family_or_founds_one() {
        let ledger = Ledger::parse(
            "[[formulation]]\nname='partnership'\nphrase='strategic partnership'\nvariants=['comprehensive strategic partnership']\n",
            "t.toml",
        )
        .expect("valid");
        let found = families(
            &ledger,
            vec![
                mined("new development philosophy", 3),
                mined("Strategic Partnerships", 9),
                mined("comprehensive strategic partnership of coordination", 2),
                mined("new development concept", 5),
                mined("digital new development concept", 2),
                mined("Partnership", 2),
            ],
        );
        let all: Vec<_> = found.iter().map(|f| (f.name.as_str(), texts(f))).collect();
        assert_eq!(
            all,
            [
                (
                    "partnership",
                    vec![
                        "strategic partnership",
                        "comprehensive strategic partnership",
                        "comprehensive strategic partnership of coordination"
                    ]
                ),
                (
                    "new development concept",
                    vec![
                        "new development concept",
                        "new development philosophy",
                        "digital new development concept"
                    ]
                ),
                ("Partnership (mined)", vec!["Partnership"]),
            ]
        );
        assert_eq!(found[0].relation(2), "+comprehensive; +of coordination");
        assert_eq!(found[1].relation(1), "concept→philosophy");
        assert_eq!(found[1].relation(0), "");
    }

    #[test]
    fn the_order_of_what_was_mined_makes_no_difference() {
        let all = [
            "deepen market reform",
            "deepen rural reform",
            "deepen rural market reform",
            "market reform zone",
        ];
        let of = |order: &[usize]| {
            families(
                &Ledger::default(),
                order.iter().map(|&i| mined(all[i], 2)).collect(),
            )
        };
        assert_eq!(of(&[0, 1, 2, 3]), of(&[3, 1, 0, 2]));
    }
}
