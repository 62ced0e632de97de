//! What the benchmarks read: the demonstration corpus, repeated to a size worth timing.

use std::path::{Path, PathBuf};

use source::{Article, ReadSettings};

/// The project's folder.
pub fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// The demonstration corpus.
///
/// # Panics
/// If the corpus can't be read.
pub fn articles() -> Vec<Article> {
    let corpus: Vec<PathBuf> = vec![root().join("corpus")];
    let reading = source::read(&corpus, &ReadSettings::default()).expect("the corpus reads");
    assert!(
        reading.articles.len() >= 10,
        "the corpus has ten pieces or more"
    );
    reading.articles
}

/// All sentences of the demonstration corpus.
pub fn sentences() -> Vec<String> {
    let mut all = Vec::new();
    for article in articles() {
        let blocks = article
            .blocks
            .clone()
            .unwrap_or_else(|| text::block::lines(&article.text));
        let cleaned = text::clean::clean(&article.text, &blocks, None);
        let document = text::segment::segment(&article.text, &cleaned);
        all.extend(
            document
                .sentences
                .iter()
                .map(|s| s.span.of(&article.text).to_owned()),
        );
    }
    all
}
