//! Names of articles.

use std::collections::HashSet;
use std::path::Path;

/// Hands out names, each once; names that differ only in case count as the same, so that they can
/// name files everywhere.
#[derive(Debug, Default)]
pub(crate) struct Ids {
    taken: HashSet<String>,
}

impl Ids {
    /// `wanted`, or `wanted-2`, `wanted-3`… where it is taken.
    pub(crate) fn claim(&mut self, wanted: &str) -> String {
        let mut id = wanted.to_owned();
        let mut count = 2_usize;
        while !self.taken.insert(id.to_lowercase()) {
            id = format!("{wanted}-{count}");
            count += 1;
        }
        id
    }
}

/// The name that a file's articles start with.
pub(crate) fn of_path(path: &Path) -> String {
    let slug = slug(&path.file_stem().unwrap_or_default().to_string_lossy());
    if slug.is_empty() {
        "article".to_owned()
    } else {
        slug
    }
}

/// ASCII letters, digits, `-`, `_`, `.` and CJK letters as they are; anything between them is one `-`.
pub(crate) fn slug(name: &str) -> String {
    let mut slug = String::with_capacity(name.len());
    for c in name.chars() {
        if c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-') || is_cjk_letter(c) {
            slug.push(c);
        } else if !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.trim_matches('-').to_owned()
}

fn is_cjk_letter(c: char) -> bool {
    c.is_alphabetic()
        && matches!(u32::from(c),
            0x1100..=0x11ff | 0x3005..=0x30ff | 0x3400..=0x4dbf | 0x4e00..=0x9fff
            | 0xac00..=0xd7af | 0xf900..=0xfaff | 0x2_0000..=0x3_ffff)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_keep_what_is_safe_and_nothing_else() {
        assert_eq!(
            slug("2013-11-07 Rivers & lakes (1)"),
            "2013-11-07-Rivers-lakes-1"
        );
        assert_eq!(slug("v1.2_final"), "v1.2_final");
        assert_eq!(slug("求是 第8期"), "求是-第8期");
        assert_eq!(slug("déjà"), "d-j");
        assert_eq!(of_path(Path::new("x/（）.txt")), "article");
    }

    #[test]
    fn a_taken_name_is_counted_up() {
        let mut ids = Ids::default();
        let claimed: Vec<_> = ["a", "A", "a-2", "a", "b"]
            .into_iter()
            .map(|id| ids.claim(id))
            .collect();
        assert_eq!(claimed, ["a", "A-2", "a-2-2", "a-3", "b"]);
    }
}
