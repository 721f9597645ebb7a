//! What is forbidden in one way, in one case or in one place only, and done all the same.

use super::words::Words;
use crate::plan::markdown::tongues::phrases::Topic;

impl Words {
    /// Whether it forbids something in one way, in one case, or in a place that is not where it is done: "Do not
    /// run this twice", "Never run this if the replica lags", "Never run this on the standby".
    pub(in crate::plan::markdown) fn is_limited(&self) -> bool {
        let text = self.uncounted();
        let limits = [
            " twice ",
            " again ",
            " more than once ",
            " in parallel ",
            " until ",
            " before ",
            " while ",
        ];
        let limited = || limits.iter().any(|word| text.contains(word));
        self.begins(&[Topic::Forbids, Topic::Never])
            && (self.names_a_case() || limited() || is_kept_off_copies(text))
    }
}

/// Whether `text` says no more than that something is not to be done on a copy of the database: "Never run this
/// on the standby". "Never run this on the replica or the primary" and "Do not run this in production or on the
/// standby" say more.
fn is_kept_off_copies(text: &str) -> bool {
    let text = text.trim_end();
    let before = COPIES.iter().find_map(|copy| text.strip_suffix(copy));
    let before = before.and_then(|rest| {
        let rest = rest.trim_end();
        let rest = ["the", "a"]
            .iter()
            .find_map(|article| rest.strip_suffix(article))
            .unwrap_or(rest);
        rest.trim_end().strip_suffix(" on")
    });
    let Some(before) = before else { return false };
    let denials = before
        .split(' ')
        .filter(|word| DENIALS.contains(word))
        .count();
    let told = |word: &str| DENIALS.contains(&word) || TOLD.contains(&word);
    denials == 1 && before.split(' ').all(told)
}

/// What a copy of the database is called.
const COPIES: [&str; 3] = [" replica", " standby", " secondary"];
/// What denies.
const DENIALS: [&str; 4] = ["not", "never", "don", "dont"];
/// What else is said of what is not to be done there.
const TOLD: [&str; 17] = [
    "do", "t", "ever", "run", "execute", "apply", "use", "this", "that", "it", "these", "them",
    "command", "commands", "block", "script", "step",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_only_kept_off_a_copy_is_limited() {
        for text in [
            "Never run this on the standby.",
            "Do not run this on a replica:",
            "Don't execute these commands on the secondary",
            "Do not run it on standby",
            "Do not run this twice",
            "Never run this on the standby until it is promoted.",
        ] {
            assert!(Words::whole(text).is_limited(), "{text}");
        }
        for text in [
            "Never run this on the replica or the primary.",
            "Do not run this in production or on the standby.",
            "Never run this in production, on the replica",
            "Do not run this on a standby; do not run it at all.",
            "Do not run it at all; never run it on a standby.",
            "Do not run this on replica sets.",
            "Never run this on standby mode.",
            "Never run this on a replica without asking the DBA.",
            "Never run this on the primary.",
            "Never run this. It runs on the replica.",
        ] {
            assert!(!Words::whole(text).is_limited(), "{text}");
        }
    }
}
