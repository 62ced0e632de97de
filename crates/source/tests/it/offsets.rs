use source::OffsetBase;

use crate::folder::{PROSE, only};

#[test]
fn spans_of_a_plain_text_cut_the_same_bytes_from_the_file() {
    for file in [
        format!("Keeping Rivers Clean\n\n{PROSE}\n"),
        format!("\u{feff}Keeping Rivers Clean\r\n\r\n“{PROSE}” — 河流\r\n\u{a0}end"),
    ] {
        let article = only("a.txt", &file);
        assert_eq!(article.offset_base, OffsetBase::File);
        assert_eq!(article.blocks, None);
        let blocks = text::block::lines(&article.text);
        assert!(blocks.len() >= 2);
        for block in blocks {
            let bytes = &file.as_bytes()[block.span.start..block.span.end];
            assert_eq!(bytes, block.span.of(&article.text).as_bytes());
        }
    }
}

#[test]
fn blocks_of_markup_are_trimmed_disjoint_and_in_order() {
    let markdown = format!("# Rivers\n\n{PROSE}\n\n- one\n- two\n\n## Lakes\n\n{PROSE}\n");
    let html = format!(
        "<html><body><article><h1>Rivers</h1><p>{PROSE}</p><ul><li>one<p>two</p></li></ul><p>{PROSE}</p></article></body></html>"
    );
    for (name, bytes) in [("a.md", markdown), ("a.html", html)] {
        let article = only(name, bytes);
        assert_eq!(article.offset_base, OffsetBase::Decoded);
        let blocks = article.blocks.unwrap();
        let mut end = 0;
        for block in &blocks {
            let cut = block.span.of(&article.text);
            assert!(!cut.is_empty() && cut.trim() == cut, "{cut:?}");
            assert!(block.span.start >= end);
            end = block.span.end;
        }
        let joined: Vec<_> = blocks.iter().map(|b| b.span.of(&article.text)).collect();
        assert_eq!(joined.join("\n\n"), article.text);
    }
}
