//! What a text leaves in its session for what comes after it.

use super::{statements, words};

/// Whether `sql` may leave something in its session for what comes after it: a setting, a temporary
/// table, a lock. What calls functions may do anything.
pub fn leaves_something_in_session(sql: &str) -> bool {
    statements(sql).into_iter().any(|statement| {
        let words: Vec<String> = words(statement).take(3).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let rest = words.get(1..).unwrap_or_default();
        let is_temporary = |word: &&str| matches!(*word, "TEMP" | "TEMPORARY");
        match words.first() {
            Some(&"CREATE") => rest.iter().any(is_temporary),
            Some(&"SET") => !matches!(rest, ["LOCAL" | "TRANSACTION" | "CONSTRAINTS", ..]),
            Some(first) => !LEAVES_NOTHING.contains(first),
            None => false,
        }
    })
}

/// What statements begin with that leave nothing in their session.
const LEAVES_NOTHING: [&str; 24] = [
    "ALTER",
    "ANALYZE",
    "BEGIN",
    "CHECKPOINT",
    "CLUSTER",
    "COMMENT",
    "COMMIT",
    "DELETE",
    "DROP",
    "END",
    "GRANT",
    "INSERT",
    "LOCK",
    "MERGE",
    "REFRESH",
    "REINDEX",
    "RELEASE",
    "REVOKE",
    "ROLLBACK",
    "SAVEPOINT",
    "START",
    "TRUNCATE",
    "UPDATE",
    "VACUUM",
];
