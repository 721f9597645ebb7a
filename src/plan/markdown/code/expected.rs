//! What authors say they expect, made into tests where only one reading is possible.

use crate::plan::markdown::names::announced::{self, EXPECTED, Value};

use super::beside::code_of;
use super::script::Piece;
use crate::plan::draft::StepSpec;
use crate::plan::expect::{Expect, InJson, Operator};
use crate::plan::json_path;
use crate::plan::markdown::book::Book;
use crate::plan::markdown::figures::amounts::{self, Amount, Of};
use crate::plan::markdown::figures::counting::{self, Leaves};
use crate::plan::markdown::holes::placeholder::Context;
use crate::plan::markdown::names::decoration;
use crate::plan::markdown::tongues::{self};
use crate::plan::pattern::Pattern;
use crate::plan::plural;
use crate::plan::problem::Problem;
use crate::plan::work::Work;

/// Words that may stand before a quoted text without changing what it means.
const SHOWS: [&str; 12] = [
    "",
    "output",
    "output contains",
    "contains",
    "message",
    "prints",
    "returns",
    "shows",
    "says",
    "status",
    "output:",
    "displays",
];

/// What a step's words make of its expectations.
#[derive(Default)]
struct Reading {
    expect: Expect,
    /// What of it nobody but a person can hold against what happens.
    untested: Vec<String>,
}

/// Gives `step` the expectations that `piece`, from which it was made, tells: what is said is always shown,
/// tested only where it is certain, and told where it is not.
pub(in crate::plan::markdown) fn give(step: &mut StepSpec, piece: &Piece<'_>, book: &mut Book<'_>) {
    let mut read = read(&piece.expected, piece.amid, &step.work);
    if let Some(printed) = &piece.printed {
        show(&mut read.expect, printed);
    }
    for said in &read.untested {
        tell(step, said, book);
    }
    step.expected = (!read.expect.is_plain()).then(|| Box::new(read.expect));
}

/// Adds what a line below `step` says is expected.
pub(in crate::plan::markdown) fn add(step: &mut StepSpec, said: &str, book: &mut Book<'_>) {
    let expect = step.expected.get_or_insert_default();
    // The same may stand in the block as well.
    let shown = expect.shown.as_deref();
    if shown.is_some_and(|shown| shown.lines().any(|line| line == said)) {
        return;
    }
    let alone = !expect.judges_output();
    show(expect, said);
    let tested = alone && test(expect, said, false, &step.work);
    if !tested {
        tell(step, said, book);
    }
}

/// Adds what `line` of `step` says that its query must return: none if it is not certain how much that is.
pub(super) fn require(
    step: &mut StepSpec,
    line: &str,
    demand: Option<Amount>,
    book: &mut Book<'_>,
) {
    let mut expect = Expect::default();
    let leaves = leaves(&step.work);
    if demand.is_some_and(|amount| test_amount(&mut expect, amount, leaves)) {
        show(&mut expect, line);
        step.expected = Some(Box::new(expect));
    } else {
        tell(step, line, book);
    }
}

fn read(said: &[String], amid: bool, work: &Work) -> Reading {
    let mut reading = Reading::default();
    // Which of several commands a number is of is anybody's guess.
    let amid = amid || said.len() > 1;
    for text in said {
        show(&mut reading.expect, text);
        if !test(&mut reading.expect, text, amid, work) && !work.is_check() {
            reading.untested.push(text.clone());
        }
    }
    reading
}

fn show(expect: &mut Expect, said: &str) {
    match &mut expect.shown {
        Some(shown) => {
            shown.push('\n');
            shown.push_str(said);
        }
        shown => *shown = Some(said.to_owned()),
    }
}

/// Says that what is `said` of `step` is shown only.
fn tell(step: &StepSpec, said: &str, book: &mut Book<'_>) {
    let from = step.span.start;
    let text = book.slice(book.span(from, from + MAX_AWAY));
    let line = said.lines().next().unwrap_or(said);
    // A number may stand anywhere before it.
    let at_end = |at: &usize| {
        matches!(
            text.as_bytes().get(at + line.len()),
            None | Some(b'\n' | b'\r')
        )
    };
    let mut all = text.match_indices(line).map(|(at, _)| at);
    let found = all.clone().find(at_end).or_else(|| all.next());
    let found = found.map(|at| from + at);
    let span = match found {
        Some(at) => book.span(at, at + line.len()),
        None => book.first_line(step.span),
    };
    let message = format!("\"{line}\" is shown with the step, and not tested");
    book.problems.push(
        Problem::note("untested-expectation", span, message)
            .hint("a word or a text in quotes is looked for in what is printed, a number is held against a query that counts"),
    );
}

/// How far behind a step's beginning what is expected of it is looked for, in bytes.
const MAX_AWAY: usize = 4096;

fn leaves(work: &Work) -> Leaves {
    match work {
        Work::Sql(sql) => counting::of_query(&sql.text),
        Work::Shell(shell) => counting::of_script(&shell.script),
        _ => Leaves::Unknown,
    }
}

/// Makes `expect` test what is `said`, where only one reading is possible. `amid`: it does not stand at the end
/// of what is done.
fn test(expect: &mut Expect, said: &str, amid: bool, work: &Work) -> bool {
    // "`>= 58`" is an amount, whatever stands around it.
    if said.contains('\n') {
        return false;
    }
    let compares =
        |text: &str| text.starts_with(['>', '<', '≥', '≤']) && amounts::read(text).is_some();
    let quoted = quoted(said).filter(|text| !compares(text));
    match (quoted.as_deref(), work) {
        // `11` may be all that is printed, or stand in "11 rows": a number is an amount as well.
        (Some(text), Work::Shell(_)) if !is_number(text) => test_text(expect, text),
        _ if amid => false,
        // What else a field holds may be written in many ways: `t` is true.
        (text, _) => amounts::read(text.unwrap_or(said))
            .is_some_and(|amount| test_amount(expect, amount, leaves(work))),
    }
}

/// Puts `wanted` into `place`, unless something else is expected there already.
fn free<T>(place: &mut Option<T>, wanted: Option<T>) -> bool {
    let fits = place.is_none() && wanted.is_some();
    if fits {
        *place = wanted;
    }
    fits
}

fn is_number(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

fn test_text(expect: &mut Expect, text: &str) -> bool {
    if text.contains("\":") {
        let json = in_json(text).filter(|_| expect.json.is_empty());
        expect.json.extend(json.iter().flatten().cloned());
        return json.is_some() || free(&mut expect.regex, of_field(text));
    }
    let parts = around_holes(text);
    match parts[..] {
        [] => false,
        [only] if only.chars().all(|c| c.is_alphanumeric() || c == '_') => {
            free(&mut expect.says, Some(only.to_owned()))
        }
        [only] => free(&mut expect.output, Some(only.to_owned())),
        _ => free(&mut expect.regex, Pattern::of_parts(&parts)),
    }
}

fn test_amount(expect: &mut Expect, amount: Amount, leaves: Leaves) -> bool {
    let wanted = amount.wanted;
    match (leaves, amount.of) {
        (Leaves::Matches, _) => {
            let none = wanted.holds("0");
            let tested = free(&mut expect.value, Some(wanted));
            if none && tested && expect.exit.is_empty() {
                expect.exit = vec![0, 1];
            }
            tested
        }
        (Leaves::Number, _) => free(&mut expect.value, Some(wanted)),
        // "Expected: 0" of rows that there may be may be how many there are.
        (Leaves::Field { sure } | Leaves::Line { sure }, Of::Plain) => {
            (sure || !wanted.holds("0")) && free(&mut expect.value, Some(wanted))
        }
        (Leaves::Field { .. } | Leaves::Rows, Of::Rows) | (Leaves::Rows, Of::Anything) => {
            free(&mut expect.rows, Some(wanted))
        }
        (Leaves::Table, Of::Rows) if wanted.operator == Operator::Equal => {
            let ending = plural::ending(wanted.wanted == "1");
            let line = format!("({} row{ending})", wanted.wanted);
            free(&mut expect.output, Some(line))
        }
        _ => false,
    }
}

/// `{"status":"ok"}`: each key must have its value, however the answer is laid out.
fn in_json(text: &str) -> Option<Vec<InJson>> {
    let fields: serde_json::Map<String, serde_json::Value> = serde_json::from_str(text).ok()?;
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    let one = |(key, value): (&String, &serde_json::Value)| {
        let wanted = json_path::as_text(value)
            .filter(|wanted| !wanted.is_empty() && wanted.chars().all(plain))?;
        InJson::parse(&format!(".\"{key}\" == {wanted}")).ok()
    };
    let all: Option<Vec<InJson>> = fields.iter().map(one).collect();
    all.filter(|all| !all.is_empty())
}

/// What matches `"status":"ok"`, a part of JSON, with whatever blanks it is printed.
fn of_field(text: &str) -> Option<Pattern> {
    let object = format!("{{{text}}}");
    let fields: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&object).ok()?;
    let mut fields = fields.iter();
    let (Some((key, value)), None) = (fields.next(), fields.next()) else {
        return None;
    };
    let plain = !value.is_object() && !value.is_array();
    let quoted = serde_json::Value::from(key.as_str()).to_string();
    plain
        .then(|| Pattern::of_field(&quoted, &value.to_string()))
        .flatten()
}

/// What stands around the holes of `text`, in which anything may stand: `…`, `...`, `<version>`.
fn around_holes(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut from, mut at) = (0, 0);
    while let Some(found) = text[at..].find(['…', '.', '<']).map(|offset| at + offset) {
        let rest = &text[found..];
        let length = match rest.as_bytes()[0] {
            b'.' if rest.starts_with("...") => rest.len() - rest.trim_start_matches('.').len(),
            b'<' => named_hole(rest).unwrap_or(0),
            b'.' => 0,
            _ => '…'.len_utf8(),
        };
        at = found + length.max(1);
        if length > 0 {
            parts.push(text[from..found].trim());
            from = at;
        }
    }
    parts.push(text[from..].trim());
    parts.retain(|part| !part.is_empty());
    if parts
        .iter()
        .any(|part| part.contains(char::is_alphanumeric))
    {
        parts
    } else {
        Vec::new()
    }
}

/// The length of `<version>`, `<new version>`.
fn named_hole(text: &str) -> Option<usize> {
    let name = &text[1..text.find('>')?];
    let shaped = name.starts_with(char::is_alphabetic)
        && name
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | ' '));
    shaped.then_some(name.len() + 2)
}

/// The text in quotes, if the words around it say nothing else.
fn quoted(said: &str) -> Option<String> {
    let said = said.trim().trim_end_matches('.');
    let at = said.find(['"', '“', '`'])?;
    let before = said[..at].trim().to_lowercase();
    let mut rest = said[at..].chars();
    let close = match rest.next()? {
        '“' => '”',
        sign => sign,
    };
    let text = rest.as_str().strip_suffix(close)?;
    // In backticks quotes are a part of what is printed.
    let inner = |c: char| {
        if close == '`' {
            c == '`'
        } else {
            matches!(c, '"' | '“' | '”' | '`')
        }
    };
    let plain = !text.is_empty() && !text.contains('\n') && !text.contains(inner);
    (plain && SHOWS.contains(&before.as_str())).then(|| text.to_owned())
}

/// What a comment says is expected.
pub(super) fn said(comment: &str) -> Option<&str> {
    let (head, rest) = comment.split_once([':', '：'])?;
    let head = decoration::strip(head);
    let announced = EXPECTED.near(head).iter().any(|(word, ())| {
        let behind = tongues::strip(head, word);
        behind.is_some_and(str::is_empty)
    });
    (announced && !rest.trim().is_empty()).then(|| rest.trim())
}

/// What a line of text below a block says is expected of it: "Expected output: `done`". Whatever stands in
/// bold aside, the line says nothing else. `between` two blocks "Must be 3" may be said of the second.
pub(in crate::plan::markdown) fn in_line(line: &str, between: bool) -> Option<String> {
    let line = line.trim().trim_start_matches("> ");
    if line.len() > MAX_EXPECTED || line.contains('\n') {
        return None;
    }
    let line = line.replace("**", "");
    let shown = || {
        let here = announced::value(&line) == Some(Value::Here);
        here.then(|| line.split_once([':', '：']).map(|(_, rest)| rest.trim()))?
    };
    let found = said(&line)
        .or_else(shown)
        .or_else(|| demanded(&line).filter(|_| !between));
    found.map(str::to_owned)
}

/// What `text` demands without a colon: "Should return 3 rows", "Expect 0 rows", "Should print "done"". That it names
/// an amount or a text tells it from a sentence about something else.
pub(super) fn demanded(text: &str) -> Option<&str> {
    if amounts::is_silence(text) {
        return Some(text.trim());
    }
    let near = EXPECTED.near(text).iter().chain(announced::MUST.near(text));
    let rests = near.filter_map(|(word, ())| tongues::strip_word(text, word));
    let rest = rests.min_by_key(|rest| rest.len())?.trim();
    let rest = rest.trim_end_matches(['.', '。']);
    let told = amounts::read(rest).is_some() || quoted(rest).is_some();
    // "Should be > 3 MB"
    (told || rest.starts_with(['>', '<', '≥', '≤'])).then_some(rest)
}

/// The longest line that tells what a block prints, in bytes.
const MAX_EXPECTED: usize = 200;

/// What is expected of the command or the statement that ends in `line`, as the comment behind it says:
/// `select count(*) from orders; -- expect 0`, `./count # Expected: 3`.
pub(super) fn behind_statement(line: &str) -> Option<&str> {
    let comment = match line.rsplit_once("--") {
        Some((before, comment)) if before.trim_end().ends_with(';') => comment,
        _ if line.contains(" #") => {
            let comment = &line[code_of(line, Context::Shell).len()..];
            comment.strip_prefix('#')?
        }
        _ => return None,
    };
    let comment = comment.trim();
    said(comment).or_else(|| of_statement(comment))
}

/// What is expected of a statement, where that stands behind it: `-- expect 0`, `-- 1,204,331+`, `-- should return 3 rows`.
pub(super) fn of_statement(comment: &str) -> Option<&str> {
    let many = comment.strip_suffix('+');
    let bare = many.filter(|text| text.chars().all(|c| c.is_ascii_digit() || c == ','));
    demanded(comment).or(bare.map(|_| comment))
}

#[cfg(test)]
#[path = "../tests/expected.rs"]
mod tests;
