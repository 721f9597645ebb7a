//! One session from near, over the panels.

use std::cell::Cell;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::{Clear, Widget};

use crate::monitor::{Inspection, Session, SessionLock, Shown};
use crate::ui::panels::watch::{Sight, frame};
use crate::ui::scene::put;
use crate::ui::theme::Role;
use crate::ui::widgets::{chars, clip};
use crate::ui::words::short;

/// How a statement would be carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Plan {
    /// Nobody has asked.
    NotAsked,
    /// The server was asked.
    Asked,
    /// It has said it, or why there is none.
    Told(Result<Vec<String>, String>),
}

/// What is looked at.
#[derive(Clone, Debug, PartialEq)]
pub struct Detail {
    /// The session as it was listed.
    pub session: Session,
    /// What a closer look has brought; none while it has not.
    pub near: Option<Result<Inspection, String>>,
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
            plan: Plan::NotAsked,
            top: 0,
            last: Cell::new(0),
        }
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
    pub fn draw(&self, sight: &Sight<'_>, area: Rect, buf: &mut Buffer) {
        let place = Rect {
            x: area.x + area.width.min(4) / 2,
            y: area.y + area.height.min(2) / 2,
            width: area.width.saturating_sub(4),
            height: area.height.saturating_sub(4),
        };
        Clear.render(place, buf);
        let title = format!(
            "Session {}  (esc closes, enter looks again, e explains, y copies)",
            self.session.pid
        );
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
        let mut lines = self.who(sight);
        let mut say = |text: &str, role| {
            for part in text.lines() {
                let part = chars::one_line(part);
                let rows = clip::wrap(&part, width).into_iter();
                lines.extend(rows.map(|row| Line::from(sight.span(row, role))));
            }
        };
        say(" ", Role::Text);
        let statement = self
            .statement(self.now(sight).unwrap_or(&self.session))
            .text;
        say("Statement", Role::Title);
        say(
            if statement.is_empty() {
                "(it may not be seen)"
            } else {
                &statement
            },
            Role::Text,
        );
        say(" ", Role::Text);
        say("Locks", Role::Title);
        match &self.near {
            None => say("being looked up …", Role::Dim),
            Some(Err(why)) => say(why, Role::Warn),
            Some(Ok(near)) => {
                for (what, pids) in [("waits for", &near.blocked_by), ("blocks", &near.blocks)] {
                    if !pids.is_empty() {
                        let pids: Vec<String> = pids.iter().map(ToString::to_string).collect();
                        say(&format!("{what} {}", pids.join(", ")), Role::Warn);
                    }
                }
                for lock in &near.locks {
                    let (words, role) = lock_words(lock);
                    say(&words, role);
                }
                if near.locks.is_empty() {
                    say("none", Role::Dim);
                }
            }
        }
        if self.plan != Plan::NotAsked {
            say(" ", Role::Text);
            say("Plan", Role::Title);
        }
        match &self.plan {
            Plan::NotAsked => {}
            Plan::Asked => say("being planned …", Role::Dim),
            Plan::Told(Err(why)) => say(why, Role::Warn),
            Plan::Told(Ok(plan)) => plan.iter().for_each(|line| say(line, Role::Text)),
        }
        lines
    }

    /// The session as it is now, if it is still listed.
    fn now<'s>(&self, sight: &'s Sight<'_>) -> Option<&'s Session> {
        sight.picture()?.again(&self.session)
    }

    fn who(&self, sight: &Sight<'_>) -> Vec<Line<'static>> {
        let now = self.now(sight);
        let session = now.unwrap_or(&self.session);
        let unknown = || "unknown".to_owned();
        let age = |age: Option<std::time::Duration>| age.map_or_else(unknown, short);
        let client = session
            .client
            .map_or_else(unknown, |client| client.to_string());
        let ours = session
            .ours
            .as_ref()
            .map(|ours| format!("  {}", ours.words()));
        let mut lines = vec![
            format!(
                "{}  user {}  from {client}  database {}{}",
                if session.application.is_empty() {
                    "unnamed"
                } else {
                    &session.application
                },
                session.user.as_deref().unwrap_or("unknown"),
                session.database.as_deref().unwrap_or("unknown"),
                ours.unwrap_or_default()
            ),
            format!(
                "{}  waits: {}",
                session.state.words(),
                session.wait.as_deref().unwrap_or("no")
            ),
            format!(
                "there for {}  transaction {}  statement {}  in this state {}",
                age(session.session_age),
                session.transaction_age.map_or("none".to_owned(), short),
                age(session.query_age),
                age(session.state_age)
            ),
        ];
        if now.is_none() {
            lines.push("so it was when it was last listed".to_owned());
        }
        if let Some(snapshot) = session.snapshot_age {
            lines.push(format!("its snapshot is {snapshot} transactions old"));
        }
        let lines = lines.into_iter();
        lines
            .map(|line| Line::from(sight.span(line, Role::Text)))
            .collect()
    }
}

fn lock_words(lock: &SessionLock) -> (String, Role) {
    let waited = lock.waited.map(|waited| format!(" for {}", short(waited)));
    if lock.granted {
        (
            format!("holds {} on {}", lock.mode, lock.object),
            Role::Text,
        )
    } else {
        let words = format!("waits for {} on {}", lock.mode, lock.object);
        (words + &waited.unwrap_or_default(), Role::Warn)
    }
}
