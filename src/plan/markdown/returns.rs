//! Ways back that are told without naming one: by the case that they are for, or by what there was before.

use std::sync::LazyLock;

use super::phrases::Topic;
use super::tongues::{self, Beginnings};
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
        if !self.is_rollback() || self.begins(&[Topic::Verify, Topic::Order, Topic::Acts]) {
            return false;
        }
        let text = format!(" {}", self.uncounted());
        DRILLS.iter().any(|drill| text.contains(drill))
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

    /// What is kept for a way back, and made before there is need of one: "Rollback snapshot".
    pub(super) fn keeps_for_rollback(&self) -> bool {
        let text = self.uncounted().trim();
        let kept = [
            "rollback snapshot",
            "rollback snapshots",
            "rollback backup",
            "rollback backups",
            "rollback point",
            "rollback image",
            "rollback plan ready",
            "rollback sicherung",
        ];
        let points = || POINTS.near(text).iter().any(|(point, ())| *point == text);
        kept.contains(&text) || points()
    }

    /// "NO-GO", of which the other is "GO".
    pub(super) fn is_no_go(&self) -> bool {
        format!(" {}", self.uncounted()).contains(" no go ")
    }

    pub(super) fn is_go(&self) -> bool {
        let text = format!(" {}", self.uncounted());
        text.contains(" go ") && !text.contains(" no go ")
    }

    /// "Revert to using the old port": what was only for the time of the work is taken back.
    pub(super) fn reverts_to_use(&self) -> bool {
        let begins = [
            "revert to using ",
            "switch back to using ",
            "go back to using ",
        ];
        let text = self.uncounted();
        begins.iter().any(|begin| text.starts_with(begin))
    }

    /// "In case of problems": what is done then is no way back as a whole.
    pub(super) fn is_trouble(&self) -> bool {
        let cases = [
            "in case of problem",
            "in case of issue",
            "in case of trouble",
            "en cas de probleme",
            "en cas de souci",
            "bei problem",
            "en caso de problema",
            "em caso de problema",
            "в случае проблем",
            "при проблемах",
        ];
        let text = self.uncounted().trim();
        let mut rests = cases.iter().filter_map(|case| text.strip_prefix(case));
        rests.any(|rest| !rest.contains(' '))
    }

    /// Whether it speaks of when to go back.
    pub(super) fn says_when(&self) -> bool {
        self.has(Topic::Criteria) || self.has(Topic::CriteriaBelowRollback) || self.names_steps()
    }

    /// Whether it speaks also of how: "Rollback triggers and procedure", "Rollback decision".
    pub(super) fn says_how(&self) -> bool {
        let text = self.uncounted();
        self.names_steps() || text.contains(" how ") || text.contains(" decision ")
    }
}

/// What stands before "if needed" in `text`.
pub(super) fn before_need(text: &str) -> Option<&str> {
    let needed = |rest: &str| {
        let mut near = NEEDED.near(rest).iter().map(|(word, ())| word);
        near.any(|word| tongues::strip_word(rest, word).is_some_and(|rest| rest.trim().is_empty()))
    };
    let mut spaces = text.match_indices(' ').map(|(at, _)| at);
    let at = spaces.find(|at| needed(text[at + 1..].trim_start()))?;
    Some(text[..at].trim_end_matches([',', ' ', '-', '–', '—']))
}

/// "If needed", behind what is done only then.
static NEEDED: LazyLock<Beginnings> =
    LazyLock::new(|| Beginnings::of(|tongue| tongue.only_in_case));
/// "Rollback point".
static POINTS: LazyLock<Beginnings> = LazyLock::new(|| Beginnings::of(|tongue| tongue.points));

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
