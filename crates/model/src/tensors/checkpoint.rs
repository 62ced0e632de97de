//! `pytorch_model.bin`: a zip file of raw numbers and a pickle that says which tensor is where.

use std::collections::HashMap;
use std::io::{Cursor, Read};
use std::ops::Range;

use zip::{CompressionMethod, ZipArchive};

use super::pickle::{self, Value};
use super::{Kind, Stored};

/// The tensors of a state dict as `torch.save` writes it. Anything else is refused; nothing in the
/// file is ever run.
pub(super) fn list(bytes: &[u8]) -> Result<Vec<Stored>, String> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|e| {
        format!("not a checkpoint of PyTorch 1.6 or newer ({e}); convert it to model.safetensors")
    })?;
    let mut pickled = Vec::new();
    let mut order = String::new();
    let mut numbers: HashMap<String, Range<usize>> = HashMap::new();
    for at in 0..archive.len() {
        let mut member = archive.by_index(at).map_err(|e| e.to_string())?;
        let name = member.name().map_err(|e| e.to_string())?.into_owned();
        // `torch.save` compresses nothing: sizes are as they seem, and numbers lie in one piece.
        if member.compression() != CompressionMethod::Stored {
            return Err(format!("member {name} is compressed"));
        }
        // All lies in one folder, whose name is the file's at the time of saving.
        let inside = name.split_once('/').map_or("", |(_, inside)| inside);
        if inside == "data.pkl" {
            member
                .read_to_end(&mut pickled)
                .map_err(|e| e.to_string())?;
        } else if inside == "byteorder" {
            member
                .read_to_string(&mut order)
                .map_err(|e| e.to_string())?;
        } else if let Some(key) = inside.strip_prefix("data/") {
            let start = member.data_start().ok_or("a member has no place")? as usize;
            numbers.insert(key.to_owned(), start..start + member.size() as usize);
        }
    }
    if order.trim() == "big" {
        return Err("its numbers are big-endian".into());
    }
    if pickled.is_empty() {
        return Err("it has no data.pkl; convert it to model.safetensors".into());
    }
    let Value::Dict(entries) = pickle::read(&pickled)? else {
        return Err("it is not a flat state dict; convert it to model.safetensors".into());
    };
    entries
        .into_iter()
        .map(|(name, value)| match (name, value) {
            (Value::Text(name), Value::Tensor(tensor)) => locate(name, &tensor, &numbers),
            (name, _) => Err(format!("entry {name:?} is not a tensor")),
        })
        .collect()
}

fn locate(
    name: String,
    tensor: &pickle::Tensor,
    numbers: &HashMap<String, Range<usize>>,
) -> Result<Stored, String> {
    let kind = kind(&tensor.storage);
    let place = numbers
        .get(&tensor.key)
        .ok_or_else(|| format!("the numbers of tensor '{name}' are missing"))?;
    let mut dense = 1;
    let is_contiguous = tensor
        .shape
        .iter()
        .zip(&tensor.strides)
        .rev()
        .all(|(&size, &stride)| {
            let fits = size <= 1 || stride == dense;
            dense *= size.max(1);
            fits
        });
    let kind = if is_contiguous && tensor.shape.len() == tensor.strides.len() {
        kind
    } else {
        Kind::Other("transposed numbers")
    };
    let range = (|| {
        let count = tensor
            .shape
            .iter()
            .try_fold(1_usize, |count, &size| count.checked_mul(size))?;
        let start = place
            .start
            .checked_add(tensor.offset.checked_mul(kind.width())?)?;
        let end = start.checked_add(count.checked_mul(kind.width())?)?;
        (end <= place.end).then_some(start..end)
    })();
    let bytes = match (range, kind) {
        (Some(range), _) => range,
        // Never read.
        (None, Kind::Other(_)) => 0..0,
        (None, _) => return Err(format!("tensor '{name}' reaches beyond its numbers")),
    };
    Ok(Stored {
        name,
        kind,
        shape: tensor.shape.clone(),
        bytes,
    })
}

fn kind(storage: &str) -> Kind {
    match storage {
        "DoubleStorage" => Kind::F64,
        "FloatStorage" => Kind::F32,
        "HalfStorage" => Kind::F16,
        "BFloat16Storage" => Kind::Bf16,
        "LongStorage" => Kind::I64,
        "IntStorage" => Kind::I32,
        _ => Kind::Other("numbers of another kind"),
    }
}
