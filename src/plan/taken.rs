//! Which databases a step drops, renames or copies: no server does that while anybody is connected to them.

use std::collections::BTreeSet;

use super::commands::{self, CREATEDB, Command, DROPDB, Given, Settings};
use super::draft::Hole;
use super::sql_text::mentions;
use super::work::Work;

/// Databases that have to be free of sessions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taken {
    /// Those of these names; in any case of letters, as SQL folds them.
    These(BTreeSet<String>),
    /// Any: a name is only known when the step runs.
    Any,
}

impl Default for Taken {
    fn default() -> Self {
        Taken::These(BTreeSet::new())
    }
}

impl Taken {
    /// Those that `work` takes, by the words of its commands and statements. With `holes`, which are filled in when it
    /// runs, nobody knows yet what a name in it will be.
    pub fn by(work: &Work, holes: &[Hole]) -> Taken {
        let taken = match work {
            Work::Sql(sql) => named(&sql.text),
            Work::Shell(shell) => named(&shell.script).and(given(&shell.script)),
            Work::Check(_) | Work::Http(_) | Work::Wait(_) | Work::Snapshot(_) => Taken::default(),
        };
        if taken == Taken::default() || holes.is_empty() {
            taken
        } else {
            Taken::Any
        }
    }

    /// These, and `others`.
    #[must_use]
    pub fn and(self, others: Taken) -> Taken {
        match (self, others) {
            (Taken::These(mut names), Taken::These(more)) => {
                names.extend(more);
                Taken::These(names)
            }
            _ => Taken::Any,
        }
    }

    /// Whether the database that its server calls `name` is one of them.
    pub fn holds(&self, name: &str) -> bool {
        match self {
            Taken::These(names) => names.contains(&name.to_lowercase()),
            Taken::Any => true,
        }
    }

    /// What is written where a name is expected.
    fn of(name: &str) -> Taken {
        let part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
        if !name.contains(char::is_alphanumeric) || !name.chars().all(part) {
            return Taken::Any;
        }
        Taken::These(BTreeSet::from([name.to_lowercase()]))
    }
}

/// What the SQL in `text` takes, wherever in it that stands.
fn named(text: &str) -> Taken {
    if !mentions(text, "database") {
        return Taken::default();
    }
    let text = text.to_lowercase();
    let statements = text.split(';').flat_map(|statement| {
        let between = |c: char| c.is_whitespace() || "'\"`\\(),=".contains(c);
        let words = statement.split(between).filter(|word| !word.is_empty());
        let words: Vec<&str> = words.collect();
        let taken = |at| taken(&words[at..]);
        (0..words.len()).filter_map(taken).collect::<Vec<Taken>>()
    });
    statements.fold(Taken::default(), Taken::and)
}

/// What a statement takes that begins with `words`.
fn taken(words: &[&str]) -> Option<Taken> {
    match words {
        ["drop", "database", "if", "exists", rest @ ..] | ["drop", "database", rest @ ..] => {
            Some(Taken::of(rest.first().unwrap_or(&"")))
        }
        ["alter", "database", name, "rename", ..] => Some(Taken::of(name)),
        ["create", "database", rest @ ..] => {
            let template = rest.iter().skip_while(|word| **word != "template").nth(1);
            template.map(|template| Taken::of(template))
        }
        _ => None,
    }
}

/// What the programs that `script` calls take.
fn given(script: &str) -> Taken {
    if !mentions(script, "dropdb") && !mentions(script, "createdb") {
        return Taken::default();
    }
    let read = commands::read(script, Settings::default());
    let dropping = read
        .commands
        .iter()
        .any(|command| command.program() == "dropdb");
    if mentions(script, "dropdb") && !dropping {
        // Something else calls it.
        return Taken::Any;
    }
    let taken = read.commands.iter().filter_map(taken_by);
    taken.fold(Taken::default(), Taken::and)
}

fn taken_by(command: &Command<'_>) -> Option<Taken> {
    match command.program() {
        "dropdb" => {
            let given = Given::read(command.arguments(), DROPDB);
            // One that is left open may look like a redirection, or come from `xargs`.
            let only_tells = given.has(&["help", "version", "V", "?"]);
            let name = given.operands.first().map_or("", |name| &name.text);
            (!only_tells).then(|| Taken::of(name))
        }
        "createdb" => {
            let given = Given::read(command.arguments(), CREATEDB);
            given.value(&["T", "template"]).map(Taken::of)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::work::tests::shell;

    fn by(script: &str) -> Taken {
        Taken::by(&Work::Shell(shell(script)), &[])
    }

    #[test]
    fn who_takes_a_database_needs_it_alone() {
        for (script, name) in [
            ("dropdb shop && createdb shop", "shop"),
            ("sudo -u postgres dropdb -h db1 --if-exists shop", "shop"),
            ("docker exec db dropdb -U app shop", "shop"),
            ("CMD='dropdb -h db1'; $CMD shop", "shop"),
            ("psql -c 'DROP  DATABASE shop'", "shop"),
            ("psql -c 'drop database if exists \"Shop\"'", "shop"),
            ("psql -c \"drop database \\\"shop\\\"\"", "shop"),
            ("psql <<EOF\nDROP DATABASE shop WITH (FORCE);\nEOF", "shop"),
            ("psql -c 'ALTER DATABASE shop RENAME TO shop_old'", "shop"),
            ("createdb -T shop shop_copy", "shop"),
            (
                "psql -c 'create database shop_copy with template=shop'",
                "shop",
            ),
        ] {
            let wanted = Taken::These(BTreeSet::from([name.to_owned()]));
            assert_eq!(by(script), wanted, "{script}");
        }
    }

    #[test]
    fn what_is_known_only_later_may_be_any() {
        for script in [
            "dropdb \"$DB\"",
            "dropdb {{database}}",
            "dropdb <DB_NAME>",
            "echo shop | xargs dropdb",
            "CMD=$(which dropdb); $CMD shop",
            "DROP='dropdb -h db1'; [ -n \"$X\" ] && DROP='dropdb -h db2'; $DROP shop",
            "psql <<EOF\ndrop database -- the old one\n shop;\nEOF",
            "psql -c \"DROP DATABASE ${DB}\"",
            "psql -v db=shop -c 'drop database :\"db\"'",
            "dropdb restore_test\ndropdb `name`",
        ] {
            assert_eq!(by(script), Taken::Any, "{script}");
        }
    }

    #[test]
    fn what_stays_where_it_is_may_be_watched() {
        for script in [
            "psql -c 'ALTER DATABASE shop SET work_mem = 1'",
            "psql -c 'DROP TABLE databases'",
            "createdb shop",
            "dropdb --version",
            "pg_dump shop > shop.sql",
        ] {
            assert_eq!(by(script), Taken::default(), "{script}");
        }
    }

    #[test]
    fn names_are_compared_as_sql_folds_them() {
        let taken = by("psql -c 'DROP DATABASE Shop'");
        assert!(taken.holds("shop") && taken.holds("SHOP") && !taken.holds("shop_old"));
        assert!(Taken::Any.holds("shop") && !Taken::default().holds("shop"));
    }
}
