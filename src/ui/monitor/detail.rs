//! One session from near, over the panels.

use std::cell::Cell;
use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::{Clear, Widget};

use super::page::{Page, on_for};
use super::prepared;
use crate::clock::Moment;
use crate::monitor::{Inspection, Planned, Session, Shown, State as Doing};
use crate::ui::panels::watch::{Sight, frame};
use crate::ui::scene::put;
use crate::ui::theme::Role;
use crate::ui::words::{count, short};

/// How often what a closer look brings is asked for again: for that the server asks all who wait.
const AGAIN: Duration = Duration::from_secs(5);

/// How a statement would be carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Plan {
    /// Nobody has asked.
    NotAsked,
    /// The server was asked.
    Asked,
    /// It has said it, or why there is none.
    Told(Result<Planned, String>),
}

/// What is looked at.
#[derive(Clone, Debug, PartialEq)]
pub struct Detail {
    /// The session as it was listed.
    pub session: Session,
    /// What a closer look has brought; none while it has not.
    pub near: Option<Result<Inspection, String>>,
    /// When that was asked for, and when the answer was asked for that is here.
    asked: Option<Moment>,
    answered: Option<Moment>,
    /// How its statement would be carried out.
    pub plan: Plan,
    /// The first row that is shown.
    top: usize,
    /// The last that can be the first, as it was last drawn.
    last: Cell<usize>,
}

impl Detail {
    /// Before anything was asked.
    pub fn new(session: Session) -> Self {
        Detail {
            session,
            near: None,
            asked: None,
            answered: None,
            plan: Plan::NotAsked,
            top: 0,
            last: Cell::new(0),
        }
    }

    /// Takes note that a closer look is asked for.
    pub fn ask(&mut self, now: Moment) {
        self.asked = Some(now);
    }

    /// Takes in what it has brought.
    pub fn take(&mut self, near: Result<Inspection, String>) {
        self.near = Some(near);
        self.answered = self.asked;
    }

    /// Whether what it has brought is so old that it is to be asked for again. What is asked for is waited for.
    pub fn is_old(&self, now: Moment) -> bool {
        let answered = self.answered.filter(|_| self.answered == self.asked);
        answered.is_some_and(|at| now.since(at) >= AGAIN)
    }

    /// As much as is known of the statement of the session, which is `now` as it was last listed: a closer
    /// look may have seen the one before.
    pub fn statement(&self, now: &Session) -> Shown {
        let listed = now.statement.as_deref().unwrap_or_default();
        match &self.near {
            Some(Ok(near)) if near.statement.starts_with(listed) => Shown {
                text: near.statement.clone(),
                cut: near.cut,
            },
            _ => Shown {
                text: listed.to_owned(),
                cut: now.is_statement_cut(),
            },
        }
    }

    /// Moves what is shown.
    pub fn scroll(&mut self, by: i64) {
        let last = self.last.get() as i64;
        self.top = (self.top as i64).saturating_add(by).clamp(0, last) as usize;
    }

    /// Draws it over a screen, but for the last lines, which say what keys do and did.
    /// A recording can't be asked for more.
    pub fn draw(&self, sight: &Sight<'_>, recorded: bool, area: Rect, buf: &mut Buffer) {
        let place = Rect {
            x: area.x + area.width.min(4) / 2,
            y: area.y + area.height.min(2) / 2,
            width: area.width.saturating_sub(4),
            height: area.height.saturating_sub(4),
        };
        Clear.render(place, buf);
        let title = match self.session.state {
            Doing::Prepared if recorded => "Prepared transaction  (esc closes)".to_owned(),
            Doing::Prepared => "Prepared transaction  (esc closes, enter looks again)".to_owned(),
            _ => {
                let asks = if recorded {
                    ""
                } else {
                    ", enter looks again, e explains"
                };
                format!("Session {}  (esc closes{asks}, y copies)", self.session.pid)
            }
        };
        let inner = frame(sight.theme, &title, true, place, buf);
        let lines = self.lines(sight, usize::from(inner.width));
        let last = lines.len().saturating_sub(usize::from(inner.height));
        self.last.set(last);
        let top = self.top.min(last);
        for (row, line) in (0..inner.height).zip(lines.into_iter().skip(top)) {
            put(inner, row, line, buf);
        }
    }

    fn lines(&self, sight: &Sight<'_>, width: usize) -> Vec<Line<'static>> {
        let mut page = match self.session.state {
            Doing::Prepared => prepared::page(sight, self.near.as_ref(), &self.age(sight)),
            _ => self.page(sight),
        };
        if self.plan != Plan::NotAsked {
            page.title("Plan");
        }
        match &self.plan {
            Plan::NotAsked => {}
            Plan::Asked => page.say("being planned …", Role::Dim),
            Plan::Told(Err(why)) => page.say(why, Role::Warn),
            Plan::Told(Ok(plan)) => {
                plan.notes
                    .iter()
                    .for_each(|note| page.say(note, Role::Warn));
                plan.lines
                    .iter()
                    .for_each(|line| page.say(line, Role::Text));
            }
        }
        page.lines(sight, width)
    }

    fn page(&self, sight: &Sight<'_>) -> Page {
        let mut page = Page::default();
        self.who(sight, &mut page);
        let now = self.now(sight).unwrap_or(&self.session);
        let statement = self.statement(now).text;
        page.title("Statement");
        let untracked = now.state == Doing::Hidden;
        let untracked = untracked
            && sight
                .picture()
                .is_some_and(|seen| seen.server.rights.may_see_all);
        page.say(
            match &statement[..] {
                "" if now.is_seen() => "none",
                "" if untracked => "(not kept track of: track_activities is off)",
                "" => "(it may not be seen)",
                statement => statement,
            },
            Role::Text,
        );
        page.title(&format!("Locks{}", self.age(sight)));
        match &self.near {
            None => page.say("being looked up …", Role::Dim),
            Some(Err(why)) => page.say(why, Role::Warn),
            Some(Ok(near)) => {
                page.pids("waits for", &near.blocked_by);
                page.pids("blocks", &near.blocks);
                page.locks(&near.locks);
            }
        }
        page
    }

    /// How old that is which a closer look has brought, in words, where it is not fresh.
    fn age(&self, sight: &Sight<'_>) -> String {
        let age = self.answered.and_then(|at| sight.since(at));
        age.map_or(String::new(), |age| format!("  {} old", short(age)))
    }

    /// The session as it is now, if it is still listed.
    fn now<'s>(&self, sight: &'s Sight<'_>) -> Option<&'s Session> {
        sight.picture()?.again(&self.session)
    }

    fn who(&self, sight: &Sight<'_>, page: &mut Page) {
        let now = self.now(sight);
        let session = now.unwrap_or(&self.session);
        let unknown = || "unknown".to_owned();
        let age = |age: Option<Duration>| age.map_or_else(unknown, short);
        let client = session
            .client
            .map_or_else(unknown, |client| client.to_string());
        let ours = session
            .ours
            .as_ref()
            .map(|ours| format!("  {}", ours.words()));
        let mut say = |words: String| page.say(&words, Role::Text);
        let whose = if session.is_of_the_server() {
            format!("{}  a process of the server itself", session.name())
        } else {
            let user = session.user.as_deref().unwrap_or("unknown");
            let name = match session.application.as_str() {
                "" => "unnamed",
                name => name,
            };
            format!("{name}  user {user}  from {client}")
        };
        let database = session.database.as_deref().unwrap_or("unknown");
        let ours = ours.unwrap_or_default();
        say(format!("{whose}  database {database}{ours}"));
        let waits = self.waits(sight, session);
        say(format!("{}  waits: {waits}", session.state.words()));
        let transaction = match session.transaction_age {
            None if session.is_seen() => "none".to_owned(),
            open => age(open),
        };
        say(format!(
            "there for {}  transaction {transaction}  statement {}  in this state {}",
            age(session.session_age),
            age(session.query_age),
            age(session.state_age)
        ));
        if now.is_none() {
            say("so it was when it was last listed".to_owned());
        }
        if let Some(snapshot) = session.snapshot_age {
            let age = count(snapshot as usize, "transaction");
            say(format!("its snapshot is {age} old"));
        }
        if let Some(why) = session.before_signal() {
            say(why.to_owned());
        }
        let hidden = sight.picture().filter(|_| session.state == Doing::Hidden);
        if let Some(why) = hidden.and_then(|picture| picture.server.hidden(session.pid)) {
            page.say(&why, Role::Warn);
        }
    }

    /// What it waits for. Who may not see what it does sees among the locks whether it waits for one.
    fn waits(&self, sight: &Sight<'_>, session: &Session) -> String {
        if let Some(wait) = &session.wait {
            return wait.clone();
        }
        let near = self.near.iter().flatten();
        let mut wanted = near.flat_map(|near| &near.locks);
        if let Some(lock) = wanted.find(|lock| !lock.granted) {
            return on_for(&lock.mode, &lock.object, lock.waited);
        }
        let nodes = sight.picture().into_iter().flat_map(|p| &p.locks.nodes);
        let mut wanted = nodes.filter(|node| node.session.pid == session.pid);
        match wanted.find_map(|node| node.wanted.as_ref()) {
            Some(wanted) => on_for(&wanted.mode, &wanted.object, wanted.waited),
            None if session.is_seen() => "no".to_owned(),
            None => "unknown".to_owned(),
        }
    }
}
