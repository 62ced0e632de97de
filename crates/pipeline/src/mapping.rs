//! A map of the articles: where each lies, and which lie together.

use compare::{Clusters, Plane, cosine_distances, trustworthiness};
use lexis::{CountOptions, Counts, Keyness, KeynessOptions, Split};
use report::tables::MapRow;
use report::{Decimal, OutputFolder};
use serde_json::{Value, json};

use crate::comparing::Comparison;
use crate::pieces::Piece;
use crate::{PipelineError, lexical};

/// Neighbours by which the map is judged.
const NEIGHBOURS: usize = 5;
/// Most clusters.
const CLUSTERS: usize = 12;
/// Words in a cluster's name, and how often they must stand in the corpus.
const NAME: usize = 4;
const FEWEST: u64 = 3;
const SHORTEST: usize = 4;
/// With more articles a map takes longer than all else.
const MOST: usize = 3000;

/// Writes the map, and says what can be said of it as a whole; nothing where there are too many articles.
pub(crate) fn write(
    folder: &OutputFolder,
    pieces: &[Piece],
    comparison: &Comparison,
) -> Result<Option<Value>, PipelineError> {
    if pieces.len() > MOST {
        return Ok(None);
    }
    let vectors = comparison.bodies.view();
    let plane = Plane::of(vectors);
    let clusters = Clusters::best(cosine_distances(vectors).view(), CLUSTERS);
    let names = clusters
        .as_ref()
        .map_or(Ok(Vec::new()), |clusters| names(pieces, &clusters.of))?;
    let mut table = folder.table::<MapRow<'_>>()?;
    for (at, (piece, place)) in pieces.iter().zip(plane.places.rows()).enumerate() {
        let own = clusters.as_ref();
        table.push(&MapRow {
            doc_id: piece.id(),
            x: place[0].into(),
            y: place[1].into(),
            cluster: own.map(|clusters| clusters.of[at] + 1),
            silhouette: own.map(|clusters| Decimal(clusters.silhouettes[at])),
            cluster_name: own.map_or("", |clusters| &names[clusters.of[at]]),
        })?;
    }
    table.finish()?;
    Ok(Some(json!({
        "explained_variance": plane.explained,
        "trustworthiness": trustworthiness(vectors, plane.places.view(), NEIGHBOURS),
        "trustworthiness_neighbours": NEIGHBOURS,
        "clusters": clusters.as_ref().and_then(|clusters| clusters.of.iter().max()).map(|last| last + 1),
        "silhouette": clusters.as_ref().map(Clusters::mean),
    })))
}

/// The words that each cluster uses more than the others, the keyest first.
fn names(pieces: &[Piece], of: &[usize]) -> Result<Vec<String>, PipelineError> {
    let corpus = lexical::words(pieces)?;
    let options = CountOptions {
        sizes: 1..=1,
        min_count: FEWEST,
        min_documents: 1,
    };
    let counts = Counts::of(&corpus, options);
    let options = KeynessOptions {
        anchors: 0,
        ..KeynessOptions::default()
    };
    let clusters = of.iter().max().map_or(0, |last| last + 1);
    (0..clusters)
        .map(|cluster| {
            let is_target = of.iter().map(|&of| of == cluster).collect();
            let split = Split::new(is_target, None)?;
            let keyness = Keyness::new(&corpus, &counts, &split, &options)?;
            // Short words of Latin script mostly bind others together.
            let is_telling = |word: &str| !word.is_ascii() || word.len() >= SHORTEST;
            let rows = keyness.by_g2().into_iter().map(|term| keyness.row(term));
            let words = rows
                .take_while(|row| row.g2 > 0.0)
                .map(|row| row.text)
                .filter(|word| is_telling(word));
            Ok(words.take(NAME).collect::<Vec<_>>().join(" "))
        })
        .collect()
}
