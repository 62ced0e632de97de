//! Saved web pages.

mod blocks;
mod generic;
mod head;
mod journal;

use std::sync::LazyLock;

use dom_query::{Document, NodeRef};
use encoding_rs::Encoding;
use regex::bytes;
use text::BlockKind;

use crate::dates::pattern;
use crate::error::Fault;
use crate::layout::{self, Page, Piece};
use head::Head;

pub(crate) use blocks::of as pieces;

/// Elements nested deeper are no page that a browser was meant to show.
const DEPTH_MAX: usize = 1000;

/// Reads the article of a page: by the journal's own layout where it is one of its pages, else by
/// what reads like the main content.
pub(crate) fn read(html: &str) -> Result<Page, Fault> {
    if opens_too_many(html) {
        return Err(Fault::TooDeep);
    }
    let document = Document::from(html);
    if is_too_deep(&document.root()) {
        return Err(Fault::TooDeep);
    }
    let head = Head::of(&document);
    let (pieces, head) = match journal::read(&document, &head) {
        Some(pieces) => (pieces, head),
        None => generic::read(html, head)?,
    };
    let (text, blocks) = layout::join(&pieces);
    let mut metadata = head.into_metadata();
    if metadata.title.is_none() {
        let title = pieces.iter().find(|piece| piece.kind == BlockKind::Title);
        metadata.title = title.map(|piece| piece.text.clone());
    }
    Ok(Page {
        text,
        blocks,
        metadata,
        doubts: Vec::new(),
    })
}

/// The encoding that a page declares in its first bytes.
pub(crate) fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    static LABEL: LazyLock<bytes::Regex> = LazyLock::new(|| {
        bytes::Regex::new(
            r#"(?i-u)(?:charset|<\?xml[^>]{0,200}encoding)\s*=\s*["']?\s*([a-z0-9_:.-]+)"#,
        )
        .expect("the pattern is valid")
    });
    let found = LABEL.captures(&bytes[..bytes.len().min(4096)])?;
    Encoding::for_label(found.get(1)?.as_bytes())
}

/// Whether a page leaves more elements open than any real page nests, told from its source: the time
/// to parse grows with the square of their number.
fn opens_too_many(html: &str) -> bool {
    static TAG: LazyLock<regex::Regex> = LazyLock::new(|| pattern(r"</?([a-zA-Z][a-zA-Z0-9]*)"));
    // Elements that end by themselves.
    const SHORT: [&str; 21] = [
        "p", "li", "td", "th", "tr", "tbody", "thead", "tfoot", "dd", "dt", "option", "br", "img",
        "hr", "input", "meta", "link", "col", "source", "wbr", "area",
    ];
    let mut open = 0_usize;
    TAG.captures_iter(html).any(|tag| {
        if !SHORT.iter().any(|short| tag[1].eq_ignore_ascii_case(short)) {
            open = if tag[0].starts_with("</") {
                open.saturating_sub(1)
            } else {
                open + 1
            };
        }
        open > 3 * DEPTH_MAX
    })
}

fn is_too_deep(root: &NodeRef<'_>) -> bool {
    let mut open = vec![(*root, 0)];
    while let Some((node, depth)) = open.pop() {
        if depth > DEPTH_MAX {
            return true;
        }
        open.extend(
            node.children_it(false)
                .filter(NodeRef::is_element)
                .map(|child| (child, depth + 1)),
        );
    }
    false
}

/// Puts the title in front: the piece at `at`, or a new one.
fn with_title(mut pieces: Vec<Piece>, at: Option<usize>, title: Option<&str>) -> Vec<Piece> {
    let first = match (at, title) {
        (Some(at), _) => Piece::title(&pieces.remove(at).text),
        (None, Some(title)) => Piece::title(title),
        (None, None) => return pieces,
    };
    if !first.text.is_empty() {
        pieces.insert(0, first);
    }
    pieces
}
