//! How many sessions there are, against how many there can be.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use super::sight::{Panel, Sight};
use crate::monitor::{Bound, Connections, Group, Picture, State};
use crate::ui::scene::put;
use crate::ui::theme::Role;
use crate::ui::widgets::{Bar, Spark, clip};
use crate::ui::words::{self, short};

/// From this part of the usable slots on there is reason to look.
const MANY: f64 = 0.8;
/// From how many transactions on there is reason to look at an old snapshot.
const OLD_SNAPSHOT: u32 = 1_000;
/// What stands between two groups.
const GAP: &str = "   ";

/// Draws the panel.
pub(super) fn connections(sight: &Sight<'_>, area: Rect, buf: &mut Buffer) {
    let inner = sight.frame(Panel::Connections, "Connections", area, buf);
    let (Some(database), Some(picture)) = (sight.shown(), sight.picture()) else {
        return sight.absent(inner, buf);
    };
    let all = &picture.connections;
    bar(sight, all, inner, buf);
    put(inner, 1, states(sight, all), buf);
    put(inner, 2, oldest(sight, picture), buf);
    let history: Vec<Option<u64>> = all
        .history
        .readings()
        .map(|n| n.map(|n| n as u64))
        .collect();
    if inner.height > 3 {
        let chart = Rect {
            y: inner.y + 3,
            height: 1,
            ..inner
        };
        let spark = Spark {
            values: &history,
            max: Some(u64::from(all.usable)),
            style: sight.style(Role::Active),
        };
        spark.render(chart, buf);
    }
    // What limits what is seen comes before what can be done without.
    let notes = database.notes();
    let notes = notes
        .iter()
        .flat_map(|note| clip::wrap(note, usize::from(inner.width)))
        .map(|row| Line::from(sight.span(row, Role::Warn)));
    let bounds = bounds(sight, all).into_iter();
    let above: Vec<Line<'_>> = bounds.chain(notes).chain(snapshot(sight, all)).collect();
    let room = usize::from(inner.height).saturating_sub(4 + above.len());
    let groups = groups(sight, all, (usize::from(inner.width), room));
    for (row, line) in (4..).zip(above.into_iter().chain(groups)) {
        put(inner, row, line, buf);
    }
}

/// How many there are of how many that there can be, where that is nearest.
pub(super) fn summary(all: &Connections) -> String {
    match pressing(all) {
        Some(bound) => format!("conns {}/{} of {}", bound.used, bound.limit, bound.whose),
        None => format!("conns {}/{}", all.used, all.usable),
    }
}

fn bar(sight: &Sight<'_>, all: &Connections, inner: Rect, buf: &mut Buffer) {
    let ours = match (all.ours, all.perhaps_ours) {
        (ours, 0) => format!("{ours} ours"),
        (ours, perhaps) => format!("{ours} to {} ours", ours + perhaps),
    };
    let used = format!("{} of {} usable, {ours}", all.used, all.usable);
    let place = Rect {
        height: 1.min(inner.height),
        ..inner
    };
    Bar::new(all.ratio())
        .label(&used)
        .style(sight.style(role_of(all.ratio())))
        .render(place, buf);
}

/// The limit of this database, or of a role, that is nearly reached while the server has room.
pub(super) fn pressing(all: &Connections) -> Option<&Bound> {
    all.nearer().filter(|bound| bound.ratio() >= MANY)
}

/// How full it is where that is pressing, else on the server.
pub(super) fn ratio(all: &Connections) -> f64 {
    pressing(all).map_or_else(|| all.ratio(), Bound::ratio)
}

pub(super) fn role(all: &Connections) -> Role {
    role_of(ratio(all))
}

fn role_of(ratio: f64) -> Role {
    match ratio {
        full if full >= 1.0 => Role::Bad,
        many if many >= MANY => Role::Warn,
        _ => Role::Good,
    }
}

/// The limits that somebody comes to before the server is full: the nearest, and whatever is nearly reached.
fn bounds(sight: &Sight<'_>, all: &Connections) -> Vec<Line<'static>> {
    let nearer = all.nearer();
    let mut shown: Vec<&Bound> = all.bounds.iter().filter(|b| b.ratio() >= MANY).collect();
    if shown.is_empty() {
        shown.extend(nearer);
    }
    let line = |bound: &Bound| {
        let (whose, used, limit) = (&bound.whose, bound.used, bound.limit);
        let words = format!("{whose}: {used} of {limit} that it may have");
        Line::from(sight.span(words, role_of(bound.ratio())))
    };
    shown.into_iter().map(line).collect()
}

fn states(sight: &Sight<'_>, all: &Connections) -> Line<'static> {
    let by = &all.by_state;
    let groups = [
        (by.active, "active", Role::Text),
        (by.idle, "idle", Role::Dim),
        (by.idle_in_transaction, "idle in tx", Role::Warn),
        (by.aborted, "in failed tx", Role::Warn),
        (by.other, "other", Role::Dim),
        (by.hidden, "hidden", Role::Warn),
    ];
    let spans: Vec<Span<'_>> = groups
        .into_iter()
        .filter(|(count, what, _)| *count > 0 || *what == "active")
        .map(|(count, what, role)| sight.span(format!("{count} {what}  "), role))
        .collect();
    Line::from(spans)
}

fn oldest(sight: &Sight<'_>, picture: &Picture) -> Line<'static> {
    // By the role's rights, or because the server was told to keep no track of it.
    let hidden = picture.connections.by_state.hidden > 0;
    let Some(oldest) = &picture.connections.oldest_transaction else {
        let words = if hidden {
            "which transactions are open is hidden"
        } else {
            "no transaction is open here"
        };
        return Line::from(sight.span(words, Role::Dim));
    };
    let role = if oldest.state.holds_transaction_idly() || oldest.state == State::Prepared {
        Role::Warn
    } else {
        Role::Text
    };
    // Another, which is hidden, may be older.
    let seen = if hidden { " that is not hidden" } else { "" };
    let words = format!(
        "oldest transaction{seen} {}  {}",
        short(oldest.age),
        oldest.whose()
    );
    Line::from(sight.span(words, role))
}

/// A snapshot that keeps the server from tidying up, and a concurrent build from ending.
fn snapshot(sight: &Sight<'_>, all: &Connections) -> Option<Line<'static>> {
    let oldest = all.oldest_snapshot.as_ref()?;
    let words = format!(
        "oldest snapshot {} back  {}",
        words::amount(f64::from(oldest.transactions), "transaction"),
        oldest.whose()
    );
    let old = oldest.transactions >= OLD_SNAPSHOT;
    let role = if old { Role::Warn } else { Role::Dim };
    Some(Line::from(sight.span(words, role)))
}

/// The same sessions by what they have in common: a line for each sort, and more where there is room.
fn groups(
    sight: &Sight<'_>,
    all: &Connections,
    (width, room): (usize, usize),
) -> Vec<Line<'static>> {
    let sorts = [
        ("app", &all.applications),
        ("user", &all.users),
        ("from", &all.clients),
        ("db", &all.databases),
    ];
    let some = sorts.into_iter().filter(|(_, groups)| !groups.is_empty());
    let sorts: Vec<Vec<Line<'_>>> = some
        .map(|(sort, groups)| in_rows(sight, sort, groups, width))
        .collect();
    // A row for each comes before a second one for any.
    let mut given: Vec<usize> = sorts.iter().map(|_| 1).collect();
    let mut left = room.saturating_sub(sorts.len());
    while left > 0 {
        let wanting = (0..sorts.len()).filter(|at| given[*at] < sorts[*at].len());
        let Some(next) = wanting.min_by_key(|at| given[*at]) else {
            break;
        };
        given[next] += 1;
        left -= 1;
    }
    let shown = sorts.into_iter().zip(given);
    shown.flat_map(|(rows, given)| cut(rows, given)).collect()
}

/// As many of `rows` as `given`. Where one more is wanted, the last of them goes on beyond its end, so that it
/// is seen to be cut.
fn cut(mut rows: Vec<Line<'static>>, given: usize) -> Vec<Line<'static>> {
    let rest = rows.split_off(given.min(rows.len()));
    if let (Some(last), Some(next)) = (rows.last_mut(), rest.into_iter().next()) {
        last.spans.push(Span::raw(GAP));
        last.spans.extend(next.spans.into_iter().skip(1));
    }
    rows
}

/// The groups of one sort, in as many rows as they take.
fn in_rows(sight: &Sight<'_>, sort: &str, groups: &[Group], width: usize) -> Vec<Line<'static>> {
    let mut rows = vec![Line::from(sight.span(format!("{sort:<5}"), Role::Title))];
    let mut begins = true;
    for group in groups {
        let mut spans = one(sight, group);
        let wide: usize = GAP.len() + spans.iter().map(Span::width).sum::<usize>();
        if !begins && rows.last().is_some_and(|row| row.width() + wide > width) {
            rows.push(Line::from(sight.span("     ", Role::Text)));
            begins = true;
        }
        if !begins {
            spans.insert(0, sight.span(GAP, Role::Text));
        }
        begins = false;
        if let Some(row) = rows.last_mut() {
            row.spans.extend(spans);
        }
    }
    rows
}

fn one(sight: &Sight<'_>, group: &Group) -> Vec<Span<'static>> {
    let name = match group.name.as_str() {
        "" => "?",
        name => name,
    };
    let mut spans = vec![sight.span(format!("{name} {}", group.sessions), Role::Text)];
    if group.active > 0 {
        spans.push(sight.span(format!(" {} active", group.active), Role::Active));
    }
    if group.idle_in_transaction > 0 {
        let words = format!(" {} idle in tx", group.idle_in_transaction);
        spans.push(sight.span(words, Role::Warn));
    }
    spans
}
