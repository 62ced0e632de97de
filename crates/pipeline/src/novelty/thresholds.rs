//! From which cosine on a sentence is a paraphrase: what the nearest of the candidates' sentences
//! passes by chance.

use compare::Gumbel;

use super::{FALSE_SENTENCES, Novelty, is_before};

impl Novelty<'_> {
    /// For each piece the cosine that the nearest of its candidates' sentences passes by chance one time
    /// in a hundred; none where there is too little to learn from.
    pub(super) fn thresholds(&self, pieces: &[usize]) -> Vec<Option<f64>> {
        let mut found = vec![None; pieces.len()];
        let (mut dated, undated): (Vec<usize>, Vec<usize>) =
            (0..pieces.len()).partition(|&at| self.day(pieces[at]).is_some());
        let by_day = |&at: &usize| self.day(pieces[at]).unwrap_or("");
        dated.sort_by_key(|at| (by_day(at).len(), by_day(at)));
        // Whatever comes before a day comes before all later ones that are written as long.
        for same_length in dated.chunk_by(|a, b| by_day(a).len() == by_day(b).len()) {
            let mut entering: Vec<(usize, usize)> = (0..self.pieces.len())
                .map(|candidate| {
                    let is_ahead = |at: &usize| {
                        let day = self.day(candidate);
                        day.is_some_and(|day| !is_before(day, by_day(at)))
                    };
                    (same_length.partition_point(is_ahead), candidate)
                })
                .collect();
            entering.sort_unstable();
            let mut entering = entering.into_iter().peekable();
            let mut nearest = vec![f32::NEG_INFINITY; self.sampled.piece_of.len()];
            for (place, &at) in same_length.iter().enumerate() {
                while let Some((_, candidate)) = entering.next_if(|entering| entering.0 <= place) {
                    self.each_unrelated(candidate, |row, cosine| {
                        nearest[row] = nearest[row].max(cosine);
                    });
                }
                found[at] = self.passed_by_chance(pieces[at], nearest.iter().copied());
            }
        }
        if !undated.is_empty() {
            let highest = self.highest_two();
            for at in undated {
                let but_itself = highest.iter().map(
                    |&[(most, of), (next, _)]| {
                        if of == pieces[at] { next } else { most }
                    },
                );
                found[at] = self.passed_by_chance(pieces[at], but_itself);
            }
        }
        found
    }

    /// From how near the background sentences come to a piece's candidates; minus infinity for one that
    /// is related to all of them.
    fn passed_by_chance(&self, piece: usize, nearest: impl Iterator<Item = f32>) -> Option<f64> {
        let others = (nearest.zip(&self.sampled.piece_of))
            .filter(|(_, from)| self.groups[**from] != self.groups[piece]);
        let known = others.map(|(nearest, _)| f64::from(nearest));
        let known = known.filter(|nearest| nearest.is_finite());
        let least = Gumbel::of_quartiles(known)?.exceeded_by(FALSE_SENTENCES);
        // The distribution has no upper end; cosines do.
        Some(least.min(1.0))
    }

    /// The background sentences that are unrelated to a piece, and how near each comes in it.
    fn each_unrelated(&self, piece: usize, mut tell: impl FnMut(usize, f32)) {
        let nearest = self.sampled.nearest.column(piece);
        for (row, (&cosine, &from)) in nearest.iter().zip(&self.sampled.piece_of).enumerate() {
            if self.groups[from] != self.groups[piece] {
                tell(row, cosine);
            }
        }
    }

    /// Of each background sentence the two unrelated pieces in which it comes nearest.
    fn highest_two(&self) -> Vec<[(f32, usize); 2]> {
        let none = (f32::NEG_INFINITY, usize::MAX);
        let mut highest = vec![[none; 2]; self.sampled.piece_of.len()];
        for piece in 0..self.pieces.len() {
            self.each_unrelated(piece, |row, cosine| {
                let [most, next] = &mut highest[row];
                if cosine > most.0 {
                    (*most, *next) = ((cosine, piece), *most);
                } else if cosine > next.0 {
                    *next = (cosine, piece);
                }
            });
        }
        highest
    }
}
