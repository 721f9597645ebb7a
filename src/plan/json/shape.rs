//! What the parts of a report look like, in the order in which their fields are written.

use std::borrow::Cow;
use std::time::Duration;

use serde::{Serialize, Serializer};

use super::List;
use crate::plan::Severity;
use crate::plan::model::Step;
use crate::plan::parts::Threshold;
use crate::plan::work::Interpreter;

/// How many elements a Markdown file has; all zero for TOML.
#[derive(Default, Serialize)]
pub(super) struct Counts {
    pub(super) task_items: usize,
    pub(super) fences: usize,
    pub(super) headings: usize,
}

#[derive(Serialize)]
pub(super) struct PhaseView<'a> {
    pub(super) id: &'a str,
    pub(super) number: usize,
    pub(super) name: &'a str,
    pub(super) kind: &'static str,
    pub(super) budget_seconds: Option<Seconds>,
    pub(super) offset_seconds: Option<i64>,
    pub(super) gate: Option<GateView<'a>>,
    pub(super) point_of_no_return: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) when: Option<&'a str>,
    pub(super) choice: Option<&'a str>,
    /// Where it is not the plan itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) file: Option<&'a str>,
    pub(super) line: usize,
    pub(super) steps: List<'a, Step, StepView<'a>>,
}

#[derive(Serialize)]
pub(super) struct GateView<'a> {
    pub(super) alerts: Option<&'static str>,
    pub(super) approvals: &'a [String],
}

#[derive(Serialize)]
pub(super) struct TierView<'a> {
    pub(super) id: &'a str,
    pub(super) name: &'a str,
    pub(super) from_seconds: Option<u64>,
    pub(super) until_seconds: Option<u64>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) after: bool,
    pub(super) line: usize,
    pub(super) steps: List<'a, Step, StepView<'a>>,
}

#[derive(Serialize)]
pub(super) struct StepView<'a> {
    pub(super) id: &'a str,
    pub(super) number: &'a str,
    pub(super) title: &'a str,
    pub(super) group: Option<&'a str>,
    pub(super) kind: &'static str,
    pub(super) text: Cow<'a, str>,
    pub(super) details: Option<&'a str>,
    pub(super) shell: Option<ShellLine<'a>>,
    /// Whether it has a terminal.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) tty: bool,
    pub(super) expect: Option<String>,
    pub(super) timeout_seconds: Option<Seconds>,
    pub(super) undo: Option<WorkView<'a>>,
    pub(super) alternatives: Vec<WorkView<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) captures: Vec<&'a str>,
    pub(super) danger: bool,
    pub(super) required: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) when: Option<&'a str>,
    pub(super) placeholders: Vec<&'a str>,
    pub(super) mark: Option<&'static str>,
    /// Where it is not the plan itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) file: Option<&'a str>,
    pub(super) line: usize,
}

#[derive(Serialize)]
pub(super) struct WorkView<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) label: Option<&'a str>,
    pub(super) kind: &'static str,
    /// Whether it has a terminal.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) tty: bool,
    pub(super) text: Cow<'a, str>,
    /// Of one of several ways: its own directory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) cwd: Option<&'a str>,
    /// What is expected of it alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) expect: Option<String>,
    /// The variables that are taken from what it alone prints.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) captures: Vec<&'a str>,
}

#[derive(Serialize)]
pub(super) struct AlertView<'a> {
    pub(super) name: &'a str,
    pub(super) metric: Option<&'a str>,
    pub(super) above: Option<Line>,
    pub(super) below: Option<Line>,
    pub(super) for_seconds: Option<Seconds>,
    pub(super) then: &'static str,
    pub(super) line: usize,
}

#[derive(Serialize)]
pub(super) struct ContactView<'a> {
    pub(super) role: &'a str,
    pub(super) name: Option<&'a str>,
    pub(super) contact: Option<&'a str>,
    pub(super) group: Option<&'a str>,
    pub(super) line: usize,
}

#[derive(Serialize)]
pub(super) struct SignoffView<'a> {
    pub(super) role: &'a str,
    pub(super) name: Option<&'a str>,
    pub(super) given: bool,
    pub(super) line: usize,
}

#[derive(Serialize)]
pub(super) struct NoteView<'a> {
    pub(super) heading: &'a str,
    pub(super) text: &'a str,
    pub(super) line: usize,
}

#[derive(Serialize)]
pub(super) struct AccountView {
    pub(super) element: &'static str,
    pub(super) line: usize,
    pub(super) place: &'static str,
}

#[derive(Serialize)]
pub(super) struct ProblemView<'a> {
    /// Where it is not the plan itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) file: Option<&'a str>,
    pub(super) severity: Severity,
    pub(super) code: &'static str,
    pub(super) message: &'a str,
    pub(super) line: usize,
    pub(super) column: usize,
    pub(super) hint: Option<&'a str>,
}

#[derive(Serialize)]
pub(super) struct AllowedView<'a> {
    pub(super) reason: &'a str,
    #[serde(flatten)]
    pub(super) problem: ProblemView<'a>,
}

/// A shell with its options, as one types it.
pub(super) struct ShellLine<'a>(pub(super) &'a Interpreter);

impl Serialize for ShellLine<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self.0)
    }
}

/// Seconds, written as a whole number where they are one: `300`, not `300.0`.
pub(super) struct Seconds(pub(super) Duration);

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
pub(super) struct Line(pub(super) Threshold);

impl Serialize for Line {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Threshold::Absolute(n) => to.serialize_f64(n),
            Threshold::TimesBaseline(n) => to.collect_str(&format_args!("{n}x baseline")),
        }
    }
}
