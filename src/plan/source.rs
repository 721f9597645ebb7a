//! The text of a plan and places in it.

use super::windows;

/// A range of bytes in a [`Source`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// The span from `start` up to `end`.
    pub fn new(start: usize, end: usize) -> Self {
        Span { start, end }
    }

    /// The empty span at `at`.
    pub fn at(at: usize) -> Self {
        Span { start: at, end: at }
    }
}

impl From<std::ops::Range<usize>> for Span {
    fn from(range: std::ops::Range<usize>) -> Self {
        Span::new(range.start, range.end)
    }
}

/// A line and a column, both counted from 1; the column counts characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The character in the line.
    pub column: usize,
}

/// How many bytes stand between two places up to which the characters are counted.
const MARK_EVERY: usize = 1 << 10;

/// A plan's text, decoded, with its lines known.
#[derive(Clone, Debug)]
pub struct Source {
    name: String,
    text: String,
    line_starts: Vec<usize>,
    /// How many characters begin before each place: a line may be as long as the file, and have as
    /// many problems.
    marks: Vec<usize>,
    damaged_at: Option<usize>,
    /// Where the texts of other files begin that stand behind it, and their names.
    others: Vec<(usize, String)>,
}

impl Source {
    /// The source `name` with `text`.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        let text = unix(text.into());
        let ends = memchr::memchr_iter(b'\n', text.as_bytes());
        let line_starts = std::iter::once(0).chain(ends.map(|at| at + 1)).collect();
        let mut source = Source {
            name: name.into(),
            text,
            line_starts,
            marks: vec![0],
            damaged_at: None,
            others: Vec::new(),
        };
        source.mark();
        source
    }

    /// Decodes `bytes`: UTF-8 with or without a byte order mark, or UTF-16 with one. Bytes that
    /// are no text become U+FFFD, and [`Source::damaged_at`] tells where the first of them stood.
    pub fn decode(name: impl Into<String>, bytes: &[u8]) -> Self {
        let (text, damaged_at) = match bytes {
            [0xFF, 0xFE, rest @ ..] => decode_utf16(rest, u16::from_le_bytes),
            [0xFE, 0xFF, rest @ ..] => decode_utf16(rest, u16::from_be_bytes),
            [0xEF, 0xBB, 0xBF, rest @ ..] => decode_utf8(rest),
            _ => decode_utf8(bytes),
        };
        Source {
            damaged_at,
            ..Source::new(name, text)
        }
    }

    /// Adds the text of another file; tells where it begins.
    pub(super) fn append(&mut self, name: String, bytes: &[u8]) -> usize {
        let other = Source::decode("", bytes);
        if !self.text.ends_with('\n') {
            self.text.push('\n');
        }
        let base = self.text.len();
        if self.line_starts.last() != Some(&base) {
            self.line_starts.push(base);
        }
        self.line_starts
            .extend(other.line_starts.iter().skip(1).map(|start| start + base));
        self.text.push_str(&other.text);
        self.mark();
        self.damaged_at = self.damaged_at.or(other.damaged_at.map(|at| at + base));
        self.others.push((base, name));
        base
    }

    /// The name of the file that the byte at `offset` stands in.
    pub fn name_at(&self, offset: usize) -> &str {
        let found = self.others.iter().rfind(|(start, _)| *start <= offset);
        found.map_or(&self.name, |(_, name)| name)
    }

    /// Where the text stands of the file that the byte at `offset` stands in.
    pub fn file_at(&self, offset: usize) -> Span {
        let others = self.others.iter().map(|(start, _)| *start);
        let start = others.clone().rfind(|start| *start <= offset).unwrap_or(0);
        let end = others.clone().find(|next| *next > start);
        Span::new(start, end.unwrap_or(self.text.len()))
    }

    /// The file's name as the user gave it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The byte at which the text was not what its encoding promises, if anywhere.
    pub fn damaged_at(&self) -> Option<usize> {
        self.damaged_at
    }

    /// The text of `span`, empty if it lies outside.
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.start..span.end).unwrap_or("")
    }

    /// The line of the byte at `offset` in its file, counted from 1.
    pub fn line(&self, offset: usize) -> usize {
        let before = |offset: usize| self.line_starts.partition_point(|&start| start <= offset);
        let other = self.others.iter().rfind(|(start, _)| *start <= offset);
        other.map_or(before(offset), |(start, _)| {
            before(offset) - before(*start) + 1
        })
    }

    /// The first byte of the line that the byte at `offset` stands in.
    pub(super) fn line_start(&self, offset: usize) -> usize {
        let nth = self.line_starts.partition_point(|&start| start <= offset);
        self.line_starts[nth - 1]
    }

    /// The line and column of the byte at `offset`.
    pub fn position(&self, offset: usize) -> Position {
        let line = self.line(offset);
        let start = self.line_start(offset);
        let end = offset.min(self.text.len());
        Position {
            line,
            column: self.between(start, end) + 1,
        }
    }

    /// How many characters begin from the byte at `start` on, before the one at `end`.
    fn between(&self, start: usize, end: usize) -> usize {
        // Lines are short: it is quicker to count than to look up.
        match self.text.as_bytes().get(start..end) {
            Some(bytes) if bytes.len() < MARK_EVERY => beginnings(bytes),
            _ => self.characters(end).saturating_sub(self.characters(start)),
        }
    }

    /// How many characters begin before the byte at `offset`.
    fn characters(&self, offset: usize) -> usize {
        let mark = offset / MARK_EVERY;
        let known = self.marks.get(mark).copied().unwrap_or_default();
        known + beginnings(&self.text.as_bytes()[mark * MARK_EVERY..offset])
    }

    /// Counts the characters that were not counted yet.
    fn mark(&mut self) {
        let mut count = self.marks.last().copied().unwrap_or_default();
        let from = (self.marks.len() - 1) * MARK_EVERY;
        for piece in self.text.as_bytes()[from..].chunks_exact(MARK_EVERY) {
            count += beginnings(piece);
            self.marks.push(count);
        }
    }
}

/// How many characters begin among `bytes`.
fn beginnings(bytes: &[u8]) -> usize {
    let begins = |byte: &&u8| (**byte as i8) >= -0x40;
    bytes.iter().filter(begins).count()
}

/// `text` with the line ends of its time: where nothing but carriage returns ends a line, those do.
fn unix(text: String) -> String {
    let bytes = text.as_bytes();
    if memchr::memchr(b'\r', bytes).is_none() || memchr::memchr(b'\n', bytes).is_some() {
        return text;
    }
    text.replace('\r', "\n")
}

fn decode_utf8(bytes: &[u8]) -> (String, Option<usize>) {
    match std::str::from_utf8(bytes) {
        Ok(text) => (text.to_owned(), None),
        // Where nothing else than ASCII is UTF-8, nothing of it is: an older editor wrote it.
        Err(error) if !holds_utf8(bytes) => (windows::decode(bytes), Some(error.valid_up_to())),
        Err(error) => (
            String::from_utf8_lossy(bytes).into_owned(),
            Some(error.valid_up_to()),
        ),
    }
}

/// Whether any character beyond ASCII among `bytes` is in UTF-8.
fn holds_utf8(bytes: &[u8]) -> bool {
    let mut chunks = bytes.utf8_chunks();
    chunks.any(|chunk| !chunk.valid().is_ascii())
}

fn decode_utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> (String, Option<usize>) {
    let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    let mut text = String::with_capacity(bytes.len() / 2);
    let mut damaged_at = None;
    for decoded in char::decode_utf16(units) {
        text.push(decoded.unwrap_or_else(|_| {
            damaged_at.get_or_insert(text.len());
            char::REPLACEMENT_CHARACTER
        }));
    }
    (text, damaged_at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_of_long_lines_are_counted_too() {
        let mut source = Source::new("p.md", "é".repeat(5_000));
        assert_eq!(source.position(8_000).column, 4_001);
        let base = source.append("q.md".to_owned(), "日".repeat(5_000).as_bytes());
        let column = source.position(base + 9_000).column;
        assert_eq!((source.position(8_000).column, column), (4_001, 3_001));
        let files = [0, base - 1, base, base + 1].map(|at| source.file_at(at).start);
        assert_eq!(files, [0, 0, base, base]);
        assert_eq!(source.file_at(0).end, base);
    }

    #[test]
    fn positions_count_lines_and_characters_from_one() {
        let source = Source::new("p.md", "ab\nçde\n");
        assert_eq!(source.position(0), Position { line: 1, column: 1 });
        assert_eq!(source.position(3), Position { line: 2, column: 1 });
        assert_eq!(source.position(5), Position { line: 2, column: 2 });
        assert_eq!(source.position(99), Position { line: 3, column: 1 });
    }

    #[test]
    fn text_in_other_encodings_is_read_and_damage_is_told() {
        assert_eq!(Source::decode("a", b"\xEF\xBB\xBFhi").text(), "hi");
        assert_eq!(Source::decode("a", b"\xFF\xFEh\0i\0").text(), "hi");
        assert_eq!(Source::decode("a", b"\xFE\xFF\0h\0i").text(), "hi");
        let damaged = Source::decode("a", b"ok\xFFno \xC3\xA9");
        assert_eq!(damaged.text(), "ok\u{FFFD}no é");
        assert_eq!(damaged.damaged_at(), Some(2));
        let latin = Source::decode("a", b"R\xFCckfallplan");
        assert_eq!(latin.text(), "Rückfallplan");
        assert_eq!(latin.damaged_at(), Some(1));
    }
}
