//! What a word before a full stop tells about it.

/// How an abbreviation behaves before a capital or a digit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Abbreviation {
    /// Leans on what follows, whatever it is: "Mr.", "e.g.", "vs.".
    Leaning,
    /// Leans on a number: "No. 8", "Nov. 7", "pp. 3".
    BeforeNumber,
    /// May end a sentence; does so before a word that opens sentences: "U.S.", "Co.", "p.m.".
    Open,
    /// Ends the sentence before any capital: "etc.".
    Closing,
}

const LEANING: &[&str] = &[
    "mr", "mrs", "ms", "messrs", "dr", "prof", "gen", "lt", "col", "maj", "capt", "cmdr", "adm",
    "sgt", "rev", "hon", "pres", "gov", "sen", "rep", "amb", "e.g", "eg", "i.e", "ie", "cf", "vs",
    "v", "viz", "ca", "approx", "al", "incl", "esp", "resp", "ed", "eds", "trans", "a.k.a", "comr",
];

const BEFORE_NUMBER: &[&str] = &[
    "no", "nos", "vol", "vols", "p", "pp", "ch", "chap", "sec", "sect", "art", "arts", "para",
    "paras", "fig", "figs", "eq", "app", "ex", "pt", "col", "jan", "feb", "mar", "apr", "jun",
    "jul", "aug", "sep", "sept", "oct", "nov", "dec", "c", "n", "q",
];

const OPEN: &[&str] = &[
    "inc", "co", "ltd", "corp", "bros", "dept", "univ", "assn", "jr", "sr", "ph.d", "m.d", "b.a",
    "m.a", "a.m", "p.m", "b.c", "a.d", "est", "ave", "blvd", "rd", "mt", "st", "ft",
];

/// Words that open sentences and hardly ever stand inside a name.
const OPENERS: &[&str] = &[
    "a",
    "about",
    "above",
    "according",
    "across",
    "after",
    "again",
    "against",
    "all",
    "also",
    "although",
    "among",
    "an",
    "and",
    "another",
    "any",
    "as",
    "at",
    "because",
    "before",
    "besides",
    "between",
    "both",
    "but",
    "by",
    "consequently",
    "despite",
    "during",
    "each",
    "even",
    "every",
    "everyone",
    "few",
    "finally",
    "first",
    "firstly",
    "for",
    "from",
    "furthermore",
    "given",
    "hence",
    "here",
    "he",
    "her",
    "his",
    "how",
    "however",
    "i",
    "if",
    "in",
    "indeed",
    "instead",
    "it",
    "its",
    "last",
    "later",
    "many",
    "meanwhile",
    "moreover",
    "most",
    "much",
    "my",
    "never",
    "nevertheless",
    "next",
    "no",
    "nobody",
    "none",
    "nor",
    "not",
    "nothing",
    "now",
    "of",
    "officials",
    "on",
    "once",
    "one",
    "only",
    "or",
    "other",
    "others",
    "our",
    "over",
    "people",
    "perhaps",
    "second",
    "secondly",
    "several",
    "she",
    "should",
    "similarly",
    "since",
    "so",
    "some",
    "still",
    "such",
    "that",
    "the",
    "their",
    "then",
    "there",
    "therefore",
    "these",
    "they",
    "third",
    "this",
    "those",
    "though",
    "through",
    "thus",
    "to",
    "today",
    "together",
    "two",
    "under",
    "unless",
    "until",
    "upon",
    "we",
    "what",
    "whatever",
    "when",
    "where",
    "whereas",
    "whether",
    "which",
    "while",
    "who",
    "why",
    "with",
    "within",
    "without",
    "yes",
    "yet",
    "you",
    "your",
];

/// The abbreviation that `word`, without its last full stop, is; `None` for an ordinary word.
pub(super) fn of(word: &str) -> Option<Abbreviation> {
    let lower = word.to_lowercase();
    // "c. 1900" is circa, "C. 1900" an initial.
    let is_capital = word.len() == 1 && word != lower;
    let has = |list: &[&str]| !is_capital && list.contains(&lower.as_str());
    if has(LEANING) {
        return Some(Abbreviation::Leaning);
    }
    if has(BEFORE_NUMBER) {
        return Some(Abbreviation::BeforeNumber);
    }
    if lower == "etc" {
        return Some(Abbreviation::Closing);
    }
    if has(OPEN) || is_initials(word) {
        return Some(Abbreviation::Open);
    }
    None
}

/// Whether a word opens sentences.
pub(super) fn is_opener(word: &str) -> bool {
    OPENERS.contains(&word.to_lowercase().as_str())
}

/// "U.S", "D.C", "A": capitals with full stops between.
fn is_initials(word: &str) -> bool {
    word.split('.').all(|part| {
        let mut letters = part.chars();
        letters.next().is_some_and(char::is_uppercase) && letters.next().is_none()
    })
}
