//! Bytes to text.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{DecoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE};

use crate::error::Fault;
use crate::sniff;

/// A decoded file.
#[derive(Debug)]
pub(crate) struct Decoded {
    /// The text; a UTF-8 byte order mark stays in it, so that offsets stay those of the file.
    pub(crate) text: String,
    pub(crate) encoding: &'static Encoding,
}

impl Decoded {
    /// The text without a byte order mark, for readers of markup.
    pub(crate) fn markup(&self) -> &str {
        self.text.strip_prefix('\u{feff}').unwrap_or(&self.text)
    }
}

/// What bytes are encoded in, and how long their byte order mark is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Detected {
    pub(crate) encoding: &'static Encoding,
    pub(crate) mark: usize,
}

/// Decodes a whole file. `declared` is what its markup says of itself.
pub(crate) fn decode(
    bytes: Vec<u8>,
    stated: Option<&'static Encoding>,
    declared: Option<&'static Encoding>,
) -> Result<Decoded, Fault> {
    let Detected { encoding, mark } = detect(&bytes, stated, declared)?;
    let text = if encoding == UTF_8 {
        String::from_utf8(bytes).map_err(|e| damage(e.as_bytes()))?
    } else {
        let text = whole(&bytes[mark..], encoding, mark)?;
        if is_utf16(encoding) {
            sniff::refuse_controls(text.as_bytes())?;
        }
        text
    };
    Ok(Decoded { text, encoding })
}

/// The encoding: byte order mark, what is stated, UTF-16 by its NULs, valid UTF-8, what is declared,
/// UTF-8 with a few damaged bytes, and then the best guess.
pub(crate) fn detect(
    bytes: &[u8],
    stated: Option<&'static Encoding>,
    declared: Option<&'static Encoding>,
) -> Result<Detected, Fault> {
    if let Some(name) = sniff::magic(bytes) {
        return Err(Fault::Binary(name));
    }
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        if encoding == UTF_8 {
            sniff::refuse_controls(bytes)?;
        }
        return Ok(Detected { encoding, mark });
    }
    let encoding = match stated.or_else(|| utf16_without_mark(bytes)) {
        Some(encoding) if is_utf16(encoding) => encoding,
        Some(encoding) => {
            sniff::refuse_controls(bytes)?;
            encoding
        }
        None => {
            sniff::refuse_controls(bytes)?;
            single_bytes(bytes, declared)
        }
    };
    Ok(Detected { encoding, mark: 0 })
}

fn single_bytes(bytes: &[u8], declared: Option<&'static Encoding>) -> &'static Encoding {
    if std::str::from_utf8(bytes).is_ok() {
        return UTF_8;
    }
    if let Some(encoding) = declared.filter(|e| *e != UTF_8 && !is_utf16(e)) {
        return encoding;
    }
    if is_damaged_utf8(bytes) {
        return UTF_8;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    detector.guess(None, Utf8Detection::Deny)
}

/// Whether an encoding's bytes are no superset of ASCII's.
pub(crate) fn is_utf16(encoding: &Encoding) -> bool {
    encoding == UTF_16LE || encoding == UTF_16BE
}

/// UTF-16 text has its NULs at one parity only: the high bytes of its ASCII characters.
fn utf16_without_mark(bytes: &[u8]) -> Option<&'static Encoding> {
    const SAMPLE: usize = 1 << 16;
    let sample = &bytes[..bytes.len().min(SAMPLE)];
    let units = sample.len() / 2;
    let nuls = |parity: usize| {
        sample
            .iter()
            .skip(parity)
            .step_by(2)
            .filter(|b| **b == 0)
            .count()
    };
    let (even, odd) = (nuls(0), nuls(1));
    let many = |count: usize| count > 0 && count * 5 >= units;
    let few = |count: usize| count * 50 <= units;
    if many(odd) && few(even) {
        Some(UTF_16LE)
    } else if many(even) && few(odd) {
        Some(UTF_16BE)
    } else {
        None
    }
}

/// Whether at least as many characters are UTF-8 beyond ASCII as sequences are not: no other
/// encoding gives that by chance.
fn is_damaged_utf8(bytes: &[u8]) -> bool {
    let (mut sound, mut bad) = (0_usize, 0_usize);
    for chunk in bytes.utf8_chunks() {
        sound += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    sound > 0 && sound >= bad
}

fn damage(bytes: &[u8]) -> Fault {
    let mut at = 0;
    let mut first = None;
    let mut count = 0;
    for chunk in bytes.utf8_chunks() {
        at += chunk.valid().len();
        if !chunk.invalid().is_empty() {
            first.get_or_insert(at);
            count += 1;
        }
        at += chunk.invalid().len();
    }
    let offset = first.unwrap_or(at);
    let line = bytes[..offset].split(|b| *b == b'\n').count();
    Fault::BrokenUtf8 {
        offset,
        line,
        count,
    }
}

/// Decodes all of `bytes`, which start at `base` in their file.
fn whole(bytes: &[u8], encoding: &'static Encoding, base: usize) -> Result<String, Fault> {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut text = String::with_capacity(bytes.len() + bytes.len() / 2);
    let mut at = 0;
    loop {
        let (result, read) =
            decoder.decode_to_string_without_replacement(&bytes[at..], &mut text, true);
        at += read;
        match result {
            DecoderResult::InputEmpty => return Ok(text),
            DecoderResult::OutputFull => text.reserve(4096 + (bytes.len() - at)),
            DecoderResult::Malformed(bad, after) => {
                let offset = base + at.saturating_sub(usize::from(bad) + usize::from(after));
                return Err(Fault::Malformed {
                    encoding: encoding.name(),
                    offset,
                });
            }
        }
    }
}

/// Decodes one cell or line of a table.
pub(crate) fn cell(bytes: &[u8], encoding: &'static Encoding) -> Result<String, Fault> {
    if encoding == UTF_8 {
        match std::str::from_utf8(bytes) {
            Ok(text) => Ok(text.to_owned()),
            Err(_) => Err(damage(bytes)),
        }
    } else {
        whole(bytes, encoding, 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf16_is_known_by_the_parity_of_its_nuls() {
        let little: Vec<u8> = "Rivers, 河流"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        let big: Vec<u8> = "Rivers, 河流"
            .encode_utf16()
            .flat_map(u16::to_be_bytes)
            .collect();
        assert_eq!(utf16_without_mark(&little), Some(UTF_16LE));
        assert_eq!(utf16_without_mark(&big), Some(UTF_16BE));
        assert_eq!(utf16_without_mark(b"Rivers"), None);
        assert_eq!(utf16_without_mark(&[0; 64]), None);
    }

    #[test]
    fn other_encodings_are_not_damaged_utf8() {
        let (gbk, _, _) = encoding_rs::GBK.encode("保护河流是每个人的责任，水是生命之源。");
        assert!(!is_damaged_utf8(&gbk));
        assert!(!is_damaged_utf8(b"caf\xe9 cr\xe8me"));
        assert!(is_damaged_utf8(
            "’’’".as_bytes().split_last().map_or(&[], |(_, head)| head)
        ));
    }
}
