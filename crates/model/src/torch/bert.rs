//! rust-bert's BERT with mean pooling: the reference that other encoders are compared with.

use ndarray::Array2;
use rust_bert::bert::{BertConfig, BertEmbeddings, BertModel};
use tch::{Device, Kind, Tensor, nn};

use crate::{Batch, Card, Encoder, Factory, ModelError};

struct Bert {
    model: BertModel<BertEmbeddings>,
    // Owns the tensors that the model looks at.
    _weights: nn::VarStore,
    dimensions: usize,
}

pub(super) fn factories(card: &Card, replicas: usize) -> Result<Vec<Factory>, ModelError> {
    let failed = |what: String| ModelError::Load {
        model: card.name.clone(),
        what,
    };
    let config = fs_err::read_to_string(card.path_of("config.json"))?;
    let config: BertConfig =
        serde_json::from_str(&config).map_err(|e| failed(format!("config.json: {e}")))?;
    if config.hidden_size != card.dimensions as i64 {
        return Err(failed(format!(
            "config.json has hidden_size {}, the card {} dimensions",
            config.hidden_size, card.dimensions
        )));
    }
    let tensors = Tensor::read_safetensors(card.path_of("model.safetensors"))
        .map_err(|e| failed(format!("model.safetensors: {e}")))?;
    Ok((0..replicas)
        .map(|_| {
            let (config, name, dimensions) = (config.clone(), card.name.clone(), card.dimensions);
            let tensors: Vec<_> = tensors
                .iter()
                .map(|(n, t)| (n.clone(), t.shallow_clone()))
                .collect();
            Box::new(move || {
                // One core a replica: results then can't depend on how many there are.
                tch::set_num_threads(1);
                let bert = Bert::new(&config, &tensors, dimensions);
                bert.map(|bert| Box::new(bert) as Box<dyn Encoder>)
                    .map_err(|what| ModelError::Load { model: name, what })
            }) as Factory
        })
        .collect())
}

impl Bert {
    fn new(
        config: &BertConfig,
        tensors: &[(String, Tensor)],
        dimensions: usize,
    ) -> Result<Self, String> {
        let mut weights = nn::VarStore::new(Device::Cpu);
        let model = BertModel::new_with_optional_pooler(weights.root(), config, false);
        for (name, mut variable) in weights.variables() {
            let (_, tensor) = tensors
                .iter()
                .find(|(found, _)| *found == name)
                .ok_or_else(|| format!("model.safetensors has no tensor '{name}'"))?;
            if tensor.size() != variable.size() {
                return Err(format!(
                    "tensor '{name}' has shape {:?}, the configuration asks for {:?}",
                    tensor.size(),
                    variable.size()
                ));
            }
            // Points at the shared weights instead of copying them.
            variable.set_data(&tensor.to_kind(Kind::Float));
        }
        weights.freeze();
        Ok(Self {
            model,
            _weights: weights,
            dimensions,
        })
    }

    fn pooled(&self, batch: &Batch) -> Result<Tensor, tch::TchError> {
        let (rows, width) = (batch.len(), batch.longest());
        let mut ids = vec![0_i64; rows * width];
        let mut mask = vec![0_i64; rows * width];
        for (row, sequence) in batch.sequences().enumerate() {
            let at = row * width;
            for (offset, &id) in sequence.iter().enumerate() {
                ids[at + offset] = i64::from(id);
                mask[at + offset] = 1;
            }
        }
        let shape = [rows as i64, width as i64];
        let ids = Tensor::from_slice(&ids).f_view(shape)?;
        let mask = Tensor::from_slice(&mask).f_view(shape)?;
        let output = self
            .model
            .forward_t(Some(&ids), Some(&mask), None, None, None, None, None, false)
            .map_err(|e| tch::TchError::Torch(e.to_string()))?;
        let weight = mask.f_to_kind(Kind::Float)?.f_unsqueeze(-1)?;
        let sum = (output.hidden_state * &weight).f_sum_dim_intlist(
            [1_i64].as_slice(),
            false,
            Kind::Float,
        )?;
        sum.f_div(&weight.f_sum_dim_intlist([1_i64].as_slice(), false, Kind::Float)?)
    }
}

impl Encoder for Bert {
    fn encode(&mut self, batch: &Batch) -> Result<Array2<f32>, ModelError> {
        let failed = |e: tch::TchError| ModelError::Inference(e.to_string());
        let pooled = tch::no_grad(|| self.pooled(batch)).map_err(failed)?;
        let mut vectors = vec![0_f32; batch.len() * self.dimensions];
        let length = vectors.len();
        pooled
            .f_contiguous()
            .map_err(failed)?
            .f_copy_data(&mut vectors, length)
            .map_err(failed)?;
        Array2::from_shape_vec((batch.len(), self.dimensions), vectors)
            .map_err(|e| ModelError::Inference(e.to_string()))
    }

    fn pads(&self) -> bool {
        true
    }
}
