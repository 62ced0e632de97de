//! Recognises the language of a text, and reads the names that languages go by.

use whatlang::Lang;

use crate::error::Fault;

/// Letters below which nothing is said.
const LETTERS_MIN: usize = 200;
/// Bytes of letters that are looked at.
const SAMPLE: usize = 20_000;

/// What a text was recognised as.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Recognised {
    /// ISO 639-1 where there is a code, else ISO 639-3.
    pub(crate) code: &'static str,
    pub(crate) name: &'static str,
    pub(crate) confidence: f64,
}

impl Recognised {
    /// Refuses a text in another language than the one that is read.
    pub(crate) fn refuse_unless(&self, wanted: &str) -> Result<(), Fault> {
        let wanted = code(wanted);
        if self.code == wanted {
            return Ok(());
        }
        let spoken = Lang::all()
            .iter()
            .find(|l| code_of(**l) == wanted)
            .map(|l| name_of(*l));
        Err(Fault::Language {
            found: self.name.to_owned(),
            confidence: self.confidence,
            wanted: spoken.map_or(wanted, str::to_owned),
        })
    }
}

/// The language of a text, where it is long and plain enough to say.
pub(crate) fn recognise(text: &str) -> Option<Recognised> {
    let mut letters = 0;
    let mut bytes = 0;
    let mut end = text.len();
    for (at, c) in text.char_indices() {
        if bytes >= SAMPLE {
            end = at;
            break;
        }
        if c.is_alphabetic() {
            letters += 1;
            bytes += c.len_utf8();
        }
    }
    if letters < LETTERS_MIN {
        return None;
    }
    let info = whatlang::detect(&text[..end]).filter(whatlang::Info::is_reliable)?;
    Some(Recognised {
        code: code_of(info.lang()),
        name: name_of(info.lang()),
        confidence: info.confidence(),
    })
}

/// The code of a language as people state it: "en", "EN-gb", "eng", "English".
pub(crate) fn code(stated: &str) -> String {
    let stated = stated.trim().to_lowercase();
    let head = stated.split(['-', '_']).next().unwrap_or_default();
    if let Some(lang) = Lang::from_code(head) {
        return code_of(lang).to_owned();
    }
    let named = Lang::all().iter().find(|lang| {
        lang.eng_name().to_lowercase() == head || name_of(**lang).to_lowercase() == head
    });
    named.map_or_else(|| head.to_owned(), |lang| code_of(*lang).to_owned())
}

fn name_of(lang: Lang) -> &'static str {
    match lang {
        Lang::Cmn => "Chinese",
        other => other.eng_name(),
    }
}

/// ISO 639-1 for ISO 639-3.
fn code_of(lang: Lang) -> &'static str {
    const CODES: [(&str, &str); 71] = [
        ("afr", "af"),
        ("aka", "ak"),
        ("amh", "am"),
        ("ara", "ar"),
        ("aze", "az"),
        ("bel", "be"),
        ("ben", "bn"),
        ("bul", "bg"),
        ("cat", "ca"),
        ("ces", "cs"),
        ("cmn", "zh"),
        ("cym", "cy"),
        ("dan", "da"),
        ("deu", "de"),
        ("ell", "el"),
        ("eng", "en"),
        ("epo", "eo"),
        ("est", "et"),
        ("fin", "fi"),
        ("fra", "fr"),
        ("guj", "gu"),
        ("heb", "he"),
        ("hin", "hi"),
        ("hrv", "hr"),
        ("hun", "hu"),
        ("hye", "hy"),
        ("ind", "id"),
        ("ita", "it"),
        ("jav", "jv"),
        ("jpn", "ja"),
        ("kan", "kn"),
        ("kat", "ka"),
        ("khm", "km"),
        ("kor", "ko"),
        ("lat", "la"),
        ("lav", "lv"),
        ("lit", "lt"),
        ("mal", "ml"),
        ("mar", "mr"),
        ("mkd", "mk"),
        ("mya", "my"),
        ("nep", "ne"),
        ("nld", "nl"),
        ("nob", "nb"),
        ("ori", "or"),
        ("pan", "pa"),
        ("pes", "fa"),
        ("pol", "pl"),
        ("por", "pt"),
        ("ron", "ro"),
        ("rus", "ru"),
        ("sin", "si"),
        ("slk", "sk"),
        ("slv", "sl"),
        ("sna", "sn"),
        ("spa", "es"),
        ("srp", "sr"),
        ("swe", "sv"),
        ("tam", "ta"),
        ("tel", "te"),
        ("tgl", "tl"),
        ("tha", "th"),
        ("tuk", "tk"),
        ("tur", "tr"),
        ("ukr", "uk"),
        ("urd", "ur"),
        ("uzb", "uz"),
        ("vie", "vi"),
        ("yid", "yi"),
        ("zho", "zh"),
        ("zul", "zu"),
    ];
    let three_letters = lang.code();
    CODES
        .iter()
        .find(|(three, _)| *three == three_letters)
        .map_or(three_letters, |(_, two)| *two)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stated_languages_become_codes() {
        for stated in ["en", "EN", "en-GB", "en_US", "eng", "English"] {
            assert_eq!(code(stated), "en", "{stated}");
        }
        assert_eq!(code("zh-CN"), "zh");
        assert_eq!(code("Chinese"), "zh");
        assert_eq!(code("tlh"), "tlh");
    }

    #[test]
    fn a_short_text_is_not_judged() {
        assert_eq!(recognise("Реки кормят край."), None);
    }
}
