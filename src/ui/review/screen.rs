//! The whole screen of a review.
//!
//! ```text
//!  REVIEW  deploy.md · Title                                          you: ann
//!  3 of 12 steps looked at   2 open remarks   approved by bob (1 of 2)
//!  ┌ Steps ──────────┐┌ deploy.md ─────────────────────────────────────────┐
//!  │ list            ││ source                                             │
//!  │                 │├ 2.3 Apply migrations ──────────────────────────────┤
//!  │                 ││ meaning                                            │
//!  └─────────────────┘└────────────────────────────────────────────────────┘
//!  what came of the last key
//!  space looked at  n next open  c comment …
//! ```
//!
//! On wide screens source and meaning stand beside each other.

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Position, Rect};
use ratatui::text::{Line, Span};

use super::keymap::KEYMAP;
use super::state::{Pane, State};
use super::{dialogs, list, meaning, source};
use crate::clock::Moment;
use crate::plan::count;
use crate::ui::panels::watch;
use crate::ui::scene::{put, put_both};
use crate::ui::theme::{Role, Theme};
use crate::ui::widgets::clip;

/// From this width on source and meaning stand beside each other.
const WIDE: u16 = 150;
/// How long a message stays.
const STAYS: Duration = Duration::from_secs(10);

/// What a frame is drawn from.
pub struct Look<'a> {
    /// What is known and looked at.
    pub state: &'a State,
    /// What things look like.
    pub theme: Theme,
}

impl Look<'_> {
    /// A piece of a line. Whatever `text` holds, it stays on its line and in its place.
    pub fn span<'t>(&self, text: impl AsRef<str>, role: Role) -> Span<'t> {
        watch::span(self.theme, text, role)
    }

    /// Draws a frame and tells what is left inside.
    pub fn frame(&self, title: &str, focused: bool, area: Rect, buf: &mut Buffer) -> Rect {
        watch::frame(self.theme, title, focused, area, buf)
    }

    /// Keys and what they do.
    pub fn keys<'t>(&self, keys: &[(&str, &str)]) -> Line<'t> {
        watch::keys(self.theme, keys)
    }
}

/// Where everything stands.
struct Areas {
    header: Rect,
    list: Rect,
    source: Rect,
    meaning: Rect,
    footer: Rect,
}

fn areas(area: Rect) -> Areas {
    let [header, body, footer] = Layout::vertical([
        Constraint::Length(2),
        Constraint::Min(0),
        Constraint::Length(2),
    ])
    .areas(area);
    let list_width = (area.width / 3).clamp(20, 52);
    let [list, rest] =
        Layout::horizontal([Constraint::Length(list_width), Constraint::Min(0)]).areas(body);
    let halves = [Constraint::Fill(9), Constraint::Fill(11)];
    let [source, meaning] = if area.width >= WIDE {
        Layout::horizontal(halves).areas(rest)
    } else {
        Layout::vertical(halves).areas(rest)
    };
    Areas {
        header,
        list,
        source,
        meaning,
        footer,
    }
}

/// What is inside of a frame.
fn inside(area: Rect) -> Rect {
    area.inner(ratatui::layout::Margin::new(1, 1))
}

/// The first line of the source that is shown when it is scrolled `by` lines away from the step,
/// counted from 0.
pub fn source_top(state: &State, by: isize) -> usize {
    let height = usize::from(inside(areas(state.size).source).height);
    source::top(state, height, by)
}

/// The last row of the meaning that may be its first one on the screen.
pub fn meaning_most(state: &State) -> usize {
    let area = inside(areas(state.size).meaning);
    let look = Look {
        state,
        theme: Theme::new(false),
    };
    let rows = meaning::lines(&look, usize::from(area.width)).len();
    rows.saturating_sub(usize::from(area.height))
}

/// The pane at a place of the screen.
pub fn pane_at(state: &State, x: u16, y: u16) -> Pane {
    let areas = areas(state.size);
    let at = Position::new(x, y);
    if areas.source.contains(at) {
        Pane::Source
    } else if areas.meaning.contains(at) {
        Pane::Meaning
    } else {
        Pane::Steps
    }
}

/// Where the cursor goes when somebody clicks at a place of the screen.
pub fn row_at(state: &State, x: u16, y: u16) -> Option<usize> {
    let area = inside(areas(state.size).list);
    let inside = area.contains(Position::new(x, y));
    inside.then(|| list::at(state, area.height, y - area.y))?
}

/// Draws a frame.
pub fn draw(state: &State, theme: Theme, now: Moment, area: Rect, buf: &mut Buffer) {
    let look = Look { state, theme };
    let areas = areas(area);
    header(&look, areas.header, buf);
    let pane = |pane| state.pane == pane;
    let inner = look.frame("Steps", pane(Pane::Steps), areas.list, buf);
    list::draw(&look, inner, buf);
    let inner = look.frame(
        state.source.name_at(state.file().start),
        pane(Pane::Source),
        areas.source,
        buf,
    );
    source::draw(&look, inner, buf);
    let title = match state.step() {
        Some((step, _)) => format!("{} {}", step.number, step.spec.title),
        None => "The plan".to_owned(),
    };
    let inner = look.frame(&title, pane(Pane::Meaning), areas.meaning, buf);
    meaning::draw(&look, inner, buf);
    footer(&look, now, areas.footer, buf);
    dialogs::draw(&look, area, buf);
}

fn header(look: &Look<'_>, area: Rect, buf: &mut Buffer) {
    let state = look.state;
    let mut left = vec![
        look.span(" REVIEW ", Role::Alarm),
        look.span("  ", Role::Text),
    ];
    if let Some(environment) = &state.plan.environment {
        let role = if environment == "production" {
            Role::Production
        } else {
            Role::Environment
        };
        left.push(look.span(format!(" {environment} "), role));
        left.push(look.span("  ", Role::Text));
    }
    left.push(look.span(&state.plan.title, Role::Title));
    let right = Line::from(look.span(format!("you: {} ", state.name), Role::Text));
    put_both(area, 0, Line::from(left), right, buf);
    let summary = state
        .record
        .summary(&state.plan, &state.sheets, &state.beside.digest);
    let mut words = vec![look.span(
        format!(
            " {} of {} looked at",
            summary.reviewed,
            count(summary.steps, "step")
        ),
        if summary.reviewed == summary.steps {
            Role::Good
        } else {
            Role::Text
        },
    )];
    let (text, role) = match summary.open_comments {
        0 => ("no open remarks".to_owned(), Role::Text),
        1 => ("1 open remark".to_owned(), Role::Warn),
        n => (format!("{n} open remarks"), Role::Warn),
    };
    words.push(look.span(format!("   {text}"), role));
    let names: Vec<&str> = summary.approvals.iter().map(|a| a.by.as_str()).collect();
    let asked = match summary.required {
        0 => String::new(),
        required => format!(" ({} of {required})", names.len()),
    };
    let (text, role) = match (names.as_slice(), summary.outdated) {
        ([], true) => (format!("approved before it changed{asked}"), Role::Warn),
        ([], false) => (format!("not approved{asked}"), Role::Text),
        (names, _) => (
            format!("approved by {}{asked}", names.join(", ")),
            Role::Good,
        ),
    };
    words.push(look.span(format!("   {text}"), role));
    put(area, 1, Line::from(words), buf);
}

fn footer(look: &Look<'_>, now: Moment, area: Rect, buf: &mut Buffer) {
    let state = look.state;
    let message = state.message.as_ref();
    if let Some(why) = &state.broken {
        let line = Line::from(look.span(format!(" {why}"), Role::Alarm));
        put(area, 0, line, buf);
    } else if let Some(message) = message.filter(|message| now.since(message.since) <= STAYS) {
        let role = if message.bad { Role::Warn } else { Role::Good };
        put(
            area,
            0,
            Line::from(look.span(format!(" {}", message.text), role)),
            buf,
        );
    }
    // Where there is no room for all, the help and the way out stay.
    let mut shown: Vec<(String, &str)> = KEYMAP
        .iter()
        .filter(|binding| !binding.hint.is_empty())
        .map(|binding| (binding.keys[0].to_string(), binding.hint))
        .collect();
    let wide = |(key, hint): &(String, &str)| clip::width(key) + clip::width(hint) + 3;
    while shown.len() > 2 && shown.iter().map(wide).sum::<usize>() >= usize::from(area.width) {
        shown.remove(shown.len() - 3);
    }
    let shown: Vec<(&str, &str)> = shown
        .iter()
        .map(|(key, hint)| (key.as_str(), *hint))
        .collect();
    let mut line = look.keys(&shown);
    line.spans.insert(0, look.span(" ", Role::Text));
    put(area, 1, line, buf);
}
