//! What the commands that count words take for a word.

use std::sync::{Mutex, MutexGuard, PoisonError};

use lexis::{Cut, Hyphens, Query, QueryError, Words};
use model::{Card, ModelError, Subwords};
use rust_stemmers::Stemmer;
use serde_json::{Value, json};
use text::Span;

pub use rust_stemmers::Algorithm as Stemming;

/// What is counted.
#[derive(Clone, Debug, Default)]
pub enum Counting {
    /// Words in lower case.
    #[default]
    Words,
    /// Words, where those joined by a hyphen are one.
    JoinedWords,
    /// Stems of words, by Snowball's rules for a language.
    Stems {
        /// The language's name, for the record.
        language: &'static str,
        /// Its rules.
        stemming: Stemming,
    },
    /// Subwords of a model.
    Subwords(Box<Card>),
}

impl Counting {
    /// For the record.
    pub(crate) fn describe(&self) -> Value {
        match self {
            Self::Words => json!("words"),
            Self::JoinedWords => json!("words, joined at hyphens"),
            Self::Stems { language, .. } => json!(format!("stems, {language}")),
            Self::Subwords(card) => json!(format!("subwords of {}", card.name)),
        }
    }

    /// # Errors
    /// [`ModelError`] where the model's tokenizer can't be used.
    pub(crate) fn counter(&self) -> Result<Counter, ModelError> {
        Ok(Counter {
            hyphens: match self {
                Self::JoinedWords => Hyphens::Join,
                _ => Hyphens::Part,
            },
            unit: match self {
                Self::Words | Self::JoinedWords => Unit::Word,
                Self::Stems { stemming, .. } => {
                    let stemmer = Stemmer::create(*stemming);
                    Unit::Stem(Box::new(move |word| stemmer.stem(word).into_owned()))
                }
                Self::Subwords(card) => Unit::Subword {
                    subwords: Box::new(Subwords::of(card)?),
                    failed: Mutex::new(None),
                },
            },
        })
    }
}

/// Cuts texts into what is counted.
pub(crate) struct Counter {
    hyphens: Hyphens,
    unit: Unit,
}

enum Unit {
    Word,
    Stem(Box<dyn Fn(&str) -> String + Sync>),
    Subword {
        subwords: Box<Subwords>,
        /// What went wrong first: cutting can't fail.
        failed: Mutex<Option<ModelError>>,
    },
}

impl Counter {
    /// What went wrong while texts were cut.
    pub(crate) fn check(&self) -> Result<(), ModelError> {
        match &self.unit {
            Unit::Subword { failed, .. } => held(failed).take().map_or(Ok(()), Err),
            _ => Ok(()),
        }
    }

    /// A query whose words are cut as the texts are.
    pub(crate) fn query(&self, written: &str) -> Result<Query, QueryError> {
        Query::cut_by(written, &|text| {
            let mut units = Vec::new();
            self.cut(text, Span::new(0, text.len()), &mut |form, _| {
                units.push(form.to_owned());
            });
            units
        })
    }
}

impl Cut for Counter {
    fn cut(&self, text: &str, sentence: Span, unit: &mut dyn FnMut(&str, Span)) {
        let words = |stem| Words {
            hyphens: self.hyphens,
            stem,
        };
        match &self.unit {
            Unit::Word => words(None).cut(text, sentence, unit),
            Unit::Stem(stem) => words(Some(stem)).cut(text, sentence, unit),
            Unit::Subword { subwords, failed } => match subwords.tokenize(sentence.of(text)) {
                Ok(found) => {
                    let mut end = 0;
                    for subword in found {
                        // Some tokenizers make several subwords of one character's bytes: the first counts.
                        if subword.start < subword.end && subword.start >= end {
                            end = subword.end;
                            let span =
                                Span::new(sentence.start + subword.start, sentence.start + end);
                            unit(&subword.piece, span);
                        }
                    }
                }
                Err(error) => {
                    held(failed).get_or_insert(error);
                }
            },
        }
    }
}

fn held(failed: &Mutex<Option<ModelError>>) -> MutexGuard<'_, Option<ModelError>> {
    failed.lock().unwrap_or_else(PoisonError::into_inner)
}
