//! What a step means, who has looked at it, what has changed in it since, and what was remarked.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::dialogs::diff_line;
use super::screen::Look;
use crate::review::{self, Comment, DiffLine, Fact, Standing, Tone};
use crate::ui::scene::put;
use crate::ui::theme::Role;
use crate::ui::widgets::{chars, clip};

/// The columns of the labels.
const LABEL: usize = 12;

/// Draws the pane.
pub fn draw(look: &Look<'_>, area: Rect, buf: &mut Buffer) {
    let lines = lines(look, usize::from(area.width));
    let most = lines.len().saturating_sub(usize::from(area.height));
    let from = look.state.meaning_from.min(most);
    let below = lines.len() - from > usize::from(area.height);
    for (row, line) in lines
        .into_iter()
        .skip(from)
        .take(area.height.into())
        .enumerate()
    {
        put(area, row as u16, line, buf);
    }
    if below && area.width > 0 && area.height > 0 {
        let last = (area.right() - 1, area.bottom() - 1);
        if let Some(cell) = buf.cell_mut(last) {
            cell.set_symbol("↓");
        }
    }
}

/// All lines of it, `width` columns wide.
pub fn lines<'l>(look: &Look<'_>, width: usize) -> Vec<Line<'l>> {
    let state = look.state;
    let mut lines: Vec<Line<'l>> = review_lines(look);
    let id = state.step_id();
    // What is open comes first, what is settled last.
    let comments = |settled: bool| {
        let of_kind = move |comment: &&Comment| comment.settled.is_some() == settled;
        let comments = state.comments(id).filter(of_kind);
        comments.flat_map(move |comment| comment_lines(look, comment, width))
    };
    lines.extend(comments(false));
    if !lines.is_empty() {
        lines.push(Line::default());
    }
    for fact in &state.facts {
        lines.extend(fact_lines(look, fact, width));
    }
    lines.extend(comments(true));
    lines
}

fn fact_lines<'l>(look: &Look<'_>, fact: &Fact, width: usize) -> Vec<Line<'l>> {
    let role = match fact.tone {
        Tone::Plain => Role::Text,
        Tone::Code => Role::Active,
        Tone::Warn => Role::Warn,
        Tone::Bad => Role::Bad,
    };
    let room = width.saturating_sub(LABEL);
    let label = |n: usize| if n == 0 { fact.label } else { "" };
    let rows = fact.text.lines().flat_map(|line| {
        // Wrapped as it will be shown: without tabs and control characters, and with what hides.
        let shown = match fact.tone {
            Tone::Code => chars::revealed_code(line),
            _ => chars::revealed(line),
        };
        let line = chars::one_line(&shown).into_owned();
        let rows: Vec<String> = clip::wrap(&line, room)
            .into_iter()
            .map(str::to_owned)
            .collect();
        if rows.is_empty() {
            vec![String::new()]
        } else {
            rows
        }
    });
    rows.enumerate()
        .map(|(n, row)| {
            Line::from(vec![
                look.span(clip::pad(label(n), LABEL), Role::Dim),
                look.span(row, role),
            ])
        })
        .collect()
}

fn review_lines<'l>(look: &Look<'_>) -> Vec<Line<'l>> {
    let state = look.state;
    let Some((step, sheet)) = state.step() else {
        return approval_lines(look);
    };
    let mut lines = Vec::new();
    let by = state.followed.reviewers(step.id.as_str(), sheet);
    if !by.is_empty() {
        let text = format!("looked at by {}", by.join(", "));
        lines.push(Line::from(look.span(text, Role::Good)));
    }
    if let Standing::Changed { was, is, files } = state.standing(sheet) {
        let words = "it has changed since it was looked at:";
        lines.push(Line::from(look.span(words, Role::Warn)));
        let difference = review::differences(&was, &is, &files);
        let first = usize::from(matches!(difference.first(), Some(DiffLine::Place { .. })));
        lines.extend(
            difference
                .iter()
                .skip(first)
                .map(|line| diff_line(look, line)),
        );
    }
    lines
}

fn approval_lines<'l>(look: &Look<'_>) -> Vec<Line<'l>> {
    let state = look.state;
    let approvals = state.record.approvals.iter();
    approvals
        .map(|approval| {
            let (what, role) = if approval.withdrawn.is_some() {
                (
                    format!("{} approved, and took it back", approval.by),
                    Role::Dim,
                )
            } else if approval.digest == state.beside.digest {
                (
                    format!("{} approves it as it is now", approval.by),
                    Role::Good,
                )
            } else {
                let outdated = state
                    .record
                    .outdated(approval, &state.plan, state.subject());
                (outdated.says(&approval.by, "approved it"), Role::Warn)
            };
            let remark = approval.remark.as_ref();
            let remark = remark
                .map(|remark| format!(": {remark}"))
                .unwrap_or_default();
            let text = format!("{what}, {}{remark}", when(&approval.at));
            Line::from(look.span(text, role))
        })
        .collect()
}

/// A time of the record, which is RFC 3339, as people read it.
pub fn when(at: &str) -> String {
    match (at.get(..10), at.get(11..16)) {
        (Some(day), Some(time)) => format!("{day} {time} UTC"),
        _ => at.to_owned(),
    }
}

fn comment_lines<'l>(look: &Look<'_>, comment: &Comment, width: usize) -> Vec<Line<'l>> {
    let role = if comment.settled.is_some() {
        Role::Dim
    } else {
        Role::Warn
    };
    let settled = comment.settled.as_ref();
    let settled = settled
        .map(|stamp| format!("  (settled by {})", stamp.by))
        .unwrap_or_default();
    let was = comment.was_on(&look.state.plan);
    let was = was.map_or(String::new(), |was| format!(" on \"{was}\""));
    let text = format!("\" {}{was}: {}{settled}", comment.by, comment.text);
    let text = chars::one_line(&text).into_owned();
    clip::wrap(&text, width)
        .into_iter()
        .map(|row| Line::from(look.span(row, role)))
        .collect()
}
