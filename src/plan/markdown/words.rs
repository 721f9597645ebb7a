//! What the words of a heading say: what its section is for, and when it has its place.
//!
//! "Pre-" and "post-" change the meaning of the word behind them, so they are looked for first;
//! words for what one does (verify, monitor) outweigh the word for what it is done to (a
//! deployment).

use super::phrases::{self, Topic, is_dense};
use crate::plan::letters;
use crate::plan::model::PhaseKind;

/// Sections that are not phases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sense {
    /// Who has to sign.
    Signoff,
    /// Whom to call.
    Contacts,
    /// When to roll back.
    Criteria,
    /// What to raise an alarm for.
    Alerts,
    /// What success looks like.
    Success,
    /// Looked up, never run: commands, examples, how things are done in general.
    Reference,
    /// Read, not run.
    Prose,
    /// A way back.
    Rollback,
}

/// How much a heading's own words count against those of the headings above it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Weight {
    /// Any heading above that says something knows better: "deployment day", "testing".
    Faint,
    /// "verification", which above a deployment is a preparation and below it a check.
    Weak,
    /// "pre-deployment", "migration execution".
    Strong,
}

/// The kind of phase that a heading speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stage {
    pub(super) kind: PhaseKind,
    pub(super) weight: Weight,
}

/// Everything that a heading's words say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Meaning {
    pub(super) sense: Option<Sense>,
    pub(super) stage: Option<Stage>,
}

/// A heading's words, and the topics they touch.
pub(super) struct Words {
    /// In lower case, one space between words and at the end.
    text: String,
    topics: u64,
    /// Whether a stage stands behind "pre", or behind "post" or "after".
    pre: bool,
    post: bool,
}

impl Words {
    pub(super) fn new(heading: &str) -> Self {
        let mut text = String::with_capacity(heading.len() + 1);
        for c in heading.chars() {
            if c.is_ascii_alphanumeric() {
                text.push(c.to_ascii_lowercase());
            } else if c.is_alphanumeric() || letters::plain(c) == Some("") {
                let lower = full_width(c).unwrap_or(c).to_lowercase();
                lower.for_each(|c| letters::push(c, &mut text));
            } else if !matches!(c, '`' | '*') && !text.is_empty() && !text.ends_with(' ') {
                text.push(' ');
            }
        }
        if !text.ends_with(' ') {
            text.push(' ');
        }
        let mut words = Words {
            topics: 0,
            pre: false,
            post: false,
            text,
        };
        words.read();
        words
    }

    /// Reads every phrase: at the beginning of words, and anywhere in scripts without spaces.
    fn read(&mut self) {
        let (mut topics, mut pre, mut post) = (0, false, false);
        let (mut last, mut at) = ("", 0);
        for word in self.text.split_inclusive(' ') {
            let mut touch = |topic, _| {
                topics |= 1 << topic as u64;
                pre |= topic == Topic::Pre || (topic == Topic::Staged && last == "pre ");
                post |= topic == Topic::Post
                    || (topic == Topic::Staged && matches!(last, "post " | "after "));
            };
            phrases::at(&self.text[at..], &mut touch);
            if !word.is_ascii() {
                let dense = word.char_indices().skip(1).filter(|(_, c)| is_dense(*c));
                dense.for_each(|(offset, _)| phrases::at(&self.text[at + offset..], &mut touch));
            }
            // "after the deployment" is "after deployment".
            if word != "the " {
                last = word;
            }
            at += word.len();
        }
        (self.topics, self.pre, self.post) = (topics, pre, post);
    }

    fn has(&self, topic: Topic) -> bool {
        self.topics & (1 << topic as u64) != 0
    }

    /// Whether the section is called no more than "the steps".
    pub(super) fn names_steps(&self) -> bool {
        self.has(Topic::Steps)
    }

    /// Whether it only says that here is how to roll back.
    pub(super) fn is_plain_rollback(&self) -> bool {
        self.text.split_inclusive(' ').all(|word| {
            if word.starts_with(is_dense) {
                return is_plain(word);
            }
            let word = Words::new(word);
            PLAIN.into_iter().any(|topic| word.has(topic))
        })
    }

    /// Whether it is something to tick across the whole deployment.
    pub(super) fn is_checklist(&self) -> bool {
        self.has(Topic::Checklist)
    }

    /// Whether it speaks of a rollback.
    pub(super) fn is_rollback(&self) -> bool {
        self.has(Topic::Rollback)
    }

    /// Whether it is a criterion's heading when it stands below a rollback's.
    pub(super) fn is_criteria_below_rollback(&self) -> bool {
        self.has(Topic::CriteriaBelowRollback)
    }

    /// What they say.
    pub(super) fn meaning(&self) -> Meaning {
        let stage = self.stage();
        let strong = stage.is_some_and(|stage| stage.weight == Weight::Strong);
        Meaning {
            sense: self.sense(strong),
            stage,
        }
    }

    fn sense(&self, strong: bool) -> Option<Sense> {
        let certain = [
            (Topic::Signoff, Sense::Signoff),
            (Topic::Contacts, Sense::Contacts),
            (Topic::Criteria, Sense::Criteria),
            (Topic::Success, Sense::Success),
            (Topic::Reference, Sense::Reference),
        ];
        if let Some((_, sense)) = certain.into_iter().find(|(topic, _)| self.has(*topic)) {
            return Some(sense);
        }
        if self.text.ends_with("contact ") {
            return Some(Sense::Contacts);
        }
        let rollback = self.has(Topic::Rollback) || self.fails();
        let deploys = self.has(Topic::Deploy);
        if self.has(Topic::Commands) && !rollback && !(strong && deploys) {
            return Some(Sense::Reference);
        }
        if rollback {
            let both = deploys && self.has(Topic::And);
            return (!both && !self.has(Topic::Rehearsal)).then_some(Sense::Rollback);
        }
        if strong {
            return None;
        }
        if self.has(Topic::Alerts) {
            return Some(Sense::Alerts);
        }
        self.has(Topic::Prose).then_some(Sense::Prose)
    }

    /// "If the migration fails", "if something goes wrong", "if issues occur".
    fn fails(&self) -> bool {
        self.has(Topic::Fails) || (self.text.starts_with("if ") && self.has(Topic::Failure))
    }

    fn stage(&self) -> Option<Stage> {
        let stage = |kind, weight| Some(Stage { kind, weight });
        if self.pre || self.has(Topic::BeforeStrong) || self.text.starts_with("before ") {
            return stage(PhaseKind::Before, Weight::Strong);
        }
        if self.post || self.has(Topic::PostVerify) || self.has(Topic::AfterStrong) {
            return stage(self.later(), Weight::Strong);
        }
        if self.has(Topic::Day) {
            return stage(PhaseKind::Deploy, Weight::Faint);
        }
        let activities = [
            (Topic::Before, PhaseKind::Before),
            (Topic::Verify, PhaseKind::Verify),
            (Topic::After, PhaseKind::After),
        ];
        if let Some((_, kind)) = activities.into_iter().find(|(topic, _)| self.has(*topic)) {
            return stage(kind, Weight::Weak);
        }
        if self.has(Topic::Testing) {
            return stage(PhaseKind::Verify, Weight::Faint);
        }
        if self.has(Topic::Deploy) {
            return stage(PhaseKind::Deploy, Weight::Strong);
        }
        None
    }

    /// What comes after a deployment: making sure of it, or what remains to be done.
    fn later(&self) -> PhaseKind {
        let remains = self.has(Topic::After) || self.has(Topic::AfterStrong);
        let checks = self.has(Topic::Verify) || self.has(Topic::Testing);
        if !remains && (checks || self.has(Topic::PostVerify)) {
            PhaseKind::Verify
        } else {
            PhaseKind::After
        }
    }
}

/// What a heading may speak of that only says that here is how to roll back.
const PLAIN: [Topic; 3] = [Topic::Rollback, Topic::Steps, Topic::Small];

/// Whether nothing is left of `word`, whose script has no spaces, without such phrases.
fn is_plain(word: &str) -> bool {
    let mut rest = word.trim_end();
    while !rest.is_empty() {
        let mut longest = 0;
        phrases::at(rest, |topic, length| {
            if PLAIN.contains(&topic) {
                longest = longest.max(length);
            }
        });
        if longest == 0 {
            return false;
        }
        rest = &rest[longest..];
    }
    true
}

/// The letter or digit that `c` is a wide form of, as East Asian texts have them.
fn full_width(c: char) -> Option<char> {
    match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(text: &str) -> Option<(PhaseKind, Weight)> {
        let stage = Words::new(text).meaning().stage?;
        Some((stage.kind, stage.weight))
    }

    #[test]
    fn headings_say_what_they_are_for() {
        use PhaseKind::{After, Before, Deploy, Verify};
        use Weight::{Faint, Strong, Weak};
        for (text, wanted) in [
            ("Pre-Deployment Checklist", (Before, Strong)),
            ("Preflight", (Before, Strong)),
            ("6. Pre-migration steps", (Before, Strong)),
            ("Before the release", (Before, Strong)),
            ("Planning", (Before, Weak)),
            ("Backup strategy", (Before, Weak)),
            ("Release readiness", (Before, Weak)),
            ("Migration execution", (Deploy, Strong)),
            (
                "Change Steps - steps to take to execute the change",
                (Deploy, Strong),
            ),
            ("During Deployment", (Deploy, Strong)),
            ("Deployment Day", (Deploy, Faint)),
            ("Phase 1: Final Verification", (Verify, Weak)),
            ("Deployment Validation", (Verify, Weak)),
            ("Smoke Tests", (Verify, Weak)),
            ("Testing", (Verify, Faint)),
            ("Post-migration", (Verify, Strong)),
            ("Post-Migration Verification", (Verify, Strong)),
            ("Post-Deployment Verification", (Verify, Strong)),
            ("Post-Deployment Review", (After, Strong)),
            ("Post-Deployment", (After, Strong)),
            ("After the deployment", (After, Strong)),
            ("Follow-up", (After, Strong)),
            ("Monitoring during migration", (After, Weak)),
        ] {
            assert_eq!(kind(text), Some(wanted), "{text}");
        }
        for text in [
            "Database",
            "Team",
            "",
            "Communication",
            "Presentation",
            "Tasks",
        ] {
            assert_eq!(kind(text), None, "{text}");
        }
    }

    #[test]
    fn headings_of_what_is_no_phase_are_told_apart() {
        for (text, wanted) in [
            ("Rollback Procedure (If Needed)", Some(Sense::Rollback)),
            ("Back-out plan", Some(Sense::Rollback)),
            ("If the migration fails", Some(Sense::Rollback)),
            ("Emergency Contacts", Some(Sense::Contacts)),
            ("Triggers for Rollback", Some(Sense::Criteria)),
            ("Alert Thresholds", Some(Sense::Alerts)),
            ("Final Sign-off", Some(Sense::Signoff)),
            ("Success Criteria", Some(Sense::Success)),
            ("Quick Commands Reference", Some(Sense::Reference)),
            ("Monitoring Commands", Some(Sense::Reference)),
            ("Rollback Commands", Some(Sense::Rollback)),
            ("Don'ts", Some(Sense::Reference)),
            ("Risk Assessment", Some(Sense::Prose)),
            ("Communication Plan", Some(Sense::Prose)),
            ("Rollback rehearsal", None),
            ("Deployment and rollback", None),
            ("Post-Deployment Support", None),
            ("Deployment commands", None),
        ] {
            assert_eq!(Words::new(text).meaning().sense, wanted, "{text}");
        }
        assert!(Words::new("Rollback Process").is_plain_rollback());
        assert!(!Words::new("Manual rollback process").is_plain_rollback());
    }
}
