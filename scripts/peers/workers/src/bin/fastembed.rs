//! fastembed with a model of one's own.

use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result};
use fastembed::{
    InitOptionsUserDefined, Pooling, TextEmbedding, TokenizerFiles, UserDefinedEmbeddingModel,
};
use workers::{Arguments, serve};

/// Its own 256 pads a batch of mixed length to the longest of them.
const BATCH: usize = 32;

fn main() -> Result<()> {
    let arguments = Arguments::read()?;
    let started = Instant::now();
    let read = |name: &str| {
        let path = Path::new(&arguments.model).join(name);
        std::fs::read(&path).with_context(|| path.display().to_string())
    };
    let files = TokenizerFiles {
        tokenizer_file: read("tokenizer.json")?,
        config_file: read("config.json")?,
        special_tokens_map_file: read("special_tokens_map.json")?,
        tokenizer_config_file: read("tokenizer_config.json")?,
    };
    let onnx = std::fs::read(&arguments.onnx).with_context(|| arguments.onnx.clone())?;
    let model = UserDefinedEmbeddingModel::new(onnx, files).with_pooling(Pooling::Mean);
    let options = InitOptionsUserDefined::new()
        .with_max_length(256)
        .with_intra_threads(2);
    let mut model = TextEmbedding::try_new_from_user_defined(model, options)?;
    serve(&arguments, started, |sentences| {
        Ok(model.embed(sentences, Some(BATCH))?)
    })
}
