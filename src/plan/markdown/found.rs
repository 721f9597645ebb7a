//! What is looked for in a section, and what is found there.

use crate::plan::draft::StepSpec;
use crate::plan::ledger::Place;
use crate::plan::parts::{AlertRule, Contact, Signoff};
use crate::plan::source::Span;

/// How a section's blocks are read.
#[derive(Clone, Copy, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each says by itself how something is read"
)]
pub(super) struct Rules {
    /// What its steps are in the account.
    pub(super) place: Place,
    /// Whether numbered items are steps.
    pub(super) numbered: bool,
    /// Whether all other items are.
    pub(super) bullets: bool,
    /// Whether blocks that can be run are.
    pub(super) fences: bool,
    /// Whether the heading says that one of what stands there is picked.
    pub(super) chooses: bool,
}

/// What was found in a section.
#[derive(Default)]
pub(super) struct Found {
    pub(super) steps: Vec<Box<StepSpec>>,
    /// Text to keep.
    pub(super) notes: Vec<Span>,
    pub(super) alerts: Vec<AlertRule>,
    pub(super) contacts: Vec<Contact>,
    pub(super) signoffs: Vec<Signoff>,
    /// The budget that the text gives, and where.
    pub(super) budget: Option<(std::time::Duration, Span)>,
    /// The line that says of what stands below it until or after which time of the day it is for, and which steps
    /// stand below such a line.
    pub(super) limit: Option<String>,
    pub(super) limited: Vec<(usize, String)>,
    /// Alerts behind the last step: they are about what stands below.
    pub(super) warnings: Vec<String>,
}

/// Only task items are steps.
pub(super) const TASKS: Rules = Rules {
    place: Place::Step,
    numbered: false,
    bullets: false,
    fences: false,
    chooses: false,
};

/// Every item is something to look at.
pub(super) const CRITERIA: Rules = Rules {
    numbered: true,
    bullets: true,
    ..TASKS
};
