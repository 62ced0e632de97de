//! Which sequences go through the model together.

/// Sequences of token ids, end to end without padding.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batch {
    ids: Vec<u32>,
    ends: Vec<usize>,
}

impl Batch {
    /// Adds a sequence.
    pub fn push(&mut self, sequence: &[u32]) {
        self.ids.extend_from_slice(sequence);
        self.ends.push(self.ids.len());
    }

    /// How many sequences it holds.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Length of its longest sequence.
    pub fn longest(&self) -> usize {
        self.sequences().map(<[u32]>::len).max().unwrap_or(0)
    }

    /// The sequences, in the order added.
    pub fn sequences(&self) -> impl Iterator<Item = &[u32]> {
        self.ends.iter().scan(0, |start, &end| {
            let sequence = &self.ids[*start..end];
            *start = end;
            Some(sequence)
        })
    }
}

/// Groups sequences of the given lengths into batches of at most `budget` tokens; a longer one goes
/// alone. Returns indices into `lengths`. The plan depends on nothing else, so neither do the results.
///
/// Where sequences are padded the padding counts, and the longest go first, so that a batch's
/// members are alike and the fullest memory comes at the start. Else they stay in order.
pub(crate) fn plan(lengths: &[usize], budget: usize, padded: bool) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..lengths.len()).collect();
    if padded {
        order.sort_by_key(|&index| (std::cmp::Reverse(lengths[index]), index));
    }
    let mut batches: Vec<Vec<usize>> = Vec::new();
    let mut tokens = 0;
    for index in order {
        let own = lengths[index];
        match batches.last_mut() {
            Some(batch) if padded && (batch.len() + 1) * lengths[batch[0]] <= budget => {
                batch.push(index);
            }
            Some(batch) if !padded && tokens + own <= budget => {
                tokens += own;
                batch.push(index);
            }
            _ => {
                tokens = own;
                batches.push(vec![index]);
            }
        }
    }
    batches
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_sequence_is_in_one_batch_and_no_batch_exceeds_the_budget() {
        let lengths: Vec<usize> = (0..500).map(|i| 3 + (i * 7919) % 254).collect();
        let batches = plan(&lengths, 2048, true);
        let mut seen: Vec<usize> = batches.iter().flatten().copied().collect();
        seen.sort_unstable();
        assert_eq!(seen, (0..500).collect::<Vec<_>>());
        for batch in &batches {
            assert!(batch.len() * lengths[batch[0]] <= 2048);
            assert!(batch.iter().all(|&i| lengths[i] <= lengths[batch[0]]));
        }
    }

    #[test]
    fn a_sequence_over_the_budget_goes_alone() {
        assert_eq!(plan(&[10, 300, 10], 100, true), [vec![1], vec![0, 2]]);
        let unpadded = plan(&[10, 300, 10], 100, false);
        assert_eq!(unpadded, [vec![0], vec![1], vec![2]]);
    }

    #[test]
    fn without_padding_batches_are_filled_in_order() {
        assert_eq!(
            plan(&[40, 60, 1, 90, 10], 100, false),
            [vec![0, 1], vec![2, 3], vec![4]]
        );
    }
}
