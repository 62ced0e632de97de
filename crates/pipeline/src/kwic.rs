//! Where in the texts the words of a query stand, with what is around them.

use std::time::Instant;

use lexis::{Concordance, Hit, SortKey};
use report::tables::KwicRow;
use serde_json::json;

use crate::clock::Clock;
use crate::counted::{self, Counted, Passages};
use crate::lexical::{Output, Read, Results};
use crate::listed::Listed;
use crate::run::on_threads;
use crate::{Event, Outcome, PipelineError, TextSettings};

/// A checked request for a concordance.
#[derive(Clone, Debug)]
pub struct KwicSettings {
    /// Texts and results.
    pub texts: TextSettings,
    /// What is searched, each a query of its own.
    pub queries: Vec<String>,
    /// Words shown on each side.
    pub context: usize,
    /// The order of a query's lines.
    pub sort: Vec<SortKey>,
    /// How many lines of a query are told.
    pub told: usize,
}

/// What was found, in short.
#[derive(Clone, Debug, Default)]
pub struct KwicOutcome {
    /// What was read.
    pub texts: Outcome,
    /// What each query found.
    pub queries: Vec<KwicFound>,
}

/// What a query found.
#[derive(Clone, Debug)]
pub struct KwicFound {
    /// The query.
    pub query: String,
    /// All its hits.
    pub hits: usize,
    /// Articles with at least one.
    pub articles: usize,
    /// The first lines.
    pub lines: Vec<KwicLine>,
}

/// A line of a concordance, as it stands in the text.
#[derive(Clone, Debug)]
pub struct KwicLine {
    /// The article.
    pub doc_id: String,
    /// What stands before.
    pub left: String,
    /// What was found.
    pub text: String,
    /// What stands behind.
    pub right: String,
}

/// Searches all texts and writes every hit, in a folder or as one table.
///
/// # Errors
/// Only where nothing can be searched: inputs that don't exist, a query that can't be read, results
/// that can't be written.
pub fn kwic(
    settings: &KwicSettings,
    observe: &mut (dyn FnMut(Event<'_>) + Send),
) -> Result<KwicOutcome, PipelineError> {
    on_threads(settings.texts.threads, || search(settings, observe))
}

fn search(
    settings: &KwicSettings,
    observe: &mut dyn FnMut(Event<'_>),
) -> Result<KwicOutcome, PipelineError> {
    let start = Instant::now();
    let wanted = &settings.texts;
    let counter = wanted.counting.counter()?;
    let queries = settings.queries.iter().map(|written| {
        let query = counter.query(written);
        query.map_err(|source| PipelineError::Query {
            query: written.clone(),
            source,
        })
    });
    let queries = queries.collect::<Result<Vec<_>, _>>()?;
    let output = Output::create(&wanted.out)?;
    let mut clock = Clock::default();
    let counted = counted::read(
        wanted,
        &counter,
        (&output, Passages::Kept),
        &mut clock,
        observe,
        |_| {},
    )?;
    let corpus = &counted.corpus;
    let concordance = clock.time("index", "words", observe, |_| {
        Ok::<_, PipelineError>((Concordance::new(corpus), corpus.words()))
    })?;
    let found = clock.time("search", "hits", observe, |_| {
        let found: Vec<Vec<Hit>> = queries
            .iter()
            .map(|query| {
                let mut hits = concordance.search(query);
                concordance.sort(&mut hits, &settings.sort);
                hits
            })
            .collect();
        let hits = found.iter().map(Vec::len).sum();
        Ok::<_, PipelineError>((found, hits))
    })?;
    let line = |hit: &Hit| Line::of(&counted, &concordance, hit, settings.context);
    clock.time("write kwic", "hits", observe, |_| {
        let mut table = output.table::<KwicRow<'_>>()?;
        for (query, hits) in settings.queries.iter().zip(&found) {
            for hit in hits {
                table.push(&line(hit)?.row(query))?;
            }
        }
        table.finish()?;
        Ok::<_, PipelineError>(((), found.iter().map(Vec::len).sum()))
    })?;
    let told: Vec<KwicFound> = settings
        .queries
        .iter()
        .zip(&found)
        .map(|(query, hits)| {
            let told = hits.iter().take(settings.told);
            Ok(KwicFound {
                query: query.clone(),
                hits: hits.len(),
                articles: articles(hits),
                lines: told
                    .map(|hit| Ok(line(hit)?.told()))
                    .collect::<Result<_, PipelineError>>()?,
            })
        })
        .collect::<Result<_, PipelineError>>()?;
    let found = told
        .iter()
        .map(|found| json!({"query": found.query, "hits": found.hits, "articles": found.articles}));
    let outcome = Outcome::of_listed(&counted.pieces, &counted.problems, &wanted.out);
    let results = Results {
        wanted,
        texts: Read::Counted(&counted),
        clock,
        start,
        settings: json!({
            "queries": settings.queries,
            "context": settings.context,
            "sort": settings.sort.iter().map(|key| name(*key)).collect::<Vec<_>>(),
        }),
        found: json!({"queries": found.collect::<Vec<_>>()}),
    };
    output.commit::<KwicRow<'_>>(results, observe)?;
    Ok(KwicOutcome {
        texts: outcome,
        queries: told,
    })
}

/// How many articles have one of the hits.
fn articles(hits: &[Hit]) -> usize {
    let mut documents: Vec<usize> = hits.iter().map(|hit| hit.occurrence.document).collect();
    documents.sort_unstable();
    documents.dedup();
    documents.len()
}

fn name(key: SortKey) -> String {
    match key {
        SortKey::Position => "position".to_owned(),
        SortKey::Left(n) => format!("left{n}"),
        SortKey::Right(n) => format!("right{n}"),
        SortKey::Inside(n) => format!("inside{n}"),
    }
}

/// A hit with its article and context.
struct Line<'a> {
    piece: &'a Listed,
    hit: Hit,
    context: lexis::Context,
    left: String,
    text: String,
    right: String,
}

impl<'a> Line<'a> {
    fn of(
        counted: &'a Counted,
        concordance: &Concordance<'_>,
        hit: &Hit,
        words: usize,
    ) -> Result<Self, PipelineError> {
        let context = concordance.context(hit, words);
        let document = hit.occurrence.document;
        Ok(Self {
            piece: &counted.pieces[document],
            hit: *hit,
            context,
            left: counted.cut(document, context.before)?,
            text: counted.cut(document, hit.span)?,
            right: counted.cut(document, context.after)?,
        })
    }

    fn row<'r>(&'r self, query: &'r str) -> KwicRow<'r> {
        KwicRow {
            query,
            doc_id: &self.piece.doc_id,
            sentence: self.hit.occurrence.sentence + 1,
            start: self.hit.span.start,
            end: self.hit.span.end,
            left: &self.left,
            text: &self.text,
            right: &self.right,
            left_start: self.context.before.start,
            right_end: self.context.after.end,
            published: self.piece.metadata.published.as_deref().unwrap_or_default(),
        }
    }

    fn told(&self) -> KwicLine {
        let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        KwicLine {
            doc_id: self.piece.doc_id.clone(),
            left: flat(&self.left),
            text: flat(&self.text),
            right: flat(&self.right),
        }
    }
}
