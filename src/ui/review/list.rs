//! The steps, and how each stands in the eyes of whoever reviews.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::screen::Look;
use super::state::State;
use crate::plan::Home;
use crate::review::Standing;
use crate::ui::scene::put;
use crate::ui::theme::Role;
use crate::ui::widgets::clip;

/// One row.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Row {
    /// The plan as a whole.
    Plan,
    /// The heading of a phase or of a way back.
    Heading(Home),
    /// A step, by its place among the sheets.
    Step(usize),
}

fn rows(state: &State) -> Vec<Row> {
    let mut rows = vec![Row::Plan];
    let mut last = None;
    for (ix, sheet) in state.sheets.iter().enumerate() {
        let home = state.plan.steps[sheet.step].home;
        if last != Some(home) {
            rows.push(Row::Heading(home));
            last = Some(home);
        }
        rows.push(Row::Step(ix));
    }
    rows
}

fn under_cursor(state: &State, row: Row) -> bool {
    match row {
        Row::Plan => state.cursor == 0,
        Row::Heading(_) => false,
        Row::Step(ix) => state.cursor == ix + 1,
    }
}

/// The first row that is shown in `height` rows: the cursor stands in the middle, where it can.
fn first(state: &State, rows: &[Row], height: usize) -> usize {
    let at = rows.iter().position(|row| under_cursor(state, *row));
    let middle = at.unwrap_or(0).saturating_sub(height / 2);
    middle.min(rows.len().saturating_sub(height))
}

/// Where the cursor goes when somebody clicks at the row `y` of the list, `height` rows high.
pub fn at(state: &State, height: u16, y: u16) -> Option<usize> {
    let rows = rows(state);
    let first = first(state, &rows, usize::from(height));
    match rows.get(first + usize::from(y))? {
        Row::Plan => Some(0),
        Row::Step(ix) => Some(ix + 1),
        Row::Heading(_) => None,
    }
}

/// Draws the list.
pub fn draw(look: &Look<'_>, area: Rect, buf: &mut Buffer) {
    let rows = rows(look.state);
    let height = usize::from(area.height);
    let first = first(look.state, &rows, height);
    for (y, row) in rows.iter().skip(first).take(height).enumerate() {
        put(
            area,
            y as u16,
            line(look, *row, usize::from(area.width)),
            buf,
        );
    }
}

fn line<'l>(look: &Look<'_>, row: Row, width: usize) -> Line<'l> {
    let state = look.state;
    let (sign, sign_role, text, remarks) = match row {
        Row::Plan => {
            let open = open_remarks(state, None);
            (" ", Role::Text, "The plan".to_owned(), open)
        }
        Row::Heading(home) => {
            let name = match home {
                Home::Phase(ix) => &state.plan.phases[ix].spec.name,
                Home::Tier(ix) => &state.plan.tiers[ix].spec.name,
            };
            return Line::from(look.span(name, Role::Dim));
        }
        Row::Step(ix) => {
            let sheet = &state.sheets[ix];
            let step = &state.plan.steps[sheet.step];
            let (sign, role) = match state.standing(sheet) {
                Standing::Mine => ("✓", Role::Good),
                Standing::Others => ("○", Role::Active),
                Standing::Changed { .. } => ("~", Role::Warn),
                Standing::New => ("·", Role::Dim),
            };
            let open = open_remarks(state, Some(step.id.as_str()));
            (
                sign,
                role,
                format!("{} {}", step.number, step.spec.title),
                open,
            )
        }
    };
    let remarks = if remarks == 0 {
        String::new()
    } else {
        format!(" \"{remarks}")
    };
    let room = width.saturating_sub(3 + clip::width(&remarks));
    let text = clip::pad(&text, room);
    if under_cursor(state, row) {
        return Line::from(look.span(format!(" {sign} {text}{remarks}"), Role::Selected));
    }
    Line::from(vec![
        look.span(format!(" {sign} "), sign_role),
        look.span(text, Role::Text),
        look.span(remarks, Role::Warn),
    ])
}

fn open_remarks(state: &State, id: Option<&str>) -> usize {
    state
        .comments(id)
        .filter(|comment| comment.settled.is_none())
        .count()
}
