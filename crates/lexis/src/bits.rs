//! Numbers in as few bits as they need: documents of a term by their distances, and counts.

/// Bits one after another, and codes read from any place among them.
#[derive(Default)]
pub(crate) struct Bits {
    /// The first bit of each is its lowest.
    cells: Vec<u64>,
    len: usize,
}

impl Bits {
    /// How many there are: where the next code begins.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Gives back memory that is not needed.
    pub(crate) fn shrink_to_fit(&mut self) {
        self.cells.shrink_to_fit();
    }

    /// Appends the lowest `width` bits, at most 64, of a number that has no others.
    fn put(&mut self, number: u64, width: u32) {
        let used = (self.len % 64) as u32;
        if used == 0 && width > 0 {
            self.cells.push(number);
        } else if width > 0 {
            *self.cells.last_mut().expect("a cell is in use") |= number << used;
            if used + width > 64 {
                self.cells.push(number >> (64 - used));
            }
        }
        self.len += width as usize;
    }

    /// So many zeros and a one.
    fn put_unary(&mut self, zeros: u32) {
        for _ in 0..zeros / 64 {
            self.put(0, 64);
        }
        self.put(1 << (zeros % 64), zeros % 64 + 1);
    }

    /// Appends a number by Rice's code (Rice and Plaunt 1971) with so many low bits: short for numbers
    /// below some `2^low`.
    pub(crate) fn put_rice(&mut self, number: u32, low: u32) {
        self.put_unary(number >> low);
        self.put(u64::from(number) & ((1 << low) - 1), low);
    }

    /// Appends a number above 0 by Elias's gamma code (Elias 1975): one bit for 1, three for 2 and 3.
    pub(crate) fn put_gamma(&mut self, number: u32) {
        let width = number.ilog2();
        self.put_unary(width);
        self.put(u64::from(number) & ((1 << width) - 1), width);
    }

    /// 64 bits from a place on, zeros behind the end.
    fn window(&self, at: usize) -> u64 {
        let (cell, shift) = (at / 64, at % 64);
        let low = self.cells.get(cell).map_or(0, |bits| bits >> shift);
        // In two steps, since a shift by 64 is none.
        let high = self
            .cells
            .get(cell + 1)
            .map_or(0, |bits| bits << 1 << (63 - shift));
        low | high
    }

    fn get_unary(&self, at: &mut usize) -> u32 {
        let mut zeros = 0;
        loop {
            let more = self.window(*at).trailing_zeros();
            zeros += more;
            *at += more as usize;
            if more < 64 {
                *at += 1;
                return zeros;
            }
        }
    }

    fn get(&self, at: &mut usize, width: u32) -> u32 {
        let number = self.window(*at) & ((1 << width) - 1);
        *at += width as usize;
        number as u32
    }

    /// Reads what [`Self::put_rice`] and then [`Self::put_gamma`] wrote at `at`, and moves `at` behind it.
    pub(crate) fn get_pair(&self, at: &mut usize, low: u32) -> (u32, u32) {
        let window = self.window(*at);
        let zeros = window.trailing_zeros();
        // Nearly all pairs are in one window, and nearly all counts are 1.
        if zeros + low < 62 {
            let rest = window >> (zeros + 1);
            if rest >> low & 1 == 1 {
                *at += (zeros + low + 2) as usize;
                return (zeros << low | (rest & ((1 << low) - 1)) as u32, 1);
            }
        }
        (self.get_rice(at, low), self.get_gamma(at))
    }

    fn get_rice(&self, at: &mut usize, low: u32) -> u32 {
        self.get_unary(at) << low | self.get(at, low)
    }

    fn get_gamma(&self, at: &mut usize) -> u32 {
        let width = self.get_unary(at);
        1 << width | self.get(at, width)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn pairs_that_are_put_are_got(numbers in prop::collection::vec((0_u32..3000, 0_u32..20, 1_u32.., any::<bool>()), 0..60)) {
            let mut bits = Bits::default();
            let numbers: Vec<_> = numbers
                .into_iter()
                .map(|(distance, low, count, is_one)| (distance, low, if is_one { 1 } else { count }))
                .collect();
            for &(distance, low, count) in &numbers {
                bits.put_rice(distance, low);
                bits.put_gamma(count);
            }
            let mut at = 0;
            for &(distance, low, count) in &numbers {
                prop_assert_eq!(bits.get_pair(&mut at, low), (distance, count));
            }
            prop_assert_eq!(at, bits.len());
        }
    }

    #[test]
    fn codes_have_their_known_lengths() {
        let length = |put: &dyn Fn(&mut Bits)| {
            let mut bits = Bits::default();
            put(&mut bits);
            bits.len()
        };
        for (number, expected) in [(1, 1), (2, 3), (3, 3), (4, 5), (255, 15), (u32::MAX, 63)] {
            assert_eq!(length(&|bits| bits.put_gamma(number)), expected);
        }
        // The quotient in zeros, a one, and the low bits.
        for (number, low, expected) in [
            (0, 0, 1),
            (5, 0, 6),
            (5, 2, 4),
            (130, 0, 131),
            (u32::MAX, 31, 33),
        ] {
            assert_eq!(length(&|bits| bits.put_rice(number, low)), expected);
        }
    }
}
