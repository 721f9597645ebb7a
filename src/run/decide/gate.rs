//! Gates: go, no-go, and what has to be there first.

use super::{Case, Decision, reason_given};
use crate::journal::event::{ApprovalGiven, Ending, GateDecided, Held, RunFinished};
use crate::journal::{Actor, Event};
use crate::plan;
use crate::run::command::Refusal;
use crate::run::state::Waiting;
use crate::run::status::Status;

impl Case<'_> {
    pub(super) fn go(&self, actor: &Actor, reason: Option<&str>) -> Result<Decision, Refusal> {
        let phase = self.waiting_gate()?;
        let missing = self.state.missing_approvals(self.plan, phase);
        if !missing.is_empty() {
            return Err(Refusal::new(format!(
                "not approved yet: {}",
                missing.join(", ")
            )));
        }
        let given = &self.state.phases[phase].approvals;
        if let Some(own) = given.iter().find(|given| given.by == actor.name) {
            return Err(Refusal::new(format!(
                "you approved {} yourself: somebody else has to say go",
                own.name
            )));
        }
        let gate = self.plan.phases[phase].spec.gate.as_ref();
        let alerts = self.open_alerts();
        if gate.is_some_and(|gate| gate.no_alerts) && !alerts.is_empty() {
            return Err(Refusal::new(format!(
                "no alert may fire here: {}",
                alerts.join(", ")
            )));
        }
        Ok(self.gate_decided(actor, phase, true, reason))
    }

    /// Before anything changed a no-go ends the run; afterwards it holds it, because somebody has to
    /// decide about what was done.
    pub(super) fn no_go(&self, actor: &Actor, reason: &str) -> Result<Decision, Refusal> {
        let reason = reason_given(reason)?;
        let forward = self.state.end.is_none() && self.state.rollback.is_none();
        // What holds the run keeps nobody from saying no.
        let phase = match forward.then(|| self.state.waiting_behind_holds(self.plan)) {
            Some(Waiting::Gate(phase) | Waiting::Approval(phase, _)) => phase,
            _ => self.waiting_gate()?,
        };
        let mut decision = self.gate_decided(actor, phase, false, Some(&reason));
        let words = format!(
            "no-go for \"{}\": {reason}",
            self.plan.phases[phase].spec.name
        );
        if self.state.t_zero.is_none() {
            let finished = RunFinished {
                ending: Ending::Aborted,
                reason: Some(words),
            };
            decision.record(actor, Event::RunFinished(finished));
        } else {
            decision.record(
                actor,
                Event::Held(Held {
                    reason: words,
                    ..Held::default()
                }),
            );
        }
        Ok(decision)
    }

    fn waiting_gate(&self) -> Result<usize, Refusal> {
        self.nothing_holds()?;
        match self.state.waiting(self.plan) {
            Waiting::Gate(phase) | Waiting::Approval(phase, _) => Ok(phase),
            _ => Err(match self.state.next_step(self.plan) {
                Some(ix) => Refusal::new(format!("no gate waits: {} is next", self.called(ix))),
                None => Refusal::new("no gate waits"),
            }),
        }
    }

    fn gate_decided(
        &self,
        actor: &Actor,
        phase: usize,
        go: bool,
        reason: Option<&str>,
    ) -> Decision {
        Decision::event(
            actor,
            Event::GateDecided(GateDecided {
                phase: self.plan.phases[phase].id.clone(),
                go,
                reason: reason.map(str::to_owned),
                facts: self.facts(phase),
            }),
        )
    }

    /// What is true in front of a gate, for the record.
    fn facts(&self, phase: usize) -> Vec<String> {
        let before = &self.state.steps[..self.plan.phases[phase].steps.start];
        let count = |status| before.iter().filter(|step| step.status == status).count();
        let mut facts = vec![format!(
            "{} passed, {} skipped",
            plan::count(count(Status::Passed), "step"),
            count(Status::Skipped)
        )];
        for approval in &self.state.phases[phase].approvals {
            facts.push(format!("{} approved by {}", approval.name, approval.by));
        }
        for (name, alert) in &self.state.alerts {
            let accepted = alert.accepted.as_ref();
            let accepted = accepted.map(|a| format!(", accepted by {}: {}", a.by, a.reason));
            let how = if alert.blind { "is blind" } else { "fires" };
            let words = accepted.unwrap_or_default();
            facts.push(format!("alert {name} {how}: {}{words}", alert.words));
        }
        facts
    }

    /// An approval is given by somebody else than whoever drives.
    pub(super) fn approve(
        &self,
        actor: &Actor,
        gate: &str,
        reason: Option<&str>,
    ) -> Result<Decision, Refusal> {
        let driver = self.state.driver.as_ref().map(|driver| &driver.name);
        if driver.or(self.state.creator.as_ref()) == Some(&actor.name) {
            return Err(Refusal::new(
                "whoever drives can't approve: somebody else has to",
            ));
        }
        let open = |phase: usize| self.state.missing_approvals(self.plan, phase);
        let by_name =
            (0..self.plan.phases.len()).find(|&p| open(p).iter().any(|name| name == gate));
        let (phase, approval) = match (by_name, self.plan.find_phase(gate)) {
            (Some(phase), _) => (phase, gate.to_owned()),
            (None, Some(phase)) => match open(phase).as_slice() {
                [only] => (phase, only.clone()),
                [] => {
                    return Err(Refusal::new(format!(
                        "the gate of `{gate}` needs no approval any more"
                    )));
                }
                several => {
                    return Err(Refusal::new(format!(
                        "name the approval: {}",
                        several.join(", ")
                    )));
                }
            },
            (None, None) => {
                let mut given = self.state.phases.iter().flat_map(|phase| &phase.approvals);
                let why = match given.find(|given| given.name == gate) {
                    Some(given) => format!("{} has approved {gate} already", given.by),
                    None => format!("no gate asks for `{gate}`"),
                };
                return Err(Refusal::new(why));
            }
        };
        Ok(Decision::event(
            actor,
            Event::ApprovalGiven(ApprovalGiven {
                phase: self.plan.phases[phase].id.clone(),
                approval,
                reason: reason.map(str::to_owned),
            }),
        ))
    }
}
