//! Are the vectors of two groups drawn from one distribution? Maximum mean discrepancy and energy
//! distance, from one pass over all pairs.

use ndarray::{Array1, Array2, ArrayView2, s};
use rayon::prelude::*;

use crate::random::{below, stream};

/// Rows of a product that are computed together. Fixed: see the crate's promise.
const BLOCK: usize = 128;
/// With more vectors the median distance is that of drawn pairs.
const ALL_PAIRS: usize = 2000;
const DRAWN: usize = 200_000;

/// Sums over pairs of vectors, by the units that the two vectors are of. What any division of units
/// gives is found from these sums, without the vectors.
#[derive(Clone, Debug)]
pub struct PairSums {
    /// Units × units; each ordered pair of different vectors once.
    sums: Array2<f64>,
    /// Vectors of each unit.
    sizes: Vec<usize>,
    /// Sum of each row.
    rows: Vec<f64>,
}

/// Kernel and distances of all pairs.
#[derive(Clone, Debug)]
pub struct TwoSample {
    /// Of the kernel exp(-‖x-y‖²/2σ²).
    pub kernel: PairSums,
    /// Of the distance ‖x-y‖.
    pub distance: PairSums,
    /// The kernel's σ: the median distance of two vectors (Gretton et al. 2012, section 8).
    pub sigma: f64,
}

impl TwoSample {
    /// Goes through all pairs of vectors. `unit_of` numbers the unit of each vector from 0. The median
    /// is exact up to 2,000 vectors, beyond that of 200,000 pairs drawn with `seed`.
    ///
    /// # Panics
    /// If there is not a unit for each vector.
    pub fn new(vectors: ArrayView2<'_, f32>, unit_of: &[usize], seed: u64) -> Self {
        assert_eq!(vectors.nrows(), unit_of.len(), "a unit for each vector");
        let exact = vectors.mapv(f64::from);
        let lengths: Array1<f64> = exact.rows().into_iter().map(|row| row.dot(&row)).collect();
        let sigma = median(&exact, &lengths, seed);
        // All vectors the same: any kernel of them is 1.
        let scale = if sigma > 0.0 {
            0.5 / (sigma * sigma)
        } else {
            0.0
        };
        let units = unit_of.iter().max().map_or(0, |last| last + 1);
        let mut kernel = Array2::zeros((units, units));
        let mut distance = Array2::zeros((units, units));
        let blocks: Vec<_> = (0..exact.nrows().div_ceil(BLOCK))
            .into_par_iter()
            .map(|block| {
                let first = block * BLOCK;
                let last = (first + BLOCK).min(exact.nrows());
                let squares = squares(&exact, &lengths, first, last);
                let mut own: Vec<usize> = unit_of[first..last].to_vec();
                own.sort_unstable();
                own.dedup();
                let mut kernel = Array2::<f64>::zeros((own.len(), units));
                let mut distance = Array2::<f64>::zeros((own.len(), units));
                for (offset, row) in squares.rows().into_iter().enumerate() {
                    let at = first + offset;
                    let place = own.partition_point(|&unit| unit < unit_of[at]);
                    let mut kernel = kernel.row_mut(place);
                    let mut distance = distance.row_mut(place);
                    for (other, (&square, &unit)) in row.iter().zip(unit_of).enumerate() {
                        if other != at {
                            kernel[unit] += libm::exp(-square * scale);
                            distance[unit] += square.sqrt();
                        }
                    }
                }
                (own, kernel, distance)
            })
            .collect();
        for (own, of_kernel, of_distance) in blocks {
            for (place, unit) in own.into_iter().enumerate() {
                let mut row = kernel.row_mut(unit);
                row += &of_kernel.row(place);
                let mut row = distance.row_mut(unit);
                row += &of_distance.row(place);
            }
        }
        let mut sizes = vec![0; units];
        for &unit in unit_of {
            sizes[unit] += 1;
        }
        Self {
            kernel: PairSums::new(kernel, sizes.clone()),
            distance: PairSums::new(distance, sizes),
            sigma,
        }
    }
}

/// Squared distances of some vectors to all.
fn squares(exact: &Array2<f64>, lengths: &Array1<f64>, first: usize, last: usize) -> Array2<f64> {
    let mut squares = exact.slice(s![first..last, ..]).dot(&exact.t());
    for (mut row, &length) in squares
        .rows_mut()
        .into_iter()
        .zip(&lengths.slice(s![first..last]))
    {
        row.zip_mut_with(lengths, |x, &other| {
            *x = (length + other - 2.0 * *x).max(0.0);
        });
    }
    squares
}

fn median(exact: &Array2<f64>, lengths: &Array1<f64>, seed: u64) -> f64 {
    let count = exact.nrows();
    let mut all: Vec<f64> = if count <= ALL_PAIRS {
        (0..count)
            .into_par_iter()
            .flat_map_iter(|one| {
                let row = exact.row(one);
                (one + 1..count).map(move |other| {
                    lengths[one] + lengths[other] - 2.0 * row.dot(&exact.row(other))
                })
            })
            .collect()
    } else {
        let mut random = stream(seed, u64::MAX);
        (0..DRAWN)
            .map(|_| {
                let one = below(&mut random, count);
                let other = (one + 1 + below(&mut random, count - 1)) % count;
                lengths[one] + lengths[other] - 2.0 * exact.row(one).dot(&exact.row(other))
            })
            .collect()
    };
    if all.is_empty() {
        return 0.0;
    }
    let (middle, is_even) = (all.len() / 2, all.len().is_multiple_of(2));
    let (lesser, &mut upper, _) = all.select_nth_unstable_by(middle, f64::total_cmp);
    let root = |square: f64| square.max(0.0).sqrt();
    if is_even {
        let lower = lesser.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        f64::midpoint(root(lower), root(upper))
    } else {
        root(upper)
    }
}

impl PairSums {
    fn new(sums: Array2<f64>, sizes: Vec<usize>) -> Self {
        let rows = sums
            .rows()
            .into_iter()
            .map(|row| row.iter().sum())
            .collect();
        Self { sums, sizes, rows }
    }

    /// Sums of a value that is known for each pair of things; what stands in the diagonal is left out.
    ///
    /// # Panics
    /// If the matrix is not square, or there is not a unit for each row.
    pub fn of_matrix(values: ArrayView2<'_, f64>, unit_of: &[usize]) -> Self {
        assert_eq!(
            values.dim(),
            (unit_of.len(), unit_of.len()),
            "a square, and its units"
        );
        let units = unit_of.iter().max().map_or(0, |last| last + 1);
        let mut sums = Array2::zeros((units, units));
        for ((one, other), value) in values.indexed_iter() {
            if one != other {
                sums[(unit_of[one], unit_of[other])] += value;
            }
        }
        let mut sizes = vec![0; units];
        for &unit in unit_of {
            sizes[unit] += 1;
        }
        Self::new(sums, sizes)
    }

    fn sides(&self, is_target: &[bool]) -> Sides {
        let target: Vec<usize> = (0..is_target.len())
            .filter(|&unit| is_target[unit])
            .collect();
        let all: f64 = self.rows.iter().sum();
        let (mut within, mut of_rows, mut count) = (0.0, 0.0, 0);
        for &unit in &target {
            let row = self.sums.row(unit);
            within += target.iter().map(|&other| row[other]).sum::<f64>();
            of_rows += self.rows[unit];
            count += self.sizes[unit];
        }
        let across = of_rows - within;
        Sides {
            target: within,
            reference: all - within - 2.0 * across,
            across,
            in_target: count as f64,
            in_reference: (self.sizes.iter().sum::<usize>() - count) as f64,
        }
    }

    /// The unbiased estimate of the squared maximum mean discrepancy, of sums of a kernel:
    /// Σ k(x,x')/m(m-1) + Σ k(y,y')/n(n-1) - 2 Σ k(x,y)/mn over different vectors (Gretton et al.
    /// 2012, equation 3). It can be below 0. Not a number where a side has fewer than two vectors.
    pub fn unbiased_mmd(&self, is_target: &[bool]) -> f64 {
        let sides = self.sides(is_target);
        let (m, n) = (sides.in_target, sides.in_reference);
        if m < 2.0 || n < 2.0 {
            return f64::NAN;
        }
        sides.target / (m * (m - 1.0)) + sides.reference / (n * (n - 1.0))
            - 2.0 * sides.across / (m * n)
    }

    /// The energy distance, of sums of distances: 2 E‖X-Y‖ - E‖X-X'‖ - E‖Y-Y'‖, each mean over all
    /// pairs, a vector with itself among them (the V statistic of Székely and Rizzo 2013). Never
    /// below 0 but for rounding.
    pub fn energy(&self, is_target: &[bool]) -> f64 {
        let sides = self.sides(is_target);
        let (m, n) = (sides.in_target, sides.in_reference);
        2.0 * sides.across / (m * n) - sides.target / (m * m) - sides.reference / (n * n)
    }

    /// Mean over pairs of one of the target with one of the reference.
    pub fn across(&self, is_target: &[bool]) -> f64 {
        let sides = self.sides(is_target);
        sides.across / (sides.in_target * sides.in_reference)
    }
}

/// Sums of a division, and how many vectors are on each side.
struct Sides {
    target: f64,
    reference: f64,
    /// One of the target with one of the reference, once.
    across: f64,
    in_target: f64,
    in_reference: f64,
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;
    use crate::random::tests::seeded;

    fn plain(vectors: &Array2<f32>, is_target: &[bool], sigma: f64) -> (f64, f64) {
        let distance = |a: usize, b: usize| {
            let square = |(x, y): (&f32, &f32)| (f64::from(*x) - f64::from(*y)).powi(2);
            vectors
                .row(a)
                .iter()
                .zip(vectors.row(b))
                .map(square)
                .sum::<f64>()
                .sqrt()
        };
        let side = |is: bool| (0..is_target.len()).filter(move |&at| is_target[at] == is);
        let count = |is: bool| side(is).count() as f64;
        let mean = |a: bool, b: bool, pairs: f64, of: &dyn Fn(f64) -> f64| {
            let pairs_of = side(a).flat_map(|x| side(b).map(move |y| (x, y)));
            pairs_of
                .filter(|(x, y)| x != y)
                .map(|(x, y)| of(distance(x, y)))
                .sum::<f64>()
                / pairs
        };
        let (m, n) = (count(true), count(false));
        let kernel = |d: f64| (-d * d / (2.0 * sigma * sigma)).exp();
        let mmd = mean(true, true, m * (m - 1.0), &kernel)
            + mean(false, false, n * (n - 1.0), &kernel)
            - 2.0 * mean(true, false, m * n, &kernel);
        let energy = 2.0 * mean(true, false, m * n, &|d| d)
            - mean(true, true, m * m, &|d| d)
            - mean(false, false, n * n, &|d| d);
        (mmd, energy)
    }

    #[test]
    fn sums_by_unit_give_what_a_plain_loop_gives_for_any_division() {
        let vectors = seeded(300, 5, 0.3);
        let unit_of: Vec<usize> = (0..300).map(|at| at / 7).collect();
        let found = TwoSample::new(vectors.view(), &unit_of, 1);
        for modulus in [2, 3, 5] {
            let is_target: Vec<bool> = (0..43).map(|unit| unit % modulus == 0).collect();
            let of_vectors: Vec<bool> = unit_of.iter().map(|&unit| is_target[unit]).collect();
            let (mmd, energy) = plain(&vectors, &of_vectors, found.sigma);
            assert!((found.kernel.unbiased_mmd(&is_target) - mmd).abs() < 1e-10);
            assert!((found.distance.energy(&is_target) - energy).abs() < 1e-10);
        }
    }

    /// On a line at 0, 1 | 3, 7: distances 1, 4 within and 3, 7, 2, 6 across.
    #[test]
    fn small_figures_by_hand() {
        let vectors = array![[0.0_f32], [1.0], [3.0], [7.0]];
        let found = TwoSample::new(vectors.view(), &[0, 1, 2, 3], 1);
        // Median of 1, 2, 3, 4, 6, 7.
        assert!((found.sigma - 3.5).abs() < 1e-9);
        let is_target = [true, true, false, false];
        // 2 · 18/4 - 2 · 1/4 - 2 · 4/4.
        assert!((found.distance.energy(&is_target) - 6.5).abs() < 1e-9);
        assert!((found.distance.across(&is_target) - 4.5).abs() < 1e-9);
        let k = |d: f64| (-d * d / 24.5).exp();
        let mmd = k(1.0) + k(4.0) - 0.5 * (k(3.0) + k(7.0) + k(2.0) + k(6.0));
        assert!((found.kernel.unbiased_mmd(&is_target) - mmd).abs() < 1e-9);
        assert!(
            found
                .kernel
                .unbiased_mmd(&[true, false, false, false])
                .is_nan()
        );
    }

    /// scripts/peers/groups: SciPy 1.15.3, equation 3 in NumPy 2.2.6, dcor 0.6.
    #[test]
    fn figures_are_those_of_peers() {
        let found = TwoSample::new(seeded(60, 4, 0.3).view(), &(0..60).collect::<Vec<_>>(), 1);
        let is_target: Vec<bool> = (0..60).map(|at| at < 20).collect();
        let near = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-12, "{found}");
        near(found.sigma, 0.792_108_304_011_133);
        near(found.kernel.unbiased_mmd(&is_target), 0.108_698_011_643_832);
        near(found.distance.energy(&is_target), 0.210_987_439_477_741);
    }

    #[test]
    fn a_matrix_gives_means_of_its_pairs() {
        let values = array![[9.0, 1.0, 2.0], [1.0, 9.0, 4.0], [2.0, 4.0, 9.0]];
        let sums = PairSums::of_matrix(values.view(), &[0, 0, 1]);
        assert!((sums.across(&[true, false]) - 3.0).abs() < 1e-12);
    }

    #[test]
    fn many_vectors_have_a_median_that_is_drawn_and_threads_change_nothing() {
        let vectors = seeded(2100, 3, 0.0);
        let unit_of: Vec<usize> = (0..2100).map(|at| at / 100).collect();
        let is_target: Vec<bool> = (0..21).map(|unit| unit < 7).collect();
        let all = || {
            let found = TwoSample::new(vectors.view(), &unit_of, 1);
            let figures = (
                found.kernel.unbiased_mmd(&is_target),
                found.distance.energy(&is_target),
            );
            (
                found.sigma.to_bits(),
                figures.0.to_bits(),
                figures.1.to_bits(),
            )
        };
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(1)
            .build()
            .expect("a pool");
        assert_eq!(pool.install(all), all());
        // Two points of a unit cube are 0.66 apart on average; half of the pairs less than 0.67.
        let sigma = f64::from_bits(all().0);
        assert!((0.64..0.69).contains(&sigma), "{sigma}");
    }
}
