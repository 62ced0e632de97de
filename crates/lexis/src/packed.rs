//! Numbers in as few bytes as they need.

/// Appends a number, seven bits a byte, lowest first.
pub(crate) fn put(bytes: &mut Vec<u8>, mut number: u32) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

/// Reads what [`put`] wrote at `at`, and moves `at` behind it.
pub(crate) fn get(bytes: &[u8], at: &mut usize) -> u32 {
    let (mut number, mut shift) = (0, 0);
    loop {
        let byte = bytes[*at];
        *at += 1;
        number |= u32::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return number;
        }
        shift += 7;
    }
}

/// Gaps and lengths up to these share a byte; the next larger number says that it follows.
const GAP: u32 = 6;
const LENGTH: u32 = 30;

/// Appends a word's distance from the end of the one before and its length: mostly one byte.
pub(crate) fn put_place(bytes: &mut Vec<u8>, gap: u32, length: u32) {
    let short_gap = gap.min(GAP + 1);
    let short_length = length.min(LENGTH + 1);
    bytes.push((short_gap << 5 | short_length) as u8);
    if short_gap > GAP {
        put(bytes, gap);
    }
    if short_length > LENGTH {
        put(bytes, length);
    }
}

/// Reads what [`put_place`] wrote at `at`, and moves `at` behind it.
pub(crate) fn get_place(bytes: &[u8], at: &mut usize) -> (u32, u32) {
    let byte = u32::from(bytes[*at]);
    *at += 1;
    let (short_gap, short_length) = (byte >> 5, byte & 31);
    let gap = if short_gap > GAP {
        get(bytes, at)
    } else {
        short_gap
    };
    let length = if short_length > LENGTH {
        get(bytes, at)
    } else {
        short_length
    };
    (gap, length)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_put_is_got(numbers: Vec<u32>, places: Vec<(u32, u8)>) {
            let mut bytes = Vec::new();
            for &number in &numbers {
                put(&mut bytes, number);
            }
            for &(gap, length) in &places {
                put_place(&mut bytes, gap, length.into());
            }
            let mut at = 0;
            for &number in &numbers {
                prop_assert_eq!(get(&bytes, &mut at), number);
            }
            for &(gap, length) in &places {
                prop_assert_eq!(get_place(&bytes, &mut at), (gap, length.into()));
            }
            prop_assert_eq!(at, bytes.len());
        }
    }

    #[test]
    fn a_common_word_takes_one_byte() {
        let mut bytes = Vec::new();
        put_place(&mut bytes, 1, 9);
        put_place(&mut bytes, 2, 30);
        assert_eq!(bytes.len(), 2);
    }
}
