//! English.

use super::Tongue;
use crate::plan::markdown::heading::Ordinal;
use crate::plan::markdown::phrases::Topic;

/// The words of English. Its times are read as they are.
pub(super) const ENGLISH: Tongue = Tongue {
    phrases: PHRASES,
    ordinals: &[
        ("phase", Ordinal::Phase),
        ("stage", Ordinal::Phase),
        ("option", Ordinal::Option),
        ("variant", Ordinal::Option),
        ("method", Ordinal::Option),
        ("alternative", Ordinal::Option),
        ("approach", Ordinal::Option),
        ("path", Ordinal::Option),
        ("step", Ordinal::Number),
        ("part", Ordinal::Number),
    ],
    either: &["or", "alternatively", "alternative", "otherwise"],
    expected: &[
        "expected",
        "expect",
        "expects",
        "expected output",
        "expected result",
    ],
    lasts: &[
        "estimated time to complete",
        "estimated time",
        "estimated duration",
        "duration",
    ],
    times: &[],
    back: &["rollback", "roll back", "revert", "back out"],
    back_if: &[
        "rollback if",
        "roll back if",
        "rollback when",
        "roll back when",
        "trigger",
        "criteria",
        "decision criteria",
        "revert if",
        "abort if",
    ],
    in_case: &[
        "if",
        "only if",
        "in case",
        "in the event",
        "in an emergency",
        "on failure",
        "on error",
        "unless",
        "to undo",
        "to revert",
        "to roll back",
        "to rollback",
        "to back out",
    ],
    choose: &["decide", "choose", "pick", "either"],
    name: &["name", "person", "who", "contact person", "owner"],
    role: &[
        "role",
        "title",
        "position",
        "responsib",
        "team",
        "area",
        "approver",
        "stakeholder",
        "reviewer",
    ],
    jobs: &[],
};

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
        "rollback*", "roll back", "rolling back", "back out*", "backing out", "backout*", "revert*", "point in time recovery",
    ]),
    (Topic::Recovery, &["undo*", "disaster*", "contingency", "fallback", "fall back", "recovery"]),
    (Topic::Emergency, &["emergency"]),
    (Topic::Thing, &[
        "database*", "db", "data", "application*", "app", "service*", "system*", "to", "from", "for", "in", "case", "after", "during",
        "previous", "version", "state", "response", "stop", "shutdown", "actions", "options", "full", "manual", "quick", "immediate",
        "automatic", "restor*", "backup*",
    ]),
    (Topic::No, &["no", "not", "cannot", "without"]),
    (Topic::Order, &[
        "acknowledge", "activate", "add", "announce", "apply", "archive", "backfill", "configure", "convert", "create", "deactivate",
        "delete", "disable", "drain", "enable", "execute", "inform", "install", "migrate", "mute", "notify", "populate", "rebuild",
        "refresh", "reindex", "remove", "rename", "replace", "restart", "resume", "send", "silence", "snooze", "suspend", "swap",
        "truncate", "turn", "unmute", "update",
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
    (Topic::Small, &["the", "a", "of", "and", "if", "needed", "plan", "strategy", "roll", "fall", "back", "out", "manual steps"]),
];
