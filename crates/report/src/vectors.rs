//! Vectors on disk: written as they come, in any order, and read back without taking memory.

use std::io::{Seek, SeekFrom, Write};
use std::path::PathBuf;

use memmap2::Mmap;
use ndarray::ArrayView2;
use ndarray_npy::{ViewNpyExt, write_zeroed_npy};

use crate::ReportError;

/// Rows that follow each other are written together up to this many bytes.
const BUFFER: usize = 1 << 20;

/// A `.npy` file of 32-bit floats being written, row by row. Its bytes don't depend on the order.
pub struct VectorFile {
    file: fs_err::File,
    path: PathBuf,
    rows: usize,
    columns: usize,
    /// Where the numbers begin, behind the header.
    data: u64,
    buffer: Vec<u8>,
    /// Row of the buffer's first byte.
    first: usize,
}

impl VectorFile {
    pub(crate) fn create(path: PathBuf, rows: usize, columns: usize) -> Result<Self, ReportError> {
        let mut file = fs_err::File::options()
            .read(true)
            .write(true)
            .create_new(true)
            .open(&path)?;
        // Rows that are never put are zeros.
        write_zeroed_npy::<f32, _>(file.file(), (rows, columns)).map_err(|source| {
            ReportError::Vectors {
                path: path.clone(),
                source,
            }
        })?;
        let numbers = (rows * columns * size_of::<f32>()) as u64;
        let data = file.seek(SeekFrom::End(0))? - numbers;
        Ok(Self {
            file,
            path,
            rows,
            columns,
            data,
            buffer: Vec::with_capacity(BUFFER),
            first: 0,
        })
    }

    /// Writes a row.
    ///
    /// # Errors
    /// When the file can't be written.
    ///
    /// # Panics
    /// If the file has no such row, or its rows another length.
    pub fn put(&mut self, row: usize, vector: &[f32]) -> Result<(), ReportError> {
        assert!(
            row < self.rows && vector.len() == self.columns,
            "a row of {} × {}",
            self.rows,
            self.columns
        );
        let width = self.columns * size_of::<f32>();
        let follows = self.first * width + self.buffer.len() == row * width;
        if !follows || self.buffer.len() + width > BUFFER {
            self.flush()?;
            self.first = row;
        }
        self.buffer
            .extend(vector.iter().flat_map(|number| number.to_le_bytes()));
        Ok(())
    }

    /// Ends the writing. What was written can be read from then on.
    ///
    /// # Errors
    /// When the file can't be written.
    pub fn finish(mut self) -> Result<WrittenVectors, ReportError> {
        self.flush()?;
        Ok(WrittenVectors {
            file: self.file,
            path: self.path,
        })
    }

    fn flush(&mut self) -> Result<(), ReportError> {
        let width = (self.columns * size_of::<f32>()) as u64;
        let place = self.data + self.first as u64 * width;
        self.file.seek(SeekFrom::Start(place))?;
        self.file.write_all(&self.buffer)?;
        self.buffer.clear();
        Ok(())
    }
}

/// Vectors of a run that stand in their file.
pub struct WrittenVectors {
    file: fs_err::File,
    path: PathBuf,
}

impl WrittenVectors {
    /// Opens them for reading: the system brings in what is looked at, and may let go of it.
    ///
    /// # Errors
    /// When the file can't be mapped.
    pub fn map(self) -> Result<MappedVectors, ReportError> {
        #[expect(
            unsafe_code,
            reason = "a mapped file must not change underfoot: it lies in the folder that this process holds locked while it builds it, and nothing writes to it any more"
        )]
        let bytes = unsafe { Mmap::map(self.file.file()) }?;
        Ok(MappedVectors {
            bytes,
            path: self.path,
        })
    }
}

/// Vectors read from their file.
pub struct MappedVectors {
    bytes: Mmap,
    path: PathBuf,
}

impl MappedVectors {
    /// The vectors, one a row.
    ///
    /// # Errors
    /// [`ReportError::VectorsRead`] where the system doesn't keep numbers as the file does.
    pub fn view(&self) -> Result<ArrayView2<'_, f32>, ReportError> {
        ArrayView2::view_npy(&self.bytes).map_err(|source| ReportError::VectorsRead {
            path: self.path.clone(),
            source,
        })
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;

    fn vectors() -> Array2<f32> {
        Array2::from_shape_fn((5000, 96), |(row, column)| (row * 96 + column) as f32 / 7.0)
    }

    fn written(order: impl Iterator<Item = usize>) -> (Vec<u8>, Array2<f32>) {
        let home = tempfile::tempdir().expect("a folder");
        let (path, all) = (home.path().join("v.npy"), vectors());
        let mut file = VectorFile::create(path.clone(), all.nrows(), all.ncols()).expect("a file");
        for row in order {
            let vector = all.row(row).to_vec();
            file.put(row, &vector).expect("a row");
        }
        let mapped = file.finish().expect("written").map().expect("mapped");
        let read = mapped.view().expect("vectors").to_owned();
        (fs_err::read(path).expect("a file"), read)
    }

    #[test]
    fn the_order_of_rows_changes_no_byte() {
        let (expected, read) = written(0..5000);
        assert_eq!(read, vectors());
        let mut numpy = Vec::new();
        ndarray_npy::WriteNpyExt::write_npy(&vectors(), &mut numpy).expect("bytes");
        assert!(expected == numpy);
        assert!(written((0..5000).rev()).0 == expected);
        // Two writers' runs of 64 rows, in turns.
        let in_turns = (0..2500).step_by(64).flat_map(|at| {
            let end = (at + 64).min(2500);
            (at..end).chain(2500 + at..2500 + end)
        });
        assert!(written(in_turns).0 == expected);
        // Every third row, then those between: equal texts are written ahead.
        let scattered = (0..3).flat_map(|first| (first..5000).step_by(3));
        assert!(written(scattered).0 == expected);
    }

    #[test]
    fn no_rows_are_an_empty_table() {
        let home = tempfile::tempdir().expect("a folder");
        let file = VectorFile::create(home.path().join("v.npy"), 0, 8).expect("a file");
        let mapped = file.finish().expect("written").map().expect("mapped");
        assert_eq!(mapped.view().expect("vectors").dim(), (0, 8));
    }
}
