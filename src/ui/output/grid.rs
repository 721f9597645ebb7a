//! The line that is being written: cells on which a cursor moves, as in a terminal of one row
//! without a right edge.

use ratatui::style::{Modifier, Style};

use super::styled::StyledText;
use crate::ui::widgets::chars;

/// Tab stops lie so many columns apart.
const TAB: usize = 8;
/// How far the cursor may be sent beyond what is written. Also where tab stops end, so that a
/// flood of tabs stays as small as other text.
const REACH: usize = 1024;
/// How many marks a character may carry; further ones are dropped.
const MARKS: usize = 2;

/// One column. What a wide character takes beyond its first column are cells of their own.
#[derive(Clone, Copy)]
struct Cell {
    /// The character, or [`REST`].
    c: char,
    /// Marks that sit on the character; NUL where there is none.
    marks: [char; MARKS],
    style: Style,
}

/// Stands in the columns that a wide character takes beyond its first.
const REST: char = '\0';

impl Cell {
    fn new(c: char, style: Style) -> Self {
        Cell {
            c,
            marks: ['\0'; MARKS],
            style,
        }
    }

    /// Whether nothing would be seen of it at the end of a line.
    fn is_blank(&self) -> bool {
        let seen = Modifier::REVERSED | Modifier::UNDERLINED | Modifier::CROSSED_OUT;
        self.c == ' '
            && self.marks[0] == '\0'
            && self.style.bg.is_none()
            && !self.style.add_modifier.intersects(seen)
    }
}

/// The cells and the cursor.
#[derive(Default)]
pub(super) struct Grid {
    cells: Vec<Cell>,
    column: usize,
}

impl Grid {
    /// Writes a character at the cursor, over whatever is there. What must not be shown is dropped.
    pub(super) fn print(&mut self, c: char, style: Style) {
        match chars::width(c) {
            Some(0) => self.mark(c),
            Some(width) => self.put(c, width, style),
            None => {}
        }
    }

    fn put(&mut self, c: char, width: usize, style: Style) {
        self.fill_to(self.column);
        let end = self.column + width;
        if self.column < self.cells.len() {
            self.split(self.column);
            self.split(end);
        }
        for at in self.column..end {
            let cell = Cell::new(if at == self.column { c } else { REST }, style);
            match self.cells.get_mut(at) {
                Some(old) => *old = cell,
                None => self.cells.push(cell),
            }
        }
        self.column = end;
    }

    /// Puts a mark on the character before the cursor.
    fn mark(&mut self, c: char) {
        let before = self.column.min(self.cells.len());
        let base = self.cells[..before].iter_mut().rfind(|cell| cell.c != REST);
        if let Some(free) = base.and_then(|cell| cell.marks.iter_mut().find(|m| **m == '\0')) {
            *free = c;
        }
    }

    /// If a wide character lies across the left edge of column `at`, blanks all of it.
    fn split(&mut self, at: usize) {
        let Some((before, after)) = self.cells.split_at_mut_checked(at) else {
            return;
        };
        if after.first().is_none_or(|cell| cell.c != REST) {
            return;
        }
        let start = before.iter().rposition(|cell| cell.c != REST);
        let end = after.iter().position(|cell| cell.c != REST);
        let end = end.unwrap_or(after.len());
        let halves = before[start.unwrap_or(0)..]
            .iter_mut()
            .chain(&mut after[..end]);
        for cell in halves {
            *cell = Cell::new(' ', cell.style);
        }
    }

    fn fill_to(&mut self, column: usize) {
        if self.cells.len() < column {
            self.cells.resize(column, Cell::new(' ', Style::new()));
        }
    }

    /// Moves the cursor to a column, counted from 0.
    pub(super) fn go_to(&mut self, column: usize) {
        self.column = column.min(self.cells.len().max(REACH));
    }

    /// Moves the cursor to the right.
    pub(super) fn forward(&mut self, columns: usize) {
        self.go_to(self.column.saturating_add(columns));
    }

    /// Moves the cursor to the left, as far as the line begins.
    pub(super) fn back(&mut self, columns: usize) {
        self.column = self.column.saturating_sub(columns);
    }

    /// Moves the cursor to the next tab stop.
    pub(super) fn tab(&mut self) {
        let stop = if self.column < REACH {
            (self.column / TAB + 1) * TAB
        } else {
            self.column + 1
        };
        self.fill_to(stop);
        self.column = stop;
    }

    /// Erases from the cursor to the end.
    pub(super) fn erase_right(&mut self) {
        self.split(self.column);
        self.cells.truncate(self.column);
    }

    /// Erases from the beginning through the cursor.
    pub(super) fn erase_left(&mut self) {
        self.split(self.column + 1);
        let end = self.cells.len().min(self.column + 1);
        self.cells[..end].fill(Cell::new(' ', Style::new()));
    }

    /// Erases all; the cursor stays, within its reach.
    pub(super) fn erase(&mut self) {
        self.cells.clear();
        self.column = self.column.min(REACH);
    }

    /// Goes to a new, empty line.
    pub(super) fn clear(&mut self) {
        self.cells.clear();
        self.column = 0;
    }

    /// What is written, without the blanks after it; goes to a new line.
    pub(super) fn take(&mut self) -> StyledText {
        let end = self
            .cells
            .iter()
            .rposition(|cell| !cell.is_blank())
            .map_or(0, |last| last + 1);
        let mut text = StyledText::default();
        for cell in self.cells[..end].iter().filter(|cell| cell.c != REST) {
            text.push(cell.c, cell.style);
            for mark in cell.marks.into_iter().filter(|mark| *mark != '\0') {
                text.push(mark, cell.style);
            }
        }
        self.clear();
        text
    }
}
