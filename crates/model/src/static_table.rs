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
            for sum in into {
                *sum /= count as f32;
            }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Subwords;
    use ndarray_npy::ReadNpyExt;
    use safetensors::Dtype;
    use safetensors::tensor::TensorView;

    /// A model of four words: "a" with id 0 … "d" with id 3, where "d" is the unknown one.
    fn folder(tensors: &[(&str, Dtype, Vec<usize>, Vec<u8>)]) -> (tempfile::TempDir, Card) {
        let home = tempfile::tempdir().expect("a folder");
        let views = tensors.iter().map(|(name, kind, shape, bytes)| {
            let view = TensorView::new(*kind, shape.clone(), bytes).expect("a tensor");
            (*name, view)
        });
        let weights = safetensors::serialize(views, None).expect("tensors");
        let tokenizer = r#"{"version": "1.0", "added_tokens": [], "normalizer": null,
            "pre_tokenizer": {"type": "Whitespace"},
            "post_processor": {"type": "BertProcessing", "sep": ["b", 1], "cls": ["a", 0]},
            "decoder": null, "truncation": null, "padding": null,
            "model": {"type": "WordLevel", "unk_token": "d",
                      "vocab": {"a": 0, "b": 1, "c": 2, "d": 3}}}"#;
        let config = r#"{"model_type": "model2vec", "hidden_dim": 2, "normalize": false}"#;
        for (name, bytes) in [
            ("model.safetensors", &weights[..]),
            ("tokenizer.json", tokenizer.as_bytes()),
            ("config.json", config.as_bytes()),
        ] {
            fs_err::write(home.path().join(name), bytes).expect("a file");
        }
        let card = crate::from_folder(home.path()).expect("a model");
        (home, card)
    }

    fn floats(name: &str, shape: &[usize], numbers: &[f32]) -> (String, Vec<usize>, Vec<u8>) {
        let bytes = numbers.iter().flat_map(|x| x.to_le_bytes()).collect();
        (name.to_owned(), shape.to_vec(), bytes)
    }

    fn open(card: &Card) -> (Subwords, Box<dyn Encoder>) {
        let factory = factories(card, 1).expect("a table").pop().expect("one");
        let subwords = Subwords::of(card).expect("a tokenizer");
        (subwords, factory().expect("an encoder"))
    }

    fn encode(
        (subwords, encoder): &mut (Subwords, Box<dyn Encoder>),
        texts: &[&str],
    ) -> Array2<f32> {
        let mut batch = Batch::default();
        for text in texts {
            let windows = subwords.windows(text).expect("tokens");
            assert_eq!(windows.len(), 1);
            batch.push(&windows[0].ids);
        }
        encoder.encode(&batch).expect("vectors")
    }

    const ROWS: [f32; 8] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 1e6, 1e6];

    #[test]
    fn a_text_is_the_mean_of_its_rows_without_the_unknown_and_special_ones() {
        let (name, shape, bytes) = floats("embeddings", &[4, 2], &ROWS);
        let (_home, card) = folder(&[(&name, Dtype::F32, shape, bytes)]);
        let found = encode(&mut open(&card), &["a b", "c", "c zebra c", "", "zebra"]);
        let expected = [[2.5, 5.0], [16.0, 32.0], [16.0, 32.0], [0.0; 2], [0.0; 2]];
        assert_eq!(found, ndarray::arr2(&expected));
    }

    #[test]
    fn rows_may_be_shared_and_ids_weighted() {
        let (name, shape, bytes) = floats("embeddings", &[2, 2], &ROWS[..4]);
        let (weights, of_id, weighed) = floats("weights", &[4], &[1.0, 0.5, 2.0, 9.0]);
        let mapping = [0_i64, 1, 1, 0].iter().flat_map(|x| x.to_le_bytes());
        let mut tensors = [
            (name.as_str(), Dtype::F32, shape, bytes),
            (weights.as_str(), Dtype::F32, of_id, weighed),
            ("mapping", Dtype::I64, vec![4], mapping.collect()),
        ];
        let (_home, card) = folder(&tensors);
        let found = encode(&mut open(&card), &["b c", "a c"]);
        assert_eq!(found, ndarray::arr2(&[[5.0, 10.0], [4.5, 9.0]]));
        tensors[2].3 = [0_i64, 1, 2, 0]
            .iter()
            .flat_map(|x| x.to_le_bytes())
            .collect();
        let (_home, card) = folder(&tensors);
        let said = factories(&card, 1).map(|_| ()).expect_err("no third row");
        assert!(
            said.to_string().contains("'mapping' points outside"),
            "{said}"
        );
    }

    #[test]
    fn a_vocabulary_larger_than_its_table_is_told() {
        let (name, shape, bytes) = floats("embeddings", &[2, 2], &ROWS[..4]);
        let (_home, card) = folder(&[(&name, Dtype::F32, shape, bytes)]);
        let mut batch = Batch::default();
        batch.push(&[0, 2]);
        let said = open(&card).1.encode(&batch).expect_err("no row");
        assert!(
            said.to_string().contains("no vector of subword 2"),
            "{said}"
        );
    }

    #[derive(Deserialize)]
    struct Reference {
        texts: Vec<String>,
    }

    /// Made by model2vec without its limit of 512 subwords; see `scripts/peers`.
    #[test]
    fn vectors_are_those_of_model2vec_alone_and_in_any_batch() {
        let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let card = crate::find(&dir.join("../../models"), "potion-base-8M").expect("a card");
        crate::require(&card).expect("the table is here: run `tifa models pull potion-base-8M`");
        let fixtures = dir.join("tests/fixtures");
        let read = |name| fs_err::read(fixtures.join(name)).expect("a fixture");
        let reference: Reference = serde_json::from_slice(&read("static.json")).expect("a fixture");
        let expected = Array2::<f32>::read_npy(&read("static.npy")[..]).expect("a fixture");
        let texts: Vec<&str> = reference.texts.iter().map(String::as_str).collect();
        assert_eq!(expected.nrows(), texts.len());
        let mut model = open(&card);
        let found = encode(&mut model, &texts);
        for (at, text) in texts.iter().enumerate() {
            assert_eq!(
                encode(&mut model, &[text]).row(0),
                found.row(at),
                "{text:?}"
            );
            let length = found.row(at).dot(&found.row(at)).sqrt().max(1e-12);
            for (value, wanted) in found.row(at).iter().zip(expected.row(at)) {
                // Sums run in the same order; the scaling to length 1 may round otherwise.
                assert!((value / length - wanted).abs() <= 1e-6, "{text:?}");
            }
        }
    }
}
