//! What keys do to database sessions.

use super::{Answer, Asking, Offer};
use crate::monitor::{LockTree, Session, State};
use crate::run::{Command, SessionName};
use crate::ui::dialogs::{Confirmation, Dialog};
use crate::ui::keys::Key;
use crate::ui::view::Focus;
use crate::ui::words;

impl Asking<'_> {
    /// The session under the cursor of a database panel; where none was picked, whoever blocks us.
    fn session(&self) -> Result<&Session, String> {
        let database = self.view.database;
        if let (Focus::Panel(panel), Some(pid)) = (self.view.focus, self.view.session.picked()) {
            let mut seen = self.world.sessions(panel, database);
            let picked = seen.find(|session| session.pid == pid);
            return picked
                .ok_or_else(|| format!("session {pid} is not listed any more: pick another"));
        }
        let blocker = self.world.blocker(database).map(|node| &node.session);
        blocker
            .ok_or_else(|| "nothing blocks anything: pick a session in a database panel".to_owned())
    }

    /// The name by which no other session can be meant.
    fn named(&self, session: &Session) -> Result<SessionName, String> {
        let shown = self.world.database(self.view.database);
        let server = shown.and_then(|db| Some(&db.picture.as_ref()?.server));
        if let Some(why) = server.and_then(|server| server.hidden(session.pid))
            && session.started.is_none()
        {
            return Err(why);
        }
        Ok(SessionName {
            pid: session.pid,
            database: shown.map(|database| database.name.clone()),
            started: session.started,
            statement: None,
        })
    }

    pub(super) fn backend(&self, terminate: bool) -> Answer {
        self.drives()?;
        if self.world.state.end.is_some() {
            return Err("the run is over".to_owned());
        }
        let session = self.session()?;
        let pid = session.pid;
        if session.state == State::Prepared {
            let locks = self.world.locks(self.view.database);
            let words = locks.map(LockTree::prepared_words);
            return Err(format!("that is {}", words.unwrap_or_default()));
        }
        if let Some(why) = session.no_signal() {
            return Err(why);
        }
        if !terminate && session.state.holds_transaction_idly() {
            return Err(format!(
                "{pid} is {}: there is no statement to cancel, k ends the session",
                session.state.words()
            ));
        }
        let mut lines = vec![format!(
            "{pid}  {}  {}",
            session.whose(),
            session.state.words()
        )];
        if let Some(age) = session.transaction_age {
            lines.push(format!("in a transaction for {}", words::short(age)));
        }
        lines.extend(session.statement.iter().cloned());
        lines.extend(session.before_signal().map(str::to_owned));
        if session.is_ours() {
            lines.push("It is one of this run's own steps.".to_owned());
        } else if session.is_perhaps_ours() {
            lines.push("It may be one of this run's own steps.".to_owned());
        }
        if let Some(environment) = &self.world.plan.environment {
            lines.push(format!("on {environment}"));
        }
        let named = self.named(session)?;
        let (title, command) = if terminate {
            (format!("End session {pid}?"), Command::Terminate(named))
        } else {
            (
                format!("Cancel the statement of {pid}?"),
                Command::Cancel(SessionName {
                    statement: session.statement_started,
                    ..named
                }),
            )
        };
        Ok(Offer::Open(Dialog::Confirm(Box::new(Confirmation::new(
            title,
            lines,
            command,
            Key::Enter,
        )))))
    }
}
