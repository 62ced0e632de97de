//! Streams of random numbers that are the same on every machine.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// A stream of its own for each replicate, so that results do not depend on who draws first.
pub(crate) fn stream(seed: u64, stream: u64) -> ChaCha8Rng {
    // The key is laid out here, so that an update of the crate can't change how a seed fills it.
    let mut key = [0; 32];
    key[..8].copy_from_slice(&seed.to_le_bytes());
    let mut random = ChaCha8Rng::from_seed(key);
    random.set_stream(stream);
    random
}

/// A number below `limit`; even but for a part in 2^32 / `limit`.
pub(crate) fn below(random: &mut ChaCha8Rng, limit: usize) -> usize {
    ((u64::from(random.next_u32()) * limit as u64) >> 32) as usize
}

#[cfg(test)]
pub(crate) mod tests {
    use ndarray::Array2;

    /// Vectors that a recurrence makes, the first third shifted; scripts/peers/groups.py makes the same.
    pub(crate) fn seeded(rows: usize, columns: usize, shift: f32) -> Array2<f32> {
        let mut state = 12_345_u32;
        Array2::from_shape_fn((rows, columns), |(row, column)| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let x = (state >> 8) as f32 / 16_777_216.0 - 0.5;
            if row < rows / 3 && column == 0 {
                x + shift
            } else {
                x
            }
        })
    }
}
