//! How differently do two texts use the most frequent words? Burrows's Delta and Cosine Delta.

use ndarray::{Array2, ArrayView2, Axis};

/// Standardised frequencies of words in texts.
#[derive(Clone, Debug)]
pub struct Delta {
    /// Texts × words.
    z: Array2<f64>,
    /// Length of each row.
    lengths: Vec<f64>,
}

impl Delta {
    /// Standardises relative frequencies, texts × words: each word by its mean and standard deviation
    /// (n - 1) over the texts. Words that all texts use equally often say nothing and are dropped.
    pub fn new(frequencies: ArrayView2<'_, f64>) -> Self {
        let texts = frequencies.nrows() as f64;
        let mut kept = Vec::new();
        let mut scaled = Vec::new();
        for (word, column) in frequencies.columns().into_iter().enumerate() {
            let mean = column.iter().sum::<f64>() / texts;
            let squares: f64 = column.iter().map(|x| (x - mean).powi(2)).sum();
            let sd = (squares / (texts - 1.0)).sqrt();
            if sd > 0.0 {
                kept.push(word);
                scaled.push((mean, sd));
            }
        }
        let mut z = frequencies.select(Axis(1), &kept);
        for (mut column, (mean, sd)) in z.columns_mut().into_iter().zip(scaled) {
            column.mapv_inplace(|x| (x - mean) / sd);
        }
        let lengths = z
            .rows()
            .into_iter()
            .map(|row| row.dot(&row).sqrt())
            .collect();
        Self { z, lengths }
    }

    /// Words that were kept.
    pub fn words(&self) -> usize {
        self.z.ncols()
    }

    /// Burrows's Delta of two texts: the mean difference of their z scores (Burrows 2002). Not a
    /// number where no word was kept.
    pub fn burrows(&self, one: usize, other: usize) -> f64 {
        let pairs = self.z.row(one).into_iter().zip(self.z.row(other));
        pairs.map(|(x, y)| (x - y).abs()).sum::<f64>() / self.words() as f64
    }

    /// Cosine Delta of two texts: 1 less the cosine of their z scores, from 0 to 2 (Smith and Aldridge
    /// 2011). Not a number where a text has no z score but 0.
    pub fn cosine(&self, one: usize, other: usize) -> f64 {
        let lengths = self.lengths[one] * self.lengths[other];
        1.0 - self.z.row(one).dot(&self.z.row(other)) / lengths
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    /// Means 2 and 20, deviations 1 and √300: z is -1, 0, 1 and -1/√3, -1/√3, 2/√3. The third word is
    /// dropped.
    #[test]
    fn three_texts_worked_by_hand() {
        let delta = Delta::new(array![[1.0, 10.0, 5.0], [2.0, 10.0, 5.0], [3.0, 40.0, 5.0]].view());
        assert_eq!(delta.words(), 2);
        let near = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-12, "{found}");
        let third = 1.0 / 3.0_f64.sqrt();
        near(delta.burrows(0, 1), 0.5);
        near(delta.burrows(0, 2), f64::midpoint(2.0, 3.0 * third));
        near(delta.burrows(1, 2), f64::midpoint(1.0, 3.0 * third));
        // Lengths √(4/3), √(1/3), √(7/3); products 1/3, -5/3, -2/3.
        near(delta.cosine(0, 1), 0.5);
        near(delta.cosine(0, 2), 1.0 + 5.0 / 28.0_f64.sqrt());
        near(delta.cosine(1, 2), 1.0 + 2.0 / 7.0_f64.sqrt());
        near(delta.cosine(2, 2), 0.0);
    }
}
