//! Scores of sentences gathered to scores of a document, with intervals.
//!
//! A bootstrap tells how much the figures hang on which sentences happened to be written: the
//! document is put together anew, again and again, from blocks of adjacent sentences (circular
//! moving blocks, Politis and Romano 1992), since neighbours speak of the same thing and are no
//! independent evidence. Each replicate draws from a stream of its own, so that neither the number
//! of threads nor other documents change a bit of the result.

use std::ops::Range;

use ndarray::{ArrayView1, ArrayView2, s};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rayon::prelude::*;
use statrs::distribution::{ContinuousCDF, Normal, StudentsT};

use crate::percentile::interval;

/// Replicates of the bootstrap.
const REPLICATES: usize = 2000;
/// Highest sentences whose mean is told; one alone may be an accident.
const TOP: usize = 3;
/// Figures that are resampled together.
const LANES: usize = 8;
/// Sentences for an interval, at least: of fewer, too few blocks can be drawn, and intervals come
/// out much too narrow.
const SENTENCES: usize = 10;

/// What the sentences of a document say of one theme.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Aggregate {
    /// Mean score.
    pub mean: f64,
    /// Highest score. It has no interval: a bootstrap of a maximum fails (Bickel and Freedman
    /// 1981), since no replicate can pass it and most just repeat it.
    pub max: f32,
    /// The sentence with the highest score; the first of equals.
    pub max_at: usize,
    /// Mean of the three highest scores, or of all where there are fewer. It has no interval either:
    /// by bootstrap it held the true value in 71 to 79 of a hundred documents, long ones too.
    pub top_mean: f64,
    /// Share of sentences whose score reaches the codebook's threshold.
    pub share: f64,
    /// 95 % interval of `mean`; `None` for documents of fewer than ten sentences. Of normal scores
    /// with and without likeness of neighbours, 87 to 93 in a hundred held the true mean with 10
    /// sentences, 92 to 98 with 20 to 300.
    pub mean_interval: Option<(f64, f64)>,
    /// 95 % interval of `share`, as that of `mean`.
    pub share_interval: Option<(f64, f64)>,
}

/// Gathers the scores of a document's sentences (sentences × themes, in the order of the text) to
/// one figure a theme; none of a document without sentences. The same `seed` draws the same places
/// in any two documents of the same length.
pub fn aggregate(scores: ArrayView2<'_, f32>, none_below: f32, seed: u64) -> Vec<Aggregate> {
    Draws::new(scores.nrows(), seed).aggregate(scores, none_below)
}

/// The same for many documents, each given by its rows of `scores`. What is drawn for a length is
/// drawn once.
pub fn aggregates(
    scores: ArrayView2<'_, f32>,
    documents: &[Range<usize>],
    none_below: f32,
    seed: u64,
) -> Vec<Vec<Aggregate>> {
    let mut lengths: Vec<usize> = documents.iter().map(ExactSizeIterator::len).collect();
    lengths.sort_unstable();
    lengths.dedup();
    let draws: Vec<Draws> = lengths
        .into_par_iter()
        .map(|sentences| Draws::new(sentences, seed))
        .collect();
    // A text of one section is its section.
    let mut distinct: Vec<&Range<usize>> = documents.iter().collect();
    distinct.sort_unstable_by_key(|rows| (rows.start, rows.end));
    distinct.dedup();
    let found: Vec<Vec<Aggregate>> = distinct
        .par_iter()
        .map(|rows| {
            let at = draws.partition_point(|draws| draws.sentences < rows.len());
            draws[at].aggregate(scores.slice(s![(*rows).clone(), ..]), none_below)
        })
        .collect();
    let place = |rows: &Range<usize>| {
        let key = (rows.start, rows.end);
        distinct.partition_point(|other| (other.start, other.end) < key)
    };
    documents
        .iter()
        .map(|rows| found[place(rows)].clone())
        .collect()
}

/// What is drawn for documents of one length.
struct Draws {
    sentences: usize,
    block: usize,
    /// Blocks of a replicate.
    blocks: usize,
    /// Where the blocks of each replicate begin, one replicate after the other; none for documents
    /// that are too short.
    starts: Vec<u32>,
    /// See [`tail`].
    tail: f64,
}

impl Draws {
    fn new(sentences: usize, seed: u64) -> Self {
        let block = block_length(sentences);
        let blocks = sentences.div_ceil(block);
        let mut draws = Self {
            sentences,
            block,
            blocks,
            starts: Vec::new(),
            tail: 0.0,
        };
        if sentences >= SENTENCES {
            let replicates = 0..REPLICATES as u64;
            draws.starts = replicates
                .flat_map(|replicate| starts(sentences, blocks, seed, replicate))
                .collect();
            draws.tail = tail(blocks);
        }
        draws
    }

    fn aggregate(&self, scores: ArrayView2<'_, f32>, none_below: f32) -> Vec<Aggregate> {
        if self.sentences == 0 {
            return Vec::new();
        }
        let reaches = |score: f32| f64::from(u8::from(score >= none_below));
        let columns = || scores.columns().into_iter();
        let mut figures: Vec<Vec<f64>> = columns()
            .map(|scores| scores.iter().map(|&score| f64::from(score)).collect())
            .collect();
        figures.extend(columns().map(|scores| scores.iter().map(|&x| reaches(x)).collect()));
        let found: Vec<Mean> = figures
            .chunks(LANES)
            .flat_map(|few| self.means(few))
            .collect();
        let (means, shares) = found.split_at(scores.ncols());
        (columns().zip(means).zip(shares))
            .map(|((scores, mean), share)| {
                let order = highest(scores);
                let top = order.iter().map(|&at| f64::from(scores[at]));
                Aggregate {
                    mean: mean.mean,
                    max: scores[order[0]],
                    max_at: order[0],
                    top_mean: top.sum::<f64>() / order.len() as f64,
                    share: share.mean,
                    mean_interval: mean.interval,
                    share_interval: share.interval,
                }
            })
            .collect()
    }

    /// The means of some figures that each sentence has, at most [`LANES`].
    fn means(&self, figures: &[Vec<f64>]) -> Vec<Mean> {
        let blocks = Blocks::new(figures, self.block);
        let mut replicates = vec![Vec::with_capacity(REPLICATES); figures.len()];
        for starts in self.starts.chunks_exact(self.blocks) {
            let means = blocks.replicate(starts);
            for (replicates, mean) in replicates.iter_mut().zip(means) {
                replicates.push(mean);
            }
        }
        (blocks.mean.into_iter().zip(replicates))
            .map(|(mean, replicates)| Mean {
                mean,
                interval: (!replicates.is_empty()).then(|| interval(&replicates, self.tail)),
            })
            .collect()
    }
}

/// A mean with its interval.
struct Mean {
    mean: f64,
    interval: Option<(f64, f64)>,
}

/// A number of each of some figures.
type Lanes = [f64; LANES];

/// Some figures of each sentence, made ready for many replicates.
struct Blocks {
    mean: Lanes,
    /// Sums of the block that begins at each sentence.
    whole: Vec<Lanes>,
    /// The same of the last block, cut so that a replicate is as long as the document.
    last: Vec<Lanes>,
}

impl Blocks {
    fn new(figures: &[Vec<f64>], block: usize) -> Self {
        let sentences = figures.first().map_or(0, Vec::len);
        let mut values = vec![[0.0; LANES]; sentences];
        for (lane, figure) in figures.iter().enumerate() {
            for (values, &value) in values.iter_mut().zip(figure) {
                values[lane] = value;
            }
        }
        // A block that begins near the end goes on at the beginning.
        let sum = |start: usize, length: usize| {
            let cut = (start + length).min(sentences);
            let around = &values[..start + length - cut];
            let all = values[start..cut].iter().chain(around);
            all.fold([0.0; LANES], add)
        };
        let blocks = |length| (0..sentences).map(|start| sum(start, length)).collect();
        Self {
            mean: sum(0, sentences).map(|sum| sum / sentences as f64),
            whole: blocks(block),
            last: blocks(sentences - (sentences.div_ceil(block) - 1) * block),
        }
    }

    /// The means of the text put together from these blocks.
    fn replicate(&self, starts: &[u32]) -> Lanes {
        let (last, before) = starts.split_last().expect("a block");
        let sum = before.iter().fold([0.0; LANES], |sum, &start| {
            add(sum, &self.whole[start as usize])
        });
        add(sum, &self.last[*last as usize]).map(|sum| sum / self.whole.len() as f64)
    }
}

fn add(mut sum: Lanes, values: &Lanes) -> Lanes {
    for (sum, value) in sum.iter_mut().zip(values) {
        *sum += value;
    }
    sum
}

/// The sentences with the highest scores, the highest first; of equals the first.
fn highest(scores: ArrayView1<'_, f32>) -> Vec<usize> {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]));
    order.truncate(TOP);
    order
}

/// The part of the replicates that an interval leaves out on each side. 2.5 % would do if there were
/// many blocks; of few, percentiles spread less than the figure does. So they are taken further out,
/// as far as Student's t lies beyond the normal (the expanded percentile interval, Hesterberg 2015).
fn tail(blocks: usize) -> f64 {
    let blocks = blocks as f64;
    let student = StudentsT::new(0.0, 1.0, blocks - 1.0).expect("several blocks");
    let reach = student.inverse_cdf(0.975) * (blocks / (blocks - 1.0)).sqrt();
    Normal::standard().cdf(-reach)
}

/// Where the blocks of a replicate begin.
fn starts(sentences: usize, blocks: usize, seed: u64, replicate: u64) -> impl Iterator<Item = u32> {
    // The key is laid out here, so that an update of the crate can't change how a seed fills it.
    let mut key = [0; 32];
    key[..8].copy_from_slice(&seed.to_le_bytes());
    let mut random = ChaCha8Rng::from_seed(key);
    random.set_stream(replicate);
    (0..blocks)
        // A product's upper half is even but for a part in 2^32 / sentences.
        .map(move |_| ((u64::from(random.next_u32()) * sentences as u64) >> 32) as u32)
}

/// Sentences of a block: the cube root of all, rounded up, the order that is best for a mean.
fn block_length(sentences: usize) -> usize {
    (1..=sentences)
        .find(|length| length.pow(3) >= sentences)
        .unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, array};

    use super::*;

    /// Scores that are exact in binary: (7 i + 5 k) mod 13 eighths, less a half.
    fn document(sentences: usize) -> Array2<f32> {
        Array2::from_shape_fn((sentences, 3), |(i, k)| {
            ((i * 7 + k * 5) % 13) as f32 / 8.0 - 0.5
        })
    }

    fn near(found: &[f64], expected: &[f64]) {
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().zip(expected) {
            // Exact but for one division.
            assert!((found - expected).abs() < 1e-15, "{found} {expected}");
        }
    }

    #[test]
    fn figures_of_a_small_document_are_those_worked_by_hand() {
        let scores = array![[0.5, 0.25], [1.0, 0.25], [0.0, 0.25], [0.25, -1.0]];
        let all = aggregate(scores.view(), 0.25, 0);
        let (first, second) = (all[0], all[1]);
        near(
            &[first.mean, first.top_mean, first.share],
            &[7.0 / 16.0, 7.0 / 12.0, 0.75],
        );
        assert_eq!((first.max, first.max_at), (1.0, 1));
        near(
            &[second.mean, second.top_mean, second.share],
            &[-1.0 / 16.0, 0.25, 0.75],
        );
        assert_eq!((second.max, second.max_at), (0.25, 0));
        assert_eq!(first.mean_interval, None);
        let two = aggregate(scores.slice(s![..2, ..]), 0.25, 0);
        near(&[two[0].top_mean], &[0.75]);
        assert!(aggregate(scores.slice(s![..0, ..]), 0.25, 0).is_empty());
    }

    /// numpy 2.4.6: the rows (start + 0..3) mod 11 for the starts 4, 10, 3, 9, cut to eleven; their
    /// mean, and the mean of `>= 0.25`.
    #[test]
    fn a_replicate_has_the_figures_that_numpy_finds() {
        let scores = document(11);
        let replicate = |value: fn(f32) -> f64| -> Vec<f64> {
            let columns = scores.columns().into_iter();
            let figures: Vec<Vec<f64>> = columns
                .map(|scores| scores.iter().map(|&score| value(score)).collect())
                .collect();
            let blocks = Blocks::new(&figures, block_length(11));
            blocks.replicate(&[4, 10, 3, 9])[..3].to_vec()
        };
        let means = [
            0.193_181_818_181_818_18,
            0.227_272_727_272_727_27,
            0.261_363_636_363_636_35,
        ];
        near(&replicate(f64::from), &means);
        let shares = [
            0.454_545_454_545_454_53,
            0.545_454_545_454_545_4,
            0.545_454_545_454_545_4,
        ];
        near(
            &replicate(|score| f64::from(u8::from(score >= 0.25))),
            &shares,
        );
    }

    #[test]
    fn many_documents_have_the_figures_of_each_alone() {
        let scores = document(90);
        let documents = [0..30, 30..60, 0..90, 60..65, 65..65, 10..40, 30..60];
        let all = aggregates(scores.view(), &documents, 0.25, 3);
        for (rows, found) in documents.into_iter().zip(all) {
            assert_eq!(found, aggregate(scores.slice(s![rows, ..]), 0.25, 3));
        }
    }

    #[test]
    fn a_document_of_one_kind_has_no_doubt() {
        let same = Array2::from_elem((40, 1), 0.5_f32);
        let found = aggregate(same.view(), 0.25, 7)[0];
        assert_eq!(found.mean_interval, Some((0.5, 0.5)));
        assert_eq!(found.share_interval, Some((1.0, 1.0)));
    }

    /// The standard deviation of a mean of independent sentences is known; blocks must find it too.
    #[test]
    fn the_interval_is_as_wide_as_the_mean_is_uncertain() {
        let mut random = ChaCha8Rng::from_seed([3; 32]);
        let scores = Array2::from_shape_simple_fn((1000, 4), || {
            (f64::from(random.next_u32()) / f64::from(u32::MAX)) as f32
        });
        // Even between 0 and 1: variance 1/12, and half of them pass a half.
        let expected = [(0.5, (1.0_f64 / 12.0).sqrt()), (0.5, 0.5)];
        for found in aggregate(scores.view(), 0.5, 1) {
            let intervals = [found.mean_interval, found.share_interval];
            for (interval, (truth, deviation)) in intervals.into_iter().zip(expected) {
                let (low, high) = interval.expect("long enough");
                let wanted = 2.0 * 1.96 * deviation / 1000.0_f64.sqrt();
                // Blocks of 10 estimate a variance from 100 pieces: by a seventh, a width by half that.
                assert!((high - low - wanted).abs() < 0.25 * wanted, "{low} {high}");
                assert!((low - wanted..high + wanted).contains(&truth));
            }
        }
    }

    #[test]
    fn most_intervals_hold_the_true_mean_and_share() {
        let mut random = ChaCha8Rng::from_seed([4; 32]);
        let (mut means, mut shares) = (0, 0);
        for seed in 0..25 {
            let scores = Array2::from_shape_simple_fn((64, 8), || {
                (f64::from(random.next_u32()) / f64::from(u32::MAX)) as f32
            });
            for found in aggregate(scores.view(), 0.5, seed) {
                let holds = |interval: Option<(f64, f64)>| {
                    let (low, high) = interval.expect("long enough");
                    usize::from((low..=high).contains(&0.5))
                };
                means += holds(found.mean_interval);
                shares += holds(found.share_interval);
            }
        }
        // Of 200 documents 190, with a standard deviation of 3.
        assert!((180..=199).contains(&means), "{means}");
        assert!((180..=199).contains(&shares), "{shares}");
    }

    #[test]
    fn neighbours_that_agree_are_less_evidence() {
        let runs = Array2::from_shape_fn((512, 1), |(i, _)| (i / 8 * 7 % 13) as f32);
        let mixed = Array2::from_shape_fn((512, 1), |(i, _)| runs[(i * 173 % 512, 0)]);
        let width = |scores: &Array2<f32>| {
            let (low, high) = aggregate(scores.view(), 0.0, 1)[0]
                .mean_interval
                .expect("long enough");
            high - low
        };
        assert!(width(&runs) > 1.5 * width(&mixed));
    }

    #[test]
    fn threads_change_no_bit_and_the_seed_does() {
        let scores = document(50);
        let with = |threads: usize, seed: u64| {
            rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .expect("threads")
                .install(|| aggregate(scores.view(), 0.25, seed))
        };
        assert_eq!(with(1, 5), with(2, 5));
        assert_ne!(with(1, 5), with(1, 6));
    }

    #[test]
    fn blocks_are_of_the_cube_root() {
        let lengths = [1, 8, 9, 27, 28, 300].map(block_length);
        assert_eq!(lengths, [1, 2, 3, 3, 4, 7]);
    }
}
