//! Texts put aside on disk, to be cut again later.

use std::io::{BufWriter, Write};
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::Path;

use crate::ReportError;
use crate::folder::home_of;

/// Takes texts one after another. Its file has no name, so that nothing is left of it whatever happens.
pub struct Spool {
    file: BufWriter<std::fs::File>,
    starts: Vec<u64>,
    end: u64,
}

/// Texts that were put aside, by their number in the order they came.
pub struct Spooled {
    file: std::fs::File,
    starts: Vec<u64>,
}

impl Spool {
    /// Starts one on the disk that has room for the results at `out`.
    ///
    /// # Errors
    /// When nothing can be written there.
    pub fn beside(out: &Path) -> Result<Self, ReportError> {
        // As of a folder of results: a link is followed.
        let out = fs_err::canonicalize(out).unwrap_or_else(|_| out.to_owned());
        let home = home_of(&out);
        fs_err::create_dir_all(home)?;
        Ok(Self {
            file: BufWriter::new(tempfile::tempfile_in(home)?),
            starts: Vec::new(),
            end: 0,
        })
    }

    /// Puts the next text aside.
    ///
    /// # Errors
    /// When the disk is full.
    pub fn put(&mut self, text: &str) -> Result<(), ReportError> {
        self.starts.push(self.end);
        self.end += text.len() as u64;
        Ok(self.file.write_all(text.as_bytes())?)
    }

    /// Ends writing.
    ///
    /// # Errors
    /// When the disk is full.
    pub fn finish(self) -> Result<Spooled, ReportError> {
        let file = self
            .file
            .into_inner()
            .map_err(std::io::IntoInnerError::into_error)?;
        Ok(Spooled {
            file,
            starts: self.starts,
        })
    }
}

impl Spooled {
    /// Bytes of a text, as they were put aside.
    ///
    /// # Errors
    /// When they can't be read back.
    ///
    /// # Panics
    /// If there is no such text, or the bytes begin or end inside of a character.
    pub fn cut(&self, text: usize, bytes: Range<usize>) -> Result<String, ReportError> {
        let mut cut = vec![0; bytes.len()];
        self.file
            .read_exact_at(&mut cut, self.starts[text] + bytes.start as u64)?;
        Ok(String::from_utf8(cut).expect("whole characters of a text"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_come_back_and_their_file_has_no_name() {
        let home = tempfile::tempdir().expect("a folder");
        let mut spool = Spool::beside(&home.path().join("out/results")).expect("writable");
        for text in ["改革 and opening", "", "up"] {
            spool.put(text).expect("room");
        }
        let spooled = spool.finish().expect("room");
        assert_eq!(spooled.cut(0, 0..6).expect("readable"), "改革");
        assert_eq!(spooled.cut(0, 7..10).expect("readable"), "and");
        assert_eq!(spooled.cut(2, 0..2).expect("readable"), "up");
        assert_eq!(spooled.cut(1, 0..0).expect("readable"), "");
        let left = fs_err::read_dir(home.path().join("out")).expect("a folder");
        assert_eq!(left.count(), 0);
    }
}
