//! What migration tools have done, and what they have left to do.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::sight::{Panel, Sight};
use crate::monitor::{Migration, MigrationState, Migrations};
use crate::ui::scene::put;
use crate::ui::theme::Role;
use crate::ui::widgets::clip;

/// Draws the panel.
pub(super) fn migrations(sight: &Sight<'_>, area: Rect, buf: &mut Buffer) {
    let known = sight.picture().map(|picture| &picture.migrations);
    let tables = known.and_then(|known| known.get());
    let what = match tables.map(Vec::as_slice) {
        Some([one]) => format!("Migrations  {}: {}", one.tool, one.summary()),
        _ => "Migrations".to_owned(),
    };
    let inner = sight.frame(Panel::Migrations, &what, area, buf);
    let Some(known) = known else {
        return sight.absent(inner, buf);
    };
    if let Some(why) = known.why_not() {
        let words = format!("the tables of migration tools could not be read: {why}");
        return sight.say(&words, Role::Warn, inner, buf);
    }
    let lines: Vec<Line<'_>> = match tables.map(Vec::as_slice) {
        None => vec![Line::from(sight.span("not looked at yet", Role::Dim))],
        Some([]) => {
            let words = "none of the migration tools that gonogo knows has a table here";
            return sight.say(words, Role::Dim, inner, buf);
        }
        Some(tables) => tables
            .iter()
            .flat_map(|table| lines(sight, table, tables.len() > 1, inner.width))
            .collect(),
    };
    for (row, line) in (0..inner.height).zip(lines) {
        put(inner, row, line, buf);
    }
}

/// What wants attention first, then what is left to do, then what was done last.
fn lines(sight: &Sight<'_>, table: &Migrations, named: bool, width: u16) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    if named {
        let words = format!("{} ({}): {}", table.tool, table.table, table.summary());
        lines.push(Line::from(sight.span(words, Role::Title)));
    }
    if let Some(note) = &table.note {
        let rows = clip::wrap(note, usize::from(width)).into_iter();
        lines.extend(rows.map(|row| Line::from(sight.span(row, Role::Warn))));
    }
    if let Some(folder) = table.folder.as_ref().filter(|_| table.guessed) {
        let words = format!("compared with {folder}, which was found here");
        let rows = clip::wrap(&words, usize::from(width)).into_iter();
        lines.extend(rows.map(|row| Line::from(sight.span(row, Role::Dim))));
    }
    for state in MigrationState::ALL {
        let of_state = table.list.iter().filter(|one| one.state == state);
        let line = |one: &Migration| line(sight, one);
        if state == MigrationState::Applied {
            lines.extend(of_state.rev().map(line));
        } else {
            lines.extend(of_state.map(line));
        }
    }
    lines
}

fn line(sight: &Sight<'_>, one: &Migration) -> Line<'static> {
    let (sign, role) = sign(one.state);
    let at = one
        .at
        .as_deref()
        .map(|at| at.split('.').next().unwrap_or(at));
    Line::from(vec![
        sight.span(format!("{sign} "), role),
        sight.span(format!("{} ", one.name), Role::Text),
        sight.span(format!("{} ", one.state.word()), role),
        sight.span(format!("{}  ", at.unwrap_or_default()), Role::Dim),
        sight.span(one.note.as_deref().unwrap_or_default(), Role::Warn),
    ])
}

fn sign(state: MigrationState) -> (&'static str, Role) {
    match state {
        MigrationState::Applied => ("✓", Role::Good),
        MigrationState::Pending => ("·", Role::Dim),
        MigrationState::Running => ("▶", Role::Active),
        MigrationState::Interrupted => ("?", Role::Bad),
        MigrationState::Failed => ("✗", Role::Bad),
        MigrationState::Edited => ("≠", Role::Warn),
        MigrationState::Foreign => ("+", Role::Warn),
    }
}
