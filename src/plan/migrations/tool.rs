//! The tools whose migrations are SQL: where they look for them, what they call them, and whether they
//! run each in a transaction.

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
    /// Files of SQL that somebody runs.
    Plain,
}

/// A part of a path by which it is sorted: numbers as numbers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Piece {
    Number(u128),
    Text(String),
}

impl Tool {
    /// Where a project keeps them, most usual first.
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
            Tool::Plain => &["migrations", "db/migrations"],
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
    pub(super) fn applies(self, path: &str) -> bool {
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
            Tool::Drizzle | Tool::Plain => name.to_owned(),
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
            Tool::Plain => Wrap::Single,
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
