//! What a concordance can be asked for.

use text::Span;
use thiserror::Error;

/// Most words that may stand between the two sides of NEAR.
const FARTHEST: usize = 1000;

/// A question to a concordance: phrases, one or more of them near each other.
///
/// | written | finds |
/// |---|---|
/// | `partnership` | the word |
/// | `comprehensive partnership` | the words one after the other, in one sentence |
/// | `social*`, `wom?n` | words in which `*` stands for any characters or none, `?` for exactly one |
/// | `comprehensive * partnership` | `*` alone: any one word |
/// | `china\|russia` | either word |
/// | `party NEAR/5 rural areas` | both phrases in one sentence, in any order, with at most 5 words between them |
///
/// Case doesn't matter, but for `NEAR`; nor does the shape of apostrophes and hyphens. Read by `parse`, a
/// word is cut as [`text::words`] cuts it: `China-Russia` is a phrase of two. [`Query::cut_by`] cuts words as
/// the texts were cut, where that was otherwise. Several NEAR are read from the left: the third phrase is near to the stretch that
/// holds the first two.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// At least one.
    pub(crate) phrases: Vec<Phrase>,
    /// For each phrase but the first, how many words may stand between it and what was found before.
    pub(crate) distances: Vec<usize>,
}

/// Words one after the other.
pub(crate) type Phrase = Vec<Slot>;

/// What may stand at one place of a phrase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Slot {
    Any,
    OneOf(Vec<Pattern>),
}

/// A word, possibly with wildcards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pattern(Vec<Part>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Char(char),
    AnyChar,
    AnyChars,
}

/// What is wrong with a query. Characters are counted from 1.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum QueryError {
    /// There is nothing in it.
    #[error("the query is empty: write a word or a phrase, such as 'comprehensive * partnership'")]
    Empty,
    /// Every place of a phrase is open.
    #[error(
        "the phrase at character {at} has nothing but '*': at least one of its words must be given"
    )]
    OnlyAny {
        /// Where the phrase starts.
        at: usize,
    },
    /// NEAR without a number of words.
    #[error(
        "'{written}' at character {at} needs a number of words from 0 to {FARTHEST}, as in NEAR/5; to search for the word itself write 'near'"
    )]
    Distance {
        /// Where it stands.
        at: usize,
        /// What was written.
        written: String,
    },
    /// NEAR at the start or end of the query, or two in a row.
    #[error("NEAR at character {at} has no phrase {side} it")]
    Operand {
        /// Where NEAR stands.
        at: usize,
        /// "before" or "after".
        side: &'static str,
    },
    /// Something without letters or digits.
    #[error("'{written}' at character {at} is no word: words have letters or digits")]
    NoWord {
        /// Where it stands.
        at: usize,
        /// What was written.
        written: String,
    },
    /// A word with a wildcard that holds a character which no word holds.
    #[error(
        "'{character}' at character {at} separates words, and can't stand in a word with '*' or '?': write a space"
    )]
    Separator {
        /// Where it stands.
        at: usize,
        /// The character.
        character: char,
    },
    /// An alternative that is more than one word.
    #[error("'{written}' at character {at} is {words} words: between '|' stand single words")]
    Alternative {
        /// Where it stands.
        at: usize,
        /// What was written.
        written: String,
        /// How many words it is.
        words: usize,
    },
}

impl std::str::FromStr for Query {
    type Err = QueryError;

    fn from_str(query: &str) -> Result<Self, QueryError> {
        Self::cut_by(query, &|written| {
            text::words::words(written, Span::new(0, written.len()))
                .map(|span| span.of(written).to_owned())
                .collect()
        })
    }
}

/// Cuts what stands between blanks into words.
type Cut<'a> = &'a dyn Fn(&str) -> Vec<String>;

impl Query {
    /// Reads a query whose words, those without `*` and `?`, are cut (and stemmed, say) by `cut`. For
    /// what was cut as [`text::words`] does, `parse` is the same.
    ///
    /// # Errors
    /// If the query can't be read; the error says what is wrong, and where.
    pub fn cut_by(query: &str, cut: Cut<'_>) -> Result<Self, QueryError> {
        let (mut phrases, mut distances) = (Vec::new(), Vec::new());
        let (mut phrase, mut phrase_at) = (Phrase::new(), 1);
        let mut last_near = None;
        for (at, written) in pieces(query) {
            if let Some(distance) = near(at, written)? {
                if phrase.is_empty() {
                    return Err(match last_near {
                        Some(at) => QueryError::Operand { at, side: "after" },
                        None => QueryError::Operand { at, side: "before" },
                    });
                }
                anchored(&phrase, phrase_at)?;
                phrases.push(std::mem::take(&mut phrase));
                distances.push(distance);
                last_near = Some(at);
            } else {
                if phrase.is_empty() {
                    phrase_at = at;
                }
                phrase.extend(slots(at, written, cut)?);
            }
        }
        if phrase.is_empty() {
            return Err(match last_near {
                Some(at) => QueryError::Operand { at, side: "after" },
                None => QueryError::Empty,
            });
        }
        anchored(&phrase, phrase_at)?;
        phrases.push(phrase);
        Ok(Self { phrases, distances })
    }
}

/// What stands between blanks, with the number of its first character.
fn pieces(query: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut seen = (0, 0);
    query.split_whitespace().map(move |piece| {
        let start = piece.as_ptr() as usize - query.as_ptr() as usize;
        seen = (start, seen.1 + query[seen.0..start].chars().count());
        (seen.1 + 1, piece)
    })
}

/// The distance, if the piece is NEAR.
fn near(at: usize, written: &str) -> Result<Option<usize>, QueryError> {
    let Some(rest) = written.strip_prefix("NEAR") else {
        return Ok(None);
    };
    if !rest.is_empty() && !rest.starts_with('/') {
        return Ok(None);
    }
    let number = rest.strip_prefix('/').and_then(|n| n.parse().ok());
    match number.filter(|&n| n <= FARTHEST) {
        Some(distance) => Ok(Some(distance)),
        None => Err(QueryError::Distance {
            at,
            written: written.to_owned(),
        }),
    }
}

fn anchored(phrase: &[Slot], at: usize) -> Result<(), QueryError> {
    if phrase.iter().all(|slot| *slot == Slot::Any) {
        return Err(QueryError::OnlyAny { at });
    }
    Ok(())
}

/// The places of a phrase that a piece without blanks stands for.
fn slots(at: usize, written: &str, cut: Cut<'_>) -> Result<Vec<Slot>, QueryError> {
    if written == "*" {
        return Ok(vec![Slot::Any]);
    }
    if !written.contains('|') {
        let words = words(at, written, cut)?;
        return Ok(words.into_iter().map(|w| Slot::OneOf(vec![w])).collect());
    }
    let mut choices = Vec::new();
    let mut start = at;
    for choice in written.split('|') {
        let mut words = words(start, choice, cut)?;
        if words.len() > 1 {
            return Err(QueryError::Alternative {
                at: start,
                written: choice.to_owned(),
                words: words.len(),
            });
        }
        choices.append(&mut words);
        start += choice.chars().count() + 1;
    }
    Ok(vec![Slot::OneOf(choices)])
}

/// The words of a piece: one with wildcards stays whole, others are cut as texts are.
fn words(at: usize, written: &str, cut: Cut<'_>) -> Result<Vec<Pattern>, QueryError> {
    let no_word = || QueryError::NoWord {
        at,
        written: written.to_owned(),
    };
    if !written.contains(['*', '?']) {
        let words: Vec<Pattern> = cut(written).iter().map(|word| Pattern::new(word)).collect();
        return if words.is_empty() {
            Err(no_word())
        } else {
            Ok(words)
        };
    }
    let is_inside = |c: char| {
        let is_one = |letter: char| cut(&String::from_iter([letter, c, letter])).len() == 1;
        c.is_alphanumeric() || matches!(c, '*' | '?') || is_one('a') || is_one('1')
    };
    for (offset, character) in written.chars().enumerate() {
        if !is_inside(character) {
            return Err(QueryError::Separator {
                at: at + offset,
                character,
            });
        }
    }
    Ok(vec![Pattern::new(written)])
}

impl Pattern {
    fn new(written: &str) -> Self {
        let parts = written.chars().flat_map(char::to_lowercase);
        let mut parts: Vec<Part> = parts
            .map(|c| match c {
                '*' => Part::AnyChars,
                '?' => Part::AnyChar,
                c => Part::Char(straight(c)),
            })
            .collect();
        parts.dedup_by(|a, b| *a == Part::AnyChars && *b == Part::AnyChars);
        Self(parts)
    }

    /// Whether a lower-cased word is meant.
    pub(crate) fn is_match(&self, word: &str) -> bool {
        let parts = &self.0;
        let mut at = 0;
        // Where to go on if what follows the last `*` doesn't fit here: a character later.
        let mut retry: Option<(usize, std::str::Chars<'_>)> = None;
        let mut rest = word.chars();
        loop {
            if parts.get(at) == Some(&Part::AnyChars) {
                at += 1;
                retry = Some((at, rest.clone()));
                continue;
            }
            let fits = match (parts.get(at), rest.next()) {
                (None, None) => return true,
                (Some(Part::AnyChar), Some(_)) => true,
                (Some(&Part::Char(expected)), Some(found)) => expected == straight(found),
                _ => false,
            };
            if fits {
                at += 1;
                continue;
            }
            let Some((after_star, from)) = &mut retry else {
                return false;
            };
            if from.next().is_none() {
                return false;
            }
            at = *after_star;
            rest = from.clone();
        }
    }
}

/// Apostrophes and hyphens have one shape.
fn straight(c: char) -> char {
    match c {
        '\u{2018}' | '\u{2019}' | '\u{02bc}' | '\u{ff07}' => '\'',
        '\u{2010}' | '\u{2011}' => '-',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, word: &str) -> bool {
        Pattern::new(pattern).is_match(word)
    }

    #[test]
    fn wildcards_stand_for_characters() {
        assert!(matches("party", "party") && matches("PARTY", "party"));
        assert!(!matches("party", "part") && !matches("part", "party"));
        assert!(matches("wom?n", "woman") && matches("wom?n", "women"));
        assert!(!matches("wom?n", "womn"));
        assert!(matches("social*", "social") && matches("social*", "socialism"));
        assert!(matches("*ism", "socialism") && !matches("*ism", "socialisms"));
        assert!(matches("*is*s*", "socialisms") && matches("s**m", "socialism"));
        assert!(matches("a*ab", "aaab") && !matches("a*ab", "ab"));
        assert!(matches("?", "求") && matches("é*", "été"));
        assert!(matches("country's", "country’s") && matches("country’*", "country's"));
    }

    #[test]
    fn phrases_are_cut_as_texts_are() {
        let query: Query = "  The China-Russia * part*  NEAR/5 U.S. near"
            .parse()
            .expect("a query");
        let word = |w| Slot::OneOf(vec![Pattern::new(w)]);
        let first = vec![
            word("the"),
            word("china"),
            word("russia"),
            Slot::Any,
            word("part*"),
        ];
        let second = vec![word("u.s"), word("near")];
        assert_eq!(
            (query.phrases, query.distances),
            (vec![first, second], vec![5])
        );
        let either: Query = "china|russia*".parse().expect("a query");
        let both = vec![Pattern::new("china"), Pattern::new("russia*")];
        assert_eq!(either.phrases, [[Slot::OneOf(both)]]);
    }

    #[test]
    fn words_can_be_cut_as_other_texts_were() {
        let query = "Well-being|peace well-* trades";
        let cut = |written: &str| vec![written.trim_end_matches('s').to_owned()];
        let found = Query::cut_by(query, &cut).expect("a query");
        let word = |w| Slot::OneOf(vec![Pattern::new(w)]);
        let either = Slot::OneOf(vec![Pattern::new("well-being"), Pattern::new("peace")]);
        assert_eq!(found.phrases, [[either, word("well-*"), word("trade")]]);
        assert!(query.parse::<Query>().is_err());
        let numbers: Query = "1,*|19?5|u.*".parse().expect("a query");
        assert_eq!(numbers.phrases[0].len(), 1);
    }

    #[track_caller]
    fn fails(query: &str, message: &str) {
        let error = query.parse::<Query>().expect_err("an error");
        assert_eq!(error.to_string(), message);
    }

    #[test]
    fn an_error_says_what_is_wrong_and_where() {
        fails(
            " ",
            "the query is empty: write a word or a phrase, such as 'comprehensive * partnership'",
        );
        fails(
            "a NEAR/2 * *",
            "the phrase at character 10 has nothing but '*': at least one of its words must be given",
        );
        fails(
            "peace NEAR war",
            "'NEAR' at character 7 needs a number of words from 0 to 1000, as in NEAR/5; to search for the word itself write 'near'",
        );
        fails(
            "é NEAR/x b",
            "'NEAR/x' at character 3 needs a number of words from 0 to 1000, as in NEAR/5; to search for the word itself write 'near'",
        );
        fails("NEAR/5 b", "NEAR at character 1 has no phrase before it");
        fails("a NEAR/5 ", "NEAR at character 3 has no phrase after it");
        fails(
            "a NEAR/5 NEAR/2 b",
            "NEAR at character 3 has no phrase after it",
        );
        fails(
            "a — b",
            "'—' at character 3 is no word: words have letters or digits",
        );
        fails(
            "a|",
            "'' at character 3 is no word: words have letters or digits",
        );
        fails(
            "a china-rus*",
            "'-' at character 8 separates words, and can't stand in a word with '*' or '?': write a space",
        );
        fails(
            "peace|well-being",
            "'well-being' at character 7 is 2 words: between '|' stand single words",
        );
    }
}
