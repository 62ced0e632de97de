//! What a page's head says of it.

use dom_query::Document;
use serde_json::Value;
use text::Metadata;

use crate::columns;

/// The statements of a page's head; those of `<meta>` come before those of JSON-LD.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) title: Option<String>,
    /// The text of `<title>`, often with the site's name.
    pub(crate) window_title: Option<String>,
    pub(crate) author: Option<String>,
    pub(crate) published: Option<String>,
    pub(crate) site: Option<String>,
    pub(crate) language: Option<String>,
    pub(crate) url: Option<String>,
}

impl Head {
    pub(crate) fn of(document: &Document) -> Self {
        let meta = |names: &[&str]| {
            names.iter().find_map(|name| {
                let selector = format!(
                    "meta[property='{name}'], meta[name='{name}'], meta[itemprop='{name}']"
                );
                document
                    .select(&selector)
                    .attr("content")
                    .and_then(|value| filled(&value))
            })
        };
        let linked = LinkedData::of(document);
        let author = meta(&["author", "article:author", "dc.creator", "DC.creator"]);
        Self {
            title: meta(&["og:title"]).or(linked.headline),
            window_title: filled(&document.select_single("title").text()),
            // An address of a profile is no name.
            author: author
                .filter(|name| !name.starts_with("http"))
                .or(linked.author),
            published: meta(&[
                "article:published_time",
                "datePublished",
                "publishdate",
                "PubDate",
                "pubdate",
                "date",
                "dc.date",
                "DC.date",
            ])
            .or(linked.published),
            site: meta(&["og:site_name"]).or(linked.publisher),
            language: document
                .select_single("html")
                .attr("lang")
                .and_then(|value| filled(&value)),
            url: document
                .select_single("link[rel='canonical']")
                .attr("href")
                .and_then(|value| filled(&value))
                .or_else(|| meta(&["og:url"])),
        }
    }

    pub(crate) fn into_metadata(self) -> Metadata {
        let mut metadata = Metadata::default();
        for (name, value) in [
            ("title", self.title),
            ("author", self.author),
            ("published", self.published),
            ("source", self.site),
            ("language", self.language),
            ("url", self.url),
        ] {
            columns::put(&mut metadata, name, &value.unwrap_or_default());
        }
        metadata
    }
}

/// The first article that a page's JSON-LD describes.
#[derive(Default)]
struct LinkedData {
    headline: Option<String>,
    author: Option<String>,
    published: Option<String>,
    publisher: Option<String>,
}

impl LinkedData {
    fn of(document: &Document) -> Self {
        for script in document
            .select("script[type='application/ld+json']")
            .nodes()
        {
            let Ok(value) = serde_json::from_str::<Value>(script.text().trim()) else {
                continue;
            };
            let graph = value.get("@graph").unwrap_or(&value);
            let things = graph
                .as_array()
                .map_or(std::slice::from_ref(graph), Vec::as_slice);
            let is_article = |thing: &&Value| {
                thing.get("headline").is_some() || thing.get("datePublished").is_some()
            };
            if let Some(thing) = things.iter().find(is_article) {
                let named = |key: &str| thing.get(key).and_then(name);
                return Self {
                    headline: named("headline"),
                    author: named("author"),
                    published: named("datePublished"),
                    publisher: named("publisher"),
                };
            }
        }
        Self::default()
    }
}

/// A string, the name of a thing, or the names of several.
fn name(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => filled(text),
        Value::Object(thing) => thing.get("name").and_then(Value::as_str).and_then(filled),
        Value::Array(things) => {
            let names: Vec<String> = things
                .iter()
                .filter(|t| !t.is_array())
                .filter_map(name)
                .collect();
            (!names.is_empty()).then(|| names.join("; "))
        }
        _ => None,
    }
}

/// White space folded; `None` where nothing is left.
pub(crate) fn filled(value: &str) -> Option<String> {
    let folded = value.split_whitespace().collect::<Vec<_>>().join(" ");
    (!folded.is_empty()).then_some(folded)
}
