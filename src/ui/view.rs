//! What the person at the screen looks at. Nothing of this is recorded, and no other screen knows it.

use std::collections::BTreeSet;

use ratatui::layout::Rect;

use super::dialogs::Dialog;
use super::panels::watch::{Cursor, Panel};
use super::world::World;
use crate::clock::Moment;
use crate::plan::StepIx;

/// Which panel has the keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Focus {
    /// The phases and their steps.
    #[default]
    Steps,
    /// What the step under the cursor does and prints.
    Output,
    /// One of the panels of what is watched.
    Panel(Panel),
}

/// The panel in the lower place of the database's column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lower(pub Panel);

impl Default for Lower {
    fn default() -> Self {
        Lower(Panel::Running)
    }
}

/// A line that tells what came of a key.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// What it says.
    pub text: String,
    /// Whether something was refused, or went wrong.
    pub bad: bool,
    /// Since when it has been there.
    pub since: Moment,
}

/// Everything about the look of the screen that is not in the world.
#[derive(Default)]
pub struct View {
    /// Which panel has the keys.
    pub focus: Focus,
    /// The step under the cursor; none: the one where the run is.
    pub cursor: Option<StepIx>,
    /// The phases that were opened or closed by hand: not as they would be by themselves.
    pub toggled: BTreeSet<usize>,
    /// Whether the focused panel has the whole screen.
    pub zoomed: bool,
    /// Which of the step's outputs is shown; none: the last.
    pub output: Option<usize>,
    /// How many rows of what is said of a step that has printed nothing are passed over.
    pub read: Option<(StepIx, usize)>,
    /// Whether long lines are cut, and from which column on they are shown.
    pub cut: Option<u16>,
    /// What is searched for in the output.
    pub search: String,
    /// Which database is shown.
    pub database: usize,
    /// Which panel has the lower place of the database's column.
    pub lower: Lower,
    /// The cursor in the sessions of a database panel.
    pub session: Cursor,
    /// What lies over the screen.
    pub dialog: Option<Dialog>,
    /// What the last key came to.
    pub message: Option<Message>,
    /// The size of the screen, once it was drawn.
    pub size: Option<Rect>,
}

impl View {
    /// The step under the cursor.
    pub fn step(&self, world: &World) -> StepIx {
        self.cursor.unwrap_or_else(|| world.focus())
    }

    /// How many rows of what is said of the step at `ix` are passed over.
    pub fn read_of(&self, ix: StepIx) -> usize {
        self.read
            .filter(|(step, _)| *step == ix)
            .map_or(0, |(_, rows)| rows)
    }

    /// Takes note of what is drawn. What can't be asked any more is not asked; where somebody types, it is
    /// said there.
    pub fn settle(&mut self, world: &World, now: Moment) {
        let closes = self.dialog.as_ref().filter(|open| !open.is_typed_into());
        let moot = |dialog: &Dialog| dialog.moot(&world.plan, &world.state);
        if let Some(why) = closes.and_then(moot) {
            self.dialog = None;
            self.say(why, true, now);
        }
        if let Focus::Panel(panel) = self.focus {
            let listed = world.sessions(panel, self.database);
            self.session.settle(listed.map(|session| session.pid));
        }
    }

    /// The places that the keys can have, in the order of the Tab key.
    pub fn places(&self) -> [Focus; 4] {
        let lower = Focus::Panel(self.lower.0);
        [
            Focus::Steps,
            Focus::Output,
            Focus::Panel(Panel::Locks),
            lower,
        ]
    }

    /// Says something.
    pub fn say(&mut self, text: impl Into<String>, bad: bool, now: Moment) {
        self.message = Some(Message {
            text: text.into(),
            bad,
            since: now,
        });
    }

    /// The number of the output that is shown, counted from 0, and how many there are.
    pub fn output_of(&self, world: &World, ix: StepIx) -> Option<(usize, usize)> {
        let count = world.jobs_of(ix).len();
        let last = count.checked_sub(1)?;
        Some((self.output.unwrap_or(last).min(last), count))
    }
}
