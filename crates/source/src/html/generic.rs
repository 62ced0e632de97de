//! Any other page: what reads like its main content.

use dom_query::Document;
use dom_smoothie::Readability;
use text::BlockKind;

use super::head::{Head, filled};
use super::{blocks, with_title};
use crate::error::Fault;
use crate::layout::Piece;

/// A page with fewer characters outside links has menus, but no article.
const OWN_MIN: usize = 60;

/// The pieces of a page, the title first, and its head completed by what the page prints.
pub(super) fn read(html: &str, mut head: Head) -> Result<(Vec<Piece>, Head), Fault> {
    let found = Readability::new(html, None, None).and_then(|mut page| page.parse());
    let Ok(article) = found else {
        return Err(Fault::NoArticle);
    };
    let content = Document::fragment(article.content);
    let pieces = blocks::of(&content.root());
    let own: usize = pieces
        .iter()
        .filter(|piece| piece.kind == BlockKind::Paragraph)
        .map(|piece| piece.own)
        .sum();
    if own < OWN_MIN {
        return Err(Fault::NoArticle);
    }
    let title = filled(&article.title);
    let same = |piece: &Piece| {
        piece.kind == BlockKind::Heading && title.as_deref() == Some(piece.text.as_str())
    };
    let at = pieces.iter().position(same);
    let pieces = with_title(pieces, at, title.as_deref());
    for (field, printed) in [
        (&mut head.title, title),
        (&mut head.author, article.byline),
        (&mut head.published, article.published_time),
        (&mut head.site, article.site_name),
        (&mut head.language, article.lang),
    ] {
        if field.is_none() {
            *field = printed.as_deref().and_then(filled);
        }
    }
    Ok((pieces, head))
}
