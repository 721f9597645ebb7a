//! Names of tables as people know them.

/// Without the schema that nearly every table is in.
pub(super) fn short(relation: &str) -> &str {
    relation.strip_prefix("public.").unwrap_or(relation)
}
