//! What the panels of the database have in common: how old what they show is, and why.

use std::sync::Arc;
use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::monitor::{DatabaseHealth, Link, Picture, Session, State};
use crate::ui::scene::{Scene, put};
use crate::ui::theme::Role;
use crate::ui::view::Focus;
use crate::ui::words;

/// A picture older than this says how old it is.
const FRESH: Duration = Duration::from_secs(3);

/// The database that is shown, and what was last seen of it.
pub fn shown<'s>(scene: &Scene<'s>) -> Option<(&'s DatabaseHealth, Option<&'s Arc<Picture>>)> {
    let database = scene.world.database(scene.view.database)?;
    Some((database, database.picture.as_ref()))
}

/// What is wrong with the connection, if something is, and how old the picture is.
pub fn trouble(scene: &Scene<'_>, database: &DatabaseHealth) -> Option<String> {
    let age = database
        .picture
        .as_ref()
        .map(|picture| scene.now.since(picture.at));
    let old = age
        .filter(|age| *age > FRESH)
        .map(|age| format!("seen {} ago", words::short(age)));
    let why = match &database.link {
        Link::Connecting => Some("connecting".to_owned()),
        Link::Down { since, reason } => Some(format!(
            "no connection for {}: {reason}",
            words::short(scene.now.since(*since))
        )),
        Link::Up { .. } => database.trouble.clone(),
    };
    match (old, why) {
        (Some(old), Some(why)) => Some(format!("{old}; {why}")),
        (old, why) => old.or(why),
    }
}

/// A panel's title, with the database's name where there are several, and the age of what is not
/// fresh.
pub fn title(scene: &Scene<'_>, what: &str) -> String {
    let Some((database, picture)) = shown(scene) else {
        return what.to_owned();
    };
    let name = if scene.world.health.databases.len() > 1 {
        format!(" {}", database.name)
    } else {
        String::new()
    };
    let age = picture
        .map(|picture| scene.now.since(picture.at))
        .filter(|age| *age > FRESH);
    let age = age
        .map(|age| format!("  {} old", words::short(age)))
        .unwrap_or_default();
    format!("{what}{name}{age}")
}

/// Who a session is: pid, who opened it, and whether it is ours.
pub fn who<'s>(scene: &Scene<'s>, session: &Session) -> Vec<Span<'s>> {
    let name = match (session.application.as_str(), &session.user) {
        ("", Some(user)) => user.clone(),
        ("", None) => "?".to_owned(),
        (application, _) => application.to_owned(),
    };
    let mut spans = vec![scene.span(format!("{} ", session.pid), Role::Text)];
    if let Some(ours) = &session.ours {
        spans.push(scene.span(format!("{} ", ours.words()), Role::Ours));
    } else {
        spans.push(scene.span(format!("{name} "), Role::Text));
    }
    spans
}

/// Who is behind a session: the role and where the client is.
pub fn from<'s>(scene: &Scene<'s>, session: &Session) -> Vec<Span<'s>> {
    let user = session.user.as_deref().unwrap_or("?");
    let client = session.client.map(|client| format!("@{client}"));
    let words = format!("{user}{} ", client.unwrap_or_default());
    vec![scene.span(words, Role::Dim)]
}

/// What a session is doing, and for how long.
pub fn doing<'s>(scene: &Scene<'s>, session: &Session) -> Vec<Span<'s>> {
    let age = match session.state {
        State::Active => session.query_age,
        state if state.holds_transaction_idly() => session.transaction_age,
        _ => session.state_age,
    };
    let (words, role) = match session.state {
        State::Active => ("", Role::Text),
        State::IdleInTransaction => ("idle in tx ", Role::Warn),
        State::Aborted => ("idle in failed tx ", Role::Warn),
        other => (other.words(), Role::Dim),
    };
    vec![
        scene.span(words, role),
        scene.span(
            age.map(words::short)
                .map(|age| format!("{age} "))
                .unwrap_or_default(),
            role,
        ),
    ]
}

/// The lines for a database of which there is no picture.
pub fn absent<'s>(scene: &Scene<'s>) -> Vec<Line<'s>> {
    match shown(scene) {
        Some((database, _)) => {
            let why = trouble(scene, database).unwrap_or_else(|| "nothing seen yet".to_owned());
            vec![Line::from(scene.span(why, Role::Warn))]
        }
        None => vec![Line::from(scene.span("nothing is watched yet", Role::Dim))],
    }
}

/// The first of `sessions` that is drawn in a list `room` high, so that the one under the cursor is
/// in it, and the place of that one.
pub fn scrolled<'a>(
    scene: &Scene<'_>,
    focus: Focus,
    mut sessions: impl Iterator<Item = &'a Session>,
    room: u16,
) -> (usize, Option<usize>) {
    let picked = |session: &Session| scene.view.session == Some(session.pid);
    let cursor = if scene.view.focus == focus {
        sessions.position(picked)
    } else {
        None
    };
    let top = cursor
        .unwrap_or(0)
        .saturating_sub(usize::from(room).saturating_sub(1));
    (top, cursor)
}

/// Draws a list of sessions, a line each, the one under the cursor marked.
pub fn session_list<'a, 'l>(
    scene: &Scene<'_>,
    focus: Focus,
    sessions: impl ExactSizeIterator<Item = &'a Session>,
    line: impl Fn(usize) -> Line<'l>,
    area: Rect,
    buf: &mut Buffer,
) {
    let count = sessions.len();
    let (top, cursor) = scrolled(scene, focus, sessions, area.height);
    for (row, at) in (0..area.height).zip(top..count) {
        put(area, row, line(at), buf);
        if cursor == Some(at) {
            let place = Rect {
                y: area.y + row,
                height: 1,
                ..area
            };
            buf.set_style(place, scene.style(Role::Selected));
        }
    }
}

/// The session in the row `row` of the list that the panel at `area` shows.
pub fn session_at(scene: &Scene<'_>, focus: Focus, area: Rect, row: usize) -> Option<i32> {
    let world = scene.world;
    let database = scene.view.database;
    let sessions: Vec<&Session> = match focus {
        Focus::Locks => world.lock_sessions(database).collect(),
        _ => world.query_sessions(database).collect(),
    };
    let (top, _) = scrolled(
        scene,
        focus,
        sessions.iter().copied(),
        area.height.saturating_sub(2),
    );
    sessions.get(top + row).map(|session| session.pid)
}
