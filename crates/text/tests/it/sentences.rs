//! Sentence splitting against the hand-marked fixture.

use std::collections::BTreeSet;
use std::fmt::Write;

use text::{Span, segment::sentence};

struct Paragraph {
    text: String,
    ends: BTreeSet<usize>,
}

fn fixture() -> Vec<Paragraph> {
    let marked = include_str!("../fixtures/sentences.txt");
    let mut paragraphs: Vec<Paragraph> = Vec::new();
    let mut open = false;
    for line in marked.lines().filter(|line| !line.starts_with('#')) {
        if line.is_empty() {
            open = false;
        } else if open {
            let last = paragraphs.last_mut().expect("an open paragraph exists");
            last.text.push(' ');
            last.text.push_str(line);
            last.ends.insert(last.text.len());
        } else {
            open = true;
            paragraphs.push(Paragraph {
                text: line.to_owned(),
                ends: BTreeSet::from([line.len()]),
            });
        }
    }
    paragraphs
}

/// F1 over sentence ends; the end of a paragraph, which nobody can miss, doesn't count.
#[test]
#[allow(
    clippy::print_stdout,
    reason = "scripts/peers/sentences shows the figures"
)]
fn sentence_ends_agree_with_the_hand_marked_fixture() {
    let (mut hits, mut found_ends, mut true_ends, mut sentences) = (0usize, 0usize, 0usize, 0usize);
    let mut report = String::new();
    for paragraph in fixture() {
        let whole = Span::new(0, paragraph.text.len());
        let mut found: BTreeSet<usize> = sentence::split(&paragraph.text, whole)
            .map(|s| s.end)
            .collect();
        let mut marked = paragraph.ends.clone();
        sentences += marked.len();
        found.remove(&whole.end);
        marked.remove(&whole.end);
        hits += found.intersection(&marked).count();
        found_ends += found.len();
        true_ends += marked.len();
        for (kind, at) in marked
            .difference(&found)
            .map(|at| ("missed", *at))
            .chain(found.difference(&marked).map(|at| ("wrong", *at)))
        {
            let around: String = paragraph.text[..at]
                .chars()
                .rev()
                .take(40)
                .collect::<Vec<_>>()
                .into_iter()
                .rev()
                .collect();
            let behind: String = paragraph.text[at..].chars().take(20).collect();
            let _ = write!(report, "\n  {kind}: …{around}¦{behind}…");
        }
    }
    let precision = hits as f64 / found_ends as f64;
    let recall = hits as f64 / true_ends as f64;
    let f1 = 2.0 * precision * recall / (precision + recall);
    println!(
        "sentences {sentences}, inner ends {true_ends}, precision {precision:.4}, recall {recall:.4}, F1 {f1:.4}{report}"
    );
    assert!(sentences >= 150, "the fixture holds {sentences} sentences");
    assert!(f1 >= 0.97, "F1 {f1:.4}{report}");
}
