//! The lowest point of a smooth convex function of a few variables, found by Newton's method.

use ndarray::{Array1, Array2};

/// Steps are halved this often before the search is held to have arrived.
const HALVINGS: usize = 40;
/// Far more than a convex function needs.
const STEPS: usize = 200;
/// A step that promises to lower the function by less than this part of it is the last: smaller gains
/// drown in the rounding of sums, and so near the point the step itself is good to many more digits.
const TOLERANCE: f64 = 1e-13;

/// A function's value at a point, its slope, and its curvature.
pub(crate) struct Local {
    pub(crate) value: f64,
    pub(crate) gradient: Array1<f64>,
    /// Symmetric; only its lower triangle is read.
    pub(crate) hessian: Array2<f64>,
}

/// Follows Newton's steps from `start`, halving any that don't lower the function, until they
/// lead nowhere. Ends early where the curvature can't be inverted.
pub(crate) fn lowest(start: Array1<f64>, function: impl Fn(&Array1<f64>) -> Local) -> Array1<f64> {
    let mut point = start;
    let mut here = function(&point);
    for _ in 0..STEPS {
        let Some(step) = solve(here.hessian.clone(), here.gradient.clone()) else {
            break;
        };
        let promised = here.gradient.dot(&step);
        if promised <= TOLERANCE * (1.0 + here.value.abs()) {
            // The last step is below what the value can show, yet still makes the point better.
            return point - step;
        }
        let better = (0..HALVINGS).find_map(|halvings| {
            let size = 0.5_f64.powi(halvings as i32);
            let next = &point - &(&step * size);
            let there = function(&next);
            (there.value <= here.value - 1e-4 * size * promised).then_some((next, there))
        });
        match better {
            Some((next, there)) => (point, here) = (next, there),
            None => break,
        }
    }
    point
}

/// Solves a symmetric system by Cholesky's factors; `None` where it isn't positive definite.
fn solve(mut matrix: Array2<f64>, mut right: Array1<f64>) -> Option<Array1<f64>> {
    let size = right.len();
    for row in 0..size {
        for column in 0..=row {
            let before: f64 = (0..column)
                .map(|at| matrix[(row, at)] * matrix[(column, at)])
                .sum();
            let rest = matrix[(row, column)] - before;
            if row > column {
                matrix[(row, column)] = rest / matrix[(column, column)];
            } else if rest > 0.0 {
                matrix[(row, row)] = rest.sqrt();
            } else {
                return None;
            }
        }
    }
    for row in 0..size {
        let before: f64 = (0..row).map(|at| matrix[(row, at)] * right[at]).sum();
        right[row] = (right[row] - before) / matrix[(row, row)];
    }
    for row in (0..size).rev() {
        let after: f64 = (row + 1..size)
            .map(|at| matrix[(at, row)] * right[at])
            .sum();
        right[row] = (right[row] - after) / matrix[(row, row)];
    }
    Some(right)
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn a_system_is_solved_or_refused() {
        let matrix = array![[4.0, 2.0, 0.0], [2.0, 5.0, 3.0], [0.0, 3.0, 6.0]];
        let solution = array![1.0, -2.0, 0.5];
        let found = solve(matrix.clone(), matrix.dot(&solution)).expect("positive definite");
        for (found, expected) in found.iter().zip(&solution) {
            // A few roundings of numbers below 10.
            assert!((found - expected).abs() < 1e-13, "{found} {expected}");
        }
        assert_eq!(
            solve(array![[1.0, 2.0], [2.0, 1.0]], array![1.0, 1.0]),
            None
        );
    }

    /// A full step from 4 would throw |tanh|-like slopes far out; halving keeps it.
    #[test]
    fn the_lowest_point_is_found_where_whole_steps_would_overshoot() {
        let found = lowest(array![4.0, -3.0], |x| Local {
            value: x[0].cosh().ln() + x[1].exp() - 2.0 * x[1],
            gradient: array![x[0].tanh(), x[1].exp() - 2.0],
            hessian: array![[1.0 / x[0].cosh().powi(2), 0.0], [0.0, x[1].exp()]],
        });
        assert!(found[0].abs() < 1e-9, "{found}");
        assert!((found[1] - 2.0_f64.ln()).abs() < 1e-9, "{found}");
    }
}
