//! rust-bert's BERT: the reference that other encoders are compared with.

use ndarray::Array2;
use rust_bert::bert::{BertConfig, BertEmbeddings, BertModel};
use tch::{Device, Kind, Tensor, nn};

use crate::{Batch, Card, Encoder, Factory, ModelError, Pooling};

struct Bert {
    model: BertModel<BertEmbeddings>,
    // Owns the tensors that the model looks at.
    _weights: nn::VarStore,
    device: Device,
    hidden: usize,
    pooling: Pooling,
}

pub(super) fn factories(
    card: &Card,
    device: Device,
    replicas: usize,
) -> Result<Vec<Factory>, ModelError> {
    let failed = |what: String| ModelError::Load {
        model: card.name.clone(),
        what,
    };
    let config = fs_err::read_to_string(card.path_of("config.json"))?;
    let config: BertConfig =
        serde_json::from_str(&config).map_err(|e| failed(format!("config.json: {e}")))?;
    let tensors = Tensor::read_safetensors(card.path_of("model.safetensors"))
        .map_err(|e| failed(format!("model.safetensors: {e}")))?;
    Ok((0..replicas)
        .map(|_| {
            let (config, name, pooling) = (config.clone(), card.name.clone(), card.pooling);
            let tensors: Vec<_> = tensors
                .iter()
                .map(|(n, t)| (n.clone(), t.to_device(device)))
                .collect();
            Box::new(move || {
                // One core a replica: results then can't depend on how many there are.
                tch::set_num_threads(1);
                let bert = Bert::new(&config, &tensors, device, pooling);
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
        device: Device,
        pooling: Pooling,
    ) -> Result<Self, String> {
        let mut weights = nn::VarStore::new(device);
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
            device,
            hidden: usize::try_from(config.hidden_size)
                .map_err(|_| "config.json has a hidden_size below 0".to_owned())?,
            pooling,
        })
    }

    /// The last hidden state, padded to the longest sequence: sequences × tokens × hidden size.
    fn hidden_state(&self, batch: &Batch) -> Result<Tensor, tch::TchError> {
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
        let tensor = |of: &[i64]| {
            Tensor::from_slice(of)
                .f_view(shape)?
                .f_to_device(self.device)
        };
        let (ids, mask) = (tensor(&ids)?, tensor(&mask)?);
        let output = self
            .model
            .forward_t(Some(&ids), Some(&mask), None, None, None, None, None, false)
            .map_err(|e| tch::TchError::Torch(e.to_string()))?;
        output.hidden_state.f_to_device(Device::Cpu)?.f_contiguous()
    }
}

impl Encoder for Bert {
    fn encode(&mut self, batch: &Batch) -> Result<Array2<f32>, ModelError> {
        let failed = |e: tch::TchError| ModelError::Inference(e.to_string());
        let state = tch::no_grad(|| self.hidden_state(batch)).map_err(failed)?;
        let width = batch.longest() * self.hidden;
        let mut tokens = vec![0_f32; batch.len() * width];
        let length = tokens.len();
        state.f_copy_data(&mut tokens, length).map_err(failed)?;
        let mut vectors = Array2::zeros((batch.len(), self.hidden));
        for ((sequence, tokens), mut vector) in batch
            .sequences()
            .zip(tokens.chunks_exact(width))
            .zip(vectors.rows_mut())
        {
            let into = vector
                .as_slice_mut()
                .expect("rows of a new array are whole");
            self.pooling
                .pool(&tokens[..sequence.len() * self.hidden], into);
        }
        Ok(vectors)
    }

    fn pads(&self) -> bool {
        true
    }
}
