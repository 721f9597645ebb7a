//! The phrases by which the headings of runbooks are understood, by topic. Matched on whole
//! words, in lower case, with every sign as a space; `*` at the end stands for any ending.

use std::sync::LazyLock;

/// What a phrase is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Topic {
    /// Who has to sign.
    Signoff,
    /// Whom to call.
    Contacts,
    /// When to roll back.
    Criteria,
    /// The same, but only where a rollback is spoken of above.
    CriteriaBelowRollback,
    /// What to raise an alarm for.
    Alerts,
    /// What success looks like.
    Success,
    /// How things are done in general.
    Reference,
    /// Commands without saying what for.
    Commands,
    /// What one reads.
    Prose,
    /// A way back.
    Rollback,
    /// With one of these, a heading about rollbacks is about getting ready for one.
    Rehearsal,
    /// What "pre-" and "post-" are put before.
    Staged,
    /// Surely before the deployment.
    BeforeStrong,
    /// Surely after it.
    AfterStrong,
    /// After it, and what one does then is verify.
    PostVerify,
    /// Getting ready.
    Before,
    /// Making sure.
    Verify,
    /// Keeping an eye on it.
    After,
    /// The change itself.
    Deploy,
    /// The day of it, not the change.
    Day,
    /// Testing, which is done before and after.
    Testing,
    /// "Here is what to do", and no more.
    Steps,
    /// A list to tick.
    Checklist,
    /// "and"
    And,
    /// What can go wrong.
    Failure,
    /// Words that say nothing.
    Small,
}

#[rustfmt::skip]
const PHRASES: &[(Topic, &[&str])] = &[
    (Topic::Signoff, &["sign off*", "sign offs", "signoff*", "signed off", "approvals", "approval", "approvers", "signatures"]),
    (Topic::Contacts, &["contacts", "contact list", "contact info*", "contact details", "who to call", "whom to call", "escalation", "on call"]),
    (Topic::Criteria, &[
        "rollback criteria", "roll back criteria", "rollback trigger*", "roll back trigger*", "triggers for rollback", "trigger for rollback",
        "rollback if", "roll back if", "when to rollback", "when to roll back", "rollback condition*", "rollback decision*",
        "abort criteria", "back out criteria", "no go criteria",
    ]),
    (Topic::CriteriaBelowRollback, &["criteria", "trigger*", "decision*", "condition*", "when to"]),
    (Topic::Alerts, &["alert threshold*", "alerting threshold*", "automated alert*", "alert condition*", "alert rule*", "alerts", "thresholds"]),
    (Topic::Success, &["success criteria", "success metric*", "success indicator*", "acceptance criteria", "exit criteria", "definition of done"]),
    (Topic::Reference, &[
        "reference*", "example*", "appendix", "glossary", "faq", "troubleshooting", "best practice*", "do s", "don ts", "dos", "donts",
        "philosophy", "principles", "patterns", "guidelines", "migration types", "types of", "technical detail*", "development workflow",
        "dev workflow", "git workflow", "local development", "cheat sheet", "cheatsheet", "template*", "contributing", "further reading",
        "see also", "useful links",
    ]),
    (Topic::Commands, &["commands"]),
    (Topic::Prose, &[
        "overview", "background", "introduction", "intro", "summary", "purpose", "scope", "objective*", "goal*", "risk*", "mitigation*",
        "timeline", "schedule", "conclusion", "notes", "description", "assumption*", "context", "change details", "question*", "support",
        "metrics", "metric", "communication plan", "communications plan", "stakeholders", "revision history", "version history",
        "responsibilities", "about", "table of contents", "impact", "advantages", "disadvantages", "known issues",
    ]),
    (Topic::Rollback, &[
        "rollback*", "roll back", "rolling back", "back out*", "backing out", "backout*", "revert*", "undo*", "emergency", "disaster*",
        "contingency", "fallback", "fall back", "recovery",
    ]),
    (Topic::Rehearsal, &["test*", "rehears*", "readiness", "preparation*", "backup and recovery", "backup recovery"]),
    (Topic::Staged, &[
        "deploy*", "migrat*", "release*", "change*", "upgrad*", "flight*", "cutover", "cut over", "launch*", "rollout*", "roll out",
        "maintenance", "work", "checks", "check", "update*", "switch*", "go live", "production", "prod", "implementation", "execution",
    ]),
    (Topic::BeforeStrong, &["preflight*", "predeploy*", "premigrat*", "prerequisite*", "pre requisite*", "prereq*", "pre req*", "prior to"]),
    (Topic::AfterStrong, &["postdeploy*", "post mortem", "postmortem", "post incident", "follow up*", "first hour", "first 24 hours", "first week", "hypercare"]),
    (Topic::PostVerify, &[
        "post migrat*", "post change*", "post upgrad*", "post cutover", "post cut over", "post switch*", "post update*",
        "post maintenance", "after migration", "after the migration",
    ]),
    (Topic::Before, &[
        "readiness", "ready", "go no go", "preparation*", "prepare*", "preparing", "prep", "planning", "backup*", "back up",
        "code review", "coordination", "environment check*", "final check*", "reviewer checklist", "technician checklist",
        "days before", "day before", "week before",
    ]),
    (Topic::Verify, &[
        "verif*", "validat*", "smoke*", "sanity", "functional test*", "health*", "confirm*", "integrity", "acceptance", "uat",
        "integration test*", "regression*", "checks",
    ]),
    (Topic::After, &[
        "monitor*", "cleanup", "clean up", "review*", "observ*", "retrospective", "stabili*", "closure", "close out", "wrap up",
        "24 hours", "48 hours", "72 hours", "1 week", "next day", "long term", "short term", "decommission*", "lessons*",
    ]),
    (Topic::Deploy, &[
        "during", "deploy*", "rollout*", "roll out", "execut*", "apply*", "change steps", "release*", "cutover", "cut over", "go live",
        "implement*", "launch*", "upgrad*", "migrat*", "install*", "switchover", "switch over",
    ]),
    (Topic::Day, &["deployment day", "release day", "migration day", "d day"]),
    (Topic::Testing, &["test", "tests", "testing", "qa"]),
    (Topic::Steps, &["steps", "step", "procedure*", "instructions", "process", "runbook", "checklist*", "tasks", "to do", "todo"]),
    (Topic::Checklist, &["checklist*", "readiness", "go no go"]),
    (Topic::And, &["and"]),
    (Topic::Failure, &["fail*", "wrong", "issue*", "problem*", "error*", "break*", "broken"]),
    (Topic::Small, &["the", "a", "of", "and", "if", "needed", "plan", "strategy", "roll", "back", "out", "manual steps"]),
];

/// One phrase, ready to be compared.
struct Phrase {
    words: &'static str,
    open: bool,
    topic: Topic,
}

/// The phrases by their first letter.
static BY_LETTER: LazyLock<Vec<Vec<Phrase>>> = LazyLock::new(|| {
    let mut buckets: Vec<Vec<Phrase>> = (0..128).map(|_| Vec::new()).collect();
    for (topic, phrases) in PHRASES {
        for phrase in *phrases {
            let words = phrase.trim_end_matches('*');
            let letter = words.bytes().next().unwrap_or(0);
            buckets[usize::from(letter)].push(Phrase {
                words,
                open: words.len() < phrase.len(),
                topic: *topic,
            });
        }
    }
    buckets
});

/// Calls `found` for every phrase that `text` begins with. `text` is in lower case and has one
/// space between its words and one at its end.
pub(super) fn at(text: &str, mut found: impl FnMut(Topic)) {
    let letter = text.bytes().next().unwrap_or(0);
    let Some(bucket) = BY_LETTER.get(usize::from(letter)) else {
        return;
    };
    for phrase in bucket {
        if let Some(rest) = text.strip_prefix(phrase.words)
            && (phrase.open || rest.starts_with(' '))
        {
            found(phrase.topic);
        }
    }
}
