//! From bytes to pieces of lines.
//!
//! A line feed ends a line and whatever sequence stood unfinished in it, so that only the style
//! goes on from line to line: what a line shows depends on nothing else before it. A line that
//! is longer than a block is cut where a block of the file holds no line feed at all. Both can be
//! told from the bytes nearby, so a file has the same pieces wherever reading begins.

use ratatui::style::Style;
use vte::{Params, Parser, Perform};

use super::grid::Grid;
use super::sgr;
use super::styled::StyledText;

/// A line without an end is cut where a block of so many bytes, counted from the beginning of the
/// file, holds no line feed. Shorter lines are always whole; no piece has more than two blocks.
pub(super) const BLOCK: u64 = 8 * 1024;
/// The parser is given at most so many bytes at a time: for each byte that is no UTF-8 it looks
/// through all that it was given.
const STRIDE: u64 = 512;
/// After so many strides of which nothing was heard the sequence that swallows them is given up.
const PATIENCE: u32 = 128;
/// The control character that ends every sequence.
const CANCEL: &[u8] = b"\x18";

/// A line, or a part of one that is too long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    /// Where in the file it begins.
    pub(super) start: u64,
    /// Where the next one begins.
    pub(super) end: u64,
    /// What it shows.
    pub(super) text: StyledText,
    /// How it begins and ends.
    pub(super) edges: Edges,
}

/// What lies around a piece.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Edges {
    /// It goes on where another piece was cut.
    pub(super) continues: bool,
    /// Its line was cut at its end.
    pub(super) cut: bool,
    /// Its line had no end yet.
    pub(super) unfinished: bool,
}

/// Reads output as a terminal would and gives it out in pieces.
pub(super) struct LogStream {
    parser: Parser,
    pen: Pen,
    /// The beginning of a letter whose other bytes are still to come. The parser is never given half a letter:
    /// it would lose one that comes behind it.
    half: Vec<u8>,
    /// Where in the file the next byte stands.
    at: u64,
    /// Where the piece that is being written began, once that is known.
    start: Option<u64>,
    continues: bool,
    /// Whether the block so far has no line feed.
    bare: bool,
    silent: u32,
    keep_from: u64,
}

impl LogStream {
    /// A stream whose first byte stands at `offset`, a multiple of [`BLOCK`]. What lies before the
    /// first place where a piece is known to begin is not given out, nor are pieces that begin
    /// before `keep_from`: they only set the style.
    pub(super) fn new(offset: u64, keep_from: u64) -> Self {
        LogStream {
            parser: Parser::new(),
            pen: Pen::default(),
            half: Vec::new(),
            at: offset,
            start: (offset == 0).then_some(0),
            continues: false,
            bare: false,
            silent: 0,
            keep_from,
        }
    }

    /// Reads on, and adds the pieces that came to their end.
    pub(super) fn feed(&mut self, mut bytes: &[u8], pieces: &mut Vec<Piece>) {
        while let Some(first) = bytes.first() {
            if self.at.is_multiple_of(BLOCK) {
                if self.bare && *first != b'\n' {
                    self.end_piece(true, pieces);
                }
                self.bare = true;
            }
            let room = (STRIDE - self.at % STRIDE) as usize;
            let stride = &bytes[..room.min(bytes.len())];
            let line_end = stride.iter().position(|byte| *byte == b'\n');
            let text = &stride[..line_end.unwrap_or(stride.len())];
            self.read(text, line_end.is_some());
            self.at += text.len() as u64;
            bytes = &bytes[text.len()..];
            if line_end.is_some() {
                self.parser.advance(&mut self.pen, CANCEL);
                self.at += 1;
                bytes = &bytes[1..];
                self.bare = false;
                self.end_piece(false, pieces);
            }
            if self.at.is_multiple_of(STRIDE) || line_end.is_some() {
                self.listen();
            }
        }
    }

    /// Gives out the last line, which has no end yet.
    pub(super) fn finish(mut self, pieces: &mut Vec<Piece>) {
        if self.start.is_some_and(|start| start < self.at) {
            self.read(b"", true);
            self.parser.advance(&mut self.pen, CANCEL);
            self.end_piece(false, pieces);
            if let Some(piece) = pieces.last_mut() {
                piece.edges.unfinished = true;
            }
        }
    }

    /// Gives the parser what came, but for half a letter at its end, unless it `ends` there.
    fn read(&mut self, text: &[u8], ends: bool) {
        self.half.extend_from_slice(text);
        let kept = if ends { 0 } else { half_letter(&self.half) };
        let whole = self.half.len() - kept;
        self.parser.advance(&mut self.pen, &self.half[..whole]);
        self.half.drain(..whole);
    }

    fn end_piece(&mut self, cut: bool, pieces: &mut Vec<Piece>) {
        match self.start {
            Some(start) if start >= self.keep_from => pieces.push(Piece {
                start,
                end: self.at,
                text: self.pen.grid.take(),
                edges: Edges {
                    continues: self.continues,
                    cut,
                    unfinished: false,
                },
            }),
            _ => self.pen.grid.clear(),
        }
        self.start = Some(self.at);
        self.continues = cut;
    }

    /// Gives up a sequence that has no end.
    fn listen(&mut self) {
        self.silent = if self.pen.heard { 0 } else { self.silent + 1 };
        self.pen.heard = false;
        if self.silent >= PATIENCE {
            self.parser.advance(&mut self.pen, CANCEL);
            self.silent = 0;
        }
    }
}

/// How many bytes at the end of `bytes` are the beginning of a letter in UTF-8.
fn half_letter(bytes: &[u8]) -> usize {
    let end = bytes.iter().rev().take(3);
    for (before, byte) in end.enumerate() {
        let length = match byte {
            0x80..=0xBF => continue,
            0xC2..=0xDF => 2,
            0xE0..=0xEF => 3,
            0xF0..=0xF4 => 4,
            _ => 0,
        };
        return if before + 1 < length { before + 1 } else { 0 };
    }
    0
}

/// What the parser's findings do: text and the moves inside of a line go to the grid, colours are
/// kept, all else is dropped.
#[derive(Default)]
struct Pen {
    grid: Grid,
    style: Style,
    /// Whether anything but the inside of a sequence was met lately.
    heard: bool,
}

impl Perform for Pen {
    fn print(&mut self, c: char) {
        self.heard = true;
        self.grid.print(c, self.style);
    }

    fn execute(&mut self, byte: u8) {
        self.heard = true;
        match byte {
            b'\r' => self.grid.go_to(0),
            b'\t' => self.grid.tab(),
            0x08 => self.grid.back(1),
            _ => {}
        }
    }

    fn esc_dispatch(&mut self, _: &[u8], _: bool, _: u8) {
        self.heard = true;
    }

    fn osc_dispatch(&mut self, _: &[&[u8]], _: bool) {
        self.heard = true;
    }

    fn unhook(&mut self) {
        self.heard = true;
    }

    fn csi_dispatch(&mut self, params: &Params, marks: &[u8], incomplete: bool, action: char) {
        self.heard = true;
        if incomplete || !marks.is_empty() {
            return;
        }
        let first = params.iter().next().and_then(|group| group.first());
        let figure = usize::from(first.copied().unwrap_or(0));
        match (action, figure) {
            ('m', _) => sgr::apply(&mut self.style, params),
            ('K', 0) => self.grid.erase_right(),
            ('K', 1) => self.grid.erase_left(),
            ('K', 2) => self.grid.erase(),
            ('G', column) => self.grid.go_to(column.max(1) - 1),
            ('C', columns) => self.grid.forward(columns.max(1)),
            ('D', columns) => self.grid.back(columns.max(1)),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests;
