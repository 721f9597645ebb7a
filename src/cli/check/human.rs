//! What `check` prints for people: problems with their lines, then what was read, then the verdict.

use std::collections::HashMap;
use std::io::{self, IsTerminal, Write};

use crate::cli::problems;
use crate::plan::{Element, Opened, Plan, Problem, Severity, Step, count, duration, printable};

/// How many places of one problem are named.
const MAX_PLACES: usize = 12;

/// Writes all there is to say about `opened`.
pub(super) fn human(opened: &Opened, out: &mut impl Write) -> io::Result<()> {
    let colours = io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let mut places = places(opened);
    for problem in &opened.problems {
        // What is one and the same at several places is told once.
        let Some(lines) = places.remove(&key(problem)) else {
            continue;
        };
        let source = super::source_of(opened, problem);
        let text = problems::render(source, problem, colours);
        writeln!(out, "{text}\n{}", others(&lines))?;
    }
    let mut text = Vec::new();
    summary(opened, &mut text)?;
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        out.write_all(printable(&String::from_utf8_lossy(line)).as_bytes())?;
    }
    Ok(())
}

/// Writes what was read, what is allowed, and the verdict.
fn summary(opened: &Opened, out: &mut impl Write) -> io::Result<()> {
    if let Some(plan) = &opened.plan {
        outline(plan, out)?;
    }
    for allowed in &opened.allowed {
        let source = super::source_of(opened, &allowed.problem);
        let line = source.line(allowed.problem.span.start);
        let name = source.name_at(allowed.problem.span.start);
        let (code, reason) = (allowed.problem.code, &allowed.reason);
        writeln!(out, "  allowed at {name}:{line}: {code} ({reason})")?;
    }
    verdict(opened, out)
}

/// What makes two problems one and the same, their places aside.
type Key<'o> = (Option<usize>, Severity, &'static str, &'o str);

fn key(problem: &Problem) -> Key<'_> {
    (
        problem.file,
        problem.severity,
        problem.code,
        &problem.message,
    )
}

/// The lines of each problem, in order.
fn places(opened: &Opened) -> HashMap<Key<'_>, Vec<usize>> {
    let mut places: HashMap<Key<'_>, Vec<usize>> = HashMap::new();
    for problem in &opened.problems {
        let line = super::source_of(opened, problem).line(problem.span.start);
        places.entry(key(problem)).or_default().push(line);
    }
    places
}

/// The lines behind the first, in words.
fn others(lines: &[usize]) -> String {
    let rest = lines.get(1..).unwrap_or(&[]);
    if rest.is_empty() {
        return String::new();
    }
    let shown: Vec<String> = rest.iter().take(MAX_PLACES).map(usize::to_string).collect();
    let more = match rest.len().saturating_sub(MAX_PLACES) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let line = if rest.len() == 1 { "line" } else { "lines" };
    format!("  = the same in {line} {}{more}\n", shown.join(", "))
}

fn outline(plan: &Plan, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "{}", plan.title)?;
    if let Some(environment) = &plan.environment {
        writeln!(out, "environment {environment}")?;
    }
    for phase in &plan.phases {
        let mut words = vec![
            phase.spec.kind.word().to_owned(),
            count(phase.steps.len(), "step"),
        ];
        words.extend(phase.spec.budget.map(duration::show));
        words.extend(phase.spec.at.as_ref().map(|at| at.words.clone()));
        words.extend(
            phase
                .spec
                .choice
                .as_ref()
                .map(|choice| format!("one of \"{choice}\"")),
        );
        let (number, name) = (phase.number, &phase.spec.name);
        writeln!(out, "  {number} {name} ({})", words.join(", "))?;
        steps(&plan.steps[phase.steps.clone()], out)?;
    }
    for tier in &plan.tiers {
        let (number, name) = (tier.number, &tier.spec.name);
        writeln!(out, "  R{number} {name} ({})", tier.times())?;
        steps(&plan.steps[tier.steps.clone()], out)?;
    }
    for adopted in plan
        .databases
        .iter()
        .filter(|database| database.is_adopted())
    {
        writeln!(
            out,
            "  SQL runs on the database of {}: the plan names none",
            adopted.url_env
        )?;
    }
    counts(plan, out)
}

fn steps(steps: &[Step], out: &mut impl Write) -> io::Result<()> {
    for step in steps {
        let (number, kind) = (&step.number, step.spec.work.kind());
        let ways = match step.spec.alternatives.len() {
            0 => String::new(),
            others => format!(" (one of {} ways)", others.max(2)),
        };
        writeln!(out, "    {number:<6} {kind:<8} {}{ways}", step.spec.title)?;
    }
    Ok(())
}

fn counts(plan: &Plan, out: &mut impl Write) -> io::Result<()> {
    let counts = [
        (plan.contacts.len(), "contact"),
        (plan.signoffs.len(), "sign-off"),
        (plan.alerts.len(), "alert"),
        (plan.probes.len(), "probe"),
        (plan.notes.len(), "note"),
        (plan.ledger.count(Element::TaskItem), "task item"),
        (plan.ledger.count(Element::Fence), "code block"),
        (plan.ledger.count(Element::Heading), "heading"),
    ];
    let counts: Vec<String> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(number, what)| count(*number, what))
        .collect();
    if counts.is_empty() {
        return Ok(());
    }
    writeln!(out, "  {}", counts.join(", "))
}

fn verdict(opened: &Opened, out: &mut impl Write) -> io::Result<()> {
    let number_of = |severity| {
        opened
            .problems
            .iter()
            .filter(|p| p.severity == severity)
            .count()
    };
    let name = opened.source.name();
    match (number_of(Severity::Error), number_of(Severity::Warning)) {
        (0, 0) => writeln!(out, "{name}: in order"),
        (0, warnings) if opened.plan.is_none() => {
            writeln!(out, "{name}: {}", count(warnings, "warning"))
        }
        (0, warnings) => writeln!(out, "{name}: can be run; {}", count(warnings, "warning")),
        (errors, warnings) => {
            let (errors, warnings) = (count(errors, "error"), count(warnings, "warning"));
            writeln!(out, "{name}: can't be run; {errors}, {warnings}")
        }
    }
}
