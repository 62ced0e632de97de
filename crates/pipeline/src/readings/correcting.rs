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
        let Reading { by, ref scorer, .. } = self.all[base];
        let learned = wanted.calibration.as_ref().map(|choice| {
            let offsets = choice.calibration.offsets(scorer, codebook);
            offsets.ok_or_else(|| format!("{} says nothing of it", choice.file.display()))
        });
        let mut refuse = |scorer: &str, why: String| {
            observe(Event::Note(&format!(
                "scores of {scorer} stay as they are: {why}"
            )));
        };
        let Some(scale) = self.all[base].scale else {
            if wanted.any() {
                refuse(
                    scorer,
                    "they are no shares that could be set right".to_owned(),
                );
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
                Err(refusal) => refuse(&self.all[base].scorer, refusal.to_string()),
            }
        }
        match learned {
            Some(Ok(offsets)) => self.push_corrected(base, "calibrated", scale, offsets),
            Some(Err(why)) => refuse(&self.all[base].scorer, why),
            None => {}
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
