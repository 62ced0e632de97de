//! What stands before each text.

use std::collections::BTreeMap;

use crate::layout::PROMPTS;
use crate::{Card, ModelError};

impl Card {
    /// The prompt that is asked for: by the name that the model has for it, or as it is. Without
    /// one the model's own default; none at all where an empty one is asked for.
    ///
    /// # Errors
    /// Those of [`Card::layout`], where the model has prompts.
    pub fn prompt(&self, asked: Option<&str>) -> Result<Option<String>, ModelError> {
        let has_prompts = self.files.iter().any(|file| file.path == PROMPTS);
        let (mut prompts, default) = if has_prompts {
            let layout = self.layout()?;
            (layout.prompts, layout.default_prompt)
        } else {
            (BTreeMap::new(), None)
        };
        let prompt = match (asked, default) {
            (Some(asked), _) => Some(prompts.remove(asked).unwrap_or_else(|| asked.to_owned())),
            (None, Some(default)) => prompts.remove(&default),
            (None, None) => None,
        };
        Ok(prompt.filter(|prompt| !prompt.is_empty()))
    }
}
