//! What is wished of the session under the cursor, and what has come of it.

use super::act::{Act, Answer, Tasked};
use super::detail::{Detail, Plan};
use super::keymap::Want;
use super::state::State;
use crate::clock::Moment;
use crate::monitor::{Backend, Effect, Health, Session, Shown, Signal, State as Doing};
use crate::ui::keys::Key;

/// What is asked before something is done to a session, or with what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// What would be done.
    pub wanted: Wanted,
    /// Of which session.
    pub backend: Backend,
    /// Who that is.
    pub lines: Vec<String>,
}

/// What is done only once somebody has said so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Its statement is cancelled: only the one that is shown, which began at this time.
    Cancel(Option<i64>),
    /// It is ended.
    Terminate,
    /// Its statement is planned, which is another role's.
    Explain(Shown),
}

impl State {
    /// Does what is wished of the session under the cursor.
    pub(super) fn about_session(&mut self, want: Want, health: &Health, now: Moment) -> Vec<Act> {
        let session = match self.picked(health) {
            Ok(session) => session,
            Err(why) => {
                self.message = Some((why, true));
                return Vec::new();
            }
        };
        match want {
            Want::Copy => self.copy(&session),
            Want::Cancel => self.ask(Signal::Cancel, &session, health),
            Want::Terminate => self.ask(Signal::Terminate, &session, health),
            _ => self.look_at(&session, want == Want::Explain, health, now),
        }
    }

    fn look_at(
        &mut self,
        session: &Session,
        explain: bool,
        health: &Health,
        now: Moment,
    ) -> Vec<Act> {
        if self.reel.is_some() && explain {
            self.message = Some(("a recording has no server to ask".to_owned(), true));
            return Vec::new();
        }
        // The list goes on being sorted beneath, and the cursor stays with the one that was looked at.
        self.session.pick(session.pid);
        let shown = self.detail.take();
        let mut detail = shown.unwrap_or_else(|| Detail::new(session.clone()));
        let mut acts = Vec::new();
        match session.backend() {
            Some(backend) if explain => {
                let statement = detail.statement(session);
                match self.runs_as(session, health) {
                    Some(role) if statement.has_plan() => {
                        let own = session.user.as_deref().unwrap_or("unknown");
                        let mut lines = self.who(session, health);
                        lines.push(format!("its role is {own}"));
                        lines.push(format!(
                            "functions in it may run as {role} while it is planned"
                        ));
                        lines.push(statement.text.clone());
                        self.question = Some(Question {
                            wanted: Wanted::Explain(statement),
                            backend,
                            lines,
                        });
                    }
                    _ => {
                        detail.plan = Plan::Asked;
                        acts.push(Act::Task(Tasked::Explain(backend, statement, false)));
                    }
                }
            }
            None if explain => {
                let why = match session.state {
                    Doing::Prepared => "what is prepared has no statement that could be planned",
                    _ => "a statement that may not be seen can't be planned",
                };
                detail.plan = Plan::Told(Err(why.to_owned()));
            }
            _ => {}
        }
        // What is looked at already is looked at again.
        let again = !explain || detail.near.is_none();
        if self.reel.is_some() {
            detail.near = Some(Err("they are not recorded".to_owned()));
        } else if again {
            detail.ask(now);
            acts.push(Act::Task(Tasked::Inspect(session.subject())));
        }
        self.detail = Some(detail);
        acts
    }

    /// What is to be asked again of what is looked at from near: beside it time goes on.
    pub fn look_again(&mut self, now: Moment) -> Option<Tasked> {
        let stands = self.frozen.is_some() || self.reel.is_some();
        let detail = self.detail.as_mut().filter(|_| !stands)?;
        if !detail.is_old(now) {
            return None;
        }
        detail.ask(now);
        Some(Tasked::Inspect(detail.session.subject()))
    }

    fn ask(&mut self, signal: Signal, session: &Session, health: &Health) -> Vec<Act> {
        let backend = match self.signalled(signal, session, health) {
            Ok(backend) => backend,
            Err(why) => {
                self.message = Some((why, true));
                return Vec::new();
            }
        };
        let mut lines = self.who(session, health);
        lines.extend(session.of_a_run());
        lines.extend(session.before_signal().map(str::to_owned));
        lines.extend(session.statement.clone());
        self.question = Some(Question {
            wanted: match signal {
                Signal::Cancel => Wanted::Cancel(session.statement_started),
                Signal::Terminate => Wanted::Terminate,
            },
            backend,
            lines,
        });
        Vec::new()
    }

    /// Which session that is.
    fn who(&self, session: &Session, health: &Health) -> Vec<String> {
        let (whose, state) = (session.whose(), session.state.words());
        let databases = &health.databases;
        let database = databases.get(self.database % databases.len().max(1));
        let place = database.map(|known| format!("on {}", known.called()));
        let who = format!("{} {whose} {state}", session.pid);
        place.into_iter().chain([who]).collect()
    }

    /// The role of the monitor, where that is another than the session's. Whoever plans a statement runs the
    /// functions in it that count as constant, and with those whatever they call.
    fn runs_as(&self, session: &Session, health: &Health) -> Option<String> {
        let server = &self.picture(health)?.server;
        let user = session.user.as_deref();
        (!user.is_some_and(|user| server.is_own(user))).then(|| server.role.clone())
    }

    /// Whom the signal would go to, or why it can't be sent.
    fn signalled(
        &self,
        signal: Signal,
        session: &Session,
        health: &Health,
    ) -> Result<Backend, String> {
        let pid = session.pid;
        let picture = self.picture(health);
        if self.reel.is_some() {
            return Err("what was recorded is over".to_owned());
        }
        if session.state == Doing::Prepared {
            let words = picture.map(|picture| picture.locks.prepared_words());
            return Err(format!("that is {}", words.unwrap_or_default()));
        }
        if let Some(why) = session.no_signal() {
            return Err(why);
        }
        if signal == Signal::Cancel && session.state.holds_transaction_idly() {
            let state = session.state.words();
            return Err(format!(
                "{pid} is {state}: there is no statement to cancel, k ends the session"
            ));
        }
        let unknown = || {
            let hidden = picture.and_then(|picture| picture.server.hidden(pid));
            hidden.unwrap_or_else(|| format!("session {pid} has ended"))
        };
        session.backend().ok_or_else(unknown)
    }

    /// Only Enter does it; any other key leaves it be.
    pub(super) fn answer(&mut self, question: &Question, key: Key) -> Vec<Act> {
        if key != Key::Enter {
            self.message = Some(("nothing was done".to_owned(), false));
            return Vec::new();
        }
        let backend = question.backend;
        let asked = format!("asked {} …", backend.pid);
        vec![Act::Task(match &question.wanted {
            Wanted::Cancel(began) => {
                self.message = Some((asked, false));
                Tasked::Cancel(backend, *began)
            }
            Wanted::Terminate => {
                self.message = Some((asked, false));
                Tasked::Terminate(backend)
            }
            Wanted::Explain(statement) => {
                if let Some(detail) = self.detail_of(backend.pid) {
                    detail.plan = Plan::Asked;
                }
                Tasked::Explain(backend, statement.clone(), true)
            }
        })]
    }

    /// Takes in what a task has brought; what is to be done with it.
    pub fn take(&mut self, answer: Answer) -> Vec<Act> {
        match answer {
            Answer::Signalled(outcome) => {
                let done = matches!(outcome.effect, Effect::Ended | Effect::Gone);
                self.awaited = (outcome.effect == Effect::StillThere).then_some(outcome.pid);
                self.message = Some((outcome.words, !done));
            }
            Answer::Copied(listed, near) => return self.copy_whole(listed, near),
            Answer::Inspected(pid, near) => {
                if let Some(detail) = self.detail_of(pid) {
                    detail.take(near);
                }
            }
            Answer::Explained(pid, plan) => {
                if let Some(detail) = self.detail_of(pid) {
                    detail.plan = Plan::Told(plan);
                }
            }
        }
        Vec::new()
    }

    /// What was asked about another session than the one that is looked at comes too late.
    fn detail_of(&mut self, pid: i32) -> Option<&mut Detail> {
        self.detail
            .as_mut()
            .filter(|detail| detail.session.pid == pid)
    }
}
