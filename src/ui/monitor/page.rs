//! What is written of something that is looked at from near.

use std::time::Duration;

use ratatui::text::Line;

use crate::monitor::{SessionLock, lock_on};
use crate::ui::panels::watch::Sight;
use crate::ui::theme::Role;
use crate::ui::widgets::{chars, clip};
use crate::ui::words::short;

/// Words, one below the other, before they are laid out in rows.
#[derive(Default)]
pub(super) struct Page(Vec<(String, Role)>);

impl Page {
    /// Says something, in a row or more.
    pub(super) fn say(&mut self, text: &str, role: Role) {
        let parts = text.lines().map(|part| (part.to_owned(), role));
        self.0.extend(parts);
    }

    /// Begins a part of its own.
    pub(super) fn title(&mut self, text: &str) {
        self.say(" ", Role::Text);
        self.say(text, Role::Title);
    }

    /// Says of which sessions something is so, if it is of any.
    pub(super) fn pids(&mut self, what: &str, pids: &[i32]) {
        if !pids.is_empty() {
            let pids = pids.iter().map(|pid| match pid {
                0 => "a prepared transaction".to_owned(),
                pid => pid.to_string(),
            });
            let pids: Vec<String> = pids.collect();
            self.say(&format!("{what} {}", pids.join(", ")), Role::Warn);
        }
    }

    /// Says what is locked and what is waited for.
    pub(super) fn locks(&mut self, locks: &[SessionLock]) {
        for lock in locks {
            let words = on_for(&lock.mode, &lock.object, lock.waited);
            if lock.granted {
                self.say(&format!("holds {words}"), Role::Text);
            } else {
                self.say(&format!("waits for {words}"), Role::Warn);
            }
        }
        if locks.is_empty() {
            self.say("none", Role::Dim);
        }
    }

    /// Its rows, none wider than `width`.
    pub(super) fn lines(&self, sight: &Sight<'_>, width: usize) -> Vec<Line<'static>> {
        let rows = |(text, role): &(String, Role)| {
            let text = chars::one_line(text);
            let rows = clip::wrap(&text, width).into_iter();
            let rows = rows.map(|row| Line::from(sight.span(row, *role)));
            rows.collect::<Vec<_>>()
        };
        self.0.iter().flat_map(rows).collect()
    }
}

/// A lock, and how long it has been waited for.
pub(super) fn on_for(mode: &str, object: &str, waited: Option<Duration>) -> String {
    let waited = waited.map(|waited| format!(" for {}", short(waited)));
    format!("{}{}", lock_on(mode, object), waited.unwrap_or_default())
}
