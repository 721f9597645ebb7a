//! Whole runbooks as people write them, read into an outline that is compared as one text.

use std::fmt::Write;
use std::path::Path;

use crate::plan::{Opened, Plan, Step, duration, open};

/// Reads `tests/runbooks/<name>.md`.
fn runbook(name: &str) -> Opened {
    let file = format!("{name}.md");
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/runbooks")
        .join(&file);
    open(&file, &std::fs::read(path).unwrap())
}

/// What was made of a runbook, one thing a line.
fn outline(opened: &Opened) -> String {
    let plan = opened.plan.as_ref().unwrap();
    let line = |span: crate::plan::Span| opened.source.line(span.start);
    let mut out = format!("# {}\n", plan.title);
    phases(plan, &mut out);
    tiers(plan, &mut out);
    for alert in &plan.alerts {
        writeln!(out, "alert: {}", alert.name).unwrap();
    }
    for contact in &plan.contacts {
        let (role, name) = (&contact.role, contact.name.as_deref().unwrap_or("?"));
        let reach = contact.reach.as_deref().unwrap_or("?");
        let group = contact.group.as_deref().unwrap_or("-");
        writeln!(out, "contact: {role}, {name}, {reach} ({group})").unwrap();
    }
    for signoff in &plan.signoffs {
        writeln!(
            out,
            "signoff: {}, {}",
            signoff.role,
            signoff.name.as_deref().unwrap_or("?")
        )
        .unwrap();
    }
    for note in &plan.notes {
        let first = note.text.lines().next().unwrap_or("");
        writeln!(
            out,
            "note: {} | {} lines | {first}",
            note.heading,
            note.text.lines().count()
        )
        .unwrap();
    }
    for var in &plan.vars {
        writeln!(
            out,
            "var: {} ({})",
            var.name,
            var.prompt.as_deref().unwrap_or("")
        )
        .unwrap();
    }
    for account in &plan.ledger.accounts {
        let (element, place) = (account.element.word(), account.place.word());
        writeln!(out, "{:>4} {element} {place}", line(account.span)).unwrap();
    }
    for problem in &opened.problems {
        writeln!(
            out,
            "problem: {} {}: {}",
            line(problem.span),
            problem.code,
            problem.message
        )
        .unwrap();
    }
    out
}

fn phases(plan: &Plan, out: &mut String) {
    for phase in &plan.phases {
        let spec = &phase.spec;
        write!(
            out,
            "\n{} {} [{}]",
            phase.number,
            spec.name,
            spec.kind.word()
        )
        .unwrap();
        if let Some(budget) = spec.budget {
            write!(out, " budget {}", duration::show(budget)).unwrap();
        }
        if let Some(at) = &spec.at {
            write!(out, " at {}s \"{}\"", at.seconds, at.words).unwrap();
        }
        if let Some(choice) = &spec.choice {
            write!(out, " one of \"{choice}\"").unwrap();
        }
        out.push('\n');
        plan.steps[phase.steps.clone()]
            .iter()
            .for_each(|step| self::step(step, out));
    }
}

fn tiers(plan: &Plan, out: &mut String) {
    for tier in &plan.tiers {
        let time = |time: Option<std::time::Duration>| time.map_or("-".to_owned(), duration::show);
        let (from, until) = (time(tier.spec.from), time(tier.spec.until));
        writeln!(
            out,
            "\nR{} {} [{from} to {until}]",
            tier.number, tier.spec.name
        )
        .unwrap();
        plan.steps[tier.steps.clone()]
            .iter()
            .for_each(|step| self::step(step, out));
    }
    out.push('\n');
}

fn step(step: &Step, out: &mut String) {
    let spec = &step.spec;
    let group = spec
        .group
        .as_ref()
        .map_or(String::new(), |group| format!("{group} / "));
    let mark = spec.mark.map_or(String::new(), |mark| format!(" {mark:?}"));
    let danger = if spec.danger { " danger" } else { "" };
    writeln!(
        out,
        "  {} {}: {group}{}{mark}{danger}",
        step.number,
        spec.work.kind(),
        spec.title
    )
    .unwrap();
    let mut lines = |sign: &str, text: &str| {
        for line in text.lines() {
            writeln!(out, "      {sign} {line}").unwrap();
        }
    };
    if spec.alternatives.is_empty() && !spec.work.is_check() {
        lines("$", &spec.work.text());
    }
    for way in &spec.alternatives {
        lines("?", &format!("{}: {}", way.label, way.work.text()));
    }
    lines("~", spec.details.as_deref().unwrap_or(""));
    lines("=", &spec.expect().lines().join("\n"));
    let holes: Vec<&str> = spec
        .holes
        .iter()
        .map(|hole| hole.literal.as_str())
        .collect();
    lines("<", &holes.join("\n"));
}

#[test]
fn a_plan_with_phases_budgets_windows_and_a_second_checklist() {
    insta::assert_snapshot!(outline(&runbook("split-address")));
}

#[test]
fn a_checklist_with_places_on_the_clock() {
    insta::assert_snapshot!(outline(&runbook("warehouse-move")));
}

#[test]
fn a_checklist_with_numbered_headings() {
    insta::assert_snapshot!(outline(&runbook("league-season")));
}

#[test]
fn a_strategy_with_options_and_emergencies() {
    insta::assert_snapshot!(outline(&runbook("manor-strategy")));
}

#[test]
fn a_plan_in_prose_and_numbered_lists() {
    insta::assert_snapshot!(outline(&runbook("ledger-plan")));
}

#[test]
fn a_change_plan_with_front_matter_and_named_blocks() {
    insta::assert_snapshot!(outline(&runbook("change-4711")));
}
