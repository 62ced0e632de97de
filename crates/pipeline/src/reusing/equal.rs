//! Which sentences have the same words? The short ones among them are no passage.

use lexis::Corpus;
use rayon::prelude::*;

/// All sentences with words, equal ones together.
pub(super) struct EqualSentences {
    /// Piece and sentence, in the order of their words; equal ones in the order of pieces.
    sorted: Vec<(u32, u32)>,
}

impl EqualSentences {
    /// `starts` has the first word of each sentence of each piece, counted within the piece.
    pub(super) fn new(corpus: &Corpus, starts: &[Vec<usize>]) -> Self {
        let mut sorted: Vec<(u32, u32)> = starts
            .iter()
            .enumerate()
            .flat_map(|(piece, starts)| (0..starts.len()).map(move |at| (piece as u32, at as u32)))
            .filter(|&place| !words(corpus, starts, place).is_empty())
            .collect();
        sorted.par_sort_unstable_by(|&one, &other| {
            let of = |place| words(corpus, starts, place);
            of(one).cmp(of(other)).then(one.cmp(&other))
        });
        Self { sorted }
    }

    /// Piece and sentence of all that have the words of this one, itself included.
    pub(super) fn of<'a>(
        &'a self,
        corpus: &'a Corpus,
        starts: &'a [Vec<usize>],
        place: (usize, usize),
    ) -> impl Iterator<Item = (usize, usize)> + 'a {
        let wanted = words(corpus, starts, (place.0 as u32, place.1 as u32));
        let first = self
            .sorted
            .partition_point(|&other| words(corpus, starts, other) < wanted);
        self.sorted[first..]
            .iter()
            .take_while(move |&&other| !wanted.is_empty() && words(corpus, starts, other) == wanted)
            .map(|&(piece, sentence)| (piece as usize, sentence as usize))
    }
}

/// The words of a sentence.
fn words<'a>(
    corpus: &'a Corpus,
    starts: &[Vec<usize>],
    (piece, sentence): (u32, u32),
) -> &'a [u32] {
    let (piece, sentence) = (piece as usize, sentence as usize);
    let document = corpus.document(piece);
    let starts = &starts[piece];
    let end = starts.get(sentence + 1).copied();
    let end = end.unwrap_or(document.len());
    &corpus.ids()[document][starts[sentence]..end]
}
