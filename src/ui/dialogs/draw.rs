//! How dialogs look: a box in the middle, over whatever is there.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Widget};

use super::room::{text_width, wrapped};
use super::{Ask, CONSIDERED, Confirmation, Dialog, Pick, RollBack};
use crate::journal::event::Applied;
use crate::plan::Confirm;
use crate::run::decide::Preview;
use crate::ui::keymap::{KEYMAP, Section};
use crate::ui::scene::{Scene, put};
use crate::ui::theme::Role;
use crate::ui::widgets::clip;
use crate::ui::words;

/// Draws the dialog that is open, if one is.
pub fn draw(scene: &Scene<'_>, area: Rect, buf: &mut Buffer) {
    match &scene.view.dialog {
        None => {}
        Some(dialog) if !dialog.fits(area) => too_small(scene, area, buf),
        Some(Dialog::Help(top)) => help(scene, *top, area, buf),
        Some(Dialog::Ask(dialog)) => ask(scene, dialog, area, buf),
        Some(Dialog::Confirm(dialog)) => confirm(scene, dialog, area, buf),
        Some(Dialog::Pick(dialog)) => pick(scene, dialog, area, buf),
        Some(Dialog::RollBack(dialog)) => roll_back(scene, dialog, area, buf),
        Some(Dialog::Quit) => quit(scene, area, buf),
    }
}

/// Clears a box of the wanted size in the middle, and draws its frame.
fn open(
    scene: &Scene<'_>,
    title: &str,
    width: u16,
    height: u16,
    area: Rect,
    buf: &mut Buffer,
) -> Rect {
    let width = width.min(area.width);
    let height = (height + 2).min(area.height);
    let place = Rect {
        x: area.x + (area.width - width) / 2,
        y: area.y + (area.height - height) / 2,
        width,
        height,
    };
    Clear.render(place, buf);
    let inner = scene.frame(title, Some(scene.view.focus), place, buf);
    // A column of air on both sides.
    Rect {
        x: inner.x + 1.min(inner.width),
        width: inner.width.saturating_sub(2),
        ..inner
    }
}

/// What stands in the place of a dialog that can't be read.
fn too_small(scene: &Scene<'_>, area: Rect, buf: &mut Buffer) {
    Clear.render(area, buf);
    let words = "too small for this question: make the terminal larger, or esc";
    let lines = clip::wrap(words, usize::from(area.width));
    for (row, line) in lines.into_iter().enumerate() {
        put(
            area,
            row as u16,
            Line::from(scene.span(line, Role::Warn)),
            buf,
        );
    }
}

fn keys<'s>(scene: &Scene<'s>, keys: &[(&str, &str)]) -> Line<'s> {
    let spans: Vec<Span<'_>> = keys
        .iter()
        .flat_map(|(key, what)| {
            [
                scene.span(key, Role::Key),
                scene.span(format!(" {what}   "), Role::Text),
            ]
        })
        .collect();
    Line::from(spans)
}

fn help(scene: &Scene<'_>, top: usize, area: Rect, buf: &mut Buffer) {
    let mut lines = Vec::new();
    for section in Section::ALL {
        lines.push(Line::from(scene.span(section.title(), Role::Title)));
        for binding in KEYMAP.iter().filter(|binding| binding.section == section) {
            lines.push(Line::from(vec![
                scene.span(
                    clip::pad(&format!("  {}", binding.keys_shown()), 13),
                    Role::Key,
                ),
                scene.span(binding.help, Role::Text),
            ]));
        }
    }
    let height = (lines.len() as u16).min(area.height.saturating_sub(4));
    let inner = open(
        scene,
        "Keys  (↑ ↓ scroll, any other key closes)",
        text_width(area),
        height,
        area,
        buf,
    );
    let top = top.min(lines.len().saturating_sub(usize::from(inner.height)));
    for (row, line) in lines.into_iter().skip(top).enumerate() {
        put(inner, row as u16, line, buf);
    }
}

fn ask(scene: &Scene<'_>, dialog: &Ask, area: Rect, buf: &mut Buffer) {
    let inner = open(scene, &dialog.title, text_width(area), 5, area, buf);
    put(
        inner,
        0,
        Line::from(scene.span(&dialog.question, Role::Text)),
        buf,
    );
    let field = Rect {
        y: inner.y + 1,
        height: 1.min(inner.height.saturating_sub(1)),
        ..inner
    };
    buf.set_style(field, scene.style(Role::Selected));
    dialog.input.render(field, buf);
    if let Some(error) = &dialog.error {
        put(inner, 2, Line::from(scene.span(error, Role::Bad)), buf);
    }
    put(
        inner,
        4,
        keys(scene, &[("enter", "send"), ("esc", "never mind")]),
        buf,
    );
}

fn confirm(scene: &Scene<'_>, dialog: &Confirmation, area: Rect, buf: &mut Buffer) {
    let width = text_width(area);
    let rows = wrapped(&dialog.lines, width);
    let typed = if dialog.typed.is_some() { 2 } else { 0 };
    let inner = open(
        scene,
        &dialog.title,
        width,
        rows.len() as u16 + typed + 2,
        area,
        buf,
    );
    let mut row = 0;
    for line in &rows {
        put(inner, row, Line::from(scene.span(line, Role::Text)), buf);
        row += 1;
    }
    if let Some((wanted, input)) = &dialog.typed {
        put(
            inner,
            row,
            Line::from(scene.span(format!("type {wanted} to go on:"), Role::Warn)),
            buf,
        );
        let field = Rect {
            y: inner.y + row + 1,
            height: u16::from(row + 1 < inner.height),
            ..inner
        };
        buf.set_style(field, scene.style(Role::Selected));
        input.render(field, buf);
        row += 2;
    }
    let key = dialog.key.to_string();
    put(
        inner,
        row + 1,
        keys(scene, &[(&key, "do it"), ("esc", "never mind")]),
        buf,
    );
}

fn pick(scene: &Scene<'_>, dialog: &Pick, area: Rect, buf: &mut Buffer) {
    let inner = open(
        scene,
        &dialog.title,
        text_width(area),
        dialog.items.len() as u16 + 2,
        area,
        buf,
    );
    for (row, item) in dialog.items.iter().enumerate() {
        let (role, why) = match &item.refused {
            None => (Role::Text, String::new()),
            Some(why) => (Role::Dim, format!("  ({why})")),
        };
        let line = Line::from(vec![
            scene.span(format!("{} ", item.key), Role::Key),
            scene.span(format!("{}{why}", item.label), role),
        ]);
        put(inner, row as u16, line, buf);
        if row == dialog.at && row < usize::from(inner.height) {
            let place = Rect {
                y: inner.y + row as u16,
                height: 1,
                ..inner
            };
            buf.set_style(place, scene.style(Role::Selected));
        }
    }
    put(
        inner,
        dialog.items.len() as u16 + 1,
        keys(scene, &[("enter", "take it"), ("esc", "never mind")]),
        buf,
    );
}

fn quit(scene: &Scene<'_>, area: Rect, buf: &mut Buffer) {
    let lines = &scene.world.farewell;
    let inner = open(
        scene,
        "Leave the screen?",
        text_width(area).min(60),
        4,
        area,
        buf,
    );
    for (row, line) in lines.iter().enumerate() {
        put(
            inner,
            row as u16,
            Line::from(scene.span(line, Role::Text)),
            buf,
        );
    }
    put(
        inner,
        3,
        keys(
            scene,
            &[
                ("enter", "leave"),
                ("S", "stop the step"),
                ("R", "roll back"),
                ("esc", "stay"),
            ],
        ),
        buf,
    );
}

fn roll_back(scene: &Scene<'_>, dialog: &RollBack, area: Rect, buf: &mut Buffer) {
    let (plan, state) = (&scene.world.plan, &scene.world.state);
    let preview = match dialog.preview(plan, state, scene.now) {
        Ok(preview) => preview,
        Err(why) => {
            let inner = open(scene, "Roll back", text_width(area), 2, area, buf);
            return put(inner, 0, Line::from(scene.span(why.0, Role::Bad)), buf);
        }
    };
    let lines = way_back(scene, dialog, &preview);
    let width = text_width(area);
    let fixed = 4;
    let height = (lines.len() as u16 + fixed).min(area.height.saturating_sub(2));
    let title = match &plan.environment {
        Some(environment) => format!("ROLL BACK {}", environment.to_uppercase()),
        None => "ROLL BACK".to_owned(),
    };
    let inner = open(scene, &title, width, height, area, buf);
    let room = usize::from(inner.height.saturating_sub(fixed));
    let top = dialog.top.min(lines.len().saturating_sub(room));
    for (row, line) in lines.into_iter().skip(top).take(room).enumerate() {
        put(inner, row as u16, line, buf);
    }
    let below = room as u16;
    let typing = match (preview.confirm, &plan.environment) {
        (Confirm::Environment, Some(environment)) => Some(environment),
        _ => None,
    };
    if let Some(environment) = typing {
        put(
            inner,
            below,
            Line::from(scene.span(format!("type {environment} to go on:"), Role::Warn)),
            buf,
        );
        let field = Rect {
            y: inner.y + below + 1,
            height: u16::from(below + 1 < inner.height),
            ..inner
        };
        buf.set_style(field, scene.style(Role::Selected));
        dialog.typed.render(field, buf);
    }
    let other = if plan.tiers.is_empty() {
        ""
    } else {
        "another way"
    };
    let mut hints = vec![
        ("enter", "GO BACK"),
        ("esc", "not now (the run stays held)"),
    ];
    if !other.is_empty() {
        hints.insert(1, ("← →", other));
    }
    put(inner, below + 3, keys(scene, &hints), buf);
}

/// What the way back would do, line by line.
fn way_back<'s>(scene: &Scene<'s>, dialog: &RollBack, preview: &Preview) -> Vec<Line<'s>> {
    let (plan, state) = (&scene.world.plan, &scene.world.state);
    let text = |words: String, role| Line::from(scene.span(words, role));
    let mut lines = Vec::new();
    let name = preview
        .tier
        .map_or("undo what was applied", |tier| &plan.tiers[tier].spec.name);
    let since = preview
        .since_t_zero
        .map_or("before T-0".to_owned(), |since| {
            let mark = if since.by_wall_clock { "~" } else { "" };
            format!("{mark}{}", words::t_clock(since.time))
        });
    let why = if dialog.picked.is_none() {
        ", by the clock"
    } else {
        ""
    };
    lines.push(text(format!("{name}   ({since}{why})"), Role::Title));
    if let Some(phase) = preview.past_no_return {
        let name = &plan.phases[phase].spec.name;
        lines.push(text(
            format!("PAST THE POINT OF NO RETURN: \"{name}\" has begun"),
            Role::Alarm,
        ));
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
    if preview.items.is_empty() {
        lines.push(text(
            "nothing was applied: there is nothing to undo".to_owned(),
            Role::Text,
        ));
    }
    for (n, item) in preview.items.iter().enumerate() {
        let step = &plan.steps[item.step];
        let undo = if item.undo { "undo " } else { "" };
        let sure = match item.applied {
            Applied::Maybe if state.steps[item.step].status.is_active() => "  (running now)",
            Applied::Maybe => "  (may be partly applied)",
            _ => "",
        };
        let work = match &step.spec.undo {
            Some(undone) if item.undo => &undone.work,
            _ => &step.spec.work,
        };
        let text = scene.world.text_of(item.step, work);
        let what = text.lines().next().unwrap_or_default();
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
