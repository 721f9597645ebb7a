//! `gonogo check`: what plans say, and what is wrong with them.

use std::io::{IsTerminal, Write};
use std::path::Path;

use super::args::{Check, Format};
use super::exit::Exit;
use super::problems;
use crate::plan::{self, Element, Opened, Plan, Severity, duration};

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
        let opened = plan::open(&path.to_string_lossy(), &bytes);
        if opened
            .problems
            .iter()
            .any(|p| p.severity == Severity::Error)
        {
            exit = Exit::Usage;
        }
        let mut out = std::io::stdout().lock();
        match args.format {
            Format::Json => {
                serde_json::to_writer(&mut out, &plan::json::report(&opened))?;
                writeln!(out)?;
            }
            Format::Human => out.write_all(human(&opened).as_bytes())?,
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

fn human(opened: &Opened) -> String {
    let colours = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let mut text = String::new();
    for problem in &opened.problems {
        text.push_str(&problems::render(&opened.source, problem, colours));
        text.push_str("\n\n");
    }
    if let Some(plan) = &opened.plan {
        text.push_str(&outline(plan));
    }
    text.push_str(&verdict(opened));
    text
}

fn outline(plan: &Plan) -> String {
    let mut text = format!("{}\n", plan.title);
    if let Some(environment) = &plan.environment {
        text.push_str(&format!("environment {environment}\n"));
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
        text.push_str(&format!(
            "  {} {} ({})\n",
            phase.number,
            phase.spec.name,
            words.join(", ")
        ));
        for step in &plan.steps[phase.steps.clone()] {
            text.push_str(&format!(
                "    {:<6} {:<5} {}\n",
                step.number,
                step.spec.work.kind(),
                step.spec.title
            ));
        }
    }
    for tier in &plan.tiers {
        let from = duration::show(tier.from());
        let window = match (tier.spec.from, tier.spec.until) {
            (None, None) => "any time".to_owned(),
            (_, None) => format!("from T+{from} on"),
            (_, Some(until)) => format!("T+{from} to T+{}", duration::show(until)),
        };
        text.push_str(&format!(
            "  R{} {} ({window})\n",
            tier.number, tier.spec.name
        ));
        for step in &plan.steps[tier.steps.clone()] {
            text.push_str(&format!(
                "    {:<6} {:<5} {}\n",
                step.number,
                step.spec.work.kind(),
                step.spec.title
            ));
        }
    }
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
    if !counts.is_empty() {
        text.push_str(&format!("  {}\n", counts.join(", ")));
    }
    text
}

fn verdict(opened: &Opened) -> String {
    let count = |severity| {
        opened
            .problems
            .iter()
            .filter(|p| p.severity == severity)
            .count()
    };
    let name = opened.source.name();
    match (count(Severity::Error), count(Severity::Warning)) {
        (0, 0) => format!("{name}: in order\n"),
        (0, warnings) => format!("{name}: can be run; {}\n", counted(warnings, "warning")),
        (errors, warnings) => {
            format!(
                "{name}: can't be run; {}, {}\n",
                counted(errors, "error"),
                counted(warnings, "warning")
            )
        }
    }
}

/// `1 error`, `2 errors`.
fn counted(number: usize, word: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {word}{plural}")
}
