//! What is counted: how a sentence is cut, and which forms are the same.

use text::Span;

/// Cuts sentences into the units that are counted: words, stems, subwords.
pub trait Cut: Sync {
    /// Hands on each unit of `text[sentence]` in reading order: its form, which says what it counts
    /// as, and where it stands in `text`. Units don't overlap.
    fn cut(&self, text: &str, sentence: Span, unit: &mut dyn FnMut(&str, Span));
}

/// Whether hyphens part words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Hyphens {
    /// "well-being" is two words, as Unicode's rules and [`text::words`] have it.
    #[default]
    Part,
    /// Words with nothing but one hyphen between them are one: "well-being".
    Join,
}

/// Words by [`text::words`] in lower case. Typographic apostrophes become straight ones and stay
/// inside words, so that "country’s" and "Country's" are one word, and another than "country".
/// Typographic hyphens inside joined words become "-". Nothing else is changed: no accents, no width
/// of characters.
#[derive(Clone, Copy, Default)]
pub struct Words<'a> {
    /// Whether hyphens part words.
    pub hyphens: Hyphens,
    /// Makes a stem or lemma of a word in lower case. A word without a stem (an empty one) is left
    /// out, as if it were not in the text: the words around it are neighbours.
    pub stem: Option<&'a (dyn Fn(&str) -> String + Sync)>,
}

impl Cut for Words<'_> {
    fn cut(&self, text: &str, sentence: Span, unit: &mut dyn FnMut(&str, Span)) {
        let mut form = String::new();
        let mut emit = |span: Span| {
            form.clear();
            fold(span.of(text), &mut form);
            match self.stem {
                None => unit(&form, span),
                Some(stem) => {
                    let stem = stem(&form);
                    if !stem.is_empty() {
                        unit(&stem, span);
                    }
                }
            }
        };
        let words = text::words::words(text, sentence);
        match self.hyphens {
            Hyphens::Part => words.for_each(emit),
            Hyphens::Join => {
                let mut open: Option<Span> = None;
                for word in words {
                    open = Some(match open {
                        Some(before) if is_hyphen(&text[before.end..word.start]) => {
                            before.join(word)
                        }
                        Some(before) => {
                            emit(before);
                            word
                        }
                        None => word,
                    });
                }
                open.into_iter().for_each(emit);
            }
        }
    }
}

fn is_hyphen(between: &str) -> bool {
    matches!(between, "-" | "\u{2010}" | "\u{2011}")
}

fn fold(word: &str, form: &mut String) {
    if word.is_ascii() {
        form.push_str(word);
        form.make_ascii_lowercase();
        return;
    }
    for c in word.chars() {
        match c {
            '\u{2018}' | '\u{2019}' | '\u{02bc}' | '\u{ff07}' => form.push('\''),
            '\u{2010}' | '\u{2011}' => form.push('-'),
            _ => form.extend(c.to_lowercase()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(words: Words<'_>, text: &str, expected: &[(&str, &str)]) {
        let mut found = Vec::new();
        words.cut(text, Span::new(0, text.len()), &mut |form, span| {
            found.push((form.to_owned(), span.of(text)));
        });
        let found: Vec<_> = found.iter().map(|(f, w)| (f.as_str(), *w)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn case_and_apostrophes_do_not_make_other_words() {
        check(
            Words::default(),
            "The COUNTRY’s ÉLITE, China-Russia",
            &[
                ("the", "The"),
                ("country's", "COUNTRY’s"),
                ("élite", "ÉLITE"),
                ("china", "China"),
                ("russia", "Russia"),
            ],
        );
    }

    #[test]
    fn hyphens_join_where_asked() {
        let words = Words {
            hyphens: Hyphens::Join,
            ..Words::default()
        };
        check(
            words,
            "State‑of-the-art well - being, a--b",
            &[
                ("state-of-the-art", "State‑of-the-art"),
                ("well", "well"),
                ("being", "being"),
                ("a", "a"),
                ("b", "b"),
            ],
        );
    }

    #[test]
    fn a_stem_counts_for_its_word_and_none_leaves_it_out() {
        let stem = |word: &str| match word {
            "the" => String::new(),
            _ => word.trim_end_matches('s').to_owned(),
        };
        let words = Words {
            stem: Some(&stem),
            ..Words::default()
        };
        check(words, "The Reforms", &[("reform", "Reforms")]);
    }
}
