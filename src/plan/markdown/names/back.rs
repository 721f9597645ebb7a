//! Ways back by their words: rollbacks, restores, giving up. What is about one is never a step that
//! somebody comes by; what may be about one asks before it runs.

use super::words::{Sense, Words};
use crate::plan::letters::is_dense;
use crate::plan::markdown::tongues;
use crate::plan::markdown::tongues::made_of;
use crate::plan::markdown::tongues::phrases::Topic;

impl Words {
    /// Whether it only says that here is how to roll back.
    pub(in crate::plan::markdown) fn is_plain_rollback(&self) -> bool {
        self.is_only_rollback() || self.begins_way_back()
    }

    /// Whether it names a way back and nothing else.
    pub(super) fn is_only_rollback(&self) -> bool {
        self.speaks_only_of(&[&PLAIN])
    }

    /// Whether it speaks of a rollback.
    pub(in crate::plan::markdown) fn is_rollback(&self) -> bool {
        let back = [
            Topic::Rollback,
            Topic::Recovery,
            Topic::Restore,
            Topic::Emergency,
            Topic::Urgent,
            Topic::Returns,
            Topic::Abandon,
        ];
        back.into_iter().any(|topic| self.has(topic))
    }

    /// Whether it speaks of what can go wrong, or of going back.
    pub(in crate::plan::markdown) fn is_failure(&self) -> bool {
        // "After restoring the traffic" is no failure.
        let back = [
            Topic::Failure,
            Topic::Rollback,
            Topic::Recovery,
            Topic::Restore,
            Topic::Emergency,
            Topic::Urgent,
            Topic::Case,
            Topic::Resumes,
        ];
        back.into_iter().any(|topic| self.has(topic))
    }

    /// Whether it is about going back. "Recovery" is, "Abort the deployment" and "Emergency procedures";
    /// "Verify recovery point", "Abort long queries" and "Emergency maintenance window" are not.
    pub(super) fn goes_back(&self) -> bool {
        let staged = self.has(Topic::Deploy) || self.has(Topic::Staged);
        let given_up = self.has(Topic::Recovery)
            || self.has(Topic::Abandon)
            || (self.has(Topic::Failure) && staged)
            || (self.has(Topic::Emergency) && !staged);
        (self.has(Topic::Rollback)
            && !self.acts_on(&[&PLAIN, &[Topic::Acts, Topic::Moves, Topic::Thing]]))
            || self.fails()
            || self.restores()
            || self.returns_to_old()
            || (self.has(Topic::Urgent) && !self.has(Topic::Verify) && !self.hurries())
            || (given_up
                && self.speaks_only_of(&[&BACK])
                && !self.acts_on(&[&PLAIN, &[Topic::Acts, Topic::Moves, Topic::Failure]]))
    }

    /// Whether a deployment or a verification is told to be done with something that may only be called
    /// after a way back: "Migrate the rollback table", "Verify that the rollback works". "Deploy rollback",
    /// which speaks of nothing but `back`, is one.
    fn acts_on(&self, back: &[&[Topic]]) -> bool {
        self.begins(&[Topic::Acts, Topic::Moves]) && !self.speaks_only_of(back)
    }

    /// Whether it is a deployment in a hurry: "Despliegue de emergencia", "紧急发布".
    fn hurries(&self) -> bool {
        let only = [Topic::Urgent, Topic::Deploy, Topic::Staged];
        // Where there are no spaces, all of a heading is one word.
        let begins = self.begins(&[Topic::Deploy]);
        (begins && !self.uncounted().starts_with(is_dense))
            || (self.has(Topic::Deploy) && self.speaks_only_of(&[&only]))
    }

    /// "Restore from backup", "Restoration"; not "Restore traffic", which goes on, nor "Create a restore
    /// point".
    fn restores(&self) -> bool {
        if self.has(Topic::Restore) && !self.has(Topic::Verify) {
            return !self.has(Topic::Served);
        }
        let first = self.begins(&[Topic::Returns]);
        let other = self.has(Topic::Verify) || self.begins(&[Topic::Acts, Topic::Order]);
        let kept = || self.has(Topic::Copied) || self.speaks_only_of(&[&PLAIN]);
        self.has(Topic::Returns) && (first || !other) && !self.has(Topic::Served) && kept()
    }

    /// Whether it restores something and does not say what for: to go back, or to fill what is new.
    pub(in crate::plan::markdown) fn only_restores(&self) -> bool {
        let back = [
            Topic::Rollback,
            Topic::Recovery,
            Topic::Abandon,
            Topic::Failure,
            Topic::Emergency,
            Topic::Urgent,
        ];
        let goes_back = back.into_iter().any(|topic| self.has(topic)) || self.returns_to_old();
        self.restores() && !goes_back && !self.names_a_case()
    }

    /// Whether it is about going forward and back: "Deployment and rollback", "Backup and restore".
    pub(super) fn goes_both_ways(&self) -> bool {
        let back = [
            Topic::Rollback,
            Topic::Recovery,
            Topic::Abandon,
            Topic::Returns,
            Topic::Restore,
            Topic::Failure,
            Topic::Fails,
        ];
        let restores = self.has(Topic::Returns) || self.has(Topic::Restore);
        let forward = self.has(Topic::Deploy) || (self.begins(&[Topic::Before]) && restores);
        self.has(Topic::And) && forward && !self.begins(&back)
    }

    /// Whether the commands below it, which stand on the way forward, may be a way back all the same.
    pub(in crate::plan::markdown) fn may_go_back(&self) -> bool {
        let copies = self.begins(&[Topic::Before]) && self.has(Topic::And);
        let restores =
            self.has(Topic::Returns) || self.has(Topic::Restore) || self.has(Topic::Recovery);
        let staged = self.has(Topic::Deploy) || self.has(Topic::Staged);
        let abandons = self.begins(&[Topic::Abandon]) && staged;
        let returns = self.begins(&[Topic::Returns]) && self.has(Topic::Copied);
        (copies && restores) || abandons || returns || self.is_way_back()
    }

    /// Whether a line or a step's title says that here is a way back: "Rollback:", "Otherwise roll back".
    /// "Keep the image for a rollback" prepares one.
    pub(in crate::plan::markdown) fn is_way_back(&self) -> bool {
        let prepares = self.begins(&[Topic::Acts, Topic::Order, Topic::Before, Topic::Verify]);
        let purpose = || {
            let text = self.uncounted();
            let purposes = [
                " for ",
                " in case ",
                " before ",
                " fur ",
                " pour ",
                " para ",
            ];
            purposes.iter().any(|word| text.contains(word))
        };
        let back = [
            Topic::Rollback,
            Topic::Recovery,
            Topic::Abandon,
            Topic::Returns,
        ];
        // Most names that do not prepare one do not speak of one either.
        !prepares
            && self.goes_back()
            && self.meaning().sense == Some(Sense::Rollback)
            && !self.makes_for_rollback()
            && (self.begins(&back) || !purpose() || self.speaks_only_of(&[&BACK]))
    }

    /// Whether a heading below one about rollbacks is for a case of its own: "Before the swap", "If step 3
    /// failed".
    pub(in crate::plan::markdown) fn is_one_case(&self) -> bool {
        let text = self.uncounted();
        let cases = tongues::words(|tongue| tongue.in_case);
        let cases = cases.chain(tongues::words(|tongue| tongue.only_in_case));
        // "When ready, stop" is a step.
        let mut cases = cases.chain(["when"].into_iter().filter(|_| self.has(Topic::Failure)));
        let case = cases.any(|word| tongues::strip_word(text, word).is_some());
        // "If issues occur" may be said of each.
        case && !self.is_plain_rollback()
    }

    /// What it is before, or after, and which of them. "Before rolling back" and "After the rollback" are parts
    /// of one way back, and have none.
    pub(in crate::plan::markdown) fn one_time(&self) -> Option<(bool, &str)> {
        let text = self.uncounted();
        let before = ["before ", "vor ", "avant ", "antes ", "до ", "перед "];
        let before = before.iter().any(|word| text.starts_with(word));
        let (_, rest) = text.split_once(' ')?;
        (self.tells_time_of() == Some(false)).then_some((before, rest))
    }

    /// The number in "After step 3", which is a step of the deployment or of the way back.
    pub(in crate::plan::markdown) fn beside_step(&self) -> Option<usize> {
        let (_, rest) = self.one_time()?;
        let steps = [
            "step ", "schritt ", "l etape ", "paso ", "el paso ", "passo ", "o passo ",
        ];
        let number = steps.iter().find_map(|word| rest.strip_prefix(word))?;
        number.trim_end().parse().ok()
    }

    /// Whether it is what is done around a way back: "Before rolling back", "Post-rollback", "Rollback
    /// verification".
    pub(in crate::plan::markdown) fn is_around(&self) -> bool {
        let text = self.uncounted();
        let beside = ["pre ", "post "].iter().any(|word| text.starts_with(word));
        let verifies = || self.has(Topic::Verify) || self.has(Topic::Testing);
        let around = || beside || verifies() || self.completes();
        self.tells_time_of() == Some(true)
            || (self.has(Topic::Rollback) && around() && self.goes_back())
    }

    /// Whether that is done at its end: "Post-rollback", "Rollback completeness checklist".
    pub(in crate::plan::markdown) fn ends_way_back(&self) -> bool {
        let text = self.uncounted();
        let late = [
            "post ",
            "after ",
            "nach ",
            "apres ",
            "despues ",
            "depois ",
            "после ",
        ];
        let late = || late.iter().any(|word| text.starts_with(word));
        let proves =
            || self.begins(&[Topic::Rollback]) && VERIFIED.iter().any(|word| text.contains(word));
        self.is_around() && (late() || self.completes() || proves())
    }

    /// "Rollback completion"; a "complete rollback" is one of all there is.
    fn completes(&self) -> bool {
        let text = self.uncounted();
        ["completeness ", "completion ", "rollback complete "]
            .iter()
            .any(|word| text.contains(word))
    }

    /// Whether it is called a way back by name, and is not only like one: "Restore from backup".
    pub(in crate::plan::markdown) fn is_called_rollback(&self) -> bool {
        self.has(Topic::Rollback)
    }

    /// Whether "before" or "after", with which it begins, is said of the way back itself.
    fn tells_time_of(&self) -> Option<bool> {
        let text = self.uncounted();
        let times = [
            "before ",
            "after ",
            "vor ",
            "nach ",
            "avant ",
            "apres ",
            "antes ",
            "despues ",
            "depois ",
            "до ",
            "перед ",
            "после ",
        ];
        let begins = ["you ", "starting ", "beginning ", "going "];
        let of_itself = || self.is_rollback() || begins.iter().any(|word| text.contains(word));
        let told = times.iter().any(|word| text.starts_with(word));
        told.then(of_itself)
    }

    /// Whether it says somewhere that it is for a case: "Restart the workers if they hang".
    pub(in crate::plan::markdown) fn names_a_case(&self) -> bool {
        let cases = [
            " if ",
            " when ",
            " unless ",
            " in case ",
            " needed ",
            " wenn ",
            " falls ",
            " bei ",
            " si ",
            " se ",
            " если ",
        ];
        let text = self.uncounted();
        cases.iter().any(|word| text.contains(word))
    }

    /// Whether it is the way back of one thing: "Rollback of the contract step".
    pub(in crate::plan::markdown) fn is_rollback_of(&self) -> bool {
        let text = self.uncounted();
        let of = [
            "rollback of ",
            "roll back of ",
            "reverting ",
            "undo of ",
            "undoing ",
        ];
        of.iter().any(|word| text.starts_with(word))
    }

    /// Whether it stops something for good, as far as it says: "Shut down the cluster".
    pub(in crate::plan::markdown) fn takes_down(&self) -> bool {
        let text = self.uncounted();
        let stops = [
            "stop ",
            "shut down ",
            "bring down ",
            "take down ",
            "scale down ",
            "pause ",
        ];
        stops.iter().any(|word| text.starts_with(word))
    }

    /// Whether it is only about turning to what is new: "Swap the tables", not "Swap partners" nor "Kill switch".
    pub(super) fn turns(&self) -> bool {
        let mut words = self.uncounted().split_whitespace().skip(1);
        self.begins(&[Topic::Turns]) && words.all(|word| TURNED.contains(&word))
    }

    /// Whether it names another place than production: "Staging deployment", "on your laptop".
    pub(super) fn is_elsewhere(&self) -> bool {
        let text = self.uncounted();
        // "Test environment variables" and "Back on your machine" are here.
        let here = ["test environment var", "back on your ", "back on my "];
        let here = here.iter().any(|words| text.starts_with(words));
        self.has(Topic::Elsewhere) && !text.contains("prod") && !here && !self.denies_elsewhere()
    }

    /// Whether it says that nobody does it at another place, and so in production: "Not needed on staging".
    pub(super) fn denies_elsewhere(&self) -> bool {
        let elsewhere = self.has(Topic::Elsewhere) && !self.uncounted().contains("prod");
        elsewhere && self.begins(&[Topic::No])
    }

    /// What stands behind the phrases of `topics` that it begins with, if there are any.
    pub(in crate::plan::markdown) fn behind(&self, topics: &[Topic]) -> Option<&str> {
        let text = self.uncounted();
        let mut rest = text;
        while let Some(length) = made_of::longest(rest, &[topics]).filter(|_| !rest.is_empty()) {
            // Where there are no spaces between words, the next one may begin there.
            let dense = rest.starts_with(is_dense);
            let behind = &rest[length..];
            let open = behind.find(' ').filter(|_| !dense || behind == " ");
            rest = match open {
                Some(open) => &behind[open + 1..],
                None if dense => behind,
                None => "",
            };
        }
        (rest.len() < text.len()).then_some(rest)
    }

    /// Whether each of its words is a part of a phrase of `topics`.
    pub(in crate::plan::markdown) fn speaks_only_of(&self, topics: &[&[Topic]]) -> bool {
        made_of::only(self.uncounted(), topics)
    }
}

/// What is turned to, or turned: of anything else a heading may go back, or only tell.
const TURNED: [&str; 26] = [
    "the", "a", "to", "in", "of", "new", "green", "version", "traffic", "dns", "load", "balancer",
    "table", "tables", "column", "columns", "row", "rows", "schema", "data", "database", "index",
    "slot", "slots", "reads", "writes",
];

/// How words begin for making sure that it was done.
const VERIFIED: [&str; 5] = [" verif", " validat", " uberpruf", " проверк", "验证"];

/// What a heading may speak of that only says that here is how to roll back.
const PLAIN: [Topic; 9] = [
    Topic::Rollback,
    Topic::Recovery,
    Topic::Restore,
    Topic::Returns,
    Topic::Abandon,
    Topic::Emergency,
    Topic::Urgent,
    Topic::Steps,
    Topic::Small,
];

/// What a heading that speaks of recovery, of giving up or of an emergency may speak of beside it.
const BACK: [Topic; 14] = [
    Topic::Rollback,
    Topic::Recovery,
    Topic::Abandon,
    Topic::Returns,
    Topic::Emergency,
    Topic::Steps,
    Topic::Small,
    Topic::Thing,
    Topic::Copied,
    Topic::Failure,
    Topic::Deploy,
    Topic::Day,
    Topic::Staged,
    Topic::Turns,
];
