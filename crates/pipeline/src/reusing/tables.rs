//! The tables of reuse.

use std::ops::Range;

use rayon::prelude::*;
use report::tables::{CopyRow, NearDuplicateRow, ReuseRow};
use report::{OutputFolder, ReportError, Table};
use reuse::Quotes;
use text::Span;

use super::Reusing;
use crate::periods;
use crate::pieces::Piece;

impl Reusing {
    /// All tables, into a folder.
    pub(crate) fn write(&self, folder: &OutputFolder, pieces: &[Piece]) -> Result<(), ReportError> {
        self.write_passages(folder.table::<ReuseRow<'_>>()?, pieces)?;
        self.write_copies(folder.table::<CopyRow<'_>>()?, pieces)?;
        self.write_duplicates(folder.table::<NearDuplicateRow<'_>>()?, pieces)
    }

    /// A row a passage that is told.
    pub(crate) fn write_passages(
        &self,
        mut table: Table,
        pieces: &[Piece],
    ) -> Result<(), ReportError> {
        let quotes: Vec<Quotes> = pieces.par_iter().map(quotes).collect();
        for (at, passage) in self.shared.passages().iter().enumerate() {
            if !self.told[at] {
                continue;
            }
            let (piece, source) = (&pieces[passage.document], &pieces[passage.source]);
            let (words, source_words) = (&passage.words, &passage.source_words);
            let span = self.span(passage.document, words);
            let source_span = self.span(passage.source, source_words);
            let is_quoted = |piece: usize, span: Span| quotes[piece].hold(&(span.start..span.end));
            let sentences = self.sentences(passage.document, words);
            let source_sentences = self.sentences(passage.source, source_words);
            table.push(&ReuseRow {
                doc_id: piece.id(),
                start: span.start,
                end: span.end,
                source_doc_id: source.id(),
                source_start: source_span.start,
                source_end: source_span.end,
                words: passage.matches,
                identity: passage.identity().into(),
                cluster: self.clusters.of(at) + 1,
                sentence: sentences.0,
                last_sentence: sentences.1,
                source_sentence: source_sentences.0,
                source_last_sentence: source_sentences.1,
                published: date(piece),
                source_published: date(source),
                quoted: match (
                    is_quoted(passage.document, span),
                    is_quoted(passage.source, source_span),
                ) {
                    (false, false) => "",
                    (true, false) => "document",
                    (false, true) => "source",
                    (true, true) => "both",
                },
                text: piece.cut(span),
                source_text: source.cut(source_span),
            })?;
        }
        table.finish()
    }

    fn write_copies(&self, mut table: Table, pieces: &[Piece]) -> Result<(), ReportError> {
        for cluster in 0..self.clusters.len() {
            let copies = self.clusters.copies_of(cluster);
            for (rank, copy) in copies.iter().enumerate() {
                let piece = &pieces[copy.document];
                let span = self.span(copy.document, &copy.words);
                let (sentence, last_sentence) = self.sentences(copy.document, &copy.words);
                table.push(&CopyRow {
                    cluster: cluster + 1,
                    doc_id: piece.id(),
                    start: span.start,
                    end: span.end,
                    copies: copies.len(),
                    earliest: rank == 0,
                    words: copy.words.len(),
                    sentence,
                    last_sentence,
                    published: date(piece),
                    text: piece.cut(span),
                })?;
            }
        }
        table.finish()
    }

    fn write_duplicates(&self, mut table: Table, pieces: &[Piece]) -> Result<(), ReportError> {
        let groups = self.duplicates.groups();
        let mut order: Vec<usize> = (0..pieces.len()).collect();
        order.sort_by_key(|&piece| (groups[piece], (&self.when[piece], piece)));
        let mut group = 0;
        for members in order.chunk_by(|&a, &b| groups[a] == groups[b]) {
            if members.len() < 2 {
                continue;
            }
            group += 1;
            for (rank, &member) in members.iter().enumerate() {
                let Some(nearest) = self.duplicates.nearest(member) else {
                    continue;
                };
                table.push(&NearDuplicateRow {
                    group,
                    doc_id: pieces[member].id(),
                    pieces: members.len(),
                    earliest: rank == 0,
                    published: date(&pieces[member]),
                    nearest_doc_id: pieces[nearest.other].id(),
                    shared: nearest.shared,
                    ngrams: nearest.distinct.0,
                    nearest_ngrams: nearest.distinct.1,
                    jaccard: nearest.jaccard().into(),
                    containment: nearest.containment().into(),
                })?;
            }
        }
        table.finish()
    }

    /// The first and the last sentence of some words, counted from 1.
    fn sentences(&self, piece: usize, words: &Range<usize>) -> (usize, usize) {
        let of = |word| self.sentence_of(piece, word) + 1;
        (of(words.start), of(words.end - 1))
    }
}

fn quotes(piece: &Piece) -> Quotes {
    let paragraphs = piece.document.paragraphs.iter();
    let paragraphs: Vec<Range<usize>> = paragraphs.map(|p| p.span.start..p.span.end).collect();
    Quotes::new(&piece.article.text, &paragraphs)
}

fn date(piece: &Piece) -> &str {
    periods::date(&piece.metadata).unwrap_or("")
}
