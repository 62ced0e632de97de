//! Novelty as tables: by sentence, section and piece.

use std::ops::Range;

use report::tables::{NoveltyPieceRow, NoveltyRow, NoveltySectionRow};
use report::{Decimal, OutputFolder, ReportError};

use crate::novelty::{Class, PieceNovelty};
use crate::periods;
use crate::pieces::Piece;
use crate::writing::{percentile, z};

/// Writes the three tables. `baseline` is the mean cosine of unrelated sentences, where there are any.
pub(crate) fn write(
    folder: &OutputFolder,
    pieces: &[Piece],
    judged: &[PieceNovelty],
    baseline: Option<f64>,
) -> Result<(), ReportError> {
    let mut sentences = folder.table::<NoveltyRow<'_>>()?;
    let mut sections = folder.table::<NoveltySectionRow<'_>>()?;
    let mut all = folder.table::<NoveltyPieceRow<'_>>()?;
    for found in judged {
        let piece = &pieces[found.piece];
        for (at, sentence) in found.sentences.iter().enumerate() {
            let own = piece.document.sentences[at].span;
            let source = sentence.source.map(|(other, there)| {
                let other = &pieces[other];
                (other, there + 1, other.document.sentences[there].span)
            });
            let passage = sentence.passage;
            sentences.push(&NoveltyRow {
                doc_id: piece.id(),
                sentence: at + 1,
                class: sentence.class.name(),
                source_doc_id: source.map_or("", |source| source.0.id()),
                source_sentence: source.map(|source| source.1),
                similarity: sentence.similarity.map(Decimal::from),
                percentile: percentile(sentence.placed),
                text: piece.cut(own),
                source_text: source.map_or("", |source| source.0.cut(source.2)),
                share_verbatim: sentence.share_verbatim.map(Decimal),
                z: z(sentence.placed),
                passage: passage.map(|passage| passage.0),
                passage_score: passage.map(|passage| passage.1.into()),
                passage_expected: passage.map(|passage| passage.2.into()),
                words: piece.words[at],
                copies: sentence.repeated.map(|repeated| repeated.2),
                source_published: source
                    .and_then(|source| periods::date(&source.0.metadata))
                    .unwrap_or_default(),
                start: own.start,
                end: own.end,
                source_start: source.map(|source| source.2.start),
                source_end: source.map(|source| source.2.end),
                shared_start: sentence.repeated.map(|repeated| repeated.0.start),
                shared_end: sentence.repeated.map(|repeated| repeated.0.end),
                source_shared_start: sentence.repeated.map(|repeated| repeated.1.start),
                source_shared_end: sentence.repeated.map(|repeated| repeated.1.end),
                p: sentence.by_chance.map(|chance| chance.0.into()),
                q: sentence.by_chance.map(|chance| chance.1.into()),
            })?;
        }
        for (at, section) in piece.document.sections.iter().enumerate() {
            let inside = piece.document.sentences_of_section(at);
            if inside.is_empty() {
                continue;
            }
            let of = |class| {
                let own = found.sentences[inside.clone()].iter();
                own.filter(|sentence| sentence.class == class).count()
            };
            sections.push(&NoveltySectionRow {
                doc_id: piece.id(),
                section: section.ordinal,
                sentences: inside.len(),
                verbatim: of(Class::Verbatim),
                paraphrase: of(Class::Paraphrase),
                novel: of(Class::Novel),
                novel_share: (of(Class::Novel) as f64 / inside.len() as f64).into(),
                novel_words_share: novel_words_share(piece, found, inside).into(),
            })?;
        }
        let novel = found.count(Class::Novel) as f64 / found.sentences.len() as f64;
        let rescaled = found
            .matched
            .zip(baseline)
            .map(|(matched, b)| matched.rescaled(b));
        all.push(&NoveltyPieceRow {
            doc_id: piece.id(),
            candidates: found.candidates,
            candidate_sentences: found.candidate_sentences,
            sentences: found.sentences.len(),
            verbatim: found.count(Class::Verbatim),
            paraphrase: found.count(Class::Paraphrase),
            novel: found.count(Class::Novel),
            novel_share: novel.into(),
            coverage: (1.0 - novel).into(),
            precision: found.matched.map(|matched| matched.precision.into()),
            recall: found.matched.map(|matched| matched.recall.into()),
            f: found.matched.map(|matched| matched.f.into()),
            baseline: baseline.map(Decimal),
            precision_rescaled: rescaled.map(|matched| matched.precision.into()),
            recall_rescaled: rescaled.map(|matched| matched.recall.into()),
            f_rescaled: rescaled.map(|matched| matched.f.into()),
            similarity_threshold: found.similarity_threshold.map(Decimal),
            passage_threshold: found.passage_threshold.map(Decimal),
            novel_words_share: novel_words_share(piece, found, 0..found.sentences.len()).into(),
        })?;
    }
    sentences.finish()?;
    sections.finish()?;
    all.finish()
}

/// Words of novel sentences as a share of those of all in a range.
fn novel_words_share(piece: &Piece, found: &PieceNovelty, within: Range<usize>) -> f64 {
    let words = |at: usize| piece.words[at];
    let is_novel = |at: &usize| found.sentences[*at].class == Class::Novel;
    let novel: usize = within.clone().filter(is_novel).map(words).sum();
    let all: usize = within.map(words).sum();
    novel as f64 / all.max(1) as f64
}
