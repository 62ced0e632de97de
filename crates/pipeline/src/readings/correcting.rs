//! Readings set right, beside those that they were made from.

use model::Embedder;
use themes::{Scale, ThemeError, Units, null_input, prior_matching};

use super::{Reading, Readings};
use crate::Event;
use crate::settings::ThemeSettings;

impl Readings {
    /// Sets a reading right in each way that is asked for.
    pub(super) fn correct(
        &mut self,
        base: usize,
        settings: &ThemeSettings,
        embedder: &mut Embedder,
        observe: &mut dyn FnMut(Event<'_>),
    ) -> Result<(), ThemeError> {
        let (wanted, codebook) = (&settings.corrections, &settings.codebook.codebook);
        let Reading { by, scale, .. } = self.all[base];
        let Some(scale) = scale else {
            if wanted.any() {
                observe(Event::Note(&format!(
                    "scores of {} stay as they are: those of embedding, and of nli without --multi-label, can be set right",
                    self.all[base].scorer
                )));
            }
            return Ok(());
        };
        if wanted.null_prior {
            let offsets = self.null_offsets(by, scale, embedder)?;
            self.push_corrected(base, "null", scale, offsets);
        }
        if wanted.prior_matching {
            let scores = scale.additive(self.all[base].scores.view());
            let ids: Vec<&str> = codebook
                .themes
                .iter()
                .map(|theme| theme.id.as_str())
                .collect();
            match prior_matching::offsets(scores.view(), scale.temperature(), &ids, None) {
                Ok(offsets) => self.push_corrected(base, "matched", scale, offsets),
                Err(refusal) => observe(Event::Note(&refusal.to_string())),
            }
        }
        if let Some(choice) = &wanted.calibration {
            let scorer = &self.all[base].scorer;
            match choice.calibration.offsets(scorer, codebook) {
                Some(offsets) => self.push_corrected(base, "calibrated", scale, offsets),
                None => observe(Event::Note(&format!(
                    "scores of {scorer} stay as they are: {} says nothing of it",
                    choice.file.display()
                ))),
            }
        }
        Ok(())
    }

    /// What to add where texts that say nothing score high.
    fn null_offsets(
        &mut self,
        by: usize,
        scale: Scale,
        embedder: &mut Embedder,
    ) -> Result<Vec<f32>, ThemeError> {
        let texts = &null_input::NULL_TEXTS;
        let vectors = embedder.embed_all(texts)?.0;
        let scores = self.scorers[by].score(&Units {
            texts,
            vectors: vectors.view(),
        })?;
        Ok(null_input::offsets(scale.additive(scores.view()).view()))
    }

    fn push_corrected(&mut self, base: usize, way: &str, scale: Scale, offsets: Vec<f32>) {
        let base = &self.all[base];
        let mut scores = base.scores.clone();
        scale.add(&mut scores, &offsets);
        let corrected = Reading {
            scorer: format!("{}-{way}", base.scorer),
            none_below: base.none_below,
            scores,
            recall: None,
            scale: Some(scale),
            offsets: Some(offsets),
            by: base.by,
        };
        self.all.push(corrected);
    }
}
