//! Ways back that are told without naming one: by the case that they are for, or by what there was before.

use super::phrases::Topic;
use super::tongues;
use super::words::Words;

impl Words {
    /// "If the migration fails", "if something goes wrong", "if issues occur".
    pub(super) fn fails(&self) -> bool {
        let case = || {
            let text = self.uncounted();
            tongues::words(|tongue| tongue.in_case)
                .any(|word| tongues::strip_word(text, word).is_some())
        };
        // "If we need to go back"
        let speaks = self.has(Topic::Failure) || self.uncounted().contains(" go back ");
        self.has(Topic::Fails) || (speaks && case())
    }

    /// Whether it says that a way back is rehearsed: "Rollback drill". "Verify the rollback rehearsal" is done now.
    pub(super) fn is_drill(&self) -> bool {
        let text = format!(" {}", self.uncounted());
        let drill = DRILLS.iter().any(|drill| text.contains(drill));
        drill && self.is_rollback() && !self.begins(&[Topic::Verify, Topic::Order, Topic::Acts])
    }

    /// "Back to the old version", "Switch back to blue", "Return to the previous release"; not "Back to normal".
    pub(super) fn returns_to_old(&self) -> bool {
        let old = [
            "old", "previous", "earlier", "prior", "last", "original", "blue",
        ];
        let text = self.uncounted();
        let begins = [
            "back to ",
            "switch back to ",
            "go back to ",
            "move back to ",
            "return to ",
            "returning to ",
        ];
        let rest = begins.iter().find_map(|begin| text.strip_prefix(begin));
        let mut words = rest.unwrap_or("").split(' ');
        words
            .find(|word| *word != "the")
            .is_some_and(|word| old.contains(&word))
    }
}

/// What rehearsals are called by.
const DRILLS: [&str; 18] = [
    " drill",
    " rehears",
    " dry run",
    " game day",
    " exercise",
    " ubung",
    " probelauf",
    " exercice",
    " repetition",
    " simulacro",
    " ensayo",
    " simulacao",
    " ensaio",
    " учени",
    " репетиц",
    "演练",
    "訓練",
    "リハーサル",
];
