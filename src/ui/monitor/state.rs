//! What the person at the monitor's screen looks at, and what becomes of it when a key is pressed.
//! Pure: what is to be done comes back as values.

use std::cell::{Ref, RefCell};
use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind};
use ratatui::layout::Rect;

use super::act::Act;
use super::detail::Detail;
use super::keymap::{Want, want_of};
use super::sessions::{Order, Table, Wish};
use super::tab::Tab;
use super::wish::Question;
use crate::clock::Moment;
use crate::monitor::{Health, Missing, Picture, Session};
use crate::ui::keys::Key;
use crate::ui::panels::watch::Cursor;

/// A recording that is played.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reel {
    /// The frame that is shown, counted from 0.
    pub at: usize,
    /// How many there are.
    pub frames: usize,
    /// Whether it goes on by itself.
    pub plays: bool,
    /// How many times as fast as it was.
    pub speed: u32,
}

/// Everything about the look of the screen that is not in the health.
#[derive(Default)]
pub struct State {
    /// What has the large place.
    pub tab: Tab,
    /// Which database is shown.
    pub database: usize,
    /// The cursor in the sessions.
    pub session: Cursor,
    /// What the sessions are sorted by.
    pub order: Order,
    /// Whether the other way around.
    pub reverse: bool,
    /// Only what holds this text is shown.
    pub filter: String,
    /// Whether keys are letters of the filter.
    pub typing: bool,
    /// The picture that stands still.
    pub frozen: Option<(Arc<Health>, Moment)>,
    /// What lies over the panels.
    pub detail: Option<Detail>,
    /// What is asked.
    pub question: Option<Question>,
    /// Whether the keys are shown.
    pub help: bool,
    /// What the last key came to, and whether that is bad.
    pub message: Option<(String, bool)>,
    /// The session of which that says that it is still there.
    pub(super) awaited: Option<i32>,
    /// The recording that is played, if one is.
    pub reel: Option<Reel>,
    /// What can't be played of it.
    pub missing: Vec<Missing>,
    /// The size of the screen.
    pub size: Rect,
    /// The sessions as they were last shown.
    table: RefCell<Table>,
}

impl State {
    /// What is shown: what stands still, else the newest.
    pub fn health<'a>(&'a self, newest: &'a Arc<Health>) -> &'a Arc<Health> {
        self.frozen.as_ref().map_or(newest, |(health, _)| health)
    }

    /// The database that is shown, by its name.
    pub fn database_name(&self, health: &Health) -> Option<String> {
        let databases = &health.databases;
        let shown = databases.get(self.database % databases.len().max(1))?;
        Some(shown.name.clone())
    }

    pub(super) fn picture<'h>(&self, health: &'h Health) -> Option<&'h Arc<Picture>> {
        let databases = &health.databases;
        let shown = databases.get(self.database % databases.len().max(1))?;
        shown.picture.as_ref()
    }

    /// The table of the sessions of `picture`, as it is wished.
    pub(super) fn table(&self, picture: &Arc<Picture>) -> Ref<'_, Table> {
        let wish = Wish {
            order: self.order,
            reverse: self.reverse,
            filter: self.filter.clone(),
        };
        self.table.borrow_mut().fit(picture, wish);
        self.table.borrow()
    }

    /// The sessions that can be under the cursor, in their order.
    pub fn sessions<'h>(&self, health: &'h Health) -> Vec<&'h Session> {
        let Some(picture) = self.picture(health) else {
            return Vec::new();
        };
        match self.tab.panel() {
            None => self.table(picture).sessions(picture),
            Some(panel) => panel.sessions(picture, &self.filter).collect(),
        }
    }

    /// The cursor: on the session that was picked; before any was, on the one that was drawn first.
    pub(super) fn cursor(&self, health: &Health) -> Cursor {
        let mut cursor = self.session;
        if cursor.session().is_none() {
            cursor.stand(self.sessions(health).first().map(|session| session.pid));
        }
        cursor
    }

    /// Takes note of what is drawn: keys are about what somebody has seen.
    pub fn settle(&mut self, newest: &Arc<Health>) {
        let health = Arc::clone(self.health(newest));
        let listed = self.pids(&health);
        self.session.stand(listed.first().copied());
        self.session.settle(listed);
        let is_there = |pid, picture: &Picture| picture.sessions.iter().any(|one| one.pid == pid);
        if let (Some(pid), Some(picture)) = (self.awaited, self.picture(&health))
            && !is_there(pid, picture)
        {
            let words = format!("session {pid} has ended after all");
            (self.message, self.awaited) = (Some((words, false)), None);
        }
    }

    fn pids(&self, health: &Health) -> Vec<i32> {
        let sessions = self.sessions(health).into_iter();
        sessions.map(|session| session.pid).collect()
    }

    /// The session that keys are about: the one that is looked at from near, else the one under the
    /// cursor. The error says why there is none.
    pub(super) fn picked(&self, health: &Health) -> Result<Session, String> {
        if let Some(Detail { session, .. }) = &self.detail {
            let now = self.picture(health).and_then(|now| now.again(session));
            return Ok(now.unwrap_or(session).clone());
        }
        let Some(pid) = self.cursor(health).session() else {
            let hidden = self.picture(health).and_then(|now| now.hidden_sessions());
            return Err(hidden.unwrap_or_else(|| "no session is under the cursor".to_owned()));
        };
        let sessions = self.sessions(health);
        let found = sessions.into_iter().find(|session| session.pid == pid);
        let gone = || format!("session {pid} is not listed any more: pick another");
        found.cloned().ok_or_else(gone)
    }

    /// Takes a key in.
    pub fn key(&mut self, event: &KeyEvent, newest: &Arc<Health>, now: Moment) -> Vec<Act> {
        if event.kind == KeyEventKind::Release {
            return Vec::new();
        }
        if self.typing {
            self.type_filter(event);
            return Vec::new();
        }
        let Some(key) = Key::from_event(event) else {
            return Vec::new();
        };
        if let Some(question) = self.question.take() {
            return self.answer(&question, key);
        }
        let Some(want) = want_of(key) else {
            return Vec::new();
        };
        (self.message, self.awaited) = (None, None);
        self.carry_out(want, newest, now)
    }

    /// Others are listed with each letter, so that nobody is picked any more.
    fn type_filter(&mut self, event: &KeyEvent) {
        self.session = Cursor::default();
        match event.code {
            KeyCode::Char(letter) => self.filter.push(letter),
            KeyCode::Backspace => drop(self.filter.pop()),
            KeyCode::Enter => self.typing = false,
            KeyCode::Esc => {
                self.typing = false;
                self.filter.clear();
            }
            _ => {}
        }
    }

    fn carry_out(&mut self, want: Want, newest: &Arc<Health>, now: Moment) -> Vec<Act> {
        let health = Arc::clone(self.health(newest));
        match want {
            Want::Show(tab) => self.show(tab),
            Want::Next => self.turn(1),
            Want::Previous => self.turn(Tab::ALL.len() - 1),
            Want::Up => self.move_by(&health, -1),
            Want::Down => self.move_by(&health, 1),
            Want::PageUp => self.move_by(&health, -i64::from(self.page())),
            Want::PageDown => self.move_by(&health, i64::from(self.page())),
            Want::Top => self.go_to_end(&health, false),
            Want::Bottom => self.go_to_end(&health, true),
            Want::Sort => self.sort(),
            Want::Reverse => self.reverse = !self.reverse,
            Want::Filter if self.tab.is_list() => self.typing = true,
            Want::Filter => {
                let words = "only sessions, locks and slower statements can be filtered";
                self.message = Some((words.to_owned(), true));
            }
            Want::Freeze => self.freeze(newest, now),
            Want::Database => {
                self.database = (self.database + 1) % health.databases.len().max(1);
                self.session = Cursor::default();
                self.detail = None;
            }
            Want::Back => self.wind(-1),
            Want::Forward => self.wind(1),
            Want::Slower => self.speed(|speed| (speed / 2).max(1)),
            Want::Faster => self.speed(|speed| (speed * 2).min(64)),
            Want::Help => self.help = !self.help,
            Want::Close => self.close(),
            Want::Quit => return vec![Act::Quit],
            Want::Suspend => return vec![Act::Suspend],
            Want::Inspect | Want::Explain | Want::Copy | Want::Cancel | Want::Terminate => {
                return self.about_session(want, &health, now);
            }
        }
        Vec::new()
    }

    /// The wheel moves what is listed.
    pub fn wheel(&mut self, want: Want, newest: &Arc<Health>) {
        let health = Arc::clone(self.health(newest));
        self.move_by(&health, if want == Want::Down { 1 } else { -1 });
    }

    /// Gives the large place to `tab`, whose cursor begins at its top.
    pub(super) fn show(&mut self, tab: Tab) {
        if tab != self.tab {
            self.session = Cursor::default();
        }
        self.tab = tab;
        self.detail = None;
    }

    fn turn(&mut self, by: usize) {
        let at = Tab::ALL.iter().position(|tab| *tab == self.tab);
        self.show(Tab::ALL[(at.unwrap_or(0) + by) % Tab::ALL.len()]);
    }

    fn page(&self) -> u16 {
        self.size.height.saturating_sub(8).max(1)
    }

    fn move_by(&mut self, health: &Health, by: i64) {
        if let Some(detail) = &mut self.detail {
            detail.scroll(by);
            return;
        }
        self.session = self.cursor(health);
        self.session.step(&self.pids(health), by);
    }

    fn go_to_end(&mut self, health: &Health, end: bool) {
        match &mut self.reel {
            Some(reel) if self.detail.is_none() => {
                reel.at = if end {
                    reel.frames.saturating_sub(1)
                } else {
                    0
                };
            }
            _ => self.move_by(health, if end { i64::MAX } else { i64::MIN }),
        }
    }

    fn sort(&mut self) {
        let at = Order::ALL.iter().position(|order| *order == self.order);
        self.order = Order::ALL[(at.unwrap_or(0) + 1) % Order::ALL.len()];
    }

    fn freeze(&mut self, newest: &Arc<Health>, now: Moment) {
        if let Some(reel) = &mut self.reel {
            reel.plays = !reel.plays;
            return;
        }
        self.frozen = match self.frozen {
            Some(_) => None,
            None => Some((Arc::clone(newest), now)),
        };
    }

    fn wind(&mut self, by: i64) {
        let Some(reel) = &mut self.reel else {
            self.message = Some(("that is for recordings".to_owned(), true));
            return;
        };
        reel.plays = false;
        let last = reel.frames.saturating_sub(1) as i64;
        reel.at = (reel.at as i64 + by).clamp(0, last) as usize;
    }

    fn speed(&mut self, change: impl Fn(u32) -> u32) {
        if let Some(reel) = &mut self.reel {
            reel.speed = change(reel.speed);
        }
    }

    fn close(&mut self) {
        if self.help {
            self.help = false;
        } else if self.detail.is_some() {
            self.detail = None;
        } else {
            self.filter.clear();
            self.session = Cursor::default();
        }
    }
}
