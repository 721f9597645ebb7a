//! The screen: what stands where.
//!
//! ```text
//!  header    environment, title, T clock, who drives, who watches, where the run stands
//!  progress  the whole run as a bar, and what to do next
//!  ┌ steps ─────┐┌ step ──────────────┐┌ locks ───────┐   from 110 columns
//!  │            ││                    │├ connections ─┤
//!  │            ││                    │├ progress ────┤   while something long goes on
//!  │            ││                    │├ lower ───────┤   running, slower, vitals, … by a key
//!  └────────────┘└────────────────────┘└──────────────┘   from 40 rows: several of them at once
//!  ┌ steps ─────┐┌ step ─────────────────────────┐        narrower: the database is a strip that
//!  │            │├ database ─────────────────────┤        opens when it has the keys
//!  └────────────┘└───────────────────────────────┘
//!  probes    a word for each
//!  message   what the last key came to
//!  footer    what can be done now
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

use super::dialogs;
use super::panels;
use super::panels::watch::{self, Panel};
use super::scene::Scene;
use super::theme::Role;
use super::view::{Focus, View};
use super::world::World;

/// From this width on the database has a column of its own.
const WIDE: u16 = 110;
/// From this height on the database's column shows more panels at once.
const HIGH: u16 = 40;

/// Where everything stands. An area that is empty is not drawn.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Areas {
    /// The first line.
    pub header: Rect,
    /// The second line.
    pub progress: Rect,
    /// The phases and steps.
    pub steps: Rect,
    /// The step under the cursor.
    pub step: Rect,
    /// The panels of what is watched.
    pub watch: Vec<(Panel, Rect)>,
    /// All of the database in a few lines.
    pub strip: Rect,
    /// A word for each probe.
    pub probes: Rect,
    /// What the last key came to.
    pub message: Rect,
    /// The keys.
    pub footer: Rect,
}

/// Divides a screen of the size of `area`.
pub fn areas(area: Rect, world: &World, view: &View) -> Areas {
    let mut areas = Areas::default();
    let mut rest = area;
    areas.header = take_top(&mut rest, 1);
    areas.footer = take_bottom(&mut rest, 1);
    areas.progress = take_top(&mut rest, 1);
    areas.message = take_bottom(&mut rest, 1);
    let watched = !world.plan.databases.is_empty();
    if watched || !world.plan.probes.is_empty() {
        areas.probes = take_bottom(&mut rest, 1);
    }
    if view.zoomed {
        match view.focus {
            Focus::Steps => areas.steps = rest,
            Focus::Panel(panel) if watched => areas.watch.push((panel, rest)),
            Focus::Output | Focus::Panel(_) => areas.step = rest,
        }
        return areas;
    }
    let steps = match watched {
        true if area.width >= WIDE => (area.width / 4).clamp(30, 52),
        true => (area.width * 2 / 5).clamp(20, 36),
        false => (area.width * 2 / 5).clamp(20, 64),
    };
    areas.steps = take_left(&mut rest, steps);
    if watched && area.width >= WIDE {
        let column = (area.width * 7 / 20).clamp(38, 76);
        let column = take_right(&mut rest, column);
        divide_column(column, world, view, &mut areas);
    } else if watched {
        divide_strip(&mut rest, view, &mut areas);
    }
    areas.step = rest;
    areas
}

/// Locks and connections have their places; what goes on for long gets one when there is any. Below
/// them stands what was chosen; a high screen shows more at once.
fn divide_column(mut column: Rect, world: &World, view: &View, areas: &mut Areas) {
    let lower = view.lower.0;
    let picture = world
        .database(view.database)
        .and_then(|db| db.picture.as_ref());
    let high = column.height >= HIGH;
    let height = if high {
        column.height / 5
    } else {
        column.height / 3
    };
    let below = take_bottom(&mut column, height);
    areas.watch.push((lower, below));
    if high {
        let tools = picture.and_then(|picture| picture.migrations.get());
        let migrations = if tools.is_some_and(|tools| !tools.is_empty()) {
            6
        } else {
            0
        };
        for (panel, height) in [(Panel::Vitals, 8), (Panel::Migrations, migrations)] {
            if panel != lower && height > 0 {
                areas.watch.push((panel, take_bottom(&mut column, height)));
            }
        }
    }
    let going_on = picture.map_or(0, |picture| watch::progress_height(picture));
    if lower != Panel::Progress && going_on > 0 {
        let height = going_on.min(column.height / 3);
        areas
            .watch
            .push((Panel::Progress, take_bottom(&mut column, height)));
    }
    let connections = if high { 10 } else { 6 }.min(column.height / 2);
    areas
        .watch
        .push((Panel::Connections, take_bottom(&mut column, connections)));
    areas.watch.push((Panel::Locks, column));
}

/// The strip has four lines; the panel of the database that has the keys takes half of the height.
fn divide_strip(rest: &mut Rect, view: &View, areas: &mut Areas) {
    let half = rest.height / 2;
    match view.focus {
        Focus::Panel(panel) => areas.watch.push((panel, take_bottom(rest, half))),
        Focus::Steps | Focus::Output => areas.strip = take_bottom(rest, 5.min(half)),
    }
}

fn take_top(rest: &mut Rect, height: u16) -> Rect {
    let height = height.min(rest.height);
    let taken = Rect { height, ..*rest };
    rest.y += height;
    rest.height -= height;
    taken
}

fn take_bottom(rest: &mut Rect, height: u16) -> Rect {
    let height = height.min(rest.height);
    rest.height -= height;
    Rect {
        y: rest.y + rest.height,
        height,
        ..*rest
    }
}

fn take_left(rest: &mut Rect, width: u16) -> Rect {
    let width = width.min(rest.width);
    let taken = Rect { width, ..*rest };
    rest.x += width;
    rest.width -= width;
    taken
}

fn take_right(rest: &mut Rect, width: u16) -> Rect {
    let width = width.min(rest.width);
    rest.width -= width;
    Rect {
        x: rest.x + rest.width,
        width,
        ..*rest
    }
}

/// Draws the whole screen.
pub fn draw(scene: &Scene<'_>, area: Rect, buf: &mut Buffer) {
    let areas = areas(area, scene.world, scene.view);
    panels::header(scene, areas.header, buf);
    panels::progress(scene, areas.progress, buf);
    panels::steps(scene, areas.steps, buf);
    panels::step(scene, areas.step, buf);
    let sight = scene.sight();
    for (panel, area) in &areas.watch {
        watch::draw(&sight, *panel, *area, buf);
    }
    watch::strip(&sight, areas.strip, buf);
    watch::line(&sight, hold(scene), areas.probes, buf);
    panels::message(scene, areas.message, buf);
    panels::footer(scene, areas.footer, buf);
    dialogs::draw(scene, area, buf);
}

/// What holds the run, for the end of the line of probes.
fn hold(scene: &Scene<'_>) -> Span<'static> {
    match scene.world.hold() {
        Some(hold) => {
            let words = format!("hold: {} ({}) ", scene.world.hold_words(hold), hold.by);
            scene.span(words, Role::Warn)
        }
        None => scene.span("hold: none ", Role::Dim),
    }
}
