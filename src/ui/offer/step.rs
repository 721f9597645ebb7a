//! What keys do to a step.

use super::{Answer, Asking, Offer, offer};
use crate::journal::event::Stage;
use crate::plan::{GoesOn, StepIx, Work};
use crate::run::{Command, Status, StepState};
use crate::ui::dialogs::{Ask, Confirmation, Dialog, Item, Pick, Picked, Purpose};
use crate::ui::intent::Intent;
use crate::ui::keys::Key;
use crate::ui::widgets::chars;
use crate::ui::words;

impl Asking<'_> {
    pub(super) fn act(&self, ix: StepIx) -> Answer {
        let world = self.world;
        let (Some(step), Some(spec)) = (
            world.state.steps.get(ix),
            world.plan.steps.get(ix).map(|step| &step.spec),
        ) else {
            return Err("the plan has no steps".to_owned());
        };
        if step.status.needs_decision() {
            let pick = self.decisions(ix);
            let refused = pick.items.iter().map(|item| item.refused.clone());
            // Where nothing can be picked there is nothing to decide, for the first of the reasons.
            return match refused.collect::<Option<Vec<_>>>() {
                Some(whys) => Err(whys.into_iter().next().unwrap_or_default()),
                None => Ok(Offer::Open(Dialog::Pick(pick))),
            };
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
            let ask = Ask::value(name, world);
            return self
                .drives()
                .map(|()| Offer::Open(Dialog::Ask(Box::new(ask))));
        }
        let command = Command::Run {
            step: Some(self.number(ix)),
            choice: None,
        };
        self.granted(command.clone())?;
        let early = world.state.early(&world.plan, ix, self.now).is_some();
        if !spec.danger && spec.confirm.is_none() && !early {
            return Ok(self.choosing(ix, command));
        }
        Ok(Offer::Open(self.danger(ix, command)))
    }

    /// Sends `command`, which begins the step `ix`; where that is one of several ways to go, after it was said which of
    /// them are left out then.
    fn choosing(&self, ix: StepIx, command: Command) -> Offer {
        let lines = self.left_out(ix);
        if lines.is_empty() {
            return Offer::Send(command);
        }
        let plan = &self.world.plan;
        let name = plan.phase_of(ix).map(|phase| &plan.phases[phase].spec.name);
        let title = format!("Go \"{}\"?", name.map_or("", String::as_str));
        let dialog = Confirmation::new(title, lines, command, Key::Char('y'));
        Offer::Open(Dialog::Confirm(Box::new(dialog)))
    }

    /// Which other ways are left out when the step `ix` begins.
    fn left_out(&self, ix: StepIx) -> Vec<String> {
        let (plan, state) = (&self.world.plan, &self.world.state);
        let phase = plan.phase_of(ix);
        let ways = phase.and_then(|phase| Some((phase, state.open_choice(plan, phase)?)));
        let Some((phase, among)) = ways else {
            return Vec::new();
        };
        let others = among.into_iter().filter(|&other| other != phase);
        let mut lines = vec!["Left out then:".to_owned()];
        lines.extend(others.map(|other| format!("  {}", plan.phases[other].spec.name)));
        lines.push(
            "If it does not work, space on a step of one of those takes that way.".to_owned(),
        );
        lines
    }

    /// Takes back what was said of the step `ix`; where its phase was left out for another, that one is.
    fn untick(&self, ix: StepIx) -> Answer {
        let command = Command::Untick {
            step: self.number(ix),
        };
        self.granted(command.clone())?;
        let (plan, state) = (&self.world.plan, &self.world.state);
        let phase = plan.phase_of(ix);
        let Some(phase) = phase.filter(|&phase| state.phases[phase].dropped) else {
            return Ok(Offer::Send(command));
        };
        let said = state.steps[ix].reason.clone();
        let stays = "What was done there stays; what is open there is left out.".to_owned();
        let lines = said.into_iter().chain([stays]).collect();
        let title = format!("Go \"{}\" instead?", plan.phases[phase].spec.name);
        let dialog = Confirmation::new(title, lines, command, Key::Char('y'));
        Ok(Offer::Open(Dialog::Confirm(Box::new(dialog))))
    }

    pub(super) fn danger(&self, ix: StepIx, command: Command) -> Dialog {
        let plan = &self.world.plan;
        let spec = &plan.steps[ix].spec;
        let early = self.world.state.early(plan, ix, self.now);
        let early = early.map(|left| {
            let left = words::short(left);
            format!("It is {left} early: its phase has a place on the clock.")
        });
        let mut lines: Vec<String> = early.into_iter().chain(spec.confirm.clone()).collect();
        lines.extend(self.left_out(ix));
        let text = self.world.text_of(ix, &spec.work);
        lines.extend(text.lines().map(str::to_owned));
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

    pub(super) fn alternatives(&self, ix: StepIx) -> Answer {
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
                let (plan, state) = (&self.world.plan, &self.world.state);
                let mut missing = state.missing_values(plan, ix, n, false).into_iter();
                let (asks, refused, picked) = if let Some(name) = missing.next() {
                    let asks = format!("  (asks for {name})");
                    (asks, self.drives().err(), Picked::Value(name))
                } else {
                    let refused = self.granted(command.clone()).err();
                    (String::new(), refused, Picked::Command(command))
                };
                Item {
                    key: char::from_digit(n as u32 + 1, 36).unwrap_or('?'),
                    label: format!("{}: {first}{asks}", alternative.label),
                    refused,
                    picked,
                }
            })
            .collect();
        if let Some(why) = items.iter().find_map(|item| item.refused.clone()) {
            return Err(why);
        }
        Ok(Offer::Open(Dialog::Pick(Pick {
            title: format!("{} can be done in several ways", self.called(ix)),
            lines: self.left_out(ix),
            items,
            at: 0,
        })))
    }

    /// What can be done about a step that did not work, or may not have.
    pub(super) fn decisions(&self, ix: StepIx) -> Pick {
        let (retry, done, skip) = if self.world.state.is_to_be_undone(ix) {
            let skip = "leave the undo out: what the step did stays";
            ("try the undo again", "it was undone by hand", skip)
        } else {
            ("try it again", "it was done by hand", "leave it out")
        };
        let ways = [
            (Intent::Look, 'l', "look again how it ended"),
            (Intent::Retry, 'r', retry),
            (Intent::Done, 'd', done),
            (Intent::Skip, 's', skip),
            (Intent::Fail, 'x', "it did not work"),
            (Intent::Hold, 'h', "hold the run and think"),
            (Intent::RollBack, 'R', "roll back"),
        ];
        let step = &self.world.state.steps[ix];
        let (status, lost) = (step.status, step.is_lost());
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
            lines: self.why(ix),
            items,
            at: 0,
        }
    }

    /// What is said of how the step, or its undo, ended: the panel may have no room for it.
    fn why(&self, ix: StepIx) -> Vec<String> {
        let at = self.world.state.steps.get(ix);
        let end = at.and_then(|at| match at.status {
            Status::Stuck => at.undo_end.as_ref(),
            _ => at.end.as_ref(),
        });
        let message = end.and_then(|end| end.message.as_deref());
        let message = message.map(|message| chars::one_line(message).into_owned());
        message.into_iter().collect()
    }

    /// Why a step is left out, or its undo: what that means is said with it.
    pub(super) fn skip(&self, ix: StepIx) -> Answer {
        let called = self.called(ix);
        let (title, lines, question) = if self.world.state.is_to_be_undone(ix) {
            let stays = "It is not undone: what it did stays, and the record says so.";
            let title = format!("Leave the undo of {called} out");
            (title, vec![stays.to_owned()], "Why does it stay?")
        } else {
            let title = format!("Leave {called} out");
            (title, self.not_handed_on(ix), "Why is it left out?")
        };
        let mut ask = Ask::new(title, question, Purpose::Skip(self.number(ix)));
        ask.lines = lines;
        self.ask(ask)
    }

    pub(super) fn done(&self, ix: StepIx) -> Answer {
        let called = self.called(ix);
        let (title, lines, question) = if self.world.state.is_to_be_undone(ix) {
            let title = format!("{called} was undone by hand");
            (title, Vec::new(), "How was it undone?")
        } else {
            let title = format!("{called} was done by hand");
            (title, self.not_handed_on(ix), "How was it done?")
        };
        let mut ask = Ask::new(title, question, Purpose::Done(self.number(ix)));
        ask.lines = lines;
        self.ask(ask)
    }

    /// What the shell steps behind the one at `ix` do without, if its script does not run here.
    fn not_handed_on(&self, ix: StepIx) -> Vec<String> {
        let (step, spec) = (&self.world.state.steps[ix], &self.world.plan.steps[ix].spec);
        let Some(Work::Shell(shell)) = spec.work_of(step.choice) else {
            return Vec::new();
        };
        let lines = shell.hands_on();
        if lines.is_empty() {
            return Vec::new();
        }
        let words = "The steps behind it begin without what it sets for them:".to_owned();
        let lines = lines.into_iter().map(|line| format!("  {line}"));
        std::iter::once(words).chain(lines).collect()
    }

    pub(super) fn tick(&self, ix: StepIx) -> Answer {
        let status = self.world.state.steps.get(ix).map(|step| step.status);
        if let Some(Status::Passed | Status::Skipped) = status {
            return self.untick(ix);
        }
        let step = self.number(ix);
        let command = Command::Tick { step, note: None };
        self.granted(command.clone())?;
        Ok(self.choosing(ix, command))
    }

    /// What is ticked already gets a note: the tick stays whose it is, and when it was given.
    pub(super) fn tick_with_remark(&self, ix: StepIx) -> Answer {
        let status = self.world.state.steps.get(ix).map(|step| step.status);
        if let Some(Status::Passed) = status {
            return self.note(ix);
        }
        let mut ask = Ask::new(
            format!("Tick {}", self.called(ix)),
            "What is there to remark?",
            Purpose::Tick(self.number(ix)),
        );
        ask.lines = self.left_out(ix);
        ask.may_be_empty = true;
        self.ask(ask)
    }

    /// Running something again whose outcome nobody knows, in another session than before, or with other files, needs a reason.
    pub(super) fn retry(&self, ix: StepIx) -> Answer {
        let step = self.number(ix);
        let at = self.world.state.steps.get(ix);
        if at.is_some_and(StepState::is_lost) {
            return self.reason(ix, "Why can it be run again?", Purpose::Retry);
        }
        let question = at.and_then(|at| {
            if at.is_elsewhere() {
                Some("Why can it run in another session?")
            } else if at.changed_files().is_empty() {
                None
            } else {
                Some("Why can it apply the files as they are now?")
            }
        });
        if let Some(question) = question {
            let mut ask = Ask::new(self.called(ix), question, Purpose::Retry(step));
            ask.lines = self.why(ix);
            return self.ask(ask);
        }
        self.send(Command::Retry {
            step,
            reason: None,
            choice: None,
        })
    }

    pub(super) fn stop(&self, ix: StepIx) -> Answer {
        let command = Command::Stop {
            step: self.number(ix),
        };
        self.granted(command.clone())?;
        let step = self.world.state.steps.get(ix);
        let stopping = step.and_then(|step| step.stopping.as_ref());
        let killed = stopping.is_some_and(|stopping| stopping.stage == Stage::Kill);
        let (verb, lines) = if killed {
            let lines = [
                "It was killed and has not gone. The record will say that nobody",
                "knows how it ended, and the run can go on, or back, beside it.",
            ];
            ("Give up", lines)
        } else {
            let lines = [
                "Its statements are cancelled, then its processes are interrupted,",
                "told to end, and killed, with time in between.",
            ];
            ("Stop", lines)
        };
        let mut lines = lines.map(str::to_owned).to_vec();
        let goes_on = step.and_then(|step| self.world.plan.steps[ix].goes_on(step.choice));
        let undo = step.is_some_and(|step| step.status == Status::Undoing);
        if goes_on == Some(GoesOn::Seen) && !killed && !undo {
            lines.insert(
                0,
                "It goes on until somebody ends it, and counts as seen then.".to_owned(),
            );
        }
        let title = format!("{verb} {}?", self.called(ix));
        Ok(Offer::Open(Dialog::Confirm(Box::new(Confirmation::new(
            title,
            lines,
            command,
            Key::Enter,
        )))))
    }

    /// What is typed may be a password: only the step's terminal shows it, if it does.
    pub(super) fn type_into(&self, ix: StepIx) -> Answer {
        let question = "What is typed? (recorded only if the step echoes it)";
        let mut ask = Ask::new(
            format!("Type into {}", self.called(ix)),
            question,
            Purpose::Type(self.number(ix)),
        );
        ask.may_be_empty = true;
        ask.input.set_mask_char('•');
        self.ask(ask)
    }

    pub(super) fn note(&self, ix: StepIx) -> Answer {
        self.ask(Ask::new(
            format!("Note on {}", self.called(ix)),
            "What should the record say?",
            Purpose::Note(self.number(ix)),
        ))
    }
}
