//! From a fenced block to what a step runs.

use std::collections::HashSet;
use std::ops::Range;

use super::guards;
use super::parameters;
use super::patience;
use super::ways;
use crate::plan::capture::{Capture, Find};
use crate::plan::condition::Condition;
use crate::plan::draft::{Hole, Placed, StepSpec};
use crate::plan::expect::InJson;
use crate::plan::json_path::JsonPath;
use crate::plan::markdown::book::Book;
use crate::plan::markdown::code::beside::code_of;
use crate::plan::markdown::code::script::Piece;
use crate::plan::markdown::code::snapshot;
use crate::plan::markdown::code::{crontab, expected, failing, hosts, joined, lost};
use crate::plan::markdown::elements::blocks::Fence;
use crate::plan::markdown::elements::fence::{self, Language};
use crate::plan::markdown::holes::marks;
use crate::plan::markdown::holes::placeholder::{self, Context};
use crate::plan::markdown::holes::secret;
use crate::plan::markdown::names::conditional::Reserve;
use crate::plan::markdown::names::written;
use crate::plan::origin::Origin;
use crate::plan::pattern::Pattern;
use crate::plan::problem::Problem;
use crate::plan::snapshot::Kept;
use crate::plan::source::Span;
use crate::plan::template;
use crate::plan::toml;
use crate::plan::work::{Shell, Sql, Work};

/// What a piece of a block does.
pub(in crate::plan::markdown) struct Made {
    pub(in crate::plan::markdown) work: Work,
    pub(in crate::plan::markdown) holes: Vec<Hole>,
    /// What the block itself says must be true afterwards.
    pub(in crate::plan::markdown) kept: Option<Box<Kept>>,
}

/// What `piece` does, if it holds a command that can be run.
pub(in crate::plan::markdown) fn make(
    piece: &Piece<'_>,
    fence: &Fence,
    book: &mut Book<'_>,
) -> Option<Made> {
    let language = fence.language;
    // The words behind the fence of a snapshot may say it all.
    if piece.code.is_empty() && language != Language::Snapshot {
        return None;
    }
    let mut kept = None;
    let work = match language {
        Language::Snapshot => {
            let taken = snapshot::read(fence, book)?;
            kept = taken.kept;
            Work::Snapshot(Box::new(taken.snapshot))
        }
        Language::Sql => Work::Sql(sql(piece, fence, book)?),
        _ => Work::Shell(Shell {
            script: {
                lost::look(piece, fence, book);
                piece.text()
            },
            interpreter: {
                let named = fence::attributes(&fence.info).interpreter;
                book.interpreter(named.unwrap_or(language.shell()))
            },
            lock_timeout: patience::of(fence),
            carries: true,
            tty: fence::attributes(&fence.info).tty,
            origin: origin(piece, fence),
        }),
    };
    let holes = match language {
        Language::Sql => holes(piece, fence, Context::Sql, book),
        Language::Snapshot => Vec::new(),
        _ => holes(piece, fence, Context::Shell, book),
    };
    Some(Made { work, holes, kept })
}

/// SQL for the database that the block or the front matter names.
fn sql(piece: &Piece<'_>, fence: &Fence, book: &mut Book<'_>) -> Option<Sql> {
    let command = piece
        .code
        .iter()
        .find(|line| line.text.trim_start().starts_with('\\'));
    if let Some(line) = command {
        let at = fence.locate(line.at);
        let span = book.span(at, at + line.text.len());
        let message = format!(
            "`{}` is a command of psql, not SQL: nothing of this block is run",
            line.text.trim()
        );
        book.problems.push(
            Problem::warning("psql-command", span, message)
                .hint("leave the line out, or put all of it into a shell block: `psql -v ON_ERROR_STOP=1 \"$DATABASE_URL\" <<'SQL'`"),
        );
        return None;
    }
    if parameters::are_open(piece, fence, book) {
        return None;
    }
    let named = fence::attributes(&fence.info).database;
    Some(Sql {
        text: piece.text(),
        database: named.unwrap_or_else(|| book.database()),
        transaction: None,
        lock_timeout: patience::of(fence),
        origin: origin(piece, fence),
    })
}

/// Where the lines of `piece` stand in the file.
fn origin(piece: &Piece<'_>, fence: &Fence) -> Origin {
    let lines = piece.code.iter();
    Origin::lines(lines.map(|line| (fence.locate(line.at), line.text.len())))
}

/// The placeholders in the lines that are run. What stands in a comment is not asked for.
fn holes(piece: &Piece<'_>, fence: &Fence, context: Context, book: &mut Book<'_>) -> Vec<Hole> {
    let mut holes: Vec<Hole> = Vec::new();
    let mut seen: HashSet<&str> = HashSet::new();
    let template = marks::is_template(&piece.code);
    let own = template && marks::has_its_own_names(&piece.code);
    for line in piece.code.iter().filter(|_| !own) {
        for token in template::tokens(code_of(line.text, context)) {
            let at = fence.locate(line.at + token.span.start);
            let span = book.span(at, at + (token.span.end - token.span.start));
            if !template {
                let secret = secret::is_meant(line.text, &(token.span.start..token.span.end));
                book.brace(token.name, secret, span);
            } else if !marks::is_word_of_go(token.name) {
                book.brace_in_template(token.name, span);
            }
        }
    }
    for line in &piece.code {
        let code = code_of(line.text, context);
        for range in placeholder::find(code, context) {
            let literal = &code[range.clone()];
            if book.is_foreign(literal) {
                continue;
            }
            let at = fence.locate(line.at + range.start);
            let span = book.span(at, at + range.len());
            let hole = book.hole(literal, secret::is_meant(code, &range), span);
            if seen.insert(literal) {
                holes.push(hole);
            }
        }
    }
    holes
}

/// The placeholders in `text`, a script or SQL. What stands in a comment is none.
pub(in crate::plan) fn placeholders(text: &str, sql: bool) -> Vec<Range<usize>> {
    let context = if sql { Context::Sql } else { Context::Shell };
    let mut found = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let holes = placeholder::find(code_of(line.trim_end(), context), context);
        found.extend(holes.into_iter().map(|hole| at + hole.start..at + hole.end));
        at += line.len();
    }
    found
}

/// Puts into `step` what `piece` of `fence` does, expects and remarks. A piece without commands
/// leaves it a check.
pub(in crate::plan::markdown) fn fill(
    step: &mut StepSpec,
    piece: &Piece<'_>,
    fence: &Fence,
    book: &mut Book<'_>,
) {
    let mut kept = None;
    let joined = joined::ways(piece, fence.language);
    let ways = joined.as_ref().filter(|joined| joined.sure);
    match ways.is_none().then(|| make(piece, fence, book)).flatten() {
        Some(made) => {
            step.work = made.work;
            step.holes = made.holes;
            kept = made.kept;
        }
        None if ways.is_some() => {}
        None if piece.code.is_empty() => add(&mut step.details, &piece.remarks.join("\n")),
        None => add(&mut step.details, piece.text().trim()),
    }
    if let Some(joined) = &joined {
        ways::offer(step, joined, fence, book);
    }
    expected::give(step, piece, book);
    failing::look(step, piece, book);
    ways::guard_options(step, fence, book);
    hosts::look(step, piece, fence, book);
    if let Some(text) = written::begins_file(fence).or_else(|| crontab::line(piece)) {
        guards::guard_as(step, text, Reserve::Written, book);
    }
    // Without a comment the first command is its title.
    let told = |text: &&str| !piece.code.iter().any(|line| line.text.trim() == *text);
    let remark = piece.title.as_deref().filter(told);
    if let Some(text) = remark.filter(|text| crontab::schedules(text)) {
        guards::guard_case(step, text, book);
    }
    if let Work::Snapshot(snapshot) = &step.work {
        let first = piece.code.first().map(|line| line.text.trim());
        if step.title.is_empty() || first == Some(step.title.as_str()) {
            step.title = format!("Snapshot \"{}\"", snapshot.name.value);
        }
        if kept.is_some() {
            step.expected.get_or_insert_default().kept = kept;
        }
    }
}

/// Gives `step` what the words behind the fence say of it.
pub(in crate::plan::markdown) fn name(
    step: &mut StepSpec,
    fence: &Fence,
    span: Span,
    book: &mut Book<'_>,
) {
    let name = fence::attributes(&fence.info).name;
    let name = name.filter(|name| crate::plan::id::is_id(name));
    let id = name.map(|name| Placed::new(name, span));
    step.id = book.take_id(id).or(step.id.take());
    words(step, fence);
    settings(step, fence, span, book);
}

/// Adds to `step` what the words behind the fence say that nothing is made of; a name is its id, if it has one.
pub(super) fn words(step: &mut StepSpec, fence: &Fence) {
    let said = fence::attributes(&fence.info);
    let id = step.id.as_ref().map(|id| id.value.as_str());
    let name = said.name.filter(|name| id != Some(name));
    let name = name.map(|name| format!("name={name}"));
    for words in name.into_iter().chain([said.others.join(", ")]) {
        if !words.is_empty() {
            add(&mut step.details, &format!("block: {words}"));
        }
    }
}

/// Gives `step` what the words behind the fence say of every step in it.
pub(in crate::plan::markdown) fn settings(
    step: &mut StepSpec,
    fence: &Fence,
    span: Span,
    book: &mut Book<'_>,
) {
    let attributes = fence::attributes(&fence.info);
    step.cwd = attributes.cwd;
    step.when = attributes.when.map(|text| {
        let within = book.slice(span).find(&text);
        let at = span.start + within.unwrap_or_default();
        let origin = Origin::lines([(at, text.len())]);
        Box::new(Condition::new(text, origin))
    });
    let mut others = attributes.others.iter();
    if others.any(|word| word == "background=true") {
        let message = "this block asks to run in the background: what follows waits until it ends";
        let start = Span::new(span.start, span.start + 3);
        book.problems.push(
            Problem::warning("background-block", start, message)
                .hint("start what goes on for long in another terminal, or as a service"),
        );
    }
    patience::tell(fence, span, book);
    if let Some(why) = &attributes.unread {
        let message = format!("what stands behind this fence is no JSON: {why}");
        book.problems.push(
            Problem::warning("fence-attributes", book.first_line(span), message)
                .hint("nothing of it is read: the step has neither its name, nor what it captures"),
        );
        if !step.work.is_check() {
            step.danger = true;
            step.confirm =
                Some("What its author says about this block can't be read. Run it?".to_owned());
        }
    }
    if attributes.apart && !step.work.is_check() {
        step.danger = true;
        step.confirm = Some("This block is not run with the others. Is it needed now?".to_owned());
    }
    if let Some(text) = &attributes.json {
        expect_json(step, text, span, book);
    }
    // A part of a block that is only a comment is a check, and prints nothing.
    if let Some(text) = attributes.capture.as_ref().filter(|_| step.work.prints()) {
        match captures(text) {
            Ok(captures) => step.capture = captures,
            Err(why) => book.problems.push(
                Problem::error("captures-nothing", span, format!("`capture={text}`: {why}")).hint(
                    "a pattern with a named group, `(?<release>v[0-9]+)`, or `id=.data[0].id`",
                ),
            ),
        }
    }
}

/// Gives `step` what `json` behind its fence says must stand in what it prints.
fn expect_json(step: &mut StepSpec, text: &str, span: Span, book: &mut Book<'_>) {
    if !step.work.prints() {
        return;
    }
    match InJson::parse_all(text) {
        Ok(all) => step.expected.get_or_insert_default().json = all,
        Err((text, bad)) => {
            let at = book.slice(span).find(&text);
            let at = at.map(|at| Span::new(span.start + at, span.start + at + text.len()));
            let span = at.unwrap_or_else(|| book.first_line(span));
            book.problems.push(toml::refused(&text, bad, span));
        }
    }
}

/// What `capture` behind a fence says: `NAME=.path`, or a pattern whose groups have names.
fn captures(text: &str) -> Result<Vec<Capture>, String> {
    if let Some((name, path)) = text
        .split_once('=')
        .filter(|(name, path)| template::is_name(name) && path.starts_with(['.', '$', '[']))
    {
        let path = JsonPath::parse(path).map_err(|bad| bad.why.to_owned())?;
        let name = name.to_owned();
        let from = Find::Json(path);
        return Ok(vec![Capture { name, from }]);
    }
    let pattern = Pattern::new(text)?;
    let captures = Capture::of_groups(&pattern);
    if captures.is_empty() {
        return Err("no group has a name".to_owned());
    }
    Ok(captures)
}

/// The variables that the words behind `fence` take from what is printed.
pub(in crate::plan::markdown) fn captured(fence: &Fence) -> Vec<String> {
    let attributes = fence::attributes(&fence.info);
    let text = attributes.capture.unwrap_or_default();
    let found = captures(&text).unwrap_or_default();
    found.into_iter().map(|capture| capture.name).collect()
}

/// Adds a paragraph to what is written below a step's title.
pub(in crate::plan::markdown) fn add(details: &mut Option<String>, text: &str) {
    let text = text.trim();
    if text.is_empty() {
        return;
    }
    match details {
        Some(details) => {
            details.push('\n');
            details.push_str(text);
        }
        None => *details = Some(text.to_owned()),
    }
}

/// Puts a paragraph before what is written below a step's title.
pub(in crate::plan::markdown) fn put_before(details: &mut Option<String>, text: &str) {
    let rest = details.take();
    *details = Some(text.to_owned());
    add(details, rest.as_deref().unwrap_or(""));
}

/// A step of which only the title and the place are known.
pub(in crate::plan::markdown) fn blank(title: String, span: Span) -> Box<StepSpec> {
    Box::new(StepSpec::new(title, Work::Check(String::new()), span))
}

/// A step's last touches: it has a title, and a check says what to look at.
pub(in crate::plan::markdown) fn finish(step: &mut StepSpec) {
    if step.title.is_empty() {
        step.title = match &step.details {
            Some(details) => details.lines().next().unwrap_or("").to_owned(),
            None => "Step without words".to_owned(),
        };
    }
    if step.work.is_check() {
        step.work = Work::Check(step.title.clone());
    }
}
