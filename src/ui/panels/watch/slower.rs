//! What has become slower since it was normal, and what most time is spent on.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::sight::{Panel, Sight};
use crate::monitor::{Statements, Trend};
use crate::ui::scene::put;
use crate::ui::theme::Role;
use crate::ui::words;

/// From this width on a line also tells of rows and blocks.
const WIDE: u16 = 80;

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
        statements
            .note
            .iter()
            .map(|note| Line::from(sight.span(note, Role::Warn))),
    ) {
        put(inner, row, line, buf);
        row += 1;
    }
    let wide = inner.width >= WIDE;
    let shown = statements
        .list
        .iter()
        .filter(|trend| holds(trend, sight.filter));
    for (row, trend) in (row..inner.height).zip(shown) {
        put(inner, row, line(sight, trend, wide), buf);
    }
    if statements.list.is_empty() {
        put(
            inner,
            row,
            Line::from(sight.span("nothing ran", Role::Dim)),
            buf,
        );
    }
}

/// How many have become slower.
pub(super) fn summary(statements: &Statements) -> String {
    let slower = statements.list.iter().filter(|trend| trend.slower).count();
    match slower {
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

fn line(sight: &Sight<'_>, trend: &Trend, wide: bool) -> Line<'static> {
    let (lead, role) = match (trend.slower, trend.factor()) {
        (true, Some(factor)) => (format!("{factor:>5.1}× "), Role::Bad),
        _ => (format!("{:>5} ", ""), Role::Dim),
    };
    let before = trend
        .normal
        .map(|normal| format!("{}→", words::millis(normal.mean_ms)));
    let mean = format!(
        "{}{} ",
        before.unwrap_or_default(),
        words::millis(trend.now.mean_ms)
    );
    let mut spans: Vec<Span<'_>> = vec![
        sight.span(lead, role),
        sight.span(mean, Role::Text),
        sight.span(
            format!("{}/s ", words::number(trend.now.calls_per_s)),
            Role::Text,
        ),
        sight.span(format!("{:.0} % ", trend.load() / 10.0), Role::Dim),
    ];
    if wide {
        let more = format!(
            "{} rows {} blocks {} ",
            words::number(trend.now.rows),
            words::number(trend.now.blocks),
            trend.user.as_deref().unwrap_or("?")
        );
        spans.push(sight.span(more, Role::Dim));
    }
    let text = trend
        .text
        .as_deref()
        .unwrap_or("(its text may not be seen)");
    spans.push(sight.span(text, if trend.slower { Role::Text } else { Role::Dim }));
    Line::from(spans)
}
