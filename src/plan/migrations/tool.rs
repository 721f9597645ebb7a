//! The tools: where they look for their migrations, in which language these are, what they call them, and whether
//! they run each in a transaction.

use crate::plan::check::Wrap;

/// A migration tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tool {
    /// Prisma: `NAME/migration.sql`.
    Prisma,
    /// sqlx: `VERSION_name.sql`, or `.up.sql` and `.down.sql`.
    Sqlx,
    /// Flyway: `V1__name.sql`.
    Flyway,
    /// dbmate: `-- migrate:up` and `-- migrate:down` in one file.
    Dbmate,
    /// goose: `-- +goose Up` and `-- +goose Down` in one file.
    Goose,
    /// golang-migrate: `1_name.up.sql`.
    Migrate,
    /// Diesel: `NAME/up.sql`.
    Diesel,
    /// Atlas: `VERSION_name.sql`.
    Atlas,
    /// drizzle-kit: `0000_name.sql`.
    Drizzle,
    /// Hasura: `DATABASE/VERSION_name/up.sql`.
    Hasura,
    /// Supabase: `VERSION_name.sql`.
    Supabase,
    /// Rails: `db/migrate/VERSION_name.rb`.
    Rails,
    /// Alembic: `versions/REVISION_name.py`.
    Alembic,
    /// Django: `APPLICATION/migrations/0001_name.py`.
    Django,
    /// knex: `VERSION_name.js`.
    Knex,
    /// Sequelize: `VERSION-name.js`.
    Sequelize,
    /// `TypeORM`: `VERSION-name.ts`.
    TypeOrm,
    /// node-pg-migrate: `VERSION_name.js`.
    NodePgMigrate,
    /// Laravel: `VERSION_name.php`.
    Laravel,
    /// Ecto: `VERSION_name.exs`.
    Ecto,
    /// Liquibase: changelogs, one of which names the others.
    Liquibase,
    /// Files of SQL that somebody runs.
    Plain,
}

/// The endings of migrations in JavaScript.
const SCRIPT: &[&str] = &["js", "ts", "cjs", "mjs", "sql"];

/// A part of a path by which it is sorted: numbers as numbers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Piece {
    Number(u128),
    Text(String),
}

impl Tool {
    /// Where a project keeps them, most usual first; `*` is any folder in it.
    pub fn places(self) -> &'static [&'static str] {
        match self {
            Tool::Prisma => &["prisma/migrations", "migrations"],
            Tool::Sqlx | Tool::Diesel | Tool::Atlas | Tool::Hasura => &["migrations"],
            Tool::Drizzle => &["drizzle", "drizzle/migrations", "migrations"],
            Tool::Supabase => &["supabase/migrations"],
            Tool::Flyway => &[
                "src/main/resources/db/migration",
                "db/migration",
                "sql",
                "migrations",
            ],
            Tool::Dbmate => &["db/migrations", "migrations"],
            Tool::Goose | Tool::Migrate => &["migrations", "db/migrations", "db/migration"],
            Tool::Rails => &["db/migrate"],
            Tool::Alembic => &["alembic", "migrations"],
            Tool::Django => &["*/migrations"],
            Tool::TypeOrm => &[
                "src/migrations",
                "src/migration",
                "src/database/migrations",
                "src/db/migrations",
                "migrations",
                "migration",
            ],
            Tool::Laravel => &["database/migrations"],
            Tool::Ecto => &["priv/repo/migrations"],
            Tool::Liquibase => &[
                "src/main/resources/db/changelog",
                "db/changelog",
                "changelog",
            ],
            Tool::Plain | Tool::Knex | Tool::Sequelize | Tool::NodePgMigrate => {
                &["migrations", "db/migrations"]
            }
        }
    }

    /// How the names of its files end.
    pub fn endings(self) -> &'static [&'static str] {
        match self {
            Tool::Rails => &["rb"],
            Tool::Alembic | Tool::Django => &["py"],
            Tool::Knex | Tool::Sequelize | Tool::TypeOrm | Tool::NodePgMigrate => SCRIPT,
            Tool::Laravel => &["php"],
            Tool::Ecto => &["exs"],
            Tool::Liquibase => &["xml", "yaml", "yml", "json", "sql"],
            Tool::Goose => &["sql", "go"],
            _ => &["sql"],
        }
    }

    /// Whether its migrations are SQL, but for some perhaps.
    pub fn is_sql(self) -> bool {
        self.endings()[0] == "sql"
    }

    /// A file beside its migrations that it may read as well.
    pub fn beside(self) -> Option<&'static str> {
        (self == Tool::Rails).then_some("db/structure.sql")
    }

    /// The files in which a project may tell it where they are, and the names of that setting.
    pub fn settings(self) -> (&'static [&'static str], &'static [&'static str]) {
        match self {
            Tool::Alembic => (&["alembic.ini"], &["script_location"]),
            Tool::Flyway => (
                &["flyway.toml", "flyway.conf", "conf/flyway.conf"],
                &["locations"],
            ),
            Tool::Liquibase => (
                &["liquibase.properties"],
                &["changelogfile", "changelog-file"],
            ),
            _ => (&[], &[]),
        }
    }

    /// The folders that its settings `text` name, which stand in the folder `here`.
    pub fn folders_in(self, text: &str, here: &str) -> Vec<String> {
        let (_, names) = self.settings();
        let here = if here.is_empty() { "." } else { here };
        let lines = text.lines().filter_map(|line| line.split_once(['=', ':']));
        let told = lines.filter(|(key, _)| {
            let key = key.trim().rsplit('.').next().unwrap_or_default();
            names.iter().any(|name| key.eq_ignore_ascii_case(name))
        });
        let values = told.flat_map(|(_, value)| value.split(','));
        values
            .map(|value| value.trim_matches([' ', '\t', '\r', '[', ']', '"', '\'']))
            .filter(|value| !value.is_empty())
            .map(|value| self.folder_of(&value.replace("%(here)s", here)))
            .collect()
    }

    /// The folder that is meant by what the tool is told: by the folder itself, or by a file that stands for it.
    pub fn folder_of(self, told: &str) -> String {
        let told = told
            .trim_start_matches("filesystem:")
            .trim_start_matches("file://");
        let (dir, file) = told.rsplit_once('/').unwrap_or(("", told));
        let below = |dir: &str, name: &str| match dir {
            "" => name.to_owned(),
            dir => format!("{dir}/{name}"),
        };
        match self {
            Tool::Prisma if file == "schema.prisma" => below(dir, "migrations"),
            Tool::Knex if file.starts_with("knexfile.") => below(dir, "migrations"),
            Tool::Liquibase if !dir.is_empty() && file.contains('.') => dir.to_owned(),
            _ => match told.strip_prefix("classpath:") {
                Some(inside) => below("src/main/resources", inside),
                None => told.to_owned(),
            },
        }
    }

    /// Whose the file at `path` (below its folder) with `text` looks like.
    pub fn of(path: &str, text: &str) -> Self {
        let name = path.rsplit('/').next().unwrap_or(path);
        let digits = name.len() - name.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        if name == "migration.sql" {
            Tool::Prisma
        } else if name == "up.sql" || name == "down.sql" {
            Tool::Diesel
        } else if text.contains("-- migrate:up") {
            Tool::Dbmate
        } else if text.contains("-- +goose") {
            Tool::Goose
        } else if name.contains("__") && name.starts_with(['V', 'R', 'U', 'B']) {
            Tool::Flyway
        } else if name.ends_with(".up.sql") || name.ends_with(".down.sql") {
            Tool::Migrate
        } else if digits >= 12 {
            Tool::Sqlx
        } else {
            Tool::Plain
        }
    }

    /// Whether the file at `path` is applied, and does not take something back.
    pub fn applies(self, path: &str) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path);
        let lower = name.to_lowercase();
        let back = name == "down.sql"
            || name.ends_with(".down.sql")
            || (self == Tool::Plain && is_way_back(&lower));
        let sql = lower
            .strip_suffix(".sql")
            .is_some_and(|stem| !stem.is_empty());
        let own = match self {
            Tool::Prisma => name == "migration.sql",
            Tool::Diesel | Tool::Hasura => name == "up.sql",
            Tool::Flyway => !name.starts_with('U'),
            _ => true,
        };
        sql && !back && own
    }

    /// What the tool calls the migration at `path`.
    pub(super) fn name_of(self, path: &str) -> String {
        let name = path.rsplit('/').next().unwrap_or(path);
        let folder = path.rsplit('/').nth(1).unwrap_or(name);
        let digits = |text: &str| {
            let end = text
                .find(|c: char| !c.is_ascii_digit())
                .unwrap_or(text.len());
            text[..end].trim_start_matches('0').to_owned()
        };
        match self {
            Tool::Prisma => folder.to_owned(),
            Tool::Diesel => folder.split('_').next().unwrap_or(folder).replace('-', ""),
            Tool::Flyway => {
                let version = name.trim_start_matches(['V', 'B']);
                version
                    .split("__")
                    .next()
                    .unwrap_or(version)
                    .replace('_', ".")
            }
            Tool::Dbmate => name.split('_').next().unwrap_or(name).to_owned(),
            Tool::Hasura => digits(folder),
            Tool::Sqlx | Tool::Goose | Tool::Migrate | Tool::Atlas | Tool::Supabase => digits(name),
            _ => name.to_owned(),
        }
    }

    /// How the tool runs the statements of a file with `text` and with `settings` beside it.
    pub(super) fn wraps(self, text: &str, settings: &str) -> Wrap {
        let says = |words: &str| text.contains(words);
        match self {
            // One string of several statements is one transaction for the server.
            Tool::Prisma | Tool::Migrate | Tool::Flyway => Wrap::Together,
            Tool::Sqlx if text.trim_start().starts_with("-- no-transaction") => Wrap::Together,
            Tool::Dbmate if says("transaction:false") => Wrap::Together,
            Tool::Goose if says("+goose NO TRANSACTION") => Wrap::Single,
            Tool::Diesel if runs_outside(settings) => Wrap::Together,
            Tool::Atlas if says("atlas:txmode none") => Wrap::Single,
            Tool::Sqlx
            | Tool::Dbmate
            | Tool::Goose
            | Tool::Diesel
            | Tool::Atlas
            | Tool::Drizzle
            | Tool::Hasura
            | Tool::Supabase => Wrap::Transaction,
            _ => Wrap::Single,
        }
    }

    /// `text` without the part that takes the migration back; everything else keeps its place.
    pub(super) fn forward(self, text: &str) -> &str {
        let mark = match self {
            Tool::Dbmate => "-- migrate:down",
            Tool::Goose => "-- +goose Down",
            _ => return text,
        };
        text.find(mark).map_or(text, |at| &text[..at])
    }
}

/// Whether Diesel's settings of a migration say that it is run outside of a transaction.
fn runs_outside(settings: &str) -> bool {
    let settings: Option<toml::Table> = settings.parse().ok();
    let inside = settings
        .as_ref()
        .and_then(|table| table.get("run_in_transaction"));
    inside.and_then(toml::Value::as_bool) == Some(false)
}

/// Whether a file is named as what takes another back: any tool but people would apply it.
fn is_way_back(name: &str) -> bool {
    let stem = name.strip_suffix(".sql").unwrap_or(name);
    let before = stem.strip_suffix("rollback");
    before.is_some_and(|before| before.is_empty() || before.ends_with(['.', '_', '-']))
}

/// By what a path is sorted.
pub(super) fn order(path: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = path;
    while !rest.is_empty() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let length = match digits {
            0 => rest
                .find(|c: char| c.is_ascii_digit())
                .unwrap_or(rest.len()),
            digits => digits,
        };
        let (piece, tail) = rest.split_at(length);
        pieces.push(match piece.parse() {
            Ok(number) => Piece::Number(number),
            Err(_) => Piece::Text(piece.to_owned()),
        });
        rest = tail;
    }
    pieces
}
