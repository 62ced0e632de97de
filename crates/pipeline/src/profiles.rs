//! How diverse the words of articles and sections are, and how hard to read.

use std::ops::Range;

use lexis::{Corpus, Diversity, MtldRule, Readability};
use rayon::prelude::*;
use report::Decimal;
use report::tables::{DiversityRow, ReadabilityRow};

use crate::PipelineError;
use crate::lexical::Output;
use crate::listed::Listed;
use crate::pieces::Piece;

/// Words of a window of MATTR and of a segment of MSTTR.
pub(crate) const WINDOW: usize = 50;
/// The type-token ratio that closes a stretch of MTLD.
pub(crate) const THRESHOLD: f64 = 0.72;
/// Words drawn for HD-D.
pub(crate) const DRAWS: usize = 42;
/// Fewer words than these tell little of a text's diversity, whatever the measure.
const SHORT: usize = 100;
/// SMOG was made for texts of at least so many sentences.
const SENTENCES: u64 = 30;

/// An article or a section of it, with what of it readability counts.
pub(crate) struct Part {
    name: &'static str,
    id: usize,
    sentences: Range<usize>,
    counts: Readability,
}

/// The parts of each of some pieces.
pub(crate) fn parts_of(pieces: &[Piece]) -> Vec<Vec<Part>> {
    pieces.par_iter().map(parts).collect()
}

fn parts(piece: &Piece) -> Vec<Part> {
    let document = &piece.document;
    let counts = readable(piece);
    let part = |name, id, sentences: Range<usize>| {
        let mut all = Readability::default();
        for &sentence in &counts[sentences.clone()] {
            all += sentence;
        }
        Part {
            name,
            id,
            sentences,
            counts: all,
        }
    };
    let whole = part("document", 0, 0..document.sentences.len());
    let sections = document.sections.iter().enumerate().map(|(at, section)| {
        let sentences = document.sentences_of_section(at);
        part("section", section.ordinal, sentences)
    });
    let sections = sections.filter(|section| !section.sentences.is_empty());
    std::iter::once(whole).chain(sections).collect()
}

/// What is told of articles by period.
pub(crate) const BY_PERIOD: [&str; 9] = [
    "mattr",
    "mtld_below",
    "hd_d",
    "yule_k",
    "words_per_sentence",
    "letters_per_word",
    "flesch",
    "flesch_kincaid",
    "lix",
];

/// Writes both tables, and returns of each piece what is told by period.
pub(crate) fn write(
    output: &Output,
    pieces: &[Listed],
    parts: &[Vec<Part>],
    corpus: &Corpus,
) -> Result<Vec<[Option<f64>; BY_PERIOD.len()]>, PipelineError> {
    let mut diversities = output.table::<DiversityRow<'_>>()?;
    let mut readabilities = output.table::<ReadabilityRow<'_>>()?;
    let described: Vec<Vec<_>> = pieces
        .par_iter()
        .zip(parts)
        .enumerate()
        .map(|(at, (piece, parts))| {
            let units: Vec<Range<usize>> = corpus.sentences(at).collect();
            let described = parts.iter().map(|part| {
                let diversity = diversity(&piece.doc_id, part, corpus, &units);
                (diversity, readability(piece, part))
            });
            described.collect()
        })
        .collect();
    for (diversity, readability) in described.iter().flatten() {
        diversities.push(diversity)?;
        readabilities.push(readability)?;
    }
    diversities.finish()?;
    readabilities.finish()?;
    // The whole article stands first among its parts.
    let wholes = described.iter().map(|parts| &parts[0]);
    let told = wholes.map(|(diversity, readability)| {
        [
            diversity.mattr,
            diversity.mtld_below,
            diversity.hd_d,
            diversity.yule_k,
            readability.words_per_sentence,
            readability.letters_per_word,
            readability.flesch,
            readability.flesch_kincaid,
            readability.lix,
        ]
        .map(|value| value.map(|value| value.0))
    });
    Ok(told.collect())
}

fn diversity<'a>(
    doc_id: &'a str,
    part: &Part,
    corpus: &Corpus,
    sentences: &[Range<usize>],
) -> DiversityRow<'a> {
    let sentences = &sentences[part.sentences.clone()];
    let words = match (sentences.first(), sentences.last()) {
        (Some(first), Some(last)) => &corpus.ids()[first.start..last.end],
        _ => &[],
    };
    let found = Diversity::new(words);
    let number = |value: Option<f64>| value.map(Decimal);
    let mattr = found.mattr(WINDOW);
    DiversityRow {
        doc_id,
        unit: part.name,
        unit_id: part.id,
        tokens: found.tokens(),
        types: found.types(),
        ttr: number(found.ttr()),
        rttr: number(found.rttr()),
        cttr: number(found.cttr()),
        mattr: number(mattr.map(|mean| mean.ttr)),
        msttr: number(found.msttr(WINDOW).map(|mean| mean.ttr)),
        mtld_at_or_below: number(found.mtld(THRESHOLD, MtldRule::AtOrBelow)),
        mtld_below: number(found.mtld(THRESHOLD, MtldRule::Below)),
        hd_d: number(found.hd_d(DRAWS)),
        maas: number(found.maas()),
        yule_k: number(found.yule_k()),
        simpson: number(found.simpson()),
        warning: if found.tokens() < SHORT { "short" } else { "" },
    }
}

/// What each sentence has of what readability counts.
fn readable(piece: &Piece) -> Vec<Readability> {
    let sentences = piece.document.sentences.iter();
    sentences
        .map(|sentence| {
            let words = text::words::words(&piece.article.text, sentence.span);
            let words = words.map(|word| Readability::of_word(&piece.cut(word).to_lowercase()));
            let mut counts = Readability::default();
            counts.add_sentence(words);
            counts
        })
        .collect()
}

fn readability<'a>(piece: &'a Listed, part: &Part) -> ReadabilityRow<'a> {
    let counts = part.counts;
    let number = |value: Option<f64>| value.map(Decimal);
    // Their constants were fitted to English schoolbooks.
    let is_english = piece.metadata.language.as_deref().is_none_or(|tag| {
        tag.split(['-', '_'])
            .next()
            .is_some_and(|language| language.eq_ignore_ascii_case("en"))
    });
    let english = |value: Option<f64>| number(value).filter(|_| is_english);
    ReadabilityRow {
        doc_id: &piece.doc_id,
        unit: part.name,
        unit_id: part.id,
        sentences: counts.sentences,
        words: counts.words,
        words_per_sentence: number(counts.words_per_sentence()),
        letters_per_word: number(counts.letters_per_word()),
        syllables_per_word: english(counts.syllables_per_word()),
        flesch: english(counts.flesch()),
        flesch_kincaid: english(counts.flesch_kincaid()),
        fog: english(counts.fog()),
        smog: english(counts.smog()),
        ari: english(counts.ari()),
        coleman_liau: english(counts.coleman_liau()),
        lix: number(counts.lix()),
        warning: if counts.sentences < SENTENCES {
            "short"
        } else {
            ""
        },
    }
}
