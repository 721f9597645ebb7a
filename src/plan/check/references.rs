//! Everything that a plan calls by name must be there.

use std::cell::LazyCell;
use std::collections::{BTreeSet, HashSet};
use std::ops::Range;

use crate::plan::draft::{Draft, StepSpec, TierSpec};
use crate::plan::metric;
use crate::plan::model::Format;
use crate::plan::parts::Database;
use crate::plan::probe::ProbeTarget;
use crate::plan::problem::{Problem, nearest};
use crate::plan::snapshot::Snapshot;
use crate::plan::source::{Source, Span};
use crate::plan::template;
use crate::plan::work::Work;

/// The name of the database that SQL in a runbook means when it names none.
pub(crate) const MAIN_DATABASE: &str = "main";
/// Where the URL of that database usually is.
const MAIN_URL_ENV: &str = "DATABASE_URL";

/// Gives a runbook that asks a database and names no database the usual one.
pub(super) fn adopt_main_database(draft: &mut Draft) {
    let asks = |work: &Work| matches!(work, Work::Sql(_) | Work::Snapshot(_));
    let has_sql = all_steps(draft).any(|step| works(step).any(asks));
    if draft.databases.is_empty() && has_sql {
        draft.databases.push(Database {
            name: MAIN_DATABASE.to_owned(),
            url_env: MAIN_URL_ENV.to_owned(),
            span: Span::at(0),
        });
    }
}

pub(super) fn all_steps(draft: &Draft) -> impl Iterator<Item = &StepSpec> {
    let phases = draft.phases.iter().flat_map(|phase| &phase.steps);
    let steps = phases.chain(draft.tiers.iter().flat_map(|tier| &tier.steps));
    steps.map(Box::as_ref)
}

/// Everything that a step may do: its work, its alternatives, its undo.
pub(super) fn works(step: &StepSpec) -> impl Iterator<Item = &Work> {
    std::iter::once(&step.work)
        .chain(
            step.alternatives
                .iter()
                .map(|alternative| &alternative.work),
        )
        .chain(step.undo.iter().map(|undo| &undo.work))
}

pub(super) fn check(draft: &Draft, source: &Source, format: Format, problems: &mut Vec<Problem>) {
    duplicates(draft, problems);
    let known = LazyCell::new(|| known_variables(draft));
    for step in all_steps(draft) {
        for work in works(step) {
            match work {
                Work::Sql(sql) => {
                    let name = sql.database.as_str();
                    let place = || match name {
                        "" => sql.origin.span(&sql.text, first_line(&sql.text), source),
                        name => written(source, step.span, name),
                    };
                    database(draft, name, place, problems);
                }
                Work::Snapshot(snapshot) => of_snapshot(draft, step, snapshot, problems),
                Work::Check(_) | Work::Shell(_) | Work::Http(_) | Work::Wait(_) => {}
            }
        }
        // Braces in a runbook may be meant for another tool; only a typed plan promises they are ours.
        let other = Format::of(source.name_at(step.span.start));
        if format == Format::Toml && other == Format::Toml {
            variables(&known, source, step, problems);
        }
    }
    for probe in &draft.probes {
        if let ProbeTarget::Sql { database: name, .. } = &probe.target {
            database(draft, name, || written(source, probe.span, name), problems);
        }
    }
    metrics(draft, source, problems);
    windows(draft, problems);
}

/// A snapshot looks at databases of the plan, and at one of them at least.
fn of_snapshot(draft: &Draft, step: &StepSpec, snapshot: &Snapshot, problems: &mut Vec<Problem>) {
    if snapshot.databases.is_empty() {
        database(draft, "", || step.span, problems);
    }
    for name in &snapshot.databases {
        database(draft, &name.value, || name.span, problems);
    }
}

/// The first line of `text` that holds anything.
fn first_line(text: &str) -> Range<usize> {
    let start = text.len() - text.trim_start().len();
    let length = text[start..].find('\n').unwrap_or(text.len() - start);
    start..start + length
}

/// Where `name` is written in the table of a typed plan that `span` lies in, or of a runbook in the
/// lines of `span` and the one above; `span` if it is not.
pub(super) fn written(source: &Source, span: Span, name: &str) -> Span {
    let text = source.text();
    let before = &text[..span.start];
    let (table, end) = match Format::of(source.name_at(span.start)) {
        Format::Toml => {
            let end = text[span.end..].find("\n[");
            let end = end.map_or(text.len(), |at| span.end + at);
            (before.rfind("[[").unwrap_or(span.start), end)
        }
        Format::Markdown => {
            let lines = before.rmatch_indices('\n').map(|(at, _)| at + 1);
            (lines.take(2).last().unwrap_or_default(), span.end)
        }
    };
    let found = text[table..end].find(name).filter(|_| !name.is_empty());
    found.map_or(span, |at| Span::new(table + at, table + at + name.len()))
}

fn duplicates(draft: &Draft, problems: &mut Vec<Problem>) {
    let vars = draft.vars.iter().map(|v| (v.name.as_str(), v.span));
    let probes = draft.probes.iter().map(|p| (p.name.as_str(), p.span));
    let alerts = draft.alerts.iter().filter(|a| a.metric.is_some());
    let alerts = alerts.map(|a| (a.name.as_str(), a.span));
    let tiers = draft.tiers.iter().map(|t| (t.name.as_str(), t.span));
    named_twice("variable", vars, problems);
    named_twice("probe", probes, problems);
    named_twice("alert", alerts, problems);
    named_twice("rollback", tiers, problems);
    for var in draft
        .vars
        .iter()
        .filter(|var| !template::is_name(&var.name))
    {
        let words = format!("`{}` can't be the name of a variable", var.name);
        let problem = Problem::error("bad-name", var.span, words);
        problems.push(problem.hint("a letter first, then letters, digits, `-` and `_`"));
    }
}

fn named_twice<'d>(
    what: &str,
    names: impl Iterator<Item = (&'d str, Span)>,
    problems: &mut Vec<Problem>,
) {
    let mut seen = HashSet::new();
    for (name, span) in names {
        if !seen.insert(name) {
            let words = format!("another {what} is called `{name}`");
            problems.push(
                Problem::warning("duplicate-name", span, words).hint(
                    "give them different names, so that people and records can tell them apart",
                ),
            );
        }
    }
}

/// Finds a `name` that no database has; `place` looks for where it is written, which takes a while.
fn database(draft: &Draft, name: &str, place: impl FnOnce() -> Span, problems: &mut Vec<Problem>) {
    if draft.databases.iter().any(|database| database.name == name) {
        return;
    }
    let span = place();
    let known: Vec<&str> = draft.databases.iter().map(|d| d.name.as_str()).collect();
    let problem = if name.is_empty() && known.len() > 1 {
        Problem::error(
            "which-database",
            span,
            "the plan has several databases, and this names none",
        )
        .hint(format!("add `database = \"…\"`: {}", known.join(", ")))
    } else if name.is_empty() {
        Problem::error(
            "no-database",
            span,
            "SQL needs a database, and the plan names none",
        )
        .hint("add `[databases.main]` with `url_env = \"DATABASE_URL\"`")
    } else {
        let near = nearest(name, known.iter().copied());
        Problem::error(
            "unknown-database",
            span,
            format!("there is no database `{name}`"),
        )
        .hint(near.map_or_else(
            || format!("add `[databases.{name}]`"),
            |near| format!("did you mean `{near}`?"),
        ))
    };
    problems.push(problem);
}

/// The names of all variables, in the order of the alphabet.
fn known_variables(draft: &Draft) -> BTreeSet<&str> {
    let captured = all_steps(draft).flat_map(|step| step.captures().map(|c| c.name.as_str()));
    let given = draft.vars.iter().map(|var| var.name.as_str());
    let others = draft.not_variables.iter().map(String::as_str);
    given.chain(others).chain(captured).collect()
}

fn variables(
    known: &BTreeSet<&str>,
    source: &Source,
    step: &StepSpec,
    problems: &mut Vec<Problem>,
) {
    placeholders(known, source, step, problems);
    for work in works(step) {
        let texts = step.texts_with_braces(work);
        let names = texts.iter().flat_map(|text| template::names(text, &[]));
        for name in names.map(|name| step.variable(name)) {
            if !known.contains(name) {
                let near = nearest(name, known.iter().copied());
                problems.push(
                    Problem::error(
                        "unknown-variable",
                        written(source, step.span, name),
                        format!("there is no variable `{name}`"),
                    )
                    .hint(near.map_or_else(
                        || format!("add it under `[vars]`: `{name} = {{ prompt = \"…\" }}`"),
                        |near| format!("did you mean `{near}`?"),
                    )),
                );
            }
        }
    }
}

/// A placeholder stands in the step's text, for a variable that there is.
fn placeholders(
    known: &BTreeSet<&str>,
    source: &Source,
    step: &StepSpec,
    problems: &mut Vec<Problem>,
) {
    let texts: Vec<_> = works(step).flat_map(|work| step.texts(work)).collect();
    for hole in &step.holes {
        let span = written(source, step.span, &hole.literal);
        if !known.contains(hole.var.as_str()) {
            let message = format!("there is no variable `{}`", hole.var);
            problems.push(
                Problem::error("unknown-variable", span, message).hint(format!(
                    "add it under `[vars]`: `{} = {{ prompt = \"…\" }}`",
                    hole.var
                )),
            );
        }
        if !texts.iter().any(|text| text.contains(&hole.literal)) {
            let message = format!("`{}` stands nowhere in what this step runs", hole.literal);
            problems.push(Problem::error("unused-placeholder", span, message));
        }
    }
}

/// An alert's metric must be one that is measured of a probe or of a database.
fn metrics(draft: &Draft, source: &Source, problems: &mut Vec<Problem>) {
    let sources: Vec<&str> = draft
        .probes
        .iter()
        .map(|probe| probe.name.as_str())
        .chain(
            draft
                .databases
                .iter()
                .map(|database| database.name.as_str()),
        )
        .collect();
    for alert in &draft.alerts {
        let Some(metric) = &alert.metric else {
            continue;
        };
        let (origin, what) = metric::parts(metric);
        let probe = draft.probes.iter().find(|probe| probe.name == origin);
        let known = match probe {
            Some(probe) => metric::of_probe(&probe.target),
            None => metric::OF_DATABASES.iter().collect(),
        };
        let hint = if !sources.contains(&origin) {
            nearest(origin, sources.iter().copied()).map_or_else(
                || "a metric begins with the name of a probe or a database".to_owned(),
                |near| format!("did you mean `{near}{}`?", &metric[origin.len()..]),
            )
        } else if known.iter().any(|(name, _)| *name == what)
            || (probe.is_none() && metric::counted_table(metric).is_some())
        {
            continue;
        } else {
            let names = known.iter().map(|(name, _)| *name);
            nearest(what, names.clone()).map_or_else(
                || format!("it is one of {}", names.collect::<Vec<_>>().join(", ")),
                |near| format!("did you mean `{origin}.{near}`?"),
            )
        };
        problems.push(
            Problem::error(
                "unknown-metric",
                written(source, alert.span, metric),
                format!("nothing measures `{metric}`"),
            )
            .hint(hint),
        );
    }
}

/// Windows of rollbacks must not be empty, and should leave no time without a way back.
fn windows(draft: &Draft, problems: &mut Vec<Problem>) {
    for tier in &draft.tiers {
        if let (from, Some(until)) = (tier.from.unwrap_or_default(), tier.until)
            && until <= from
        {
            problems.push(
                Problem::error(
                    "empty-window",
                    tier.span,
                    format!("the window of `{}` is empty", tier.name),
                )
                .hint("`until` must be later than `from`; both count from T-0"),
            );
        }
    }
    // One without a window is offered at any time.
    let always = |tier: &&TierSpec| tier.from.is_none() && tier.until.is_none();
    let mut tiers: Vec<&TierSpec> = draft.tiers.iter().filter(|tier| !tier.after).collect();
    if tiers.iter().any(always) {
        return;
    }
    tiers.sort_by_key(|tier| tier.from.unwrap_or_default());
    let mut covered = std::time::Duration::ZERO;
    for tier in tiers {
        let from = tier.from.unwrap_or_default();
        if from > covered {
            let gap = format!(
                "no rollback is meant for T+{} to T+{}",
                crate::plan::duration::show(covered),
                crate::plan::duration::show(from)
            );
            problems.push(
                Problem::warning("window-gap", tier.span, gap)
                    .hint("until this one's window begins, the one before it is offered"),
            );
        }
        covered = covered.max(tier.until.unwrap_or(std::time::Duration::MAX));
    }
}
