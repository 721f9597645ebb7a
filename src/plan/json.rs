//! What `check --format json` prints: the plan and its problems, for other programs.
//!
//! Times are in seconds; lines and columns count from 1. Fields are only ever added. The report
//! looks at what it reports only while it is written, so that thousands of steps cost no memory.

mod shape;

use std::ops::Range;

use serde::{Serialize, Serializer};

use self::shape::{
    AccountView, AlertView, AllowedView, ContactView, Counts, GateView, Line, NoteView, PhaseView,
    ProblemView, Seconds, ShellLine, SignoffView, StepView, TierView, WorkView,
};
use super::draft::Mark;
use super::expect::Expect;
use super::ledger::{Account, Element, Ledger};
use super::model::{Phase, Step, StepIx, Tier};
use super::parts::{AlertRule, Contact, Limit, Note, Signoff};
use super::problem::Problem;
use super::source::{Source, Span};
use super::ways::Alternative;
use super::work::Work;
use super::{Allowed, Opened, Severity};

/// One checked file.
#[derive(Serialize)]
pub struct Report<'a> {
    file: &'a str,
    ok: bool,
    title: Option<&'a str>,
    environment: Option<&'a str>,
    digest: Option<&'a str>,
    phases: List<'a, Phase, PhaseView<'a>>,
    rollbacks: List<'a, Tier, TierView<'a>>,
    alerts: List<'a, AlertRule, AlertView<'a>>,
    contacts: List<'a, Contact, ContactView<'a>>,
    signoffs: List<'a, Signoff, SignoffView<'a>>,
    notes: List<'a, Note, NoteView<'a>>,
    counts: Counts,
    accounts: List<'a, Account, AccountView>,
    problems: List<'a, Problem, ProblemView<'a>>,
    allowed: List<'a, Allowed, AllowedView<'a>>,
}

/// A list whose items are looked at one by one, while they are written.
struct List<'a, T, V> {
    view: View<'a>,
    items: &'a [T],
    look: fn(View<'a>, &'a T) -> V,
}

impl<T, V: Serialize> Serialize for List<'_, T, V> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(self.items.iter().map(|item| (self.look)(self.view, item)))
    }
}

/// The report of `opened`.
pub fn report(opened: &Opened) -> Report<'_> {
    let plan = opened.plan.as_ref();
    let view = View {
        source: &opened.source,
        files: &opened.files,
        steps: plan.map_or(&[], |plan| &plan.steps),
    };
    Report {
        file: opened.source.name(),
        ok: opened.problems.iter().all(|p| p.severity < Severity::Error),
        title: plan.map(|plan| plan.title.as_str()),
        environment: plan.and_then(|plan| plan.environment.as_deref()),
        digest: plan.map(|plan| plan.digest.as_str()),
        phases: view.list(plan.map(|plan| &plan.phases), View::phase),
        rollbacks: view.list(plan.map(|plan| &plan.tiers), View::tier),
        alerts: view.list(plan.map(|plan| &plan.alerts), View::alert),
        contacts: view.list(plan.map(|plan| &plan.contacts), View::contact),
        signoffs: view.list(plan.map(|plan| &plan.signoffs), View::signoff),
        notes: view.list(plan.map(|plan| &plan.notes), View::note),
        counts: plan.map(|plan| counts(&plan.ledger)).unwrap_or_default(),
        accounts: view.list(plan.map(|plan| &plan.ledger.accounts), View::account),
        problems: view.list(Some(&opened.problems), View::problem),
        allowed: view.list(Some(&opened.allowed), View::allowed),
    }
}

fn counts(ledger: &Ledger) -> Counts {
    Counts {
        task_items: ledger.count(Element::TaskItem),
        fences: ledger.count(Element::Fence),
        headings: ledger.count(Element::Heading),
    }
}

/// What is needed to look at a part of a plan.
#[derive(Clone, Copy)]
struct View<'a> {
    source: &'a Source,
    files: &'a [Source],
    steps: &'a [Step],
}

impl<'a> View<'a> {
    fn list<T, V>(
        self,
        items: Option<&'a Vec<T>>,
        look: fn(View<'a>, &'a T) -> V,
    ) -> List<'a, T, V> {
        List {
            view: self,
            items: items.map_or(&[], Vec::as_slice),
            look,
        }
    }

    /// The file that `span` stands in, where it is not the plan's own.
    fn file(self, span: Span) -> Option<&'a str> {
        let name = self.source.name_at(span.start);
        (name != self.source.name()).then_some(name)
    }

    fn line(self, span: Span) -> usize {
        self.source.line(span.start)
    }

    fn phase(self, phase: &'a Phase) -> PhaseView<'a> {
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
            when: spec.when.as_ref().map(|when| when.text.as_str()),
            choice: spec.choice.as_deref(),
            file: self.file(spec.span),
            line: self.line(spec.span),
            steps: self.steps(phase.steps.clone()),
        }
    }

    fn tier(self, tier: &'a Tier) -> TierView<'a> {
        let spec = &tier.spec;
        TierView {
            id: &tier.id,
            name: &spec.name,
            // A window with an end and no beginning begins at T-0.
            from_seconds: (spec.from.is_some() || spec.until.is_some())
                .then(|| tier.from().as_secs()),
            until_seconds: spec.until.map(|until| until.as_secs()),
            after: spec.after,
            line: self.line(spec.span),
            steps: self.steps(tier.steps.clone()),
        }
    }

    fn steps(self, range: Range<StepIx>) -> List<'a, Step, StepView<'a>> {
        List {
            view: self,
            items: self.steps.get(range).unwrap_or_default(),
            look: View::step,
        }
    }

    fn step(self, step: &'a Step) -> StepView<'a> {
        let spec = &step.spec;
        StepView {
            id: step.id.as_str(),
            number: &step.number,
            title: &spec.title,
            group: spec.group.as_deref(),
            kind: spec.work.kind(),
            text: spec.work.text(),
            details: spec.details.as_deref(),
            shell: shell_options(&spec.work),
            tty: has_terminal(&spec.work),
            expect: expect(spec.expect()),
            timeout_seconds: spec.timeout.map(Seconds),
            undo: spec.undo.as_ref().map(|undo| work(&undo.work)),
            alternatives: spec.alternatives.iter().map(alternative).collect(),
            captures: spec.capture.iter().map(|c| c.name.as_str()).collect(),
            danger: spec.danger,
            required: spec.required,
            when: spec.when.as_ref().map(|when| when.text.as_str()),
            placeholders: spec.holes.iter().map(|h| h.literal.as_str()).collect(),
            mark: spec.mark.map(|mark| match mark {
                Mark::Done => "done",
                Mark::NotApplicable => "not_applicable",
            }),
            file: self.file(spec.span),
            line: self.line(spec.span),
        }
    }

    fn alert(self, alert: &'a AlertRule) -> AlertView<'a> {
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

    fn contact(self, contact: &'a Contact) -> ContactView<'a> {
        ContactView {
            role: &contact.role,
            name: contact.name.as_deref(),
            contact: contact.reach.as_deref(),
            group: contact.group.as_deref(),
            line: self.line(contact.span),
        }
    }

    fn signoff(self, signoff: &'a Signoff) -> SignoffView<'a> {
        SignoffView {
            role: &signoff.role,
            name: signoff.name.as_deref(),
            given: signoff.given,
            line: self.line(signoff.span),
        }
    }

    fn note(self, note: &'a Note) -> NoteView<'a> {
        NoteView {
            heading: &note.heading,
            text: &note.text,
            line: self.line(note.span),
        }
    }

    fn account(self, account: &'a Account) -> AccountView {
        AccountView {
            element: account.element.word(),
            line: self.line(account.span),
            place: account.place.word(),
        }
    }

    fn problem(self, problem: &'a Problem) -> ProblemView<'a> {
        let other = problem.file.and_then(|file| self.files.get(file));
        let at = other.unwrap_or(self.source).position(problem.span.start);
        ProblemView {
            file: other.map_or_else(|| self.file(problem.span), |other| Some(other.name())),
            severity: problem.severity,
            code: problem.code,
            message: &problem.message,
            line: at.line,
            column: at.column,
            hint: problem.hint.as_deref(),
        }
    }

    fn allowed(self, allowed: &'a Allowed) -> AllowedView<'a> {
        AllowedView {
            reason: &allowed.reason,
            problem: self.problem(&allowed.problem),
        }
    }
}

fn work(work: &Work) -> WorkView<'_> {
    WorkView {
        label: None,
        kind: work.kind(),
        tty: has_terminal(work),
        text: work.text(),
        cwd: None,
        expect: None,
        captures: Vec::new(),
    }
}

fn alternative(way: &Alternative) -> WorkView<'_> {
    WorkView {
        label: Some(&way.label),
        cwd: way.cwd.as_deref(),
        expect: way.expected.as_deref().and_then(expect),
        captures: way.capture.iter().map(|c| c.name.as_str()).collect(),
        ..work(&way.work)
    }
}

fn has_terminal(work: &Work) -> bool {
    matches!(work, Work::Shell(shell) if shell.tty)
}

fn shell_options(work: &Work) -> Option<ShellLine<'_>> {
    match work {
        Work::Shell(shell) => Some(ShellLine(&shell.interpreter)),
        _ => None,
    }
}

fn expect(expect: &Expect) -> Option<String> {
    let lines = expect.lines();
    (!lines.is_empty()).then(|| lines.join("; "))
}
