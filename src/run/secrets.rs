//! Values that are nowhere written, and masked wherever they would show.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

/// The values that must not be shown, by variable.
#[derive(Clone, Default)]
pub struct Secrets(Arc<RwLock<HashMap<String, String>>>);

impl Secrets {
    /// Keeps a value.
    pub fn keep(&self, name: String, value: String) {
        self.0
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(name, value);
    }

    /// A value that is kept.
    pub fn get(&self, name: &str) -> Option<String> {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(name)
            .cloned()
    }

    /// All values, for masking them.
    pub fn values(&self) -> Vec<String> {
        let kept = self.0.read().unwrap_or_else(PoisonError::into_inner);
        kept.values()
            .filter(|value| !value.is_empty())
            .cloned()
            .collect()
    }

    /// `text` with every value replaced, a longer one before what may be a part of it.
    pub fn mask(&self, text: &str) -> String {
        let mut values = self.values();
        values.sort_by_key(|value| std::cmp::Reverse(value.len()));
        values
            .iter()
            .fold(text.to_owned(), |text, value| text.replace(value, MASK))
    }
}

/// What stands where a secret stood.
pub const MASK: &str = "••••••";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_is_part_of_another_leaves_nothing_of_that_to_see() {
        let secrets = Secrets::default();
        for (n, value) in ["pass", "password123", "", "word"].into_iter().enumerate() {
            secrets.keep(n.to_string(), value.to_owned());
        }
        assert_eq!(secrets.mask("it is password123"), format!("it is {MASK}"));
    }
}
