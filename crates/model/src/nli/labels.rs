//! Which class of a model means what.

use serde_json::{Map, Value};

use crate::ModelError;
use crate::files::Files;

const CONFIG: &str = "config.json";
const REMEDY: &str = "set id2label and label2id in it as the model's authors trained it, such as \
                      {\"0\": \"contradiction\", \"1\": \"neutral\", \"2\": \"entailment\"}";

/// The classes of an entailment model, whatever their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NliLabels {
    /// The class of hypotheses that follow from the premise.
    pub entailment: usize,
    /// The class that entailment is weighed against: contradiction, or of two classes the other.
    pub contradiction: usize,
    /// How many classes.
    pub classes: usize,
}

/// The classes as `config.json` names them.
pub(super) fn read(files: &mut Files<'_>) -> Result<NliLabels, ModelError> {
    let config: Map<String, Value> = files
        .json(CONFIG)?
        .ok_or_else(|| files.unusable(CONFIG, "the file is missing"))?;
    names(&config)
        .and_then(|names| of(&names))
        .map_err(|what| files.unusable(CONFIG, what))
}

/// Names of the classes by their ids.
fn names(config: &Map<String, Value>) -> Result<Vec<String>, String> {
    let map = |key: &str| config.get(key).and_then(Value::as_object);
    let by_id = map("id2label").map(|map| {
        let pairs = map
            .iter()
            .map(|(id, name)| (id.parse().ok(), name.as_str()));
        in_order("id2label", pairs)
    });
    let by_name = map("label2id").map(|map| {
        let id = |id: &Value| id.as_u64().and_then(|id| usize::try_from(id).ok());
        let pairs = map
            .iter()
            .map(|(name, value)| (id(value), Some(name.as_str())));
        in_order("label2id", pairs)
    });
    match (by_id.transpose()?, by_name.transpose()?) {
        (Some(by_id), Some(by_name)) if by_id != by_name => Err(format!(
            "id2label and label2id name its classes differently; {REMEDY}"
        )),
        (Some(names), _) | (None, Some(names)) => Ok(names),
        (None, None) => Err(format!("it does not name its classes; {REMEDY}")),
    }
}

fn in_order<'a>(
    key: &str,
    pairs: impl Iterator<Item = (Option<usize>, Option<&'a str>)>,
) -> Result<Vec<String>, String> {
    let mut names: Vec<(usize, String)> = pairs
        .map(|(id, name)| Some((id?, name?.to_owned())))
        .collect::<Option<_>>()
        .ok_or_else(|| format!("{key} does not give each class a number and a name; {REMEDY}"))?;
    names.sort();
    if names.iter().enumerate().any(|(at, &(id, _))| at != id) {
        return Err(format!("{key} does not count its classes from 0; {REMEDY}"));
    }
    Ok(names.into_iter().map(|(_, name)| name).collect())
}

fn of(names: &[String]) -> Result<NliLabels, String> {
    let first = |start: &str| {
        let is_it = |name: &String| name.to_lowercase().starts_with(start);
        names.iter().position(is_it)
    };
    let listed = names.join(", ");
    let entailment = first("entail").ok_or_else(|| {
        format!("its classes are named {listed}, and none begins with 'entail'; {REMEDY}")
    })?;
    // Transformers takes the first class or the last, which can be the neutral one. Names can't err.
    let contradiction = match (names.len(), first("contradict")) {
        (_, Some(class)) => class,
        (2, None) => 1 - entailment,
        _ => {
            return Err(format!(
                "its classes are named {listed}, and none begins with 'contradict'; {REMEDY}"
            ));
        }
    };
    Ok(NliLabels {
        entailment,
        contradiction,
        classes: names.len(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn labels(config: Value) -> Result<NliLabels, String> {
        let config = config.as_object().cloned().expect("an object");
        names(&config).and_then(|names| of(&names))
    }

    #[test]
    fn each_order_of_classes_is_read_by_name() {
        for (names, entailment, contradiction) in [
            (vec!["contradiction", "neutral", "entailment"], 2, 0),
            (vec!["contradiction", "entailment", "neutral"], 1, 0),
            (vec!["ENTAILMENT", "NEUTRAL", "CONTRADICTION"], 0, 2),
            (vec!["neutral", "entailment", "contradiction"], 1, 2),
            (vec!["entailment", "not_entailment"], 0, 1),
            (vec!["not_entailment", "entailment"], 1, 0),
        ] {
            let by_id: Map<String, Value> = (names.iter().enumerate())
                .map(|(id, &name)| (id.to_string(), name.into()))
                .collect();
            let by_name: Map<String, Value> = (names.iter().enumerate().rev())
                .map(|(id, &name)| (name.into(), id.into()))
                .collect();
            let expected = NliLabels {
                entailment,
                contradiction,
                classes: names.len(),
            };
            for config in [
                json!({"id2label": by_id, "label2id": by_name}),
                json!({"id2label": by_id}),
                json!({"label2id": by_name}),
            ] {
                assert_eq!(labels(config), Ok(expected), "{names:?}");
            }
        }
    }

    #[test]
    fn classes_that_say_nothing_are_refused_with_what_to_do() {
        for (config, expected) in [
            (json!({}), "does not name its classes"),
            (
                json!({"id2label": {"0": "LABEL_0", "1": "LABEL_1", "2": "LABEL_2"}}),
                "named LABEL_0, LABEL_1, LABEL_2",
            ),
            (
                json!({"id2label": {"0": "entailment"}}),
                "none begins with 'contradict'",
            ),
            (
                json!({"id2label": {"1": "entailment", "2": "other"}}),
                "count its classes from 0",
            ),
            (
                json!({
                    "id2label": {"0": "entailment", "1": "other"},
                    "label2id": {"entailment": 1, "other": 0},
                }),
                "differently",
            ),
        ] {
            let told = labels(config).expect_err("must fail");
            assert!(told.contains(expected) && told.contains(REMEDY), "{told}");
        }
    }
}
