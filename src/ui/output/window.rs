//! What is seen of a file: which rows stand on the screen, given a place in the file and how far
//! to move from it. A place is a row, so it stays where it is while the file grows.

use std::fs::File;
use std::io;
use std::ops::Range;

use ratatui::style::{Modifier, Style};
use ratatui::text::Line;

use super::mask::Mask;
use super::rows::{self, View};
use super::search::{Needle, SearchState};
use super::stream::Piece;
use super::stretch::{self, Around, LIMIT, RECOVERY, Stretch};
use super::styled::StyledText;

/// Nobody moves further at once.
const FARTHEST: i64 = 4096;
/// Stands at the end of each piece of a line that is too long.
const CUT: &str = " [long line, cut here]";

/// A view of a step's output, ready to be drawn.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Window {
    /// The rows, top first; at most as many as the view has.
    pub rows: Vec<Line<'static>>,
    /// Where in the file the first of them begins.
    pub top: u64,
    /// Where in the file the last of them ends.
    pub bottom: u64,
    /// How long the file is.
    pub size: u64,
    /// Whether the last row is the last of the file.
    pub at_end: bool,
    /// Whether the window moves on as the file grows.
    pub following: bool,
    /// Whether there is a file; a step that wrote nothing yet may have none.
    pub exists: bool,
    /// Why the output can't be read, in words; the rows are then those that were read before.
    pub trouble: Option<String>,
    /// How the search stands.
    pub search: SearchState,
}

/// A place in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Position {
    /// The last row is the last of the file, wherever that is.
    Tail,
    /// The first row is this one of the piece that begins at `start`.
    Row { start: u64, part: usize },
    /// The first row is the one that shows this byte, as near as can be told.
    Byte(u64),
}

/// A file and how to look at it.
pub(super) struct Lens<'a> {
    pub(super) file: &'a File,
    pub(super) size: u64,
    pub(super) view: View,
    pub(super) mask: &'a Mask,
    pub(super) needle: Option<&'a Needle>,
}

/// What was seen.
pub(super) struct Sight {
    /// The rows, top first.
    pub(super) rows: Vec<Line<'static>>,
    /// Where the first row stands.
    pub(super) position: Position,
    /// The bytes from the first row to the last.
    pub(super) bytes: Range<u64>,
    /// Whether the last row is the last of the file.
    pub(super) at_end: bool,
    /// The piece that held the place from which the move began.
    pub(super) origin: Range<u64>,
}

impl Lens<'_> {
    /// What is seen `moved` rows below `position`, or above if negative; the last row of the file
    /// never leaves the bottom of the screen upwards.
    pub(super) fn look(&self, position: Position, moved: i64) -> io::Result<Sight> {
        let height = i64::from(self.view.rows);
        let moved = moved.clamp(-FARTHEST, FARTHEST);
        let mut around = Around {
            place: match position {
                Position::Tail => self.size,
                Position::Row { start, .. } => start,
                Position::Byte(byte) => byte,
            },
            before: (height + (-moved).max(0)) as usize,
            after: (height + moved.max(0)) as usize + 1,
            back: RECOVERY,
        };
        loop {
            let sheet = Sheet::new(stretch::read(self.file, self.size, around)?, self);
            let origin = sheet.find(position);
            let full = signed(sheet.count) - height;
            let top = match position {
                Position::Tail => full + moved.min(0),
                _ => signed(origin) + moved,
            };
            let last = if sheet.to_end {
                full
            } else {
                signed(sheet.count) - 1
            };
            let top = top.min(last);
            if top < 0 && !sheet.from_start && around.back < LIMIT {
                around.back = (around.back * 4).min(LIMIT);
                continue;
            }
            return Ok(sheet.show(top.max(0) as usize, origin, position, self.view));
        }
    }

    /// A piece as it is shown, in rows.
    fn lay(&self, piece: Piece) -> Laid {
        let mut text = self.mask.cover(piece.text, piece.edges);
        if let Some(needle) = self.needle {
            text = needle.mark(text);
        }
        if piece.edges.cut {
            text.push_str(CUT, Style::new().add_modifier(Modifier::DIM));
        }
        Laid {
            bytes: piece.start..piece.end,
            rows: rows::rows(text.text(), self.view),
            text,
        }
    }
}

fn signed(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}

/// A piece in rows.
struct Laid {
    bytes: Range<u64>,
    text: StyledText,
    rows: Vec<Range<usize>>,
}

impl Laid {
    /// The byte of the file with which a row ends; text and bytes are not quite in step.
    fn end_of(&self, part: usize) -> u64 {
        if part + 1 == self.rows.len() {
            self.bytes.end
        } else {
            self.start_of(part + 1)
        }
    }

    fn start_of(&self, part: usize) -> u64 {
        let into = self.rows[part].start as u64;
        (self.bytes.start + into).min(self.bytes.end - 1)
    }
}

/// Pieces in rows, all rows numbered from the first.
struct Sheet {
    laid: Vec<Laid>,
    /// For each piece, the number of its first row.
    first_rows: Vec<usize>,
    /// How many rows there are.
    count: usize,
    from_start: bool,
    to_end: bool,
}

impl Sheet {
    fn new(stretch: Stretch, lens: &Lens<'_>) -> Self {
        let laid: Vec<Laid> = stretch
            .pieces
            .into_iter()
            .map(|piece| lens.lay(piece))
            .collect();
        let mut count = 0;
        let first_rows = laid
            .iter()
            .map(|laid| {
                count += laid.rows.len();
                count - laid.rows.len()
            })
            .collect();
        Sheet {
            laid,
            first_rows,
            count,
            from_start: stretch.from_start,
            to_end: stretch.to_end,
        }
    }

    /// The number of the row at a place.
    fn find(&self, position: Position) -> usize {
        let (byte, part) = match position {
            Position::Tail => return self.count,
            Position::Row { start, part } => (start, Some(part)),
            Position::Byte(byte) => (byte, None),
        };
        let next = self.laid.partition_point(|laid| laid.bytes.start <= byte);
        let Some(laid) = next.checked_sub(1).and_then(|piece| self.laid.get(piece)) else {
            return 0;
        };
        let last = laid.rows.len() - 1;
        let part = part.unwrap_or_else(|| {
            let (into, whole) = (byte - laid.bytes.start, laid.bytes.end - laid.bytes.start);
            (into * laid.rows.len() as u64 / whole) as usize
        });
        self.first_rows[next - 1] + part.min(last)
    }

    /// The piece and the part of it that a row is.
    fn row(&self, number: usize) -> Option<(&Laid, usize)> {
        let piece = self
            .first_rows
            .partition_point(|first| *first <= number)
            .checked_sub(1)?;
        let part = number - self.first_rows[piece];
        let laid = self.laid.get(piece)?;
        (part < laid.rows.len()).then_some((laid, part))
    }

    /// The rows from `top` on; without any, the position stays what it `was`.
    fn show(&self, top: usize, origin: usize, was: Position, view: View) -> Sight {
        let shown: Vec<(&Laid, usize)> = (top..top + usize::from(view.rows))
            .map_while(|number| self.row(number))
            .collect();
        let end = self.laid.last().map_or(0, |laid| laid.bytes.end);
        let bytes = match (shown.first(), shown.last()) {
            (Some((first, part)), Some((last, end))) => first.start_of(*part)..last.end_of(*end),
            _ => end..end,
        };
        let position = shown.first().map_or(was, |(laid, part)| Position::Row {
            start: laid.bytes.start,
            part: *part,
        });
        Sight {
            position,
            bytes,
            at_end: self.to_end && top + shown.len() >= self.count,
            origin: self
                .row(origin)
                .map_or(end..end, |(laid, _)| laid.bytes.clone()),
            rows: shown
                .iter()
                .map(|(laid, part)| rows::draw(&laid.text, laid.rows[*part].clone(), view))
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests;
