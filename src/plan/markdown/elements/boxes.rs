//! What looks like a box to tick and is none of Markdown's: `\[ \]` as some editors export it, `☐`,
//! `[]`, `[/]`, `[x]` with no blank behind it, and boxes in the cells of tables. Nobody would be asked for them.

use super::task;
use crate::plan::markdown::book::Book;
use crate::plan::problem::Problem;
use crate::plan::source::Span;

/// Boxes that are single letters.
const SIGNS: [char; 6] = ['☐', '☑', '☒', '⬜', '□', '▢'];

/// Warns of such boxes in `notes`, pieces of the text of a section in which something is to be done.
pub(in crate::plan::markdown) fn say_unread(notes: &[Span], book: &mut Book<'_>) {
    let lines: Vec<Span> = notes.iter().flat_map(|note| lines(*note, book)).collect();
    let Some(first) = lines.first() else { return };
    let message = match lines.len() {
        1 => "this looks like a box to tick, and is none: nobody is asked for it".to_owned(),
        n => format!(
            "these {n} lines look like boxes to tick, and are none: nobody is asked for them"
        ),
    };
    book.problems.push(
        Problem::warning("unread-box", *first, message)
            .hint("write each as an item of a list: `- [ ] …`"),
    );
}

/// The lines of `note` that hold such a box, code aside. What is only written as Markdown is no code if it is a
/// checklist: the form of a report may hold boxes as well.
fn lines(note: Span, book: &Book<'_>) -> Vec<Span> {
    let mut found = Vec::new();
    let (mut at, mut open) = (note.start, None::<Shown>);
    for line in book.slice(note).split_inclusive('\n') {
        let text = line.trim_start_matches([' ', '\t', '>']);
        let start = at + line.len() - text.len();
        let text = text.trim_end();
        let span = Span::new(start, start + text.len());
        at += line.len();
        let fence = text.strip_prefix("```").or(text.strip_prefix("~~~"));
        match (fence, &mut open) {
            (Some(info), None) => open = Some(Shown::new(info)),
            (Some(_), Some(shown)) => {
                found.append(&mut shown.checklist());
                open = None;
            }
            (None, Some(shown)) => shown.look(text, span),
            (None, None) if holds_box(text) => found.push(span),
            (None, None) => {}
        }
    }
    found
}

/// What stands in a fenced block.
struct Shown {
    markdown: bool,
    boxes: Vec<Span>,
    others: usize,
}

impl Shown {
    fn new(info: &str) -> Self {
        Shown {
            markdown: is_prose(info),
            boxes: Vec::new(),
            others: 0,
        }
    }

    fn look(&mut self, line: &str, span: Span) {
        if line.starts_with("- [ ] ") || holds_box(line) {
            self.boxes.push(span);
        } else if !line.is_empty() && !line.starts_with('#') {
            self.others += 1;
        }
    }

    /// Its boxes, if it is Markdown or plain text and most of it are boxes.
    fn checklist(&mut self) -> Vec<Span> {
        let list = self.markdown && self.boxes.len() > self.others;
        std::mem::take(&mut self.boxes)
            .into_iter()
            .filter(|_| list)
            .collect()
    }
}

fn is_prose(info: &str) -> bool {
    let word = info.split([' ', '{']).next().unwrap_or(info).trim();
    matches!(word, "" | "markdown" | "md" | "text" | "txt" | "plaintext")
}

fn holds_box(line: &str) -> bool {
    if line.starts_with('|') {
        let mut cells = line.split('|').map(str::trim);
        return cells.any(is_in_cell);
    }
    // Without a mark before it, it is still what people tick.
    if is_bare_box(line) {
        return true;
    }
    let digits = line.len() - line.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let marks: &[char] = if digits > 0 {
        &['.', ')']
    } else {
        &['-', '*', '+']
    };
    let item = line[digits..].strip_prefix(marks);
    item.filter(|item| item.starts_with([' ', '\t']))
        .is_some_and(|item| is_box(item.trim_start()))
}

/// Whether the cell of a table is such a box, or begins with one.
pub(in crate::plan::markdown) fn is_in_cell(cell: &str) -> bool {
    task::mark(cell).is_some() || is_box(cell)
}

/// Whether `line` begins with a box that has no list's mark before it, and words behind it.
fn is_bare_box(line: &str) -> bool {
    let marks = ["[ ] ", "[x] ", "[X] ", "\\[ \\] ", "\\[x\\] "];
    let mut rests = marks.iter().filter_map(|mark| line.strip_prefix(mark));
    let sign = line
        .strip_prefix(SIGNS)
        .filter(|rest| rest.starts_with(' '));
    let words = rests.next().or(sign);
    words.is_some_and(|rest| rest.contains(char::is_alphanumeric))
}

/// Whether the item `text` begins with what its author took for a box that is ticked: `[x]Stop it`.
pub(in crate::plan::markdown) fn is_ticked(text: &str) -> bool {
    let mark = text.get(..3).and_then(task::mark);
    mark.flatten().is_some()
}

/// Whether `text` begins with such a box.
fn is_box(text: &str) -> bool {
    if text.starts_with(SIGNS) {
        return true;
    }
    let plain = text.strip_prefix("\\[").or_else(|| text.strip_prefix('['));
    let Some((inside, rest)) = plain.and_then(|inside| inside.split_once(']')) else {
        return false;
    };
    let escaped = text.starts_with('\\') && inside.ends_with('\\');
    let inside = inside
        .strip_suffix('\\')
        .filter(|_| escaped)
        .unwrap_or(inside);
    let mut letters = inside.chars();
    let close = rest.starts_with(char::is_alphanumeric);
    let mark = match (letters.next(), letters.next()) {
        (None, _) => true,
        (Some(mark), None) => {
            !mark.is_alphanumeric() || ((escaped || close) && "xX".contains(mark))
        }
        _ => false,
    };
    mark && !rest.starts_with(['(', '[', ':'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_of_other_tools_are_known() {
        for line in [
            "* \\[ \\] Backup",
            "- \\[x\\] Backup",
            "- ☐ Backup",
            "1. ☑ Backup",
            "- [] Backup",
            "- [/] Backup",
            "- [ ]Backup",
            "- [x]Backup",
            "| 1 | Stop | [ ] |",
            "| ☐ | Stop |",
            "[ ] Backup",
            "[x] Backup",
            "☐ Backup",
            "\\[ \\] Backup",
        ] {
            assert!(holds_box(line), "{line}");
        }
        for line in [
            "- Backup [ ]",
            "- [1] a note",
            "- [a](b)",
            "- [!](badge.svg)",
            "- ✅ Backup",
            "see [] in the code",
            "| a[0] | [link](x) |",
            "-[] a",
            "[ ](link) a",
            "[x]: https://shop.example",
            "[ ] ",
            "[] a slice",
        ] {
            assert!(!holds_box(line), "{line}");
        }
    }
}
