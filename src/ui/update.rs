//! What becomes of the view when a key is pressed, and what has to be done beyond it. Pure: what is
//! to be done comes back as values.

use crossterm::event::KeyEvent;

use super::dialogs::{self, Ask, Dialog, Purpose};
use super::intent::Intent;
use super::keymap;
use super::keys::Key;
use super::offer::{Offer, offer};
use super::output::Direction;
use super::panels;
use super::panels::watch::{Cursor, Panel};
use super::rows::Rows;
use super::scene::Scene;
use super::screen::areas;
use super::theme::Theme;
use super::view::{Focus, Lower, View};
use super::world::World;
use crate::clock::Moment;
use crate::run::Command;

/// Something to be done outside of the view.
#[derive(Clone, Debug, PartialEq)]
pub enum Act {
    /// Send a wish to the engine.
    Send(Command),
    /// Move in the output.
    Output(OutputMove),
    /// Leave the screen.
    Quit,
    /// Let the shell have the terminal for a while.
    Suspend,
}

/// A move in the output.
#[derive(Clone, Debug, PartialEq)]
pub enum OutputMove {
    /// So many rows down, or up if negative.
    Rows(i64),
    /// So many pages down, or up if negative.
    Pages(i64),
    /// To the beginning.
    Home,
    /// To the end, and follow it.
    End,
    /// To a part of the file, between 0 and 1.
    To(f64),
    /// To the next line that holds the text.
    Find(String, Direction),
    /// Mark nothing any more.
    Forget,
}

/// Takes a key in.
pub fn key(view: &mut View, world: &World, event: KeyEvent, now: Moment) -> Vec<Act> {
    if view.dialog.is_some() {
        return dialogs::key(view, world, event, now);
    }
    match Key::from_event(&event).and_then(keymap::intent_of) {
        Some(intent) => carry_out(view, world, intent, now),
        None => Vec::new(),
    }
}

/// Does what is wanted.
pub fn carry_out(view: &mut View, world: &World, intent: Intent, now: Moment) -> Vec<Act> {
    match intent {
        Intent::Up => return step_by(view, world, -1, now),
        Intent::Down => return step_by(view, world, 1, now),
        Intent::PageUp => return page_by(view, world, -1, now),
        Intent::PageDown => return page_by(view, world, 1, now),
        Intent::Top => return to_end(view, world, false, now),
        Intent::Bottom => return to_end(view, world, true, now),
        Intent::Collapse => toggle_phase(view, world, false),
        Intent::Expand => toggle_phase(view, world, true),
        Intent::FocusNext => move_focus(view, 1),
        Intent::FocusPrevious => move_focus(view, 3),
        Intent::Zoom => view.zoomed = !view.zoomed,
        Intent::NextOutput => next_output(view, world),
        Intent::Wrap => view.cut = if view.cut.is_some() { None } else { Some(0) },
        Intent::Search => {
            let ask = Ask::new("Search the output", "Text to find", Purpose::Search);
            view.dialog = Some(Dialog::Ask(Box::new(ask)));
        }
        Intent::SearchNext => return search(view, Direction::Forward),
        Intent::SearchPrevious => return search(view, Direction::Backward),
        Intent::NextDatabase => {
            view.database = (view.database + 1) % world.health.databases.len().max(1);
            view.session = Cursor::default();
        }
        Intent::NextPanel => next_panel(view, 1),
        Intent::PreviousPanel => next_panel(view, Panel::LOWER.len() - 1),
        Intent::Help => view.dialog = Some(Dialog::Help(0)),
        Intent::Back => return back(view),
        Intent::Quit => return quit(view, world),
        Intent::Suspend => return vec![Act::Suspend],
        _ => return change_run(view, world, intent, now),
    }
    Vec::new()
}

fn change_run(view: &mut View, world: &World, intent: Intent, now: Moment) -> Vec<Act> {
    match offer(world, view, intent, now) {
        Ok(Offer::Send(command)) => {
            view.message = None;
            vec![Act::Send(command)]
        }
        Ok(Offer::Open(dialog)) => {
            view.dialog = Some(dialog);
            Vec::new()
        }
        Ok(Offer::Both(command, dialog)) => {
            view.dialog = Some(dialog);
            vec![Act::Send(command)]
        }
        Err(why) => {
            view.say(why, true, now);
            Vec::new()
        }
    }
}

/// Leaving never ends a run; while one goes on, that is said first.
fn quit(view: &mut View, world: &World) -> Vec<Act> {
    if world.state.end.is_some() {
        return vec![Act::Quit];
    }
    view.dialog = Some(Dialog::Quit);
    Vec::new()
}

fn back(view: &mut View) -> Vec<Act> {
    view.zoomed = false;
    view.cursor = None;
    view.session = Cursor::default();
    view.output = None;
    view.message = None;
    view.focus = Focus::Steps;
    vec![
        Act::Output(OutputMove::Forget),
        Act::Output(OutputMove::End),
    ]
}

fn move_focus(view: &mut View, by: usize) {
    let places = view.places();
    let at = places.iter().position(|focus| *focus == view.focus);
    view.focus = places[(at.unwrap_or(0) + by) % places.len()];
    view.session = Cursor::default();
}

/// Another panel takes the lower place of the database's column, and the keys.
fn next_panel(view: &mut View, by: usize) {
    let at = Panel::LOWER.iter().position(|panel| *panel == view.lower.0);
    let next = Panel::LOWER[(at.unwrap_or(0) + by) % Panel::LOWER.len()];
    view.lower = Lower(next);
    view.focus = Focus::Panel(next);
    view.session = Cursor::default();
}

fn search(view: &View, direction: Direction) -> Vec<Act> {
    if view.search.is_empty() {
        return Vec::new();
    }
    vec![Act::Output(OutputMove::Find(
        view.search.clone(),
        direction,
    ))]
}

fn next_output(view: &mut View, world: &World) {
    let ix = view.step(world);
    if let Some((at, count)) = view.output_of(world, ix) {
        view.cursor = Some(ix);
        view.output = Some((at + 1) % count);
    }
}

fn step_by(view: &mut View, world: &World, by: i64, now: Moment) -> Vec<Act> {
    match view.focus {
        Focus::Steps => move_cursor(view, world, by),
        Focus::Output if reads(view, world) => read_on(view, world, by, now),
        Focus::Output => return vec![Act::Output(OutputMove::Rows(by))],
        Focus::Panel(panel) => move_session(view, world, panel, by),
    }
    Vec::new()
}

fn page_by(view: &mut View, world: &World, by: i64, now: Moment) -> Vec<Act> {
    match view.focus {
        Focus::Output if !reads(view, world) => vec![Act::Output(OutputMove::Pages(by))],
        _ => step_by(view, world, by * 10, now),
    }
}

fn to_end(view: &mut View, world: &World, end: bool, now: Moment) -> Vec<Act> {
    let far = if end { i64::MAX } else { i64::MIN };
    match view.focus {
        Focus::Output if !reads(view, world) => vec![Act::Output(if end {
            OutputMove::End
        } else {
            OutputMove::Home
        })],
        _ => step_by(view, world, far, now),
    }
}

/// Whether the arrows move in what is said of the step under the cursor: it has printed nothing.
pub(super) fn reads(view: &View, world: &World) -> bool {
    world.jobs_of(view.step(world)).is_empty()
}

/// Reads `by` rows on in that, no further than until its end is seen.
pub(super) fn read_on(view: &mut View, world: &World, by: i64, now: Moment) {
    let ix = view.step(world);
    let panel = areas(view.size.unwrap_or_default(), world, view).step;
    let scene = Scene {
        world,
        view,
        outputs: &[],
        now,
        theme: Theme::new(false),
    };
    let most = panels::past(&scene, panel) as i64;
    // There may have been more to read, or less room, when that was noted.
    let read = (view.read_of(ix) as i64).min(most).saturating_add(by);
    view.read = Some((ix, read.clamp(0, most) as usize));
}

/// The lines of the phases panel as they are drawn.
fn rows(view: &View, world: &World) -> Rows {
    let height = areas(view.size.unwrap_or_default(), world, view)
        .steps
        .height;
    Rows::new(world, view, usize::from(height.saturating_sub(2)))
}

/// The cursor moves over lines; on a closed phase it stands for its first step.
fn move_cursor(view: &mut View, world: &World, by: i64) {
    let rows = rows(view, world);
    let line = rows.line_of(world, view.step(world)) as i64;
    let last = rows.len().saturating_sub(1) as i64;
    let target = line.saturating_add(by).clamp(0, last);
    // Headings of open phases are passed over: the cursor stands on what can be acted on.
    let stands = |line: &i64| {
        let here = rows.step_at(world, *line as usize);
        here.filter(|&ix| rows.line_of(world, ix) == *line as usize)
    };
    let (above, below) = ((0..=target).rev(), target..=last);
    let found = if by < 0 {
        above.chain(below).find_map(|line| stands(&line))
    } else {
        below.chain(above).find_map(|line| stands(&line))
    };
    // The cursor stays where it is now, also when the run goes on.
    let ix = found.unwrap_or_else(|| view.step(world));
    if view.step(world) != ix {
        view.output = None;
    }
    view.cursor = Some(ix);
}

fn move_session(view: &mut View, world: &World, panel: Panel, by: i64) {
    let sessions = world.sessions(panel, view.database);
    let pids: Vec<i32> = sessions.map(|session| session.pid).collect();
    view.session.step(&pids, by);
}

fn toggle_phase(view: &mut View, world: &World, open: bool) {
    if view.focus == Focus::Output {
        if let Some(column) = &mut view.cut {
            *column = if open {
                column.saturating_add(20)
            } else {
                column.saturating_sub(20)
            };
        }
        return;
    }
    let ix = view.step(world);
    let Some(phase) = world
        .plan
        .steps
        .get(ix)
        .and_then(|_| world.plan.phase_of(ix))
    else {
        return;
    };
    if rows(view, world).is_open(phase) != open && !view.toggled.remove(&phase) {
        view.toggled.insert(phase);
    }
}
