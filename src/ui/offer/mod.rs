//! What a key would do to the run, here and now, or why it can't. The footer asks it for every key it
//! shows, and a key that is pressed does exactly what it says.

mod approve;
mod backend;
mod run;
mod step;

use super::dialogs::{Ask, Dialog, Purpose};
use super::intent::Intent;
use super::view::View;
use super::world::World;
use crate::clock::Moment;
use crate::plan::StepIx;
use crate::run::{Command, Refusal};

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
        Intent::TickWithRemark => asking.tick_with_remark(ix),
        Intent::Fail => asking.reason(ix, "What is not as it should be?", Purpose::Fail),
        Intent::Skip => asking.skip(ix),
        Intent::Done => asking.done(ix),
        Intent::Retry => asking.retry(ix),
        Intent::Look => asking.send(Command::Look {
            step: asking.number(ix),
        }),
        Intent::Stop => asking.stop(ix),
        Intent::Type => asking.type_into(ix),
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
        Intent::Accept => asking.accept(),
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

    fn drives(&self) -> Result<(), String> {
        self.granted(Command::Note {
            text: SOME_REASON.to_owned(),
            step: None,
        })
    }
}
