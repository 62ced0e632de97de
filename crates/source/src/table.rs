//! Tables with one article a row, read as a stream.

use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use csv::{ByteRecord, ReaderBuilder};
use encoding_rs::{Decoder, Encoding, UTF_8};
use text::Metadata;

use crate::decode::{self, Detected};
use crate::error::Fault;
use crate::intake::Row;
use crate::{ReadSettings, columns};

/// The encoding of a table is told by its first part.
const SAMPLE: u64 = 1 << 20;

/// A table, ready to be cut into rows.
pub(crate) struct Opened {
    pub(crate) bytes: Box<dyn Read>,
    /// What the bytes are in.
    pub(crate) encoding: &'static Encoding,
    /// What the file is in.
    pub(crate) named: &'static str,
}

/// Opens a table: its bytes behind its byte order mark, and their encoding. UTF-16 comes as UTF-8, as its
/// bytes can't be cut at commas; every other encoding can, and is decoded cell by cell.
pub(crate) fn open(path: &Path, settings: &ReadSettings) -> Result<Opened, Fault> {
    let mut file = fs_err::File::open(path)?;
    let mut sample = Vec::new();
    file.by_ref().take(SAMPLE).read_to_end(&mut sample)?;
    if sample.len() as u64 == SAMPLE {
        let line_end = sample
            .iter()
            .rposition(|b| *b == b'\n')
            .map_or(sample.len(), |at| at + 1);
        sample.truncate(line_end);
    }
    if sample.is_empty() {
        return Err(Fault::Empty);
    }
    let Detected { encoding, mark } = decode::detect(&sample, settings.encoding, None)?;
    file.seek(SeekFrom::Start(mark as u64))?;
    if decode::is_utf16(encoding) {
        let decoder = encoding.new_decoder_without_bom_handling();
        let bytes = Box::new(Utf8::new(file, decoder));
        Ok(Opened {
            bytes,
            encoding: UTF_8,
            named: encoding.name(),
        })
    } else {
        Ok(Opened {
            bytes: Box::new(file),
            encoding,
            named: encoding.name(),
        })
    }
}

/// Reads a table's rows, each to `take`. An error is one of the whole table.
pub(crate) fn read(
    path: &Path,
    delimiter: u8,
    settings: &ReadSettings,
    mut take: impl FnMut(Row),
) -> Result<(), Fault> {
    let Opened {
        bytes,
        encoding,
        named,
    } = open(path, settings)?;
    let mut reader = ReaderBuilder::new()
        .delimiter(delimiter)
        .from_reader(BufReader::new(bytes));
    let header = reader
        .byte_headers()?
        .iter()
        .map(|name| decode::cell(name, encoding));
    let header: Vec<String> = header.collect::<Result<_, _>>()?;
    let columns = || header.iter().map(String::as_str);
    let text = columns::pick(columns(), settings.text_column.as_deref(), &columns::TEXT);
    let text =
        text.ok_or_else(|| missing(&header, settings.text_column.as_deref(), TEXT_OPTION))?;
    let id = columns::pick(columns(), settings.id_column.as_deref(), &columns::ID);
    if id.is_none() && settings.id_column.is_some() {
        return Err(missing(
            &header,
            settings.id_column.as_deref(),
            "--id-column",
        ));
    }
    let mut record = ByteRecord::new();
    let mut number = 0;
    loop {
        let line = reader.position().line();
        match reader.read_byte_record(&mut record) {
            Ok(false) => return Ok(()),
            Err(error) if matches!(error.kind(), csv::ErrorKind::Io(_)) => return Err(error.into()),
            outcome => {
                number += 1;
                let line = record.position().map_or(line, csv::Position::line);
                let mut row = Row {
                    number,
                    place: format!("row {number}, line {line}"),
                    encoding: named,
                    id: None,
                    outcome: Err(Fault::Empty),
                };
                row.outcome = outcome.map_err(Fault::from).and_then(|_| {
                    let limit = settings.max_article_bytes;
                    cells(&record, &header, encoding, text, limit).map(|(text, metadata)| {
                        row.id = id.and_then(|at| record.get(at)).map(lossy(encoding));
                        (text, metadata)
                    })
                });
                take(row);
            }
        }
    }
}

const TEXT_OPTION: &str = "--text-column";

/// The text of a row, and what its other columns say.
fn cells(
    record: &ByteRecord,
    header: &[String],
    encoding: &'static Encoding,
    text: usize,
    limit: u64,
) -> Result<(String, Metadata), Fault> {
    let size = record.get(text).map_or(0, |cell| cell.len() as u64);
    if size > limit {
        return Err(Fault::TooLarge { size, limit });
    }
    let mut body = String::new();
    let mut metadata = Metadata::default();
    for (at, (name, cell)) in header.iter().zip(record).enumerate() {
        let cell = decode::cell(cell, encoding)?;
        if at == text {
            body = cell;
        } else {
            columns::put(&mut metadata, name, &cell);
        }
    }
    if body.trim().is_empty() {
        return Err(Fault::NoText {
            column: header[text].clone(),
        });
    }
    Ok((body, metadata))
}

fn lossy(encoding: &'static Encoding) -> impl Fn(&[u8]) -> String {
    move |cell| encoding.decode_without_bom_handling(cell).0.into_owned()
}

/// No column of the name that is wanted, or of any usual one.
pub(crate) fn missing(header: &[String], wanted: Option<&str>, option: &'static str) -> Fault {
    Fault::NoColumn {
        wanted: wanted.map_or_else(|| columns::TEXT.join("`, `"), str::to_owned),
        found: header.join(", "),
        option,
    }
}

/// A stream as UTF-8. What cannot be decoded becomes U+FFFD, of which articles are warned.
struct Utf8<R> {
    inner: R,
    decoder: Decoder,
    raw: Vec<u8>,
    ready: Vec<u8>,
    at: usize,
    ended: bool,
}

impl<R: Read> Utf8<R> {
    fn new(inner: R, decoder: Decoder) -> Self {
        Self {
            inner,
            decoder,
            raw: vec![0; 1 << 15],
            ready: Vec::new(),
            at: 0,
            ended: false,
        }
    }

    fn refill(&mut self) -> std::io::Result<()> {
        let read = self.inner.read(&mut self.raw)?;
        self.ended = read == 0;
        let room = self
            .decoder
            .max_utf8_buffer_length(read)
            .unwrap_or(4 * read + 16);
        self.ready.resize(room, 0);
        let (_, _, written, _) =
            self.decoder
                .decode_to_utf8(&self.raw[..read], &mut self.ready, self.ended);
        self.ready.truncate(written);
        self.at = 0;
        Ok(())
    }
}

impl<R: Read> Read for Utf8<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        while self.at == self.ready.len() && !self.ended {
            self.refill()?;
        }
        let rest = &self.ready[self.at..];
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        self.at += count;
        Ok(count)
    }
}
