use encoding_rs::Encoding;
use source::{OffsetBase, ReadSettings};

use crate::folder::{Folder, PROSE, only, settings};

const FRENCH: &str = "L’été dernier, le fleuve a été nettoyé par des élèves très motivés. Ça coûte cher, mais la région y gagne à coup sûr.";
const CHINESE: &str =
    "河流是这个地区的命脉，饮水的人都应当爱护它。上游的村庄在山坡上种树，下游的城镇为清水付费。";

fn any_language() -> ReadSettings {
    ReadSettings {
        language: None,
        ..settings()
    }
}

/// Written in `encoding`, the text comes back.
#[track_caller]
fn round_trip(text: &str, encoding: &'static Encoding, named: &str) {
    let (bytes, _, lossy) = encoding.encode(text);
    assert!(!lossy);
    let article = Folder::new()
        .with("a.txt", bytes)
        .read_by(&any_language())
        .articles
        .remove(0);
    assert_eq!(article.text, text);
    assert_eq!(article.encoding, named);
    assert_eq!(article.offset_base, OffsetBase::Decoded);
}

#[test]
fn legacy_encodings_are_recognised() {
    round_trip(FRENCH, encoding_rs::WINDOWS_1252, "windows-1252");
    round_trip(CHINESE, encoding_rs::GBK, "GBK");
    round_trip(CHINESE, encoding_rs::GB18030, "GBK");
    round_trip(
        &format!("{PROSE} It’s “so” – said he."),
        encoding_rs::WINDOWS_1252,
        "windows-1252",
    );
}

#[test]
fn utf8_keeps_its_mark_and_the_files_offsets() {
    let article = only("a.txt", format!("\u{feff}{PROSE}"));
    assert_eq!(article.text, format!("\u{feff}{PROSE}"));
    assert_eq!(
        (article.encoding, article.offset_base),
        ("UTF-8", OffsetBase::File)
    );
    assert!(
        only("a.md", format!("\u{feff}# Rivers\n\n{PROSE}"))
            .text
            .starts_with("Rivers")
    );
}

#[test]
fn utf16_is_read_with_and_without_its_mark() {
    for (text, mark) in [(PROSE, true), (PROSE, false), (CHINESE, true)] {
        let marked = if mark {
            format!("\u{feff}{text}")
        } else {
            text.to_owned()
        };
        let little: Vec<u8> = marked.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = marked.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for (bytes, named) in [(little, "UTF-16LE"), (big, "UTF-16BE")] {
            let article = only("a.txt", bytes);
            assert_eq!(article.text, text);
            assert_eq!(
                (article.encoding, article.offset_base),
                (named, OffsetBase::Decoded)
            );
        }
    }
}

#[test]
fn a_stated_encoding_is_believed() {
    let (bytes, _, _) = encoding_rs::BIG5.encode("水是生命之源");
    let stated = ReadSettings {
        encoding: Some(encoding_rs::BIG5),
        ..any_language()
    };
    let article = Folder::new()
        .with("a.txt", bytes)
        .read_by(&stated)
        .articles
        .remove(0);
    assert_eq!(
        (article.text.as_str(), article.encoding),
        ("水是生命之源", "Big5")
    );
}

#[test]
fn a_page_is_decoded_as_it_declares() {
    let page = format!(
        "<html><head><meta charset=\"gb2312\"><title>河流</title></head><body><h1>河流</h1><p>{CHINESE}</p><p>{CHINESE}</p></body></html>"
    );
    let (bytes, _, _) = encoding_rs::GBK.encode(&page);
    let article = Folder::new()
        .with("a.html", bytes)
        .read_by(&any_language())
        .articles
        .remove(0);
    assert!(article.text.contains(CHINESE));
    assert_eq!(article.encoding, "GBK");
}

#[test]
fn tables_come_in_any_encoding() {
    let table = format!("id,text,author\n1,\"{CHINESE}\",甲\n");
    let utf16: Vec<u8> = format!("\u{feff}{table}")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let (gbk, _, _) = encoding_rs::GBK.encode(&table);
    let marked = format!("\u{feff}{table}");
    for (bytes, named) in [
        (&utf16[..], "UTF-16LE"),
        (&gbk, "GBK"),
        (marked.as_bytes(), "UTF-8"),
    ] {
        let article = Folder::new()
            .with("t.csv", bytes)
            .read_by(&any_language())
            .articles
            .remove(0);
        assert_eq!(article.text, CHINESE);
        assert_eq!(article.metadata.author.as_deref(), Some("甲"));
        assert_eq!((article.doc_id.as_str(), article.encoding), ("t-1", named));
    }
}
