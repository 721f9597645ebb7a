//! The pieces around a place in a file, by reading no more of it than that takes.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use super::stream::{BLOCK, LogStream, Piece};

/// At least so much is read before the place, for the style that is in force there.
pub(super) const RECOVERY: u64 = 64 * 1024;
/// No more than this is read before the place, nor after it: 128 pieces of the longest.
pub(super) const LIMIT: u64 = 2 * 1024 * 1024;

/// What is wanted of a file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Around {
    /// The place, in bytes.
    pub(super) place: u64,
    /// How many pieces before the one that holds the place.
    pub(super) before: usize,
    /// How many pieces from that one on.
    pub(super) after: usize,
    /// How many bytes before the place may be read for them: between [`RECOVERY`] and [`LIMIT`].
    pub(super) back: u64,
}

/// Pieces that follow each other.
#[derive(Debug, Default)]
pub(super) struct Stretch {
    /// The pieces; fewer before the place than wanted only if they lie further back than allowed.
    pub(super) pieces: Vec<Piece>,
    /// Whether the first of them is the first of the file.
    pub(super) from_start: bool,
    /// Whether the last of them is the last of the file.
    pub(super) to_end: bool,
}

/// Reads what is wanted of the first `size` bytes of `file`. Should the file have become shorter,
/// its end is where reading ends.
pub(super) fn read(file: &File, size: u64, around: Around) -> io::Result<Stretch> {
    let place = around.place.min(size);
    let from = (place - place % BLOCK).saturating_sub(around.back);
    let mut buffer = vec![0; (place - from) as usize];
    let mut got = read_at(file, from, &mut buffer)?;
    let keep_from = match nth_line_back(&buffer[..got], around.before + 1) {
        Some(at) => from + at as u64,
        None => from,
    };
    let mut stretch = Stretch {
        from_start: keep_from == 0,
        ..Stretch::default()
    };
    let mut stream = LogStream::new(from, keep_from);
    stream.feed(&buffer[..got], &mut stretch.pieces);
    let mut at = from + got as u64;
    let mut full = got == buffer.len();
    while full && at < size && at - place < LIMIT {
        let held = stretch.pieces.iter().rev();
        if held.take_while(|piece| piece.end > place).count() >= around.after {
            return Ok(stretch);
        }
        buffer.resize(BLOCK.min(size - at) as usize, 0);
        got = read_at(file, at, &mut buffer)?;
        stream.feed(&buffer[..got], &mut stretch.pieces);
        at += got as u64;
        full = got == buffer.len();
    }
    stretch.to_end = at >= size || !full;
    if stretch.to_end {
        stream.finish(&mut stretch.pieces);
    }
    Ok(stretch)
}

/// Reads until `buffer` is full or the file ends; returns how much it read.
pub(super) fn read_at(file: &File, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
    let mut done = 0;
    while done < buffer.len() {
        match file.read_at(&mut buffer[done..], offset + done as u64) {
            Ok(0) => break,
            Ok(more) => done += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(done)
}

/// Where the line begins that stands behind the last but `count - 1` line feed.
fn nth_line_back(bytes: &[u8], count: usize) -> Option<usize> {
    let mut feeds = bytes
        .iter()
        .enumerate()
        .rev()
        .filter(|(_, byte)| **byte == b'\n');
    feeds.nth(count - 1).map(|(at, _)| at + 1)
}
