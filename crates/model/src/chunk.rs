//! A few texts on their way to a replica.

/// Most texts of a chunk: enough to fill a batch, few enough to spread over the replicas.
pub(crate) const TEXTS: usize = 64;
/// Most texts where sequences are padded: more to choose alike ones from.
pub(crate) const TEXTS_PADDED: usize = 256;
/// A chunk is full with this many bytes: long texts go in fewer.
const BYTES: usize = 32 << 10;

/// Texts end to end, with their places among all texts.
#[derive(Default)]
pub(crate) struct Chunk {
    pub(crate) places: Vec<usize>,
    joined: String,
    ends: Vec<usize>,
}

impl Chunk {
    pub(crate) fn push(&mut self, place: usize, text: &str) {
        self.places.push(place);
        self.joined.push_str(text);
        self.ends.push(self.joined.len());
    }

    /// Whether another text has no room; the first always has.
    pub(crate) fn is_full(&self, texts: usize) -> bool {
        self.places.len() >= texts || self.joined.len() >= BYTES
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        self.ends.iter().scan(0, |start, &end| {
            let text = &self.joined[*start..end];
            *start = end;
            Some(text)
        })
    }
}
