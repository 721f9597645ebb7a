//! What `check --format json` prints: the plan and its problems, for other programs.
//!
//! Times are in seconds; lines and columns count from 1. Fields are only ever added.

use serde::Serialize;
use serde_json::{Value, json};

use super::draft::{StepSpec, Undo};
use super::ledger::{Account, Element, Ledger};
use super::model::{Phase, Plan, Step, Tier};
use super::parts::{AlertRule, Contact, Limit, Note, Signoff, Threshold};
use super::problem::Problem;
use super::source::{Source, Span};
use super::work::Work;
use super::{Opened, Severity};

/// One checked file.
#[derive(Serialize)]
pub struct Report {
    file: String,
    ok: bool,
    title: Option<String>,
    environment: Option<String>,
    digest: Option<String>,
    phases: Vec<Value>,
    rollbacks: Vec<Value>,
    alerts: Vec<Value>,
    contacts: Vec<Value>,
    signoffs: Vec<Value>,
    notes: Vec<Value>,
    counts: Counts,
    accounts: Vec<Value>,
    problems: Vec<Value>,
}

/// How many elements a Markdown file has; all zero for TOML.
#[derive(Default, Serialize)]
struct Counts {
    task_items: usize,
    fences: usize,
    headings: usize,
}

/// The report of `opened`.
pub fn report(opened: &Opened) -> Report {
    let view = View {
        source: &opened.source,
    };
    let plan = opened.plan.as_ref();
    let list = |make: &dyn Fn(&Plan) -> Vec<Value>| plan.map(make).unwrap_or_default();
    Report {
        file: opened.source.name().to_owned(),
        ok: opened.problems.iter().all(|p| p.severity < Severity::Error),
        title: plan.map(|p| p.title.clone()),
        environment: plan.and_then(|p| p.environment.clone()),
        digest: plan.map(|p| p.digest.clone()),
        phases: list(&|p| p.phases.iter().map(|phase| view.phase(p, phase)).collect()),
        rollbacks: list(&|p| p.tiers.iter().map(|tier| view.tier(p, tier)).collect()),
        alerts: list(&|p| p.alerts.iter().map(|alert| view.alert(alert)).collect()),
        contacts: list(&|p| {
            p.contacts
                .iter()
                .map(|contact| view.contact(contact))
                .collect()
        }),
        signoffs: list(&|p| {
            p.signoffs
                .iter()
                .map(|signoff| view.signoff(signoff))
                .collect()
        }),
        notes: list(&|p| p.notes.iter().map(|note| view.note(note)).collect()),
        counts: plan.map(|p| counts(&p.ledger)).unwrap_or_default(),
        accounts: list(&|p| {
            p.ledger
                .accounts
                .iter()
                .map(|account| view.account(account))
                .collect()
        }),
        problems: opened
            .problems
            .iter()
            .map(|problem| view.problem(problem))
            .collect(),
    }
}

fn counts(ledger: &Ledger) -> Counts {
    Counts {
        task_items: ledger.count(Element::TaskItem),
        fences: ledger.count(Element::Fence),
        headings: ledger.count(Element::Heading),
    }
}

struct View<'a> {
    source: &'a Source,
}

impl View<'_> {
    fn line(&self, span: Span) -> usize {
        self.source.line(span.start)
    }

    fn phase(&self, plan: &Plan, phase: &Phase) -> Value {
        let spec = &phase.spec;
        json!({
            "id": phase.id,
            "number": phase.number,
            "name": spec.name,
            "kind": spec.kind.word(),
            "budget_seconds": spec.budget.map(|b| b.as_secs_f64()).map(whole),
            "offset_seconds": spec.at.as_ref().map(|at| at.seconds),
            "gate": spec.gate.as_ref().map(|gate| json!({
                "alerts": gate.no_alerts.then_some("none"),
                "approvals": gate.approvals,
            })),
            "point_of_no_return": spec.point_of_no_return,
            "choice": spec.choice,
            "line": self.line(spec.span),
            "steps": plan.steps[phase.steps.clone()].iter().map(|s| self.step(s)).collect::<Vec<_>>(),
        })
    }

    fn tier(&self, plan: &Plan, tier: &Tier) -> Value {
        let spec = &tier.spec;
        json!({
            "id": tier.id,
            "name": spec.name,
            "from_seconds": spec.from.map(|from| from.as_secs()),
            "until_seconds": spec.until.map(|until| until.as_secs()),
            "line": self.line(spec.span),
            "steps": plan.steps[tier.steps.clone()].iter().map(|s| self.step(s)).collect::<Vec<_>>(),
        })
    }

    fn step(&self, step: &Step) -> Value {
        let spec = &step.spec;
        json!({
            "id": step.id,
            "number": step.number,
            "title": spec.title,
            "group": spec.group,
            "kind": spec.work.kind(),
            "text": spec.work.text(),
            "details": spec.details,
            "shell": shell_options(&spec.work),
            "expect": expect(spec),
            "timeout_seconds": spec.timeout.map(|t| whole(t.as_secs_f64())),
            "undo": spec.undo.as_ref().map(undo),
            "alternatives": spec.alternatives.iter().map(|a| json!({
                "label": a.label, "kind": a.work.kind(), "text": a.work.text(),
            })).collect::<Vec<_>>(),
            "danger": spec.danger,
            "required": spec.required,
            "placeholders": spec.holes.iter().map(|hole| &hole.literal).collect::<Vec<_>>(),
            "mark": spec.mark.map(|mark| match mark {
                super::Mark::Done => "done",
                super::Mark::NotApplicable => "not_applicable",
            }),
            "line": self.line(spec.span),
        })
    }

    fn alert(&self, alert: &AlertRule) -> Value {
        let threshold = |line: &Threshold| match line {
            Threshold::Absolute(n) => json!(n),
            Threshold::TimesBaseline(n) => json!(format!("{n}x baseline")),
        };
        let (above, below) = match &alert.limit {
            Some(Limit::Above(line)) => (Some(threshold(line)), None),
            Some(Limit::Below(line)) => (None, Some(threshold(line))),
            None => (None, None),
        };
        json!({
            "name": alert.name,
            "metric": alert.metric,
            "above": above,
            "below": below,
            "for_seconds": alert.lasting.map(|t| whole(t.as_secs_f64())),
            "then": alert.then.word(),
            "line": self.line(alert.span),
        })
    }

    fn contact(&self, contact: &Contact) -> Value {
        json!({
            "role": contact.role,
            "name": contact.name,
            "contact": contact.reach,
            "group": contact.group,
            "line": self.line(contact.span),
        })
    }

    fn signoff(&self, signoff: &Signoff) -> Value {
        json!({ "role": signoff.role, "name": signoff.name, "line": self.line(signoff.span) })
    }

    fn note(&self, note: &Note) -> Value {
        json!({ "heading": note.heading, "text": note.text, "line": self.line(note.span) })
    }

    fn account(&self, account: &Account) -> Value {
        json!({
            "element": account.element.word(),
            "line": self.line(account.span),
            "place": account.place.word(),
        })
    }

    fn problem(&self, problem: &Problem) -> Value {
        let at = self.source.position(problem.span.start);
        json!({
            "severity": problem.severity,
            "code": problem.code,
            "message": problem.message,
            "line": at.line,
            "column": at.column,
            "hint": problem.hint,
        })
    }
}

/// Seconds as a whole number where they are one: `300`, not `300.0`.
fn whole(seconds: f64) -> Value {
    if seconds.fract() == 0.0 {
        json!(seconds as u64)
    } else {
        json!(seconds)
    }
}

fn shell_options(work: &Work) -> Option<String> {
    let Work::Shell(shell) = work else {
        return None;
    };
    let mut words = vec![shell.interpreter.program.clone()];
    words.extend(shell.interpreter.options.iter().cloned());
    Some(words.join(" "))
}

fn expect(spec: &StepSpec) -> Option<String> {
    let lines = spec.expect.lines();
    (!lines.is_empty()).then(|| lines.join("; "))
}

fn undo(undo: &Undo) -> Value {
    json!({ "kind": undo.work.kind(), "text": undo.work.text() })
}
