//! The tools: their tables, how to read them, and the lock by which they keep others out.

use super::crc::crc32;

/// A migration tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::monitor) enum Tool {
    Prisma,
    Sqlx,
    Flyway,
    GolangMigrate,
    Rails,
    Dbmate,
    Knex,
    NodePgMigrate,
    Alembic,
    Django,
    Diesel,
    Refinery,
    Goose,
    Liquibase,
    Drizzle,
    Ecto,
    Supabase,
    Atlas,
    Sqitch,
    Pgroll,
}

/// The number of an advisory lock, in the halves in which the server shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::monitor) struct Lock {
    pub(in crate::monitor) class: i64,
    pub(in crate::monitor) object: i64,
}

/// A table in which a tool says that it is at work.
#[derive(Clone, Copy, Debug)]
pub(in crate::monitor) struct LockTable {
    pub(in crate::monitor) name: &'static str,
    /// Since when, and by whom.
    pub(in crate::monitor) columns: &'static str,
    /// The condition under which it is at work.
    pub(in crate::monitor) held: &'static str,
}

/// The table in which sqitch keeps what has happened, beside that of what is deployed.
const EVENTS: &str = "events";

impl Tool {
    /// The names of the tables by which tools are found.
    pub(in crate::monitor) const TABLES: [&'static str; 17] = [
        "_prisma_migrations",
        "_sqlx_migrations",
        "flyway_schema_history",
        "schema_migrations",
        "knex_migrations",
        "pgmigrations",
        "alembic_version",
        "django_migrations",
        "__diesel_schema_migrations",
        "refinery_schema_history",
        "goose_db_version",
        "databasechangelog",
        "__drizzle_migrations",
        "schema_version",
        "atlas_schema_revisions",
        "changes",
        "migrations",
    ];
    /// The tables beside them that tell more.
    pub(in crate::monitor) const BESIDE: [&'static str; 4] = [
        "ar_internal_metadata",
        "knex_migrations_lock",
        "databasechangeloglock",
        EVENTS,
    ];

    /// The tool that keeps a table of this name with these columns. Several of them share one name: what
    /// stands `beside` it tells Rails.
    pub(in crate::monitor) fn of(
        table: &str,
        columns: &[String],
        beside: &[String],
    ) -> Option<Tool> {
        let has = |column: &str| columns.iter().any(|known| known == column);
        let rails = beside.iter().any(|name| name == "ar_internal_metadata");
        Some(match table {
            "_prisma_migrations" if has("migration_name") => Tool::Prisma,
            "_sqlx_migrations" if has("success") => Tool::Sqlx,
            // Before version 5 it had the second name.
            "flyway_schema_history" | "schema_version" if has("installed_rank") => Tool::Flyway,
            "schema_migrations" if has("dirty") => Tool::GolangMigrate,
            "schema_migrations" if has("version") && rails => Tool::Rails,
            "schema_migrations" if has("inserted_at") => Tool::Ecto,
            "schema_migrations" if has("statements") => Tool::Supabase,
            "schema_migrations" if has("version") => Tool::Dbmate,
            "knex_migrations" if has("batch") => Tool::Knex,
            "pgmigrations" if has("run_on") => Tool::NodePgMigrate,
            "alembic_version" if has("version_num") => Tool::Alembic,
            "django_migrations" if has("app") => Tool::Django,
            "__diesel_schema_migrations" if has("version") => Tool::Diesel,
            "refinery_schema_history" if has("version") => Tool::Refinery,
            "goose_db_version" if has("version_id") => Tool::Goose,
            "databasechangelog" if has("exectype") => Tool::Liquibase,
            "__drizzle_migrations" if has("created_at") => Tool::Drizzle,
            "atlas_schema_revisions" if has("total") => Tool::Atlas,
            "changes"
                if has("planned_at") && has("project") && beside.contains(&EVENTS.to_owned()) =>
            {
                Tool::Sqitch
            }
            "migrations" if has("resulting_schema") && has("migration_type") => Tool::Pgroll,
            _ => return None,
        })
    }

    /// Its name.
    pub(in crate::monitor) fn name(self) -> &'static str {
        match self {
            Tool::Prisma => "Prisma",
            Tool::Sqlx => "sqlx",
            Tool::Flyway => "Flyway",
            Tool::GolangMigrate => "golang-migrate",
            Tool::Rails => "Rails",
            Tool::Dbmate => "dbmate",
            Tool::Knex => "knex",
            Tool::NodePgMigrate => "node-pg-migrate",
            Tool::Alembic => "alembic",
            Tool::Django => "Django",
            Tool::Diesel => "diesel",
            Tool::Refinery => "refinery",
            Tool::Goose => "goose",
            Tool::Liquibase => "Liquibase",
            Tool::Drizzle => "drizzle",
            Tool::Ecto => "Ecto",
            Tool::Supabase => "Supabase",
            Tool::Atlas => "Atlas",
            Tool::Sqitch => "sqitch",
            Tool::Pgroll => "pgroll",
        }
    }

    /// What to select from its table: a key, a title, a checksum, when, the state in one of the
    /// words of [`super::RowState::of`], and a remark, all of them text; and in which order.
    pub(in crate::monitor) fn columns(self) -> (&'static str, &'static str) {
        match self {
            Tool::Prisma => (
                "migration_name, '', checksum, coalesce(finished_at, started_at),
                 CASE WHEN rolled_back_at IS NOT NULL THEN 'rolled back'
                      WHEN finished_at IS NOT NULL THEN 'applied'
                      WHEN coalesce(logs, '') = '' THEN 'unfinished' ELSE 'failed' END,
                 left(logs, 300)",
                "started_at, migration_name",
            ),
            Tool::Sqlx => (
                "version, description, encode(checksum, 'hex'), installed_on,
                 CASE WHEN success THEN 'applied' WHEN execution_time = -1 THEN 'unfinished'
                      ELSE 'failed' END, NULL",
                "version",
            ),
            Tool::Flyway => (
                "coalesce(version, 'R ' || description), description, checksum, installed_on,
                 CASE WHEN NOT success THEN 'failed' WHEN type LIKE 'UNDO%' OR type = 'DELETE'
                      THEN 'rolled back' ELSE 'applied' END,
                 CASE WHEN type LIKE '%BASELINE%' THEN 'baseline' END",
                "installed_rank",
            ),
            Tool::GolangMigrate => (
                "version, '', NULL, NULL,
                 CASE WHEN dirty THEN 'unfinished' ELSE 'applied' END, NULL",
                "version",
            ),
            Tool::Rails | Tool::Dbmate | Tool::Supabase => {
                ("version, '', NULL, NULL, 'applied', NULL", "version")
            }
            Tool::Ecto => ("version, '', NULL, inserted_at, 'applied', NULL", "version"),
            Tool::Knex => ("name, '', NULL, migration_time, 'applied', NULL", "id"),
            Tool::NodePgMigrate => ("name, '', NULL, run_on, 'applied', NULL", "id"),
            Tool::Alembic => (
                "version_num, '', NULL, NULL, 'applied', NULL",
                "version_num",
            ),
            Tool::Django => (
                "app || '.' || name, '', NULL, applied, 'applied', NULL",
                "id",
            ),
            Tool::Diesel => ("version, '', NULL, run_on, 'applied', NULL", "version"),
            Tool::Refinery => (
                "version, name, NULL, applied_on, 'applied', NULL",
                "version",
            ),
            Tool::Goose => (
                "version_id, '', NULL, tstamp,
                 CASE WHEN is_applied THEN 'applied' ELSE 'rolled back' END, NULL",
                "id",
            ),
            Tool::Liquibase => (
                "filename || '::' || id || '::' || author, '', NULL, dateexecuted,
                 CASE exectype WHEN 'FAILED' THEN 'failed' WHEN 'SKIPPED' THEN 'rolled back'
                      ELSE 'applied' END,
                 CASE exectype WHEN 'MARK_RAN' THEN 'marked as run, not carried out' END",
                "orderexecuted, dateexecuted",
            ),
            Tool::Drizzle => ("created_at, '', hash, NULL, 'applied', NULL", "created_at"),
            // The types are flags: 1 for a baseline, 4 for what a person has set. Rows with a dot are no
            // migrations. Its hashes are of all files up to one, so that none tells whether that was edited.
            Tool::Atlas => (
                "version, description, NULL, executed_at,
                 CASE WHEN version LIKE '.%' THEN 'rolled back' WHEN type & 5 <> 0 THEN 'applied'
                      WHEN coalesce(error, '') <> '' THEN 'failed'
                      WHEN applied < total THEN 'unfinished' ELSE 'applied' END,
                 CASE WHEN type & 1 <> 0 THEN 'baseline' WHEN type & 4 <> 0 THEN 'set by hand'
                      WHEN applied < total
                      THEN applied || ' of ' || total || ' statements: ' || left(error, 300) END",
                "version",
            ),
            Tool::Sqitch => (
                "project || ':' || change, '', NULL, committed_at,
                 CASE event WHEN 'fail' THEN 'failed' ELSE 'applied' END, NULL",
                "committed_at",
            ),
            Tool::Pgroll => (
                "CASE WHEN schema = 'public' THEN name ELSE schema || '.' || name END, '', NULL,
                 created_at, CASE WHEN done THEN 'applied' ELSE 'begun' END,
                 CASE WHEN NOT done THEN 'begun: both versions serve until `pgroll complete`'
                      WHEN migration_type = 'inferred' THEN 'made without pgroll'
                      WHEN migration_type = 'baseline' THEN 'baseline' END",
                "created_at",
            ),
        }
    }

    /// The tables that have to be read, of which the first is its own, all as SQL wants them.
    pub(in crate::monitor) fn tables(self, table: &str, schema: &str) -> Vec<String> {
        let mut all = vec![table.to_owned()];
        if self == Tool::Sqitch {
            all.push(format!("{schema}.{EVENTS}"));
        }
        all
    }

    /// What its rows are selected from, given those tables. Of a change that could not be deployed sqitch has
    /// only the event; it counts for as long as nothing else has happened to the change.
    pub(in crate::monitor) fn source(self, tables: &[String]) -> String {
        match (self, tables) {
            (Tool::Sqitch, [changes, events]) => format!(
                "(SELECT project, change, committed_at, 'deploy' AS event FROM {changes}
                  UNION ALL
                  SELECT project, change, committed_at, event
                    FROM (SELECT DISTINCT ON (project, change) * FROM {events}
                           ORDER BY project, change, committed_at DESC) AS last
                   WHERE event = 'fail'
                     AND change_id NOT IN (SELECT change_id FROM {changes})) AS known"
            ),
            _ => tables.concat(),
        }
    }

    /// Whether the files are read that it would carry out.
    pub(in crate::monitor) fn has_files(self) -> bool {
        self != Tool::Liquibase
    }

    /// Why it passes over a migration that is older than the newest that was applied, if it does.
    pub(super) fn passes_over(self) -> Option<&'static str> {
        match self {
            Tool::Flyway => Some("below the newest applied: not run unless outOfOrder is set"),
            Tool::Drizzle => Some("older than the newest applied: drizzle does not run it"),
            Tool::Atlas => {
                Some("older than the newest applied: Atlas stops unless --exec-order is set")
            }
            _ => None,
        }
    }

    /// The table beside its own in which it says that it is at work.
    pub(in crate::monitor) fn lock_table(self) -> Option<LockTable> {
        let (name, columns, held) = match self {
            Tool::Knex => ("knex_migrations_lock", "NULL, NULL", "is_locked = 1"),
            Tool::Liquibase => ("databasechangeloglock", "lockgranted, lockedby", "locked"),
            _ => return None,
        };
        Some(LockTable {
            name,
            columns,
            held,
        })
    }

    /// The lock that it holds while it is at work on the database called `database`, where it takes
    /// one whose number is known.
    pub(in crate::monitor) fn lock(self, database: &str, schema: &str) -> Option<Lock> {
        let of_database = i64::from(crc32(database.as_bytes()));
        Some(match self {
            Tool::Prisma => Lock::of(72_707_369),
            Tool::Sqlx => Lock::of(0x3d32_ad9e_i64.wrapping_mul(of_database)),
            Tool::Rails => Lock::of(2_053_462_845_i64.wrapping_mul(of_database)),
            Tool::NodePgMigrate => Lock::of(7_241_865_325_823_964),
            // The FNV hash of `atlas_migrate_execute`.
            Tool::Atlas => Lock::of(2_686_470_616),
            Tool::Sqitch => Lock::of(75_474_063),
            Tool::GolangMigrate => {
                let names = format!("{schema}\0schema_migrations\0{database}");
                let sum = crc32(names.as_bytes()).wrapping_mul(1_486_364_155);
                Lock::of(i64::from(sum))
            }
            _ => return None,
        })
    }
}

impl Lock {
    /// A lock with one number of 64 bits.
    fn of(number: i64) -> Lock {
        let number = number.cast_unsigned();
        Lock {
            class: (number >> 32).cast_signed(),
            object: (number & 0xFFFF_FFFF).cast_signed(),
        }
    }
}
