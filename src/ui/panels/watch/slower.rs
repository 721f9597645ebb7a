//! What has become slower since it was normal, and what most time is spent on.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::sight::{Panel, Sight};
use crate::monitor::{Statements, Trend};
use crate::ui::scene::put;
use crate::ui::theme::Role;
use crate::ui::widgets::clip;
use crate::ui::words;

/// From this width on a line also tells of rows and blocks.
const WIDE: u16 = 80;
/// The least room for how many times slower something is.
const LEAD: usize = 6;
/// The most room for a figure or a name.
const WIDEST: usize = 16;
/// Which column tells of the time before, and which of the role.
const BEFORE: usize = 1;
const ROLE: usize = 7;

/// Draws the panel.
pub(super) fn slower(sight: &Sight<'_>, area: Rect, buf: &mut Buffer) {
    let statements = sight.picture().map(|picture| &picture.statements);
    let seen = statements.and_then(|statements| statements.get());
    let what = seen.map_or_else(|| "Slower".to_owned(), summary);
    let inner = sight.frame(Panel::Slower, &what, area, buf);
    let Some(statements) = statements else {
        return sight.absent(inner, buf);
    };
    if let Some(why) = statements.why_not() {
        return sight.say(why, Role::Warn, inner, buf);
    }
    let Some(statements) = seen else {
        let words = "the counters of statements are being compared";
        return put(inner, 0, Line::from(sight.span(words, Role::Dim)), buf);
    };
    let mut row = 0;
    let about = Line::from(sight.span(about(statements), Role::Dim));
    for line in std::iter::once(about).chain(
        [&statements.hidden, &statements.note]
            .into_iter()
            .flatten()
            .map(|note| Line::from(sight.span(note, Role::Warn))),
    ) {
        put(inner, row, line, buf);
        row += 1;
    }
    let wide = inner.width >= WIDE;
    let list = statements.list.iter();
    let list = list.filter(|trend| holds(trend, sight.filter));
    let room = usize::from(inner.height.saturating_sub(row));
    let shown: Vec<(&Trend, Vec<String>)> = list
        .take(room)
        .map(|trend| (trend, figures(trend, wide)))
        .collect();
    let widths = widths(&shown);
    for (row, (trend, figures)) in (row..).zip(&shown) {
        put(inner, row, line(sight, trend, figures, &widths), buf);
    }
    if statements.list.is_empty() {
        let nothing = match statements.hidden {
            Some(_) => "nothing of this role ran",
            None => "nothing ran",
        };
        put(inner, row, Line::from(sight.span(nothing, Role::Dim)), buf);
    }
}

/// How many have become slower.
pub(super) fn summary(statements: &Statements) -> String {
    match statements.slower() {
        0 if statements.hidden.is_some() => "Slower  none that may be seen".to_owned(),
        0 => "Slower  none".to_owned(),
        slower => format!("Slower  {}", words::count(slower, "statement")),
    }
}

/// Whether anything that is shown of a statement holds the text.
fn holds(trend: &Trend, filter: &str) -> bool {
    let filter = filter.to_lowercase();
    let texts = [trend.text.as_deref(), trend.user.as_deref()];
    filter.is_empty()
        || texts
            .into_iter()
            .flatten()
            .any(|text| text.to_lowercase().contains(&filter))
}

/// What is compared with what.
fn about(statements: &Statements) -> String {
    let now = words::short(statements.now_over);
    let before = if statements.frozen { "T-0" } else { "that" };
    let normal = statements.normal_over.map(words::short);
    let normal = normal.map(|normal| format!(" against {normal} before {before}"));
    let normal = normal.unwrap_or_default();
    format!("the last {now}{normal}; % of the time is spent on it")
}

/// What a statement is like in figures, a column each: before and now, how often, its part of the time; where
/// there is room also its rows, its blocks and its role.
fn figures(trend: &Trend, wide: bool) -> Vec<String> {
    let before = trend
        .normal
        .map(|normal| format!("{}→", words::millis(normal.mean_ms)));
    let mut figures = vec![
        match trend.factor() {
            Some(factor) if trend.slower => format!("{factor:.1}×"),
            _ => String::new(),
        },
        before.unwrap_or_default(),
        words::millis(trend.now.mean_ms),
        format!("{}/s", words::number(trend.now.calls_per_s)),
        format!("{:.0} %", trend.load() / 10.0),
    ];
    if wide {
        figures.extend([
            words::amount(trend.now.rows, "row"),
            words::amount(trend.now.blocks, "block"),
            trend.user.clone().unwrap_or_else(|| "?".to_owned()),
        ]);
    }
    figures
}

/// The widest of each column, the first of which has room for what may come.
fn widths(shown: &[(&Trend, Vec<String>)]) -> Vec<usize> {
    let mut widths = vec![LEAD];
    for (_, figures) in shown {
        widths.resize(figures.len().max(widths.len()), 0);
        for (width, figure) in widths.iter_mut().zip(figures) {
            *width = clip::width(figure).clamp(*width, WIDEST.max(*width));
        }
    }
    widths
}

fn line(sight: &Sight<'_>, trend: &Trend, figures: &[String], widths: &[usize]) -> Line<'static> {
    let role = |at: usize| match at {
        0 => Role::Bad,
        1..=3 => Role::Text,
        _ => Role::Dim,
    };
    let cells = figures.iter().zip(widths).enumerate();
    let mut spans: Vec<Span<'_>> = cells
        .map(|(at, (figure, width))| {
            // What it was before stands close to what it is now, and a name begins where its column does.
            let cell = match at {
                BEFORE => clip::pad_left(figure, *width),
                ROLE => clip::pad(figure, *width) + " ",
                _ => clip::pad_left(figure, *width) + " ",
            };
            sight.span(cell, role(at))
        })
        .collect();
    let text = trend
        .text
        .as_deref()
        .unwrap_or("(its text may not be seen)");
    spans.push(sight.span(text, if trend.slower { Role::Text } else { Role::Dim }));
    Line::from(spans)
}
