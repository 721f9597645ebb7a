//! What a careful reviewer would ask about a plan that is otherwise in order.

use crate::plan::draft::{Draft, PhaseSpec, TierSpec, UndoOrder};
use crate::plan::model::{Format, PhaseKind};
use crate::plan::problem::Problem;
use crate::plan::source::Span;

pub(super) fn check(draft: &Draft, format: Format, problems: &mut Vec<Problem>) {
    no_deploy_phase(draft, problems);
    no_way_back(draft, problems);
    // A runbook has its decisions in its own words, as task items.
    if format == Format::Toml {
        no_gate(draft, problems);
    }
    empty_phases(draft, problems);
}

fn first_deploy(draft: &Draft) -> Option<&PhaseSpec> {
    draft
        .phases
        .iter()
        .find(|phase| phase.kind == PhaseKind::Deploy)
}

fn no_deploy_phase(draft: &Draft, problems: &mut Vec<Problem>) {
    if !draft.phases.is_empty() && first_deploy(draft).is_none() {
        problems.push(
            Problem::warning(
                "no-deploy-phase",
                Span::at(0),
                "no phase is of the kind `deploy`: the clock T-0 will never start",
            )
            .hint("rollbacks are chosen by the time since the first deploy phase began"),
        );
    }
}

fn no_way_back(draft: &Draft, problems: &mut Vec<Problem>) {
    let deploys = draft
        .phases
        .iter()
        .filter(|phase| phase.kind == PhaseKind::Deploy);
    let mut changes = deploys
        .flat_map(|phase| &phase.steps)
        .filter(|step| !step.work.is_check());
    if draft.tiers.is_empty()
        && let Some(step) = changes.find(|step| step.undo.is_none())
    {
        problems.push(
            Problem::warning(
                "no-way-back",
                step.span,
                format!("nothing undoes \"{}\"", step.title),
            )
            .hint("give the step an `undo`, or the plan a rollback"),
        );
    }
}

fn no_gate(draft: &Draft, problems: &mut Vec<Problem>) {
    if let Some(phase) = first_deploy(draft)
        && phase.gate.is_none()
        && !phase.ungated
    {
        problems.push(
            Problem::note(
                "no-gate",
                phase.span,
                format!("nobody is asked go or no-go before \"{}\"", phase.name),
            )
            .hint("`gate = true` asks the driver"),
        );
    }
}

fn empty_phases(draft: &Draft, problems: &mut Vec<Problem>) {
    for phase in draft.phases.iter().filter(|phase| phase.steps.is_empty()) {
        problems.push(Problem::warning(
            "empty-phase",
            phase.span,
            format!("\"{}\" has no steps", phase.name),
        ));
    }
    let undoes = draft
        .phases
        .iter()
        .flat_map(|phase| &phase.steps)
        .any(|step| step.undo.is_some());
    let idle =
        |tier: &&TierSpec| tier.steps.is_empty() && (tier.undo == UndoOrder::None || !undoes);
    for tier in draft.tiers.iter().filter(idle) {
        problems.push(Problem::warning(
            "empty-rollback",
            tier.span,
            format!("\"{}\" has no steps", tier.name),
        ));
    }
}
