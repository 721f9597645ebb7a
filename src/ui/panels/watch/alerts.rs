//! The rules about what is measured: how each stands, and what its last reading says.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::sight::{Panel, Sight};
use crate::journal::event::Consequence;
use crate::monitor::{AlertHealth, AlertStanding, ReadingKind};
use crate::plan::AlertAction;
use crate::ui::scene::put;
use crate::ui::theme::Role;
use crate::ui::words;

/// Draws the panel.
pub(super) fn alerts(sight: &Sight<'_>, area: Rect, buf: &mut Buffer) {
    let inner = sight.frame(Panel::Alerts, &summary(sight), area, buf);
    let mut shown: Vec<&AlertHealth> = sight.health.alerts.iter().filter(|a| is_shown(a)).collect();
    shown.sort_by_key(|alert| std::cmp::Reverse(urgency(alert.standing)));
    if shown.is_empty() {
        let words = match sight.run {
            Some(_) => "the plan has no rules, and of what is watched in any case nothing is wrong",
            None => "rules stand in a plan: nothing is held against any here",
        };
        return sight.say(words, Role::Dim, inner, buf);
    }
    for (row, alert) in (0..inner.height).zip(shown) {
        put(inner, row, line(sight, alert), buf);
    }
}

/// What is watched whatever the plan says needs no line while all is well.
fn is_shown(alert: &AlertHealth) -> bool {
    alert.metric.is_some() || alert.standing == AlertStanding::Firing
}

fn urgency(standing: AlertStanding) -> u8 {
    match standing {
        AlertStanding::Firing => 3,
        AlertStanding::Blind => 2,
        AlertStanding::NotYet => 1,
        AlertStanding::Quiet => 0,
    }
}

fn summary(sight: &Sight<'_>) -> String {
    let all = &sight.health.alerts;
    let count = |standing| {
        all.iter()
            .filter(|alert| alert.standing == standing)
            .count()
    };
    let words: Vec<String> = [
        (AlertStanding::Firing, "firing"),
        (AlertStanding::Blind, "blind"),
    ]
    .into_iter()
    .map(|(standing, word)| (count(standing), word))
    .filter(|(count, _)| *count > 0)
    .map(|(count, word)| format!("{count} {word}"))
    .collect();
    format!("Alerts  {}", words.join(", "))
}

fn line(sight: &Sight<'_>, alert: &AlertHealth) -> Line<'static> {
    let (sign, role) = match alert.standing {
        AlertStanding::Firing => ("!", Role::Bad),
        AlertStanding::Blind => ("?", Role::Warn),
        AlertStanding::NotYet => ("·", Role::Dim),
        AlertStanding::Quiet => ("✓", Role::Good),
    };
    let mut spans: Vec<Span<'_>> = vec![sight.span(format!("{sign} {} ", alert.name), role)];
    let known = sight.run.and_then(|run| run.alerts.get(&alert.name));
    if let Some(known) = known {
        let since = words::short(sight.now.since(known.since));
        spans.push(sight.span(format!("{since} "), role));
        if let Some(accepted) = &known.accepted {
            let how = if known.blind { "blind" } else { "fires" };
            spans.push(sight.span(format!("still {how}, "), Role::Warn));
            let words = format!("accepted by {}: {}  ", accepted.by, accepted.reason);
            spans.push(sight.span(words, Role::Good));
        }
    }
    let fires = known.map_or(alert.standing == AlertStanding::Firing, |known| {
        !known.blind
    });
    let unseen = fires && alert.is_unseen();
    if unseen {
        let was = alert.breach.as_ref();
        let was = was.map_or(String::new(), |was| format!(" since it was {was}"));
        let accepted = known.is_some_and(|known| known.accepted.is_some());
        let still = if accepted { "" } else { "still fires, " };
        spans.push(sight.span(format!("{still}no data{was}: "), Role::Warn));
    }
    let reading = match alert.kind {
        ReadingKind::Breach => Role::Bad,
        ReadingKind::Good => Role::Text,
        ReadingKind::NoData | ReadingKind::Error => Role::Warn,
    };
    if let Some(awaited) = alert.awaited {
        spans.push(sight.span(format!("{}: ", awaited.words()), reading));
    }
    spans.push(sight.span(format!("{} ", alert.words), reading));
    if !unseen && alert.kind != ReadingKind::NoData && !alert.line.is_empty() {
        spans.push(sight.span(format!("line: {} ", alert.line), Role::Dim));
    }
    // What the run has recorded of it counts.
    let then = match (known.map(|known| known.then), alert.then) {
        (Some(Consequence::Hold), _) | (None, AlertAction::Hold) => "holds",
        (Some(Consequence::Rollback), _) | (None, AlertAction::Rollback) => "rolls back",
        (Some(Consequence::Note), _) | (None, AlertAction::Note) => "",
    };
    spans.push(sight.span(then, Role::Dim));
    Line::from(spans)
}
