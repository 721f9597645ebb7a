//! Reading what a step printed: is a text in it, does a line match, what is the last line. Files
//! may be of any size; what is kept in memory is not.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use crate::plan::{Capture, Find, Pattern, holds, json_path, says};

/// The most of a line that is looked at: 64 KiB.
const LINE_LIMIT: u64 = 64 * 1024;

/// What to look for.
#[derive(Clone, Debug, Default)]
pub(super) struct Question {
    pub(super) text: Option<String>,
    pub(super) word: Option<String>,
    pub(super) regex: Option<Pattern>,
    pub(super) captures: Vec<Capture>,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each answers a question of its own"
)]
pub(super) struct Answer {
    pub(super) text_found: bool,
    pub(super) says_found: bool,
    pub(super) regex_found: bool,
    /// The last line that is not blank, nor how `psql` tells below a table how many rows it has.
    pub(super) last_line: Option<String>,
    /// Whether that is only a part of a line that was too long to be kept.
    pub(super) last_is_cut: bool,
    /// The variables that were captured: the last match of each counts.
    pub(super) captured: Vec<(String, String)>,
}

/// What is looked at again of a line that is read in pieces, in bytes at least: what is looked for may
/// be cut in two.
const OVERLAP: usize = 4 * 1024;

/// Reads the whole file at `path`, line by line, without its colours and other control sequences.
pub(super) fn search(path: &Path, question: &Question) -> io::Result<Answer> {
    let mut reader = BufReader::with_capacity(256 * 1024, File::open(path)?);
    let mut answer = Answer::default();
    let mut wanted = question.text.as_deref().map(Wanted::new);
    let overlap = question
        .text
        .as_ref()
        .map_or(OVERLAP, |text| text.len().max(OVERLAP));
    let mut reading = Reading::default();
    let mut line = Vec::new();
    // Whether the piece before did not end its line.
    let mut goes_on = false;
    loop {
        line.clear();
        let read = reader
            .by_ref()
            .take(LINE_LIMIT)
            .read_until(b'\n', &mut line)?;
        if read == 0 {
            break;
        }
        reading.read(&line, goes_on.then_some(overlap));
        let text = reading.text();
        if let Some(wanted) = &mut wanted {
            answer.text_found |= wanted.next(text, goes_on);
        }
        if let Some(word) = &question.word {
            answer.says_found |= says(text, word);
        }
        if let Some(regex) = &question.regex {
            answer.regex_found |= regex.is_match(text);
        }
        for capture in &question.captures {
            if let Find::Pattern(pattern) = &capture.from
                && let Some(value) = pattern.capture(text, &capture.name)
            {
                keep(&mut answer.captured, &capture.name, value);
            }
        }
        if !text.trim().is_empty() && !is_count(text) {
            let last = answer.last_line.get_or_insert_default();
            text.clone_into(last);
            answer.last_is_cut = goes_on || line.len() as u64 == LINE_LIMIT;
        }
        goes_on = !line.ends_with(b"\n");
    }
    Ok(answer)
}

/// The most of an output in which JSON is looked for: 4 MiB.
const JSON_LIMIT: u64 = 4 * 1024 * 1024;

/// The JSON in the file at `path`; with `body`, in what follows the first blank line of it.
pub(super) fn json(path: &Path, body: bool) -> io::Result<Option<serde_json::Value>> {
    let mut bytes = Vec::new();
    File::open(path)?
        .take(JSON_LIMIT + 1)
        .read_to_end(&mut bytes)?;
    if bytes.len() as u64 > JSON_LIMIT {
        let why = "more than 4 MiB are too much to be looked through for JSON";
        return Err(io::Error::other(why));
    }
    let lines = bytes.split_inclusive(|&byte| byte == b'\n');
    let text: String = lines.map(plain).collect::<Vec<_>>().join("\n");
    let text = match text.split_once("\n\n") {
        Some((_, rest)) if body => rest,
        _ => &text,
    };
    Ok(json_path::in_text(text))
}

/// `(1 row)`
fn is_count(line: &str) -> bool {
    let inner = line
        .strip_prefix('(')
        .and_then(|line| line.strip_suffix(')'));
    let count = inner.and_then(|inner| inner.strip_suffix(" rows").or(inner.strip_suffix(" row")));
    count.is_some_and(|count| count.bytes().all(|byte| byte.is_ascii_digit()))
}

fn keep(captured: &mut Vec<(String, String)>, name: &str, value: &str) {
    match captured.iter_mut().find(|(known, _)| known == name) {
        Some((_, old)) => value.clone_into(old),
        None => captured.push((name.to_owned(), value.to_owned())),
    }
}

/// A text that may stretch over several lines, and how much of it the lines so far have matched.
struct Wanted<'a> {
    lines: Vec<&'a str>,
    /// The last lines seen, as many as the text has.
    seen: std::collections::VecDeque<String>,
}

impl<'a> Wanted<'a> {
    fn new(text: &'a str) -> Self {
        Wanted {
            lines: text.trim_end_matches('\n').split('\n').collect(),
            seen: std::collections::VecDeque::new(),
        }
    }

    /// Whether the text ends in this line. `goes_on`: it is more of the one before.
    fn next(&mut self, line: &str, goes_on: bool) -> bool {
        if let [only] = self.lines.as_slice() {
            return holds(line, only);
        }
        if goes_on {
            self.seen.pop_back();
        } else if self.seen.len() == self.lines.len() {
            self.seen.pop_front();
        }
        self.seen.push_back(line.to_owned());
        let last = self.lines.len() - 1;
        self.seen.len() == self.lines.len()
            && self
                .lines
                .iter()
                .zip(&self.seen)
                .enumerate()
                .all(|(ix, (wanted, seen))| match ix {
                    0 => seen.ends_with(wanted),
                    ix if ix == last => seen.starts_with(wanted),
                    _ => seen == wanted,
                })
    }
}

/// A line as a person sees it: no colours, no cursor movements, and of what was overwritten after a
/// carriage return only what stands in the end.
fn plain(line: &[u8]) -> String {
    let mut reading = Reading::default();
    reading.read(line, None);
    reading.seen.text
}

/// Reads one line after the other as a person sees them.
#[derive(Default)]
struct Reading {
    parser: vte::Parser,
    seen: Seen,
}

/// Ends whatever control sequence a line leaves unfinished.
const CANCEL: &[u8] = b"\x18";

impl Reading {
    /// Reads a line, or with `overlap` more of the one before, of which that many bytes are kept.
    fn read(&mut self, line: &[u8], overlap: Option<usize>) {
        let text = &mut self.seen.text;
        let kept = overlap.map_or(0, |overlap| overlap.min(text.len()));
        text.drain(..text.floor_char_boundary(text.len() - kept));
        self.seen.returned &= overlap.is_some();
        let body = line.strip_suffix(b"\n").unwrap_or(line);
        let is_plain = |byte: &u8| matches!(byte, b' '..=b'~' | b'\t');
        match std::str::from_utf8(body) {
            Ok(body) if !self.seen.returned && body.as_bytes().iter().all(is_plain) => {
                self.seen.text.push_str(body);
            }
            _ => {
                self.parser.advance(&mut self.seen, line);
                self.parser.advance(&mut self.seen, CANCEL);
            }
        }
    }

    fn text(&self) -> &str {
        &self.seen.text
    }
}

#[derive(Default)]
struct Seen {
    text: String,
    returned: bool,
}

impl vte::Perform for Seen {
    fn print(&mut self, c: char) {
        if std::mem::take(&mut self.returned) {
            self.text.clear();
        }
        self.text.push(c);
    }

    fn execute(&mut self, byte: u8) {
        match byte {
            b'\t' => self.print('\t'),
            b'\r' => self.returned = true,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(content: &str, question: &Question) -> Answer {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), content).unwrap();
        search(file.path(), question).unwrap()
    }

    fn asks(text: &str) -> Question {
        Question {
            text: Some(text.into()),
            ..Question::default()
        }
    }

    #[test]
    fn texts_are_found_through_colours_and_over_lines() {
        assert!(answer("a \x1b[32mup to\x1b[0m date!\n", &asks("up to date")).text_found);
        assert!(answer("x one\ntwo\nthree y\n", &asks("one\ntwo\nthree")).text_found);
        assert!(!answer("x one\nand\ntwo\n", &asks("one\ntwo")).text_found);
        assert!(!answer("", &asks("a")).text_found);
    }

    #[test]
    fn the_last_line_is_what_stands_there_in_the_end() {
        let last = |content: &str| answer(content, &Question::default()).last_line;
        assert_eq!(last("a\n 58 \n\n").as_deref(), Some(" 58 "));
        assert_eq!(last("10%\r100%\r\n").as_deref(), Some("100%"));
        assert_eq!(last("\n \n"), None);
    }

    #[test]
    fn the_value_of_a_table_is_no_count_of_its_rows() {
        let last = |content: &str| answer(content, &Question::default()).last_line;
        let table = " count \n-------\n    58\n(1 row)\n\n";
        assert_eq!(last(table).as_deref(), Some("    58"));
        assert_eq!(last("58\n(in all)\n").as_deref(), Some("(in all)"));
    }

    #[test]
    fn variables_are_captured_from_their_last_match() {
        let question = Question {
            captures: vec![Capture {
                name: "file".into(),
                from: Find::Pattern(Pattern::new("wrote (\\S+)").unwrap()),
            }],
            ..Question::default()
        };
        let found = answer("wrote a.sql\nwrote b.sql now\n", &question).captured;
        assert_eq!(found, [("file".to_owned(), "b.sql".to_owned())]);
    }

    #[test]
    fn a_line_without_an_end_is_read_in_pieces() {
        let long = "x".repeat(300_000) + "end";
        let found = answer(&long, &asks("end"));
        assert!(found.text_found);
        assert!(found.last_is_cut && found.last_line.unwrap().len() < 70_000);
    }

    #[test]
    fn what_two_pieces_of_a_line_share_is_found() {
        for before in 65_530..65_537 {
            let cut = "x".repeat(before) + "the end\nof it";
            assert!(answer(&cut, &asks("the end")).text_found, "{before}");
            assert!(answer(&cut, &asks("the end\nof it")).text_found, "{before}");
            assert!(!answer(&cut, &asks("the end\nof them")).text_found);
        }
    }

    #[test]
    fn what_a_line_leaves_unfinished_is_not_the_next_ones() {
        let found = |content: &str| answer(content, &asks("found")).text_found;
        for unfinished in ["\x1b[3", "\x1b]0;title", "\x1bP", "half a sign \u{e9}\x1b"] {
            assert!(found(&format!("{unfinished}\nfound\n")), "{unfinished:?}");
        }
        assert!(answer("caf\u{e9} \u{2713} done\n", &asks("\u{2713} done")).text_found);
    }
}
