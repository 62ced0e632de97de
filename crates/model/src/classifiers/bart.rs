//! BART (Lewis et al. 2020): an encoder, and a decoder that reads the same text; the state of its
//! last token decides.

mod attention;
mod config;

use std::ops::Range;
use std::sync::Arc;

use kernels::Activation;

use super::heads::Spans;
use super::parts::{Dense, Feed, LayerNorm, Rows, Source, Table, Work, fit, spans};
use super::{Blueprint, Network, of};
use crate::ModelError;
use crate::files::Files;
use crate::packed::Tokens;
use attention::{CrossAttention, SelfAttention};
use config::Settings;

/// Rows that stand before the first token's in the tables of positions.
const OFFSET: usize = 2;
const EPSILON: f64 = 1e-5;

pub(super) fn read(files: &mut Files<'_>) -> Result<Settings, ModelError> {
    of(files, Settings::of)
}

impl Blueprint for Settings {
    fn longest(&self) -> usize {
        self.config.max_position_embeddings
    }

    fn has_types(&self) -> bool {
        false
    }

    fn build(
        &self,
        source: &mut Source<'_>,
        classes: usize,
    ) -> Result<Arc<dyn Network>, ModelError> {
        let config = &self.config;
        let (encoder_tokens, decoder_tokens) = self.tokens(source)?;
        let encoder = (0..config.encoder_layers)
            .map(|index| {
                let prefix = format!("model.encoder.layers.{index}");
                Ok(EncoderLayer {
                    attention: SelfAttention::take(source, &prefix, self.encoder)?,
                    feed: self.feed(source, &prefix, config.encoder_ffn_dim)?,
                })
            })
            .collect::<Result<_, ModelError>>()?;
        let decoder = (0..config.decoder_layers)
            .map(|index| {
                let prefix = format!("model.decoder.layers.{index}");
                Ok(DecoderLayer {
                    attention: SelfAttention::take(source, &prefix, self.decoder)?,
                    cross: CrossAttention::take(source, &prefix, self.decoder)?,
                    feed: self.feed(source, &prefix, config.decoder_ffn_dim)?,
                })
            })
            .collect::<Result<_, ModelError>>()?;
        let head = |part: &str| format!("classification_head.{part}");
        Ok(Arc::new(Bart {
            longest: config.max_position_embeddings,
            begin: config.decoder_start_token_id,
            end: config.eos_token_id,
            encoder_embeddings: self.embeddings(source, "model.encoder", encoder_tokens)?,
            encoder,
            decoder_embeddings: self.embeddings(source, "model.decoder", decoder_tokens)?,
            decoder,
            pooler: source
                .dense(&head("dense"), config.d_model, config.d_model)?
                .then(Activation::Tanh),
            classifier: source.dense(&head("out_proj"), config.d_model, classes)?,
        }))
    }
}

impl Settings {
    /// Tables of tokens for the encoder and the decoder, as a rule one. A file may have it by any
    /// of three names.
    fn tokens(&self, source: &mut Source<'_>) -> Result<(Arc<Table>, Arc<Table>), ModelError> {
        const SHARED: &str = "model.shared.weight";
        let own = |side: &str| format!("model.{side}.embed_tokens.weight");
        let shape = (self.config.vocab_size, self.config.d_model);
        let scale = if self.config.scale_embedding {
            (self.config.d_model as f32).sqrt()
        } else {
            1.0
        };
        let names = [SHARED.to_owned(), own("encoder"), own("decoder")];
        let present = names.into_iter().find(|name| source.has(name));
        let mut take = |name: &str| -> Result<Arc<Table>, ModelError> {
            let table = source.table(name, shape, "token id")?;
            Ok(Arc::new(table.scaled(scale)))
        };
        if !self.config.tie_word_embeddings {
            return Ok((take(&own("encoder"))?, take(&own("decoder"))?));
        }
        let table = take(present.as_deref().unwrap_or(SHARED))?;
        Ok((Arc::clone(&table), table))
    }

    fn embeddings(
        &self,
        source: &mut Source<'_>,
        prefix: &str,
        tokens: Arc<Table>,
    ) -> Result<Embeddings, ModelError> {
        let (width, positions) = (self.config.d_model, self.config.max_position_embeddings);
        let name = format!("{prefix}.embed_positions.weight");
        let norm = format!("{prefix}.layernorm_embedding");
        Ok(Embeddings {
            tokens,
            positions: source.table(&name, (positions + OFFSET, width), "position")?,
            norm: source.norm(&norm, width, EPSILON)?,
            width,
        })
    }

    fn feed(
        &self,
        source: &mut Source<'_>,
        prefix: &str,
        inner: usize,
    ) -> Result<Feed, ModelError> {
        let own = |part: &str| format!("{prefix}.{part}");
        source.feed(
            [&own("fc1"), &own("fc2"), &own("final_layer_norm")],
            (self.config.d_model, inner),
            self.activation,
            EPSILON,
        )
    }
}

struct Bart {
    longest: usize,
    begin: u32,
    end: u32,
    encoder_embeddings: Embeddings,
    encoder: Vec<EncoderLayer>,
    decoder_embeddings: Embeddings,
    decoder: Vec<DecoderLayer>,
    pooler: Dense,
    classifier: Dense,
}

struct EncoderLayer {
    attention: SelfAttention,
    feed: Feed,
}

struct DecoderLayer {
    attention: SelfAttention,
    cross: CrossAttention,
    feed: Feed,
}

impl Network for Bart {
    fn logits(&self, work: &mut Work, pairs: &[Tokens<'_>]) -> Result<Rows, ModelError> {
        fit(pairs, self.longest)?;
        let seen = spans(pairs);
        let deciding = self.deciding(pairs, &seen)?;
        let encoded = self.encode(work, pairs, &seen)?;
        let shifted: Vec<Vec<u32>> = pairs.iter().map(|pair| self.shifted(pair.ids)).collect();
        let texts = shifted.iter().map(Vec::as_slice);
        let mut hidden = self.decoder_embeddings.sum(work, texts)?;
        for (at, layer) in self.decoder.iter().enumerate() {
            let is_last = at + 1 == self.decoder.len();
            let asked = if is_last { &deciding } else { &seen };
            let spans = Spans { asked, seen: &seen };
            let context = layer.attention.backward(work, &hidden, spans);
            let own = if is_last {
                hidden.keep(deciding.iter().map(|span| span.start));
                (0..pairs.len()).map(|row| row..row + 1).collect()
            } else {
                seen.clone()
            };
            layer.attention.mixing.apply(work, &context, &mut hidden);
            let spans = Spans {
                asked: &own,
                seen: &seen,
            };
            layer.cross.apply(work, &encoded, spans, &mut hidden);
            layer.feed.apply(work, &mut hidden);
        }
        let pooled = self.pooler.apply(work, &hidden);
        Ok(self.classifier.apply(work, &pooled))
    }
}

impl Bart {
    fn encode(
        &self,
        work: &mut Work,
        pairs: &[Tokens<'_>],
        seen: &[Range<usize>],
    ) -> Result<Rows, ModelError> {
        let texts = pairs.iter().map(|pair| pair.ids);
        let mut hidden = self.encoder_embeddings.sum(work, texts)?;
        for layer in &self.encoder {
            let spans = Spans { asked: seen, seen };
            let context = layer.attention.all(work, &hidden, spans);
            layer.attention.mixing.apply(work, &context, &mut hidden);
            layer.feed.apply(work, &mut hidden);
        }
        Ok(hidden)
    }

    /// The row of each pair's last end of a sentence.
    fn deciding(
        &self,
        pairs: &[Tokens<'_>],
        seen: &[Range<usize>],
    ) -> Result<Vec<Range<usize>>, ModelError> {
        let row = |(pair, span): (&Tokens<'_>, &Range<usize>)| {
            let place = pair.ids.iter().rposition(|&id| id == self.end);
            place
                .map(|place| span.start + place..span.start + place + 1)
                .ok_or_else(|| {
                    ModelError::Inference(format!(
                        "the tokenizer ends no text with the token {}, which eos_token_id names",
                        self.end
                    ))
                })
        };
        pairs.iter().zip(seen).map(row).collect()
    }

    /// What the decoder reads: each token a place later.
    fn shifted(&self, ids: &[u32]) -> Vec<u32> {
        let all_but_last = ids.split_last().map_or(ids, |(_, rest)| rest);
        std::iter::once(self.begin)
            .chain(all_but_last.iter().copied())
            .collect()
    }
}

struct Embeddings {
    tokens: Arc<Table>,
    positions: Table,
    norm: LayerNorm,
    width: usize,
}

impl Embeddings {
    fn sum<'a>(
        &self,
        work: &mut Work,
        texts: impl Iterator<Item = &'a [u32]> + Clone,
    ) -> Result<Rows, ModelError> {
        let mut rows = Rows::new(texts.clone().map(<[u32]>::len).sum(), self.width);
        let tokens = texts.flat_map(|ids| ids.iter().enumerate());
        for (row, (at, &id)) in tokens.enumerate() {
            let to = rows.row_mut(row);
            self.tokens.add(id as usize, to)?;
            self.positions.add(at + OFFSET, to)?;
        }
        self.norm.apply(work.level, &mut rows);
        Ok(rows)
    }
}
