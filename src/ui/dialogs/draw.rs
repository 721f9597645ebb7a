//! How dialogs look: a box in the middle, over whatever is there.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::{Clear, Widget};
use ratatui_textarea::TextArea;

use super::way_back::way_back;
use super::{Ask, Confirmation, Dialog, Pick, RollBack};
use crate::plan::Confirm;
use crate::ui::boxes;
use crate::ui::keymap::{KEYMAP, Section};
use crate::ui::scene::{Scene, put};
use crate::ui::theme::Role;
use crate::ui::widgets::clip;

/// The keys of a dialog in which nothing is left to be asked.
const CLOSES: [(&str, &str); 1] = [("esc", "close")];

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

/// Clears a box for so many rows in the middle, and draws its frame.
fn open(scene: &Scene<'_>, title: &str, rows: usize, area: Rect, buf: &mut Buffer) -> Rect {
    boxes::open(scene.theme, title, (boxes::width(area), rows), area, buf)
}

/// Why nothing is left to be asked, in a dialog that stays for who types into it.
fn moot(scene: &Scene<'_>) -> Option<String> {
    let dialog = scene.view.dialog.as_ref()?;
    dialog.moot(&scene.world.plan, &scene.world.state)
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

/// The line that is typed into.
fn field(scene: &Scene<'_>, input: &TextArea<'_>, row: u16, inner: Rect, buf: &mut Buffer) {
    let place = Rect {
        y: inner.y + row,
        height: u16::from(row < inner.height),
        ..inner
    };
    buf.set_style(place, scene.style(Role::Selected));
    input.render(place, buf);
}

/// What has to be typed, if anything still has, and the line for it.
fn typing(
    scene: &Scene<'_>,
    (wanted, input): (&str, &TextArea<'_>),
    row: u16,
    inner: Rect,
    buf: &mut Buffer,
) {
    if moot(scene).is_none() {
        let words = format!("type {wanted} to go on:");
        put(inner, row, Line::from(scene.span(words, Role::Warn)), buf);
    }
    field(scene, input, row + 1, inner, buf);
}

/// What is wrong with what was typed, or wanted.
fn error(scene: &Scene<'_>, why: Option<&String>, row: u16, inner: Rect, buf: &mut Buffer) {
    if let Some(why) = why {
        put(inner, row, Line::from(scene.span(why, Role::Bad)), buf);
    }
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
    let height = lines.len().min(usize::from(area.height.saturating_sub(4)));
    let title = "Keys  (↑ ↓ scroll, any other key closes)";
    let inner = open(scene, title, height, area, buf);
    let top = top.min(lines.len().saturating_sub(usize::from(inner.height)));
    for (row, line) in lines.into_iter().skip(top).enumerate() {
        put(inner, row as u16, line, buf);
    }
}

fn ask(scene: &Scene<'_>, dialog: &Ask, area: Rect, buf: &mut Buffer) {
    let rows = boxes::wrapped(&dialog.lines, area);
    let inner = open(scene, &dialog.title, rows.len() + 5, area, buf);
    let known = boxes::write(scene.theme, &rows, 5, inner, buf);
    let question = scene.span(&dialog.question, Role::Text);
    put(inner, known, Line::from(question), buf);
    field(scene, &dialog.input, known + 1, inner, buf);
    error(scene, dialog.error.as_ref(), known + 2, inner, buf);
    let hints = scene.keys(&[("enter", "send"), ("esc", "never mind")]);
    put(inner, known + 4, hints, buf);
}

fn confirm(scene: &Scene<'_>, dialog: &Confirmation, area: Rect, buf: &mut Buffer) {
    let rows = boxes::wrapped(&dialog.lines, area);
    let typed = if dialog.typed.is_some() { 2 } else { 0 };
    let below = typed + 2;
    let size = rows.len() + usize::from(below);
    let inner = open(scene, &dialog.title, size, area, buf);
    let lines = rows
        .iter()
        .map(|row| Line::from(scene.span(*row, Role::Text)));
    let place = (dialog.top, below);
    let row = boxes::scroll(scene.theme, lines.collect(), place, inner, buf);
    if let Some((wanted, input)) = &dialog.typed {
        typing(scene, (wanted, input), row, inner, buf);
    }
    let moot = moot(scene);
    error(scene, moot.as_ref(), row + typed, inner, buf);
    let key = dialog.key.to_string();
    let hints = match moot {
        Some(_) => scene.keys(&CLOSES),
        None => scene.keys(&[(&key, "do it"), ("esc", "never mind")]),
    };
    put(inner, row + typed + 1, hints, buf);
}

/// How many items of a list are shown at least.
const LEAST_ITEMS: usize = 4;

fn pick(scene: &Scene<'_>, dialog: &Pick, area: Rect, buf: &mut Buffer) {
    let rows = boxes::wrapped(&dialog.lines, area);
    let size = rows.len() + dialog.items.len() + 2;
    let inner = open(scene, &dialog.title, size, area, buf);
    // Some of the list stays in sight, whatever there is to say of it.
    let below = dialog.items.len().min(LEAST_ITEMS) as u16 + 2;
    let known = boxes::write(scene.theme, &rows, below, inner, buf);
    let inner = Rect {
        y: inner.y + known,
        height: inner.height.saturating_sub(known),
        ..inner
    };
    let room = inner.height.saturating_sub(2);
    let passed = boxes::passed(dialog.at, room);
    for (row, (at, item)) in (0..room).zip(dialog.items.iter().enumerate().skip(passed)) {
        let (role, why) = match &item.refused {
            None => (Role::Text, String::new()),
            Some(why) => (Role::Dim, format!("  ({why})")),
        };
        let line = Line::from(vec![
            scene.span(format!("{} ", item.key), Role::Key),
            scene.span(format!("{}{why}", item.label), role),
        ]);
        put(inner, row, line, buf);
        if at == dialog.at {
            let place = Rect {
                y: inner.y + row,
                height: 1,
                ..inner
            };
            buf.set_style(place, scene.style(Role::Selected));
        }
    }
    let hints = scene.keys(&[("enter", "take it"), ("esc", "never mind")]);
    put(inner, inner.height.saturating_sub(1), hints, buf);
}

/// How the screen is left, and what else may have been meant.
const QUIT: [(&str, &str); 3] = [
    ("enter", "leave"),
    ("S", "stop the step"),
    ("R", "roll back"),
];

fn quit(scene: &Scene<'_>, area: Rect, buf: &mut Buffer) {
    let size = (boxes::width(area).min(60), 4);
    let inner = boxes::open(scene.theme, "Leave the screen?", size, area, buf);
    let world = scene.world;
    let alone = world.unheard().is_some() && world.state.end.is_none();
    let (lines, keys): (Vec<String>, &[_]) = if alone {
        let goes_on = match world.state.active_steps().next() {
            Some(_) => "No engine drives it: only what was started goes on.",
            None => "No engine drives it: nothing goes on.",
        };
        let resume = format!("gonogo resume {}", world.dir.id());
        (vec![goes_on.to_owned(), resume], &QUIT[..1])
    } else {
        (world.farewell.clone(), &QUIT)
    };
    for (row, line) in (0..).zip(lines) {
        put(inner, row, Line::from(scene.span(line, Role::Text)), buf);
    }
    put(
        inner,
        3,
        scene.keys(&[keys, &[("esc", "stay")]].concat()),
        buf,
    );
}

fn roll_back(scene: &Scene<'_>, dialog: &RollBack, area: Rect, buf: &mut Buffer) {
    let (plan, state) = (&scene.world.plan, &scene.world.state);
    let preview = match dialog.preview(plan, state, scene.now) {
        Ok(preview) => preview,
        Err(why) => {
            let inner = open(scene, "Roll back", 2, area, buf);
            return put(inner, 0, Line::from(scene.span(why.0, Role::Bad)), buf);
        }
    };
    let moot = moot(scene);
    // What would be done is not done any more.
    let lines = match moot {
        Some(_) => Vec::new(),
        None => way_back(scene, dialog, &preview),
    };
    let fixed = 4;
    let height = (lines.len() + usize::from(fixed)).min(usize::from(area.height.saturating_sub(2)));
    let title = match &plan.environment {
        Some(environment) => format!("ROLL BACK {}", environment.to_uppercase()),
        None => "ROLL BACK".to_owned(),
    };
    let inner = open(scene, &title, height, area, buf);
    boxes::scroll(scene.theme, lines, (dialog.top, fixed), inner, buf);
    let below = inner.height.saturating_sub(fixed);
    if let (Confirm::Environment, Some(environment)) = (preview.confirm, &plan.environment) {
        typing(scene, (environment, &dialog.typed), below, inner, buf);
    }
    let why = moot.as_ref().or(dialog.error.as_ref());
    error(scene, why, below + 2, inner, buf);
    if moot.is_some() {
        return put(inner, below + 3, scene.keys(&CLOSES), buf);
    }
    let go = (!preview.to_be_named).then_some(("enter", "GO BACK"));
    let other = match (plan.ways().next().is_none(), preview.to_be_named) {
        (true, _) => None,
        (false, true) => Some(("← →", "PICK A WAY")),
        (false, false) => Some(("← →", "another way")),
    };
    let stay = if state.holds.is_empty() {
        "not now"
    } else {
        "not now (the run stays held)"
    };
    let stay = Some(("esc", stay));
    let hints: Vec<_> = [go, other, stay].into_iter().flatten().collect();
    put(inner, below + 3, scene.keys(&hints), buf);
}
