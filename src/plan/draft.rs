//! What a reader found in a file, before anyone checked it: the parts as their author wrote them,
//! each with its place in the text.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::capture::Capture;
use super::condition::Condition;
use super::expect::Expect;
use super::include::Include;
use super::ledger::Ledger;
use super::model::PhaseKind;
use super::parts::{AlertRule, Contact, Database, Note, Signoff, Var};
use super::probe::Probe;
use super::problem::Problem;
use super::source::Span;
use super::ways::Alternative;
use super::work::{Interpreter, Work};

/// A piece of text and where it stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Placed<T> {
    /// The piece.
    pub value: T,
    /// Where it stands.
    pub span: Span,
}

impl<T> Placed<T> {
    /// `value`, found at `span`.
    pub fn new(value: T, span: impl Into<Span>) -> Self {
        Placed {
            value,
            span: span.into(),
        }
    }
}

/// Everything that was read from one file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Draft {
    /// The title, if there is one.
    pub title: Option<Placed<String>>,
    /// The environment.
    pub environment: Option<String>,
    /// The shell of steps that do not name one.
    pub shell: Option<Interpreter>,
    /// The directory in which its shell steps begin, relative to the file's own.
    pub cwd: Option<Placed<String>>,
    /// Variables.
    pub vars: Vec<Var>,
    /// Databases.
    pub databases: Vec<Database>,
    /// Phases.
    pub phases: Vec<PhaseSpec>,
    /// Ways back.
    pub tiers: Vec<TierSpec>,
    /// What is measured again and again.
    pub probes: Vec<Probe>,
    /// Alert rules and rollback criteria.
    pub alerts: Vec<AlertRule>,
    /// Whom to call.
    pub contacts: Vec<Contact>,
    /// Who has to sign.
    pub signoffs: Vec<Signoff>,
    /// Everything else.
    pub notes: Vec<Note>,
    /// Problems that the author accepts.
    pub allows: Vec<Allow>,
    /// Folders of migrations.
    pub migrations: Vec<String>,
    /// Other files whose phases are taken in.
    pub includes: Vec<Include>,
    /// Names in braces that are meant for other tools.
    pub not_variables: Vec<String>,
    /// How many people must have approved what the file says before it can be run.
    pub approvals: u32,
    /// Commands in sentences and tables, which a person is told to run.
    pub told: Vec<Span>,
    /// Where each element of a Markdown file went.
    pub ledger: Ledger,
}

/// A problem that the author of a plan knows and accepts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allow {
    /// The code of such problems.
    pub code: String,
    /// Why they are accepted.
    pub reason: String,
    /// Where that is said.
    pub span: Span,
    /// Where it holds; none: in the whole plan, and in what the plan applies.
    pub scope: Option<Span>,
}

impl Allow {
    /// What is wrong with one at `span` that does not say why.
    pub(super) fn without_reason(span: Span) -> Problem {
        Problem::error(
            "allow-without-reason",
            span,
            "nobody says why this is allowed",
        )
        .hint("write the problem's code, and a reason that a reviewer can agree with")
    }
}

/// A phase as it is written.
#[derive(Clone, Debug)]
pub struct PhaseSpec {
    /// The id, if the author chose one.
    pub id: Option<Placed<String>>,
    /// The name.
    pub name: String,
    /// What it is for.
    pub kind: PhaseKind,
    /// How long it should take.
    pub budget: Option<Duration>,
    /// When it is due.
    pub at: Option<ClockPlace>,
    /// The go/no-go decision in front of it.
    pub gate: Option<Gate>,
    /// Whether the author says that there is none.
    pub ungated: bool,
    /// Whether there is no way back once it has started.
    pub point_of_no_return: bool,
    /// The choice that this phase is one option of: only one phase of a choice is driven.
    pub choice: Option<String>,
    /// What must be so for it to be driven at all.
    pub when: Option<Condition>,
    /// The steps; moved into [`super::model::Plan::steps`] by the check.
    pub steps: Vec<Box<StepSpec>>,
    /// Where it stands.
    pub span: Span,
}

/// A place on the clock, relative to T-0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClockPlace {
    /// Seconds from T-0, negative before it.
    pub seconds: i64,
    /// As the author wrote it.
    pub words: String,
}

/// What must be true before a phase may start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gate {
    /// No alert may be firing.
    pub no_alerts: bool,
    /// The approvals that must have been given, by name.
    pub approvals: Vec<String>,
}

/// A way back as it is written.
#[derive(Clone, Debug)]
pub struct TierSpec {
    /// The name.
    pub name: String,
    /// The start of its window since T-0.
    pub from: Option<Duration>,
    /// The end of its window since T-0.
    pub until: Option<Duration>,
    /// When the undos of the steps that were applied run.
    pub undo: UndoOrder,
    /// How it has to be confirmed.
    pub confirm: Confirm,
    /// Whether it is one of several for the same time, each for a case of its own: the clock does not say which.
    pub way: bool,
    /// Whether it is no way back itself, but what is done behind whichever was gone: "Post-rollback checklist".
    pub after: bool,
    /// The steps; moved into [`super::model::Plan::steps`] by the check.
    pub steps: Vec<Box<StepSpec>>,
    /// Where it stands.
    pub span: Span,
}

impl TierSpec {
    /// Since when and until when after T-0 it is for.
    pub(super) fn window(&self) -> (Duration, Option<Duration>) {
        (self.from.unwrap_or_default(), self.until)
    }
}

/// Where in a tier the undos of the applied steps have their place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UndoOrder {
    /// Before the tier's own steps.
    First,
    /// After the tier's own steps.
    #[default]
    Last,
    /// Not at all: the tier's steps are the whole procedure.
    None,
}

/// What it takes to fire a rollback or a dangerous step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Confirm {
    /// A second, different key.
    #[default]
    Key,
    /// The environment's name, typed.
    Environment,
    /// Nothing more.
    None,
}

/// A step as it is written.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a key of the plan")]
pub struct StepSpec {
    /// The id, if the author chose one.
    pub id: Option<Placed<String>>,
    /// One line.
    pub title: String,
    /// The sub-heading or list item it stands under inside its phase.
    pub group: Option<Arc<str>>,
    /// What is written below its title.
    pub details: Option<String>,
    /// What it does.
    pub work: Work,
    /// Other ways of doing it, of which the operator picks one; the first is [`StepSpec::work`].
    pub alternatives: Vec<Alternative>,
    /// What must be true afterwards, if it is more than that the work succeeds.
    pub expected: Option<Box<Expect>>,
    /// How long it may run.
    pub timeout: Option<Duration>,
    /// How what it did is undone.
    pub undo: Option<Box<Undo>>,
    /// Tries after a failure, without asking.
    pub retry: Retry,
    /// Whether it needs a person's confirmation.
    pub danger: bool,
    /// What the confirmation asks.
    pub confirm: Option<String>,
    /// Whether it can't be skipped.
    pub required: bool,
    /// Whether it may be run again without knowing how it ended.
    pub idempotent: bool,
    /// Whether it must not be run a second time.
    pub no_retry: bool,
    /// Whether it may run beside its neighbours that say the same.
    pub parallel: bool,
    /// Environment variables for a shell step.
    pub env: Vec<(String, String)>,
    /// Directory of a shell step; relative to where the run was started.
    pub cwd: Option<String>,
    /// Variables taken from its output.
    pub capture: Vec<Capture>,
    /// What must be so for it to be done at all.
    pub when: Option<Box<Condition>>,
    /// Text in the work that stands for something the operator has to give.
    pub holes: Vec<Hole>,
    /// What variables are called in the plan that have another name in the file this step stands in.
    pub names: Option<Arc<BTreeMap<String, String>>>,
    /// What its mark in the file says: already done, or not applicable.
    pub mark: Option<Mark>,
    /// Problems of this step that the author accepts.
    pub allows: Vec<Allow>,
    /// Where it stands.
    pub span: Span,
}

impl StepSpec {
    /// A step that does `work` and nothing else is known of.
    pub fn new(title: impl Into<String>, work: Work, span: impl Into<Span>) -> Self {
        StepSpec {
            id: None,
            title: title.into(),
            group: None,
            details: None,
            work,
            alternatives: Vec::new(),
            expected: None,
            timeout: None,
            undo: None,
            retry: Retry::default(),
            danger: false,
            confirm: None,
            required: false,
            idempotent: false,
            no_retry: false,
            parallel: false,
            env: Vec::new(),
            cwd: None,
            capture: Vec::new(),
            when: None,
            holes: Vec::new(),
            names: None,
            mark: None,
            allows: Vec::new(),
            span: span.into(),
        }
    }

    /// What must be true afterwards.
    pub fn expect(&self) -> &Expect {
        static SUCCESS: Expect = Expect::SUCCESS;
        self.expected.as_deref().unwrap_or(&SUCCESS)
    }

    /// The plan's variable that `name` means in this step's texts.
    pub fn variable<'n>(&'n self, name: &'n str) -> &'n str {
        let names = self.names.as_deref();
        names
            .and_then(|names| names.get(name))
            .map_or(name, String::as_str)
    }

    /// Every text of `work`, which is part of this step, in which variables are filled in.
    pub fn texts<'s>(&'s self, work: &'s Work) -> Vec<Cow<'s, str>> {
        let mut texts: Vec<Cow<'_, str>> = work.texts().into_iter().map(Cow::from).collect();
        if matches!(work, Work::Shell(_)) {
            texts.extend(self.cwd_of(work).map(Cow::from));
            texts.extend(self.env.iter().map(|(_, value)| value.as_str().into()));
        }
        texts.extend(self.expect_of(work).texts());
        texts
    }

    /// The same, and what a person is told, in the title and to do: nothing is filled in there, but its braces
    /// are promises as well.
    pub fn texts_with_braces<'s>(&'s self, work: &'s Work) -> Vec<Cow<'s, str>> {
        let mut texts = self.texts(work);
        texts.push(self.title.as_str().into());
        if let Work::Check(text) = work {
            texts.push(text.into());
        }
        texts
    }
}

/// How a step is undone.
#[derive(Clone, Debug, PartialEq)]
pub struct Undo {
    /// What it does.
    pub work: Work,
    /// What must be true afterwards.
    pub expect: Expect,
    /// How long it may run.
    pub timeout: Option<Duration>,
}

/// Tries after a failure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Retry {
    /// How many more.
    pub times: u32,
    /// The time between two tries.
    pub delay: Duration,
}

/// A placeholder in a runbook's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hole {
    /// The text as it stands, such as `<previous-commit>`.
    pub literal: String,
    /// The variable that is asked for.
    pub var: String,
}

/// What a task item's box says before anything was run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// `[x]`
    Done,
    /// `[~]` or `[-]`
    NotApplicable,
}
