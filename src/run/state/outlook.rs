//! What a state means: where the run stands, what comes next, and what is waited for.

use super::types::{PhaseState, RunState, Value};
use crate::journal::event::Ending;
use crate::plan::{Plan, StepIx, Work};
use crate::run::status::Status;

/// Where a run stands as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nothing has started yet.
    Ready,
    /// Steps are being done.
    Driving,
    /// Nothing starts until somebody releases it.
    Held,
    /// The way back is being gone.
    RollingBack,
    /// It was gone to its end.
    RolledBack,
    /// All steps are settled; the run is watched until somebody finishes it.
    Watching,
    /// It ended as planned.
    Completed,
    /// It was given up.
    Aborted,
}

impl Standing {
    /// The word that screens and JSON use.
    pub fn word(self) -> &'static str {
        match self {
            Standing::Ready => "ready",
            Standing::Driving => "driving",
            Standing::Held => "held",
            Standing::RollingBack => "rolling_back",
            Standing::RolledBack => "rolled_back",
            Standing::Watching => "watching",
            Standing::Completed => "completed",
            Standing::Aborted => "aborted",
        }
    }
}

/// What a run needs from a person before it can go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Waiting {
    /// Nothing: something is being done, or will be at once.
    Nothing,
    /// Somebody starts the next step.
    Start(StepIx),
    /// Somebody looks, and ticks.
    Tick(StepIx),
    /// Somebody confirms a dangerous step.
    Confirm(StepIx),
    /// Somebody picks one of a step's alternatives.
    Alternative(StepIx),
    /// Somebody gives values to these variables, which a step needs.
    Values(StepIx, Vec<String>),
    /// Nothing of a person: it is being looked whether this step is to be done.
    Facts(StepIx),
    /// It can't be told whether this step is to be done: somebody says so.
    Undecided(StepIx),
    /// Somebody decides about a step that did not work, or may not have.
    Decide(StepIx),
    /// Somebody approves: these approvals of a phase's gate are missing.
    Approval(usize, Vec<String>),
    /// The driver says go or no-go in front of a phase.
    Gate(usize),
    /// Somebody picks one of these phases.
    Choice(Vec<usize>),
    /// Somebody releases the hold.
    Release,
    /// Somebody puts the plan back that the run was created with.
    Plan,
    /// Somebody finishes the run.
    Finish,
    /// Nothing any more: the run is over.
    Over,
}

impl RunState {
    /// Where the run stands.
    pub fn standing(&self) -> Standing {
        match &self.end {
            Some(end) => match end.ending {
                Ending::Completed => Standing::Completed,
                Ending::Aborted => Standing::Aborted,
                Ending::RolledBack => Standing::RolledBack,
            },
            None if self.rollback.is_some() => Standing::RollingBack,
            None if !self.holds.is_empty() => Standing::Held,
            None if self.all_settled() => Standing::Watching,
            None if self.has_begun() => Standing::Driving,
            None => Standing::Ready,
        }
    }

    /// Whether anything was begun.
    pub fn has_begun(&self) -> bool {
        self.phases.iter().any(|phase| phase.started.is_some())
    }

    /// Whether every step of every phase is settled.
    pub fn all_settled(&self) -> bool {
        self.phases
            .iter()
            .all(|phase| phase.dropped || phase.finished.is_some())
            && !self.phases.is_empty()
    }

    /// Whether every step of the phase at `ix` is settled.
    pub fn phase_settled(&self, plan: &Plan, ix: usize) -> bool {
        let phase = &self.phases[ix];
        phase.dropped || phase.settled == plan.phases[ix].steps.len()
    }

    /// The steps that are being done or undone.
    pub fn active_steps(&self) -> impl DoubleEndedIterator<Item = StepIx> + '_ {
        let in_hand = self.in_hand.iter().copied();
        in_hand.filter(|&ix| self.steps[ix].status.is_active())
    }

    /// A step of which it is being looked for how it ended.
    pub fn sought_step(&self) -> Option<StepIx> {
        self.steps.iter().position(|step| step.sought.is_some())
    }

    /// The first phase that is not settled.
    pub fn current_phase(&self, plan: &Plan) -> Option<usize> {
        (0..plan.phases.len()).find(|&ix| !self.phase_settled(plan, ix))
    }

    /// The first step of the current phase that has not begun, if nothing before it stands in the way:
    /// everything is settled, or runs and lets its neighbours run too.
    pub fn next_step(&self, plan: &Plan) -> Option<StepIx> {
        let phase = self.current_phase(plan)?;
        let first = self.phases[phase].first_open;
        let end = plan.phases[phase].steps.end;
        let mut open = (first..end).filter(|&ix| !self.steps[ix].status.is_settled());
        let next = open.find(|&ix| self.steps[ix].status != Status::Running)?;
        let beside = || {
            plan.steps[first..=next]
                .iter()
                .all(|step| step.spec.parallel)
        };
        let free = self.steps[next].status == Status::Pending && (next == first || beside());
        free.then_some(next)
    }

    /// The phases among which somebody has to choose before the one at `ix` can start.
    pub fn open_choice(&self, plan: &Plan, ix: usize) -> Option<Vec<usize>> {
        let choice = plan.phases[ix].spec.choice.as_ref()?;
        let among: Vec<usize> = (0..plan.phases.len())
            .filter(|&other| plan.phases[other].spec.choice.as_ref() == Some(choice))
            .collect();
        let taken = |phase: &PhaseState| phase.dropped || phase.started.is_some();
        let made = among.iter().any(|&other| taken(&self.phases[other]));
        (!made && among.len() > 1).then_some(among)
    }

    /// The approvals that the gate of the phase at `ix` still needs.
    pub fn missing_approvals(&self, plan: &Plan, ix: usize) -> Vec<String> {
        let Some(gate) = &plan.phases[ix].spec.gate else {
            return Vec::new();
        };
        let given = &self.phases[ix].approvals;
        gate.approvals
            .iter()
            .filter(|name| !given.iter().any(|approval| approval.name == **name))
            .cloned()
            .collect()
    }

    /// Whether the phase at `ix` has a gate at which nobody said go yet.
    pub fn gate_is_shut(&self, plan: &Plan, ix: usize) -> bool {
        let decided = self.phases[ix].gate.as_ref();
        plan.phases[ix].spec.gate.is_some() && !decided.is_some_and(|gate| gate.go)
    }

    /// The variables without a value that the step's work needs; for `undo`, its undo.
    pub fn missing_values(
        &self,
        plan: &Plan,
        ix: StepIx,
        choice: usize,
        undo: bool,
    ) -> Vec<String> {
        let spec = &plan.steps[ix].spec;
        let work = match &spec.undo {
            Some(undone) if undo => Some(&undone.work),
            _ => spec.work_of(choice),
        };
        let names = work
            .map(|work| plan.variables_in(spec, work))
            .unwrap_or_default();
        names
            .into_iter()
            .filter(|name| !self.values.contains_key(*name))
            .map(str::to_owned)
            .collect()
    }

    /// `names` as they are asked for: with why, where a value was given before.
    pub fn asked_for(&self, names: &[String]) -> String {
        let gone = |name: &&String| self.is_gone(name);
        let why = match names.iter().filter(gone).count() {
            0 => "",
            1 => " again (it went with its engine)",
            _ => " again (they went with their engine)",
        };
        format!("{}{why}", names.join(", "))
    }

    /// Whether the variable `name` had a secret for a value that nobody knows any more.
    pub fn is_gone(&self, name: &str) -> bool {
        self.hidden.contains_key(name) && !self.values.contains_key(name)
    }

    /// Whether the value of the variable `name` is nowhere shown: by the plan, or because one that it had
    /// was a secret.
    pub fn is_secret(&self, plan: &Plan, name: &str) -> bool {
        plan.var(name).is_some_and(|var| var.secret) || self.hidden.contains_key(name)
    }

    /// The value of a variable, where it is not a secret.
    pub fn value(&self, name: &str) -> Option<&str> {
        match self.values.get(name)? {
            Value::Known(value) => Some(value),
            Value::Secret => None,
        }
    }

    /// Whether `plan` is not the one that the run was created with: nothing of it may be done then.
    pub fn is_of_another_plan(&self, plan: &Plan) -> bool {
        !self.digest.is_empty() && self.digest != plan.digest
    }

    /// What the run needs from a person.
    pub fn waiting(&self, plan: &Plan) -> Waiting {
        if self.end.is_some() {
            return Waiting::Over;
        }
        if self.rollback.is_some() {
            return if self.is_of_another_plan(plan) {
                Waiting::Plan
            } else if !self.holds.is_empty() {
                Waiting::Release
            } else {
                self.waiting_on_the_way_back(plan)
            };
        }
        if !self.holds.is_empty() {
            return Waiting::Release;
        }
        self.waiting_behind_holds(plan)
    }

    /// The same of a run on the way forward, as if nothing held it.
    pub fn waiting_behind_holds(&self, plan: &Plan) -> Waiting {
        if self.is_of_another_plan(plan) {
            return Waiting::Plan;
        }
        if let Some(ix) = self.undecided(plan) {
            return Waiting::Decide(ix);
        }
        match self.next_step(plan) {
            Some(ix) => self.waiting_for_step(plan, ix),
            None if self.all_settled() => Waiting::Finish,
            None => match self.active_check(plan) {
                Some(ix) if !self.tick_checks => Waiting::Tick(ix),
                _ => Waiting::Nothing,
            },
        }
    }

    /// A step that a person is doing, or undoing.
    pub fn active_check(&self, plan: &Plan) -> Option<StepIx> {
        self.active_steps().find(|&ix| {
            let (step, spec) = (&self.steps[ix], &plan.steps[ix].spec);
            let work = match &spec.undo {
                Some(undo) if step.status == Status::Undoing => Some(&undo.work),
                _ => spec.work_of(step.choice),
            };
            work.is_some_and(Work::is_check)
        })
    }

    /// The first step of the current phase that a person has to decide about.
    fn undecided(&self, plan: &Plan) -> Option<StepIx> {
        let phase = self.current_phase(plan)?;
        let mut in_hand = self
            .in_hand
            .range(plan.phases[phase].steps.clone())
            .copied();
        in_hand.find(|&ix| self.steps[ix].status.needs_decision())
    }

    fn waiting_for_step(&self, plan: &Plan, ix: StepIx) -> Waiting {
        if let Some(phase) = plan.phase_of(ix) {
            if let Some(among) = self.open_choice(plan, phase) {
                return Waiting::Choice(among);
            }
            if let Some(waiting) = self.waiting_for_phase(plan, ix) {
                return waiting;
            }
            if self.gate_is_shut(plan, phase) {
                let missing = self.missing_approvals(plan, phase);
                return if missing.is_empty() {
                    Waiting::Gate(phase)
                } else {
                    Waiting::Approval(phase, missing)
                };
            }
        }
        if let Some(waiting) = self.waiting_for_condition(plan, ix) {
            return waiting;
        }
        let spec = &plan.steps[ix].spec;
        if spec.work.is_check() {
            return if self.tick_checks {
                Waiting::Nothing
            } else {
                Waiting::Tick(ix)
            };
        }
        if spec.alternatives.len() > 1 {
            return Waiting::Alternative(ix);
        }
        let missing = self.missing_values(plan, ix, 0, false);
        if !missing.is_empty() {
            return Waiting::Values(ix, missing);
        }
        match (spec.danger, self.auto) {
            (true, _) => Waiting::Confirm(ix),
            (false, true) => Waiting::Nothing,
            (false, false) => Waiting::Start(ix),
        }
    }

    fn waiting_on_the_way_back(&self, plan: &Plan) -> Waiting {
        if self.active_steps().next().is_some() {
            return match self.active_check(plan) {
                Some(ix) if !self.tick_checks => Waiting::Tick(ix),
                _ => Waiting::Nothing,
            };
        }
        if let Some(ix) = self.sought_step() {
            return Waiting::Decide(ix);
        }
        let Some(item) = self.next_item() else {
            return if self.rests_on_the_way_back(plan) {
                Waiting::Finish
            } else {
                Waiting::Nothing
            };
        };
        let (ix, step) = (item.step, &self.steps[item.step]);
        if step.status.needs_decision() && (!item.undo || step.status == Status::Stuck) {
            return Waiting::Decide(ix);
        }
        let open = self.waiting_for_condition(plan, ix).filter(|_| !item.undo);
        if let Some(waiting) = open {
            return waiting;
        }
        let spec = &plan.steps[ix].spec;
        if !item.undo && spec.work.is_check() && !self.tick_checks {
            return Waiting::Tick(ix);
        }
        if !item.undo && spec.alternatives.len() > 1 {
            return Waiting::Alternative(ix);
        }
        if let Some((ix, missing)) = self.missing_on_the_way_back(plan) {
            return Waiting::Values(ix, missing);
        }
        if !item.undo && spec.danger && step.status == Status::Pending {
            return Waiting::Confirm(ix);
        }
        Waiting::Nothing
    }
}
