//! Tables of migration tools that are known and not read: that one is there is said, so that nobody takes
//! silence for "nothing failed".

use super::tool::Tool;

/// A table's name, a column that tells it from an application's own, and the tool.
const UNREAD: [(&str, &str, &str); 23] = [
    ("DATABASECHANGELOG", "EXECTYPE", "Liquibase"),
    ("SequelizeMeta", "name", "Sequelize"),
    ("__EFMigrationsHistory", "MigrationId", "EF Core"),
    ("_yoyo_migration", "migration_id", "yoyo"),
    ("aerich", "content", "Aerich"),
    ("atlas_schema_revisions", "version", "Atlas"),
    ("bun_migrations", "group_id", "bun"),
    ("changelog", "applied_at", "MyBatis Migrations"),
    ("changes", "planned_at", "sqitch"),
    ("doctrine_migration_versions", "version", "Doctrine"),
    ("gorp_migrations", "applied_at", "sql-migrate"),
    ("kysely_migration", "timestamp", "Kysely"),
    ("migratehistory", "migrated_at", "peewee-migrate"),
    ("migrate_version", "repository_id", "SQLAlchemy Migrate"),
    ("migrations", "batch", "Laravel"),
    ("migrations", "previous_hash", "Graphile Migrate"),
    ("migrations", "resulting_schema", "pgroll"),
    ("migrations", "timestamp", "TypeORM"),
    ("mikro_orm_migrations", "executed_at", "MikroORM"),
    ("phinxlog", "version", "Phinx"),
    ("play_evolutions", "apply_script", "Play"),
    ("schemaversions", "scriptname", "DbUp"),
    ("seaql_migrations", "version", "SeaORM"),
];

/// Names that tables of any application may have.
const ORDINARY: [&str; 3] = ["changes", "migrations", "schema_version"];

/// The names of all tables by which tools are found.
pub(in crate::monitor) fn names() -> Vec<String> {
    let unread = UNREAD.iter().map(|(table, ..)| *table);
    let all = Tool::TABLES.into_iter().chain(unread);
    all.map(str::to_owned).collect()
}

/// The tool that keeps a table of this name with these columns, which is not read. What has the name of one
/// that is read and other columns is a version that is not known.
pub(in crate::monitor) fn unread(table: &str, columns: &[String]) -> Option<&'static str> {
    let has = |column: &str| columns.iter().any(|known| known == column);
    let mut known = UNREAD.iter();
    let known = known.find(|(name, column, _)| *name == table && has(column));
    let like_one = || !ORDINARY.contains(&table) && Tool::TABLES.contains(&table);
    known
        .map(|(.., tool)| *tool)
        .or_else(|| like_one().then_some("a migration tool"))
}
