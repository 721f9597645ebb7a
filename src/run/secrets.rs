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

    /// `text` with every value replaced.
    pub fn mask(&self, text: &str) -> String {
        self.values()
            .iter()
            .fold(text.to_owned(), |text, value| text.replace(value, MASK))
    }
}

/// What stands where a secret stood.
pub const MASK: &str = "••••••";
