//! Takes page furniture out of an article, rule by named rule, and records what each rule took.
//!
//! A rule sees one block at a time with its place in the page; the first rule that knows the block
//! has it. Nothing is lost: every block ends up in the body or in [`Cleaned::removed`]. Stage notes alone
//! are also taken from between the sentences of a block.

mod stage;

use std::sync::LazyLock;

use regex::Regex;

use crate::{Block, BlockKind, Span};

/// A named cleaning rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// The headline, kept as the title.
    Title,
    /// "From: … Updated: …", in either layout of the journal's pages.
    Byline,
    /// "text size: T | T".
    TextSize,
    /// "Author: …", a "By …" line under the headline.
    AuthorLine,
    /// "(The author is …)".
    AuthorNote,
    /// "Editor: …", "Translated by …".
    EditorLine,
    /// "Source: …".
    SourceLine,
    /// "(Originally appeared in …)".
    OriginallyAppeared,
    /// A picture's caption, kept as a caption.
    Caption,
    /// Menus, breadcrumbs, share and print bars.
    Navigation,
    /// The page's foot.
    Footer,
    /// "Copyright by …", "All rights reserved".
    Copyright,
    /// "(Applause.)", "[Laughter]": what is not said but happens while somebody speaks.
    StageNote,
}

impl Rule {
    /// Every rule, in the order in which they are tried.
    pub const ALL: [Self; 13] = [
        Self::Byline,
        Self::TextSize,
        Self::Title,
        Self::OriginallyAppeared,
        Self::AuthorNote,
        Self::AuthorLine,
        Self::EditorLine,
        Self::SourceLine,
        Self::Footer,
        Self::Copyright,
        Self::Caption,
        Self::StageNote,
        Self::Navigation,
    ];

    /// The name used in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Byline => "byline",
            Self::TextSize => "text-size",
            Self::AuthorLine => "author-line",
            Self::AuthorNote => "author-note",
            Self::EditorLine => "editor-line",
            Self::SourceLine => "source-line",
            Self::OriginallyAppeared => "originally-appeared",
            Self::Caption => "caption",
            Self::Navigation => "navigation",
            Self::Footer => "footer",
            Self::Copyright => "copyright",
            Self::StageNote => "stage-note",
        }
    }

    fn knows(self, line: &Line<'_>) -> bool {
        match self {
            Self::Title => line.is_title,
            Self::Byline => line.in_head() && BYLINE.is_match(line.text),
            Self::TextSize => TEXT_SIZE.is_match(line.text),
            Self::OriginallyAppeared => ORIGINALLY.is_match(line.text),
            Self::AuthorNote => line.in_tail() && AUTHOR_NOTE.is_match(line.text),
            Self::AuthorLine => line.at_an_end() && AUTHOR_LINE.is_match(line.text),
            Self::EditorLine => line.at_an_end() && EDITOR_LINE.is_match(line.text),
            Self::SourceLine => line.at_an_end() && SOURCE_LINE.is_match(line.text),
            Self::Footer => line.at_an_end() && is_footer(line.text),
            Self::Copyright => line.at_an_end() && is_copyright(line.text),
            Self::Caption => line.kind == BlockKind::Caption || is_caption(line.text),
            Self::StageNote => stage::is_note(line.text),
            Self::Navigation => line.at_an_end() && is_navigation(line.text),
        }
    }
}

/// What a rule took out of the body, and where it stood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Removed {
    /// The rule that fired.
    pub rule: Rule,
    /// What it took.
    pub span: Span,
}

/// An article without its furniture.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cleaned {
    /// The headline.
    pub title: Option<Span>,
    /// Captions of pictures, in reading order.
    pub captions: Vec<Span>,
    /// Everything taken out of the body, title and captions included, in reading order.
    pub removed: Vec<Removed>,
    /// The body: headings and running text, in reading order. A block may hold stage notes that were
    /// taken out; no other rule takes a part of one.
    pub body: Vec<Block>,
}

/// How many blocks from an end of the page are its head or tail.
const HEAD: usize = 10;
const TAIL: usize = 12;
/// A headline is no longer than this, in characters.
const TITLE_MAX: usize = 220;

struct Line<'a> {
    text: &'a str,
    kind: BlockKind,
    index: usize,
    count: usize,
    is_title: bool,
}

impl Line<'_> {
    fn in_head(&self) -> bool {
        self.index < HEAD
    }

    fn in_tail(&self) -> bool {
        self.index + TAIL >= self.count
    }

    fn at_an_end(&self) -> bool {
        self.in_head() || self.in_tail()
    }
}

/// Applies the rules to the blocks of a text. `blocks` are in reading order; `stated` is the title
/// that the text's container names, if it does.
pub fn clean(text: &str, blocks: &[Block], stated: Option<&str>) -> Cleaned {
    let title = find_title(text, blocks, stated);
    let mut cleaned = Cleaned::default();
    for (index, block) in blocks.iter().enumerate() {
        let line = Line {
            text: block.span.of(text),
            kind: block.kind,
            index,
            count: blocks.len(),
            is_title: title == Some(index),
        };
        let Some(rule) = Rule::ALL.into_iter().find(|rule| rule.knows(&line)) else {
            cleaned.body.push(*block);
            if block.kind == BlockKind::Paragraph {
                cleaned
                    .removed
                    .extend(stage::notes(text, block.span).map(|span| Removed {
                        rule: Rule::StageNote,
                        span,
                    }));
            }
            continue;
        };
        match rule {
            Rule::Title => cleaned.title = Some(block.span),
            Rule::Caption => cleaned.captions.push(block.span),
            _ => {}
        }
        cleaned.removed.push(Removed {
            rule,
            span: block.span,
        });
    }
    cleaned
}

/// The block that is the headline: the one that markup names; else the last title-like line above
/// the byline; else a first line that is the stated title, or, where none is stated, too short and
/// unpunctuated to be running text.
fn find_title(text: &str, blocks: &[Block], stated: Option<&str>) -> Option<usize> {
    if let Some(named) = blocks.iter().position(|b| b.kind == BlockKind::Title) {
        return Some(named);
    }
    let title_like = |block: &Block| {
        let line = block.span.of(text);
        block.kind != BlockKind::Caption
            && line.chars().take(TITLE_MAX + 1).count() <= TITLE_MAX
            && !TEXT_SIZE.is_match(line)
            && !is_navigation(line)
            && !stage::is_note(line)
            && !AUTHOR_LINE.is_match(line)
    };
    let head = &blocks[..blocks.len().min(HEAD)];
    if let Some(byline) = head.iter().position(|b| BYLINE.is_match(b.span.of(text))) {
        return head[..byline].iter().rposition(title_like);
    }
    let first = blocks.first().filter(|block| title_like(block))?;
    if let Some(stated) = stated {
        let same = first
            .span
            .of(text)
            .split_whitespace()
            .eq(stated.split_whitespace());
        return same.then_some(0);
    }
    // Nor is a note in brackets, or a salutation, a headline.
    let ends_a_sentence = first
        .span
        .of(text)
        .ends_with(['.', ':', ';', ',', '”', '"', '。', ']', '-', '–', '—']);
    let has_body = blocks[1..].iter().any(|b| b.span.len() > first.span.len());
    (!ends_a_sentence && has_body).then_some(0)
}

fn pattern(source: &str) -> Regex {
    Regex::new(source).expect("the rules' patterns are valid")
}

static BYLINE: LazyLock<Regex> = LazyLock::new(|| {
    // Both layouts: "From: … Updated: …" and the run-on "By: …From:…|Vol.…| Updated: …".
    pattern(
        r"(?i)^(?:by\s*:.{0,200}?)?\s*(?:from|source)\s*:.{1,300}?\bupdated\s*:\s*\d{4}\b.{0,80}$",
    )
});
static TEXT_SIZE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)^text\s+size\s*:?\s*T\s*\|\s*T(?:\s*\|\s*T)*$"));
static ORIGINALLY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^[\(（]?\s*(?:this (?:article|piece) )?(?:was )?(?:originally|first) (?:appeared|published)\s+in\b.{1,300}$",
    )
});
static AUTHOR_NOTE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)^[\(（]\s*the\s+(?:author|writer)s?\s+(?:is|are|was|were)\b.{1,600}$")
});
static AUTHOR_LINE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)^(?:authors?|by|written by|about the authors?)\s*[:：]\s*\S.{0,400}$")
});
static EDITOR_LINE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)^[\(（]?\s*(?:(?:web )?editors?\s*[:：]|(?:edited|translated) by\b).{1,160}$")
});
static SOURCE_LINE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)^source\s*[:：]\s*\S.{0,160}$"));

/// A note on who holds the copyright.
fn is_copyright(line: &str) -> bool {
    static COPYRIGHT: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)^.{0,120}(?:copyright(?:ed)?\s+(?:by|©|\(c\)|\d{4})|©|all rights reserved).{0,200}$",
        )
    });
    // What it can't do without: quickly looked for, where the whole is slow on long paragraphs.
    static MARK: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"(?i)copyright|©|all rights reserved"));
    MARK.is_match(line) && COPYRIGHT.is_match(line)
}

/// A picture's caption: the credit ends the block ("… / Photo by …", "(Photo by …)", "… / Xinhua"), or a
/// label begins it.
fn is_caption(line: &str) -> bool {
    static CAPTION: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?is)(?:(?:/|\||—|\()\s*(?:photos?|pictures?|images?)\s+(?:by|courtesy of|from|provided by)\b[^.!?]{1,160}[\)）]?\.?|(?:/|\()\s*(?:xinhua|cfp|vcg|people’s daily)(?:\s*/[^.!?/]{1,60})?[\)）]?)$|^(?:photos?|picture|caption)\s*[:：]\s*\S.{0,600}$",
        )
    });
    // As above.
    static MARK: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"(?i)photo|picture|image|caption|xinhua|cfp|vcg|people’s daily"));
    MARK.is_match(line) && CAPTION.is_match(line)
}

/// Two or more links of a page's foot, side by side.
fn is_footer(line: &str) -> bool {
    static LINKS: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)\b(?:about us|contact us|subscriptions?|site ?map|privacy policy|terms of (?:use|service)|copyright)\b",
        )
    });
    line.len() <= 600 && line.contains('|') && LINKS.find_iter(line).count() >= 2
}

/// Menus, breadcrumbs and share bars: short labels between separators, or a lone label.
fn is_navigation(line: &str) -> bool {
    static LABEL: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)^(?:home(?:page)?|print|close|share(?: (?:to|on|this).{0,40})?|top|back(?: to top)?|e-?mail|font size.{0,20}|large|medium|small|more|related (?:stories|articles|readings?)|next|previous|(?:facebook|twitter|weibo|wechat)|\[?\s*print\s*\]?.{0,20})$",
        )
    });
    if line.len() > 200 {
        return false;
    }
    let parts: Vec<&str> = line
        .split(['|', '>', '»', '›', '·'])
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect();
    let labels = parts.iter().filter(|part| LABEL.is_match(part)).count();
    match parts.len() {
        0 => line.chars().all(|c| !c.is_alphanumeric()),
        1 => labels == 1,
        _ => {
            labels >= 1
                && parts
                    .iter()
                    .all(|part| part.split_whitespace().count() <= 6)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::block;

    fn fired(text: &str) -> (Vec<(&'static str, String)>, Vec<String>) {
        let cleaned = clean(text, &block::lines(text), None);
        (
            cleaned
                .removed
                .iter()
                .map(|r| (r.rule.name(), r.span.of(text).to_owned()))
                .collect(),
            cleaned
                .body
                .iter()
                .map(|b| b.span.of(text).to_owned())
                .collect(),
        )
    }

    const BODY: &str = "Rivers are the lifelines of the region, and whoever drinks from them must look after them.";

    #[test]
    fn the_first_layout_is_told_from_its_body() {
        let page = format!(
            "Keeping Rivers Clean\n\nFrom: English Edition of Qiushi Journal Updated: 2012-05-03 09:10\ntext size: T | T\n\n{BODY}\n\nChildren fish at the weir in May. / Photo by a village reporter\n\n{BODY}\n\n(Originally appeared in Qiushi Journal, Chinese edition, No.3, 2012)\n\nAuthor: Head of a river office\n\nQiushi Journal | English Edition | Contact us | Subscription Copyright by Qiushi Journal, All rights reserved"
        );
        let (removed, body) = fired(&page);
        let names: Vec<_> = removed.iter().map(|(name, _)| *name).collect();
        assert_eq!(
            names,
            [
                "title",
                "byline",
                "text-size",
                "caption",
                "originally-appeared",
                "author-line",
                "footer"
            ]
        );
        assert_eq!(body, [BODY, BODY]);
    }

    #[test]
    fn the_second_layout_is_told_from_its_body() {
        let page = format!(
            "Home > Politics\nKeeping Rivers Clean\nBy: River OfficeFrom:English Edition of QiuShi Journal October-December 2018|Vol.10,No.4,Issue No.37 | Updated: 2018-Dec-21 17:37\ntext size: T | T\n{BODY}\n(The author is head of a river office.)\nEditor: a desk\nPrint | Close"
        );
        let (removed, body) = fired(&page);
        let names: Vec<_> = removed.iter().map(|(name, _)| *name).collect();
        assert_eq!(
            names,
            [
                "navigation",
                "title",
                "byline",
                "text-size",
                "author-note",
                "editor-line",
                "navigation"
            ]
        );
        assert_eq!(body, [BODY]);
    }

    #[test]
    fn running_text_that_speaks_of_photos_authors_and_copyright_stays() {
        for kept in [
            "The exhibition of photos by farmers drew a crowd, and the hall was extended.",
            "Authors and editors agreed that copyright must be protected more firmly than before.",
            "The source of the river lies high in the mountains, where nobody lives.",
            "He stated the source: a spring.",
        ] {
            let filler = format!("{BODY}\n").repeat(15);
            let page = format!("Keeping Rivers Clean\n{filler}{kept}\n{filler}");
            assert!(fired(&page).1.iter().any(|line| line == kept), "{kept}");
        }
    }

    #[test]
    fn a_short_first_line_is_no_title_where_another_is_stated() {
        let page = format!("Spring\n{BODY}");
        let title = |stated| clean(&page, &block::lines(&page), stated).title.is_some();
        assert!(title(None) && title(Some(" Spring")) && !title(Some("Keeping Rivers Clean")));
    }

    #[test]
    fn a_note_in_brackets_is_no_title() {
        let page = format!("[Read by a clerk]\n{BODY}");
        assert_eq!(clean(&page, &block::lines(&page), None).title, None);
    }

    #[test]
    fn a_text_that_starts_with_a_sentence_has_no_title() {
        let cleaned = clean(BODY, &block::lines(BODY), None);
        assert_eq!(cleaned.title, None);
        assert_eq!(cleaned.body.len(), 1);
    }
}
