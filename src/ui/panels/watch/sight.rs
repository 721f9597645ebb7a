//! The one value that the panels of what is watched are drawn from.

use std::sync::Arc;
use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Widget};

use super::cursor::Cursor;
use super::locks::kept;
use super::running::listed;
use crate::clock::Moment;
use crate::monitor::{DatabaseHealth, Health, Link, LockNode, Picture, Session};
use crate::run::RunState;
use crate::ui::scene::put;
use crate::ui::theme::{Role, Theme};
use crate::ui::widgets::{chars, clip};
use crate::ui::words;

/// A picture older than this says how old it is.
const FRESH: Duration = Duration::from_secs(3);

/// One of the panels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Panel {
    /// Who waits for whom.
    Locks,
    /// How many sessions there are.
    Connections,
    /// What runs.
    Running,
    /// What has become slower.
    Slower,
    /// How far long statements have come.
    Progress,
    /// How the database is altogether.
    Vitals,
    /// What migration tools have done.
    Migrations,
    /// What is measured besides.
    Probes,
    /// The rules about all that is measured.
    Alerts,
}

impl Panel {
    /// Those that can have the lower place of the database's column, in the order of their key.
    pub const LOWER: [Panel; 7] = [
        Panel::Running,
        Panel::Slower,
        Panel::Progress,
        Panel::Vitals,
        Panel::Migrations,
        Panel::Probes,
        Panel::Alerts,
    ];

    /// The sessions that it lists, in its order, of those that hold the text `filter`.
    pub fn sessions<'p>(
        self,
        picture: &'p Picture,
        filter: &str,
    ) -> Box<dyn Iterator<Item = &'p Session> + 'p> {
        match self {
            Panel::Locks => {
                let nodes = &picture.locks.nodes;
                let kept = kept(&picture.locks, filter).into_iter();
                Box::new(kept.map(|at| &nodes[at].session))
            }
            Panel::Running => {
                let listed = listed(picture, filter).into_iter();
                Box::new(listed.map(|(session, _)| session))
            }
            _ => Box::new(std::iter::empty()),
        }
    }
}

/// Everything there is to draw of what is watched.
#[derive(Clone, Copy)]
pub struct Sight<'a> {
    /// What is known.
    pub health: &'a Health,
    /// What the run says of alerts; none where nothing is run.
    pub run: Option<&'a RunState>,
    /// Which database is shown, by its place.
    pub database: usize,
    /// The panel that has the keys.
    pub focus: Option<Panel>,
    /// The cursor in the sessions of that panel.
    pub session: Cursor,
    /// Only what holds this text is listed; empty: everything.
    pub filter: &'a str,
    /// The moment.
    pub now: Moment,
    /// What things look like.
    pub theme: Theme,
}

impl<'a> Sight<'a> {
    /// The style of `role`.
    pub fn style(&self, role: Role) -> Style {
        self.theme.style(role)
    }

    /// A piece of a line. Whatever `text` holds, it stays on its line and in its place.
    pub fn span<'t>(&self, text: impl AsRef<str>, role: Role) -> Span<'t> {
        span(self.theme, text, role)
    }

    /// The database that is shown.
    pub fn shown(&self) -> Option<&'a DatabaseHealth> {
        let databases = &self.health.databases;
        databases.get(self.database % databases.len().max(1))
    }

    /// The databases that are not shown.
    pub fn hidden(&self) -> impl Iterator<Item = &'a DatabaseHealth> + use<'a> {
        let databases = &self.health.databases;
        let shown = self.database % databases.len().max(1);
        let numbered = databases.iter().enumerate();
        numbered.filter_map(move |(at, database)| (at != shown).then_some(database))
    }

    /// What was last seen of it.
    pub fn picture(&self) -> Option<&'a Arc<Picture>> {
        self.shown()?.picture.as_ref()
    }

    /// Who keeps our step from going on, else who keeps anybody.
    pub fn blocker(&self) -> Option<&'a LockNode> {
        self.picture()?.blocker()
    }

    /// Draws the frame of `panel` and tells what is left inside. The title has the database's name
    /// where there are several, and the age of what is not fresh.
    pub fn frame(&self, panel: Panel, what: &str, area: Rect, buf: &mut Buffer) -> Rect {
        let focused = self.focus == Some(panel);
        // These are not about one database.
        let title = match panel {
            Panel::Probes | Panel::Alerts => what.to_owned(),
            _ => self.title(what),
        };
        frame(self.theme, &title, focused, area, buf)
    }

    /// The title of a panel that shows `what`.
    pub fn title(&self, what: &str) -> String {
        let Some(database) = self.shown() else {
            return what.to_owned();
        };
        let what = if self.health.databases.len() > 1 {
            let (name, rest) = what.split_once("  ").unwrap_or((what, ""));
            format!("{name} ({})  {rest}", database.name)
        } else {
            what.to_owned()
        };
        let age = self.old().map(|age| format!("  {} old", words::short(age)));
        format!("{}{}", what.trim_end(), age.unwrap_or_default())
    }

    /// How old the picture is, where it is not fresh.
    pub fn old(&self) -> Option<Duration> {
        self.age(self.picture()?)
    }

    /// How old `picture` is, where it is not fresh.
    pub fn age(&self, picture: &Picture) -> Option<Duration> {
        self.since(picture.at)
    }

    /// How long ago `at` was, where what was seen then is not fresh.
    pub fn since(&self, at: Moment) -> Option<Duration> {
        let age = self.now.since(at);
        (age > FRESH).then_some(age)
    }

    /// What is wrong with the connection, if something is, and how old the picture is.
    pub fn trouble(&self) -> Option<String> {
        let old = self.old();
        let old = old.map(|age| format!("seen {} ago", words::short(age)));
        let database = self.shown()?;
        let why = match &database.link {
            Link::Connecting => Some("connecting".to_owned()),
            Link::Down { since, reason, .. } => Some(format!(
                "no connection for {}: {reason}",
                words::short(self.now.since(*since))
            )),
            Link::Up { .. } => database.trouble.clone(),
        };
        match (old, why) {
            (Some(old), Some(why)) => Some(format!("{old}; {why}")),
            (old, why) => old.or(why),
        }
    }

    /// Says why there is no picture of the database.
    pub fn absent(&self, inner: Rect, buf: &mut Buffer) {
        let (why, role) = match (self.shown(), self.trouble()) {
            (None, _) => ("nothing is watched yet".to_owned(), Role::Dim),
            (Some(_), Some(why)) => (why, Role::Warn),
            (Some(_), None) => ("nothing seen yet".to_owned(), Role::Warn),
        };
        self.say(&why, role, inner, buf);
    }

    /// Says something in as many rows as it takes.
    pub fn say(&self, words: &str, role: Role, inner: Rect, buf: &mut Buffer) {
        let words = chars::one_line(words);
        for (row, words) in (0..).zip(clip::wrap(&words, usize::from(inner.width))) {
            put(inner, row, Line::from(self.span(words, role)), buf);
        }
    }
}

/// A piece of a line in the style of `role`. Whatever `text` holds, it stays on its line.
pub fn span<'t>(theme: Theme, text: impl AsRef<str>, role: Role) -> Span<'t> {
    Span::styled(
        chars::one_line(text.as_ref()).into_owned(),
        theme.style(role),
    )
}

/// Keys and what they do.
pub fn keys<'t>(theme: Theme, keys: &[(&str, &str)]) -> Line<'t> {
    let pieces = keys.iter().flat_map(|(key, what)| {
        [
            span(theme, key, Role::Key),
            span(theme, format!(" {what}  "), Role::Text),
        ]
    });
    Line::from(pieces.collect::<Vec<_>>())
}

/// Draws a panel's frame and tells what is left inside.
pub fn frame(theme: Theme, title: &str, focused: bool, area: Rect, buf: &mut Buffer) -> Rect {
    let role = if focused {
        Role::FrameFocused
    } else {
        Role::Frame
    };
    let room = usize::from(area.width.saturating_sub(4));
    let title = chars::one_line(title);
    let title = Line::from(vec![
        Span::raw(" "),
        Span::styled(
            clip::clip(&title, room).into_owned(),
            // The frame is dim; its title is not.
            theme.style(Role::Title).not_dim(),
        ),
        Span::raw(" "),
    ]);
    let kind = if focused {
        BorderType::Thick
    } else {
        BorderType::Plain
    };
    let block = Block::bordered()
        .border_type(kind)
        .border_style(theme.style(role))
        .title(title);
    let inner = block.inner(area);
    block.render(area, buf);
    inner
}
