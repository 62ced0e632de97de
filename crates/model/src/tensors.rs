//! A model's weights by name, from `model.safetensors` or `pytorch_model.bin`.

mod checkpoint;
mod pickle;
#[cfg(test)]
#[expect(clippy::float_cmp, reason = "numbers are read, not computed")]
mod tests;

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use std::path::PathBuf;

use half::{bf16, f16};
use safetensors::{Dtype, SafeTensors};
use serde::Deserialize;

use crate::files::Files;
use crate::{Card, ModelError};

const WHOLE: &str = "model.safetensors";
const SHARDS: &str = "model.safetensors.index.json";
const CHECKPOINT: &str = "pytorch_model.bin";

/// Prefixes that a model with a task's head puts before its encoder's names.
const PREFIXES: [&str; 5] = ["bert.", "roberta.", "distilbert.", "mpnet.", "albert."];

/// Tensors of one model. Each is taken once.
pub(crate) struct Tensors {
    files: Vec<(PathBuf, Vec<u8>)>,
    entries: HashMap<String, Entry>,
}

/// Where a tensor lies, and what its bytes are.
struct Entry {
    file: usize,
    stored: Stored,
}

/// A tensor inside one file.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Stored {
    name: String,
    kind: Kind,
    shape: Vec<usize>,
    bytes: Range<usize>,
}

/// What a tensor's numbers are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    F64,
    F32,
    F16,
    Bf16,
    I64,
    I32,
    /// Something that no model is computed with.
    Other(&'static str),
}

impl Tensors {
    /// Reads the weights of a model and checks them against its card.
    ///
    /// # Errors
    /// [`ModelError::MissingWeights`] or [`ModelError::Corrupted`], and [`ModelError::Layout`] when
    /// a file isn't what its name says.
    pub(crate) fn read(card: &Card) -> Result<Self, ModelError> {
        Self::of(&mut Files::of_card(card), "")
    }

    /// Reads the weights that lie in a folder of a model.
    pub(crate) fn of(files: &mut Files<'_>, folder: &str) -> Result<Self, ModelError> {
        let mut tensors = Self {
            files: Vec::new(),
            entries: HashMap::new(),
        };
        for name in weight_files(files, folder)? {
            if name.ends_with(SHARDS) {
                continue;
            }
            let bytes = files.read(&name)?;
            let stored = if name.ends_with(CHECKPOINT) {
                checkpoint::list(&bytes)
            } else {
                safetensors(&bytes)
            };
            let stored = stored.map_err(|what| files.unusable(&name, what))?;
            let file = tensors.files.len();
            tensors.files.push((files.path(&name), bytes));
            tensors.entries.extend(
                stored
                    .into_iter()
                    .map(|stored| (plain(&stored.name), Entry { file, stored })),
            );
        }
        Ok(tensors)
    }

    /// The shape of a tensor, where there is one of this name.
    pub(crate) fn shape(&self, name: &str) -> Option<&[usize]> {
        self.entries
            .get(name)
            .map(|entry| entry.stored.shape.as_slice())
    }

    /// Takes a tensor of floats out.
    ///
    /// # Errors
    /// [`ModelError::Layout`] when it isn't there, has another shape, or isn't of floats.
    pub(crate) fn take(&mut self, name: &str, shape: &[usize]) -> Result<Vec<f32>, ModelError> {
        let (path, bytes, kind) = self.find(name, shape)?;
        match kind {
            Kind::F32 => Ok(numbers(bytes, f32::from_le_bytes)),
            Kind::F64 => Ok(numbers(bytes, |b| f64::from_le_bytes(b) as f32)),
            Kind::F16 => Ok(numbers(bytes, |b| f16::from_le_bytes(b).to_f32())),
            Kind::Bf16 => Ok(numbers(bytes, |b| bf16::from_le_bytes(b).to_f32())),
            other => Err(ModelError::Layout {
                path: path.clone(),
                what: format!("tensor '{name}' holds {}, not floats", other.name()),
            }),
        }
        .inspect(|_| {
            self.entries.remove(name);
        })
    }

    /// Takes a tensor of whole numbers out.
    ///
    /// # Errors
    /// [`ModelError::Layout`] as for floats.
    pub(crate) fn take_integers(
        &mut self,
        name: &str,
        shape: &[usize],
    ) -> Result<Vec<i64>, ModelError> {
        let (path, bytes, kind) = self.find(name, shape)?;
        match kind {
            Kind::I64 => Ok(numbers(bytes, i64::from_le_bytes)),
            Kind::I32 => Ok(numbers(bytes, |b| i64::from(i32::from_le_bytes(b)))),
            other => Err(ModelError::Layout {
                path: path.clone(),
                what: format!("tensor '{name}' holds {}, not integers", other.name()),
            }),
        }
        .inspect(|_| {
            self.entries.remove(name);
        })
    }

    fn find(&self, name: &str, shape: &[usize]) -> Result<(&PathBuf, &[u8], Kind), ModelError> {
        let Some(Entry { file, stored }) = self.entries.get(name) else {
            return Err(ModelError::Layout {
                path: self
                    .files
                    .first()
                    .map(|(path, _)| path.clone())
                    .unwrap_or_default(),
                what: format!("it has no tensor '{name}'"),
            });
        };
        let (path, bytes) = &self.files[*file];
        if stored.shape != shape {
            return Err(ModelError::Layout {
                path: path.clone(),
                what: format!(
                    "tensor '{name}' has shape {:?}, and {shape:?} is needed",
                    stored.shape
                ),
            });
        }
        Ok((path, &bytes[stored.bytes.clone()], stored.kind))
    }
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::F64 => "F64",
            Self::F32 => "F32",
            Self::F16 => "F16",
            Self::Bf16 => "BF16",
            Self::I64 => "I64",
            Self::I32 => "I32",
            Self::Other(name) => name,
        }
    }

    /// Bytes of one number.
    fn width(self) -> usize {
        match self {
            Self::F64 | Self::I64 => 8,
            Self::F32 | Self::I32 => 4,
            Self::F16 | Self::Bf16 => 2,
            Self::Other(_) => 1,
        }
    }
}

/// The files that hold the weights in a folder of a model, the index of parts before the parts.
pub(crate) fn weight_files(files: &mut Files<'_>, folder: &str) -> Result<Vec<String>, ModelError> {
    #[derive(Deserialize)]
    struct Index {
        weight_map: HashMap<String, String>,
    }
    let inside = |name: &str| {
        if folder.is_empty() {
            name.to_owned()
        } else {
            format!("{folder}/{name}")
        }
    };
    if files.has(&inside(WHOLE)) {
        return Ok(vec![inside(WHOLE)]);
    }
    if let Some(index) = files.json::<Index>(&inside(SHARDS))? {
        let shards: BTreeSet<&String> = index.weight_map.values().collect();
        let shards = shards.into_iter().map(|name| inside(name));
        return Ok(std::iter::once(inside(SHARDS)).chain(shards).collect());
    }
    if files.has(&inside(CHECKPOINT)) {
        return Ok(vec![inside(CHECKPOINT)]);
    }
    Err(files.unusable(
        &inside(WHOLE),
        format!("the file is missing, and so is {CHECKPOINT}"),
    ))
}

fn safetensors(bytes: &[u8]) -> Result<Vec<Stored>, String> {
    let (header, metadata) = SafeTensors::read_metadata(bytes).map_err(|e| e.to_string())?;
    // The header follows its own length, 8 bytes.
    let start = header + 8;
    Ok(metadata
        .tensors()
        .into_iter()
        .map(|(name, info)| Stored {
            name,
            kind: match info.dtype {
                Dtype::F64 => Kind::F64,
                Dtype::F32 => Kind::F32,
                Dtype::F16 => Kind::F16,
                Dtype::BF16 => Kind::Bf16,
                Dtype::I64 => Kind::I64,
                Dtype::I32 => Kind::I32,
                _ => Kind::Other("numbers of another kind"),
            },
            shape: info.shape.clone(),
            bytes: start + info.data_offsets.0..start + info.data_offsets.1,
        })
        .collect())
}

/// A tensor's name without its model's prefix, and with today's names for a layer norm's tensors.
fn plain(name: &str) -> String {
    let name = PREFIXES
        .iter()
        .find_map(|prefix| name.strip_prefix(prefix))
        .unwrap_or(name);
    if let Some(norm) = name.strip_suffix(".gamma") {
        format!("{norm}.weight")
    } else if let Some(norm) = name.strip_suffix(".beta") {
        format!("{norm}.bias")
    } else {
        name.to_owned()
    }
}

fn numbers<T, const N: usize>(bytes: &[u8], number: impl Fn([u8; N]) -> T) -> Vec<T> {
    let (chunks, _) = bytes.as_chunks::<N>();
    chunks.iter().map(|chunk| number(*chunk)).collect()
}
