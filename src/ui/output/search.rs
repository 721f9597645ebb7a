//! Looking for text in a file of any size, a part at a time.

use std::fs::File;
use std::io;
use std::ops::Range;

use ratatui::style::{Modifier, Style};
use regex::bytes::{Regex, RegexBuilder};

use super::stretch::read_at;
use super::styled::StyledText;

/// How much is looked through before anybody else gets a turn.
const STEP: usize = 4 * 1024 * 1024;

/// Which way to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Towards the end.
    Forward,
    /// Towards the beginning.
    Backward,
}

/// How a search stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SearchState {
    /// Nothing is looked for.
    #[default]
    Idle,
    /// So much of the file, in percent, has been looked through.
    Looking(u8),
    /// The window shows a match.
    Found,
    /// There is none in that direction.
    NotFound,
}

/// The text that is looked for; capital letters are told from small ones if it has any.
#[derive(Clone)]
pub(super) struct Needle {
    pattern: Regex,
    /// No match is longer, in bytes.
    longest: usize,
}

impl Needle {
    /// `None` if there is nothing to look for.
    pub(super) fn new(text: &str) -> Option<Self> {
        if text.is_empty() {
            return None;
        }
        let pattern = RegexBuilder::new(&regex::escape(text))
            .case_insensitive(!text.chars().any(char::is_uppercase))
            .build()
            .ok()?;
        Some(Needle {
            pattern,
            // A letter's other case may be longer than itself.
            longest: text.chars().count() * 4,
        })
    }

    /// `text` with the matches marked.
    pub(super) fn mark(&self, text: StyledText) -> StyledText {
        let found = self.pattern.find_iter(text.text().as_bytes());
        let found: Vec<_> = found.map(|found| found.range()).collect();
        if found.is_empty() {
            return text;
        }
        text.changed(&found, |new, range| {
            for (part, style) in text.parts(range) {
                new.push_str(part, style.patch(MARKED));
            }
        })
    }
}

const MARKED: Style = Style::new().add_modifier(Modifier::REVERSED.union(Modifier::BOLD));

/// A search on its way through a file.
pub(super) struct Search {
    direction: Direction,
    /// What has not been looked through yet.
    rest: Range<u64>,
    /// How long that was in the beginning.
    whole: u64,
    buffer: Vec<u8>,
}

impl Search {
    /// A search in the bytes from which a match has to begin.
    pub(super) fn new(direction: Direction, rest: Range<u64>) -> Self {
        Search {
            direction,
            whole: rest.end.saturating_sub(rest.start),
            rest,
            buffer: Vec::new(),
        }
    }

    /// Looks through the next part. `Ok(Some(offset))` is where a match begins.
    pub(super) fn step(&mut self, file: &File, needle: &Needle) -> io::Result<Option<u64>> {
        let length = (STEP as u64).min(self.rest.end.saturating_sub(self.rest.start));
        let part = match self.direction {
            Direction::Forward => self.rest.start..self.rest.start + length,
            Direction::Backward => self.rest.end - length..self.rest.end,
        };
        // Matches may reach beyond the part in which they begin.
        self.buffer.resize(length as usize + needle.longest, 0);
        let got = read_at(file, part.start, &mut self.buffer)?;
        let mut matches = needle
            .pattern
            .find_iter(&self.buffer[..got])
            .map(|found| found.start() as u64)
            .take_while(|start| *start < length);
        let found = match self.direction {
            Direction::Forward => matches.next(),
            Direction::Backward => matches.last(),
        };
        match self.direction {
            Direction::Forward => self.rest.start = part.end,
            Direction::Backward => self.rest.end = part.start,
        }
        Ok(found.map(|start| part.start + start))
    }

    /// Whether all was looked through.
    pub(super) fn is_over(&self) -> bool {
        self.rest.is_empty()
    }

    /// How much was looked through, in percent.
    pub(super) fn percent(&self) -> u8 {
        let rest = self.rest.end.saturating_sub(self.rest.start);
        let done = u128::from(self.whole - rest) * 100;
        (done / u128::from(self.whole.max(1))) as u8
    }
}
