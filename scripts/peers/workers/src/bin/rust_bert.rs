//! rust-bert's own sentence-embeddings pipeline, in chunks: one call with thousands takes gigabytes.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Result;
use rust_bert::pipelines::common::ModelType;
use rust_bert::pipelines::sentence_embeddings::{
    SentenceEmbeddingsConfig, SentenceEmbeddingsModel,
};
use rust_bert::resources::{LocalResource, ResourceProvider};
use tch::Device;
use workers::{Arguments, serve};

const CHUNK: usize = 32;

fn main() -> Result<()> {
    let arguments = Arguments::read()?;
    let started = Instant::now();
    tch::set_num_threads(2);
    let file = |name: &str| -> Box<dyn ResourceProvider + Send> {
        let local_path: PathBuf = Path::new(&arguments.model).join(name);
        Box::new(LocalResource { local_path })
    };
    let model = SentenceEmbeddingsModel::new(SentenceEmbeddingsConfig {
        modules_config_resource: file("modules.json"),
        transformer_type: ModelType::Bert,
        transformer_config_resource: file("config.json"),
        transformer_weights_resource: file("model.safetensors"),
        pooling_config_resource: file("1_Pooling/config.json"),
        dense_config_resource: None,
        dense_weights_resource: None,
        sentence_bert_config_resource: file("sentence_bert_config.json"),
        tokenizer_config_resource: file("tokenizer_config.json"),
        tokenizer_vocab_resource: file("vocab.txt"),
        tokenizer_merges_resource: None,
        device: Device::Cpu,
        kind: None,
    })?;
    serve(&arguments, started, |sentences| {
        let mut vectors = Vec::with_capacity(sentences.len());
        for chunk in sentences.chunks(CHUNK) {
            vectors.extend(model.encode(chunk)?);
        }
        Ok(vectors)
    })
}
