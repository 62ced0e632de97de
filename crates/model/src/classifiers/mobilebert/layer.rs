//! One layer of a MobileBERT.

use super::config::{Bottleneck, Settings};
use super::norm::Norm;
use crate::ModelError;
use crate::classifiers::heads::{Columns, Heads, Plain, Spans};
use crate::classifiers::parts::{Dense, Rows, Source, Work};

const EPSILON: f64 = 1e-5;

/// A linear layer, and the normalization behind it.
struct Normed {
    dense: Dense,
    norm: Norm,
}

impl Normed {
    fn take(
        source: &mut Source<'_>,
        settings: &Settings,
        name: &str,
        (inputs, outputs): (usize, usize),
        epsilon: f64,
    ) -> Result<Self, ModelError> {
        let norm = format!("{name}.LayerNorm");
        Ok(Self {
            dense: source.dense(&format!("{name}.dense"), inputs, outputs)?,
            norm: settings.norm.take(source, &norm, outputs, epsilon)?,
        })
    }

    fn apply(&self, work: &mut Work, from: &Rows) -> Rows {
        let mut to = self.dense.apply(work, from);
        self.norm.apply(work.level, &mut to);
        to
    }

    fn add(&self, work: &mut Work, from: &Rows, to: &mut Rows) {
        self.dense.add(work, from, to);
        self.norm.apply(work.level, to);
    }
}

/// A feed-forward block, whose outputs are added to its inputs.
struct Feed {
    up: Dense,
    down: Normed,
}

pub(super) struct Layer {
    /// What is added to attention's outputs; nothing where it is the hidden state itself.
    narrow: Option<Normed>,
    /// What queries and keys are made of, where it has a layer of its own.
    compared: Option<Normed>,
    queries_and_keys: Dense,
    values: Dense,
    heads: Heads,
    bottleneck: Bottleneck,
    mixing: Normed,
    feeds: Vec<Feed>,
    /// Back to the width of the hidden state.
    widen: Option<Normed>,
}

impl Layer {
    pub(super) fn take(
        source: &mut Source<'_>,
        settings: &Settings,
        index: usize,
    ) -> Result<Self, ModelError> {
        let own = |part: &str| format!("mobilebert.encoder.layer.{index}.{part}");
        let (hidden, narrow, heads) = (settings.hidden, settings.narrow, settings.heads);
        let epsilon = settings.epsilon;
        let bottleneck = settings.bottleneck;
        let seen = match bottleneck {
            Bottleneck::QueriesAndKeys => hidden,
            Bottleneck::Nothing | Bottleneck::Whole => narrow,
        };
        let query = source.pair(&own("attention.self.query"), narrow, narrow)?;
        let key = source.pair(&own("attention.self.key"), narrow, narrow)?;
        let parts = [query.part(heads.scale()), key.part(1.0)];
        let mut normed =
            |name: &str, shape, epsilon| Normed::take(source, settings, &own(name), shape, epsilon);
        let has_bottleneck = bottleneck != Bottleneck::Nothing;
        let narrowed = has_bottleneck
            .then(|| normed("bottleneck.input", (hidden, narrow), epsilon))
            .transpose()?;
        let compared = (bottleneck == Bottleneck::QueriesAndKeys)
            .then(|| normed("bottleneck.attention", (hidden, narrow), epsilon))
            .transpose()?;
        let mixing = normed("attention.output", (narrow, narrow), epsilon)?;
        let widen = has_bottleneck
            .then(|| normed("output.bottleneck", (narrow, hidden), epsilon))
            .transpose()?;
        let names = (0..settings.feeds - 1)
            .map(|feed| (format!("ffn.{feed}."), epsilon))
            // Transformers leaves the last one its library's epsilon.
            .chain([(String::new(), EPSILON)]);
        let feeds = names
            .map(|(prefix, epsilon)| {
                let up = own(&format!("{prefix}intermediate.dense"));
                let down = own(&format!("{prefix}output"));
                let inner = settings.intermediate;
                Ok(Feed {
                    up: source.dense(&up, narrow, inner)?.then(settings.activation),
                    down: Normed::take(source, settings, &down, (inner, narrow), epsilon)?,
                })
            })
            .collect::<Result<_, ModelError>>()?;
        Ok(Self {
            narrow: narrowed,
            compared,
            queries_and_keys: Dense::pack(source.level, narrow, &parts),
            values: source.dense(&own("attention.self.value"), seen, narrow)?,
            heads,
            bottleneck,
            mixing,
            feeds,
            widen,
        })
    }

    /// The next hidden state of the rows that are asked for.
    pub(super) fn apply(&self, work: &mut Work, mut hidden: Rows, spans: Spans<'_>) -> Rows {
        let narrow = self
            .narrow
            .as_ref()
            .map(|narrow| narrow.apply(work, &hidden));
        let compared = self.compared.as_ref().map(|own| own.apply(work, &hidden));
        let mut added = narrow.unwrap_or_else(|| hidden.clone());
        let both = self
            .queries_and_keys
            .apply(work, compared.as_ref().unwrap_or(&added));
        let values = match self.bottleneck {
            Bottleneck::Whole => self.values.apply(work, &added),
            Bottleneck::Nothing | Bottleneck::QueriesAndKeys => self.values.apply(work, &hidden),
        };
        let from = |rows, column| Columns { rows, column };
        let sides = [
            from(&both, 0),
            from(&both, self.heads.padded()),
            from(&values, 0),
        ];
        let attention = &mut work.attention;
        let context = self.heads.attend(attention, sides, spans, &mut Plain);
        for rows in [&mut hidden, &mut added] {
            rows.keep(spans.asked.iter().cloned().flatten());
        }
        self.mixing.add(work, &context, &mut added);
        for feed in &self.feeds {
            let inner = feed.up.apply(work, &added);
            feed.down.add(work, &inner, &mut added);
        }
        match &self.widen {
            None => added,
            Some(widen) => {
                widen.add(work, &added, &mut hidden);
                hidden
            }
        }
    }
}
