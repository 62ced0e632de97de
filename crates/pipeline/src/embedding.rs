//! Sentences to vectors, straight into the output folder.

use model::Embedder;
use report::{OutputFolder, WrittenVectors};

use crate::ledger::SubwordCounts;
use crate::pieces::Piece;
use crate::remembering::Remembering;
use crate::{Event, PipelineError, Settings};

/// The stage's name.
pub(crate) const STAGE: &str = "embed";

/// Fewer sentences than this don't repay another replica's start.
const SENTENCES_A_REPLICA: usize = 32;

/// The model, with as many replicas as so many sentences repay.
pub(crate) fn open(
    settings: &Settings,
    sentences: usize,
    observe: &mut dyn FnMut(Event<'_>),
) -> Result<Embedder, PipelineError> {
    let choice = &settings.model;
    let replicas = sentences.div_ceil(SENTENCES_A_REPLICA);
    let settings = model::EmbedderSettings {
        replicas: settings.threads.min(replicas),
        ..choice.settings.clone()
    };
    let embedder = Embedder::open(&choice.card, &settings)?;
    observe(Event::Remark(&format!("model: {}", embedder.describe())));
    Ok(embedder)
}

/// Embeds the sentences of all pieces. Each vector goes to its place in the folder's file.
pub(crate) fn embed(
    settings: &Settings,
    folder: &OutputFolder,
    pieces: &[Piece],
    embedder: &mut Embedder,
    observe: &mut dyn FnMut(Event<'_>),
) -> Result<(WrittenVectors, SubwordCounts), PipelineError> {
    let texts: Vec<&str> = pieces
        .iter()
        .flat_map(|piece| {
            let sentences = piece.document.sentences.iter();
            sentences.map(|sentence| piece.cut(sentence.span))
        })
        .collect();
    let mut memory = open_cache(settings, embedder, observe);
    let dimensions = embedder.card().dimensions;
    let mut file = folder.vectors("embeddings/sentences.npy", texts.len(), dimensions)?;
    // All that follows takes dot products for cosines.
    let is_unit = embedder.card().normalize;
    let mut scaled = Vec::with_capacity(dimensions);
    let ledger = embedder.embed::<PipelineError>(
        &texts,
        memory
            .as_mut()
            .map(|memory| memory as &mut dyn model::Memory),
        &mut |row, vector| {
            if is_unit {
                return Ok(file.put(row, vector)?);
            }
            scaled.clear();
            scaled.extend_from_slice(vector);
            compare::scale_to_unit(&mut scaled);
            Ok(file.put(row, &scaled)?)
        },
        &mut |done, total| {
            observe(Event::Advanced {
                stage: STAGE,
                done,
                total,
            });
        },
    )?;
    let vectors = file.finish()?;
    if let Some(failure) = memory.and_then(Remembering::failure) {
        without_cache(&failure, observe);
    }
    if ledger.recalled > 0 {
        observe(Event::Remark(&format!(
            "{} of {} different sentences were in the cache",
            ledger.recalled, ledger.distinct
        )));
    }
    let counts = SubwordCounts::of(ledger, embedder.running().clone());
    Ok((vectors, counts))
}

fn open_cache(
    settings: &Settings,
    embedder: &Embedder,
    observe: &mut dyn FnMut(Event<'_>),
) -> Option<Remembering> {
    Remembering::open(settings.cache.as_deref()?, embedder).unwrap_or_else(|error| {
        without_cache(&error, observe);
        None
    })
}

fn without_cache(error: &cache::CacheError, observe: &mut dyn FnMut(Event<'_>)) {
    observe(Event::Note(&format!(
        "{error}; the run goes on without the cache"
    )));
}
