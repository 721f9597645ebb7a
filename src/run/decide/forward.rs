//! The way forward: starting, ticking, skipping, doing by hand, trying again.

use super::{Case, Decision, reason_given};
use crate::journal::event::{
    ChoiceMade, Job, PhaseStarted, StepReason, StepStarted, StepTicked, StepUnticked,
};
use crate::journal::{Actor, Event};
use crate::plan::{Home, PhaseKind, StepIx, Work};
use crate::run::command::Refusal;
use crate::run::effect::Effect;
use crate::run::state::Waiting;
use crate::run::status::{Change, Status};

impl Case<'_> {
    pub(super) fn run(
        &self,
        actor: &Actor,
        name: Option<&str>,
        choice: Option<usize>,
    ) -> Result<Decision, Refusal> {
        let ix = match name {
            Some(name) => self.find(name)?,
            None => self.next_to_run()?,
        };
        let (step, spec) = (&self.state.steps[ix], &self.plan.steps[ix].spec);
        if step.status.needs_decision() {
            let called = self.called(ix);
            return Err(Refusal::new(format!(
                "{called} is {}: retry it, or decide otherwise",
                step.status
            )));
        }
        if step.status != Status::Pending {
            return Err(Refusal::new(format!(
                "{} is {} already",
                self.called(ix),
                step.status
            )));
        }
        self.may_start(ix)?;
        if spec.work.is_check() && spec.alternatives.is_empty() {
            return Err(Refusal::new(format!(
                "{} is done by a person: tick it",
                self.called(ix)
            )));
        }
        if spec.danger && name.is_none() {
            return Err(Refusal::new(format!(
                "{} is marked as dangerous: name it to start it (run {})",
                self.called(ix),
                self.plan.steps[ix].number
            )));
        }
        let choice = self.pick(ix, choice)?;
        self.has_values(ix, choice, false)?;
        Ok(self.start(actor, ix, choice, None))
    }

    /// The step that Enter starts, or why there is none.
    fn next_to_run(&self) -> Result<StepIx, Refusal> {
        if let Some(ix) = self.state.next_step(self.plan) {
            return Ok(ix);
        }
        Err(match self.state.waiting(self.plan) {
            Waiting::Decide(ix) => Refusal::new(format!(
                "{} is {}: retry it, or decide otherwise",
                self.called(ix),
                self.state.steps[ix].status
            )),
            Waiting::Finish => Refusal::new("every step is settled: finish the run"),
            _ => Refusal::new("no step can be started now: one is still running"),
        })
    }

    /// Which alternative, counted from 0.
    fn pick(&self, ix: StepIx, choice: Option<usize>) -> Result<usize, Refusal> {
        let spec = &self.plan.steps[ix].spec;
        let number = match choice {
            Some(number) => number,
            None if spec.alternatives.len() < 2 => return Ok(0),
            None => {
                let labels = spec.alternatives.iter().enumerate();
                let labels: Vec<String> = labels
                    .map(|(n, a)| format!("{} {}", n + 1, a.label))
                    .collect();
                return Err(Refusal::new(format!(
                    "{} can be done in {} ways, pick one: {}",
                    self.called(ix),
                    labels.len(),
                    labels.join(", ")
                )));
            }
        };
        let picked = number
            .checked_sub(1)
            .filter(|&ix| spec.work_of(ix).is_some());
        picked
            .ok_or_else(|| Refusal::new(format!("{} has no alternative {number}", self.called(ix))))
    }

    pub(super) fn has_values(&self, ix: StepIx, choice: usize, undo: bool) -> Result<(), Refusal> {
        let missing = self.state.missing_values(self.plan, ix, choice, undo);
        if missing.is_empty() {
            return Ok(());
        }
        Err(Refusal::new(format!(
            "{} needs values first: set {}",
            self.called(ix),
            missing.join(", ")
        )))
    }

    /// Whether work on the step may begin: nothing holds the run, all before it is settled, its gate
    /// is open.
    pub(super) fn may_start(&self, ix: StepIx) -> Result<(), Refusal> {
        self.nothing_holds()?;
        let Home::Phase(phase) = self.plan.steps[ix].home else {
            return self.may_start_on_the_way_back(ix);
        };
        if self.state.rollback.is_some() {
            return Err(Refusal::new("the run is being rolled back"));
        }
        self.phase_may_start(phase)?;
        let in_the_way = self.plan.phases[phase]
            .steps
            .clone()
            .take_while(|&before| before < ix);
        for before in in_the_way {
            if !self.state.steps[before].status.is_settled() && !self.beside(before, ix) {
                return Err(self.comes_first(before));
            }
        }
        Ok(())
    }

    pub(super) fn nothing_holds(&self) -> Result<(), Refusal> {
        match self.state.holds.last() {
            Some(hold) => Err(Refusal::new(format!(
                "the run is held by {}: {}",
                hold.by, hold.reason
            ))),
            None => Ok(()),
        }
    }

    fn may_start_on_the_way_back(&self, ix: StepIx) -> Result<(), Refusal> {
        let next = self.state.next_item();
        match next {
            Some(item) if item.step == ix => Ok(()),
            Some(item) => Err(self.comes_first(item.step)),
            None => Err(Refusal::new(format!(
                "{} is part of a rollback, and none is under way",
                self.called(ix)
            ))),
        }
    }

    fn comes_first(&self, ix: StepIx) -> Refusal {
        let status = self.state.steps[ix].status;
        Refusal::new(format!("{} comes first: it is {status}", self.called(ix)))
    }

    /// Whether both are parts of one row of steps that may run at the same time.
    fn beside(&self, first: StepIx, last: StepIx) -> bool {
        self.plan.steps[first..=last]
            .iter()
            .all(|step| step.spec.parallel)
    }

    /// Whether the phases before are settled and the gate is open.
    fn phase_may_start(&self, phase: usize) -> Result<(), Refusal> {
        let spec = &self.plan.phases[phase].spec;
        if self.state.phases[phase].dropped {
            return Err(Refusal::new(format!("\"{}\" was not chosen", spec.name)));
        }
        let open_choice = self.state.open_choice(self.plan, phase).unwrap_or_default();
        for before in 0..phase {
            if open_choice.contains(&before) || self.state.phase_settled(self.plan, before) {
                continue;
            }
            let mut steps = self.plan.phases[before].steps.clone();
            let open = steps.find(|&ix| !self.state.steps[ix].status.is_settled());
            return Err(match open {
                Some(ix) => self.comes_first(ix),
                None => Refusal::new("a phase before is not settled"),
            });
        }
        if self.state.gate_is_shut(self.plan, phase) {
            return Err(Refusal::new(format!(
                "nobody has said go for \"{}\"",
                spec.name
            )));
        }
        Ok(())
    }

    /// What is recorded before anything of the step's phase happens.
    pub(super) fn enter_phase(&self, actor: &Actor, ix: StepIx) -> Decision {
        let mut decision = Decision::default();
        let Home::Phase(phase) = self.plan.steps[ix].home else {
            return decision;
        };
        let id = &self.plan.phases[phase].id;
        let open_choice = self.state.open_choice(self.plan, phase);
        if let (Some(_), Some(choice)) = (open_choice, &self.plan.phases[phase].spec.choice) {
            decision.record(
                actor,
                Event::ChoiceMade(ChoiceMade {
                    choice: choice.clone(),
                    phase: id.clone(),
                }),
            );
        }
        if self.state.phases[phase].started.is_none() {
            decision.record(
                actor,
                Event::PhaseStarted(PhaseStarted { phase: id.clone() }),
            );
        }
        decision
    }

    /// Starts the step's work.
    pub(super) fn start(
        &self,
        actor: &Actor,
        ix: StepIx,
        choice: usize,
        reason: Option<String>,
    ) -> Decision {
        let spec = &self.plan.steps[ix].spec;
        let job = Job {
            step: self.id(ix),
            attempt: self.state.steps[ix].attempt + 1,
            undo: false,
        };
        let mut decision = self.enter_phase(actor, ix);
        let work = spec.work_of(choice).unwrap_or(&spec.work);
        decision.record(
            actor,
            Event::StepStarted(StepStarted {
                job: job.clone(),
                work: work.kind().to_owned(),
                choice,
                reason,
            }),
        );
        // The engine itself is what waits, and a person is who looks.
        if !matches!(work, Work::Wait(_) | Work::Check(_)) {
            decision.then(Effect::Start { job, choice });
        }
        decision
    }

    pub(super) fn tick(
        &self,
        actor: &Actor,
        name: &str,
        note: Option<&str>,
    ) -> Result<Decision, Refusal> {
        let ix = self.find(name)?;
        let undoing = self.state.steps[ix].status == Status::Undoing;
        let spec = &self.plan.steps[ix].spec;
        let is_check = match &spec.undo {
            Some(undo) if undoing => undo.work.is_check(),
            _ => spec.work.is_check(),
        };
        if !is_check {
            return Err(Refusal::new(format!(
                "{} is not a check: run it, or mark it done with a reason",
                self.called(ix)
            )));
        }
        self.can_become(ix, Change::Settled)?;
        self.may_settle(ix)?;
        let mut decision = self.enter_phase(actor, ix);
        decision.record(
            actor,
            Event::StepTicked(StepTicked {
                step: self.id(ix),
                note: note
                    .map(str::to_owned)
                    .filter(|note| !note.trim().is_empty()),
            }),
        );
        Ok(decision)
    }

    /// Whether a person may settle the step now. Within a phase that has begun the order is theirs,
    /// and what gets ready can be ticked at any time before T-0; but settling something must not
    /// begin a phase that is held back.
    fn may_settle(&self, ix: StepIx) -> Result<(), Refusal> {
        let Home::Phase(phase) = self.plan.steps[ix].home else {
            return self.may_start_on_the_way_back(ix);
        };
        if self.state.rollback.is_some() && self.state.steps[ix].status != Status::Undoing {
            let items = self
                .state
                .rollback
                .iter()
                .flat_map(|rollback| &rollback.items);
            if !items.into_iter().any(|item| item.step == ix) {
                return Err(Refusal::new("the run is being rolled back"));
            }
            return Ok(());
        }
        if self.state.phases[phase].started.is_some() && !self.state.phases[phase].dropped {
            return Ok(());
        }
        self.nothing_holds()?;
        let getting_ready = self.plan.phases[phase].spec.kind == PhaseKind::Before
            && self.state.t_zero.is_none()
            && !(0..=phase).any(|p| self.state.gate_is_shut(self.plan, p));
        if getting_ready && !self.state.phases[phase].dropped {
            return Ok(());
        }
        self.phase_may_start(phase)
    }

    fn can_become(&self, ix: StepIx, change: Change) -> Result<(), Refusal> {
        let status = self.state.steps[ix].status;
        match status.after(change) {
            Ok(_) => Ok(()),
            Err(_) => Err(Refusal::new(format!("{} is {status}", self.called(ix)))),
        }
    }

    pub(super) fn untick(&self, actor: &Actor, name: &str) -> Result<Decision, Refusal> {
        let ix = self.find(name)?;
        let (step, spec) = (&self.state.steps[ix], &self.plan.steps[ix].spec);
        if step.status == Status::Passed && !spec.work.is_check() {
            return Err(Refusal::new(format!(
                "{} was run: what it did can't be taken back by a key",
                self.called(ix)
            )));
        }
        self.can_become(ix, Change::Reopened)?;
        let later = self.plan.phase_of(ix).is_some_and(|phase| {
            self.state.phases[phase + 1..]
                .iter()
                .any(|later| later.started.is_some())
                && self.plan.phases[phase].spec.kind != PhaseKind::Before
        });
        if later || self.state.rollback.is_some() {
            return Err(Refusal::new("the run has gone on since"));
        }
        Ok(Decision::event(
            actor,
            Event::StepUnticked(StepUnticked { step: self.id(ix) }),
        ))
    }

    pub(super) fn skip(
        &self,
        actor: &Actor,
        name: &str,
        reason: &str,
    ) -> Result<Decision, Refusal> {
        let ix = self.find(name)?;
        let reason = reason_given(reason)?;
        let event = StepReason {
            step: self.id(ix),
            reason,
        };
        if self.state.rollback.is_some() {
            return self.leave_undone(actor, ix, event);
        }
        if self.plan.steps[ix].spec.required {
            return Err(Refusal::new(format!(
                "{} is required: it can't be skipped",
                self.called(ix)
            )));
        }
        if let Home::Tier(_) = self.plan.steps[ix].home {
            return Err(Refusal::new(format!(
                "{} is part of a rollback, and none is under way",
                self.called(ix)
            )));
        }
        self.can_become(ix, Change::Skipped)?;
        Ok(Decision::event(actor, Event::StepSkipped(event)))
    }

    pub(super) fn done(
        &self,
        actor: &Actor,
        name: &str,
        reason: &str,
    ) -> Result<Decision, Refusal> {
        let ix = self.find(name)?;
        let event = StepReason {
            step: self.id(ix),
            reason: reason_given(reason)?,
        };
        let items = self
            .state
            .rollback
            .iter()
            .flat_map(|rollback| &rollback.items);
        let undo = items.into_iter().any(|item| item.step == ix && item.undo);
        self.can_become(
            ix,
            if undo {
                Change::UndoSettled
            } else {
                Change::Settled
            },
        )?;
        if self.state.steps[ix].status == Status::Pending && self.state.rollback.is_none() {
            self.may_start(ix)?;
        } else {
            self.may_settle(ix)?;
        }
        let mut decision = self.enter_phase(actor, ix);
        decision.record(actor, Event::StepMarkedDone(event));
        Ok(decision)
    }

    pub(super) fn fail(
        &self,
        actor: &Actor,
        name: &str,
        reason: &str,
    ) -> Result<Decision, Refusal> {
        let ix = self.find(name)?;
        let reason = reason_given(reason)?;
        self.can_become(ix, Change::Condemned)?;
        if self.state.steps[ix].status == Status::Pending {
            self.may_settle(ix)?;
        }
        let mut decision = self.enter_phase(actor, ix);
        decision.record(
            actor,
            Event::StepMarkedFailed(StepReason {
                step: self.id(ix),
                reason,
            }),
        );
        Ok(decision)
    }

    pub(super) fn retry(
        &self,
        actor: &Actor,
        name: &str,
        reason: Option<&str>,
    ) -> Result<Decision, Refusal> {
        let ix = self.find(name)?;
        let (step, spec) = (&self.state.steps[ix], &self.plan.steps[ix].spec);
        let called = self.called(ix);
        let reason = reason.map(str::trim).filter(|reason| !reason.is_empty());
        if !step.status.needs_decision() {
            return Err(Refusal::new(format!(
                "{called} is {}: there is nothing to try again",
                step.status
            )));
        }
        if spec.work.is_check() && step.status != Status::Stuck {
            return Err(Refusal::new(format!(
                "{called} is done by a person: mark it done, or skip it"
            )));
        }
        if spec.no_retry {
            return Err(Refusal::new(format!(
                "{called} must not be run a second time: the plan says `no_retry`"
            )));
        }
        if step.status == Status::Unknown && !spec.idempotent && reason.is_none() {
            return Err(Refusal::new(format!(
                "nobody knows how {called} ended: give a reason for running it again"
            )));
        }
        let reason = reason.map(str::to_owned);
        if self.state.rollback.is_some() {
            return self.retry_on_the_way_back(actor, ix, reason);
        }
        self.may_start(ix)?;
        self.has_values(ix, step.choice, false)?;
        Ok(self.start(actor, ix, step.choice, reason))
    }
}
