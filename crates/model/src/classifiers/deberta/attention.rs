//! One layer's disentangled attention.

use std::sync::Arc;

use kernels::{Head, Linear, Operand};

use super::Version;
use super::config::{Relative, Settings};
use super::distances::Embeddings;
use crate::ModelError;
use crate::classifiers::heads::{Heads, Plain, Scoring, Spans};
use crate::classifiers::parts::{Dense, Rows, Source, Work};
use crate::classifiers::products::Products;
use crate::packed::Pair;

pub(super) struct Disentangled {
    /// To queries, scaled, keys and values.
    projection: Dense,
    heads: Heads,
    distances: Option<Distances>,
}

/// A layer's projections of distances, a head each; they depend on no text.
struct Distances {
    /// The farthest that a key may be.
    reach: usize,
    /// By place of key less place of query, from `-reach` on: which distance it is.
    places: Arc<[u32]>,
    /// What queries are compared with.
    keys: Vec<Linear>,
    /// What keys are compared with, scaled.
    queries: Vec<Linear>,
}

impl Disentangled {
    pub(super) fn take(
        source: &mut Source<'_>,
        settings: &Settings,
        name: &str,
        relative: Option<&Embeddings>,
    ) -> Result<Self, ModelError> {
        let hidden = settings.hidden;
        let [query, key, value] = match settings.version {
            Version::First => joined(source, settings, name)?,
            Version::Second => [
                source.pair(&format!("{name}.query_proj"), hidden, hidden)?,
                source.pair(&format!("{name}.key_proj"), hidden, hidden)?,
                source.pair(&format!("{name}.value_proj"), hidden, hidden)?,
            ],
        };
        let distances = relative
            .map(|relative| Distances::take(source, settings, name, relative, (&query, &key)))
            .transpose()?;
        let parts = [query.part(settings.scale), key.part(1.0), value.part(1.0)];
        Ok(Self {
            projection: Dense::pack(source.level, hidden, &parts),
            heads: Heads {
                count: settings.heads,
                width: settings.head_width,
            },
            distances,
        })
    }

    /// The context of each token that is asked for.
    pub(super) fn attend(&self, work: &mut Work, hidden: &Rows, spans: Spans<'_>) -> Rows {
        let projected = self.projection.apply(work, hidden);
        let sides = self.heads.side_by_side(&projected);
        let attention = &mut work.attention;
        match &self.distances {
            None => self.heads.attend(attention, sides, spans, &mut Plain),
            Some(distances) => {
                let scoring = &mut Compared {
                    distances,
                    operand: &mut work.operand,
                    queries: Products::default(),
                    keys: Products::default(),
                };
                self.heads.attend(attention, sides, spans, scoring)
            }
        }
    }
}

/// One head's products of queries and of keys with distances.
struct Compared<'a> {
    distances: &'a Distances,
    operand: &'a mut Operand,
    queries: Products,
    keys: Products,
}

impl Scoring for Compared<'_> {
    fn begin(&mut self, _sequence: usize, head: usize, sides: &Head<'_>) {
        let Distances {
            reach,
            places,
            keys,
            queries,
        } = self.distances;
        let farthest = sides.keys.rows - 1;
        // Keys to the left of a query have the higher places.
        let wanted = places[reach + farthest]..places[reach - farthest] + 1;
        if let Some(keys) = keys.get(head) {
            let rows = sides.queries;
            self.queries.fill(self.operand, rows, keys, wanted.clone());
        }
        if let Some(queries) = queries.get(head) {
            self.keys.fill(self.operand, sides.keys, queries, wanted);
        }
    }

    fn finish(&mut self, query: usize, scores: &mut [f32]) -> usize {
        let distances = self.distances;
        let places = &distances.places[distances.reach - query..][..scores.len()];
        if !distances.keys.is_empty() {
            let (own, first) = (self.queries.row(query), self.queries.first());
            for (score, &place) in scores.iter_mut().zip(places) {
                *score += own[place as usize - first];
            }
        }
        if !distances.queries.is_empty() {
            let first = self.keys.first();
            for ((score, row), &place) in scores.iter_mut().zip(self.keys.rows()).zip(places) {
                *score += row[place as usize - first];
            }
        }
        scores.len()
    }
}

impl Distances {
    fn take(
        source: &mut Source<'_>,
        settings: &Settings,
        name: &str,
        relative: &Embeddings,
        (query, key): (&Pair, &Pair),
    ) -> Result<Self, ModelError> {
        let (level, hidden) = (source.level, settings.hidden);
        let Relative {
            content_to_position,
            position_to_content,
            shares_projections,
            ..
        } = relative.relative;
        let is_first = settings.version == Version::First;
        let keys = if !content_to_position {
            None
        } else if shares_projections {
            Some(Dense::pack(level, hidden, &[key.part(1.0)]))
        } else if is_first {
            Some(source.unbiased(&format!("{name}.pos_proj"), hidden, hidden)?)
        } else {
            Some(source.dense(&format!("{name}.pos_key_proj"), hidden, hidden)?)
        };
        let queries = if !position_to_content {
            None
        } else if shares_projections {
            Some(Dense::pack(level, hidden, &[query.part(1.0)]))
        } else if is_first {
            Some(source.dense(&format!("{name}.pos_q_proj"), hidden, hidden)?)
        } else {
            Some(source.dense(&format!("{name}.pos_query_proj"), hidden, hidden)?)
        };
        let by_head = |projection: Option<Dense>, scale: f32| {
            let Some(projection) = projection else {
                return Vec::new();
            };
            let projected = projection.apply(&mut Work::new(level), &relative.rows);
            let width = settings.head_width;
            (0..settings.heads)
                .map(|head| projected.head(level, head * width..(head + 1) * width, scale, |_| 0.0))
                .collect()
        };
        Ok(Self {
            reach: settings.positions - 1,
            places: Arc::clone(&relative.places),
            keys: by_head(keys, 1.0),
            queries: by_head(queries, settings.scale),
        })
    }
}

/// The first version's one layer to queries, keys and values, head by head; keys have no bias.
fn joined(
    source: &mut Source<'_>,
    settings: &Settings,
    name: &str,
) -> Result<[Pair; 3], ModelError> {
    let hidden = settings.hidden;
    let weights = source.numbers(&format!("{name}.in_proj.weight"), &[3 * hidden, hidden])?;
    let query = source.numbers(&format!("{name}.q_bias"), &[hidden])?;
    let value = source.numbers(&format!("{name}.v_bias"), &[hidden])?;
    let biases = [query, Vec::new(), value];
    let heads = weights.chunks_exact(settings.head_width * hidden);
    let mut third = 0;
    Ok(biases.map(|bias| {
        let own: Vec<&[f32]> = heads.clone().skip(third).step_by(3).collect();
        third += 1;
        Pair::new(own.concat(), bias)
    }))
}
