//! How the database is altogether.

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use super::sight::{Panel, Sight};
use crate::monitor::{HeldUp, Rates, Replica, Series, Slot, Standby, TableChanges, Vitals};
use crate::ui::scene::put;
use crate::ui::theme::Role;
use crate::ui::widgets::Spark;
use crate::ui::words::{bytes, count, number, short};

/// What stands between two figures.
const GAP: &str = "   ";
/// What is not known, or not yet.
const UNKNOWN: &str = "–";
/// A replica, or a slot, that is this many bytes behind wants attention.
const FAR_BEHIND: f64 = 100e6;
/// From this part of the way to the forced freeze on there is reason to look.
const OLD: f64 = 0.8;
/// The part of the disk below which there is reason to look.
const SCARCE: f64 = 0.1;

/// Draws the panel.
pub(super) fn vitals(sight: &Sight<'_>, area: Rect, buf: &mut Buffer) {
    let inner = sight.frame(Panel::Vitals, "Vitals", area, buf);
    let Some(picture) = sight.picture() else {
        return sight.absent(inner, buf);
    };
    if let Some(why) = picture.vitals.why_not() {
        return sight.say(why, Role::Warn, inner, buf);
    }
    let Some(vitals) = picture.vitals.get() else {
        return put(
            inner,
            0,
            Line::from(sight.span("not looked at yet", Role::Dim)),
            buf,
        );
    };
    // What is looked at rarely says how old it is beside what is fresh.
    let seen = picture.seen.slow.and_then(|at| sight.since(at));
    let rates = vitals.rates;
    let figures = [
        transactions(sight, rates, vitals),
        memory(sight, rates),
        log(sight, rates, vitals),
        space(sight, vitals, seen),
    ];
    for (row, line) in (0..).zip(figures) {
        put(inner, row, fitting(line, inner.width), buf);
    }
    chart(sight, &vitals.tps, inner, 0, buf);
    chart(sight, &vitals.wal, inner, 2, buf);
    let replicas = vitals.replicas.iter().map(|one| replica(sight, one));
    let behind = match vitals.standby {
        Some(one) => Some(standby(sight, one)),
        None if picture.server.in_recovery => {
            let words = "! standby: receives nothing";
            Some(Line::from(sight.span(words, Role::Warn)))
        }
        None => None,
    };
    let commits = Some(picture.connections.waiting_for_standby).filter(|commits| *commits > 0);
    let commits = commits.map(|commits| {
        let who = count(commits as usize, "session");
        let words = format!("! committed, and waiting for a synchronous standby: {who}");
        Line::from(sight.span(words, Role::Warn))
    });
    let others = Some(picture.connections.of_other_monitors()).filter(|others| *others > 0);
    let others = others.map(|others| {
        let who = count(others as usize, "session");
        let words = format!("tps has the looks of other monitors in it: {who}");
        Line::from(sight.span(words, Role::Dim))
    });
    let slots = vitals.slots.iter().map(|one| slot(sight, one));
    let pages = vitals.broken_pages.filter(|pages| *pages > 0);
    let pages = pages.map(|pages| {
        Line::from(sight.span(format!("! broken pages were found: {pages}"), Role::Bad))
    });
    let age = vitals.xid_age.map(|age| self::age(sight, age));
    let (old, young) = match age {
        Some((line, true)) => (Some(line), None),
        Some((line, false)) => (None, Some(line)),
        None => (None, None),
    };
    let tables = vitals.tables.iter().map(|one| table(sight, one, seen));
    let rest = pages
        .into_iter()
        .chain(commits)
        .chain(behind)
        .chain(replicas)
        .chain(slots)
        .chain(others);
    // What is as it should be stands where nothing else needs the room.
    let rest = rest.chain(old).chain(tables).chain(young);
    for (row, line) in (4..inner.height).zip(rest) {
        put(inner, row, line, buf);
    }
}

/// Where there is little room, figures stand closer together.
fn fitting(mut line: Line<'static>, width: u16) -> Line<'static> {
    if line.width() > usize::from(width) {
        for span in &mut line.spans {
            span.content = span.content.replace(GAP, " ").into();
        }
    }
    line
}

fn figure(sight: &Sight<'_>, name: &str, value: Option<String>, role: Role) -> Vec<Span<'static>> {
    let (value, role) = match value {
        Some(value) => (value, role),
        None => (UNKNOWN.to_owned(), Role::Dim),
    };
    vec![
        sight.span(format!("{name} "), Role::Title),
        sight.span(format!("{value}{GAP}"), role),
    ]
}

fn transactions(sight: &Sight<'_>, rates: Option<Rates>, vitals: &Vitals) -> Line<'static> {
    let tps = rates.map(|rates| number(rates.tps));
    let part = |rates: Rates| {
        if rates.tps > 0.0 {
            rates.rollbacks / rates.tps
        } else {
            0.0
        }
    };
    let back = rates.map(|rates| format!("{:.1} %", part(rates) * 100.0));
    let many = rates.is_some_and(|rates| part(rates) > 0.05 && rates.rollbacks >= 1.0);
    let mut spans = figure(sight, "tps", tps, Role::Text);
    spans.extend(figure(sight, "rolled back", back, warn_if(many)));
    let dead = vitals.deadlocks.to_string();
    spans.extend(figure(
        sight,
        "deadlocks",
        Some(dead),
        warn_if(vitals.deadlocks > 0),
    ));
    Line::from(spans)
}

fn memory(sight: &Sight<'_>, rates: Option<Rates>) -> Line<'static> {
    let hits = rates.and_then(|rates| rates.cache_hits);
    let temporary = rates.map(|rates| format!("{}/s", bytes(rates.temporary)));
    let much = rates.is_some_and(|rates| rates.temporary > 10e6);
    let mut spans = figure(
        sight,
        "cache",
        hits.map(|hits| format!("{:.1} %", hits * 100.0)),
        Role::Text,
    );
    spans.extend(figure(sight, "temp", temporary, warn_if(much)));
    Line::from(spans)
}

fn log(sight: &Sight<'_>, rates: Option<Rates>, vitals: &Vitals) -> Line<'static> {
    let wal = rates
        .and_then(|rates| rates.wal)
        .map(|wal| format!("{}/s", bytes(wal)));
    let mut spans = figure(sight, "wal", wal, Role::Text);
    let checkpoints = vitals.checkpoints.map(|checkpoints| {
        format!(
            "{} timed {} forced",
            checkpoints.timed, checkpoints.requested
        )
    });
    spans.extend(figure(sight, "checkpoints", checkpoints, Role::Text));
    Line::from(spans)
}

fn space(sight: &Sight<'_>, vitals: &Vitals, seen: Option<Duration>) -> Line<'static> {
    let grown = vitals
        .grown
        .filter(|grown| grown.abs() >= 1e6)
        .map(|grown| {
            let sign = if grown < 0.0 { "−" } else { "+" };
            format!(" ({sign}{})", bytes(grown.abs()))
        });
    let old = seen.map_or(String::new(), |age| format!(" {} old", short(age)));
    let size = vitals
        .size
        .map(|size| format!("{}{}{old}", bytes(size), grown.unwrap_or_default()));
    let mut spans = figure(sight, "size", size, Role::Text);
    let scarce = vitals
        .disk
        .is_some_and(|disk| (disk.free as f64) < disk.total as f64 * SCARCE);
    let disk = vitals
        .disk
        .map(|disk| format!("{} free", bytes(disk.free as f64)));
    if disk.is_some() {
        spans.extend(figure(sight, "disk", disk, warn_if(scarce)));
    }
    Line::from(spans)
}

fn standby(sight: &Sight<'_>, one: Standby) -> Line<'static> {
    let lead = if one.paused {
        "! standby: replay is paused,"
    } else {
        "standby:"
    };
    // Where nothing is left to apply, the last change may be old all the same.
    let applied = one.applied.filter(|_| one.behind != Some(0.0));
    let applied = applied.map(|ago| format!(", {} old", short(ago)));
    let applied = applied.unwrap_or_default();
    let left = match one.behind {
        Some(behind) => format!("{} to apply{applied}", bytes(behind)),
        None => format!("fed by an archive{applied}, how much is left is not known"),
    };
    let held_up = match one.held_up {
        Some(HeldUp::BySession) => ", a session here is in the way",
        Some(HeldUp::OnPurpose) => ", held back by recovery_min_apply_delay",
        None => "",
    };
    let words = format!("{lead} {left}{held_up}");
    let stands = one.paused || one.held_up == Some(HeldUp::BySession);
    Line::from(sight.span(
        words,
        warn_if(stands || one.behind.is_some_and(|behind| behind > FAR_BEHIND)),
    ))
}

fn replica(sight: &Sight<'_>, one: &Replica) -> Line<'static> {
    let behind = one.behind.map_or_else(|| UNKNOWN.to_owned(), bytes);
    let lag = one.lag.map(|lag| format!(", the last took {}", short(lag)));
    let synchronous = if one.synchronous { " synchronous" } else { "" };
    let words = format!(
        "replica {} {}{synchronous}: {behind} behind{}",
        one.name,
        one.state,
        lag.unwrap_or_default()
    );
    let far = one.behind.is_some_and(|behind| behind > FAR_BEHIND);
    Line::from(sight.span(words, warn_if(far)))
}

fn slot(sight: &Sight<'_>, one: &Slot) -> Line<'static> {
    let kept = one.kept.map_or_else(|| UNKNOWN.to_owned(), bytes);
    let used = if one.active { "in use" } else { "unused" };
    let status = one.status.as_deref().filter(|status| *status != "reserved");
    let words = if one.is_lost() {
        format!(
            "slot {} {used}: lost, the log that it had to keep is gone",
            one.name
        )
    } else {
        format!(
            "slot {} {used}: keeps {kept} of log {}",
            one.name,
            status.unwrap_or_default()
        )
    };
    let far = one.kept.is_some_and(|kept| kept > FAR_BEHIND);
    let lost = matches!(status, Some("unreserved" | "lost"));
    Line::from(sight.span(
        words,
        if lost {
            Role::Bad
        } else {
            warn_if(far && !one.active)
        },
    ))
}

/// How old the oldest transaction is that is not frozen, against the limit, and whether that is a reason
/// to look.
fn age(sight: &Sight<'_>, (age, limit): (u32, u32)) -> (Line<'static>, bool) {
    let part = f64::from(age) / f64::from(limit.max(1));
    let words = format!(
        "oldest unfrozen transaction: {:.0} % of the way to a forced freeze",
        part * 100.0
    );
    let old = part >= OLD;
    let role = if old { Role::Warn } else { Role::Dim };
    (Line::from(sight.span(words, role)), old)
}

fn table(sight: &Sight<'_>, one: &TableChanges, seen: Option<Duration>) -> Line<'static> {
    let mut spans = vec![sight.span(format!("{} ", one.name), Role::Text)];
    for (sign, rate) in [("+", one.inserted), ("~", one.updated), ("−", one.deleted)] {
        if rate > 0.0 {
            spans.push(sight.span(format!("{sign}{}/s ", number(rate)), Role::Dim));
        }
    }
    spans.extend(seen.map(|age| sight.span(format!("{} old", short(age)), Role::Dim)));
    Line::from(spans)
}

fn warn_if(it_is: bool) -> Role {
    if it_is { Role::Warn } else { Role::Text }
}

/// Draws the recent past at the end of the row `row`, where there is room beside the figures.
fn chart(sight: &Sight<'_>, series: &Series, inner: Rect, row: u16, buf: &mut Buffer) {
    const FIGURES: u16 = 56;
    let width = inner.width.saturating_sub(FIGURES);
    if row >= inner.height || width < 6 {
        return;
    }
    let place = Rect {
        x: inner.x + FIGURES,
        y: inner.y + row,
        width,
        height: 1,
    };
    let values: Vec<Option<u64>> = series
        .readings()
        .map(|value| value.map(|value| value as u64))
        .collect();
    let spark = Spark {
        values: &values,
        max: None,
        style: sight.style(Role::Active),
    };
    spark.render(place, buf);
}
