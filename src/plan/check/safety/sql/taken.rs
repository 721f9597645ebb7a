//! What a statement takes away or switches off beyond what its form tells: what CASCADE takes along, what keeps
//! data whole, who is connected, where numbers go on.

use std::collections::{BTreeSet, HashMap};

use super::super::catalogs::words;
use super::Review;
use crate::plan::ddl::{Compatibility, Form, Judged, Part};
use crate::plan::facts::Facts;
use crate::plan::problem::Severity;
use crate::plan::sql_text;

/// Settings whose absence a crash of the server, or nobody, forgives, and what is lost.
const SETTINGS: [(&str, &str); 8] = [
    (
        "fsync",
        "a crash of the server or its machine can destroy all of its databases",
    ),
    (
        "full_page_writes",
        "a crash of the server or its machine can destroy all of its databases",
    ),
    (
        "autovacuum",
        "tables grow, and in the end the server refuses to write",
    ),
    (
        "archive_mode",
        "nothing can be restored to a moment behind the last full backup",
    ),
    (
        "synchronous_commit",
        "a crash loses what was said to be committed",
    ),
    ("data_checksums", "nobody learns of damaged pages"),
    ("data_sync_retry", "a failed write is taken for a good one"),
    ("track_counts", "autovacuum does nothing any more"),
];
/// The server's own tables that say what there is.
const CATALOGS: [&str; 18] = [
    "pg_attrdef",
    "pg_attribute",
    "pg_auth_members",
    "pg_authid",
    "pg_class",
    "pg_constraint",
    "pg_database",
    "pg_depend",
    "pg_enum",
    "pg_extension",
    "pg_index",
    "pg_inherits",
    "pg_namespace",
    "pg_proc",
    "pg_rewrite",
    "pg_sequence",
    "pg_trigger",
    "pg_type",
];
/// How statements begin of which more may have to be said.
const BEGINS: [&str; 8] = [
    "alter", "drop", "set", "select", "perform", "with", "do", "call",
];
pub(in crate::plan::check::safety) const CONSTRAINTS: &str =
    "foreign keys and triggers are not minded, and what breaks them is never tested again";

/// More that is to be said of a statement.
struct Taken {
    code: &'static str,
    message: String,
    hint: &'static str,
    /// Whether this is what a way back is for.
    undoes: bool,
}

impl Review<'_> {
    /// What the statement `judged` switches off or ends, whatever it does to tables.
    pub(super) fn taken(&mut self, judged: &Judged, first: &str) {
        let most = match first {
            "update" | "insert" | "delete" => MAX_TARGET,
            _ if BEGINS.contains(&first) => MAX_TOKENS,
            _ => return,
        };
        let text = &self.unit.sql[judged.range.clone()];
        let tokens = sql_text::tokens(text).map(|token| text[token.range].to_ascii_lowercase());
        let tokens: Vec<String> = tokens.take(most).collect();
        let bare = tokens.iter().map(|token| token.trim_matches(['\'', '"']));
        let words: Vec<&str> = bare.collect();
        let before = &self.unit.sql[..judged.range.start];
        let found = switched_off(&words)
            .or_else(|| dropped(&words))
            .or_else(|| ended(&words))
            .or_else(|| renumbered(&words, before))
            .or_else(|| rewired(&words));
        if let Some(found) = found.filter(|found| !(found.undoes && self.unit.backwards)) {
            self.say(
                Severity::Warning,
                found.code,
                judged.range.clone(),
                found.message,
                found.hint,
            );
        }
    }

    /// What CASCADE takes along with `part`, in words behind it; none: it stands there for nothing, or not at
    /// all.
    pub(super) fn cascades(&self, part: &Part) -> Option<String> {
        let text = self.unit.sql.get(part.range.clone())?;
        let drops = part.form == Form::Truncate
            || part.form.row().compatibility == Compatibility::Breaking
            || matches!(
                part.form,
                Form::DropConstraint | Form::DropForeignKey | Form::DropIndex
            );
        if !drops || !sql_text::cascades(text) {
            return None;
        }
        let known = self.unit.facts.map(|facts| {
            // What is named itself is not taken along. Of an index it is its table that is pointed at.
            let words: Vec<String> = words(text).map(|(word, _)| word).collect();
            let is_named = |relation: &str| {
                let own = relation.rsplit('.').next().map(str::to_lowercase);
                part.form == Form::DropIndex || own.is_some_and(|own| words.contains(&own))
            };
            let touched = part.touches.iter().map(|touch| touch.relation.clone());
            let named = touched.filter(|relation| is_named(relation));
            pointing(
                facts,
                &named.chain(words.clone()).collect::<Vec<_>>(),
                part.form == Form::Truncate,
            )
        });
        let named = known.as_ref().map(|tables| {
            let tables: Vec<String> = tables.iter().map(|table| format!("`{table}`")).collect();
            tables.join(", ")
        });
        match (part.form, named.as_deref()) {
            (Form::Truncate | Form::DropConstraint | Form::DropForeignKey, Some("")) => None,
            (Form::Truncate, Some(tables)) => {
                Some(format!(", and CASCADE empties {tables} as well"))
            }
            (Form::Truncate, None) => Some(
                ", and CASCADE every table with a foreign key to it, and those with one to these"
                    .to_owned(),
            ),
            (Form::DropIndex, Some(""))
            | (Form::DropConstraint | Form::DropForeignKey | Form::DropIndex, None) => {
                Some(", and CASCADE the foreign keys of other tables that rest on it".to_owned())
            }
            (Form::DropTable | Form::DropConstraint | Form::DropIndex, Some(tables))
                if !tables.is_empty() =>
            {
                Some(format!(
                    ", and CASCADE what depends on it: foreign keys of {tables} may be among that"
                ))
            }
            _ => Some(", and CASCADE whatever depends on it, which nobody has named".to_owned()),
        }
    }
}

/// How much of a statement is looked at, in words and signs.
const MAX_TOKENS: usize = 400;
/// In how many words and signs a statement that writes has named its table.
const MAX_TARGET: usize = 6;

/// The tables with a foreign key to one of `tables`; with `all`, those with one to these as well.
fn pointing(facts: &Facts, tables: &[String], all: bool) -> BTreeSet<String> {
    let mut pointed: HashMap<&str, Vec<&str>> = HashMap::new();
    for (name, table) in &facts.tables {
        for key in &table.keys {
            pointed.entry(&key.to).or_default().push(name);
        }
    }
    let own: Vec<&str> = tables
        .iter()
        .map(|name| facts.visible.get(name).unwrap_or(name).as_str())
        .collect();
    let mut open = own.clone();
    let mut found = BTreeSet::new();
    while let Some(table) = open.pop() {
        for name in pointed.get(table).into_iter().flatten() {
            if !own.contains(name) && found.insert((*name).to_owned()) && all {
                open.push(name);
            }
        }
    }
    found
}

/// A catalog that is written by hand: `update pg_index set indisvalid = …`.
fn rewired(words: &[&str]) -> Option<Taken> {
    let (["update", target @ ..]
    | ["insert", "into", target @ ..]
    | ["delete", "from", target @ ..]) = words
    else {
        return None;
    };
    let target = target.strip_prefix(&["only"]).unwrap_or(target);
    let target = target.strip_prefix(&["pg_catalog", "."]).unwrap_or(target);
    let name = target.first().filter(|name| CATALOGS.contains(name))?;
    Some(Taken {
        code: "protection-off",
        message: format!(
            "this writes the server's own `{name}`: nothing tests whether it fits the rest, no lock keeps others out, \
             and sessions may go on with what they remember"
        ),
        hint: "the statement for it, such as `ALTER TABLE`, `ALTER TYPE … ADD VALUE`, `REINDEX`, \
               `ALTER DATABASE … ALLOW_CONNECTIONS false`",
        undoes: false,
    })
}

/// What keeps data whole.
fn switched_off(words: &[&str]) -> Option<Taken> {
    let protection = |message: String, hint| {
        let code = "protection-off";
        let undoes = false;
        Some(Taken {
            code,
            message,
            hint,
            undoes,
        })
    };
    let has = |wanted: &[&str]| words.windows(wanted.len()).any(|found| found == wanted);
    if words.first() == Some(&"alter") && has(&["disable", "trigger", "all"]) {
        return protection(
            format!(
                "this switches off every trigger of the table, those of foreign keys as well: {CONSTRAINTS}"
            ),
            "`DISABLE TRIGGER USER`, or the one that is in the way by its name",
        );
    }
    if let Some(at) = words
        .iter()
        .position(|word| *word == "session_replication_role")
    {
        let value = words[at + 1..]
            .iter()
            .find(|word| !matches!(**word, "=" | "to" | "," | "'"));
        return (value == Some(&"replica")).then(|| {
            protection(
                format!("this switches off triggers, those of foreign keys as well, for all tables: {CONSTRAINTS}"),
                "`DISABLE TRIGGER` of the one that is in the way, by its name",
            )
        })?;
    }
    let ["alter", "system", "set", name, rest @ ..] = words else {
        return None;
    };
    let off = rest.iter().copied().find(|word| is_off(word));
    let lost = lost_without(name, off.unwrap_or("on"))?;
    protection(
        format!("this switches `{name}` for the whole server, and it stays so: {lost}"),
        "leave it as it is, and make the work itself smaller: batches, `maintenance_work_mem`, `max_wal_size`",
    )
}

/// What is lost where the server's setting `name` has this value.
pub(in crate::plan::check::safety) fn lost_without(
    name: &str,
    value: &str,
) -> Option<&'static str> {
    let (_, lost) = SETTINGS.iter().find(|(known, _)| *known == name)?;
    let on_is_worse = name == "data_sync_retry";
    (is_off(value) != on_is_worse).then_some(lost)
}

fn is_off(value: &str) -> bool {
    matches!(value, "off" | "false" | "no" | "0")
}

/// Whether the function `name` is called.
fn calls(words: &[&str], name: &str) -> bool {
    words.windows(2).any(|pair| pair == [name, "("])
}

/// What other servers follow.
fn dropped(words: &[&str]) -> Option<Taken> {
    let code = "breaking-change";
    let undoes = true;
    let (message, hint) = match words {
        ["drop", "subscription", ..] => (
            "this drops a subscription: what is written on the other server from now on never comes here",
            "`ALTER SUBSCRIPTION … DISABLE` first, and drop it when nobody wants to go back",
        ),
        ["drop", "publication", ..] => (
            "this drops a publication: whoever subscribes to it gets nothing any more",
            "see who does first, `pg_replication_slots`, and drop their subscriptions before",
        ),
        _ if calls(words, "pg_drop_replication_slot") => (
            "this drops a replication slot: whoever reads from it has to begin with a new copy",
            "see that nobody does first: `active` and `confirmed_flush_lsn` in `pg_replication_slots`",
        ),
        _ => return None,
    };
    let message = message.to_owned();
    Some(Taken {
        code,
        message,
        hint,
        undoes,
    })
}

/// `select pg_terminate_backend(pid) from pg_stat_activity`, with nothing that chooses among them.
fn ended(words: &[&str]) -> Option<Taken> {
    let ends = calls(words, "pg_terminate_backend") && words.contains(&"pg_stat_activity");
    let chosen = words.iter().position(|word| *word == "where");
    let chooses = chosen.is_some_and(|at| {
        let named = words[at..].iter().any(|word| CHOOSES.contains(word));
        let numbered = |pair: &[&str]| pair[0] == "pid" && matches!(pair[1], "=" | "in");
        named || words[at..].windows(2).any(numbered)
    });
    (ends && !chooses).then(|| Taken {
        code: "breaking-change",
        message: "this ends every session of the server, of other databases and replication as well, and what each is doing is rolled back".to_owned(),
        hint: "choose them: `WHERE datname = current_database() AND usename = '…' AND pid <> pg_backend_pid()`",
        undoes: false,
    })
}

/// What sessions are chosen by. That a number is another one than their own chooses all others.
const CHOOSES: [&str; 19] = [
    "backend_start",
    "backend_type",
    "datname",
    "datid",
    "usename",
    "usesysid",
    "application_name",
    "client_addr",
    "client_hostname",
    "state",
    "state_change",
    "query",
    "query_start",
    "xact_start",
    "backend_xmin",
    "wait_event",
    "wait_event_type",
    "relation",
    "pg_blocking_pids",
];

/// `setval('orders_id_seq', 1)`, `ALTER SEQUENCE … RESTART`: where rows have these numbers already. Behind what
/// empties or makes the table there are none.
fn renumbered(words: &[&str], before: &str) -> Option<Taken> {
    let first = |word: &str| word == "1" || word == "0";
    let set = words.iter().position(|word| *word == "setval");
    let begins = match (words, set) {
        (["alter", "sequence", ..], _) => {
            let at = words.iter().position(|word| *word == "restart")?;
            let number = words[at + 1..].iter().find(|word| **word != "with");
            number.is_none_or(|word| first(word) || *word == ";")
        }
        (_, Some(at)) => {
            let comma = words[at..].iter().position(|word| *word == ",")?;
            let rest = &words[at + comma + 1..];
            matches!(rest, [number, "," | ")", ..] if first(number))
        }
        _ => false,
    };
    let lower = || before.to_ascii_lowercase();
    let empty = |text: &str| {
        ["truncate", "create", "delete from"]
            .iter()
            .any(|word| text.contains(word))
    };
    (begins && !empty(&lower())).then(|| Taken {
        code: "breaking-change",
        message: "this begins to count anew: where rows have these numbers, what is added fails with a duplicate key".to_owned(),
        hint: "`setval('…', (SELECT max(id) FROM …))`",
        undoes: false,
    })
}
