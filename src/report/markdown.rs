//! The record in Markdown, to be attached to a ticket.

use super::line::{cell, titled};
use super::{decisions, downtime, interruptions, remarks, table, troubles, values};
use crate::clock::Moment;
use crate::journal::event::{BackendAction, SnapshotCompared, SnapshotTotal};
use crate::journal::{Entry, Event};
use crate::plan::{Plan, duration, ending, printable};
use crate::run::RunState;

/// The record of the run that `entries` tell of.
pub fn markdown(plan: &Plan, state: &RunState, entries: &[Entry]) -> String {
    let record = Record {
        plan,
        state,
        entries,
    };
    let parts = [
        record.head(),
        record.steps(),
        table::ways_back(plan, state),
        record.snapshots(),
        titled("Values", values::lines(plan, entries)),
        titled("What was not as expected", troubles::lines(plan, entries)),
        titled("Decisions", decisions::lines(plan, state, entries)),
        titled("Interruptions", interruptions::lines(plan, entries)),
        titled("Downtime", downtime::lines(state, cell)),
        titled("Notes, alerts and holds", remarks::lines(plan, entries)),
        record.sessions(),
        record.signatures(),
    ];
    let mut text = parts.into_iter().flatten().collect::<Vec<_>>().join("\n");
    text.push('\n');
    // The record is read in terminals, and attached to what others read there.
    printable(&text).into_owned()
}

struct Record<'a> {
    plan: &'a Plan,
    state: &'a RunState,
    entries: &'a [Entry],
}

pub(super) fn when(at: Moment) -> String {
    at.local("%Y-%m-%d %H:%M:%S %Z")
}

impl Record<'_> {
    fn head(&self) -> Vec<String> {
        let mut lines = vec![format!("# {}", cell(&self.plan.title)), String::new()];
        let standing = self.state.outcome(self.plan);
        let mut add =
            |what: &str, text: String| lines.push(format!("- **{what}**: {}", cell(&text)));
        add("Outcome", standing);
        if let Some(environment) = &self.plan.environment {
            add("Environment", environment.clone());
        }
        if let (Some(at), Some(by)) = (self.state.created, &self.state.creator) {
            add("Started", format!("{} by {by}", when(at)));
        }
        if let Some(t_zero) = self.state.t_zero {
            add("T-0", when(t_zero));
        }
        if let Some(end) = &self.state.end {
            let why = end
                .reason
                .as_ref()
                .map(|why| format!(": {why}"))
                .unwrap_or_default();
            add("Ended", format!("{} by {}{why}", when(end.at), end.by));
        }
        if let Some(Event::RunCreated(created)) = self.entries.first().map(|entry| &entry.event) {
            add(
                "Plan",
                format!("{} (sha256 {})", created.path, created.digest),
            );
            if self.state.is_of_another_plan(self.plan) {
                add("Changed", super::ANOTHER_PLAN.to_owned());
            }
            for approval in &created.reviewed {
                let remark = approval.remark.as_ref();
                let remark = remark
                    .map(|remark| format!(": {remark}"))
                    .unwrap_or_default();
                add(
                    "Plan approved",
                    format!("by {} at {}{remark}", approval.by, approval.at),
                );
            }
            add(
                "Run",
                format!(
                    "{}, {} {} in the journal",
                    created.run,
                    self.entries.len(),
                    if self.entries.len() == 1 {
                        "entry"
                    } else {
                        "entries"
                    }
                ),
            );
        }
        lines.push(String::new());
        lines
    }

    fn steps(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for (phase, at) in self.plan.phases.iter().zip(&self.state.phases) {
            lines.push(format!("## {} {}", phase.number, cell(&phase.spec.name)));
            lines.push(String::new());
            if let Some(gate) = &at.gate {
                let word = if gate.go { "go" } else { "no-go" };
                let why = gate
                    .reason
                    .as_ref()
                    .map(|why| format!(": {why}"))
                    .unwrap_or_default();
                lines.push(format!(
                    "{word} by {} at {}{}",
                    cell(&gate.by),
                    when(gate.at),
                    cell(&why)
                ));
                lines.push(String::new());
            }
            if let (Some(started), Some(finished)) = (at.started, at.finished) {
                let budget = phase
                    .spec
                    .budget
                    .map(|b| format!(" of {}", duration::show(b)))
                    .unwrap_or_default();
                lines.push(format!(
                    "took {}{budget}",
                    duration::show(finished.since(started))
                ));
                lines.push(String::new());
            }
            lines.extend(table::steps(self.plan, self.state, phase.steps.clone()));
        }
        lines
    }

    /// What the pictures of databases show. Of one that was taken again only the last counts.
    fn snapshots(&self) -> Vec<String> {
        let taken = self.state.snapshots.values();
        let mut taken: Vec<_> = taken
            .filter_map(|taken| Some((self.plan.find(&taken.job.step)?, taken)))
            .collect();
        taken.sort_by_key(|(ix, _)| *ix);
        let mut lines = Vec::new();
        for (ix, taken) in taken {
            let step = &self.plan.steps[ix];
            let (number, name) = (&step.number, cell(&taken.name));
            lines.extend([format!("**{name}** ({number})"), String::new()]);
            lines.extend(taken.totals.iter().map(total));
            if let Some(compared) = &taken.compared {
                lines.push(format!("- {}", cell(&compared.words())));
                lines.extend(differences(compared));
            }
            lines.push(String::new());
        }
        lines.pop();
        titled("Snapshots", lines)
    }

    fn sessions(&self) -> Vec<String> {
        let lines = self.entries.iter().filter_map(|entry| {
            let at = entry.at.to_local_time();
            Some(match &entry.event {
                Event::BackendSignalled(asked) => {
                    let what = match asked.action {
                        BackendAction::Cancel => "to cancel its statement",
                        BackendAction::Terminate => "to end",
                    };
                    let by = cell(&entry.actor.name);
                    format!(
                        "- {at} {by} asked {} on {} {what}: {}",
                        asked.pid,
                        asked.database,
                        cell(&asked.target)
                    )
                }
                Event::BackendAnswered(answer) => format!("- {at} {}", cell(&answer.result)),
                _ => return None,
            })
        });
        titled("Database sessions", lines.collect())
    }

    fn signatures(&self) -> Vec<String> {
        let lines = self.plan.signoffs.iter().map(|signoff| {
            let name = signoff.name.as_deref();
            let (role, blank) = (cell(&signoff.role), "____________________");
            match (name, signoff.given) {
                (Some(name), true) => format!("- {role}: given by {} before the run", cell(name)),
                (None, true) => format!("- {role}: given before the run"),
                (name, false) => format!("- {role}: {} {blank}", cell(name.unwrap_or(blank))),
            }
        });
        titled("Sign-off", lines.collect())
    }
}

fn total(total: &SnapshotTotal) -> String {
    let uncounted = match total.uncounted {
        0 => String::new(),
        some => format!(", {some} of them not counted"),
    };
    let (database, tables) = (cell(&total.database), total.tables);
    format!(
        "- {database}: {tables} table{}{uncounted}, {} row{}",
        ending(tables == 1),
        total.rows,
        ending(total.rows == 1)
    )
}

fn differences(compared: &SnapshotCompared) -> Vec<String> {
    let all =
        compared.lost + compared.invalid + compared.unknown + compared.changed + compared.gained;
    if all == 0 {
        return Vec::new();
    }
    let head = [
        "",
        "| | what | which | before | now |",
        "|---|---|---|---|---|",
    ];
    let lines = compared.differences.iter().map(|line| {
        let (fortune, what) = (line.fortune.word(), &line.what);
        let parts = [&line.name, &line.before, &line.after].map(|part| cell(part));
        format!("| {fortune} | {what} | {} |", parts.join(" | "))
    });
    let more = all.saturating_sub(compared.differences.len() as u64);
    let more = (more > 0).then(|| format!("| | | {more} more | | |"));
    head.map(str::to_owned)
        .into_iter()
        .chain(lines)
        .chain(more)
        .collect()
}
