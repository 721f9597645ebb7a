//! The one place that reads the file: it holds the file open, knows where in it the window stands,
//! and makes a window anew when something changed that can be seen.

use std::fs::{self, File};
use std::io;
use std::ops::Range;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::sync::Arc;

use super::mask::Mask;
use super::rows::View;
use super::search::{Direction, Needle, Search, SearchState};
use super::window::{Lens, Position, Window};

/// All that is asked of the window, added up, so that whoever reads only the newest misses nothing.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Wanted {
    pub(super) view: View,
    /// Where the last jump went to, and how many there were.
    pub(super) jump: Jump,
    pub(super) jumps: u64,
    /// How many rows down the window was moved since that jump.
    pub(super) moved: i64,
    /// The last search, and how many there were.
    pub(super) find: Option<(String, Direction)>,
    pub(super) finds: u64,
}

/// Where to go at once.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Jump {
    /// To the end, and on with it.
    End,
    /// To a part of the file between 0 and 1.
    Fraction(f64),
}

impl Default for Wanted {
    fn default() -> Self {
        Wanted {
            view: View::default(),
            jump: Jump::End,
            jumps: 0,
            moved: 0,
            find: None,
            finds: 0,
        }
    }
}

struct Opened {
    file: Arc<File>,
    /// Device and inode: which file it is, whatever its name.
    identity: (u64, u64),
}

/// The state of reading.
pub(super) struct Desk {
    path: PathBuf,
    mask: Arc<Mask>,
    opened: Option<Opened>,
    position: Position,
    /// What was asked for the last time.
    done: Wanted,
    needle: Option<Needle>,
    search: Option<Search>,
    state: SearchState,
    /// The piece that the last search found.
    found: Option<Range<u64>>,
    /// What was last made.
    window: Window,
}

impl Desk {
    /// A desk for a file, which need not exist yet.
    pub(super) fn new(path: PathBuf, mask: Arc<Mask>) -> Self {
        Desk {
            path,
            mask,
            opened: None,
            position: Position::Tail,
            done: Wanted::default(),
            needle: None,
            search: None,
            state: SearchState::Idle,
            found: None,
            window: Window::default(),
        }
    }

    /// Whether a search is on its way, so that the next turn should come at once.
    pub(super) fn is_busy(&self) -> bool {
        self.search.is_some()
    }

    /// Looks at the file and does what is wanted; the window if it changed.
    pub(super) fn turn(&mut self, wanted: &Wanted) -> Option<Window> {
        let window = self.window(wanted).unwrap_or_else(|error| {
            self.end_search(SearchState::Idle);
            Window {
                trouble: Some(format!("output can't be read: {error}")),
                search: self.state,
                ..self.window.clone()
            }
        });
        (window != self.window).then(|| {
            self.window = window;
            self.window.clone()
        })
    }

    fn window(&mut self, wanted: &Wanted) -> io::Result<Window> {
        let fresh = self.open()?;
        let Some(opened) = &self.opened else {
            return Ok(Window {
                following: true,
                ..Window::default()
            });
        };
        let file = Arc::clone(&opened.file);
        let size = file.metadata()?.len();
        let shrunk = size < self.window.size;
        if fresh || shrunk {
            self.position = Position::Tail;
            self.found = None;
            self.end_search(SearchState::Idle);
        }
        let (mut moved, changed) = self.take(wanted, size);
        let found = self.look_on(&file)?;
        if let Some(at) = found {
            self.position = Position::Byte(at);
            // What leads to a match is worth seeing.
            moved = -i64::from(wanted.view.rows / 3);
        }
        let live = self.window.at_end || self.window.following;
        let grown = size != self.window.size && live;
        let stale = fresh || shrunk || grown || changed || moved != 0 || found.is_some();
        if !stale && self.window.trouble.is_none() {
            return Ok(Window {
                size,
                search: self.state,
                ..self.window.clone()
            });
        }
        let lens = Lens {
            file: &file,
            size,
            view: wanted.view,
            mask: &self.mask,
            needle: self.needle.as_ref(),
        };
        let sight = lens.look(self.position, moved)?;
        if found.is_some() {
            self.found = Some(sight.origin);
        }
        // Who moves down onto the end stays with it.
        let following = sight.at_end && (self.position == Position::Tail || moved > 0);
        self.position = if following {
            Position::Tail
        } else {
            sight.position
        };
        Ok(Window {
            rows: sight.rows,
            top: sight.bytes.start,
            bottom: sight.bytes.end,
            size,
            at_end: sight.at_end,
            following,
            exists: true,
            trouble: None,
            search: self.state,
        })
    }

    /// Opens the file, unless it is still the one that is open. A file that was there and is gone
    /// can still be read. Returns whether it was opened just now.
    fn open(&mut self) -> io::Result<bool> {
        let found = match fs::metadata(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            found => found?,
        };
        let identity = (found.dev(), found.ino());
        let same = |opened: &Opened| opened.identity == identity;
        if self.opened.as_ref().is_some_and(same) {
            return Ok(false);
        }
        if !found.is_file() {
            return Err(io::Error::other("it is not a file"));
        }
        let file = File::open(&self.path)?;
        let found = file.metadata()?;
        self.opened = Some(Opened {
            file: Arc::new(file),
            identity: (found.dev(), found.ino()),
        });
        Ok(true)
    }

    /// Takes in what is wanted: how many rows to move, and whether anything else changed.
    fn take(&mut self, wanted: &Wanted, size: u64) -> (i64, bool) {
        let jumped = wanted.jumps != self.done.jumps;
        let asked = wanted.finds != self.done.finds;
        let changed = jumped || asked || wanted.view != self.done.view;
        let mut moved = wanted.moved;
        if jumped {
            self.position = match wanted.jump {
                Jump::Fraction(part) if part < 1.0 => Position::Byte((part * size as f64) as u64),
                _ => Position::Tail,
            };
        } else {
            moved = moved.saturating_sub(self.done.moved);
        }
        if asked {
            self.find(wanted.find.as_ref(), size);
        }
        self.done = wanted.clone();
        (moved, changed)
    }

    /// Begins a search: behind the last match if that is on the screen, else with what is.
    fn find(&mut self, wanted: Option<&(String, Direction)>, size: u64) {
        let text = wanted.map(|(text, _)| text);
        if text != self.done.find.as_ref().map(|(text, _)| text) {
            self.needle = text.and_then(|text| Needle::new(text));
            self.found = None;
        }
        self.end_search(SearchState::Idle);
        if let (Some((_, direction)), Some(_)) = (wanted, &self.needle) {
            let seen = self.window.top..self.window.bottom;
            let on_screen = |last: &&Range<u64>| last.end > seen.start && last.start < seen.end;
            let last = self.found.as_ref().filter(on_screen);
            let rest = match direction {
                Direction::Forward => last.map_or(seen.start, |last| last.end)..size,
                Direction::Backward => 0..last.map_or(seen.end, |last| last.start),
            };
            self.search = Some(Search::new(*direction, rest));
        }
    }

    /// Goes on with the search; where it found something.
    fn look_on(&mut self, file: &File) -> io::Result<Option<u64>> {
        let (Some(search), Some(needle)) = (&mut self.search, &self.needle) else {
            return Ok(None);
        };
        let found = search.step(file, needle)?;
        self.state = SearchState::Looking(search.percent());
        if found.is_some() {
            self.end_search(SearchState::Found);
        } else if search.is_over() {
            self.end_search(SearchState::NotFound);
        }
        Ok(found)
    }

    fn end_search(&mut self, state: SearchState) {
        self.search = None;
        self.state = state;
    }
}

#[cfg(test)]
mod tests;
