//! A word for each probe, and for what else needs no panel to be understood: what is wrong first.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::sight::Sight;
use super::{concerns, connections};
use crate::monitor::{Downtime, ProbeHealth, ProbeState};
use crate::ui::scene::put_both;
use crate::ui::theme::Role;
use crate::ui::words;

/// Draws the line; `hold` stands at its end.
pub fn line(sight: &Sight<'_>, hold: Span<'_>, area: Rect, buf: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let mut spans = vec![Span::raw(" ")];
    spans.extend(concerns::elsewhere(sight));
    spans.extend(concerns::alerts_named(sight));
    for probe in &sight.health.probes {
        spans.extend(one(sight, probe));
    }
    if let Some(picture) = sight.picture() {
        let (old, role) = match sight.old() {
            Some(age) => (format!(" {} ago", words::short(age)), Role::Warn),
            None => (String::new(), connections::role(&picture.connections)),
        };
        spans.push(sight.span(format!("{}{old}   ", concerns::used(picture)), role));
        let waits = concerns::queues(picture).into_iter();
        spans.extend(waits.map(|(words, role)| sight.span(format!("! {words}   "), role)));
    }
    put_both(area, 0, Line::from(spans), Line::from(hold), buf);
}

fn one(sight: &Sight<'_>, probe: &ProbeHealth) -> Vec<Span<'static>> {
    let mut spans = vec![sight.span(format!("{} ", probe.name), Role::Title)];
    spans.extend(reading(sight, probe));
    spans
}

/// What a probe says: the reading, what is usual, and how old it is where it is late.
pub(super) fn reading(sight: &Sight<'_>, probe: &ProbeHealth) -> Vec<Span<'static>> {
    let role = match probe.state {
        ProbeState::Ok => Role::Good,
        ProbeState::Bad | ProbeState::Down => Role::Bad,
        ProbeState::Error | ProbeState::Unread => Role::Warn,
        ProbeState::NoData => Role::Dim,
    };
    let reading = match (probe.state, probe.latency_ms, probe.value) {
        (ProbeState::Ok, Some(millis), None) => format!("{millis:.0} ms"),
        // What is not known is not taken for bad, with or without colour.
        (ProbeState::Error | ProbeState::Unread, ..) => format!("? {}", probe.words),
        _ => probe.words.clone(),
    };
    let late = probe
        .at
        .map(|at| sight.now.since(at))
        .filter(|age| *age > probe.every * 3);
    let age = late.map(|age| format!(" {} ago", words::short(age)));
    let p95 = match (probe.state, probe.p95_ms, probe.value) {
        (ProbeState::Ok, Some(p95), None) => format!(" p95 {p95:.0} ms"),
        _ => String::new(),
    };
    let beside = beside(sight, probe).map(|words| format!(" ({words})"));
    let down = probe.downtime.as_ref().and_then(Downtime::present);
    let down = down.map(|outage| {
        let time = words::short(sight.now.since(outage.since));
        format!(" down {time}")
    });
    vec![
        sight.span(reading, role),
        sight.span(down.unwrap_or_default(), Role::Bad),
        sight.span(beside.unwrap_or_default(), Role::Text),
        sight.span(format!("{p95}{}   ", age.unwrap_or_default()), Role::Dim),
    ]
}

/// How the last reading compares with what was usual before T-0: a value where there is one, else how long
/// the answer took.
fn beside(sight: &Sight<'_>, probe: &ProbeHealth) -> Option<String> {
    if probe.state != ProbeState::Ok {
        return None;
    }
    let baseline = sight.run?.baseline.as_ref()?;
    let usual = |what: &str| baseline.usual(&format!("{}.{what}", probe.name)).ok();
    if probe.value.is_some() {
        let usual = usual("value").or_else(|| usual("rate"))?;
        return Some(format!("usual {}", words::number(usual)));
    }
    let (latency, usual) = (probe.latency_ms?, usual("latency")?);
    (usual > 0.0).then(|| format!("{:.1}×", latency / usual))
}
