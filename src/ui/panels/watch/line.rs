//! A word for each probe, and for what else needs no panel to be understood.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::connections;
use super::sight::Sight;
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
    spans.extend(firing(sight));
    for probe in &sight.health.probes {
        spans.extend(one(sight, probe));
    }
    if let Some(picture) = sight.picture() {
        let all = &picture.connections;
        let percent = (connections::ratio(all) * 100.0).round();
        let (old, role) = match sight.old() {
            Some(age) => (format!(" {} ago", words::short(age)), Role::Warn),
            None => (String::new(), connections::role(all)),
        };
        let whose = connections::pressing(all).map(|bound| format!(" of {}", bound.whose));
        let whose = whose.unwrap_or_default();
        spans.push(sight.span(format!("conns {percent:.0} %{whose}{old}   "), role));
        if picture.locks.behind_ours.sessions > 0 {
            let queue = format!(
                "! lock queue {} behind our step   ",
                picture.locks.behind_ours.sessions
            );
            spans.push(sight.span(queue, Role::Bad));
        } else if picture.locks.waiters > 0 {
            spans.push(sight.span(
                format!("! {} waiting for locks   ", picture.locks.waiters),
                Role::Warn,
            ));
        }
        let commits = picture.connections.waiting_for_standby;
        if commits > 0 {
            let words = format!("! {commits} waiting for a standby   ");
            spans.push(sight.span(words, Role::Warn));
        }
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

/// The alerts that fire, before everything else. One that somebody has accepted holds nothing, and is not over.
fn firing(sight: &Sight<'_>) -> Vec<Span<'static>> {
    let alerts = sight.run.into_iter().flat_map(|run| &run.alerts);
    let words = alerts.map(|(name, alert)| {
        let accepted = alert.accepted.as_ref().map_or("", |_| ", accepted");
        if alert.blind {
            return (format!("? {name} blind{accepted}   "), Role::Warn);
        }
        let unseen = if is_unseen(sight, name) {
            ", no data"
        } else {
            ""
        };
        let role = match alert.accepted {
            Some(_) => Role::Warn,
            None => Role::Bad,
        };
        (format!("! {name}{unseen}{accepted}   "), role)
    });
    words.map(|(words, role)| sight.span(words, role)).collect()
}

/// Whether nothing tells at the moment how what the alert watches is.
fn is_unseen(sight: &Sight<'_>, name: &str) -> bool {
    let mut alerts = sight.health.alerts.iter();
    alerts.any(|alert| alert.name == name && alert.is_unseen())
}
