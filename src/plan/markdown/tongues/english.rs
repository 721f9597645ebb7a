//! English.

use super::Tongue;
use super::ordinal::Ordinal;
use super::phrases::Topic;

/// The words of English. Its times are read as they are.
pub(super) const ENGLISH: Tongue = Tongue {
    phrases: PHRASES,
    ordinals: ORDINALS,
    either: EITHER,
    otherwise: &["otherwise", "else", "if not"],
    expected: EXPECTED,
    must: MUST,
    prints: PRINTS,
    examples: &["example", "examples", "for example", "for instance", "e g"],
    happens: &[
        "what happens",
        "what will happen",
        "what happens here",
        "what happens now",
        "what this does",
        "what it does",
        "what this will do",
    ],
    informs: INFORMS,
    lasts: &[
        "estimated time to complete",
        "estimated time",
        "estimated duration",
        "time estimate",
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
        "revert when",
        "abort if",
        "abort when",
        "back out if",
        "back out when",
        "back-out if",
        "back-out when",
        "no-go if",
        "no-go when",
        "no go if",
        "go back if",
        "go back when",
        "what changes to this metric should prompt a rollback",
    ],
    in_case: IN_CASE,
    may: MAY,
    alone: &[
        "to abort",
        "to cancel",
        "re-run",
        "rerun",
        "retry",
        "try again",
        "symptom",
        "symptoms",
        "diagnostics",
        "diagnosis",
        "usage",
        "uninstall",
        "uninstallation",
        "removal",
        "teardown",
        "triage",
        "local",
        "tomorrow",
        "later",
        "next week",
        "next month",
        "the next day",
        "the following day",
        "the following morning",
    ],
    trouble: &["issue", "problem", "error", "failure"],
    beside: BESIDE,
    writes: WRITES,
    on_host: &[],
    only_in_case: &[
        "only if",
        "only when",
        "only in case",
        "only for",
        "if needed",
        "if necessary",
        "if required",
        "when needed",
        "when necessary",
        "when required",
        "where needed",
        "where necessary",
    ],
    only: &["only"],
    in_this: &[
        "in this case",
        "in that case",
        "in any case",
        "in either case",
        "in both cases",
    ],
    stops: STOPS,
    until: UNTIL,
    since: SINCE,
    around_times: &[],
    all: &["all", "everything"],
    well: WELL,
    points: POINTS,
    makes: MAKES,
    in_case_of: &["when", "whenever", "should", "had", "after"],
    choose: &["decide", "choose", "pick", "either"],
    name: &[
        "name",
        "person",
        "who",
        "contact person",
        "owner",
        "approver",
        "reviewer",
        "team member",
        "signatory",
    ],
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

/// What says that what stands below is there to be read.
#[rustfmt::skip]
const INFORMS: &[&str] = &[
        "debug", "debugging", "for reference", "for reference the*", "for reference this*",
    "for your reference", "for information", "for your information", "fyi", "not needed", "not needed for this*",
    "not needed in this*", "not needed this time", "not needed any more", "not needed now", "no longer needed",
    "not in this release*", "not for this release*", "not part of this release*", "not in this version*", "for details see*",
];
/// What stands above what is printed.
#[rustfmt::skip]
const EXPECTED: &[&str] = &[
    "expected", "expect", "expects", "expected output", "expected result", "should print",
    "should show", "should return", "should output", "should say", "should display", "should be",
];
#[rustfmt::skip]
const PRINTS: &[&str] = &[
    "output", "outputs", "example output", "sample output", "output is", "result", "results", "prints", "it prints", "it returns", "it shows",
    "this prints", "this returns", "you should see*", "you will see*", "you should get*", "the output should*", "the output is*",
    "output should*", "it should print*", "this should print*", "this should return*", "should look like*", "should print*", "looks like this",
    "it looks like this", "it should look like this", "response", "the response", "the result", "which gives", "gives", "output looks like*",
    "should look similar*", "it should look similar*", "expected log",
];

/// How a line begins that says what a query has to return.
#[rustfmt::skip]
const MUST: &[&str] = &["should return", "should be", "should give", "should show", "must return", "must be", "must give", "must show", "has to be", "has to return", "this should return", "this must return", "this should be", "this must be", "it should return", "it must return", "the query should return", "the query must return", "the result should be", "the result must be", "result should be", "result must be", "the count should be", "the count must be", "count should be", "count must be", "the output must be", "the value must be"];
/// What is stopped or taken away.
#[rustfmt::skip]
const UNTIL: &[&str] = &["until", "till", "before", "up to", "no later than"];
#[rustfmt::skip]
const SINCE: &[&str] = &["after", "from", "past", "later than"];
#[rustfmt::skip]
const WELL: &[&str] = &["is", "are", "was", "were", "looks", "look", "went", "goes", "works", "worked", "has", "have", "been", "well", "good", "fine", "ok", "okay", "green", "healthy", "in", "order", "as", "expected", "normal", "clean", "smoothly", "pass", "passes", "passed", "succeeded", "successful", "checks", "tests", "steps", "of", "the", "above", "so", "far"];
#[rustfmt::skip]
const POINTS: &[&str] = &["rollback point", "roll back point", "restore point", "recovery point", "fallback point", "savepoint", "save point"];
#[rustfmt::skip]
const MAKES: &[&str] = &["create", "take", "make", "save", "record", "tag", "store", "add", "keep"];
#[rustfmt::skip]
const STOPS: &[&str] = &["stop*", "disab*", "remov*", "delet*", "drop*", "block*", "revok*", "turn", "shut", "deny", "denied*", "kill", "clos*", "cancel*", "abort*", "no", "not", "never", "rollback*", "roll*", "revert*", "freez*", "frozen*", "lock*", "paus*", "suspend*", "halt*", "mainten*", "drain*", "deactiv*", "uninstall*", "decom*", "clean*", "end", "terminat*", "mute*", "silenc*", "point", "fail*", "error*", "undo*", "detach*", "purg*", "clear*", "flush*", "wip*", "eras*", "evict*", "truncat*", "take", "wait", "hold", "gate"];

/// A case.
#[rustfmt::skip]
const IN_CASE: &[&str] = &[
    "if", "only if", "in case", "in the event", "in an emergency", "on failure", "on error", "unless", "to undo", "to revert", "to roll back",
    "to rollback", "to back out", "as a last resort", "as last resort", "in that case", "in this case", "in such a case", "on timeout",
    "on timeouts", "when needed", "when necessary", "when using",
];

/// What is done beside the steps.
#[rustfmt::skip]
const BESIDE: &[&str] = &[
    "in another terminal", "in a second terminal", "in a separate terminal", "in another shell", "in a second shell", "in another window", "in a second window",
    "in a separate window", "in a separate shell", "in a new terminal", "in a separate tab",
];

/// What somebody may do, or in some cases.
#[rustfmt::skip]
const MAY: &[&str] = &[
    "optional", "optionally", "can optionally", "may optionally", "you can optionally", "you may optionally", "skip this", "skip if", "skip when", "skip unless", "only when", "only on the first", "only on first",
    "only on a fresh", "only on new", "only the first time", "only for the first", "to abort at any time", "to cancel at any time", "when in doubt",
    "sometimes", "you may need to", "you might need to", "you may have to", "you might have to", "not required if", "not required when",
    "not required unless", "not needed if", "not needed when", "not needed unless", "this is only needed", "this is only required",
    "only needed", "only required", "only for", "only on", "once per", "first time only", "do this next", "do this tomorrow", "do this later",
    "emergency only", "emergencies only", "last resort", "not for production", "not in production",
    "you can also", "you could also", "you may also", "you might also", "it is also possible", "another way", "another option",
    "the same can be done", "needs approval", "needs the approval", "requires approval", "after approval", "once approved", "with approval of", "with approval from", "with the approval of",
];

/// How another way of doing it begins.
#[rustfmt::skip]
const EITHER: &[&str] = &[
    "or", "alternatively", "alternative", "alternative approach", "alternative method", "alternative way", "alternative procedure", "otherwise",
    "as an alternative", "instead you can", "instead, you can", "instead of the above",
];

/// What headings are counted as.
#[rustfmt::skip]
const ORDINALS: &[(&str, Ordinal)] = &[
    ("phase", Ordinal::Phase), ("stage", Ordinal::Phase), ("option", Ordinal::Option), ("variant", Ordinal::Option), ("method", Ordinal::Option),
    ("alternative", Ordinal::Option), ("approach", Ordinal::Option), ("path", Ordinal::Option), ("strategy", Ordinal::Option),
    ("scenario", Ordinal::Case), ("case", Ordinal::Case), ("situation", Ordinal::Case), ("step", Ordinal::Number), ("part", Ordinal::Number),
];

/// What is written into a file.
#[rustfmt::skip]
const WRITES: &[&str] = &[
    "put this into", "put this in", "put the following in", "add the following line", "add this line", "paste the following", "paste this",
    "append the following", "append this", "crontab entry",
];

#[rustfmt::skip]
const PHRASES: &[(Topic, &[&str])] = &[
    (Topic::Signoff, &["sign off*", "sign offs", "signoff*", "signed off", "approvals", "approval", "approvers", "signatures"]),
    (Topic::Contacts, &["contacts", "contact list", "contact info*", "contact details", "who to call", "whom to call", "escalation", "on call", "rollback decision authority", "rollback authority", "rollback decision maker*", "rollback decision owner*"]),
    (Topic::Criteria, &[
        "rollback criteria", "roll back criteria", "rollback trigger*", "roll back trigger*", "triggers for rollback", "trigger for rollback",
        "rollback if", "roll back if", "when to rollback", "when to roll back", "rollback condition*", "rollback decision*",
        "abort criteria", "back out criteria", "no go criteria", "rollback when", "roll back when", "revert if", "revert when", "abort if", "abort when",
        "back out if", "go back if", "conditions for rollback", "conditions for rolling back", "reasons to roll back", "fail criteria", "failure criteria",
    ]),
    (Topic::CriteriaBelowRollback, &["criteria", "trigger*", "decision*", "condition*", "when to"]),
    (Topic::Alerts, &["alert threshold*", "alerting threshold*", "automated alert*", "alert condition*", "alert rule*", "alerts", "thresholds"]),
    (Topic::Success, &["success criteria", "success metric*", "success indicator*", "acceptance criteria", "exit criteria", "pass criteria", "definition of done", "slo", "slos", "service level objective*", "go criteria", "conditions to go on", "conditions to proceed"]),
    (Topic::NoReturn, &["point of no return", "the point of no return"]),
    (Topic::Reference, &[
        "quick fixes", "common fixes", "known fixes", "common causes", "causes solution*", "causes and solution*", "causes and fix*", "problems solution*", "problems and solution*", "issues solution*", "issues and solution*", "errors and solution*",
        "reference*", "example*", "appendix", "glossary", "faq", "troubleshooting", "best practice*", "do s", "don ts", "dos", "donts",
        "for example", "for instance", "release notes", "changelog", "change log", "philosophy", "principles", "patterns", "guidelines", "migration types", "types of", "technical detail*", "development workflow",
        "dev workflow", "git workflow", "local development", "cheat sheet", "cheatsheet", "template*", "contributing", "further reading",
        "see also", "useful links", "for reference", "for your reference",
    ]),
    (Topic::Commands, &["commands"]),
    (Topic::Prose, &[
        "overview", "background", "introduction", "intro", "summary", "purpose", "scope", "objective*", "goal*", "risk*", "mitigation*",
        "timeline", "schedule", "conclusion", "notes", "description", "assumption*", "context", "change details", "question*", "support",
        "metrics", "metric", "communication plan", "communications plan", "stakeholders", "revision history", "version history",
        "responsibilities", "about", "table of contents", "impact", "advantages", "disadvantages",
    ]),
    (Topic::Rollback, &[
        "rollback*", "roll back", "rolling back", "back out*", "backing out", "backout*", "revert*", "point in time recovery",
        "migration down", "migrations down", "migrate down", "down migration*",
    ]),
    (Topic::Recovery, &[
        "undo*", "disaster*", "contingency", "fallback", "fall back", "recovery", "recover", "recovering", "plan b", "contingency plan*", "contingency scenario*", "contingencies", "fail back", "failing back",
        "failback*", "switch back", "switching back", "cut back", "go back", "going back", "break glass",
        "bail out", "bailing out", "escape hatch", "exit strategy", "worst case", "reversal",
    ]),
    (Topic::Abandon, &["abort*", "cancel", "cancelling", "canceling", "cancellation", "abandon*", "undeploy*", "downgrade*", "downgrading", "give up", "giving up"]),
    (Topic::Returns, &["restore*", "restoring", "restoration*", "recover latest backup", "recover the latest backup",
        "recovering the latest backup", "recover last backup", "recover the last backup", "recover the backup", "recover a backup"]),
    (Topic::Copied, &[
        "backup*", "back up*", "dump*", "snapshot*", "database*", "db", "data", "schema*", "previous", "old", "earlier", "image*", "pitr",
        "point in time", "base backup*",
    ]),
    (Topic::Served, &[
        "traffic", "access", "connection*", "connectivity", "replication", "sync*", "write*", "read*", "permission*", "grants", "monitoring",
        "into", "new", "target", "staging", "standby", "replica*", "subscriber*", "rehears*", "test*", "drill*",
    ]),
    (Topic::Fails, &[
        "failure handling", "handling failure*", "handling of failure*", "failure case*", "failure scenario*", "if it fails",
    ]),
    (Topic::Acts, &[
        "deploy", "migrate", "install", "upgrade", "ship", "verify", "validate", "check", "confirm", "ensure", "test", "make sure", "document",
        "write", "prepare", "preparing", "rename", "create", "add", "configure", "enable",
    ]),
    (Topic::Never, &[
        "do not run", "do not execute", "do not use", "do not copy", "don t run", "don t execute", "don t use", "not to be run", "never run",
        "never execute",
    ]),
    (Topic::Outdated, &[
        "deprecated", "obsolete", "superseded", "outdated", "out of scope", "in the next release", "in the next sprint", "in a later release",
        "in a future release", "not in this release", "no longer used", "for developers", "developer notes",
    ]),
    (Topic::Past, &[
        "formerly", "previously", "previous deployment", "previous deployments", "last deployment", "past deployments", "earlier deployments",
        "deployment history", "deploy history", "release history", "rollout history", "migration history", "not now", "not yet",
        "future", "future work", "old way", "the old way", "previous version", "earlier version", "old version", "previous process", "previous procedure",
        "transcript", "transcript of the rehearsal", "transcript of the dry run", "rehearsal output", "rehearsal log", "log of the rehearsal", "output of the rehearsal", "log of the dry run", "dry run output", "dry run log", "sample session", "example session", "session log", "expected log", "history", "previous attempt", "previous attempts", "earlier attempts", "last time", "prior art", "rejected alternative", "rejected alternatives", "rejected option", "rejected options", "rejected approaches", "snippets", "code snippets", "handy queries", "useful queries", "helper scripts", "useful scripts", "legacy command", "legacy commands",
    ]),
    (Topic::Aside, &[
        "not like this", "instead of", "avoid", "avoid this", "skip", "skip this", "skip this step", "skipped", "cancelled", "canceled", "called off",
        "n a", "not applicable", "not relevant", "not possible", "impossible", "not supported", "not required", "not used", "do not", "don t", "never",
        "separate ticket", "in a separate ticket", "separate change", "in a separate change", "for reference", "for example", "anti pattern",
        "superseded", "wrong way", "the wrong way", "bad example", "do not do this", "don t do this", "never do this",
        "separate pr", "in a separate pr", "separate pull request", "in a separate pull request", "separate mr",
    ]),
    (Topic::Flaw, &[
        "legacy", "historical", "archived", "archive", "old", "former", "outdated", "obsolete", "deprecated", "wrong", "bad", "incorrect", "invalid",
        "disabled", "draft", "reference", "sample", "example", "examples", "tbd",
    ]),
    (Topic::Closed, &["done", "already done", "completed", "already applied", "already executed"]),
    (Topic::Told, &[
        "known issue*", "how it works", "how this works", "what can go wrong", "what could go wrong", "what not to do", "things not to do",
        "lessons learned from", "post mortem of", "postmortem of", "retrospective of", "common mistakes",
    ]),
    (Topic::Later, &[
        "not in this release", "not in this version", "not in this deployment", "not in this deploy", "not in this sprint",
        "not in this change", "not part of this release", "not part of this deployment", "not part of this change", "not for this release",
        "not for this deployment", "next release", "the next release", "in the next release", "in a later release",
        "in a future release", "next sprint", "in the next sprint", "next iteration", "next deployment", "later release", "future release*",
        "deferred", "postponed", "on hold", "not needed", "no longer needed", "not this time",
    ]),
    (Topic::Forbids, &["do not", "don t", "never", "please do not", "please don t"]),
    (Topic::Urges, &[
        "do not forget", "don t forget", "never forget", "do not skip", "don t skip", "do not interrupt", "don t interrupt", "do not ignore", "don t ignore",
        "do not miss", "don t miss", "do not close", "don t close", "do not worry", "don t worry", "never mind", "never skip", "do not proceed", "don t proceed", "do not continue",
        "do not start",
    ]),
    (Topic::Elsewhere, &[
        "staging deploy*", "staging environment*", "staging migrat*", "staging release*", "staging rollout*", "staging server*", "on staging", "to staging",
        "for staging", "in staging", "laptop*", "workstation*", "dev environment*", "development environment*", "test environment*", "your machine",
        "local machine", "locally", "for development", "for testing", "for dev", "on dev", "to a review app", "to review app",
        "staging rehearsal*", "rehearsal on", "dev setup", "development setup", "local setup", "local environment*",
    ]),
    (Topic::Emergency, &["emergency"]),
    (Topic::Thing, &[
        "database*", "db", "data", "application*", "app", "service*", "system*", "to", "from", "for", "in", "case", "after", "during",
        "previous", "version", "state", "response", "stop", "shutdown", "actions", "options", "full", "manual", "quick", "immediate",
        "automatic", "restor*", "backup*", "old", "earlier", "last", "known", "good", "blue", "green", "handling", "handle", "case*", "scenario*", "on",
    ]),
    (Topic::No, &["no", "not", "cannot", "without"]),
    (Topic::Order, &[
        "deploy the", "acknowledge", "activate", "add", "announce", "apply", "archive", "backfill", "configure", "convert", "create", "deactivate",
        "delete", "disable", "drain", "enable", "execute", "inform", "install", "load", "migrate", "mute", "notify", "populate", "publish", "purge", "rebuild",
        "refresh", "reload", "reindex", "remove", "rename", "replace", "restart", "resume", "seed", "send", "silence", "snooze", "suspend", "swap",
        "truncate", "turn", "unmute", "update", "upload",
    ]),
    (Topic::Moves, &["migrate", "backfill", "populate", "archive"]),
    (Topic::Rehearsal, &["prevention*", "preventing", "test*", "rehears*", "drill*", "dry run*", "readiness", "preparation*", "backup and recovery", "backup recovery"]),
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
        "tomorrow", "the next morning",
        "monitor*", "cleanup", "clean up", "review*", "observ*", "retrospective", "stabili*", "closure", "close out", "wrap up",
        "24 hours", "48 hours", "72 hours", "1 week", "next day", "long term", "short term", "decommission*", "lessons*",
    ]),
    (Topic::Deploy, &[
        "during", "deploy*", "rollout*", "roll out", "execut*", "apply*", "change steps", "release*", "cutover", "cut over", "go live",
        "implement*", "launch*", "upgrad*", "migrat*", "install*", "switchover", "switch over", "data backfill*",
    ]),
    (Topic::Turns, &["expand", "backfill*", "swap", "switch"]),
    (Topic::Starts, &["start", "stop", "restart", "shut down", "bring up", "bring down", "take down", "scale up", "scale down", "pause", "unpause", "resume"]),
    (Topic::Day, &["deployment day", "release day", "migration day", "d day"]),
    (Topic::Testing, &["test", "tests", "testing", "qa"]),
    (Topic::Steps, &["steps", "step", "procedure*", "instructions", "process", "runbook", "checklist*", "tasks", "to do", "todo"]),
    (Topic::Checklist, &["checklist*", "readiness", "go no go"]),
    (Topic::And, &["and"]),
    (Topic::Failure, &["fail*", "wrong", "issue*", "problem*", "error*", "break", "breaks", "breakage*", "broken"]),
    (Topic::Case, &["stuck", "hung", "hang", "hangs", "hanging", "freezes", "pod crash", "pods crash", "crashes", "crashed", "crashing", "crash loop*", "crashloop*", "broken", "breaks", "fails", "failed", "failing", "times out", "timed out", "unresponsive", "unreachable", "deadlock detected", "deadlocks detected", "timeout exceeded", "timeout reached", "out of disk*", "out of memory", "out of space", "disk full", "disk is full", "no space left*", "lag grows", "lag increases", "falls behind", "falling behind", "error handling", "errors handling", "handling error*", "handling of error*", "common error*", "common failure*", "frequent error*", "duplicate key error*", "panic button", "kill switch", "how to stop", "how to abort", "how to cancel", "unstick*", "downtime alternative", "and older", "or older", "and newer", "or newer", "and below", "and earlier", "or earlier"]),
    (Topic::Resumes, &["after failure*", "after a failure", "after a failed*", "after an error", "after errors", "after a crash", "after a timeout", "after an abort", "after an interruption"]),
    (Topic::Backfires, &["rollback fails", "rollback failed", "rollback failure*", "rollback failing", "rollback is stuck", "rollback stuck", "rollback hangs", "rollback error*", "rollback issue*", "rollback problem*", "rollback does not work", "rollback doesn t work", "failed rollback*", "roll back fails", "back out fails"]),
    (Topic::Edges, &["edge case*", "corner case*"]),
    (Topic::Advice, &["tips", "advice"]),
    (Topic::Concept, &["strategy", "strategies", "approach", "approaches", "concept", "architecture"]),
    (Topic::Small, &["the", "a", "of", "and", "if", "needed", "plan", "strategy", "roll", "fall", "back", "out", "how", "to", "otherwise", "manual steps"]),
];
