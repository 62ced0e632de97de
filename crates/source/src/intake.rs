//! Reads files one after the other and admits their articles.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use text::{Block, Metadata, Span};

use crate::error::{Fault, SourceError};
use crate::ids::{self, Ids};
use crate::walk::{self, Found, Kind};
use crate::{Article, OffsetBase, Problem, ReadSettings, Reading, Severity};
use crate::{decode, html, json_lines, language, markdown, table};

/// Reads all articles under `paths`: files, and folders with all that is in them.
///
/// # Errors
/// If a path does not exist or a folder holds no file of a kind that is read. Whatever is wrong with
/// a single file or row is a [`Problem`] of the [`Reading`].
pub fn read(paths: &[PathBuf], settings: &ReadSettings) -> Result<Reading, SourceError> {
    let (files, problems) = walk::find(paths)?;
    let mut intake = Intake {
        settings,
        ids: Ids::default(),
        seen: HashMap::new(),
        reading: Reading {
            articles: Vec::new(),
            problems,
        },
    };
    for file in &files {
        intake.file(file);
    }
    // By path; the problems of one file are in its own order.
    intake.reading.problems.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(intake.reading)
}

/// A row of a table, or a line of JSON.
pub(crate) struct Row {
    pub(crate) number: u64,
    pub(crate) place: String,
    pub(crate) encoding: &'static str,
    pub(crate) id: Option<String>,
    /// Its text, and what its other columns say.
    pub(crate) outcome: Result<(String, Metadata), Fault>,
}

/// An article that is not admitted yet.
struct Draft {
    /// The name it asks for.
    name: String,
    row: Option<u64>,
    place: Option<String>,
    sha256: String,
    encoding: &'static str,
    offset_base: OffsetBase,
    text: String,
    blocks: Option<Vec<Block>>,
    metadata: Metadata,
    doubts: Vec<(String, String)>,
}

struct Intake<'s> {
    settings: &'s ReadSettings,
    ids: Ids,
    /// Where each text was first read, by the hash of its words.
    seen: HashMap<[u8; 32], String>,
    reading: Reading,
}

impl Intake<'_> {
    fn file(&mut self, file: &Found) {
        let path = &file.path;
        let stem = ids::of_path(path);
        let settings = self.settings;
        let rows = |intake: &mut Self| match file.kind {
            Kind::Table { delimiter } => table::read(path, delimiter, settings, |row| {
                intake.row(path, &stem, row);
            }),
            Kind::JsonLines => json_lines::read(path, settings, |row| intake.row(path, &stem, row)),
            Kind::Plain | Kind::Markdown | Kind::Html => {
                let draft = whole_file(file, stem.clone(), settings)?;
                intake.admit(path, draft);
                Ok(())
            }
        };
        if let Err(fault) = rows(self) {
            self.failed(path, None, None, &fault);
        }
    }

    fn row(&mut self, path: &Path, stem: &str, row: Row) {
        let own = row.id.as_deref().map(ids::slug).filter(|id| !id.is_empty());
        let name = format!("{stem}-{}", own.unwrap_or_else(|| row.number.to_string()));
        match row.outcome {
            Ok((text, metadata)) => {
                let draft = Draft {
                    name,
                    row: Some(row.number),
                    place: Some(row.place),
                    sha256: hex::encode(Sha256::digest(&text)),
                    encoding: row.encoding,
                    offset_base: OffsetBase::Decoded,
                    text,
                    blocks: None,
                    metadata,
                    doubts: Vec::new(),
                };
                self.admit(path, draft);
            }
            Err(fault) => self.failed(path, Some(row.place), Some(name), &fault),
        }
    }

    /// Takes an article in, unless it is empty, foreign or a duplicate.
    fn admit(&mut self, path: &Path, draft: Draft) {
        if is_blank(&draft.text) {
            return self.failed(path, draft.place, None, &Fault::Empty);
        }
        let mut metadata = draft.metadata;
        if let Some(recognised) = language::recognise(&draft.text) {
            let wanted = self.settings.language.as_deref();
            if let Some(Err(fault)) = wanted.map(|wanted| recognised.refuse_unless(wanted)) {
                return self.failed(path, draft.place, Some(draft.name), &fault);
            }
            metadata
                .language
                .get_or_insert_with(|| recognised.code.to_owned());
        }
        let here = match &draft.place {
            Some(place) => format!("{}, {place}", path.display()),
            None => path.display().to_string(),
        };
        let words = words_hash(&draft.text);
        if let Some(first) = self.seen.get(&words) {
            let problem = Problem {
                path: path.to_path_buf(),
                place: draft.place,
                doc_id: Some(draft.name),
                severity: Severity::Skipped,
                what: format!("has the same text as {first}"),
                remedy: "nothing is lost; remove one of them to silence this".to_owned(),
            };
            return self.reading.problems.push(problem);
        }
        self.seen.insert(words, here);
        let doc_id = self.ids.claim(&draft.name);
        let doubts = draft
            .doubts
            .into_iter()
            .chain(doubts(&draft.text, self.settings.min_words));
        self.reading
            .problems
            .extend(doubts.map(|(what, remedy)| Problem {
                path: path.to_path_buf(),
                place: draft.place.clone(),
                doc_id: Some(doc_id.clone()),
                severity: Severity::Warning,
                what,
                remedy,
            }));
        self.reading.articles.push(Article {
            doc_id,
            path: path.to_path_buf(),
            row: draft.row,
            sha256: draft.sha256,
            encoding: draft.encoding,
            offset_base: draft.offset_base,
            text: draft.text,
            blocks: draft.blocks,
            metadata,
        });
    }

    fn failed(
        &mut self,
        path: &Path,
        place: Option<String>,
        doc_id: Option<String>,
        fault: &Fault,
    ) {
        let place = match (place, fault.place()) {
            (Some(outer), Some(inner)) => Some(format!("{outer}, {inner} of it")),
            (outer, inner) => outer.or(inner),
        };
        self.reading.problems.push(Problem {
            path: path.to_path_buf(),
            place,
            doc_id,
            severity: Severity::Failed,
            what: fault.to_string(),
            remedy: fault.remedy(),
        });
    }
}

/// Reads a file that is one article.
fn whole_file(file: &Found, name: String, settings: &ReadSettings) -> Result<Draft, Fault> {
    let (size, limit) = (
        fs_err::metadata(&file.path)?.len(),
        settings.max_article_bytes,
    );
    if size > limit {
        return Err(Fault::TooLarge { size, limit });
    }
    let bytes = fs_err::read(&file.path)?;
    if bytes.is_empty() {
        return Err(Fault::Empty);
    }
    let sha256 = hex::encode(Sha256::digest(&bytes));
    let declared = if file.kind == Kind::Html {
        html::declared(&bytes)
    } else {
        None
    };
    let decoded = decode::decode(bytes, settings.encoding, declared)?;
    if is_blank(&decoded.text) {
        return Err(Fault::Empty);
    }
    let encoding = decoded.encoding;
    let mut draft = Draft {
        name,
        row: None,
        place: None,
        sha256,
        encoding: encoding.name(),
        offset_base: OffsetBase::Decoded,
        text: String::new(),
        blocks: None,
        metadata: Metadata::default(),
        doubts: Vec::new(),
    };
    let page = match file.kind {
        Kind::Html => html::read(decoded.markup())?,
        Kind::Markdown => markdown::read(decoded.markup()),
        _ => {
            if encoding == encoding_rs::UTF_8 {
                draft.offset_base = OffsetBase::File;
            }
            draft.text = decoded.text;
            return Ok(draft);
        }
    };
    Ok(Draft {
        text: page.text,
        blocks: Some(page.blocks),
        metadata: page.metadata,
        doubts: page.doubts,
        ..draft
    })
}

fn is_blank(text: &str) -> bool {
    Span::new(0, text.len()).trim(text).is_empty()
}

/// What makes an article doubtful though it can be read: what, and the remedy.
fn doubts(text: &str, min_words: usize) -> Vec<(String, String)> {
    let mut doubts = Vec::new();
    let lost = text.matches('\u{fffd}').count();
    if lost > 0 {
        doubts.push((
            format!(
                "holds {lost} replacement characters (U+FFFD): letters were lost when it was saved"
            ),
            "save it again from its source".to_owned(),
        ));
    }
    let words = text::words::words(text, Span::new(0, text.len()))
        .take(min_words)
        .count();
    if words < min_words {
        doubts.push((
            format!("is short: {words} words"),
            "check that all of the article was saved".to_owned(),
        ));
    }
    doubts
}

/// A hash of the words alone: line ends and indents make no other article.
fn words_hash(text: &str) -> [u8; 32] {
    let mut hash = Sha256::new();
    for word in text.trim_start_matches('\u{feff}').split_whitespace() {
        hash.update(word);
        hash.update(" ");
    }
    hash.finalize().into()
}
