//! From what a run knows to its tables.

use compare::Placed;
use ndarray::ArrayView1;
use report::tables::{
    CleaningRow, DocumentRow, NeighbourRow, ProblemRow, ProfileRow, SectionRow, SentenceRow,
    SimilarityRow, StageRow, ThemeRow, TokenRow,
};
use report::{Decimal, OutputFolder, ReportError, Table};
use source::{OffsetBase, Problem};
use themes::{Codebook, NONE};

use crate::Readings;
use crate::clock::Stage;
use crate::comparing::Comparison;
use crate::ledger::{SubwordCounts, coverage};
use crate::listed::Listed;
use crate::pieces::{self, Piece};
use crate::theming::{PieceThemes, Unit};

/// Everything that the text stages know: always written.
pub(crate) fn texts(
    folder: &OutputFolder,
    pieces: &[Piece],
    offsets: &[usize],
    counts: Option<&SubwordCounts>,
) -> Result<(), ReportError> {
    let mut documents = folder.table::<DocumentRow<'_>>()?;
    let mut tables = TextTables::start(folder)?;
    for (piece, &first) in pieces.iter().zip(offsets) {
        let counts = counts.map(|counts| (counts, first));
        document(&mut documents, &Listed::of(piece), counts)?;
        tables.piece(folder, piece, counts)?;
    }
    documents.finish()?;
    tables.finish()
}

/// The table of articles whose texts are no longer in memory.
pub(crate) fn documents(folder: &OutputFolder, pieces: &[Listed]) -> Result<(), ReportError> {
    let mut table = folder.table::<DocumentRow<'_>>()?;
    for piece in pieces {
        document(&mut table, piece, None)?;
    }
    table.finish()
}

/// Subwords of all sentences, and where the sentences of one piece begin among them.
type CountsFrom<'a> = (&'a SubwordCounts, usize);

/// The tables of what texts consist of, and the texts themselves.
pub(crate) struct TextTables {
    sections: Table,
    sentences: Table,
    cleaning: Table,
}

impl TextTables {
    pub(crate) fn start(folder: &OutputFolder) -> Result<Self, ReportError> {
        Ok(Self {
            sections: folder.table::<SectionRow<'_>>()?,
            sentences: folder.table::<SentenceRow<'_>>()?,
            cleaning: folder.table::<CleaningRow<'_>>()?,
        })
    }

    pub(crate) fn piece(
        &mut self,
        folder: &OutputFolder,
        piece: &Piece,
        counts: Option<CountsFrom<'_>>,
    ) -> Result<(), ReportError> {
        let fed = counts.and_then(|(counts, first)| Some((counts.fed.as_ref()?, first)));
        for (at, section) in piece.document.sections.iter().enumerate() {
            let inside = piece.document.sentences_of_section(at);
            self.sections.push(&SectionRow {
                doc_id: piece.id(),
                section: section.ordinal,
                number: section.number.map_or("", |span| piece.cut(span)),
                title: section.title.map_or("", |span| piece.cut(span)),
                paragraphs: section.paragraphs.len(),
                sentences: inside.len(),
                words: piece.words[inside].iter().sum(),
            })?;
        }
        for (at, sentence) in piece.document.sentences.iter().enumerate() {
            self.sentences.push(&SentenceRow {
                doc_id: piece.id(),
                section: piece.document.sections[sentence.section].ordinal,
                paragraph: sentence.paragraph + 1,
                sentence: at + 1,
                start: sentence.span.start,
                end: sentence.span.end,
                offset_base: piece.article.offset_base.name(),
                text: piece.cut(sentence.span),
                words: piece.words[at],
                subwords: counts.map(|(counts, first)| counts.subwords[first + at] as usize),
                windows: fed.map(|(fed, first)| fed.windows[first + at] as usize),
                subwords_cut: fed.map(|(fed, first)| fed.cut[first + at] as usize),
            })?;
        }
        for removed in &piece.cleaned.removed {
            self.cleaning.push(&CleaningRow {
                doc_id: piece.id(),
                rule: removed.rule.name(),
                start: removed.span.start,
                end: removed.span.end,
                text: piece.cut(removed.span),
            })?;
        }
        // Offsets need their text: where the file's own bytes won't do, it is written out.
        if piece.article.offset_base == OffsetBase::Decoded {
            folder.text(&format!("texts/{}.txt", piece.id()), &piece.article.text)?;
        }
        Ok(())
    }

    pub(crate) fn finish(self) -> Result<(), ReportError> {
        self.sections.finish()?;
        self.sentences.finish()?;
        self.cleaning.finish()
    }
}

fn document(
    table: &mut Table,
    piece: &Listed,
    counts: Option<CountsFrom<'_>>,
) -> Result<(), ReportError> {
    let (metadata, size) = (&piece.metadata, piece.size);
    let given = |field: &'_ Option<String>| field.clone().unwrap_or_default();
    let own = |first: usize| first..first + size.sentences;
    let fed = counts.and_then(|(counts, first)| Some((counts, counts.fed.as_ref()?, own(first))));
    let extra = if metadata.extra.is_empty() {
        String::new()
    } else {
        serde_json::json!(metadata.extra).to_string()
    };
    table.push(&DocumentRow {
        doc_id: &piece.doc_id,
        path: &piece.path.to_string_lossy(),
        title: &given(&metadata.title),
        author: &given(&metadata.author),
        source: &given(&metadata.source),
        published: &given(&metadata.published),
        original_edition: &given(&metadata.original_edition),
        sections: size.sections,
        paragraphs: size.paragraphs,
        sentences: size.sentences,
        words: size.words,
        subwords: counts.map(|(counts, first)| counts.subwords(own(first))),
        role: piece.role(),
        row: piece.row,
        original_issue: &given(&metadata.original_issue),
        volume: &given(&metadata.volume),
        number: &given(&metadata.number),
        whole_issue: &given(&metadata.whole_issue),
        period: &given(&metadata.period),
        language: &given(&metadata.language),
        encoding: piece.encoding,
        offset_base: piece.offset_base.name(),
        captions: size.captions,
        windowed_sentences: fed.as_ref().map(|(_, fed, own)| fed.windowed(own.clone())),
        sha256: &piece.sha256,
        extra: &extra,
        coverage: fed.as_ref().map(|(counts, fed, own)| {
            coverage(counts.subwords(own.clone()), fed.cut(own.clone())).into()
        }),
        subwords_cut: fed.as_ref().map(|(_, fed, own)| fed.cut(own.clone())),
    })
}

/// Words and subwords of every sentence.
pub(crate) fn tokens(
    folder: &OutputFolder,
    pieces: &[Piece],
    subwords: Option<&model::Subwords>,
) -> Result<usize, crate::PipelineError> {
    let mut table = folder.table::<TokenRow<'_>>()?;
    let mut count = 0;
    for piece in pieces {
        for (at, sentence) in piece.document.sentences.iter().enumerate() {
            let mut push = |kind, token, start, end, text: &str, id| {
                count += 1;
                table.push(&TokenRow {
                    doc_id: piece.id(),
                    sentence: at + 1,
                    kind,
                    token,
                    start,
                    end,
                    text,
                    id,
                })
            };
            for (token, span) in text::words::words(&piece.article.text, sentence.span).enumerate()
            {
                push(
                    "word",
                    token + 1,
                    span.start,
                    span.end,
                    piece.cut(span),
                    None,
                )?;
            }
            let Some(subwords) = subwords else { continue };
            let begin = sentence.span.start;
            for (token, found) in subwords
                .tokenize(piece.cut(sentence.span))?
                .iter()
                .enumerate()
            {
                let (start, end) = (begin + found.start, begin + found.end);
                push(
                    "subword",
                    token + 1,
                    start,
                    end,
                    &found.piece,
                    Some(found.id),
                )?;
            }
        }
    }
    table.finish()?;
    Ok(count)
}

/// Scores of every unit and theme.
pub(crate) fn themes(
    folder: &OutputFolder,
    pieces: &[Piece],
    readings: &Readings,
    all: &[Vec<PieceThemes>],
    codebook: &Codebook,
) -> Result<(), ReportError> {
    let mut table = folder.table::<ThemeRow<'_>>()?;
    for (at, piece) in pieces.iter().enumerate() {
        for (reading, of_pieces) in readings.all.iter().zip(all) {
            let themes = &of_pieces[at];
            let mut push = |unit: Unit, unit_id: usize, scores: ArrayView1<'_, f32>| {
                themes::ranks(scores, reading.none_below)
                    .into_iter()
                    .try_for_each(|ranked| {
                        table.push(&ThemeRow {
                            doc_id: piece.id(),
                            unit: unit.name(),
                            unit_id,
                            scorer: &reading.scorer,
                            theme: ranked
                                .theme
                                .map_or(NONE, |theme| &codebook.themes[theme].id),
                            score: ranked.score.into(),
                            rank: ranked.rank,
                        })
                    })
            };
            for (sentence, row) in themes.rows.clone().enumerate() {
                push(Unit::Sentence, sentence + 1, reading.scores.row(row))?;
            }
            for units in &themes.larger {
                for (&unit_id, scores) in units.ids.iter().zip(units.scores.rows()) {
                    push(units.unit, unit_id, scores)?;
                }
            }
        }
    }
    table.finish()
}

/// Similarities, neighbours and profiles of the studied articles.
pub(crate) fn comparison(
    folder: &OutputFolder,
    pieces: &[Piece],
    comparison: &Comparison,
    readings: &Readings,
    themes: &[Vec<PieceThemes>],
    codebook: &Codebook,
) -> Result<(), ReportError> {
    let mut similarity = folder.table::<SimilarityRow<'_>>()?;
    let mut profiles = folder.table::<ProfileRow<'_>>()?;
    for (row, &at) in comparison.studied.iter().enumerate() {
        let piece = &pieces[at];
        let listed = comparison.listed(row);
        for &other_at in &listed {
            let other = &pieces[other_at];
            let leading = &themes[readings.leading()];
            let (own, others) = (&leading[at].profile, &leading[other_at].profile);
            let cosine = comparison.documents[(row, other_at)];
            let placed = comparison.place(at, other_at, cosine);
            similarity.push(&SimilarityRow {
                doc_id: piece.id(),
                other_id: other.id(),
                unit: "document",
                section: None,
                other_section: None,
                cosine: cosine.into(),
                percentile: percentile(placed),
                theme_jsd: Some(compare::jensen_shannon(own, others).into()),
                z: z(placed),
            })?;
            for (reading, of_pieces) in readings.all.iter().zip(themes) {
                let (own, others) = (&of_pieces[at].profile, &of_pieces[other_at].profile);
                let parts = compare::jensen_shannon_parts(own, others);
                for (theme, ((&share, &other_share), part)) in
                    own.iter().zip(others).zip(parts).enumerate()
                {
                    if share > 0.0 || other_share > 0.0 {
                        profiles.push(&ProfileRow {
                            doc_id: piece.id(),
                            other_id: other.id(),
                            scorer: &reading.scorer,
                            theme: codebook.themes.get(theme).map_or(NONE, |theme| &theme.id),
                            share: share.into(),
                            other_share: other_share.into(),
                            jsd_part: part.into(),
                        })?;
                    }
                }
            }
        }
        for found in comparison.nearest_sections(at, &listed) {
            similarity.push(&SimilarityRow {
                doc_id: piece.id(),
                other_id: pieces[found.other].id(),
                unit: "section",
                section: Some(found.section),
                other_section: Some(found.other_section),
                cosine: found.cosine.into(),
                percentile: percentile(found.placed),
                theme_jsd: None,
                z: z(found.placed),
            })?;
        }
    }
    similarity.finish()?;
    profiles.finish()?;
    neighbours(folder, pieces, comparison)
}

pub(crate) fn percentile(placed: Option<Placed>) -> Option<Decimal> {
    placed.map(|placed| placed.percentile.into())
}

pub(crate) fn z(placed: Option<Placed>) -> Option<Decimal> {
    placed.and_then(|placed| placed.z).map(Decimal)
}

fn neighbours(
    folder: &OutputFolder,
    pieces: &[Piece],
    comparison: &Comparison,
) -> Result<(), ReportError> {
    let homes: Vec<(&Piece, usize)> = pieces::homes(pieces).collect();
    let mut table = folder.table::<NeighbourRow<'_>>()?;
    for (row, found) in &comparison.neighbours.of {
        let (piece, sentence) = homes[*row];
        let span = piece.document.sentences[sentence].span;
        for (rank, neighbour) in found.iter().enumerate() {
            let (other, other_sentence) = homes[neighbour.index];
            let other_span = other.document.sentences[other_sentence].span;
            let (words, other_words) = (piece.words[sentence], other.words[other_sentence]);
            let background = &comparison.of_sentences;
            let placed = background.place(words, other_words, neighbour.cosine);
            table.push(&NeighbourRow {
                doc_id: piece.id(),
                sentence: sentence + 1,
                rank: rank + 1,
                other_id: other.id(),
                other_sentence: other_sentence + 1,
                cosine: neighbour.cosine.into(),
                start: span.start,
                end: span.end,
                text: piece.cut(span),
                other_start: other_span.start,
                other_end: other_span.end,
                other_text: other.cut(other_span),
                percentile: percentile(placed),
                z: z(placed),
            })?;
        }
    }
    table.finish()
}

pub(crate) fn problems(folder: &OutputFolder, problems: &[Problem]) -> Result<(), ReportError> {
    let mut table = folder.table::<ProblemRow<'_>>()?;
    for problem in problems {
        table.push(&ProblemRow {
            doc_id: problem.doc_id.as_deref().unwrap_or(""),
            path: &problem.path.to_string_lossy(),
            place: problem.place.as_deref().unwrap_or(""),
            severity: problem.severity.name(),
            problem: &problem.what,
            remedy: &problem.remedy,
        })?;
    }
    table.finish()
}

pub(crate) fn stages(folder: &OutputFolder, stages: &[Stage]) -> Result<(), ReportError> {
    let mut table = folder.table::<StageRow<'_>>()?;
    for stage in stages {
        table.push(&StageRow {
            stage: stage.name,
            unit: stage.unit,
            items: stage.items,
            seconds: stage.seconds.into(),
            items_per_second: (stage.items as f64 / stage.seconds.max(1e-9)).into(),
            peak_memory_bytes: stage.peak_memory,
        })?;
    }
    table.finish()
}
