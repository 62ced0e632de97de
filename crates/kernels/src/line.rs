//! Memory in cache lines, so that no vector load crosses two.

/// One cache line.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
pub(crate) struct Line(pub(crate) [u32; 16]);

/// A buffer of cache lines that reads as floats or 16-bit integers; both have no invalid bits.
#[derive(Clone, Default)]
pub(crate) struct Lines(Vec<Line>);

impl Lines {
    pub(crate) fn zeroed(lines: usize) -> Self {
        Self(vec![Line([0; 16]); lines])
    }

    /// Grows to at least this many lines; what was there may be overwritten.
    pub(crate) fn reserve(&mut self, lines: usize) {
        if self.0.len() < lines {
            self.0.resize(lines, Line([0; 16]));
        }
    }

    pub(crate) fn as_ptr(&self) -> *const Line {
        self.0.as_ptr()
    }

    pub(crate) fn floats(&self) -> &[f32] {
        // SAFETY: a line is 16 initialized words, and every word is a float.
        unsafe { std::slice::from_raw_parts(self.0.as_ptr().cast(), self.0.len() * 16) }
    }

    pub(crate) fn floats_mut(&mut self) -> &mut [f32] {
        // SAFETY: as in `floats`; the borrow is exclusive.
        unsafe { std::slice::from_raw_parts_mut(self.0.as_mut_ptr().cast(), self.0.len() * 16) }
    }

    pub(crate) fn halves_mut(&mut self) -> &mut [i16] {
        // SAFETY: a line is 32 initialized half words, and every one is an integer.
        unsafe { std::slice::from_raw_parts_mut(self.0.as_mut_ptr().cast(), self.0.len() * 32) }
    }
}

/// Asks for a line of memory that will be read soon. It may be anywhere: nothing is read yet.
#[inline(always)]
pub(crate) fn prefetch(line: *const Line) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: a prefetch never faults.
    unsafe {
        use std::arch::x86_64::{_MM_HINT_T1, _mm_prefetch};
        _mm_prefetch::<_MM_HINT_T1>(line.cast());
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = line;
}
