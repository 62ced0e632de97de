//! Words as numbers.

use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};

/// Different words and their ids. In a finished corpus ids go by falling frequency, equally frequent
/// words by their letters.
#[derive(Clone, Default)]
pub struct Vocabulary {
    letters: String,
    /// Where each word ends in `letters`.
    ends: Vec<usize>,
    places: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

impl Vocabulary {
    /// How many words there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are no words.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The word with this id.
    ///
    /// # Panics
    /// If there is none.
    pub fn word(&self, id: u32) -> &str {
        word(&self.letters, &self.ends, id)
    }

    /// The id of a word, written as the corpus writes it (lower case, by default).
    pub fn id(&self, word: &str) -> Option<u32> {
        self.places
            .find(self.hasher.hash_one(word), |&id| self.word(id) == word)
            .copied()
    }

    /// The id of a word, which is the next one if it is new.
    pub(crate) fn intern(&mut self, new: &str) -> u32 {
        let Self {
            letters,
            ends,
            places,
            hasher,
        } = self;
        let entry = places.entry(
            hasher.hash_one(new),
            |&id| word(letters, ends, id) == new,
            |&id| hasher.hash_one(word(letters, ends, id)),
        );
        *entry
            .or_insert_with(|| {
                letters.push_str(new);
                ends.push(letters.len());
                (ends.len() - 1) as u32
            })
            .get()
    }
}

fn word<'a>(letters: &'a str, ends: &[usize], id: u32) -> &'a str {
    let id = id as usize;
    let start = if id == 0 { 0 } else { ends[id - 1] };
    &letters[start..ends[id]]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_have_ids_in_order_of_appearance() {
        let mut words = Vocabulary::default();
        let ids: Vec<u32> = ["the", "people", "the", ""].map(|w| words.intern(w)).into();
        assert_eq!(ids, [0, 1, 0, 2]);
        assert_eq!((words.word(1), words.word(2)), ("people", ""));
        assert_eq!((words.id("people"), words.id("party")), (Some(1), None));
        assert_eq!(words.len(), 3);
    }
}
