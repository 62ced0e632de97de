//! A picture of vectors in a plane, and how far it can be trusted.

use ndarray::{Array1, Array2, ArrayView2, Axis};
use rayon::prelude::*;

/// Steps of the iteration at most; it stops where a direction no longer turns.
const STEPS: usize = 10_000;
const STILL: f64 = 1e-13;

/// Vectors in the plane of their first two principal components.
#[derive(Clone, Debug)]
pub struct Plane {
    /// Vectors × 2.
    pub places: Array2<f64>,
    /// Share of the variance that each of the two has.
    pub explained: [f64; 2],
}

impl Plane {
    /// The two directions of greatest variance, by power iteration on the covariances from a fixed
    /// start: the same picture in every run. Each is turned so that its greatest part is positive.
    pub fn of(vectors: ArrayView2<'_, f32>) -> Self {
        let mut exact = vectors.mapv(f64::from);
        let count = exact.nrows().max(1) as f64;
        let mean = exact.sum_axis(Axis(0)) / count;
        exact -= &mean;
        let mut covariances = exact.t().dot(&exact);
        let all: f64 = covariances.diag().sum();
        let mut places = Array2::zeros((exact.nrows(), 2));
        let mut explained = [0.0; 2];
        for (at, explained) in explained.iter_mut().enumerate() {
            let Some((direction, variance)) = first_component(&covariances, all) else {
                break;
            };
            places.column_mut(at).assign(&exact.dot(&direction));
            *explained = variance / all;
            for (mut row, &x) in covariances.rows_mut().into_iter().zip(&direction) {
                row.scaled_add(-variance * x, &direction);
            }
        }
        Self { places, explained }
    }
}

/// The direction of greatest variance, and its variance; none where nothing varies.
fn first_component(covariances: &Array2<f64>, all: f64) -> Option<(Array1<f64>, f64)> {
    // The column with the greatest variance has a part in the direction that is looked for.
    let columns = 0..covariances.ncols();
    let start = columns.max_by(|&a, &b| covariances[(a, a)].total_cmp(&covariances[(b, b)]))?;
    if covariances[(start, start)] <= all * 1e-12 {
        return None;
    }
    let scaled = |vector: Array1<f64>| {
        let length = vector.dot(&vector).sqrt();
        (vector / length, length)
    };
    let (mut direction, mut variance) = scaled(covariances.column(start).to_owned());
    for _ in 0..STEPS {
        let (next, length) = scaled(covariances.dot(&direction));
        let turn = (&next - &direction).iter().map(|x| x * x).sum::<f64>();
        (direction, variance) = (next, length);
        if turn < STILL * STILL {
            break;
        }
    }
    let greatest = direction
        .iter()
        .copied()
        .reduce(|a, b| if b.abs() > a.abs() { b } else { a })?;
    Some((direction * greatest.signum(), variance))
}

/// How far neighbours in a picture are neighbours in truth: 1 if all are, about ½ by chance (Venna and
/// Kaski 2001). Of each vector the `k` nearest in the picture are looked at, and those that are not among
/// its `k` nearest in truth count by how much farther they rank. None unless `k` is below half of the
/// vectors.
///
/// # Panics
/// If there is not a place for each vector.
pub fn trustworthiness(
    vectors: ArrayView2<'_, f32>,
    places: ArrayView2<'_, f64>,
    k: usize,
) -> Option<f64> {
    let count = vectors.nrows();
    assert_eq!(count, places.nrows(), "a place for each vector");
    if k == 0 || 2 * k >= count {
        return None;
    }
    let exact = vectors.mapv(f64::from);
    let penalties: usize = (0..count)
        .into_par_iter()
        .map(|at| {
            let mut rank = vec![0; count];
            for (place, other) in nearest_first(exact.view(), at).into_iter().enumerate() {
                rank[other] = place + 1;
            }
            let shown = nearest_first(places, at);
            shown[..k]
                .iter()
                .map(|&other| rank[other].saturating_sub(k))
                .sum::<usize>()
        })
        .sum();
    let (n, k) = (count as f64, k as f64);
    Some(1.0 - 2.0 / (n * k * (2.0 * n - 3.0 * k - 1.0)) * penalties as f64)
}

/// All other rows, the nearest first; equal ones by number.
fn nearest_first(rows: ArrayView2<'_, f64>, at: usize) -> Vec<usize> {
    let own = rows.row(at);
    let square = |other: usize| -> f64 {
        let pairs = own.iter().zip(rows.row(other));
        pairs.map(|(x, y)| (x - y).powi(2)).sum()
    };
    let squares: Vec<f64> = (0..rows.nrows()).map(square).collect();
    let mut order: Vec<usize> = (0..rows.nrows()).filter(|&other| other != at).collect();
    order.sort_by(|&a, &b| squares[a].total_cmp(&squares[b]).then(a.cmp(&b)));
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_of_a_plane_keep_their_distances() {
        // In three dimensions, but all on the plane x = z; twice as wide one way.
        let points = [(-2.0_f32, 0.0), (2.0, 0.0), (0.0, 1.0), (0.0, -1.0)];
        let half = 0.5_f32.sqrt();
        let vectors = Array2::from_shape_fn((4, 3), |(at, column)| {
            let (wide, narrow) = points[at];
            [wide * half, narrow, wide * half][column]
        });
        let plane = Plane::of(vectors.view());
        for (place, (wide, narrow)) in plane.places.rows().into_iter().zip(points) {
            assert!((place[0] - f64::from(wide)).abs() < 1e-6, "{place}");
            assert!((place[1] - f64::from(narrow)).abs() < 1e-6, "{place}");
        }
        assert!((plane.explained[0] - 0.8).abs() < 1e-6);
        assert!((plane.explained[1] - 0.2).abs() < 1e-6);
    }

    /// scripts/peers/groups: scikit-learn 1.6.1, PCA and trustworthiness.
    #[test]
    fn figures_are_those_of_scikit_learn() {
        let vectors = crate::random::tests::seeded(60, 4, 0.3);
        let plane = Plane::of(vectors.view());
        assert!(
            (plane.explained[0] - 0.384_857_02).abs() < 1e-8,
            "{:?}",
            plane.explained
        );
        assert!(
            (plane.explained[1] - 0.270_602_74).abs() < 1e-8,
            "{:?}",
            plane.explained
        );
        let trust = trustworthiness(vectors.view(), plane.places.view(), 5).expect("many vectors");
        assert!((trust - 0.839_487_179_487_179).abs() < 1e-12, "{trust}");
        assert_eq!(
            trustworthiness(vectors.view(), plane.places.view(), 30),
            None
        );
    }

    #[test]
    fn what_does_not_vary_lies_in_one_place() {
        let plane = Plane::of(Array2::from_elem((3, 2), 0.5_f32).view());
        assert_eq!(plane.places, Array2::zeros((3, 2)));
        assert_eq!(Plane::of(Array2::zeros((0, 2)).view()).places.nrows(), 0);
    }
}
