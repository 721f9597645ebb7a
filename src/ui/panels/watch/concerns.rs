//! What is wrong anywhere, for the places that are always seen: the alerts, and the databases that are not
//! shown.

use std::time::Duration;

use ratatui::text::Span;

use super::connections;
use super::sight::Sight;
use crate::monitor::{AlertStanding, DatabaseHealth, Link, Picture, lost_database};
use crate::ui::theme::Role;
use crate::ui::words;

/// An alert that fires or can't see.
struct Raised<'a> {
    name: &'a str,
    blind: bool,
    /// Whether somebody has taken it as it is.
    accepted: bool,
}

/// The alerts as the run has them; where nothing is run, as their rules stand.
fn raised<'a>(sight: &Sight<'a>) -> Vec<Raised<'a>> {
    if let Some(run) = sight.run {
        let alerts = run.alerts.iter();
        return alerts
            .map(|(name, alert)| Raised {
                name,
                blind: alert.blind,
                accepted: alert.accepted.is_some(),
            })
            .collect();
    }
    let standing = |wanted| {
        let alerts = sight.health.alerts.iter();
        alerts.filter(move |alert| alert.standing == wanted)
    };
    standing(AlertStanding::Firing)
        .chain(standing(AlertStanding::Blind))
        .map(|alert| Raised {
            name: &alert.name,
            blind: alert.standing == AlertStanding::Blind,
            accepted: false,
        })
        .collect()
}

/// How many alerts fire, and how many can't see, that nobody has accepted.
pub fn alert_counts(sight: &Sight<'_>) -> (usize, usize) {
    let open = raised(sight).into_iter().filter(|alert| !alert.accepted);
    let (blind, firing): (Vec<_>, Vec<_>) = open.partition(|alert| alert.blind);
    (firing.len(), blind.len())
}

/// The same in words, for the first line of the screen.
pub fn alerts_counted(sight: &Sight<'_>) -> Vec<Span<'static>> {
    let (firing, blind) = alert_counts(sight);
    let mut spans = Vec::new();
    if firing > 0 {
        let words = format!("! {}   ", words::count(firing, "alert"));
        spans.push(sight.span(words, Role::Bad));
    }
    if blind > 0 {
        spans.push(sight.span(format!("? {blind} blind   "), Role::Warn));
    }
    spans
}

/// Each of them by its name: what is so, then what nobody can see, then what somebody has accepted, which holds
/// nothing and is not over.
pub(super) fn alerts_named(sight: &Sight<'_>) -> Vec<(Span<'static>, Role)> {
    // That a hidden database is lost is said in front of them.
    let said = |alert: &Raised<'_>| {
        let lost = lost_database(alert.name).filter(|_| !alert.accepted);
        let mut hidden = sight.hidden().filter(|one| lost == Some(one.name.as_str()));
        hidden.any(|database| matches!(database.link, Link::Down { .. }))
    };
    let mut named = raised(sight);
    named.retain(|alert| !said(alert));
    named.sort_by_key(|alert| (alert.accepted, alert.blind));
    let words = named.into_iter().map(|alert| {
        let name = alert.name;
        let accepted = if alert.accepted { ", accepted" } else { "" };
        if alert.blind {
            return (format!("? {name} blind{accepted}   "), Role::Warn);
        }
        let unseen = if is_unseen(sight, name) {
            ", no data"
        } else {
            ""
        };
        let role = if alert.accepted {
            Role::Warn
        } else {
            Role::Bad
        };
        (format!("! {name}{unseen}{accepted}   "), role)
    });
    let told = words.map(|(words, role)| (sight.span(words, role), role));
    told.collect()
}

/// Whether nothing tells at the moment how what the alert watches is.
fn is_unseen(sight: &Sight<'_>, name: &str) -> bool {
    let mut alerts = sight.health.alerts.iter();
    alerts.any(|alert| alert.name == name && alert.is_unseen())
}

/// What is wrong with the databases that are not shown, each by itself: `! other: 3 waiting for locks`.
pub(super) fn elsewhere(sight: &Sight<'_>) -> Vec<Vec<(Span<'static>, Role)>> {
    let one = |database: &DatabaseHealth| {
        let found = wrong(sight, database);
        let spans = found.iter().enumerate().map(|(at, (words, role))| {
            let lead = match at {
                0 if *role == Role::Dim => format!("{}: ", database.name),
                0 => format!("! {}: ", database.name),
                _ => String::new(),
            };
            let end = if at + 1 == found.len() { "   " } else { ", " };
            (sight.span(format!("{lead}{words}{end}"), *role), *role)
        });
        spans.collect::<Vec<_>>()
    };
    sight.hidden().map(one).collect()
}

/// What somebody would see who looked at `database`.
fn wrong(sight: &Sight<'_>, database: &DatabaseHealth) -> Vec<(String, Role)> {
    let one = |words: &str, role| vec![(words.to_owned(), role)];
    match (&database.link, database.picture.as_deref()) {
        (Link::Down { .. }, _) => one("no connection", Role::Bad),
        (Link::Connecting, _) => one("connecting", Role::Dim),
        (Link::Up { .. }, None) => one("nothing seen yet", Role::Warn),
        (Link::Up { .. }, Some(picture)) => {
            let old = sight.age(picture).map(|age| (seen_ago(age), Role::Warn));
            let role = connections::role(&picture.connections);
            let full = (role != Role::Good).then(|| (used(picture), role));
            queues(picture).into_iter().chain(full).chain(old).collect()
        }
    }
}

fn seen_ago(age: Duration) -> String {
    format!("seen {} ago", words::short(age))
}

/// How much of its connections is used: `conns 97 % of the role`.
pub(super) fn used(picture: &Picture) -> String {
    let all = &picture.connections;
    let percent = (connections::ratio(all) * 100.0).round();
    let whose = connections::pressing(all).map(|bound| format!(" of {}", bound.whose));
    format!("conns {percent:.0} %{}", whose.unwrap_or_default())
}

/// Who waits, as far as it is known.
pub(super) fn queues(picture: &Picture) -> Vec<(String, Role)> {
    let (behind, waiters) = (&picture.locks.behind_ours, picture.locks.waiters);
    let locks = if behind.sessions > 0 {
        let perhaps = if behind.certain() > 0 { "" } else { "perhaps " };
        let words = format!("lock queue {} {perhaps}behind our step", behind.sessions);
        Some((words, Role::Bad))
    } else {
        (waiters > 0).then(|| (format!("{waiters} waiting for locks"), Role::Warn))
    };
    let commits = picture.connections.waiting_for_standby;
    let standby = (commits > 0).then(|| (format!("{commits} waiting for a standby"), Role::Warn));
    let unseen = picture.blind.locks.is_some();
    let unseen = unseen.then(|| ("who waits is not known".to_owned(), Role::Warn));
    locks.into_iter().chain(standby).chain(unseen).collect()
}
