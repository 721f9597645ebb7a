//! How long a session waits for locks: what its statements have set, and what they have taken back.

use super::catalogs;
use super::sql::Wrap;

/// What a session's statements say about waiting for locks.
#[derive(Clone, Debug, Default)]
pub(super) struct Patience {
    /// Whether the session gives up after a time if it says nothing of its own.
    given: bool,
    /// What it says for the sessions to come, if it does.
    promised: Option<bool>,
    /// Whether the session gives up after a time.
    session: bool,
    /// Whether the transaction does, if it says something of its own.
    local: Option<bool>,
    /// What the session did when the transaction began that is open.
    begun: Option<bool>,
    /// What was said when each savepoint was set.
    savepoints: Vec<(bool, Option<bool>)>,
}

impl Patience {
    /// A session that begins; `given` if it gives up after a time as it is.
    pub(super) fn new(given: bool) -> Self {
        Patience {
            given,
            session: given,
            ..Patience::default()
        }
    }

    /// What its statements have said for the sessions to come.
    pub(super) fn promised(&mut self) -> Option<bool> {
        self.promised.take()
    }

    /// Whether a statement gives up its wait after a time.
    pub(super) fn is_limited(&self) -> bool {
        self.local.unwrap_or(self.session)
    }

    /// A text begins that is run as `wrap` says; `whole` if it has several statements.
    pub(super) fn begin(&mut self, wrap: Wrap, whole: bool) {
        if wrap == Wrap::Transaction || (wrap == Wrap::Together && whole) {
            self.open();
        }
    }

    /// A text ends that was begun: with it ends the transaction that was put around it.
    pub(super) fn end(&mut self, wrap: Wrap) {
        if wrap != Wrap::Single {
            self.commit();
        }
    }

    /// Learns from `statement`.
    pub(super) fn learn(&mut self, statement: &str) {
        let words: Vec<String> = catalogs::words(statement)
            .take(MAX_WORDS)
            .map(|(word, _)| word)
            .collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        match words.as_slice() {
            ["begin" | "start", ..] => self.open(),
            ["savepoint", ..] => self.savepoints.push((self.session, self.local)),
            ["rollback", "to", ..] | ["rollback", _, "to", ..] => {
                if let Some((session, local)) = self.savepoints.last() {
                    (self.session, self.local) = (*session, *local);
                }
            }
            ["rollback" | "abort", ..] => {
                self.session = self.begun.unwrap_or(self.session);
                self.commit();
            }
            ["commit" | "end", ..] | ["prepare", "transaction", ..] => self.commit(),
            ["reset", "lock_timeout" | "all"] | ["discard", "all"] => self.set(self.given),
            ["set", rest @ ..] => self.setting(rest, statement),
            _ if statement.to_ascii_lowercase().contains("lock_timeout") => {
                self.said(&words, statement);
            }
            _ => {}
        }
    }

    /// `SET … lock_timeout …`
    fn setting(&mut self, rest: &[&str], statement: &str) {
        match rest {
            // Outside of a transaction it means nothing.
            ["local", "lock_timeout", ..] if self.begun.is_some() => {
                self.local = Some(!switches_off(statement));
            }
            ["session", "lock_timeout", ..] | ["lock_timeout", ..] => {
                self.set(!switches_off(statement));
            }
            _ => {}
        }
    }

    /// A function that sets it, or a statement that does for the sessions to come.
    fn said(&mut self, words: &[&str], statement: &str) {
        let lower = statement.to_ascii_lowercase();
        if let Some((_, call)) = lower.split_once("set_config") {
            let local = call.split(')').next().unwrap_or(call).contains("true");
            match local {
                true if self.begun.is_some() => self.local = Some(!switches_off(statement)),
                true => {}
                false => self.set(!switches_off(statement)),
            }
            return;
        }
        match words {
            // The session that says it goes on as it began.
            ["alter", ..] => {
                let reset = lower.contains(" reset ");
                self.promised = Some(!reset && !switches_off(statement));
            }
            ["do", ..] => self.set(!switches_off(statement)),
            _ => {}
        }
    }

    fn set(&mut self, limited: bool) {
        self.session = limited;
        self.local = None;
    }

    fn open(&mut self) {
        self.begun.get_or_insert(self.session);
    }

    fn commit(&mut self) {
        self.local = None;
        self.begun = None;
        self.savepoints.clear();
    }
}

/// How many words at the beginning of a statement are looked at.
const MAX_WORDS: usize = 4;

/// Whether `statement` sets the time limit to none: 0, or the default, which is none.
fn switches_off(statement: &str) -> bool {
    let lower = statement.to_ascii_lowercase();
    let (_, rest) = lower.split_once("lock_timeout").unwrap_or_default();
    is_switched_off(rest)
}

/// Whether what follows the name of a time limit is 0, which is none, or the default.
pub(super) fn is_switched_off(rest: &str) -> bool {
    let signs: &[char] = &[' ', '=', '\'', '"', '\t', ','];
    let value = rest.trim_start_matches(signs);
    let value = value.strip_prefix("to ").unwrap_or(value);
    let value = value.trim_start_matches(signs);
    let digits = value.len() - value.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let none = digits > 0 && value[..digits].chars().all(|c| c == '0');
    (none && !value[digits..].starts_with('.')) || value.starts_with("default")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::sql_text::statements;

    fn limited(sql: &str) -> bool {
        let mut patience = Patience::default();
        for statement in statements(sql) {
            patience.learn(statement);
        }
        patience.is_limited()
    }

    #[test]
    fn a_limit_holds_until_it_is_taken_back() {
        for sql in [
            "set lock_timeout = '2s'",
            "SET SESSION lock_timeout TO 2000",
            "begin; set local lock_timeout = '2s'",
            "begin; set lock_timeout = '2s'; commit",
            "set lock_timeout = '2s'; begin; set lock_timeout = 0; rollback",
            "begin; set local lock_timeout = 1; savepoint a; set local lock_timeout = 0; rollback to a",
            "select set_config('lock_timeout', '2s', false)",
            "begin; select set_config('lock_timeout', '2s', true)",
            "set lock_timeout = '2s'; reset statement_timeout; show lock_timeout",
        ] {
            assert!(limited(sql), "{sql}");
        }
        for sql in [
            "begin; set local lock_timeout = '2s'; commit",
            "begin; set local lock_timeout = '2s'; rollback",
            "set local lock_timeout = '2s'",
            "begin; set lock_timeout = '2s'; rollback",
            "begin; savepoint a; set lock_timeout = '2s'; rollback to savepoint a",
            "set lock_timeout = '2s'; reset lock_timeout",
            "set lock_timeout = '2s'; reset all",
            "set lock_timeout = '2s'; discard all",
            "set lock_timeout = '2s'; set lock_timeout = 0",
            "set lock_timeout = '2s'; set lock_timeout to default",
            "alter role deployer set lock_timeout = '2s'",
            "alter system set lock_timeout = '2s'",
            "show lock_timeout",
            "select setting from pg_settings where name = 'lock_timeout'",
        ] {
            assert!(!limited(sql), "{sql}");
        }
    }

    #[test]
    fn what_is_said_of_a_role_counts_for_the_sessions_to_come() {
        let promised = |sql: &str| {
            let mut patience = Patience::default();
            patience.learn(sql);
            patience.promised()
        };
        for (sql, said) in [
            ("alter role deployer set lock_timeout = '2s'", Some(true)),
            ("alter database shop set lock_timeout to 500", Some(true)),
            ("alter system set lock_timeout = 0", Some(false)),
            ("alter role deployer reset lock_timeout", Some(false)),
            ("alter role deployer set work_mem = '1GB'", None),
        ] {
            assert_eq!(promised(sql), said, "{sql}");
        }
        let mut patience = Patience::new(true);
        patience.learn("set lock_timeout = 0");
        assert!(!patience.is_limited());
        patience.learn("reset lock_timeout");
        assert!(patience.is_limited());
    }
}
