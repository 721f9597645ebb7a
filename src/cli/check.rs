//! `gonogo check`: what plans say, and what is wrong with them.

use std::io::{self, BufWriter, IsTerminal, Write};
use std::mem::ManuallyDrop;
use std::path::Path;

use super::args::{Check, Format};
use super::exit::Exit;
use super::problems;
use crate::plan::{self, Element, Opened, Plan, Severity, Step, duration};

/// How much is printed at once, in bytes: a report is written in thousands of small pieces.
const OUTPUT_CHUNK: usize = 64 << 10;

/// Runs `gonogo check`.
pub(super) fn run(args: &Check) -> anyhow::Result<Exit> {
    let mut exit = Exit::Done;
    for path in &args.plans {
        let bytes = match read(path) {
            Ok(bytes) => bytes,
            Err(why) => {
                eprintln!("gonogo: {why}");
                exit = Exit::Usage;
                continue;
            }
        };
        // The program ends soon: the system takes a plan's memory back faster than piece by piece.
        let opened = ManuallyDrop::new(plan::open(&path.to_string_lossy(), &bytes));
        if opened
            .problems
            .iter()
            .any(|p| p.severity == Severity::Error)
        {
            exit = Exit::Usage;
        }
        let mut out = BufWriter::with_capacity(OUTPUT_CHUNK, io::stdout().lock());
        match args.format {
            Format::Json => {
                serde_json::to_writer(&mut out, &plan::json::report(&opened))?;
                writeln!(out)?;
            }
            Format::Human => human(&opened, &mut out)?,
        }
        out.flush()?;
    }
    Ok(exit)
}

/// The bytes of the plan at `path`, or why they can't be had.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, String> {
    if path.is_dir() {
        return Err(format!(
            "{} is a directory: name a plan in it",
            path.display()
        ));
    }
    std::fs::read(path).map_err(|error| format!("failed to read {}: {error}", path.display()))
}

fn human(opened: &Opened, out: &mut impl Write) -> io::Result<()> {
    let colours = io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    for problem in &opened.problems {
        let text = problems::render(&opened.source, problem, colours);
        writeln!(out, "{text}\n")?;
    }
    if let Some(plan) = &opened.plan {
        outline(plan, out)?;
    }
    verdict(opened, out)
}

fn outline(plan: &Plan, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "{}", plan.title)?;
    if let Some(environment) = &plan.environment {
        writeln!(out, "environment {environment}")?;
    }
    for phase in &plan.phases {
        let mut words = vec![
            phase.spec.kind.word().to_owned(),
            format!("{} steps", phase.steps.len()),
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
        let from = duration::show(tier.from());
        let window = match (tier.spec.from, tier.spec.until) {
            (None, None) => "any time".to_owned(),
            (_, None) => format!("from T+{from} on"),
            (_, Some(until)) => format!("T+{from} to T+{}", duration::show(until)),
        };
        let (number, name) = (tier.number, &tier.spec.name);
        writeln!(out, "  R{number} {name} ({window})")?;
        steps(&plan.steps[tier.steps.clone()], out)?;
    }
    counts(plan, out)
}

fn steps(steps: &[Step], out: &mut impl Write) -> io::Result<()> {
    for step in steps {
        let (number, kind) = (&step.number, step.spec.work.kind());
        writeln!(out, "    {number:<6} {kind:<5} {}", step.spec.title)?;
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
        .map(|(number, what)| counted(*number, what))
        .collect();
    if counts.is_empty() {
        return Ok(());
    }
    writeln!(out, "  {}", counts.join(", "))
}

fn verdict(opened: &Opened, out: &mut impl Write) -> io::Result<()> {
    let count = |severity| {
        opened
            .problems
            .iter()
            .filter(|p| p.severity == severity)
            .count()
    };
    let name = opened.source.name();
    match (count(Severity::Error), count(Severity::Warning)) {
        (0, 0) => writeln!(out, "{name}: in order"),
        (0, warnings) => writeln!(out, "{name}: can be run; {}", counted(warnings, "warning")),
        (errors, warnings) => {
            let (errors, warnings) = (counted(errors, "error"), counted(warnings, "warning"));
            writeln!(out, "{name}: can't be run; {errors}, {warnings}")
        }
    }
}

/// `1 error`, `2 errors`.
fn counted(number: usize, word: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {word}{plural}")
}
