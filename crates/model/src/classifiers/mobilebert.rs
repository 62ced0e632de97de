//! MobileBERT (Sun et al. 2020): layers that are narrow inside, and trigrams of embeddings.

mod config;
mod layer;
mod norm;

use std::ops::Range;
use std::sync::Arc;

use kernels::Activation;

use super::heads::Spans;
use super::parts::{Dense, Rows, Source, Table, Work, fit, spans};
use super::{Blueprint, Network, of};
use crate::ModelError;
use crate::files::Files;
use crate::packed::Tokens;
use config::Settings;
use layer::Layer;
use norm::Norm;

/// Of the embeddings' normalization, which transformers gives no other.
const EPSILON: f64 = 1e-5;

pub(super) fn read(files: &mut Files<'_>) -> Result<Settings, ModelError> {
    of(files, Settings::of)
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
        Ok(Arc::new(MobileBert {
            longest: self.positions,
            embeddings: Embeddings::take(source, self)?,
            layers: (0..self.layers)
                .map(|index| Layer::take(source, self, index))
                .collect::<Result<_, _>>()?,
            pooler: if self.pools {
                let dense = source.dense("mobilebert.pooler.dense", self.hidden, self.hidden)?;
                Some(dense.then(Activation::Tanh))
            } else {
                None
            },
            classifier: source.dense("classifier", self.hidden, classes)?,
        }))
    }
}

struct MobileBert {
    longest: usize,
    embeddings: Embeddings,
    layers: Vec<Layer>,
    pooler: Option<Dense>,
    classifier: Dense,
}

impl Network for MobileBert {
    fn logits(&self, work: &mut Work, pairs: &[Tokens<'_>]) -> Result<Rows, ModelError> {
        fit(pairs, self.longest)?;
        let seen = spans(pairs);
        let first: Vec<Range<usize>> = (seen.iter())
            .map(|span| span.start..span.start + 1)
            .collect();
        let mut hidden = self.embeddings.sum(work, pairs, &seen)?;
        for (at, layer) in self.layers.iter().enumerate() {
            let is_last = at + 1 == self.layers.len();
            let asked = if is_last { &first } else { &seen };
            hidden = layer.apply(work, hidden, Spans { asked, seen: &seen });
        }
        if let Some(pooler) = &self.pooler {
            hidden = pooler.apply(work, &hidden);
        }
        Ok(self.classifier.apply(work, &hidden))
    }
}

struct Embeddings {
    tokens: Table,
    positions: Table,
    types: Table,
    /// Columns a token's embedding, or from those of the next token, its own and the one before.
    widen: Option<Dense>,
    trigrams: bool,
    norm: Norm,
    width: usize,
}

impl Embeddings {
    fn take(source: &mut Source<'_>, settings: &Settings) -> Result<Self, ModelError> {
        let name = |part: &str| format!("mobilebert.embeddings.{part}");
        let (width, hidden) = (settings.embedding, settings.hidden);
        let mut table = |part: &str, shape, of| source.table(&name(part), shape, of);
        let tokens = (settings.vocabulary, width);
        let tokens = table("word_embeddings.weight", tokens, "token id")?;
        let positions = (settings.positions, hidden);
        let positions = table("position_embeddings.weight", positions, "position")?;
        let types = (settings.types, hidden);
        let types = table("token_type_embeddings.weight", types, "token type")?;
        let inputs = if settings.trigrams { 3 * width } else { width };
        let widen = (settings.trigrams || width != hidden)
            .then(|| source.dense(&name("embedding_transformation"), inputs, hidden))
            .transpose()?;
        let norm = settings.norm;
        Ok(Self {
            tokens,
            positions,
            types,
            widen,
            trigrams: settings.trigrams,
            norm: norm.take(source, &name("LayerNorm"), hidden, EPSILON)?,
            width,
        })
    }

    fn sum(
        &self,
        work: &mut Work,
        pairs: &[Tokens<'_>],
        spans: &[Range<usize>],
    ) -> Result<Rows, ModelError> {
        let count = pairs.iter().map(Tokens::len).sum();
        let width = self.width;
        let mut rows = Rows::new(count, if self.trigrams { 3 * width } else { width });
        for (pair, span) in pairs.iter().zip(spans) {
            for (at, &id) in span.clone().zip(pair.ids) {
                let token = self.tokens.row(id as usize)?;
                if !self.trigrams {
                    rows.row_mut(at)[..width].copy_from_slice(token);
                    continue;
                }
                // The next token's comes first.
                let places = [at.wrapping_sub(1), at, at + 1];
                for (place, row) in places.into_iter().enumerate() {
                    if span.contains(&row) {
                        rows.row_mut(row)[place * width..][..width].copy_from_slice(token);
                    }
                }
            }
        }
        if let Some(widen) = &self.widen {
            rows = widen.apply(work, &rows);
        }
        for (pair, span) in pairs.iter().zip(spans) {
            for ((at, row), &kind) in span.clone().enumerate().zip(pair.types) {
                self.positions.add(at, rows.row_mut(row))?;
                self.types.add(usize::from(kind), rows.row_mut(row))?;
            }
        }
        self.norm.apply(work.level, &mut rows);
        Ok(rows)
    }
}
