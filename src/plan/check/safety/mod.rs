//! The traps that real runbooks fall into: commands that do something else than their author thinks.
//! Each is a problem with the place of the command, the reason, and a safer form.
//!
//! | code | what is wrong |
//! |---|---|
//! | `blocked-now` | a session holds a lock now that a statement would wait for |
//! | `blocking-index` | an index is built while nobody can write |
//! | `blocking-scan` | all of a table is read under a lock that keeps others out |
//! | `breaking-change` | a statement takes away or renames what running code uses |
//! | `cd-again` | a step goes into the directory that an earlier one has left the steps' shell in |
//! | `column-skipped` | `IF NOT EXISTS` that finds a column of another type, another index, or just what it makes |
//! | `curl-hides-errors` | `curl` without `-f` returns 0 for an HTTP error |
//! | `deletes-data` | a command deletes where a database keeps its data |
//! | `development-command` | a command for a developer's own database, such as `prisma migrate reset` |
//! | `dump-options` | `pg_dump` is told what it refuses, or what makes no backup |
//! | `estimated-rows` | `n_live_tup` is taken for a number of rows |
//! | `export-changes-nothing` | a variable of the shell is meant to switch a server that runs, or nothing reads it |
//! | `failure-ignored` | `\|\| true` behind a dump, a migration or a request, or `&` behind what nobody waits for |
//! | `force-push` | `git push --force` |
//! | `input-not-passed` | a program in a container is given input, and `exec` without `-i` passes none on |
//! | `interactive-command` | a command that never ends, or waits for a keyboard |
//! | `invalid-index-skipped` | `IF NOT EXISTS` skips the invalid index that a failed try has left |
//! | `lock-held-long` | a transaction goes through a table while it holds a lock that keeps others out |
//! | `no-lock-timeout` | nothing limits how long a statement waits for a lock, and others behind it |
//! | `not-in-transaction` | `CONCURRENTLY`, or a value that is added to an enum and used, inside of a transaction |
//! | `npx-may-fetch` | `npx` fetches another version where the project's own is not installed |
//! | `odd-character` | a sign that a word processor put there, which looks like another one |
//! | `partitioned-index` | `CONCURRENTLY` on a partitioned table, which the server refuses |
//! | `pipe-hides-failure` | a failed dump, migration or restore in front of a `\|` without `pipefail` |
//! | `protection-off` | what keeps data whole is switched off or gone around: `fsync`, the triggers of foreign keys, a catalog |
//! | `psql-hides-errors` | `psql` runs a file without `ON_ERROR_STOP`, and returns 0 after errors |
//! | `renamed-column` | a column that a view of the server does not have, or not any more |
//! | `resolve-after-deploy` | a baseline is marked as applied after `migrate deploy` has tried it |
//! | `restore-over-live` | a backup is restored over a database that is in use |
//! | `restore-unwritten` | a way back restores a file that no step writes: the dump has another name, or one of a day |
//! | `rollback-with-writes` | a rollback restores, and nothing stops writes before |
//! | `runs-here` | lines that are meant for a session, behind `ssh host` or `su -`, run on this machine |
//! | `secret-in-plan` | a password or a token stands in the plan itself |
//! | `sessions-in-the-way` | `dropdb`, a rename or a copy fails while anybody is connected |
//! | `shell-syntax` | what a shell can't read to its end, or lines in it that are SQL or settings |
//! | `sql-syntax` | a statement that can't be read: nobody has judged it |
//! | `status-fails-early` | `prisma migrate status` returns 1 before every deployment |
//! | `status-proves-nothing` | a status that is the same whether or not what is asked is so, or the opposite |
//! | `sure-to-fail` | a statement that the database as it is, or a server of its version, refuses |
//! | `table-rewrite` | a table is written anew under a lock that keeps others out |
//! | `transaction-left-open` | a `BEGIN` whose `COMMIT` stands somewhere else, in another session |
//! | `unread-sql` | a block puts SQL together and runs it: nobody has looked at it |
//! | `unverified-backup` | a dump that nobody tries to read |
//! | `value-as-code` | a shell reads what a variable holds as code: behind `bash -c`, `ssh`, `eval`; or `psql` as SQL |
//! | `weak-verification` | a look at a dump that a broken one passes, too |
//! | `whole-table-write` | every row of a table is written in one transaction |
//! | `wrong-restore-tool` | a dump is given to the program for another format |
//!
//! What is only kept for reading can't do harm by itself: there they are notes. What a step's shell
//! is told by us and a terminal would not be (`pipefail`) is a note as well.

mod absent;
mod applied;
mod as_code;
mod background;
mod backup;
mod catalogs;
mod certain;
mod dated;
mod destroys;
mod development;
mod directories;
mod dump;
mod environment;
mod follow;
mod git;
mod given;
mod held;
pub(in crate::plan) mod here;
pub(super) mod http;
mod ignored;
mod itself;
mod keyboard;
mod names;
mod odd;
mod opposite;
mod packages;
mod passage;
mod patience;
mod psql;
mod restore;
mod secrets;
mod sessions;
pub(in crate::plan) mod sql;
mod statements;
mod switched;
mod text;
mod thrown;
mod tools;
mod unfed;
mod unread;
mod unwritten;
mod upkeep;
mod versions;
mod writes;

#[cfg(test)]
mod tests;

pub(in crate::plan) use self::applied::{applied_by, changes_database, written_by};
pub use self::given::given_to_psql;
pub(in crate::plan) use self::here::opens_session;
pub(in crate::plan) use self::keyboard::goes_on;
pub(in crate::plan) use self::psql::stops_first;
pub(in crate::plan) use self::restore::HIDES_ERRORS;
pub use self::secrets::{SECRET, secrets_in, without_secrets, without_values};
pub(in crate::plan) use self::secrets::{holds_secret, prepare_secrets};
pub(in crate::plan) use self::statements::{NO_LOCK_TIMEOUT, without_limit};

use self::passage::Home;
use self::text::Text;
use crate::plan::draft::Draft;
use crate::plan::facts::Facts;
use crate::plan::parallel;
use crate::plan::problem::Problem;
use crate::plan::source::Source;

/// The codes of all traps.
pub(super) const CODES: [&str; 47] = [
    "blocked-now",
    "blocking-index",
    "blocking-scan",
    "breaking-change",
    "cd-again",
    "column-skipped",
    "curl-hides-errors",
    "deletes-data",
    "development-command",
    "dump-options",
    "estimated-rows",
    "export-changes-nothing",
    "failure-ignored",
    "force-push",
    "input-not-passed",
    "interactive-command",
    "invalid-index-skipped",
    "lock-held-long",
    "no-lock-timeout",
    "not-in-transaction",
    "npx-may-fetch",
    "odd-character",
    "partitioned-index",
    "pipe-hides-failure",
    "protection-off",
    "psql-hides-errors",
    "renamed-column",
    "resolve-after-deploy",
    "restore-over-live",
    "restore-unwritten",
    "rollback-with-writes",
    "runs-here",
    "secret-in-plan",
    "sessions-in-the-way",
    "shell-syntax",
    "sql-syntax",
    "status-fails-early",
    "status-proves-nothing",
    "sure-to-fail",
    "table-rewrite",
    "transaction-left-open",
    "unread-sql",
    "unverified-backup",
    "value-as-code",
    "weak-verification",
    "whole-table-write",
    "wrong-restore-tool",
];

/// How many texts are worth a thread.
const MANY: usize = 64;

/// The traps whose harm is done before a person who types a command has seen what it prints, or which it does not show.
const UNSEEN: [&str; 10] = [
    "blocking-index",
    "deletes-data",
    "development-command",
    "force-push",
    "input-not-passed",
    "pipe-hides-failure",
    "protection-off",
    "psql-hides-errors",
    "renamed-column",
    "table-rewrite",
];

/// Looks for traps in `draft`, which was read from `source`.
pub(super) fn check(draft: &Draft, source: &Source, facts: Option<&Facts>) -> Vec<Problem> {
    let passages = passage::passages(draft, source);
    let facts = facts.map(|facts| versions::known(&passages, facts));
    let facts = facts.as_deref();
    let server = facts.and_then(|facts| facts.server);
    let read = parallel::map(&passages, MANY, |passage| {
        let text = Text::read(passage, source);
        let found = alone(&text, server);
        (text, found)
    });
    let mut found: Vec<Problem> = Vec::new();
    let mut texts: Vec<Text<'_>> = Vec::with_capacity(read.len());
    for (text, mut own) in read {
        texts.push(text);
        found.append(&mut own);
    }
    restore::over_live(&texts, &mut found);
    restore::formats(&texts, &mut found);
    dump::options(&texts, &mut found);
    sessions::check(&texts, &mut found);
    environment::check(&texts, &mut found);
    packages::fetched(&texts, &mut found);
    let title = draft
        .title
        .as_ref()
        .map_or("", |title| title.value.as_str());
    tools::order(&texts, title, &mut found);
    tools::status(&texts, &mut found);
    backup::check(&texts, &mut found);
    unwritten::check(&texts, &mut found);
    directories::check(&texts, &mut found);
    writes::check(&texts, draft, &mut found);
    as_code::check(&texts, &draft.vars, &mut found);
    statements::check(&texts, facts, &mut found);
    found
}

/// The traps that `text` holds, whatever else the plan does, where the server has the version `server`.
fn alone(text: &Text<'_>, server: Option<u32>) -> Vec<Problem> {
    let mut found = Vec::new();
    restore::errors(text, &mut found);
    dated::check(text, &mut found);
    dump::hidden(text, &mut found);
    ignored::check(text, &mut found);
    thrown::check(text, &mut found);
    http::check(text, &mut found);
    catalogs::check(text, server, &mut found);
    versions::check(text, server, &mut found);
    git::check(text, &mut found);
    keyboard::check(text, &mut found);
    given::generated(text, &mut found);
    here::check(text, &mut found);
    odd::check(text, &mut found);
    unfed::check(text, &mut found);
    unread::check(text, &mut found);
    opposite::check(text, &mut found);
    itself::check(text, &mut found);
    secrets::check(text, &mut found);
    development::check(text, &mut found);
    destroys::check(text, &mut found);
    upkeep::check(text, &mut found);
    switched::check(text, &mut found);
    background::check(text, &mut found);
    if text.passage.home == Home::Told {
        found.retain(|problem| UNSEEN.contains(&problem.code));
    }
    found
}
