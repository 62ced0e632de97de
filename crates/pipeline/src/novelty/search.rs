//! The search through all sentences of a piece's candidates, for several pieces at once: a matrix
//! product of many rows costs little more than one of few.

use std::ops::Range;

use compare::{
    AlignedPassage, Matched, aligned_passages, best_passage_score, greatest, take_off_mean_around,
};
use ndarray::{ArrayView2, ArrayViewMut2, Axis, s};
use rayon::prelude::*;

use super::{AROUND, GAP, MOST, NEUTRAL, Novelty, PASSAGE, TOPIC};

/// Sentences of the pieces that are searched for together, and of the candidates that they are held
/// against at once, at least; a piece is never divided. One megabyte of cosines.
const ROWS: usize = 256;
const COLUMNS: usize = 1024;

/// A piece, and what is looked for.
pub(super) struct Wanted {
    pub(super) piece: usize,
    /// Pieces it is held against, rising.
    pub(super) candidates: Vec<usize>,
    /// Its sentences that are known to be repeated.
    pub(super) is_repeated: Vec<bool>,
    /// What a passage must score; none are looked for without.
    pub(super) passage_threshold: Option<f64>,
}

/// Room for the scores of two pieces, kept from pair to pair: to take it anew each time costs more than
/// to fill it.
#[derive(Default)]
pub(super) struct Scratch {
    scores: Vec<f32>,
    sums: Vec<f32>,
}

impl Scratch {
    /// What the best passage of two pieces scores at most, from the z of their pairs of sentences.
    fn best_at_most(&mut self, dim: (usize, usize)) -> f32 {
        self.sums.clear();
        self.sums.extend(self.scores.iter().map(|&z| score(z)));
        let scores = ArrayView2::from_shape(dim, &self.sums).expect("as many");
        best_passage_score(scores, GAP)
    }

    /// The scores: z, less how near those around them are, since two passages on one topic have all
    /// sentences near to all.
    fn less_the_topic(&mut self, dim: (usize, usize)) -> ArrayViewMut2<'_, f32> {
        let mut scores = ArrayViewMut2::from_shape(dim, &mut self.scores).expect("as many");
        take_off_mean_around(scores.view_mut(), TOPIC, AROUND, MOST, &mut self.sums);
        scores.mapv_inplace(score);
        scores
    }
}

fn score(z: f32) -> f32 {
    (z - NEUTRAL).min(MOST)
}

/// What was found in the candidates of a piece.
#[derive(Default)]
pub(super) struct Search {
    /// Of each of its sentences the nearest: cosine, piece, sentence; the first of equals.
    pub(super) nearest: Vec<Option<(f32, usize, usize)>>,
    /// Of each of the candidates' sentences the cosine of its nearest.
    of_candidates: Vec<f32>,
    /// How well it and its candidates match each other.
    pub(super) matched: Option<Matched>,
    /// Aligned passages, each with the candidate's piece, the best first.
    pub(super) passages: Vec<(usize, AlignedPassage)>,
}

impl Search {
    /// Adds what was found in later candidates.
    fn extend(&mut self, later: Self) {
        for (nearest, later) in self.nearest.iter_mut().zip(later.nearest) {
            if is_nearer(later, *nearest) {
                *nearest = later;
            }
        }
        self.of_candidates.extend(later.of_candidates);
        self.passages.extend(later.passages);
    }

    fn finish(&mut self) {
        let nearest: Vec<f32> = self.nearest.iter().flatten().map(|found| found.0).collect();
        // There is a cosine for each sentence of the candidates, so it is not kept.
        self.matched = Matched::new(&nearest, &std::mem::take(&mut self.of_candidates));
        self.passages
            .sort_by(|a, b| b.1.score.total_cmp(&a.1.score));
    }
}

fn is_nearer(one: Option<(f32, usize, usize)>, than: Option<(f32, usize, usize)>) -> bool {
    one.is_some_and(|one| than.is_none_or(|than| one.0 > than.0))
}

/// Consecutive things, so many together that their sizes sum up to `least`.
fn together<T>(things: &[T], least: usize, size: impl Fn(&T) -> usize) -> Vec<Range<usize>> {
    let mut all = Vec::new();
    let (mut first, mut held) = (0, 0);
    for (at, thing) in things.iter().enumerate() {
        held += size(thing);
        if held >= least {
            all.push(first..at + 1);
            (first, held) = (at + 1, 0);
        }
    }
    if first < things.len() {
        all.push(first..things.len());
    }
    all
}

impl Novelty<'_> {
    /// Searches for each piece.
    pub(super) fn search(&self, wanted: &[Wanted]) -> Vec<Search> {
        let sentences = |wanted: &Wanted| wanted.is_repeated.len();
        together(wanted, ROWS, sentences)
            .into_par_iter()
            .flat_map_iter(|own| self.search_together(&wanted[own]))
            .collect()
    }

    fn search_together(&self, wanted: &[Wanted]) -> Vec<Search> {
        let mut candidates: Vec<usize> = wanted
            .iter()
            .flat_map(|wanted| wanted.candidates.iter().copied())
            .collect();
        candidates.sort_unstable();
        candidates.dedup();
        let rows: Vec<ArrayView2<'_, f32>> = wanted
            .iter()
            .map(|wanted| self.rows(wanted.piece))
            .collect();
        let rows = ndarray::concatenate(Axis(0), &rows).expect("all have the model's dimensions");
        let blocks: Vec<Vec<Search>> = together(&candidates, COLUMNS, |&c| self.sentences(c))
            .into_par_iter()
            .map_init(Scratch::default, |scratch, block| {
                self.search_block(wanted, rows.view(), &candidates[block], scratch)
            })
            .collect();
        let mut all: Vec<Search> = wanted
            .iter()
            .map(|wanted| Search {
                nearest: vec![None; wanted.is_repeated.len()],
                ..Search::default()
            })
            .collect();
        for block in blocks {
            for (all, found) in all.iter_mut().zip(block) {
                all.extend(found);
            }
        }
        all.iter_mut().for_each(Search::finish);
        all
    }

    /// Searches in some candidates, of which each piece has its own.
    fn search_block(
        &self,
        wanted: &[Wanted],
        rows: ArrayView2<'_, f32>,
        block: &[usize],
        scratch: &mut Scratch,
    ) -> Vec<Search> {
        let others: Vec<ArrayView2<'_, f32>> = block.iter().map(|&at| self.rows(at)).collect();
        let others = ndarray::concatenate(Axis(0), &others).expect("the same dimensions");
        let mut cosines = rows.dot(&others.t());
        cosines.mapv_inplace(|x| x.clamp(-1.0, 1.0));
        let mut first = 0;
        let of_piece = |wanted: &Wanted| {
            let own = first..first + wanted.is_repeated.len();
            first = own.end;
            let mut found = Search {
                nearest: vec![None; own.len()],
                ..Search::default()
            };
            let mut column = 0;
            for &other in block {
                let columns = column..column + self.sentences(other);
                column = columns.end;
                if wanted.candidates.binary_search(&other).is_ok() {
                    let cosines = cosines.slice(s![own.clone(), columns]);
                    self.search_candidate(wanted, other, (cosines, &mut *scratch), &mut found);
                }
            }
            found
        };
        wanted.iter().map(of_piece).collect()
    }

    fn search_candidate(
        &self,
        wanted: &Wanted,
        other: usize,
        (cosines, scratch): (ArrayView2<'_, f32>, &mut Scratch),
        found: &mut Search,
    ) {
        let before = found.of_candidates.len();
        found.of_candidates.resize(before + cosines.ncols(), -1.0);
        for (nearest, row) in found.nearest.iter_mut().zip(cosines.rows()) {
            let row = row.to_slice().expect("rows of a block are contiguous");
            for (most, &cosine) in found.of_candidates[before..].iter_mut().zip(row) {
                *most = if cosine > *most { cosine } else { *most };
            }
            let cosine = greatest(row);
            if is_nearer(Some((cosine, 0, 0)), *nearest) {
                let sentence = row.iter().position(|&x| x >= cosine);
                *nearest = sentence.map(|sentence| (cosine, other, sentence));
            }
        }
        let Some(least) = wanted.passage_threshold else {
            return;
        };
        self.standardised(wanted.piece, other, cosines, scratch);
        // The topic only lowers scores: most pairs of pieces need no look at it.
        if f64::from(scratch.best_at_most(cosines.dim())) < least {
            return;
        }
        let mut scores = scratch.less_the_topic(cosines.dim());
        for (mut row, _) in (scores.rows_mut().into_iter())
            .zip(&wanted.is_repeated)
            .filter(|(_, is)| **is)
        {
            row.fill(f32::NEG_INFINITY);
        }
        if f64::from(best_passage_score(scores.view(), GAP)) >= least {
            let passages = aligned_passages(scores.view(), GAP, least as f32);
            let long = passages
                .into_iter()
                .filter(|found| found.pairs.len() >= PASSAGE);
            found.passages.extend(long.map(|passage| (other, passage)));
        }
    }

    /// How much each pair of sentences speaks for a passage.
    pub(super) fn scores<'s>(
        &self,
        piece: usize,
        other: usize,
        cosines: ArrayView2<'_, f32>,
        scratch: &'s mut Scratch,
    ) -> ArrayViewMut2<'s, f32> {
        self.standardised(piece, other, cosines, scratch);
        scratch.less_the_topic(cosines.dim())
    }

    /// Leaves the z of each pair of sentences in `scratch`.
    fn standardised(
        &self,
        piece: usize,
        other: usize,
        cosines: ArrayView2<'_, f32>,
        scratch: &mut Scratch,
    ) {
        let (own, others) = (self.offsets[piece], self.offsets[other]);
        let classes = &self.classes[others..others + cosines.ncols()];
        let z = &mut scratch.scores;
        z.clear();
        for (row, cosines) in cosines.rows().into_iter().enumerate() {
            let first = z.len();
            z.extend_from_slice(cosines.to_slice().expect("rows of a block are contiguous"));
            self.standard
                .standardise(self.classes[own + row], classes, &mut z[first..]);
        }
    }

    fn sentences(&self, piece: usize) -> usize {
        self.pieces[piece].words.len()
    }
}
