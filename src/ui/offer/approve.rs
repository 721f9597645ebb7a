//! An approval: whoever gives it sees what exactly is approved.

use super::{Answer, Asking};
use crate::plan::StepIx;
use crate::run::Status;
use crate::ui::dialogs::{Ask, Purpose};

/// How much of the plan's digest is shown: as much as anybody compares by eye.
const DIGEST: usize = 12;
/// The most open points that are shown by themselves.
const POINTS: usize = 7;

impl Asking<'_> {
    pub(super) fn approve(&self) -> Answer {
        let (plan, state) = (&self.world.plan, &self.world.state);
        let missing = (0..plan.phases.len()).find_map(|ix| {
            let name = state.missing_approvals(plan, ix).into_iter().next()?;
            Some((ix, name))
        });
        let (phase, approval) = missing.ok_or("no gate asks for an approval")?;
        let mut ask = Ask::new(
            format!("Approve: {approval}"),
            "A remark, or nothing",
            Purpose::Approve(approval),
        );
        ask.lines = self.what_is_approved(phase);
        ask.may_be_empty = true;
        self.ask(ask)
    }

    fn what_is_approved(&self, phase: usize) -> Vec<String> {
        let (plan, state) = (&self.world.plan, &self.world.state);
        let digest: String = plan.digest.chars().take(DIGEST).collect();
        let number = plan.phases[phase].number;
        let name = &plan.phases[phase].spec.name;
        let mut lines = vec![format!("{number} {name}, plan sha256 {digest}…")];
        let given = state.phases[phase].approvals.iter();
        lines.extend(given.map(|given| format!("{} approved by {}", given.name, given.by)));
        let mut open = self.open_points(phase);
        let more = open.len().saturating_sub(POINTS);
        open.truncate(POINTS);
        if more > 0 {
            open.push(format!("and {more} more"));
        }
        lines.push(if open.is_empty() {
            "Everything before it was done, no alert fires, nothing holds the run.".to_owned()
        } else {
            "Open before it:".to_owned()
        });
        lines.extend(open.into_iter().map(|point| format!("  {point}")));
        lines
    }

    /// What is not as planned before the gate of a phase: what is worst comes first.
    fn open_points(&self, phase: usize) -> Vec<String> {
        let (plan, state) = (&self.world.plan, &self.world.state);
        let alerts = state.alerts.iter().map(|(name, alert)| {
            let accepted = alert.accepted.as_ref();
            let accepted = accepted.map(|by| format!(", accepted by {}: {}", by.by, by.reason));
            let how = if alert.blind { "is blind" } else { "fires" };
            let accepted = accepted.unwrap_or_default();
            format!("alert {name} {how}: {}{accepted}", alert.words)
        });
        let holds = state.holds.iter();
        let holds = holds.map(|hold| format!("held by {}: {}", hold.by, hold.reason));
        let before = plan.phases[..phase].iter().zip(&state.phases);
        let before = before.filter(|(_, at)| !at.dropped);
        let mut steps: Vec<StepIx> = before.flat_map(|(phase, _)| phase.steps.clone()).collect();
        steps.retain(|&ix| state.steps[ix].status != Status::Passed);
        steps.sort_by_key(|&ix| !state.steps[ix].status.needs_decision());
        let steps = steps.into_iter().map(|ix| {
            let at = &state.steps[ix];
            let by = at.by.as_ref().map(|by| format!(" by {by}"));
            let why = at.reason.as_ref().map(|why| format!(": {why}"));
            let settled = at.status == Status::Skipped;
            let by = by.filter(|_| settled).unwrap_or_default();
            let why = why.unwrap_or_default();
            format!("{}: {}{by}{why}", self.called(ix), at.status)
        });
        alerts.chain(holds).chain(steps).collect()
    }
}
