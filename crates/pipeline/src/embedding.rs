//! Sentences to vectors, straight into the output folder.

use model::Embedder;
use report::{OutputFolder, WrittenVectors};

use crate::ledger::SubwordCounts;
use crate::pieces::{self, Piece};
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
        // All that follows takes dot products for cosines.
        unit_length: true,
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
    let texts = pieces::sentences(pieces);
    let mut memory = open_cache(settings, embedder, observe);
    let dimensions = embedder.card().dimensions;
    let mut file = folder.vectors("embeddings/sentences.npy", texts.len(), dimensions)?;
    let ledger = embedder.embed::<PipelineError>(
        &texts,
        memory
            .as_mut()
            .map(|memory| memory as &mut dyn model::Memory),
        &mut |row, vector| Ok(file.put(row, vector)?),
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
