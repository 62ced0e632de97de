//! A CSV file with a fixed header.

use std::io::BufWriter;
use std::path::PathBuf;

use serde::Serialize;

use crate::ReportError;

/// A row of a table, with the table's file and column names.
pub trait Row: Serialize {
    /// File name.
    const FILE: &'static str;
    /// Column names, in order.
    const COLUMNS: &'static [&'static str];
}

/// A table being written: the header stands also where no row follows.
pub struct Table {
    writer: csv::Writer<BufWriter<fs_err::File>>,
    path: PathBuf,
}

impl Table {
    pub(crate) fn create<R: Row>(dir: &std::path::Path) -> Result<Self, ReportError> {
        let path = dir.join(R::FILE);
        let file = fs_err::File::create(&path)?;
        let mut table = Self {
            writer: csv::WriterBuilder::new()
                .has_headers(false)
                .from_writer(BufWriter::new(file)),
            path,
        };
        let header = table.writer.write_record(R::COLUMNS);
        header.map_err(|source| table.failed(source))?;
        Ok(table)
    }

    /// Appends a row.
    ///
    /// # Errors
    /// [`ReportError::Table`] naming the file.
    pub fn push<R: Row>(&mut self, row: &R) -> Result<(), ReportError> {
        debug_assert!(
            self.path.ends_with(R::FILE),
            "a row of {} for {}",
            R::FILE,
            self.path.display()
        );
        let written = self.writer.serialize(row);
        written.map_err(|source| self.failed(source))
    }

    /// Writes out what is still held back.
    ///
    /// # Errors
    /// [`ReportError::Table`] naming the file.
    pub fn finish(mut self) -> Result<(), ReportError> {
        let flushed = self.writer.flush();
        flushed.map_err(|source| self.failed(source.into()))
    }

    fn failed(&self, source: csv::Error) -> ReportError {
        ReportError::Table {
            path: self.path.clone(),
            source,
        }
    }
}
