//! Everything a person can do that is not about one step: hold, pace, notes, variables, database
//! sessions, who drives, and the end.

use super::{Case, Decision, reason_given};
use crate::journal::event::{
    BackendAction, BackendSignalled, DriverAttached, Ending, Held, NoteAdded, PaceChanged,
    Released, RunFinished, VariableSet,
};
use crate::journal::{Actor, Event};
use crate::plan;
use crate::run::command::{Command, Refusal, SessionName};
use crate::run::effect::{Effect, Secret};
use crate::run::input::Wish;

impl Case<'_> {
    pub(super) fn hold(&self, actor: &Actor, reason: Option<&str>) -> Result<Decision, Refusal> {
        if self.state.rollback.is_some() {
            return Err(Refusal::new(
                "the run is being rolled back: stop the step that runs instead",
            ));
        }
        let reason = reason.map(str::trim).filter(|reason| !reason.is_empty());
        let reason = reason.unwrap_or("no reason given").to_owned();
        Ok(Decision::event(
            actor,
            Event::Held(Held {
                reason,
                ..Held::default()
            }),
        ))
    }

    pub(super) fn release(&self, actor: &Actor) -> Result<Decision, Refusal> {
        if self.state.holds.is_empty() {
            return Err(Refusal::new("nothing holds the run"));
        }
        // An alert is taken as it is with a reason, or it is waited for; it is not brushed aside.
        let alert = self.state.holds.iter().find_map(|hold| hold.alert.as_ref());
        if let Some(alert) = alert {
            return Err(Refusal::new(format!(
                "the alert \"{alert}\" holds the run: accept it with a reason, or wait until it is over"
            )));
        }
        Ok(Decision::event(actor, Event::Released(Released::default())))
    }

    pub(super) fn auto(&self, actor: &Actor, on: bool) -> Result<Decision, Refusal> {
        if self.state.auto == on {
            let how = if on {
                "the run goes on by itself already"
            } else {
                "the run does not go on by itself"
            };
            return Err(Refusal::new(how));
        }
        Ok(Decision::event(
            actor,
            Event::PaceChanged(PaceChanged { auto: on }),
        ))
    }

    pub(super) fn note(
        &self,
        actor: &Actor,
        text: &str,
        step: Option<&str>,
    ) -> Result<Decision, Refusal> {
        let text = text.trim();
        if text.is_empty() {
            return Err(Refusal::new("there is nothing to note"));
        }
        let step = step.map(|name| self.find(name)).transpose()?;
        Ok(Decision::event(
            actor,
            Event::NoteAdded(NoteAdded {
                text: text.to_owned(),
                step: step.map(|ix| self.id(ix)),
            }),
        ))
    }

    /// A secret's value is kept by the engine and recorded nowhere: of a variable that is one, or of one
    /// that gets what `holds_secret`.
    pub(super) fn set(
        &self,
        actor: &Actor,
        (name, value): (&str, &str),
        holds_secret: bool,
    ) -> Result<Decision, Refusal> {
        if !self.plan.has_variable(name) {
            let known: Vec<&str> = self.plan.vars.iter().map(|var| var.name.as_str()).collect();
            let known = if known.is_empty() {
                "it has none".to_owned()
            } else {
                known.join(", ")
            };
            return Err(Refusal::new(format!(
                "the plan has no variable `{name}`: {known}"
            )));
        }
        let var = self.plan.var(name);
        if let Some(why) = var.and_then(|var| var.refuses(value)) {
            return Err(Refusal::new(why));
        }
        let secret = holds_secret || self.state.is_secret(self.plan, name);
        let mut decision = Decision::event(
            actor,
            Event::VariableSet(VariableSet {
                name: name.to_owned(),
                value: (!secret).then(|| value.to_owned()),
                origin: "operator".to_owned(),
            }),
        );
        if secret {
            decision.then(Effect::KeepSecret {
                name: name.to_owned(),
                value: Secret(value.to_owned()),
            });
        }
        Ok(decision)
    }

    /// What is left to do, in words.
    fn still_open(&self) -> String {
        if let Some(rollback) = &self.state.rollback {
            let open = rollback.items.iter();
            let open = open.filter(|item| !self.state.item_is_done(item)).count();
            return format!(
                "the way back is not at its end, {} left",
                plan::count(open, "step")
            );
        }
        let open = self.plan.forward_steps();
        let open = open.filter(|&ix| !self.state.steps[ix].status.is_settled());
        format!("{} not settled", plan::count(open.count(), "step"))
    }

    pub(super) fn finish(&self, actor: &Actor, reason: Option<&str>) -> Result<Decision, Refusal> {
        if let Some(ix) = self.state.active_steps().next() {
            return Err(Refusal::new(format!(
                "{} is still running: stop it first",
                self.called(ix)
            )));
        }
        if let Some(ix) = self.state.sought_step() {
            return Err(Refusal::new(format!(
                "it is being looked for how {} ended: wait for the answer, or decide about it",
                self.called(ix)
            )));
        }
        let reason = reason.map(str::trim).filter(|reason| !reason.is_empty());
        if let Some(rollback) = &self.state.rollback
            && self.state.next_item().is_none()
        {
            let left = self.left_behind(rollback);
            let said: Vec<String> = reason.map(str::to_owned).into_iter().chain(left).collect();
            let event = RunFinished {
                ending: Ending::RolledBack,
                reason: (!said.is_empty()).then(|| said.join("; ")),
            };
            return Ok(Decision::event(actor, Event::RunFinished(event)));
        }
        let whole = self.state.all_settled() && self.state.rollback.is_none();
        if !whole && reason.is_none() {
            return Err(Refusal::new(format!(
                "{}: give a reason to end the run here",
                self.still_open()
            )));
        }
        Ok(Decision::event(
            actor,
            Event::RunFinished(RunFinished {
                ending: if whole {
                    Ending::Completed
                } else {
                    Ending::Aborted
                },
                reason: reason.map(str::to_owned),
            }),
        ))
    }
}

pub(super) fn take(actor: &Actor, terminal: &str, reason: &str) -> Result<Decision, Refusal> {
    let reason = reason_given(reason)?;
    Ok(Decision::event(
        actor,
        Event::DriverAttached(DriverAttached {
            terminal: terminal.to_owned(),
            taken: Some(reason),
        }),
    ))
}

/// The session must be one that the monitor sees: what is confirmed is what is hit.
pub(super) fn signal(wish: &Wish, named: &SessionName) -> Result<Decision, Refusal> {
    let pid = named.pid;
    let Some(session) = &wish.session else {
        return Err(Refusal::new(format!(
            "no session {pid} is seen on any database of the plan: those that are idle, and a monitor's own, \
             are not listed"
        )));
    };
    if let Some(why) = &session.no_signal {
        return Err(Refusal::new(why.clone()));
    }
    let action = match wish.command {
        Command::Cancel(_) => BackendAction::Cancel,
        _ => BackendAction::Terminate,
    };
    let mut decision = Decision::event(
        &wish.actor,
        Event::BackendSignalled(BackendSignalled {
            database: session.database.clone(),
            pid,
            started: session.started,
            action,
            target: session.words.clone(),
        }),
    );
    decision.then(Effect::Signal {
        database: session.database.clone(),
        pid,
        started: session.started,
        statement: named.statement,
        action,
    });
    Ok(decision)
}
