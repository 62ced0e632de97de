//! Which forms of a word count as one: its inflections, and no derivations.

use std::cell::RefCell;
use std::collections::HashMap;

use lexis::{Cut, Hyphens, Words};
use rust_stemmers::{Algorithm, Stemmer};
use text::Span;

/// Cuts sentences into folded words: as [`Words`], parted at hyphens, each by [`fold`].
#[derive(Clone, Copy, Debug, Default)]
pub struct Folded;

impl Cut for Folded {
    fn cut(&self, text: &str, sentence: Span, unit: &mut dyn FnMut(&str, Span)) {
        let words = Words {
            hyphens: Hyphens::Part,
            stem: Some(&fold),
        };
        words.cut(text, sentence, unit);
    }
}

/// The folded words of a phrase.
pub(crate) fn words(phrase: &str) -> Vec<String> {
    let mut words = Vec::new();
    Folded.cut(phrase, Span::new(0, phrase.len()), &mut |form, _| {
        words.push(form.to_owned());
    });
    words
}

/// The form that stands for a word in lower case and all its inflections: without "'s", and without
/// an ending -s, -es, -ed or -ing where Snowball's English stemmer says that what is left has the same
/// stem. So "communities" is "community" and "advancing" is "advanced", while "governance",
/// "government" and "governing", whose stems are equal, stay apart. The result is a key, not always a
/// word: a last "e" is left out. Never empty.
pub fn fold(word: &str) -> String {
    thread_local! {
        // Texts have many words and few different ones.
        static KNOWN: RefCell<HashMap<String, String>> = RefCell::default();
    }
    KNOWN.with_borrow_mut(|known| {
        if let Some(folded) = known.get(word) {
            return folded.clone();
        }
        let folded = without_inflection(word);
        known.insert(word.to_owned(), folded.clone());
        folded
    })
}

fn without_inflection(word: &str) -> String {
    let owner = word.strip_suffix("'s").or_else(|| word.strip_suffix('\''));
    let word = owner.filter(|rest| !rest.is_empty()).unwrap_or(word);
    if !word.is_ascii() || word.len() < 4 {
        return word.to_owned();
    }
    let stemmer = Stemmer::create(Algorithm::English);
    let stem = stemmer.stem(word);
    let base = bases(word)
        .into_iter()
        .find(|base| stemmer.stem(base) == stem)
        .unwrap_or_else(|| word.to_owned());
    match base.strip_suffix('e') {
        Some(rest) if rest.len() > 2 => rest.to_owned(),
        _ => base,
    }
}

/// What a word may be an inflection of, the likeliest first.
fn bases(word: &str) -> Vec<String> {
    let mut bases = Vec::new();
    let mut verb = |rest: &str| {
        bases.push(rest.to_owned());
        bases.push(format!("{rest}e"));
        let doubled = rest.len() > 2 && rest.as_bytes().last_chunk().is_some_and(|[a, b]| a == b);
        if doubled {
            bases.push(rest[..rest.len() - 1].to_owned());
        }
    };
    if let Some(rest) = word
        .strip_suffix("ies")
        .or_else(|| word.strip_suffix("ied"))
    {
        bases.push(format!("{rest}y"));
    } else if let Some(rest) = word.strip_suffix("ing").or_else(|| word.strip_suffix("ed")) {
        verb(rest);
    } else if ["ss", "us", "is"].iter().any(|end| word.ends_with(end)) {
        return bases;
    } else if let Some(rest) = word.strip_suffix('s') {
        bases.push(rest.to_owned());
        bases.extend(rest.strip_suffix('e').map(str::to_owned));
    }
    bases
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inflections_are_one_and_derivations_are_not() {
        for same in [
            &["community", "communities", "community's", "communities'"][..],
            &["advance", "advances", "advanced", "advancing"],
            &["plan", "plans", "planned", "planning"],
            &["share", "shared", "sharing"],
            &["process", "processes"],
            &["unify", "unifies", "unified", "unifying"],
            &["respect", "respects"],
            &["base", "based"],
        ] {
            for form in same {
                assert_eq!(fold(form), fold(same[0]), "{form}");
            }
        }
        let apart = [
            "governance",
            "government",
            "governing",
            "human",
            "humanity",
            "socialism",
            "social",
            "socialist",
            "basic",
            "basis",
            "nation",
            "national",
            "news",
            "new",
            "thing",
            "develop",
            "development",
        ];
        for (at, word) in apart.iter().enumerate() {
            for other in &apart[..at] {
                assert_ne!(fold(word), fold(other), "{word} and {other}");
            }
        }
    }

    #[test]
    fn phrases_part_at_hyphens_and_keep_no_case() {
        assert_eq!(words("Law-Based Governance"), words("law based governance"));
        assert_eq!(words("China’s"), ["china"]);
        assert_eq!(words("— “…”"), [""; 0]);
        for odd in ["'s", "s", "es", "ing", "ed", "e", "é's", "改革"] {
            assert!(!fold(odd).is_empty(), "{odd}");
        }
    }
}
