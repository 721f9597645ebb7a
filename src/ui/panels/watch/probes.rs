//! What is measured besides: a line for each probe.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::Widget;

use super::line::reading;
use super::sight::{Panel, Sight};
use crate::clock::Moment;
use crate::monitor::ProbeHealth;
use crate::ui::scene::put;
use crate::ui::theme::Role;
use crate::ui::widgets::{Spark, clip};
use crate::ui::words::short;

/// How wide the words are, where a chart stands beside them.
const WORDS: u16 = 46;

/// Draws the panel.
pub(super) fn probes(sight: &Sight<'_>, area: Rect, buf: &mut Buffer) {
    let inner = sight.frame(Panel::Probes, "Probes", area, buf);
    let probes = &sight.health.probes;
    if probes.is_empty() {
        let words = "there are no probes";
        return put(inner, 0, Line::from(sight.span(words, Role::Dim)), buf);
    }
    let names = probes.iter().map(|probe| clip::width(&probe.name)).max();
    let names = names.unwrap_or(0).min(24);
    for (row, probe) in (0..inner.height).zip(probes) {
        put(inner, row, line(sight, probe, names), buf);
        chart(sight, probe, inner, row, buf);
    }
    let rest = (probes.len() as u16..inner.height).skip(1);
    for (row, line) in rest.zip(downtimes(sight)) {
        put(inner, row, line, buf);
    }
}

/// What downtime there was: a line for each address, and one for each time, the newest first.
fn downtimes(sight: &Sight<'_>) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    for probe in &sight.health.probes {
        let Some(downtime) = probe.downtime.as_ref().filter(|all| all.times > 0) else {
            continue;
        };
        let total = short(downtime.total(sight.now));
        let longest = short(downtime.longest(sight.now));
        let times = downtime.times;
        lines.push(Line::from(vec![
            sight.span(format!("{} ", probe.name), Role::Title),
            sight.span(
                format!("down {total} in {times}, longest {longest}"),
                Role::Warn,
            ),
        ]));
        for outage in downtime.outages.iter().rev() {
            let until = outage.until.map_or("now".to_owned(), Moment::to_local_time);
            let time = short(outage.until.unwrap_or(sight.now).since(outage.since));
            let since = outage.since.to_local_time();
            let words = format!("  {since} to {until}, {time}: {}", outage.why);
            lines.push(Line::from(sight.span(words, Role::Dim)));
        }
    }
    lines
}

fn line(sight: &Sight<'_>, probe: &ProbeHealth, names: usize) -> Line<'static> {
    let mut spans = vec![sight.span(format!("{} ", clip::pad(&probe.name, names)), Role::Title)];
    spans.extend(reading(sight, probe));
    Line::from(spans)
}

fn chart(sight: &Sight<'_>, probe: &ProbeHealth, inner: Rect, row: u16, buf: &mut Buffer) {
    let width = inner.width.saturating_sub(WORDS);
    if width < 8 {
        return;
    }
    let place = Rect {
        x: inner.x + WORDS,
        y: inner.y + row,
        width,
        height: 1,
    };
    // Eighths of a row are whole numbers, and small readings are readings too.
    let values: Vec<Option<u64>> = probe
        .history
        .readings()
        .map(|value| value.map(|value| (value * 1_000.0) as u64))
        .collect();
    let spark = Spark {
        values: &values,
        max: None,
        style: sight.style(Role::Active),
    };
    spark.render(place, buf);
}
