//! What keys do to database sessions.

use super::{Answer, Asking, Offer};
use crate::monitor::{Session, State};
use crate::run::Command;
use crate::ui::dialogs::{Confirmation, Dialog};
use crate::ui::keys::Key;
use crate::ui::view::Focus;
use crate::ui::words;

impl Asking<'_> {
    /// The session under the cursor of a database panel, or whoever blocks us.
    pub(super) fn session(&self) -> Option<&Session> {
        let database = self.view.database;
        let picked = self.view.session.and_then(|pid| {
            let Focus::Panel(panel) = self.view.focus else {
                return None;
            };
            let mut seen = self.world.sessions(panel, database);
            seen.find(|session| session.pid == pid)
        });
        picked.or_else(|| self.world.blocker(database).map(|node| &node.session))
    }

    pub(super) fn backend(&self, terminate: bool) -> Answer {
        self.drives()?;
        let session = self
            .session()
            .ok_or("nothing blocks anything: pick a session in a database panel")?;
        let pid = session.pid;
        if session.state == State::Prepared {
            return Err(
                "that is a prepared transaction: only ROLLBACK PREPARED or COMMIT PREPARED ends it"
                    .to_owned(),
            );
        }
        if session.is_monitor() {
            return Err(format!("{pid} is this program's own session"));
        }
        if session.is_own_session() {
            return Err(format!("{pid} is the run's own session: S stops the step"));
        }
        if !terminate && session.state.holds_transaction_idly() {
            return Err(format!(
                "{pid} is {}: there is no statement to cancel, k ends the session",
                session.state.words()
            ));
        }
        let mut lines = vec![format!(
            "{pid}  {}  {}  {}",
            session.user.as_deref().unwrap_or("unknown user"),
            session.application,
            session.state.words()
        )];
        if let Some(age) = session.transaction_age {
            lines.push(format!("in a transaction for {}", words::short(age)));
        }
        lines.extend(session.statement.iter().cloned());
        if session.is_ours() {
            lines.push("It is one of this run's own steps.".to_owned());
        }
        if let Some(environment) = &self.world.plan.environment {
            lines.push(format!("on {environment}"));
        }
        let (title, command) = if terminate {
            (format!("End session {pid}?"), Command::Terminate { pid })
        } else {
            (
                format!("Cancel the statement of {pid}?"),
                Command::Cancel { pid },
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
