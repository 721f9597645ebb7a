//! Django's migrations that stand for several others.

use std::collections::HashSet;

use super::judge::{Record, Script};

/// The rows and the files as Django takes them: one that replaces others is applied when all of them are;
/// when none is, it is run and they are not; and when only some are, it stands aside for them.
pub(super) fn squashed(records: &[Record], scripts: &[Script]) -> (Vec<Record>, Vec<Script>) {
    let mut records = records.to_vec();
    let mut aside: HashSet<&str> = HashSet::new();
    for script in scripts.iter().filter(|one| !one.replaces.is_empty()) {
        if records.iter().any(|record| record.key == script.key) {
            continue;
        }
        let replaced = |record: &&Record| script.replaces.contains(&record.key);
        let applied: Vec<&Record> = records.iter().filter(replaced).collect();
        match applied.last() {
            None => aside.extend(script.replaces.iter().map(String::as_str)),
            Some(last) if applied.len() == script.replaces.len() => {
                let key = script.key.clone();
                let whole = Record {
                    key,
                    ..(*last).clone()
                };
                records.push(whole);
            }
            Some(_) => {
                aside.insert(&script.key);
            }
        }
    }
    let left = scripts.iter().filter(|one| !aside.contains(&*one.key));
    let left = left.cloned().collect();
    (records, left)
}
