//! The encoder's parts at the shapes of all-MiniLM-L6-v2, one at a time: where its time goes.
//! Each bench checks its answer, so that one that stops doing its work fails.

#![allow(
    missing_docs,
    reason = "criterion's macros make undocumented functions"
)]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use kernels::{Activation, Attention, Format, Heads, Level, Linear, Operand, Output, Part};

/// Rows of a product: what the encoder gives the kernels at a time.
const ROWS: usize = 192;
const HIDDEN: usize = 384;
const INNER: usize = 1536;

fn numbers(count: usize) -> Vec<f32> {
    (0..count)
        .map(|at| ((at * 7919 % 2003) as f32 - 1001.0) / 1001.0)
        .collect()
}

/// Operations a second of the linear layers, with what belongs to them: conversion of the rows,
/// bias, and GELU.
fn linear(c: &mut Criterion) {
    let mut group = c.benchmark_group("linear");
    for (name, inputs, outputs, activation) in [
        ("projection", HIDDEN, 3 * HIDDEN, Activation::Identity),
        ("mixing", HIDDEN, HIDDEN, Activation::Identity),
        ("up with GELU", HIDDEN, INNER, Activation::Gelu),
        ("down", INNER, HIDDEN, Activation::Identity),
    ] {
        let (weights, bias) = (numbers(inputs * outputs), numbers(outputs));
        let values = numbers(ROWS * inputs);
        group.throughput(Throughput::Elements((2 * ROWS * inputs * outputs) as u64));
        for format in [Format::F32, Format::Int16, Format::Bf16] {
            let part = Part {
                weights: &weights,
                bias: &bias,
                scale: 1.0,
            };
            let layer = Linear::pack(Level::best(), format, inputs, &[part]);
            let mut operand = Operand::default();
            let mut result = vec![f32::NAN; ROWS * outputs];
            group.bench_function(format!("{name}, {format:?}"), |b| {
                b.iter(|| {
                    let left = operand.ready(&layer, 0..layer.chunks(), &values, ROWS, inputs);
                    let mut output = Output {
                        values: &mut result,
                        stride: outputs,
                        adds: false,
                        bias: true,
                        activation,
                    };
                    layer.multiply(&left, 0..outputs, &mut output);
                    assert!(result[ROWS * outputs - 1].is_finite());
                });
            });
        }
    }
    group.finish();
}

/// Tokens a second of one layer's attention, by the length of the sequence.
fn attention(c: &mut Criterion) {
    let mut group = c.benchmark_group("attention");
    let heads = Heads {
        count: 12,
        width: 32,
        queries: 0,
        keys: HIDDEN,
        values: 2 * HIDDEN,
    };
    let (stride, to_stride) = (3 * HIDDEN, HIDDEN + 16);
    for length in [16, 35, 128, 256] {
        let rows = numbers(length * stride);
        let mut to = vec![f32::NAN; length * to_stride];
        let mut attention = Attention::new(Level::best());
        group.throughput(Throughput::Elements(length as u64));
        group.bench_function(format!("{length} tokens"), |b| {
            b.iter(|| {
                attention.attend(&rows, stride, heads, |_| &[], &mut to, to_stride);
                assert!(to[HIDDEN - 1].is_finite());
            });
        });
    }
    group.finish();
}

fn normalization(c: &mut Criterion) {
    let mut group = c.benchmark_group("layer normalization");
    let (gain, shift) = (numbers(HIDDEN), numbers(HIDDEN));
    let mut rows = numbers(ROWS * HIDDEN);
    group.throughput(Throughput::Elements(ROWS as u64));
    group.bench_function("rows", |b| {
        b.iter(|| {
            kernels::layer_norm(
                Level::best(),
                &mut rows,
                HIDDEN,
                HIDDEN,
                &gain,
                &shift,
                1e-12,
            );
            assert!(rows[0].is_finite());
        });
    });
    group.finish();
}

criterion_group!(encoder, linear, attention, normalization);
criterion_main!(encoder);
