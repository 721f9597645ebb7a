//! Several ways of doing a step, of which the operator picks one, and what holds for one of them alone.

use super::capture::Capture;
use super::draft::StepSpec;
use super::expect::Expect;
use super::work::Work;

/// One of several ways of doing a step. What it does not say itself, the step says for all of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Alternative {
    /// What tells it from the others.
    pub label: String,
    /// What it does.
    pub work: Work,
    /// Its own directory, if it is a script.
    pub cwd: Option<String>,
    /// What must be true afterwards, if it was done this way.
    pub expected: Option<Box<Expect>>,
    /// Variables that are taken from its output, beside those of the step.
    pub capture: Vec<Capture>,
}

impl Alternative {
    /// A way of which only the name and the work are known.
    pub(super) fn new(label: String, work: Work) -> Self {
        Alternative {
            label,
            work,
            cwd: None,
            expected: None,
            capture: Vec::new(),
        }
    }
}

impl StepSpec {
    /// The work of the alternative that was picked, counted from 0.
    pub fn work_of(&self, choice: usize) -> Option<&Work> {
        match self.alternatives.get(choice) {
            Some(alternative) => Some(&alternative.work),
            None => (choice == 0).then_some(&self.work),
        }
    }

    /// What must be true after `work`, which is part of this step.
    pub fn expect_of(&self, work: &Work) -> &Expect {
        match &self.undo {
            Some(undo) if std::ptr::eq(&raw const undo.work, work) => &undo.expect,
            _ => {
                let own = self.way_of(work).and_then(|way| way.expected.as_deref());
                own.unwrap_or_else(|| self.expect())
            }
        }
    }

    /// The directory of `work`, which is part of this step.
    pub fn cwd_of(&self, work: &Work) -> Option<&str> {
        let own = self.way_of(work).and_then(|way| way.cwd.as_deref());
        own.or(self.cwd.as_deref())
    }

    /// The variables that are taken from what `work`, part of this step and not its undo, prints.
    pub fn captures_of(&self, work: &Work) -> impl Iterator<Item = &Capture> {
        let own = self.way_of(work).into_iter().flat_map(|way| &way.capture);
        self.capture.iter().chain(own)
    }

    /// The variables that may be taken from its output, whichever way it is done.
    pub fn captures(&self) -> impl Iterator<Item = &Capture> {
        let own = self.alternatives.iter().flat_map(|way| &way.capture);
        self.capture.iter().chain(own)
    }

    /// The same, to change them.
    pub(super) fn captures_mut(&mut self) -> impl Iterator<Item = &mut Capture> {
        let own = self.alternatives.iter_mut();
        let own = own.flat_map(|way| &mut way.capture);
        self.capture.iter_mut().chain(own)
    }

    /// The alternative that does `work`.
    fn way_of(&self, work: &Work) -> Option<&Alternative> {
        let mut ways = self.alternatives.iter();
        ways.find(|way| std::ptr::eq(&raw const way.work, work))
    }
}
