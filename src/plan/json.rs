//! What `check --format json` prints: the plan and its problems, for other programs.
//!
//! Times are in seconds; lines and columns count from 1. Fields are only ever added. The report
//! borrows from what it reports, so that a plan of thousands of steps is written in one go.

use std::borrow::Cow;
use std::time::Duration;

use serde::{Serialize, Serializer};

use super::draft::{Mark, StepSpec};
use super::ledger::{Element, Ledger};
use super::model::{Phase, Plan, Step, Tier};
use super::parts::{AlertRule, Limit, Threshold};
use super::problem::Problem;
use super::source::{Source, Span};
use super::work::Work;
use super::{Opened, Severity};

/// One checked file.
#[derive(Serialize)]
pub struct Report<'a> {
    file: &'a str,
    ok: bool,
    title: Option<&'a str>,
    environment: Option<&'a str>,
    digest: Option<&'a str>,
    phases: Vec<PhaseView<'a>>,
    rollbacks: Vec<TierView<'a>>,
    alerts: Vec<AlertView<'a>>,
    contacts: Vec<ContactView<'a>>,
    signoffs: Vec<SignoffView<'a>>,
    notes: Vec<NoteView<'a>>,
    counts: Counts,
    accounts: Vec<AccountView>,
    problems: Vec<ProblemView<'a>>,
}

/// How many elements a Markdown file has; all zero for TOML.
#[derive(Default, Serialize)]
struct Counts {
    task_items: usize,
    fences: usize,
    headings: usize,
}

#[derive(Serialize)]
struct PhaseView<'a> {
    id: &'a str,
    number: usize,
    name: &'a str,
    kind: &'static str,
    budget_seconds: Option<Seconds>,
    offset_seconds: Option<i64>,
    gate: Option<GateView<'a>>,
    point_of_no_return: bool,
    choice: Option<&'a str>,
    line: usize,
    steps: Vec<StepView<'a>>,
}

#[derive(Serialize)]
struct GateView<'a> {
    alerts: Option<&'static str>,
    approvals: &'a [String],
}

#[derive(Serialize)]
struct TierView<'a> {
    id: &'a str,
    name: &'a str,
    from_seconds: Option<u64>,
    until_seconds: Option<u64>,
    line: usize,
    steps: Vec<StepView<'a>>,
}

#[derive(Serialize)]
struct StepView<'a> {
    id: &'a str,
    number: &'a str,
    title: &'a str,
    group: Option<&'a str>,
    kind: &'static str,
    text: Cow<'a, str>,
    details: Option<&'a str>,
    shell: Option<String>,
    expect: Option<String>,
    timeout_seconds: Option<Seconds>,
    undo: Option<WorkView<'a>>,
    alternatives: Vec<WorkView<'a>>,
    danger: bool,
    required: bool,
    placeholders: Vec<&'a str>,
    mark: Option<&'static str>,
    line: usize,
}

#[derive(Serialize)]
struct WorkView<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<&'a str>,
    kind: &'static str,
    text: Cow<'a, str>,
}

#[derive(Serialize)]
struct AlertView<'a> {
    name: &'a str,
    metric: Option<&'a str>,
    above: Option<Line>,
    below: Option<Line>,
    for_seconds: Option<Seconds>,
    then: &'static str,
    line: usize,
}

#[derive(Serialize)]
struct ContactView<'a> {
    role: &'a str,
    name: Option<&'a str>,
    contact: Option<&'a str>,
    group: Option<&'a str>,
    line: usize,
}

#[derive(Serialize)]
struct SignoffView<'a> {
    role: &'a str,
    name: Option<&'a str>,
    line: usize,
}

#[derive(Serialize)]
struct NoteView<'a> {
    heading: &'a str,
    text: &'a str,
    line: usize,
}

#[derive(Serialize)]
struct AccountView {
    element: &'static str,
    line: usize,
    place: &'static str,
}

#[derive(Serialize)]
struct ProblemView<'a> {
    severity: Severity,
    code: &'static str,
    message: &'a str,
    line: usize,
    column: usize,
    hint: Option<&'a str>,
}

/// Seconds, written as a whole number where they are one: `300`, not `300.0`.
struct Seconds(Duration);

impl Serialize for Seconds {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        if self.0.subsec_nanos() == 0 {
            to.serialize_u64(self.0.as_secs())
        } else {
            to.serialize_f64(self.0.as_secs_f64())
        }
    }
}

/// The line of an alert: a number, or the words for a multiple.
struct Line(Threshold);

impl Serialize for Line {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Threshold::Absolute(n) => to.serialize_f64(n),
            Threshold::TimesBaseline(n) => to.collect_str(&format_args!("{n}x baseline")),
        }
    }
}

/// The report of `opened`.
pub fn report(opened: &Opened) -> Report<'_> {
    let view = View {
        source: &opened.source,
    };
    let problems = opened.problems.iter().map(|p| view.problem(p)).collect();
    let ok = opened.problems.iter().all(|p| p.severity < Severity::Error);
    let file = opened.source.name();
    match &opened.plan {
        Some(plan) => view.plan(plan, file, ok, problems),
        None => Report {
            file,
            ok,
            title: None,
            environment: None,
            digest: None,
            phases: Vec::new(),
            rollbacks: Vec::new(),
            alerts: Vec::new(),
            contacts: Vec::new(),
            signoffs: Vec::new(),
            notes: Vec::new(),
            counts: Counts::default(),
            accounts: Vec::new(),
            problems,
        },
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

impl<'a> View<'a> {
    fn plan(
        &self,
        plan: &'a Plan,
        file: &'a str,
        ok: bool,
        problems: Vec<ProblemView<'a>>,
    ) -> Report<'a> {
        let people = plan.contacts.iter().map(|contact| ContactView {
            role: &contact.role,
            name: contact.name.as_deref(),
            contact: contact.reach.as_deref(),
            group: contact.group.as_deref(),
            line: self.line(contact.span),
        });
        let signoffs = plan.signoffs.iter().map(|signoff| SignoffView {
            role: &signoff.role,
            name: signoff.name.as_deref(),
            line: self.line(signoff.span),
        });
        let notes = plan.notes.iter().map(|note| NoteView {
            heading: &note.heading,
            text: &note.text,
            line: self.line(note.span),
        });
        let accounts = plan.ledger.accounts.iter().map(|account| AccountView {
            element: account.element.word(),
            line: self.line(account.span),
            place: account.place.word(),
        });
        Report {
            file,
            ok,
            title: Some(&plan.title),
            environment: plan.environment.as_deref(),
            digest: Some(&plan.digest),
            phases: plan.phases.iter().map(|p| self.phase(plan, p)).collect(),
            rollbacks: plan.tiers.iter().map(|t| self.tier(plan, t)).collect(),
            alerts: plan.alerts.iter().map(|a| self.alert(a)).collect(),
            contacts: people.collect(),
            signoffs: signoffs.collect(),
            notes: notes.collect(),
            counts: counts(&plan.ledger),
            accounts: accounts.collect(),
            problems,
        }
    }

    fn line(&self, span: Span) -> usize {
        self.source.line(span.start)
    }

    fn phase(&self, plan: &'a Plan, phase: &'a Phase) -> PhaseView<'a> {
        let spec = &phase.spec;
        PhaseView {
            id: &phase.id,
            number: phase.number,
            name: &spec.name,
            kind: spec.kind.word(),
            budget_seconds: spec.budget.map(Seconds),
            offset_seconds: spec.at.as_ref().map(|at| at.seconds),
            gate: spec.gate.as_ref().map(|gate| GateView {
                alerts: gate.no_alerts.then_some("none"),
                approvals: &gate.approvals,
            }),
            point_of_no_return: spec.point_of_no_return,
            choice: spec.choice.as_deref(),
            line: self.line(spec.span),
            steps: self.steps(&plan.steps[phase.steps.clone()]),
        }
    }

    fn tier(&self, plan: &'a Plan, tier: &'a Tier) -> TierView<'a> {
        let spec = &tier.spec;
        TierView {
            id: &tier.id,
            name: &spec.name,
            from_seconds: spec.from.map(|from| from.as_secs()),
            until_seconds: spec.until.map(|until| until.as_secs()),
            line: self.line(spec.span),
            steps: self.steps(&plan.steps[tier.steps.clone()]),
        }
    }

    fn steps(&self, steps: &'a [Step]) -> Vec<StepView<'a>> {
        steps.iter().map(|step| self.step(step)).collect()
    }

    fn step(&self, step: &'a Step) -> StepView<'a> {
        let spec = &step.spec;
        StepView {
            id: step.id.as_str(),
            number: &step.number,
            title: &spec.title,
            group: spec.group.as_deref(),
            kind: spec.work.kind(),
            text: text(&spec.work),
            details: spec.details.as_deref(),
            shell: shell_options(&spec.work),
            expect: expect(spec),
            timeout_seconds: spec.timeout.map(Seconds),
            undo: spec.undo.as_ref().map(|undo| work(None, &undo.work)),
            alternatives: spec
                .alternatives
                .iter()
                .map(|way| work(Some(&way.label), &way.work))
                .collect(),
            danger: spec.danger,
            required: spec.required,
            placeholders: spec.holes.iter().map(|h| h.literal.as_str()).collect(),
            mark: spec.mark.map(|mark| match mark {
                Mark::Done => "done",
                Mark::NotApplicable => "not_applicable",
            }),
            line: self.line(spec.span),
        }
    }

    fn alert(&self, alert: &'a AlertRule) -> AlertView<'a> {
        let (above, below) = match alert.limit {
            Some(Limit::Above(line)) => (Some(Line(line)), None),
            Some(Limit::Below(line)) => (None, Some(Line(line))),
            None => (None, None),
        };
        AlertView {
            name: &alert.name,
            metric: alert.metric.as_deref(),
            above,
            below,
            for_seconds: alert.lasting.map(Seconds),
            then: alert.then.word(),
            line: self.line(alert.span),
        }
    }

    fn problem(&self, problem: &'a Problem) -> ProblemView<'a> {
        let at = self.source.position(problem.span.start);
        ProblemView {
            severity: problem.severity,
            code: problem.code,
            message: &problem.message,
            line: at.line,
            column: at.column,
            hint: problem.hint.as_deref(),
        }
    }
}

fn work<'a>(label: Option<&'a str>, work: &'a Work) -> WorkView<'a> {
    WorkView {
        label,
        kind: work.kind(),
        text: text(work),
    }
}

/// [`Work::text`], borrowed where it stands there as it is.
fn text(work: &Work) -> Cow<'_, str> {
    match work {
        Work::Check(text) => Cow::Borrowed(text),
        Work::Shell(shell) => Cow::Borrowed(&shell.script),
        Work::Sql(sql) => Cow::Borrowed(&sql.text),
        Work::Http(_) | Work::Wait(_) => Cow::Owned(work.text()),
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
