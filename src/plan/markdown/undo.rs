//! What undoes a step, where its author wrote it right below what the step does: "Undo:".

use super::steps::Walk;
use super::ways::Candidate;
use super::work;
use crate::plan::draft::Undo;
use crate::plan::letters;

/// Lines that say what undoes the block above, folded.
const UNDO: [&str; 26] = [
    "undo",
    "to undo",
    "to undo it",
    "undo it",
    "undo this",
    "revert",
    "to revert",
    "revert this",
    "rollback",
    "roll back",
    "to roll back",
    "back out",
    "zuruck",
    "ruckgangig",
    "ruckgangig machen",
    "zuruckrollen",
    "annuler",
    "pour annuler",
    "retour arriere",
    "deshacer",
    "revertir",
    "desfazer",
    "reverter",
    "откат",
    "切り戻し",
    "回滚",
];

/// Whether `label` says that what stands below it undoes what stands above, and nothing else.
fn is_undo(label: &str) -> bool {
    label.len() <= 40 && UNDO.contains(&letters::fold(label).trim())
}

impl Walk<'_, '_> {
    /// Whether a block behind an item's first one undoes what that does: its line says so, and no more.
    pub(super) fn is_undo(&self, candidate: &Candidate<'_>) -> bool {
        let undoes = candidate.label.as_deref().is_some_and(is_undo);
        let step = self.found.steps.last();
        let free = step.is_some_and(|step| step.undo.is_none() && !step.work.is_check());
        undoes && free && self.is_forward()
    }

    /// Gives the step at `at` what undoes it.
    pub(super) fn undo(&mut self, at: usize, candidate: &Candidate<'_>) {
        self.book.settle(candidate.fence.account, self.rules.place);
        let mut undo = work::blank(String::new(), candidate.span);
        self.choose(&mut undo, std::slice::from_ref(candidate));
        let Some(step) = self.found.steps.get_mut(at) else {
            return;
        };
        if undo.work.is_check() {
            work::add(&mut step.details, undo.details.as_deref().unwrap_or(""));
            return;
        }
        for hole in undo.holes {
            if !step.holes.contains(&hole) {
                step.holes.push(hole);
            }
        }
        step.undo = Some(Box::new(Undo {
            work: undo.work,
            expect: undo.expected.map(|expect| *expect).unwrap_or_default(),
            timeout: None,
        }));
    }
}
