//! Segments hold the source text, all of it, and nothing else.

use proptest::prelude::*;
use text::{Cleaned, Document, Rule, Span, block, clean, segment};

fn cut(text: &str) -> (Cleaned, Document) {
    let cleaned = clean::clean(text, &block::lines(text), None);
    let document = segment::segment(text, &cleaned);
    (cleaned, document)
}

/// Every span of the parts, in reading order.
fn leaves(cleaned: &Cleaned, document: &Document) -> Vec<Span> {
    let mut spans: Vec<Span> = cleaned.removed.iter().map(|r| r.span).collect();
    spans.extend(document.sections.iter().filter_map(|s| s.number));
    spans.extend(document.sections.iter().filter_map(|s| s.title));
    spans.extend(document.sentences.iter().map(|s| s.span));
    spans.sort();
    spans
}

fn pieces() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[A-Z][a-z]{1,8}( [a-z]{1,9}){0,12}[.!?…”]{0,2}",
        Just("\n\n".to_owned()),
        Just("\r\n".to_owned()),
        Just("II. Rivers and roads\n".to_owned()),
        Just("text size: T | T\n".to_owned()),
        Just("From: English Edition of Qiushi Journal Updated: 2013-11-07 16:28\n".to_owned()),
        Just(" “No.8, 2013” ".to_owned()),
        Just("求是。".to_owned()),
        Just("\u{feff}".to_owned()),
        "\\PC{0,30}",
        Just(". ".to_owned()),
        Just(" (Applause.) ".to_owned()),
        Just("[Laughter]".to_owned()),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn segments_and_removed_parts_hold_everything_once(text in pieces()) {
        let (cleaned, document) = cut(&text);
        let mut at = 0;
        let mut between = String::new();
        for span in leaves(&cleaned, &document) {
            prop_assert!(span.start >= at, "{span:?} overlaps what ends at {at}");
            between.push_str(&text[at..span.start]);
            at = span.end;
        }
        between.push_str(&text[at..]);
        // Between the parts: white space, and the mark or word around a heading's number.
        for heading_mark in ["Part", "Section", "Chapter"] {
            between = between.replace(heading_mark, "");
        }
        prop_assert!(
            between.chars().all(|c| c.is_whitespace() || matches!(c, '.' | ':' | '：' | '(' | ')' | '（' | '）' | '、' | '．' | '\u{feff}' | '\u{200b}')),
            "left between the parts: {between:?}"
        );
    }

    #[test]
    fn sentences_and_stage_notes_tile_their_paragraph(text in pieces()) {
        let (cleaned, document) = cut(&text);
        for paragraph in &document.paragraphs {
            let sentences = &document.sentences[paragraph.sentences.clone()];
            prop_assert!(!sentences.is_empty());
            prop_assert_eq!(sentences[0].span.start, paragraph.span.start);
            prop_assert_eq!(sentences[sentences.len() - 1].span.end, paragraph.span.end);
            for pair in sentences.windows(2) {
                let gap = Span::new(pair[0].span.end, pair[1].span.start);
                let notes = cleaned.removed.iter().filter(|r| r.rule == Rule::StageNote);
                let spans = notes.map(|note| note.span);
                let inside = spans.filter(|span| gap.start <= span.start && span.end <= gap.end);
                let mut at = gap.start;
                for span in inside.chain([Span::new(gap.end, gap.end)]) {
                    let between = &text[at..span.start];
                    prop_assert!(Span::new(0, between.len()).trim(between).is_empty(), "{between:?}");
                    at = span.end;
                }
            }
        }
    }
}

#[test]
fn an_article_of_either_layout_is_cut_as_a_reader_would() {
    let text = "Clean Rivers\n\nFrom: English Edition of Qiushi Journal Updated: 2012-05-03 09:10\ntext size: T | T\n\nRivers matter to the county. They flow through it from end to end, and so do its troubles with them.\n\nI. The upper reaches\n\nThe upper reaches are steep, and the water is cold. “Who drinks it? We do,” says an old saying, and nobody doubts it.\n\nII. The lower reaches\n\nThe lower reaches are broad. In 2012 (see No.8, 2013) the flow was 6.7 percent lower than before.\n";
    let (cleaned, document) = cut(text);
    assert_eq!(cleaned.title.map(|t| t.of(text)), Some("Clean Rivers"));
    let headings: Vec<_> = document
        .sections
        .iter()
        .map(|s| {
            (
                s.ordinal,
                s.number.map_or("", |n| n.of(text)),
                s.title.map_or("", |t| t.of(text)),
            )
        })
        .collect();
    assert_eq!(
        headings,
        [
            (0, "", ""),
            (1, "I", "The upper reaches"),
            (2, "II", "The lower reaches")
        ]
    );
    let sentences: Vec<_> = document
        .sentences
        .iter()
        .map(|s| (s.section, s.span.of(text)))
        .collect();
    assert_eq!(
        sentences,
        [
            (0, "Rivers matter to the county."),
            (
                0,
                "They flow through it from end to end, and so do its troubles with them."
            ),
            (1, "The upper reaches are steep, and the water is cold."),
            (1, "“Who drinks it?"),
            (1, "We do,” says an old saying, and nobody doubts it."),
            (2, "The lower reaches are broad."),
            (
                2,
                "In 2012 (see No.8, 2013) the flow was 6.7 percent lower than before."
            ),
        ]
    );
    let rules: Vec<_> = cleaned.removed.iter().map(|r| r.rule).collect();
    assert_eq!(rules, [Rule::Title, Rule::Byline, Rule::TextSize]);
}

#[test]
fn stage_notes_of_a_speech_are_in_no_sentence() {
    let text = "Speech at the Weir\n\nWe will build the road this year. (Applause.) Whoever says otherwise [laughter] has not read the budget. [Prolonged applause]\n\n(Warm applause)\n\nAnd the bridge will be mended before the winter, as was promised to the village. Thank you.\n";
    let (cleaned, document) = cut(text);
    let sentences: Vec<_> = document
        .sentences
        .iter()
        .map(|s| (s.paragraph, s.span.of(text)))
        .collect();
    assert_eq!(
        sentences,
        [
            (0, "We will build the road this year."),
            (
                0,
                "Whoever says otherwise [laughter] has not read the budget."
            ),
            (
                1,
                "And the bridge will be mended before the winter, as was promised to the village."
            ),
            (1, "Thank you."),
        ]
    );
    let notes = cleaned.removed.iter().filter(|r| r.rule == Rule::StageNote);
    let notes: Vec<_> = notes.map(|note| note.span.of(text)).collect();
    assert_eq!(
        notes,
        ["(Applause.)", "[Prolonged applause]", "(Warm applause)"]
    );
}
