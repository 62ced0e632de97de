//! Tells what is no text at all.

use crate::error::Fault;

/// How many of a text's characters may be control characters before it is none.
const CONTROLS_MAX: f64 = 0.05;
/// Where a container names its parts.
const HEAD: usize = 8192;

/// What a file is by its first bytes, if it is none of the kinds that are read.
pub(crate) fn magic(bytes: &[u8]) -> Option<&'static str> {
    const MAGIC: [(&[u8], &str); 14] = [
        (b"%PDF", "a PDF document"),
        (b"{\\rtf", "an RTF document"),
        (b"\x89PNG", "a PNG picture"),
        (b"\xff\xd8\xff", "a JPEG picture"),
        (b"GIF8", "a GIF picture"),
        (b"II*\0", "a TIFF picture"),
        (b"\x1f\x8b", "gzip-compressed"),
        (b"BZh", "bzip2-compressed"),
        (b"\xfd7zXZ", "xz-compressed"),
        (b"\x28\xb5\x2f\xfd", "zstd-compressed"),
        (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
        (b"Rar!", "a RAR archive"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
            "an old Office document (such as .doc)",
        ),
        (b"SQLite format 3", "an SQLite database"),
    ];
    if bytes.starts_with(b"PK\x03\x04") {
        return Some(archive(&bytes[..bytes.len().min(HEAD)]));
    }
    MAGIC
        .iter()
        .find(|(start, _)| bytes.starts_with(start))
        .map(|(_, name)| *name)
}

/// What a ZIP archive is, by the parts that it starts with.
fn archive(head: &[u8]) -> &'static str {
    let names = |part: &[u8]| head.windows(part.len()).any(|window| window == part);
    if names(b"word/") {
        "a Word document (.docx)"
    } else if names(b"application/epub") {
        "an EPUB book"
    } else if names(b"opendocument") {
        "an OpenDocument file"
    } else if names(b"[Content_Types].xml") {
        "an Office document"
    } else {
        "a ZIP archive"
    }
}

/// Refuses bytes with NULs, or too many other control characters. ISO 2022 escapes are text.
pub(crate) fn refuse_controls(bytes: &[u8]) -> Result<(), Fault> {
    if let Some(offset) = bytes.iter().position(|b| *b == 0) {
        let what = "NUL bytes".to_owned();
        return Err(Fault::Controls { what, offset });
    }
    let is_control = |b: &u8| matches!(b, 0x01..=0x08 | 0x0e..=0x1a | 0x1c..=0x1f | 0x7f);
    let share = bytes.iter().filter(|b| is_control(b)).count() as f64 / bytes.len().max(1) as f64;
    match bytes.iter().position(is_control) {
        Some(offset) if share > CONTROLS_MAX => Err(Fault::Controls {
            what: format!("{:.0} % control characters", share * 100.0),
            offset,
        }),
        _ => Ok(()),
    }
}
