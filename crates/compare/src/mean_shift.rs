//! How far do the means of two groups of vectors point apart?

use ndarray::{Array2, ArrayView2};

/// Sums of vectors by unit, from which the means of any division of units are found.
#[derive(Clone, Debug)]
pub struct UnitSums {
    /// Units × dimensions.
    sums: Array2<f64>,
}

impl UnitSums {
    /// Adds vectors up. `unit_of` numbers the unit of each from 0.
    ///
    /// # Panics
    /// If there is not a unit for each vector.
    pub fn new(vectors: ArrayView2<'_, f32>, unit_of: &[usize]) -> Self {
        assert_eq!(vectors.nrows(), unit_of.len(), "a unit for each vector");
        let units = unit_of.iter().max().map_or(0, |last| last + 1);
        let mut sums = Array2::zeros((units, vectors.ncols()));
        for (vector, &unit) in vectors.rows().into_iter().zip(unit_of) {
            for (sum, &x) in sums.row_mut(unit).iter_mut().zip(vector) {
                *sum += f64::from(x);
            }
        }
        Self { sums }
    }

    /// 1 less the cosine of the two sides' means, from 0 to 2: for vectors of a term's contexts the
    /// distance of its prototypes (Kutuzov and Giulianelli 2020). Not a number where a side is empty.
    pub fn mean_shift(&self, is_target: &[bool]) -> f64 {
        let columns = self.sums.ncols();
        let (mut one, mut other) = (vec![0.0; columns], vec![0.0; columns]);
        for (row, &is_target) in self.sums.rows().into_iter().zip(is_target) {
            let side = if is_target { &mut one } else { &mut other };
            side.iter_mut().zip(row).for_each(|(sum, x)| *sum += x);
        }
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>();
        1.0 - dot(&one, &other) / (dot(&one, &one) * dot(&other, &other)).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;
    use crate::random::tests::seeded;

    /// scripts/peers/groups: SciPy 1.15.3.
    #[test]
    fn the_shift_is_that_of_a_peer() {
        let sums = UnitSums::new(seeded(60, 4, 0.3).view(), &(0..60).collect::<Vec<_>>());
        let is_target: Vec<bool> = (0..60).map(|at| at < 20).collect();
        let found = sums.mean_shift(&is_target);
        assert!((found - 1.216_821_053_085_73).abs() < 1e-12, "{found}");
    }

    #[test]
    fn means_are_those_of_all_vectors_of_a_side() {
        let vectors = array![[1.0_f32, 0.0], [0.0, 1.0], [0.0, 1.0], [-1.0, 0.0]];
        let sums = UnitSums::new(vectors.view(), &[0, 0, 1, 2]);
        // (1, 1) less (1, 0), and (0, 1): the same.
        let found = sums.mean_shift(&[true, false, true]);
        assert!(found.abs() < 1e-9, "{found}");
        let found = sums.mean_shift(&[true, false, false]);
        // (1, 1) and (-1, 1) are at right angles.
        assert!((found - 1.0).abs() < 1e-9, "{found}");
        let found = sums.mean_shift(&[false, false, true]);
        // (-1, 0) and (1, 2): 1 + √⅕.
        assert!((found - 1.0 - 0.2_f64.sqrt()).abs() < 1e-9, "{found}");
        assert!(sums.mean_shift(&[true, true, true]).is_nan());
    }
}
