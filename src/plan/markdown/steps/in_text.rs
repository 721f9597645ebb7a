//! Commands that stand in the cells of tables and in running text: nobody runs them, so somebody has to
//! say so where blocks are run.

use crate::plan::markdown::book::Book;
use crate::plan::markdown::elements::blocks::{Inline, Table};
use crate::plan::markdown::elements::programs::begins_with_command;
use crate::plan::markdown::names::words::Words;
use crate::plan::markdown::names::{heading, later, orders};
use crate::plan::markdown::tongues::phrases::Topic;
use crate::plan::markdown::tongues::strip;
use crate::plan::problem::Problem;
use crate::plan::source::Span;

/// What the column of a table is called whose cells are to be typed.
const COLUMNS: [&str; 12] = [
    "command",
    "commands",
    "befehl",
    "befehle",
    "commande",
    "commandes",
    "comando",
    "comandos",
    "команда",
    "команды",
    "命令",
    "コマンド",
];

/// How sentences begin that ask for a command to be run, in lower case and without accents.
const ASKING: [&str; 14] = [
    "run ",
    "then run ",
    "next, run ",
    "now run ",
    "then execute ",
    "fuhre ",
    "fuhren sie ",
    "lance",
    "ejecut",
    "execut",
    "выполни",
    "запусти",
    "运行",
    "执行",
];

/// Tells of the first command in the cells of `table`.
pub(super) fn tell_table(table: &Table, book: &mut Book<'_>) {
    let head = table.rows.first().map_or(&[][..], |row| &row.cells);
    let named: Vec<bool> = head
        .iter()
        .map(|cell| COLUMNS.contains(&cell.trim().to_lowercase().as_str()))
        .collect();
    let commands = |(ix, cell): (usize, &String)| {
        begins_with_command(cell) || (named.get(ix) == Some(&true) && !cell.trim().is_empty())
    };
    // The one row of a table of one cell is its head.
    let rows = table.rows.iter().enumerate().filter(|(ix, row)| {
        let cells = row.cells.iter().enumerate();
        if *ix == 0 {
            row.cells.iter().any(|cell| begins_with_command(cell))
        } else {
            cells.into_iter().any(commands)
        }
    });
    let found: Vec<Span> = rows.map(|(_, row)| row.span).collect();
    let Some(first) = found.first() else { return };
    for row in &found {
        note_told(*row, book);
    }
    let message = match found.len() {
        1 => "a command stands in this table: it is kept for reading".to_owned(),
        n => format!("commands stand in {n} rows of this table: they are kept for reading"),
    };
    tell(book.first_line(*first), message, book);
}

/// Tells of a line of text that asks to wait so long: "Wait 15 minutes before going on", "Step 5 — Wait 15 minutes".
pub(super) fn tell_wait(inline: &Inline, span: Span, book: &mut Book<'_>) {
    let line = inline.text.lines().next().unwrap_or("");
    let counted = line.split_once([':', '—', '–', '.']);
    let behind = counted.filter(|_| heading::counts_steps(line));
    let text = behind.map_or(line, |(_, rest)| rest).trim();
    let near = text.get(..text.len().min(MAX_WAIT)).unwrap_or(text);
    let waits = later::WAITING
        .iter()
        .any(|word| strip(near, word).is_some());
    if !waits || !near.contains(|c: char| c.is_ascii_digit()) {
        return;
    }
    let message = "this asks to wait: it is kept for reading, and nobody is asked for it";
    book.problems.push(
        Problem::note("unread-block", book.first_line(span), message)
            .hint("make it an item with a box, `- [ ] Wait 15 minutes`"),
    );
}

/// How much of a line is looked at for that, in bytes.
const MAX_WAIT: usize = 120;

/// Tells of code in the HTML at `span`, and of a fence in it, which is no fence there.
pub(super) fn tell_html(span: Span, book: &mut Book<'_>) {
    let source = book.slice(span);
    let lower = source.to_ascii_lowercase();
    // A comment is there for nobody.
    if lower.trim_start().starts_with("<!--") {
        return;
    }
    let marks = ["<pre", "<code", "\n```", "\n~~~"];
    let Some(at) = marks.iter().filter_map(|mark| lower.find(mark)).min() else {
        return;
    };
    let at = at + usize::from(lower[at..].starts_with('\n'));
    let line = book.first_line(Span::new(span.start + at, span.end));
    let message = "this code stands in HTML: it is kept for reading";
    book.problems.push(
        Problem::warning("unread-block", line, message)
            .hint("put it between two lines ```, an empty line before and behind them, with `bash` or `sql` behind the first, if it is a step"),
    );
}

/// Notes the commands in the text at `span` which that tells somebody to run: "Apply the fix: `psql shop < fix.sql`". One
/// that is only spoken of is none.
pub(super) fn note_told(span: Span, book: &mut Book<'_>) {
    let source = book.slice(span);
    if !source.contains('`') {
        return;
    }
    let mut found = Vec::new();
    let mut at = 0;
    let mut before = "";
    for (ix, part) in source.split('`').enumerate() {
        // In a table, `\|` is a bar.
        let whole = ix % 2 == 1 && !part.contains("\\|");
        if whole && begins_with_command(part) && tells(before) {
            let prompt = part.len() - part.trim_start_matches(['$', ' ']).len();
            let start = span.start + at;
            found.push(Span::new(start + prompt, start + part.len()));
        }
        before = part;
        at += part.len() + 1;
    }
    book.told.append(&mut found);
}

/// Whether `before`, the text in front of a command, tells somebody to run it.
fn tells(before: &str) -> bool {
    let part = before
        .rsplit(['|', ']', ';', '\n'])
        .next()
        .unwrap_or(before);
    let part = part.rsplit(". ").next().unwrap_or(part);
    let part = part.trim_matches(|c: char| c.is_whitespace() || matches!(c, '*' | '_' | '-' | '('));
    let words = Words::new(part);
    let denied = words.has(Topic::Never) || words.has(Topic::Forbids);
    // "Make sure nobody runs `git push --force`", "Check that `rm -rf /` is in no script"
    let kept_off = || part.split(' ').any(|word| matches!(word, "no" | "nobody"));
    let spoken_of = || {
        part.rsplit(' ')
            .next()
            .is_some_and(|word| SPOKEN_OF.contains(&word))
    };
    let runs = || orders::begin(&words) && !kept_off() && !spoken_of();
    // A row that begins with a command may tell what that does.
    let row = before.rsplit('\n').next().unwrap_or(before);
    let first = row.contains('|') && !row.contains(char::is_alphabetic);
    let alone = part.is_empty() && !first;
    !denied && (alone || part.ends_with([':', '：']) || runs())
}

/// What a command stands behind that a sentence speaks of.
const SPOKEN_OF: [&str; 8] = ["that", "whether", "if", "why", "how", "dass", "ob", "que"];

/// Tells of an item at `span` whose text is a command, and nothing else.
pub(super) fn tell_item(span: Span, book: &mut Book<'_>) {
    let source = book.slice(span).trim();
    let code = source
        .strip_prefix('`')
        .and_then(|code| code.strip_suffix('`'));
    if let Some(command) = code.filter(|code| !code.contains('`') && begins_with_command(code)) {
        let message = format!("`{command}` is the text of an item: it is not run");
        tell(book.first_line(span), message, book);
    }
}

/// Whether `source`, the text of an item, is a command, or asks for one in a word or two: "`./deploy`", "Then run
/// `./deploy`".
pub(super) fn is_command(source: &str) -> bool {
    let mut parts = source.trim().split('`');
    let (Some(before), Some(code), Some(behind), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    let asks = before.split_whitespace().count() <= 2 && !before.contains([':', '：']);
    asks && begins_with_command(code) && behind.trim_end_matches(['.', ';', '。']).is_empty()
}

/// Whether the text of a paragraph is a command, as code or plain, and no sentence about one.
fn is_plain_command(source: &str) -> bool {
    let bare = source.trim().trim_matches('`');
    begins_with_command(bare) && !source.trim_end().ends_with(['.', ':', '?', '!'])
}

/// Tells of a paragraph that asks for a command which stands in it, or is one.
pub(super) fn tell_sentence(inline: &Inline, span: Span, book: &mut Book<'_>) {
    if is_plain_command(book.slice(span)) {
        let message = "this line is a command, and stands in no block: it is kept for reading";
        return tell(book.first_line(span), message.to_owned(), book);
    }
    let text = inline.text.trim_start();
    let asks = ASKING.iter().any(|word| strip(text, word).is_some());
    if !asks && !names_command(text) {
        return;
    }
    note_told(span, book);
    let source = book.slice(span);
    let mut quoted = source.split('`').skip(1).step_by(2);
    if let Some(command) = quoted.find(|code| begins_with_command(code)) {
        let at = source.find(command).unwrap_or_default();
        let start = span.start + at;
        let message = format!("`{command}` stands in a sentence: it is kept for reading");
        tell(Span::new(start, start + command.len()), message, book);
    }
}

/// Whether the last of `text` in front of a colon is what such columns are called: "Stop it. Command: ./stop".
fn names_command(text: &str) -> bool {
    let before = text.rsplit_once([':', '：']).map(|(before, _)| before);
    let word = before.and_then(|before| before.split(char::is_whitespace).next_back());
    word.is_some_and(|word| COLUMNS.contains(&word.to_lowercase().as_str()))
}

fn tell(span: Span, message: String, book: &mut Book<'_>) {
    book.problems.push(
        Problem::note("unread-block", span, message)
            .hint("put it into a block of `bash` or `sql` of its own if it is a step"),
    );
}
