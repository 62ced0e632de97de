//! Labelled texts as scorers see them.

use anyhow::Result;
use model::{Card, Embedder, EmbedderSettings};
use pipeline::{Readings, ThemeSettings};
use themes::{Codebook, Units};

use crate::args::{LabelledTable, ModelOptions, ThemeOptions};
use crate::commands::{count, labelled::Labelled};
use crate::{config, show};

/// Labelled texts, what scored them, and all scores.
pub(crate) struct Scored {
    pub(crate) card: Card,
    pub(crate) settings: EmbedderSettings,
    pub(crate) chosen: ThemeSettings,
    pub(crate) embedder: Embedder,
    pub(crate) labelled: Labelled,
    pub(crate) readings: Readings,
}

impl Scored {
    /// Reads the table and scores its texts; `prepare` is done between the two.
    pub(crate) fn new<T>(
        table: &LabelledTable,
        options: &ModelOptions,
        theme_options: &ThemeOptions,
        prepare: impl FnOnce() -> Result<T>,
    ) -> Result<(Self, T)> {
        let (card, mut settings, chosen) = config::model_and_themes(options, theme_options)?;
        settings.unit_length = true;
        let codebook = &chosen.codebook.codebook;
        let labelled = Labelled::read(table, codebook)?;
        let prepared = prepare()?;
        let mut embedder = Embedder::open(&card, &settings)?;
        say!("model: {}", embedder.describe());
        say!(
            "codebook: {} {}, {}",
            codebook.name,
            codebook.version,
            count(codebook.themes.len(), "theme")
        );
        say!("{}", labelled.describe());
        let texts = labelled.texts();
        let vectors = embedder.embed_all(&texts)?.0;
        let mut observer = show::Observer::new(true);
        let units = Units {
            texts: &texts,
            vectors: vectors.view(),
        };
        let readings = Readings::new(&chosen, &mut embedder, &units, &mut |event| {
            observer.hear(&event);
        })?;
        observer.finish();
        let scored = Self {
            card,
            settings,
            chosen,
            embedder,
            labelled,
            readings,
        };
        Ok((scored, prepared))
    }

    pub(crate) fn codebook(&self) -> &Codebook {
        &self.chosen.codebook.codebook
    }
}
