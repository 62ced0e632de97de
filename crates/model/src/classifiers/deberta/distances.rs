//! How far tokens are apart, as DeBERTa sees it.

use std::sync::Arc;

use super::config::{Relative, Settings};
use crate::ModelError;
use crate::classifiers::parts::{Rows, Source};

/// A row for each distance that is told apart, before a layer projects them.
pub(super) struct Embeddings {
    pub(super) rows: Rows,
    pub(super) relative: Relative,
    /// By place of key less place of query, from the least: the row.
    pub(super) places: Arc<[u32]>,
}

impl Embeddings {
    pub(super) fn take(
        source: &mut Source<'_>,
        settings: &Settings,
    ) -> Result<Option<Self>, ModelError> {
        let Some(relative) = settings.relative else {
            return Ok(None);
        };
        let (span, hidden) = (relative.span(), settings.hidden);
        let name = "deberta.encoder.rel_embeddings.weight";
        let values = source.numbers(name, &[2 * span, hidden])?;
        let mut rows = Rows::of(&values, hidden);
        if settings.norms_distances {
            let norm = source.norm("deberta.encoder.LayerNorm", hidden, settings.epsilon)?;
            norm.apply(source.level, &mut rows);
        }
        let reach = settings.positions as i64 - 1;
        let places = (-reach..=reach)
            .map(|distance| relative.place(-distance) as u32)
            .collect();
        Ok(Some(Self {
            rows,
            relative,
            places,
        }))
    }
}

impl Relative {
    /// Rows of the table a side.
    fn span(&self) -> usize {
        self.buckets.unwrap_or(self.farthest)
    }

    /// The row of a query's distance from a key.
    fn place(&self, distance: i64) -> usize {
        let span = self.span() as i64;
        let bucket = match self.buckets {
            Some(buckets) => bucket(distance, buckets as i64, self.farthest),
            None => distance,
        };
        usize::try_from((bucket + span).clamp(0, 2 * span - 1)).expect("clamped to a row")
    }
}

/// Exact up to half the buckets of a side, logarithmic beyond; as transformers does it, in floats.
fn bucket(distance: i64, buckets: i64, farthest: usize) -> i64 {
    let middle = buckets / 2;
    if distance.abs() <= middle {
        return distance;
    }
    let far = (distance.abs() as f32 / middle as f32).ln();
    let all = ((farthest as f64 - 1.0) / middle as f64) as f32;
    let steps = (far / all.ln() * (middle - 1) as f32).ceil();
    (steps + middle as f32) as i64 * distance.signum()
}

#[cfg(test)]
mod tests {
    use super::bucket;

    /// Columns transformers' `make_log_bucket_position` with 256 buckets of 512 positions.
    #[test]
    fn buckets_are_those_of_transformers() {
        let found = [0, 1, -127, 128, 129, 130, 200, -256, 511, 600].map(|d| bucket(d, 256, 512));
        assert_eq!(found, [0, 1, -127, 128, 129, 130, 169, -192, 255, 270]);
    }
}
