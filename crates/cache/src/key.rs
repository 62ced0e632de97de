//! The hashes that vectors are found by.

use sha2::{Digest, Sha256};

/// Stands for everything but the text that decides a vector: model, tokenizer, precision, windows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SpaceKey(pub [u8; 32]);

impl SpaceKey {
    /// The hash of these parts in this order.
    pub fn new<T: AsRef<str>>(parts: &[T]) -> Self {
        let mut hash = Lengthened::new("tifa cache space");
        for part in parts {
            hash.add(part.as_ref().as_bytes());
        }
        Self(hash.finish())
    }
}

/// Stands for one text in one space.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(pub [u8; 32]);

impl Key {
    /// The hash of the space and the text, byte for byte.
    pub fn new(space: &SpaceKey, text: &str) -> Self {
        let mut hash = Lengthened::new("tifa cache text");
        hash.add(&space.0);
        hash.add(text.as_bytes());
        Self(hash.finish())
    }
}

/// SHA-256 over parts that each stand behind their length: no two lists of parts read the same.
struct Lengthened(Sha256);

impl Lengthened {
    /// `domain` keeps hashes of different uses apart.
    fn new(domain: &str) -> Self {
        let mut hash = Self(Sha256::new());
        hash.add(domain.as_bytes());
        hash
    }

    fn add(&mut self, part: &[u8]) {
        self.0.update((part.len() as u64).to_le_bytes());
        self.0.update(part);
    }

    fn finish(self) -> [u8; 32] {
        self.0.finalize().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_lists_of_parts_are_one_space() {
        let lists: [&[&str]; 7] = [
            &[],
            &[""],
            &["", ""],
            &["ab", "c"],
            &["a", "bc"],
            &["abc"],
            &["c", "ab"],
        ];
        let mut keys: Vec<SpaceKey> = lists.iter().map(|parts| SpaceKey::new(parts)).collect();
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), lists.len());
    }

    #[test]
    fn a_text_has_one_key_in_each_space() {
        let (small, large) = (SpaceKey::new(&["small"]), SpaceKey::new(&["large"]));
        assert_eq!(Key::new(&small, "提法"), Key::new(&small, "提法"));
        assert_ne!(Key::new(&small, "提法"), Key::new(&large, "提法"));
        assert_ne!(Key::new(&small, "提法"), Key::new(&small, "提法 "));
    }

    /// Computed apart with Python's hashlib: a change here would orphan every cache.
    #[test]
    fn keys_stay_what_they_are() {
        let space = SpaceKey::new(&["model", "f32"]);
        let hex = |bytes: [u8; 32]| bytes.map(|byte| format!("{byte:02x}")).concat();
        assert_eq!(
            hex(space.0),
            "9c71ca5d16dedb62dec12721b4f1fe959c495bcc056751c0eb931e02e9faf75e"
        );
        assert_eq!(
            hex(Key::new(&space, "提法").0),
            "29cb5696b71c77bd79941bc2e6e958e177c6585573ebe408b096de20ef61f87e"
        );
    }
}
