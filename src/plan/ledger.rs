//! The account of a Markdown file: each task item, fenced block and heading, and where it went.
//! It is how "nothing is lost" can be checked by anybody.

use super::source::Span;

/// The elements of a file in the order in which they stand; empty for TOML.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    /// One for each element.
    pub accounts: Vec<Account>,
}

/// One element and its place in the plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// What it is.
    pub element: Element,
    /// What became of it.
    pub place: Place,
    /// Where it stands.
    pub span: Span,
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Element {
    /// `- [ ]` and its kin.
    TaskItem,
    /// A fenced code block.
    Fence,
    /// A heading.
    Heading,
}

impl Element {
    /// The word that JSON uses.
    pub fn word(self) -> &'static str {
        match self {
            Element::TaskItem => "task_item",
            Element::Fence => "fence",
            Element::Heading => "heading",
        }
    }
}

/// What an element became.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The plan's title.
    Title,
    /// A phase, or the name of a group of steps.
    Phase,
    /// A step, or part of one.
    Step,
    /// A rollback, or the name of a group of them.
    Rollback,
    /// A step of a rollback, or part of one.
    RollbackStep,
    /// A criterion or an alert rule.
    Alert,
    /// Somebody to call.
    Contact,
    /// Somebody who has to sign.
    Signoff,
    /// Text to look up, never run.
    Reference,
    /// Text to read.
    Note,
}

impl Place {
    /// The word that JSON uses.
    pub fn word(self) -> &'static str {
        match self {
            Place::Title => "title",
            Place::Phase => "phase",
            Place::Step => "step",
            Place::Rollback => "rollback",
            Place::RollbackStep => "rollback_step",
            Place::Alert => "alert",
            Place::Contact => "contact",
            Place::Signoff => "signoff",
            Place::Reference => "reference",
            Place::Note => "note",
        }
    }
}

impl Ledger {
    /// Writes down where an element went.
    pub fn add(&mut self, element: Element, place: Place, span: impl Into<Span>) {
        self.accounts.push(Account {
            element,
            place,
            span: span.into(),
        });
    }

    /// How many elements of a sort there are.
    pub fn count(&self, element: Element) -> usize {
        self.accounts
            .iter()
            .filter(|account| account.element == element)
            .count()
    }
}
