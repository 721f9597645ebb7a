//! What is known of one session after a closer look.

use std::time::Duration;

use super::locks::Prepared;
use super::progress::plain;
use super::session::Backend;

/// What is looked at from near.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A session.
    Session {
        /// Its process.
        pid: i32,
        /// When it began, where that may be seen.
        started: Option<i64>,
    },
    /// The prepared transactions of the database, which belong to no session.
    Prepared,
}

impl Subject {
    /// The process by which it is listed.
    pub fn pid(self) -> i32 {
        match self {
            Subject::Session { pid, .. } => pid,
            Subject::Prepared => 0,
        }
    }
}

impl From<Backend> for Subject {
    fn from(Backend { pid, started }: Backend) -> Self {
        let started = Some(started);
        Subject::Session { pid, started }
    }
}

/// A session, or what is prepared, from near.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inspection {
    /// Its present or last statement, as much of it as the server keeps; empty if that may not be seen.
    pub statement: String,
    /// Whether the server keeps only the beginning of it.
    pub cut: bool,
    /// Its locks: first those that it waits for, then those that it holds.
    pub locks: Vec<SessionLock>,
    /// The sessions that it waits for; 0 is a prepared transaction.
    pub blocked_by: Vec<i32>,
    /// The sessions that wait for it.
    pub blocks: Vec<i32>,
    /// Each of the prepared transactions with the locks that it holds, the oldest first.
    pub prepared: Vec<(Prepared, Vec<SessionLock>)>,
}

/// How the server would carry a statement out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Planned {
    /// What limits how far that is the plan of the session.
    pub notes: Vec<String>,
    /// The plan, a line each.
    pub lines: Vec<String>,
}

/// A statement as it stands on a screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Its text.
    pub text: String,
    /// Whether that may be only the beginning of it.
    pub cut: bool,
}

impl Shown {
    /// Whether it can be planned, for all that is known of it.
    pub fn has_plan(&self) -> bool {
        explainable(&self.text).is_ok()
    }

    /// Whether it has letters in an encoding that was not understood.
    pub fn has_unread_letters(&self) -> bool {
        self.text.contains(UNREAD)
    }
}

/// What stands for a letter that can't be read.
const UNREAD: char = char::REPLACEMENT_CHARACTER;

/// A lock of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionLock {
    /// The mode, such as `AccessExclusive`.
    pub mode: String,
    /// What it is on.
    pub object: String,
    /// Whether it has it, or waits for it.
    pub granted: bool,
    /// How long it has waited.
    pub waited: Option<Duration>,
}

/// The statement without what stands around it, if it is one that can be planned without being carried out.
pub(super) fn explainable(statement: &str) -> Result<&str, String> {
    const PLANNED: [&str; 7] = [
        "select", "insert", "update", "delete", "with", "merge", "values",
    ];
    let text = bare(statement);
    let text = text.trim_end().trim_end_matches(';').trim_end();
    let word = text.split(|c: char| !c.is_ascii_alphabetic()).next();
    let word = word.unwrap_or_default().to_ascii_lowercase();
    if PLANNED.contains(&word.as_str()) {
        if text.contains(UNREAD) {
            return Err(
                "there are letters in it that can't be read, so another statement would be planned"
                    .to_owned(),
            );
        }
        return Ok(text);
    }
    Err(match word.as_str() {
        "" => "there is no statement to plan".to_owned(),
        word => format!("{word} has no plan: only queries and changes of rows have one"),
    })
}

/// Whether there are places for values in it, outside of comments and quotes.
pub(super) fn has_places(statement: &str) -> bool {
    plain(statement).contains("$1")
}

/// Without comments and blanks in front.
fn bare(statement: &str) -> &str {
    let mut text = statement.trim_start();
    loop {
        let rest = if let Some(rest) = text.strip_prefix("--") {
            rest.split_once('\n').map_or("", |(_, rest)| rest)
        } else if let Some(rest) = text.strip_prefix("/*") {
            rest.split_once("*/").map_or("", |(_, rest)| rest)
        } else {
            return text;
        };
        text = rest.trim_start();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_planned_without_being_done_can_be_explained() {
        for (statement, planned) in [
            ("select 1;", Ok("select 1")),
            (
                "/* app:web */ -- hot\n UPDATE t SET n = 1 ; ",
                Ok("UPDATE t SET n = 1"),
            ),
            (
                "with x as (select 1) select * from x",
                Ok("with x as (select 1) select * from x"),
            ),
            ("ANALYZE select 1", Err("analyze")),
            ("(analyze) select 1", Err("there is no")),
            ("alter table t add n int", Err("alter")),
            ("explain analyze delete from t", Err("explain")),
            ("-- nothing", Err("there is no")),
            ("", Err("there is no")),
            ("select 'caf\u{fffd}'", Err("there are letters")),
        ] {
            match (explainable(statement), planned) {
                (Ok(text), Ok(wanted)) => assert_eq!(text, wanted),
                (Err(why), Err(begin)) => assert!(why.starts_with(begin), "{statement}: {why}"),
                other => panic!("{statement}: {other:?}"),
            }
        }
    }
}
