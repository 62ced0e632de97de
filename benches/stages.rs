//! Segmentation, tokenization and embedding, one stage at a time.
//! Each bench checks its answer, so that one that stops doing its work fails.

#![allow(
    missing_docs,
    reason = "criterion's macros make undocumented functions"
)]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use model::{Backend, Card, Embedder, EmbedderSettings, Precision, Subwords};
use text::Span;

fn card() -> Card {
    let card = model::find(&benches::root().join("models"), "all-MiniLM-L6-v2").expect("a card");
    model::require(&card).expect("the weights are here: run scripts/setup");
    card
}

fn segmentation(c: &mut Criterion) {
    let articles = benches::articles();
    let bytes = articles.iter().map(|a| a.text.len() as u64).sum();
    let expected = benches::sentences().len();
    let mut group = c.benchmark_group("segment");
    group.throughput(Throughput::Bytes(bytes));
    group.bench_function("clean and segment", |b| {
        b.iter(|| {
            let mut sentences = 0;
            for article in &articles {
                let blocks = article
                    .blocks
                    .clone()
                    .unwrap_or_else(|| text::block::lines(&article.text));
                let cleaned = text::clean::clean(&article.text, &blocks, None);
                sentences += text::segment::segment(&article.text, &cleaned)
                    .sentences
                    .len();
            }
            assert_eq!(sentences, expected);
        });
    });
    group.finish();
}

fn tokenization(c: &mut Criterion) {
    let sentences = benches::sentences();
    let card = card();
    let subwords =
        Subwords::read(&card.path_of("tokenizer.json"), card.max_length).expect("a tokenizer");
    let mut group = c.benchmark_group("tokenize");
    group.throughput(Throughput::Bytes(
        sentences.iter().map(|s| s.len() as u64).sum(),
    ));
    group.bench_function("words", |b| {
        b.iter(|| {
            let count: usize = sentences
                .iter()
                .map(|s| text::words::words(s, Span::new(0, s.len())).count())
                .sum();
            assert!(count > 10_000);
        });
    });
    group.bench_function("subwords", |b| {
        b.iter(|| {
            let count: usize = sentences
                .iter()
                .map(|s| {
                    subwords
                        .windows(s)
                        .expect("tokens")
                        .iter()
                        .map(|w| w.subwords)
                        .sum::<usize>()
                })
                .sum();
            assert!(count > 10_000);
        });
    });
    group.finish();
}

fn embedding(c: &mut Criterion) {
    let sentences = benches::sentences();
    let texts: Vec<&str> = sentences.iter().take(256).map(String::as_str).collect();
    let mut group = c.benchmark_group("embed");
    group.sample_size(10);
    group.throughput(Throughput::Elements(texts.len() as u64));
    for precision in [Precision::F32, Precision::Int16, Precision::Bf16] {
        let settings = EmbedderSettings {
            backend: Backend::Packed,
            precision,
            ..EmbedderSettings::default()
        };
        let mut embedder = Embedder::open(&card(), &settings).expect("the model loads");
        group.bench_function(format!("one replica, {}", precision.name()), |b| {
            b.iter(|| {
                let (vectors, _) = embedder.embed_all(&texts).expect("vectors");
                assert_eq!(vectors.dim(), (texts.len(), 384));
            });
        });
    }
    group.finish();
}

criterion_group!(stages, segmentation, tokenization, embedding);
criterion_main!(stages);
