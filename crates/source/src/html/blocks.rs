//! The blocks of a piece of a page, in reading order.

use dom_query::NodeRef;
use text::BlockKind;

use crate::layout::{Builder, Piece, Style};

/// What an element does to the layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    /// Not part of the text.
    Dropped,
    /// A block of its own.
    Block {
        kind: BlockKind,
        level: Option<u8>,
        bold_heads: bool,
    },
    Break,
    Strong,
    Link,
    /// Part of the line that it stands in.
    Inline,
}

impl Role {
    fn of(name: &str) -> Self {
        let block = |kind, bold_heads| Self::Block {
            kind,
            level: None,
            bold_heads,
        };
        match name {
            "script" | "style" | "noscript" | "template" | "nav" | "form" | "aside" | "button"
            | "select" | "textarea" | "iframe" | "svg" | "math" | "object" | "head" | "title" => {
                Self::Dropped
            }
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => Self::Block {
                kind: BlockKind::Heading,
                level: name[1..].parse().ok(),
                bold_heads: false,
            },
            "figcaption" | "caption" => block(BlockKind::Caption, false),
            "p" | "div" | "section" | "article" | "main" | "body" | "center" | "header"
            | "footer" => block(BlockKind::Paragraph, true),
            "li" | "ul" | "ol" | "dl" | "dt" | "dd" | "blockquote" | "td" | "th" | "tr"
            | "table" | "tbody" | "thead" | "tfoot" | "figure" | "pre" | "address" | "hr"
            | "html" | "details" | "summary" => block(BlockKind::Paragraph, false),
            "br" => Self::Break,
            "b" | "strong" => Self::Strong,
            "a" => Self::Link,
            _ => Self::Inline,
        }
    }
}

enum Step<'a> {
    Enter(NodeRef<'a>),
    Leave(Role),
}

/// Walks without recursion: a page may be nested deeper than a stack is.
pub(crate) fn of(root: &NodeRef<'_>) -> Vec<Piece> {
    let mut builder = Builder::default();
    let mut steps = vec![Step::Enter(*root)];
    let (mut strong, mut linked, mut breaks) = (0_usize, 0_usize, 0_usize);
    while let Some(step) = steps.pop() {
        match step {
            Step::Enter(node) if node.is_text() => {
                let run = node.text();
                let is_blank = run.chars().all(char::is_whitespace);
                if breaks >= 2 || (breaks == 1 && is_indented(&run)) {
                    builder.end_line();
                }
                if !is_blank {
                    breaks = 0;
                }
                builder.add(
                    &run,
                    Style {
                        strong: strong > 0,
                        linked: linked > 0,
                    },
                );
            }
            Step::Enter(node) => {
                let role = node
                    .node_name()
                    .map_or(Role::Inline, |name| Role::of(&name));
                if role == Role::Dropped || is_hidden(&node) {
                    continue;
                }
                match role {
                    Role::Block {
                        kind,
                        level,
                        bold_heads,
                    } => {
                        breaks = 0;
                        builder.open(kind, level, bold_heads);
                    }
                    Role::Break => {
                        breaks += 1;
                        builder.add(" ", Style::default());
                    }
                    Role::Strong => strong += 1,
                    Role::Link => linked += 1,
                    Role::Inline | Role::Dropped => {}
                }
                steps.push(Step::Leave(role));
                steps.extend(node.children_it(true).map(Step::Enter));
            }
            Step::Leave(Role::Block { .. }) => {
                breaks = 0;
                builder.close();
            }
            Step::Leave(Role::Strong) => strong -= 1,
            Step::Leave(Role::Link) => linked -= 1,
            Step::Leave(_) => {}
        }
    }
    builder.finish()
}

/// Two spaces that are printed start a paragraph behind a line break, as Chinese editors set it.
fn is_indented(run: &str) -> bool {
    let run = run.trim_start_matches(['\n', '\r', '\t', ' ']);
    run.chars()
        .take_while(|c| matches!(c, '\u{a0}' | '\u{3000}'))
        .count()
        >= 2
}

fn is_hidden(node: &NodeRef<'_>) -> bool {
    node.is_element()
        && (node.has_attr("hidden")
            || node.attr("style").is_some_and(|style| {
                let style: String = style.chars().filter(|c| !c.is_whitespace()).collect();
                style.to_ascii_lowercase().contains("display:none")
            }))
}
