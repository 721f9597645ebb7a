//! The difference between two values of JSON. Most of what is seen of a database is as it was a second
//! before.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What makes one value of another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum Change {
    /// It is another one now.
    #[serde(rename = "=")]
    Now(Value),
    /// Some of its fields have changed, and some are there no more.
    #[serde(rename = "o")]
    Fields(BTreeMap<String, Change>, Vec<String>),
    /// Some of its items have changed, by their places, and it has so many now.
    #[serde(rename = "a")]
    Items(BTreeMap<usize, Change>, usize),
}

impl Change {
    /// What makes `new` of `old`; none if they are equal.
    pub(super) fn between(old: &Value, new: &Value) -> Option<Change> {
        match (old, new) {
            _ if old == new => None,
            (Value::Object(old), Value::Object(new)) => {
                let changed = new.iter().filter_map(|(name, new)| {
                    let change = match old.get(name) {
                        Some(old) => Change::between(old, new)?,
                        None => Change::Now(new.clone()),
                    };
                    Some((name.clone(), change))
                });
                let gone = old.keys().filter(|name| !new.contains_key(*name));
                Some(Change::Fields(changed.collect(), gone.cloned().collect()))
            }
            (Value::Array(old), Value::Array(new)) => {
                let changed = new.iter().enumerate().filter_map(|(at, new)| {
                    let change = match old.get(at) {
                        Some(old) => Change::between(old, new)?,
                        None => Change::Now(new.clone()),
                    };
                    Some((at, change))
                });
                Some(Change::Items(changed.collect(), new.len()))
            }
            _ => Some(Change::Now(new.clone())),
        }
    }

    /// Makes of `value`, which is the old one, the new one. False if it can't be the old one.
    pub(super) fn apply(self, value: &mut Value) -> bool {
        match (self, value) {
            (Change::Now(new), value) => {
                *value = new;
                true
            }
            (Change::Fields(changed, gone), Value::Object(fields)) => {
                for name in &gone {
                    fields.remove(name);
                }
                let mut changed = changed.into_iter();
                changed
                    .all(|(name, change)| change.apply(fields.entry(name).or_insert(Value::Null)))
            }
            (Change::Items(changed, count), Value::Array(items)) => {
                // Each new item is among those that have changed.
                if count > items.len() + changed.len() {
                    return false;
                }
                items.resize(count, Value::Null);
                let mut changed = changed.into_iter();
                changed.all(|(at, change)| items.get_mut(at).is_some_and(|item| change.apply(item)))
            }
            (Change::Fields(..) | Change::Items(..), _) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            (0..5).prop_map(Value::from),
            "[a-c=]{0,2}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map("[a-c=]{1}", inner, 0..4)
                    .prop_map(|fields| Value::Object(fields.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn a_change_makes_the_new_value_of_the_old_one(old in values(), new in values()) {
            let change = Change::between(&old, &new);
            prop_assert_eq!(change.is_none(), old == new);
            let mut value = old;
            if let Some(change) = change {
                let written = serde_json::to_string(&change).unwrap();
                let read: Change = serde_json::from_str(&written).unwrap();
                prop_assert_eq!(&read, &change);
                prop_assert!(read.apply(&mut value));
            }
            prop_assert_eq!(value, new);
        }
    }

    #[test]
    fn only_what_has_changed_is_written() {
        let old = json!({"name": "main", "sessions": [{"pid": 1, "age": 7}, {"pid": 2, "age": 9}]});
        let new = json!({"name": "main", "sessions": [{"pid": 1, "age": 8}, {"pid": 2, "age": 9}]});
        let change = serde_json::to_string(&Change::between(&old, &new)).unwrap();
        assert_eq!(
            change,
            r#"{"o":[{"sessions":{"a":[{"0":{"o":[{"age":{"=":8}},[]]}},2]}},[]]}"#
        );
    }

    #[test]
    fn a_change_of_something_else_is_refused() {
        let change = Change::between(&json!({"a": [1]}), &json!({"a": [2]})).unwrap();
        for other in [json!(1), json!({"a": 1}), json!([])] {
            let mut value = other;
            assert!(!change.clone().apply(&mut value), "{value}");
        }
    }
}
