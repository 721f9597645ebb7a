//! What the words of a heading say: what its section is for, and when it has its place.
//!
//! "Pre-" and "post-" change the meaning of the word behind them, so they are looked for first;
//! words for what one does (verify, monitor) outweigh the word for what it is done to (a
//! deployment).

use super::appendix;
use super::decided;
use super::heading;
use super::instead::{self, Instead};
use super::orders;
use super::shelved;
use crate::plan::letters::is_dense;
use crate::plan::markdown::tongues::folded;
use crate::plan::markdown::tongues::phrases::{self, Topic};
use crate::plan::model::PhaseKind;

/// Sections that are not phases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::plan::markdown) enum Sense {
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
pub(in crate::plan::markdown) enum Weight {
    /// Any heading above that says something knows better: "deployment day", "testing".
    Faint,
    /// "verification", which above a deployment is a preparation and below it a check.
    Weak,
    /// "pre-deployment", "migration execution".
    Strong,
}

/// The kind of phase that a heading speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::plan::markdown) struct Stage {
    pub(in crate::plan::markdown) kind: PhaseKind,
    pub(in crate::plan::markdown) weight: Weight,
}

/// Everything that a heading's words say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::plan::markdown) struct Meaning {
    pub(in crate::plan::markdown) sense: Option<Sense>,
    pub(in crate::plan::markdown) stage: Option<Stage>,
}

/// A heading's words, and the topics they touch.
pub(in crate::plan::markdown) struct Words {
    /// In lower case, one space between words and at the end.
    text: String,
    topics: u64,
    /// Those that it begins with, counting aside, and those that it ends with.
    begins: u64,
    ends: u64,
    /// Where behind the words that only count it, it begins to say something.
    said: usize,
    /// Whether a stage stands behind "pre", or behind "post" or "after".
    pre: bool,
    post: bool,
    /// Whether it says that what stands below is for another time, see [`super::shelved`].
    shelved: bool,
    /// What it tells to do instead of what it forbids.
    instead: Option<Instead>,
}

impl Words {
    pub(in crate::plan::markdown) fn new(heading: &str) -> Self {
        let mut words = Words::whole(heading);
        let says = shelved::may_be(&words) && shelved::is(heading);
        // What is old there is what is wanted again.
        words.shelved = (says && !words.returns_to_old())
            || (words.has(Topic::Told) && shelved::tells(heading))
            || shelved::is_struck(heading);
        words
    }

    /// The words of `heading`, whatever its signs make parts of it.
    pub(in crate::plan::markdown) fn whole(heading: &str) -> Self {
        let heading = heading::unmarked(heading).unwrap_or(heading);
        let mut words = Words {
            instead: None,
            topics: 0,
            begins: 0,
            ends: 0,
            said: 0,
            pre: false,
            post: false,
            shelved: false,
            text: folded::folded(heading),
        };
        words.read(heading::words_of_count(heading));
        if appendix::is(heading) {
            let reference = bit(Topic::Reference);
            words.topics |= reference;
            words.begins |= reference;
        }
        if words.has(Topic::Backfires) && heading::counts_options(heading) {
            // "Scenario 2: rollback failed" is one of several ways.
            let backfires = !bit(Topic::Backfires);
            (words.topics, words.begins, words.ends) = (
                words.topics & backfires,
                words.begins & backfires,
                words.ends & backfires,
            );
        }
        words.instead = instead::of(heading, &words);
        words
    }

    /// Reads every phrase: at the beginning of words, and anywhere in scripts without spaces. So many words
    /// only count the heading, as far as its capitals tell.
    fn read(&mut self, counted: usize) {
        let (mut topics, mut pre, mut post) = (0, false, false);
        let (mut begins, mut ends) = (0, 0);
        let (mut last, mut before, mut at) = ("", "", 0);
        let (mut ix, mut leads, mut said, mut denied) = (0, true, 0, false);
        let last_word = self.text.trim_end().rfind(' ').map_or(0, |space| space + 1);
        // Words are short: nothing finds their ends sooner.
        while let Some(length) = self.text.as_bytes()[at..]
            .iter()
            .position(|byte| *byte == b' ')
        {
            let word = &self.text[at..=at + length];
            let mut negates = false;
            let deploys = topics & bit(Topic::Deploy) != 0;
            let beside = |word: &str| last == word || before == word;
            let mut touch = |topic: Topic, end: usize| {
                negates |= topic == Topic::No;
                let ruled_out = || denied || beside("without ") || (deploys && beside("with "));
                if topic == Topic::Rollback && ruled_out() {
                    return;
                }
                topics |= bit(topic);
                begins |= if leads { bit(topic) } else { 0 };
                ends |= if end >= last_word { bit(topic) } else { 0 };
                pre |= topic == Topic::Pre || (topic == Topic::Staged && last == "pre ");
                post |= topic == Topic::Post
                    || (topic == Topic::Staged && matches!(last, "post " | "after "));
            };
            let mut touch_from = |from: usize| {
                phrases::at(&self.text[from..], |topic, length| {
                    touch(topic, from + length);
                });
            };
            touch_from(at);
            if !word.is_ascii() {
                let dense = word.char_indices().skip(1).filter(|(_, c)| is_dense(*c));
                dense.for_each(|(offset, _)| touch_from(at + offset));
            }
            // "after the deployment" is "after deployment".
            if word != "the " {
                (before, last) = (last, word);
                denied = negates;
            }
            at += word.len();
            leads = leads && (ix < counted || is_counted(word));
            said = if leads { at } else { said };
            ix += 1;
        }
        self.said = said;
        (self.topics, self.pre, self.post) = (topics, pre, post);
        (self.begins, self.ends) = (begins, ends);
    }

    pub(in crate::plan::markdown) fn has(&self, topic: Topic) -> bool {
        self.topics & bit(topic) != 0
    }

    /// Whether it begins with one of `topics`, counting aside.
    pub(in crate::plan::markdown) fn begins(&self, topics: &[Topic]) -> bool {
        topics.iter().any(|topic| self.begins & bit(*topic) != 0)
    }

    /// Whether it says that what stands below is for another time.
    pub(in crate::plan::markdown) fn is_shelved(&self) -> bool {
        self.shelved
    }

    /// What it tells to do instead of what it forbids.
    pub(in crate::plan::markdown) fn instead(&self) -> Option<Instead> {
        self.instead
    }

    /// Whether it ends with `topic`.
    pub(in crate::plan::markdown) fn ends(&self, topic: Topic) -> bool {
        self.ends & bit(topic) != 0
    }

    /// The words in lower case without what they count, a space behind each.
    pub(in crate::plan::markdown) fn uncounted(&self) -> &str {
        &self.text[self.said..]
    }

    /// Whether the section is called no more than "the steps".
    pub(in crate::plan::markdown) fn names_steps(&self) -> bool {
        self.has(Topic::Steps)
    }

    /// Whether it is an order, or tells of a start or a stop: "Restart workers", "Остановка приложения".
    pub(in crate::plan::markdown) fn orders(&self) -> bool {
        let text = self.uncounted();
        // "Remove the new version" may be a way back.
        let destroys = [
            "remove ",
            "delete ",
            "drop ",
            "purge ",
            "truncate ",
            "destroy ",
        ];
        // So may "Restart the old version", and "Stop everything" is for an emergency.
        let returns = [
            " back ",
            " old ",
            " previous ",
            " everything ",
            " over ",
            " from scratch ",
        ];
        let kept = destroys.iter().any(|word| text.starts_with(word));
        if kept || returns.iter().any(|word| text.contains(word)) {
            return false;
        }
        let order = self.begins(&[Topic::Order, Topic::Acts]) || self.ends(Topic::OrderLast);
        (order || self.begins(&[Topic::Starts])) && !self.is_rollback()
    }

    /// Whether it is something to tick across the whole deployment.
    pub(in crate::plan::markdown) fn is_checklist(&self) -> bool {
        self.has(Topic::Checklist)
    }

    /// Whether it speaks of what remains to be done after a deployment.
    pub(in crate::plan::markdown) fn is_afterwards(&self) -> bool {
        self.has(Topic::After) || self.has(Topic::AfterStrong)
    }

    /// Whether it is a criterion's heading when it stands below a rollback's.
    pub(in crate::plan::markdown) fn is_criteria_below_rollback(&self) -> bool {
        self.has(Topic::CriteriaBelowRollback)
    }

    /// What they say.
    pub(in crate::plan::markdown) fn meaning(&self) -> Meaning {
        let stage = self.stage_of_requirements().or_else(|| self.stage());
        Meaning {
            sense: self.sense(stage.is_some_and(|stage| stage.weight == Weight::Strong)),
            stage,
        }
    }

    fn sense(&self, strong: bool) -> Option<Sense> {
        if decided::stops(self.uncounted()) {
            return Some(Sense::Criteria);
        }
        // "Sign-off criteria" are looked at before anybody signs.
        let signed = !self.ends_with_criteria();
        if signed && self.has(Topic::Signoff) {
            return Some(Sense::Signoff);
        }
        let certain = [
            (Topic::Signoff, Sense::Success),
            (Topic::Contacts, Sense::Contacts),
            (Topic::Criteria, Sense::Criteria),
            (Topic::Success, Sense::Success),
        ];
        if let Some((_, sense)) = certain.into_iter().find(|(topic, _)| self.has(*topic)) {
            return Some(sense);
        }
        if self.has(Topic::CriteriaBelowRollback) && self.names_criteria() {
            return Some(Sense::Criteria);
        }
        if self.is_not_to_be_done() {
            return Some(Sense::Reference);
        }
        // "Migrate reference data" is done, "Migration patterns" are read.
        let order = self.begins & bit(Topic::Order) != 0 || self.ends & bit(Topic::OrderLast) != 0;
        let heads = (self.begins | self.ends) & bit(Topic::Reference) != 0;
        if self.has(Topic::Reference) && !order && (heads || !strong) {
            return Some(Sense::Reference);
        }
        if self.text.ends_with("contact ") {
            return Some(Sense::Contacts);
        }
        let rollback = self.goes_back();
        let deploys = self.has(Topic::Deploy);
        if self.has(Topic::Commands)
            && !orders::begin(self)
            && (if rollback {
                self.is_handy()
            } else {
                !(strong && deploys)
            })
        {
            return Some(Sense::Reference);
        }
        if rollback {
            return (!self.goes_both_ways() && !self.only_rehearses()).then_some(Sense::Rollback);
        }
        if strong || order {
            return None;
        }
        if self.has(Topic::Alerts) {
            return Some(Sense::Alerts);
        }
        self.has(Topic::Prose).then_some(Sense::Prose)
    }

    pub(super) fn stage(&self) -> Option<Stage> {
        let stage = |kind, weight| Some(Stage { kind, weight });
        let ends = |words: &[&str]| words.iter().any(|word| self.text.ends_with(word));
        // "Checks before", "Smoke tests afterwards".
        let early = self.text.starts_with("before ") || ends(&[" before ", " beforehand "]);
        if self.pre || self.has(Topic::BeforeStrong) || early {
            return stage(PhaseKind::Before, Weight::Strong);
        }
        let late = ends(&[" after ", " afterwards "]);
        if self.post || late || self.has(Topic::PostVerify) || self.has(Topic::AfterStrong) {
            return stage(self.later(), Weight::Strong);
        }
        if self.has(Topic::Day) {
            return stage(PhaseKind::Deploy, Weight::Faint);
        }
        if self.keeps_for_rollback() {
            return stage(PhaseKind::Before, Weight::Weak);
        }
        if self.names_window() {
            return stage(PhaseKind::After, Weight::Strong);
        }
        let activities = [
            (Topic::Before, PhaseKind::Before),
            (Topic::Verify, PhaseKind::Verify),
            (Topic::After, PhaseKind::After),
        ];
        if let Some((_, kind)) = activities.into_iter().find(|(topic, _)| self.has(*topic)) {
            return stage(kind, Weight::Weak);
        }
        if self.is_dry_run() {
            return stage(PhaseKind::Before, Weight::Weak);
        }
        if self.has(Topic::Testing) {
            return stage(PhaseKind::Verify, Weight::Faint);
        }
        if self.has(Topic::Deploy) && self.looks_first() {
            return stage(PhaseKind::Verify, Weight::Weak);
        }
        if self.has(Topic::Deploy) {
            return stage(PhaseKind::Deploy, Weight::Strong);
        }
        if self.turns() {
            return stage(PhaseKind::Deploy, Weight::Weak);
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

/// What headings are counted as, in front of what they say.
const COUNTED: [&str; 4] = ["step ", "phase ", "stage ", "part "];

fn is_counted(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_digit()) || COUNTED.contains(&word)
}

fn bit(topic: Topic) -> u64 {
    1 << topic as u64
}

#[cfg(test)]
#[path = "../tests/words.rs"]
mod tests;
