//! What is measured besides: a line for each probe.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::Widget;

use super::line::reading;
use super::sight::{Panel, Sight};
use crate::monitor::ProbeHealth;
use crate::ui::scene::put;
use crate::ui::theme::Role;
use crate::ui::widgets::{Spark, clip};

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
