//! Reads files one after the other and admits their articles.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use sha2::{Digest, Sha256};
use text::{Block, Metadata, Span};

use crate::error::{Fault, SourceError};
use crate::ids::{self, Ids};
use crate::language::{self, Recognised};
use crate::walk::{self, Found, Kind};
use crate::{Article, OffsetBase, Problem, ReadSettings, Reading, Severity};
use crate::{decode, html, json_lines, markdown, table};

/// Text that is examined at the same time.
const BATCH: usize = 16 << 20;

/// Reads all articles under `paths`: files, and folders with all that is in them.
///
/// # Errors
/// If a path does not exist or a folder holds no file of a kind that is read. Whatever is wrong with
/// a single file or row is a [`Problem`] of the [`Reading`].
pub fn read(paths: &[PathBuf], settings: &ReadSettings) -> Result<Reading, SourceError> {
    let mut articles = Vec::new();
    let problems = read_batches(paths, settings, |batch| {
        articles.extend(batch);
        Ok::<_, SourceError>(())
    })?;
    Ok(Reading { articles, problems })
}

/// Reads all articles under `paths` as [`read`] does, and hands them on in their order, some megabytes
/// at a time, so that not all need be in memory. Gives the problems, by path.
///
/// # Errors
/// As [`read`], and the first error of `take`, after which nothing more is taken in and no other file is read.
pub fn read_batches<E: From<SourceError>>(
    paths: &[PathBuf],
    settings: &ReadSettings,
    take: impl FnMut(Vec<Article>) -> Result<(), E>,
) -> Result<Vec<Problem>, E> {
    let (files, problems) = walk::find(paths)?;
    let mut intake = Intake {
        settings,
        waiting: Vec::new(),
        bytes: 0,
        ids: Ids::default(),
        seen: HashMap::new(),
        problems,
        take,
        taken: Ok(()),
    };
    for file in &files {
        intake.file(file);
    }
    intake.examine();
    intake.taken?;
    // By path; the problems of one file are in its own order.
    intake.problems.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(intake.problems)
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
    /// Of the file; a row's text has not been hashed yet.
    sha256: Option<String>,
    encoding: &'static str,
    offset_base: OffsetBase,
    text: String,
    blocks: Option<Vec<Block>>,
    metadata: Metadata,
    doubts: Vec<(String, String)>,
}

/// What a draft's text says by itself.
struct Examined {
    recognised: Option<Recognised>,
    words: [u8; 32],
    sha256: String,
    doubts: Vec<(String, String)>,
}

struct Intake<'s, T, E> {
    settings: &'s ReadSettings,
    /// What waits to be taken in, in the order of reading.
    waiting: Vec<Result<(PathBuf, Draft), Box<Problem>>>,
    /// Text that waits.
    bytes: usize,
    ids: Ids,
    /// Where each text was first read, by the hash of its words.
    seen: HashMap<[u8; 32], String>,
    problems: Vec<Problem>,
    take: T,
    taken: Result<(), E>,
}

impl<E, T: FnMut(Vec<Article>) -> Result<(), E>> Intake<'_, T, E> {
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
                intake.wait(path, draft);
                Ok(())
            }
        };
        if self.taken.is_ok()
            && let Err(fault) = rows(self)
        {
            let problem = failed(path, None, None, &fault);
            self.waiting.push(Err(Box::new(problem)));
        }
    }

    fn row(&mut self, path: &Path, stem: &str, row: Row) {
        if self.taken.is_err() {
            return;
        }
        let own = row.id.as_deref().map(ids::slug).filter(|id| !id.is_empty());
        let name = format!("{stem}-{}", own.unwrap_or_else(|| row.number.to_string()));
        match row.outcome {
            Ok((text, metadata)) => {
                let draft = Draft {
                    name,
                    row: Some(row.number),
                    place: Some(row.place),
                    sha256: None,
                    encoding: row.encoding,
                    offset_base: OffsetBase::Decoded,
                    text,
                    blocks: None,
                    metadata,
                    doubts: Vec::new(),
                };
                self.wait(path, draft);
            }
            Err(fault) => {
                let problem = failed(path, Some(row.place), Some(name), &fault);
                self.waiting.push(Err(Box::new(problem)));
            }
        }
    }

    fn wait(&mut self, path: &Path, draft: Draft) {
        self.bytes += draft.text.len();
        self.waiting.push(Ok((path.to_path_buf(), draft)));
        if self.bytes >= BATCH {
            self.examine();
        }
    }

    /// Examines what waits on all threads, and takes it in one by one.
    fn examine(&mut self) {
        self.bytes = 0;
        let waiting = std::mem::take(&mut self.waiting);
        if self.taken.is_err() {
            return;
        }
        let min_words = self.settings.min_words;
        let examined = waiting.into_par_iter().map(|waiting| {
            waiting.map(|(path, draft)| {
                let examined = draft.examine(min_words);
                (path, draft, examined)
            })
        });
        let mut articles = Vec::new();
        for waiting in examined.collect::<Vec<_>>() {
            match waiting {
                Ok((path, draft, examined)) => {
                    articles.extend(self.admit(path, draft, examined));
                }
                Err(problem) => self.problems.push(*problem),
            }
        }
        self.taken = (self.take)(articles);
    }

    /// Takes an article in, unless it is empty, foreign or a duplicate.
    fn admit(&mut self, path: PathBuf, draft: Draft, examined: Examined) -> Option<Article> {
        if is_blank(&draft.text) {
            let problem = failed(&path, draft.place, None, &Fault::Empty);
            self.problems.push(problem);
            return None;
        }
        let mut metadata = draft.metadata;
        if let Some(recognised) = examined.recognised {
            let wanted = self.settings.language.as_deref();
            if let Some(Err(fault)) = wanted.map(|wanted| recognised.refuse_unless(wanted)) {
                let problem = failed(&path, draft.place, Some(draft.name), &fault);
                self.problems.push(problem);
                return None;
            }
            metadata
                .language
                .get_or_insert_with(|| recognised.code.to_owned());
        }
        let here = match &draft.place {
            Some(place) => format!("{}, {place}", path.display()),
            None => path.display().to_string(),
        };
        if let Some(first) = self.seen.get(&examined.words) {
            let problem = Problem {
                path,
                place: draft.place,
                doc_id: Some(draft.name),
                severity: Severity::Skipped,
                what: format!("has the same text as {first}"),
                remedy: "nothing is lost; remove one of them to silence this".to_owned(),
            };
            self.problems.push(problem);
            return None;
        }
        self.seen.insert(examined.words, here);
        let doc_id = self.ids.claim(&draft.name);
        let doubts = draft.doubts.into_iter().chain(examined.doubts);
        self.problems.extend(doubts.map(|(what, remedy)| Problem {
            path: path.clone(),
            place: draft.place.clone(),
            doc_id: Some(doc_id.clone()),
            severity: Severity::Warning,
            what,
            remedy,
        }));
        Some(Article {
            doc_id,
            path,
            row: draft.row,
            sha256: examined.sha256,
            encoding: draft.encoding,
            offset_base: draft.offset_base,
            text: draft.text,
            blocks: draft.blocks,
            metadata,
        })
    }
}

impl Draft {
    fn examine(&self, min_words: usize) -> Examined {
        let text = &self.text;
        let hash_row = || hex::encode(Sha256::digest(text));
        Examined {
            recognised: language::recognise(text),
            words: words_hash(text),
            sha256: self.sha256.clone().unwrap_or_else(hash_row),
            doubts: doubts(text, min_words),
        }
    }
}

fn failed(path: &Path, place: Option<String>, doc_id: Option<String>, fault: &Fault) -> Problem {
    let place = match (place, fault.place()) {
        (Some(outer), Some(inner)) => Some(format!("{outer}, {inner} of it")),
        (outer, inner) => outer.or(inner),
    };
    Problem {
        path: path.to_path_buf(),
        place,
        doc_id,
        severity: Severity::Failed,
        what: fault.to_string(),
        remedy: fault.remedy(),
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
        sha256: Some(sha256),
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
