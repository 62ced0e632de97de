//! Sets that are joined, and never parted.

/// Each number from 0 in a set of its own at first.
pub(crate) struct Union {
    above: Vec<u32>,
}

impl Union {
    pub(crate) fn new(count: usize) -> Self {
        Self {
            above: (0..count as u32).collect(),
        }
    }

    /// Makes one set of two.
    pub(crate) fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.root(one), self.root(other));
        self.above[one.max(other)] = one.min(other) as u32;
    }

    /// The least number of a set, which stands for it.
    pub(crate) fn root(&mut self, mut at: usize) -> usize {
        while self.above[at] as usize != at {
            self.above[at] = self.above[self.above[at] as usize];
            at = self.above[at] as usize;
        }
        at
    }
}
