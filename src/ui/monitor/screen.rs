//! The monitor's screen: what stands where.
//!
//! ```text
//!  header   the server, how old the picture is, what stands still or is played
//!  tabs     the panels and their keys
//!  ┌ the chosen panel ─────────────┐┌ locks ───────┐   from 120 columns: the rest beside it
//!  │                               │├ connections ─┤
//!  └───────────────────────────────┘└ …────────────┘
//!  ┌ the chosen panel ─────────────┐                   narrower: the rest as a strip
//!  └ database ─────────────────────┘
//!  probes, message, keys
//! ```

use std::sync::Arc;
use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::boxes;
use super::sessions;
use super::state::State;
use super::tab::Tab;
use crate::clock::Moment;
use crate::monitor::{Health, Link};
use crate::ui::panels::watch::{self, Panel, Sight, frame};
use crate::ui::scene::{put, put_both};
use crate::ui::theme::{Role, Theme};
use crate::ui::widgets::clip;
use crate::ui::words;

/// From this width on there are panels beside the chosen one.
const WIDE: u16 = 120;
/// From this height on there is always a row for a message.
const LOW: u16 = 14;
/// From this width on every tab is named, not only the chosen one.
const ALL_NAMED: u16 = 80;
/// A server that has been running for less than this was started under somebody's eyes.
const JUST_STARTED: Duration = Duration::from_secs(600);

/// Everything there is to draw.
pub struct Look<'a> {
    /// What is looked at.
    pub state: &'a State,
    /// The newest that is known, or the frame of the recording.
    pub health: &'a Arc<Health>,
    /// The moment; of a recording, when the frame was made.
    pub now: Moment,
    /// What things look like.
    pub theme: Theme,
}

/// Where the panels stand.
struct Areas {
    header: Rect,
    tabs: Rect,
    main: Rect,
    beside: Vec<(Panel, Rect)>,
    strip: Rect,
    probes: Rect,
    message: Rect,
    footer: Rect,
}

impl Look<'_> {
    fn sight(&self) -> Sight<'_> {
        let health = self.state.health(self.health);
        Sight {
            health,
            run: None,
            database: self.state.database,
            focus: self.state.tab.panel(),
            session: self.state.cursor(health),
            filter: &self.state.filter,
            now: self.now,
            theme: self.theme,
        }
    }

    fn areas(&self, area: Rect) -> Areas {
        let row = |y: u16| Rect {
            y: area.y + y.min(area.height),
            height: u16::from(y < area.height),
            ..area
        };
        let last = area.height.saturating_sub(1);
        // A small screen has no row to spare for what may be said.
        let kept = u16::from(area.height >= LOW);
        let said = (self.said(area.width).len() as u16).max(kept);
        let message = last.saturating_sub(said);
        let middle = Rect {
            y: area.y + 2.min(area.height),
            height: area.height.saturating_sub(4 + said),
            ..area
        };
        let mut areas = Areas {
            header: row(0),
            tabs: row(1),
            main: middle,
            beside: Vec::new(),
            strip: Rect::default(),
            probes: row(message.saturating_sub(1)),
            message: Rect {
                height: last.saturating_sub(message),
                ..row(message)
            },
            footer: row(last),
        };
        if area.width >= WIDE {
            let width = area.width * 2 / 5;
            areas.main.width -= width;
            let column = Rect {
                x: middle.x + areas.main.width,
                width,
                ..middle
            };
            areas.beside = self.beside(column);
        } else if middle.height >= 14 && self.state.tab == Tab::Sessions {
            areas.main.height -= 6;
            areas.strip = Rect {
                y: middle.y + areas.main.height,
                height: 6,
                ..middle
            };
        }
        areas
    }

    /// The panels beside the chosen one: those that say most, as far as there is room.
    fn beside(&self, mut column: Rect) -> Vec<(Panel, Rect)> {
        let chosen = self.state.tab.panel();
        let picture = self.state.picture(self.state.health(self.health));
        let going_on = picture.map_or(0, |picture| watch::progress_height(picture));
        let mut panels = Vec::new();
        let wanted = [
            (Panel::Vitals, 9),
            (Panel::Connections, 9),
            (Panel::Progress, going_on.min(column.height / 3)),
        ];
        for (panel, height) in wanted {
            if Some(panel) != chosen && height > 0 && column.height >= height + 8 {
                column.height -= height;
                let place = Rect {
                    y: column.y + column.height,
                    height,
                    ..column
                };
                panels.push((panel, place));
            }
        }
        let rest = if chosen == Some(Panel::Locks) {
            Panel::Running
        } else {
            Panel::Locks
        };
        panels.push((rest, column));
        panels
    }

    /// Draws the whole screen.
    pub fn draw(&self, area: Rect, buf: &mut Buffer) {
        let areas = self.areas(area);
        let sight = self.sight();
        self.header(&sight, areas.header, buf);
        self.tabs(&sight, areas.tabs, buf);
        self.main(&sight, areas.main, buf);
        for (panel, place) in &areas.beside {
            let sight = Sight {
                focus: None,
                filter: "",
                ..sight
            };
            watch::draw(&sight, *panel, *place, buf);
        }
        watch::strip(&sight, areas.strip, buf);
        watch::line(&sight, Span::raw(""), areas.probes, buf);
        self.message(&sight, areas.message, buf);
        self.footer(&sight, areas.footer, buf);
        if let Some(detail) = &self.state.detail {
            detail.draw(&sight, self.state.reel.is_some(), area, buf);
        }
        if self.state.help {
            boxes::help(&sight, area, buf);
        }
        if let Some(question) = &self.state.question {
            boxes::question(&sight, question, area, buf);
        }
    }

    fn main(&self, sight: &Sight<'_>, area: Rect, buf: &mut Buffer) {
        let Some(panel) = self.state.tab.panel() else {
            return self.sessions(sight, area, buf);
        };
        watch::draw(sight, panel, area, buf);
    }

    fn sessions(&self, sight: &Sight<'_>, area: Rect, buf: &mut Buffer) {
        let picture = sight.picture();
        let table = picture.map(|picture| self.state.table(picture));
        let sessions = picture.zip(table.as_deref());
        let sessions = sessions.map_or_else(Vec::new, |(picture, table)| table.sessions(picture));
        let reverse = if self.state.reverse { ", reversed" } else { "" };
        let title = match picture {
            Some(picture) => {
                let elsewhere = match picture.connections.elsewhere() {
                    0 => String::new(),
                    others => format!(" here, {others} in other databases"),
                };
                let order = self.state.order.word();
                let listed = picture.sessions.iter().filter(|one| !one.is_monitor());
                let here = picture.connections.here_by_state.all();
                let cut = if listed.count() < here as usize {
                    format!(" of {here}")
                } else {
                    String::new()
                };
                format!(
                    "Sessions  {}{cut}{elsewhere}, by {order}{reverse}",
                    sessions.len()
                )
            }
            None => "Sessions".to_owned(),
        };
        let inner = frame(self.theme, &sight.title(&title), true, area, buf);
        let Some(table) = table else {
            return sight.absent(inner, buf);
        };
        sessions::draw(sight, &sessions, table.longest(), inner, buf);
    }

    fn header(&self, sight: &Sight<'_>, area: Rect, buf: &mut Buffer) {
        let mut left = vec![sight.span(" gonogo monitor  ", Role::Title)];
        if let Some(database) = sight.shown() {
            left.push(sight.span(database.called(), Role::Text));
            if let Link::Down { .. } = database.link {
                left.push(sight.span("  NO CONNECTION", Role::Bad));
            }
            if let Some(picture) = sight.picture() {
                let server = &picture.server;
                let standby = if server.in_recovery { ", standby" } else { "" };
                let up = server.up.map(|up| up + self.now.since(picture.at));
                if let Some(up) = up.filter(|up| *up < JUST_STARTED) {
                    let words = format!("  STARTED {} ago", words::short(up));
                    left.push(sight.span(words, Role::Warn));
                }
                let words = format!(
                    "  PostgreSQL {}{standby}  as {}",
                    server.version, server.role
                );
                left.push(sight.span(words, Role::Text));
            }
        }
        let mut right = self.standing(sight);
        let alerts = watch::alerts_counted(sight);
        let wide = |spans: &[Span<'_>]| spans.iter().map(Span::width).sum::<usize>();
        // What is said nowhere else is not cut for what the next line says as well.
        if wide(&right) + wide(&alerts) <= usize::from(area.width / 3 * 2) {
            right.splice(..0, alerts);
        }
        put_both(area, 0, Line::from(left), Line::from(right), buf);
    }

    /// What stands still, or is played, or when the picture is from.
    fn standing(&self, sight: &Sight<'_>) -> Vec<Span<'static>> {
        if let Some(reel) = &self.state.reel {
            let how = if reel.plays {
                format!("▶ {}×", reel.speed)
            } else {
                "■".to_owned()
            };
            let words = format!(
                "recording  {how}  {} of {}  {} ",
                reel.at + 1,
                reel.frames,
                self.now.local("%Y-%m-%d %H:%M:%S")
            );
            let mut spans = vec![sight.span(words, Role::Warn)];
            if let Some((first, more)) = self.state.missing.split_first() {
                let more = match more.len() {
                    0 => String::new(),
                    count => format!(" and {count} more"),
                };
                let words = format!("MISSING {first}{more}  ");
                spans.insert(0, sight.span(words, Role::Bad));
            }
            return spans;
        }
        if let Some((_, since)) = &self.state.frozen {
            let age = words::short(self.now.since(*since));
            return vec![sight.span(format!("FROZEN {age} ago, space goes on "), Role::Alarm)];
        }
        vec![sight.span(format!("{} ", self.now.to_local_time()), Role::Dim)]
    }

    fn tabs(&self, sight: &Sight<'_>, area: Rect, buf: &mut Buffer) {
        let mut spans = vec![Span::raw(" ")];
        for (at, tab) in Tab::ALL.into_iter().enumerate() {
            let role = if tab == self.state.tab {
                Role::Selected
            } else {
                mark(sight, tab).map_or(Role::Text, |(_, role)| role)
            };
            spans.push(sight.span(format!("{}", at + 1), Role::Key));
            spans.push(sight.span(self.label(sight, tab, area.width), role));
        }
        put(area, 0, Line::from(spans), buf);
    }

    /// What stands behind the number of a tab.
    fn label(&self, sight: &Sight<'_>, tab: Tab, width: u16) -> String {
        let named = tab == self.state.tab || width >= ALL_NAMED;
        let name = named.then(|| tab.label(width).to_owned());
        let mark = mark(sight, tab).map(|(words, _)| words);
        let words: Vec<String> = name.into_iter().chain(mark).collect();
        if words.is_empty() {
            return " ".to_owned();
        }
        format!(" {} ", words.join(" "))
    }

    /// What a click at this place means: another tab, or a session.
    pub fn clicked(&self, area: Rect, x: u16, y: u16) -> Clicked {
        let areas = self.areas(area);
        let at = Position { x, y };
        if areas.tabs.contains(at) {
            let mut from = areas.tabs.x + 1;
            let sight = self.sight();
            for tab in Tab::ALL {
                let width = clip::width(&self.label(&sight, tab, areas.tabs.width)) as u16 + 1;
                if (from..from + width).contains(&x) {
                    return Clicked::Tab(tab);
                }
                from += width;
            }
        }
        if areas.main.contains(at) {
            let sight = self.sight();
            let row = y.saturating_sub(areas.main.y + 1);
            let session = match self.state.tab.panel() {
                None => {
                    let listed = self.state.sessions(sight.health);
                    let height = areas.main.height.saturating_sub(2);
                    sessions::at(&listed, sight.session, height, row)
                }
                Some(panel) => watch::session_at(&sight, panel, areas.main, usize::from(row)),
            };
            return session.map_or(Clicked::Nothing, Clicked::Session);
        }
        Clicked::Nothing
    }
}

/// What a tab tells of its panel while another is looked at.
fn mark(sight: &Sight<'_>, tab: Tab) -> Option<(String, Role)> {
    if tab != Tab::Alerts {
        return None;
    }
    match watch::alert_counts(sight) {
        (0, 0) => None,
        (0, blind) => Some((format!("{blind}?"), Role::Warn)),
        (firing, _) => Some((format!("{firing}!"), Role::Bad)),
    }
}

/// What was clicked on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clicked {
    /// The name of a panel.
    Tab(Tab),
    /// A session, by its process.
    Session(i32),
    /// Nothing that can be picked.
    Nothing,
}
