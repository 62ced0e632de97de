//! What is read is what was written, and what is not understood is named.

use std::io::{Cursor, Write};
use std::path::Path;

use ::half::{bf16, f16};
use safetensors::tensor::TensorView;
use zip::write::SimpleFileOptions;

use super::*;

fn fixture(name: &str) -> Tensors {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/architectures")
        .join(name);
    Tensors::of(&mut Files::of_folder(&dir), "").expect("the weights read")
}

type Written = (Dtype, Vec<usize>, Vec<u8>);

fn view(kind: Dtype, shape: &[usize], bytes: &[u8]) -> Written {
    (kind, shape.to_vec(), bytes.to_vec())
}

fn written(path: &Path, tensors: &[(&str, Written)]) {
    let views = tensors.iter().map(|(name, (kind, shape, bytes))| {
        let view = TensorView::new(*kind, shape.clone(), bytes).expect("a tensor");
        (*name, view)
    });
    let bytes = safetensors::serialize(views, None).expect("tensors");
    fs_err::write(path, bytes).expect("a file");
}

fn bytes_of<const N: usize>(numbers: &[[u8; N]]) -> Vec<u8> {
    numbers.concat()
}

fn read(dir: &Path) -> Result<Tensors, ModelError> {
    Tensors::of(&mut Files::of_folder(dir), "")
}

/// The two folders hold the same model, the second rounded to 16 bits.
#[test]
fn a_checkpoint_of_pytorch_holds_what_safetensors_hold() {
    let (mut checkpoint, mut rounded) = (fixture("bert-bin"), fixture("bert-f16"));
    let names: Vec<String> = rounded.entries.keys().cloned().collect();
    assert!(names.len() > 30);
    for name in names {
        let shape = rounded.shape(&name).expect("listed").to_vec();
        let exact = checkpoint.take(&name, &shape).expect("it is in both");
        let rounded = rounded.take(&name, &shape).expect("it is in both");
        for (exact, rounded) in exact.into_iter().zip(rounded) {
            assert_eq!(f16::from_f32(exact).to_f32(), rounded, "{name}");
        }
    }
}

#[test]
fn every_kind_of_float_becomes_f32_and_integers_stay() {
    let home = tempfile::tempdir().expect("a folder");
    let numbers = [1.5_f32, -0.25, 3.0, 1024.0];
    let brain = bytes_of(&numbers.map(|x| bf16::from_f32(x).to_le_bytes()));
    let half = bytes_of(&numbers.map(|x| f16::from_f32(x).to_le_bytes()));
    let single = bytes_of(&numbers.map(f32::to_le_bytes));
    let double = bytes_of(&numbers.map(|x| f64::from(x).to_le_bytes()));
    let whole = bytes_of(&[7_i64, -1].map(i64::to_le_bytes));
    written(
        &home.path().join(WHOLE),
        &[
            ("a", view(Dtype::BF16, &[2, 2], &brain)),
            ("b", view(Dtype::F16, &[2, 2], &half)),
            ("c", view(Dtype::F32, &[2, 2], &single)),
            ("d", view(Dtype::F64, &[2, 2], &double)),
            ("i", view(Dtype::I64, &[2], &whole)),
        ],
    );
    let mut tensors = read(home.path()).expect("it reads");
    for name in ["a", "b", "c", "d"] {
        assert_eq!(tensors.take(name, &[2, 2]).expect("it is there"), numbers);
        assert_eq!(tensors.shape(name), None, "taken once");
    }
    let said = tensors.take("i", &[2]).expect_err("no floats").to_string();
    assert!(said.contains("tensor 'i' holds I64, not floats"), "{said}");
    assert_eq!(tensors.take_integers("i", &[2]).expect("it is"), [7, -1]);
}

#[test]
fn a_tensor_that_is_missing_or_of_another_shape_is_named() {
    let mut tensors = fixture("bert");
    let said = tensors.take("nothing", &[1]).expect_err("it is not there");
    assert!(
        said.to_string().contains("model.safetensors")
            && said.to_string().contains("no tensor 'nothing'"),
        "{said}"
    );
    let name = "embeddings.word_embeddings.weight";
    let said = tensors.take(name, &[48, 320]).expect_err("turned");
    assert!(
        said.to_string().contains(&format!(
            "tensor '{name}' has shape [320, 48], and [48, 320] is needed"
        )),
        "{said}"
    );
}

#[test]
fn prefixes_and_old_names_are_put_away() {
    assert_eq!(
        plain("roberta.encoder.layer.0.output.LayerNorm.gamma"),
        "encoder.layer.0.output.LayerNorm.weight"
    );
    assert_eq!(
        plain("embeddings.LayerNorm.beta"),
        "embeddings.LayerNorm.bias"
    );
    assert_eq!(plain("encoder.bert.weight"), "encoder.bert.weight");
}

#[test]
fn weights_in_several_parts_are_one_model() {
    let home = tempfile::tempdir().expect("a folder");
    let one = view(Dtype::F32, &[1], &1.0_f32.to_le_bytes());
    let two = view(Dtype::F32, &[1], &2.0_f32.to_le_bytes());
    written(&home.path().join("part-1"), &[("bert.a", one)]);
    written(&home.path().join("part-2"), &[("bert.b", two)]);
    let index = r#"{"weight_map": {"bert.a": "part-1", "bert.b": "part-2"}}"#;
    fs_err::write(home.path().join(SHARDS), index).expect("a file");
    let mut tensors = read(home.path()).expect("it reads");
    assert_eq!(tensors.take("a", &[1]).expect("it is there"), [1.0]);
    assert_eq!(tensors.take("b", &[1]).expect("it is there"), [2.0]);
}

#[test]
fn safetensors_that_end_early_are_refused() {
    let home = tempfile::tempdir().expect("a folder");
    let path = home.path().join(WHOLE);
    written(
        &path,
        &[("a", view(Dtype::F32, &[1], &1.0_f32.to_le_bytes()))],
    );
    let bytes = fs_err::read(&path).expect("a file");
    for length in [0, 7, 20, bytes.len() - 1] {
        fs_err::write(&path, &bytes[..length]).expect("a file");
        assert!(matches!(read(home.path()), Err(ModelError::Layout { .. })));
    }
}

/// A checkpoint with this pickle and one storage of two floats.
fn checkpoint(pickle: &[u8]) -> Result<Vec<Stored>, String> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, bytes) in [("m/data.pkl", pickle), ("m/data/0", &[0; 8])] {
        archive.start_file(name, stored).expect("a member");
        archive.write_all(bytes).expect("a member");
    }
    let bytes = archive.finish().expect("an archive").into_inner();
    checkpoint::list(&bytes)
}

/// The pickle of `{"w": tensor}`, where the tensor is a view of `shape` at `offset`.
fn state(storage: &[u8], offset: u8, shape: [u8; 2], strides: [u8; 2]) -> Vec<u8> {
    let text = |name: &[u8]| [b"X", &(name.len() as u32).to_le_bytes()[..], name].concat();
    let pair = |of: [u8; 2]| [b'K', of[0], b'K', of[1], 0x86];
    [
        &b"\x80\x02}"[..],
        &text(b"w"),
        b"ctorch._utils\n_rebuild_tensor_v2\n((",
        &text(b"storage"),
        b"ctorch\n",
        storage,
        b"\n",
        &text(b"0"),
        &text(b"cpu"),
        b"K\x02tQ",
        &[b'K', offset],
        &pair(shape),
        &pair(strides),
        b"\x89ccollections\nOrderedDict\n)RtRs.",
    ]
    .concat()
}

#[test]
fn a_view_in_a_checkpoint_is_found_inside_its_storage() {
    let found = checkpoint(&state(b"FloatStorage", 1, [1, 1], [1, 1])).expect("it reads");
    assert_eq!(
        (found.len(), found[0].name.as_str(), found[0].kind),
        (1, "w", Kind::F32)
    );
    assert_eq!(found[0].bytes.len(), 4);
    let kind_of = |state: &[u8]| checkpoint(state).expect("it reads")[0].kind;
    let turned = state(b"FloatStorage", 0, [2, 1], [1, 2]);
    assert_eq!(kind_of(&turned), Kind::F32);
    let turned = state(b"HalfStorage", 0, [2, 2], [1, 2]);
    assert_eq!(kind_of(&turned), Kind::Other("transposed numbers"));
    let flags = state(b"BoolStorage", 0, [1, 2], [2, 1]);
    assert!(matches!(kind_of(&flags), Kind::Other(_)));
}

#[test]
fn a_checkpoint_that_could_run_or_reach_anything_is_refused() {
    let cases: [(&[u8], &str); 9] = [
        (
            b"\x80\x02cos\nsystem\nX\x04\x00\x00\x00echo\x85R.",
            "os.system, which is not run",
        ),
        (
            b"\x80\x02c__builtin__\neval\n.",
            "__builtin__.eval, which is not run",
        ),
        (b"\x80\x04}.", "protocol 4"),
        (b"\x80\x02]q\x00.", "instruction 0x5d"),
        (b"\x80\x02K\x01.", "it is not a flat state dict"),
        (b"\x80\x02}h\x05.", "never remembered"),
        (b"\x80\x02}K\x01K\x02s.", "is not a tensor"),
        (b"\x80\x02}X\xff\xff\xff\xff", "a name has 4294967295 bytes"),
        (b"\x80\x02}X\x09\x00\x00\x00", "ends early"),
    ];
    for (pickle, expected) in cases {
        let said = checkpoint(pickle).expect_err(expected);
        assert!(said.contains(expected), "{said}");
    }
    for beyond in [
        state(b"FloatStorage", 2, [1, 1], [1, 1]),
        state(b"FloatStorage", 0, [1, 3], [3, 1]),
        state(b"DoubleStorage", 0, [1, 2], [2, 1]),
    ] {
        let said = checkpoint(&beyond).expect_err("too long");
        assert!(said.contains("'w' reaches beyond its numbers"), "{said}");
    }
    // Cut anywhere, it is an error and no panic.
    let whole = state(b"FloatStorage", 0, [1, 2], [2, 1]);
    checkpoint(&whole).expect("it reads");
    for length in 0..whole.len() {
        assert!(checkpoint(&whole[..length]).is_err(), "{length}");
    }
    assert!(checkpoint::list(b"not a zip").is_err());
}
