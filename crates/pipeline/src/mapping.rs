//! A map of the articles: where each lies, and which lie together.

use compare::{Clusters, Plane, cosine_distances, trustworthiness};
use report::tables::MapRow;
use report::{Decimal, OutputFolder};
use serde_json::{Value, json};

use crate::PipelineError;
use crate::comparing::Comparison;
use crate::pieces::Piece;

/// Neighbours by which the map is judged.
const NEIGHBOURS: usize = 5;
/// Most clusters.
const CLUSTERS: usize = 12;
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
    let mut table = folder.table::<MapRow<'_>>()?;
    for (at, (piece, place)) in pieces.iter().zip(plane.places.rows()).enumerate() {
        let own = clusters.as_ref();
        table.push(&MapRow {
            doc_id: piece.id(),
            x: place[0].into(),
            y: place[1].into(),
            cluster: own.map(|clusters| clusters.of[at] + 1),
            silhouette: own.map(|clusters| Decimal(clusters.silhouettes[at])),
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
