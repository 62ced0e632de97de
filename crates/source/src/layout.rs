//! Lays out what markup holds: lines are folded, told apart by kind, and joined to one text.

use text::{Block, BlockKind, Metadata, Span};

/// A bold line is a heading up to this many characters.
const HEADING_MAX: usize = 120;

/// An article out of markup.
#[derive(Debug, Default)]
pub(crate) struct Page {
    pub(crate) text: String,
    pub(crate) blocks: Vec<Block>,
    pub(crate) metadata: Metadata,
    /// What is doubtful about it: what is wrong, and the remedy.
    pub(crate) doubts: Vec<(String, String)>,
}

/// A block before it has its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) kind: BlockKind,
    /// Of a heading that markup names.
    pub(crate) level: Option<u8>,
    pub(crate) text: String,
    /// Characters outside links.
    pub(crate) own: usize,
}

impl Piece {
    pub(crate) fn title(text: &str) -> Self {
        let mut line = Line::default();
        line.add(text, Style::default());
        Self {
            kind: BlockKind::Title,
            level: Some(1),
            own: line.text.chars().count(),
            text: line.text,
        }
    }
}

/// Joins pieces with an empty line between them.
pub(crate) fn join(pieces: &[Piece]) -> (String, Vec<Block>) {
    let mut text = String::new();
    let mut blocks = Vec::with_capacity(pieces.len());
    for piece in pieces {
        if !text.is_empty() {
            text.push_str("\n\n");
        }
        let start = text.len();
        text.push_str(&piece.text);
        blocks.push(Block {
            span: Span::new(start, text.len()),
            kind: piece.kind,
        });
    }
    (text, blocks)
}

/// How a run of text is set.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Style {
    pub(crate) strong: bool,
    pub(crate) linked: bool,
}

/// Collects runs of text into pieces.
#[derive(Debug, Default)]
pub(crate) struct Builder {
    pieces: Vec<Piece>,
    open: Vec<Frame>,
    line: Line,
}

#[derive(Clone, Copy, Debug)]
struct Frame {
    kind: BlockKind,
    level: Option<u8>,
    /// Whether a bold line in it is a heading.
    bold_heads: bool,
}

impl Builder {
    /// Opens a heading of a level, or a caption: whatever is inside belongs to it.
    pub(crate) fn open(&mut self, kind: BlockKind, level: Option<u8>, bold_heads: bool) {
        self.end_line();
        let inherited = self
            .open
            .last()
            .filter(|frame| frame.kind != BlockKind::Paragraph && kind == BlockKind::Paragraph);
        let frame = inherited.copied().unwrap_or(Frame {
            kind,
            level,
            bold_heads,
        });
        self.open.push(frame);
    }

    /// Closes what was opened last.
    pub(crate) fn close(&mut self) {
        self.end_line();
        self.open.pop();
    }

    /// Adds a run of text to the line.
    pub(crate) fn add(&mut self, run: &str, style: Style) {
        self.line.add(run, style);
    }

    /// Ends the line: what follows is another block.
    pub(crate) fn end_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        if line.text.is_empty() {
            return;
        }
        let frame = self.open.last().copied().unwrap_or(Frame {
            kind: BlockKind::Paragraph,
            level: None,
            bold_heads: true,
        });
        let bold = frame.bold_heads && frame.kind == BlockKind::Paragraph && line.is_bold_heading();
        self.pieces.push(Piece {
            kind: if bold { BlockKind::Heading } else { frame.kind },
            level: frame.level,
            own: line.own,
            text: line.text,
        });
    }

    /// Adds pieces that are ready.
    pub(crate) fn extend(&mut self, pieces: Vec<Piece>) {
        self.end_line();
        self.pieces.extend(pieces);
    }

    pub(crate) fn finish(mut self) -> Vec<Piece> {
        self.end_line();
        self.pieces
    }
}

/// A line whose white space is folded as it grows.
#[derive(Debug, Default)]
struct Line {
    text: String,
    gap: bool,
    strong: usize,
    plain: usize,
    own: usize,
}

impl Line {
    fn add(&mut self, run: &str, style: Style) {
        for c in run.chars() {
            // Zero-width spaces, byte order marks and soft hyphens are not printed.
            if matches!(c, '\u{200b}' | '\u{feff}' | '\u{ad}') {
                continue;
            }
            if c.is_whitespace() {
                self.gap = true;
                continue;
            }
            if self.gap && !self.text.is_empty() {
                self.text.push(' ');
            }
            self.gap = false;
            self.text.push(c);
            *(if style.strong {
                &mut self.strong
            } else {
                &mut self.plain
            }) += 1;
            self.own += usize::from(!style.linked);
        }
    }

    fn is_bold_heading(&self) -> bool {
        self.plain == 0
            && self.text.chars().take(HEADING_MAX + 1).count() <= HEADING_MAX
            && !self.text.ends_with(['.', ',', ';', '。', '，', '；'])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_cut_the_joined_text() {
        let mut builder = Builder::default();
        builder.open(BlockKind::Heading, Some(2), false);
        builder.add(" I.\u{a0}\u{a0}The ", Style::default());
        builder.open(BlockKind::Paragraph, None, true);
        builder.add("source", Style::default());
        builder.close();
        builder.close();
        builder.add("河\u{200b}流  run", Style::default());
        let (text, blocks) = join(&builder.finish());
        assert_eq!(text, "I. The\n\nsource\n\n河流 run");
        let cut: Vec<_> = blocks.iter().map(|b| (b.kind, b.span.of(&text))).collect();
        assert_eq!(
            cut,
            [
                (BlockKind::Heading, "I. The"),
                (BlockKind::Heading, "source"),
                (BlockKind::Paragraph, "河流 run"),
            ]
        );
    }

    #[test]
    fn a_short_bold_line_is_a_heading_and_a_bold_sentence_is_not() {
        let kind = |run: &str| {
            let mut builder = Builder::default();
            builder.add(
                run,
                Style {
                    strong: true,
                    linked: false,
                },
            );
            builder.finish()[0].kind
        };
        assert_eq!(kind("Why rivers matter"), BlockKind::Heading);
        assert_eq!(kind("Rivers matter to all."), BlockKind::Paragraph);
        assert_eq!(kind(&"rivers ".repeat(40)), BlockKind::Paragraph);
    }
}
