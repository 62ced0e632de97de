//! A decoder's and an encoder's attention.

use super::EPSILON;
use crate::ModelError;
use crate::classifiers::heads::{Backward, Columns, Heads, Plain, Spans};
use crate::classifiers::parts::{Dense, Mixing, Rows, Source, Work};

/// Attention to the text that is being read.
pub(super) struct SelfAttention {
    /// To queries, scaled, keys and values.
    projection: Dense,
    heads: Heads,
    pub(super) mixing: Mixing,
}

impl SelfAttention {
    pub(super) fn take(
        source: &mut Source<'_>,
        prefix: &str,
        heads: Heads,
    ) -> Result<Self, ModelError> {
        let width = heads.count * heads.width;
        let mut pair = |part: &str| {
            let name = format!("{prefix}.self_attn.{part}");
            source.pair(&name, width, width)
        };
        let (query, key, value) = (pair("q_proj")?, pair("k_proj")?, pair("v_proj")?);
        let parts = [query.part(heads.scale()), key.part(1.0), value.part(1.0)];
        let mixing = format!("{prefix}.self_attn.out_proj");
        let norm = format!("{prefix}.self_attn_layer_norm");
        Ok(Self {
            projection: Dense::pack(source.level, width, &parts),
            heads,
            mixing: source.mixing((&mixing, &norm), width, EPSILON)?,
        })
    }

    pub(super) fn all(&self, work: &mut Work, hidden: &Rows, spans: Spans<'_>) -> Rows {
        let projected = self.projection.apply(work, hidden);
        let sides = self.heads.side_by_side(&projected);
        let attention = &mut work.attention;
        self.heads.attend(attention, sides, spans, &mut Plain)
    }

    pub(super) fn backward(&self, work: &mut Work, hidden: &Rows, spans: Spans<'_>) -> Rows {
        let projected = self.projection.apply(work, hidden);
        let sides = self.heads.side_by_side(&projected);
        let scoring = &mut Backward::new(spans);
        self.heads
            .attend(&mut work.attention, sides, spans, scoring)
    }
}

/// The decoder's look at what was encoded.
pub(super) struct CrossAttention {
    queries: Dense,
    /// To keys and values.
    encoded: Dense,
    heads: Heads,
    mixing: Mixing,
}

impl CrossAttention {
    pub(super) fn take(
        source: &mut Source<'_>,
        prefix: &str,
        heads: Heads,
    ) -> Result<Self, ModelError> {
        let width = heads.count * heads.width;
        let mut pair = |part: &str| {
            let name = format!("{prefix}.encoder_attn.{part}");
            source.pair(&name, width, width)
        };
        let (query, key, value) = (pair("q_proj")?, pair("k_proj")?, pair("v_proj")?);
        let mixing = format!("{prefix}.encoder_attn.out_proj");
        let norm = format!("{prefix}.encoder_attn_layer_norm");
        Ok(Self {
            queries: Dense::pack(source.level, width, &[query.part(heads.scale())]),
            encoded: Dense::pack(source.level, width, &[key.part(1.0), value.part(1.0)]),
            heads,
            mixing: source.mixing((&mixing, &norm), width, EPSILON)?,
        })
    }

    pub(super) fn apply(
        &self,
        work: &mut Work,
        encoded: &Rows,
        spans: Spans<'_>,
        hidden: &mut Rows,
    ) {
        let queries = self.queries.apply(work, hidden);
        let both = self.encoded.apply(work, encoded);
        let from = |rows, column| Columns { rows, column };
        let sides = [
            from(&queries, 0),
            from(&both, 0),
            from(&both, self.heads.padded()),
        ];
        let attention = &mut work.attention;
        let context = self.heads.attend(attention, sides, spans, &mut Plain);
        self.mixing.apply(work, &context, hidden);
    }
}
