//! What is to be done beyond the look of the screen, and what comes of it.

use std::collections::HashMap;

use tokio::sync::mpsc;

use crate::monitor::{Backend, Inspection, Inspector, Outcome, Planned, Shown, Signaller, Subject};

/// Something to be done.
#[derive(Clone, Debug, PartialEq)]
pub enum Act {
    /// Something that takes its time.
    Task(Tasked),
    /// A text to the clipboard of the terminal.
    Copy(String),
    /// Leave.
    Quit,
    /// Let the shell have the terminal for a while.
    Suspend,
}

/// Something that a server is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tasked {
    /// What there is to know about a session, or about what is prepared.
    Inspect(Subject),
    /// The whole statement of a session, for the clipboard: this beginning of it is listed.
    Copy(Subject, String),
    /// How this statement of a session would be carried out; and whether somebody has agreed to functions of
    /// another role being run for that.
    Explain(Backend, Shown, bool),
    /// That a session cancels the statement that began at this time.
    Cancel(Backend, Option<i64>),
    /// That a session ends.
    Terminate(Backend),
}

/// What came of it.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// What there is to know about the session with this pid.
    Inspected(i32, Result<Inspection, String>),
    /// What there is to know about the session whose statement is listed like this and is to be copied.
    Copied(String, Result<Inspection, String>),
    /// How the statement of the session with this pid would be carried out.
    Explained(i32, Result<Planned, String>),
    /// What became of a session.
    Signalled(Outcome),
}

/// The ways to the servers, by the names of the databases.
#[derive(Default)]
pub struct Hands {
    /// Who looks into sessions.
    pub inspectors: HashMap<String, Inspector>,
    /// Who cancels and ends them.
    pub signallers: HashMap<String, Signaller>,
}

impl Hands {
    /// Begins to do `task` on the database called `database`; the answer goes to `answers`.
    pub fn begin(&self, task: Tasked, database: &str, answers: mpsc::Sender<Answer>) {
        let inspector = self.inspectors.get(database).cloned();
        let signaller = self.signallers.get(database).cloned();
        tokio::spawn(async move {
            let answer = match (task, inspector, signaller) {
                (Tasked::Inspect(subject), Some(inspector), _) => {
                    Answer::Inspected(subject.pid(), inspector.inspect(subject).await)
                }
                (Tasked::Copy(subject, listed), Some(inspector), _) => {
                    Answer::Copied(listed, inspector.inspect(subject).await)
                }
                (Tasked::Explain(backend, statement, agreed), Some(inspector), _) => {
                    let planned = inspector.explain(backend, &statement, agreed).await;
                    Answer::Explained(backend.pid, planned)
                }
                (Tasked::Cancel(backend, began), _, Some(signaller)) => {
                    Answer::Signalled(signaller.cancel_statement(backend, began).await)
                }
                (Tasked::Terminate(backend), _, Some(signaller)) => {
                    Answer::Signalled(signaller.terminate(backend).await)
                }
                _ => return,
            };
            // The screen may be gone by now.
            let _ = answers.send(answer).await;
        });
    }
}
