//! Questions that are one message each. Behind a pooler, what is prepared outside of a transaction may be
//! asked of a session that has never heard of it.

use sqlx::AssertSqlSafe;
use sqlx::postgres::{PgConnection, PgRow};

/// Has statements of our own done.
pub(super) async fn tell(
    connection: &mut PgConnection,
    sql: impl Into<String>,
) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(AssertSqlSafe(sql.into()))
        .execute(connection)
        .await?;
    Ok(())
}

/// The one row that a question of our own answers.
pub(in crate::run::work) async fn row(
    connection: &mut PgConnection,
    sql: impl Into<String>,
) -> Result<PgRow, sqlx::Error> {
    sqlx::raw_sql(AssertSqlSafe(sql.into()))
        .fetch_one(connection)
        .await
}

/// The text as a value in a statement, whatever the server takes a backslash for.
pub(super) fn literal(text: &str) -> String {
    let escapes = if text.contains('\\') { "E" } else { "" };
    let text = text.replace('\\', r"\\").replace('\'', "''");
    format!("{escapes}'{text}'")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_ends_its_literal() {
        assert_eq!(literal("it's"), "'it''s'");
        assert_eq!(literal(r"it's \'; drop"), r"E'it''s \\''; drop'");
    }
}
