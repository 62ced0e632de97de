//! Periods in which a wording is used much more than else.

use crate::Share;

/// How much more often a wording is used in a burst.
pub const BURST_RATE: f64 = 2.0;

/// What beginning a burst costs, in logarithms of the number of periods.
pub const BURST_COST: f64 = 1.0;

/// Periods in a row in which a wording is used in more articles than else.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Burst {
    /// The first period.
    pub first: usize,
    /// The last one.
    pub last: usize,
    /// The article share of all its periods together.
    pub share: Share,
    /// By how much the higher rate explains them better, in natural logarithms of likelihood.
    pub weight: f64,
}

/// The bursts of a wording in periods with the given shares, in their order: Kleinberg's automaton with
/// two states for batches of documents (2002, section 4). Each article of a period has the wording
/// with the rate p of all periods together, or in a burst with [`BURST_RATE`] · p; beginning a burst
/// costs [`BURST_COST`] · ln(number of periods), ending it nothing. The cheapest course of states is
/// taken, of equal ones the one with less burst. Periods without articles are passed over.
///
/// There are none where the higher rate would be 1 or more.
pub fn bursts(shares: &[Option<Share>]) -> Vec<Burst> {
    let known: Vec<(usize, Share)> = shares
        .iter()
        .enumerate()
        .filter_map(|(period, share)| Some((period, (*share)?)))
        .collect();
    let own: usize = known.iter().map(|(_, share)| share.articles).sum();
    let all: usize = known.iter().map(|(_, share)| share.of).sum();
    let rate = own as f64 / all.max(1) as f64;
    if own == 0 || rate * BURST_RATE >= 1.0 {
        return Vec::new();
    }
    // What the higher rate saves in each period. The binomial coefficient is in both and falls out.
    let saved: Vec<f64> = known
        .iter()
        .map(|(_, share)| {
            let (with, without) = (share.articles as f64, (share.of - share.articles) as f64);
            let high = rate * BURST_RATE;
            with * BURST_RATE.ln() + without * ((-high).ln_1p() - (-rate).ln_1p())
        })
        .collect();
    let is_burst = cheapest(&saved, BURST_COST * (known.len() as f64).ln());
    let mut found: Vec<Burst> = Vec::new();
    for (at, (period, share)) in known.iter().enumerate().filter(|(at, _)| is_burst[*at]) {
        let follows = at > 0 && is_burst[at - 1];
        match found.last_mut().filter(|_| follows) {
            Some(burst) => {
                burst.last = *period;
                burst.weight += saved[at];
                let (articles, of) = (
                    burst.share.articles + share.articles,
                    burst.share.of + share.of,
                );
                burst.share = Share::new(articles, of).unwrap_or(burst.share);
            }
            None => found.push(Burst {
                first: *period,
                last: *period,
                share: *share,
                weight: saved[at],
            }),
        }
    }
    found
}

/// The course of states that costs least (Viterbi): being in a burst saves so much, beginning one costs
/// so much.
fn cheapest(saved: &[f64], beginning: f64) -> Vec<bool> {
    let (mut low, mut high) = (0.0, f64::INFINITY);
    // For each place and state: whether the state before was a burst.
    let mut before = Vec::with_capacity(saved.len());
    for saving in saved {
        let to_low = high < low;
        let to_high = high <= low + beginning;
        let next_low = if to_low { high } else { low };
        let next_high = if to_high { high } else { low + beginning } - saving;
        (low, high) = (next_low, next_high);
        before.push((to_low, to_high));
    }
    let mut is_burst = high < low;
    let mut states = vec![false; saved.len()];
    for (state, (from_low, from_high)) in states.iter_mut().zip(before).rev() {
        *state = is_burst;
        is_burst = if is_burst { from_high } else { from_low };
    }
    states
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shares(counts: &[(usize, usize)]) -> Vec<Option<Share>> {
        counts
            .iter()
            .map(|&(own, all)| Share::new(own, all))
            .collect()
    }

    #[test]
    fn a_run_of_high_shares_is_one_burst() {
        let found = bursts(&shares(&[
            (1, 40),
            (2, 40),
            (12, 40),
            (0, 0),
            (14, 40),
            (1, 40),
            (0, 40),
            (1, 40),
        ]));
        let [burst] = found[..] else {
            panic!("{found:?}")
        };
        assert_eq!((burst.first, burst.last), (2, 4));
        assert_eq!((burst.share.articles, burst.share.of), (26, 80));
        // p = 31/280; 26 ln 2 + 54 ln((1 - 2p)/(1 - p)), by hand.
        let p: f64 = 31.0 / 280.0;
        let weight = 26.0 * 2.0_f64.ln() + 54.0 * ((1.0 - 2.0 * p) / (1.0 - p)).ln();
        assert!((burst.weight - weight).abs() < 1e-12);
    }

    /// burst_detection 0.1.3 (s = 2, γ = 1): the first burst, and its weight. It takes states one after
    /// another and not the cheapest course, and so has the second burst begin a period later.
    /// Tolerance: its sums of logarithms of binomials.
    #[test]
    fn weights_are_those_of_burst_detection() {
        let with = [0, 3, 9, 8, 7, 1, 0, 2, 0, 1, 6, 7, 0, 0];
        let all = [30, 28, 31, 30, 25, 40, 33, 30, 29, 30, 20, 22, 31, 30];
        let found = bursts(&shares(&with.into_iter().zip(all).collect::<Vec<_>>()));
        let places: Vec<_> = found
            .iter()
            .map(|burst| (burst.first, burst.last))
            .collect();
        assert_eq!(places, [(2, 4), (10, 11)]);
        assert!((found[0].weight - 8.671_246_045_385).abs() < 1e-9);
    }

    #[test]
    fn even_use_and_use_everywhere_have_no_burst() {
        assert_eq!(bursts(&shares(&[(2, 20), (1, 20), (2, 20), (3, 20)])), []);
        assert_eq!(bursts(&shares(&[(10, 20), (20, 20)])), []);
        assert_eq!(bursts(&shares(&[(0, 20), (0, 20)])), []);
        assert_eq!(bursts(&[]), []);
        // One article of many is no burst.
        assert_eq!(
            bursts(&shares(&[(0, 9), (0, 9), (1, 9), (0, 9), (0, 9), (0, 9)])),
            []
        );
    }

    proptest! {
        /// No course of states is cheaper.
        #[test]
        fn the_course_is_the_cheapest_of_all(saved in prop::collection::vec(-3.0_f64..3.0, 0..9), beginning in 0.0_f64..4.0) {
            let cost = |states: &[bool]| {
                let mut cost = 0.0;
                for (at, &state) in states.iter().enumerate() {
                    if state {
                        cost -= saved[at];
                        cost += if at == 0 || !states[at - 1] { beginning } else { 0.0 };
                    }
                }
                cost
            };
            let least = (0..1_u32 << saved.len())
                .map(|bits| cost(&(0..saved.len()).map(|at| bits >> at & 1 == 1).collect::<Vec<_>>()))
                .fold(f64::INFINITY, f64::min);
            let found = cost(&cheapest(&saved, beginning));
            prop_assert!((found - least).abs() < 1e-9, "{} {}", found, least);
        }
    }
}
