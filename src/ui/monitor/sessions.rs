//! The sessions of a database in a table: sorted, filtered, the one under the cursor marked.

use std::cmp::Reverse;
use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::monitor::{Picture, Session, State as Doing};
use crate::ui::panels::watch::{Cursor, Row, Sight, draw_rows, holds, state_word};
use crate::ui::scene::put;
use crate::ui::theme::Role;
use crate::ui::widgets::clip;
use crate::ui::words::short;

/// What sessions are sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Order {
    /// How long they have done what they do.
    #[default]
    State,
    /// The age of their transaction.
    Transaction,
    /// The age of their statement.
    Statement,
    /// How long they have been there.
    Session,
    /// Their application.
    Application,
    /// Their role.
    User,
    /// Where they come from.
    Client,
    /// Their process.
    Pid,
}

impl Order {
    /// All of them, in the order of the key.
    pub const ALL: [Order; 8] = [
        Order::State,
        Order::Transaction,
        Order::Statement,
        Order::Session,
        Order::Application,
        Order::User,
        Order::Client,
        Order::Pid,
    ];

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Order::State => "state and age",
            Order::Transaction => "transaction",
            Order::Statement => "statement",
            Order::Session => "session age",
            Order::Application => "application",
            Order::User => "user",
            Order::Client => "client",
            Order::Pid => "pid",
        }
    }

    /// The places of sessions, sorted: the oldest first, names as in a book.
    fn sorted(self, sessions: &[Session], places: Vec<usize>, reverse: bool) -> Vec<usize> {
        let all = (sessions, places, reverse);
        match self {
            Order::State => sorted_by(all, |one| (urgency(one), Reverse(one.state_age))),
            Order::Transaction => sorted_by(all, |one| Reverse(one.transaction_age)),
            Order::Statement => sorted_by(all, |one| Reverse(one.query_age)),
            Order::Session => sorted_by(all, |one| Reverse(one.session_age)),
            Order::Application => sorted_by(all, application),
            Order::User => sorted_by(all, |one| one.user.as_deref()),
            Order::Client => sorted_by(all, Session::client_words),
            Order::Pid => sorted_by(all, |one| one.pid),
        }
    }
}

/// The same by a key, which is made once for each; those with equal keys by their pids, whichever way around.
fn sorted_by<'s, K: Ord>(
    (sessions, places, reverse): (&'s [Session], Vec<usize>, bool),
    key: impl Fn(&'s Session) -> K,
) -> Vec<usize> {
    let places = places.into_iter();
    let mut keyed: Vec<(K, i32, usize)> = places
        .map(|at| (key(&sessions[at]), sessions[at].pid, at))
        .collect();
    keyed.sort_unstable_by(|a, b| {
        let sorted = a.0.cmp(&b.0);
        let sorted = if reverse { sorted.reverse() } else { sorted };
        sorted.then(a.1.cmp(&b.1))
    });
    keyed.into_iter().map(|(.., at)| at).collect()
}

/// What somebody wants to see first: who waits, who holds a transaction and does nothing, who works.
fn urgency(session: &Session) -> u8 {
    match session.state {
        _ if session.waits_for_others() => 0,
        state if state.holds_transaction_idly() => 1,
        Doing::Active => 2,
        Doing::Idle => 4,
        _ => 3,
    }
}

/// Which sessions are shown, and in which order. It is made once for what is seen and what is wished, however
/// often it is drawn.
#[derive(Default)]
pub(super) struct Table {
    of: Option<Arc<Picture>>,
    wish: Wish,
    /// Where the sessions are among those of the picture, in the order of the table.
    places: Vec<usize>,
    /// The columns that the longest name of an application takes.
    longest: usize,
}

/// What somebody wants to see of the sessions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Wish {
    /// What they are sorted by.
    pub(super) order: Order,
    /// Whether the other way around.
    pub(super) reverse: bool,
    /// Only what holds this text.
    pub(super) filter: String,
}

impl Table {
    /// Makes it fit, if it does not.
    pub(super) fn fit(&mut self, picture: &Arc<Picture>, wish: Wish) {
        let same = self.of.as_ref().is_some_and(|of| Arc::ptr_eq(of, picture));
        if same && self.wish == wish {
            return;
        }
        let filter = wish.filter.to_lowercase();
        let sessions = &picture.sessions;
        let shown = |at: &usize| !sessions[*at].is_monitor() && holds(&sessions[*at], &filter);
        let places = (0..sessions.len()).filter(shown).collect();
        self.places = wish.order.sorted(sessions, places, wish.reverse);
        let name = |at: &usize| match &sessions[*at] {
            session if session.ours.is_none() => clip::width(application(session)),
            session => clip::width(&named(session).0),
        };
        self.longest = self.places.iter().map(name).max().unwrap_or(0);
        self.of = Some(Arc::clone(picture));
        self.wish = wish;
    }

    /// The columns that the longest name of an application takes.
    pub(super) fn longest(&self) -> usize {
        self.longest
    }

    /// The sessions of `picture`, which it fits.
    pub(super) fn sessions<'p>(&self, picture: &'p Picture) -> Vec<&'p Session> {
        let places = self.places.iter();
        places.filter_map(|at| picture.sessions.get(*at)).collect()
    }
}

/// How many characters of a statement are looked at for its row: more than any screen is wide.
const SEEN: usize = 1_000;

/// A column: its heading and how wide it is.
type Column = (&'static str, usize);

/// The columns for a table of this width with names as long as that; the statement has the rest.
fn columns(longest: usize, width: u16) -> Vec<Column> {
    let longest = longest.clamp(11, 18);
    let all: [(Column, u16); 7] = [
        (("pid", 8), 0),
        (("application", longest), 50),
        (("user", 10), 100),
        (("client", 20), 130),
        (("state", 11), 0),
        (("in tx", 6), 70),
        (("for", 6), 0),
    ];
    let fits = all.into_iter().filter(|(_, from)| width >= *from);
    fits.map(|(column, _)| column).collect()
}

/// Draws the table of `sessions`, with names as long as that.
pub fn draw(
    sight: &Sight<'_>,
    sessions: &[&Session],
    longest: usize,
    area: Rect,
    buf: &mut Buffer,
) {
    let columns = columns(longest, area.width);
    let head: String = columns
        .iter()
        .map(|(name, width)| clip::pad(name, *width) + " ")
        .collect();
    put(
        area,
        0,
        Line::from(sight.span(format!("{head}statement"), Role::Dim)),
        buf,
    );
    let list = Rect {
        y: area.y + 1.min(area.height),
        height: area.height.saturating_sub(1),
        ..area
    };
    let rows = rows(sight.session, sessions, list.height);
    let one = |at: usize| line(sight, sessions[at], &columns);
    draw_rows(sight, &rows, (one, |_| String::new()), list, buf);
    let hidden = sight
        .picture()
        .and_then(|picture| picture.hidden_sessions());
    let below = Rect {
        y: list.y + list.height.min(rows.len() as u16),
        height: list.height.saturating_sub(rows.len() as u16),
        ..list
    };
    match hidden {
        Some(why) => sight.say(&why, Role::Warn, below, buf),
        None if !sessions.is_empty() => {}
        None if sight.filter.is_empty() => {
            sight.say("nobody else is connected here", Role::Dim, below, buf);
        }
        None => sight.say("no session is like that", Role::Dim, below, buf),
    }
}

/// The rows that are drawn of `sessions` in a list `height` high.
fn rows(cursor: Cursor, sessions: &[&Session], height: u16) -> Vec<(Row, bool)> {
    let pids = sessions.iter().map(|session| session.pid);
    cursor.rows(pids, usize::from(height))
}

/// The session in the row `row` of a table `height` high.
pub fn at(sessions: &[&Session], cursor: Cursor, height: u16, row: u16) -> Option<i32> {
    let row = usize::from(row.checked_sub(1)?);
    match rows(cursor, sessions, height.saturating_sub(1)).get(row)? {
        (Row::Session(at), _) => sessions.get(*at).map(|session| session.pid),
        (Row::Gap { .. }, _) => None,
    }
}

fn line(sight: &Sight<'_>, session: &Session, columns: &[Column]) -> Line<'static> {
    let mut spans: Vec<Span<'_>> = columns
        .iter()
        .map(|(name, width)| {
            let (text, role) = cell(session, name);
            sight.span(clip::pad(&text, *width) + " ", role)
        })
        .collect();
    let role = if session.state == Doing::Active {
        Role::Text
    } else {
        Role::Dim
    };
    // Of a long statement no more is looked at than may be seen.
    let statement = session.statement.as_deref().unwrap_or_default();
    let seen = statement.char_indices().nth(SEEN).map(|(end, _)| end);
    spans.push(sight.span(&statement[..seen.unwrap_or(statement.len())], role));
    Line::from(spans)
}

/// What stands for the name of its application: the server's own processes have none.
fn application(session: &Session) -> &str {
    if session.is_of_the_server() {
        session.name()
    } else {
        &session.application
    }
}

fn cell(session: &Session, column: &str) -> (String, Role) {
    let age = |age: Option<std::time::Duration>| age.map(short).unwrap_or_default();
    match column {
        "pid" => (session.pid.to_string(), Role::Text),
        "application" => named(session),
        "user" => (session.user.clone().unwrap_or_default(), Role::Dim),
        "client" => (session.client_words(), Role::Dim),
        "state" => state(session),
        "in tx" => (age(session.transaction_age), Role::Text),
        _ => {
            let since = match session.state {
                Doing::Active => session.query_age,
                _ => session.state_age,
            };
            (age(since), Role::Text)
        }
    }
}

/// What a session calls itself, or that it is ours; a guess stands beside its name.
fn named(session: &Session) -> (String, Role) {
    let name = application(session);
    match &session.ours {
        None => (name.to_owned(), Role::Text),
        Some(guess) if guess.is_guess() && !name.is_empty() => {
            (format!("{} {name}", guess.words()), Role::Ours)
        }
        Some(ours) => (ours.words(), Role::Ours),
    }
}

fn state(session: &Session) -> (String, Role) {
    let role = match session.state {
        _ if session.waits_for_others() => Role::Bad,
        Doing::Active => Role::Active,
        state if state.holds_transaction_idly() => Role::Warn,
        _ => Role::Dim,
    };
    (state_word(session).to_owned(), role)
}
