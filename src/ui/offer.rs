//! What a key would do to the run, here and now, or why it can't. The footer asks it for every key it
//! shows, and a key that is pressed does exactly what it says.

use super::dialogs::{Ask, Confirmation, Dialog, Item, Pick, Picked, Purpose};
use super::intent::Intent;
use super::keys::Key;
use super::view::{Focus, View};
use super::words;
use super::world::World;
use crate::clock::Moment;
use crate::monitor::{Session, State};
use crate::plan::StepIx;
use crate::run::{Command, Refusal, Standing, Status, StepState};

/// What a key would do.
#[derive(Clone, Debug)]
pub enum Offer {
    /// Send a command.
    Send(Command),
    /// Open a dialog.
    Open(Dialog),
    /// Send a command and open a dialog.
    Both(Command, Dialog),
}

/// A reason that stands in for the one that will be typed.
const SOME_REASON: &str = "…";

/// What `intent` would do to the run.
pub fn offer(world: &World, view: &View, intent: Intent, now: Moment) -> Result<Offer, String> {
    let asking = Asking { world, view, now };
    let ix = view.step(world);
    match intent {
        Intent::Act => asking.act(ix),
        Intent::Tick => asking.tick(ix),
        Intent::Fail => asking.reason(ix, "What is not as it should be?", Purpose::Fail),
        Intent::Skip => asking.reason(ix, "Why is it left out?", Purpose::Skip),
        Intent::Done => asking.reason(ix, "How was it done?", Purpose::Done),
        Intent::Retry => asking.retry(ix),
        Intent::Look => asking.send(Command::Look {
            step: asking.number(ix),
        }),
        Intent::Stop => asking.stop(ix),
        Intent::Hold => asking.hold(),
        Intent::Go => asking.send(Command::Go { reason: None }),
        Intent::NoGo => asking.ask(Ask::new("No-go", "Why not?", Purpose::NoGo)),
        Intent::Auto => asking.send(Command::Auto {
            on: !world.state.auto,
        }),
        Intent::RollBack => asking.roll_back(),
        Intent::Note => asking.note(ix),
        Intent::SetValue => asking.values(),
        Intent::Approve => asking.approve(),
        Intent::Take => asking.take(),
        Intent::Finish => asking.finish(),
        Intent::CancelBackend => asking.backend(false),
        Intent::TerminateBackend => asking.backend(true),
        _ => Err("that changes nothing about the run".to_owned()),
    }
}

struct Asking<'a> {
    world: &'a World,
    view: &'a View,
    now: Moment,
}

type Answer = Result<Offer, String>;

impl Asking<'_> {
    /// Whether the engine would grant it.
    fn granted(&self, command: Command) -> Result<(), String> {
        let tried = self.world.try_out(command, self.now);
        tried.map(|_| ()).map_err(|Refusal(why)| why)
    }

    fn send(&self, command: Command) -> Answer {
        self.granted(command.clone())?;
        Ok(Offer::Send(command))
    }

    /// Opens `ask`, if the engine would grant what it leads to with some text.
    fn ask(&self, ask: Ask) -> Answer {
        let mut filled = ask.clone();
        filled.input.insert_str(SOME_REASON);
        if let Some(command) = filled.command() {
            self.granted(command)?;
        }
        Ok(Offer::Open(Dialog::Ask(Box::new(ask))))
    }

    fn number(&self, ix: StepIx) -> String {
        self.world
            .plan
            .steps
            .get(ix)
            .map(|step| step.number.clone())
            .unwrap_or_default()
    }

    fn called(&self, ix: StepIx) -> String {
        let steps = &self.world.plan.steps;
        steps
            .get(ix)
            .map(|step| format!("{} {}", step.number, step.spec.title))
            .unwrap_or_default()
    }

    fn reason(&self, ix: StepIx, question: &str, purpose: fn(String) -> Purpose) -> Answer {
        self.ask(Ask::new(
            self.called(ix),
            question,
            purpose(self.number(ix)),
        ))
    }

    fn act(&self, ix: StepIx) -> Answer {
        let world = self.world;
        let (Some(step), Some(spec)) = (
            world.state.steps.get(ix),
            world.plan.steps.get(ix).map(|step| &step.spec),
        ) else {
            return Err("the plan has no steps".to_owned());
        };
        if step.status.needs_decision() {
            return Ok(Offer::Open(Dialog::Pick(self.decisions(ix))));
        }
        let check = spec.work.is_check() && spec.alternatives.is_empty();
        if check && step.status == Status::Pending {
            return Err(format!(
                "{} is done by a person: space ticks it",
                self.called(ix)
            ));
        }
        if spec.alternatives.len() > 1 && step.status == Status::Pending {
            return self.alternatives(ix);
        }
        let missing = world.state.missing_values(&world.plan, ix, 0, false);
        if let (Some(name), Status::Pending) = (missing.first(), step.status) {
            let ask = Ask::value(name, world.plan.var(name));
            return self
                .drives()
                .map(|()| Offer::Open(Dialog::Ask(Box::new(ask))));
        }
        let command = Command::Run {
            step: Some(self.number(ix)),
            choice: None,
        };
        self.granted(command.clone())?;
        if !spec.danger && spec.confirm.is_none() {
            return Ok(Offer::Send(command));
        }
        Ok(Offer::Open(self.danger(ix, command)))
    }

    fn danger(&self, ix: StepIx, command: Command) -> Dialog {
        let plan = &self.world.plan;
        let spec = &plan.steps[ix].spec;
        let mut lines: Vec<String> = spec.confirm.clone().into_iter().collect();
        lines.extend(spec.work.text().lines().take(8).map(str::to_owned));
        let environment = plan.environment.as_deref();
        if let Some(environment) = environment {
            lines.push(format!("on {environment}"));
        }
        let dialog = Confirmation::new(
            format!("Start {}?", self.called(ix)),
            lines,
            command,
            Key::Char('y'),
        );
        Dialog::Confirm(Box::new(match environment {
            Some(environment) if spec.danger => Confirmation {
                key: Key::Enter,
                ..dialog.typing(environment)
            },
            _ => dialog,
        }))
    }

    fn alternatives(&self, ix: StepIx) -> Answer {
        let spec = &self.world.plan.steps[ix].spec;
        let items: Vec<Item> = spec
            .alternatives
            .iter()
            .enumerate()
            .map(|(n, alternative)| {
                let command = Command::Run {
                    step: Some(self.number(ix)),
                    choice: Some(n + 1),
                };
                let first = alternative
                    .work
                    .text()
                    .lines()
                    .next()
                    .unwrap_or_default()
                    .to_owned();
                Item {
                    key: char::from_digit(n as u32 + 1, 36).unwrap_or('?'),
                    label: format!("{}: {first}", alternative.label),
                    refused: self.granted(command.clone()).err(),
                    picked: Picked::Command(command),
                }
            })
            .collect();
        if let Some(why) = items.iter().find_map(|item| item.refused.clone()) {
            return Err(why);
        }
        Ok(Offer::Open(Dialog::Pick(Pick {
            title: format!("{} can be done in several ways", self.called(ix)),
            items,
            at: 0,
        })))
    }

    /// What can be done about a step that did not work, or may not have.
    fn decisions(&self, ix: StepIx) -> Pick {
        let ways = [
            (Intent::Look, 'l', "look again how it ended"),
            (Intent::Retry, 'r', "try it again"),
            (Intent::Done, 'd', "it was done by hand"),
            (Intent::Skip, 's', "leave it out"),
            (Intent::Fail, 'x', "it did not work"),
            (Intent::Hold, 'h', "hold the run and think"),
            (Intent::RollBack, 'R', "roll back"),
        ];
        let step = &self.world.state.steps[ix];
        let status = step.status;
        let lost = step.is_lost();
        let items = ways
            .into_iter()
            .filter(|(intent, ..)| match intent {
                Intent::Fail => status == Status::Unknown,
                Intent::Look => lost,
                _ => true,
            })
            .map(|(intent, key, label)| Item {
                key,
                label: label.to_owned(),
                refused: offer(self.world, self.view, intent, self.now).err(),
                picked: Picked::Intent(intent),
            })
            .collect();
        Pick {
            title: format!("{}: {status}", self.called(ix)),
            items,
            at: 0,
        }
    }

    fn tick(&self, ix: StepIx) -> Answer {
        let step = self.number(ix);
        match self.world.state.steps.get(ix).map(|step| step.status) {
            Some(Status::Passed | Status::Skipped) => self.send(Command::Untick { step }),
            _ => self.send(Command::Tick { step, note: None }),
        }
    }

    /// Running something again whose outcome nobody knows needs a reason.
    fn retry(&self, ix: StepIx) -> Answer {
        let step = self.number(ix);
        let lost = self
            .world
            .state
            .steps
            .get(ix)
            .is_some_and(StepState::is_lost);
        if lost {
            return self.reason(ix, "Why can it be run again?", Purpose::Retry);
        }
        self.send(Command::Retry {
            step,
            reason: None,
            choice: None,
        })
    }

    fn stop(&self, ix: StepIx) -> Answer {
        let command = Command::Stop {
            step: self.number(ix),
        };
        self.granted(command.clone())?;
        let lines = vec![
            "Its statements are cancelled, then its processes are interrupted,".to_owned(),
            "told to end, and killed, with time in between.".to_owned(),
        ];
        let title = format!("Stop {}?", self.called(ix));
        Ok(Offer::Open(Dialog::Confirm(Box::new(Confirmation::new(
            title,
            lines,
            command,
            Key::Enter,
        )))))
    }

    fn hold(&self) -> Answer {
        if !self.world.state.holds.is_empty() {
            return self.send(Command::Release);
        }
        self.send(Command::Hold {
            reason: Some("by key".to_owned()),
        })
    }

    fn drives(&self) -> Result<(), String> {
        self.granted(Command::Note {
            text: SOME_REASON.to_owned(),
            step: None,
        })
    }

    /// The run is held at once, before anybody reads the list.
    fn roll_back(&self) -> Answer {
        self.drives()?;
        if self.world.state.end.is_some() {
            return Err("the run is over".to_owned());
        }
        if self.world.state.rollback.is_some() {
            return Err("the run is being rolled back already".to_owned());
        }
        let dialog = Dialog::RollBack(Box::default());
        if self.world.state.holds.is_empty() {
            let reason = Some("a rollback is being considered".to_owned());
            return Ok(Offer::Both(Command::Hold { reason }, dialog));
        }
        Ok(Offer::Open(dialog))
    }

    fn note(&self, ix: StepIx) -> Answer {
        self.ask(Ask::new(
            format!("Note on {}", self.called(ix)),
            "What should the record say?",
            Purpose::Note(self.number(ix)),
        ))
    }

    fn values(&self) -> Answer {
        self.drives()?;
        if self.world.state.end.is_some() {
            return Err("the run is over".to_owned());
        }
        let vars = &self.world.plan.vars;
        if vars.is_empty() {
            return Err("the plan has no variables".to_owned());
        }
        let items = vars.iter().enumerate().map(|(n, var)| {
            let value = match self.world.state.values.get(&var.name) {
                None => "not set".to_owned(),
                Some(crate::run::Value::Secret) => "••••••".to_owned(),
                Some(crate::run::Value::Known(value)) => value.clone(),
            };
            Item {
                key: char::from_digit(n as u32 + 1, 36).unwrap_or('?'),
                label: format!("{} = {value}", var.name),
                refused: None,
                picked: Picked::Value(var.name.clone()),
            }
        });
        Ok(Offer::Open(Dialog::Pick(Pick {
            title: "Variables".to_owned(),
            items: items.collect(),
            at: 0,
        })))
    }

    fn approve(&self) -> Answer {
        let (plan, state) = (&self.world.plan, &self.world.state);
        let missing = (0..plan.phases.len())
            .find_map(|ix| state.missing_approvals(plan, ix).into_iter().next());
        let approval = missing.ok_or("no gate asks for an approval")?;
        let mut ask = Ask::new(
            format!("Approve: {approval}"),
            "A remark, or nothing",
            Purpose::Approve(approval),
        );
        ask.may_be_empty = true;
        self.ask(ask)
    }

    fn take(&self) -> Answer {
        if self.world.drives() {
            return Err("you drive already".to_owned());
        }
        self.ask(Ask::new("Take control", "Why?", Purpose::Take))
    }

    fn finish(&self) -> Answer {
        if self.world.state.standing() == Standing::Watching {
            let command = Command::Finish { reason: None };
            self.granted(command.clone())?;
            let lines = vec!["Every step is settled. The run ends as completed.".to_owned()];
            return Ok(Offer::Open(Dialog::Confirm(Box::new(Confirmation::new(
                "Finish the run?",
                lines,
                command,
                Key::Enter,
            )))));
        }
        self.ask(Ask::new(
            "End the run here",
            "Not everything is done. Why does it end?",
            Purpose::Finish,
        ))
    }

    /// The session under the cursor of a database panel, or whoever blocks us.
    fn session(&self) -> Option<&Session> {
        let database = self.view.database;
        let picked = self.view.session.and_then(|pid| {
            let mut seen: Box<dyn Iterator<Item = &Session>> = match self.view.focus {
                Focus::Locks => Box::new(self.world.lock_sessions(database)),
                Focus::Queries => Box::new(self.world.query_sessions(database)),
                _ => return None,
            };
            seen.find(|session| session.pid == pid)
        });
        picked.or_else(|| self.world.blocker(database).map(|node| &node.session))
    }

    fn backend(&self, terminate: bool) -> Answer {
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
        if session.ours {
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
