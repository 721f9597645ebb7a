//! What comes before what: whether a step may be started or settled now.

use super::Case;
use crate::plan::{Home, PhaseKind, StepIx};
use crate::run::command::Refusal;
use crate::run::status::{Change, Status};

impl Case<'_> {
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
        // What may run beside the first open step may run beside those between them.
        let first = self.state.phases[phase].first_open;
        if first < ix && !self.beside(first, ix) {
            return Err(self.comes_first(first));
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

    pub(super) fn may_start_on_the_way_back(&self, ix: StepIx) -> Result<(), Refusal> {
        if self.state.rollback.is_none() {
            return Err(Refusal::new(format!(
                "{} is part of a rollback, and none is under way",
                self.called(ix)
            )));
        }
        self.nothing_holds()?;
        let busy = self.state.active_steps().find(|&other| other != ix);
        if let Some(busy) = busy {
            return Err(Refusal::new(format!(
                "{} is still {}: nothing is undone beside it",
                self.called(busy),
                self.state.steps[busy].status
            )));
        }
        let sought = self.state.sought_step().filter(|&other| other != ix);
        if let Some(sought) = sought {
            return Err(Refusal::new(format!(
                "it is being looked for how {} ended: nothing is undone beside it",
                self.called(sought)
            )));
        }
        let next = self.state.next_item();
        match next {
            Some(item) if item.step == ix => Ok(()),
            Some(item) => Err(self.comes_first(item.step)),
            None => Err(Refusal::new("nothing is left to do on the way back")),
        }
    }

    pub(super) fn comes_first(&self, ix: StepIx) -> Refusal {
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
    pub(super) fn phase_may_start(&self, phase: usize) -> Result<(), Refusal> {
        let spec = &self.plan.phases[phase].spec;
        if self.state.phases[phase].dropped {
            return Err(self.not_chosen(phase));
        }
        let open_choice = self.state.open_choice(self.plan, phase).unwrap_or_default();
        for before in 0..phase {
            if open_choice.contains(&before) || self.state.phase_settled(self.plan, before) {
                continue;
            }
            return Err(self.comes_first(self.state.phases[before].first_open));
        }
        if self.state.gate_is_shut(self.plan, phase) {
            return Err(Refusal::new(format!(
                "nobody has said go for \"{}\"",
                spec.name
            )));
        }
        Ok(())
    }

    pub(super) fn not_chosen(&self, phase: usize) -> Refusal {
        Refusal::new(format!(
            "\"{}\" was not chosen: take back that one of its steps is left out (space, untick) to go it instead",
            self.plan.phases[phase].spec.name
        ))
    }

    /// Whether a person may settle the step now. Within a phase that has begun the order is theirs,
    /// and what gets ready can be ticked at any time before T-0; but settling something must not
    /// begin a phase that is held back.
    pub(super) fn may_settle(&self, ix: StepIx) -> Result<(), Refusal> {
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

    /// What runs is not settled by words: it is stopped, or waited for. Only what a person does ends
    /// when a person says so.
    pub(super) fn is_not_running(&self, ix: StepIx) -> Result<(), Refusal> {
        match self.active_work(ix) {
            Some(work) if !work.is_check() => Err(Refusal::new(format!(
                "{} is {}: stop it first",
                self.called(ix),
                self.state.steps[ix].status
            ))),
            _ => Ok(()),
        }
    }

    /// On the way back a step that is to be undone is not done once more; its undo is what counts.
    pub(super) fn is_not_to_be_undone(&self, ix: StepIx) -> Result<(), Refusal> {
        let status = self.state.steps[ix].status;
        if status == Status::Undoing || !self.state.is_to_be_undone(ix) {
            return Ok(());
        }
        Err(Refusal::new(format!(
            "{} is {status}, and to be undone",
            self.called(ix)
        )))
    }

    pub(super) fn required(&self, ix: StepIx) -> Refusal {
        Refusal::new(format!(
            "{} is required: it can't be skipped",
            self.called(ix)
        ))
    }

    pub(super) fn can_become(&self, ix: StepIx, change: Change) -> Result<(), Refusal> {
        let status = self.state.steps[ix].status;
        match status.after(change) {
            Ok(_) => Ok(()),
            Err(_) => Err(Refusal::new(format!("{} is {status}", self.called(ix)))),
        }
    }
}
