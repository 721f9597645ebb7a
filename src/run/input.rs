//! Everything that can reach a run from outside: commands, terminals coming and going, reports of
//! jobs, alerts, and the clock.

use super::command::Command;
use super::effect::Secret;
use crate::clock::Moment;
use crate::journal::Actor;
use crate::journal::event::{
    Applied, BackendAction, ChangedFile, ConditionOf, EndedEngine, Finding, Job, KnownBy, Left,
    Outcome, SessionLeft, SnapshotTaken,
};
use crate::monitor::Alert;

/// Something that a run has to answer to.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// An engine has taken the run up.
    Engine {
        /// Its process.
        pid: u32,
        /// The one before it, if that was ended because it did not answer.
        ended: Option<EndedEngine>,
        /// How its environment differs from that of the engine before it, a few words a variable.
        changed: Vec<String>,
        /// What it knows, and does not know any more, of the plan's variables.
        variables: Vec<Notice>,
    },
    /// A terminal wants to drive.
    Attach {
        /// Who.
        actor: Actor,
        /// The terminal.
        terminal: String,
    },
    /// The terminal that drives went away.
    Leave {
        /// Who.
        actor: Actor,
    },
    /// Somebody wants something.
    Command(Wish),
    /// A job reports.
    Notice(Notice),
    /// Something happened to an alert.
    Alert(Alert),
    /// The journal can be written again.
    JournalRestored {
        /// What kept it from being written.
        why: String,
    },
    /// Time has passed.
    Tick,
}

impl Input {
    /// The same, with the moment at which it came where that tells when a job ended: it is kept for a
    /// while.
    pub(super) fn that_came(mut self, at: Moment) -> Self {
        if let Input::Notice(Notice::Finished(finish)) = &mut self {
            finish.ended.get_or_insert(at);
        }
        self
    }
}

/// A command and who gave it.
#[derive(Clone, Debug, PartialEq)]
pub struct Wish {
    /// Who.
    pub actor: Actor,
    /// Whether they may command: the driver's screen, or the command line.
    pub drives: bool,
    /// The terminal they sit at.
    pub terminal: String,
    /// What.
    pub command: Command,
    /// The database session that the command names, as the monitor last saw it.
    pub session: Option<Session>,
    /// Whether the value that the command sets holds that of a secret.
    pub holds_secret: bool,
}

/// A database session that can be cancelled or ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// The database.
    pub database: String,
    /// Its process on the server.
    pub pid: i32,
    /// When it began, in microseconds since the Unix epoch by the server's clock.
    pub started: i64,
    /// Who it is: user, application, statement.
    pub words: String,
    /// Why no signal goes to it, if none does.
    pub no_signal: Option<String>,
}

/// What the supervisor reports of the jobs it was given.
#[derive(Clone, Debug, PartialEq)]
pub enum Notice {
    /// The job's process exists, or its session is known.
    Launched {
        /// Which job.
        job: Job,
        /// The process.
        pid: u32,
    },
    /// The job has a session on its database and waits for permission to send its first statement.
    Transaction {
        /// Which job.
        job: Job,
        /// The database.
        database: String,
        /// The transaction's number, if it is in one that can write.
        xid: Option<u64>,
        /// The server, as it identifies itself.
        server: Option<String>,
        /// A place in its log behind the first record of the number, where one was written.
        lsn: Option<String>,
    },
    /// A job that was looked for still goes on, and is watched again.
    Adopted {
        /// Which job.
        job: Job,
        /// Its process, where it was found.
        pid: Option<u32>,
    },
    /// What a server says about a job that was looked for there.
    Fate {
        /// Which job.
        job: Job,
        /// What became of it.
        fate: Fate,
    },
    /// A picture of databases is kept.
    Snapshot(Box<SnapshotTaken>),
    /// The job is over.
    Finished(Finish),
    /// What was typed did not reach the job.
    NotTyped {
        /// Which job.
        job: Job,
        /// Why.
        why: String,
    },
    /// The sessions that a job had opened on databases are gone, or could not be asked.
    SessionsCancelled {
        /// Which job.
        job: Job,
    },
    /// A variable has a value now: from the environment, or taken from a step's output.
    Variable {
        /// Which.
        name: String,
        /// Its value; none where it is a secret.
        value: Option<String>,
        /// Where it came from.
        origin: String,
    },
    /// What servers and probes say, for a condition.
    Facts {
        /// Whose condition.
        of: ConditionOf,
        /// What was asked, and the answer as text, or why there is none.
        answers: Vec<(String, Result<String, String>)>,
    },
    /// A secret that was known to the engine before this one is not known any more.
    VariableLost {
        /// Which.
        name: String,
    },
    /// A database session that was to be cancelled or ended.
    Backend {
        /// The database.
        database: String,
        /// Its process on the server.
        pid: i32,
        /// What was asked.
        action: BackendAction,
        /// Whether it had the wanted effect.
        done: bool,
        /// What was seen.
        result: String,
    },
    /// A database that could be reached can't be any more.
    DatabaseLost {
        /// Its name in the plan.
        database: String,
        /// Why.
        why: String,
    },
    /// A database can be reached, for the first time or again.
    DatabaseUp {
        /// Its name in the plan.
        database: String,
        /// Its server, as it identifies itself, if it does.
        server: Option<String>,
    },
    /// It is known who answers at a database's address.
    Recognised(Recognised),
    /// The connection broke under a step's statements.
    ConnectionLost {
        /// Whose statements.
        job: Job,
        /// The database's name in the plan.
        database: String,
        /// What was seen of it.
        why: String,
    },
    /// An address that is watched did not answer well.
    OutageBegan {
        /// The probe's name.
        probe: String,
        /// When the first request was made that was not answered well.
        since: Moment,
        /// What was wrong with the answer.
        why: String,
    },
    /// It does again, or for the first time.
    OutageEnded {
        /// The probe's name.
        probe: String,
        /// When the first request was made that was answered well.
        until: Moment,
    },
}

/// What a server says about a transaction, or about a session whose statements are in none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It has committed.
    Committed,
    /// It was rolled back.
    Aborted,
    /// It still goes on; there will be another answer.
    InProgress,
    /// Nobody can tell any more, for this reason.
    Lost(String),
}

/// Who answers at a database's address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recognised {
    /// The database's name in the plan.
    pub database: String,
    /// The server, as it identifies itself, if it does.
    pub server: Option<String>,
    /// What it is to the server of the steps before.
    pub answerer: Answerer,
    /// How many of the transactions that are recorded have committed there.
    pub there: usize,
    /// The steps whose transactions have not, by their ids.
    pub lost: Vec<String>,
}

/// What a server is to the one of the steps before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answerer {
    /// The same, as far as anybody can tell.
    Same,
    /// It was promoted since, and is on this timeline now.
    Promoted(u32),
    /// Another system.
    Another {
        /// How the one before had identified itself.
        then: String,
    },
    /// The same, with another database in the place of the one before: it was made anew, say.
    Remade,
    /// A standby, which does not say whose.
    Standby,
    /// It could not be asked, for this reason.
    Unasked(String),
}

/// How a job ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Finish {
    /// Which job.
    pub job: Job,
    /// How.
    pub outcome: Outcome,
    /// What it left behind.
    pub applied: Applied,
    /// How that is known.
    pub known_by: KnownBy,
    /// Whether its process is known to have ended before anything was done to stop it.
    pub by_itself: bool,
    /// The exit code of its process.
    pub exit_code: Option<i32>,
    /// The signal that ended its process.
    pub signal: Option<i32>,
    /// The expectations.
    pub findings: Vec<Finding>,
    /// What else there is to say.
    pub message: Option<String>,
    /// Whether it was not begun because its session is not the one that the steps before had: on another
    /// server, or without what they had left in it.
    pub elsewhere: bool,
    /// The files that it would have applied and that are not what they were: it was not begun because of them.
    pub changed: Vec<ChangedFile>,
    /// What of it still runs, a few words a process.
    pub running: Vec<String>,
    /// What it left to the shell steps after it, if it left anything.
    pub left: Option<Box<Left>>,
    /// What its session holds now, where that could be asked.
    pub session: Option<Box<SessionLeft>>,
    /// When it ended, where that is known better than by when it is taken in.
    pub ended: Option<Moment>,
    /// The variables that were taken from its output, if it passed.
    pub captured: Vec<Captured>,
}

/// A variable that was taken from what a step printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Captured {
    /// The variable.
    pub name: String,
    /// Its value.
    pub value: Secret,
    /// Whether that must not be shown: it holds the value of a secret.
    pub secret: bool,
}

impl Finish {
    /// The same, with `words` before whatever else there is to say.
    #[must_use]
    pub fn saying_first(mut self, words: Option<String>) -> Self {
        let words: Vec<String> = words.into_iter().chain(self.message.take()).collect();
        self.message = (!words.is_empty()).then(|| words.join("; "));
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::work::judge::not_begun;

    #[test]
    fn an_end_that_has_to_wait_ended_when_it_came_or_when_its_record_says() {
        let job = Job {
            step: "a".to_owned(),
            attempt: 1,
            undo: false,
        };
        let at = |mono| Moment {
            mono,
            ..Moment::default()
        };
        let told = |ended, came| {
            let finish = Finish {
                ended,
                ..not_begun(&job, "?")
            };
            match Input::Notice(Notice::Finished(finish)).that_came(came) {
                Input::Notice(Notice::Finished(finish)) => finish.ended,
                _ => None,
            }
        };
        assert_eq!(told(None, at(7)), Some(at(7)));
        assert_eq!(told(Some(at(3)), at(7)), Some(at(3)));
    }
}
