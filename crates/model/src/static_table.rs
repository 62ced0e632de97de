//! A table of one vector a subword: the fast tier, which needs no network and no library.

use std::sync::Arc;

use ndarray::Array2;
use serde::Deserialize;

use crate::files::Files;
use crate::tensors::Tensors;
use crate::{Batch, Card, Encoder, Factory, ModelError, Pooling, TOKENIZER};

/// What model2vec makes: the mean of the rows of a text's subwords, the unknown one left out.
struct Table {
    rows: Vec<f32>,
    dimensions: usize,
    /// The row of each id, where the table has fewer rows than the vocabulary.
    row_of: Option<Vec<usize>>,
    /// The weight of each id.
    weights: Option<Vec<f32>>,
    /// The id that stands for what the vocabulary lacks.
    unknown: Option<u32>,
}

/// One encoder factory a replica; all replicas share one table.
pub(crate) fn factories(card: &Card, replicas: usize) -> Result<Vec<Factory>, ModelError> {
    let table = Arc::new(Table::read(card)?);
    Ok((0..replicas)
        .map(|_| {
            let encoder = Reader(Arc::clone(&table));
            Box::new(move || Ok(Box::new(encoder) as Box<dyn Encoder>)) as Factory
        })
        .collect())
}

struct Reader(Arc<Table>);

impl Encoder for Reader {
    fn encode(&mut self, batch: &Batch) -> Result<Array2<f32>, ModelError> {
        let table = &self.0;
        let mut vectors = Array2::zeros((batch.len(), table.dimensions));
        for (sequence, mut vector) in batch.sequences().zip(vectors.rows_mut()) {
            let vector = vector
                .as_slice_mut()
                .expect("a row of a new array lies in one piece");
            table.mean(sequence, vector)?;
        }
        Ok(vectors)
    }

    fn pads(&self) -> bool {
        false
    }
}

impl Table {
    fn read(card: &Card) -> Result<Self, ModelError> {
        let failed = |what: String| ModelError::Load {
            model: card.name.clone(),
            what,
        };
        if card.pooling != Pooling::Mean {
            return Err(failed("a static table is pooled by the mean only".into()));
        }
        let mut tensors = Tensors::read(card)?;
        // The second is the name that sentence-transformers gives it.
        let name = ["embeddings", "embedding.weight"]
            .into_iter()
            .find(|name| tensors.shape(name).is_some())
            .unwrap_or("embeddings");
        let dimensions = card.layout()?.hyper.hidden;
        let height = tensors.shape(name).and_then(<[_]>::first).copied();
        let height = height.unwrap_or_default();
        let rows = tensors.take(name, &[height, dimensions])?;
        let ids = |tensors: &Tensors, name| {
            let shape = tensors.shape(name)?;
            Some(shape.first().copied().unwrap_or_default())
        };
        let row_of = match ids(&tensors, "mapping") {
            None => None,
            Some(count) => Some(
                tensors
                    .take_integers("mapping", &[count])?
                    .into_iter()
                    .map(|row| usize::try_from(row).ok().filter(|&row| row < height))
                    .collect::<Option<Vec<_>>>()
                    .ok_or_else(|| failed("tensor 'mapping' points outside of the table".into()))?,
            ),
        };
        let weights = match ids(&tensors, "weights") {
            None => None,
            Some(count) => Some(tensors.take("weights", &[count])?),
        };
        Ok(Self {
            rows,
            dimensions,
            row_of,
            weights,
            unknown: unknown(card)?,
        })
    }

    /// The mean over the rows of `ids`, in their order; zeros where none is known.
    fn mean(&self, ids: &[u32], into: &mut [f32]) -> Result<(), ModelError> {
        let mut count = 0_usize;
        for &id in ids.iter().filter(|&&id| Some(id) != self.unknown) {
            let (row, weight) = self.row(id).ok_or_else(|| {
                ModelError::Inference(format!("the table has no vector of subword {id}"))
            })?;
            for (sum, value) in into.iter_mut().zip(row) {
                *sum += value * weight;
            }
            count += 1;
        }
        if count > 0 {
            into.iter_mut().for_each(|sum| *sum /= count as f32);
        }
        Ok(())
    }

    fn row(&self, id: u32) -> Option<(&[f32], f32)> {
        let id = id as usize;
        let at = match &self.row_of {
            Some(row_of) => *row_of.get(id)?,
            None => id,
        };
        let weight = match &self.weights {
            Some(weights) => *weights.get(id)?,
            None => 1.0,
        };
        let start = at * self.dimensions;
        Some((self.rows.get(start..start + self.dimensions)?, weight))
    }
}

/// The id of the tokenizer's unknown subword: its place in the vocabulary or, in tables of
/// probabilities, its number.
fn unknown(card: &Card) -> Result<Option<u32>, ModelError> {
    #[derive(Deserialize)]
    struct File {
        model: Model,
        #[serde(default)]
        added_tokens: Vec<Added>,
    }
    #[derive(Deserialize)]
    struct Model {
        unk_token: Option<String>,
        unk_id: Option<u32>,
        #[serde(default)]
        vocab: serde_json::Value,
    }
    #[derive(Deserialize)]
    struct Added {
        id: u32,
        content: String,
    }
    let mut files = Files::of_card(card);
    let Some(file) = files.json::<File>(TOKENIZER)? else {
        return Ok(None);
    };
    let Some(token) = file.model.unk_token else {
        return Ok(file.model.unk_id);
    };
    let added = file
        .added_tokens
        .iter()
        .find(|added| added.content == token);
    let listed = || {
        let id = file.model.vocab.get(&token)?.as_u64()?;
        u32::try_from(id).ok()
    };
    Ok(added.map(|added| added.id).or_else(listed))
}
