//! Markdown articles.
//!
//! List items, quotes and table cells become paragraphs. Fenced code is dropped; indented code is
//! kept as a paragraph, as it is how an indented paragraph of an article is read. A picture alone
//! gives a caption only if its own words are many, or the line below it is all in italics.

use dom_query::Document;
use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use text::BlockKind;

use crate::layout::{self, Builder, Page, Piece, Style};
use crate::{front_matter, html};

/// A picture's own words are a caption from this many words on.
const CAPTION_WORDS: usize = 4;

/// Reads a Markdown file.
pub(crate) fn read(markdown: &str) -> Page {
    let front = front_matter::split(markdown);
    let mut pieces = Walk::default().run(front.body);
    let stated = front.metadata.title.as_deref().map(Piece::title);
    let stated = stated.filter(|title| !title.text.is_empty());
    let title = pieces.iter().position(|piece| {
        piece.level == Some(1) && stated.as_ref().is_none_or(|title| title.text == piece.text)
    });
    match (title, stated) {
        (Some(at), _) => pieces[at].kind = BlockKind::Title,
        (None, Some(stated)) => pieces.insert(0, stated),
        (None, None) => {}
    }
    let (text, blocks) = layout::join(&pieces);
    let doubts = front.damage.map(|damage| {
        (
            format!("has front matter that cannot be read: {damage}"),
            "correct it; the article is read without it".to_owned(),
        )
    });
    Page {
        text,
        blocks,
        metadata: front.metadata,
        doubts: doubts.into_iter().collect(),
    }
}

#[derive(Default)]
struct Walk {
    builder: Builder,
    strong: usize,
    linked: usize,
    emphasised: usize,
    /// Inside fenced code, or a block of HTML, whose source is collected.
    code: bool,
    html: Option<String>,
    image: Option<String>,
    in_paragraph: bool,
    paragraph: Paragraph,
    /// Whether the block above was a picture alone.
    under_picture: bool,
}

/// What the paragraph at hand is made of.
#[derive(Default)]
struct Paragraph {
    pictures: Vec<String>,
    runs: Vec<(String, Style)>,
    upright: bool,
}

impl Walk {
    fn run(mut self, body: &str) -> Vec<Piece> {
        let options =
            Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES | Options::ENABLE_STRIKETHROUGH;
        for event in Parser::new_ext(body, options) {
            match event {
                Event::Start(tag) => self.start(&tag),
                Event::End(tag) => self.end(tag),
                Event::Text(run) | Event::Code(run) => self.text(&run),
                Event::SoftBreak | Event::HardBreak => self.text(" "),
                Event::Html(source) => {
                    if let Some(html) = &mut self.html {
                        html.push_str(&source);
                    }
                }
                Event::InlineHtml(source) if source.to_ascii_lowercase().starts_with("<br") => {
                    self.text(" ");
                }
                _ => {}
            }
        }
        self.builder.finish()
    }

    fn start(&mut self, tag: &Tag<'_>) {
        match tag {
            Tag::Paragraph => {
                self.paragraph = Paragraph::default();
                self.in_paragraph = true;
                self.builder.open(BlockKind::Paragraph, None, true);
            }
            Tag::Heading { level, .. } => {
                self.under_picture = false;
                self.builder
                    .open(BlockKind::Heading, Some(number(*level)), false);
            }
            Tag::CodeBlock(kind) => {
                self.code = matches!(kind, CodeBlockKind::Fenced(_));
                self.builder.open(BlockKind::Paragraph, None, false);
            }
            Tag::HtmlBlock => self.html = Some(String::new()),
            Tag::Item | Tag::TableCell | Tag::FootnoteDefinition(_) => {
                self.builder.open(BlockKind::Paragraph, None, false);
            }
            Tag::Strong => self.strong += 1,
            Tag::Emphasis => self.emphasised += 1,
            Tag::Link { .. } => self.linked += 1,
            Tag::Image { .. } => self.image = Some(String::new()),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph => self.end_paragraph(),
            TagEnd::Heading(_) | TagEnd::Item | TagEnd::TableCell | TagEnd::FootnoteDefinition => {
                self.builder.close();
            }
            TagEnd::CodeBlock => {
                self.code = false;
                self.builder.close();
            }
            TagEnd::HtmlBlock => {
                let source = self.html.take().unwrap_or_default();
                self.builder
                    .extend(html::pieces(&Document::fragment(source).root()));
            }
            TagEnd::Strong => self.strong = self.strong.saturating_sub(1),
            TagEnd::Emphasis => self.emphasised = self.emphasised.saturating_sub(1),
            TagEnd::Link => self.linked = self.linked.saturating_sub(1),
            TagEnd::Image => self.paragraph.pictures.extend(self.image.take()),
            _ => {}
        }
    }

    fn text(&mut self, run: &str) {
        let style = Style {
            strong: self.strong > 0,
            linked: self.linked > 0,
        };
        if let Some(words) = &mut self.image {
            words.push_str(run);
        } else if self.in_paragraph {
            self.paragraph.upright |= self.emphasised == 0 && !run.trim().is_empty();
            self.paragraph.runs.push((run.to_owned(), style));
        } else if !self.code {
            self.builder.add(run, style);
        }
    }

    fn end_paragraph(&mut self) {
        self.in_paragraph = false;
        let paragraph = std::mem::take(&mut self.paragraph);
        let is_blank = paragraph.runs.iter().all(|(run, _)| run.trim().is_empty());
        let is_italic = !is_blank && !paragraph.upright;
        let is_caption = is_italic && (self.under_picture || !paragraph.pictures.is_empty());
        self.under_picture = is_blank && !paragraph.pictures.is_empty();
        if is_caption {
            self.builder.open(BlockKind::Caption, None, false);
        }
        for (run, style) in &paragraph.runs {
            self.builder.add(run, *style);
        }
        if is_caption {
            self.builder.close();
        }
        if is_blank {
            for words in paragraph.pictures {
                if words.split_whitespace().count() >= CAPTION_WORDS {
                    self.builder.open(BlockKind::Caption, None, false);
                    self.builder.add(&words, Style::default());
                    self.builder.close();
                }
            }
        }
        self.builder.close();
    }
}

fn number(level: HeadingLevel) -> u8 {
    match level {
        HeadingLevel::H1 => 1,
        HeadingLevel::H2 => 2,
        HeadingLevel::H3 => 3,
        HeadingLevel::H4 => 4,
        HeadingLevel::H5 => 5,
        HeadingLevel::H6 => 6,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(markdown: &str, expected: &[(BlockKind, &str)]) {
        let page = read(markdown);
        let found: Vec<_> = page
            .blocks
            .iter()
            .map(|b| (b.kind, b.span.of(&page.text)))
            .collect();
        assert_eq!(found, expected);
    }

    use BlockKind::{Caption, Heading, Paragraph, Title};

    #[test]
    fn marks_go_and_words_stay() {
        check(
            "# Rivers\n\nWater is *dear* to [all](http://x.example).\nIt `flows`.\n\n## Lakes\n\n- deep\n- wide\n\n> still\n\n**Why now**\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```\ncode\n```\n\n    indented\n",
            &[
                (Title, "Rivers"),
                (Paragraph, "Water is dear to all. It flows."),
                (Heading, "Lakes"),
                (Paragraph, "deep"),
                (Paragraph, "wide"),
                (Paragraph, "still"),
                (Heading, "Why now"),
                (Paragraph, "a"),
                (Paragraph, "b"),
                (Paragraph, "1"),
                (Paragraph, "2"),
                (Paragraph, "indented"),
            ],
        );
    }

    #[test]
    fn a_stated_title_comes_first_and_is_not_doubled() {
        check(
            "---\ntitle: Rivers\n---\n# Rivers\n\nFlow.",
            &[(Title, "Rivers"), (Paragraph, "Flow.")],
        );
        check(
            "---\ntitle: Rivers\n---\n# Part one\n\nFlow.",
            &[
                (Title, "Rivers"),
                (Heading, "Part one"),
                (Paragraph, "Flow."),
            ],
        );
    }

    #[test]
    fn only_a_clear_caption_is_one() {
        check(
            "![](a.png)\n\n*Children at the weir*\n\n![b](b.png)\n\nUpright text.\n\n![A long view of the weir](c.png)\n\nSee ![icon](d.png) here.\n\n![](e.png)\n*Under it*",
            &[
                (Caption, "Children at the weir"),
                (Paragraph, "Upright text."),
                (Caption, "A long view of the weir"),
                (Paragraph, "See here."),
                (Caption, "Under it"),
            ],
        );
    }

    #[test]
    fn html_in_markdown_is_read_as_html() {
        check(
            "<div><p>One</p><script>x()</script></div>\n\nTwo<br>three",
            &[(Paragraph, "One"), (Paragraph, "Two three")],
        );
    }
}
