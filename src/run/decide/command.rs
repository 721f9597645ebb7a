//! A person's wish, taken to whoever decides about it.

use super::{Case, Decision, control};
use crate::run::command::{Command, Refusal};
use crate::run::input::Wish;

impl Case<'_> {
    pub(super) fn command(&self, wish: &Wish) -> Result<Decision, Refusal> {
        self.may_command(wish)?;
        if is_about_the_plan(&wish.command) {
            self.is_the_runs_plan()?;
        }
        let actor = &wish.actor;
        match &wish.command {
            Command::Go { reason } => self.go(actor, reason.as_deref()),
            Command::NoGo { reason } => self.no_go(actor, reason),
            Command::Approve { gate, reason } => self.approve(actor, gate, reason.as_deref()),
            Command::Run { step, choice } => self.run(actor, step.as_deref(), *choice),
            Command::Tick { step, note } => self.tick(actor, step, note.as_deref()),
            Command::Untick { step } => self.untick(actor, step),
            Command::Skip { step, reason } => self.skip(actor, step, reason),
            Command::Done { step, reason } => self.done(actor, step, reason),
            Command::Fail { step, reason } => self.fail(actor, step, reason),
            Command::Retry {
                step,
                reason,
                choice,
            } => self.retry(actor, step, reason.as_deref(), *choice),
            Command::Look { step } => self.look(actor, step),
            Command::Stop { step } => self.stop(actor, step),
            Command::Input { step, text } => self.type_into(actor, step, text),
            Command::Rollback { tier, confirm } => {
                self.rollback(actor, tier.as_deref(), confirm.as_deref())
            }
            Command::Hold { reason } => self.hold(actor, reason.as_deref()),
            Command::Release => self.release(actor),
            Command::Auto { on } => self.auto(actor, *on),
            Command::Accept { alert, reason } => self.accept(actor, alert, reason),
            Command::Note { text, step } => self.note(actor, text, step.as_deref()),
            Command::Set { name, value } => self.set(actor, (name, value), wish.holds_secret),
            Command::Take { reason } => control::take(actor, &wish.terminal, reason),
            Command::Finish { reason } => self.finish(actor, reason.as_deref()),
            Command::Cancel(named) | Command::Terminate(named) => control::signal(wish, named),
        }
    }

    /// Watchers look. What they can do is to take the wheel, to approve, and nothing else.
    fn may_command(&self, wish: &Wish) -> Result<(), Refusal> {
        if self.state.end.is_some() && !matches!(wish.command, Command::Note { .. }) {
            let how = self.state.outcome(self.plan);
            return Err(Refusal::new(format!("the run is over: {how}")));
        }
        let for_watchers = matches!(wish.command, Command::Take { .. } | Command::Approve { .. });
        if wish.drives || for_watchers {
            return Ok(());
        }
        let driver = self
            .state
            .driver
            .as_ref()
            .map_or("somebody else", |d| &d.name);
        Err(Refusal::new(format!(
            "you are watching, {driver} drives: take control first"
        )))
    }
}

/// Whether a wish starts something of the plan, or judges it. What is there already can be stopped,
/// looked for and decided about whatever became of the plan's file.
fn is_about_the_plan(command: &Command) -> bool {
    match command {
        Command::Go { .. }
        | Command::NoGo { .. }
        | Command::Approve { .. }
        | Command::Run { .. }
        | Command::Tick { .. }
        | Command::Untick { .. }
        | Command::Skip { .. }
        | Command::Retry { .. }
        | Command::Rollback { .. }
        | Command::Auto { on: true }
        | Command::Input { .. }
        | Command::Set { .. } => true,
        Command::Done { .. }
        | Command::Fail { .. }
        | Command::Look { .. }
        | Command::Stop { .. }
        | Command::Hold { .. }
        | Command::Release
        | Command::Auto { on: false }
        | Command::Accept { .. }
        | Command::Note { .. }
        | Command::Take { .. }
        | Command::Finish { .. }
        | Command::Cancel(_)
        | Command::Terminate(_) => false,
    }
}
