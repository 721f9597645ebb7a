//! Commands that do nothing, and only say whether something is so.

use super::Command;

/// Programs that never do more.
const ASKERS: [&str; 27] = [
    ":",
    "[",
    "[[",
    "ack",
    "ag",
    "cmp",
    "command",
    "diff",
    "egrep",
    "false",
    "fgrep",
    "fuser",
    "getent",
    "grep",
    "hash",
    "id",
    "lsof",
    "mountpoint",
    "nc",
    "pg_isready",
    "pgrep",
    "pidof",
    "ping",
    "rg",
    "test",
    "type",
    "which",
];
/// What programs are told that are only asked.
const QUESTIONS: [&str; 11] = [
    "diff",
    "exists",
    "inspect",
    "is-active",
    "is-enabled",
    "is-failed",
    "ls",
    "merge-base",
    "rev-parse",
    "show-ref",
    "status",
];

impl Command<'_> {
    /// Whether it only says whether something is so: `[ -f x ]`, `grep -q x file`, `systemctl is-active app`.
    pub(in crate::plan) fn only_asks(&self) -> bool {
        let mut told = self.arguments().iter().filter(|word| !word.is_option());
        let question = |word: &super::Word<'_>| QUESTIONS.contains(&word.text.as_ref());
        ASKERS.contains(&self.program())
            || self.is_signal_to_none()
            || self.is_looked_up()
            || told.by_ref().take(2).any(question)
    }

    /// `command -v npm`
    fn is_looked_up(&self) -> bool {
        let only = |word: &super::Word<'_>| matches!(word.text.as_ref(), "-v" | "-V");
        let told = self.wrapper("command").unwrap_or_default();
        told.iter().chain(self.words.first()).any(only)
    }

    /// `kill -0 1234`
    fn is_signal_to_none(&self) -> bool {
        let first = self.arguments().first();
        self.program() == "kill" && first.is_some_and(|word| word.text == "-0")
    }
}
