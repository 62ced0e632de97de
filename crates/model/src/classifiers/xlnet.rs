//! XLNet (Yang et al. 2019): attention that looks at distances and segments too; the last token
//! decides.

mod attention;
mod config;

use std::ops::Range;
use std::sync::Arc;

use super::heads::Spans;
use super::parts::{Dense, Feed, Rows, Source, Table, Work, fit, spans};
use super::{Blueprint, Network, of};
use crate::ModelError;
use crate::files::Files;
use crate::packed::Tokens;
use attention::Attention;
use config::{Settings, Summary};

/// Most subwords of a pair. The network has no limit of its own; it was trained on so many.
const LONGEST: usize = 512;

pub(super) fn read(files: &mut Files<'_>) -> Result<Settings, ModelError> {
    of(files, Settings::of)
}

impl Blueprint for Settings {
    fn longest(&self) -> usize {
        LONGEST
    }

    fn build(
        &self,
        source: &mut Source<'_>,
        classes: usize,
    ) -> Result<Arc<dyn Network>, ModelError> {
        let tokens = "transformer.word_embedding.weight";
        let layers = (0..self.layers)
            .map(|index| {
                let own = |part: &str| format!("transformer.layer.{index}.{part}");
                Ok(Layer {
                    attention: Attention::take(source, self, &own("rel_attn"))?,
                    feed: source.feed(
                        [
                            &own("ff.layer_1"),
                            &own("ff.layer_2"),
                            &own("ff.layer_norm"),
                        ],
                        (self.hidden, self.inner),
                        self.activation,
                        self.epsilon,
                    )?,
                })
            })
            .collect::<Result<_, ModelError>>()?;
        Ok(Arc::new(XlNet {
            hidden: self.hidden,
            tokens: source.table(tokens, (self.vocabulary, self.hidden), "token id")?,
            layers,
            summary: self.summary,
            pooler: source
                .dense("sequence_summary.summary", self.hidden, self.hidden)?
                .then(self.summary_activation),
            classifier: source.dense("logits_proj", self.hidden, classes)?,
        }))
    }
}

struct XlNet {
    hidden: usize,
    tokens: Table,
    layers: Vec<Layer>,
    summary: Summary,
    pooler: Dense,
    classifier: Dense,
}

struct Layer {
    attention: Attention,
    feed: Feed,
}

impl Network for XlNet {
    fn logits(&self, work: &mut Work, pairs: &[Tokens<'_>]) -> Result<Rows, ModelError> {
        fit(pairs, LONGEST)?;
        let seen = spans(pairs);
        let deciding: Vec<Range<usize>> = (seen.iter())
            .map(|span| match self.summary {
                Summary::First => span.start..span.start + 1,
                Summary::Last => span.end - 1..span.end,
            })
            .collect();
        let mut hidden = Rows::new(pairs.iter().map(Tokens::len).sum(), self.hidden);
        for (row, &id) in pairs.iter().flat_map(|pair| pair.ids).enumerate() {
            self.tokens.add(id as usize, hidden.row_mut(row))?;
        }
        for (at, layer) in self.layers.iter().enumerate() {
            let is_last = at + 1 == self.layers.len();
            let asked = if is_last { &deciding } else { &seen };
            let spans = Spans { asked, seen: &seen };
            let context = layer.attention.attend(work, &hidden, pairs, spans);
            if is_last {
                hidden.keep(deciding.iter().map(|span| span.start));
            }
            layer.attention.mixing.apply(work, &context, &mut hidden);
            layer.feed.apply(work, &mut hidden);
        }
        let pooled = self.pooler.apply(work, &hidden);
        Ok(self.classifier.apply(work, &pooled))
    }
}

/// A row of sines and cosines for each distance of a key from a query, from the farthest key before
/// it on.
fn distances(settings: &Settings) -> Rows {
    let hidden = settings.hidden;
    let turns: Vec<f32> = (0..hidden / 2)
        .map(|at| 10_000_f64.powf(-2.0 * at as f64 / hidden as f64) as f32)
        .collect();
    let reach = LONGEST as i64 - 1;
    let mut rows = Rows::new(2 * LONGEST - 1, hidden);
    for (at, distance) in (-reach..=reach).enumerate() {
        let farthest = settings.farthest.unwrap_or(reach);
        // Transformers counts from the key to the query.
        let distance = (-distance).clamp(-farthest, farthest) as f32;
        let row = rows.row_mut(at);
        for (place, turn) in turns.iter().enumerate() {
            let (sine, cosine) = f64::from(distance * turn).sin_cos();
            row[place] = sine as f32;
            row[hidden / 2 + place] = cosine as f32;
        }
    }
    rows
}
