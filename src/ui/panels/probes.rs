//! A word for each probe, and for what else needs no panel to be understood.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::connections;
use super::database::shown;
use crate::monitor::{ProbeHealth, ProbeState};
use crate::ui::scene::{Scene, put_both};
use crate::ui::theme::Role;
use crate::ui::words;

/// Draws the line.
pub fn probes(scene: &Scene<'_>, area: Rect, buf: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let mut spans = vec![Span::raw(" ")];
    for probe in &scene.world.health.probes {
        spans.extend(one(scene, probe));
    }
    if let Some((_, Some(picture))) = shown(scene) {
        let all = &picture.connections;
        let percent = (connections::ratio(all) * 100.0).round();
        spans.push(scene.span(format!("conns {percent:.0} %   "), connections::role(all)));
        if picture.locks.behind_ours.sessions > 0 {
            let queue = format!(
                "! lock queue {} behind our step   ",
                picture.locks.behind_ours.sessions
            );
            spans.push(scene.span(queue, Role::Bad));
        } else if picture.locks.waiters > 0 {
            spans.push(scene.span(
                format!("! {} waiting for locks   ", picture.locks.waiters),
                Role::Warn,
            ));
        }
    }
    let hold = scene.world.state.holds.last();
    let (hold, role) = match hold {
        Some(hold) => (format!("hold: {} ({}) ", hold.reason, hold.by), Role::Warn),
        None => ("hold: none ".to_owned(), Role::Dim),
    };
    put_both(
        area,
        0,
        Line::from(spans),
        Line::from(scene.span(hold, role)),
        buf,
    );
}

fn one<'s>(scene: &Scene<'s>, probe: &ProbeHealth) -> Vec<Span<'s>> {
    let role = match probe.state {
        ProbeState::Ok => Role::Good,
        ProbeState::Bad | ProbeState::Error => Role::Bad,
        ProbeState::NoData => Role::Dim,
    };
    let reading = match (probe.state, probe.latency_ms, probe.value) {
        (ProbeState::Ok, _, Some(value)) => format!("{value}"),
        (ProbeState::Ok, Some(millis), None) => format!("{millis:.0} ms"),
        _ => probe.words.clone(),
    };
    let late = probe
        .at
        .map(|at| scene.now.since(at))
        .filter(|age| *age > probe.every * 3);
    let age = late
        .map(|age| format!(" {} ago", words::short(age)))
        .unwrap_or_default();
    let p95 = match (probe.state, probe.p95_ms, probe.value) {
        (ProbeState::Ok, Some(p95), None) => format!(" p95 {p95:.0}"),
        _ => String::new(),
    };
    vec![
        scene.span(format!("{} ", probe.name), Role::Title),
        scene.span(reading, role),
        scene.span(format!("{p95}{age}   "), Role::Dim),
    ]
}
