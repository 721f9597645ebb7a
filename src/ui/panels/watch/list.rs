//! Lists of sessions: who each is, what it does, and the one under the cursor.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::cursor::{Cursor, Row, gap_words};
use super::sight::{Panel, Sight};
use crate::monitor::{Session, State};
use crate::ui::scene::put;
use crate::ui::theme::Role;
use crate::ui::words;

/// Who a session is: pid, who opened it, and whether it is ours.
pub(super) fn who<'s>(sight: &Sight<'_>, session: &Session) -> Vec<Span<'s>> {
    vec![pid(sight, session), called(sight, session)]
}

/// The pid of a session.
pub(super) fn pid<'s>(sight: &Sight<'_>, session: &Session) -> Span<'s> {
    sight.span(format!("{} ", session.pid), Role::Text)
}

/// Who opened a session, or that it is ours.
pub(super) fn called<'s>(sight: &Sight<'_>, session: &Session) -> Span<'s> {
    match &session.ours {
        Some(ours) if session.is_ours() => sight.span(format!("{} ", ours.words()), Role::Ours),
        // A guess stands beside the name that the session gives itself, and not in its place.
        Some(ours) => sight.span(format!("{} {} ", ours.words(), session.name()), Role::Ours),
        None => sight.span(format!("{} ", session.name()), Role::Text),
    }
}

/// Who is behind a session: the role and where the client is.
pub(super) fn from<'s>(sight: &Sight<'_>, session: &Session) -> Vec<Span<'s>> {
    if session.is_of_the_server() {
        return Vec::new();
    }
    let user = session.user.as_deref().unwrap_or("?");
    let client = session.client.map(|client| format!("@{client}"));
    let words = format!("{user}{} ", client.unwrap_or_default());
    vec![sight.span(words, Role::Dim)]
}

/// What a session is doing, and for how long.
pub(super) fn doing<'s>(sight: &Sight<'_>, session: &Session) -> Vec<Span<'s>> {
    let age = match session.state {
        State::Active => session.query_age,
        state if state.holds_transaction_idly() => session.transaction_age,
        _ => session.state_age,
    };
    let (words, role) = match session.state {
        State::Active => ("", Role::Text),
        state if state.holds_transaction_idly() => (state_word(session), Role::Warn),
        other => (other.words(), Role::Dim),
    };
    let age = age.map(words::short).unwrap_or_default();
    let words = [words, &age];
    let said = words.into_iter().filter(|word| !word.is_empty());
    said.map(|word| sight.span(format!("{word} "), role))
        .collect()
}

/// Whether anything that is shown of the session holds the text, which is in lower case.
pub fn holds(session: &Session, filter: &str) -> bool {
    if filter.is_empty() {
        return true;
    }
    let texts = [
        session.name(),
        session.application.as_str(),
        session.user.as_deref().unwrap_or_default(),
        session.statement.as_deref().unwrap_or_default(),
        session.wait.as_deref().unwrap_or_default(),
        session.database.as_deref().unwrap_or_default(),
        session.state.words(),
        state_word(session),
    ];
    let mut texts = texts.iter();
    texts.any(|text| text.to_lowercase().contains(filter))
        || session.pid.to_string() == filter
        || session.client_words().contains(filter)
        || (filter == "ours" && session.ours.is_some())
}

/// What a session does, or waits for, in the word that stands for it in a column.
pub fn state_word(session: &Session) -> &'static str {
    match session.state {
        _ if session.waits_for_lock() => "lock wait",
        _ if session.waits_for_snapshot() => "waits",
        State::IdleInTransaction => "idle in tx",
        State::Aborted => "failed tx",
        other => other.words(),
    }
}

/// The rows of `sessions` that are drawn in a list `room` high of `panel`, and which is under the cursor.
fn rows<'a>(
    sight: &Sight<'_>,
    panel: Panel,
    sessions: impl Iterator<Item = &'a Session>,
    room: u16,
) -> Vec<(Row, bool)> {
    let focused = sight.focus == Some(panel);
    let cursor = if focused {
        sight.session
    } else {
        Cursor::default()
    };
    cursor.rows(sessions.map(|session| session.pid), usize::from(room))
}

/// Draws a list of sessions, a line each, the one under the cursor marked; `before` draws what goes on beside a
/// gap above the session at a place.
pub(super) fn session_list<'a, 'l>(
    sight: &Sight<'_>,
    panel: Panel,
    sessions: impl Iterator<Item = &'a Session>,
    (line, before): (impl Fn(usize) -> Line<'l>, impl Fn(usize) -> String),
    area: Rect,
    buf: &mut Buffer,
) {
    let rows = rows(sight, panel, sessions, area.height);
    draw_rows(sight, &rows, (line, before), area, buf);
}

/// Draws the rows of a list, the one under the cursor marked.
pub fn draw_rows<'l>(
    sight: &Sight<'_>,
    rows: &[(Row, bool)],
    (line, before): (impl Fn(usize) -> Line<'l>, impl Fn(usize) -> String),
    area: Rect,
    buf: &mut Buffer,
) {
    for (row, (what, marked)) in (0..area.height).zip(rows) {
        let line = match *what {
            Row::Session(at) => line(at),
            Row::Gap { pid, before: at } => Line::from(vec![
                sight.span(before(at), Role::Frame),
                sight.span(gap_words(pid), Role::Warn),
            ]),
        };
        put(area, row, line, buf);
        if *marked {
            let place = Rect {
                y: area.y + row,
                height: 1,
                ..area
            };
            buf.set_style(place, sight.style(Role::Selected));
        }
    }
}

/// The session in the row `row` of the list that `panel` shows at `area`.
pub fn session_at(sight: &Sight<'_>, panel: Panel, area: Rect, row: usize) -> Option<i32> {
    let picture = sight.picture()?;
    let above = match panel {
        Panel::Locks => super::locks::rows_above(sight, area.width.saturating_sub(2)),
        _ => 0,
    };
    let row = row.checked_sub(above)?;
    let room = area.height.saturating_sub(2 + above as u16);
    let sessions = || panel.sessions(picture, sight.filter);
    match rows(sight, panel, sessions(), room).get(row)? {
        (Row::Session(at), _) => sessions().nth(*at).map(|session| session.pid),
        (Row::Gap { .. }, _) => None,
    }
}
