//! Words, by Unicode text segmentation (UAX #29).

use unicode_segmentation::UnicodeSegmentation;

use crate::Span;

/// The words of `text[span]`: segments with at least one letter or digit, as spans of `text`.
/// "China-Russia" is two words, "country’s" one, "6.7" one.
pub fn words(text: &str, span: Span) -> impl Iterator<Item = Span> + '_ {
    span.of(text)
        .unicode_word_indices()
        .map(move |(at, word)| Span::new(span.start + at, span.start + at + word.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let found: Vec<&str> = words(text, Span::new(0, text.len()))
            .map(|w| w.of(text))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn words_follow_unicode_boundaries() {
        check("China-Russia", &["China", "Russia"]);
        check(
            "the country’s 6.7 percent",
            &["the", "country’s", "6.7", "percent"],
        );
        check("“…” — (!)", &[]);
        check("求是", &["求", "是"]);
    }
}
