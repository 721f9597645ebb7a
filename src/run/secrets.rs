//! Values that are nowhere written, and masked wherever they would show.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::plan::template;

/// The values that must not be shown.
#[derive(Clone, Default)]
pub struct Secrets(Arc<RwLock<Kept>>);

#[derive(Default)]
struct Kept {
    /// Those that variables have now.
    named: HashMap<String, String>,
    /// All that were ever known, in every form in which they are written: a variable that gets another value has not
    /// made its first one public.
    hidden: BTreeSet<String>,
}

impl Secrets {
    /// Keeps the value of the variable `name`.
    pub fn keep(&self, name: String, value: String) {
        self.hide(value.clone());
        self.write().named.insert(name, value);
    }

    /// Hides a value that is no variable's, or not yet.
    pub fn hide(&self, value: String) {
        if !value.is_empty() {
            let forms = template::forms(&value);
            let hidden = &mut self.write().hidden;
            hidden.extend(forms);
            hidden.insert(value);
        }
    }

    /// The value of a variable.
    pub fn get(&self, name: &str) -> Option<String> {
        self.read().named.get(name).cloned()
    }

    /// All values, for masking them.
    pub fn values(&self) -> Vec<String> {
        self.read().hidden.iter().cloned().collect()
    }

    /// Whether `text` holds a value.
    pub fn stands_in(&self, text: &str) -> bool {
        let kept = self.read();
        kept.hidden.iter().any(|value| text.contains(&**value))
    }

    /// `text` with every value replaced, a longer one before what may be a part of it.
    pub fn mask(&self, text: &str) -> String {
        let mut values = self.values();
        values.sort_by_key(|value| std::cmp::Reverse(value.len()));
        values
            .iter()
            .fold(text.to_owned(), |text, value| text.replace(value, MASK))
    }

    fn read(&self) -> RwLockReadGuard<'_, Kept> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Kept> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
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

    #[test]
    fn a_value_is_hidden_in_every_form_that_it_is_written_in() {
        let secrets = Secrets::default();
        secrets.keep("token".to_owned(), "se c/r'3\"t+".to_owned());
        for form in [
            "se c/r'3\"t+",
            "se%20c%2Fr%273%22t%2B",
            "se%20c/r%273%22t%2B",
            "se%20c%2fr%273%22t%2b",
            r#"se c/r'\''3"t+"#,
            r#"se c/r'"'"'3"t+"#,
            "se c/r''3\"t+",
            "se c/r'3\"\"t+",
            r#"se c/r'3\"t+"#,
        ] {
            let told = secrets.mask(&format!("x={form}&"));
            assert_eq!(told, format!("x={MASK}&"), "{form}");
        }
    }

    #[test]
    fn a_value_stays_hidden_when_its_variable_has_another() {
        let secrets = Secrets::default();
        secrets.keep("token".to_owned(), "first".to_owned());
        secrets.keep("token".to_owned(), "second".to_owned());
        assert_eq!(secrets.get("token").as_deref(), Some("second"));
        assert!(secrets.stands_in("the first") && secrets.stands_in("seconds"));
        assert!(!secrets.stands_in("third") && !Secrets::default().stands_in("x"));
    }
}
