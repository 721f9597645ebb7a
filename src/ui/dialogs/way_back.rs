//! What the way back would do, as its dialog lists it.

use ratatui::text::Line;

use super::{CONSIDERED, RollBack, rollback};
use crate::journal::event::Applied;
use crate::plan::Outside;
use crate::run::decide::Preview;
use crate::ui::scene::Scene;
use crate::ui::theme::Role;
use crate::ui::widgets::clip::{clip, width};
use crate::ui::words::{self, count};

/// What the way is called that only undoes.
const UNDOS: &str = "undo what was applied";
/// From so many rollbacks on, all are listed.
const SEVERAL: usize = 2;
/// So many ways are shown at once.
const SHOWN: usize = 7;
/// So much of a way's name is shown in the list.
const NAME: usize = 34;

/// What the way back would do, line by line.
pub(super) fn way_back<'s>(
    scene: &Scene<'s>,
    dialog: &RollBack,
    preview: &Preview,
) -> Vec<Line<'s>> {
    let (plan, state) = (&scene.world.plan, &scene.world.state);
    let text = |words: String, role| Line::from(scene.span(words, role));
    let mut lines = Vec::new();
    let name = preview
        .tier
        .map_or(UNDOS, |tier| &plan.tiers[tier].spec.name);
    let since = preview
        .since_t_zero
        .map_or("before T-0".to_owned(), |since| {
            let mark = if since.by_wall_clock { "~" } else { "" };
            format!("{mark}{}", words::t_clock(since.time))
        });
    let by_clock = dialog.picked.is_none() && !preview.to_be_named && preview.tier.is_some();
    let why = if by_clock { ", by the clock" } else { "" };
    let at = rollback::place(plan, preview.tier);
    let which = match plan.ways().count() {
        0 => String::new(),
        several => format!("way {} of {}, ", at + 1, several + 1),
    };
    lines.extend(ways(scene, at, preview));
    lines.push(text(format!("{name}   ({which}{since}{why})"), Role::Title));
    if let Some(outside) = preview.outside {
        lines.push(text(outside.to_string().to_uppercase(), Role::Alarm));
    }
    if let Some(phase) = preview.past_no_return {
        let name = &plan.phases[phase].spec.name;
        lines.push(text(
            format!("PAST THE POINT OF NO RETURN: \"{name}\" has begun"),
            Role::Alarm,
        ));
    }
    lines.extend(cautions(scene, preview));
    if preview.items.is_empty() {
        let words = match (preview.something_ran, preview.without_undo.is_empty()) {
            (false, _) => "nothing was applied: there is nothing to undo",
            (true, true) => "nothing that was done has to be undone",
            (true, false) => "nothing of what was done has an undo",
        };
        lines.push(text(words.to_owned(), Role::Text));
    }
    for (n, item) in preview.items.iter().enumerate() {
        let step = &plan.steps[item.step];
        let undo = if item.undo { "undo " } else { "" };
        let sure = match item.applied {
            Applied::Maybe if state.steps[item.step].status.is_active() => "  (running now)",
            Applied::Maybe => "  (may be partly applied)",
            _ if !item.undo && step.spec.danger => "  (asks first)",
            _ => "",
        };
        let work = match &step.spec.undo {
            Some(undone) if item.undo => &undone.work,
            _ => &step.spec.work,
        };
        let what = told(&scene.world.text_of(item.step, work), &step.spec.title);
        lines.push(Line::from(vec![
            scene.span(format!("{:>2}. ", n + 1), Role::Dim),
            scene.span(
                format!("{undo}{} {}", step.number, step.spec.title),
                Role::Text,
            ),
            scene.span(sure, Role::Warn),
            scene.span(format!("   {what}"), Role::Dim),
        ]));
    }
    for &ix in &preview.without_undo {
        let step = &plan.steps[ix];
        lines.push(text(
            format!("stays: {} {} has no undo", step.number, step.spec.title),
            Role::Warn,
        ));
    }
    lines
}

/// What whoever goes back should know before.
fn cautions<'s>(scene: &Scene<'s>, preview: &Preview) -> Vec<Line<'s>> {
    let (plan, state) = (&scene.world.plan, &scene.world.state);
    let text = |words: String, role| Line::from(scene.span(words, role));
    let mut lines = Vec::new();
    if let Some(silent) = scene.world.silent(scene.now) {
        let silent = words::short(silent);
        let words =
            format!("NOTHING HEARD OF THE ENGINE FOR {silent}: it may not hear this either");
        lines.push(text(words, Role::Alarm));
    }
    if let Some(gone) = &state.rollback {
        let words = format!(
            "\"{}\" is being gone: another takes its place",
            gone.name(plan)
        );
        lines.push(text(words, Role::Warn));
    }
    // It goes back all the same, and whoever goes should know.
    let others = state.holds.iter().filter(|hold| hold.reason != CONSIDERED);
    for hold in others {
        lines.push(text(format!("held: {}", hold.reason), Role::Warn));
    }
    for &ix in &preview.stops {
        let step = &plan.steps[ix];
        lines.push(text(
            format!("stops first: {} {}", step.number, step.spec.title),
            Role::Warn,
        ));
    }
    for (ix, running) in state.left_running() {
        let step = &plan.steps[ix];
        let words = format!(
            "left running: {} {}: {}",
            step.number,
            step.spec.title,
            running.join(", ")
        );
        lines.push(text(words, Role::Warn));
    }
    lines
}

/// All ways there are, with when each is for and whether it is that time, where they are too many to be gone
/// through one by one. The one `at` this place is shown; of many only those around it are.
fn ways<'s>(scene: &Scene<'s>, at: usize, preview: &Preview) -> Vec<Line<'s>> {
    let plan = &scene.world.plan;
    let tiers = plan.ways().map(|ix| &plan.tiers[ix]);
    let since = preview.since_t_zero.map(|since| since.time);
    let offered = since.and_then(|since| plan.tier_at(since));
    let mut rows: Vec<(String, String)> = tiers
        .map(|tier| {
            let outside = since.and_then(|since| tier.outside(since));
            let now = match outside {
                Some(Outside::Ended(_)) => ", over",
                Some(Outside::Ahead(_)) => ", not yet",
                None if tier.spec.way => "",
                None if offered.is_some_and(|ix| plan.tiers[ix].id == tier.id) => ", by the clock",
                None => "",
            };
            (tier.spec.name.clone(), format!("{}{now}", tier.times()))
        })
        .collect();
    if rows.len() < SEVERAL {
        return Vec::new();
    }
    rows.push((UNDOS.to_owned(), "any time".to_owned()));
    let wide = rows.iter().map(|(name, _)| width(name)).max();
    let wide = wide.unwrap_or(0).min(NAME);
    let first = at
        .saturating_sub(SHOWN / 2)
        .min(rows.len().saturating_sub(SHOWN));
    let shown = rows.iter().enumerate().skip(first).take(SHOWN);
    let mut lines: Vec<Line<'s>> = shown
        .map(|(ix, (name, times))| {
            let (sign, role) = if ix == at {
                ("▶", Role::Title)
            } else {
                (" ", Role::Dim)
            };
            let name = clip(name, wide);
            let gap = " ".repeat(wide.saturating_sub(width(&name)));
            let words = format!("{sign} {:>2}. {name}{gap}  {times}", ix + 1);
            Line::from(scene.span(words, role))
        })
        .collect();
    lines.push(Line::default());
    lines
}

/// What a step does, in one line: its first command, not what a comment says of it, and how many follow. What the
/// `title` says is not said again.
fn told(text: &str, title: &str) -> String {
    let comment = |line: &&str| line.starts_with('#') || line.starts_with("--");
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let mut commands = lines.filter(|line| !comment(line) && *line != title);
    let first = commands.next().unwrap_or_default();
    match commands.count() {
        0 => first.to_owned(),
        more => format!("{first}  (+ {})", count(more, "line")),
    }
}
