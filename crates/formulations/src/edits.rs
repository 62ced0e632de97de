//! How one wording becomes another, word by word.

use crate::fold;
use crate::function_words::{FUNCTION_WORDS, NUMBER_WORDS};

/// Words of a phrase: as they are compared, and as they are shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wording {
    /// Folded words; see [`fold::fold`].
    pub folded: Vec<String>,
    /// The words as they are written, one for each folded one.
    pub shown: Vec<String>,
}

impl Wording {
    /// The words of a phrase.
    pub fn new(phrase: &str) -> Self {
        let (mut folded, mut shown) = (Vec::new(), Vec::new());
        let whole = text::Span::new(0, phrase.len());
        lexis::Cut::cut(&fold::Folded, phrase, whole, &mut |form, span| {
            folded.push(form.to_owned());
            shown.push(span.of(phrase).to_owned());
        });
        Self { folded, shown }
    }

    /// Its folded content words.
    fn content(&self) -> Vec<&str> {
        let words = self.folded.iter().map(String::as_str);
        words.filter(|word| !is_function(word)).collect()
    }
}

/// Whether a folded word is one of [`FUNCTION_WORDS`].
pub(crate) fn is_function(folded: &str) -> bool {
    thread_local! {
        static FOLDED: std::collections::HashSet<String> = FUNCTION_WORDS.iter().map(|w| fold::fold(w)).collect();
    }
    FOLDED.with(|known| known.contains(folded))
}

/// Whether a folded word is a number, in digits or one of [`NUMBER_WORDS`].
pub(crate) fn is_number(folded: &str) -> bool {
    thread_local! {
        static FOLDED: std::collections::HashSet<String> = NUMBER_WORDS.iter().map(|w| fold::fold(w)).collect();
    }
    is_in_digits(folded) || FOLDED.with(|known| known.contains(folded))
}

/// Whether a word is written in digits: "2018", "6.7".
pub(crate) fn is_in_digits(word: &str) -> bool {
    word.chars()
        .all(|c| c.is_numeric() || matches!(c, '.' | ','))
}

/// A place in an alignment of two phrases: the words' places, `None` where one has no word.
pub(crate) type Aligned = (Option<usize>, Option<usize>);

/// The cheapest alignment of two sequences of folded words (Levenshtein's), and its cost. Taking out, putting in and
/// replacing a content word costs 2, a function word 1; replacing one kind by the other is taking out
/// and putting in. Of equally cheap ones that which keeps more to the left is taken.
pub(crate) fn align(from: &[String], to: &[String]) -> (Vec<Aligned>, usize) {
    let weight = |word: &String| if is_function(word) { 1 } else { 2 };
    let replacing = |a: &String, b: &String| match (a == b, is_function(a), is_function(b)) {
        (true, ..) => 0,
        (_, true, true) => 1,
        (_, false, false) => 2,
        _ => 3,
    };
    let (rows, columns) = (from.len() + 1, to.len() + 1);
    let mut cost = vec![0; rows * columns];
    for i in 0..rows {
        for j in 0..columns {
            let before = |i: usize, j: usize| cost[i * columns + j];
            let out = (i > 0).then(|| before(i - 1, j) + weight(&from[i - 1]));
            let into = (j > 0).then(|| before(i, j - 1) + weight(&to[j - 1]));
            let other = (i > 0 && j > 0)
                .then(|| before(i - 1, j - 1) + replacing(&from[i - 1], &to[j - 1]));
            cost[i * columns + j] = [out, into, other].into_iter().flatten().min().unwrap_or(0);
        }
    }
    let (mut i, mut j) = (from.len(), to.len());
    let mut aligned = Vec::new();
    while i > 0 || j > 0 {
        let now = cost[i * columns + j];
        if j > 0 && now == cost[i * columns + j - 1] + weight(&to[j - 1]) {
            j -= 1;
            aligned.push((None, Some(j)));
        } else if i > 0 && now == cost[(i - 1) * columns + j] + weight(&from[i - 1]) {
            i -= 1;
            aligned.push((Some(i), None));
        } else {
            (i, j) = (i - 1, j - 1);
            aligned.push((Some(i), Some(j)));
        }
    }
    aligned.reverse();
    (aligned, cost[rows * columns - 1])
}

/// What makes one phrase of another: "+comprehensive", "-for mankind", "mankind→humanity",
/// "reordered", several joined by "; ". Empty for phrases of the same folded words.
pub fn relation(from: &Wording, to: &Wording) -> String {
    if from.folded == to.folded {
        return String::new();
    }
    let (mut own, mut others) = (from.content(), to.content());
    own.sort_unstable();
    others.sort_unstable();
    let mut told = Vec::new();
    if own == others && from.content() != to.content() {
        told.push("reordered".to_owned());
        let function = |wording: &Wording| {
            let words = wording.folded.iter().zip(&wording.shown);
            let words = words.filter(|(folded, _)| is_function(folded));
            words
                .map(|(_, shown)| shown.to_lowercase())
                .collect::<Vec<_>>()
        };
        let (own, others) = (function(from), function(to));
        let only = |these: &[String], those: &[String]| {
            let mut those = those.to_vec();
            let missing = these.iter().filter(|word| {
                let at = those.iter().position(|other| other == *word);
                at.map(|at| those.remove(at)).is_none()
            });
            missing.cloned().collect::<Vec<_>>().join(" ")
        };
        told.extend(hunk(&only(&own, &others), &only(&others, &own)));
        return told.join("; ");
    }
    let (mut out, mut into) = (Vec::new(), Vec::new());
    let (aligned, _) = align(&from.folded, &to.folded);
    for (a, b) in aligned {
        let is_kept = a
            .zip(b)
            .is_some_and(|(a, b)| from.folded[a] == to.folded[b]);
        if is_kept {
            told.extend(hunk(&out.join(" "), &into.join(" ")));
            out.clear();
            into.clear();
        } else {
            out.extend(a.map(|a| from.shown[a].to_lowercase()));
            into.extend(b.map(|b| to.shown[b].to_lowercase()));
        }
    }
    told.extend(hunk(&out.join(" "), &into.join(" ")));
    told.join("; ")
}

fn hunk(out: &str, into: &str) -> Option<String> {
    match (out.is_empty(), into.is_empty()) {
        (true, true) => None,
        (true, false) => Some(format!("+{into}")),
        (false, true) => Some(format!("-{out}")),
        (false, false) => Some(format!("{out}→{into}")),
    }
}

/// How much of a phrase may change in its variants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leeway {
    /// Up to half of it: for what is known to be a formulation.
    Half,
    /// Less than half of it: for what is only frequent, so that "citizens of the United States" is no
    /// variant of "United States".
    BelowHalf,
}

/// Whether two phrases are wordings of one formulation.
///
/// They are if they share at least two content words that are no numbers, those shared are at least half
/// of either's, and either they are all the content words of both, in whatever order, or the cost of
/// aligning the phrases is at most half, or less than half, of what the heavier one weighs. A content
/// word weighs 2, a function word 1.
pub fn are_variants(one: &Wording, other: &Wording, leeway: Leeway) -> bool {
    let (a, b) = (one.content(), other.content());
    let [core_a, core_b] = [&a, &b].map(|words| {
        let words = words.iter().copied().filter(|word| !is_number(word));
        words.collect::<Vec<&str>>()
    });
    let (shared_core, shared) = (shared(&core_a, &core_b), shared(&a, &b));
    if shared_core < 2 || 2 * shared < a.len().max(b.len()) {
        return false;
    }
    let (_, cost) = align(&one.folded, &other.folded);
    let weight = |wording: &Wording| {
        let words = wording.folded.iter();
        words
            .map(|word| if is_function(word) { 1 } else { 2 })
            .sum::<usize>()
    };
    let is_same_core = shared == a.len() && shared == b.len();
    let heavier = weight(one).max(weight(other));
    is_same_core
        || match leeway {
            Leeway::Half => 2 * cost <= heavier,
            Leeway::BelowHalf => 2 * cost < heavier,
        }
}

/// How many words two lists have in common, each as often as in the list that has it less often.
fn shared(one: &[&str], other: &[&str]) -> usize {
    let mut rest = other.to_vec();
    let mut found = 0;
    for word in one {
        if let Some(at) = rest.iter().position(|other| other == word) {
            rest.swap_remove(at);
            found += 1;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(from: &str, to: &str, expected: &str) {
        assert_eq!(relation(&Wording::new(from), &Wording::new(to)), expected);
    }

    #[test]
    fn edits_are_told_in_words() {
        check(
            "strategic partnership",
            "Comprehensive Strategic Partnership",
            "+comprehensive",
        );
        check(
            "community of common destiny for mankind",
            "community of common destiny",
            "-for mankind",
        );
        check(
            "community with a shared future for mankind",
            "communities with a shared future for humanity",
            "mankind→humanity",
        );
        check(
            "strategic comprehensive partnership",
            "comprehensive strategic partnership",
            "reordered",
        );
        check(
            "governance of the Party",
            "Party governance",
            "reordered; -of the",
        );
        check("rule of law", "Rules of law", "");
        check(
            "comprehensive strategic partnership",
            "strategic partnership of coordination",
            "-comprehensive; +of coordination",
        );
    }

    proptest! {
        /// Aligned, both phrases are whole and in order, and what one way costs the other way costs.
        #[test]
        fn an_alignment_loses_no_word(
            from in prop::collection::vec("new|of|the|market|role|and", 0..7),
            to in prop::collection::vec("new|of|the|market|role|and", 0..7),
        ) {
            let (aligned, cost) = align(&from, &to);
            let own: Vec<usize> = aligned.iter().filter_map(|(a, _)| *a).collect();
            let others: Vec<usize> = aligned.iter().filter_map(|(_, b)| *b).collect();
            prop_assert_eq!(own, (0..from.len()).collect::<Vec<_>>());
            prop_assert_eq!(others, (0..to.len()).collect::<Vec<_>>());
            prop_assert_eq!(cost, align(&to, &from).1);
            prop_assert_eq!(cost == 0, from == to);
        }
    }

    #[test]
    fn half_of_a_known_formulation_may_change() {
        for other in [
            "comprehensive strategic cooperative partnership",
            "mutually beneficial strategic partnership",
        ] {
            let (a, b) = (Wording::new("strategic partnership"), Wording::new(other));
            assert!(are_variants(&a, &b, Leeway::Half), "{other}");
            assert!(!are_variants(&a, &b, Leeway::BelowHalf), "{other}");
        }
    }

    #[test]
    fn variants_share_their_core() {
        let of = |a: &str, b: &str| {
            let (a, b) = (Wording::new(a), Wording::new(b));
            let both = |leeway| (are_variants(&a, &b, leeway), are_variants(&b, &a, leeway));
            let [half, below] = [Leeway::Half, Leeway::BelowHalf].map(both);
            assert!(
                half.0 == half.1 && below.0 == below.1 && half >= below,
                "{a:?} {b:?}"
            );
            below.0
        };
        for (a, b) in [
            (
                "strategic partnership",
                "comprehensive strategic partnership",
            ),
            (
                "comprehensive strategic partnership",
                "comprehensive strategic partnership of coordination",
            ),
            (
                "comprehensive strategic partnership",
                "comprehensive and strategic partnerships",
            ),
            ("new development concept", "new development philosophy"),
            ("basic role of the market", "decisive role of the market"),
            (
                "community of common destiny",
                "community of common destiny for mankind",
            ),
            (
                "community with a shared future for mankind",
                "human community with a shared future",
            ),
            ("the governance of the Party", "Party governance"),
        ] {
            assert!(of(a, b), "{a} / {b}");
        }
        for (a, b) in [
            ("economic development", "social development"),
            ("rule of law", "law-based governance"),
            ("national rejuvenation", "national defense"),
            ("strategic partnership", "partnership"),
            ("United States", "citizens of the United States"),
            ("two years", "two 100-year goals"),
            ("first five year", "first five months"),
            (
                "community with a shared future",
                "community of common destiny",
            ),
        ] {
            assert!(!of(a, b), "{a} / {b}");
        }
    }
}
