//! Pages of the journal's own site, known by their byline.

use std::sync::LazyLock;

use dom_query::{Document, NodeRef};
use regex::Regex;
use text::BlockKind;

use super::head::{Head, filled};
use super::{blocks, with_title};
use crate::dates::pattern;
use crate::layout::Piece;

/// A block with fewer characters is a label or a link, not prose.
const PROSE_MIN: usize = 60;
const TITLE_MAX: usize = 220;

static BYLINE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?is)(?:from|source)\s*[:：].{1,300}?updated\s*[:：]\s*\d{4}"));
static FROM: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)^(?:by\s*[:：].{0,200}?)?(?:from|source)\s*[:：]"));
static UPDATED: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)updated\s*[:：]\s*\d{4}"));

/// The pieces of one of the journal's pages, the title first; `None` for any other page.
pub(super) fn read(document: &Document, head: &Head) -> Option<Vec<Piece>> {
    let body = document.body()?;
    let whole = pieces(&body);
    byline_at(&whole)?;
    // The smallest element that holds the byline and most of the prose.
    let smallest = path_to_byline(body)
        .iter()
        .rev()
        .map(pieces)
        .find(|found| byline_at(found).is_some() && prose(found) * 10 >= prose(&whole) * 6);
    let found = smallest.unwrap_or(whole);
    if prose(&found) == 0 {
        return None;
    }
    let at = title_at(&found, head);
    let elsewhere = filled(&document.select_single("h1").text())
        .or_else(|| head.title.clone())
        .or_else(|| head.window_title.clone());
    Some(with_title(found, at, elsewhere.as_deref()))
}

/// The elements from the body down to the smallest that has the byline in its text.
fn path_to_byline(body: NodeRef<'_>) -> Vec<NodeRef<'_>> {
    let mut path = vec![body];
    while let Some(node) = path.last() {
        let inner = node.element_children().into_iter().find(|child| {
            let name = child.node_name().unwrap_or_default();
            !matches!(&*name, "script" | "style" | "noscript") && BYLINE.is_match(&child.text())
        });
        match inner {
            Some(inner) => path.push(inner),
            None => break,
        }
    }
    path
}

/// The blocks of an element, with a byline that is spread over several of them put together.
fn pieces(node: &NodeRef<'_>) -> Vec<Piece> {
    let mut found = blocks::of(node);
    for at in 0..found.len() {
        if !FROM.is_match(&found[at].text) || UPDATED.is_match(&found[at].text) {
            continue;
        }
        let rest = found
            .iter()
            .skip(at + 1)
            .take(3)
            .take_while(|piece| piece.own < PROSE_MIN);
        if let Some(more) = rest
            .map(|piece| &piece.text)
            .position(|text| UPDATED.is_match(text))
        {
            let tail: Vec<Piece> = found.drain(at + 1..=at + 1 + more).collect();
            for piece in tail {
                found[at].text.push(' ');
                found[at].text.push_str(&piece.text);
                found[at].own += piece.own;
            }
            break;
        }
    }
    found
}

fn byline_at(pieces: &[Piece]) -> Option<usize> {
    pieces
        .iter()
        .position(|piece| piece.text.len() <= 800 && BYLINE.is_match(&piece.text))
}

fn prose(pieces: &[Piece]) -> usize {
    pieces
        .iter()
        .map(|piece| piece.own)
        .filter(|own| *own >= PROSE_MIN)
        .sum()
}

/// The title among the pieces: the first `h1`, else the last heading above the byline, else the
/// line above it if it reads like one.
fn title_at(pieces: &[Piece], head: &Head) -> Option<usize> {
    let byline = byline_at(pieces)?;
    let above = &pieces[..byline];
    let title_like = |piece: &Piece| {
        let stated = [&head.title, &head.window_title];
        let is_stated = stated
            .into_iter()
            .flatten()
            .any(|title| title.contains(&piece.text));
        is_stated
            || (piece.text.chars().count() <= TITLE_MAX && !piece.text.contains(['|', '>', '»']))
    };
    pieces
        .iter()
        .position(|piece| piece.level == Some(1))
        .or_else(|| {
            above
                .iter()
                .rposition(|piece| piece.kind == BlockKind::Heading)
        })
        .or_else(|| above.iter().rposition(title_like))
}
