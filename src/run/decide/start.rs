//! Starting a step, and starting it again.

use super::{Case, Decision};
use crate::journal::event::{ChoiceMade, Job, PhaseStarted, StepStarted};
use crate::journal::{Actor, Event};
use crate::plan::{Home, StepIx, Work, duration};
use crate::run::command::Refusal;
use crate::run::effect::Effect;
use crate::run::state::{Waiting, names_of};
use crate::run::status::Status;

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
        let phase = self.plan.phase_of(ix);
        if let Some(phase) = phase.filter(|&phase| self.state.phases[phase].dropped) {
            return Err(self.not_chosen(phase));
        }
        if step.status != Status::Pending {
            return Err(Refusal::new(format!(
                "{} is {} already",
                self.called(ix),
                step.status
            )));
        }
        self.may_start(ix)?;
        if let Some(decision) = self.first_weighed(actor, ix, name.is_some())? {
            return Ok(decision);
        }
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
        let early = self.state.early(self.plan, ix, self.now);
        if let (Some(left), None) = (early, name) {
            return Err(Refusal::new(format!(
                "the place of {} on the clock is in {}: name it to start it now (run {})",
                self.called(ix),
                duration::show(left),
                self.plan.steps[ix].number
            )));
        }
        let choice = self.pick(ix, choice)?;
        self.has_values(ix, choice, false)?;
        Ok(self.start(actor, ix, choice, None))
    }

    /// The step that Enter starts, or why there is none.
    fn next_to_run(&self) -> Result<StepIx, Refusal> {
        let waiting = self.state.waiting(self.plan);
        let ahead = self.state.next_step(self.plan);
        let ahead = ahead.filter(|_| self.state.rollback.is_none());
        if let (Some(ix), false) = (ahead, matches!(waiting, Waiting::Choice(_))) {
            return Ok(ix);
        }
        self.nothing_holds()?;
        Err(match waiting {
            Waiting::Confirm(ix) | Waiting::Alternative(ix) => return Ok(ix),
            Waiting::Values(ix, names) => self.needs_values(ix, &names),
            Waiting::Choice(among) => {
                let names = among.iter().map(|&phase| {
                    let phase = &self.plan.phases[phase];
                    format!("{} {}", phase.number, phase.spec.name)
                });
                let names: Vec<String> = names.collect();
                Refusal::new(format!(
                    "name a step, it chooses one of: {}",
                    names.join(", ")
                ))
            }
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
        Err(self.needs_values(ix, &missing))
    }

    fn needs_values(&self, ix: StepIx, missing: &[String]) -> Refusal {
        Refusal::new(format!(
            "{} needs values first: set {}",
            self.called(ix),
            self.state.asked_for(missing)
        ))
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
            attempt: self.state.steps[ix].attempt.saturating_add(1),
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

    pub(super) fn retry(
        &self,
        actor: &Actor,
        name: &str,
        reason: Option<&str>,
        choice: Option<usize>,
    ) -> Result<Decision, Refusal> {
        let ix = self.find(name)?;
        let reason = reason.map(str::trim).filter(|reason| !reason.is_empty());
        let undo = self.state.is_to_be_undone(ix);
        self.can_be_repeated(ix, undo, reason)?;
        let choice = match choice {
            Some(number) if !undo => self.pick(ix, Some(number))?,
            _ => self.state.steps[ix].choice,
        };
        if self.state.rollback.is_some() {
            self.may_start_on_the_way_back(ix)?;
        } else {
            self.may_start(ix)?;
        }
        self.has_values(ix, choice, undo)?;
        let reason = reason.map(str::to_owned);
        Ok(if undo {
            self.start_undo(actor, ix, reason)
        } else {
            self.start(actor, ix, choice, reason)
        })
    }

    /// Whether the step, or its undo, may be run a second time. Where nobody knows what the first time
    /// did, somebody has to say why; that a step can be repeated says nothing of its undo.
    fn can_be_repeated(&self, ix: StepIx, undo: bool, reason: Option<&str>) -> Result<(), Refusal> {
        let (step, spec) = (&self.state.steps[ix], &self.plan.steps[ix].spec);
        let called = self.called(ix);
        let by_person = spec.work.is_check() && spec.alternatives.is_empty();
        let lost = self.lost_job(ix).is_some_and(|job| job.undo == undo);
        let refusal = if !step.status.needs_decision() {
            format!("{called} is {}: there is nothing to try again", step.status)
        } else if by_person && !undo {
            format!("{called} is done by a person: mark it done, or skip it")
        } else if spec.no_retry && !undo {
            format!("{called} must not be run a second time: the plan says `no_retry`")
        } else if lost && (undo || !spec.idempotent) && reason.is_none() {
            format!("nobody knows how {called} ended: give a reason for running it again")
        } else if step.is_elsewhere() && reason.is_none() {
            format!(
                "the session of {called} is not sure to be the one of the steps before: give a reason for running it all the same"
            )
        } else if !step.changed_files().is_empty() && reason.is_none() {
            format!(
                "what {called} applies is not what it was when the run began, {}: give a reason for running it all the same",
                names_of(step.changed_files())
            )
        } else {
            return Ok(());
        };
        Err(Refusal::new(refusal))
    }
}
