//! What the step's file says, with the lines of the step set off.

use std::collections::HashSet;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::screen::Look;
use super::state::State;
use crate::ui::scene::put;
use crate::ui::theme::Role;
use crate::ui::widgets::chars;

/// The first line that is shown in `height` rows, scrolled `by` lines away from the step: the step
/// begins a little below the upper edge.
pub fn top(state: &State, height: usize, by: isize) -> usize {
    let first = state.step().map_or(0, |(_, sheet)| {
        let above = (height / 4).min(height.saturating_sub(sheet.lines.len()));
        (sheet.lines.start - 1).saturating_sub(above)
    });
    first.saturating_add_signed(by)
}

/// Where the plan has problems: what is wrong with a file that a step applies stands where the step does.
fn places(state: &State) -> impl Iterator<Item = usize> {
    state.problems.iter().flat_map(|problem| {
        let own = problem.file.is_none().then_some(problem.span.start);
        let steps = state.beside.of(problem).flat_map(|(_, steps)| steps);
        own.into_iter()
            .chain(steps.map(|ix| state.plan.steps[*ix].spec.span.start))
    })
}

/// Draws the source.
pub fn draw(look: &Look<'_>, area: Rect, buf: &mut Buffer) {
    let state = look.state;
    let height = usize::from(area.height);
    let top = top(state, height, state.source_by);
    let own = state.step().map(|(_, sheet)| sheet.lines.clone());
    let file = state.file();
    let marked: HashSet<usize> = places(state)
        .filter(|at| state.source.file_at(*at) == file)
        .map(|at| state.source.line(at))
        .collect();
    let digits = state.text().lines().count().to_string().len();
    let lines = state.text().lines().enumerate().skip(top).take(height);
    for (y, (ix, text)) in lines.enumerate() {
        let number = ix + 1;
        let inside = own.as_ref().is_some_and(|own| own.contains(&number));
        let bar = if inside { "▌" } else { " " };
        let sign = if marked.contains(&number) { "!" } else { " " };
        let role = if inside || own.is_none() {
            Role::Text
        } else {
            Role::Dim
        };
        let line = Line::from(vec![
            look.span(format!("{number:>digits$}"), Role::Dim),
            look.span(sign, Role::Warn),
            look.span(bar, Role::Active),
            look.span(chars::revealed(text), role),
        ]);
        put(area, y as u16, line, buf);
    }
}
