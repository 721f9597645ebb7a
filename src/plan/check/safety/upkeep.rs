//! Programs that go through all tables of a database and keep others out meanwhile.

use super::development::is_own;
use super::psql::from_program;
use super::text::Text;
use crate::plan::commands::{Command, Given, Known};
use crate::plan::problem::Problem;

/// A program, and when it keeps others out.
struct Upkeep {
    program: &'static str,
    /// Where it does so unless it is told one of these, or only if it is.
    unless: &'static [&'static str],
    only: &'static [&'static str],
    code: &'static str,
    harm: &'static str,
    hint: &'static str,
}

/// The options of `program` that take a value, where it is one of those that come with a server and are not `psql`.
pub(super) fn valued(program: &str) -> Known {
    Known {
        // There `-i` asks before it does anything.
        short: if program == "dropdb" {
            "hpU"
        } else {
            "dhijnNpPStU"
        },
        long: &[
            "buffer-usage-limit",
            "dbname",
            "exclude-schema",
            "host",
            "index",
            "jobs",
            "maintenance-db",
            "min-mxid-age",
            "min-xid-age",
            "parallel",
            "port",
            "schema",
            "table",
            "tablespace",
            "username",
        ],
        leading: false,
    }
}

const ALL: [Upkeep; 3] = [
    Upkeep {
        program: "vacuumdb",
        unless: &[],
        only: &["f", "full"],
        code: "table-rewrite",
        harm: "writes every table anew, and nobody can read or write it meanwhile",
        hint: "leave `--full` away, or use `pg_repack`, which lets others work",
    },
    Upkeep {
        program: "clusterdb",
        unless: &[],
        only: &[],
        code: "table-rewrite",
        harm: "writes every clustered table anew, and nobody can read or write it meanwhile",
        hint: "use `pg_repack`, which lets others work",
    },
    Upkeep {
        program: "reindexdb",
        unless: &["concurrently"],
        only: &[],
        code: "blocking-index",
        harm: "builds indexes anew, and nobody can write into their tables meanwhile",
        hint: "`reindexdb --concurrently` lets others work (PostgreSQL 12)",
    },
];

/// Finds such calls.
pub(super) fn check(text: &Text<'_>, out: &mut Vec<Problem>) {
    if text.is_kept() {
        return;
    }
    for command in &text.script.commands {
        let found = ALL.iter().find(|upkeep| upkeep.is(command));
        if let Some(upkeep) = found.filter(|_| !is_own(command) && !command.is_asked_for_help()) {
            let message = format!("`{}` {}", upkeep.program, upkeep.harm);
            out.push(text.warning(upkeep.code, from_program(command), message, upkeep.hint));
        }
    }
}

impl Upkeep {
    fn is(&self, command: &Command<'_>) -> bool {
        if command.program() != self.program {
            return false;
        }
        let given = Given::read(command.arguments(), valued(self.program));
        let asks = given.has(&["V", "version", "?"]);
        let told = self.only.is_empty() || given.has(self.only);
        told && !asks && !given.has(self.unless)
    }
}
