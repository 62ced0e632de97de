//! DeBERTa (He et al. 2021) and its second and third version: attention that looks at contents and
//! at distances apart.

mod attention;
mod config;
mod convolution;
mod distances;

use std::ops::Range;
use std::sync::Arc;

use super::heads::Spans;
use super::parts::{Dense, Feed, LayerNorm, Mixing, Rows, Source, Table, Work, fit, spans};
use super::{Blueprint, Network, of};
use crate::ModelError;
use crate::files::Files;
use crate::packed::Tokens;
use attention::Disentangled;
use config::Settings;
use convolution::Convolution;

/// Whose names and distances the weights have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    First,
    /// And the third, whose files have the same type.
    Second,
}

pub(super) fn read(files: &mut Files<'_>, version: Version) -> Result<Settings, ModelError> {
    of(files, |config| Settings::of(config, version))
}

impl Blueprint for Settings {
    fn longest(&self) -> usize {
        self.positions
    }

    fn build(
        &self,
        source: &mut Source<'_>,
        classes: usize,
    ) -> Result<Arc<dyn Network>, ModelError> {
        Ok(Arc::new(Deberta {
            longest: self.positions,
            embeddings: Embeddings::take(source, self)?,
            layers: self.layers(source)?,
            convolution: self
                .convolution
                .map(|shape| Convolution::take(source, shape, self.hidden, self.epsilon))
                .transpose()?,
            pooler: source
                .dense("pooler.dense", self.hidden, self.hidden)?
                .then(self.pooler_activation),
            classifier: source.dense("classifier", self.hidden, classes)?,
        }))
    }
}

impl Settings {
    fn layers(&self, source: &mut Source<'_>) -> Result<Vec<Layer>, ModelError> {
        let relative = distances::Embeddings::take(source, self)?;
        (0..self.layers)
            .map(|index| {
                let prefix = format!("deberta.encoder.layer.{index}");
                let own = |name: &str| format!("{prefix}.{name}");
                Ok(Layer {
                    attention: Disentangled::take(
                        source,
                        self,
                        &own("attention.self"),
                        relative.as_ref(),
                    )?,
                    mixing: source.mixing(
                        (
                            &own("attention.output.dense"),
                            &own("attention.output.LayerNorm"),
                        ),
                        self.hidden,
                        self.epsilon,
                    )?,
                    feed: source.feed(
                        [
                            &own("intermediate.dense"),
                            &own("output.dense"),
                            &own("output.LayerNorm"),
                        ],
                        (self.hidden, self.intermediate),
                        self.activation,
                        self.epsilon,
                    )?,
                })
            })
            .collect()
    }
}

struct Deberta {
    longest: usize,
    embeddings: Embeddings,
    layers: Vec<Layer>,
    convolution: Option<Convolution>,
    pooler: Dense,
    classifier: Dense,
}

struct Layer {
    attention: Disentangled,
    mixing: Mixing,
    feed: Feed,
}

impl Network for Deberta {
    fn logits(&self, work: &mut Work, pairs: &[Tokens<'_>]) -> Result<Rows, ModelError> {
        fit(pairs, self.longest)?;
        let seen = spans(pairs);
        let first: Vec<Range<usize>> = (seen.iter())
            .map(|span| span.start..span.start + 1)
            .collect();
        let mut hidden = self.embeddings.sum(work, pairs)?;
        for (at, layer) in self.layers.iter().enumerate() {
            // A convolution looks at the first layer's neighbours too.
            let convolution = self.convolution.as_ref().filter(|_| at == 0);
            let before = convolution.map(|_| hidden.clone());
            let only_first = at + 1 == self.layers.len() && convolution.is_none();
            let asked = if only_first { &first } else { &seen };
            let spans = Spans { asked, seen: &seen };
            let context = layer.attention.attend(work, &hidden, spans);
            if only_first {
                hidden.keep(first.iter().map(|span| span.start));
            }
            layer.mixing.apply(work, &context, &mut hidden);
            layer.feed.apply(work, &mut hidden);
            if let (Some(convolution), Some(before)) = (convolution, before) {
                convolution.add(work, &before, &seen, &mut hidden);
            }
        }
        if hidden.count() > pairs.len() {
            hidden.keep(first.iter().map(|span| span.start));
        }
        let pooled = self.pooler.apply(work, &hidden);
        Ok(self.classifier.apply(work, &pooled))
    }
}

struct Embeddings {
    tokens: Table,
    positions: Option<Table>,
    types: Option<Table>,
    widen: Option<Dense>,
    norm: LayerNorm,
    width: usize,
}

impl Embeddings {
    fn take(source: &mut Source<'_>, settings: &Settings) -> Result<Self, ModelError> {
        let name = |part: &str| format!("deberta.embeddings.{part}");
        let width = settings.embedding;
        let mut table = |name: &str, rows, of| source.table(name, (rows, width), of);
        let tokens = table(
            &name("word_embeddings.weight"),
            settings.vocabulary,
            "token id",
        )?;
        let positions = settings
            .biased_input
            .then(|| {
                table(
                    &name("position_embeddings.weight"),
                    settings.positions,
                    "position",
                )
            })
            .transpose()?;
        let types = (settings.types > 0)
            .then(|| {
                table(
                    &name("token_type_embeddings.weight"),
                    settings.types,
                    "token type",
                )
            })
            .transpose()?;
        let widen = if width == settings.hidden {
            None
        } else {
            Some(source.unbiased(&name("embed_proj"), width, settings.hidden)?)
        };
        Ok(Self {
            tokens,
            positions,
            types,
            widen,
            norm: source.norm(&name("LayerNorm"), settings.hidden, settings.epsilon)?,
            width,
        })
    }

    fn sum(&self, work: &mut Work, pairs: &[Tokens<'_>]) -> Result<Rows, ModelError> {
        let mut rows = Rows::new(pairs.iter().map(Tokens::len).sum(), self.width);
        let mut row = 0;
        for pair in pairs {
            for (at, (&id, &kind)) in pair.ids.iter().zip(pair.types).enumerate() {
                let to = rows.row_mut(row);
                self.tokens.add(id as usize, to)?;
                if let Some(positions) = &self.positions {
                    positions.add(at, to)?;
                }
                if let Some(types) = &self.types {
                    types.add(usize::from(kind), to)?;
                }
                row += 1;
            }
        }
        if let Some(widen) = &self.widen {
            rows = widen.apply(work, &rows);
        }
        self.norm.apply(work.level, &mut rows);
        Ok(rows)
    }
}
