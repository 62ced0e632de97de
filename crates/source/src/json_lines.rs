//! JSON lines: one article an object, one object a line.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use encoding_rs::Encoding;
use serde_json::{Map, Value};
use text::Metadata;

use crate::error::Fault;
use crate::intake::Row;
use crate::table::Opened;
use crate::{ReadSettings, columns, decode, table};

/// A line may hold more than its text: escapes, which take up to six bytes a byte, and other keys.
fn line_limit(article: u64) -> u64 {
    article.saturating_mul(6).saturating_add(1 << 20)
}

/// Reads the lines, each to `take`. An error is one of the whole file.
pub(crate) fn read(
    path: &Path,
    settings: &ReadSettings,
    mut take: impl FnMut(Row),
) -> Result<(), Fault> {
    let Opened {
        bytes,
        encoding,
        named,
    } = table::open(path, settings)?;
    let mut reader = BufReader::new(bytes);
    let limit = line_limit(settings.max_article_bytes);
    let mut line = Vec::new();
    let mut number = 0;
    loop {
        line.clear();
        let mut size = reader
            .by_ref()
            .take(limit + 1)
            .read_until(b'\n', &mut line)? as u64;
        if size == 0 {
            return Ok(());
        }
        number += 1;
        if size > limit {
            size += skip_line(&mut reader)?;
        } else if line.trim_ascii().is_empty() {
            continue;
        }
        let mut row = Row {
            number,
            place: format!("line {number}"),
            encoding: named,
            id: None,
            outcome: Err(Fault::TooLarge {
                size,
                limit: settings.max_article_bytes,
            }),
        };
        if size <= limit {
            row.outcome = object(&line, encoding).and_then(|object| {
                row.id = id(&object, settings.id_column.as_deref());
                fields(object, settings)
            });
        }
        take(row);
    }
}

/// Skips to the end of a line without keeping it, and says how long that was.
fn skip_line(reader: &mut impl BufRead) -> std::io::Result<u64> {
    let mut skipped = 0;
    loop {
        let (used, ended) = {
            let ready = reader.fill_buf()?;
            match ready.iter().position(|b| *b == b'\n') {
                Some(at) => (at + 1, true),
                None => (ready.len(), ready.is_empty()),
            }
        };
        reader.consume(used);
        skipped += used as u64;
        if ended {
            return Ok(skipped);
        }
    }
}

fn object(line: &[u8], encoding: &'static Encoding) -> Result<Map<String, Value>, Fault> {
    let line = decode::cell(line, encoding)?;
    match serde_json::from_str(line.trim()) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err(Fault::Json("it is another value".to_owned())),
        Err(error) => Err(Fault::Json(error.to_string())),
    }
}

fn id(object: &Map<String, Value>, stated: Option<&str>) -> Option<String> {
    let at = columns::pick(object.keys().map(String::as_str), stated, &columns::ID)?;
    object.values().nth(at).and_then(columns::scalar)
}

/// The text of an object, and what its other keys say.
fn fields(
    object: Map<String, Value>,
    settings: &ReadSettings,
) -> Result<(String, Metadata), Fault> {
    let stated = settings.text_column.as_deref();
    let keys = object.keys().map(String::as_str);
    let Some(text) = columns::pick(keys, stated, &columns::TEXT) else {
        let found: Vec<String> = object.keys().cloned().collect();
        return Err(table::missing(&found, stated, "--text-column"));
    };
    let mut body = None;
    let mut metadata = Metadata::default();
    for (at, (key, value)) in object.into_iter().enumerate() {
        if at != text {
            columns::put(
                &mut metadata,
                &key,
                &columns::scalar(&value).unwrap_or_default(),
            );
            continue;
        }
        match value {
            Value::String(text) if !text.trim().is_empty() => body = Some(text),
            _ => return Err(Fault::NoText { column: key }),
        }
    }
    let body = body.ok_or(Fault::NoArticle)?;
    let (size, limit) = (body.len() as u64, settings.max_article_bytes);
    if size > limit {
        return Err(Fault::TooLarge { size, limit });
    }
    Ok((body, metadata))
}
