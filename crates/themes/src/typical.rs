//! The units that show what a theme is, and those that may not belong to it.

use std::cmp::Ordering;

use ndarray::ArrayView2;

use crate::ranks;

/// A unit that a theme wins, and what came second.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Won {
    /// The unit.
    pub unit: usize,
    /// The theme's score.
    pub score: f32,
    /// What came second: another theme, or none of these.
    pub second: Option<usize>,
    /// By how much the theme is ahead of it.
    pub margin: f32,
}

/// Units of one theme.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Examples {
    /// How many units it wins.
    pub won: usize,
    /// The ones with the highest scores, highest first.
    pub typical: Vec<Won>,
    /// The ones where something else comes nearest to winning, nearest first.
    pub doubtful: Vec<Won>,
}

/// The `count` most typical and most doubtful units of each theme, in the codebook's order.
pub fn examples(scores: ArrayView2<'_, f32>, none_below: f32, count: usize) -> Vec<Examples> {
    let mut won = vec![Vec::new(); scores.ncols()];
    for (unit, row) in scores.rows().into_iter().enumerate() {
        let mut ranked = ranks(row, none_below);
        ranked.sort_by_key(|ranked| ranked.rank);
        let [first, second, ..] = ranked[..] else {
            continue;
        };
        if let Some(theme) = first.theme {
            won[theme].push(Won {
                unit,
                score: first.score,
                second: second.theme,
                margin: first.score - second.score,
            });
        }
    }
    won.into_iter().map(|won| chosen(won, count)).collect()
}

fn chosen(mut won: Vec<Won>, count: usize) -> Examples {
    let mut first = |by: fn(&Won, &Won) -> Ordering| {
        won.sort_by(|a, b| by(a, b).then(a.unit.cmp(&b.unit)));
        won[..count.min(won.len())].to_vec()
    };
    let typical = first(|a, b| b.score.total_cmp(&a.score));
    let doubtful = first(|a, b| a.margin.total_cmp(&b.margin));
    Examples {
        won: won.len(),
        typical,
        doubtful,
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn high_scores_are_typical_and_small_margins_doubtful() {
        let scores = array![[0.5, 0.4], [0.9, 0.1], [0.3, 0.2], [0.1, 0.1]];
        let found = examples(scores.view(), 0.25, 2);
        let units = |won: &[Won]| won.iter().map(|won| won.unit).collect::<Vec<_>>();
        assert_eq!(found[0].won, 3);
        assert_eq!(units(&found[0].typical), [1, 0]);
        // The third is ahead of none of these by .05, the first of the other theme by .1.
        assert_eq!(units(&found[0].doubtful), [2, 0]);
        assert_eq!(found[0].doubtful[0].second, None);
        assert_eq!(found[0].doubtful[1].second, Some(1));
        assert_eq!(found[1], Examples::default());
    }
}
