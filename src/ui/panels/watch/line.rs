//! A word for each probe, and for what else needs no panel to be understood: what is wrong first.

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::sight::Sight;
use super::{concerns, connections};
use crate::monitor::{Downtime, ProbeHealth, ProbeState};
use crate::ui::scene::put_keeping;
use crate::ui::theme::Role;
use crate::ui::words;

/// Draws the line; `hold` stands at its end. Where there is no room for both, what is as it should be gives way
/// first; then what is bad comes before the rest, and neither side has more than half while the other lacks room.
pub fn line(sight: &Sight<'_>, hold: Span<'_>, area: Rect, buf: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let mut parts = parts(sight);
    let room = usize::from(area.width.saturating_sub(1)).saturating_sub(hold.width());
    let wide = |parts: &[Part]| parts.iter().map(Part::width).sum::<usize>() + 1;
    while wide(&parts) > room
        && let Some(good) = parts.iter().rposition(|part| part.weight == Weight::Good)
    {
        parts.remove(good);
    }
    if wide(&parts) > room {
        parts.sort_by_key(|part| part.weight);
    }
    let spans = parts.into_iter().flat_map(|part| part.spans);
    let spans: Vec<Span<'_>> = std::iter::once(Span::raw(" ")).chain(spans).collect();
    let kept = area.width - (hold.width() as u16).min(area.width / 2);
    let both = (Line::from(spans), Line::from(hold));
    put_keeping(kept, area, 0, both, buf);
}

/// How much a piece of the line matters, the most first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Weight {
    Bad,
    Doubtful,
    /// It only says that something is as it should be.
    Good,
}

impl Weight {
    fn of(role: Role) -> Weight {
        match role {
            Role::Bad => Weight::Bad,
            Role::Good => Weight::Good,
            _ => Weight::Doubtful,
        }
    }
}

struct Part {
    spans: Vec<Span<'static>>,
    weight: Weight,
}

impl Part {
    fn width(&self) -> usize {
        self.spans.iter().map(Span::width).sum()
    }
}

fn parts(sight: &Sight<'_>) -> Vec<Part> {
    let alerts = concerns::alerts_named(sight).into_iter();
    let alerts = alerts.map(|alert| vec![alert]);
    let elsewhere = concerns::elsewhere(sight).into_iter();
    let concerns = elsewhere.chain(alerts).filter_map(|told| {
        let weight = told.iter().map(|(_, role)| Weight::of(*role)).min()?;
        let spans = told.into_iter().map(|(span, _)| span).collect();
        Some(Part { spans, weight })
    });
    let probes = sight.health.probes.iter().map(|probe| Part {
        spans: one(sight, probe),
        weight: match probe_role(probe) {
            Role::Good if late(sight, probe).is_some() => Weight::Doubtful,
            role => Weight::of(role),
        },
    });
    let mut parts: Vec<Part> = concerns.chain(probes).collect();
    if let Some(picture) = sight.picture() {
        let (old, role) = match sight.old() {
            Some(age) => (format!(" {} ago", words::short(age)), Role::Warn),
            None => (String::new(), connections::role(&picture.connections)),
        };
        let used = format!("{}{old}   ", concerns::used(picture));
        let waits = concerns::queues(picture).into_iter();
        let waits = waits.map(|(words, role)| (format!("! {words}   "), role));
        let all = std::iter::once((used, role)).chain(waits);
        parts.extend(all.map(|(words, role)| Part {
            spans: vec![sight.span(words, role)],
            weight: Weight::of(role),
        }));
    }
    parts
}

fn one(sight: &Sight<'_>, probe: &ProbeHealth) -> Vec<Span<'static>> {
    let mut spans = vec![sight.span(format!("{} ", probe.name), Role::Title)];
    spans.extend(reading(sight, probe));
    spans
}

/// What a probe says: the reading, what is usual, and how old it is where it is late.
pub(super) fn reading(sight: &Sight<'_>, probe: &ProbeHealth) -> Vec<Span<'static>> {
    let role = probe_role(probe);
    let reading = match (probe.state, probe.latency_ms, probe.value) {
        (ProbeState::Ok, Some(millis), None) => format!("{millis:.0} ms"),
        // What is not known is not taken for bad, with or without colour.
        (ProbeState::Error | ProbeState::Unread, ..) => format!("? {}", probe.words),
        _ => probe.words.clone(),
    };
    let age = late(sight, probe).map(|age| format!(" {} ago", words::short(age)));
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

fn probe_role(probe: &ProbeHealth) -> Role {
    match probe.state {
        ProbeState::Ok => Role::Good,
        ProbeState::Bad | ProbeState::Down => Role::Bad,
        ProbeState::Error | ProbeState::Unread => Role::Warn,
        ProbeState::NoData => Role::Dim,
    }
}

/// How old the last reading is, where the next is overdue.
fn late(sight: &Sight<'_>, probe: &ProbeHealth) -> Option<Duration> {
    let age = probe.at.map(|at| sight.now.since(at));
    age.filter(|age| *age > probe.every * 3)
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
