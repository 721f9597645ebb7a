//! From a [`Draft`] to a [`Plan`]: names are given out, references followed, and everything that
//! would surprise an operator in the middle of a run is said before it starts.

mod advice;
mod allow;
mod captures;
mod conditions;
mod names;
mod references;
mod safety;
mod servers;
mod snapshots;
mod values;
mod ways_back;

pub use allow::Allowed;
pub(super) use allow::{Allows, reaches};
pub(super) use safety::sql::{Remark, Unit, Wrap, remarks};
pub(super) use safety::{
    HIDES_ERRORS, NO_LOCK_TIMEOUT, applied_by, changes_database, goes_on, holds_secret,
    opens_session, prepare_secrets, stops_first, without_limit, written_by,
};
pub use safety::{SECRET, given_to_psql, secrets_in, without_secrets, without_values};

use std::fmt::Write as _;

use self::names::{Named, Names};
use super::codes;
use super::digest::{sha256, sha256_of_text};
use super::draft::Draft;
use super::facts::Facts;
use super::include::Included;
use super::model::{Format, Plan};
use super::parallel;
use super::problem::{Problem, Severity};
use super::source::{Source, Span};

/// How many steps are worth a thread for their names.
const MANY: usize = 256;

/// What became of a draft.
pub(super) struct Checked {
    /// The plan, unless a problem is an error.
    pub(super) plan: Option<Plan>,
    /// What there is to say, in the order of the file.
    pub(super) problems: Vec<Problem>,
    /// What its author accepts.
    pub(super) allowed: Vec<Allowed>,
    /// What else its author would accept.
    pub(super) allows: Allows,
}

/// Checks `draft`. There is a plan only if none of the problems is an error.
pub(super) fn check(
    mut draft: Draft,
    source: &Source,
    files: (&[u8], Vec<Included>),
    format: Format,
    mut problems: Vec<Problem>,
    facts: Option<&Facts>,
) -> Checked {
    if let Some(at) = source.damaged_at() {
        problems.push(
            Problem::warning(
                "encoding",
                Span::at(at),
                "the file is not valid text from here on",
            )
            .hint("save it as UTF-8: it is read as an older encoding, or shown as \u{FFFD}"),
        );
    }
    if format == Format::Markdown {
        references::adopt_main_database(&mut draft);
    }
    snapshots::settle(&mut draft);
    safety::here::hold(&mut draft, &mut problems);
    values::hold(&mut draft, &mut problems);
    references::check(&draft, source, format, &mut problems);
    captures::check(&draft, source, format, &mut problems);
    conditions::check(&draft, source, &mut problems);
    values::check(&draft, &mut problems);
    snapshots::check(&draft, &mut problems);
    servers::check(&mut draft, format == Format::Markdown, &mut problems);
    ways_back::check(&draft, format, &mut problems);
    if !has_errors(&problems) {
        advice::check(&draft, format, &mut problems);
    }
    let many = references::all_steps(&draft).nth(MANY).is_some();
    let (mut traps, mut names) = parallel::both(
        many,
        || safety::check(&draft, source, facts),
        || Names::of(&draft),
    );
    problems.append(&mut traps);
    problems.append(&mut names.problems);
    let mut allows = Allows::of(&draft);
    let forward = draft.phases.iter().any(|phase| !phase.steps.is_empty());
    let given = names.give(&mut draft);
    // A step that could not be read is a step.
    let unread = source.text().contains("phase") && has_errors(&problems);
    if given.steps.is_empty() && !unread {
        problems.push(nothing_to_do(format));
    } else if !forward && !unread {
        let message = "nothing is done here: all steps are a way back";
        problems.push(
            Problem::warning("no-steps", Span::at(0), message).hint(
                "what is deployed stands in phases, or under headings such as \"Deployment\"",
            ),
        );
    }
    let allowed = allows.take(&mut problems);
    problems.extend(allows.unused());
    sort(&mut problems);
    let mut checked = Checked {
        plan: None,
        problems,
        allowed,
        allows,
    };
    if has_errors(&checked.problems) {
        return checked;
    }
    checked.plan = Some(plan(draft, given, format, files));
    checked
}

/// The plan that `draft` is, now that nothing is wrong with it.
fn plan(
    draft: Draft,
    named: Named,
    format: Format,
    (bytes, included): (&[u8], Vec<Included>),
) -> Plan {
    let own_digest = sha256(bytes);
    let texts = included
        .iter()
        .map(|file| (&*file.text_digest, &*file.path));
    let text_digest = digest_of(&sha256_of_text(bytes), texts);
    Plan {
        title: draft.title.map(|title| title.value).unwrap_or_default(),
        environment: draft.environment,
        format,
        digest: digest_of(&own_digest, included.iter().map(Included::told)),
        text_digest,
        own_digest,
        included,
        shell: draft.shell.unwrap_or_default(),
        cwd: draft.cwd.map(|cwd| cwd.value),
        vars: draft.vars,
        databases: draft.databases,
        steps: named.steps,
        phases: named.phases,
        tiers: named.tiers,
        probes: draft.probes,
        alerts: draft.alerts,
        contacts: draft.contacts,
        signoffs: draft.signoffs,
        notes: draft.notes,
        ledger: draft.ledger,
        migrations: draft.migrations,
        approvals: draft.approvals,
        by_id: named.by_id,
    }
}

/// What tells a plan from every other: its file's digest, or one of all the files in it, each given by its digest and
/// its path.
pub fn digest_of<'f>(own: &str, included: impl IntoIterator<Item = (&'f str, &'f str)>) -> String {
    let mut all = format!("{own}\n");
    let alone = all.len();
    for (digest, path) in included {
        // Writing to a String can't fail.
        let _ = writeln!(all, "{digest} {path}");
    }
    if all.len() == alone {
        return own.to_owned();
    }
    sha256(all.as_bytes())
}

/// Puts problems in the order of the file.
pub(super) fn sort(problems: &mut Vec<Problem>) {
    let place = |problem: &Problem| (problem.file, problem.span.start);
    problems.sort_by_key(|problem| (place(problem), std::cmp::Reverse(problem.severity)));
    problems.dedup();
}

/// The codes of problems that may be allowed.
pub(super) fn codes() -> impl Iterator<Item = &'static str> {
    let others = codes::READING.into_iter().chain(codes::PLAN);
    safety::CODES.into_iter().chain(others)
}

fn has_errors(problems: &[Problem]) -> bool {
    problems.iter().any(|p| p.severity == Severity::Error)
}

/// A plan without a step can still be looked at when it is prose; a typed one is a mistake.
pub(super) fn nothing_to_do(format: Format) -> Problem {
    match format {
        Format::Toml => Problem::error("no-steps", Span::at(0), "the plan has no steps")
            .hint("add a `[[phase]]` with a `[[phase.step]]`"),
        Format::Markdown => Problem::warning(
            "no-steps",
            Span::at(0),
            "nothing to do was found in this file",
        )
        .hint("steps are task items (`- [ ]`) and shell or SQL blocks under headings"),
    }
}
