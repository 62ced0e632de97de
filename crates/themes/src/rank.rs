//! Ranks of themes within a unit, "none of these" among them.

use ndarray::ArrayView1;

/// The id under which "none of these" stands in tables.
pub const NONE: &str = "none";

/// A theme's place in a unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ranked {
    /// Index of the theme in the codebook; `None` for "none of these".
    pub theme: Option<usize>,
    /// Its score; the codebook's threshold for "none of these".
    pub score: f32,
    /// 1 for the best.
    pub rank: usize,
}

/// All themes of a unit and "none of these", in the codebook's order, each with its rank. Equal
/// scores rank in the codebook's order, "none of these" behind them.
pub fn ranks(scores: ArrayView1<'_, f32>, none_below: f32) -> Vec<Ranked> {
    let mut all: Vec<Ranked> = scores
        .iter()
        .enumerate()
        .map(|(theme, &score)| (Some(theme), score))
        .chain([(None, none_below)])
        .map(|(theme, score)| Ranked {
            theme,
            score,
            rank: 0,
        })
        .collect();
    let mut order: Vec<usize> = (0..all.len()).collect();
    order.sort_by(|&a, &b| all[b].score.total_cmp(&all[a].score).then(a.cmp(&b)));
    for (place, index) in order.into_iter().enumerate() {
        all[index].rank = place + 1;
    }
    all
}

/// The theme of rank 1, as its place in the codebook; the number of themes for "none of these".
pub fn winner(scores: ArrayView1<'_, f32>, none_below: f32) -> usize {
    let mut best = scores.len();
    let mut highest = f32::NEG_INFINITY;
    for (theme, &score) in scores.iter().enumerate() {
        if score >= none_below && score > highest {
            (best, highest) = (theme, score);
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn none_of_these_wins_when_no_theme_reaches_the_threshold() {
        let ranked = |scores: [f32; 3]| ranks(array![scores[0], scores[1], scores[2]].view(), 0.3);
        let places = |scores| ranked(scores).iter().map(|r| r.rank).collect::<Vec<_>>();
        assert_eq!(places([0.1, 0.5, 0.4]), [4, 1, 2, 3]);
        assert_eq!(places([0.1, 0.2, 0.2]), [4, 2, 3, 1]);
        assert_eq!(places([0.3, 0.0, 0.0]), [1, 3, 4, 2]);
    }

    #[test]
    fn the_winner_is_of_rank_one() {
        let levels = [0.1, 0.2, 0.3, 0.4];
        for code in 0..64 {
            let scores = array![levels[code % 4], levels[code / 4 % 4], levels[code / 16]];
            let ranked = ranks(scores.view(), 0.3);
            let first = ranked.iter().position(|r| r.rank == 1);
            assert_eq!(Some(winner(scores.view(), 0.3)), first, "{scores}");
        }
    }
}
