//! What a step does: the things that can be run, looked at, or waited for.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::commands::{self, Command, Settings};
use super::origin::Origin;
use super::snapshot::Snapshot;

/// One thing to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Work {
    /// A person looks or acts, and ticks it.
    Check(String),
    /// A script for a shell.
    Shell(Shell),
    /// SQL on one of the plan's databases.
    Sql(Sql),
    /// One HTTP request.
    Http(Box<Http>),
    /// Nothing happens until the time is over.
    Wait(Duration),
    /// A picture of databases, perhaps held against an earlier one.
    Snapshot(Box<Snapshot>),
}

/// A script and the shell that runs it.
#[derive(Clone, Debug, PartialEq)]
pub struct Shell {
    /// The script, variables not yet filled in.
    pub script: String,
    /// The shell and its options, one for many steps.
    pub interpreter: Arc<Interpreter>,
    /// How long a statement of the sessions it opens may wait for a lock, through `PGOPTIONS`.
    pub lock_timeout: Option<Duration>,
    /// Whether it begins where the shell step before it ended, and leaves its own directory and exported
    /// variables to the next.
    pub carries: bool,
    /// Whether it has a terminal, into which people can type; else its stdin is empty.
    pub tty: bool,
    /// Where the script stands in the plan's file.
    pub origin: Origin,
}

impl Shell {
    /// The commands that set the directory or variables for the shell steps behind it.
    pub fn hands_on(&self) -> Vec<&str> {
        if !self.carries {
            return Vec::new();
        }
        let script = commands::read(&self.script, Settings::default());
        let stays = |command: &&Command<'_>| {
            let pipe = script.pipe(command);
            let sets = matches!(
                command.program(),
                "cd" | "pushd" | "popd" | "export" | "unset" | "source" | "."
            );
            sets && !pipe.elsewhere && !pipe.substituted && pipe.stages == 1
        };
        let staying = script.commands.iter().filter(stays);
        staying
            .map(|command| &self.script[command.span.clone()])
            .collect()
    }
}

/// A shell's program and the options before `-c`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interpreter {
    /// The program, found on `PATH`.
    pub program: String,
    /// Its options, such as `-euo pipefail`, one a word.
    pub options: Vec<String>,
}

impl Interpreter {
    /// The shell called `name` in the way that stops at the first failure.
    pub fn strict(name: &str) -> Self {
        let options: &[&str] = match name {
            "bash" | "zsh" => &["-e", "-u", "-o", "pipefail"],
            _ => &["-e", "-u"],
        };
        Interpreter {
            program: name.to_owned(),
            options: options.iter().map(|&o| o.to_owned()).collect(),
        }
    }
}

impl fmt::Display for Interpreter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.program)?;
        self.options
            .iter()
            .try_for_each(|option| write!(f, " {option}"))
    }
}

impl Default for Interpreter {
    fn default() -> Self {
        Interpreter::strict("bash")
    }
}

/// SQL for a database's session.
#[derive(Clone, Debug, PartialEq)]
pub struct Sql {
    /// One or more statements.
    pub text: String,
    /// The name of the database in the plan.
    pub database: String,
    /// Whether to wrap the statements in a transaction; `None`: where they allow it.
    pub transaction: Option<bool>,
    /// How long a statement may wait for a lock.
    pub lock_timeout: Option<Duration>,
    /// Where the statements stand in the plan's file.
    pub origin: Origin,
}

/// An HTTP request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Http {
    /// The address.
    pub url: String,
    /// The method, in capitals.
    pub method: String,
    /// Header names and values.
    pub headers: Vec<(String, String)>,
    /// What is sent.
    pub body: Option<String>,
}

impl Http {
    /// A plain GET.
    pub fn get(url: impl Into<String>) -> Self {
        Http {
            url: url.into(),
            method: "GET".to_owned(),
            headers: Vec::new(),
            body: None,
        }
    }
}

impl Work {
    /// The step kind as plans and JSON write it.
    pub fn kind(&self) -> &'static str {
        match self {
            Work::Check(_) => "check",
            Work::Shell(_) => "shell",
            Work::Sql(_) => "sql",
            Work::Http(_) => "http",
            Work::Wait(_) => "wait",
            Work::Snapshot(_) => "snapshot",
        }
    }

    /// Whether a person does it, so that nothing is run.
    pub fn is_check(&self) -> bool {
        matches!(self, Work::Check(_))
    }

    /// Whether running it can change anything that would have to be taken back.
    pub fn may_change(&self) -> bool {
        match self {
            Work::Shell(_) | Work::Sql(_) => true,
            Work::Http(http) => !matches!(http.method.as_str(), "GET" | "HEAD" | "OPTIONS"),
            Work::Check(_) | Work::Wait(_) | Work::Snapshot(_) => false,
        }
    }

    /// Whether it prints or is answered something that can be looked through.
    pub fn prints(&self) -> bool {
        matches!(self, Work::Shell(_) | Work::Sql(_) | Work::Http(_))
    }

    /// The texts in which variables are filled in.
    pub fn texts(&self) -> Vec<&str> {
        match self {
            Work::Check(_) | Work::Wait(_) | Work::Snapshot(_) => Vec::new(),
            Work::Shell(shell) => vec![&shell.script],
            Work::Sql(sql) => vec![&sql.text],
            Work::Http(http) => {
                let headers = http.headers.iter().map(|(_, value)| value.as_str());
                std::iter::once(http.url.as_str())
                    .chain(headers)
                    .chain(http.body.as_deref())
                    .collect()
            }
        }
    }

    /// What it does, as a person reads it.
    pub fn text(&self) -> Cow<'_, str> {
        match self {
            Work::Check(text) => text.into(),
            Work::Shell(shell) => shell.script.as_str().into(),
            Work::Sql(sql) => sql.text.as_str().into(),
            Work::Http(http) => format!("{} {}", http.method, http.url).into(),
            Work::Wait(time) => format!("wait {}", super::duration::show(*time)).into(),
            Work::Snapshot(snapshot) => snapshot.text().into(),
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A step's `script`, with nothing beside it.
    pub(in crate::plan) fn shell(script: &str) -> Shell {
        Shell {
            script: script.to_owned(),
            interpreter: Arc::default(),
            lock_timeout: None,
            carries: true,
            tty: false,
            origin: Origin::default(),
        }
    }

    #[test]
    fn what_is_set_for_later_steps_is_known() {
        let text = "cd /srv/app && npm ci\n  export A=1\necho cd ..\n\
                    cat <<EOF\ncd /etc\nEOF\nif [ -f x ]; then . ./x; fi\nx=$(cd /opt && pwd)\n\
                    ssh db1 'cd /var'";
        assert_eq!(
            shell(text).hands_on(),
            ["cd /srv/app", "export A=1", ". ./x"]
        );
    }
}
