//! The first line: which environment, what for, when, who, and where the run stands.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::run::Standing;
use crate::ui::scene::{Scene, put_both};
use crate::ui::theme::Role;
use crate::ui::words;
use crate::ui::world::Link;

/// Draws the header.
pub fn header(scene: &Scene<'_>, area: Rect, buf: &mut Buffer) {
    let mut left = Vec::new();
    if let Some(environment) = &scene.world.plan.environment {
        let role = if is_production(environment) {
            Role::Production
        } else {
            Role::Environment
        };
        left.push(scene.span(format!(" {} ", environment.to_uppercase()), role));
        left.push(Span::raw(" "));
    } else {
        left.push(Span::raw(" "));
    }
    left.push(scene.span(&scene.world.plan.title, Role::Title));
    let mut right = Vec::new();
    right.extend(concerns(scene));
    if area.width >= 60 {
        right.extend(clock(scene));
        right.extend(seats(scene));
    }
    right.push(standing(scene));
    right.push(Span::raw(" "));
    put_both(area, 0, Line::from(left), Line::from(right), buf);
}

/// What is wrong around the run.
fn concerns<'s>(scene: &Scene<'s>) -> Vec<Span<'s>> {
    let found = &scene.world.concerns;
    let mut words = Vec::new();
    let alerts = scene.world.state.alerts.values();
    let (blind, firing): (Vec<_>, Vec<_>) = alerts
        .filter(|alert| alert.accepted.is_none())
        .partition(|alert| alert.blind);
    if !firing.is_empty() {
        words.push((
            format!("! {}   ", words::count(firing.len(), "alert")),
            Role::Bad,
        ));
    }
    if !blind.is_empty() {
        words.push((format!("? {} blind   ", blind.len()), Role::Warn));
    }
    match found.disk_left {
        None => {}
        Some(0) => words.push(("! disk full   ".to_owned(), Role::Bad)),
        Some(left) => words.push((format!("! disk: {} left   ", words::size(left)), Role::Warn)),
    }
    if found.plan_differs {
        words.push(("! plan file differs   ".to_owned(), Role::Warn));
    }
    let spans = words.into_iter();
    spans.map(|(words, role)| scene.span(words, role)).collect()
}

fn is_production(environment: &str) -> bool {
    environment.to_lowercase().starts_with("prod")
}

/// The time since T-0, and on the way back since it began.
fn clock<'s>(scene: &Scene<'s>) -> Vec<Span<'s>> {
    let state = &scene.world.state;
    let until = state.end.as_ref().map_or(scene.now, |end| end.at);
    let mut spans = Vec::new();
    if let Some(elapsed) = state.since_t_zero(until) {
        let mark = if elapsed.by_wall_clock { "~" } else { "" };
        spans.push(scene.span(
            format!("{mark}{}   ", words::t_clock(elapsed.time)),
            Role::Text,
        ));
    }
    if let Some(rollback) = &state.rollback {
        let since = until.since(rollback.started);
        spans.push(scene.span(
            format!("R+{}   ", crate::plan::duration::clock(since)),
            Role::Warn,
        ));
    }
    spans
}

fn seats<'s>(scene: &Scene<'s>) -> Vec<Span<'s>> {
    let world = scene.world;
    let driving = match &world.state.driver {
        _ if world.drives() => "you".to_owned(),
        Some(driver) => match driver.gone {
            None => driver.name.clone(),
            Some(gone) => format!(
                "{} (gone {})",
                driver.name,
                words::short(scene.now.since(gone))
            ),
        },
        None => "nobody".to_owned(),
    };
    let mut spans = vec![scene.span(format!("driving: {driving}   "), Role::Text)];
    if world.watchers > 0 {
        let watchers = format!("watching: {}   ", world.watchers);
        spans.push(scene.span(watchers, Role::Dim));
    }
    spans
}

fn standing<'s>(scene: &Scene<'s>) -> Span<'s> {
    let world = scene.world;
    if world.trouble.is_some() {
        return scene.span(" JOURNAL STUCK ", Role::Alarm);
    }
    if let Some(silent) = world.silent(scene.now) {
        let words = format!(" SILENT FOR {} ", words::short(silent));
        return scene.span(words, Role::Alarm);
    }
    match &world.link {
        Link::Lost(_) if world.state.end.is_none() => scene.span(" NO ENGINE ", Role::Alarm),
        Link::Connecting => scene.span("○ STARTING", Role::Dim),
        _ => {
            let (words, role) = words::standing(world.state.standing());
            // How much was left out stands in the line below; there is no room for it here.
            match world.state.left_out(&world.plan) {
                left if left.count() > 0 && world.state.standing() == Standing::RolledBack => {
                    let how = if left.some_done {
                        "! ROLLED BACK IN PART"
                    } else {
                        "! NOT ROLLED BACK"
                    };
                    scene.span(how, Role::Alarm)
                }
                _ => scene.span(words, role),
            }
        }
    }
}
